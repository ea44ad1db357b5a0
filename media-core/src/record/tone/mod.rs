//! A tone that a block begins within: a few steady sinusoids and noise about them.
//!
//! Whatever a model learns of a tone, it has to learn anew in each block; but a tone is a handful of
//! numbers. A block may bring them along: while the tone lasts, its samples are coded by where the
//! sum of the sinusoids is, the model looks on, and it takes over with all that it has learnt.
//! Integers only, so that a tone is the same everywhere.

mod find;

use super::model::{Cells, FRACTION, Forecast, Model, Port};
use super::spread::Around;

pub(super) use find::find;

/// The most sinusoids of a tone.
pub(super) const WAVES: usize = 4;
/// Fraction bits of a sinusoid's state.
const FINE: u32 = 16;
/// Fraction bits of [`Wave::first`] and [`Wave::second`].
pub(super) const START: u32 = 8;
/// Fraction bits of [`Wave::turn`].
const TURN: u32 = 30;
/// The widest a sinusoid swings, with [`FINE`] fraction bits.
const SWING: i64 = 1 << (15 + FINE);

/// A sinusoid, by the recurrence `next = turn * this - previous`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wave {
    /// Twice the cosine of the angle from one sample to the next.
    pub(super) turn: i32,
    /// Its first sample, of 24 bits.
    pub(super) first: i32,
    /// Its second.
    pub(super) second: i32,
}

/// What a block says of the tone that it begins within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tone {
    pub(super) waves: [Wave; WAVES],
    /// How many of them there are.
    pub(super) count: usize,
    /// Samples that it lasts.
    pub(super) len: u32,
    /// How far from the sinusoids' sum a sample is, on average, in 16ths of a linear step.
    pub(super) size: u32,
}

/// The tone, sample by sample.
struct Player {
    /// Each sinusoid's next sample and the one after.
    states: [[i64; 2]; WAVES],
    turns: [i64; WAVES],
    count: usize,
}

impl Player {
    fn new(tone: &Tone) -> Self {
        let fine = |x: i32| i64::from(x) << (FINE - START);
        Self {
            states: tone.waves.map(|wave| [fine(wave.first), fine(wave.second)]),
            turns: tone.waves.map(|wave| wave.turn.into()),
            count: tone.count.min(WAVES),
        }
    }

    /// The next sample, in 16ths of a linear step.
    #[inline]
    fn next(&mut self) -> i32 {
        let mut sum = 1 << (FINE - FRACTION - 1);
        for ([this, next], turn) in self.states.iter_mut().zip(self.turns).take(self.count) {
            sum += *this;
            let after = ((turn * *next + (1 << (TURN - 1))) >> TURN) - *this;
            (*this, *next) = (*next, after.clamp(-SWING, SWING));
        }
        (sum >> (FINE - FRACTION)) as i32
    }
}

/// A model that looks on while a tone lasts: it forecasts and learns what came, but not how well it
/// would have told.
pub(super) struct Toned<'a, M> {
    model: &'a mut M,
    player: Player,
    size: u32,
    /// Samples left of the tone, with the one at hand.
    left: u32,
    around: Around,
}

impl<'a, M: Model> Toned<'a, M> {
    pub(super) fn new(model: &'a mut M, tone: Option<&Tone>) -> Self {
        let tone = tone.copied().unwrap_or_default();
        let around = Around::new(0, tone.size);
        // The sample at hand is none yet.
        let left = tone.len.saturating_add(1);
        Self { model, player: Player::new(&tone), size: tone.size, left, around }
    }
}

impl<M: Model> Model for Toned<'_, M> {
    #[inline]
    fn hear(&mut self, other: i16) {
        self.model.hear(other);
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            self.around = Around::new(self.player.next(), self.size);
        }
    }

    #[inline]
    fn forecast(&mut self) -> Forecast {
        let forecast = self.model.forecast();
        if self.left > 0 { self.around.forecast() } else { forecast }
    }

    #[inline]
    fn cell<P: Port, C: Cells>(&mut self, port: &mut P, cells: &C, known: usize) -> usize {
        if self.left > 0 {
            self.around.cell(port, cells, known)
        } else {
            self.model.cell(port, cells, known)
        }
    }

    #[inline]
    fn update(&mut self, value: i16) {
        self.model.update(value);
    }
}
