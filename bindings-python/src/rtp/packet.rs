//! One packet.

use media_core::rtp::{Csrcs, Extension, Packet as Core, WriteError};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::no_packet;
use crate::buffers::with_input;
use crate::errors::{MediaError, Reason};
use crate::words::Repr as _;

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn refused(error: WriteError) -> PyErr {
    Reason::new("unwritable").within(MediaError::new_err(error.to_string()))
}

/// One RTP packet (RFC 3550 §5.1).
///
/// `payload` (any buffer of bytes) is without padding; `timestamp` counts in units of the payload's clock; `csrcs` are at
/// most 15 contributing sources; `extension` is (profile, bytes, a multiple of four) or None.
#[pyclass(module = "trunkline.rtp", frozen, get_all, eq)]
#[derive(PartialEq)]
pub(super) struct Packet {
    /// 0 to 127: 0 is PCMU, 8 PCMA.
    pub(super) payload_type: u8,
    /// One more with each packet.
    pub(super) sequence: u16,
    /// The sampling instant of the payload's first sample.
    pub(super) timestamp: u32,
    /// The synchronisation source.
    pub(super) ssrc: u32,
    /// The payload.
    pub(super) payload: Vec<u8>,
    /// For telephone sound: the first packet after silence, or of an event.
    pub(super) marker: bool,
    /// The contributing sources, put there by a mixer.
    pub(super) csrcs: Vec<u32>,
    /// What the profile defines, and its content.
    pub(super) extension: Option<(u16, Vec<u8>)>,
}

impl Packet {
    fn of(core: &Core<'_>) -> Self {
        Self {
            payload_type: core.payload_type,
            sequence: core.sequence,
            timestamp: core.timestamp,
            ssrc: core.ssrc,
            payload: core.payload.to_vec(),
            marker: core.marker,
            csrcs: core.csrcs.iter().collect(),
            extension: core.extension.map(|of| (of.profile, of.data.to_vec())),
        }
    }

    /// The core's packet of these fields, for as long as `look` looks.
    pub(super) fn with<R>(&self, look: impl FnOnce(&Core<'_>) -> R) -> PyResult<R> {
        let csrcs: Vec<u8> = self.csrcs.iter().flat_map(|one| one.to_be_bytes()).collect();
        Ok(look(&Core {
            marker: self.marker,
            payload_type: self.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            csrcs: Csrcs::new(&csrcs).map_err(refused)?,
            extension: self
                .extension
                .as_ref()
                .map(|(profile, data)| Extension { profile: *profile, data }),
            payload: &self.payload,
            padding: 0,
        }))
    }
}

/// A packet's bytes.
pub(super) fn written<'py>(py: Python<'py>, packet: &Core<'_>) -> PyResult<Bound<'py, PyBytes>> {
    let mut datagram = vec![0; packet.encoded_len()];
    let len = packet.write(&mut datagram).map_err(refused)?;
    Ok(PyBytes::new(py, datagram.get(..len).unwrap_or_default()))
}

#[pymethods]
impl Packet {
    #[new]
    #[pyo3(signature = (
        payload_type, sequence, timestamp, ssrc, payload, *, marker=false, csrcs=Vec::new(),
        extension=None
    ))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        payload_type: u8,
        sequence: u16,
        timestamp: u32,
        ssrc: u32,
        payload: &Bound<'_, PyAny>,
        marker: bool,
        csrcs: Vec<u32>,
        extension: Option<(u16, Vec<u8>)>,
    ) -> PyResult<Self> {
        let payload = with_input(&PyBuffer::<u8>::get(payload)?, <[u8]>::to_vec)?;
        Ok(Self { payload_type, sequence, timestamp, ssrc, payload, marker, csrcs, extension })
    }

    fn __repr__(&self) -> String {
        format!(
            "Packet(payload_type={}, sequence={}, timestamp={}, ssrc={:#x}, payload=<{} bytes>, \
             marker={})",
            self.payload_type,
            self.sequence,
            self.timestamp,
            self.ssrc,
            self.payload.len(),
            self.marker.repr()
        )
    }

    /// Parse one datagram (buffer of bytes). Raises MediaError (code "short", "version" or "padding")
    /// for what is not a whole packet of RTP version 2.
    #[staticmethod]
    fn parse(datagram: &Bound<'_, PyAny>) -> PyResult<Self> {
        with_input(&PyBuffer::<u8>::get(datagram)?, |datagram| {
            Core::parse(datagram).map(|packet| Self::of(&packet))
        })?
        .map_err(no_packet)
    }

    /// The packet as a datagram's bytes. Raises MediaError (code "unwritable") for a field that the
    /// format cannot hold.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.with(|packet| written(py, packet))?
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Packet>()
}
