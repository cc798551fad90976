//! Checks the Tauri configuration and embeds the user interface.

fn main() {
    tauri_build::build();
}
