//! Random times, from a seed.

/// A distribution of times, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Draw {
    /// Always the same.
    Fixed(f64),
    /// Exponential, with this mean.
    Exponential(f64),
    /// Log-normal, as talk times often are.
    LogNormal {
        /// The mean.
        mean: f64,
        /// Standard deviation over mean.
        variation: f64,
    },
}

/// Random numbers: splitmix64.
#[derive(Clone, Debug)]
pub(super) struct Source(u64);

impl Source {
    /// A source of its own for each purpose, so that changing one does not shift the others.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut source = Self(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        source.next();
        source
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Above 0, at most 1.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Seconds drawn from a distribution; never negative.
    pub(super) fn seconds(&mut self, draw: Draw) -> f64 {
        let seconds = match draw {
            Draw::Fixed(s) => s,
            Draw::Exponential(mean) => -mean * self.unit().ln(),
            Draw::LogNormal { mean, variation } => {
                let variance = (1.0 + variation * variation).ln();
                let angle = core::f64::consts::TAU * self.unit();
                let normal = (-2.0 * self.unit().ln()).sqrt() * angle.cos();
                mean * (variance.sqrt() * normal - variance / 2.0).exp()
            }
        };
        if seconds > 0.0 { seconds } else { 0.0 }
    }

    /// Milliseconds drawn from a distribution, rounded.
    pub(super) fn ms(&mut self, draw: Draw) -> u64 {
        (self.seconds(draw) * 1_000.0 + 0.5) as u64
    }
}
