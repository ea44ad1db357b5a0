//! Telephone media for Trunkline: G.711, RTP, DTMF, jitter buffer, concealment, recording.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod record;
