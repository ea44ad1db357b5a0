//! Refusals of the engine as one exception, with what was wrong in its fields.

use acd_core::Error;
use pyo3::prelude::*;

use crate::errors::{AcdError, Reason};

fn code(error: Error) -> &'static str {
    match error {
        Error::NoQueue(_) => "no_queue",
        Error::NoAgent(_) => "no_agent",
        Error::NoCall(_) => "no_call",
        Error::NoOffer(_) => "no_offer",
        Error::NoClass(_) => "no_class",
        Error::NoProfile(_) => "no_profile",
        Error::DuplicateQueue(_) => "duplicate_queue",
        Error::DuplicateAgent(_) => "duplicate_agent",
        Error::AlreadyMember(..) => "already_member",
        Error::NotMember(..) => "not_member",
        Error::WrongState(_) => "wrong_state",
        Error::QueueInUse(_) => "queue_in_use",
        Error::NoRule(_) => "no_rule",
        Error::RuleInUse(_) => "rule_in_use",
        Error::Full(_) => "full",
        Error::TimeBackwards { .. } => "time_backwards",
        Error::WrongEpoch { .. } => "wrong_epoch",
        Error::Undrained => "undrained",
        Error::Snapshot(_) => "snapshot",
        Error::Config(_) => "config",
        _ => "refused",
    }
}

/// `AcdError` with `code`, and in `subject` the handle, table or instant it is about.
pub(super) fn raised(error: Error) -> PyErr {
    let exception = AcdError::new_err(error.to_string());
    let subject = match error {
        Error::NoQueue(queue) | Error::QueueInUse(queue) | Error::DuplicateQueue(queue) => {
            Some(queue.raw())
        }
        Error::NoAgent(agent)
        | Error::DuplicateAgent(agent)
        | Error::AlreadyMember(agent, _)
        | Error::NotMember(agent, _) => Some(agent.raw()),
        Error::NoCall(call) | Error::WrongState(call) => Some(call.raw()),
        Error::NoOffer(offer) => Some(offer.raw()),
        Error::NoClass(class) => Some(class.0.into()),
        Error::NoProfile(profile) => Some(profile.0.into()),
        Error::NoRule(rule) | Error::RuleInUse(rule) => Some(rule.raw()),
        Error::TimeBackwards { last, .. } => Some(last.ms()),
        Error::WrongEpoch { current, .. } => Some(current),
        _ => None,
    };
    Reason::new(code(error)).about(subject).within(exception)
}
