//! The other party's voice, come back on the line.
//!
//! What a channel's own predictor misses of an echo is the part of the other's sound that the same
//! predictor would have missed there. So the other channel goes through the channel's own
//! prediction filter first, and a short adaptive filter learns the path from that ("filtered-x";
//! Widrow and Stearns, 1985): it has neither the voice's colour to undo nor to follow.

use super::dot;
use super::nlms::Nlms;
use super::trust::Trust;

/// Taps of the path: 6 ms at 8 kHz.
const PATH: usize = 48;
/// What it learns of an error.
const RATE: f64 = 0.05;

/// Listens to the other channel, or not; `N` taps in the channel's own predictor.
pub(in crate::record) trait Ear<const N: usize> {
    const HEARS: bool;
    fn new() -> Self;
    fn hear(&mut self, other: i16, predictor: &[f64; N]);
    /// What of the next sample is echo.
    fn predict(&mut self) -> f64;
    /// Learns from what the channel's own predictor missed by.
    fn learn(&mut self, missed: f64);
}

/// For blocks that stand alone.
pub(in crate::record) struct Deaf;

impl<const N: usize> Ear<N> for Deaf {
    const HEARS: bool = false;

    fn new() -> Self {
        Self
    }

    #[inline]
    fn hear(&mut self, _: i16, _: &[f64; N]) {}

    #[inline]
    fn predict(&mut self) -> f64 {
        0.0
    }

    #[inline]
    fn learn(&mut self, _: f64) {}
}

/// For blocks coded beside another.
pub(in crate::record) struct Echo<const N: usize> {
    /// Newest first.
    history: [f64; N],
    path: Nlms<PATH, 512>,
    /// What the path said, whole.
    said: f64,
    /// Some of its word is echo, and some the other party talking over it.
    trust: Trust,
}

impl<const N: usize> Ear<N> for Echo<N> {
    const HEARS: bool = true;

    fn new() -> Self {
        let path = Nlms::new(RATE, PATH as f64 * 16.0);
        Self { history: [0.0; N], path, said: 0.0, trust: Trust::new() }
    }

    #[inline]
    fn hear(&mut self, other: i16, predictor: &[f64; N]) {
        let x = f64::from(other);
        self.path.push(x - dot(predictor, &self.history));
        self.history.copy_within(..N - 1, 1);
        self.history[0] = x;
    }

    #[inline]
    fn predict(&mut self) -> f64 {
        self.said = self.path.predict();
        self.said * self.trust.share()
    }

    #[inline]
    fn learn(&mut self, missed: f64) {
        self.trust.learn(self.said, missed);
        self.path.learn(missed - self.said);
    }
}
