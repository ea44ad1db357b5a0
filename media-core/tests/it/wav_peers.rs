//! ffmpeg and sox, where they are installed: they hear in our files what we put there, and we in
//! theirs what they do. Each test is silent about a program that is absent.

use media_core::g711::Law;
use media_core::wav::{Container, Encoding, Format, Header, Reader, Writer};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

const ENCODINGS: [Encoding; 3] = [Encoding::Pcm16, Encoding::G711(Law::A), Encoding::G711(Law::Mu)];

/// What a program writes to its second file, made from its first.
type Program = fn(from: &Path, from_options: &[&str], to: &Path, to_options: &[&str]) -> Command;

fn ffmpeg(from: &Path, from_options: &[&str], to: &Path, to_options: &[&str]) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]).args(from_options).arg("-i").arg(from);
    command.args(to_options).arg(to);
    command
}

fn sox(from: &Path, from_options: &[&str], to: &Path, to_options: &[&str]) -> Command {
    let mut command = Command::new("sox");
    command.args(from_options).arg(from).args(to_options).arg(to);
    command
}

/// Each program, and how it is told that a file is 16-bit samples at 8 kHz without a header.
const PROGRAMS: [(Program, &[&str]); 2] = [
    (ffmpeg, &["-f", "s16le", "-ar", "8000"]),
    (sox, &["-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-L"]),
];

/// `false` where the program is not installed.
fn ran(mut command: Command) -> bool {
    let Ok(output) = command.output() else {
        return false;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{command:?}: {said}");
    true
}

fn samples() -> Vec<i16> {
    (0..4000_i32).map(|i| (i * 91 % 20_000 - 10_000) as i16).collect()
}

/// Little-endian bytes of samples as they come out of an encoding.
fn heard(samples: &[i16], encoding: Encoding) -> Vec<u8> {
    let through = |&sample: &i16| match encoding {
        Encoding::Pcm16 => sample,
        Encoding::G711(law) => law.decode_sample(law.encode_sample(sample)),
    };
    samples.iter().map(through).flat_map(i16::to_le_bytes).collect()
}

/// Both programs hear `expected` in `file`.
#[track_caller]
fn others_hear(file: &Path, expected: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    for (program, plain) in PROGRAMS {
        let command = program(file, &[], &raw, plain);
        let shown = format!("{command:?}");
        if ran(command) {
            assert!(std::fs::read(&raw).unwrap() == expected, "{shown}");
        }
    }
}

#[test]
fn others_read_our_wav() {
    let folder = tempfile::tempdir().unwrap();
    for encoding in ENCODINGS {
        let path = folder.path().join("ours.wav");
        let format = Format { encoding, channels: 2, rate: 8000 };
        let mut writer = Writer::new(File::create(&path).unwrap(), format).unwrap();
        writer.write(&samples()).unwrap();
        writer.finish().unwrap();
        others_hear(&path, &heard(&samples(), encoding));
    }
}

#[test]
fn others_read_our_au() {
    let folder = tempfile::tempdir().unwrap();
    for encoding in ENCODINGS {
        let path = folder.path().join("ours.au");
        let format = Format { encoding, channels: 2, rate: 8000 };
        let mut writer = Writer::new_au(File::create(&path).unwrap(), format).unwrap();
        writer.write(&samples()).unwrap();
        writer.finish().unwrap();
        others_hear(&path, &heard(&samples(), encoding));
    }
}

/// Who writes to a pipe cannot go back to put the lengths in: those headers hold zeros, ones, or
/// what is just below 2 GiB.
#[test]
fn we_read_what_others_wrote_to_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    std::fs::write(&raw, heard(&samples(), Encoding::Pcm16)).unwrap();
    let (pipe, dash) = (folder.path().join("pipe"), Path::new("-"));
    let sox_from = [PROGRAMS[1].1, &["-c", "1"]].concat();
    for command in [
        ffmpeg(&raw, PROGRAMS[0].1, dash, &["-f", "wav", "-rf64", "always"]),
        ffmpeg(&raw, PROGRAMS[0].1, dash, &["-f", "wav"]),
        ffmpeg(&raw, PROGRAMS[0].1, dash, &["-f", "au"]),
        sox(&raw, &sox_from, dash, &["-t", "wav"]),
        sox(&raw, &sox_from, dash, &["-t", "au", "-b", "16"]),
    ] {
        let (shown, mut command) = (format!("{command:?}"), command);
        let Ok(output) = command.output() else {
            continue;
        };
        std::fs::write(&pipe, output.stdout).unwrap();
        let mut reader = Reader::new(File::open(&pipe).unwrap()).unwrap();
        let mut back = vec![0; 5000];
        let n = reader.read(&mut back).unwrap();
        assert!(back[..n] == samples(), "{shown}: {n} of {:?}", reader.header());
    }
}

