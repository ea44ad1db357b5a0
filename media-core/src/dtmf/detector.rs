use super::Key;
use super::bank::{self, Amplitudes, Bank, Group, HOP, WINDOW};
use super::voice::Recent;
use super::{HIGH_HZ, LOW_HZ};

/// Points that a run of windows must earn to be a key. Five clean windows do: a tone of 30 ms
/// always gives as many, one of 23 ms never does (Q.24: 40 ms must be accepted, AT&T and NTT
/// reject 23 and 24 ms). With noise or speech beside the tones it takes seven.
const NEEDED: u8 = 14;
const CLEAN: u8 = 3;
const NOISY: u8 = 2;
/// Windows without it that end a key: a gap of 20 ms is bridged, one of 30 ms is not.
const GAP: u8 = 5;

/// What a [`Detector`] has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detection {
    /// A key has been pressed.
    Down {
        /// Which.
        key: Key,
        /// Where its tone began, in samples since the detector began, to about 4 ms.
        start: u64,
        /// The stronger of its two tones, in dBm0 (full scale is +3).
        level: i8,
    },
    /// It has been let go.
    Up {
        /// Which.
        key: Key,
        /// Where its tone began.
        start: u64,
        /// How long it lasted in samples, to about 8 ms.
        duration: u64,
    },
}

/// Finds keys in sound at 8,000 samples a second, to ITU-T Q.24.
///
/// A key is found 36 ms after its tone began. The answer does not depend on how the sound is cut
/// into frames.
#[derive(Clone, Debug)]
pub struct Detector {
    bank: Bank,
    recent: Recent,
    /// Samples that have gone into whole steps.
    position: u64,
    /// The last window's amplitudes, low and high.
    previous: [Amplitudes; 2],
    run: Option<Run>,
    held: Option<Held>,
}

/// Windows in a row that look like one key.
#[derive(Clone, Copy, Debug)]
struct Run {
    pattern: Pattern,
    /// Middles of the first and the last window.
    first: u64,
    points: u8,
    misses: u8,
    /// Sums of the turns of both tones: their angles are the frequencies' deviations.
    low: Turn,
    high: Turn,
    /// Sums of both tones' powers.
    low_power: f32,
    high_power: f32,
    /// The least and the greatest ratio of the two in a window.
    ratio: (f32, f32),
    /// The strongest window's power of the stronger tone.
    power: f32,
}

/// A key that has been told of.
#[derive(Clone, Copy, Debug)]
struct Held {
    pattern: Pattern,
    start: u64,
    last: u64,
    misses: u8,
    power: f32,
}

/// One window that looks like a key.
#[derive(Clone, Copy, Debug)]
struct Sight {
    pattern: Pattern,
    low: Turn,
    high: Turn,
    low_power: f32,
    high_power: f32,
    /// Share of both tones in the window's power.
    purity: f32,
    /// What it earns towards a key; 0 is good enough to hold one only.
    points: u8,
}

impl Sight {
    fn power(&self) -> f32 {
        self.low_power.max(self.high_power)
    }
}

impl Run {
    fn begin(sight: &Sight, middle: u64) -> Self {
        let ratio = sight.high_power / sight.low_power;
        Self {
            pattern: sight.pattern,
            first: middle,
            points: sight.points,
            misses: 0,
            low: sight.low,
            high: sight.high,
            low_power: sight.low_power,
            high_power: sight.high_power,
            ratio: (ratio, ratio),
            power: sight.power(),
        }
    }

    fn add(&mut self, sight: &Sight) {
        let ratio = sight.high_power / sight.low_power;
        self.points = self.points.saturating_add(sight.points);
        self.low.add(sight.low);
        self.high.add(sight.high);
        self.low_power += sight.low_power;
        self.high_power += sight.high_power;
        self.ratio = (self.ratio.0.min(ratio), self.ratio.1.max(ratio));
        self.power = self.power.max(sight.power());
    }

