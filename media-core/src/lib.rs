//! Telephone media for Trunkline: everything a call centre does to sound.
//!
//! Each part is a passive value or a plain function over slices: it owns no socket, thread, clock
//! or file. Samples are `i16` at 8,000 a second unless a module says otherwise; time is handed in,
//! as samples, RTP timestamp units or microseconds of arrival. Memory is taken at construction,
//! nothing allocates afterwards, and no input makes it panic.
//!
//! - [`g711`]: A-law and µ-law, exact to ITU-T G.711
//! - [`rtp`]: RTP, RTCP, telephone events, call quality
//! - [`dtmf`]: keys in the speech band, found and made
//! - [`jitter`], [`plc`]: the adaptive jitter buffer, and concealment of what is lost
//! - [`mix`], [`agc`], [`vad`], [`cng`]: gains, fades, conferences, supervision; who speaks; pauses
//! - [`wav`]: sound files; features `resample` and `opus` add conversion of rates and Opus
//! - [`record`]: the recording codec and its container
//! - [`tone`]: call-progress tones, found and made
//!
//! # Features
//! `std` (the default) ⊃ `alloc` ⊃ none. Without `std` the fastest code the compilation target
//! promises is used; with it, the fastest the processor at hand has.
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
#[allow(unused_extern_crates, reason = "for modules that own their storage")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod agc;
pub mod cng;
pub mod dtmf;
pub mod g711;
pub mod jitter;
mod lpc;
pub mod mix;
#[cfg(feature = "opus")]
pub mod opus;
pub mod plc;
pub mod record;
#[cfg(feature = "resample")]
pub mod resample;
pub mod rtp;
pub mod tone;
pub mod vad;
pub mod wav;
