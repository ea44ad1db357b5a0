//! What every command says to a missing or wrong key, a damaged file, or none.

use std::fs;
use std::path::Path;

use super::{code, done, legs, rec, said};

/// Commands that read a recording, and what they would make.
const READERS: [&[&str]; 6] = [
    &["info", "FILE"],
    &["play", "FILE"],
    &["export", "FILE", "out.wav"],
    &["export", "FILE", "out.flac"],
    &["rekey", "FILE", "out.tlr", "--clear", "--unsigned"],
    &["repack", "FILE", "out.tlr", "--clear", "--unsigned"],
];

/// Runs them all on a file: status 3, one line that says why, in words and as JSON, and nothing made.
fn refused(folder: &Path, file: &str, key: &[&str], commands: &[&[&str]], why: &str) {
    for command in commands {
        let args: Vec<&str> =
            command.iter().map(|arg| if *arg == "FILE" { file } else { *arg }).collect();
        for json in [false, true] {
            let more = if json { &["--json"][..] } else { &[] };
            let output = rec(folder, &[&args, key, more].concat());
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(3), "{args:?}: {told}");
            assert!(output.stdout.is_empty(), "{args:?}");
            assert_eq!(told.lines().count(), 1, "{args:?}: {told}");
            if json {
                let said: serde_json::Value = serde_json::from_str(&told).unwrap();
                assert!(said["error"].as_str().unwrap().contains(why), "{args:?}: {told}");
            } else {
                assert!(told.starts_with("rec: ") && told.contains(why), "{args:?}: {told}");
            }
        }
    }
    let made = fs::read_dir(folder)
        .unwrap()
        .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("out."));
    assert!(!made, "{file} {key:?}");
}

#[test]
fn a_sealed_recording_needs_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    fs::write(folder.join("right"), "correct horse\n").unwrap();
    fs::write(folder.join("wrong"), "correct house\n").unwrap();
    fs::write(folder.join("bad.key"), "no key\n").unwrap();
    done(folder, &["keygen", "other.key"]);
    done(folder, &["import", "call.tlr", "caller.ul", "--new-passphrase-file", "right"]);
    refused(folder, "call.tlr", &[], &READERS, "the recording is encrypted");
    let opens = "the key does not open this recording";
    refused(folder, "call.tlr", &["--secret-file", "other.key"], &READERS, opens);
    // Each try takes its time.
    refused(folder, "call.tlr", &["--passphrase-file", "wrong"], &READERS[3..5], opens);
    refused(folder, "call.tlr", &["--passphrase-file", "absent"], &READERS, "cannot read absent");
    refused(folder, "call.tlr", &["--secret-file", "bad.key"], &READERS, "64 hexadecimal digits");
    // Nobody needs a key to see that it is whole, or to make it whole.
    assert_eq!(code(folder, &["verify", "call.tlr"]), 0);
    done(folder, &["recover", "call.tlr", "same.tlr"]);
    let play = |file| done(folder, &["play", file, "--passphrase-file", "right"]);
    assert_eq!(play("same.tlr"), play("call.tlr"));
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    done(folder, &["import", "call.tlr", "caller.ul"]);
    let whole = fs::read(folder.join("call.tlr")).unwrap();
    let mut later = whole.clone();
    later[8] = 9;
    let crc = crc(&later[..28]);
    later[28..32].copy_from_slice(&crc.to_le_bytes());
    let mut bent = whole.clone();
    bent[20] ^= 1;
    let files: [(&str, &[u8], &str); 5] = [
        ("empty.tlr", b"", "not a .tlr recording"),
        ("text.tlr", b"Dear sir, this is a long text and no recording", "not a .tlr recording"),
        ("later.tlr", &later, "version 9 of the format is not known here"),
        ("bent.tlr", &bent, "header is damaged"),
        ("headless.tlr", &whole[..40], "the recording has no head"),
    ];
    for (name, bytes, why) in files {
        fs::write(folder.join(name), bytes).unwrap();
        let readers = if name == "headless.tlr" { &READERS[..4] } else { &READERS[..] };
        refused(folder, name, &[], readers, why);
        if name != "headless.tlr" {
            refused(
                folder,
                name,
                &[],
                &[&["verify", "FILE"], &["recover", "FILE", "out.tlr"]],
                why,
            );
        }
    }
    let all = [&READERS[..], &[&["verify", "FILE"], &["recover", "FILE", "out.tlr"]]].concat();
    refused(folder, "absent.tlr", &[], &all, "cannot open absent.tlr");
    refused(folder, "headless.tlr", &[], &READERS[4..], "headless.tlr is not whole");
}

