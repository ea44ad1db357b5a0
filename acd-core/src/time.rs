//! The one clock reading the engine knows: milliseconds since the Unix epoch, handed in.

use crate::plain::{Plain, Sink, Source};

/// An instant: milliseconds since 1970-01-01T00:00:00Z (UTC, leap seconds not counted).
///
/// The engine never reads a clock. Arithmetic saturates: an instant past the end of time is the
/// end of time, never a wrapped one.
///
/// ```
/// use acd_core::Time;
/// let t = Time::from_secs(10);
/// assert_eq!(t.plus(250).since(t), 250);
/// assert_eq!(t.since(t.plus(1)), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(
    /// Milliseconds since the Unix epoch.
    pub u64,
);

impl Time {
    /// The Unix epoch.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant this many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// The instant this many seconds after the Unix epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// This instant moved on by so many milliseconds.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; 0 when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A stretch of time in `N` bytes, for tables with many rows: as many ms as fit below 2^(8 N). What
/// is longer than that is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ms<const N: usize>([u8; N]);

/// 34 years.
pub(crate) type Span = Ms<5>;
/// 8,900 years: an instant, as the time since the Unix epoch.
pub(crate) type Stamp = Ms<6>;

impl<const N: usize> Ms<N> {
    /// The longest.
    pub(crate) const EVER_MS: u64 = (1 << (8 * N)) - 1;
    pub(crate) const EVER: Self = Self::of(Self::EVER_MS);
    pub(crate) const NONE: Self = Self::of(0);

    pub(crate) const fn of(ms: u64) -> Self {
        let ms = if ms < Self::EVER_MS { ms } else { Self::EVER_MS };
        let (all, mut kept, mut i) = (ms.to_le_bytes(), [0; N], 0);
        while i < N {
            kept[i] = all[i];
            i += 1;
        }
        Self(kept)
    }

    /// From one instant to a later one.
    pub(crate) const fn between(from: Time, to: Time) -> Self {
        Self::of(to.since(from))
    }

    pub(crate) const fn ms(self) -> u64 {
        let (mut all, mut i) = ([0; 8], 0);
        while i < N {
            all[i] = self.0[i];
            i += 1;
        }
        u64::from_le_bytes(all)
    }

    /// The instant so long after another; the end of time, if that is for ever.
    pub(crate) const fn after(self, from: Time) -> Time {
        let ms = self.ms();
        if ms == Self::EVER_MS { Time::MAX } else { from.plus(ms) }
    }

    /// So much longer.
    pub(crate) const fn plus(self, ms: u64) -> Self {
        Self::of(self.ms().saturating_add(ms))
    }
}

impl Stamp {
    pub(crate) const fn at(time: Time) -> Self {
        Self::between(Time::ZERO, time)
    }

    pub(crate) const fn time(self) -> Time {
        self.after(Time::ZERO)
    }
}

impl<const N: usize> Plain for Ms<N> {
    fn put(&self, sink: &mut dyn Sink) {
        sink.word(self.ms(), N);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self::of(source.word(N))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_keeps_every_millisecond_until_it_is_for_ever() {
        let start = Time(1 << 60);
        for ms in [0, 1, 255, 256, 1 << 32, (1 << 39) + 12_345, Span::EVER_MS - 1] {
            assert_eq!(Span::of(ms).ms(), ms);
            assert_eq!(Span::between(start, start.plus(ms)).after(start), start.plus(ms));
        }
        for ms in [Span::EVER_MS, 1 << 40, (1 << 40) + 7, u64::MAX] {
            assert_eq!(Span::of(ms), Span::EVER);
            assert_eq!(Span::of(ms).after(start), Time::MAX);
        }
    }

    #[test]
    fn a_stamp_keeps_every_instant_of_eight_thousand_years() {
        for at in [Time::ZERO, Time(1), Time::from_secs(4_102_444_800), Time((1 << 48) - 2)] {
            assert_eq!(Stamp::at(at).time(), at);
        }
        for at in [Time((1 << 48) - 1), Time(1 << 48), Time::MAX] {
            assert_eq!(Stamp::at(at).time(), Time::MAX);
        }
        assert_eq!(Stamp::of(7).plus(5), Stamp::of(12));
        assert_eq!(Span::of(7).plus(u64::MAX), Span::EVER);
    }
}
