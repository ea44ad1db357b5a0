//! How far a filter's word is to be believed.

/// How quickly trust follows.
const PACE: f64 = 1.0 / 256.0;

/// Running means of what a filter said times what came of it, and of its word's square: how much of
/// the word is the matter, and how much noise.
pub(super) struct Trust {
    common: f64,
    power: f64,
}

impl Trust {
    pub(super) const fn new() -> Self {
        Self { common: 0.0, power: 0.0 }
    }

    /// The share of its word that is taken, from 0 to 1.
    #[inline]
    pub(super) fn share(&self) -> f64 {
        // Not a number is trusted no more than a negative one.
        let trust = self.common / (self.power + 1.0);
        let trust = if trust > 0.0 { trust } else { 0.0 };
        if trust < 1.0 { trust } else { 1.0 }
    }

    /// Learns what the whole word was, and what it should have been.
    #[inline]
    pub(super) fn learn(&mut self, said: f64, came: f64) {
        self.common += (came * said - self.common) * PACE;
        self.power += (said * said - self.power) * PACE;
    }
}
