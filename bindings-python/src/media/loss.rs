//! Concealment of lost frames.

use media_core::plc;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;

use crate::buffers::{new_samples, with_output};

/// Conceals lost frames of one stream at 8,000 samples a second, of any frame length.
///
/// Every frame of the stream goes through one of the two methods, in order.
#[pyclass(module = "trunkline.media")]
struct Concealer {
    concealer: plc::Concealer,
}

#[pymethods]
impl Concealer {
    #[new]
    fn new() -> Self {
        Self { concealer: plc::Concealer::new() }
    }

    fn __repr__(&self) -> String {
        format!("Concealer(lost_samples={})", self.lost_samples())
    }

    /// Hear a received frame (writable int16 buffer); after a loss its beginning is blended with the
    /// concealment, in place.
    fn received(&mut self, frame: &Bound<'_, PyAny>) -> PyResult<()> {
        with_output(&PyBuffer::<i16>::get(frame)?, |frame| self.concealer.received(frame))
    }

    /// Make up a lost frame of so many samples, as array('h').
    #[pyo3(signature = (samples=160))]
    fn conceal<'py>(&mut self, py: Python<'py>, samples: usize) -> PyResult<Bound<'py, PyAny>> {
        new_samples(py, samples, |pcm| {
            self.concealer.conceal(pcm);
            Ok(())
        })
    }

    /// Samples concealed since the last received frame.
    #[getter]
    fn lost_samples(&self) -> u32 {
        self.concealer.lost_samples()
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Concealer>()
}
