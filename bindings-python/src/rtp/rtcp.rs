//! Control packets.

use media_core::rtp::rtcp::{
    CNAME, Message, Report as CoreReport, Reports, SenderInfo as CoreInfo, Writer, parse,
};
use media_core::rtp::{WriteError, is_rtcp as core_is_rtcp};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::no_packet;
use super::packet::refused;
use crate::buffers::with_input;

/// Defines a frozen class of the fields of a core's struct, with a constructor of keywords.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident of $core:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr),* $(,)?
    }) => {
        $(#[$doc])*
        #[pyclass(module = "trunkline.rtp", frozen, get_all, eq, from_py_object)]
        #[derive(Clone, Copy, PartialEq)]
        pub(super) struct $name {
            $($(#[$field_doc])* pub(super) $field: $type),*
        }

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (*, $($field=$default),*))]
            const fn new($($field: $type),*) -> Self {
                Self { $($field),* }
            }

            fn __repr__(&self) -> String {
                let fields = [$(format!("{}={}", stringify!($field), self.$field)),*];
                format!("{}({})", stringify!($name), fields.join(", "))
            }
        }

        impl From<$core> for $name {
            fn from(of: $core) -> Self {
                Self { $($field: of.$field),* }
            }
        }

        impl From<$name> for $core {
            fn from(of: $name) -> Self {
                Self { $($field: of.$field),* }
            }
        }
    };
}

mirrored! {
    /// What a sender says about its stream (RFC 3550 §6.4.1).
    SenderInfo of CoreInfo {
        /// NTP time of the report, in units of 2⁻³² s since 1900.
        ntp: u64 = 0,
        /// The same instant as an RTP timestamp.
        rtp: u32 = 0,
        /// Packets sent so far.
        packets: u32 = 0,
        /// Payload octets sent so far.
        octets: u32 = 0,
    }
}

mirrored! {
    /// What a receiver says about one stream it hears (RFC 3550 §6.4.1).
    ReceptionReport of CoreReport {
        /// The source reported on.
        ssrc: u32 = 0,
        /// Share of packets lost since the last report, in units of 1/256.
        fraction_lost: u8 = 0,
        /// Packets lost in all; negative when duplicates outweigh losses.
        lost: i32 = 0,
        /// The highest sequence number received, the count of its wraps above it.
        highest_sequence: u32 = 0,
        /// Interarrival jitter in timestamp units.
        jitter: u32 = 0,
        /// The middle 32 bits of the NTP time of the source's last sender report, or 0.
        last_sender_report: u32 = 0,
        /// Time since that report arrived, in units of 1/65,536 s, or 0.
        delay: u32 = 0,
    }
}

/// The round trip in seconds, when a report about a stream of ours arrives at `ntp` (units of 2⁻³² s
/// since 1900); None when its sender has had no sender report, or clocks have jumped.
#[pyfunction]
fn round_trip_s(report: &ReceptionReport, ntp: u64) -> Option<f64> {
    CoreReport::from(*report).round_trip(ntp).map(|units| f64::from(units) / 65_536.0)
}

/// Whether a datagram (buffer of bytes) on a port shared by RTP and RTCP is RTCP (RFC 5761 §4).
#[pyfunction]
fn is_rtcp(datagram: &Bound<'_, PyAny>) -> PyResult<bool> {
    with_input(&PyBuffer::<u8>::get(datagram)?, core_is_rtcp)
}

fn reports<'py>(py: Python<'py>, of: &Reports<'_>) -> PyResult<Vec<Bound<'py, ReceptionReport>>> {
    of.iter().map(|report| Bound::new(py, ReceptionReport::from(report))).collect()
}

