//! The recording codec beside the lossless coders of the trade, on the same seconds of the same
//! calls. Peers that are not installed are left out; so is all real sound without the corpus.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use measure::Row;
use media_core::g711::Law;
use media_core::record::{
    Level, MEMORY, Samples, SamplesMut, decode, encode, encode_beside, encode_in, find_echo,
};

#[path = "../tests/it/record/signals.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod signals;

const SECOND: usize = 8000;
const LEVELS: [(Level, &str, usize); 4] = [
    (Level::Live, "live", SECOND),
    (Level::Fast, "fast", SECOND),
    (Level::High, "high", 10 * SECOND),
    (Level::Max, "max", usize::MAX),
];

/// Files that `max` also codes whole, as an archive would.
const WHOLE: [&str; 5] =
    ["spk_en_f_allison", "spk_it_m_carlo", "spk_m_ve9qrp", "conv_line_a", "conv_mute_a"];

/// Bits a sample, and how often real time encoding and decoding ran.
struct Figures {
    bits: f64,
    encode: f64,
    decode: f64,
}

fn ours(sound: &[u8], level: Level, block: usize) -> Figures {
    let block = block.min(level.max_samples()).min(sound.len());
    let mut room = vec![0; block + 64];
    let mut back = vec![0; block];
    let (mut bytes, mut writing, mut reading) = (0, 0.0, 0.0);
    for part in sound.chunks(block) {
        let start = Instant::now();
        let len = encode(Samples::Ulaw(part), level, &mut room).expect("room");
        writing += start.elapsed().as_secs_f64();
        bytes += len;
        let start = Instant::now();
        decode(&room[..len], SamplesMut::G711(&mut back)).expect("just encoded");
        reading += start.elapsed().as_secs_f64();
        assert!(back[..part.len()] == *part, "lossless");
    }
    let seconds = sound.len() as f64 / SECOND as f64;
    Figures {
        bits: bytes as f64 * 8.0 / sound.len() as f64,
        encode: seconds / writing,
        decode: seconds / reading,
    }
}

/// A peer's bits a sample and speed over a file, or nothing where it is not installed.
fn peer(command: &[&str], input: &[u8], samples: usize) -> Option<(f64, f64)> {
    let folder = tempfile::tempdir().ok()?;
    let (from, to) = (folder.path().join("in.raw"), folder.path().join("out"));
    std::fs::write(&from, input).ok()?;
    let fill = |arg: &&str| match *arg {
        "IN" => from.display().to_string(),
        "OUT" => to.display().to_string(),
        arg => arg.to_owned(),
    };
    let args: Vec<String> = command[1..].iter().map(fill).collect();
    let start = Instant::now();
    let output = Command::new(command[0])
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let took = start.elapsed().as_secs_f64();
    let len =
        if to.exists() { std::fs::metadata(&to).ok()?.len() } else { output.stdout.len() as u64 };
    Some((len as f64 * 8.0 / samples as f64, samples as f64 / SECOND as f64 / took))
}

/// Each peer at its best setting: of FLAC, the better of linear 16 bit and codes as 8-bit PCM.
fn peers(sound: &[u8]) -> Vec<(&'static str, f64, f64)> {
    // The codes in rising order of their values, as 8-bit unsigned PCM.
    let codes: Vec<u8> =
        sound.iter().map(|c| if c & 0x80 != 0 { 0xff - (c & 0x7f) } else { c & 0x7f }).collect();
    let mut linear = vec![0; sound.len()];
    Law::Mu.decode(sound, &mut linear);
    let linear: Vec<u8> = linear.iter().flat_map(|x| x.to_le_bytes()).collect();
    let flac = |bits: &'static str, sign: &'static str, input: &[u8]| {
        let flags = ["flac", "-s", "-f", "-8", "--force-raw-format", "--endian=little"];
        let more = ["--channels=1", "--sample-rate=8000", bits, sign, "-o", "OUT", "IN"];
        peer(&[&flags[..], &more[..]].concat(), input, sound.len())
    };
    let eight = flac("--bps=8", "--sign=unsigned", &codes);
    let sixteen = flac("--bps=16", "--sign=signed", &linear);
    let best = eight.into_iter().chain(sixteen).min_by(|a, b| a.0.total_cmp(&b.0));
    // To standard output: WavPack insists on an extension of its own.
    let wavpack = ["wavpack", "-hhqy", "-x6", "--raw-pcm=8000,8u,1", "IN", "-o", "-"];
    let wavpack = peer(&wavpack, &codes, sound.len());
    let xz = peer(&["xz", "-9e", "-k", "-c", "IN"], sound, sound.len());
    let zstd = peer(&["zstd", "-19", "-q", "-c", "IN"], sound, sound.len());
    [("flac -8", best), ("wavpack -hh -x6", wavpack), ("xz -9e", xz), ("zstd -19", zstd)]
        .into_iter()
        .filter_map(|(name, figures)| figures.map(|(bits, speed)| (name, bits, speed)))
        .collect()
}

