//! Levels: mixing, gains, fades, automatic gain, and the noise of pauses.

use media_core::agc;
use media_core::cng::{self, Noise};
use media_core::mix::{
    self, Bridge as CoreBridge, Conference as CoreConference, Gain, Supervision,
};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::buffers::{new_samples, with_input, with_output};
use crate::words::{Words, value};

const SUPERVISIONS: Words<Supervision> = &[
    ("away", Supervision::Away),
    ("monitor", Supervision::Monitor),
    ("whisper", Supervision::Whisper),
    ("barge", Supervision::Barge),
];

/// Add up frames (int16 buffers) as array('h'), as long as the longest; what does not fit into 16
/// bits saturates.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 makes a list into a vector")]
fn mixed<'py>(py: Python<'py>, frames: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
    let frames: Vec<PyBuffer<i16>> = frames.iter().map(PyBuffer::get).collect::<PyResult<_>>()?;
    let longest = frames.iter().map(|frame| frame.item_count()).max().unwrap_or(0);
    // Limited once, at the end: in whatever order the frames come, the sum is the same.
    let mut sum = vec![0_i64; longest];
    for frame in &frames {
        with_input(frame, |frame| {
            sum.iter_mut().zip(frame).for_each(|(to, &from)| *to += i64::from(from));
        })?;
    }
    new_samples(py, longest, |out| {
        for (to, sum) in out.iter_mut().zip(sum) {
            *to = sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
        Ok(())
    })
}

/// A gain that moves without a click: along a straight line of 5 ms.
///
/// Gains are in decibels: 0 is as it came, -60 and less is silence, 18 the most.
#[pyclass(module = "trunkline.media")]
struct Fade {
    fade: mix::Fade,
    db: i8,
}

#[pymethods]
impl Fade {
    #[new]
    #[pyo3(signature = (db=0))]
    const fn new(db: i8) -> Self {
        Self { fade: mix::Fade::new(Gain::from_db(db)), db }
    }

    fn __repr__(&self) -> String {
        format!("Fade({})", self.db)
    }

    /// Start moving towards this gain in dB, from wherever it is now.
    const fn to(&mut self, db: i8) {
        self.db = db;
        self.fade.to(Gain::from_db(db));
    }

    /// Amplify the next frame (writable int16 buffer) in place.
    fn apply(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<()> {
        with_output(&PyBuffer::<i16>::get(pcm)?, |pcm| self.fade.apply(pcm))
    }

    /// Whether it has arrived.
    #[getter]
    const fn is_still(&self) -> bool {
        self.fade.is_still()
    }
}

/// A call of three: caller, agent, and a supervisor who is away at first.
#[pyclass(module = "trunkline.media")]
struct Bridge {
    bridge: CoreBridge<3>,
    supervision: String,
}

#[pymethods]
impl Bridge {
    #[new]
    fn new() -> Self {
        Self { bridge: CoreBridge::supervised(), supervision: "away".to_owned() }
    }

    fn __repr__(&self) -> String {
        format!("Bridge(supervision='{}')", self.supervision)
    }

    /// Change what the supervisor hears and who hears the supervisor: a `Supervision`.
    fn supervise(&mut self, what: &str) -> PyResult<()> {
        self.bridge.supervise(value(SUPERVISIONS, "what", what)?);
        what.clone_into(&mut self.supervision);
        Ok(())
    }

    /// One frame of each (int16 buffers of one length) into what the caller, the agent and the
    /// supervisor hear, each as array('h').
    fn mix<'py>(
        &mut self,
        py: Python<'py>,
        caller: &Bound<'py, PyAny>,
        agent: &Bound<'py, PyAny>,
        supervisor: &Bound<'py, PyAny>,
    ) -> PyResult<[Bound<'py, PyAny>; 3]> {
        let said = [caller, agent, supervisor].map(PyBuffer::<i16>::get);
        let [caller, agent, supervisor] = said;
        let said = [caller?, agent?, supervisor?];
        let samples = said[0].item_count();
        if said.iter().any(|one| one.item_count() != samples) {
            return Err(PyValueError::new_err("the three frames differ in length"));
        }
        let mut heard = [vec![0; samples], vec![0; samples], vec![0; samples]];
        let [a, b, c] = &said;
        let [x, y, z] = &mut heard;
        with_input(a, |a| {
            with_input(b, |b| with_input(c, |c| self.bridge.mix([a, b, c], [x, y, z])))
        })???;
        let made = |pcm: &[i16]| crate::buffers::samples_of(py, pcm);
        let [x, y, z] = &heard;
        Ok([made(x)?, made(y)?, made(z)?])
    }
}

/// A call of any number of parties, counted from 0, of whom nobody hears anybody at first.
///
/// Changes fade over 5 ms. Gains are in decibels, as a `Fade`'s.
#[pyclass(module = "trunkline.media")]
struct Conference {
    conference: CoreConference<'static>,
}

impl Conference {
    /// A party that there is.
    fn party(&self, number: usize) -> PyResult<usize> {
        if number < self.conference.parties() {
            return Ok(number);
        }
        let parties = self.conference.parties();
        Err(PyValueError::new_err(format!("there is no party {number} of {parties}")))
    }
}

#[pymethods]
impl Conference {
    #[new]
    fn new(parties: u16) -> PyResult<Self> {
        if parties == 0 {
            return Err(PyValueError::new_err("parties is 0"));
        }
        Ok(Self { conference: CoreConference::with_capacity(parties) })
    }

    fn __repr__(&self) -> String {
        format!("Conference(parties={})", self.parties())
    }

    /// How many parties there are.
    #[getter]
    const fn parties(&self) -> usize {
        self.conference.parties()
    }

