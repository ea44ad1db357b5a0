//! # Keys as telephone events
//!
//! RFC 4733: keys in packets of their own. The sender counts in the clock of the sound beside it, the
//! receiver is right when packets are lost, doubled or out of order. Codes 0 to 9 are the digits, 10
//! is `*`, 11 `#`, 12 to 15 are A to D.

use core::ffi::c_void;

use media_core::rtp::event::{EventError, EventReceiver, EventSender, Signal};

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, store, writable};
use crate::rtp::tl_rtp_packet;
use crate::tl_status;
use crate::values::set64;

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        let status = match error {
            EventError::Short(_) => tl_status::TL_ERR_RTP_MALFORMED,
            EventError::Undrained => tl_status::TL_ERR_UNDRAINED,
            EventError::Busy(_) => tl_status::TL_ERR_BUSY,
            _ => tl_status::TL_ERR_ARGUMENT,
        };
        Self::new(status, error)
    }
}

fn clock(rate: u32) -> Result<u32, Failure> {
    match rate {
        0 => Err(Failure::argument("clock_rate is 0")),
        rate => Ok(rate),
    }
}

fn code(event: u32) -> Result<u8, Failure> {
    u8::try_from(event).map_err(|_| Failure::argument(format_args!("event is {event}")))
}

/// Sends telephone events.
#[derive(Debug)]
pub struct tl_event_sender {
    _opaque: [u8; 0],
}

impl Kind for tl_event_sender {
    const MAGIC: u32 = u32::from_le_bytes(*b"tEvS");
    type Value = EventSender;
}

/// How many bytes a sender of events takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_event_sender_size() -> usize {
    object::fixed_size::<tl_event_sender>()
}

/// Makes a sender of events in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
/// `clock_rate` is ticks a second, usually 8,000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_init(
    memory: *mut c_void,
    size: usize,
    clock_rate: u32,
    event_sender: *mut *mut tl_event_sender,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_event_sender_init", || unsafe {
        object::init(
            (memory.cast(), size),
            event_sender,
            |_| Ok(()),
            |()| Ok(EventSender::new(clock(clock_rate)?)),
        )
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_new(
    clock_rate: u32,
    event_sender: *mut *mut tl_event_sender,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_event_sender_new", || unsafe {
        object::create(event_sender, |_| Ok(()), |()| Ok(EventSender::new(clock(clock_rate)?)))
    })
}

/// Ends a sender of events. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_free(event_sender: *mut tl_event_sender) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_event_sender_free", event_sender) }
}

/// Begins an event that lasts until `tl_event_release`. `TL_ERR_BUSY` while another is being sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_press(
    event_sender: *mut tl_event_sender,
    event: u32,
    now: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_press", event_sender, |this| {
            this.press(code(event)?, now)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends an event that was pressed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_release(
    event_sender: *mut tl_event_sender,
    now: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_release", event_sender, |this| {
            this.release(now);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sends an event of a known duration, in ticks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_send(
    event_sender: *mut tl_event_sender,
    event: u32,
    now: u64,
    duration: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_send", event_sender, |this| {
            this.start(code(event)?, now, duration)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A packet to send: give it the next sequence number and the telephone-event payload type, as
/// `tl_rtp_sender_packet` does.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_event_packet {
    /// 1 on the first packet of an event.
    pub marker: u32,
    /// The payload.
    pub payload: [u8; 4],
    /// The instant of the event's start: the same in all its packets.
    pub clock: u64,
}

/// Stores the next packet due in `packet`, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_poll(
    event_sender: *mut tl_event_sender,
    now: u64,
    packet: *mut tl_event_packet,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_sender_poll", event_sender, |this| {
            writable(packet, "packet")?;
            let Some(next) = this.poll(now) else {
                return Ok(tl_status::TL_DONE);
            };
            let (marker, payload, clock) = (next.marker.into(), next.payload, next.clock);
            store(packet, "packet", tl_event_packet { marker, payload, clock })?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores when the next packet is due; `TL_NONE` when no event is being sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_deadline(
    event_sender: *const tl_event_sender,
    at: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_sender_deadline", event_sender, |this| {
            store(at, "at", set64(this.deadline()))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the event that is being sent, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_sender_active(
    event_sender: *const tl_event_sender,
    event: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_sender_active", event_sender, |this| {
            writable(event, "event")?;
            let Some(active) = this.active() else {
                return Ok(tl_status::TL_DONE);
            };
            store(event, "event", active.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Receives telephone events.
#[derive(Debug)]
pub struct tl_event_receiver {
    _opaque: [u8; 0],
}

impl Kind for tl_event_receiver {
    const MAGIC: u32 = u32::from_le_bytes(*b"tEvR");
    type Value = EventReceiver;
}

/// How many bytes a receiver of events takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_event_receiver_size() -> usize {
    object::fixed_size::<tl_event_receiver>()
}

/// Makes a receiver of events in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
/// `clock_rate` is ticks a second, usually 8,000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_init(
    memory: *mut c_void,
    size: usize,
    clock_rate: u32,
    event_receiver: *mut *mut tl_event_receiver,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_event_receiver_init", || unsafe {
        object::init(
            (memory.cast(), size),
            event_receiver,
            |_| Ok(()),
            |()| Ok(EventReceiver::new(clock(clock_rate)?)),
        )
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_new(
    clock_rate: u32,
    event_receiver: *mut *mut tl_event_receiver,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_event_receiver_new", || unsafe {
        object::create(event_receiver, |_| Ok(()), |()| Ok(EventReceiver::new(clock(clock_rate)?)))
    })
}

/// Ends a receiver of events. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_free(
    event_receiver: *mut tl_event_receiver,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_event_receiver_free", event_receiver) }
}

