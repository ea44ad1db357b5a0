//! Automatic gain: quiet callers up, loud ones down, pauses left alone.
//!
//! The level is learnt from speech only ([`crate::vad`]), so a pause is never pumped up to a roar,
//! and the gain moves slowly, so that nobody hears it move. Before a sample that would clip it falls
//! at once: nothing leaves above −0.5 dB of full scale.
//!
//! ```
//! use media_core::agc::{Agc, Config};
//!
//! let mut agc = Agc::new(Config::default());
//! let mut voice = [0; 160];
//! for i in 0..500 {
//!     voice = core::array::from_fn(|k| (((i * 160 + k) % 60) as i16 - 30) * 20);
//!     agc.process(&mut voice);
//! }
//! assert!(voice.iter().max() > Some(&1500)); // it was 580
//! ```

use crate::mix::{Gain, saturate};
use crate::vad::Vad;

/// Samples between two decisions: 10 ms.
const BLOCK: usize = 80;
/// No sample leaves louder than this (−0.5 dB of full scale).
const CEILING: i64 = 30_900;
/// A sample times the gain, in the gain's unit.
const LIMIT: i64 = CEILING << 20;
/// The gain rises by one part in 2^8 a block (3.4 dB a second) and falls by one in 2^6.
const RISE: u32 = 8;
const FALL: u32 = 6;
/// The level of speech is a mean over this many blocks, as a power of two: 0.6 s of speech.
const MEMORY: u32 = 6;

/// How far the gain goes, and where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Level of active speech aimed at, in dBov (0 is a full-scale square wave): −26 by default,
    /// the nominal level of ITU-T P.56 and P.830.
    pub target_dbov: i8,
    /// The most gain, in decibels: 12 by default, 18 at most.
    pub most_gain_db: u8,
    /// The most attenuation, in decibels: 12 by default, 40 at most.
    pub most_loss_db: u8,
}

impl Config {
    /// A level to aim at, and how far the gain may go for it.
    #[must_use]
    pub const fn new(target_dbov: i8, most_gain_db: u8, most_loss_db: u8) -> Self {
        Config { target_dbov, most_gain_db, most_loss_db }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(-26, 12, 12)
    }
}

/// Automatic gain for one stream.
#[derive(Clone, Debug)]
pub struct Agc {
    vad: Vad,
    /// Root mean square aimed at.
    target: u64,
    most: u32,
    least: u32,
    /// Mean square of active speech; 0 before any was heard.
    level: u64,
    /// In 4,096ths of 256ths.
    gain: u32,
}

impl Agc {
    /// A gain of 1 until speech has been heard.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        // A gain's 4,096ths serve as amplitude: full scale is 8 × 4,096.
        let target = Gain::from_db(config.target_dbov).q12() as u64 * 8;
        let most = if config.most_gain_db > 18 { 18 } else { config.most_gain_db as i8 };
        let least = if config.most_loss_db > 40 { 40 } else { config.most_loss_db as i8 };
        Agc {
            vad: Vad::new(0),
            target,
            most: (Gain::from_db(most).q12() as u32) << 8,
            least: (Gain::from_db(-least).q12() as u32) << 8,
            level: 0,
            gain: (Gain::UNITY.q12() as u32) << 8,
        }
    }

    /// The gain now.
    #[must_use]
    pub const fn gain(&self) -> Gain {
        Gain::from_q12((self.gain >> 8) as u16)
    }

    /// Amplifies the next samples, a frame of any size, in place.
    pub fn process(&mut self, samples: &mut [i16]) {
        for block in samples.chunks_mut(BLOCK) {
            let before = self.gain;
            self.decide(block);
            let (from, to) = (i64::from(before), i64::from(self.gain));
            let ramp = |i: usize, n: usize| {
                if i < n { from + (to - from) * (i as i64 + 1) / n as i64 } else { to }
            };
            // The new gain suits every sample of the block; it is reached by its end, or by the
            // first sample that is too loud for what the gain would be there.
            let len = block.len();
            let clips = |(i, &s): (usize, &i16)| i64::from(s).abs() * ramp(i, len) > LIMIT;
            let n = block.iter().enumerate().position(clips).map_or(len, |i| i + 1);
            for (i, sample) in block.iter_mut().enumerate() {
                let gained = (i64::from(*sample) * ramp(i, n) + (1 << 19)) >> 20;
                *sample = saturate(gained as i32);
            }
        }
    }

    fn decide(&mut self, block: &[i16]) {
        if self.vad.heard(block) {
            let sum: u64 = block.iter().map(|&s| u64::from(i32::from(s).pow(2) as u32)).sum();
            let power = sum / block.len().max(1) as u64;
            // The end of a frame may be less than a block, and moves as much less.
            let part = |whole: u64| whole * block.len() as u64 / BLOCK as u64;
            self.level = if self.level == 0 {
                power
            } else {
                // The first words count for more than a later one.
                self.level - (part(self.level) >> MEMORY) + (part(power) >> MEMORY)
            };
            let rms = self.level.isqrt().max(1);
            let wanted = ((self.target << 20) / rms).min(u64::from(self.most)) as u32;
            let wanted = wanted.max(self.least);
            self.gain = if wanted > self.gain {
                wanted.min(self.gain + part(u64::from(self.gain >> RISE)) as u32 + 1)
            } else {
                wanted.max(self.gain - part(u64::from(self.gain >> FALL)) as u32)
            };
        }
        let peak = block.iter().map(|&s| i32::from(s).abs()).max().unwrap_or(0);
        if i64::from(peak) * i64::from(self.gain) > LIMIT {
            self.gain = (LIMIT / i64::from(peak)) as u32;
        }
    }
}
