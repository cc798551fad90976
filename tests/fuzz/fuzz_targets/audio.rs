#![no_main]

libfuzzer_sys::fuzz_target!(
    // In place of the hook that ends the process: panics of decoders are caught and are damage of the file,
    // those of the check still end it.
    init: std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))),
    |bytes: &[u8]| sotto_checks::audio(bytes)
);