    fn low_hz(&self) -> f32 {
        f32::from(LOW_HZ[self.pattern.row]) + self.low.hz()
    }

    fn high_hz(&self) -> f32 {
        f32::from(HIGH_HZ[self.pattern.column]) + self.high.hz()
    }

    /// Whether the whole of it is a key: long enough, both frequencies right, both tones steady
    /// and neither too weak beside the other.
    fn is_key(&self) -> bool {
        self.points >= NEEDED
            && self.low.within(LIMIT[self.pattern.row])
            && self.high.within(LIMIT[4 + self.pattern.column])
            && self.high_power <= self.low_power * FORWARD
            && self.low_power <= self.high_power * REVERSE
            && self.ratio.1 <= self.ratio.0 * STEADY
    }
}

/// Which line of either group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pattern {
    row: usize,
    column: usize,
}

impl Pattern {
    fn key(self) -> Key {
        // Both are below four by construction.
        Key::at(self.row, self.column).unwrap_or(Key::Zero)
    }
}

/// A complex number whose angle is a deviation of frequency.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    re: f32,
    im: f32,
}

/// Mean power of a tone below which there is no key: −42 dBm0.
const FLOOR: f32 = power_of_dbm0(-45.0);

/// Tangents of the largest turn over a step: 2.5 % of each frequency, between what Q.24 wants
/// accepted (1.5 %) and rejected (3.5 %).
static LIMIT: [f32; 8] = limits(0.025);
/// The same for a single window, which may err more.
static LIMIT_ONCE: [f32; 8] = limits(0.04);

/// 10^(x/10), for constants.
const fn decibels(x: f64) -> f64 {
    // e^y by its series, on an argument made small.
    let y = x * core::f64::consts::LN_10 / 10.0 / 64.0;
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while n < 12.0 {
        term = term * y / n;
        sum += term;
        n += 1.0;
    }
    let mut squarings = 0;
    while squarings < 6 {
        sum *= sum;
        squarings += 1;
    }
    sum
}

/// The level of a full-scale sine in dBm0, by G.711's A-law.
#[allow(clippy::approx_constant, reason = "it is not pi")]
const FULL_SCALE: f64 = 3.14;

/// Mean power, in squared units of a sample, of a sine.
const fn power_of_dbm0(dbm0: f64) -> f32 {
    (32_768.0 * 32_768.0 / 2.0 * decibels(dbm0 - FULL_SCALE)) as f32
}

const fn limits(share: f64) -> [f32; 8] {
    let mut table = [0.0; 8];
    let mut line = 0;
    while line < 8 {
        let hz = if line < 4 { LOW_HZ[line] } else { HIGH_HZ[line - 4] } as f64;
        let angle = core::f64::consts::TAU * hz * share * HOP as f64 / 8000.0;
        // A tangent tells no more than a quarter turn.
        let angle = if angle > 1.45 { 1.45 } else { angle };
        // tan by its series and a doubling.
        let (half, mut sin, mut cos) = (angle / 2.0, 0.0, 0.0);
        let (mut term, mut n) = (1.0, 0.0);
        while n < 20.0 {
            cos += term;
            term = term * half / (n + 1.0);
            sin += term;
            term = -term * half / (n + 2.0);
            n += 2.0;
        }
        table[line] = (2.0 * sin * cos / (cos * cos - sin * sin)) as f32;
        line += 1;
    }
    table
}

impl Turn {
    fn of((re, im): (f32, f32)) -> Self {
        Self { re, im }
    }

    fn add(&mut self, other: Self) {
        self.re += other.re;
        self.im += other.im;
    }

    fn within(self, tangent: f32) -> bool {
        self.re > 0.0 && self.im.abs() <= tangent * self.re
    }

    /// The deviation in Hz, of a turn below a quarter.
    fn hz(self) -> f32 {
        // The arc tangent by its continued fraction: to 2 % at a whole radian.
        let t = self.im / self.re;
        let t2 = t * t;
        let angle = t * (105.0 + 55.0 * t2) / (105.0 + t2 * (90.0 + 9.0 * t2));
        angle * (8000.0 / HOP as f32 / core::f32::consts::TAU)
    }

