//! Call-progress tones, and whether somebody speaks.

use std::collections::BTreeSet;

use media_core::tone::{
    Cadence, FREQUENCIES_MAX, Generator, Heard, Meaning, Plan, Step, Supervisor, Tone,
};
use media_core::vad::Vad as CoreVad;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyMapping;

use crate::buffers::{new_samples, with_pieces};
use crate::lasting::forever;
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

/// A part of a cadence in Python: two frequencies in Hz, 0 for none, and a length in ms, 0 for ever.
type GivenStep = (u16, u16, u16);

/// The steps of a tone of one's own.
fn own_steps(given: &[GivenStep]) -> PyResult<Box<[Step]>> {
    if let Some((low, high, _)) = given.iter().find(|(low, high, _)| *low.max(high) >= 4000) {
        let hz = low.max(high);
        return Err(PyValueError::new_err(format!("{hz} Hz is not below 4,000")));
    }
    if given.iter().all(|(low, high, _)| (*low, *high) == (0, 0)) {
        return Err(PyValueError::new_err("no step of the tone sounds"));
    }
    Ok(given.iter().map(|&(low, high, ms)| Step { hz: [low, high], ms }).collect())
}

const fn cadence(repeats: bool) -> Cadence {
    if repeats { Cadence::Repeats } else { Cadence::Once }
}

/// The sound of a tone of your own as array('h'), `samples` long. Each of its steps is two frequencies
/// in Hz that sound together, 0 for none, and how long in ms, 0 for ever; after the last one comes the
/// first again, or silence.
#[pyfunction]
#[pyo3(signature = (steps, samples=8000, *, repeats=true, dbm0=-13))]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 makes a list into a vector")]
fn tone_of(
    py: Python<'_>,
    steps: Vec<GivenStep>,
    samples: usize,
    repeats: bool,
    dbm0: i8,
) -> PyResult<Bound<'_, PyAny>> {
    let steps = own_steps(&steps)?;
    let tone = Tone { meaning: Meaning::Beep, steps: &steps, cadence: cadence(repeats) };
    new_samples(py, samples, |pcm| {
        Generator::new(tone, dbm0).generate(pcm);
        Ok(())
    })
}

/// The tones of a plan of one's own, and the steps that they refer to.
struct Own {
    tones: Box<[Tone<'static>]>,
    _steps: Vec<Box<[Step]>>,
}

impl Own {
    /// Tones that repeat, by their meanings; silence follows a beep.
    fn new(given: &Bound<'_, PyMapping>) -> PyResult<Self> {
        let (mut tones, mut all, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (name, steps) in given.items()?.extract::<Vec<(String, Vec<GivenStep>)>>()? {
            let meaning = value(MEANINGS, "meaning", &name)?;
            let steps = own_steps(&steps)?;
            known.extend(steps.iter().flat_map(|step| step.hz).filter(|hz| *hz > 0));
            // SAFETY: a box's content does not move, and `_steps` keeps it as long as the tones.
            let lasting = unsafe { forever(&*steps) };
            let cadence = cadence(meaning != Meaning::Beep);
            tones.push(Tone { meaning, steps: lasting, cadence });
            all.push(steps);
        }
        if known.len() > FREQUENCIES_MAX || tones.is_empty() {
            let message = format!("a plan has tones, and at most {FREQUENCIES_MAX} frequencies");
            return Err(PyValueError::new_err(message));
        }
        Ok(Self { tones: tones.into(), _steps: all })
    }
}

/// Recognises the call-progress tones of a country by frequency and cadence, in sound at 8,000
/// samples a second. `plan` is a `TonePlan`, China's if it is None, or tones of your own by their `Tone`: each is a list of
/// steps as `tone_of` takes them, which repeats, but for a beep.
#[pyclass(module = "trunkline.media")]
struct ToneDetector {
    supervisor: Supervisor<'static>,
    _own: Option<Own>,
}

#[pymethods]
impl ToneDetector {
    #[new]
    #[pyo3(signature = (plan=None))]
    fn new(plan: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        if let Some(given) = plan.and_then(|plan| plan.cast::<PyMapping>().ok()) {
            let own = Own::new(given)?;
            // SAFETY: a box's content does not move, and `_own` keeps it as long as the detector.
            let plan = Plan { name: "own", tones: unsafe { forever(&*own.tones) } };
            return Ok(Self { supervisor: Supervisor::new(&plan), _own: Some(own) });
        }
        let plan: Option<String> = plan.map(PyAnyMethods::extract).transpose()?;
        let plan = value(PLANS, "plan", plan.as_deref().unwrap_or("china"))?;
        let supervisor = Supervisor::new(&plan);
        Ok(Self { supervisor, _own: None })
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
    module.add_function(wrap_pyfunction!(tone_of, module)?)?;
    module.add_function(wrap_pyfunction!(tone, module)?)
}
