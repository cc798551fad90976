//! The icon of the tray application in a real panel, and the process behind it.
//!
//! Longer than 400 lines because the panel, its icon and its menu are one scene, and each test begins where it is set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use sotto_tests::process::{Running, find, limited};
use sotto_tests::scene::{Scene, sotto};
use sotto_tests::{requires, wait_for};

/// The settings store of the panel, which no bus starts here.
const XFCONFD: &str = "/usr/lib/x86_64-linux-gnu/xfce4/xfconf/xfconfd";

/// One panel with nothing but the notification area.
const PANEL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"#;

/// The panel, the icon, the daemon. Fields end in the order in which they stand here.
struct Panel {
    tray: Running,
    _panel: Option<Running>,
    _store: Option<Running>,
    scene: Scene,
}

/// Calls a method on the session bus and gives what `busctl` makes of the answer.
fn call(scene: &Scene, arguments: &[&str]) -> Option<Value> {
    let address = format!("--address={}", scene.desktop.bus_address());
    let mut busctl = scene.desktop.command("busctl");
    busctl.args([&address, "--json=short"]).args(arguments);
    let output = busctl.stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(())?;
    if output.stdout.is_empty() {
        return Some(Value::Null);
    }
    serde_json::from_slice(&output.stdout).ok()
}

impl Panel {
    #[track_caller]
    fn open(test: &str) -> Option<Self> {
        if !requires(test, &["xfce4-panel", XFCONFD, "busctl"]) {
            return None;
        }
        let scene = Scene::open(test, "")?;
        let folder = scene
            .desktop
            .path("config/xfce4/xfconf/xfce-perchannel-xml");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("xfce4-panel.xml"), PANEL).unwrap();
        let start = |program: &str| {
            let command = scene.desktop.command(program);
            Running::start(
                limited(&command)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null()),
            )
        };
        let store = start(XFCONFD);
        wait_for("the settings store", || {
            scene.desktop.has_owner("org.xfce.Xfconf").then_some(())
        });
        let panel = start("xfce4-panel");
        wait_for("the panel", || {
            scene
                .desktop
                .has_owner("org.kde.StatusNotifierWatcher")
                .then_some(())
        });
        let tray = scene.start_tray();
        Some(Self {
            tray,
            _panel: Some(panel),
            _store: Some(store),
            scene,
        })
    }

    /// Bus name and path of the icon, as the panel knows them.
    #[track_caller]
    fn icon(&self) -> (String, String) {
        let arguments = [
            "get-property",
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
            "RegisteredStatusNotifierItems",
        ];
        wait_for("the icon in the panel", || {
            let answer = call(&self.scene, &arguments)?;
            let item = answer["data"].as_array()?.first()?.as_str()?.to_owned();
            let at = item.find('/').unwrap_or(item.len());
            let (name, path) = item.split_at(at);
            let path = if path.is_empty() {
                "/StatusNotifierItem"
            } else {
                path
            };
            Some((name.to_owned(), path.to_owned()))
        })
    }

    fn property(&self, name: &str) -> Option<Value> {
        let (service, path) = self.icon();
        let interface = "org.kde.StatusNotifierItem";
        let answer = call(
            &self.scene,
            &["get-property", &service, &path, interface, name],
        )?;
        Some(answer["data"].clone())
    }

    /// Every entry of the menu: its number, its label and its properties.
    fn menu(&self) -> Option<Vec<(i64, String, Value)>> {
        let (service, _) = self.icon();
        let menu = self.property("Menu")?;
        let menu = menu.as_str()?;
        let interface = "com.canonical.dbusmenu";
        // A number with a sign would be an option before the two dashes.
        let arguments = [
            "--",
            "call",
            &service,
            menu,
            interface,
            "GetLayout",
            "iias",
            "0",
            "-1",
            "0",
        ];
        let answer = call(&self.scene, &arguments)?;
        let mut entries = Vec::new();
        collect(&answer["data"][1], &mut entries);
        Some(entries)
    }

    /// Clicks the entry of that label, once it can be clicked.
    #[track_caller]
    fn click(&self, label: &str) {
        let id = wait_for(&format!("the entry {label:?}"), || {
            let entries = self.menu()?;
            let (id, _, properties) = entries.into_iter().find(|(_, found, _)| found == label)?;
            let disabled = properties["enabled"]["data"] == false;
            (!disabled).then_some(id)
        });
        let (service, _) = self.icon();
        let menu = self.property("Menu").unwrap();
        let id = id.to_string();
        let arguments = [
            "call",
            &service,
            menu.as_str().unwrap(),
            "com.canonical.dbusmenu",
            "Event",
            "isvu",
            &id,
            "clicked",
            "i",
            "0",
            "0",
        ];
        assert!(call(&self.scene, &arguments).is_some(), "{label}");
    }

    fn pid(&self) -> u32 {
        self.tray.child_pid().expect("timeout runs the tray")
    }
}

