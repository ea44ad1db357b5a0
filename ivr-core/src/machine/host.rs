//! Operations of the host: queries, queues, recordings, transfers, and what the caller may do while
//! they last.

use super::emit::Emit;
use super::state::Phase;
use super::{Machine, OpResult, QueueOutcome, TransferOutcome, vars};
use crate::program::records::{self as r, Kind, exit};
use crate::program::words::List;
use crate::value::{Decimal, Value};
use crate::{Time, Type};

/// How much longer than it promised a host may take before the dialogue goes on without it.
const GRACE_MS: u32 = 5_000;

impl Machine<'_, '_> {
    /// Asks the host, once everything the question needs has been computed.
    pub(super) fn ask(&mut self, kind: Kind) -> Option<Emit> {
        let node = self.node();
        let now = self.state.now;
        let (args, timer, alarm) = match kind {
            Kind::Query => {
                let body: r::Query = self.flow.body(node);
                let alarm = if body.filler.0.is_some() && !self.state.hung_up {
                    now + body.filler_after
                } else {
                    Time::NEVER
                };
                (body.args, now + body.timeout, alarm)
            }
            Kind::Queue => {
                let body: r::Queue = self.flow.body(node);
                let name = self.with(body.queue, |v| matches!(v, Value::Text(_)));
                let priority = self.with(body.priority, |v| matches!(v, Value::Int(_)));
                if name != Some(true) || priority != Some(true) {
                    return self.fail();
                }
                self.state.position = 0;
                self.state.estimate_ms = 0;
                let never = |ms: u32| if ms == 0 { Time::NEVER } else { now + ms };
                let alarm = body.announce.0.map_or(Time::NEVER, |_| now + body.first);
                (body.attach, never(body.max_wait), alarm)
            }
            Kind::Transfer => {
                let body: r::Transfer = self.flow.body(node);
                if self.with(body.target, |v| matches!(v, Value::Text(_))) != Some(true) {
                    return self.fail();
                }
                (body.attach, now + body.timeout + GRACE_MS, Time::NEVER)
            }
            _ => {
                let body: r::RecordBody = self.flow.body(node);
                self.state.recorded_ms = 0;
                (List::EMPTY, now + body.max + GRACE_MS, Time::NEVER)
            }
        };
        if !self.computes(args) {
            return self.fail();
        }
        if kind != Kind::Query {
            // Keys typed ahead were meant for the dialogue before, not for the one after.
            self.state.flush();
        }
        let op = self.state.new_op();
        self.state.main = op;
        self.state.phase = Phase::Wait;
        self.state.timer = timer;
        if !self.state.told {
            self.state.alarm = alarm;
        }
        Some(Emit::Ask { op, kind })
    }

    fn fail(&mut self) -> Option<Emit> {
        self.state.leave(exit::ERROR);
        None
    }

    pub(super) fn computes(&self, args: List<r::Arg>) -> bool {
        args.iter(self.flow.words).all(|arg| self.with(arg.value, |_| ()).is_some())
    }

    /// While the host is at work: announcements and fillers.
    pub(super) fn step_wait(&mut self) -> Option<Emit> {
        let state = &mut *self.state;
        if state.phase != Phase::Wait {
            // An announcement must not talk into a conversation.
            let op = core::mem::take(&mut state.side);
            return Some(if op == 0 { Emit::Nothing } else { Emit::Stop { op } });
        }
        if !state.due || state.side != 0 {
            return Some(Emit::Nothing);
        }
        state.due = false;
        let node = self.node();
        let announcement = match Kind::from_code(node.kind) {
            Some(Kind::Queue) => {
                let body: r::Queue = self.flow.body(node);
                self.state.alarm = self.state.now + body.interval;
                body.announce.0
            }
            _ => self.flow.body::<r::Query>(node).filler.0,
        };
        let prompt = announcement?;
        let language = self.state.language;
        let items = crate::prompt::items(self.flow, prompt, language).unwrap_or(List::EMPTY);
        let words = self.flow.words;
        if !items.iter(words).any(|item| crate::prompt::applies(self.env(), item)) {
            return Some(Emit::Nothing);
        }
        // Announcements begin no operation of the dialogue: its start stays what it was.
        let began = self.state.began;
        let op = self.state.new_op();
        self.state.began = began;
        self.state.side = op;
        Some(Emit::Play {
            op,
            items,
            from: 0,
            to: items.len(words).min(u32::from(u16::MAX)) as u16,
            barge_in: false,
        })
    }

