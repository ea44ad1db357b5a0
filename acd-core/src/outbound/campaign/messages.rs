//! What a campaign is made of, told, and tells.

use thiserror::Error;

use crate::outbound::{Blend, GuardEvent, GuardRails, Mode, Outcome, RetryRules};
use crate::plain::plain;
use crate::time::Time;

/// Names a contact of a campaign, by its place in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactId(pub u32);

/// Somebody to be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The embedder's own name for the contact; comes back in every output about it.
    pub tag: u64,
    /// The number to call, or any number that stands for it; no two contacts share one.
    pub number: u64,
    /// The hours in which it may be called, in its own time zone, by their place in
    /// [`Campaign::new`](super::Campaign::new)'s calendars.
    pub zone: u16,
    /// Of those due at the same instant the higher goes first.
    pub priority: i32,
    /// Not to be called before this instant.
    pub not_before: Time,
}

/// How a campaign works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignConfig {
    /// How it dials. Default: progressive.
    pub mode: Mode,
    /// How it dials while it is intensified. `None`: no other way.
    pub intensified: Option<Mode>,
    /// The share of answered calls without an agent that it must not exceed, in thousandths.
    /// Default: 30.
    pub cap_per_mille: u16,
    /// The cap is for so long, in ms (1 or more), from the first input on; then, at that very
    /// instant, the next period begins with a new record. `None`: only
    /// [`CampaignInput::StartPeriod`] begins one.
    pub period_ms: Option<u64>,
    /// When a contact is called again.
    pub retry: RetryRules,
    /// When it must stop, and when it may do more. `None`: never of itself.
    pub rails: Option<GuardRails>,
    /// Whether it shares its agents with those who call in. `None`: they are all its own.
    pub blend: Option<Blend>,
    /// Preview: an agent has so long to start the call, in ms. Default: a minute.
    pub preview_ms: u32,
    /// Preview: a contact an agent passed over is shown again after so long, in ms. Default: an
    /// hour.
    pub skip_ms: u32,
}

impl Default for CampaignConfig {
    fn default() -> Self {
        Self {
            mode: Mode::Progressive,
            intensified: None,
            cap_per_mille: 30,
            period_ms: None,
            retry: RetryRules::default(),
            rails: None,
            blend: None,
            preview_ms: 60_000,
            skip_ms: 3_600_000,
        }
    }
}

/// One thing that happened outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CampaignInput {
    /// Nothing but time.
    Tick,
    /// So many of the campaign's agents are idle, of so many at work. Tell each change.
    Staff {
        /// Could take a call now. An agent whose preview or dial is under way still counts.
        idle: u32,
        /// Logged in.
        at_work: u32,
    },
    /// Preview: the agent starts the call.
    Start(ContactId),
    /// Preview: the agent passes over the contact.
    Skip(ContactId),
    /// A person answered the dial.
    Answered {
        /// Who.
        contact: ContactId,
        /// Whether an agent was there in time.
        served: bool,
    },
    /// The dial came to nothing, for a reason in which nobody spoke: an [`Outcome`] other than
    /// `Reached`, `Abandoned` and `DoNotCall`.
    Failed {
        /// Who.
        contact: ContactId,
        /// Why.
        outcome: Outcome,
    },
    /// The conversation is over, successful or not.
    Ended {
        /// With whom.
        contact: ContactId,
        /// As the embedder counts success.
        success: bool,
    },
    /// The contact complained, at whatever time: it counts, once, and it is not called again.
    Complaint(ContactId),
    /// This number is not to be called again, be it a contact's or not.
    DoNotCall(u64),
    /// Stop dialling; what is under way goes on.
    Suspend,
    /// Go on after [`Suspend`](Self::Suspend) or a guard's decision, with a new record.
    Resume,
    /// A new period of the cap begins now, whether the last one was over or not. What is being
    /// dialled goes on, and counts in the period in which it was dialled.
    StartPeriod,
}

/// One thing to do or to know outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CampaignOutput {
    /// Show this contact to an idle agent, and answer [`CampaignInput::Start`] or
    /// [`CampaignInput::Skip`].
    Preview {
        /// Who.
        contact: ContactId,
        /// Its tag.
        tag: u64,
        /// Which try it would be, from 1.
        attempt: u8,
    },
    /// The agent has taken too long: show the contact no longer.
    PreviewOver {
        /// Who.
        contact: ContactId,
        /// Its tag.
        tag: u64,
    },
    /// Dial.
    Dial {
        /// Who.
        contact: ContactId,
        /// Its tag.
        tag: u64,
        /// Its number.
        number: u64,
        /// Which try it is, from 1.
        attempt: u8,
    },
    /// A contact will not be called again.
    Done {
        /// Who.
        contact: ContactId,
        /// Its tag.
        tag: u64,
        /// What its last try came to.
        outcome: Outcome,
        /// How often it was dialled.
        tries: u8,
    },
    /// The guard has decided.
    Guard(GuardEvent),
    /// Every contact is done.
    Exhausted,
}

/// Why an input or a contact was refused. The campaign is then as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CampaignError {
    /// No such contact.
    #[error("no contact {0:?}")]
    NoContact(ContactId),
    /// The contact is not in the state this input is for.
    #[error("contact {0:?} is not in a state for this")]
    WrongState(ContactId),
    /// The contact must not be called now: out of hours, suspended, on the list, or no agent to
    /// spare.
    #[error("contact {0:?} must not be called now")]
    NotNow(ContactId),
    /// Another contact has this number.
    #[error("number {0} is in the list already")]
    Twice(u64),
    /// No such calendar.
    #[error("no calendar {0}")]
    NoZone(u16),
    /// A list is full.
    #[error("the list is full")]
    Full,
    /// The clock went backwards.
    #[error("the clock went back from {last:?} to {now:?}")]
    TimeBackwards {
        /// The latest instant it has seen.
        last: Time,
        /// The instant handed in.
        now: Time,
    },
    /// Outputs wait to be polled.
    #[error("poll the outputs first")]
    Undrained,
    /// A configuration value is out of range or contradicts another.
    #[error("configuration: {0}")]
    Config(&'static str),
    /// The bytes are no snapshot a campaign can go on from.
    #[error("snapshot: {0}")]
    Snapshot(&'static str),
}

plain!(struct Contact { tag, number, zone, priority, not_before });
plain!(struct CampaignConfig { mode, intensified, cap_per_mille, period_ms, retry, rails, blend, preview_ms, skip_ms });
