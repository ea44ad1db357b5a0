//! # Dialogue: one caller's session
//!
//! Start it, then take what it wants done with `tl_ivr_poll` until `TL_DONE` after every input, and
//! call `tl_ivr_tick` no later than `tl_ivr_deadline`. An earlier time counts as the latest one.

use core::ffi::{c_char, c_void};

use ivr_core::{SessionConfig, SessionError, SessionOf, Time};

use super::flow::{Loaded, tl_ivr_flow};
use super::output::tl_ivr_output;
use super::pack::Pack;
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{c_text_or, store, writable};
use crate::tl_status;
use crate::values::{TL_NONE, tl_time};

/// Bytes of variables in a session: what the documents at hand need, several times over.
const VARIABLES: usize = 512;

/// A size of buffer for `tl_ivr_poll` that suits any flow a person would write.
pub const TL_IVR_BUFFER: usize = 4096;

/// One caller's walk through a flow.
#[derive(Debug)]
pub struct tl_ivr_session {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Running {
    pub(super) loaded: Loaded,
    pub(super) session: SessionOf<VARIABLES>,
}

impl Kind for tl_ivr_session {
    const MAGIC: u32 = u32::from_le_bytes(*b"tIvr");
    type Value = Running;
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let status = match error {
            SessionError::NotADigit(_) => tl_status::TL_ERR_IVR_DIGIT,
            SessionError::Variables { .. } => tl_status::TL_ERR_IVR_VARIABLES,
            _ => tl_status::TL_ERR_IVR,
        };
        Self::new(status, error)
    }
}

pub(super) fn time(now: tl_time) -> Result<Time, Failure> {
    i64::try_from(now).map(Time).map_err(|_| Failure::argument("now is beyond the end of time"))
}

/// How a session begins.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_config {
    /// Set by `tl_ivr_defaults`.
    pub struct_size: u32,
    /// 1: report every node that is left. Default: 0.
    pub trace: u32,
    /// What random choices come from: the same seed, the same choices. Default: 0.
    pub seed: u64,
    /// The time now. Default: 0.
    pub now: tl_time,
    /// The caller's number, with a NUL; at most 31 bytes are kept. Default: NULL.
    pub caller: *const c_char,
    /// The number that was called, likewise. Default: NULL.
    pub called: *const c_char,
    /// The language to begin in. Default: NULL, the flow's first one.
    pub language: *const c_char,
}

// SAFETY: repr(C), begins with a u32; two u32, two u64, three pointers, so there is no padding
// before the end on any machine, and any bits make a pointer.
unsafe impl Growing for tl_ivr_config {
    const FIRST_SIZE: usize = 24 + 3 * size_of::<usize>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            trace: 0,
            seed: 0,
            now: 0,
            caller: core::ptr::null(),
            called: core::ptr::null(),
            language: core::ptr::null(),
        }
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_defaults(
    config: *mut tl_ivr_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_ivr_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// How a session begins, as the core has it.
///
/// # Safety
/// The header's contract for pointers and texts.
pub(super) unsafe fn given_config<'a>(
    config: *const tl_ivr_config,
) -> Result<SessionConfig<'a>, Failure> {
    // SAFETY: as this function's own contract.
    let config = unsafe { optional(config) }?;
    // SAFETY: as this function's own contract.
    let text = |pointer: *const c_char, name| unsafe { c_text_or(pointer, "", name) };
    Ok(SessionConfig {
        seed: config.seed,
        caller: text(config.caller, "caller")?,
        called: text(config.called, "called")?,
        language: text(config.language, "language")?,
        now: time(config.now)?,
        trace: config.trace != 0,
    })
}

/// # Safety
/// The header's contract for objects and pointers.
unsafe fn begin(
    flow: *const tl_ivr_flow,
    config: *const tl_ivr_config,
    make: impl FnOnce(Running) -> Outcome,
) -> Outcome {
    // SAFETY: as this function's own contract.
    let config = unsafe { given_config(config) }?;
    // SAFETY: as this function's own contract.
    let loaded = unsafe { object::peek(flow, Loaded::clone) }?;
    let session = SessionOf::new(&loaded.flow, config)?;
    make(Running { loaded, session })
}

/// How many bytes a session takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_session_size() -> usize {
    object::fixed_size::<tl_ivr_session>()
}

/// Makes a session on a flow in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config`
/// may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_init(
    memory: *mut c_void,
    size: usize,
    flow: *const tl_ivr_flow,
    config: *const tl_ivr_config,
    session: *mut *mut tl_ivr_session,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and blocks of memory.
    guard("tl_ivr_session_init", || unsafe {
        begin(flow, config, |running| {
            object::init((memory.cast(), size), session, |_| Ok(()), |()| Ok(running))
        })
    })
}

/// Makes a session on a flow in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_new(
    flow: *const tl_ivr_flow,
    config: *const tl_ivr_config,
    session: *mut *mut tl_ivr_session,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    guard("tl_ivr_session_new", || unsafe {
        begin(flow, config, |running| object::create(session, |_| Ok(()), |()| Ok(running)))
    })
}

/// Ends a session. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_free(session: *mut tl_ivr_session) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_session_free", session) }
}

/// Stores the next thing to be done in `output`, or returns `TL_DONE`. Texts and arrays of the
/// output are put into `buffer`, `room` bytes; `TL_IVR_BUFFER` suits. When it is too small, returns
/// `TL_ERR_BUFFER`, and the same output comes again with a larger one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_poll(
    session: *mut tl_ivr_session,
    output: *mut tl_ivr_output,
    buffer: *mut c_void,
    room: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_poll", session, |running| {
            writable(output, "output")?;
            if buffer.is_null() && room > 0 {
                return Err(Failure::null("buffer"));
            }
            let before = running.session.clone();
            let mut pack = Pack::over(buffer.cast(), room);
            let packed = match running.session.poll(&running.loaded.flow) {
                Some(next) => tl_ivr_output::new(&mut pack, &next),
                None => return Ok(tl_status::TL_DONE),
            };
            match packed {
                Ok(packed) => store(output, "output", packed)?,
                Err(failure) => {
                    running.session = before;
                    return Err(failure);
                }
            }
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `at` when the session wants `tl_ivr_tick` at the latest; `TL_NONE` when not before the
/// next input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_deadline(
    session: *const tl_ivr_session,
    at: *mut tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_deadline", session, |running| {
            let deadline = running.session.deadline();
            let at_ms = deadline.map_or(TL_NONE, |Time(ms)| u64::try_from(ms).unwrap_or(0));
            store(at, "at", at_ms)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sessions may be handed from one thread to another.
const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Running>();
};
