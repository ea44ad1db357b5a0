//! G.711 over buffers of samples and codes.

use media_core::g711::Law as CoreLaw;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::buffers::{new_samples, with_both, with_input};

/// The two codes of ITU-T G.711; the value is the RTP payload type.
#[pyclass(module = "trunkline.media", eq, eq_int, frozen, from_py_object)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Law {
    /// µ-law (PCMU): North America, Japan.
    MU = 0,
    /// A-law (PCMA): everywhere else.
    A = 8,
}

impl Law {
    pub(super) const fn core(self) -> CoreLaw {
        match self {
            Self::MU => CoreLaw::Mu,
            Self::A => CoreLaw::A,
        }
    }
}

fn same_length(codes: usize, samples: usize) -> PyResult<()> {
    if codes == samples {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "the output has room for {samples} elements, the input has {codes}"
    )))
}

/// Encode PCM samples (int16 buffer) to G.711, one byte a sample.
///
/// Raises BufferError when `pcm` is not a contiguous buffer of int16.
#[pyfunction]
#[pyo3(signature = (pcm, law=Law::A))]
fn g711_encode<'py>(
    py: Python<'py>,
    pcm: &Bound<'py, PyAny>,
    law: Law,
) -> PyResult<Bound<'py, PyBytes>> {
    let pcm = PyBuffer::<i16>::get(pcm)?;
    PyBytes::new_with(py, pcm.item_count(), |codes| {
        with_input(&pcm, |pcm| {
            law.core().encode(pcm, codes);
        })
    })
}

/// Decode G.711 (buffer of bytes) to an array('h') of as many samples.
///
/// Raises BufferError when `codes` is not a contiguous buffer of bytes.
#[pyfunction]
#[pyo3(signature = (codes, law=Law::A))]
fn g711_decode<'py>(
    py: Python<'py>,
    codes: &Bound<'py, PyAny>,
    law: Law,
) -> PyResult<Bound<'py, PyAny>> {
    let codes = PyBuffer::<u8>::get(codes)?;
    new_samples(py, codes.item_count(), |pcm| {
        with_input(&codes, |codes| {
            law.core().decode(codes, pcm);
        })
    })
}

/// Encode PCM samples into `out`, a writable buffer of as many bytes.
///
/// Raises BufferError for a wrong, read-only or overlapping buffer, ValueError when the lengths
/// differ.
#[pyfunction]
#[pyo3(signature = (pcm, out, law=Law::A))]
fn g711_encode_into(pcm: &Bound<'_, PyAny>, out: &Bound<'_, PyAny>, law: Law) -> PyResult<()> {
    let (pcm, out) = (PyBuffer::<i16>::get(pcm)?, PyBuffer::<u8>::get(out)?);
    same_length(pcm.item_count(), out.item_count())?;
    with_both(&pcm, &out, |pcm, codes| {
        law.core().encode(pcm, codes);
    })
}

/// Decode G.711 into `out`, a writable buffer of as many int16.
///
/// Raises BufferError for a wrong, read-only or overlapping buffer, ValueError when the lengths
/// differ.
#[pyfunction]
#[pyo3(signature = (codes, out, law=Law::A))]
fn g711_decode_into(codes: &Bound<'_, PyAny>, out: &Bound<'_, PyAny>, law: Law) -> PyResult<()> {
    let (codes, out) = (PyBuffer::<u8>::get(codes)?, PyBuffer::<i16>::get(out)?);
    same_length(codes.item_count(), out.item_count())?;
    with_both(&codes, &out, |codes, pcm| {
        law.core().decode(codes, pcm);
    })
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Law>()?;
    module.add_function(wrap_pyfunction!(g711_encode, module)?)?;
    module.add_function(wrap_pyfunction!(g711_decode, module)?)?;
    module.add_function(wrap_pyfunction!(g711_encode_into, module)?)?;
    module.add_function(wrap_pyfunction!(g711_decode_into, module)?)
}