/// Takes in a packet of the telephone-event payload type, as `tl_rtp_parse` takes it apart, that
/// arrived at `now_us` of any steady clock. Poll afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_handle(
    event_receiver: *mut tl_event_receiver,
    packet: *const tl_rtp_packet,
    now_us: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_receiver_handle", event_receiver, |this| {
            this.handle(&given(packet, "packet")?.packet()?, now_us)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Time has passed: an event whose packets have stopped ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_tick(
    event_receiver: *mut tl_event_receiver,
    now_us: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_receiver_tick", event_receiver, |this| {
            this.tick(now_us);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores when the receiver wants `tl_event_receiver_tick` at the latest; `TL_NONE` when not before
/// the next packet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_deadline(
    event_receiver: *const tl_event_receiver,
    at_us: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_receiver_deadline", event_receiver, |this| {
            store(at_us, "at_us", set64(this.deadline()))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A key pressed or let go. Exactly one of each for each press.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_event_signal {
    /// 1: it was pressed. 0: it was let go.
    pub down: u32,
    /// The event.
    pub event: u32,
    /// The RTP timestamp of its start.
    pub timestamp: u32,
    /// Let go: how long it lasted, in ticks, as far as the sender's word goes.
    pub duration: u32,
    /// Let go: 1 if the sender said so, 0 if silence or another event ended it.
    pub complete: u32,
    /// Pressed: its power below 0 dBm0, in dB.
    pub volume: u32,
}

/// Stores the next key pressed or let go in `signal`, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_poll(
    event_receiver: *mut tl_event_receiver,
    signal: *mut tl_event_signal,
) -> tl_status {
    let nothing =
        tl_event_signal { down: 0, event: 0, timestamp: 0, duration: 0, complete: 0, volume: 0 };
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_receiver_poll", event_receiver, |this| {
            writable(signal, "signal")?;
            let filled = match this.poll() {
                Some(Signal::Down { event, volume, timestamp }) => tl_event_signal {
                    down: 1,
                    event: event.into(),
                    timestamp,
                    volume: volume.into(),
                    ..nothing
                },
                Some(Signal::Up { event, timestamp, duration, complete }) => tl_event_signal {
                    event: event.into(),
                    timestamp,
                    duration,
                    complete: complete.into(),
                    ..nothing
                },
                _ => return Ok(tl_status::TL_DONE),
            };
            store(signal, "signal", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the event that is being heard and its duration so far in ticks, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_event_receiver_active(
    event_receiver: *const tl_event_receiver,
    event: *mut u32,
    duration: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_event_receiver_active", event_receiver, |this| {
            writable(event, "event")?;
            writable(duration, "duration")?;
            let Some((active, lasted)) = this.active() else {
                return Ok(tl_status::TL_DONE);
            };
            store(event, "event", active.into())?;
            store(duration, "duration", lasted)?;
            Ok(tl_status::TL_OK)
        })
    }
}
