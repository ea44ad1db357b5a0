//! RTP and RTCP (RFC 3550), telephone events (RFC 4733), and what they say of a call.
//!
//! - [`Packet`] is one packet, parsed without a copy or written into a caller's slice.
//! - [`Sender`] numbers what one source sends; [`Receiver`] decides what to believe of what
//!   arrives, unwraps its numbers and keeps the statistics of the reports.
//! - [`rtcp`] parses and writes compound control packets.
//! - [`event`] sends and receives keys and other telephone events.
//! - [`quality`] says how good a call sounds (ITU-T G.107).

pub mod event;
mod packet;
pub mod quality;
mod receiver;
pub mod rtcp;
mod sender;
mod unwrap;

pub use packet::{Csrcs, Extension, Packet, ParseError, Part, WriteError};
pub use receiver::{Arrival, Discard, Receiver, ReceiverConfig, Statistics};
pub use sender::Sender;
pub use unwrap::{SequenceUnwrapper, TimestampUnwrapper};

/// Whether a datagram on a port shared by RTP and RTCP is RTCP, by its second byte (RFC 5761 §4).
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [_, 192..=223, ..])
}
