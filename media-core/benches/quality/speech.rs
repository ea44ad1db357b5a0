//! What is spoken: telephone speech from Debian's prompt packages or a corpus beside the project.

use media_core::g711::Law;
use std::path::{Path, PathBuf};

/// Raw µ-law files of speech, and their short names.
const FILES: [(&str, &str); 3] = [
    ("en female", "spk_en_f_allison.ul"),
    ("it male", "spk_it_m_carlo.ul"),
    ("field male", "spk_m_ve9qrp.ul"),
];

/// Both sides of a conversation, with the noise of their lines.
const LINE: [(&str, &str); 2] = [("one side", "conv_line_a.ul"), ("other side", "conv_line_b.ul")];

#[derive(Clone)]
pub(crate) struct Speech {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<i16>,
}

pub(crate) fn shared(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")).join(path)
}

/// The speech there is; none when no corpus is found.
pub(crate) fn all() -> Vec<Speech> {
    read(&FILES)
}

/// What is said over a line that has noise of its own.
pub(crate) fn line() -> Vec<Speech> {
    read(&LINE)
}

fn read(files: &[(&'static str, &str)]) -> Vec<Speech> {
    let folder =
        std::env::var_os("TRUNKLINE_CORPUS").map_or_else(|| shared("corpus"), PathBuf::from);
    files
        .iter()
        .filter_map(|(name, file)| {
            let codes = std::fs::read(folder.join(file)).ok()?;
            let mut samples = vec![0; codes.len()];
            Law::Mu.decode(&codes, &mut samples);
            Some(Speech { name, samples })
        })
        .collect()
}

/// splitmix64: the same losses on every machine.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
