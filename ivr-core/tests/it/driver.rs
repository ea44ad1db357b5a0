//! A caller and a host for tests: runs a session by virtual time and writes down what happens.

use std::fmt::Write;

use ivr_core::{
    Flow, Input, Op, OpResult, Output, PromptItem, Session, SessionConfig, Time, Value,
};

/// 2026-11-23 10:00:00 in Shanghai: a Monday within working hours.
pub(crate) const MONDAY_TEN: Time = Time(1_795_399_200_000);

/// One call. Everything the session wants is a line of `log`; the newest operations are kept.
pub(crate) struct Call<'f> {
    flow: &'f Flow<'f>,
    pub(crate) session: Session,
    pub(crate) now: Time,
    pub(crate) log: Vec<String>,
    /// The play under way.
    pub(crate) playing: Option<Op>,
    /// The query, queue, recording or transfer under way.
    pub(crate) host: Option<Op>,
    pub(crate) over: bool,
}

impl<'f> Call<'f> {
    pub(crate) fn start(flow: &'f Flow<'f>, now: Time) -> Self {
        Self::with(
            flow,
            now,
            SessionConfig {
                caller: "13800138000",
                ..Default::default()
            },
        )
    }

    pub(crate) fn with(flow: &'f Flow<'f>, now: Time, config: SessionConfig<'_>) -> Self {
        let config = SessionConfig { now, ..config };
        let mut call = Self {
            flow,
            session: Session::new(flow, config).unwrap(),
            now,
            log: Vec::new(),
            playing: None,
            host: None,
            over: false,
        };
        call.input(Input::Start);
        call
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.session.handle(self.flow, self.now, input).unwrap();
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll(self.flow) {
            assert!(!self.over, "output after the end: {output:?}");
            let line = match output {
                Output::Play {
                    op,
                    prompts,
                    language,
                    ..
                } => {
                    self.playing = Some(op);
                    format!("{language}: {}", spoken(prompts, language))
                }
                Output::Stop { op } => {
                    if self.playing == Some(op) {
                        self.playing = None;
                        "stop play".into()
                    } else {
                        assert_eq!(self.host, Some(op), "stopped what is not under way");
                        "stop host".into()
                    }
                }
                Output::Query { op, name, args, .. } => {
                    self.host = Some(op);
                    let args = args.map(|a| format!("{}={}", a.name, a.value()));
                    format!("query {name} {}", args.collect::<Vec<_>>().join(" "))
                }
                Output::Queue {
                    op,
                    queue,
                    priority,
                    attach,
                    ..
                } => {
                    self.host = Some(op);
                    let attach = attach.map(|a| format!("{}={}", a.name, a.value()));
                    format!(
                        "queue {queue} {priority} {}",
                        attach.collect::<Vec<_>>().join(" ")
                    )
                }
                Output::Record { op, max_ms, .. } => {
                    self.host = Some(op);
                    format!("record {max_ms}")
                }
                Output::Transfer {
                    op, kind, target, ..
                } => {
                    self.host = Some(op);
                    format!("transfer {kind:?} {target}")
                }
                Output::Attach(a) => format!("attach {}={}", a.name, a.value()),
                Output::Trace { node, exit } => format!("{node} -> {exit}"),
                Output::End { reason } => {
                    self.over = true;
                    format!("end {reason:?}")
                }
                _ => panic!("{output:?}"),
            };
            self.log.push(line);
        }
    }

    /// What has been written down since the last time.
    pub(crate) fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    /// The prompt under way is played to its end, and all that follow without a pause.
    pub(crate) fn listen(&mut self) {
        let mut count = 0;
        while let Some(op) = self.playing.take() {
            self.now = self.now + 1_000;
            self.input(Input::Done {
                op,
                result: OpResult::Finished,
            });
            count += 1;
            assert!(count < 100, "prompts without end: {:?}", self.log);
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.bytes() {
            self.now = self.now + 100;
            self.input(Input::Digit(key));
        }
    }

    /// The host answers what it was asked.
    pub(crate) fn answer(&mut self, result: OpResult<'_>) {
        let op = self.host.take().expect("the host was not asked");
        self.input(Input::Done { op, result });
    }

    pub(crate) fn found(&mut self, values: &[(&str, Value<'_>)]) {
        self.answer(OpResult::QueryOk(values));
    }

    /// Time passes, deadline by deadline.
    pub(crate) fn wait(&mut self, ms: u32) {
        let until = self.now + ms;
        while let Some(next) = self.session.deadline().filter(|d| *d <= until) {
            self.now = next.max(self.now);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    /// Whether some line holds a text; forgets everything up to it.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let at = self.log.iter().position(|line| line.contains(text));
        match at {
            Some(at) => drop(self.log.drain(..=at)),
            None => panic!("no {text:?} in {:#?}", self.log),
        }
    }
}

/// A prompt as one hears it.
pub(crate) fn spoken<'a>(items: impl Iterator<Item = PromptItem<'a>>, language: &str) -> String {
    let mut text = String::new();
    for item in items {
        if language == "en" && !text.is_empty() {
            text.push(' ');
        }
        match item {
            PromptItem::Text(t) | PromptItem::FileOrText { text: t, .. } => text.push_str(t),
            PromptItem::File(name) => write!(text, "[{name}]").unwrap(),
            PromptItem::Say(say) => write!(text, "{say}").unwrap(),
            _ => panic!("{item:?}"),
        }
    }
    text
}