    pub(super) fn digit_while_waiting(&mut self, symbol: u8) {
        let node = self.node();
        match Kind::from_code(node.kind) {
            Some(Kind::Queue) if self.has_exit(exit::OPTION + u32::from(symbol)) => {
                self.state.used = self.state.used.saturating_add(1);
                self.state.leave(exit::OPTION + u32::from(symbol));
            }
            Some(Kind::Record) => {
                let body: r::RecordBody = self.flow.body(node);
                if body.terminators >> symbol & 1 == 1 {
                    self.state.used = self.state.used.saturating_add(1);
                    self.state.phase = Phase::Stopping;
                    self.state.barge = true;
                    self.state.timer = self.state.now + GRACE_MS;
                } else {
                    self.state.dropped = self.state.dropped.saturating_add(1);
                }
            }
            Some(Kind::Query) => self.type_ahead(symbol),
            _ => self.state.dropped = self.state.dropped.saturating_add(1),
        }
    }

    /// A recording told to stop says how long it became, or is believed by the clock.
    pub(super) fn step_stopping(&mut self) -> Option<Emit> {
        if core::mem::take(&mut self.state.barge) {
            self.state.stopped = true;
            return Some(Emit::Stop { op: self.state.main });
        }
        Some(Emit::Nothing)
    }

    pub(super) fn host_timeout(&mut self) {
        match Kind::from_code(self.node().kind) {
            Some(Kind::Record) => {
                let ms = self.state.now - self.state.began;
                self.recorded(u32::try_from(ms).unwrap_or(u32::MAX));
            }
            Some(Kind::Transfer) => self.state.leave(exit::NOANSWER),
            _ => self.state.leave(exit::TIMEOUT),
        }
    }

    fn recorded(&mut self, ms: u32) {
        let body: r::RecordBody = self.flow.body(self.node());
        self.state.recorded_ms = ms;
        if let Some(var) = body.into.0 {
            vars::write(self.vars, self.flow.var(var), Value::Int(i64::from(ms)));
        }
        let short = ms < body.min;
        self.state.leave(if short { exit::EMPTY } else { exit::NEXT });
    }

    /// The host's operation came to its end.
    pub(super) fn done(&mut self, result: OpResult<'_>) {
        let kind = Kind::from_code(self.node().kind);
        let code = match (kind, result) {
            (Some(Kind::Query), OpResult::QueryOk(values)) => {
                if self.store(values) {
                    exit::NEXT
                } else {
                    exit::FAILED
                }
            }
            (Some(Kind::Record), OpResult::Recorded { ms }) => return self.recorded(ms),
            (Some(Kind::Queue), OpResult::QueueEnded { outcome }) => match outcome {
                QueueOutcome::Answered => exit::ANSWERED,
                QueueOutcome::Abandoned => return self.hang_up(),
                QueueOutcome::Timeout => exit::TIMEOUT,
                QueueOutcome::Full => exit::FULL,
                QueueOutcome::Empty => exit::UNSTAFFED,
                QueueOutcome::ExitKey => exit::EXITED,
                QueueOutcome::Failed => exit::FAILED,
            },
            (Some(Kind::Transfer), OpResult::Transferred { outcome }) => match outcome {
                TransferOutcome::Answered => exit::ANSWERED,
                TransferOutcome::Busy => exit::BUSY,
                TransferOutcome::NoAnswer => exit::NOANSWER,
                TransferOutcome::Rejected => exit::REJECTED,
                TransferOutcome::Failed => exit::FAILED,
            },
            _ => exit::FAILED,
        };
        self.state.leave(code);
    }

    /// Stores a host's answers, all or none.
    fn store(&mut self, values: &[(&str, Value<'_>)]) -> bool {
        let body: r::Query = self.flow.body(self.node());
        let (flow, words) = (self.flow, self.flow.words);
        let answers = |bind: r::Bind| {
            let name = flow.str(bind.name);
            let found = values.iter().find(|(n, _)| *n == name)?;
            Some((flow.var(bind.var), found.1))
        };
        let binds = || body.results.iter(words).filter_map(answers);
        if !binds().all(|(var, value)| converted(var, value).is_some()) {
            return false;
        }
        for (var, value) in binds() {
            if let Some(value) = converted(var, value) {
                vars::write(self.vars, var, value);
            }
        }
        true
    }
}

/// A host's value as a variable takes it. Databases often give text: what reads as the right type
/// is taken as such; text that is too long is cut.
fn converted(var: r::Var, value: Value<'_>) -> Option<Value<'_>> {
    let fitting = match (Type::from_code(var.ty)?, value) {
        (Type::Text, Value::Text(text)) => Value::Text(vars::truncated(text, var.max as usize)),
        (Type::Int, Value::Text(text)) => Value::Int(text.trim().parse().ok()?),
        (Type::Decimal, Value::Text(text)) => Value::Decimal(Decimal::parse(text.trim())?),
        (Type::Bool, Value::Int(n)) => Value::Bool(n != 0),
        (Type::Bool, Value::Text("true" | "1")) => Value::Bool(true),
        (Type::Bool, Value::Text("false" | "0" | "")) => Value::Bool(false),
        (Type::Time, Value::Int(ms)) => Value::Time(Time(ms)),
        _ => value,
    };
    vars::fits(var, fitting).then_some(fitting)
}
