//! A whole model: resolved, downloaded, checked, put in place.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use sotto_models::{
    ArchiveLimits, Bundle, CatalogueModel, ModelSource, Staging, StampStore, Store, StoreError,
    check_free_space, unpack,
};

use crate::{
    Client, Download, FetchError, FetchEvent, Plan, download::Step, part::PartFile, progress::Meter,
};

/// An archive is unpacked beside itself; its files are no longer than this many times its length.
const ARCHIVE_GROWTH: u64 = 4;

/// Downloads a model and installs it; goes on with an earlier download of it. A model that is
/// installed in another version, or damaged, is replaced.
///
/// Setting `stop` pauses. What has arrived stays on the disk.
///
/// # Errors
/// If the model cannot be had, a server lies, or the disk refuses; nothing is installed then.
pub fn install(
    client: &Client,
    store: &Store,
    model: &CatalogueModel,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(FetchEvent),
) -> Result<PathBuf, FetchError> {
    let id = &model.id;
    let staging = store.stage(id)?;
    tell(FetchEvent::Resolving { model: id.clone() });
    let plan = Plan::resolve(client, model)?;
    let targets: Vec<_> = plan
        .files
        .iter()
        .map(|file| staging.dir().join(&file.name))
        .collect();
    let total_bytes = plan.total_bytes();
    let here = |target: &PathBuf| PartFile::len_on_disk(target);
    let done_bytes = targets.iter().map(here).sum::<u64>().min(total_bytes);
    tell(FetchEvent::Planned {
        model: id.clone(),
        commit: plan.commit.clone(),
        total_bytes,
        done_bytes,
        files: plan.files.clone(),
    });
    if let Some(dir) = installed(store, &plan) {
        tell(FetchEvent::Installed {
            model: id.clone(),
            dir: dir.clone(),
        });
        return Ok(dir);
    }
    let is_archive = matches!(model.source, ModelSource::Archive { .. });
    let unpacked_bytes = if is_archive {
        total_bytes.saturating_mul(ARCHIVE_GROWTH)
    } else {
        0
    };
    check_free_space(
        staging.dir(),
        (total_bytes - done_bytes).saturating_add(unpacked_bytes),
    )?;
    let mut meter = Meter::new(total_bytes);
    let mut base_bytes = 0;
    for ((file, url), target) in plan.files.iter().zip(&plan.urls).zip(&targets) {
        meter.begin_file(base_bytes);
        let download = Download {
            url: url.clone(),
            target: target.clone(),
            size: file.size,
            sha256: file.sha256.clone(),
        };
        download.run_as_part(client, stop, &mut meter, &mut |step| {
            let model = id.clone();
            tell(match step {
                Step::Progress(progress) => FetchEvent::Progress { model, progress },
                Step::Waiting { wait, reason } => FetchEvent::Waiting {
                    model,
                    seconds: wait.as_secs_f64(),
                    reason,
                },
            });
        })?;
        base_bytes += file.size;
    }
    tell(FetchEvent::Installing { model: id.clone() });
    let dir = match targets.as_slice() {
        [archive] if is_archive => install_archive(&staging, archive, model)?,
        _ => staging.install(&model.manifest(plan.commit.clone(), plan.entries()))?,
    };
    tell(FetchEvent::Installed {
        model: id.clone(),
        dir: dir.clone(),
    });
    Ok(dir)
}

/// Where the files of a plan are installed already, whole and just as planned.
fn installed(store: &Store, plan: &Plan) -> Option<PathBuf> {
    let dir = store.dir().join(&plan.model);
    let bundle = Bundle::open(&dir, &StampStore::disabled()).ok()?;
    let manifest = bundle.manifest()?;
    let is_same = manifest.commit == plan.commit
        && !plan.commit.is_empty()
        && manifest.files == plan.entries();
    is_same.then_some(dir)
}

fn install_archive(
    staging: &Staging,
    archive: &Path,
    model: &CatalogueModel,
) -> Result<PathBuf, StoreError> {
    let root = staging.dir().join("unpacked");
    match fs::remove_dir_all(&root) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::from_io(&root, error));
        }
        _ => {}
    }
    fs::create_dir(&root).map_err(|error| StoreError::from_io(&root, error))?;
    unpack(archive, &root, ArchiveLimits::default())?;
    staging.install_unpacked(&root, archive, model)
}
