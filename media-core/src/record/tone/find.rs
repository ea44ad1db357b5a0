//! Is there a tone that a block begins within, and which?
//!
//! Only an encoder asks, and tries out whether the answer pays. Still all of it is IEEE double
//! arithmetic in a fixed order, so that every machine writes the same blocks.

use super::{Player, START, TURN, Tone, WAVES, Wave};
use crate::record::block::Samples;
use crate::record::deep::{ln, solve};
use crate::record::law::{ALAW, Law, ULAW};
use crate::record::model::{Grid, Port};
use crate::record::range::ONE;
use crate::record::spread::Around;

/// Samples looked at first: 50 ms at 8 kHz.
const LOOK: usize = 400;
/// Samples the sinusoids are fitted to at most.
const LONGEST: usize = 1 << 14;
/// Frequencies looked at, from 0 to half the rate.
const BINS: usize = 400;
/// Twice the cosine of the angle of the first of them, a 800th of a turn.
const BIN: f64 = 1.999_938_315_289_579_3;
/// Of a tone's energy, this share at most is not the sinusoids'.
const NOISE: f64 = 0.01;
/// What neighbours may miss of its energy.
const ROUGH: f64 = 0.03;
/// Each sinusoid of a tone leaves less than this of what the ones before it missed.
const STEP: f64 = 0.85;
/// One more than it needs is worth it where it leaves less than this.
const WORTH: f64 = 0.5;
/// What keeps equations soluble.
const RIDGE: f64 = 1e-6;
/// Bits a sample that a tone may cost more than at its beginning: more, and it is over.
const SPARE: f64 = 1.5;
/// How widely samples may lie about the sinusoids: octaves of it that are tried.
const SIZES: u32 = 20;
/// Bits above the least at which it is seen to be over.
const OVER: f64 = 100.0;

/// A sinusoid as [`Wave`] has it, in numbers: twice the cosine, the first and the second sample.
type Guess = [f64; 3];

/// The sinusoids at each sample in turn: their sum, and what it changes by with each of the numbers.
struct Steps<'a> {
    guesses: &'a [Guess],
    /// Of each sinusoid this value and the next: of the sum, and of its slopes.
    states: [[[f64; 2]; 4]; WAVES],
}

