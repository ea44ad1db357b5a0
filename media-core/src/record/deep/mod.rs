//! The levels above `live`: cascades of predictors in double precision.
//!
//! Only the four basic operations of IEEE 754 are used, and every sum is taken in a fixed order, so
//! that all machines compute the same bits.

mod blend;
mod ear;
mod ensemble;
mod fast;
mod high;
mod math;
mod max;
mod nlms;
mod ols;
mod solve;
mod trust;

pub(super) use ear::{Deaf, Echo};
pub(super) use fast::Fast;
pub(super) use high::High;
pub(super) use math::ln;
pub(super) use max::{MEMORY as MAX_MEMORY, Max};
pub(super) use solve::solve;

/// How a model of `high` and `max` begins a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// As in files of before: only to be read.
    Slow,
    /// As is written now: little is lost where blocks are short.
    Quick,
}

impl Start {
    /// How eagerly the longest filter of the cascade begins: more so at `max`, where two more
    /// predictors stand beside it.
    fn eager(self, predictors: usize) -> f64 {
        match self {
            Self::Slow => 0.0,
            Self::Quick if predictors == ensemble::WIDE => 10.0,
            Self::Quick => 6.0,
        }
    }

    /// What a mixer gives each expert's odds before it knows any better: together they are worth
    /// little more than one.
    fn trust(self) -> f64 {
        match self {
            Self::Slow => 0.25,
            Self::Quick => 0.12,
        }
    }
}

/// The sum of products in four interleaved partial sums: element `i` goes to sum `i mod 4`, they
/// are added as `(0 + 1) + (2 + 3)`, and what is left of a length that is no multiple of four is
/// added last, in order.
#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (fours, others) = (a.chunks_exact(4), b.chunks_exact(4));
    let (rest_a, rest_b) = (fours.remainder(), others.remainder());
    for (a, b) in fours.zip(others) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    let mut sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (a, b) in rest_a.iter().zip(rest_b) {
        sum += a * b;
    }
    sum
}
