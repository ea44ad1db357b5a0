//! Every file of two Debian prompt packages comes back: asterisk-core-sounds-en-wav and -it-wav.

use std::fs::File;
use std::path::{Path, PathBuf};

use media_core::g711::Law;
use media_core::record::{Level, Samples, SamplesMut, decode, encode};
use media_core::wav::Reader;

/// Each with the least number of files to expect of it.
const PACKAGES: [(&str, usize); 2] = [
    ("/usr/share/asterisk/sounds/en_US_f_Allison", 500),
    ("/usr/share/asterisk/sounds/it_IT_m_Carlo", 500),
];

/// The levels above `live` take turns, each at the first samples of a file, so that the test is soon
/// over.
const TURNS: [(Level, usize); 3] = [(Level::Fast, 1600), (Level::High, 400), (Level::Max, 160)];

fn wavs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            wavs(&path, found);
        } else if path.extension().is_some_and(|e| e == "wav") {
            found.push(path);
        }
    }
}

/// The length of the block that these samples come back from.
fn round_trip(samples: Samples<'_>, level: Level) -> usize {
    let mut block = vec![0; samples.max_block_len()];
    let len = encode(samples, level, &mut block).unwrap();
    let block = &block[..len];
    match samples {
        Samples::Ulaw(codes) | Samples::Alaw(codes) => {
            let mut back = vec![0; codes.len()];
            decode(block, SamplesMut::G711(&mut back)).unwrap();
            assert!(back == codes);
        }
        Samples::Pcm16(linear) => {
            let mut back = vec![0; linear.len()];
            decode(block, SamplesMut::Pcm16(&mut back)).unwrap();
            assert!(back == linear);
        }
    }
    len
}

#[allow(clippy::print_stderr, reason = "what was not tested is said")]
#[test]
fn every_prompt_comes_back() {
    for (package, least) in PACKAGES {
        if !Path::new(package).exists() {
            eprintln!("NOT TESTED: {package} is not installed");
            continue;
        }
        let mut files = Vec::new();
        wavs(Path::new(package), &mut files);
        files.sort();
        assert!(files.len() >= least, "{package}: {} files", files.len());
        let (mut samples, mut bytes) = (0, 0);
        for (path, (level, most)) in files.iter().zip(TURNS.into_iter().cycle()) {
            let mut file = Reader::new(File::open(path).unwrap()).unwrap();
            let mut linear = vec![0; file.header().data_bytes.unwrap() as usize / 2];
            let len = file.read(&mut linear).unwrap();
            assert_eq!(len, linear.len(), "{}", path.display());
            for second in linear.chunks(8000) {
                bytes += round_trip(Samples::Pcm16(second), Level::Live);
            }
            samples += len;
            let first = &linear[..most.min(len)];
            round_trip(Samples::Pcm16(first), level);
            let mut codes = vec![0; first.len()];
            Law::Mu.encode(first, &mut codes);
            round_trip(Samples::Ulaw(&codes), level);
            Law::A.encode(first, &mut codes);
            round_trip(Samples::Alaw(&codes), level);
        }
        assert!(bytes < samples * 2 * 7 / 10, "{package}: {bytes} bytes for {samples} samples");
    }
}
