//! Writing a recording.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Cost, Head, Mark, Options, Seal, Signer, Writer,
};
use media_core::record::{Format, Level, Samples};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{CODINGS, MARKS, create, raised};
use crate::buffers::with_input;
use crate::words::{Words, value};

const LEVELS: Words<Level> =
    &[("live", Level::Live), ("fast", Level::Fast), ("high", Level::High), ("max", Level::Max)];

/// A recording that is being written; None once it is closed.
#[pyclass(module = "trunkline._native")]
pub(super) struct RecordingWriter {
    writer: Option<Writer<BufWriter<File>>>,
    codings: Vec<Coding>,
}

impl RecordingWriter {
    fn writer(&mut self) -> PyResult<&mut Writer<BufWriter<File>>> {
        self.writer.as_mut().ok_or_else(|| PyValueError::new_err("the recording is closed"))
    }
}

#[pymethods]
impl RecordingWriter {
    #[new]
    #[pyo3(signature = (
        path, *, id, started_ms, channels, meta, level, block_ms, passphrase, recipients, entropy,
        sign_seed
    ))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments")]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
    fn new(
        path: PathBuf,
        id: [u8; 16],
        started_ms: i64,
        channels: Vec<(String, String, u32)>,
        meta: Vec<(String, String)>,
        level: &str,
        block_ms: u32,
        passphrase: Option<String>,
        recipients: Vec<[u8; 32]>,
        entropy: [u8; 32],
        sign_seed: Option<[u8; 32]>,
    ) -> PyResult<Self> {
        let channels = channels
            .into_iter()
            .map(|(name, coding, rate)| {
                Ok(Channel { coding: value(CODINGS, "coding", &coding)?, rate, name })
            })
            .collect::<PyResult<Vec<_>>>()?;
        let codings = channels.iter().map(|channel| channel.coding).collect();
        let mut options = Options::new(id);
        options.level = value(LEVELS, "level", level)?;
        options.block_ms = block_ms;
        options.signer = sign_seed.map(Signer::from_seed);
        if passphrase.is_some() || !recipients.is_empty() {
            let seal = recipients.into_iter().fold(Seal::new(entropy), Seal::recipient);
            options.seal = Some(match &passphrase {
                Some(passphrase) => seal.passphrase(passphrase, Cost::default()),
                None => seal,
            });
        }
        let head = Head { started_ms, channels, meta };
        let writer = Writer::create(create(&path)?, &head, options).map_err(raised)?;
        Ok(Self { writer: Some(writer), codings })
    }

    /// Samples of a channel from this position on: bytes for G.711, int16 for PCM.
    fn write(&mut self, channel: u8, position: u64, samples: &Bound<'_, PyAny>) -> PyResult<()> {
        let coding = self.codings.get(usize::from(channel)).copied();
        let writer = self.writer()?;
        match coding {
            Some(Coding::Lossless(Format::Pcm16)) => {
                with_input(&PyBuffer::<i16>::get(samples)?, |samples| {
                    writer.write(channel, position, Samples::Pcm16(samples))
                })?
            }
            Some(Coding::Lossless(Format::Alaw)) => {
                with_input(&PyBuffer::<u8>::get(samples)?, |samples| {
                    writer.write(channel, position, Samples::Alaw(samples))
                })?
            }
            // The core refuses what is no channel, or one of Opus.
            _ => with_input(&PyBuffer::<u8>::get(samples)?, |samples| {
                writer.write(channel, position, Samples::Ulaw(samples))
            })?,
        }
        .map_err(raised)
    }

    /// Write an Opus packet (buffer of bytes) of so many samples at a position in samples.
    fn packet(
        &mut self,
        channel: u8,
        position: u64,
        samples: u32,
        packet: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let writer = self.writer()?;
        with_input(&PyBuffer::<u8>::get(packet)?, |packet| {
            writer.packet(channel, position, samples, packet)
        })?
        .map_err(raised)
    }

    /// Note something about a stretch, position and length in samples.
    fn mark(
        &mut self,
        channel: u8,
        position: u64,
        length: u64,
        kind: &str,
        text: String,
    ) -> PyResult<()> {
        let kind = value(MARKS, "kind", kind)?;
        self.writer()?.mark(&Mark { channel, position, len: length, kind, text }).map_err(raised)
    }

    /// Add a key and its value.
    fn meta(&mut self, key: &str, value: &str) -> PyResult<()> {
        self.writer()?.meta(key, value).map_err(raised)
    }

    /// Tie a position in samples to microseconds after the start.
    fn clock(&mut self, channel: u8, position: u64, micros: u64) -> PyResult<()> {
        self.writer()?.clock(&ClockPoint { channel, position, micros }).map_err(raised)
    }

    /// Stop a channel at a position in samples: nothing is kept until it resumes.
    fn pause(&mut self, channel: u8, position: u64) -> PyResult<()> {
        self.writer()?.pause(channel, position).map_err(raised)
    }

    /// Go on with a paused channel at a position in samples.
    fn resume(&mut self, channel: u8, position: u64) -> PyResult<()> {
        self.writer()?.resume(channel, position).map_err(raised)
    }

    /// Write out all that was given so far.
    fn flush(&mut self) -> PyResult<()> {
        self.writer()?.flush().map_err(raised)
    }

    /// Finish the file; other threads go on meanwhile.
    fn close(&mut self, py: Python<'_>) -> PyResult<()> {
        match self.writer.take() {
            Some(writer) => py.detach(|| writer.finish()).map(drop).map_err(raised),
            None => Ok(()),
        }
    }

    /// Whether the file is finished.
    #[getter]
    fn closed(&self) -> bool {
        self.writer.is_none()
    }

    /// Bytes in the file so far; None once it is closed.
    #[getter]
    fn bytes_written(&self) -> Option<u64> {
        self.writer.as_ref().map(Writer::len)
    }
}
