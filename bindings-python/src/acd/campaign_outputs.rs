//! What a campaign says, one class a kind.

use acd_core::outbound::{CampaignOutput, GuardEvent, Outcome};
use pyo3::prelude::*;

use super::outputs::object;
use crate::words::{Words, record, word};

pub(super) const OUTCOMES: Words<Outcome> = &[
    ("reached", Outcome::Reached),
    ("abandoned", Outcome::Abandoned),
    ("busy", Outcome::Busy),
    ("no_answer", Outcome::NoAnswer),
    ("machine", Outcome::Machine),
    ("congestion", Outcome::Congestion),
    ("invalid", Outcome::Invalid),
    ("do_not_call", Outcome::DoNotCall),
];

pub(super) const DECISIONS: Words<GuardEvent> = &[
    ("suspended_by_complaints", GuardEvent::SuspendedByComplaints),
    ("suspended_by_failure", GuardEvent::SuspendedByFailure),
    ("intensified", GuardEvent::Intensified),
];

record! {
    /// Show this contact to an idle agent, and tell `Campaign.start` or `Campaign.skip`.
    "trunkline.outbound" Preview {
        /// Who.
        contact: u32,
        /// Its tag.
        tag: u64,
        /// Which try it would be, from 1.
        attempt: u32,
    }
}

record! {
    /// The agent has taken too long: show the contact no longer.
    "trunkline.outbound" PreviewOver {
        /// Who.
        contact: u32,
        /// Its tag.
        tag: u64,
    }
}

record! {
    /// Dial, and tell `Campaign.answered` or `Campaign.failed`.
    "trunkline.outbound" Dial {
        /// Who.
        contact: u32,
        /// Its tag.
        tag: u64,
        /// Its number.
        number: u64,
        /// Which try it is, from 1.
        attempt: u32,
    }
}

record! {
    /// A contact will not be called again.
    "trunkline.outbound" Done {
        /// Who.
        contact: u32,
        /// Its tag.
        tag: u64,
        /// What its last try came to: an `Outcome`.
        outcome: &'static str,
        /// How often it was dialled.
        tries: u32,
    }
}

record! {
    /// The guard has decided.
    "trunkline.outbound" Guarded {
        /// What: a `GuardDecision`.
        decision: &'static str,
    }
}

record! {
    /// Every contact is done.
    "trunkline.outbound" Exhausted {}
}

/// The output as an object of its class; `None` for a kind newer than this package.
pub(super) fn output(py: Python<'_>, output: CampaignOutput) -> PyResult<Option<Bound<'_, PyAny>>> {
    match output {
        CampaignOutput::Preview { contact, tag, attempt } => {
            object(py, Preview { contact: contact.0, tag, attempt: attempt.into() })
        }
        CampaignOutput::PreviewOver { contact, tag } => {
            object(py, PreviewOver { contact: contact.0, tag })
        }
        CampaignOutput::Dial { contact, tag, number, attempt } => {
            object(py, Dial { contact: contact.0, tag, number, attempt: attempt.into() })
        }
        CampaignOutput::Done { contact, tag, outcome, tries } => {
            let outcome = word(OUTCOMES, outcome);
            object(py, Done { contact: contact.0, tag, outcome, tries: tries.into() })
        }
        CampaignOutput::Guard(decision) => {
            object(py, Guarded { decision: word(DECISIONS, decision) })
        }
        CampaignOutput::Exhausted => object(py, Exhausted {}),
        _ => return Ok(None),
    }
    .map(Some)
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Preview>()?;
    module.add_class::<PreviewOver>()?;
    module.add_class::<Dial>()?;
    module.add_class::<Done>()?;
    module.add_class::<Guarded>()?;
    module.add_class::<Exhausted>()
}
