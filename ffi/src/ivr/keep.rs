//! # Dialogue: sessions that outlive the program
//!
//! A session as bytes, and back on the same program: callers go on where they were. Or on another
//! version of their flow, by hand.

use core::ffi::c_void;

use ivr_core::{MigrateError, SessionOf, SnapshotError};

use super::flow::{Loaded, tl_ivr_flow};
use super::session::{Running, tl_ivr_session};
use crate::guard::{Failure, guard};
use crate::object::{self, enter};
use crate::pointers::{input, store, store_if_wanted, writable_or_null, write_bytes};
use crate::tl_status;

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        Self::new(tl_status::TL_ERR_IVR_SNAPSHOT, error)
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Session(error) => error.into(),
            MigrateError::Outputs => Self::new(tl_status::TL_ERR_UNDRAINED, error),
            _ => Self::new(tl_status::TL_ERR_IVR_MIGRATE, error),
        }
    }
}

/// Writes a session into `bytes`, which has room for `room`, and stores its length in `len`; when the
/// room is too small, returns `TL_ERR_BUFFER`, and `len` says how much it takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_snapshot(
    session: *const tl_ivr_session,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_ivr_session_snapshot", session, |running| {
            write_bytes((bytes, room, len), |bytes| {
                let took = running.session.snapshot_len();
                if took <= bytes.len() {
                    running.session.save(bytes)?;
                }
                Ok(took)
            })
        })
    }
}

/// # Safety
/// The header's contract for objects and pointers with a count.
unsafe fn restored(
    flow: *const tl_ivr_flow,
    snapshot: *const u8,
    len: usize,
) -> Result<Running, Failure> {
    // SAFETY: as this function's own contract.
    unsafe {
        let snapshot = input(snapshot, len, "snapshot")?;
        let loaded = object::peek(flow, Loaded::clone)?;
        let session = SessionOf::restore(&loaded.flow, snapshot)?;
        Ok(Running { loaded, session })
    }
}

/// As `tl_ivr_session_init`, in the state of a snapshot of `len` bytes that was taken on the same
/// program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_restore_init(
    memory: *mut c_void,
    size: usize,
    flow: *const tl_ivr_flow,
    snapshot: *const u8,
    len: usize,
    session: *mut *mut tl_ivr_session,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and blocks of memory.
    guard("tl_ivr_session_restore_init", || unsafe {
        let running = restored(flow, snapshot, len)?;
        object::init((memory.cast(), size), session, |_| Ok(()), |()| Ok(running))
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_restore_new(
    flow: *const tl_ivr_flow,
    snapshot: *const u8,
    len: usize,
    session: *mut *mut tl_ivr_session,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    guard("tl_ivr_session_restore_new", || unsafe {
        let running = restored(flow, snapshot, len)?;
        object::create(session, |_| Ok(()), |()| Ok(running))
    })
}

/// Takes a session over to another version of its flow. Sessions stay on the version they began
/// with; this is for what must not wait until the last caller has left it. Nodes, flows, variables
/// and languages are found by their names; operations and timers go on. When the session stands
/// where `flow` has no such place, returns `TL_ERR_IVR_MIGRATE`, and it stays where it was. Outputs
/// must be polled first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_migrate(
    session: *mut tl_ivr_session,
    flow: *const tl_ivr_flow,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_ivr_session_migrate", session, |running| {
            let loaded = object::peek(flow, Loaded::clone)?;
            running.session = running.session.migrate(&running.loaded.flow, &loaded.flow)?;
            running.loaded = loaded;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores 1 in `over` when the dialogue is over, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_is_over(
    session: *const tl_ivr_session,
    over: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_session_is_over", session, |running| {
            store(over, "over", running.session.is_over().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores which node the dialogue is at: its place among the `TL_IVR_NODES` of
/// `tl_ivr_flow_list_names`, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_get_node(
    session: *const tl_ivr_session,
    node: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_session_get_node", session, |running| {
            store(node, "node", running.session.node() as u32)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what became of the digits so far: `used` went into a collection, ended one or were a key that
/// was waited for; `dropped` found no room, were flushed or came when nobody listened; `pending` are
/// typed ahead or belong to a collection that is not over. Each may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_session_get_digits(
    session: *const tl_ivr_session,
    used: *mut u32,
    dropped: *mut u32,
    pending: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_session_get_digits", session, |running| {
            let session = &running.session;
            writable_or_null(dropped, "dropped")?;
            writable_or_null(pending, "pending")?;
            store_if_wanted(used, "used", session.used_digits())?;
            store_if_wanted(dropped, "dropped", session.dropped_digits())?;
            store_if_wanted(pending, "pending", session.pending_digits() as u32)?;
            Ok(tl_status::TL_OK)
        })
    }
}
