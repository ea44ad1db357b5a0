//! When a campaign must stop, and when it may do more.

use crate::Error;
use crate::plain::plain;

/// The limits of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardRails {
    /// More complaints than this suspend it.
    pub complaints_max: u32,
    /// A smaller share of successes than this, in thousandths of the contacts, suspends it.
    pub success_min_per_mille: u16,
    /// A larger share than this, without a complaint, intensifies it.
    pub success_high_per_mille: u16,
    /// Shares say nothing before so many contacts.
    pub sample_min: u32,
}

/// What a guard has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GuardEvent {
    /// Too many complaints: the campaign is suspended.
    SuspendedByComplaints,
    /// Too few successes: the campaign is suspended.
    SuspendedByFailure,
    /// Many successes and no complaint: the campaign may dial more.
    Intensified,
}

/// Watches a campaign. It speaks once, at the contact or complaint that crosses a limit; a
/// suspended campaign stays so until it is [resumed](Self::resume).
///
/// ```
/// use acd_core::outbound::{Guard, GuardEvent, GuardRails};
/// let mut guard = Guard::new(GuardRails {
///     complaints_max: 10,
///     success_min_per_mille: 50,
///     success_high_per_mille: 200,
///     sample_min: 100,
/// })?;
/// for _ in 0..99 {
///     assert_eq!(guard.contact(false), None); // too few to judge
/// }
/// assert_eq!(guard.contact(false), Some(GuardEvent::SuspendedByFailure));
/// assert!(guard.is_suspended());
/// assert_eq!(guard.contact(false), None); // said once
/// # Ok::<(), acd_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    rails: GuardRails,
    contacts: u64,
    successes: u64,
    complaints: u64,
    suspended: bool,
    intensified: bool,
}

impl Guard {
    /// A campaign without a record.
    ///
    /// # Errors
    /// Shares above 1000, or the high one not above the low one.
    pub fn new(rails: GuardRails) -> Result<Self, Error> {
        if rails.success_high_per_mille > 1_000
            || rails.success_min_per_mille >= rails.success_high_per_mille
        {
            return Err(Error::Config("shares of success out of order"));
        }
        Ok(Self {
            rails,
            contacts: 0,
            successes: 0,
            complaints: 0,
            suspended: false,
            intensified: false,
        })
    }

    /// Whether the campaign must not dial.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Whether it may dial more than usual.
    #[must_use]
    pub fn is_intensified(&self) -> bool {
        self.intensified && !self.suspended
    }

    /// Somebody was reached, successfully or not.
    pub fn contact(&mut self, success: bool) -> Option<GuardEvent> {
        self.contacts += 1;
        self.successes += u64::from(success);
        self.judge()
    }

    /// Somebody complained.
    pub fn complaint(&mut self) -> Option<GuardEvent> {
        self.complaints += 1;
        self.intensified = false;
        self.judge()
    }

    /// Starts a suspended campaign again, with a new record.
    pub fn resume(&mut self) {
        *self = Self {
            contacts: 0,
            successes: 0,
            complaints: 0,
            suspended: false,
            intensified: false,
            ..*self
        };
    }

    fn judge(&mut self) -> Option<GuardEvent> {
        if self.suspended {
            return None;
        }
        if self.complaints > u64::from(self.rails.complaints_max) {
            self.suspended = true;
            return Some(GuardEvent::SuspendedByComplaints);
        }
        if self.contacts == 0 || self.contacts < u64::from(self.rails.sample_min) {
            return None;
        }
        let share = |per_mille: u16| u128::from(self.contacts) * u128::from(per_mille);
        let successes = u128::from(self.successes) * 1_000;
        if successes < share(self.rails.success_min_per_mille) {
            self.suspended = true;
            return Some(GuardEvent::SuspendedByFailure);
        }
        let high = successes > share(self.rails.success_high_per_mille) && self.complaints == 0;
        let news = high && !self.intensified;
        self.intensified = high;
        news.then_some(GuardEvent::Intensified)
    }
}

plain!(struct GuardRails { complaints_max, success_min_per_mille, success_high_per_mille, sample_min });
plain!(struct Guard { rails, contacts, successes, complaints, suspended, intensified });
