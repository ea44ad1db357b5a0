//! # Tones of the line: hearing them
//!
//! The tones of a telephone network by cadence, fax and modem tones, a machine's beep, and who has
//! answered.

use core::ffi::c_void;

use media_core::tone::{
    Answer, AnswerConfig, AnswerDetector, AnswerEvent, FaxDetector, FaxTone, Plan, Supervisor,
};

use super::{MEANINGS, plan, tl_tone_plan};
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, writable};
use crate::tl_status;

/// To be listened for on a line: the tones of the network.
pub const TL_LISTEN_TONES: u32 = 1;
/// To be listened for: fax and modem tones.
pub const TL_LISTEN_FAX: u32 = 2;
/// To be listened for: who has answered, and the beep of a machine.
pub const TL_LISTEN_ANSWER: u32 = 4;

/// Events that wait to be polled.
const WAITING: usize = 16;
/// No two events of one detector are nearer.
const APART: usize = 160;

/// What is heard on a line, and what waits to be told.
#[derive(Debug)]
pub(crate) struct Ears {
    tones: Option<Supervisor<'static>>,
    fax: Option<FaxDetector>,
    answer: Option<AnswerDetector>,
    waiting: [tl_line_event; WAITING],
    first: usize,
    count: usize,
}

/// How a line is listened to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_line_config {
    /// Set by `tl_line_defaults`.
    pub struct_size: u32,
    /// `TL_LISTEN_TONES`, `TL_LISTEN_FAX` and `TL_LISTEN_ANSWER` added up. Default: all.
    pub listen: u32,
    /// Whose tones: a `tl_tone_plan`. Default: ETSI.
    pub plan: u32,
    /// Answer: silence from the start that is nobody, in ms. Default: 2,500.
    pub initial_silence_ms: u32,
    /// Answer: a greeting of this length is a machine's. Default: 1,500.
    pub greeting_ms: u32,
    /// Answer: silence after a greeting that makes it a person's. Default: 800.
    pub silence_after_ms: u32,
    /// Answer: a pause of this length parts two words. Default: 50.
    pub between_words_ms: u32,
    /// Answer: shorter sounds are no words. Default: 100.
    pub word_ms: u32,
    /// Answer: more words than this are a machine's. Default: 3.
    pub words: u32,
    /// Answer: the whole time for a decision. Default: 5,000.
    pub total_ms: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_line_config {
    const FIRST_SIZE: usize = 40;

    fn defaults() -> Self {
        let answer = AnswerConfig::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            listen: TL_LISTEN_TONES | TL_LISTEN_FAX | TL_LISTEN_ANSWER,
            plan: tl_tone_plan::TL_TONES_ETSI as u32,
            initial_silence_ms: answer.initial_silence,
            greeting_ms: answer.greeting,
            silence_after_ms: answer.silence_after,
            between_words_ms: answer.between_words,
            word_ms: answer.word,
            words: answer.words,
            total_ms: answer.total,
        }
    }
}

/// What a line event is.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_line_kind {
    /// A tone was recognised: value is a `tl_tone_meaning`, at where it was certain.
    TL_LINE_TONE = 1,
    /// A fax or modem: value is a `tl_fax_tone`.
    TL_LINE_FAX = 2,
    /// Somebody, something or nobody has answered: value is a `tl_answer`.
    TL_LINE_ANSWERED = 3,
    /// A machine's beep is over: now speak. at is its end, duration its length.
    TL_LINE_BEEP = 4,
}

/// Which fax tone.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_fax_tone {
    /// 1,100 Hz: a fax calls.
    TL_FAX_CALLING = 1,
    /// 2,100 Hz: a fax or modem answers.
    TL_FAX_ANSWER = 2,
}

/// Who has answered.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_answer {
    /// A person: a short greeting, then silence.
    TL_ANSWER_HUMAN = 1,
    /// A machine: a long greeting, many words, or a beep.
    TL_ANSWER_MACHINE = 2,
    /// Nobody has spoken.
    TL_ANSWER_SILENCE = 3,
    /// None of these within the time given.
    TL_ANSWER_UNKNOWN = 4,
}

/// Something heard on a line.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_line_event {
    /// A `tl_line_kind`.
    pub kind: u32,
    /// A value of the enum that the kind names.
    pub value: u32,
    /// In samples since the listener began; 0 where the kind does not say.
    pub at: u64,
    /// In samples; 0 where the kind does not say.
    pub duration: u64,
}

impl Ears {
    fn new(config: &tl_line_config) -> Result<Self, Failure> {
        Self::with_plan(config, &plan(config.plan)?)
    }

