use core::ops::{Add, Sub};

/// A moment: milliseconds since the Unix epoch, UTC, as the embedder's clock says.
///
/// The crate never reads a clock; every input carries its time. Arithmetic saturates.
///
/// ```
/// use ivr_core::Time;
/// assert_eq!(Time(1_000) + 500, Time(1_500));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// Later than every real moment: what an unset timer holds.
    pub(crate) const NEVER: Self = Self(i64::MAX);
}

impl Add<u32> for Time {
    type Output = Self;

    fn add(self, ms: u32) -> Self {
        Self(self.0.saturating_add(i64::from(ms)))
    }
}

impl Sub for Time {
    type Output = i64;

    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
