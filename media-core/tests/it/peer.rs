//! Others' programs and libraries, where the machine has them: what they make we understand, and
//! the other way. Each test does nothing where its peer is missing.

#[path = "../../benches/peer/spandsp.rs"]
mod spandsp;

use std::io::Write;
use std::process::{Command, Stdio};

use media_core::dtmf::{Detection, Detector, Generator, Key};
use media_core::g711::Law;
use media_core::tone::{FAX_ANSWER, FAX_CALLING, FaxDetector, FaxTone, Generator as TonePlayer};
use spandsp::{Modem, Spandsp};

use crate::signal::{Line, Noise};

const ALL: &str = "0123456789*#ABCD";

fn heard(pcm: &[i16]) -> String {
    let mut keys = String::new();
    Detector::new().detect(pcm, |detection| {
        if let Detection::Down { key, .. } = detection {
            keys.push(key.to_char());
        }
    });
    keys
}

fn heard_by(library: &Spandsp, pcm: &[i16]) -> String {
    let mut detector = library.dtmf();
    detector.detect(pcm);
    detector.keys()
}

#[test]
fn keys_made_by_spandsp_are_found() {
    let Some(library) = Spandsp::load() else {
        return;
    };
    for (on, off) in [(40, 40), (50, 50), (68, 68), (120, 80)] {
        let mut pcm = library.dial(ALL, on, off);
        pcm.resize(pcm.len() + 800, 0);
        assert_eq!(heard(&pcm), ALL, "{on} ms on, {off} ms off");
    }
}

#[test]
fn our_keys_are_found_by_spandsp() {
    let Some(library) = Spandsp::load() else {
        return;
    };
    for on in [320, 400, 800] {
        let mut pcm = vec![0; 400];
        let mut generator = Generator::new();
        for key in Key::ALL {
            generator.start(key, on, -10, -8);
            let from = pcm.len();
            pcm.resize(from + on as usize + 400, 0);
            generator.generate(&mut pcm[from..]);
        }
        assert_eq!(heard_by(&library, &pcm), ALL, "{on} samples");
    }
}

/// Wherever spandsp finds keys, over level, twist, frequency, duration and noise, we find as many.
#[test]
fn no_cell_of_a_grid_is_better_found_by_spandsp() {
    let Some(library) = Spandsp::load() else {
        return;
    };
    let plain = Line::default();
    for level in [0.0, -10.0, -25.0, -38.0, -42.0] {
        for twist in [-8.0, -4.0, 0.0, 3.0, 4.0] {
            for off in [-1.5, -0.7, 0.0, 0.7, 1.5] {
                for (on_ms, snr) in
                    [(40.0, None), (50.0, Some(15.0)), (50.0, Some(8.0)), (34.0, None)]
                {
                    let line =
                        Line { level, twist, low_off: off, high_off: off, on_ms, snr, ..plain };
                    let pcm = line.dial(&Key::ALL, &mut Noise::new(17));
                    let (ours, theirs) = (heard(&pcm), heard_by(&library, &pcm));
                    assert!(ours.len() >= theirs.len(), "{line:?}: {ours}, spandsp {theirs}");
                    assert!(ours.len() <= 16, "{line:?}: {ours}");
                }
            }
        }
    }
}

/// Each hears the other's fax tones, and takes the one for no other.
#[test]
fn fax_tones_are_understood_both_ways() {
    let Some(library) = Spandsp::load() else {
        return;
    };
    let heard = |pcm: &[i16]| {
        let (mut detector, mut found) = (FaxDetector::new(), Vec::new());
        detector.detect(pcm, |tone| found.push(tone));
        found
    };
    for (tone, ours, theirs) in [
        (FaxTone::Calling, FAX_CALLING, &[Modem::Cng][..]),
        (FaxTone::Answer, FAX_ANSWER, &[Modem::Ans, Modem::AnsPr, Modem::Ansam, Modem::AnsamPr]),
    ] {
        let mut pcm = vec![0; 8000 * 4];
        TonePlayer::new(ours, -13).generate(&mut pcm[800..]);
        assert_eq!(heard(&pcm), [tone]);
        for kind in [Modem::Cng, Modem::Ans] {
            assert_eq!(library.hears(kind, &pcm), kind == theirs[0], "{tone:?} as {kind:?}");
        }
        for &kind in theirs {
            let mut pcm = library.modem_tone(kind, 8000 * 4);
            pcm.resize(pcm.len() + 800, 0);
            let found = heard(&pcm);
            assert!(!found.is_empty() && found.iter().all(|f| *f == tone), "{kind:?}: {found:?}");
        }
    }
}

#[test]
fn codes_mean_the_same_to_spandsp() {
    let Some(library) = Spandsp::load() else {
        return;
    };
    let codes: Vec<u8> = (0..=255).collect();
    for (law, to) in [(Law::A, Law::Mu), (Law::Mu, Law::A)] {
        let mut theirs = library.g711(law == Law::A);
        let mut pcm = [0; 256];
        theirs.decode(&codes, &mut pcm);
        let mut other = [0; 256];
        theirs.transcode(&codes, &mut other);
        for (n, &code) in codes.iter().enumerate() {
            assert_eq!(pcm[n], law.decode_sample(code), "{law:?} {code:02x}");
            assert_eq!(other[n], law.transcode_sample(to, code), "{law:?} {code:02x}");
        }
    }
}

/// What a program writes when it is given these bytes; none if it is not there.
fn run(program: &str, arguments: &str, input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Far less than a pipe holds: written before anything is read.
    child.stdin.take()?.write_all(input).ok()?;
    Some(child.wait_with_output().ok()?.stdout)
}

#[test]
fn ffmpeg_and_sox_decode_our_codes_to_our_samples() {
    let codes: Vec<u8> = (0..=255).collect();
    for (law, ffmpeg, sox) in [(Law::A, "alaw", "a-law"), (Law::Mu, "mulaw", "mu-law")] {
        let mut pcm = [0; 256];
        law.decode(&codes, &mut pcm);
        let ours: Vec<u8> = pcm.iter().flat_map(|s| s.to_le_bytes()).collect();
        let ffmpeg = format!("-f {ffmpeg} -ar 8000 -ac 1 -i - -f s16le -");
        let sox = format!("-t raw -r 8000 -c 1 -e {sox} -b 8 - -t raw -e signed -b 16 -L -");
        for (program, arguments) in [("ffmpeg", ffmpeg), ("sox", sox)] {
            if let Some(theirs) = run(program, &arguments, &codes) {
                assert_eq!(theirs, ours, "{program} {arguments}");
            }
        }
    }
}