fn row(case: &str, metric: &str, unit: &str, ours: f64, peer: &str, theirs: Option<f64>) {
    let row = Row { area: "record", case, metric, unit, ours, peer, theirs };
    row.save().expect("the summary can be written");
}

/// What it costs that blocks of two seconds can be decoded alone.
fn two_seconds(case: &str, [short, long]: [f64; 2]) {
    let case = format!("{case}-2s-blocks");
    row(&case, "size", "bits/sample", short, "one long block", Some(long));
}

/// A voice that comes back 75 ms later and 30 dB fainter on a line of noise: coded beside it, and
/// alone.
fn echo(files: &[(String, Vec<u8>)]) {
    let find = |name: &str| files.iter().find(|(known, _)| known == name);
    let (Some((_, noise)), Some((_, voice))) = (find("noise_line"), find("spk_en_f_allison"))
    else {
        return;
    };
    let linear = |code: &u8| f64::from(Law::Mu.decode_sample(*code));
    let path = [0.1, 0.5, 1.0, -0.6, 0.3, 0.2, -0.1, 0.05];
    let line: Vec<u8> = (noise.iter().enumerate())
        .map(|(i, code)| {
            let heard =
                |k: usize| i.checked_sub(600 + k).and_then(|i| voice.get(i)).map_or(0.0, linear);
            let echo: f64 = path.iter().enumerate().map(|(k, p)| p * heard(k)).sum();
            Law::Mu.encode_sample((linear(code) + 0.03 * echo) as i16)
        })
        .collect();
    for (level, name, _) in LEVELS {
        let (mut memory, mut room) = (vec![0.0; MEMORY], vec![0; 20 * SECOND]);
        let (mut alone, mut beside) = (0, 0);
        for (line, voice) in line.chunks(10 * SECOND).zip(voice.chunks(10 * SECOND)) {
            let (line, voice) = (Samples::Ulaw(line), Samples::Ulaw(voice));
            alone += encode_in(line, level, &mut memory, &mut room).expect("room");
            let shift = find_echo(line, voice).expect("an echo");
            beside +=
                encode_beside(line, voice, shift, level, &mut memory, &mut room).expect("room");
        }
        let bits = |bytes: usize| bytes as f64 * 8.0 / line.len() as f64;
        let case = format!("echo-30-dB-{name}");
        row(&case, "size", "bits/sample", bits(beside), "alone", Some(bits(alone)));
    }
}

fn main() {
    let mut files = signals::corpus(60);
    if files.is_empty() {
        files = vec![("generated-speech".into(), signals::ulaw(&signals::speech(60 * SECOND, 1)))];
    }
    let mut blocks = [[0.0; 2]; LEVELS.len()];
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    for (name, sound) in &files {
        let peers = peers(sound);
        let whole = std::fs::read(folder.join(format!("{name}.ul")));
        for (level, level_name, block) in LEVELS {
            let case = format!("{name}-{level_name}");
            let figures = ours(sound, level, block);
            for (peer, bits, _) in &peers {
                row(&case, "size", "bits/sample", figures.bits, peer, Some(*bits));
            }
            if peers.is_empty() {
                row(&case, "size", "bits/sample", figures.bits, "-", None);
            }
            let flac = peers.iter().find(|(peer, ..)| *peer == "flac -8");
            let (peer, speed) = flac.map_or(("-", None), |(peer, _, speed)| (*peer, Some(*speed)));
            row(&case, "encode", "x real time", figures.encode, peer, speed);
            row(&case, "decode", "x real time", figures.decode, "-", None);
            if let (Level::Max, Ok(whole), true) = (level, &whole, WHOLE.contains(&&name[..])) {
                let bits = ours(whole, level, block).bits;
                row(&format!("{name}-max-whole"), "size", "bits/sample", bits, "-", None);
            }
        }
        for ((level, level_name, _), sums) in LEVELS.into_iter().zip(&mut blocks) {
            let bits = [2 * SECOND, usize::MAX].map(|len| ours(sound, level, len).bits);
            two_seconds(&format!("{name}-{level_name}"), bits);
            *sums = [sums[0] + bits[0], sums[1] + bits[1]];
        }
    }
    for ((_, level_name, _), sums) in LEVELS.into_iter().zip(blocks) {
        two_seconds(&format!("all-{level_name}"), sums.map(|sum| sum / files.len() as f64));
    }
    echo(&files);
}