    /// By how much the window weakens a tone that deviates so, as a factor of power to undo it.
    fn loss(self) -> f32 {
        if self.re <= 0.0 {
            return MOST_LOSS;
        }
        // The square of the deviation in widths of the window's bins; atan² to 1 % up to 60°.
        let t = self.im / self.re;
        let t2 = t * t;
        let angle2 = t2 / (1.0 + 0.63 * t2);
        let x2 = angle2 * BINS_PER_RADIAN * BINS_PER_RADIAN;
        (1.0 + x2 * (1.30 + x2 * (0.80 + 0.9 * x2))).min(MOST_LOSS)
    }
}

/// A deviation of one turn over a step is this many bins of a window.
const BINS_PER_RADIAN: f32 = WINDOW as f32 / HOP as f32 / core::f32::consts::TAU;
const MOST_LOSS: f32 = 2.5;

/// Forward twist: the high tone above the low one. Q.24 wants 4 dB accepted.
const FORWARD: f32 = decibels(5.2) as f32;
/// Reverse twist: Q.24 wants 8 dB accepted.
const REVERSE: f32 = decibels(10.0) as f32;
/// A single window's twist may be more by this.
const ONCE: f32 = decibels(2.0) as f32;
/// How much the twist may change within a run: voices do, keys do not.
const STEADY: f32 = decibels(5.0) as f32;
/// The tones' share of all the power: to begin a key, to be clean, and to hold it.
const PURE_TO_BEGIN: f32 = 0.76;
const PURE_IF_CLEAN: f32 = 0.86;
const PURE_TO_HOLD: f32 = 0.5;
/// With so much of it in both tones nothing else is worth a look.
const PURE: f32 = 0.985;
/// A tone with less of the power than this can be neither: half of the power in two tones 10 dB
/// apart leaves 4.5 % to the weaker, and the edge of its band takes half of that.
const LEAST_SHARE: f32 = 0.03;
/// How far a held key may fall before it counts as let go.
const FALL: f32 = decibels(-7.0) as f32;

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// One that has heard nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bank: Bank::new(),
            recent: Recent::new(),
            position: 0,
            previous: [Amplitudes::NONE; 2],
            run: None,
            held: None,
        }
    }

    /// Listens to samples, a frame of any size, and tells of keys as they are found and end.
    pub fn detect(&mut self, pcm: &[i16], mut tell: impl FnMut(Detection)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            let (used, step) = self.bank.fill(rest);
            self.recent.hear(&rest[..used]);
            rest = &rest[used..];
            if step {
                self.position += HOP as u64;
                self.step(&mut tell);
            }
        }
    }

    /// The key that is being held down.
    #[must_use]
    pub fn held(&self) -> Option<Key> {
        self.held.map(|held| held.pattern.key())
    }

    /// Ends a held key: at the end of a call, or when the sound is to be forgotten.
    pub fn reset(&mut self, mut tell: impl FnMut(Detection)) {
        if let Some(held) = self.held.take() {
            tell(held.up());
        }
        let position = self.position;
        *self = Self::new();
        self.position = position;
    }

    fn step(&mut self, tell: &mut impl FnMut(Detection)) {
        let middle = self.position.saturating_sub(WINDOW as u64 / 2);
        let sight = self.look();
        if let Some(held) = &mut self.held {
            match sight {
                Some(s) if s.pattern == held.pattern && s.power() > held.power * FALL => {
                    held.last = middle;
                    held.misses = 0;
                    held.power = held.power.max(s.power());
                    self.run = None;
                    return;
                }
                _ => held.misses += 1,
            }
            if held.misses >= GAP {
                tell(held.up());
                self.held = None;
            }
        }
        self.follow(sight, middle);
        let Some(run) = self.run.take_if(|run| run.is_key()) else {
            return;
        };
        let pure = sight.is_some_and(|s| s.purity >= PURE);
        if !pure && self.recent.is_voice(run.low_hz(), run.high_hz()) {
            return;
        }
        if let Some(held) = self.held.take() {
            tell(held.up());
        }
        let held = Held {
            pattern: run.pattern,
            // The first window that shows a tone holds about seven tenths of it.
            start: run.first.saturating_sub(EDGE),
            last: middle,
            misses: 0,
            power: run.power,
        };
        tell(Detection::Down {
            key: held.pattern.key(),
            start: held.start,
            level: dbm0(run.power),
        });
        self.held = Some(held);
    }

    /// Lengthens, starts or drops the run of windows that look like one key.
    fn follow(&mut self, sight: Option<Sight>, middle: u64) {
        let sight = sight.filter(|s| s.points > 0);
        match (&mut self.run, sight) {
            (Some(run), Some(s)) if run.pattern == s.pattern => run.add(&s),
            (run, Some(s)) => *run = Some(Run::begin(&s, middle)),
            (Some(run), None) => {
                // Noise may spoil a window.
                run.misses += 1;
                if run.misses > 1 {
                    self.run = None;
                }
            }
            (None, None) => {}
        }
    }

    /// What the window that ends here looks like.
    fn look(&mut self) -> Option<Sight> {
        let [low_before, high_before] =
            core::mem::replace(&mut self.previous, [Amplitudes::NONE; 2]);
        let energy = self.bank.window_energy();
        if energy < FLOOR * bank::ENERGY {
            return None;
        }
        // |S| is a/2 · SUM, mean power a²/2.
        let scale = 2.0 / (bank::SUM * bank::SUM);
        let share = LEAST_SHARE * energy / bank::ENERGY / scale;
        // Speech is strong in the low group and seldom in the high one: that is looked at first.
        let high = self.bank.group(Group::High);
        let (column, high_square) = high.strongest();
        if high_square < share {
            return None;
        }
        let low = self.bank.group(Group::Low);
        let (row, low_square) = low.strongest();
        if low_square < share {
            return None;
        }
        self.previous = [low, high];
        let low = Turn::of(low.turn_since(&low_before, Group::Low, row));
        let high = Turn::of(high.turn_since(&high_before, Group::High, column));
        let low_power = low_square * low.loss() * scale;
        let high_power = high_square * high.loss() * scale;
        let pure = (low_power + high_power) * bank::ENERGY / energy;
        if low_power < FLOOR || high_power < FLOOR || pure < PURE_TO_HOLD {
            return None;
        }
        let may_begin = high_power <= low_power * (FORWARD * ONCE)
            && low_power <= high_power * (REVERSE * ONCE)
            && low.within(LIMIT_ONCE[row])
            && high.within(LIMIT_ONCE[4 + column]);
        let points = match pure {
            _ if !may_begin || pure < PURE_TO_BEGIN => 0,
            _ if pure < PURE_IF_CLEAN => NOISY,
            _ => CLEAN,
        };
        let pattern = Pattern { row, column };
        Some(Sight { pattern, low, high, low_power, high_power, purity: pure, points })
    }
}

/// How far outside the middles of the first and last window the tone reaches.
const EDGE: u64 = 28;

impl Held {
    fn up(&self) -> Detection {
        Detection::Up {
            key: self.pattern.key(),
            start: self.start,
            duration: (self.last + EDGE).saturating_sub(self.start),
        }
    }
}

/// The level of a sine of this mean power, rounded down to whole dBm0.
fn dbm0(power: f32) -> i8 {
    let mut level = 3;
    while level > -64 && LEVELS[(level + 63) as usize] > power {
        level -= 1;
    }
    level
}

/// Mean powers half a decibel below −63..=3 dBm0.
static LEVELS: [f32; 67] = {
    let mut table = [0.0; 67];
    let mut i = 0;
    while i < 67 {
        table[i] = power_of_dbm0(i as f64 - 63.5);
        i += 1;
    }
    table
};
