//! Random dictations in which something ends at a random moment: IBus, the sound server, the daemon, the tray
//! application, the desktop's portal, the focus.
//!
//! After each: no text stands where it was not spoken, what was not inserted is kept for `sotto paste-last`, the
//! user's input engine is back, and the next dictation works.
//! `SOTTO_CHAOS_DICTATIONS` sets how many there are and `SOTTO_CHAOS_SEED` which ones; the seed is printed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::thread::sleep;
use std::time::{Duration, Instant};

use sotto_tests::portal::{Consent, Portal};
use sotto_tests::probe::{Probe, Toolkit};
use sotto_tests::process::{Running, live_for};
use sotto_tests::scene::{HEARD, SENTENCE, Scene};
use sotto_tests::{requires, requires_python, wait_for};

/// Enough that every fault strikes once.
const N_DICTATIONS: u64 = FAULTS.len() as u64;

/// The push-to-talk key is the portal's.
const SETTINGS: &str = "[key]\npush_to_talk = \"Control+Alt+D\"\nsource = \"portal\"\n\
                        [feedback]\nnotifications = false\n";

/// The name of the tray application on the session bus.
const TRAY: &str = "io.github.sotto.Sotto.Tray";

/// The input engine that the user has selected.
const USERS_ENGINE: &str = "xkb:us::eng";

/// Fields that take text.
const FIELDS: [usize; 2] = [0, 1];

/// From here on the voice has said enough for some words.
const SOME_WORDS: Duration = Duration::from_millis(1400);

/// Longer than the grace of a release.
const RELEASE_GRACE: Duration = Duration::from_millis(80);

/// Time for a text to arrive.
const PASTING: Duration = Duration::from_millis(300);

/// No dictation takes longer, with everything around it; the desktop lives for as many as there are.
const LONGEST_DICTATION: Duration = Duration::from_secs(30);

/// All must be well again so soon after what ended was started anew.
const RECOVERY: Duration = Duration::from_secs(2);

/// Longest moment at which a fault strikes; the voice speaks for about as long.
const LONGEST_MS: u64 = 2200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    InputMethod,
    Sound,
    Daemon,
    Tray,
    Portal,
    Focus,
    Cancel,
}

const FAULTS: [Fault; 8] = [
    Fault::InputMethod,
    Fault::Focus,
    Fault::Daemon,
    Fault::Portal,
    Fault::Sound,
    Fault::Tray,
    Fault::Cancel,
    Fault::Nothing,
];

/// Numbers that look random and are the same for the same seed (splitmix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

struct Chaos {
    probe: Probe,
    focused: usize,
    tray: Running,
    portal: Option<Portal>,
    scene: Scene,
}

impl Chaos {
    fn open(test: &str) -> Option<Self> {
        if !requires_python(test, &[Toolkit::Gtk3.python_module()]) || !requires(test, &["busctl"])
        {
            return None;
        }
        let scene = Scene::open(test, SETTINGS)?;
        let probe = Probe::start(&scene.desktop, Toolkit::Gtk3);
        scene.select_engine(USERS_ENGINE);
        let mut chaos = Self {
            probe,
            focused: FIELDS[0],
            tray: scene.start_tray(),
            portal: None,
            scene,
        };
        chaos.start_portal();
        chaos.wait_for_tray();
        Some(chaos)
    }

    /// One dictation into `field` with a fault `after` the voice began; how long until all was well again.
    fn dictate(&mut self, field: usize, fault: Fault, after: Duration) -> Duration {
        for field in FIELDS {
            self.probe.clear(field);
        }
        self.focus(field);
        // A press right after a release would count as the repeat of a held key.
        sleep(RELEASE_GRACE);
        match (&self.portal, fault) {
            (Some(portal), Fault::Portal) => portal.press(),
            _ => self.scene.tell("press"),
        }
        self.scene.wait_for_state("listening");
        let mut voice = self.scene.say(SENTENCE);
        sleep(after);
        self.strike(fault, field);
        voice.wait();
        // A portal that is gone has let go of its key.
        if !matches!(fault, Fault::Daemon | Fault::Portal) {
            self.scene.tell("release");
        }
        let healed = Instant::now();
        self.heal(fault);
        self.scene.wait_for_state("idle");
        self.scene.wait_for_engine(USERS_ENGINE);
        let recovery = healed.elapsed();
        self.judge(field, fault, after);
        recovery
    }

    fn focus(&mut self, field: usize) {
        if field != self.focused {
            self.probe.focus(field);
            self.focused = field;
        }
    }

