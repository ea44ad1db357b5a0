//! # Dialogue: a program ready to run

use core::ffi::c_void;

use ivr_core::{Flow, LoadError};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind};
use crate::pointers::input;
use crate::tl_status;

/// A validated program. Any number of sessions may run on it, in any threads.
#[derive(Debug)]
pub struct tl_ivr_flow {
    _opaque: [u8; 0],
}

/// A program and what keeps its bytes alive.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) flow: Flow<'static>,
    /// The bytes themselves, when they are ours: shared with every session that runs on them.
    #[cfg(feature = "std")]
    _bytes: Option<std::sync::Arc<[u8]>>,
}

impl Kind for tl_ivr_flow {
    const MAGIC: u32 = u32::from_le_bytes(*b"tFlo");
    type Value = Loaded;
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::new(tl_status::TL_ERR_IVR_PROGRAM, error)
    }
}

/// How many bytes a flow takes, its program not counted.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_flow_size() -> usize {
    object::fixed_size::<tl_ivr_flow>()
}

/// Validates a program of `len` bytes in place, and makes a flow of it in the caller's block. The
/// program must stay as it is until the flow and every session on it have ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_init(
    memory: *mut c_void,
    size: usize,
    program: *const u8,
    len: usize,
    flow: *mut *mut tl_ivr_flow,
) -> tl_status {
    guard("tl_ivr_flow_init", || {
        // SAFETY: the header's contract for pointers; the caller keeps the program alive.
        unsafe {
            let program: &'static [u8] = input(program, len, "program")?;
            object::init(
                (memory.cast(), size),
                flow,
                |_| Ok(()),
                |()| {
                    Ok(Loaded {
                        flow: Flow::load(program)?,
                        #[cfg(feature = "std")]
                        _bytes: None,
                    })
                },
            )
        }
    })
}

/// Copies and validates a program of `len` bytes. The flow may be freed while sessions still run on
/// it: they keep the program alive.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_new(
    program: *const u8,
    len: usize,
    flow: *mut *mut tl_ivr_flow,
) -> tl_status {
    guard("tl_ivr_flow_new", || {
        // SAFETY: the header's contract for pointers with a count.
        let bytes: std::sync::Arc<[u8]> = unsafe { input(program, len, "program") }?.into();
        // SAFETY: the bytes do not move and are never written to; `Loaded` keeps them alive, and
        // hands the flow out only together with itself.
        let forever: &'static [u8] = unsafe { core::slice::from_raw_parts(bytes.as_ptr(), len) };
        let loaded = Loaded { flow: Flow::load(forever)?, _bytes: Some(bytes) };
        // SAFETY: the header's contract for pointers.
        unsafe { object::create(flow, |_| Ok(()), |()| Ok(loaded)) }
    })
}

/// Ends a flow. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_free(flow: *mut tl_ivr_flow) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_flow_free", flow) }
}
