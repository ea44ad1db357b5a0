//! # RTCP and call quality
//!
//! Statistics of a received stream as RFC 3550 counts them, reports in both directions, and what the
//! E-model says of it all.

use core::ffi::{c_char, c_void};

use media_core::rtp::quality::{self, Path};
use media_core::rtp::rtcp::{self, CNAME, Message, Report, SenderInfo, Writer};
use media_core::rtp::{Arrival, Discard, Receiver, ReceiverConfig};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{
    c_text_or, given, input, output, store, store_if_wanted, writable, writable_or_null,
};
use crate::rtp::tl_rtp_packet;
use crate::tl_status;

mod items;
pub use items::*;

fn receiver(clock_rate: u32) -> Result<Receiver, Failure> {
    if clock_rate == 0 {
        return Err(Failure::argument("clock_rate is 0"));
    }
    Ok(Receiver::new(ReceiverConfig { clock_rate, ..ReceiverConfig::default() }))
}

/// What a packet is to its stream.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_rtp_arrival {
    /// It belongs to the stream.
    TL_RTP_ACCEPTED = 1,
    /// It begins the stream: the first of all, of another source, or after a jump.
    TL_RTP_RESTARTED = 2,
    /// Not yet: its source has not shown enough packets in sequence.
    TL_RTP_PROBATION = 3,
    /// It has been here before.
    TL_RTP_DUPLICATE = 4,
    /// Its number is far from the stream's; the next one may confirm a jump.
    TL_RTP_JUMP = 5,
    /// Of another source while one is established.
    TL_RTP_OTHER_SOURCE = 6,
}

/// What is known of a received stream.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtp_statistics {
    /// Packets accepted.
    pub received: u64,
    /// Packets expected less those received; duplicates can make it negative.
    pub lost: i64,
    /// Packets that had come before.
    pub duplicates: u64,
    /// Packets that came after a later one.
    pub reordered: u64,
    /// Packets discarded for other reasons.
    pub discarded: u64,
    /// Times the stream began afresh.
    pub restarts: u32,
    /// Interarrival jitter in timestamp units (RFC 3550 section 6.4.1).
    pub jitter: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// One reception report.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtcp_report {
    /// The stream it is about.
    pub ssrc: u32,
    /// Packets lost since the last report, in 256ths.
    pub fraction_lost: u32,
    /// Packets lost in all, 24 bits signed.
    pub lost: i32,
    /// The highest sequence number, its wraps in the upper 16 bits.
    pub highest_sequence: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's NTP time; 0 for none.
    pub last_sender_report: u32,
    /// How long ago that was, in 65,536ths of a second.
    pub delay: u32,
    /// 0.
    pub reserved: u32,
}

impl tl_rtcp_report {
    fn new(of: &Report) -> Self {
        Self {
            ssrc: of.ssrc,
            fraction_lost: of.fraction_lost.into(),
            lost: of.lost,
            highest_sequence: of.highest_sequence,
            jitter: of.jitter,
            last_sender_report: of.last_sender_report,
            delay: of.delay,
            reserved: 0,
        }
    }

    fn report(&self) -> Result<Report, Failure> {
        Ok(Report {
            ssrc: self.ssrc,
            fraction_lost: u8::try_from(self.fraction_lost)
                .map_err(|_| Failure::argument("fraction_lost is above 255"))?,
            lost: self.lost,
            highest_sequence: self.highest_sequence,
            jitter: self.jitter,
            last_sender_report: self.last_sender_report,
            delay: self.delay,
        })
    }
}

/// Stores how long it was from our report to the sender of this one and back, in 65,536ths of a second;
/// `ntp` is when this report arrived, as NTP counts. `TL_DONE`: it does not say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_round_trip(
    report: *const tl_rtcp_report,
    ntp: u64,
    trip: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_rtcp_round_trip", || unsafe {
        writable(trip, "trip")?;
        let Some(took) = given(report, "report")?.report()?.round_trip(ntp) else {
            return Ok(tl_status::TL_DONE);
        };
        store(trip, "trip", took)?;
        Ok(tl_status::TL_OK)
    })
}

/// What a sender says of its own stream.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtcp_sender {
    /// Now, as NTP counts: seconds since 1900 in the upper 32 bits.
    pub ntp: u64,
    /// The same instant as an RTP timestamp.
    pub rtp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub octets: u32,
    /// 0.
    pub reserved: u32,
}

impl tl_rtcp_sender {
    pub(crate) fn new(info: &SenderInfo) -> Self {
        let SenderInfo { ntp, rtp, packets, octets } = *info;
        Self { ntp, rtp, packets, octets, reserved: 0 }
    }

