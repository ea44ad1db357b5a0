use super::{Beep, BeepDetector};
use crate::vad::Vad;

/// Who has answered an outbound call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answer {
    /// A person: a short greeting, then silence.
    Human,
    /// A machine: a long greeting, many words, or a beep.
    Machine,
    /// Nobody has spoken.
    Silence,
    /// None of these within the time given.
    Unknown,
}

/// When an [`AnswerDetector`] decides, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerConfig {
    /// Silence from the start that is nobody.
    pub initial_silence: u32,
    /// A greeting of this length is a machine's.
    pub greeting: u32,
    /// Silence after a greeting that makes it a person's.
    pub silence_after: u32,
    /// A pause of this length parts two words.
    pub between_words: u32,
    /// Shorter sounds are no words.
    pub word: u32,
    /// More words than this are a machine's.
    pub words: u32,
    /// The whole time for a decision.
    pub total: u32,
}

impl Default for AnswerConfig {
    /// 2.5 s of silence, a greeting of 1.5 s, 0.8 s of silence after it, words of 0.1 s with 50 ms
    /// between, three words, 5 s in all.
    fn default() -> Self {
        Self {
            initial_silence: 2500,
            greeting: 1500,
            silence_after: 800,
            between_words: 50,
            word: 100,
            words: 3,
            total: 5000,
        }
    }
}

/// Tells people from answering machines by how they greet, in sound at 8,000 samples a second.
///
/// "Hello?" and a pause is a person; a sentence is a machine. It is a guess: whoever greets at
/// length is taken for a machine. After a machine is found, go on listening for the beep with
/// [`detect`](AnswerDetector::detect).
///
/// ```
/// use media_core::tone::{Answer, AnswerConfig, AnswerDetector, BEEP, Generator};
///
/// let mut detector = AnswerDetector::new(AnswerConfig::default());
/// detector.detect(&[0; 4000], |_| {}); // half a second of nothing
/// let mut line = [0; 12_000];
/// Generator::new(BEEP, -13).generate(&mut line);
/// detector.detect(&line, |event| println!("{event:?}"));
/// assert_eq!(detector.answer(), Some(Answer::Machine));
/// ```
#[derive(Clone, Debug)]
pub struct AnswerDetector {
    config: AnswerConfig,
    vad: Vad,
    beeps: BeepDetector,
    /// Milliseconds of everything, of the present sound or silence, and of the greeting.
    elapsed: u32,
    sound: u32,
    silence: u32,
    greeting: u32,
    words: u32,
    filled: usize,
    answer: Option<Answer>,
}

/// What an [`AnswerDetector`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerEvent {
    /// Who has answered; told once.
    Answered(Answer),
    /// A machine's beep has ended: now is the time to leave a message. If nothing had been
    /// decided yet, it follows [`Answered`](AnswerEvent::Answered) with a machine.
    Beep(Beep),
}

/// Samples and milliseconds of a block.
const BLOCK: usize = 80;
const BLOCK_MS: u32 = 10;

impl AnswerDetector {
    /// One that has heard nothing; start it when the call is answered.
    #[must_use]
    pub fn new(config: AnswerConfig) -> Self {
        Self {
            config,
            vad: Vad::new(0),
            beeps: BeepDetector::new(),
            elapsed: 0,
            sound: 0,
            silence: 0,
            greeting: 0,
            words: 0,
            filled: 0,
            answer: None,
        }
    }

    /// What has been decided.
    #[must_use]
    pub const fn answer(&self) -> Option<Answer> {
        self.answer
    }

    /// Listens to samples, a frame of any size, and tells what is decided.
    pub fn detect(&mut self, pcm: &[i16], mut tell: impl FnMut(AnswerEvent)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK - self.filled));
            rest = later;
            self.filled += now.len();
            let speech = self.vad.heard(now);
            let mut beep = None;
            self.beeps.detect(now, |b| beep = Some(b));
            if let Some(beep) = beep {
                if self.answer.is_none() {
                    self.answer = Some(Answer::Machine);
                    tell(AnswerEvent::Answered(Answer::Machine));
                }
                tell(AnswerEvent::Beep(beep));
            }
            if self.filled == BLOCK {
                self.filled = 0;
                if self.answer.is_none() {
                    self.answer = self.block(speech);
                    if let Some(answer) = self.answer {
                        tell(AnswerEvent::Answered(answer));
                    }
                }
            }
        }
    }

    fn block(&mut self, speech: bool) -> Option<Answer> {
        let config = &self.config;
        self.elapsed = self.elapsed.saturating_add(BLOCK_MS);
        if speech {
            self.sound = self.sound.saturating_add(BLOCK_MS);
            if self.sound >= config.word {
                if self.sound < config.word.saturating_add(BLOCK_MS) {
                    self.words += 1;
                    // The word itself and the pause before it are part of the greeting.
                    self.greeting = match self.greeting {
                        0 => self.sound,
                        before => before.saturating_add(self.silence + self.sound),
                    };
                } else {
                    self.greeting = self.greeting.saturating_add(BLOCK_MS);
                }
                self.silence = 0;
            }
            if self.words > config.words || self.greeting >= config.greeting {
                return Some(Answer::Machine);
            }
        } else {
            self.silence = self.silence.saturating_add(BLOCK_MS);
            if self.silence >= config.between_words {
                self.sound = 0;
            }
            if self.words == 0 && self.elapsed >= config.initial_silence {
                return Some(Answer::Silence);
            }
            if self.words > 0 && self.silence >= config.silence_after {
                return Some(Answer::Human);
            }
        }
        (self.elapsed >= config.total).then_some(Answer::Unknown)
    }
}
