//! Failures in the person's language.
//!
//! Errors of the libraries speak English, for logs. What reaches a person goes through [`explain`],
//! which says those that a person can do something about in their own words.

use std::{error::Error, io, path::Path};

use sotto_capture::{CaptureError, CaptureErrorKind};
pub(crate) use sotto_i18n::io_cause;
use sotto_ibus::{ActivationError, AddressError, IbusError};
use sotto_text::{TableFault, TableProblem};
use tr::tr;

/// The sentence for an error; the error's own where none is known.
pub(crate) fn explain(error: &(dyn Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<CaptureError>() {
        capture(error)
    } else if let Some(error) = error.downcast_ref::<ActivationError>() {
        activation(error)
    } else if let Some(error) = error.downcast_ref::<IbusError>() {
        ibus(error)
    } else if let Some(error) = error.downcast_ref::<AddressError>() {
        address(error)
    } else if let Some(problem) = error.downcast_ref::<TableProblem>() {
        table(problem)
    } else if let Some(error) = error.downcast_ref::<io::Error>() {
        io_cause(error)
    } else {
        error.to_string()
    }
}

fn list<P: AsRef<Path>>(paths: &[P]) -> String {
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.as_ref().display().to_string())
        .collect();
    names.join(", ")
}

fn capture(error: &CaptureError) -> String {
    let device = error.device();
    match error.kind() {
        CaptureErrorKind::NoSoundSystem => {
            tr!("{} does not answer: start PipeWire or PulseAudio", device)
        }
        CaptureErrorKind::NoDevice => tr!("{} has no microphone: plug one in", device),
        CaptureErrorKind::DeviceGone => tr!(
            "the microphone {} is not there: plug it in or choose another",
            device
        ),
        CaptureErrorKind::Busy => tr!(
            "another program holds the microphone {}: close it and try again",
            device
        ),
        CaptureErrorKind::Denied => tr!(
            "the system refuses the microphone {}: allow it in the privacy settings",
            device
        ),
        CaptureErrorKind::Format => tr!(
            "the microphone {} gives no format that can be used: choose another",
            device
        ),
        CaptureErrorKind::Closed => tr!(
            "the sound system closed the microphone {}: try again",
            device
        ),
        CaptureErrorKind::BadName => tr!(
            "{} names no sound system or device: see the list of devices",
            device
        ),
        _ => tr!("the microphone {} failed: see the cause", device),
    }
}

fn activation(error: &ActivationError) -> String {
    match error {
        ActivationError::Ibus(error) => ibus(error),
        ActivationError::File { path, .. } => tr!(
            "cannot keep the current input engine in {}: check that the folder is writable",
            path.display()
        ),
    }
}

fn ibus(error: &IbusError) -> String {
    match error {
        IbusError::Address(error) => address(error),
        IbusError::Connect { address, .. } => tr!(
            "cannot connect to IBus at {}: start ibus-daemon in this session",
            address
        ),
        IbusError::Closed => {
            tr!("the connection to IBus has ended: wait until ibus-daemon runs again")
        }
        IbusError::Refused { call, .. } => tr!("ibus-daemon refused {}: see the cause", call),
        IbusError::Answer { call, .. } => tr!(
            "ibus-daemon's answer to {} has an unknown form: check the version of IBus",
            call
        ),
        IbusError::NameTaken { name } => tr!(
            "another program already answers for {} on IBus: end it first",
            name
        ),
        IbusError::FocusMoved => tr!(
            "the focus moved before the text was sent: put the caret back and ask for the text again"
        ),
        IbusError::Send { signal, .. } => {
            tr!("cannot send {} to IBus: see the cause", signal)
        }
    }
}

fn address(error: &AddressError) -> String {
    match error {
        AddressError::NowhereToLook => tr!(
            "cannot tell where IBus listens: set IBUS_ADDRESS, or HOME and one of WAYLAND_DISPLAY \
             and DISPLAY"
        ),
        AddressError::NoFile { tried } => tr!(
            "no IBus address file, looked at {}: start ibus-daemon in this session",
            list(tried)
        ),
        AddressError::Unreadable { path, .. } => {
            tr!("cannot read {}: check its permissions", path.display())
        }
        AddressError::NoAddress { path } => tr!(
            "{} has no line IBUS_ADDRESS=…: restart ibus-daemon, which writes it anew",
            path.display()
        ),
        AddressError::Stale { path, pid } => tr!(
            "{} names process {}, which has ended: start ibus-daemon in this session",
            path.display(),
            pid
        ),
    }
}

fn table(problem: &TableProblem) -> String {
    let TableProblem {
        table, line, fault, ..
    } = problem;
    let why = match fault {
        TableFault::NoSpokenWords => tr!("the spoken words are missing"),
        TableFault::NoText => tr!("the text to write is missing"),
        TableFault::LoneBrace => {
            tr!("a brace stands alone: write it twice for the sign itself")
        }
        TableFault::UnknownVariable => {
            tr!("unknown variable: a snippet may use date and clipboard, and no other snippet")
        }
        TableFault::UnknownAction { known } => tr!("unknown action, write one of {}", known),
        TableFault::UnknownGuard => tr!("unknown guard, write noun, verb or nothing"),
        TableFault::NoClient => tr!("the client's name is missing"),
        TableFault::UnknownProfile { known } => tr!("unknown profile, write one of {}", known),
        TableFault::NoWeight => {
            tr!("the weight is no number: write for example \"New York :2.0\"")
        }
        TableFault::NoSpelling => {
            tr!("the model cannot write this: use other letters or remove the line")
        }
        TableFault::NoCorrection => {
            tr!("a correction needs what is wanted, a tab, and what was written first")
        }
        TableFault::Unreadable { cause } => tr!("the file cannot be read ({})", cause),
    };
    // TRANSLATORS: a file, a number of a line, what is wrong there.
    tr!("{}, line {}: {}", table, line, why)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[track_caller]
    fn check(error: &(dyn Error + 'static)) {
        assert_eq!(explain(error), error.to_string());
    }

    #[test]
    fn without_a_catalogue_errors_say_what_they_say_themselves() {
        let path = || PathBuf::from("/models/en/model.onnx");
        for fault in [
            TableFault::NoSpokenWords,
            TableFault::NoText,
            TableFault::LoneBrace,
            TableFault::UnknownVariable,
            TableFault::UnknownAction {
                known: "mark".to_owned(),
            },
            TableFault::UnknownGuard,
            TableFault::NoClient,
            TableFault::UnknownProfile {
                known: "chat".to_owned(),
            },
            TableFault::NoWeight,
            TableFault::NoSpelling,
            TableFault::NoCorrection,
            TableFault::Unreadable {
                cause: "no".to_owned(),
            },
        ] {
            let problem = TableProblem {
                table: "snippets.tsv".to_owned(),
                line: 3,
                fault,
            };
            let told = format!("{}; the other lines are used", explain(&problem));
            assert_eq!(told, problem.to_string());
        }
        check(&IbusError::Closed);
        check(&IbusError::FocusMoved);
        check(&IbusError::NameTaken {
            name: "io.github.sotto".to_owned(),
        });
        check(&AddressError::NowhereToLook);
        check(&AddressError::NoFile {
            tried: vec![path()],
        });
        check(&AddressError::NoAddress { path: path() });
        check(&IbusError::Address(AddressError::Stale {
            path: path(),
            pid: 7,
        }));
        check(&ActivationError::File {
            path: path(),
            source: io::ErrorKind::Other.into(),
        });
    }
}
