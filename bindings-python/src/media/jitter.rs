//! The jitter buffer.

use std::sync::{Mutex, PoisonError};

use media_core::g711::Law as CoreLaw;
use media_core::jitter::{self, Config, Kind, Packet, Stats, Verdict};
#[cfg(feature = "opus")]
use media_core::opus;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;

use crate::buffers::{new_samples, with_input, with_output};
use crate::words::{Words, record, value, word};

const VERDICTS: Words<Verdict> = &[
    ("taken", Verdict::Taken),
    ("duplicate", Verdict::Duplicate),
    ("late", Verdict::Late),
    ("suspect", Verdict::Suspect),
    ("restarted", Verdict::Restarted),
    ("unusable", Verdict::Unusable),
];

const KINDS: Words<Kind> = &[
    ("voice", Kind::Voice),
    ("concealed", Kind::Concealed),
    ("comfort_noise", Kind::ComfortNoise),
    ("silence", Kind::Silence),
];

#[derive(Clone, Copy, PartialEq)]
enum Coding {
    Mu,
    A,
    #[cfg(feature = "opus")]
    Opus,
}

const CODINGS: Words<Coding> = &[
    ("pcmu", Coding::Mu),
    ("pcma", Coding::A),
    #[cfg(feature = "opus")]
    ("opus", Coding::Opus),
];

/// What decodes the packets of a stream.
enum Decoder {
    Law(CoreLaw),
    #[cfg(feature = "opus")]
    Opus(opus::Decoder<'static>),
}

impl jitter::Decoder for Decoder {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        match self {
            Self::Law(law) => law.decode(payload, out),
            #[cfg(feature = "opus")]
            Self::Opus(decoder) => decoder.decode(payload, out),
        }
    }

    fn recover(&mut self, next: &[u8], out: &mut [i16]) -> usize {
        match self {
            Self::Law(law) => law.recover(next, out),
            #[cfg(feature = "opus")]
            Self::Opus(decoder) => decoder.recover(next, out),
        }
    }
}

record! {
    /// What a pull gave.
    "trunkline.media" Pulled {
        /// What most of its samples are: a `PulledKind`.
        kind: &'static str,
        /// RTP timestamp of its first sample; None before the first packet is played.
        timestamp: Option<u64>,
        /// Playout delay of its first sample in ms, had its packet been among the fastest.
        delay_ms: u32,
    }
}

record! {
    /// What has happened since a jitter buffer was made.
    "trunkline.media" JitterStats {
        /// Packets inserted.
        packets: u64,
        /// Packets taken.
        taken: u64,
        /// Packets whose timestamp had come before.
        duplicate: u64,
        /// Packets that came after their time.
        late: u64,
        /// Packets of another source or clock that no second one confirmed, and unusable ones.
        refused: u64,
        /// Packets taken and then dropped unheard.
        dropped: u64,
        /// Times the buffer started afresh.
        restarts: u32,
        /// Samples pulled; the sum of the four kinds below.
        samples: u64,
        /// Samples of received audio.
        voice_samples: u64,
        /// Samples of concealment.
        concealed_samples: u64,
        /// Samples of comfort noise.
        noise_samples: u64,
        /// Samples of silence.
        silent_samples: u64,
        /// Samples of received audio left out to shorten the delay.
        removed_samples: u64,
        /// Samples put in to lengthen the delay.
        added_samples: u64,
        /// Playout delay of the last pull, in ms.
        delay_ms: u32,
        /// The delay aimed at, in ms.
        target_ms: u32,
    }
}

impl From<Stats> for JitterStats {
    fn from(of: Stats) -> Self {
        Self {
            packets: of.packets,
            taken: of.taken,
            duplicate: of.duplicate,
            late: of.late,
            refused: of.refused,
            dropped: of.dropped,
            restarts: of.restarts,
            samples: of.samples,
            voice_samples: of.voice_samples,
            concealed_samples: of.concealed_samples,
            noise_samples: of.noise_samples,
            silent_samples: of.silent_samples,
            removed_samples: of.removed_samples,
            added_samples: of.added_samples,
            delay_ms: of.delay_ms.into(),
            target_ms: of.target_ms.into(),
        }
    }
}

struct Inside {
    buffer: jitter::JitterBuffer,
    decoder: Decoder,
}

