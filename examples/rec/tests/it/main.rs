//! The tool, run as a user runs it.

mod import;
mod library;
mod packets;
mod players;
mod progress;
mod refusals;
mod seal;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn rec(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rec"));
    command.current_dir(folder).args(args).output().unwrap()
}

fn code(folder: &Path, args: &[&str]) -> i32 {
    rec(folder, args).status.code().unwrap()
}

fn done(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = rec(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What a command says as JSON: a line a value.
fn said(folder: &Path, args: &[&str]) -> Vec<serde_json::Value> {
    let told = String::from_utf8(done(folder, &[args, &["--json"]].concat())).unwrap();
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Samples of a WAV file, from its data chunk on.
fn samples(wav: &[u8]) -> Vec<i16> {
    let data = wav.windows(4).position(|w| w == b"data").unwrap() + 8;
    wav[data..].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// A WAV file of 16-bit PCM, its samples interleaved.
fn wav(rate: u32, channels: u16, sound: &[i16]) -> Vec<u8> {
    let bytes: Vec<u8> = sound.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2 * u32::from(channels)).to_le_bytes());
    file.extend((2 * channels).to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend((bytes.len() as u32).to_le_bytes());
    file.extend(bytes);
    file
}

/// A rising and falling hum in each law's codes, three seconds.
fn legs(folder: &Path) {
    let codes: Vec<u8> = (0..24_000_u32).map(|i| 0x80 | (i / 9 % 60) as u8).collect();
    fs::write(folder.join("caller.ul"), &codes).unwrap();
    fs::write(folder.join("agent.al"), &codes[..16_000]).unwrap();
}

#[test]
fn two_legs_become_a_recording_and_a_wav_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    let import = ["import", "call.tlr", "caller.ul", "agent.al", "--meta", "queue=sales"];
    done(folder, &[&import[..], &["--started-ms", "5"]].concat());
    let info = String::from_utf8(done(folder, &["info", "call.tlr", "--json"])).unwrap();
    for part in [r#""queue":"sales""#, r#""seconds":3.0"#, r#""seconds":2.0"#, r#""closed":true"#] {
        assert!(info.contains(part), "{info}");
    }
    done(folder, &["export", "call.tlr", "call.wav"]);
    let wav = fs::read(folder.join("call.wav")).unwrap();
    assert_eq!((&wav[..4], &wav[8..12], wav.len()), (&b"RIFF"[..], &b"WAVE"[..], 44 + 24_000 * 4));
    let part = done(folder, &["play", "call.tlr", "--from", "1", "--to", "1.5", "--mixed"]);
    assert_eq!(part.len(), 44 + 4000 * 2);
    let left = i16::from_le_bytes([wav[44 + 32_000], wav[45 + 32_000]]);
    let right = i16::from_le_bytes([wav[46 + 32_000], wav[47 + 32_000]]);
    assert_eq!(i16::from_le_bytes([part[44], part[45]]), left.saturating_add(right));
    let again = rec(folder, &["export", "call.tlr", "call.wav", "--json"]);
    assert_eq!(again.status.code(), Some(3));
    assert!(String::from_utf8(again.stderr).unwrap().starts_with(r#"{"error":"cannot make"#));
    assert_eq!(rec(folder, &["export", "call.tlr"]).status.code(), Some(2));
    assert_eq!(rec(folder, &["export", "call.tlr", "call.mp3"]).status.code(), Some(3));
    assert!(!folder.join("call.mp3").exists());
}

#[test]
fn a_harder_packed_copy_is_smaller_and_sounds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    done(folder, &["import", "call.tlr", "caller.ul", "agent.al"]);
    done(folder, &["repack", "call.tlr", "small.tlr", "--level", "high"]);
    assert_eq!(done(folder, &["play", "call.tlr"]), done(folder, &["play", "small.tlr"]));
    let len = |name| fs::metadata(folder.join(name)).unwrap().len();
    assert!(len("small.tlr") < len("call.tlr"));
}

#[test]
fn damage_fails_the_check_and_a_cut_file_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    done(folder, &["import", "call.tlr", "caller.ul", "agent.al"]);
    done(folder, &["verify", "call.tlr"]);
    let signer = "00".repeat(32);
    let verified = rec(folder, &["verify", "call.tlr", "--signer", &signer]);
    assert_eq!(verified.status.code(), Some(1));
    let whole = fs::read(folder.join("call.tlr")).unwrap();
    fs::write(folder.join("cut.tlr"), &whole[..whole.len() * 3 / 4]).unwrap();
    let report = rec(folder, &["verify", "cut.tlr", "--json"]);
    assert!(!report.status.success());
    assert!(String::from_utf8(report.stdout).unwrap().contains(r#""closed":false"#));
    done(folder, &["recover", "cut.tlr", "saved.tlr"]);
    done(folder, &["verify", "saved.tlr"]);
    let (all, saved) = (done(folder, &["play", "call.tlr"]), done(folder, &["play", "saved.tlr"]));
    assert!(saved.len() > 44 && all[44..].starts_with(&saved[44..44 + 4 * 8000]));
}
