//! How good a call sounds, from what the network does to it: the E-model of ITU-T G.107.
//!
//! Everything but delay, codec and loss has the Recommendation's default value, and echo is taken
//! to be cancelled. The logarithm and the root are worked out here, with the four operations
//! only: the figures are the same on every machine.
//!
//! ```
//! use media_core::rtp::quality::{G711_CONCEALED, Path, mos, r_factor};
//!
//! let good = r_factor(&Path { delay_ms: 40.0, ..Path::default() }, &G711_CONCEALED);
//! assert!((mos(good) - 4.41).abs() < 0.01);
//! let bad = Path { delay_ms: 250.0, loss: 0.05, burst: 2.0 };
//! assert!(mos(r_factor(&bad, &G711_CONCEALED)) < 3.9);
//! ```

/// What a codec and its concealment make of loss (ITU-T G.113 appendix I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codec {
    /// Equipment impairment without loss, Ie.
    pub impairment: f64,
    /// Robustness against loss, Bpl.
    pub robustness: f64,
}

/// G.711 with concealment of lost packets.
pub const G711_CONCEALED: Codec = Codec { impairment: 0.0, robustness: 25.1 };

/// G.711 that plays silence for lost packets.
pub const G711_PLAIN: Codec = Codec { impairment: 0.0, robustness: 4.3 };

/// What a network and its jitter buffer do to a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// From mouth to ear, in milliseconds: network, packets and jitter buffer.
    pub delay_ms: f64,
    /// Share of packets that are lost or come too late, 0 to 1.
    pub loss: f64,
    /// Mean length of a run of losses over what chance would give, BurstR; 1 is chance.
    pub burst: f64,
}

impl Default for Path {
    /// No delay, no loss.
    fn default() -> Self {
        Self { delay_ms: 0.0, loss: 0.0, burst: 1.0 }
    }
}

/// R of a call with every default of G.107 and no loss or delay.
const BEST: f64 = 93.2;

/// The rating factor R, 0 to 93.2 (G.107 §7): above 80 most are satisfied, below 60 many not.
#[must_use]
pub fn r_factor(path: &Path, codec: &Codec) -> f64 {
    let loss = 100.0 * if path.loss > 0.0 { path.loss.min(1.0) } else { 0.0 };
    let burst = if path.burst > 1.0 { path.burst } else { 1.0 };
    let impairment =
        codec.impairment + (95.0 - codec.impairment) * loss / (loss / burst + codec.robustness);
    (BEST - delay_impairment(path.delay_ms) - impairment).clamp(0.0, BEST)
}

/// The mean opinion score that a rating factor stands for, 1 to 4.5 (G.107 annex B).
#[must_use]
pub fn mos(r: f64) -> f64 {
    if r > 0.0 {
        let r = r.min(100.0);
        (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0)
    } else {
        1.0
    }
}

/// Idd: what delay alone does to a conversation.
fn delay_impairment(delay_ms: f64) -> f64 {
    if delay_ms > 100.0 {
        let x = log2(delay_ms.min(1e6) / 100.0);
        25.0 * (sixth(x) - 3.0 * sixth(x / 3.0) + 2.0)
    } else {
        0.0
    }
}

/// (1 + x⁶)^(1/6) for x ≥ 0.
fn sixth(x: f64) -> f64 {
    let square = x * x;
    let target = 1.0 + square * square * square;
    // Newton's steps from above come down to the root and stay.
    let mut root = 1.0 + x;
    for _ in 0..40 {
        let fifth = root * root * root * root * root;
        root -= (root * fifth - target) / (6.0 * fifth);
    }
    root
}

/// The binary logarithm of a number from 1 to a million.
fn log2(mut x: f64) -> f64 {
    let mut whole = 0.0;
    while x >= 2.0 {
        x /= 2.0;
        whole += 1.0;
    }
    // ln x = 2 artanh((x − 1) / (x + 1)); the argument is at most a third.
    let t = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum, mut n) = (t, 0.0, 1.0);
    while n < 40.0 {
        sum += power / n;
        power *= t * t;
        n += 2.0;
    }
    whole + 2.0 * sum * core::f64::consts::LOG2_E
}
