//! # Recording: the recorder
//!
//! One thread that writes any number of calls, each into a `.tlr` file of its own: lossless, smaller
//! than half of G.711, whole up to the last second whatever stops the machine. A media thread hands
//! frames over and never waits for the disk. The format is open: docs/recording-format.md. The
//! recorder is the one object of this library with a thread.

use core::ffi::c_void;
use std::time::Duration;

use media_core::record::tlr::{Policy, Recorder};

use crate::aside::aside;
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind};
use crate::pointers::store;
use crate::tl_status;
use crate::values::{TL_NONE32, option32};

/// The thread that writes recordings.
#[derive(Debug)]
pub struct tl_recorder {
    _opaque: [u8; 0],
}

/// The recorder, and one count for it and each of its recordings that is still alive.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(super) recorder: Recorder,
    pub(super) alive: std::sync::Arc<()>,
}

impl Kind for tl_recorder {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRec");
    type Value = Desk;
}

/// How a recorder works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recorder_config {
    /// Set by `tl_recorder_defaults`.
    pub struct_size: u32,
    /// Frames and marks that may wait for the thread, some 400 bytes each, taken at once. Default:
    /// 65,536, a second of 650 calls.
    pub queue: u32,
    /// How often what was written is forced to the disk; `TL_NONE32` leaves that to the system.
    /// Default: 5,000.
    pub sync_every_ms: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_recorder_config {
    const FIRST_SIZE: usize = 16;

    fn defaults() -> Self {
        let policy = Policy::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            queue: policy.queue as u32,
            sync_every_ms: policy.sync_every.map_or(TL_NONE32, |every| every.as_millis() as u32),
            reserved: 0,
        }
    }
}

impl tl_recorder_config {
    fn policy(&self) -> Policy {
        let sync_every = option32(self.sync_every_ms).map(|ms| Duration::from_millis(ms.into()));
        Policy { queue: self.queue as usize, sync_every }
    }
}

impl Desk {
    fn new(policy: Policy) -> Result<Self, Failure> {
        let recorder = aside(|| Recorder::start(policy))??;
        Ok(Self { recorder, alive: std::sync::Arc::default() })
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_defaults(
    config: *mut tl_recorder_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_recorder_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Starts a recorder. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_new(
    config: *const tl_recorder_config,
    recorder: *mut *mut tl_recorder,
) -> tl_status {
    guard("tl_recorder_new", || {
        // SAFETY: the header's contract for pointers.
        let policy = unsafe { optional(config) }?.policy();
        // SAFETY: as above.
        unsafe { object::create(recorder, |_| Ok(()), |()| Desk::new(policy)) }
    })
}

/// How many bytes a recorder takes. Its queue is memory from the allocator, the stack of its thread the
/// system's.
#[unsafe(no_mangle)]
pub extern "C" fn tl_recorder_size() -> usize {
    object::fixed_size::<tl_recorder>()
}

/// As `tl_recorder_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_recorder_config,
    recorder: *mut *mut tl_recorder,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_recorder_init", || unsafe {
        let policy = optional(config)?.policy();
        object::init((memory.cast(), size), recorder, |_| Ok(()), |()| Desk::new(policy))
    })
}

/// Waits until all is written, and ends the thread. Refused with `TL_ERR_IN_USE` while one of its
/// recordings is not freed. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_free(recorder: *mut tl_recorder) -> tl_status {
    let busy = |desk: &Desk| match std::sync::Arc::strong_count(&desk.alive) - 1 {
        0 => Ok(()),
        n => Err(Failure::new(
            tl_status::TL_ERR_IN_USE,
            format_args!("{n} of its recordings are not freed"),
        )),
    };
    // SAFETY: the header's contract for objects.
    unsafe { object::free_unless("tl_recorder_free", recorder, busy) }
}

/// Stores how many samples were left out because the thread could not keep up, over all calls. A
/// recording marks each such stretch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_dropped(
    recorder: *const tl_recorder,
    samples: *mut u64,
) -> tl_status {
    guard("tl_recorder_dropped", || {
        // SAFETY: the header's contract for objects and pointers.
        unsafe {
            let dropped = object::peek(recorder, |desk| desk.recorder.dropped())?;
            store(samples, "samples", dropped)?;
        }
        Ok(tl_status::TL_OK)
    })
}
