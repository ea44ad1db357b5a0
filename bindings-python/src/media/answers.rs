//! Who or what has answered: fax machines, people, answering machines and their beeps.

use media_core::dtmf;
use media_core::tone::{
    Answer, AnswerConfig, AnswerDetector as CoreAnswers, AnswerEvent, Beep, BeepDetector as Beeps,
    FaxDetector as Faxes, FaxTone,
};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;

use super::dtmf::KeyEvent;
use crate::buffers::{with_output, with_pieces};
use crate::words::{Repr as _, Words, record, word};

const FAX_TONES: Words<FaxTone> = &[("calling", FaxTone::Calling), ("answer", FaxTone::Answer)];

const ANSWERS: Words<Answer> = &[
    ("human", Answer::Human),
    ("machine", Answer::Machine),
    ("silence", Answer::Silence),
    ("unknown", Answer::Unknown),
];

record! {
    /// A beep that has ended.
    "trunkline.media" BeepHeard {
        /// Where it ended, in samples since the detector began.
        end: u64,
        /// How long it lasted, in samples, to 10 ms.
        duration: u64,
    }
}

impl From<Beep> for BeepHeard {
    fn from(of: Beep) -> Self {
        Self { end: of.end, duration: of.duration }
    }
}

/// Finds the tones of fax machines (ITU-T T.30) in sound at 8,000 samples a second.
#[pyclass(module = "trunkline.media")]
struct FaxDetector {
    detector: Faxes,
}

#[pymethods]
impl FaxDetector {
    #[new]
    fn new() -> Self {
        Self { detector: Faxes::new() }
    }

    const fn __repr__(&self) -> &'static str {
        "FaxDetector()"
    }

    /// Listen to PCM samples (int16 buffer, a frame of any size); returns the tones heard, each a
    /// `FaxTone`, once for each time it sounds.
    fn listen(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<&'static str>> {
        let mut found = Vec::new();
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.detector.detect(pcm, |tone| found.push(word(FAX_TONES, tone)));
        })?;
        Ok(found)
    }
}

/// Finds the beep after which a machine records, whichever its frequency (350 to 2,500 Hz), in sound
/// at 8,000 samples a second. It is told of when it has ended, because that is when to speak.
#[pyclass(module = "trunkline.media")]
struct BeepDetector {
    detector: Beeps,
}

#[pymethods]
impl BeepDetector {
    #[new]
    fn new() -> Self {
        Self { detector: Beeps::new() }
    }

    const fn __repr__(&self) -> &'static str {
        "BeepDetector()"
    }

    /// Listen to PCM samples (int16 buffer, a frame of any size); returns the beeps that have ended.
    fn listen(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<BeepHeard>> {
        let mut found = Vec::new();
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.detector.detect(pcm, |beep| found.push(beep.into()));
        })?;
        Ok(found)
    }
}

/// Tells people from answering machines by how they greet, in sound at 8,000 samples a second.
///
/// "Hello?" and a pause is a person; a sentence is a machine. It is a guess. Make one when the call
/// is answered; after a machine, go on listening for its beep. All settings are in ms, but
/// `words`: more of them than this are a machine's.
#[pyclass(module = "trunkline.media")]
struct AnswerDetector {
    detector: CoreAnswers,
}

#[pymethods]
impl AnswerDetector {
    #[new]
    #[pyo3(signature = (
        *, initial_silence=2500, greeting=1500, silence_after=800, between_words=50, word=100,
        words=3, total=5000
    ))]
    fn new(
        initial_silence: u32,
        greeting: u32,
        silence_after: u32,
        between_words: u32,
        word: u32,
        words: u32,
        total: u32,
    ) -> Self {
        let detector = CoreAnswers::new(AnswerConfig {
            initial_silence,
            greeting,
            silence_after,
            between_words,
            word,
            words,
            total,
        });
        Self { detector }
    }

    fn __repr__(&self) -> String {
        format!("AnswerDetector(answer={})", self.answer().repr())
    }

    /// Listen to PCM samples (int16 buffer, a frame of any size); returns the beeps that have ended:
    /// now is the time to leave a message. What has been decided is in `answer`.
    fn listen(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<BeepHeard>> {
        let mut beeps = Vec::new();
        with_pieces(pcm.py(), &PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.detector.detect(pcm, |event| {
                if let AnswerEvent::Beep(beep) = event {
                    beeps.push(beep.into());
                }
            });
        })?;
        Ok(beeps)
    }

    /// Who has answered, an `Answer`; None while that is open.
    #[getter]
    fn answer(&self) -> Option<&'static str> {
        self.detector.answer().map(|answer| word(ANSWERS, answer))
    }
}

/// Keeps keys from being heard at the far end: the sound passes, keys become silence. Delayed by 400
/// samples (50 ms, the most) nothing of a key passes; with less a beginning does.
#[pyclass(module = "trunkline.media")]
struct DtmfSuppressor {
    suppressor: dtmf::Suppressor,
}

#[pymethods]
impl DtmfSuppressor {
    #[new]
    #[pyo3(signature = (delay=dtmf::Suppressor::MAX_DELAY))]
    fn new(delay: usize) -> Self {
        Self { suppressor: dtmf::Suppressor::new(delay) }
    }

    const fn __repr__(&self) -> &'static str {
        "DtmfSuppressor()"
    }

    /// Replace a frame (writable int16 buffer, of any size) by the sound without keys, in place;
    /// returns the keys pressed and let go.
    fn process(&mut self, pcm: &Bound<'_, PyAny>) -> PyResult<Vec<KeyEvent>> {
        let mut found = Vec::new();
        with_output(&PyBuffer::<i16>::get(pcm)?, |pcm| {
            self.suppressor.process(pcm, |key| found.push(key.into()));
        })?;
        Ok(found)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<BeepHeard>()?;
    module.add_class::<FaxDetector>()?;
    module.add_class::<BeepDetector>()?;
    module.add_class::<AnswerDetector>()?;
    module.add_class::<DtmfSuppressor>()
}