/// An adaptive jitter buffer: packets in, in whatever order the network brings them, and exactly as
/// many samples out as are asked for, at 8,000 a second.
///
/// `codec` is "pcma", "pcmu" or "opus". The buffer chooses its playout delay between `min_delay_ms`
/// and `max_delay_ms` (500 at most), counted from the fastest packets of the last seconds; equal
/// bounds make a fixed delay, up to a pull less than asked for where the sender's frames fall between
/// the pulls. It has no clock: packets and pulls come with their time, in microseconds of one
/// monotonic clock of yours.
#[pyclass(module = "trunkline.media", frozen)]
struct JitterBuffer {
    inside: Mutex<Inside>,
}

impl JitterBuffer {
    fn with<R>(&self, run: impl FnOnce(&mut Inside) -> R) -> R {
        run(&mut self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn pulled(of: jitter::Pulled) -> Pulled {
    Pulled {
        kind: word(KINDS, of.kind),
        timestamp: of.timestamp.map(u64::from),
        delay_ms: of.delay_ms.into(),
    }
}

#[pymethods]
impl JitterBuffer {
    #[new]
    #[pyo3(signature = (codec="pcma", *, min_delay_ms=0, max_delay_ms=300))]
    fn new(codec: &str, min_delay_ms: u16, max_delay_ms: u16) -> PyResult<Self> {
        let config = Config::with_delay(min_delay_ms, max_delay_ms);
        let (decoder, config) = match value(CODINGS, "codec", codec)? {
            Coding::Mu => (Decoder::Law(CoreLaw::Mu), config),
            Coding::A => (Decoder::Law(CoreLaw::A), config),
            #[cfg(feature = "opus")]
            Coding::Opus => {
                let decoder = opus::Decoder::new().map_err(super::opus::refused)?;
                (Decoder::Opus(decoder), config.with_clock_ratio(6))
            }
        };
        let buffer = jitter::JitterBuffer::new(config);
        Ok(Self { inside: Mutex::new(Inside { buffer, decoder }) })
    }

    fn __repr__(&self) -> String {
        let JitterStats { packets, samples, delay_ms, target_ms, .. } = self.stats();
        format!(
            "JitterBuffer(packets={packets}, samples={samples}, delay_ms={delay_ms}, \
             target_ms={target_ms})"
        )
    }

    /// Take an RTP packet's payload (buffer of bytes) that arrived at this time; returns what became
    /// of it, a `Verdict`. Never fails: what cannot be used is counted and said.
    #[pyo3(signature = (payload, *, sequence, timestamp, arrival_us, ssrc=0, comfort_noise=false))]
    fn insert(
        &self,
        payload: &Bound<'_, PyAny>,
        sequence: u16,
        timestamp: u32,
        arrival_us: u64,
        ssrc: u32,
        comfort_noise: bool,
    ) -> PyResult<&'static str> {
        let verdict = with_input(&PyBuffer::<u8>::get(payload)?, |payload| {
            let packet = Packet { ssrc, sequence, timestamp, payload, comfort_noise, arrival_us };
            self.with(|inside| inside.buffer.insert(&packet))
        })?;
        Ok(word(VERDICTS, verdict))
    }

    /// The next samples at this time, as array('h'), and what they are.
    #[pyo3(signature = (now_us, samples=160))]
    fn pull<'py>(
        &self,
        py: Python<'py>,
        now_us: u64,
        samples: usize,
    ) -> PyResult<(Bound<'py, PyAny>, Pulled)> {
        let mut what = None;
        let pcm = new_samples(py, samples, |pcm| {
            what = Some(self.with(|inside| inside.buffer.pull(now_us, &mut inside.decoder, pcm)));
            Ok(())
        })?;
        let what = what.map(pulled);
        Ok((pcm, what.unwrap_or(Pulled { kind: "silence", timestamp: None, delay_ms: 0 })))
    }

    /// The next samples at this time into a writable int16 buffer; returns what they are.
    fn pull_into(&self, now_us: u64, out: &Bound<'_, PyAny>) -> PyResult<Pulled> {
        let what = with_output(&PyBuffer::<i16>::get(out)?, |pcm| {
            self.with(|inside| inside.buffer.pull(now_us, &mut inside.decoder, pcm))
        })?;
        Ok(pulled(what))
    }

    /// What has happened so far.
    #[getter]
    fn stats(&self) -> JitterStats {
        self.with(|inside| inside.buffer.stats().into())
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Pulled>()?;
    module.add_class::<JitterStats>()?;
    module.add_class::<JitterBuffer>()
}
