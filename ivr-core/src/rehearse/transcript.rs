//! What went into a session and what came out of it, as text that a program in any language can
//! play again and compare byte for byte. `ivr-core/README.md` describes it.

use alloc::string::{String, ToString};
use core::fmt::{Display, Write};

use crate::{
    Args, Argument, EndReason, Fault, Input, OpResult, Output, PromptItem, QueueOutcome,
    SessionConfig, Time, TransferOutcome, Value,
};

/// The lines written so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Transcript {
    text: String,
}

impl Transcript {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    fn line(&mut self, first: &str, fields: &[&dyn Display]) {
        self.text.push_str(first);
        for field in fields {
            self.field(field);
        }
        self.text.push('\n');
    }

    fn field(&mut self, field: &dyn Display) {
        self.text.push('\t');
        for c in field.to_string().chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                c => self.text.push(c),
            }
        }
    }

    pub(super) fn begin(&mut self, config: &SessionConfig<'_>) {
        let SessionConfig { seed, caller, called, language, now, .. } = config;
        self.line("begin", &[&now.0, seed, caller, called, language]);
    }

    /// Keys handed over before anything is polled.
    pub(super) fn digits(&mut self, now: Time, keys: &str) {
        self.line("<", &[&now.0, &"digit", &keys]);
    }

    pub(super) fn input(&mut self, Time(now): Time, input: &Input<'_>) {
        match input {
            Input::Start => self.line("<", &[&now, &"start"]),
            Input::Hangup => self.line("<", &[&now, &"hangup"]),
            Input::Tick => self.line("<", &[&now, &"tick"]),
            Input::Digit(key) => self.line("<", &[&now, &"digit", &char::from(*key)]),
            Input::Answered { op } => self.line("<", &[&now, &"answered", &op.0]),
            Input::QueueUpdate { op, position, estimate_ms } => {
                self.line("<", &[&now, &"queue", &op.0, position, estimate_ms]);
            }
            Input::Done { op, result } => self.done(now, op.0, result),
        }
    }

    fn done(&mut self, now: i64, op: u32, result: &OpResult<'_>) {
        match result {
            OpResult::Finished => self.line("<", &[&now, &"finished", &op]),
            OpResult::QueryFailed | OpResult::Failed => self.line("<", &[&now, &"failed", &op]),
            OpResult::QueryOk(values) => {
                self.text.push('<');
                let first: [&dyn Display; 3] = [&now, &"answer", &op];
                first.into_iter().for_each(|field| self.field(field));
                for (name, value) in *values {
                    self.field(&format_args!("{name}={}:{value}", type_of(*value)));
                }
                self.text.push('\n');
            }
            OpResult::QueueEnded { outcome } => {
                let outcome = match outcome {
                    QueueOutcome::Answered => "answered",
                    QueueOutcome::Abandoned => "abandoned",
                    QueueOutcome::Timeout => "timeout",
                    QueueOutcome::Full => "full",
                    QueueOutcome::Empty => "empty",
                    QueueOutcome::ExitKey => "exit_key",
                    QueueOutcome::Failed => "failed",
                };
                self.line("<", &[&now, &"queue_ended", &op, &outcome]);
            }
            OpResult::Recorded { ms } => self.line("<", &[&now, &"recorded", &op, ms]),
            OpResult::Transferred { outcome } => {
                let outcome = match outcome {
                    TransferOutcome::Answered => "answered",
                    TransferOutcome::Busy => "busy",
                    TransferOutcome::NoAnswer => "no_answer",
                    TransferOutcome::Rejected => "rejected",
                    TransferOutcome::Failed => "failed",
                };
                self.line("<", &[&now, &"transferred", &op, &outcome]);
            }
        }
    }

    pub(super) fn output(&mut self, output: &Output<'_>) {
        self.text.push('>');
        match *output {
            Output::Play { op, prompts, language, barge_in } => {
                self.fields(&[&"play", &op.0, &language, &barge_in]);
                prompts.for_each(|item| self.item(item));
            }
            Output::Stop { op } => self.fields(&[&"stop", &op.0]),
            Output::Query { op, name, args, timeout_ms } => {
                self.fields(&[&"query", &op.0, &name, &timeout_ms]);
                self.values(args);
            }
            Output::Queue { op, queue, priority, attach, max_wait_ms } => {
                self.fields(&[&"queue", &op.0, &queue, &priority, &max_wait_ms]);
                self.values(attach);
            }
            Output::Record { op, beep, max_ms, silence_ms, terminators } => {
                let keys: String = terminators.iter().map(char::from).collect();
                self.fields(&[&"record", &op.0, &beep, &max_ms, &silence_ms, &keys]);
            }
            Output::Transfer { op, kind, target, timeout_ms, attach } => {
                self.fields(&[&"transfer", &op.0, &kind.name(), &target, &timeout_ms]);
                self.values(attach);
            }
            Output::Attach(argument) => {
                self.fields(&[&"attach"]);
                self.value(argument);
            }
            Output::Trace { node, exit } => self.fields(&[&"left", &node, &exit]),
            Output::End { reason } => self.fields(&[&"end", &name_of(reason)]),
        }
        self.text.push('\n');
    }

    pub(super) fn wake(&mut self, deadline: Option<Time>) {
        match deadline {
            Some(Time(at)) => self.line("wake", &[&at]),
            None => self.line("wake", &[&"never"]),
        }
    }

    fn fields(&mut self, fields: &[&dyn Display]) {
        fields.iter().for_each(|field| self.field(*field));
    }

    fn values(&mut self, args: Args<'_>) {
        args.for_each(|argument| self.value(argument));
    }

    fn value(&mut self, argument: Argument<'_>) {
        self.field(&format_args!("{}={}", argument.name, argument.value()));
    }

    fn item(&mut self, item: PromptItem<'_>) {
        match item {
            PromptItem::File(file) => self.field(&format_args!("file:{file}")),
            PromptItem::Text(text) => self.field(&format_args!("text:{text}")),
            PromptItem::FileOrText { file, text } => {
                self.field(&format_args!("file:{file}"));
                self.field(&format_args!("or:{text}"));
            }
            PromptItem::Say(say) => {
                self.field(&format_args!("say:{say}"));
                let mut pieces = String::new();
                for (i, piece) in say.pieces().enumerate() {
                    let _ = write!(pieces, "{}{}", if i > 0 { "|" } else { "" }, piece.text);
                }
                self.field(&format_args!("pieces:{pieces}"));
            }
        }
    }
}

const fn type_of(value: Value<'_>) -> &'static str {
    match value {
        Value::Int(_) => "int",
        Value::Decimal(_) => "decimal",
        Value::Bool(_) => "bool",
        Value::Text(_) => "text",
        Value::Time(_) => "time",
    }
}

const fn name_of(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Finished => "finished",
        EndReason::Transferred => "transferred",
        EndReason::CallerHungUp => "caller_hung_up",
        EndReason::Error(Fault::Unhandled) => "unhandled",
        EndReason::Error(Fault::Loop) => "loop",
        EndReason::Error(Fault::Stack) => "stack",
    }
}
