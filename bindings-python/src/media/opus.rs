//! Opus at 8 kHz.

use std::sync::{Mutex, PoisonError};

use media_core::jitter::{Decoder as Decode, MAX_FRAME};
use media_core::opus::{Decoder, Encoder, OpusError, Settings};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::buffers::{samples_of, with_input};
use crate::errors::{MediaError, Reason};

/// The longest packet of one frame (RFC 6716).
const LONGEST: usize = 1275;
/// Samples of the longest frame there is to encode.
const LONGEST_FRAME: u64 = 480;

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn refused(error: OpusError) -> PyErr {
    let reason = match error {
        OpusError::Settings => Reason::new("settings"),
        OpusError::Frame { samples } => {
            Reason::new("frame").about(Some(samples as u64)).limit(LONGEST_FRAME)
        }
        OpusError::NoRoom { room } => Reason::new("no_room").limit(room as u64),
        _ => Reason::new("refused"),
    };
    reason.within(MediaError::new_err(error.to_string()))
}

/// Encodes mono sound at 8,000 samples a second, `bitrate` bits a second; ready for a network that
/// loses `loss_percent` of the packets.
#[pyclass(module = "trunkline.media", frozen)]
struct OpusEncoder {
    encoder: Mutex<Encoder<'static>>,
    settings: Settings,
}

#[pymethods]
impl OpusEncoder {
    #[new]
    #[pyo3(signature = (*, bitrate=16_000, loss_percent=10))]
    fn new(bitrate: u32, loss_percent: u8) -> PyResult<Self> {
        let settings = Settings::new(bitrate, loss_percent);
        let encoder = Encoder::new(settings).map_err(refused)?;
        Ok(Self { encoder: Mutex::new(encoder), settings })
    }

    fn __repr__(&self) -> String {
        let Settings { bitrate, loss_percent, .. } = self.settings;
        format!("OpusEncoder(bitrate={bitrate}, loss_percent={loss_percent})")
    }

    /// Encode one frame (int16 buffer) of 80, 160, 320 or 480 samples; raises MediaError for another
    /// length.
    fn encode<'py>(
        &self,
        py: Python<'py>,
        frame: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut packet = [0; LONGEST];
        let len = with_input(&PyBuffer::<i16>::get(frame)?, |frame| {
            let mut encoder = self.encoder.lock().unwrap_or_else(PoisonError::into_inner);
            encoder.encode(frame, &mut packet)
        })?;
        Ok(PyBytes::new(py, packet.get(..len.map_err(refused)?).unwrap_or_default()))
    }
}

/// Decodes packets of up to 120 ms to mono sound at 8,000 samples a second.
#[pyclass(module = "trunkline.media", frozen)]
struct OpusDecoder {
    decoder: Mutex<Decoder<'static>>,
}

impl OpusDecoder {
    fn heard<'py>(
        &self,
        packet: &Bound<'py, PyAny>,
        decode: fn(&mut Decoder<'static>, &[u8], &mut [i16]) -> usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut heard = [0; MAX_FRAME];
        let len = with_input(&PyBuffer::<u8>::get(packet)?, |packet| {
            let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
            decode(&mut decoder, packet, &mut heard)
        })?;
        samples_of(packet.py(), heard.get(..len).unwrap_or_default())
    }
}

#[pymethods]
impl OpusDecoder {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self { decoder: Mutex::new(Decoder::new().map_err(refused)?) })
    }

    const fn __repr__(&self) -> &'static str {
        "OpusDecoder()"
    }

    /// Decode a packet (buffer of bytes) to array('h'); empty for what is no packet.
    fn decode<'py>(&self, packet: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.heard(packet, Decode::decode)
    }

    /// Recover the frame before `next_packet` (buffer of bytes) from the redundancy that it carries,
    /// as array('h'); empty when it carries none.
    fn recover<'py>(&self, next_packet: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.heard(next_packet, Decode::recover)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<OpusEncoder>()?;
    module.add_class::<OpusDecoder>()
}
