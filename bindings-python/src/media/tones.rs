//! Call-progress tones, and whether somebody speaks.

use media_core::tone::{Generator, Heard, Meaning, Plan, Supervisor};
use media_core::vad::Vad as CoreVad;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::buffers::{new_samples, with_pieces};
use crate::words::{Repr as _, Words, record, value, word};

const MEANINGS: Words<Meaning> = &[
    ("dial", Meaning::Dial),
    ("ringback", Meaning::Ringback),
    ("busy", Meaning::Busy),
    ("congestion", Meaning::Congestion),
    ("unobtainable", Meaning::Unobtainable),
    ("beep", Meaning::Beep),
];

const PLANS: Words<Plan<'static>> = &[
    ("china", Plan::CHINA),
    ("north_america", Plan::NORTH_AMERICA),
    ("united_kingdom", Plan::UNITED_KINGDOM),
    ("etsi", Plan::ETSI),
];

record! {
    /// A tone that was recognised.
    "trunkline.media" ToneHeard {
        /// What it means: a `Tone`.
        meaning: &'static str,
        /// Where it was recognised, in samples since the detector began.
        at: u64,
    }
}

/// The sound of a call-progress tone as array('h'), `samples` long, each of its frequencies at this
/// level in dBm0.
///
/// `meaning` is a `Tone`, `plan` a `TonePlan`: the country's frequencies and cadences.
#[pyfunction]
#[pyo3(signature = (meaning, samples=8000, *, plan="china", dbm0=-13))]
fn tone<'py>(
    py: Python<'py>,
    meaning: &str,
    samples: usize,
    plan: &str,
    dbm0: i8,
) -> PyResult<Bound<'py, PyAny>> {
    let wanted = value(MEANINGS, "meaning", meaning)?;
    let tone = value(PLANS, "plan", plan)?
        .tone(wanted)
        .ok_or_else(|| PyValueError::new_err(format!("the plan '{plan}' has no {meaning} tone")))?;
    new_samples(py, samples, |pcm| {
        Generator::new(tone, dbm0).generate(pcm);
        Ok(())
    })
}

/// Recognises the call-progress tones of a country by frequency and cadence, in sound at 8,000
/// samples a second. `plan` is a `TonePlan`.
#[pyclass(module = "trunkline.media")]
struct ToneDetector {
    supervisor: Supervisor<'static>,
}

#[pymethods]
impl ToneDetector {
    #[new]
    #[pyo3(signature = (plan="china"))]
    fn new(plan: &str) -> PyResult<Self> {
        Ok(Self { supervisor: Supervisor::new(&value(PLANS, "plan", plan)?) })
    }

    fn __repr__(&self) -> String {
        format!("ToneDetector(present={})", self.present().repr())
    }

    /// Listen to PCM samples (int16 buffer, a frame of any size); returns the tones recognised. A
    /// tone is told of once. Other threads go on while it listens to more than a second.
    fn listen(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<ToneHeard>> {
        let mut found = Vec::new();
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.supervisor.listen(pcm, |Heard { meaning, at }| {
                found.push(ToneHeard { meaning: word(MEANINGS, meaning), at });
            });
        })?;
        Ok(found)
    }

    /// The tone that sounds now, a `Tone`, or None.
    #[getter]
    fn present(&self) -> Option<&'static str> {
        self.supervisor.present().map(|meaning| word(MEANINGS, meaning))
    }
}

/// Whether somebody speaks, by the level against the line's own noise, in sound at 8,000 samples a
/// second. Speech is held on to for `hangover_ms` after its last loud 10 ms.
#[pyclass(module = "trunkline.media")]
struct Vad {
    vad: CoreVad,
}

#[pymethods]
impl Vad {
    #[new]
    #[pyo3(signature = (hangover_ms=200))]
    fn new(hangover_ms: u16) -> Self {
        Self { vad: CoreVad::new(hangover_ms) }
    }

    fn __repr__(&self) -> String {
        format!("Vad(is_active={}, noise={})", self.is_active().repr(), self.noise())
    }

    /// Hear PCM samples (int16 buffer, a frame of any size); whether there is speech in any block of
    /// 10 ms that ended among them. Other threads go on while it hears more than a second.
    fn heard(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<bool> {
        let mut speech = false;
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| speech |= self.vad.heard(pcm))?;
        Ok(speech)
    }

    /// Whether the last block was speech, or the hangover still holds it.
    #[getter]
    fn is_active(&self) -> bool {
        self.vad.is_active()
    }

    /// Mean square of the noise between words, in squared sample values.
    #[getter]
    fn noise(&self) -> u32 {
        self.vad.noise()
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ToneHeard>()?;
    module.add_class::<ToneDetector>()?;
    module.add_class::<Vad>()?;
    module.add_function(wrap_pyfunction!(tone, module)?)
}
