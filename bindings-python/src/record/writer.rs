//! Writing a recording.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Cost, Head, Mark, Options, Seal, Signer, TlrError, Writer,
};
use media_core::record::{Format, Level, Samples};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;

use super::{CODINGS, MARKS, create, raised};
use crate::buffers::with_input;
use crate::words::{Words, value};

const LEVELS: Words<Level> =
    &[("live", Level::Live), ("fast", Level::Fast), ("high", Level::High), ("max", Level::Max)];

/// A recording that is being written; None once it is closed. Compressing takes its time, and a
/// passphrase is made slow on purpose: other threads go on meanwhile.
#[pyclass(module = "trunkline._native", frozen)]
pub(super) struct RecordingWriter {
    writer: Mutex<Option<FileWriter>>,
    codings: Vec<Coding>,
}

type FileWriter = Writer<BufWriter<File>>;

/// The elements of a buffer, so that other threads may go on while they are worked on.
fn copied<T: Element>(buffer: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    with_input(&PyBuffer::<T>::get(buffer)?, <[T]>::to_vec)
}

impl RecordingWriter {
    fn with(
        &self,
        py: Python<'_>,
        write: impl FnOnce(&mut FileWriter) -> Result<(), TlrError> + Send,
    ) -> PyResult<()> {
        let done = py.detach(|| {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.as_mut().map(write)
        });
        let closed = || PyValueError::new_err("the recording is closed");
        done.ok_or_else(closed)?.map_err(raised)
    }

    fn known<R>(&self, py: Python<'_>, look: impl FnOnce(Option<&FileWriter>) -> R) -> R {
        let writer = self.writer.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        look(writer.as_ref())
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
        py: Python<'_>,
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
        let head = Head { started_ms, channels, meta };
        let file = create(&path)?;
        let made = py.detach(|| {
            if passphrase.is_some() || !recipients.is_empty() {
                let seal = recipients.into_iter().fold(Seal::new(entropy), Seal::recipient);
                options.seal = Some(match &passphrase {
                    Some(passphrase) => seal.passphrase(passphrase, Cost::default()),
                    None => seal,
                });
            }
            Writer::create(file, &head, options)
        });
        Ok(Self { writer: Mutex::new(Some(made.map_err(raised)?)), codings })
    }

    /// Samples of a channel from this position on: bytes for G.711, int16 for PCM.
    fn write(
        &self,
        py: Python<'_>,
        channel: u8,
        position: u64,
        samples: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        match self.codings.get(usize::from(channel)) {
            Some(Coding::Lossless(Format::Pcm16)) => {
                let samples = copied(samples)?;
                self.with(py, |writer| writer.write(channel, position, Samples::Pcm16(&samples)))
            }
            Some(Coding::Lossless(Format::Alaw)) => {
                let samples = copied(samples)?;
                self.with(py, |writer| writer.write(channel, position, Samples::Alaw(&samples)))
            }
            // The core refuses what is no channel, or one of Opus.
            _ => {
                let samples = copied(samples)?;
                self.with(py, |writer| writer.write(channel, position, Samples::Ulaw(&samples)))
            }
        }
    }

    /// Write an Opus packet (buffer of bytes) of so many samples at a position in samples.
    fn packet(
        &self,
        py: Python<'_>,
        channel: u8,
        position: u64,
        samples: u32,
        packet: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let packet = copied(packet)?;
        self.with(py, |writer| writer.packet(channel, position, samples, &packet))
    }

    /// Note something about a stretch, position and length in samples.
    fn mark(
        &self,
        py: Python<'_>,
        channel: u8,
        position: u64,
        length: u64,
        kind: &str,
        text: String,
    ) -> PyResult<()> {
        let mark = Mark { channel, position, len: length, kind: value(MARKS, "kind", kind)?, text };
        self.with(py, |writer| writer.mark(&mark))
    }

    /// Add a key and its value.
    fn meta(&self, py: Python<'_>, key: &str, value: &str) -> PyResult<()> {
        self.with(py, |writer| writer.meta(key, value))
    }

    /// Tie a position in samples to microseconds after the start.
    fn clock(&self, py: Python<'_>, channel: u8, position: u64, micros: u64) -> PyResult<()> {
        self.with(py, |writer| writer.clock(&ClockPoint { channel, position, micros }))
    }

    /// Stop a channel at a position in samples: nothing is kept until it resumes.
    fn pause(&self, py: Python<'_>, channel: u8, position: u64) -> PyResult<()> {
        self.with(py, |writer| writer.pause(channel, position))
    }

    /// Go on with a paused channel at a position in samples.
    fn resume(&self, py: Python<'_>, channel: u8, position: u64) -> PyResult<()> {
        self.with(py, |writer| writer.resume(channel, position))
    }

    /// Write out all that was given so far.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, Writer::flush)
    }

    /// Finish the file.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let finished = py.detach(|| {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
            writer.map(Writer::finish)
        });
        finished.transpose().map(drop).map_err(raised)
    }

    /// Whether the file is finished.
    #[getter]
    fn closed(&self, py: Python<'_>) -> bool {
        self.known(py, |writer| writer.is_none())
    }

    /// Bytes in the file so far; None once it is closed.
    #[getter]
    fn bytes_written(&self, py: Python<'_>) -> Option<u64> {
        self.known(py, |writer| writer.map(Writer::len))
    }
}
