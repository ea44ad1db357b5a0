//! # What one source sends
//!
//! Packets numbered and stamped, and counted for the sender's own reports (RFC 3550 section 6.4.1):
//!
//! ```c
//! tl_rtp_sender_packet(sender, 8, first, clock, codes, 160, &packet);
//! tl_rtp_write(&packet, datagram, sizeof datagram, &len);
//! if (send(socket, datagram, len, 0) >= 0) tl_rtp_sender_sent(sender, &packet);
//! ```

use core::ffi::c_void;

use media_core::rtp::Sender;

use super::tl_rtp_packet;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, input, store, writable};
use crate::rtcp::tl_rtcp_sender;
use crate::tl_status;

/// A source of packets: the voice of one call in one direction, with its events.
#[derive(Debug)]
pub struct tl_rtp_sender {
    _opaque: [u8; 0],
}

impl Kind for tl_rtp_sender {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRtS");
    type Value = Sender;
}

/// How many bytes a sender takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_rtp_sender_size() -> usize {
    object::fixed_size::<tl_rtp_sender>()
}

/// Makes a sender in the caller's block of `size` bytes, aligned to `TL_ALIGN`: the synchronisation
/// source, the number of the first packet, and the timestamp of the instant 0. RFC 3550 wants all three
/// at random.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_init(
    memory: *mut c_void,
    size: usize,
    ssrc: u32,
    first_sequence: u16,
    timestamp_offset: u32,
    rtp_sender: *mut *mut tl_rtp_sender,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_rtp_sender_init", || unsafe {
        let make = |()| Ok(Sender::new(ssrc, first_sequence, timestamp_offset));
        object::init((memory.cast(), size), rtp_sender, |_| Ok(()), make)
    })
}

/// As `tl_rtp_sender_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_new(
    ssrc: u32,
    first_sequence: u16,
    timestamp_offset: u32,
    rtp_sender: *mut *mut tl_rtp_sender,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_rtp_sender_new", || unsafe {
        let make = |()| Ok(Sender::new(ssrc, first_sequence, timestamp_offset));
        object::create(rtp_sender, |_| Ok(()), make)
    })
}

/// Ends a sender. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_free(rtp_sender: *mut tl_rtp_sender) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_rtp_sender_free", rtp_sender) }
}

/// Fills in the next packet, for `tl_rtp_write`; `packet` points to the payload, so that must outlive
/// it. `payload_type` is 0 to 127, `marker` 1 for the first packet after silence or of an event, `clock`
/// the instant of the payload's first sample, counted in its units from the call's start; that of a
/// `tl_event_packet` is meant here. The packet counts only once `tl_rtp_sender_sent` has it; extension,
/// contributing sources and padding may be added before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_packet(
    rtp_sender: *const tl_rtp_sender,
    payload_type: u8,
    marker: u32,
    clock: u64,
    payload: *const u8,
    payload_len: usize,
    packet: *mut tl_rtp_packet,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers, with and without a count.
    unsafe {
        enter("tl_rtp_sender_packet", rtp_sender, |this| {
            writable(packet, "packet")?;
            let payload = input(payload, payload_len, "payload")?;
            if payload_type > 127 {
                return Err(Failure::argument(format_args!("payload_type is {payload_type}")));
            }
            let next = this.packet(payload_type, marker != 0, clock, payload);
            store(packet, "packet", tl_rtp_packet::new(&next, &[]))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Counts a packet of `tl_rtp_sender_packet` as sent: the next one has the next number. One that is not
/// the next of this source, because it was counted before, is `TL_ERR_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_sent(
    rtp_sender: *mut tl_rtp_sender,
    packet: *const tl_rtp_packet,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_sender_sent", rtp_sender, |this| {
            let packet = given(packet, "packet")?.packet()?;
            let next = this.packet(0, false, 0, &[]);
            if (packet.ssrc, packet.sequence) != (next.ssrc, next.sequence) {
                let text = format_args!("packet {} is not {}", packet.sequence, next.sequence);
                return Err(Failure::argument(text));
            }
            this.sent(&packet);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what a sender report (`tl_rtcp_write`) says of the stream now: `ntp` as NTP counts, seconds
/// since 1900 in the upper 32 bits, and `clock` the same instant as in `tl_rtp_sender_packet`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_sender_info(
    rtp_sender: *const tl_rtp_sender,
    ntp: u64,
    clock: u64,
    info: *mut tl_rtcp_sender,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_sender_info", rtp_sender, |this| {
            store(info, "info", tl_rtcp_sender::new(&this.info(ntp, clock)))?;
            Ok(tl_status::TL_OK)
        })
    }
}
