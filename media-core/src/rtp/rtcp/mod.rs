//! RTCP (RFC 3550 §6): compound control packets, parsed and written.
//!
//! ```
//! use media_core::rtp::rtcp::{self, Message, SenderInfo};
//!
//! let mut datagram = [0; 200];
//! let mut writer = rtcp::Writer::new(&mut datagram);
//! writer.sender_report(7, &SenderInfo::default(), &[])?;
//! writer.description(7, rtcp::CNAME, b"phone@example.com")?;
//! let length = writer.finish();
//!
//! let mut messages = rtcp::parse(&datagram[..length]);
//! assert!(matches!(messages.next(), Some(Ok(Message::SenderReport { ssrc: 7, .. }))));
//! let Some(Ok(Message::Description(chunks))) = messages.next() else { panic!() };
//! assert_eq!(chunks.cname(7), Some(&b"phone@example.com"[..]));
//! assert!(messages.next().is_none());
//! # Ok::<(), media_core::rtp::WriteError>(())
//! ```

mod parse;
mod write;

pub use parse::{Chunk, Chunks, Item, Message, Messages, Reports, Sources, parse};
pub use write::Writer;

/// The item of a source description that names its endpoint for the whole session.
pub const CNAME: u8 = 1;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const APPLICATION: u8 = 204;

/// What a sender says about its stream (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// NTP time of the report, in units of 2⁻³² s since 1900.
    pub ntp: u64,
    /// The same instant as an RTP timestamp.
    pub rtp: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload octets sent so far.
    pub octets: u32,
}

/// What a receiver says about one stream it hears (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The source reported on.
    pub ssrc: u32,
    /// Share of packets lost since the last report, in units of 1/256.
    pub fraction_lost: u8,
    /// Packets lost in all: 24 bits, negative when duplicates outweigh losses.
    pub lost: i32,
    /// The highest sequence number received, the count of its wraps above it.
    pub highest_sequence: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// The middle 32 bits of the NTP time of the source's last sender report, or 0.
    pub last_sender_report: u32,
    /// Time since that report arrived, in units of 1/65,536 s, or 0.
    pub delay: u32,
}

impl Report {
    /// The round trip in units of 1/65,536 s, when this report about a stream of ours arrives at
    /// `ntp` (units of 2⁻³² s); none when the receiver has not had a sender report yet, or when
    /// clocks have jumped and the answer would be negative.
    ///
    /// ```
    /// # use media_core::rtp::rtcp::Report;
    /// // The example of RFC 3550 §6.4.1: 6.125 s.
    /// let report = Report {
    ///     last_sender_report: 0xb705_2000,
    ///     delay: 0x0005_4000,
    ///     ..Report::default()
    /// };
    /// assert_eq!(report.round_trip(0x0000_b710_8000_0000), Some(0x0006_2000));
    /// ```
    #[must_use]
    pub const fn round_trip(&self, ntp: u64) -> Option<u32> {
        if self.last_sender_report == 0 {
            return None;
        }
        let now = (ntp >> 16) as u32;
        let trip = now.wrapping_sub(self.last_sender_report).wrapping_sub(self.delay);
        if trip < 1 << 31 { Some(trip) } else { None }
    }
}
