//! The eight frequencies measured at once.
//!
//! Sixteen samples at a time are multiplied with sixteen sine and cosine tables: no recurrence,
//! so the compiler can keep all sixteen sums in vector registers. Twelve such blocks, each turned
//! to its place and weighted, are a Hann window of 24 ms that moves on by 4 ms.

use super::{HIGH_HZ, LOW_HZ};

/// Frequencies: the low group, then the high group.
const LINES: usize = 8;
const BLOCK: usize = 16;
/// Blocks in a window.
const BLOCKS: usize = 12;
/// Blocks a window moves on by.
const STRIDE: usize = 2;
/// Samples in a window.
pub(super) const WINDOW: usize = BLOCK * BLOCKS;
/// Samples from one window to the next.
pub(super) const HOP: usize = BLOCK * STRIDE;

const SAMPLE_RATE: f64 = 8000.0;

/// A value for each frequency: real and imaginary parts side by side, to suit vectors.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    re: [f32; LINES],
    im: [f32; LINES],
}

/// sin and cos; the argument may be large, the compiler has time.
pub(super) const fn sin_cos(x: f64) -> (f64, f64) {
    let turns = (x / core::f64::consts::TAU) as i64 as f64;
    let mut x = x - turns * core::f64::consts::TAU;
    // Halved often enough, a few terms are exact; doubling takes it back.
    let mut halvings = 0;
    while halvings < 6 {
        x /= 2.0;
        halvings += 1;
    }
    let (mut sin, mut cos, mut term, mut n) = (0.0, 0.0, 1.0, 0.0);
    while n < 12.0 {
        cos += term;
        term = term * x / (n + 1.0);
        sin += term;
        term = -term * x / (n + 2.0);
        n += 2.0;
    }
    while halvings > 0 {
        (sin, cos) = (2.0 * sin * cos, cos * cos - sin * sin);
        halvings -= 1;
    }
    (sin, cos)
}

const fn radians_per_sample(line: usize) -> f64 {
    let hz = if line < 4 { LOW_HZ[line] } else { HIGH_HZ[line - 4] };
    core::f64::consts::TAU * hz as f64 / SAMPLE_RATE
}

/// e^(−iωn) of each frequency over one block.
static BASIS: [Lines; BLOCK] = {
    let mut table = [Lines::NONE; BLOCK];
    let mut n = 0;
    while n < BLOCK {
        table[n] = Lines::turned(n as f64, 1.0);
        n += 1;
    }
    table
};

/// Turn and weight of each block of a window.
static TURN: [Lines; BLOCKS] = {
    let mut table = [Lines::NONE; BLOCKS];
    let mut b = 0;
    while b < BLOCKS {
        table[b] = Lines::turned((b * BLOCK) as f64, WEIGHT[b] as f64);
        b += 1;
    }
    table
};

/// How the reference of phase moves from one window to the next.
static STEP: Lines = Lines::turned(HOP as f64, 1.0);

/// A Hann window at the blocks' middles.
const WEIGHT: [f32; BLOCKS] = {
    let mut table = [0.0; BLOCKS];
    let mut b = 0;
    while b < BLOCKS {
        let (_, cos) = sin_cos(core::f64::consts::TAU * (b as f64 + 0.5) / BLOCKS as f64);
        table[b] = (0.5 - 0.5 * cos) as f32;
        b += 1;
    }
    table
};

impl Lines {
    const NONE: Self = Self { re: [0.0; LINES], im: [0.0; LINES] };

    const fn turned(samples: f64, weight: f64) -> Self {
        let mut lines = Self::NONE;
        let mut line = 0;
        while line < LINES {
            let (sin, cos) = sin_cos(radians_per_sample(line) * samples);
            lines.re[line] = (weight * cos) as f32;
            lines.im[line] = (-weight * sin) as f32;
            line += 1;
        }
        lines
    }
}

/// The window's sum: a sine of amplitude a on a line measures a/2 times this.
pub(super) const SUM: f32 = WINDOW as f32 / 2.0;
/// The squared window's sum: noise of mean power p has p times this as its energy.
pub(super) const ENERGY: f32 = WINDOW as f32 * 3.0 / 8.0;

