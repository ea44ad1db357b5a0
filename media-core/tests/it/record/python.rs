//! A second decoder, written in Python from docs/recording-format.md, reads the same.

use std::io::Cursor;
use std::process::Command;

use media_core::record::tlr::{
    Channel, Cipher, Coding, Head, Options, Peaks, Reader, Sound, Unlock, Writer,
};
use media_core::record::{Format, Level, Samples};

use super::signals::{speech, ulaw};

#[test]
fn an_independent_decoder_reads_every_level_and_format() {
    let levels = [(Level::Live, 3000), (Level::Fast, 900), (Level::High, 500), (Level::Max, 450)];
    for (level, len) in levels {
        let mut pcm = speech(len, 12);
        pcm[300..400].fill(0);
        let bytes = ulaw(&pcm);
        let coding = Coding::Lossless(Format::Pcm16);
        let head = Head {
            channels: vec![
                Channel::telephone(Format::Ulaw, "a"),
                Channel::telephone(Format::Alaw, "b"),
                Channel { coding, rate: 16_000, name: "c".into() },
            ],
            ..Head::default()
        };
        let options = Options { level, ..Options::new([8; 16]) };
        let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
        writer.write(0, 0, Samples::Ulaw(&bytes)).unwrap();
        writer.write(1, 160, Samples::Alaw(&bytes[..len / 2])).unwrap();
        writer.write(2, 0, Samples::Pcm16(&pcm)).unwrap();
        let file = writer.finish().unwrap();
        compare(&file, &Unlock::Nothing, &format!("{level:?}"));
    }
}

#[test]
fn it_reads_channels_with_an_echo_too() {
    for (level, len) in
        [(Level::Live, 4000), (Level::Fast, 3000), (Level::High, 2000), (Level::Max, 2000)]
    {
        let file = super::echo::call_with_echo(len, level, len);
        assert_eq!(super::echo::pairs(&file), 1, "{level:?}");
        compare(&file, &Unlock::Nothing, &format!("{level:?}"));
    }
}

#[test]
fn it_reads_index_and_picture_in_parts() {
    let head = Head { channels: vec![Channel::telephone(Format::Ulaw, "a")], ..Head::default() };
    let options = Options { checkpoint_every: 5, ..Options::new([8; 16]) };
    let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
    // A block of one byte each; nearly three parts of the picture, and two of the index.
    for second in 0..280_u64 {
        writer.write(0, second * 8000, Samples::Ulaw(&[second as u8 | 1; 8000])).unwrap();
        writer.meta("second", &second.to_string()).unwrap();
    }
    let file = writer.finish().unwrap();
    assert_eq!(super::long::find(&file, 8).len(), 3);
    assert!(super::long::find(&file, 9).len() >= 2);
    compare(&file, &Unlock::Nothing, "parts");
}

#[test]
fn it_opens_what_aes_seals() {
    for (unlock, module) in [
        (Unlock::Secret([1; 32]), "asymmetric.x25519"),
        (Unlock::Passphrase("correct horse".into()), "kdf.argon2"),
    ] {
        if python_has(&format!("cryptography.hazmat.primitives.{module}")) {
            let (file, _) = super::crypto::sealed_with(false, Cipher::Aes256Gcm);
            compare(&file, &unlock, module);
        }
    }
}

#[allow(clippy::print_stderr, reason = "what was not tested is said")]
/// Whether there is a Python with this module.
fn python_has(module: &str) -> bool {
    let import = format!("import {module}");
    let found = Command::new("python3").args(["-c", &import]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("no python3 with {module}: the second decoder was not held against the first");
    }
    found
}

/// Both decoders say the same of every block of a file.
fn compare(file: &[u8], unlock: &Unlock, what: &str) {
    if !python_has("struct") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    std::fs::write(&path, file).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/record/tlr_decode.py");
    // Leaves no compiled modules beside the script.
    let mut command = Command::new("python3");
    command.args(["-B", script]).arg(&path);
    match unlock {
        Unlock::Secret(secret) => {
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            command.args(["x25519", &hex]);
        }
        Unlock::Passphrase(passphrase) => {
            command.args(["passphrase", passphrase]);
        }
        _ => {}
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut theirs: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();

    let mut reader = Reader::open(Cursor::new(&file), unlock).unwrap();
    let mut ours = Vec::new();
    for entry in reader.index().to_vec() {
        let samples: Vec<u8> = match reader.sound(&entry).unwrap() {
            Sound::G711(codes) => codes,
            Sound::Pcm16(samples) => samples.iter().flat_map(|x| x.to_le_bytes()).collect(),
            _ => panic!("no packets were written"),
        };
        let hex: String = samples.iter().map(|byte| format!("{byte:02x}")).collect();
        ours.push(format!("{} {} {hex}", entry.channel, entry.position));
    }
    for Peaks { channel, first, levels } in reader.peaks() {
        let hex: String = levels.iter().map(|byte| format!("{byte:02x}")).collect();
        ours.push(format!("peaks {channel} {first} {hex}"));
    }
    ours.sort();
    theirs.sort();
    assert!(ours == theirs, "{what}");
}
