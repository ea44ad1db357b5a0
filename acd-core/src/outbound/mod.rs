//! Calling out: how many to dial, whom again and when, and when to stop.
//!
//! A [`Campaign`] goes through a list of contacts. It is made of small values that can be used
//! alone, too: a [`Pacer`] says how many calls may be dialled, [`Blend`] whether agents are spared
//! for it, [`RetryRules`] when a contact is tried again, [`DoNotCall`] who never is, and [`Guard`]
//! when a campaign must stop. An answered call then arrives in an outbound queue of the
//! [`Engine`](crate::Engine), whose [`Strategy::Random`](crate::Strategy::Random) gives it to a
//! random idle agent.

mod blend;
mod campaign;
mod do_not_call;
mod guard;
mod pacer;
mod retry;

pub use blend::Blend;
pub use campaign::{
    Campaign, CampaignConfig, CampaignError, CampaignInput, CampaignOutput, Contact, ContactId,
    ContactSlot, NumberSlot,
};
pub use do_not_call::DoNotCall;
pub use guard::{Guard, GuardEvent, GuardRails};
pub use pacer::{Mode, Pacer, PacerCounters};
pub use retry::{Outcome, RetryRule, RetryRules};
