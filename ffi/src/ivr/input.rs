//! # Dialogue: what happened
//!
//! `op` is the number of the operation that an output asked for. A result of any other operation
//! than the ones under way changes nothing and is no error.

use core::ffi::c_char;

use ivr_core::{Decimal, Input, Op, OpResult, QueueOutcome, Time, TransferOutcome, Value};

use super::output::tl_ivr_value;
use super::session::{time, tl_ivr_session};
use crate::guard::{Failure, Outcome, guard};
use crate::object::enter;
use crate::pointers::{c_text, input};
use crate::tl_status;
use crate::values::tl_time;

/// # Safety
/// As [`enter`].
unsafe fn feed(
    name: &'static str,
    session: *mut tl_ivr_session,
    now: tl_time,
    input: Input<'_>,
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        enter(name, session, |running| {
            running.session.handle(&running.loaded.flow, time(now)?, input)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The call is up: the dialogue begins.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_start(session: *mut tl_ivr_session, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_start", session, now, Input::Start) }
}

/// The caller pressed a key: '0' to '9', '*', '#', 'A' to 'D'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_digit(
    session: *mut tl_ivr_session,
    now: tl_time,
    key: c_char,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_digit", session, now, Input::Digit(key as u8)) }
}

/// The caller hung up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_hangup(session: *mut tl_ivr_session, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_hangup", session, now, Input::Hangup) }
}

/// Time has passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_tick(session: *mut tl_ivr_session, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_tick", session, now, Input::Tick) }
}

/// # Safety
/// As [`enter`].
unsafe fn done(
    name: &'static str,
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    result: OpResult<'_>,
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe { feed(name, session, now, Input::Done { op: Op(op), result }) }
}

/// A prompt was played to its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_finished(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { done("tl_ivr_finished", session, now, op, OpResult::Finished) }
}

/// The operation could not be done at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_failed(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { done("tl_ivr_failed", session, now, op, OpResult::Failed) }
}

/// The host's answer to a query: at most 32 named values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_query_ok(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    values: *const tl_ivr_value,
    count: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts, and pointers with a count.
    unsafe {
        enter("tl_ivr_query_ok", session, |running| {
            with_values(values, count, |values| {
                let input = Input::Done { op: Op(op), result: OpResult::QueryOk(values) };
                running.session.handle(&running.loaded.flow, time(now)?, input)?;
                Ok(tl_status::TL_OK)
            })
        })
    }
}

/// Hands the values of a query's answer on.
///
/// # Safety
/// The header's contract for texts, and pointers with a count.
pub(super) unsafe fn with_values(
    values: *const tl_ivr_value,
    count: usize,
    answer: impl FnOnce(&[(&str, Value<'_>)]) -> Outcome,
) -> Outcome {
    const MOST: usize = 32;
    if count > MOST {
        return Err(Failure::argument(format_args!("{count} values; at most {MOST}")));
    }
    let mut own = [("", Value::Bool(false)); MOST];
    // SAFETY: as this function's own contract.
    unsafe {
        for (own, value) in own.iter_mut().zip(input(values, count, "values")?) {
            *own = (c_text(value.name, "a value's name")?, typed(value)?);
        }
    }
    answer(&own[..count])
}

/// # Safety
/// The header's contract for texts.
pub(super) unsafe fn typed<'a>(value: &tl_ivr_value) -> Result<Value<'a>, Failure> {
    Ok(match value.value_type {
        1 => Value::Int(value.integer),
        2 => Value::Decimal(Decimal { units: value.integer }),
        3 => Value::Bool(value.integer != 0),
        // SAFETY: as this function's own contract.
        4 => Value::Text(unsafe { c_text(value.text, "a value's text") }?),
        5 => Value::Time(Time(value.integer)),
        other => return Err(Failure::argument(format_args!("value_type is {other}"))),
    })
}

/// A recording was made, so many milliseconds long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_recorded(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    ms: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { done("tl_ivr_recorded", session, now, op, OpResult::Recorded { ms }) }
}

/// How a waiting caller stands in the queue: 1 is next; the estimated wait in milliseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_queue_update(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    position: u32,
    estimate_ms: u32,
) -> tl_status {
    let input = Input::QueueUpdate { op: Op(op), position, estimate_ms };
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_queue_update", session, now, input) }
}

/// A queued or transferred call was answered: announcements stop, keys are the other side's.
/// `tl_ivr_queue_ended` or `tl_ivr_transferred` follows when the conversation is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_answered(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_ivr_answered", session, now, Input::Answered { op: Op(op) }) }
}