    fn info(&self) -> SenderInfo {
        SenderInfo { ntp: self.ntp, rtp: self.rtp, packets: self.packets, octets: self.octets }
    }
}

/// What is counted of one received stream.
#[derive(Debug)]
pub struct tl_rtp_receiver {
    _opaque: [u8; 0],
}

impl Kind for tl_rtp_receiver {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRtR");
    type Value = Receiver;
}

/// How many bytes a receiver takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_rtp_receiver_size() -> usize {
    object::fixed_size::<tl_rtp_receiver>()
}

/// Makes a receiver in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
/// `clock_rate` is timestamp units a second, 8,000 for telephone sound.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_init(
    memory: *mut c_void,
    size: usize,
    clock_rate: u32,
    rtp_receiver: *mut *mut tl_rtp_receiver,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_rtp_receiver_init", || unsafe {
        object::init((memory.cast(), size), rtp_receiver, |_| Ok(()), |()| receiver(clock_rate))
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_new(
    clock_rate: u32,
    rtp_receiver: *mut *mut tl_rtp_receiver,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_rtp_receiver_new", || unsafe {
        object::create(rtp_receiver, |_| Ok(()), |()| receiver(clock_rate))
    })
}

/// Ends a receiver. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_free(rtp_receiver: *mut tl_rtp_receiver) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_rtp_receiver_free", rtp_receiver) }
}

/// Takes in a packet that arrived at `arrival_us` of a steady clock. Stores what it is to the
/// stream, a `tl_rtp_arrival`, in `arrival`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_receive(
    rtp_receiver: *mut tl_rtp_receiver,
    packet: *const tl_rtp_packet,
    arrival_us: u64,
    arrival: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_receiver_receive", rtp_receiver, |this| {
            use tl_rtp_arrival as A;
            writable_or_null(arrival, "arrival")?;
            let packet = given(packet, "packet")?.packet()?;
            let what = match this.receive(&packet, arrival_us) {
                Arrival::Accepted { restarted: false, .. } => A::TL_RTP_ACCEPTED as u32,
                Arrival::Accepted { restarted: true, .. } => A::TL_RTP_RESTARTED as u32,
                Arrival::Discarded(Discard::Probation) => A::TL_RTP_PROBATION as u32,
                Arrival::Discarded(Discard::Duplicate) => A::TL_RTP_DUPLICATE as u32,
                Arrival::Discarded(Discard::Jump) => A::TL_RTP_JUMP as u32,
                Arrival::Discarded(Discard::OtherSource) => A::TL_RTP_OTHER_SOURCE as u32,
                _ => 0,
            };
            store_if_wanted(arrival, "arrival", what)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Takes in what the sender `ssrc` said of its stream, in a sender report that arrived at
/// `arrival_us`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_sender_report(
    rtp_receiver: *mut tl_rtp_receiver,
    ssrc: u32,
    sender: *const tl_rtcp_sender,
    arrival_us: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_receiver_sender_report", rtp_receiver, |this| {
            let info = given(sender, "sender")?.info();
            this.sender_report(ssrc, &info, arrival_us);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores a report on the stream for its sender, or returns `TL_DONE` before there is a stream.
