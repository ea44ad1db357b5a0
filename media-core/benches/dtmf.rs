//! Keys in the speech band, beside Debian's spandsp where it is installed: how many are found over
//! a grid of what Q.24 asks for, how many are imagined in speech, and what a sample costs.

#[path = "../tests/it/signal.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod signal;
#[path = "peer/spandsp.rs"]
mod spandsp;

use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};

use measure::{Row, versus};
use media_core::dtmf::{Detection, Detector, Key};
use media_core::g711::Law;
use signal::{Line, Noise};
use spandsp::Spandsp;

const PEER: &str = "spandsp 0.0.6 (Debian)";
/// Sequences of all sixteen keys in each cell.
const ROUNDS: u64 = 50;

fn main() -> io::Result<()> {
    let spandsp = Spandsp::load();
    let library = spandsp.as_ref();
    for (name, lines) in cells() {
        let (ours, theirs) = shares(&lines, library);
        row(&format!("dtmf {name}"), "keys found", "%", ours, theirs)?;
    }
    talk_off(library)?;
    cost(library)
}

fn row(case: &str, metric: &str, unit: &str, ours: f64, theirs: Option<f64>) -> io::Result<()> {
    let peer = if theirs.is_some() { PEER } else { "-" };
    Row { area: "media", case, metric, unit, ours, peer, theirs }.save()
}

/// Each cell's lines: a region's is the worst of them.
fn cells() -> Vec<(String, Vec<Line>)> {
    let plain = Line::default();
    let q24 = Line { on_ms: 40.0, off_ms: 40.0, snr: Some(15.0), ..plain };
    let mut corners = Vec::new();
    for (twist, level) in [(4.0, 0.0), (-8.0, 0.0), (4.0, -33.0), (-8.0, -29.0)] {
        for (low_off, high_off) in [(-1.5, -1.5), (-1.5, 1.5), (1.5, -1.5), (1.5, 1.5)] {
            corners.push(Line { level, twist, low_off, high_off, ..q24 });
        }
    }
    let mut cells = vec![
        ("Q.24 worst corner of 16, operate".into(), corners),
        (
            "Q.24 -29 dBm0 +1.5 % twist -8 dB".into(),
            vec![Line { level: -29.0, low_off: 1.5, high_off: 1.5, twist: -8.0, snr: None, ..q24 }],
        ),
    ];
    let mut one = |name: String, line: Line| cells.push((name, vec![line]));
    for off in [-1.5, 1.5] {
        let line = Line { low_off: off, high_off: off, ..plain };
        one(format!("frequencies {off:+} %, operate"), line);
    }
    for off in [-3.5, 3.5] {
        for (low_off, high_off, which) in
            [(off, 0.0, "low"), (0.0, off, "high"), (off, off, "both")]
        {
            let line = Line { low_off, high_off, on_ms: 100.0, ..plain };
            one(format!("{which} {off:+} %, reject"), line);
        }
    }
    for twist in [-8.0, -6.0, 4.0] {
        one(format!("twist {twist:+} dB, operate"), Line { twist, ..plain });
    }
    for on_ms in [20.0, 23.0] {
        one(format!("{on_ms} ms, reject"), Line { on_ms, ..plain });
    }
    for on_ms in [28.0, 30.0, 36.0, 40.0] {
        one(format!("{on_ms} ms"), Line { on_ms, ..plain });
    }
    for off_ms in [20.0, 30.0, 40.0] {
        one(format!("gap {off_ms} ms"), Line { off_ms, ..plain });
    }
    for level in [0.0, -4.0, -36.0, -40.0, -42.0] {
        one(format!("{level} dBm0"), Line { level, ..plain });
    }
    for snr in [15.0, 10.0, 8.0, 6.0] {
        let line = Line { snr: Some(snr), ..plain };
        one(format!("noise {snr} dB below"), line);
    }
    cells
}

