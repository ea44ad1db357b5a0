//! A last look at what seems a key: is it two harmonics of a voice?
//!
//! A vowel whose two lowest formants are narrow and lie on a key's frequencies is two strong tones,
//! steady for as long as it is held. But they are harmonics of one pitch, and formants have flanks:
//! much of what is heard beside the tones is the harmonics next to both. Nothing that disturbs a
//! key is there: noise spreads over the band, clipping makes odd intermodulation, and a dial tone
//! or a voice has its lines where its own pitch puts them.

use super::bank::sin_cos;

/// Samples looked at: 32 ms, over when a key of 36 ms is found.
const LENGTH: usize = 256;
/// Pitches that a voice has and this length tells apart, in Hz.
const PITCH: core::ops::RangeInclusive<f32> = 80.0..=360.0;
/// Least power of the harmonics next to both tones, as a share of all power.
const FLANKS: f32 = 0.006;

/// What makes a pitch a voice's.
struct Proof {
    /// How far a tone may lie from a harmonic, in Hz.
    off: f32,
    /// Least power of the harmonics next to both tones, and of those next to either, as shares of
    /// what is neither tone's. Four lines of this length hold 5 % of white noise, and 19 % once in
    /// ten thousand times.
    flanks: f32,
    flank: f32,
}

/// Nearly every key is a pair of harmonics of some deep voice, and one in ten of a high one: there it
/// takes less.
const DEEP: Proof = Proof { off: 2.5, flanks: 0.25, flank: 0.06 };
const HIGH: Proof = Proof { off: 3.5, flanks: 0.19, flank: 0.045 };
const HIGH_FROM: f32 = 140.0;

/// A Hann window.
static WINDOW: [f32; LENGTH] = {
    let mut table = [0.0; LENGTH];
    let mut n = 0;
    while n < LENGTH {
        let (_, cos) = sin_cos(core::f64::consts::TAU * (n as f64 + 0.5) / LENGTH as f64);
        table[n] = (0.5 - 0.5 * cos) as f32;
        n += 1;
    }
    table
};

/// The last samples.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    samples: [i16; LENGTH],
    next: usize,
}

impl Recent {
    pub(super) const fn new() -> Self {
        Self { samples: [0; LENGTH], next: 0 }
    }

    pub(super) fn hear(&mut self, mut pcm: &[i16]) {
        while !pcm.is_empty() {
            let room = &mut self.samples[self.next..];
            let n = pcm.len().min(room.len());
            room[..n].copy_from_slice(&pcm[..n]);
            self.next = (self.next + n) % LENGTH;
            pcm = &pcm[n..];
        }
    }

    /// Whether two tones of these frequencies are harmonics of a voice.
    pub(super) fn is_voice(&self, low: f32, high: f32) -> bool {
        let mut windowed = [0.0; LENGTH];
        let (newer, older) = self.samples.split_at(self.next);
        let in_order = older.iter().chain(newer);
        for ((to, &sample), weight) in windowed.iter_mut().zip(in_order).zip(&WINDOW) {
            *to = f32::from(sample) * weight;
        }
        let energy: f32 = windowed.iter().map(|x| x * x).sum();
        let rest = energy - energy_of(&windowed, [low, high]).iter().sum::<f32>();
        (1..16).any(|harmonic: u8| {
            let pitch = low / f32::from(harmonic);
            if !PITCH.contains(&pitch) {
                return false;
            }
            // `as` cuts off what is positive.
            let other = (high / pitch + 0.5) as u8;
            if other <= harmonic {
                return false;
            }
            let pitch = (low + high) / f32::from(harmonic + other);
            let proof = if pitch < HIGH_FROM { DEEP } else { HIGH };
            if (low - pitch * f32::from(harmonic)).abs() > proof.off {
                return false;
            }
            let [below, above, high_below, high_above] =
                energy_of(&windowed, [low - pitch, low + pitch, high - pitch, high + pitch]);
            let (lower, upper) = if other == harmonic + 1 {
                // Of neighbours each is the other's flank.
                (below, high_above)
            } else {
                (below + above, high_below + high_above)
            };
            lower + upper > (FLANKS * energy).max(proof.flanks * rest)
                && lower.min(upper) > proof.flank * rest
        })
    }
}

/// The energy that sines have under the window, by Goertzel's recurrence.
fn energy_of<const N: usize>(windowed: &[f32; LENGTH], hz: [f32; N]) -> [f32; N] {
    let turn = hz.map(|hz| {
        let (_, cos) = sin_cos(core::f64::consts::TAU / 8000.0 * f64::from(hz));
        2.0 * cos as f32
    });
    let (mut last, mut before) = ([0.0f32; N], [0.0f32; N]);
    for &x in windowed {
        for i in 0..N {
            let next = x + turn[i] * last[i] - before[i];
            (before[i], last[i]) = (last[i], next);
        }
    }
    core::array::from_fn(|i| {
        let power = last[i] * (last[i] - turn[i] * before[i]) + before[i] * before[i];
        // One of amplitude a measures (a/2 · the window's sum)² and has a²/2 · its squares' sum.
        power * (2.0 * SQUARES / (SUM * SUM))
    })
}

/// The window's sum, and its squares'.
const SUM: f32 = LENGTH as f32 / 2.0;
const SQUARES: f32 = LENGTH as f32 * 3.0 / 8.0;
