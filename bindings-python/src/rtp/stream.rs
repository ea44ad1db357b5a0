//! What one source sends, and what is to be believed of what arrives.

use media_core::rtp::{Arrival as CoreArrival, Discard, Receiver as Core, ReceiverConfig};
use media_core::rtp::{Packet as CorePacket, Sender as CoreSender};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::packet::{Packet, written};
use super::rtcp::{ReceptionReport, SenderInfo};
use crate::buffers::with_input;
use crate::words::{Words, record, word};

const DISCARDS: Words<Discard> = &[
    ("probation", Discard::Probation),
    ("duplicate", Discard::Duplicate),
    ("jump", Discard::Jump),
    ("other_source", Discard::OtherSource),
];

record! {
    /// What a receiver makes of a packet.
    "trunkline.rtp" Arrival {
        /// Its sequence number, unwrapped; None: it does not belong to the stream, or not yet.
        sequence: Option<u64>,
        /// Its timestamp, unwrapped.
        timestamp: Option<u64>,
        /// The stream starts here: numbers from before mean nothing any more.
        restarted: bool,
        /// Why it does not belong to the stream: a `Discard`.
        discarded: Option<&'static str>,
    }
}

record! {
    /// Counts over the stream of the present source.
    "trunkline.rtp" StreamStatistics {
        /// Packets accepted.
        received: u64,
        /// Packets by which the sequence numbers show that there should be more.
        lost: i64,
        /// Packets that came twice.
        duplicates: u64,
        /// Packets accepted that came after one with a higher number.
        reordered: u64,
        /// Packets of other sources, in probation or before a jump.
        discarded: u64,
        /// How often the stream has started again.
        restarts: u32,
        /// Interarrival jitter (RFC 3550 §6.4.1) in timestamp units.
        jitter: u32,
    }
}

/// Numbers what one source sends, and counts it for its reports. RFC 3550 wants all three numbers
/// random.
#[pyclass(module = "trunkline.rtp")]
struct Sender {
    sender: CoreSender,
}

#[pymethods]
impl Sender {
    #[new]
    #[pyo3(signature = (ssrc, *, first_sequence=0, timestamp_offset=0))]
    const fn new(ssrc: u32, first_sequence: u16, timestamp_offset: u32) -> Self {
        Self { sender: CoreSender::new(ssrc, first_sequence, timestamp_offset) }
    }

    fn __repr__(&self) -> String {
        format!("Sender(ssrc={:#x}, packets={})", self.sender.ssrc(), self.sender.packets())
    }

    /// The next packet, as a datagram's bytes; it counts as sent. `clock` is its instant in units of
    /// the payload's clock since the start of the call, `payload` a buffer of bytes.
    #[pyo3(signature = (payload_type, clock, payload, *, marker=false))]
    fn send<'py>(
        &mut self,
        py: Python<'py>,
        payload_type: u8,
        clock: u64,
        payload: &Bound<'_, PyAny>,
        marker: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let payload = with_input(&PyBuffer::<u8>::get(payload)?, <[u8]>::to_vec)?;
        let packet: CorePacket<'_> = self.sender.packet(payload_type, marker, clock, &payload);
        let datagram = written(py, &packet)?;
        self.sender.sent(&packet);
        Ok(datagram)
    }

    /// How many packets have been sent.
    #[getter]
    const fn packets(&self) -> u32 {
        self.sender.packets()
    }

    /// What a sender report says at an instant: NTP time in units of 2⁻³² s since 1900, and the same
    /// instant in the payload's clock.
    fn info(&self, ntp: u64, clock: u64) -> SenderInfo {
        self.sender.info(ntp, clock).into()
    }
}

/// Follows one incoming stream: validates its source, unwraps its numbers, keeps its statistics (RFC
/// 3550 appendices A.1, A.3, A.8).
///
/// `probation` packets in sequence count before the first is believed, `takeover` (2 or more) before
/// another source takes over. Times are µs of any steady clock.
#[pyclass(module = "trunkline.rtp")]
struct Receiver {
    receiver: Core,
}

#[pymethods]
impl Receiver {
    #[new]
    #[pyo3(signature = (clock_rate=8000, *, probation=0, takeover=2))]
    const fn new(clock_rate: u32, probation: u8, takeover: u8) -> Self {
        Self { receiver: Core::new(ReceiverConfig { clock_rate, probation, takeover }) }
    }

    fn __repr__(&self) -> String {
        let of = self.receiver.statistics();
        format!("Receiver(received={}, lost={})", of.received, of.lost)
    }

    /// Judge a packet that arrived at an instant.
    fn receive(&mut self, packet: &Packet, arrival_us: u64) -> PyResult<Arrival> {
        let arrival = packet.with(|packet| self.receiver.receive(packet, arrival_us))?;
        Ok(match arrival {
            CoreArrival::Accepted { sequence, timestamp, restarted } => Arrival {
                sequence: Some(sequence),
                timestamp: Some(timestamp),
                restarted,
                discarded: None,
            },
            CoreArrival::Discarded(why) => Arrival {
                sequence: None,
                timestamp: None,
                restarted: false,
                discarded: Some(word(DISCARDS, why)),
            },
            _ => Arrival {
                sequence: None,
                timestamp: None,
                restarted: false,
                discarded: Some("unknown"),
            },
        })
    }

    /// The source of the stream; None before there is one.
    #[getter]
    fn ssrc(&self) -> Option<u32> {
        self.receiver.ssrc()
    }

    /// What has been counted.
    #[getter]
    fn statistics(&self) -> StreamStatistics {
        let of = self.receiver.statistics();
        StreamStatistics {
            received: of.received,
            lost: of.lost,
            duplicates: of.duplicates,
            reordered: of.reordered,
            discarded: of.discarded,
            restarts: of.restarts,
            jitter: of.jitter,
        }
    }

    /// Take note of a sender report from the stream's source; others are ignored.
    fn sender_report(&mut self, ssrc: u32, info: &SenderInfo, arrival_us: u64) {
        self.receiver.sender_report(ssrc, &(*info).into(), arrival_us);
    }

    /// The report on the stream at an instant; the next one's share of losses counts from here. None
    /// before there is a stream.
    fn report(&mut self, now_us: u64) -> Option<ReceptionReport> {
        self.receiver.report(now_us).map(ReceptionReport::from)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Arrival>()?;
    module.add_class::<StreamStatistics>()?;
    module.add_class::<Sender>()?;
    module.add_class::<Receiver>()
}