/// Gathers samples into blocks and blocks into windows.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    sums: Lines,
    energy: f32,
    filled: usize,
    blocks: [Lines; BLOCKS],
    energies: [f32; BLOCKS],
    /// The place of the next block, the oldest one's.
    next: usize,
}

impl Bank {
    pub(super) const fn new() -> Self {
        Self {
            sums: Lines::NONE,
            energy: 0.0,
            filled: 0,
            blocks: [Lines::NONE; BLOCKS],
            energies: [0.0; BLOCKS],
            next: 0,
        }
    }

    /// Takes in samples up to the end of a window's step; returns how many, and whether that end
    /// has been reached. Sums are made sample after sample: frames of any size give the same.
    pub(super) fn fill(&mut self, pcm: &[i16]) -> (usize, bool) {
        let n = pcm.len().min(BLOCK - self.filled);
        let mut sums = self.sums;
        let mut energy = self.energy;
        for (&sample, basis) in pcm[..n].iter().zip(&BASIS[self.filled..]) {
            let x = f32::from(sample);
            energy += x * x;
            for i in 0..LINES {
                sums.re[i] += x * basis.re[i];
                sums.im[i] += x * basis.im[i];
            }
        }
        self.filled += n;
        if self.filled < BLOCK {
            self.sums = sums;
            self.energy = energy;
            return (n, false);
        }
        self.blocks[self.next] = sums;
        self.energies[self.next] = energy;
        self.next = (self.next + 1) % BLOCKS;
        self.sums = Lines::NONE;
        self.energy = 0.0;
        self.filled = 0;
        (n, self.next % STRIDE == 0)
    }

    /// Energy under the squared window.
    pub(super) fn window_energy(&self) -> f32 {
        let (newer, older) = self.energies.split_at(self.next);
        let ring = older.iter().chain(newer);
        ring.zip(&WEIGHT).map(|(e, w)| w * w * e).sum()
    }

    /// One group's lines in the window that ends with the last full block.
    pub(super) fn group(&self, group: Group) -> Amplitudes {
        let lines = match group {
            Group::Low => 0..4,
            Group::High => 4..8,
        };
        let (mut re, mut im) = ([0.0; 4], [0.0; 4]);
        // The ring in the order of time, as two slices.
        let (newer, older) = self.blocks.split_at(self.next);
        for (block, turn) in older.iter().chain(newer).zip(&TURN) {
            let (block_re, block_im) = (&block.re[lines.clone()], &block.im[lines.clone()]);
            let (turn_re, turn_im) = (&turn.re[lines.clone()], &turn.im[lines.clone()]);
            for i in 0..4 {
                re[i] += block_re[i] * turn_re[i] - block_im[i] * turn_im[i];
                im[i] += block_re[i] * turn_im[i] + block_im[i] * turn_re[i];
            }
        }
        Amplitudes { re, im }
    }
}

/// The low or the high frequencies of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Low,
    High,
}

/// What a window holds at a group's frequencies, as complex amplitudes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amplitudes {
    re: [f32; 4],
    im: [f32; 4],
}

impl Amplitudes {
    pub(super) const NONE: Self = Self { re: [0.0; 4], im: [0.0; 4] };

    /// The strongest line and its squared amplitude.
    pub(super) fn strongest(&self) -> (usize, f32) {
        let power: [f32; 4] =
            core::array::from_fn(|i| self.re[i] * self.re[i] + self.im[i] * self.im[i]);
        let mut best = 0;
        for i in 1..4 {
            if power[i] > power[best] {
                best = i;
            }
        }
        (best, power[best])
    }

    /// How far a line has turned since an earlier window, beyond what its own frequency does: a
    /// complex number whose angle is the deviation over [`HOP`] samples.
    pub(super) fn turn_since(&self, earlier: &Self, group: Group, line: usize) -> (f32, f32) {
        let (a, b) = (self.re[line], self.im[line]);
        let (c, d) = (earlier.re[line], earlier.im[line]);
        let (re, im) = (a * c + b * d, b * c - a * d);
        let at = match group {
            Group::Low => line,
            Group::High => 4 + line,
        };
        let (cos, sin) = (STEP.re[at], STEP.im[at]);
        (re * cos - im * sin, re * sin + im * cos)
    }
}
