//! The one clock reading the engine knows: milliseconds since the Unix epoch, handed in.

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
