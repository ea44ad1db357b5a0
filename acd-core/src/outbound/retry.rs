//! When a contact is called again.

use crate::calendar::Calendar;
use crate::plain::plain;
use crate::time::Time;

/// What a dial came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// An agent spoke with the contact.
    Reached,
    /// The contact answered and no agent was there.
    Abandoned,
    /// Busy.
    Busy,
    /// It rang and nobody answered.
    NoAnswer,
    /// A machine answered.
    Machine,
    /// The network refused for the moment.
    Congestion,
    /// No such number.
    Invalid,
    /// The contact does not want to be called, now or ever.
    DoNotCall,
}

/// After one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRule {
    /// Try again after so long, in ms.
    pub after_ms: u64,
    /// Up to so many tries in all.
    pub tries: u8,
}

/// When to try again, by outcome. Who was reached, has no valid number or wants no calls is never
/// called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRules {
    /// The contact answered and no agent was there.
    pub abandoned: RetryRule,
    /// Busy.
    pub busy: RetryRule,
    /// Nobody answered.
    pub no_answer: RetryRule,
    /// A machine answered.
    pub machine: RetryRule,
    /// The network refused.
    pub congestion: RetryRule,
}

impl Default for RetryRules {
    /// Busy after ten minutes, the network after two, all else after four hours; three tries, and
    /// one more to whom we left standing, the next day.
    fn default() -> Self {
        let after = |minutes: u64, tries| RetryRule { after_ms: minutes * 60_000, tries };
        Self {
            abandoned: after(24 * 60, 2),
            busy: after(10, 3),
            no_answer: after(240, 3),
            machine: after(240, 3),
            congestion: after(2, 3),
        }
    }
}

impl RetryRules {
    /// When to call again after this outcome of try number `tries` (from 1), inside the hours in
    /// which the contact may be called, which are a calendar in the contact's own time zone.
    /// `None`: never.
    ///
    /// ```
    /// use acd_core::Time;
    /// use acd_core::calendar::{Calendar, Period};
    /// use acd_core::outbound::{Outcome, RetryRules};
    /// let day = [Period::of(9, 0, 20, 0)];
    /// let hours = Calendar { week: [&day; 7], ..Calendar::default() };
    /// let evening = Time::from_secs(19 * 3600);
    /// let again = RetryRules::default().next_try(Outcome::NoAnswer, 1, evening, &hours);
    /// assert_eq!(again, Some(Time::from_secs((24 + 9) * 3600)));
    /// ```
    #[must_use]
    pub fn next_try(
        &self,
        outcome: Outcome,
        tries: u8,
        now: Time,
        hours: &Calendar<'_>,
    ) -> Option<Time> {
        let rule = match outcome {
            Outcome::Abandoned => self.abandoned,
            Outcome::Busy => self.busy,
            Outcome::NoAnswer => self.no_answer,
            Outcome::Machine => self.machine,
            Outcome::Congestion => self.congestion,
            Outcome::Reached | Outcome::Invalid | Outcome::DoNotCall => return None,
        };
        if tries >= rule.tries {
            return None;
        }
        hours.next_open(now.plus(rule.after_ms))
    }
}

plain!(struct RetryRule { after_ms, tries });
plain!(struct RetryRules { abandoned, busy, no_answer, machine, congestion });