    pub(super) fn with_plan(
        config: &tl_line_config,
        plan: &Plan<'static>,
    ) -> Result<Self, Failure> {
        let all = TL_LISTEN_TONES | TL_LISTEN_FAX | TL_LISTEN_ANSWER;
        if config.listen & !all != 0 || config.listen == 0 {
            return Err(Failure::argument(format_args!("listen is {}", config.listen)));
        }
        let wanted = |what: u32| config.listen & what != 0;
        let answer = AnswerConfig {
            initial_silence: config.initial_silence_ms,
            greeting: config.greeting_ms,
            silence_after: config.silence_after_ms,
            between_words: config.between_words_ms,
            word: config.word_ms,
            words: config.words,
            total: config.total_ms,
        };
        Ok(Self {
            tones: wanted(TL_LISTEN_TONES).then(|| Supervisor::new(plan)),
            fax: wanted(TL_LISTEN_FAX).then(FaxDetector::new),
            answer: wanted(TL_LISTEN_ANSWER).then(|| AnswerDetector::new(answer)),
            waiting: [tl_line_event { kind: 0, value: 0, at: 0, duration: 0 }; WAITING],
            first: 0,
            count: 0,
        })
    }

    fn listen(&mut self, pcm: &[i16]) {
        let Self { tones, fax, answer, waiting, first, count } = self;
        let mut tell = |kind: tl_line_kind, value: u32, at, duration| {
            if *count < WAITING {
                let event = tl_line_event { kind: kind as u32, value, at, duration };
                waiting[(*first + *count) % WAITING] = event;
                *count += 1;
            }
        };
        if let Some(tones) = tones {
            tones.listen(pcm, |heard| {
                let known = MEANINGS.iter().find(|(meaning, _)| *meaning == heard.meaning);
                let value = known.map_or(0, |(_, number)| *number as u32);
                tell(tl_line_kind::TL_LINE_TONE, value, heard.at, 0);
            });
        }
        if let Some(fax) = fax {
            fax.detect(pcm, |tone| {
                let value = match tone {
                    FaxTone::Calling => tl_fax_tone::TL_FAX_CALLING,
                    FaxTone::Answer => tl_fax_tone::TL_FAX_ANSWER,
                };
                tell(tl_line_kind::TL_LINE_FAX, value as u32, 0, 0);
            });
        }
        if let Some(answer) = answer {
            answer.detect(pcm, |event| match event {
                AnswerEvent::Answered(who) => {
                    let value = match who {
                        Answer::Human => tl_answer::TL_ANSWER_HUMAN,
                        Answer::Machine => tl_answer::TL_ANSWER_MACHINE,
                        Answer::Silence => tl_answer::TL_ANSWER_SILENCE,
                        _ => tl_answer::TL_ANSWER_UNKNOWN,
                    };
                    tell(tl_line_kind::TL_LINE_ANSWERED, value as u32, 0, 0);
                }
                AnswerEvent::Beep(beep) => {
                    tell(tl_line_kind::TL_LINE_BEEP, 0, beep.end, beep.duration);
                }
            });
        }
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_defaults(
    config: *mut tl_line_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_line_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// A listener in one direction of one call.
#[derive(Debug)]
pub struct tl_line {
    _opaque: [u8; 0],
}

impl Kind for tl_line {
    const MAGIC: u32 = u32::from_le_bytes(*b"tLin");
    type Value = Ears;
}

/// How many bytes a listener takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_line_size() -> usize {
    object::fixed_size::<tl_line>()
}

/// Makes a listener in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_line_config,
    line: *mut *mut tl_line,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_line_init", || unsafe {
        let config = optional(config)?;
        object::init((memory.cast(), size), line, |_| Ok(()), |()| Ears::new(&config))
    })
}

/// Makes a listener in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_new(
    config: *const tl_line_config,
    line: *mut *mut tl_line,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_line_new", || unsafe {
        let config = optional(config)?;
        object::create(line, |_| Ok(()), |()| Ears::new(&config))
    })
}

/// Ends a listener. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_free(line: *mut tl_line) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_line_free", line) }
}

/// Listens to `samples` samples, a frame of any size up to 640. Poll afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_listen(
    line: *mut tl_line,
    pcm: *const i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_line_listen", line, |this| {
            let pcm = input(pcm, samples, "pcm")?;
            if (samples / APART + 1) * 3 > WAITING - this.count {
                return Err(Failure::new(
                    tl_status::TL_ERR_UNDRAINED,
                    "poll what was heard so far, or hand in at most 640 samples at a time",
                ));
            }
            this.listen(pcm);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what was heard next in `event`, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_poll(line: *mut tl_line, event: *mut tl_line_event) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_line_poll", line, |this| {
            writable(event, "event")?;
            if this.count == 0 {
                return Ok(tl_status::TL_DONE);
            }
            store(event, "event", this.waiting[this.first])?;
            this.first = (this.first + 1) % WAITING;
            this.count -= 1;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the tone that sounds, a `tl_tone_meaning`: the one last told of, as long as nothing else has been
/// heard. Returns `TL_DONE` when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_line_present(line: *const tl_line, meaning: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_line_present", line, |this| {
            writable(meaning, "meaning")?;
            let present = this.tones.as_ref().and_then(Supervisor::present);
            let known = MEANINGS.iter().find(|(known, _)| Some(*known) == present);
            let Some((_, number)) = known else {
                return Ok(tl_status::TL_DONE);
            };
            store(meaning, "meaning", *number as u32)?;
            Ok(tl_status::TL_OK)
        })
    }
}
