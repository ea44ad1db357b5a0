//! # Dialogue: trying a flow key by key
//!
//! One call in virtual time under the hand of whoever tries: keys are pressed, prompts heard, time passes
//! as told. Whatever the session wants becomes a line of a log, in the words of `.ivrtest.yaml` files:
//!
//! ```text
//! zh: 欢迎致电                 a prompt, as one hears it
//! stop play, stop host         an operation is stopped
//! query NAME a=1 b=x           likewise: queue NAME PRIORITY ..., record MS, transfer KIND TARGET ...
//! attach KEY=VALUE
//! NODE -> EXIT                 a node is left
//! end REASON
//! ```
//!
//! Takes memory from the allocator.

use core::ffi::{c_char, c_void};
use std::sync::Arc;

use ivr_core::rehearse::Rehearsal;
use ivr_core::{Flow, Input, OpResult, SessionConfig, SessionError, Time};

use super::about::tl_ivr_name;
use super::flow::{Loaded, tl_ivr_flow};
use super::input::{queue_outcome, transfer_outcome, with_values};
use super::output::tl_ivr_value;
use super::session::{given_config, tl_ivr_config};
use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter, peek};
use crate::pointers::{c_text, lend, list, store};
use crate::tl_status;
use crate::values::{TL_NONE, TL_NONE32, tl_time};

/// A call that is tried.
#[derive(Debug)]
pub struct tl_ivr_trial {
    _opaque: [u8; 0],
}

/// The call, and the flow that it is on: declared after it, so dropped after it.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(super) call: Rehearsal<'static>,
    _loaded: Arc<Loaded>,
}

impl Kind for tl_ivr_trial {
    const MAGIC: u32 = u32::from_le_bytes(*b"tTry");
    type Value = Tried;
}

impl Tried {
    /// # Safety
    /// The header's contract for objects, pointers and texts.
    unsafe fn new(flow: *const tl_ivr_flow, config: *const tl_ivr_config) -> Result<Self, Failure> {
        // SAFETY: as this function's own contract.
        let (config, loaded) = unsafe { (given_config(config)?, peek(flow, Loaded::clone)?) };
        let loaded = Arc::new(loaded);
        let flow: *const Flow<'static> = &raw const loaded.flow;
        // SAFETY: what an Arc holds does not move, and this value keeps it as long as the call.
        let forever: &'static Flow<'static> = unsafe { &*flow };
        let call = Rehearsal::start(forever, SessionConfig { trace: true, ..config })?;
        Ok(Self { call, _loaded: loaded })
    }
}

/// How many bytes a trial takes. What happens in it is kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_trial_size() -> usize {
    object::fixed_size::<tl_ivr_trial>()
}

/// Begins a call on a flow in the caller's block of `size` bytes, aligned to `TL_ALIGN`. The flow may be
/// freed meanwhile, but a program that it only points to must stay. The call is up, and what it says
/// first is in the log. `config` may be NULL for the defaults; of nodes that are left the log tells,
/// whatever it says of a trace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_init(
    memory: *mut c_void,
    size: usize,
    flow: *const tl_ivr_flow,
    config: *const tl_ivr_config,
    trial: *mut *mut tl_ivr_trial,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers, texts and blocks of memory.
    guard("tl_ivr_trial_init", || unsafe {
        let block = (memory.cast(), size);
        object::init(block, trial, |_| Ok(()), |()| Tried::new(flow, config))
    })
}

/// As `tl_ivr_trial_init`, in memory from the allocator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_new(
    flow: *const tl_ivr_flow,
    config: *const tl_ivr_config,
    trial: *mut *mut tl_ivr_trial,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    guard("tl_ivr_trial_new", || unsafe {
        object::create(trial, |_| Ok(()), |()| Tried::new(flow, config))
    })
}

/// Ends a trial. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_free(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_trial_free", trial) }
}

