//! The program as a user runs it, on files good and bad, with the built-in model.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const RATE_HZ: u32 = 16_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
}

/// The built-in model, if this tree holds one.
fn built_in_model() -> Option<PathBuf> {
    let dir = root().join("models/starter/en");
    let is_there = dir.join("manifest.toml").is_file();
    if !is_there {
        println!("skipped: this tree holds no built-in model in models/starter/en");
    }
    is_there.then_some(dir)
}

fn sotto(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sotto"))
        .args(args)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that stops early closes its end: not what these tests are about.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[track_caller]
fn check_failure(output: &Output, expected: &[&str]) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    for part in expected {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[track_caller]
fn check_success(output: &Output) {
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// A mono WAV of 32-bit floats.
fn wav(samples: &[f32], rate_hz: u32) -> Vec<u8> {
    let n_bytes = u32::try_from(4 * samples.len()).unwrap();
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((n_bytes + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x03\0\x01\0");
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((4 * rate_hz).to_le_bytes());
    bytes.extend(b"\x04\0\x20\0data");
    bytes.extend(n_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

#[test]
fn a_wrong_command_line_is_refused() {
    assert_eq!(sotto(&["transcribe"], b"").status.code(), Some(2));
    check_failure(
        &sotto(&["transcribe", "a.wav", "--raw", "16000"], b""),
        &["--raw", "\"-\""],
    );
    check_failure(
        &sotto(&["transcribe", "a.wav", "b.wav", "--format", "vtt"], b""),
        &["give a directory with --output"],
    );
    check_failure(
        &sotto(&["transcribe", "a.wav", "--model", "no-such-model"], b""),
        &["there is no model \"no-such-model\""],
    );
    check_failure(
        &sotto(&["eval", "none.tsv"], b""),
        &["none.tsv cannot be read"],
    );
}

#[test]
fn bad_files_are_named_and_the_others_are_done() {
    let Some(model) = built_in_model() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("empty.wav"), b"").unwrap();
    fs::write(path("notes.txt"), "no sound ".repeat(100)).unwrap();
    fs::write(path("good.wav"), wav(&[0.0; 4000], RATE_HZ)).unwrap();
    let cut = wav(&[0.0; 40_000], RATE_HZ);
    fs::write(path("cut.wav"), &cut[..cut.len() / 2]).unwrap();
    let files = ["none.wav", "empty.wav", "notes.txt", "cut.wav", "good.wav"].map(path);
    let mut args = vec![
        "transcribe",
        "--format",
        "json",
        "--model",
        model.to_str().unwrap(),
    ];
    args.extend(files.iter().map(String::as_str));
    args.push(dir.path().to_str().unwrap());
    for threads in ["1", "3"] {
        let output = sotto(&[&args[..], &["--threads", threads]].concat(), b"");
        check_failure(
            &output,
            &[
                "none.wav: there is no such file",
                "empty.wav is empty",
                "notes.txt is not an audio file",
                "cut.wav: the file is cut off",
                "is a directory",
            ],
        );
        let stdout = text(&output.stdout);
        let done: Vec<serde_json::Value> = serde_json::Deserializer::from_str(stdout)
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap();
        let names: Vec<_> = done
            .iter()
            .map(|file| file["file"].as_str().unwrap())
            .collect();
        assert_eq!(names, [path("cut.wav"), path("good.wav")]);
    }
}

#[test]
fn unusual_sound_is_no_failure() {
    let Some(model) = built_in_model() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let model = model.to_str().unwrap();
    let silence = vec![0.0; 48_000];
    let clips = [
        ("short.wav", wav(&silence[..800], 8_000)),
        ("silence.wav", wav(&silence, RATE_HZ)),
        ("nan.wav", wav(&[f32::NAN; 16_000], RATE_HZ)),
        ("loud.wav", wav(&[1e30; 16_000], 44_100)),
        ("infinite.wav", wav(&[f32::INFINITY; 16_000], 96_000)),
    ];
    for (name, bytes) in clips {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = sotto(
            &["transcribe", "--model", model, path.to_str().unwrap()],
            b"",
        );
        check_success(&output);
        if name == "silence.wav" || name == "short.wav" {
            assert_eq!(text(&output.stdout), "", "{name}");
        }
    }
}

#[test]
fn standard_input_is_raw_or_a_file() {
    let Some(model) = built_in_model() else {
        return;
    };
    let model = model.to_str().unwrap();
    let raw = vec![0; 32_000];
    let args = ["transcribe", "--model", model, "--format", "json", "-"];
    let output = sotto(&[&args[..], &["--raw", "16000"]].concat(), &raw);
    check_success(&output);
    assert!(
        text(&output.stdout).contains("\"duration\":1}"),
        "{}",
        text(&output.stdout)
    );
    let output = sotto(&args, &wav(&[0.0; 16_000], RATE_HZ));
    check_success(&output);
    assert!(
        text(&output.stdout).contains("\"duration\":1}"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_directory_takes_a_file_for_each_input() {
    let Some(model) = built_in_model() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let inputs = ["a.wav", "b.wav"].map(|name| dir.path().join(name));
    for input in &inputs {
        fs::write(input, wav(&[0.0; 1600], RATE_HZ)).unwrap();
    }
    let output = sotto(
        &[
            "transcribe",
            "--model",
            model.to_str().unwrap(),
            "--format",
            "vtt",
            "-o",
            out.to_str().unwrap(),
            inputs[0].to_str().unwrap(),
            inputs[1].to_str().unwrap(),
        ],
        b"",
    );
    check_success(&output);
    for name in ["a.vtt", "b.vtt"] {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "WEBVTT\n\n");
    }
}

#[test]
fn a_broken_model_is_said_in_a_sentence() {
    let Some(model) = built_in_model() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("clip.wav");
    fs::write(&clip, wav(&[0.0; 1600], RATE_HZ)).unwrap();
    let broken = dir.path().join("model");
    let network = fs::read(model.join("model.onnx")).unwrap();
    let tokens = fs::read(model.join("tokens.txt")).unwrap();
    let fewer_tokens = tokens
        .split_inclusive(|byte| *byte == b'\n')
        .skip(1)
        .collect::<Vec<_>>()
        .concat();
    let cases: [(&str, &[u8], &[u8]); 4] = [
        ("model.onnx", &network[..network.len() / 2], &tokens),
        ("model.onnx", b"not a network", &tokens),
        ("tokens.txt", &network, &fewer_tokens),
        ("tokens.txt", &network, b"\xff\xfe"),
    ];
    for (named, network, tokens) in cases {
        fs::create_dir_all(&broken).unwrap();
        fs::write(broken.join("model.onnx"), network).unwrap();
        fs::write(broken.join("tokens.txt"), tokens).unwrap();
        let model = broken.to_str().unwrap();
        check_failure(
            &sotto(
                &["transcribe", "--model", model, clip.to_str().unwrap()],
                b"",
            ),
            &[named],
        );
    }
    fs::copy(model.join("manifest.toml"), broken.join("manifest.toml")).unwrap();
    check_failure(
        &sotto(
            &[
                "transcribe",
                "--model",
                broken.to_str().unwrap(),
                clip.to_str().unwrap(),
            ],
            b"",
        ),
        &["tokens.txt has 2 bytes"],
    );
}

#[test]
fn an_evaluation_prints_its_table_and_names_what_is_missing() {
    let Some(model) = built_in_model() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.wav"), wav(&[0.0; 16_000], RATE_HZ)).unwrap();
    let manifest = dir.path().join("manifest.tsv");
    fs::write(
        &manifest,
        "set\tpath\tseconds\ttext\nquiet\ta.wav\t1\tTwo words\n",
    )
    .unwrap();
    let (manifest_arg, figures) = (manifest.to_str().unwrap(), dir.path().join("f.json"));
    let args = [
        "eval",
        manifest_arg,
        "--model",
        model.to_str().unwrap(),
        "--json",
        figures.to_str().unwrap(),
    ];
    let output = sotto(&args, b"");
    check_success(&output);
    let table = text(&output.stdout);
    assert!(
        table.contains("quiet      1      2  100.00    0    0    2"),
        "{table}"
    );
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&figures).unwrap()).unwrap();
    assert_eq!(json["total"]["deletions"], 2);

    let with_missing = "set\tpath\tseconds\ttext\nquiet\ta.wav\t1\tTwo words\nquiet\tb.wav\t1\tx\n";
    fs::write(&manifest, with_missing).unwrap();
    let output = sotto(&args, b"");
    check_failure(&output, &["b.wav: there is no such file"]);
    assert!(text(&output.stdout).contains("total      1"));
}
