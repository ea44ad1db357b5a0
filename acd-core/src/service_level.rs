//! Service levels: which calls they count, and out of which.

use crate::plain::plain;

/// Which calls a service level counts, and out of which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// Answered in time, of the answered.
    #[default]
    OfAnswered,
    /// Answered or abandoned in time, of the answered and abandoned.
    OfAnsweredAndAbandoned,
    /// Answered in time, of all that were offered.
    OfOffered,
    /// The same, without those who hung up almost at once.
    OfOfferedButShort,
}

/// A service level with its definition, without which the numbers say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// What is counted.
    pub definition: Level,
    /// Calls in the service level; never more than `of`.
    pub in_level: u64,
    /// Out of so many.
    pub of: u64,
}

impl ServiceLevel {
    /// In thousandths; 0 of no calls.
    ///
    /// ```
    /// use acd_core::{Level, ServiceLevel};
    /// let level = ServiceLevel { definition: Level::OfOffered, in_level: 41, of: 50 };
    /// assert_eq!(level.per_mille(), 820);
    /// ```
    #[must_use]
    pub fn per_mille(&self) -> u64 {
        (u128::from(self.in_level) * 1_000 / u128::from(self.of.max(1))) as u64
    }
}

/// What service levels are made of.
pub(crate) struct Counted {
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    pub(crate) abandoned: u64,
    pub(crate) short: u64,
    pub(crate) answered_in_level: u64,
    pub(crate) abandoned_in_level: u64,
}

impl Counted {
    pub(crate) fn by(&self, definition: Level) -> ServiceLevel {
        let answered = self.answered_in_level;
        let (in_level, of) = match definition {
            Level::OfAnswered => (answered, self.answered),
            Level::OfAnsweredAndAbandoned => (
                answered.saturating_add(self.abandoned_in_level),
                self.answered.saturating_add(self.abandoned),
            ),
            Level::OfOffered => (answered, self.offered),
            Level::OfOfferedButShort => (answered, self.offered.saturating_sub(self.short)),
        };
        ServiceLevel { definition, in_level, of }
    }
}

plain!(enum Level { 0 OfAnswered, 1 OfAnsweredAndAbandoned, 2 OfOffered, 3 OfOfferedButShort });
