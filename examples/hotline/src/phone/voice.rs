//! A voice for a telephone that nobody is holding.
//!
//! Syllables with pitch, formants, stress and pauses, so that what lies on the way (codec, jitter
//! buffer, gain control, voice detector) treats it as speech; yet every seed is a different
//! speaker saying different things, so that a piece of one is found in no other.

use std::f32::consts::TAU;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// Samples a second of everything on the telephone.
pub(crate) const RATE: usize = 8000;

/// Root mean square of a syllable of middle stress: about -20 dBm0.
const LEVEL: f32 = 2200.0;

/// An endless, repeatable speaker.
#[derive(Debug)]
pub(crate) struct Voice {
    random: Xoshiro256PlusPlus,
    /// Apart from `random`, so that what is said does not depend on how often it is used.
    numbers: Xoshiro256PlusPlus,
    pitch_hz: f32,
    phase: f32,
    syllables_left: u32,
    ready: Vec<f32>,
    read: usize,
}

impl Voice {
    /// The speaker of this seed, at the beginning of what it says.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        Voice {
            pitch_hz: random.random_range(90.0..240.0),
            random,
            numbers: Xoshiro256PlusPlus::seed_from_u64(!seed),
            phase: 0.0,
            syllables_left: 0,
            ready: Vec::new(),
            read: 0,
        }
    }

    /// The next samples.
    pub(crate) fn speak(&mut self, out: &mut [i16]) {
        for sample in out {
            if self.read == self.ready.len() {
                self.next_syllable();
            }
            *sample = self.ready[self.read] as i16;
            self.read += 1;
        }
    }

    /// A number that belongs to this speaker: for identifiers that must differ between phones.
    pub(crate) fn number(&mut self) -> u32 {
        self.numbers.random()
    }

    fn next_syllable(&mut self) {
        self.ready.clear();
        self.read = 0;
        let pause = if self.syllables_left == 0 {
            self.syllables_left = self.random.random_range(4..9);
            self.random.random_range(1200..2400)
        } else {
            self.random.random_range(120..640)
        };
        self.syllables_left -= 1;

        let length = self.random.random_range(960..2400);
        let from = self.pitch_hz * self.random.random_range(0.8..1.25);
        let to = from * self.random.random_range(0.75..1.3);
        let breath = self.random.random_range(0.4..0.8);
        let mut formants = [
            Resonator::new(self.random.random_range(300.0..800.0), 90.0),
            Resonator::new(self.random.random_range(900.0..2200.0), 140.0),
            Resonator::new(self.random.random_range(2300.0..3200.0), 220.0),
        ];
        let weights = [1.0, 0.7, 0.45];
        // A consonant: noise before the vowel, on every other syllable or so.
        let consonant =
            if self.random.random_bool(0.5) { self.random.random_range(160..480) } else { 0 };

        let mut energy = 0.0;
        for i in 0..length {
            let along = i as f32 / length as f32;
            self.phase += (from + (to - from) * along) / RATE as f32;
            let pulse = if self.phase >= 1.0 {
                self.phase -= 1.0;
                6.0
            } else {
                0.0
            };
            let noise: f32 = self.random.random_range(-1.0..1.0);
            let source = if i < consonant { noise } else { pulse + breath * noise };
            let voiced: f32 = formants
                .iter_mut()
                .zip(weights)
                .map(|(formant, weight)| weight * formant.filter(source))
                .sum();
            let shape = (0.5 - 0.5 * (TAU * along).cos()).sqrt();
            let sample = voiced * shape;
            energy += sample * sample;
            self.ready.push(sample);
        }
        let stress = self.random.random_range(0.6..1.4);
        let gain = LEVEL * stress / (energy / length as f32).sqrt().max(1e-3);
        for sample in &mut self.ready {
            *sample = (*sample * gain).clamp(-20_000.0, 20_000.0);
        }
        self.ready.resize(length + pause, 0.0);
    }
}

/// A two-pole resonator: one formant.
#[derive(Debug)]
struct Resonator {
    a1: f32,
    a2: f32,
    gain: f32,
    y1: f32,
    y2: f32,
}

impl Resonator {
    fn new(centre_hz: f32, width_hz: f32) -> Self {
        let radius = (-std::f32::consts::PI * width_hz / RATE as f32).exp();
        Resonator {
            a1: 2.0 * radius * (TAU * centre_hz / RATE as f32).cos(),
            a2: -radius * radius,
            gain: 1.0 - radius,
            y1: 0.0,
            y2: 0.0,
        }
    }

    fn filter(&mut self, x: f32) -> f32 {
        let y = self.gain * x + self.a1 * self.y1 + self.a2 * self.y2;
        self.y2 = self.y1;
        self.y1 = y;
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::check;

    fn said(seed: u64, seconds: usize) -> Vec<i16> {
        let mut out = vec![0; seconds * RATE];
        Voice::new(seed).speak(&mut out);
        out
    }

    #[test]
    fn one_seed_always_says_the_same_however_it_is_asked() {
        let whole = said(7, 3);
        let mut voice = Voice::new(7);
        let mut pieces = vec![0; whole.len()];
        for piece in pieces.chunks_mut(161) {
            voice.speak(piece);
        }
        assert_eq!(whole, pieces);
    }

    #[test]
    fn level_is_that_of_speech_and_never_clips() {
        for seed in 0..30 {
            let said = said(seed, 20);
            let power = said.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / said.len() as f64;
            let rms = power.sqrt();
            assert!((1200.0..3000.0).contains(&rms), "seed {seed}: rms {rms}");
            let peak = said.iter().map(|s| s.unsigned_abs()).max();
            assert!(peak <= Some(20_000), "seed {seed}: peak {peak:?}");
        }
    }

    #[test]
    fn no_speaker_is_found_in_what_another_says() {
        for seed in 0..12 {
            let found = check::find(&said(seed, 6), &said(seed + 1000, 12));
            assert_eq!(found.windows_found, 0, "seed {seed}: {found:?}");
        }
    }
}
