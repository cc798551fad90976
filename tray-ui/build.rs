//! Generates the context of the window: its pages and what they may ask for.

/// Commands that the pages may call; no other can be.
const COMMANDS: &[&str] = &[
    "autostart",
    "bench_model",
    "catalogue",
    "choose",
    "choose_model",
    "delete_history",
    "download",
    "examine",
    "export_profiles",
    "export_table",
    "history",
    "import_model",
    "installed_models",
    "mend",
    "meter",
    "microphones",
    "read_table",
    "remove_model",
    "report",
    "reset_setting",
    "running_downloads",
    "set_autostart",
    "set_setting",
    "settings",
    "start",
    "status",
    "stop_download",
    "tell",
    "test_recording",
    "updates",
    "write_table",
];

fn main() {
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
