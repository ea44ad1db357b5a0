//! What is exported plays: in flac, sox, ffmpeg and opusdec, where they are installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::{done, rec, samples, wav};

/// Runs a player; `None` where it is not installed.
fn player(folder: &Path, command: &[&str]) -> Option<Output> {
    let output = Command::new(command[0]).current_dir(folder).args(&command[1..]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    Some(output)
}

fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<i16> {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    (0..(seconds * f64::from(rate)) as usize)
        .map(|i| ((i as f64 * step).sin() * 8000.0) as i16)
        .collect()
}

/// Two parties at a rate, each a tone of its own, 2.5 and 2 s.
fn call(folder: &Path, rate: u32) {
    fs::write(folder.join("caller.wav"), wav(rate, 1, &tone(rate, 440.0, 2.5))).unwrap();
    fs::write(folder.join("agent.wav"), wav(rate, 1, &tone(rate, 1000.0, 2.0))).unwrap();
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

/// What a program makes of a file: raw 16-bit samples on its standard output.
fn decoded(folder: &Path, command: &[&str]) -> Option<Vec<i16>> {
    let output = player(folder, command)?;
    let pairs = output.stdout.chunks_exact(2);
    Some(pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect())
}

fn ffmpeg(folder: &Path, file: &str) -> Option<Vec<i16>> {
    decoded(folder, &["ffmpeg", "-v", "error", "-i", file, "-f", "s16le", "-"])
}

fn sox(folder: &Path, file: &str) -> Option<Vec<i16>> {
    decoded(folder, &["sox", file, "-t", "raw", "-e", "signed", "-b", "16", "-"])
}

#[test]
fn wav_and_flac_are_the_same_samples_in_every_player() {
    for rate in [8000, 16_000, 44_100] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        call(folder, rate);
        done(folder, &["export", "call.tlr", "call.flac"]);
        // What went in: both parties, the second silent in the end.
        let (caller, mut agent) = (tone(rate, 440.0, 2.5), tone(rate, 1000.0, 2.0));
        agent.resize(caller.len(), 0);
        let want: Vec<i16> = caller.iter().zip(&agent).flat_map(|(a, b)| [*a, *b]).collect();
        for file in ["call.wav", "call.flac"] {
            assert!(ffmpeg(folder, file).is_none_or(|heard| heard == want), "{file} at {rate}");
            assert!(sox(folder, file).is_none_or(|heard| heard == want), "{file} at {rate}");
        }
        // A pipe is a file, too.
        let pipe = done(folder, &["play", "call.tlr"]);
        fs::write(folder.join("pipe.wav"), pipe).unwrap();
        assert!(ffmpeg(folder, "pipe.wav").is_none_or(|heard| heard == want));
    }
}

/// A sweep through the voice's range, unlike itself at any other time.
fn sweep(seconds: f64) -> Vec<i16> {
    let mut phase: f64 = 0.0;
    (0..(seconds * 8000.0) as usize)
        .map(|i| {
            phase += std::f64::consts::TAU * (300.0 + i as f64 * 0.15) / 8000.0;
            (phase.sin() * 8000.0) as i16
        })
        .collect()
}

#[test]
fn opus_is_the_same_sound_in_every_player_and_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let voice = sweep(2.0);
    fs::write(folder.join("caller.wav"), wav(8000, 1, &voice)).unwrap();
    done(folder, &["import", "call.tlr", "caller.wav"]);
    done(folder, &["export", "call.tlr", "call.opus"]);
    let opusdec = ["opusdec", "--quiet", "--no-dither", "--rate", "48000", "call.opus", "o.wav"];
    let reference = player(folder, &opusdec)
        .into_iter()
        .map(|_| samples(&fs::read(folder.join("o.wav")).unwrap()));
    // With libopus, too, as browsers decode it: its own decoder is not as exact.
    let from = ["ffmpeg", "-v", "error", "-c:a", "libopus", "-i", "call.opus", "-f", "s16le", "-"];
    let heard: Vec<Vec<i16>> = reference.chain(decoded(folder, &from)).collect();
    for sound in &heard {
        assert_eq!(sound.len(), 96_000);
        // Every sixth sample is one of the voice's, in its place: anywhere else it is less alike.
        let like = |lag: i64| {
            let at = |i: i64| f64::from(sound[(6 * i + lag) as usize]);
            let pairs = (1000..15_000).map(|i| (at(i), f64::from(voice[i as usize])));
            let sums = pairs.fold([0.0; 3], |[a, b, c], (x, y)| [a + x * y, b + x * x, c + y * y]);
            sums[0] / (sums[1] * sums[2]).sqrt()
        };
        let best = (-60..60).max_by(|a, b| like(*a).total_cmp(&like(*b))).unwrap();
        // Opus itself is some samples off, at 48 kHz: an eighth of a millisecond is allowed.
        assert!(best.abs() <= 6 && like(best) > 0.95, "{best}: {}", like(best));
    }
    // Two readers of one stream: sample beside sample, not only alike.
    if let [one, other] = &heard[..] {
        let apart = one.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs());
        let apart = apart.max().unwrap();
        assert!(apart <= 2, "{apart}");
    }
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
