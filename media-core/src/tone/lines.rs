//! Power at a handful of frequencies, for tones that are known before they sound.

use super::oscillator::unit;
use crate::lpc::sqrt;

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
    /// The last window's amplitudes.
    before: [(f32, f32); LINES],
}

/// Mean powers in one window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers {
    /// Of everything.
    pub(super) all: f32,
    /// Of a sine at each frequency.
    pub(super) lines: [f32; LINES],
    /// Of a sine at most [`OFF`] away from each frequency.
    pub(super) near: [f32; LINES],
}

/// How far from a line's frequency a tone may be and still show its whole power: 30 Hz, as the
/// cosine of what its phase gains on the line's in a step. ITU-T E.180 and GB/T 3380 allow 25 Hz.
const OFF: f32 = -0.309_017;

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
            before: [(0.0, 0.0); LINES],
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

    fn powers(&mut self) -> Powers {
        let mut powers = Powers { all: 0.0, lines: [0.0; LINES], near: [0.0; LINES] };
        for (weight, energy) in WEIGHT.iter().zip(&self.energies) {
            powers.all += weight * weight * energy / ENERGY;
        }
        for line in 0..self.count {
            let hz = self.hz[line];
            let mut steps = [(0.0, 0.0); SPAN];
            for (s, (to, step)) in steps.iter_mut().zip(&self.steps).enumerate() {
                // Each step's phase counts from its own end.
                *to = times(step[line], unit(hz, ((SPAN - 1 - s) * HOP) as u32));
            }
            let whole = sum(&steps, (1.0, 0.0));
            let scale = 2.0 / (SUM * SUM);
            powers.lines[line] = scale * square(whole);
            // From step to step there is a turn after 20 ms, but of all that is within 100 Hz; from
            // window to window only of what is within 50.
            let before = core::mem::replace(&mut self.before[line], whole);
            let by_windows = times_conjugate(whole, times(before, unit(hz, HOP as u32)));
            let mut by_steps = (0.0, 0.0);
            for (s, pair) in steps.windows(2).enumerate() {
                let (re, im) = times_conjugate(pair[1], pair[0]);
                let weight = WEIGHT[s] * WEIGHT[s + 1];
                by_steps = (by_steps.0 + weight * re, by_steps.1 + weight * im);
            }
            let near = near(&steps, by_windows).max(near(&steps, by_steps));
            powers.near[line] = powers.lines[line].max(scale * near);
        }
        powers
    }
}

fn times((a, b): (f32, f32), (c, d): (f32, f32)) -> (f32, f32) {
    (a * c - b * d, a * d + b * c)
}

fn times_conjugate(a: (f32, f32), (c, d): (f32, f32)) -> (f32, f32) {
    times(a, (c, -d))
}

fn square((re, im): (f32, f32)) -> f32 {
    re * re + im * im
}

/// The window's sum of its steps, each turned on by this from the one before.
fn sum(steps: &[(f32, f32); SPAN], turn: (f32, f32)) -> (f32, f32) {
    let (mut all, mut turned) = ((0.0, 0.0), (1.0, 0.0));
    for (step, weight) in steps.iter().zip(WEIGHT) {
        let (re, im) = times(*step, turned);
        all = (all.0 + weight * re, all.1 + weight * im);
        turned = times(turned, turn);
    }
    all
}

/// The square of what the window would hold if the line were where a tone is that gains this turn on
/// it in a step; 0 beyond [`OFF`].
fn near(steps: &[(f32, f32); SPAN], (re, im): (f32, f32)) -> f32 {
    let length = sqrt(square((re, im)));
    let cos = re / length;
    // Where there is nothing, 0 / 0.
    if cos.is_nan() || cos < OFF {
        return 0.0;
    }
    // Over one step the tone has lost (sin x / x)² by half that angle: (2 + cos x) / 3 to half a
    // percent.
    let step = (2.0 + sqrt(0.5 + 0.5 * cos.min(1.0))) / 3.0;
    square(sum(steps, (cos, -im / length))) / (step * step)
}