fn collect(item: &Value, entries: &mut Vec<(i64, String, Value)>) {
    let properties = &item[1];
    if let (Some(id), Some(label)) = (item[0].as_i64(), properties["label"]["data"].as_str()) {
        entries.push((id, label.to_owned(), properties.clone()));
    }
    for child in item[2].as_array().into_iter().flatten() {
        collect(&child["data"], entries);
    }
}

fn resident_mebibytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<u64>()
        .unwrap()
        / 1024
}

/// How often each thread of a process has gone to sleep of its own accord.
fn sleeps(pid: u32) -> BTreeMap<String, u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let count = |task: fs::DirEntry| -> (String, u64) {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        let count = line.and_then(|count| count.trim().parse().ok());
        (
            task.file_name().to_string_lossy().into_owned(),
            count.unwrap_or(0),
        )
    };
    tasks.flatten().map(count).collect()
}

/// Wake-ups between two counts; a thread that has ended meanwhile counts for nothing.
fn n_wake_ups(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> u64 {
    let known = |thread: &String| before.get(thread).copied().unwrap_or(0);
    now.iter()
        .map(|(thread, count)| count.saturating_sub(known(thread)))
        .sum()
}

#[test]
fn the_icon_tells_the_state_and_its_menu_works() {
    let Some(mut panel) = Panel::open("the icon in a panel") else {
        return;
    };
    assert_eq!(panel.property("Id").unwrap(), "sotto");
    let tip = || {
        panel.property("ToolTip").unwrap()[3]
            .as_str()
            .unwrap()
            .to_owned()
    };
    wait_for("the tool tip", || (tip() == "Ready").then_some(()));
    let idle = panel.property("IconPixmap").unwrap();
    assert_eq!(idle[0][0], 22, "width of the first picture");
    panel.click("Start listening");
    panel.scene.wait_for_state("listening");
    wait_for("the tool tip", || (tip() == "Listening").then_some(()));
    assert_ne!(panel.property("IconPixmap").unwrap(), idle);
    let speaking = panel.scene.say(sotto_tests::scene::SENTENCE);
    let silent = panel.property("IconPixmap").unwrap();
    wait_for("the level in the icon", || {
        (panel.property("IconPixmap")? != silent).then_some(())
    });
    drop(speaking);
    panel.click("Stop listening");
    panel.scene.wait_for_state("idle");
    panel.click("Pause");
    wait_for("the tool tip", || (tip() == "Paused").then_some(()));
    panel.click("Pause");
    wait_for("the tool tip", || (tip() == "Ready").then_some(()));
    let labels: Vec<_> = panel
        .menu()
        .unwrap()
        .into_iter()
        .map(|(_, label, _)| label)
        .collect();
    for label in [
        "Model",
        "Language",
        "Microphone",
        "History",
        "Settings",
        "Starter, English",
        "English",
    ] {
        assert!(
            labels.iter().any(|found| found == label),
            "{label} in {labels:?}"
        );
    }
    panel.click("Quit");
    panel.tray.wait();
}

#[test]
fn the_window_comes_once_and_leaves_a_small_process_that_sleeps() {
    let Some(panel) = Panel::open("the window comes once") else {
        return;
    };
    if !requires("the window comes once", &["xdotool"]) || find("xdotool").is_none() {
        return;
    }
    panel.icon();
    let windows = || {
        let mut search = panel.scene.desktop.command("xdotool");
        search.args(["search", "--onlyvisible", "--name", "^Sotto$"]);
        let output = search.stderr(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for round in ["cold", "warm"] {
        let start = Instant::now();
        panel.click("Settings");
        wait_for("the window", || (windows().len() == 1).then_some(()));
        println!(
            "the window was there after {} ms ({round})",
            start.elapsed().as_millis()
        );
        assert!(start.elapsed() < Duration::from_secs(10));
        wait_for("its name", || {
            panel
                .scene
                .desktop
                .has_owner("io.github.sotto.Sotto.Window")
                .then_some(())
        });
        panel.click("History");
        let second = sotto().with_file_name("sotto-tray");
        let mut second = panel.scene.desktop.command(second.to_str().unwrap());
        assert!(second.arg("doctor").status().unwrap().success());
        assert_eq!(windows().len(), 1);
        panel
            .scene
            .desktop
            .xdotool(&["windowactivate", "--sync", &windows()[0]]);
        panel.scene.desktop.xdotool(&["key", "alt+F4"]);
        wait_for("the window to close", || windows().is_empty().then_some(()));
        wait_for("its process to end", || {
            (!panel
                .scene
                .desktop
                .has_owner("io.github.sotto.Sotto.Window"))
            .then_some(())
        });
    }
    let rss_mib = resident_mebibytes(panel.pid());
    println!("resident: {rss_mib} MiB");
    assert!(rss_mib <= 120, "{rss_mib} MiB");
    // What the closing window set off comes to rest first.
    let mut before = sleeps(panel.pid());
    wait_for("the process to come to rest", || {
        std::thread::sleep(Duration::from_secs(1));
        let now = sleeps(panel.pid());
        let rests = now == before;
        before = now;
        rests.then_some(())
    });
    std::thread::sleep(Duration::from_secs(5));
    let woken = n_wake_ups(&before, &sleeps(panel.pid()));
    assert_eq!(woken, 0, "wake-ups in 5 s of rest");
}

#[test]
fn a_desktop_without_a_panel_is_told_of_once() {
    let test = "a desktop without a panel";
    if !requires(test, &["busctl"]) {
        return;
    }
    let Some(scene) = Scene::open(test, "[feedback]\nnotifications = false\n") else {
        return;
    };
    let address = scene.desktop.bus_address().to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = std::sync::Arc::clone(&told);
    let _connection = runtime.block_on(async {
        zbus::connection::Builder::address(address.as_str())
            .serve_at("/org/freedesktop/Notifications", Notifications(heard))
            .name("org.freedesktop.Notifications")
            .build()
            .await
            .unwrap()
    });
    let first = scene.start_tray();
    wait_for("the notification", || {
        (told.lock().unwrap().len() == 1).then_some(())
    });
    assert!(told.lock().unwrap()[0].contains("tray icons"));
    drop(first);
    let _second = scene.start_tray();
    wait_for("the second start", || {
        scene
            .desktop
            .has_owner("io.github.sotto.Sotto.Tray")
            .then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(told.lock().unwrap().len(), 1);
}

/// Keeps the sentences of notifications.
struct Notifications(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &self,
        _application: &str,
        _replaces: u32,
        _icon: &str,
        _summary: &str,
        body: String,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, zbus::OwnedVariant>,
        _timeout_ms: i32,
    ) -> u32 {
        self.0.lock().unwrap().push(body);
        1
    }
}
