use super::*;

fn surroundings(wayland: Option<&str>, display: Option<&str>) -> Surroundings {
    Surroundings {
        wayland_display: wayland.map(str::to_owned),
        display: display.map(str::to_owned),
        home: Some(PathBuf::from("/home/u")),
        machine_id: Some("m1d".to_owned()),
        ..Surroundings::default()
    }
}

#[test]
fn names_of_address_files() {
    for (wayland, display, expected) in [
        (None, Some(":77"), vec!["m1d-unix-77"]),
        (None, Some(":77.1"), vec!["m1d-unix-77"]),
        (None, Some("far:3.0"), vec!["m1d-far-3"]),
        (None, Some(":"), vec!["m1d-unix-0"]),
        (None, Some("nonsense"), vec!["m1d-nonsense-0"]),
        (Some("wayland-0"), None, vec!["m1d-unix-wayland-0"]),
        (
            Some("wayland-0"),
            Some(":1"),
            vec!["m1d-unix-wayland-0", "m1d-unix-1"],
        ),
        (None, None, vec![]),
    ] {
        let files = surroundings(wayland, display).address_files();
        let expected: Vec<_> = expected
            .iter()
            .map(|name| Path::new("/home/u/.config/ibus/bus").join(name))
            .collect();
        assert_eq!(files, expected, "{wayland:?} {display:?}");
    }
}

#[test]
fn folder_follows_the_sandbox() {
    let mut it = surroundings(None, Some(":0"));
    it.xdg_config_home = Some(PathBuf::from("/home/u/.var/app/x/config"));
    it.host_xdg_config_home = Some(PathBuf::from("/data/config"));
    assert_eq!(
        it.bus_folder().unwrap(),
        Path::new("/home/u/.var/app/x/config/ibus/bus")
    );
    it.sandbox = Sandbox::Flatpak;
    assert_eq!(it.bus_folder().unwrap(), Path::new("/data/config/ibus/bus"));
    it.host_xdg_config_home = None;
    assert_eq!(
        it.bus_folder().unwrap(),
        Path::new("/home/u/.config/ibus/bus")
    );
}

#[test]
fn a_flatpak_takes_the_newest_daemon_of_this_machine() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/ibus/bus");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, age_s: u64| {
        let path = folder.join(name);
        fs::write(&path, format!("IBUS_ADDRESS=unix:path=/{name}\n")).unwrap();
        let file = fs::File::options().append(true).open(&path).unwrap();
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age_s);
        file.set_modified(time).unwrap();
    };
    write("m1d-unix-0", 60);
    write("m1d-unix-1", 30);
    write("other-unix-2", 0);
    let mut it = surroundings(None, Some(":99.0"));
    it.home = Some(home.path().to_owned());
    assert!(it.find().is_err());
    it.sandbox = Sandbox::Flatpak;
    assert_eq!(it.find().unwrap(), "unix:path=/m1d-unix-1");
    it.display = Some(":0".to_owned());
    assert_eq!(it.find().unwrap(), "unix:path=/m1d-unix-0");
}

#[test]
fn address_files_are_parsed() {
    let written = "# This file is created by ibus-daemon, please do not modify it.\n\
                   IBUS_ADDRESS=unix:abstract=/a,guid=9f\nIBUS_DAEMON_PID=321\n";
    let ok = |address: &str, daemon_pid| {
        Some(AddressFile {
            address: address.to_owned(),
            daemon_pid,
        })
    };
    for (content, expected) in [
        (written, ok("unix:abstract=/a,guid=9f", Some(321))),
        ("IBUS_ADDRESS=unix:path=/b\r\n", ok("unix:path=/b", None)),
        ("IBUS_ADDRESS=x\nIBUS_ADDRESS=y\n", ok("y", None)),
        ("IBUS_ADDRESS=x\nIBUS_DAEMON_PID=-1\n", ok("x", None)),
        ("IBUS_ADDRESS=\n", None),
        ("#IBUS_ADDRESS=x\n", None),
        ("", None),
    ] {
        assert_eq!(AddressFile::parse(content), expected, "{content:?}");
    }
}

#[test]
fn environment_comes_before_files() {
    let mut it = surroundings(None, Some(":0"));
    it.ibus_address = Some("unix:path=/given".to_owned());
    assert_eq!(it.find().unwrap(), "unix:path=/given");
    it.ibus_address = None;
    it.ibus_address_file = Some(PathBuf::from("/given/file"));
    assert_eq!(it.address_files(), [Path::new("/given/file")]);
}

#[test]
fn a_live_daemon_is_found_behind_a_stale_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut it = surroundings(Some("wayland-0"), Some(":5"));
    it.xdg_config_home = Some(folder.path().to_owned());
    let bus = it.bus_folder().unwrap();
    fs::create_dir_all(&bus).unwrap();
    assert!(matches!(it.find(), Err(AddressError::NoFile { tried }) if tried.len() == 2));

    // Numbers of processes stay below 2^22.
    let stale = "IBUS_ADDRESS=unix:path=/stale\nIBUS_DAEMON_PID=4294967295\n";
    fs::write(bus.join("m1d-unix-wayland-0"), stale).unwrap();
    assert!(matches!(
        it.find(),
        Err(AddressError::Stale { pid: u32::MAX, .. })
    ));

    let live = format!(
        "IBUS_ADDRESS=unix:path=/live\nIBUS_DAEMON_PID={}\n",
        std::process::id()
    );
    fs::write(bus.join("m1d-unix-5"), live).unwrap();
    assert_eq!(it.find().unwrap(), "unix:path=/live");

    it.sandbox = Sandbox::Flatpak;
    it.host_xdg_config_home = it.xdg_config_home.clone();
    assert_eq!(it.find().unwrap(), "unix:path=/stale");
}

#[test]
fn broken_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("address");
    let it = Surroundings {
        ibus_address_file: Some(file.clone()),
        ..Surroundings::default()
    };
    fs::write(&file, [0xff, 0xfe, b'\n']).unwrap();
    assert!(matches!(it.find(), Err(AddressError::NoAddress { path }) if path == file));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(matches!(it.find(), Err(AddressError::Unreadable { path, .. }) if path == file));
    assert!(matches!(
        Surroundings::default().find(),
        Err(AddressError::NowhereToLook)
    ));
}

proptest::proptest! {
    #[test]
    fn any_content_is_answered(content in ".*", display in ".*") {
        let _ = AddressFile::parse(&content);
        let (host, number) = split_display(&display);
        proptest::prop_assert!(!host.is_empty() && !number.is_empty());
    }
}
