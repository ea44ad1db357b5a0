//! Sound for the tests: made here, so that they need no files, and the shared corpus where it is.

use std::path::Path;

use media_core::g711::Law;

/// A small generator of repeatable noise (Steele's SplitMix64).
pub(super) struct Noise(pub(super) u64);

impl Noise {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Roughly normal, standard deviation about 1.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0
    }

    pub(super) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Something like speech at 8 kHz: voiced and unvoiced stretches through two resonances, and
/// pauses of faint noise.
pub(super) fn speech(samples: usize, seed: u64) -> Vec<i16> {
    let mut noise = Noise(seed);
    let (mut a, mut b) = ([0.0f64; 2], [0.0f64; 2]);
    (0..samples)
        .map(|i| {
            let syllable = i / 1600;
            let loud = [1.0, 0.6, 0.0, 0.9, 0.3][syllable % 5];
            let pitch = 60 + (syllable * 7) % 30;
            let pulse = if i % pitch == 0 { 2500.0 } else { 0.0 };
            let breath = if syllable % 3 == 1 { 120.0 } else { 8.0 };
            let drive = loud * (pulse + breath * noise.normal());
            let x = drive + 1.6 * a[0] - 0.85 * a[1];
            a = [x, a[0]];
            let y = x * 0.3 + 0.9 * b[0] - 0.7 * b[1];
            b = [y, b[0]];
            (y + 3.0 * noise.normal()).clamp(-32000.0, 32000.0) as i16
        })
        .collect()
}

/// Steady sinusoids, each of twice the cosine of its angle a sample with 30 fraction bits and of its
/// size: by the recurrence alone, as no function of a mathematics library is the same everywhere.
pub(super) fn tones(samples: usize, waves: &[(i64, i64)]) -> Vec<i16> {
    let mut states: Vec<_> = waves.iter().map(|(turn, size)| (*turn, 0, size << 16)).collect();
    (0..samples)
        .map(|_| {
            let mut sum = 0;
            for (turn, this, next) in &mut states {
                sum += *this;
                let after = ((*turn * *next) >> 30) - *this;
                (*this, *next) = (*next, after.clamp(-1 << 31, 1 << 31));
            }
            (sum >> 16).clamp(i16::MIN.into(), i16::MAX.into()) as i16
        })
        .collect()
}

/// The `turn` of a frequency at 8 kHz.
pub(super) fn turn(hertz: f64) -> i64 {
    ((hertz * core::f64::consts::TAU / 8000.0).cos() * f64::from(1 << 31)) as i64
}

pub(super) fn ulaw(pcm: &[i16]) -> Vec<u8> {
    pcm.iter().map(|x| Law::Mu.encode_sample(*x)).collect()
}

/// The first seconds of each file of the corpus, µ-law, where there is one.
pub(super) fn corpus(seconds: usize) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            if path.extension()? != "ul" {
                return None;
            }
            let mut bytes = std::fs::read(&path).ok()?;
            bytes.truncate(seconds * 8000);
            Some((path.file_stem()?.to_string_lossy().into_owned(), bytes))
        })
        .collect();
    files.sort();
    files
}
