//! A second decoder, written in Python from docs/recording-format.md, reads the same.
//!
//! What is sealed or signed needs Python's package `cryptography`: `make test-second-decoder` brings
//! one of its own and names it in [`PYTHON`].

use std::ffi::OsString;
use std::io::Cursor;
use std::process::Command;

use media_core::record::tlr::{
    Channel, Cipher, ClockPoint, Coding, Cost, Head, Mark, MarkKind, Options, Reader, Seal,
    Signature, Signer, Sound, Unlock, Writer, public_key, verify,
};
use media_core::record::{Format, Level, Samples};

use super::signals::{speech, ulaw};

/// Names a Python that has `cryptography`, with Argon2id.
const PYTHON: &str = "TRUNKLINE_SECOND_DECODER_PYTHON";

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
fn it_reads_blocks_that_begin_within_a_tone() {
    for (level, echo) in [(Level::High, false), (Level::Max, true)] {
        let file = super::tones::call(1500, level, echo);
        assert_eq!(super::echo::pairs(&file), usize::from(echo), "{level:?}");
        compare(&file, &Unlock::Nothing, &format!("{level:?}, echo {echo}"));
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
fn it_reads_files_of_before() {
    for (name, file) in super::before::FILES {
        compare(file, &Unlock::Nothing, name);
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
fn it_reads_all_that_is_known_of_a_call() {
    compare(&everything(Options::new([8; 16])), &Unlock::Nothing, "clear");
}

#[test]
fn it_opens_what_is_sealed_and_knows_who_signed() {
    if !has_cryptography() {
        return;
    }
    let signer = || Some(Signer::from_seed([7; 32]));
    let options = Options { signer: signer(), checkpoint_every: 3, ..Options::new([8; 16]) };
    compare(&everything(options), &Unlock::Nothing, "signed");
    for cipher in [Cipher::XChaCha20Poly1305, Cipher::Aes256Gcm] {
        let cost = Cost { memory: 64, passes: 2, lanes: 2 };
        let seal = Seal::new([9; 32]).recipient(public_key([1; 32])).recipient(public_key([2; 32]));
        let seal = Some(seal.passphrase("correct horse – ß", cost).cipher(cipher));
        let options = Options { seal, signer: signer(), ..Options::new([5; 16]) };
        let file = everything(options);
        for unlock in [Unlock::Secret([2; 32]), Unlock::Passphrase("correct horse – ß".into())] {
            compare(&file, &unlock, &format!("{cipher:?}, {unlock:?}"));
        }
        // Nor does it take anything for the key.
        assert!(decoded(&file, &Unlock::Secret([3; 32])).is_none());
        let wrong = Unlock::Passphrase("correct horse".into());
        assert!(decoded(&file, &wrong).is_none());
    }
}

#[test]
fn it_refuses_a_wrong_signature() {
    if !has_cryptography() {
        return;
    }
    let options = Options { signer: Some(Signer::from_seed([7; 32])), ..Options::new([8; 16]) };
    let mut file = everything(options);
    let close = *super::long::find(&file, 11).last().unwrap();
    // A byte of the signature, with the record's own check sums put right.
    let end = close + 12 + 129;
    file[end - 1] ^= 1;
    let mut chain = blake3::Hasher::new();
    chain.update(&file[close + 13..close + 45]).update(&file[close..end]);
    file[end..end + 8].copy_from_slice(&chain.finalize().as_bytes()[..8]);
    let check = super::survive::crc(&file[close..end + 8]);
    file[end + 8..end + 12].copy_from_slice(&check.to_le_bytes());
    assert!(matches!(verify(Cursor::new(&file)).unwrap().signature, Signature::Wrong(_)));
    let (read, said) = run(&file, &Unlock::Nothing);
    assert!(!read && said.contains("InvalidSignature"), "{said}");
}

/// A call of two lossless channels and one of Opus packets, with one of each other record.
fn everything(options: Options) -> Vec<u8> {
    let head = Head {
        started_ms: -1_760_000_000_123,
        channels: vec![
            Channel::telephone(Format::Ulaw, "caller"),
            Channel::telephone(Format::Alaw, "agent – süd"),
            Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() },
        ],
        meta: vec![("queue".into(), "sales".into()), ("call".into(), "c=1".into())],
    };
    let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
    let bytes = ulaw(&speech(1600, 5));
    writer.write(0, 0, Samples::Ulaw(&bytes)).unwrap();
    writer.write(1, 700, Samples::Alaw(&bytes[..900])).unwrap();
    for (i, len) in [3, 1275, 90].into_iter().enumerate() {
        // Between the second and the third one was lost.
        let at = [0, 960, 2880][i];
        writer.packet(2, at, 960, &vec![i as u8; len]).unwrap();
    }
    for (number, kind) in (0..).zip(KINDS) {
        let (position, text) = (u64::from(number) * 1_000_003, format!("mark {number}, größer"));
        writer.mark(&Mark { channel: number % 3, position, len: 7, kind, text }).unwrap();
    }
    let point = ClockPoint { channel: 1, position: 8000, micros: u64::from(u32::MAX) + 250 };
    writer.clock(&point).unwrap();
    writer.meta("agent", "17").unwrap();
    writer.meta("queue", "service").unwrap();
    writer.finish().unwrap()
}

/// By their numbers.
const KINDS: [MarkKind; 10] = [
    MarkKind::Note,
    MarkKind::Key,
    MarkKind::Loss,
    MarkKind::Hold,
    MarkKind::Silence,
    MarkKind::Concealed,
    MarkKind::Joined,
    MarkKind::Transferred,
    MarkKind::Paused,
    MarkKind::Overload,
];

fn python() -> OsString {
    std::env::var_os(PYTHON).unwrap_or_else(|| "python3".into())
}

#[allow(clippy::print_stderr, reason = "what was not tested is said")]
/// Whether seals and signatures can be tested: always, where a Python is named for it.
fn has_cryptography() -> bool {
    let import = "import cryptography.hazmat.primitives.kdf.argon2";
    let known = std::env::var_os(PYTHON).is_some()
        || Command::new(python())
            .args(["-c", import])
            .output()
            .is_ok_and(|output| output.status.success());
    if !known {
        eprintln!("NOT TESTED: seals and signatures by a second decoder; make test-second-decoder");
    }
    known
}

/// Whether the second decoder read the file, and what it printed, or why it did not.
fn run(file: &[u8], unlock: &Unlock) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    std::fs::write(&path, file).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/record/second/decode.py");
    // Leaves no compiled modules beside the script.
    let mut command = Command::new(python());
    command.env("PYTHONUTF8", "1").args(["-B", script]).arg(&path);
    match unlock {
        Unlock::Secret(secret) => command.args(["x25519", &hex(secret)]),
        Unlock::Passphrase(passphrase) => command.args(["passphrase", passphrase]),
        _ => &mut command,
    };
    let output = command.output().expect("python3 is installed");
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// The lines of the second decoder, sorted; `None` if no lock opened.
fn decoded(file: &[u8], unlock: &Unlock) -> Option<Vec<String>> {
    let (read, said) = run(file, unlock);
    if !read {
        assert!(said.contains("no lock opens"), "{said}");
        return None;
    }
    let mut lines: Vec<String> = said.lines().map(String::from).collect();
    lines.sort();
    Some(lines)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Both decoders say the same of everything in a file.
fn compare(file: &[u8], unlock: &Unlock, what: &str) {
    let theirs = decoded(file, unlock).expect("the right key");
    let ours = described(file, unlock);
    let first = ours.iter().zip(&theirs).find(|(a, b)| a != b);
    assert!(ours == theirs, "{what}: {first:?}, {} and {} lines", ours.len(), theirs.len());
}

/// A file in the lines of `decode.py`.
fn described(file: &[u8], unlock: &Unlock) -> Vec<String> {
    let mut reader = Reader::open(Cursor::new(file), unlock).unwrap();
    let head = reader.head();
    let mut lines = vec![format!("head {}", head.started_ms)];
    lines.extend(head.channels.iter().enumerate().map(|(n, channel)| {
        let coding = match channel.coding {
            Coding::Lossless(Format::Ulaw) => 0,
            Coding::Lossless(Format::Alaw) => 1,
            Coding::Lossless(_) => 2,
            _ => 3,
        };
        format!("channel {n} {coding} {} {}", channel.rate, channel.name)
    }));
    lines.extend(head.meta.iter().map(|(key, value)| format!("meta {key}={value}")));
    lines.extend(reader.marks().iter().map(|m| {
        let kind = KINDS.iter().position(|kind| *kind == m.kind).unwrap();
        format!("mark {} {kind} {} {} {}", m.channel, m.position, m.len, m.text)
    }));
    let clocks = reader.clocks().iter();
    lines.extend(clocks.map(|c| format!("clock {} {} {}", c.channel, c.position, c.micros)));
    let parts = reader.peaks().iter();
    lines.extend(parts.map(|p| format!("picture {} {} {}", p.channel, p.first, hex(&p.levels))));
    for entry in reader.index().to_vec() {
        let place = format!("{} {}", entry.channel, entry.position);
        lines.push(match reader.sound(&entry).unwrap() {
            Sound::G711(codes) => format!("sound {place} {}", hex(&codes)),
            Sound::Pcm16(samples) => {
                let bytes: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
                format!("sound {place} {}", hex(&bytes))
            }
            Sound::Packets(packets) => {
                let packets: Vec<_> = packets
                    .iter()
                    .map(|(covers, bytes)| format!("{covers}:{}", hex(bytes)))
                    .collect();
                format!("packets {place} {}", packets.join(" "))
            }
            _ => panic!("an unknown kind of sound"),
        });
    }
    // Each statement that is signed names its signer behind flags and chain.
    for kind in [10, 11] {
        for at in super::long::find(file, kind) {
            if file[at + 12] & 1 != 0 {
                lines.push(format!("signed {}", hex(&file[at + 45..at + 77])));
            }
        }
    }
    lines.sort();
    lines
}
