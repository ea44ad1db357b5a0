//! `trunkline.record`: one call in one file. The classes that users see are in `record.py`.

mod reader;
mod writer;

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

use media_core::record::Format;
use media_core::record::tlr::{
    self, Limits, MarkKind, Report, Signature, Signer, TlrError, Unlock,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{Reason, RecordError, of_file};
use crate::words::Words;

const CODINGS: Words<tlr::Coding> = &[
    ("pcmu", tlr::Coding::Lossless(Format::Ulaw)),
    ("pcma", tlr::Coding::Lossless(Format::Alaw)),
    ("pcm16", tlr::Coding::Lossless(Format::Pcm16)),
    ("opus", tlr::Coding::Opus),
];

const MARKS: Words<MarkKind> = &[
    ("note", MarkKind::Note),
    ("key", MarkKind::Key),
    ("loss", MarkKind::Loss),
    ("hold", MarkKind::Hold),
    ("silence", MarkKind::Silence),
    ("concealed", MarkKind::Concealed),
    ("joined", MarkKind::Joined),
    ("transferred", MarkKind::Transferred),
    ("paused", MarkKind::Paused),
    ("overload", MarkKind::Overload),
];

/// The number of "Input/output error", on every system that has errno.
const EIO: i32 = 5;

/// `RecordError` with `code` and, where the error names one, `subject`; an OSError stays one.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn raised(error: TlrError) -> PyErr {
    let (code, subject): (_, Option<u64>) = match error {
        TlrError::Io(kind) => return PyErr::from(std::io::Error::from(kind)),
        TlrError::Device => return PyErr::from(std::io::Error::from_raw_os_error(EIO)),
        TlrError::NotTlr => ("not_tlr", None),
        TlrError::HeaderDamaged => ("header_damaged", None),
        TlrError::Version(version) => ("version", Some(version.into())),
        TlrError::Damaged(offset) => ("damaged", Some(offset)),
        TlrError::NoHead => ("no_head", None),
        TlrError::Locked => ("locked", None),
        TlrError::WrongKey => ("wrong_key", None),
        TlrError::TooCostly(work) => ("too_costly", Some(work)),
        TlrError::Channel(channel) => ("channel", Some(channel.into())),
        TlrError::Format(channel) => ("format", Some(channel.into())),
        TlrError::Backwards { expected, .. } => ("backwards", Some(expected)),
        TlrError::TooLong(bytes) => ("too_long", Some(bytes as u64)),
        TlrError::Block(_) => ("block", None),
        _ => ("refused", None),
    };
    Reason::new(code).about(subject).within(RecordError::new_err(error.to_string()))
}

fn open(path: &std::path::Path) -> PyResult<BufReader<File>> {
    File::open(path).map(BufReader::new).map_err(|error| of_file(path, &error))
}

fn create(path: &std::path::Path) -> PyResult<BufWriter<File>> {
    let file = File::options().write(true).create_new(true).open(path);
    file.map(BufWriter::new).map_err(|error| of_file(path, &error))
}

fn unlock(passphrase: Option<String>, secret: Option<[u8; 32]>) -> PyResult<Unlock> {
    match (passphrase, secret) {
        (None, None) => Ok(Unlock::Nothing),
        (Some(passphrase), None) => Ok(Unlock::Passphrase(passphrase)),
        (None, Some(secret)) => Ok(Unlock::Secret(secret)),
        (Some(_), Some(_)) => {
            Err(PyValueError::new_err("passphrase and secret exclude each other"))
        }
    }
}

fn findings<'py>(py: Python<'py>, of: &Report) -> PyResult<Bound<'py, PyDict>> {
    let (signature, signed_by) = match of.signature {
        Signature::None => ("none", None),
        Signature::Closed(key) => ("closed", Some(key)),
        Signature::UpTo(key, _) => ("partial", Some(key)),
        Signature::Wrong(_) => ("wrong", None),
        _ => ("unknown", None),
    };
    let found = PyDict::new(py);
    found.set_item("is_intact", of.is_intact())?;
    found.set_item("records", of.records)?;
    found.set_item("closed", of.closed)?;
    found.set_item("recovered", of.recovered)?;
    let damaged: Vec<_> = of.damaged.iter().map(|bytes| (bytes.start, bytes.end)).collect();
    found.set_item("damaged", damaged)?;
    let missing: Vec<_> = of.missing.iter().map(|numbers| (numbers.start, numbers.end)).collect();
    found.set_item("missing", missing)?;
    found.set_item("broken", &of.broken)?;
    found.set_item("samples", &of.samples)?;
    found.set_item("signature", signature)?;
    let key = signed_by.map(|key| pyo3::types::PyBytes::new(py, &key));
    found.set_item("signed_by", key)?;
    Ok(found)
}

/// What `tlr::verify` finds in a file, as the fields of `trunkline.record.Findings`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over a path")]
fn verify_recording(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let input = open(&path)?;
    let found = py.detach(|| tlr::verify(input)).map_err(raised)?;
    findings(py, &found)
}

/// Copies what is whole of a recording into a new, closed file; what was found in the old one.
#[pyfunction]
#[pyo3(signature = (source, target, *, passphrase=None, secret=None, passphrase_mib=1024, sign_seed=None))]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands over paths")]
fn recover_recording(
    py: Python<'_>,
    source: PathBuf,
    target: PathBuf,
    passphrase: Option<String>,
    secret: Option<[u8; 32]>,
    passphrase_mib: u64,
    sign_seed: Option<[u8; 32]>,
) -> PyResult<Bound<'_, PyDict>> {
    let key = unlock(passphrase, secret)?;
    let (input, output) = (open(&source)?, create(&target)?);
    let signer = sign_seed.map(Signer::from_seed);
    let limits = Limits::default().passphrase_mib(passphrase_mib);
    let recover = || tlr::recover_within(input, output, &key, &limits, signer.as_ref());
    let found = py.detach(recover).map_err(raised)?;
    findings(py, &found)
}

/// The Ed25519 public key of a signer, and the X25519 public key of a reader, that belong to these
/// 32 secret bytes.
#[pyfunction]
fn public_keys(seed: [u8; 32]) -> ([u8; 32], [u8; 32]) {
    (Signer::from_seed(seed).public(), tlr::public_key(seed))
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<writer::RecordingWriter>()?;
    module.add_class::<reader::RecordingReader>()?;
    module.add_function(wrap_pyfunction!(verify_recording, module)?)?;
    module.add_function(wrap_pyfunction!(recover_recording, module)?)?;
    module.add_function(wrap_pyfunction!(public_keys, module)?)
}
