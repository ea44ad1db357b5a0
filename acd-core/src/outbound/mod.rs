//! Calling out: how many to dial, whom again and when, and when to stop.
//!
//! Small values without a clock or a queue, to be put between an embedder's list of contacts and
//! an [`Engine`](crate::Engine): a [`Pacer`] says how many calls may be dialled, [`Blend`] whether
//! agents are spared for it, [`RetryRules`] when a contact is tried again, and [`Guard`] when a
//! campaign must stop. An answered call then arrives in an outbound queue, whose
//! [`Strategy::Random`](crate::Strategy::Random) gives it to a random idle agent.

mod blend;
mod guard;
mod pacer;
mod retry;

pub use blend::Blend;
pub use guard::{Guard, GuardEvent, GuardRails};
pub use pacer::{Mode, Pacer, PacerCounters};
pub use retry::{Outcome, RetryRule, RetryRules};
