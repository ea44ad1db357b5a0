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

/// A stretch of time in five bytes, for tables of a million calls: as many ms as fit below 2^40,
/// 34 years. What is longer than that is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span([u8; 5]);

impl Span {
    /// The longest.
    pub(crate) const EVER_MS: u64 = (1 << 40) - 1;
    pub(crate) const EVER: Self = Self::of(Self::EVER_MS);
    pub(crate) const NONE: Self = Self::of(0);

    pub(crate) const fn of(ms: u64) -> Self {
        let ms = if ms < Self::EVER_MS { ms } else { Self::EVER_MS };
        let [a, b, c, d, e, ..] = ms.to_le_bytes();
        Self([a, b, c, d, e])
    }

    /// From one instant to a later one.
    pub(crate) const fn between(from: Time, to: Time) -> Self {
        Self::of(to.since(from))
    }

    pub(crate) const fn ms(self) -> u64 {
        let [a, b, c, d, e] = self.0;
        u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
    }

    /// The instant so long after another; the end of time, if that is for ever.
    pub(crate) fn after(self, from: Time) -> Time {
        match self.ms() {
            Self::EVER_MS => Time::MAX,
            ms => from.plus(ms),
        }
    }
}

impl Plain for Span {
    fn put(&self, sink: &mut dyn Sink) {
        sink.word(self.ms(), 5);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self::of(source.word(5))
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
}