/// How a wait in a queue ended.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_ivr_queue_outcome {
    /// An agent talked to the caller and is gone: the dialogue goes on.
    TL_IVR_QUEUE_ANSWERED = 1,
    /// The caller hung up while waiting or talking.
    TL_IVR_QUEUE_ABANDONED = 2,
    /// Nobody answered in time.
    TL_IVR_QUEUE_TIMEOUT = 3,
    /// The queue was full.
    TL_IVR_QUEUE_FULL = 4,
    /// Nobody is logged in to the queue.
    TL_IVR_QUEUE_EMPTY = 5,
    /// The caller left by a key that the host watches for.
    TL_IVR_QUEUE_EXIT_KEY = 6,
    /// The queue could not be reached.
    TL_IVR_QUEUE_FAILED = 7,
}

/// The caller left the queue; `outcome` is a `tl_ivr_queue_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_queue_ended(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    outcome: u32,
) -> tl_status {
    let name = "tl_ivr_queue_ended";
    match queue_outcome(outcome) {
        // SAFETY: the header's contract for objects.
        Ok(outcome) => unsafe { done(name, session, now, op, OpResult::QueueEnded { outcome }) },
        Err(failure) => guard(name, || Err(failure)),
    }
}

pub(super) fn queue_outcome(outcome: u32) -> Result<QueueOutcome, Failure> {
    Ok(match outcome {
        1 => QueueOutcome::Answered,
        2 => QueueOutcome::Abandoned,
        3 => QueueOutcome::Timeout,
        4 => QueueOutcome::Full,
        5 => QueueOutcome::Empty,
        6 => QueueOutcome::ExitKey,
        7 => QueueOutcome::Failed,
        other => return Err(outcome_is(other)),
    })
}

/// How a transfer ended.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_ivr_transfer_outcome {
    /// It was answered; for a bridged one, the conversation is over.
    TL_IVR_TRANSFER_ANSWERED = 1,
    /// The target was busy.
    TL_IVR_TRANSFER_BUSY = 2,
    /// The target did not answer.
    TL_IVR_TRANSFER_NO_ANSWER = 3,
    /// The target refused.
    TL_IVR_TRANSFER_REJECTED = 4,
    /// The target could not be reached.
    TL_IVR_TRANSFER_FAILED = 5,
}

/// A transfer came to its end; `outcome` is a `tl_ivr_transfer_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_transferred(
    session: *mut tl_ivr_session,
    now: tl_time,
    op: u32,
    outcome: u32,
) -> tl_status {
    let name = "tl_ivr_transferred";
    match transfer_outcome(outcome) {
        // SAFETY: the header's contract for objects.
        Ok(outcome) => unsafe { done(name, session, now, op, OpResult::Transferred { outcome }) },
        Err(failure) => guard(name, || Err(failure)),
    }
}

pub(super) fn transfer_outcome(outcome: u32) -> Result<TransferOutcome, Failure> {
    Ok(match outcome {
        1 => TransferOutcome::Answered,
        2 => TransferOutcome::Busy,
        3 => TransferOutcome::NoAnswer,
        4 => TransferOutcome::Rejected,
        5 => TransferOutcome::Failed,
        other => return Err(outcome_is(other)),
    })
}

fn outcome_is(outcome: u32) -> Failure {
    Failure::argument(format_args!("outcome is {outcome}"))
}