fn message<'py>(py: Python<'py>, message: &Message<'_>) -> PyResult<Bound<'py, PyDict>> {
    let said = PyDict::new(py);
    let kind = match message {
        Message::SenderReport { ssrc, info, reports: of } => {
            said.set_item("ssrc", ssrc)?;
            said.set_item("info", Bound::new(py, SenderInfo::from(*info))?)?;
            said.set_item("reports", reports(py, of)?)?;
            "sender_report"
        }
        Message::ReceiverReport { ssrc, reports: of } => {
            said.set_item("ssrc", ssrc)?;
            said.set_item("reports", reports(py, of)?)?;
            "receiver_report"
        }
        Message::Description(chunks) => {
            let mut items = Vec::new();
            for chunk in chunks.iter() {
                for item in chunk.items() {
                    items.push((chunk.ssrc, item.kind, PyBytes::new(py, item.text)));
                }
            }
            said.set_item("items", items)?;
            "description"
        }
        Message::Goodbye { sources, reason } => {
            said.set_item("sources", sources.iter().collect::<Vec<_>>())?;
            said.set_item("reason", reason.map(|reason| PyBytes::new(py, reason)))?;
            "goodbye"
        }
        Message::Application { ssrc, subtype, name, data } => {
            said.set_item("ssrc", ssrc)?;
            said.set_item("subtype", subtype)?;
            said.set_item("name", PyBytes::new(py, name))?;
            said.set_item("data", PyBytes::new(py, data))?;
            "application"
        }
        Message::Other { packet_type, count, body } => {
            said.set_item("packet_type", packet_type)?;
            said.set_item("count", count)?;
            said.set_item("body", PyBytes::new(py, body))?;
            "other"
        }
        _ => "unknown",
    };
    said.set_item("kind", kind)?;
    Ok(said)
}

/// Parse a compound of RTCP packets (buffer of bytes): one dictionary each, `kind` and what belongs to
/// it: "sender_report" (`ssrc`, `info`, `reports`), "receiver_report" (`ssrc`, `reports`),
/// "description" (`items`: source, item number, bytes), "goodbye" (`sources`, `reason`),
/// "application" (`ssrc`, `subtype`, `name`, `data`), "other" (`packet_type`, `count`, `body`).
///
/// Raises MediaError (code "short", "version", "padding" or "packet_type") for what is none.
#[pyfunction]
fn parse_rtcp<'py>(datagram: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let bytes = with_input(&PyBuffer::<u8>::get(datagram)?, <[u8]>::to_vec)?;
    let py = datagram.py();
    parse(&bytes).map(|one| message(py, &one.map_err(no_packet)?)).collect()
}

/// A compound packet as a datagram's bytes: a sender report of `info`, or a receiver report without
/// one, on the streams of `reports` (31 at most), and who `ssrc` is; a goodbye if `goodbye` says why.
#[pyfunction]
#[pyo3(signature = (ssrc, cname, *, info=None, reports=Vec::new(), goodbye=None))]
fn rtcp_compound<'py>(
    py: Python<'py>,
    ssrc: u32,
    cname: &str,
    info: Option<SenderInfo>,
    reports: Vec<ReceptionReport>,
    goodbye: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let reports: Vec<CoreReport> = reports.into_iter().map(CoreReport::from).collect();
    // The longest there is: 31 reports, and two texts of 255 bytes.
    let mut datagram = [0; 1_500];
    let mut writer = Writer::new(&mut datagram);
    let write = |writer: &mut Writer<'_>| -> Result<(), WriteError> {
        match info {
            Some(info) => writer.sender_report(ssrc, &info.into(), &reports)?,
            None => writer.receiver_report(ssrc, &reports)?,
        }
        writer.description(ssrc, CNAME, cname.as_bytes())?;
        goodbye.map_or(Ok(()), |why| writer.goodbye(&[ssrc], why.as_bytes()))
    };
    write(&mut writer).map_err(refused)?;
    let len = writer.finish();
    Ok(PyBytes::new(py, datagram.get(..len).unwrap_or_default()))
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SenderInfo>()?;
    module.add_class::<ReceptionReport>()?;
    module.add_function(wrap_pyfunction!(round_trip_s, module)?)?;
    module.add_function(wrap_pyfunction!(is_rtcp, module)?)?;
    module.add_function(wrap_pyfunction!(parse_rtcp, module)?)?;
    module.add_function(wrap_pyfunction!(rtcp_compound, module)?)
}
