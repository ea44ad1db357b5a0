//! Calls for tests, by the crate's own rehearsals.

use ivr_core::rehearse::Rehearsal;
use ivr_core::{Flow, SessionConfig, Time};

/// 2026-11-23 10:00:00 in Shanghai: a Monday within working hours.
pub(crate) const MONDAY_TEN: Time = Time(1_795_399_200_000);

/// A call of a usual caller.
pub(crate) fn start<'f>(flow: &'f Flow<'f>, now: Time) -> Rehearsal<'f> {
    let caller = "13800138000";
    let config = SessionConfig { caller, now, ..Default::default() };
    Rehearsal::start(flow, config).unwrap()
}
