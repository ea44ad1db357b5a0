//! libtrunkline: one C library over the three cores.
//!
//! The contract a C programmer reads is `docs/c-api.md` and `include/trunkline.h`, which is
//! generated from these sources. Inside, every exported function has the same shape: check the
//! pointers, enter the object (`object`), call the core, turn its error into a code
//! (`status`). Everything unsafe is a pointer that came from C.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(non_camel_case_types, reason = "types carry the name they have in the header")]
#![allow(
    clippy::missing_safety_doc,
    reason = "one contract holds for every pointer of every function; it opens the header"
)]

mod acd;
mod arena;
#[cfg(feature = "std")]
mod aside;
#[cfg(not(feature = "std"))]
mod bare;
#[cfg(feature = "std")]
mod codec;
mod config;
mod dtmf;
mod events;
mod g711;
mod guard;
mod ivr;
mod jitter;
mod last_error;
#[cfg(feature = "std")]
mod memory;
mod mix;
mod object;
mod pointers;
mod record;
mod rtcp;
mod rtp;
mod status;
mod tones;
mod values;
mod version;
mod voice;
mod wav;

pub use acd::*;
#[cfg(feature = "std")]
pub use codec::*;
pub use dtmf::*;
pub use events::*;
pub use g711::*;
pub use ivr::*;
pub use jitter::*;
pub use last_error::tl_last_error;
#[cfg(feature = "std")]
pub use memory::*;
pub use mix::*;
pub use record::*;
pub use rtcp::*;
pub use rtp::*;
pub use status::{tl_status, tl_status_text};
pub use tones::*;
pub use values::{TL_NONE, TL_NONE32, tl_time};
pub use version::{TL_ALIGN, tl_version};
pub use voice::*;
pub use wav::*;
