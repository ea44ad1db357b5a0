//! Normalised least mean squares, long and cheap.

/// Samples the history takes in before its end is moved back to the front.
const SLACK: usize = 256;

/// `N` taps; `ROOM` is at least `N + 256`.
pub(super) struct Nlms<const N: usize, const ROOM: usize> {
    rate: f64,
    calm: f64,
    history: [f64; ROOM],
    at: usize,
    weights: [f64; N],
    power: f64,
}

impl<const N: usize, const ROOM: usize> Nlms<N, ROOM> {
    pub(super) const fn new(rate: f64, calm: f64) -> Self {
        assert!(ROOM >= N + SLACK);
        Self { rate, calm, history: [0.0; ROOM], at: 0, weights: [0.0; N], power: 0.0 }
    }

    fn window(&self) -> &[f64; N] {
        // Always there: `at` is at most ROOM - N.
        self.history[self.at..].first_chunk().unwrap_or(&[0.0; N])
    }

    #[inline]
    pub(super) fn predict(&self) -> f64 {
        super::dot(&self.weights, self.window())
    }

    /// Learns from what was missed by, and takes in the next input.
    #[inline]
    pub(super) fn update(&mut self, error: f64, input: f64) {
        self.learn(error);
        self.push(input);
    }

    /// Learns from what was missed by.
    #[inline]
    pub(super) fn learn(&mut self, error: f64) {
        let step = self.rate * error / (self.power + self.calm);
        let window: &[f64; N] = self.history[self.at..].first_chunk().unwrap_or(&[0.0; N]);
        for (w, x) in self.weights.iter_mut().zip(window) {
            *w += step * x;
        }
    }

    /// Takes in the next input.
    #[inline]
    pub(super) fn push(&mut self, input: f64) {
        let oldest = self.history[self.at];
        if self.at + N == ROOM {
            self.history.copy_within(self.at + 1.., 0);
            self.at = 0;
            // Summed anew, so that rounding does not pile up.
            self.power = 0.0;
            for x in &self.history[..N - 1] {
                self.power += x * x;
            }
            self.history[N - 1] = input;
            self.power += input * input;
        } else {
            self.history[self.at + N] = input;
            self.at += 1;
            self.power += input * input - oldest * oldest;
        }
    }
}