impl<'a> Steps<'a> {
    fn new(guesses: &'a [Guess]) -> Self {
        let mut states = [[[0.0; 2]; 4]; WAVES];
        for (state, [_, first, second]) in states.iter_mut().zip(guesses) {
            *state = [[*first, *second], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        }
        Self { guesses, states }
    }

    fn next(&mut self) -> (f64, [f64; 3 * WAVES]) {
        let (mut sum, mut slopes) = (0.0, [0.0; 3 * WAVES]);
        let waves = self.states.iter_mut().zip(self.guesses).zip(slopes.chunks_exact_mut(3));
        for ((states, [turn, ..]), slopes) in waves {
            let value = states[0][1];
            sum += states[0][0];
            for (slope, state) in slopes.iter_mut().zip(&states[1..]) {
                *slope = state[0];
            }
            for state in states.iter_mut() {
                *state = [state[1], turn * state[1] - state[0]];
            }
            states[1][1] += value;
        }
        (sum, slopes)
    }
}

/// The values that are written as sample `i` is.
fn limits(samples: Samples<'_>, i: usize) -> (f64, f64) {
    let of = |law: &Law, code: u8| {
        let cell = law.cell(code);
        let edge = |cell: usize| law.edge.get(cell).map_or(65536.0, |edge| f64::from(*edge) * 0.5);
        (edge(cell), edge(cell + 1))
    };
    match samples {
        Samples::Ulaw(codes) => of(&ULAW, codes[i]),
        Samples::Alaw(codes) => of(&ALAW, codes[i]),
        Samples::Pcm16(values) => (f64::from(values[i]) - 0.5, f64::from(values[i]) + 0.5),
    }
}

/// One step of Gauss and Newton's towards the sinusoids nearest to the first samples. Returns what
/// energy the old ones missed. `within` takes a value for right if it is written as the sample is.
fn refine(samples: Samples<'_>, len: usize, guesses: &mut [Guess], within: bool) -> f64 {
    const N: usize = 3 * WAVES;
    let (mut matrix, mut right) = ([[0.0; N]; N], [0.0; N]);
    let (mut missed, used) = (0.0, 3 * guesses.len());
    let mut steps = Steps::new(guesses);
    for i in 0..len {
        let (sum, slopes) = steps.next();
        let mut aim = f64::from(samples.linear(i));
        if within {
            let (low, high) = limits(samples, i);
            aim = if sum < low {
                low
            } else if sum > high {
                high
            } else {
                sum
            };
        }
        let miss = aim - sum;
        missed += miss * miss;
        for j in 0..used {
            for k in 0..=j {
                matrix[j][k] += slopes[j] * slopes[k];
            }
            right[j] += slopes[j] * miss;
        }
    }
    // What nothing depends on, as the frequency of a sinusoid that has no size yet, stays as it is.
    for (j, row) in matrix.iter_mut().enumerate() {
        row[j] += RIDGE;
    }
    if let Some(change) = solve(&mut matrix, &right, RIDGE * 0.5) {
        for (guess, change) in guesses.iter_mut().zip(change.chunks_exact(3)) {
            for (x, change) in guess.iter_mut().zip(change) {
                *x += change;
            }
            guess[0] = guess[0].clamp(-2.0, 2.0);
        }
    }
    missed
}

/// What energy these sinusoids miss of the first samples.
fn missed(samples: Samples<'_>, len: usize, guesses: &[Guess]) -> f64 {
    let mut steps = Steps::new(guesses);
    (0..len).map(|i| f64::from(samples.linear(i)) - steps.next().0).map(|x| x * x).sum()
}

/// The strongest frequency in what the sinusoids miss, as twice the cosine of its angle.
fn strongest(samples: Samples<'_>, guesses: &[Guess]) -> f64 {
    let mut left = [0.0; LOOK];
    let mut steps = Steps::new(guesses);
    for (i, x) in left.iter_mut().enumerate() {
        // Fading in and out (Welch's window).
        let away = (i as f64 + 0.5) / (LOOK as f64 * 0.5) - 1.0;
        *x = (f64::from(samples.linear(i)) - steps.next().0) * (1.0 - away * away);
    }
    // Goertzel's recurrence, eight frequencies at once.
    const LANES: usize = 8;
    let mut turns = [2.0, BIN];
    let mut best = (0.0, 0.0);
    for _ in 0..BINS / LANES {
        let turn = [(); LANES].map(|()| {
            let this = turns[0];
            turns = [turns[1], BIN * turns[1] - turns[0]];
            this
        });
        let (mut newer, mut older) = ([0.0; LANES], [0.0; LANES]);
        for x in &left {
            for lane in 0..LANES {
                let newest = x + turn[lane] * newer[lane] - older[lane];
                (older[lane], newer[lane]) = (newer[lane], newest);
            }
        }
        for lane in 0..LANES {
            let (a, b) = (newer[lane], older[lane]);
            let power = a * a + b * b - turn[lane] * a * b;
            if power > best.0 {
                best = (power, turn[lane]);
            }
        }
    }
    best.1
}

/// Whether each of the first samples is nearly what its neighbours on both sides say, as it is of
/// [`WAVES`] sinusoids, whatever they are: of most sounds it is not, which takes less to see.
fn is_smooth(samples: Samples<'_>, energy: f64) -> bool {
    let (mut matrix, mut right) = ([[0.0; WAVES]; WAVES], [0.0; WAVES]);
    let mut around = [0.0; 2 * WAVES + 1];
    for i in 0..LOOK {
        around.copy_within(1.., 0);
        around[2 * WAVES] = f64::from(samples.linear(i));
        let mut pairs = [0.0; WAVES];
        for (j, pair) in pairs.iter_mut().enumerate() {
            *pair = around[WAVES - 1 - j] + around[WAVES + 1 + j];
        }
        for j in 0..WAVES {
            for k in 0..=j {
                matrix[j][k] += pairs[j] * pairs[k];
            }
            right[j] += pairs[j] * around[WAVES];
        }
    }
    for (j, row) in matrix.iter_mut().enumerate() {
        row[j] += energy * 1e-6 + RIDGE;
    }
    let Some(weights) = solve(&mut matrix, &right, RIDGE * 0.5) else {
        return false;
    };
    // What least squares leave of the energy.
    let explained: f64 = weights.iter().zip(right).map(|(w, r)| w * r).sum();
    energy - explained < energy * ROUGH
}

/// The sinusoids in the first samples, if there is little else.
fn sinusoids(samples: Samples<'_>) -> Option<([Guess; WAVES], usize)> {
    let all = missed(samples, LOOK, &[]);
    if !is_smooth(samples, all) {
        return None;
    }
    let (mut guesses, mut left) = ([[0.0; 3]; WAVES], all);
    for count in 1..=WAVES {
        let before = guesses;
        guesses[count - 1] = [strongest(samples, &before[..count - 1]), 0.0, 0.0];
        for _ in 0..6 {
            refine(samples, LOOK, &mut guesses[..count], false);
        }
        let now = missed(samples, LOOK, &guesses[..count]);
        let enough = left < all * NOISE;
        // Not a number is no less, either.
        let better = now < left * if enough { WORTH } else { STEP };
        if !better {
            return enough.then_some((before, count - 1));
        }
        left = now;
    }
    (left < all * NOISE).then_some((guesses, WAVES))
}

/// Counts bits instead of writing them.
struct Meter(f64);

impl Port for Meter {
    fn cell(
        &mut self,
        known: usize,
        below: impl Fn(usize) -> u32,
        _: impl Fn(u32) -> usize,
    ) -> usize {
        let size = below(known + 1) - below(known);
        self.0 += ln(f64::from(ONE) / f64::from(size)) * core::f64::consts::LOG2_E;
        known
    }

