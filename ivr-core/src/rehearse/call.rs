use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use super::transcript::Transcript;
use crate::machine::LargeSession;
use crate::{
    Args, Flow, Input, Op, OpResult, Output, PromptItem, SessionConfig, SessionError, Time, Value,
};

/// More prompts in a row than this are a flow that only talks.
const PATIENCE: usize = 200;

/// A call in virtual time. Whatever the session wants becomes a line of the log:
///
/// ```text
/// zh: 欢迎致电                 a prompt, as one hears it
/// stop play, stop host         an operation is stopped
/// query NAME a=1 b=x           likewise: queue NAME PRIORITY …, record MS, transfer KIND TARGET …
/// attach KEY=VALUE
/// NODE -> EXIT                 a node is left
/// end REASON
/// ```
#[derive(Debug)]
pub struct Rehearsal<'f> {
    flow: &'f Flow<'f>,
    session: LargeSession,
    now: Time,
    log: Vec<String>,
    transcript: Transcript,
    playing: Option<Op>,
    host: Option<Op>,
    visited: Vec<(String, String)>,
}

impl<'f> Rehearsal<'f> {
    /// Begins a call at `config.now`.
    ///
    /// # Errors
    /// When the flow's variables do not fit.
    pub fn start(flow: &'f Flow<'f>, config: SessionConfig<'_>) -> Result<Self, SessionError> {
        let mut call = Self {
            flow,
            session: LargeSession::new(flow, config)?,
            now: config.now,
            log: Vec::new(),
            transcript: Transcript::default(),
            playing: None,
            host: None,
            visited: Vec::new(),
        };
        call.transcript.begin(&config);
        call.input(Input::Start);
        Ok(call)
    }

    /// The session, to look at.
    #[must_use]
    pub const fn session(&self) -> &LargeSession {
        &self.session
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// The play under way.
    #[must_use]
    pub const fn playing(&self) -> Option<Op> {
        self.playing
    }

    /// The query, queue, recording or transfer under way.
    #[must_use]
    pub const fn host(&self) -> Option<Op> {
        self.host
    }

    /// Whether the dialogue is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.session.is_over()
    }

    /// Nodes and the exits they were left by, in order.
    #[must_use]
    pub fn visited(&self) -> &[(String, String)] {
        &self.visited
    }

    /// What has been written down and not been taken yet.
    #[must_use]
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// Takes what has been written down.
    pub fn take(&mut self) -> Vec<String> {
        core::mem::take(&mut self.log)
    }

    /// Everything that went into the session and came out of it, as text for players in other
    /// languages: see `ivr-core/README.md`.
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.as_str()
    }

    /// Hands the session an input of one's own. A byte that is no key is ignored.
    pub fn input(&mut self, input: Input<'_>) {
        if self.session.handle(self.flow, self.now, input).is_ok() {
            self.transcript.input(self.now, &input);
            self.drain();
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll(self.flow) {
            self.transcript.output(&output);
            let line = match output {
                Output::Play { op, prompts, language, .. } => {
                    self.playing = Some(op);
                    format!("{language}: {}", spoken(prompts, language))
                }
                Output::Stop { op } => {
                    if self.playing == Some(op) {
                        self.playing = None;
                        "stop play".to_string()
                    } else {
                        "stop host".to_string()
                    }
                }
                Output::Query { op, name, args, .. } => {
                    self.host = Some(op);
                    format!("query {name}{}", named(args))
                }
                Output::Queue { op, queue, priority, attach, .. } => {
                    self.host = Some(op);
                    format!("queue {queue} {priority}{}", named(attach))
                }
                Output::Record { op, max_ms, .. } => {
                    self.host = Some(op);
                    format!("record {max_ms}")
                }
                Output::Transfer { op, kind, target, attach, .. } => {
                    self.host = Some(op);
                    format!("transfer {} {target}{}", kind.name(), named(attach))
                }
                Output::Attach(arg) => format!("attach {}={}", arg.name, arg.value()),
                Output::Trace { node, exit } => {
                    self.visited.push((node.to_string(), exit.to_string()));
                    format!("{node} -> {exit}")
                }
                Output::End { reason } => format!("end {reason:?}"),
            };
            self.log.push(line);
        }
        self.transcript.wake(self.session.deadline());
    }

    /// The prompt under way is heard to its end, and those that follow without a pause; each takes
    /// a second.
    pub fn listen(&mut self) {
        for _ in 0..PATIENCE {
            let Some(op) = self.playing.take() else {
                return;
            };
            self.now = self.now + 1_000;
            self.input(Input::Done { op, result: OpResult::Finished });
        }
    }

    /// Only the prompt under way is heard to its end, in no time.
    pub fn heard(&mut self) {
        if let Some(op) = self.playing.take() {
            self.input(Input::Done { op, result: OpResult::Finished });
        }
    }

    /// Presses keys, a tenth of a second each.
    pub fn press(&mut self, keys: &str) {
        for key in keys.bytes() {
            self.now = self.now + 100;
            self.input(Input::Digit(key));
        }
    }

    /// Presses keys all at once, before the session has had a turn.
    pub fn burst(&mut self, keys: &str) {
        self.transcript.digits(self.now, keys);
        for key in keys.bytes() {
            let _ = self.session.handle(self.flow, self.now, Input::Digit(key));
        }
        self.drain();
    }

    /// The host's operation comes to its end; nothing happens when there is none.
    pub fn answer(&mut self, result: OpResult<'_>) {
        if let Some(op) = self.host.take() {
            self.input(Input::Done { op, result });
        }
    }

    /// The host's query is answered.
    pub fn found(&mut self, values: &[(&str, Value<'_>)]) {
        self.answer(OpResult::QueryOk(values));
    }

    /// The host says something of its operation without ending it.
    pub fn tell(&mut self, input: impl FnOnce(Op) -> Input<'static>) {
        if let Some(op) = self.host {
            self.input(input(op));
        }
    }

    /// Time passes, deadline by deadline.
    pub fn wait(&mut self, ms: u32) {
        let until = self.now + ms;
        while let Some(next) = self.session.deadline().filter(|d| *d <= until) {
            self.now = next.max(self.now);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    /// Time passes without the session being told: the next input comes late.
    pub fn skip(&mut self, ms: u32) {
        self.now = self.now + ms;
    }

    /// Finds the first line that holds a text and forgets the log up to it.
    pub fn seek(&mut self, text: &str) -> bool {
        match self.log.iter().position(|line| line.contains(text)) {
            Some(at) => {
                self.log.drain(..=at);
                true
            }
            None => false,
        }
    }

    /// Like [`Self::seek`], for tests.
    ///
    /// # Panics
    /// When no line holds the text.
    #[track_caller]
    pub fn expect(&mut self, text: &str) {
        assert!(self.seek(text), "no {text:?} in {:#?}", self.log);
    }
}

fn named(args: Args<'_>) -> String {
    let mut text = String::new();
    for arg in args {
        let _ = write!(text, " {}={}", arg.name, arg.value());
    }
    text
}

/// A prompt as one hears it: words in a row, recordings in brackets.
fn spoken<'a>(items: impl Iterator<Item = PromptItem<'a>>, language: &str) -> String {
    let mut text = String::new();
    let apart = !language.starts_with("zh");
    for item in items {
        if apart && !text.is_empty() {
            text.push(' ');
        }
        let _ = match item {
            PromptItem::Text(t) | PromptItem::FileOrText { text: t, .. } => text.write_str(t),
            PromptItem::File(name) => write!(text, "[{name}]"),
            PromptItem::Say(say) => write!(text, "{say}"),
        };
    }
    text
}
