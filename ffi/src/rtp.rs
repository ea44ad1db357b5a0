//! # RTP
//!
//! Packets of RFC 3550, parsed without a copy and written into the caller's buffer.

use media_core::rtp::{Csrcs, Extension, Packet, ParseError, WriteError, is_rtcp};

use crate::guard::{Failure, guard};
use crate::pointers::{given, input, output, store, writable};
use crate::tl_status;

mod sender;
pub use sender::*;

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        Self::new(tl_status::TL_ERR_RTP_MALFORMED, error)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let status = match error {
            WriteError::Space { .. } => tl_status::TL_ERR_BUFFER,
            _ => tl_status::TL_ERR_ARGUMENT,
        };
        Self::new(status, error)
    }
}

/// One RTP packet. After `tl_rtp_parse` the pointers lead into the datagram.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtp_packet {
    /// 1 for the first packet after silence or of an event, else 0.
    pub marker: u8,
    /// The payload type, 0 to 127: 0 is µ-law, 8 A-law.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The instant of the payload's first sample, in units of its clock.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
    /// Bytes of padding after the payload; 0 is none.
    pub padding: u32,
    /// The payload, without padding.
    pub payload: *const u8,
    /// Bytes of the payload.
    pub payload_len: usize,
    /// Contributing sources, four bytes each in network order; NULL when there are none.
    pub csrcs: *const u8,
    /// How many contributing sources, at most 15.
    pub csrc_count: usize,
    /// The header extension's content; NULL when there is no extension.
    pub extension: *const u8,
    /// Bytes of the extension, a multiple of four.
    pub extension_len: usize,
    /// What the extension's profile defines.
    pub extension_profile: u32,
    /// 1 when there is a header extension, which may be empty.
    pub has_extension: u32,
}

impl tl_rtp_packet {
    fn new(packet: &Packet<'_>, csrcs: &[u8]) -> Self {
        let extension = packet.extension.map_or(&[][..], |e| e.data);
        Self {
            marker: packet.marker.into(),
            payload_type: packet.payload_type,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            padding: packet.padding.into(),
            payload: packet.payload.as_ptr(),
            payload_len: packet.payload.len(),
            csrcs: if csrcs.is_empty() { core::ptr::null() } else { csrcs.as_ptr() },
            csrc_count: csrcs.len() / 4,
            extension: if extension.is_empty() { core::ptr::null() } else { extension.as_ptr() },
            extension_len: extension.len(),
            extension_profile: packet.extension.map_or(0, |e| e.profile.into()),
            has_extension: packet.extension.is_some().into(),
        }
    }

    /// # Safety
    /// The pointers are NULL or readable for their counts while the packet lives.
    pub(crate) unsafe fn packet<'a>(&self) -> Result<Packet<'a>, Failure> {
        // SAFETY: as this function's own contract.
        let (payload, csrcs, extension) = unsafe {
            (
                input(self.payload, self.payload_len, "payload")?,
                input(self.csrcs, self.csrc_count.saturating_mul(4), "csrcs")?,
                input(self.extension, self.extension_len, "extension")?,
            )
        };
        let extension = if self.has_extension == 0 {
            None
        } else {
            Some(Extension {
                profile: u16::try_from(self.extension_profile)
                    .map_err(|_| Failure::argument("extension_profile is above 65,535"))?,
                data: extension,
            })
        };
        Ok(Packet {
            marker: self.marker != 0,
            payload_type: self.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            csrcs: Csrcs::new(csrcs)?,
            extension,
            payload,
            padding: u8::try_from(self.padding)
                .map_err(|_| Failure::argument("padding is above 255"))?,
        })
    }
}

/// Whether a datagram on a port shared by RTP and RTCP is RTCP (RFC 5761 §4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_is_rtcp(datagram: *const u8, len: usize) -> bool {
    // SAFETY: the header's contract for pointers with a count.
    unsafe { input(datagram, len, "datagram") }.is_ok_and(is_rtcp)
}

/// Takes a datagram apart; `packet` points into it, so it must outlive `packet`. Any bytes may come
/// in: what is not RTP is `TL_ERR_RTP_MALFORMED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_parse(
    datagram: *const u8,
    len: usize,
    packet: *mut tl_rtp_packet,
) -> tl_status {
    guard("tl_rtp_parse", || {
        writable(packet, "packet")?;
        // SAFETY: the header's contract for pointers with a count.
        let datagram = unsafe { input(datagram, len, "datagram") }?;
        let parsed = Packet::parse(datagram)?;
        let csrcs = &datagram[12..][..parsed.csrcs.len() * 4];
        // SAFETY: the header's contract for pointers.
        unsafe { store(packet, "packet", tl_rtp_packet::new(&parsed, csrcs)) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Writes a packet into `datagram`, which has room for `room` bytes, and stores its length in
/// `len`. When the room is too small, returns `TL_ERR_BUFFER` and `len` says how much it takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_write(
    packet: *const tl_rtp_packet,
    datagram: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    guard("tl_rtp_write", || {
        writable(len, "len")?;
        // SAFETY: the header's contract for pointers, with and without a count.
        unsafe {
            let packet = given(packet, "packet")?.packet()?;
            let written = packet.write(output(datagram, room, "datagram")?);
            if let Err(WriteError::Space { needed, .. }) = written {
                store(len, "len", needed)?;
            }
            store(len, "len", written?)?;
        }
        Ok(tl_status::TL_OK)
    })
}
