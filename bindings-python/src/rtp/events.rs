//! Keys and other telephone events beside the sound (RFC 4733).

use media_core::rtp::event::{
    EventError, EventReceiver as Core, EventSender as CoreSender, Signal,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::packet::Packet;
use crate::errors::{MediaError, Reason};
use crate::words::record;

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn refused(error: EventError) -> PyErr {
    let reason = match error {
        EventError::Short(bytes) => Reason::new("short").about(Some(bytes as u64)).limit(4),
        EventError::Undrained => Reason::new("undrained"),
        EventError::Busy(event) => Reason::new("busy").about(Some(event.into())),
        EventError::NoDuration => Reason::new("no_duration"),
        _ => Reason::new("refused"),
    };
    reason.within(MediaError::new_err(error.to_string()))
}

record! {
    /// An event that has begun or ended: exactly one of each for each event.
    "trunkline.rtp" EventSignal {
        /// "down" or "up".
        kind: &'static str,
        /// The event's code: 0 to 9 are digits, 10 *, 11 #, 12 to 15 A to D, 16 a flash.
        event: u32,
        /// The RTP timestamp of its start.
        timestamp: u32,
        /// Down: its power below 0 dBm0, in dB.
        volume: Option<u32>,
        /// Up: how long it lasted, in timestamp units.
        duration: Option<u32>,
        /// Up: whether the sender said so; otherwise silence or another event ended it.
        complete: Option<bool>,
    }
}

/// Receives telephone events, right when packets are lost, doubled or out of order.
///
/// Feed it the packets of the telephone-event payload type only, then iterate over it. Times are µs
/// of any steady clock.
#[pyclass(module = "trunkline.rtp")]
struct EventReceiver {
    receiver: Core,
}

#[pymethods]
impl EventReceiver {
    #[new]
    #[pyo3(signature = (clock_rate=8000))]
    const fn new(clock_rate: u32) -> Self {
        Self { receiver: Core::new(clock_rate) }
    }

    fn __repr__(&self) -> String {
        match self.receiver.active() {
            Some((event, _)) => format!("EventReceiver(active={event})"),
            None => "EventReceiver(active=None)".to_owned(),
        }
    }

    /// Take in an RTP packet that arrived at an instant. Raises MediaError (code "short", or
    /// "undrained" when earlier signals must be polled first).
    fn receive(&mut self, packet: &Packet, arrival_us: u64) -> PyResult<()> {
        packet.with(|packet| self.receiver.handle(packet, arrival_us))?.map_err(refused)
    }

    /// Let time pass: an event not heard of for 150 ms ends.
    fn tick(&mut self, now_us: u64) {
        self.receiver.tick(now_us);
    }

    /// When tick has something to do, in µs; None: not before the next packet.
    #[getter]
    fn deadline(&self) -> Option<u64> {
        self.receiver.deadline()
    }

    /// The next signal, or None.
    fn poll(&mut self) -> Option<EventSignal> {
        self.receiver.poll().map(|signal| match signal {
            Signal::Down { event, volume, timestamp } => EventSignal {
                kind: "down",
                event: event.into(),
                timestamp,
                volume: Some(volume.into()),
                duration: None,
                complete: None,
            },
            Signal::Up { event, timestamp, duration, complete } => EventSignal {
                kind: "up",
                event: event.into(),
                timestamp,
                volume: None,
                duration: Some(duration),
                complete: Some(complete),
            },
            _ => EventSignal {
                kind: "unknown",
                event: 0,
                timestamp: 0,
                volume: None,
                duration: None,
                complete: None,
            },
        })
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self) -> Option<EventSignal> {
        self.poll()
    }
}

/// Sends telephone events: a packet every 20 ms and three ends. Time is the clock of the sound beside
/// it, in timestamp units since the call's start.
#[pyclass(module = "trunkline.rtp")]
struct EventSender {
    sender: CoreSender,
}

#[pymethods]
impl EventSender {
    #[new]
    #[pyo3(signature = (clock_rate=8000))]
    const fn new(clock_rate: u32) -> Self {
        Self { sender: CoreSender::new(clock_rate) }
    }

    fn __repr__(&self) -> String {
        match self.sender.active() {
            Some(event) => format!("EventSender(active={event})"),
            None => "EventSender(active=None)".to_owned(),
        }
    }

    /// Start an event of a known duration. Raises MediaError (code "busy" while another is being
    /// sent, "no_duration" for 0).
    fn start(&mut self, event: u8, now: u64, duration: u32) -> PyResult<()> {
        self.sender.start(event, now, duration).map_err(refused)
    }

    /// Start an event that lasts until release. Raises MediaError (code "busy").
    fn press(&mut self, event: u8, now: u64) -> PyResult<()> {
        self.sender.press(event, now).map_err(refused)
    }

    /// End an event that was pressed.
    fn release(&mut self, now: u64) {
        self.sender.release(now);
    }

    /// When poll has the next packet; None: nothing is being sent.
    #[getter]
    fn deadline(&self) -> Option<u64> {
        self.sender.deadline()
    }

    /// The next packet due, as (marker, clock of the event's start, payload of four bytes), or None.
    fn poll<'py>(&mut self, py: Python<'py>, now: u64) -> Option<(bool, u64, Bound<'py, PyBytes>)> {
        self.sender.poll(now).map(|of| (of.marker, of.clock, PyBytes::new(py, &of.payload)))
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<EventSignal>()?;
    module.add_class::<EventReceiver>()?;
    module.add_class::<EventSender>()
}
