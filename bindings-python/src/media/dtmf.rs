//! Keys in the speech band.

use media_core::dtmf::{Detection, Detector, Generator, Key};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::buffers::{new_samples, with_pieces};
use crate::words::record;

record! {
    /// A key that was pressed, or let go.
    "trunkline.media" KeyEvent {
        /// "down" or "up".
        kind: &'static str,
        /// The key: a digit, "*", "#", or "A" to "D".
        key: &'static str,
        /// Where its tone began, in samples since the detector began, to about 4 ms.
        start: u64,
        /// Up: how long it lasted in samples, to about 8 ms.
        duration: Option<u64>,
        /// Down: the stronger of its two tones, in dBm0; full scale is +3.
        level: Option<i64>,
    }
}

fn name(key: Key) -> &'static str {
    const KEYS: &str = "0123456789*#ABCD";
    let at = usize::from(key.event());
    KEYS.get(at..=at).unwrap_or_default()
}

impl From<Detection> for KeyEvent {
    fn from(detection: Detection) -> Self {
        match detection {
            Detection::Down { key, start, level } => Self {
                kind: "down",
                key: name(key),
                start,
                duration: None,
                level: Some(level.into()),
            },
            Detection::Up { key, start, duration } => {
                Self { kind: "up", key: name(key), start, duration: Some(duration), level: None }
            }
        }
    }
}

/// Finds keys in sound at 8,000 samples a second, to ITU-T Q.24.
#[pyclass(module = "trunkline.media")]
pub(crate) struct DtmfDetector {
    detector: Detector,
}

#[pymethods]
impl DtmfDetector {
    #[new]
    fn new() -> Self {
        Self { detector: Detector::new() }
    }

    const fn __repr__(&self) -> &'static str {
        "DtmfDetector()"
    }

    /// Listen to PCM samples (int16 buffer, a frame of any size); returns the keys pressed and let
    /// go. The answer does not depend on how the sound is cut into frames. Other threads go on while
    /// it listens to more than a second.
    fn listen(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<KeyEvent>> {
        let mut found = Vec::new();
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.detector.detect(pcm, |detection| found.push(detection.into()));
        })?;
        Ok(found)
    }

    /// End a key that is held: at the end of a call, or when the sound before is to be forgotten.
    fn reset(&mut self) -> Vec<KeyEvent> {
        let mut found = Vec::new();
        self.detector.reset(|detection| found.push(detection.into()));
        found
    }
}

/// The sound of a key as array('h'), `samples` long, its low and high tone at these levels in dBm0.
#[pyfunction]
#[pyo3(signature = (key, samples=640, *, low_dbm0=-8, high_dbm0=-6))]
fn dtmf_tone<'py>(
    py: Python<'py>,
    key: char,
    samples: usize,
    low_dbm0: i8,
    high_dbm0: i8,
) -> PyResult<Bound<'py, PyAny>> {
    let key = Key::from_char(key)
        .ok_or_else(|| PyValueError::new_err(format!("'{key}' is no key of a telephone")))?;
    new_samples(py, samples, |pcm| {
        let mut generator = Generator::new();
        generator.start(key, samples as u64, low_dbm0, high_dbm0);
        generator.generate(pcm);
        Ok(())
    })
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<KeyEvent>()?;
    module.add_class::<DtmfDetector>()?;
    module.add_function(wrap_pyfunction!(dtmf_tone, module)?)
}
