//! Sound files.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

use media_core::g711::Law;
use media_core::wav::{Encoding, FileError, Format, HeaderError, Reader, Writer};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::buffers::{samples_of, with_input};
use crate::errors::{MediaError, Reason, of_file};
use crate::words::{Words, value};

const ENCODINGS: Words<Encoding> = &[
    ("pcm16", Encoding::Pcm16),
    ("pcma", Encoding::G711(Law::A)),
    ("pcmu", Encoding::G711(Law::Mu)),
];

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn raised(path: &std::path::Path, error: FileError) -> PyErr {
    let error = match error {
        FileError::Io(error) => return of_file(path, &error),
        FileError::Header(error) => error,
        _ => return MediaError::new_err(error.to_string()),
    };
    let reason = match error {
        HeaderError::NotSound => Reason::new("not_sound"),
        HeaderError::Coding { tag } => Reason::new("coding").about(Some(tag.into())),
        HeaderError::Malformed { at } => Reason::new("malformed").about(Some(at as u64)),
        _ => Reason::new("header"),
    };
    reason.within(MediaError::new_err(format!("{}: {error}", path.display())))
}

/// Read a sound file (WAV, RF64 or AU; 16-bit PCM, A-law or µ-law): its samples as array('h'),
/// interleaved, their rate in Hz, and how many channels they are of. Other threads go on meanwhile.
///
/// One that its writer left without a length is read to its end. Raises MediaError (code "not_sound",
/// "coding" with the format's number, or "malformed") and OSError.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
fn read_wav(py: Python<'_>, path: PathBuf) -> PyResult<(Bound<'_, PyAny>, u32, u16)> {
    let read = py.detach(|| {
        let file = File::open(&path).map_err(FileError::Io)?;
        let mut reader = Reader::new(BufReader::new(file))?;
        let (mut sound, mut some) = (Vec::new(), [0; 8_192]);
        loop {
            match reader.read(&mut some)? {
                0 => return Ok((sound, reader.header().format)),
                read => sound.extend_from_slice(some.get(..read).unwrap_or_default()),
            }
        }
    });
    let (sound, format) = read.map_err(|error| raised(&path, error))?;
    Ok((samples_of(py, &sound)?, format.rate, format.channels))
}

/// Write samples (int16 buffer, interleaved) as a WAV file that must not exist; `encoding` is a
/// `WavEncoding`.
#[pyfunction]
#[pyo3(signature = (path, pcm, *, rate=8000, channels=1, encoding="pcm16"))]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
fn write_wav(
    py: Python<'_>,
    path: PathBuf,
    pcm: &Bound<'_, PyAny>,
    rate: u32,
    channels: u16,
    encoding: &str,
) -> PyResult<()> {
    let encoding = value(ENCODINGS, "encoding", encoding)?;
    let pcm = with_input(&PyBuffer::<i16>::get(pcm)?, <[i16]>::to_vec)?;
    if channels == 0 || pcm.len() % usize::from(channels) != 0 {
        return Err(PyValueError::new_err(format!(
            "{} samples are not of {channels} channels",
            pcm.len()
        )));
    }
    let written = py.detach(|| {
        let file = File::options().write(true).create_new(true).open(&path);
        let file = BufWriter::new(file.map_err(FileError::Io)?);
        let mut writer = Writer::new(file, Format { encoding, channels, rate })?;
        writer.write(&pcm)?;
        writer.finish().map(drop)
    });
    written.map_err(|error| raised(&path, error))
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(read_wav, module)?)?;
    module.add_function(wrap_pyfunction!(write_wav, module)?)
}
