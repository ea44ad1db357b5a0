//! Conversion between sample rates.

use std::sync::{Mutex, MutexGuard, PoisonError};

use media_core::resample;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;

use crate::buffers::{samples_of, with_input, with_pieces};

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn wrong(error: resample::RateError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Convert a whole recording (int16 buffer) from one rate in Hz to another, as array('h') of
/// len(pcm) · to_hz / from_hz samples, rounded up. Other threads go on meanwhile.
///
/// Raises ValueError for rates outside 4,000 to 384,000 Hz or without a simple ratio.
#[pyfunction]
fn resample_pcm<'py>(
    py: Python<'py>,
    pcm: &Bound<'_, PyAny>,
    from_hz: u32,
    to_hz: u32,
) -> PyResult<Bound<'py, PyAny>> {
    // A copy, because without the interpreter lock somebody could write to the original.
    let pcm = with_input(&PyBuffer::<i16>::get(pcm)?, <[i16]>::to_vec)?;
    let converted = py.detach(|| resample::convert(from_hz, to_hz, &pcm)).map_err(wrong)?;
    samples_of(py, &converted)
}

/// Converts one mono stream from one rate in Hz to another, piece by piece; pieces may have any
/// length. The output lags 10 ms behind the input.
#[pyclass(module = "trunkline.media", frozen)]
struct Resampler {
    // The converter cannot be shared between threads by itself.
    converter: Mutex<resample::Resampler>,
    from_hz: u32,
    to_hz: u32,
}

impl Resampler {
    fn converter(&self, py: Python<'_>) -> MutexGuard<'_, resample::Resampler> {
        self.converter.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Resampler {
    #[new]
    fn new(from_hz: u32, to_hz: u32) -> PyResult<Self> {
        let converter = resample::Resampler::new(from_hz, to_hz).map_err(wrong)?;
        Ok(Self { converter: Mutex::new(converter), from_hz, to_hz })
    }

    fn __repr__(&self) -> String {
        format!("Resampler({}, {})", self.from_hz, self.to_hz)
    }

    /// Take the next samples (int16 buffer); returns those that are finished, as array('h'). Other
    /// threads go on while it converts more than some thousands.
    fn process<'py>(&self, py: Python<'py>, pcm: &Bound<'_, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (mut converter, mut out) = (self.converter(py), Vec::new());
        let converter = &mut *converter;
        with_pieces(py, &PyBuffer::<i16>::get(pcm)?, |pcm| converter.process(pcm, &mut out))?;
        samples_of(py, &out)
    }

    /// The rest as array('h'), up to the exact length; ready for another stream then.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut out = Vec::new();
        self.converter(py).finish(&mut out);
        samples_of(py, &out)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Resampler>()?;
    module.add_function(wrap_pyfunction!(resample_pcm, module)?)
}