    fn bit(&mut self, known: bool, _: u32) -> bool {
        known
    }

    fn bits(&mut self, known: u32, count: u32) -> u32 {
        self.0 += f64::from(count);
        known
    }
}

/// Bits of sample `i` around a mean.
fn bits(samples: Samples<'_>, i: usize, around: &Around) -> f64 {
    let mut meter = Meter(0.0);
    let mut code = |law: &Law, code: u8| around.cell(&mut meter, law, law.cell(code));
    match samples {
        Samples::Ulaw(codes) => {
            code(&ULAW, codes[i]);
        }
        Samples::Alaw(codes) => {
            code(&ALAW, codes[i]);
        }
        Samples::Pcm16(values) => {
            let grid = Grid::new(around.forecast());
            let (cell, part) = grid.split(values[i]);
            around.cell(&mut meter, &grid, cell);
            grid.finish(&mut meter, cell, values[i], part);
        }
    }
    meter.0
}

/// The tone of these sinusoids: how widely samples lie about them by the first `len`, and how far it
/// goes, of `reach` samples.
fn tone(samples: Samples<'_>, guesses: &[Guess], len: usize, reach: usize) -> Tone {
    let mut tone = Tone { count: guesses.len(), ..Tone::default() };
    for (wave, [turn, first, second]) in tone.waves.iter_mut().zip(guesses) {
        let start = |x: &f64| nearest(*x, START).clamp(-(1 << 23), (1 << 23) - 1);
        *wave = Wave { turn: nearest(*turn, TURN), first: start(first), second: start(second) };
    }
    let player = || Player::new(&tone);
    let cost = |size: u32| {
        let mut player = player();
        (0..len).map(|i| bits(samples, i, &Around::new(player.next(), size))).sum::<f64>()
    };
    let (mut least, mut size) = (f64::INFINITY, 2);
    for half in 0..2 * SIZES {
        let wider = (2 + (half & 1)) << (half / 2);
        let now = cost(wider);
        if now < least {
            (least, size) = (now, wider);
        }
    }
    let usual = least / len as f64 + SPARE;
    let (mut gain, mut best, mut lasts) = (0.0, 0.0, 0);
    let mut player = player();
    for i in 0..reach.min(samples.len()) {
        gain += usual - bits(samples, i, &Around::new(player.next(), size));
        if gain > best {
            (best, lasts) = (gain, i as u32 + 1);
        } else if gain < best - OVER {
            break;
        }
    }
    Tone { size, len: lasts, ..tone }
}

/// With so many fraction bits.
fn nearest(x: f64, bits: u32) -> i32 {
    let x = x * f64::from(1 << bits);
    // Casts saturate, and take what is not a number for 0.
    (x + if x < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// The tone that these samples begin within, if they do.
pub(in crate::record) fn find(samples: Samples<'_>) -> Option<Tone> {
    if samples.len() < LOOK {
        return None;
    }
    let (mut guesses, count) = sinusoids(samples)?;
    let guesses = &mut guesses[..count];
    let mut len = LOOK;
    loop {
        // Twice as far each time: a frequency known by so many samples is right for as many more.
        for within in [false, true, true, true] {
            refine(samples, len, guesses, within);
        }
        let reach = if len < LONGEST { 2 * len } else { usize::MAX };
        let tone = tone(samples, guesses, len.min(2 * LOOK), reach);
        let lasts = (tone.len as usize).min(LONGEST);
        if lasts <= len {
            return (tone.len > 0).then_some(tone);
        }
        len = lasts;
    }
}
