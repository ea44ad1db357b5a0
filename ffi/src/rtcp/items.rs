//! # RTCP: all that a compound packet says
//!
//! Beside what `tl_rtcp_write` writes and `tl_rtcp_parse` sums up: every report of it, what sources say
//! of themselves beyond their canonical name, who leaves and why, and packets of an application's own.
//! And sequence numbers and timestamps that do not wrap.

use core::ops::Range;

use media_core::rtp::rtcp::{self, Message, Writer};
use media_core::rtp::{SequenceUnwrapper, TimestampUnwrapper};

use super::tl_rtcp_report;
use crate::guard::{Failure, Outcome, guard};
use crate::pointers::{given, input, list, output, store, writable};
use crate::tl_status;
use crate::values::{option64, set64};

/// What an item says. The numbers up to 255 are those of RFC 3550 section 6.5.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_rtcp_item_kind {
    /// The canonical name.
    TL_RTCP_CNAME = 1,
    /// The user's name.
    TL_RTCP_NAME = 2,
    /// An address for mail.
    TL_RTCP_EMAIL = 3,
    /// A telephone number.
    TL_RTCP_PHONE = 4,
    /// Where the user is.
    TL_RTCP_LOC = 5,
    /// The application that sends.
    TL_RTCP_TOOL = 6,
    /// What there is to be noted now.
    TL_RTCP_NOTE = 7,
    /// An extension of one's own.
    TL_RTCP_PRIV = 8,
    /// The source leaves; the text is why, if it says so.
    TL_RTCP_GOODBYE = 256,
    /// A packet of an application's own (APP): the text is its content, `detail` its name.
    TL_RTCP_APPLICATION = 257,
}

/// Something that a compound packet says of a source.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtcp_item {
    /// The source.
    pub ssrc: u32,
    /// A `tl_rtcp_item_kind`.
    pub kind: u32,
    /// What is said, UTF-8 if the sender keeps to the RFC: without a NUL, and in the datagram.
    pub text: *const u8,
    /// Bytes of it.
    pub len: usize,
    /// The four characters that name an application's packet, the first one uppermost; else 0.
    pub detail: u32,
    /// The five bits of its subtype.
    pub subtype: u32,
}

impl tl_rtcp_item {
    fn new(ssrc: u32, kind: u32, text: &[u8]) -> Self {
        Self { ssrc, kind, text: text.as_ptr(), len: text.len(), detail: 0, subtype: 0 }
    }
}

/// Stores as many items of a compound packet as there is `room` for, in their order, and in `count` how
/// many there are. What is not RTCP is `TL_ERR_RTP_MALFORMED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_list_items(
    datagram: *const u8,
    len: usize,
    items: *mut tl_rtcp_item,
    room: usize,
    count: *mut usize,
) -> tl_status {
    use tl_rtcp_item_kind as K;
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_rtcp_list_items", || unsafe {
        let datagram = whole(datagram, len)?;
        let said = rtcp::parse(datagram).flatten();
        let all = said.flat_map(|message| {
            let (chunks, sources, application) = match message {
                Message::Description(chunks) => (Some(chunks), None, None),
                Message::Goodbye { sources, reason } => (None, Some((sources, reason)), None),
                Message::Application { ssrc, subtype, name, data } => {
                    let item = tl_rtcp_item::new(ssrc, K::TL_RTCP_APPLICATION as u32, data);
                    let (detail, subtype) = (u32::from_be_bytes(name), subtype.into());
                    (None, None, Some(tl_rtcp_item { detail, subtype, ..item }))
                }
                _ => (None, None, None),
            };
            let described = chunks.into_iter().flat_map(|chunks| chunks.iter()).flat_map(|chunk| {
                let item = move |of: rtcp::Item<'_>| {
                    tl_rtcp_item::new(chunk.ssrc, of.kind.into(), of.text)
                };
                chunk.items().map(item)
            });
            let left = sources.into_iter().flat_map(|(sources, reason)| {
                let reason = reason.unwrap_or_default();
                let gone = K::TL_RTCP_GOODBYE as u32;
                sources.iter().map(move |ssrc| tl_rtcp_item::new(ssrc, gone, reason))
            });
            described.chain(left).chain(application)
        });
        list((items, room, count), "items", all)
    })
}

/// A report of a compound packet, and whose.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtcp_block {
    /// Who reports.
    pub from: u32,
    /// 0.
    pub reserved: u32,
    /// What it heard of one stream.
    pub report: tl_rtcp_report,
}