/// Begins a new interval for `fraction_lost`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_report(
    rtp_receiver: *mut tl_rtp_receiver,
    now_us: u64,
    report: *mut tl_rtcp_report,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_receiver_report", rtp_receiver, |this| {
            writable(report, "report")?;
            let Some(made) = this.report(now_us) else {
                return Ok(tl_status::TL_DONE);
            };
            store(report, "report", tl_rtcp_report::new(&made))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what is known of the stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_receiver_get_statistics(
    rtp_receiver: *const tl_rtp_receiver,
    statistics: *mut tl_rtp_statistics,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_rtp_receiver_get_statistics", rtp_receiver, |this| {
            let of = this.statistics();
            let filled = tl_rtp_statistics {
                received: of.received,
                lost: of.lost,
                duplicates: of.duplicates,
                reordered: of.reordered,
                discarded: of.discarded,
                restarts: of.restarts,
                jitter: of.jitter,
                reserved: [0; 2],
            };
            store(statistics, "statistics", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Writes a compound packet of `ssrc` into `datagram`, which has room for `room` bytes, and stores
/// its length in `len`: a sender report if `sender` is not NULL, else a receiver report, with `count`
/// reports, 31 at most, and its canonical name, with a NUL; and a goodbye if `leaves` is not 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_write(
    ssrc: u32,
    sender: *const tl_rtcp_sender,
    reports: *const tl_rtcp_report,
    count: usize,
    cname: *const c_char,
    leaves: u32,
    datagram: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    guard("tl_rtcp_write", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            writable(len, "len")?;
            let reports = input(reports, count, "reports")?;
            if count > MOST_REPORTS {
                let text = format_args!("{count} reports; at most {MOST_REPORTS}");
                return Err(Failure::argument(text));
            }
            let mut own = [Report::default(); MOST_REPORTS];
            for (own, report) in own.iter_mut().zip(reports) {
                *own = report.report()?;
            }
            let cname = c_text_or(cname, "", "cname")?;
            let mut compound = Writer::new(output(datagram, room, "datagram")?);
            if sender.is_null() {
                compound.receiver_report(ssrc, &own[..count])?;
            } else {
                let info = given(sender, "sender")?.info();
                compound.sender_report(ssrc, &info, &own[..count])?;
            }
            compound.description(ssrc, CNAME, cname.as_bytes())?;
            if leaves != 0 {
                compound.goodbye(&[ssrc], &[])?;
            }
            store(len, "len", compound.finish())?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// What a compound packet says.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_rtcp_summary {
    /// Who sends it.
    pub ssrc: u32,
    /// 1 if it has a sender report, in `sender`.
    pub has_sender: u32,
    /// 1 if it reports on the stream that was asked about, in `report`.
    pub has_report: u32,
    /// 1 if its sender leaves.
    pub leaves: u32,
    /// What the sender says of its own stream.
    pub sender: tl_rtcp_sender,
    /// What it heard of the stream that was asked about.
    pub report: tl_rtcp_report,
}

/// Stores what a compound packet says, of its sender and of the stream `about`, which is yours. Any
/// bytes may come in: what is not RTCP is `TL_ERR_RTP_MALFORMED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtcp_parse(
    datagram: *const u8,
    len: usize,
    about: u32,
    summary: *mut tl_rtcp_summary,
) -> tl_status {
    guard("tl_rtcp_parse", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            writable(summary, "summary")?;
            let mut said = NOTHING_SAID;
            let mut known = false;
            for message in rtcp::parse(input(datagram, len, "datagram")?) {
                let reports = match message? {
                    Message::SenderReport { ssrc, info, reports } => {
                        said.sender = tl_rtcp_sender::new(&info);
                        (said.ssrc, said.has_sender) = (ssrc, 1);
                        Some(reports)
                    }
                    Message::ReceiverReport { ssrc, reports } => {
                        said.ssrc = ssrc;
                        Some(reports)
                    }
                    Message::Goodbye { sources, .. } => {
                        let leaves = sources.iter().any(|source| source == said.ssrc);
                        said.leaves |= u32::from(leaves);
                        None
                    }
                    _ => None,
                };
                if let Some(report) = reports.and_then(|reports| reports.about(about)) {
                    (said.has_report, said.report) = (1, tl_rtcp_report::new(&report));
                }
                known = true;
            }
            if !known {
                let text = "the datagram is empty";
                return Err(Failure::new(tl_status::TL_ERR_RTP_MALFORMED, text));
            }
            store(summary, "summary", said)?;
        }
        Ok(tl_status::TL_OK)
    })
}

const MOST_REPORTS: usize = 31;

const NOTHING_SAID: tl_rtcp_summary = tl_rtcp_summary {
    ssrc: 0,
    has_sender: 0,
    has_report: 0,
    leaves: 0,
    sender: tl_rtcp_sender { ntp: 0, rtp: 0, packets: 0, octets: 0, reserved: 0 },
    report: tl_rtcp_report {
        ssrc: 0,
        fraction_lost: 0,
        lost: 0,
        highest_sequence: 0,
        jitter: 0,
        last_sender_report: 0,
        delay: 0,
        reserved: 0,
    },
};

/// Stores the mean opinion score, 1 to 4.5, that ITU-T G.107's E-model gives a call over G.711 with
/// this delay from mouth to ear, share of packets lost (0 to 1), and burstiness (1 for losses at
/// random); `concealed` is 1 where losses are concealed, as `tl_jitter` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_rtp_quality(
    delay_ms: f64,
    loss: f64,
    burst: f64,
    concealed: u32,
    mos: *mut f64,
) -> tl_status {
    guard("tl_rtp_quality", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            let codec = if concealed == 0 { quality::G711_PLAIN } else { quality::G711_CONCEALED };
            let r = quality::r_factor(&Path { delay_ms, loss, burst }, &codec);
            store(mos, "mos", quality::mos(r))?;
        }
        Ok(tl_status::TL_OK)
    })
}