/// # Safety
/// The header's contract for objects.
unsafe fn with(
    name: &'static str,
    trial: *mut tl_ivr_trial,
    act: impl FnOnce(&mut Rehearsal<'static>) -> Outcome,
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe { enter(name, trial, |tried| act(&mut tried.call)) }
}

/// Keys of a telephone, all of them.
///
/// # Safety
/// The header's contract for texts.
unsafe fn given_keys<'a>(keys: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: as this function's own contract.
    let keys = unsafe { c_text(keys, "keys") }?;
    let known = |key: &u8| matches!(key, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D');
    match keys.bytes().find(|key| !known(key)) {
        Some(other) => Err(SessionError::NotADigit(other).into()),
        None => Ok(keys),
    }
}

/// The caller presses keys, with a NUL, a tenth of a second each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_press(
    trial: *mut tl_ivr_trial,
    keys: *const c_char,
) -> tl_status {
    // SAFETY: the header's contract for objects and texts.
    unsafe {
        with("tl_ivr_trial_press", trial, |call| {
            call.press(given_keys(keys)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The caller presses keys, with a NUL, all at once, before the session has had a turn.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_burst(
    trial: *mut tl_ivr_trial,
    keys: *const c_char,
) -> tl_status {
    // SAFETY: the header's contract for objects and texts.
    unsafe {
        with("tl_ivr_trial_burst", trial, |call| {
            call.burst(given_keys(keys)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The prompt under way is heard to its end, and those that follow without a pause; each takes a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_listen(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_listen", trial, |call| {
            call.listen();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Only the prompt under way is heard to its end, in no time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_heard(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_heard", trial, |call| {
            call.heard();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Time passes, deadline by deadline.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_wait(trial: *mut tl_ivr_trial, ms: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_wait", trial, |call| {
            call.wait(ms);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Time passes without the session being told: the next input comes late.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_skip(trial: *mut tl_ivr_trial, ms: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_skip", trial, |call| {
            call.skip(ms);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The caller hangs up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_hangup(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_hangup", trial, |call| {
            call.input(Input::Hangup);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Does something about the host's operation, if one is under way.
///
/// # Safety
/// The header's contract for objects.
unsafe fn host(
    name: &'static str,
    trial: *mut tl_ivr_trial,
    act: impl FnOnce(&mut Rehearsal<'static>),
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        with(name, trial, |call| {
            if call.host().is_none() {
                return Ok(tl_status::TL_DONE);
            }
            act(call);
            Ok(tl_status::TL_OK)
        })
    }
}

/// The host answers its query: at most 32 named values. Returns `TL_DONE` when the host has nothing under
/// way, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_found(
    trial: *mut tl_ivr_trial,
    values: *const tl_ivr_value,
    count: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts, and pointers with a count.
    unsafe {
        with("tl_ivr_trial_found", trial, |call| {
            with_values(values, count, |values| {
                if call.host().is_none() {
                    return Ok(tl_status::TL_DONE);
                }
                call.found(values);
                Ok(tl_status::TL_OK)
            })
        })
    }
}

/// The host's operation could not be done at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_failed(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { host("tl_ivr_trial_failed", trial, |call| call.answer(OpResult::Failed)) }
}

/// A recording was made, so many milliseconds long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_recorded(trial: *mut tl_ivr_trial, ms: u32) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { host("tl_ivr_trial_recorded", trial, |call| call.answer(OpResult::Recorded { ms })) }
}

/// How the waiting caller stands: as `tl_ivr_queue_update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_queue_update(
    trial: *mut tl_ivr_trial,
    position: u32,
    estimate_ms: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        host("tl_ivr_trial_queue_update", trial, |call| {
            call.tell(|op| Input::QueueUpdate { op, position, estimate_ms });
        })
    }
}

/// The queued or transferred call was answered: as `tl_ivr_answered`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_answered(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { host("tl_ivr_trial_answered", trial, |call| call.tell(|op| Input::Answered { op })) }
}

/// The caller left the queue; `outcome` is a `tl_ivr_queue_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_queue_ended(
    trial: *mut tl_ivr_trial,
    outcome: u32,
) -> tl_status {
    let name = "tl_ivr_trial_queue_ended";
    match queue_outcome(outcome) {
        // SAFETY: the header's contract for objects.
        Ok(outcome) => unsafe {
            host(name, trial, |call| call.answer(OpResult::QueueEnded { outcome }))
        },
        Err(failure) => guard(name, || Err(failure)),
    }
}

/// A transfer came to its end; `outcome` is a `tl_ivr_transfer_outcome`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_transferred(
    trial: *mut tl_ivr_trial,
    outcome: u32,
) -> tl_status {
    let name = "tl_ivr_trial_transferred";
    match transfer_outcome(outcome) {
        // SAFETY: the header's contract for objects.
        Ok(outcome) => unsafe {
            host(name, trial, |call| call.answer(OpResult::Transferred { outcome }))
        },
        Err(failure) => guard(name, || Err(failure)),
    }
}

/// How a trial stands.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_trial_info {
    /// The virtual time.
    pub now: tl_time,
    /// When the session wants to be woken, or `TL_NONE`.
    pub deadline: tl_time,
    /// Lines of the log that were not taken yet.
    pub lines: u32,
    /// Nodes that were left.
    pub visits: u32,
    /// The play under way, or `TL_NONE32`.
    pub playing: u32,
    /// The query, queue, recording or transfer under way, or `TL_NONE32`.
    pub host: u32,
    /// 1 when the dialogue is over.
    pub over: u32,
    /// The number of the node it is in, from 0 on, in the order of `tl_ivr_flow_list_names`.
    pub node: u32,
    /// Keys that wait to be used.
    pub keys: u32,
    /// 0.
    pub reserved32: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores how the trial stands.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_get_info(
    trial: *const tl_ivr_trial,
    info: *mut tl_ivr_trial_info,
) -> tl_status {
    let ms = |Time(ms): Time| u64::try_from(ms).unwrap_or(0);
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_trial_get_info", trial, |Tried { call, .. }| {
            let session = call.session();
            let filled = tl_ivr_trial_info {
                now: ms(call.now()),
                deadline: session.deadline().map_or(TL_NONE, ms),
                lines: call.log().len() as u32,
                visits: call.visited().len() as u32,
                playing: call.playing().map_or(TL_NONE32, |op| op.0),
                host: call.host().map_or(TL_NONE32, |op| op.0),
                over: call.is_over().into(),
                node: session.node() as u32,
                keys: session.pending_digits() as u32,
                reserved32: 0,
                reserved: [0; 2],
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores where line `number` of the log is, from 0 on: a text of `*len` bytes without a NUL, that lives
/// until it is taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_get_line(
    trial: *const tl_ivr_trial,
    number: u32,
    line: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_trial_get_line", trial, |Tried { call, .. }| {
            let missing = || Failure::argument(format_args!("there is no line {number}"));
            let found = call.log().get(number as usize).ok_or_else(missing)?;
            lend((line, "line"), len, found.as_bytes())
        })
    }
}

/// Takes all lines of the log: it is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_take(trial: *mut tl_ivr_trial) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        with("tl_ivr_trial_take", trial, |call| {
            call.take();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Takes the lines of the log up to the first one that holds a text, with a NUL; or none and returns
/// `TL_DONE`, when no line does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_seek(
    trial: *mut tl_ivr_trial,
    text: *const c_char,
) -> tl_status {
    // SAFETY: the header's contract for objects and texts.
    unsafe {
        with("tl_ivr_trial_seek", trial, |call| {
            let found = call.seek(c_text(text, "text")?);
            Ok(if found { tl_status::TL_OK } else { tl_status::TL_DONE })
        })
    }
}

/// Stores as many of the exits that were taken, each with its node, as there is `room` for, in order, and
/// in `count` how many there are. The texts live as long as the trial.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_list_visits(
    trial: *const tl_ivr_trial,
    visits: *mut tl_ivr_name,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_ivr_trial_list_visits", trial, |Tried { call, .. }| {
            let all = call.visited().iter();
            let all = all.map(|(node, exit)| tl_ivr_name::exit((node, exit)));
            list((visits, room, count), "visits", all)
        })
    }
}

/// Stores where all that went into the session and came out of it is, as `tl_ivr_rehearsal_transcript`:
/// `*len` bytes without a NUL that live until something happens in the trial.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_trial_transcript(
    trial: *const tl_ivr_trial,
    transcript: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_trial_transcript", trial, |Tried { call, .. }| {
            lend((transcript, "transcript"), len, call.transcript().as_bytes())
        })
    }
}

/// A trial may be handed from one thread to another.
const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Tried>();
};
