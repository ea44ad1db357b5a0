//! Power at a handful of frequencies, for tones that are known before they sound.

use super::oscillator::unit;

/// Most frequencies at once.
pub(super) const LINES: usize = 12;
/// A step: 10 ms.
pub(super) const HOP: usize = 80;
/// Steps in a window.
const SPAN: usize = 4;
/// A Hann window at the steps' middles.
const WEIGHT: [f32; SPAN] = [0.146_446_6, 0.853_553_4, 0.853_553_4, 0.146_446_6];
/// Sums of the window and of its square, in samples.
const SUM: f32 = 2.0 * HOP as f32;
const ENERGY: f32 = 1.5 * HOP as f32;

/// Windows of 40 ms, every 10 ms, over frequencies given at construction.
#[derive(Clone, Debug)]
pub(super) struct ToneLines {
    hz: [u16; LINES],
    count: usize,
    /// 2 cos ω of each, for the recurrence.
    coefficient: [f32; LINES],
    one: [f32; LINES],
    two: [f32; LINES],
    energy: f32,
    filled: usize,
    /// The last steps' amplitudes, oldest first.
    steps: [[(f32, f32); LINES]; SPAN],
    energies: [f32; SPAN],
}

/// Mean powers in one window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers {
    /// Of everything.
    pub(super) all: f32,
    /// Of a sine at each frequency.
    pub(super) lines: [f32; LINES],
}

impl ToneLines {
    pub(super) fn new() -> Self {
        Self {
            hz: [0; LINES],
            count: 0,
            coefficient: [0.0; LINES],
            one: [0.0; LINES],
            two: [0.0; LINES],
            energy: 0.0,
            filled: 0,
            steps: [[(0.0, 0.0); LINES]; SPAN],
            energies: [0.0; SPAN],
        }
    }

    /// The place of a frequency among the lines, which it gets if there is one left.
    pub(super) fn line(&mut self, hz: u16) -> Option<usize> {
        if let Some(known) = self.hz[..self.count].iter().position(|&h| h == hz) {
            return Some(known);
        }
        let line = self.count;
        *self.hz.get_mut(line)? = hz;
        self.coefficient[line] = 2.0 * unit(hz, 1).0;
        self.count += 1;
        Some(line)
    }

    /// Takes in samples up to the end of a step; returns how many, and the powers at that end.
    /// Frames of any size give the same.
    pub(super) fn fill(&mut self, pcm: &[i16]) -> (usize, Option<Powers>) {
        let n = pcm.len().min(HOP - self.filled);
        let (mut one, mut two) = (self.one, self.two);
        for &sample in &pcm[..n] {
            let x = f32::from(sample);
            self.energy += x * x;
            for i in 0..LINES {
                let zero = (x - two[i]) + self.coefficient[i] * one[i];
                two[i] = one[i];
                one[i] = zero;
            }
        }
        (self.one, self.two) = (one, two);
        self.filled += n;
        if self.filled < HOP {
            return (n, None);
        }
        self.steps.rotate_left(1);
        self.energies.rotate_left(1);
        for (line, amplitude) in self.steps[SPAN - 1].iter_mut().enumerate() {
            let (cos, sin) = unit(self.hz[line], 1);
            *amplitude = (one[line] - cos * two[line], sin * two[line]);
        }
        self.energies[SPAN - 1] = self.energy;
        self.one = [0.0; LINES];
        self.two = [0.0; LINES];
        self.energy = 0.0;
        self.filled = 0;
        (n, Some(self.powers()))
    }

    fn powers(&self) -> Powers {
        let mut powers = Powers { all: 0.0, lines: [0.0; LINES] };
        for (weight, energy) in WEIGHT.iter().zip(&self.energies) {
            powers.all += weight * weight * energy / ENERGY;
        }
        for line in 0..self.count {
            let (mut re, mut im) = (0.0, 0.0);
            for (s, step) in self.steps.iter().enumerate() {
                // Each step's phase counts from its own end.
                let (cos, sin) = unit(self.hz[line], ((SPAN - 1 - s) * HOP) as u32);
                let (a, b) = step[line];
                re += WEIGHT[s] * (a * cos - b * sin);
                im += WEIGHT[s] * (a * sin + b * cos);
            }
            powers.lines[line] = 2.0 * (re * re + im * im) / (SUM * SUM);
        }
        powers
    }
}
