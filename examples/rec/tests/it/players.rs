//! What is exported plays: in flac, sox, ffmpeg and opusdec, where they are installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::{done, rec};

/// Runs a player; `None` where it is not installed.
fn player(folder: &Path, command: &[&str]) -> Option<Output> {
    let output = Command::new(command[0]).current_dir(folder).args(&command[1..]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    Some(output)
}

/// Samples of a WAV file, from its data chunk on.
fn samples(wav: &[u8]) -> Vec<i16> {
    let data = wav.windows(4).position(|w| w == b"data").unwrap() + 8;
    wav[data..].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

fn wav(rate: u32, sound: &[i16]) -> Vec<u8> {
    let bytes: Vec<u8> = sound.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((bytes.len() as u32).to_le_bytes());
    file.extend(bytes);
    file
}

fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<i16> {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    (0..(seconds * f64::from(rate)) as usize)
        .map(|i| ((i as f64 * step).sin() * 8000.0) as i16)
        .collect()
}

/// Two parties at a rate, each a tone of its own, 2.5 and 2 s.
fn call(folder: &Path, rate: u32) {
    fs::write(folder.join("caller.wav"), wav(rate, &tone(rate, 440.0, 2.5))).unwrap();
    fs::write(folder.join("agent.wav"), wav(rate, &tone(rate, 1000.0, 2.0))).unwrap();
    done(folder, &["import", "call.tlr", "caller.wav", "agent.wav", "--level", "fast"]);
    done(folder, &["export", "call.tlr", "call.wav"]);
}

/// How much of a sound is at a frequency, of 1.
fn share(sound: &[i16], rate: u32, hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
    for (i, x) in sound.iter().enumerate() {
        let (x, at) = (f64::from(*x), i as f64 * step);
        re += x * at.cos();
        im += x * at.sin();
        all += x * x;
    }
    2.0 * (re * re + im * im) / (all * sound.len() as f64)
}

#[test]
fn flac_holds_every_sample() {
    for rate in [8000, 16_000, 44_100] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        call(folder, rate);
        done(folder, &["export", "call.tlr", "call.flac"]);
        done(folder, &["export", "call.tlr", "part.flac", "--mixed", "--from", "1", "--to", "1.7"]);
        assert!(fs::read(folder.join("call.flac")).unwrap().starts_with(b"fLaC"));
        let want = samples(&fs::read(folder.join("call.wav")).unwrap());
        let part = (0.7 * f64::from(rate)).round() as usize;
        if player(folder, &["flac", "-s", "-t", "call.flac", "part.flac"]).is_some() {
            player(folder, &["flac", "-s", "-d", "-o", "back.wav", "call.flac"]);
            assert!(samples(&fs::read(folder.join("back.wav")).unwrap()) == want);
            player(folder, &["flac", "-s", "-d", "-o", "part.wav", "part.flac"]);
            assert_eq!(samples(&fs::read(folder.join("part.wav")).unwrap()).len(), part);
        }
        if player(folder, &["sox", "call.flac", "sox.wav"]).is_some() {
            assert!(samples(&fs::read(folder.join("sox.wav")).unwrap()) == want);
        }
    }
}

#[test]
fn opus_is_as_long_and_sounds_alike_in_every_player() {
    for rate in [8000, 16_000, 44_100] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        call(folder, rate);
        done(folder, &["export", "call.tlr", "call.opus"]);
        done(folder, &["export", "call.tlr", "mixed.ogg", "--mixed", "--bitrate", "16000"]);
        let decoded = |name: &str| samples(&fs::read(folder.join(name)).unwrap());
        let check = |sound: &[i16], rate: u32| {
            let left: Vec<i16> = sound.iter().step_by(2).copied().collect();
            let right: Vec<i16> = sound.iter().skip(1).step_by(2).copied().collect();
            let second = rate as usize;
            // Away from where the tones begin and end.
            let (left, right) =
                (&left[second / 2..second * 3 / 2], &right[second / 2..second * 3 / 2]);
            assert!(share(left, rate, 440.0) > 0.9, "{}", share(left, rate, 440.0));
            assert!(share(right, rate, 1000.0) > 0.9, "{}", share(right, rate, 1000.0));
        };
        let opusdec = ["opusdec", "--quiet", "--rate", "48000", "call.opus", "opusdec.wav"];
        if player(folder, &opusdec).is_some() {
            let sound = decoded("opusdec.wav");
            assert_eq!(sound.len(), 120_000 * 2);
            check(&sound, 48_000);
        }
        let ffmpeg = |from: &str, to: &str| {
            player(folder, &["ffmpeg", "-v", "error", "-i", from, "-ar", "48000", to])
        };
        if ffmpeg("call.opus", "ffmpeg.wav").is_some() {
            let sound = decoded("ffmpeg.wav");
            assert_eq!(sound.len(), 120_000 * 2);
            check(&sound, 48_000);
            ffmpeg("mixed.ogg", "mixed.wav");
            let sound = decoded("mixed.wav");
            assert_eq!(sound.len(), 120_000);
            let middle = &sound[24_000..72_000];
            assert!(share(middle, 48_000, 440.0) + share(middle, 48_000, 1000.0) > 0.85);
        }
    }
}

#[test]
fn a_mark_cuts_out_its_stretch() {
    use std::io::BufWriter;

    use media_core::record::tlr::{Channel, Head, Mark, MarkKind, Options, Writer};
    use media_core::record::{Format, Samples};

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let head =
        Head { channels: vec![Channel::telephone(Format::Pcm16, "caller")], ..Head::default() };
    let file = BufWriter::new(fs::File::create(folder.join("call.tlr")).unwrap());
    let mut writer = Writer::create(file, &head, Options::new([1; 16])).unwrap();
    writer.write(0, 0, Samples::Pcm16(&[7; 80_000])).unwrap();
    for (position, len, text) in [(16_000, 0, "greeting"), (40_000, 8000, "complaint: noise")] {
        let (kind, text) = (MarkKind::Note, text.into());
        writer.mark(&Mark { channel: 0, position, len, kind, text }).unwrap();
    }
    writer.finish().unwrap();
    let len = |args: &[&str]| done(folder, &[&["play", "call.tlr"], args].concat()).len() - 44;
    assert_eq!(len(&["--mark", "complaint", "--around", "0.5"]), 16_000 * 2);
    assert_eq!(len(&["--mark", "1", "--around", "0"]), 8000 * 2);
    assert_eq!(len(&["--mark", "0"]), 56_000 * 2);
    assert_eq!(rec(folder, &["play", "call.tlr", "--mark", "2"]).status.code(), Some(3));
    let info = String::from_utf8(done(folder, &["info", "call.tlr"])).unwrap();
    assert!(info.contains("mark 1: Note on 0 at 5.000 s for 1.000 s: complaint: noise"), "{info}");
}