    fn strike(&mut self, fault: Fault, field: usize) {
        match fault {
            Fault::Nothing => {}
            Fault::InputMethod => self.scene.desktop.kill_ibus(),
            Fault::Sound => self.scene.microphone.kill(),
            Fault::Daemon => self.scene.kill_daemon(),
            Fault::Tray => self.tray.kill(),
            Fault::Portal => self.portal = None,
            Fault::Focus => self.focus(other(field)),
            Fault::Cancel => self.scene.tell("cancel"),
        }
    }

    fn heal(&mut self, fault: Fault) {
        match fault {
            Fault::InputMethod => {
                self.scene.desktop.start_ibus();
                // As the session does when it starts IBus.
                self.scene.select_engine(USERS_ENGINE);
            }
            Fault::Sound => self.scene.microphone.restart(),
            Fault::Daemon => {
                let portal = self.portal.as_ref().unwrap();
                let n_before = portal.asked().triggers.len();
                self.scene.start_daemon();
                wait_for("the portal's key", || {
                    (portal.asked().triggers.len() > n_before).then_some(())
                });
            }
            Fault::Tray => {
                self.tray = self.scene.start_tray();
                self.wait_for_tray();
            }
            Fault::Portal => self.start_portal(),
            Fault::Nothing | Fault::Focus | Fault::Cancel => {}
        }
    }

    fn start_portal(&mut self) {
        let portal = Portal::start(self.scene.desktop.bus_address(), Consent::Given);
        portal.wait_for_shortcut();
        self.portal = Some(portal);
    }

    fn wait_for_tray(&self) {
        wait_for("the tray application", || {
            self.scene.desktop.has_owner(TRAY).then_some(())
        });
    }

    fn judge(&mut self, field: usize, fault: Fault, after: Duration) {
        let elsewhere = self.probe.read(other(field));
        assert_eq!(elsewhere, "", "text where it was not spoken");
        match fault {
            Fault::Nothing | Fault::Tray => {
                let text = self.delivered_or_kept(field);
                assert!(text.to_lowercase().contains(HEARD), "{text}");
            }
            Fault::InputMethod | Fault::Focus | Fault::Portal if after > SOME_WORDS => {
                self.delivered_or_kept(field);
                assert_eq!(self.probe.read(other(field)), "");
            }
            // The words of a daemon that is killed die with it, as they must: they are in memory only.
            Fault::Daemon
            | Fault::Sound
            | Fault::InputMethod
            | Fault::Focus
            | Fault::Portal
            | Fault::Cancel => {}
        }
    }

    /// The text in `field`, pasted there if it could not be inserted when it was spoken.
    ///
    /// An application takes a moment to find a new `ibus-daemon`; for it, no text field had focus until then.
    fn delivered_or_kept(&mut self, field: usize) -> String {
        sleep(PASTING);
        self.focus(field);
        wait_for("what was said", || {
            let text = self.probe.read(field);
            if text.trim().is_empty() {
                self.scene.sotto("paste-last").output().ok()?;
                sleep(PASTING);
                return None;
            }
            Some(text)
        })
    }
}

fn other(field: usize) -> usize {
    1 - field
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn whatever_ends_no_text_goes_astray() {
    let seed = number("SOTTO_CHAOS_SEED", 1);
    let n_dictations = number("SOTTO_CHAOS_DICTATIONS", N_DICTATIONS);
    live_for(LONGEST_DICTATION * u32::try_from(n_dictations + 2).unwrap());
    let Some(mut chaos) = Chaos::open("whatever ends, no text goes astray") else {
        return;
    };
    println!("seed {seed}");
    let mut random = Random(seed);
    let mut slowest = Duration::ZERO;
    for idx in 0..n_dictations {
        // The first round strikes with every fault, later ones as it comes.
        let n_faults = FAULTS.len() as u64;
        let which = if idx < n_faults {
            idx
        } else {
            random.below(n_faults)
        };
        let fault = FAULTS[usize::try_from(which).unwrap()];
        let after = Duration::from_millis(random.below(LONGEST_MS));
        let field = usize::try_from(random.below(2)).unwrap();
        println!("{idx}: {fault:?} after {after:?} in field {field}");
        let recovery = chaos.dictate(field, fault, after);
        println!("{idx}: well after {recovery:?}");
        assert!(recovery <= RECOVERY, "{recovery:?} until all was well");
        slowest = slowest.max(recovery);
    }
    println!("{n_dictations} dictations, slowest recovery {slowest:?}");
    chaos.dictate(0, Fault::Nothing, Duration::ZERO);
}
