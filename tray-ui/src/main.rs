//! The tray application: what a person sees of Sotto.

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!())
        .expect("the window system is there");
}