/// CRC-32C, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 != 0 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
        })
    })
}

#[test]
fn a_damaged_recording_is_read_as_far_as_it_goes_and_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    done(folder, &["import", "call.tlr", "caller.ul", "agent.al"]);
    let whole = fs::read(folder.join("call.tlr")).unwrap();
    let sound = done(folder, &["play", "call.tlr"]);
    // A byte of sound in the middle, then the index, then its trailer.
    let trailer = whole.len() - 16;
    let index = u64::from_le_bytes(whole[trailer..trailer + 8].try_into().unwrap()) as usize;
    for (name, at) in [("sound", whole.len() / 2), ("index", index + 14), ("trailer", trailer)] {
        let mut bent = whole.clone();
        bent[at] ^= 0x40;
        let (file, saved) = (format!("{name}.tlr"), format!("{name}-saved.tlr"));
        fs::write(folder.join(&file), bent).unwrap();
        let verified = rec(folder, &["verify", &file, "--json"]);
        assert_eq!(verified.status.code(), Some(1), "{name}");
        let told: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(told["good"], false);
        let damaged = told["report"]["damaged"].as_array().unwrap();
        let holds = |range: &serde_json::Value| {
            (range[0].as_u64().unwrap()..range[1].as_u64().unwrap()).contains(&(at as u64))
        };
        assert!(damaged.iter().any(holds), "{name} at {at}: {damaged:?}");
        refused(folder, &file, &[], &READERS[4..], "is not whole: rec verify says why");
        let told = &said(folder, &["recover", &file, &saved])[0];
        assert_eq!(told["report"]["damaged"].as_array().unwrap(), damaged);
        let heard = done(folder, &["play", &file]);
        if name == "sound" {
            assert_eq!(heard.len(), sound.len());
            let lost = heard.iter().zip(&sound).filter(|(a, b)| a != b).count();
            // A second of one party.
            assert!(lost > 0 && lost <= 16_000, "{lost}");
        } else {
            // Without its index a file is scanned.
            assert!(heard == sound, "{name}");
            assert_eq!(code(folder, &["verify", &saved]), 0);
            assert!(done(folder, &["play", &saved]) == sound);
        }
    }
}

#[test]
fn what_a_recording_says_does_not_command_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    let evil = "queue=\u{1b}]0;mine\u{7}sales";
    done(folder, &["import", "call.tlr", "caller.ul", "--meta", evil, "--names", "a\u{1b}[2J"]);
    for args in [&["info", "call.tlr"][..], &["find", "."]] {
        let told = done(folder, args);
        assert!(!told.contains(&0x1b) && !told.contains(&7), "{args:?}");
        assert!(String::from_utf8(told).unwrap().contains("sales"));
    }
    assert_eq!(said(folder, &["info", "call.tlr"])[0]["meta"]["queue"], evil[6..]);
}

#[test]
fn years_of_silence_are_written_only_when_asked_for() {
    use std::io::BufWriter;

    use media_core::record::tlr::{Channel, Head, Options, Writer};
    use media_core::record::{Format, Samples};

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let head = Head { channels: vec![Channel::telephone(Format::Ulaw, "x")], ..Head::default() };
    let file = BufWriter::new(fs::File::create(folder.join("call.tlr")).unwrap());
    let mut writer = Writer::create(file, &head, Options::new([1; 16])).unwrap();
    writer.write(0, 0, Samples::Ulaw(&[7; 8000])).unwrap();
    writer.write(0, 8000 * 86_400 * 365, Samples::Ulaw(&[7; 8000])).unwrap();
    writer.finish().unwrap();
    let commands: [&[&str]; 3] = [
        &["export", "FILE", "out.wav"],
        &["export", "FILE", "out.flac"],
        &["export", "FILE", "out.opus"],
    ];
    refused(folder, "call.tlr", &[], &commands, "it says it lasts 365 days");
    done(folder, &["export", "call.tlr", "call.wav", "--to", "2"]);
    assert_eq!(fs::metadata(folder.join("call.wav")).unwrap().len(), 44 + 32_000);
}
