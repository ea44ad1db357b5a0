//! Every file of two Debian prompt packages comes back: asterisk-core-sounds-en-wav and -it-wav.

use std::path::{Path, PathBuf};

use media_core::record::{Level, Samples, SamplesMut, decode, encode};
use media_core::wav::Reader;

const PACKAGES: [(&str, usize); 2] = [
    ("/usr/share/asterisk/sounds/en_US_f_Allison", 500),
    ("/usr/share/asterisk/sounds/it_IT_m_Carlo", 500),
];

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

#[allow(clippy::print_stderr, reason = "what was not tested is said")]
#[test]
fn every_prompt_comes_back() {
    for (package, least) in PACKAGES {
        if !Path::new(package).exists() {
            eprintln!("{package} is not installed: its prompts were not tried");
            continue;
        }
        let mut files = Vec::new();
        wavs(Path::new(package), &mut files);
        assert!(files.len() >= least, "{package}: {}", files.len());
        let (mut samples, mut bytes) = (0, 0);
        for path in files {
            let mut file = Reader::new(std::fs::File::open(&path).unwrap()).unwrap();
            let mut pcm = vec![0; 1 << 24];
            let len = file.read(&mut pcm).unwrap();
            for second in pcm[..len].chunks(8000) {
                let input = Samples::Pcm16(second);
                let mut block = vec![0; input.max_block_len()];
                let len = encode(input, Level::Live, &mut block).unwrap();
                let mut back = vec![0; second.len()];
                decode(&block[..len], SamplesMut::Pcm16(&mut back)).unwrap();
                assert!(back == second, "{}", path.display());
                bytes += len;
            }
            samples += len;
        }
        assert!(bytes < samples * 2 * 7 / 10, "{package}: {bytes} bytes for {samples} samples");
    }
}
