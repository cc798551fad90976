//! The doctor object on the session bus.

use sotto_api::{DoctorError, Finding, OBJECT_PATH};
use tokio::process::Command;
use tr::tr;
use zbus::Connection;

use crate::{daemon::offer::find_program, doctor};

/// The served object.
pub(crate) struct DoctorService;

impl DoctorService {
    /// Serves the checks.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub(crate) async fn serve(connection: &Connection) -> zbus::Result<()> {
        connection.object_server().at(OBJECT_PATH, Self).await?;
        Ok(())
    }
}

#[zbus::interface(name = "io.github.sotto.Doctor1")]
impl DoctorService {
    async fn examine(&self) -> Result<Vec<Finding>, DoctorError> {
        let findings = tokio::task::spawn_blocking(|| {
            let mut findings = doctor::findings();
            findings.push(doctor::push_to_talk());
            findings
        })
        .await;
        let findings = findings.map_err(|error| DoctorError::NotReady(format!("{error}.")))?;
        Ok(findings.iter().map(on_the_bus).collect())
    }

    async fn report(&self) -> Result<String, DoctorError> {
        tokio::task::spawn_blocking(doctor::report)
            .await
            .map_err(|error| DoctorError::NotReady(format!("{error}.")))
    }

    async fn mend(&self, remedy: &str) -> Result<(), DoctorError> {
        let not_mended = |sentence: String| Err(DoctorError::NotMended(sentence));
        if remedy != doctor::START_IBUS {
            return not_mended(tr!("There is no remedy \"{}\" here.", remedy));
        }
        let Some(program) = find_program("ibus-daemon") else {
            return not_mended(tr!(
                "ibus-daemon is not installed: install the package ibus."
            ));
        };
        let started = Command::new(program)
            .args(["--daemonize", "--xim"])
            .status()
            .await;
        match started {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => not_mended(tr!("ibus-daemon did not start: {}.", status)),
            Err(error) => not_mended(tr!("ibus-daemon cannot be started: {}.", error)),
        }
    }
}

fn on_the_bus(finding: &doctor::Finding) -> Finding {
    let (status, sentence) = match &finding.outcome {
        Ok(sentence) => ("ok", sentence),
        Err(sentence) if finding.is_needed => ("problem", sentence),
        Err(sentence) => ("optional", sentence),
    };
    let remedy = finding.outcome.is_err().then_some(finding.remedy);
    Finding {
        check: finding.what.to_owned(),
        status: status.to_owned(),
        sentence: sentence.clone(),
        remedy: remedy.unwrap_or_default().to_owned(),
    }
}
