use std::{f64::consts::TAU, fs, path::PathBuf};

use super::*;

fn tone(file_name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/audio")
        .join(file_name)
}

fn read_all(file: &mut AudioFile) -> Vec<f32> {
    let (mut all, mut block) = (Vec::new(), Vec::new());
    while file.next_block(&mut block) {
        assert!(!block.is_empty());
        all.extend_from_slice(&block);
    }
    all
}

/// Amplitude of the 440 Hz component over the middle of the clip.
fn amplitude_440(samples: &[f32], rate_hz: u32) -> f64 {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let (mut re, mut im) = (0.0, 0.0);
    for (sample_idx, sample) in middle.iter().enumerate() {
        let phase = TAU * 440.0 * sample_idx as f64 / f64::from(rate_hz);
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    2.0 * re.hypot(im) / middle.len() as f64
}

#[track_caller]
fn check_tone(file_name: &str, rate_hz: u32) {
    let mut file = AudioFile::open(&tone(file_name)).unwrap();
    assert_eq!(file.sample_rate_hz(), rate_hz, "{file_name}");
    let samples = read_all(&mut file);
    let seconds = samples.len() as f64 / f64::from(rate_hz);
    assert!((0.49..0.65).contains(&seconds), "{file_name}: {seconds} s");
    let amplitude = amplitude_440(&samples, rate_hz);
    assert!(
        (0.3..0.6).contains(&amplitude),
        "{file_name}: amplitude {amplitude}"
    );
    assert_eq!(file.damage(), None, "{file_name}");
}

#[test]
fn each_codec_gives_the_tone_at_its_rate() {
    check_tone("tone-stereo-44100.flac", 44_100);
    check_tone("tone-stereo-44100.ogg", 44_100);
    check_tone("tone-mono-48000.opus", 48_000);
    check_tone("tone-mono-22050.mp3", 22_050);
    check_tone("tone-mono-16000.m4a", 16_000);
    check_tone("tone-mono-8000-alaw.wav", 8_000);
}

#[test]
fn opus_drops_what_the_encoder_added() {
    let samples = read_all(&mut AudioFile::open(&tone("tone-mono-48000.opus")).unwrap());
    assert_eq!(samples.len(), 24_000);
}

#[test]
fn six_channels_of_opus_are_mixed() {
    let mut file = AudioFile::open(&tone("tone-six-channels-48000.opus")).unwrap();
    let samples = read_all(&mut file);
    assert_eq!(samples.len(), 24_000);
    assert!(amplitude_440(&samples, 48_000) > 0.05);
}

/// A WAV header for 16-bit mono at 8 kHz that declares `declared` samples, with `samples` after it.
fn wav(declared: u32, samples: &[i16]) -> Vec<u8> {
    let n_bytes = declared.saturating_mul(2);
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend(n_bytes.saturating_add(36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(n_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

fn with_file<T>(file_name: &str, contents: &[u8], run: impl FnOnce(&Path) -> T) -> T {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(file_name);
    fs::write(&path, contents).unwrap();
    run(&path)
}

#[test]
fn a_wav_is_read_exactly() {
    with_file("a.wav", &wav(4, &[0, 16_384, -32_768, 1]), |path| {
        let mut file = AudioFile::open(path).unwrap();
        assert_eq!(file.duration(), Some(Millis(0)));
        assert_eq!(read_all(&mut file), [0.0, 0.5, -1.0, 1.0 / 32_768.0]);
        assert_eq!(file.damage(), None);
    });
}

#[test]
fn a_cut_off_wav_keeps_what_is_there_and_says_so() {
    with_file("a.wav", &wav(80_000, &[1; 16_001]), |path| {
        let mut file = AudioFile::open(path).unwrap();
        assert_eq!(file.duration(), Some(Millis(10_000)));
        let n_samples = read_all(&mut file).len();
        assert!((15_000..=16_001).contains(&n_samples), "{n_samples}");
        assert_eq!(file.damage(), Some(Damage::Truncated));
    });
}

#[test]
fn a_wav_from_a_pipe_declares_no_length() {
    with_file("a.wav", &wav(u32::MAX, &[1; 8_000]), |path| {
        let mut file = AudioFile::open(path).unwrap();
        assert_eq!(file.duration(), None);
        assert!(read_all(&mut file).len() > 7_000);
    });
}

#[test]
fn cut_off_compressed_files_keep_a_part_and_never_panic() {
    for file_name in [
        "tone-stereo-44100.flac",
        "tone-stereo-44100.ogg",
        "tone-mono-48000.opus",
        "tone-mono-22050.mp3",
        "tone-mono-16000.m4a",
    ] {
        let whole = fs::read(tone(file_name)).unwrap();
        for cut in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            with_file(file_name, &whole[..cut], |path| {
                if let Ok(mut file) = AudioFile::open(path) {
                    assert!(read_all(&mut file).len() < 60_000);
                }
            });
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    for file_name in [
        "tone-stereo-44100.flac",
        "tone-stereo-44100.ogg",
        "tone-mono-48000.opus",
        "tone-mono-22050.mp3",
        "tone-mono-16000.m4a",
        "tone-mono-8000-alaw.wav",
    ] {
        let whole = fs::read(tone(file_name)).unwrap();
        for position in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            let mut damaged = whole.clone();
            damaged[position] ^= 0x55;
            with_file(file_name, &damaged, |path| {
                if let Ok(mut file) = AudioFile::open(path) {
                    read_all(&mut file);
                }
            });
        }
    }
}

#[test]
fn sound_before_a_table_that_overflows_is_kept() {
    let mut m4a = fs::read(tone("tone-mono-16000.m4a")).unwrap();
    let stts = m4a.windows(4).position(|name| name == b"stts").unwrap();
    let (first_count, second_count) = (stts + 12, stts + 20);
    assert_eq!(m4a[first_count..first_count + 4], 8_u32.to_be_bytes());
    m4a[first_count..first_count + 4].copy_from_slice(&5_u32.to_be_bytes());
    m4a[second_count..second_count + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    with_file("overflow.m4a", &m4a, |path| {
        let mut file = AudioFile::open(path).unwrap();
        let n_samples = read_all(&mut file).len();
        assert!((4096..=5120).contains(&n_samples), "{n_samples}");
        assert!(file.damage().is_some());
    });
}

#[track_caller]
fn check_error(file_name: &str, contents: &[u8], expected: &str) {
    let message = with_file(file_name, contents, |path| {
        AudioFile::open(path)
            .err()
            .map_or_else(|| "opened".to_owned(), |error| error.to_string())
    });
    assert!(
        message.contains(file_name) && message.contains(expected),
        "{message}"
    );
}

#[test]
fn what_is_no_audio_is_said_in_a_sentence() {
    check_error("empty.wav", b"", "is empty");
    check_error(
        "notes.txt",
        "to be or not to be, ".repeat(500).as_bytes(),
        "not an audio file",
    );
    check_error("short.wav", b"RIFF", "not an audio file");
    check_error("header.wav", &wav(100, &[]), "holds no sound");

    let dir = tempfile::tempdir().unwrap();
    let message = |path: &Path| AudioFile::open(path).err().unwrap().to_string();
    assert!(message(dir.path()).contains("is a directory"));
    assert!(message(&dir.path().join("none.wav")).contains("there is no such file"));
}