/// As `tl_rtcp_list_items`, the reports, on whatever stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_list_reports(
    datagram: *const u8,
    len: usize,
    reports: *mut tl_rtcp_block,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_rtcp_list_reports", || unsafe {
        let datagram = whole(datagram, len)?;
        let said = rtcp::parse(datagram).flatten().filter_map(|message| match message {
            Message::SenderReport { ssrc, reports, .. }
            | Message::ReceiverReport { ssrc, reports } => Some((ssrc, reports)),
            _ => None,
        });
        let all = said.flat_map(|(from, reports)| {
            let block = move |of| {
                let report = tl_rtcp_report::new(&of);
                tl_rtcp_block { from, reserved: 0, report }
            };
            reports.iter().map(block)
        });
        list((reports, room, count), "reports", all)
    })
}

/// A datagram that is RTCP from its beginning to its end.
///
/// # Safety
/// The pointer is NULL, or readable for `len` bytes while the slice lives.
unsafe fn whole<'a>(datagram: *const u8, len: usize) -> Result<&'a [u8], Failure> {
    // SAFETY: as this function's own contract.
    let datagram = unsafe { input(datagram, len, "datagram") }?;
    if datagram.is_empty() {
        return Err(Failure::new(tl_status::TL_ERR_RTP_MALFORMED, "the datagram is empty"));
    }
    for message in rtcp::parse(datagram) {
        message?;
    }
    Ok(datagram)
}

/// Has `write` put a packet behind what is in the caller's buffer already.
///
/// # Safety
/// `datagram` is NULL or writable for `room` bytes, `len` is NULL or readable and writable.
unsafe fn behind(
    (datagram, room, len): (*mut u8, usize, *mut usize),
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), Failure>,
) -> Outcome {
    writable(len, "len")?;
    // SAFETY: as this function's own contract.
    let (before, bytes) = unsafe { (*given(len, "len")?, output(datagram, room, "datagram")?) };
    let rest: Range<usize> = before..room;
    let short = || Failure::argument(format_args!("len is {before}, and room {room}"));
    let mut compound = Writer::new(bytes.get_mut(rest).ok_or_else(short)?);
    write(&mut compound)?;
    // SAFETY: as this function's own contract.
    unsafe { store(len, "len", before + compound.finish()) }?;
    Ok(tl_status::TL_OK)
}

/// Adds a description of `ssrc` behind the `*len` bytes of a compound packet in `datagram`, which has
/// room for `room` bytes, and stores in `len` how long it is then: one item, of at most 255 bytes.
/// `kind` is a `tl_rtcp_item_kind`, or a number of one's own up to 255.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_add_item(
    datagram: *mut u8,
    room: usize,
    len: *mut usize,
    ssrc: u32,
    kind: u32,
    text: *const u8,
    text_len: usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_rtcp_add_item", || unsafe {
        let text = input(text, text_len, "text")?;
        // 0 would end the items.
        let kind = u8::try_from(kind).ok().filter(|kind| *kind > 0);
        let kind = kind.ok_or_else(|| Failure::argument("kind is none of an item"))?;
        behind((datagram, room, len), |compound| Ok(compound.description(ssrc, kind, text)?))
    })
}

/// As `tl_rtcp_add_item`, a goodbye of `count` sources, 31 at most, with a reason of at most 255 bytes,
/// which may be of length 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_add_goodbye(
    datagram: *mut u8,
    room: usize,
    len: *mut usize,
    sources: *const u32,
    count: usize,
    reason: *const u8,
    reason_len: usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_rtcp_add_goodbye", || unsafe {
        let sources = input(sources, count, "sources")?;
        let reason = input(reason, reason_len, "reason")?;
        behind((datagram, room, len), |compound| Ok(compound.goodbye(sources, reason)?))
    })
}

/// Turns a 16-bit sequence number into one that does not wrap: the nearest to `highest`, the highest so
/// far, which is `TL_NONE` at first and becomes this one if it is. The first number counts from 65,536
/// on, so that what comes late before it has one too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_unwrap_sequence(
    highest: *mut u64,
    sequence: u16,
    unwrapped: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_rtp_unwrap_sequence", || unsafe {
        writable(unwrapped, "unwrapped")?;
        let before = *given(highest.cast_const(), "highest")?;
        let mut unwrapper = SequenceUnwrapper::from_highest(option64(before));
        store(unwrapped, "unwrapped", unwrapper.unwrap(sequence))?;
        store(highest, "highest", set64(unwrapper.highest()))?;
        Ok(tl_status::TL_OK)
    })
}

/// As `tl_rtp_unwrap_sequence`, a 32-bit timestamp; the first counts from 2 to the 32nd on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_unwrap_timestamp(
    highest: *mut u64,
    timestamp: u32,
    unwrapped: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_rtp_unwrap_timestamp", || unsafe {
        writable(unwrapped, "unwrapped")?;
        let before = *given(highest.cast_const(), "highest")?;
        let mut unwrapper = TimestampUnwrapper::from_highest(option64(before));
        store(unwrapped, "unwrapped", unwrapper.unwrap(timestamp))?;
        store(highest, "highest", set64(unwrapper.highest()))?;
        Ok(tl_status::TL_OK)
    })
}