/// Five gigabytes, of which the file system keeps only the ends. (sox would read all of them.)
#[test]
fn ffmpeg_reads_our_rf64() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    let bytes = 5_000_000_000_u64;
    let format = Format { encoding: Encoding::Pcm16, channels: 1, rate: 8000 };
    let mut header = [0; Header::MAX_LEN];
    let length = Header::new(format, Some(bytes)).write(&mut header).unwrap();
    assert_eq!(&header[..4], b"RF64");
    let ends = heard(&samples(), Encoding::Pcm16);
    let mut file = File::create(&path).unwrap();
    file.write_all(&header[..length]).unwrap();
    file.write_all(&ends).unwrap();
    file.seek(SeekFrom::Start(length as u64 + bytes - ends.len() as u64)).unwrap();
    file.write_all(&ends).unwrap();
    drop(file);
    let to = folder.path().join("raw");
    let (_, plain) = PROGRAMS[0];
    // From the beginning, and from the end, which only the 64-bit size tells.
    for part in [["-t", "0.5"], ["-sseof", "-0.5"]] {
        if ran(ffmpeg(&path, &part, &to, plain)) {
            assert!(std::fs::read(&to).unwrap() == ends, "{part:?}");
        }
    }
}

/// What we hear in a file that a program made, and what the same program hears in it.
#[track_caller]
fn alike(program: Program, plain: &[&str], file: &Path, container: Container, encoding: Encoding) {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    assert!(ran(program(file, &[], &raw, plain)));
    let mut reader = Reader::new(File::open(file).unwrap()).unwrap();
    let header = reader.header();
    assert_eq!((header.container, header.format.encoding), (container, encoding));
    assert_eq!((header.format.channels, header.format.rate), (1, 8000));
    assert_eq!(header.data_bytes, Some((4000 * encoding.bytes()) as u64));
    let mut out = vec![0; 5000];
    assert_eq!(reader.read(&mut out).unwrap(), 4000);
    let ours: Vec<u8> = out[..4000].iter().flat_map(|s| s.to_le_bytes()).collect();
    assert!(ours == std::fs::read(raw).unwrap(), "{encoding:?}");
}

#[test]
fn we_read_the_au_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let (raw, au) = (folder.path().join("raw"), folder.path().join("theirs.au"));
    std::fs::write(&raw, heard(&samples(), Encoding::Pcm16)).unwrap();
    for encoding in ENCODINGS {
        let (ffmpeg_codec, sox_coding) = match encoding {
            Encoding::Pcm16 => ("pcm_s16be", "signed"),
            Encoding::G711(Law::A) => ("pcm_alaw", "a-law"),
            Encoding::G711(Law::Mu) => ("pcm_mulaw", "mu-law"),
        };
        for ((program, plain), options) in
            PROGRAMS.into_iter().zip([["-c:a", ffmpeg_codec], ["-e", sox_coding]])
        {
            // sox has to be told the channels, and takes 32 bits unless told 16.
            let from =
                if plain[0] == "-t" { [plain, &["-c", "1"]].concat() } else { plain.to_vec() };
            let bits: &[&str] = match encoding {
                Encoding::Pcm16 if plain[0] == "-t" => &["-b", "16"],
                _ => &[],
            };
            if ran(program(&raw, &from, &au, &[&options[..], bits].concat())) {
                alike(program, plain, &au, Container::Au, encoding);
            }
        }
    }
}

#[test]
fn we_read_the_rf64_of_ffmpeg() {
    let folder = tempfile::tempdir().unwrap();
    let (raw, wav) = (folder.path().join("raw"), folder.path().join("theirs.wav"));
    std::fs::write(&raw, heard(&samples(), Encoding::Pcm16)).unwrap();
    let (_, plain) = PROGRAMS[0];
    for encoding in ENCODINGS {
        let codec = match encoding {
            Encoding::Pcm16 => "pcm_s16le",
            Encoding::G711(Law::A) => "pcm_alaw",
            Encoding::G711(Law::Mu) => "pcm_mulaw",
        };
        if ran(ffmpeg(&raw, plain, &wav, &["-c:a", codec, "-rf64", "always"])) {
            assert_eq!(&std::fs::read(&wav).unwrap()[..4], b"RF64");
            alike(ffmpeg, plain, &wav, Container::Wav, encoding);
        }
    }
}