/// The least share of keys found, in percent, by us and by the peer.
fn shares(lines: &[Line], library: Option<&Spandsp>) -> (f64, Option<f64>) {
    let (mut ours, mut theirs) = (100.0f64, library.map(|_| 100.0f64));
    for line in lines {
        let (mut found, mut peer_found) = (0, 0);
        for round in 0..ROUNDS {
            let pcm = line.dial(&Key::ALL, &mut Noise::new(round));
            found += distinct(&our_keys(&pcm));
            if let Some(library) = library {
                peer_found += distinct(&their_keys(library, &pcm));
            }
        }
        let share = |found: usize| 100.0 * found as f64 / (16 * ROUNDS) as f64;
        ours = ours.min(share(found));
        theirs = theirs.map(|t| t.min(share(peer_found)));
    }
    (ours, theirs)
}

/// Every key is pressed once, so the different ones are those found.
fn distinct(keys: &str) -> usize {
    Key::ALL.iter().filter(|k| keys.contains(k.to_char())).count()
}

fn our_keys(pcm: &[i16]) -> String {
    let mut keys = String::new();
    Detector::new().detect(pcm, |detection| {
        if let Detection::Down { key, .. } = detection {
            keys.push(key.to_char());
        }
    });
    keys
}

fn their_keys(library: &Spandsp, pcm: &[i16]) -> String {
    let mut detector = library.dtmf();
    let mut keys = String::new();
    for frame in pcm.chunks(160) {
        detector.detect(frame);
        keys += &detector.keys();
    }
    keys
}

/// Speech as the Debian packages of prompts and the corpus have it, at two levels.
fn talk_off(library: Option<&Spandsp>) -> io::Result<()> {
    let mut sounds = Vec::new();
    collect(Path::new("/usr/share/asterisk/sounds"), &mut sounds);
    let corpus = std::env::var_os("TRUNKLINE_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    collect(&corpus, &mut sounds);
    let (mut seconds, mut ours, mut theirs) = (0.0, 0, 0);
    for path in &sounds {
        let Some(pcm) = load(path) else { continue };
        for pcm in [pcm.clone(), pcm.iter().map(|x| x / 4).collect()] {
            seconds += pcm.len() as f64 / 8000.0;
            ours += our_keys(&pcm).len();
            theirs += library.map_or(0, |library| their_keys(library, &pcm).len());
        }
    }
    if seconds == 0.0 {
        return Ok(());
    }
    let theirs = library.map(|_| f64::from(theirs as u32));
    row(
        "dtmf talk-off",
        &format!("false keys in {:.2} h of speech", seconds / 3600.0),
        "keys",
        ours as f64,
        theirs,
    )
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// 16-bit samples of a WAV file as the packages have them, or µ-law codes without a header; what
/// holds keys on purpose is left out.
fn load(path: &Path) -> Option<Vec<i16>> {
    let name = path.file_stem()?.to_str()?;
    if name.contains("dtmf") {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    match path.extension()?.to_str()? {
        "wav" => Some(
            bytes.get(44..)?.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect(),
        ),
        "ul" => Some(bytes.iter().map(|&c| Law::Mu.decode_sample(c)).collect()),
        _ => None,
    }
}

fn cost(library: Option<&Spandsp>) -> io::Result<()> {
    let mut noise = Noise::new(1);
    let signals = [
        ("silence", vec![0; 80_000]),
        ("speech", signal::speech(80_000, -12.0, 1)),
        ("noise", (0..80_000).map(|_| (noise.gauss() * 1000.0) as i16).collect()),
        ("keys", Line::default().dial(&Key::ALL, &mut noise)),
    ];
    for (name, pcm) in &signals {
        let mut ours = Detector::new();
        let mut run = || {
            for frame in black_box(pcm).chunks(160) {
                ours.detect(frame, |d| {
                    black_box(d);
                });
            }
        };
        let (ours, theirs) = match library {
            Some(library) => {
                let mut theirs = library.dtmf();
                let (ours, theirs) = versus(&mut run, || {
                    for frame in black_box(pcm).chunks(160) {
                        theirs.detect(frame);
                    }
                    black_box(theirs.keys());
                });
                (ours, Some(theirs))
            }
            None => (measure::seconds_per_call(&mut run), None),
        };
        let each = 1e9 / pcm.len() as f64;
        let case = format!("dtmf cost, {name}");
        row(&case, "time a sample", "ns", ours * each, theirs.map(|t| t * each))?;
    }
    Ok(())
}
