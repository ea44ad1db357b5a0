//! A channel's clock against the wall's: which of its samples was heard when.

use alloc::vec::Vec;

use super::content::ClockPoint;

const MICROS: i128 = 1_000_000;
/// Fraction bits of a position between two samples.
pub(super) const FRACTION: u32 = 16;

/// Straight lines between a channel's clock points; its nominal rate before the first and after
/// the last. Without points, position 0 is at time 0.
pub(super) struct Clock {
    rate: i128,
    /// Position and microseconds, rising in both.
    points: Vec<(i128, i128)>,
}

impl Clock {
    pub(super) fn new(channel: u8, rate: u32, points: &[ClockPoint]) -> Self {
        let own = points.iter().filter(|point| point.channel == channel);
        let mut points: Vec<_> =
            own.map(|point| (i128::from(point.position), i128::from(point.micros))).collect();
        points.sort_unstable();
        points.dedup_by(|b, a| b.0 <= a.0 || b.1 <= a.1);
        Self { rate: rate.into(), points }
    }

    /// Whether every sample is where its nominal rate puts it.
    pub(super) fn is_nominal(&self) -> bool {
        self.points.is_empty()
    }

    /// The line that holds at a place: a point of it, and its slope as positions over microseconds.
    ///
    /// A clock more than a hundredth off is no clock: the channel was set anew between the points,
    /// and the nominal rate holds from the first of them.
    fn line(&self, before: usize) -> ((i128, i128), (i128, i128)) {
        let nominal = (self.rate, MICROS);
        let Some(from) = before.checked_sub(1).and_then(|i| self.points.get(i)) else {
            return (self.points.first().copied().unwrap_or((0, 0)), nominal);
        };
        let Some(to) = self.points.get(before) else {
            return (*from, nominal);
        };
        let (ahead, took) = (to.0 - from.0, to.1 - from.1);
        let off = (ahead * MICROS - took * self.rate).abs();
        (*from, if off * 100 <= took * self.rate { (ahead, took) } else { nominal })
    }

    /// The position at `micros / parts` after the start, in 65,536ths of a sample.
    pub(super) fn fine_position(&self, micros: i128, parts: i128) -> i128 {
        let before = self.points.partition_point(|point| point.1 * parts <= micros);
        let ((position, at), (ahead, took)) = self.line(before);
        // Only times and positions that no call has are beyond 128 bits.
        let more = (micros - at * parts).saturating_mul(ahead << FRACTION);
        (position << FRACTION).saturating_add(more.div_euclid(took * parts))
    }

    /// The sample nearest to a time.
    pub(super) fn position(&self, micros: u64) -> u64 {
        let fine = self.fine_position(micros.into(), 1).saturating_add(1 << (FRACTION - 1));
        u64::try_from((fine >> FRACTION).max(0)).unwrap_or(u64::MAX)
    }

    /// When a sample was, in microseconds after the start.
    pub(super) fn micros(&self, position: u64) -> u64 {
        let before = self.points.partition_point(|point| point.0 <= i128::from(position));
        let ((from, at), (ahead, took)) = self.line(before);
        let since = (i128::from(position) - from).saturating_mul(took);
        let micros = at.saturating_add(since.div_euclid(ahead));
        u64::try_from(micros.max(0)).unwrap_or(u64::MAX)
    }
}
