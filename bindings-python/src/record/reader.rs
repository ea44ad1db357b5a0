//! Reading a recording.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use media_core::record::tlr::{Limits, Reader, Shape, Stretch, TlrError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyBytes;

use super::{CODINGS, MARKS, create, open, raised, unlock};
use crate::buffers::samples_of;
use crate::words::word;

/// A recording that is read.
#[pyclass(module = "trunkline._native", frozen)]
pub(super) struct RecordingReader {
    reader: Mutex<Reader<BufReader<File>>>,
}

impl RecordingReader {
    /// Other threads go on meanwhile.
    fn with<R: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&mut Reader<BufReader<File>>) -> Result<R, TlrError> + Send,
    ) -> PyResult<R> {
        py.detach(|| run(&mut self.reader.lock().unwrap_or_else(PoisonError::into_inner)))
            .map_err(raised)
    }

    fn known<R>(&self, py: Python<'_>, look: impl FnOnce(&Reader<BufReader<File>>) -> R) -> R {
        look(&self.reader.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl RecordingReader {
    #[new]
    #[pyo3(signature = (path, *, passphrase=None, secret=None, passphrase_mib=1024))]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        passphrase: Option<String>,
        secret: Option<[u8; 32]>,
        passphrase_mib: u64,
    ) -> PyResult<Self> {
        let (file, key) = (open(&path)?, unlock(passphrase, secret)?);
        let limits = Limits::default().passphrase_mib(passphrase_mib);
        let reader = py.detach(|| Reader::open_within(file, &key, &limits)).map_err(raised)?;
        Ok(Self { reader: Mutex::new(reader) })
    }

    /// When it started, in ms since the Unix epoch.
    #[getter]
    fn started_ms(&self, py: Python<'_>) -> i64 {
        self.known(py, |reader| reader.head().started_ms)
    }

    /// Name, coding, rate, and the position behind the last sample of each channel.
    #[getter]
    fn channels(&self, py: Python<'_>) -> Vec<(String, &'static str, u32, u64)> {
        self.known(py, |reader| {
            let channels = (0..).zip(&reader.head().channels);
            channels
                .map(|(n, of)| (of.name.clone(), word(CODINGS, of.coding), of.rate, reader.end(n)))
                .collect()
        })
    }

    /// Keys and values that the file begins with.
    #[getter]
    fn meta(&self, py: Python<'_>) -> Vec<(String, String)> {
        self.known(py, |reader| reader.head().meta.clone())
    }

    /// Channel, microseconds after the start, length in microseconds, kind and text of each mark.
    #[getter]
    fn marks(&self, py: Python<'_>) -> Vec<(u8, u64, u64, &'static str, String)> {
        self.known(py, |reader| {
            let marks = reader.marks().iter();
            marks
                .map(|mark| {
                    let from = reader.micros_at(mark.channel, mark.position);
                    let end = mark.position.saturating_add(mark.len);
                    let to = reader.micros_at(mark.channel, end);
                    let kind = word(MARKS, mark.kind);
                    (mark.channel, from, to.saturating_sub(from), kind, mark.text.clone())
                })
                .collect()
        })
    }

    /// Stretches of the file that were lost, as first byte and the one behind the last.
    #[getter]
    fn damage(&self, py: Python<'_>) -> Vec<(u64, u64)> {
        self.known(py, |reader| reader.damage().iter().map(|of| (of.start, of.end)).collect())
    }

    /// Whether the file was closed, so that it has an index.
    #[getter]
    fn is_indexed(&self, py: Python<'_>) -> bool {
        self.known(py, Reader::is_indexed)
    }

    /// Microseconds from the start to the end of the longest channel.
    #[getter]
    fn duration_us(&self, py: Python<'_>) -> u64 {
        self.known(py, Reader::duration)
    }

    /// A stretch's samples, interleaved, their rate, and how many channels they are of.
    #[pyo3(signature = (from_us, to_us, *, mixed))]
    fn play<'py>(
        &self,
        py: Python<'py>,
        from_us: u64,
        to_us: Option<u64>,
        mixed: bool,
    ) -> PyResult<(Bound<'py, PyAny>, u32, u16)> {
        let stretch = Stretch { from: from_us, to: to_us, mixed, ..Stretch::default() };
        let mut sound = Vec::new();
        let Shape { rate, channels, .. } = self.with(py, |reader| {
            reader.play(&stretch, |frames| {
                sound.extend_from_slice(frames);
                Ok(())
            })
        })?;
        Ok((samples_of(py, &sound)?, rate, channels))
    }

    /// A channel's samples, at its own rate.
    fn read_at<'py>(
        &self,
        py: Python<'py>,
        channel: u8,
        from_us: u64,
        samples: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let sound = self.with(py, |reader| {
            let mut sound = vec![0; samples];
            reader.read_at(channel, from_us, &mut sound)?;
            Ok(sound)
        })?;
        samples_of(py, &sound)
    }

    /// The greatest magnitude of each column of a picture, in 128ths of full scale.
    fn picture<'py>(
        &self,
        py: Python<'py>,
        channel: u8,
        from_us: u64,
        to_us: u64,
        columns: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let picture = self.with(py, |reader| {
            let from = reader.position_at(channel, from_us);
            let to = reader.position_at(channel, to_us);
            let mut picture = vec![0; columns];
            reader.picture(channel, from, to, &mut picture)?;
            Ok(picture)
        })?;
        Ok(PyBytes::new(py, &picture))
    }

    /// Writes a stretch to a new WAV file; rate, channels and samples of each.
    #[pyo3(signature = (path, from_us, to_us, *, mixed))]
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
    fn export_wav(
        &self,
        py: Python<'_>,
        path: PathBuf,
        from_us: u64,
        to_us: Option<u64>,
        mixed: bool,
    ) -> PyResult<(u32, u16, u64)> {
        let stretch = Stretch { from: from_us, to: to_us, mixed, ..Stretch::default() };
        let file = create(&path)?;
        let shape = self.with(py, |reader| reader.export_wav(&stretch, file))?;
        Ok((shape.rate, shape.channels, shape.frames))
    }
}