    /// From the next sample on, one party hears another with this gain; a party may be routed to
    /// itself.
    #[pyo3(signature = (speaker, listener, db=0))]
    fn route(&mut self, speaker: usize, listener: usize, db: i8) -> PyResult<()> {
        let (speaker, listener) = (self.party(speaker)?, self.party(listener)?);
        self.conference.route(speaker, listener, Gain::from_db(db));
        Ok(())
    }

    /// Both hear each other, as they speak.
    fn join(&mut self, one: usize, other: usize) -> PyResult<()> {
        let (one, other) = (self.party(one)?, self.party(other)?);
        self.conference.join(one, other);
        Ok(())
    }

    /// Change what a supervisor hears of all others and who of them hears it, a `Supervision`:
    /// whispering, `agent` alone does.
    fn supervise(&mut self, supervisor: usize, agent: usize, what: &str) -> PyResult<()> {
        let (supervisor, agent) = (self.party(supervisor)?, self.party(agent)?);
        self.conference.supervise(supervisor, agent, value(SUPERVISIONS, "what", what)?);
        Ok(())
    }

    /// One frame of each party (int16 buffers of one length) into what each hears, as array('h').
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 makes a list into a vector")]
    fn mix<'py>(
        &mut self,
        py: Python<'py>,
        frames: Vec<Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let frames: Vec<PyBuffer<i16>> =
            frames.iter().map(PyBuffer::get).collect::<PyResult<_>>()?;
        let samples = frames.first().map_or(0, |frame| frame.item_count());
        let alike = frames.iter().all(|frame| frame.item_count() == samples);
        if frames.len() != self.parties() || !alike {
            let message = "one frame for each party, all of one length";
            return Err(PyValueError::new_err(message));
        }
        let copied = |frame: &PyBuffer<i16>| with_input(frame, <[i16]>::to_vec);
        let voices = frames.iter().map(copied).collect::<PyResult<Vec<_>>>()?;
        let ear = |to| {
            new_samples(py, samples, |ear| {
                self.conference.hear(to, voices.iter().map(Vec::as_slice), ear);
                Ok(())
            })
        };
        (0..voices.len()).map(ear).collect()
    }
}

/// Automatic gain for one stream at 8,000 samples a second: quiet callers up, loud ones down, pauses
/// left alone.
///
/// `target_dbov` is the level of active speech aimed at (0 is a full-scale square wave); the gain
/// goes up to `most_gain_db` (18 at most) and down to `most_loss_db`.
#[pyclass(module = "trunkline.media")]
struct Agc {
    agc: agc::Agc,
}

#[pymethods]
impl Agc {
    #[new]
    #[pyo3(signature = (*, target_dbov=-26, most_gain_db=12, most_loss_db=12))]
    const fn new(target_dbov: i8, most_gain_db: u8, most_loss_db: u8) -> Self {
        Self { agc: agc::Agc::new(agc::Config::new(target_dbov, most_gain_db, most_loss_db)) }
    }

    fn __repr__(&self) -> String {
        format!("Agc(gain={:.2})", self.gain())
    }

    /// Amplify the next samples (writable int16 buffer, of any size) in place.
    fn process(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<()> {
        with_output(&PyBuffer::<i16>::get(pcm)?, |pcm| self.agc.process(pcm))
    }

    /// The gain now, as a factor of amplitude.
    #[getter]
    fn gain(&self) -> f64 {
        f64::from(self.agc.gain().q12()) / 4096.0
    }
}

/// Describe a pause (int16 buffer, its last 480 samples count) for the far end: an RFC 3389 payload
/// of its level and so many reflection coefficients, up to 16.
#[pyfunction]
#[pyo3(signature = (pause, coefficients=10))]
fn describe_noise<'py>(
    py: Python<'py>,
    pause: &Bound<'py, PyAny>,
    coefficients: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut payload = vec![0; 1 + coefficients.min(16)];
    let len =
        with_input(&PyBuffer::<i16>::get(pause)?, |pause| cng::describe(pause, &mut payload))?;
    Ok(PyBytes::new(py, payload.get(..len).unwrap_or_default()))
}

/// Makes comfort noise (RFC 3389) at 8,000 samples a second; the seed decides it.
#[pyclass(module = "trunkline.media")]
struct ComfortNoise {
    noise: Noise,
    seed: u32,
}

#[pymethods]
impl ComfortNoise {
    #[new]
    #[pyo3(signature = (seed=1))]
    const fn new(seed: u32) -> Self {
        Self { noise: Noise::new(seed), seed }
    }

    fn __repr__(&self) -> String {
        format!("ComfortNoise({})", self.seed)
    }

    /// Take over an RFC 3389 payload (buffer of bytes); an empty one changes nothing.
    fn update(&mut self, payload: &Bound<'_, PyAny>) -> PyResult<()> {
        with_input(&PyBuffer::<u8>::get(payload)?, |payload| self.noise.update(payload))
    }

    /// White noise of this mean square, in squared sample values.
    fn white(&mut self, mean_square: u32) {
        self.noise.white(mean_square);
    }

    /// Back to silence: the next noise fades in.
    fn stop(&mut self) {
        self.noise.stop();
    }

    /// The next samples, as array('h').
    #[pyo3(signature = (samples=160))]
    fn fill<'py>(&mut self, py: Python<'py>, samples: usize) -> PyResult<Bound<'py, PyAny>> {
        new_samples(py, samples, |pcm| {
            self.noise.fill(pcm);
            Ok(())
        })
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Fade>()?;
    module.add_class::<Bridge>()?;
    module.add_class::<Conference>()?;
    module.add_class::<Agc>()?;
    module.add_class::<ComfortNoise>()?;
    module.add_function(wrap_pyfunction!(mixed, module)?)?;
    module.add_function(wrap_pyfunction!(describe_noise, module)?)
}
