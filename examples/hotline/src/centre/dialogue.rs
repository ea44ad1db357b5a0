//! What a caller's flow says, done: prompts played, messages recorded, queries asked, queues
//! joined, the call ended.

use acd_core::CallConfig;
use ivr_core::{EndReason, Input, Op, OpResult, Output, QueueOutcome, TransferOutcome, Value};

use super::call::{Call, Dialogue, Place, Stage};
use super::transfer::Wish;
use super::{Answer, Centre, flows};
use crate::live::Kind;
use crate::media::call::Command;
use crate::media::voicemail::VoicemailLimits;
use crate::store::{Datum, Fields};

/// One thing a flow wants done, free of the session's borrows.
enum Action {
    Play { op: u32, language: String, clips: Vec<String> },
    Stop { op: u32 },
    Query { op: u32, name: String, fields: Fields },
    Queue { op: u32, queue: String, priority: i32, data: Fields },
    Record { op: u32, limits: VoicemailLimits, beep: bool },
    Transfer(Wish),
    Attach { name: String, value: String },
    Trace { node: String, exit: String },
    End { reason: EndReason },
}

impl Action {
    #[allow(clippy::needless_pass_by_value, reason = "an output is used up by what it asks for")]
    fn of(output: Output<'_>) -> Option<Action> {
        let fields = |args: ivr_core::Args<'_>| -> Fields {
            args.map(|arg| (arg.name.to_owned(), arg.value().to_string())).collect()
        };
        Some(match output {
            Output::Play { op: Op(op), prompts, language, .. } => Action::Play {
                op,
                language: language.into(),
                clips: prompts.flat_map(|item| flows::clip_names(&item)).collect(),
            },
            Output::Stop { op: Op(op) } => Action::Stop { op },
            Output::Query { op: Op(op), name, args, .. } => {
                Action::Query { op, name: name.into(), fields: fields(args) }
            }
            Output::Queue { op: Op(op), queue, priority, attach, .. } => {
                Action::Queue { op, queue: queue.into(), priority, data: fields(attach) }
            }
            Output::Record { op: Op(op), beep, max_ms, silence_ms, .. } => {
                // Keys go to the flow, which stops the message at one of its terminators.
                Action::Record { op, limits: VoicemailLimits { max_ms, silence_ms }, beep }
            }
            Output::Transfer { op: Op(op), kind, target, timeout_ms, attach } => {
                let (target, data) = (target.into(), fields(attach));
                Action::Transfer(Wish { op, kind, target, timeout_ms, data })
            }
            Output::Attach(argument) => {
                Action::Attach { name: argument.name.into(), value: argument.value().to_string() }
            }
            Output::Trace { node, exit } => Action::Trace { node: node.into(), exit: exit.into() },
            Output::End { reason } => Action::End { reason },
            _ => return None,
        })
    }
}

pub(super) fn played(op: u32) -> Input<'static> {
    Input::Done { op: Op(op), result: OpResult::Finished }
}

pub(super) fn recorded(op: u32, ms: u32) -> Input<'static> {
    Input::Done { op: Op(op), result: OpResult::Recorded { ms } }
}

pub(super) fn transferred(op: u32, outcome: TransferOutcome) -> Input<'static> {
    Input::Done { op: Op(op), result: OpResult::Transferred { outcome } }
}

pub(super) fn connected(op: u32) -> Input<'static> {
    Input::Answered { op: Op(op) }
}

pub(super) fn queue_update(op: u32, position: u32, estimate_ms: Option<u64>) -> Input<'static> {
    let estimate_ms = u32::try_from(estimate_ms.unwrap_or(0)).unwrap_or(u32::MAX);
    Input::QueueUpdate { op: Op(op), position, estimate_ms }
}

pub(super) fn queue_ended(op: u32, reason: &str) -> Input<'static> {
    let outcome = match reason {
        "answered" => QueueOutcome::Answered,
        "abandoned" => QueueOutcome::Abandoned,
        "full" => QueueOutcome::Full,
        "empty" => QueueOutcome::Empty,
        "exit-key" => QueueOutcome::ExitKey,
        "timeout" => QueueOutcome::Timeout,
        _ => QueueOutcome::Failed,
    };
    Input::Done { op: Op(op), result: OpResult::QueueEnded { outcome } }
}

/// A value of the database as the flow's variables take it; the texts `true` and `false` are
/// truth values, since SQL has none.
fn value(datum: &Datum) -> Value<'_> {
    match datum {
        Datum::Integer(n) => Value::Int(*n),
        Datum::Real(x) => {
            let decimal = ivr_core::Decimal::parse(&format!("{x:.4}"));
            decimal.map_or(Value::Text(""), Value::Decimal)
        }
        Datum::Text(text) if text == "true" => Value::Bool(true),
        Datum::Text(text) if text == "false" => Value::Bool(false),
        Datum::Text(text) => Value::Text(text),
    }
}

impl Centre {
    /// Gives a call's flow an input.
    pub(super) fn tell_flow(&mut self, id: u64, input: Input<'_>) {
        let now = super::ivr_time(self.now());
        let dialogue = self.calls.get_mut(&id).and_then(|call| call.dialogue.as_mut());
        let Some(Dialogue { flow, session }) = dialogue else {
            return;
        };
        let flow = self.setup.flows.get(*flow);
        if let Err(error) = session.handle(&flow, now, input) {
            tracing::debug!(call = id, %error, "flow");
        }
        self.stirred.insert(id);
    }

    /// A conversation is over: the flow goes on where this leads, or the call ends without one.
    pub(super) fn back_to_flow(&mut self, id: u64, input: Input<'_>) {
        match self.calls.get(&id) {
            Some(call) if call.dialogue.is_none() => self.finish(id),
            _ => self.tell_flow(id, input),
        }
    }

    /// The database has answered.
    pub(super) fn answer(&mut self, answer: Answer) {
        let Answer { call, op, found } = answer;
        let op = Op(op);
        match found {
            Ok(row) => {
                let values: Vec<_> = row.iter().map(|(name, d)| (&**name, value(d))).collect();
                self.tell_flow(call, Input::Done { op, result: OpResult::QueryOk(&values) });
            }
            Err(error) => {
                self.log(Some(call), "query failed", error.to_string());
                self.tell_flow(call, Input::Done { op, result: OpResult::QueryFailed });
            }
        }
    }

    /// Does all a call's flow says.
    pub(super) fn follow_flow(&mut self, id: u64) {
        loop {
            let dialogue = self.calls.get_mut(&id).and_then(|call| call.dialogue.as_mut());
            let Some(Dialogue { flow, session }) = dialogue else {
                return;
            };
            let flow = self.setup.flows.get(*flow);
            let Some(output) = session.poll(&flow) else {
                return;
            };
            if let Some(action) = Action::of(output) {
                self.act(id, action);
            }
        }
    }

    fn act(&mut self, id: u64, action: Action) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match action {
            Action::Play { op, language, clips } => {
                call.record.language.clone_from(&language);
                let library = &self.setup.library;
                let clips = clips.iter().filter_map(|name| library.get(&language, name)).collect();
                call.media(Command::Play { op, clips });
            }
            Action::Stop { op } => self.stop_op(id, op),
            Action::Query { op, name, fields } => self.query(id, op, name, fields),
            Action::Queue { op, queue, priority, data } => {
                call.data.extend(data);
                self.enqueue(id, op, queue, priority);
            }
            Action::Record { op, limits, beep } => {
                let number = call.caller.clone();
                let path = self.file("voicemail", id, &number, "wav");
                let Some(call) = self.calls.get_mut(&id) else {
                    return;
                };
                call.record.voicemail = Some(path.to_string_lossy().into_owned());
                call.record.outcome = "voicemail".into();
                let path = self.setup.config.storage.folder.join(path);
                call.media(Command::Voicemail { op, path, limits, beep });
            }
            Action::Transfer(wish) => self.transfer(id, wish),
            Action::Attach { name, value } if name == "outcome" => call.record.outcome = value,
            Action::Attach { name, value } => call.data.push((name, value)),
            Action::Trace { node, exit } => self.log(Some(id), "node", format!("{node}: {exit}")),
            Action::End { reason } => {
                if let EndReason::Error(fault) = reason {
                    self.log(Some(id), "flow failed", format!("{fault:?}"));
                }
                let stays = |call: &Call| call.stage.is_handed_over();
                match self.calls.get_mut(&id).filter(|call| stays(call)) {
                    Some(call) => call.dialogue = None,
                    None => self.finish(id),
                }
            }
        }
    }

    /// The flow wants an operation to end: a prompt, a message, or the wait in a queue.
    fn stop_op(&mut self, id: u64, op: u32) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match call.stage {
            Stage::Queued { op: waiting, entry, .. } if waiting == op => {
                call.stage = Stage::Flow;
                call.media(Command::Hold(false));
                if let Some(entry) = entry {
                    self.routing.feed(now, acd_core::Input::Exit { call: entry, key: 0 });
                }
            }
            Stage::Transfer(_) => self.stop_transfer(id),
            _ => call.media(Command::Stop { op }),
        }
    }

    fn query(&mut self, id: u64, op: u32, name: String, mut fields: Fields) {
        if let Some(rule) = self.callback_rule(&name) {
            let result = match self.ask_callback(id, rule, &fields) {
                Ok(()) => OpResult::QueryOk(&[]),
                Err(why) => {
                    self.log(Some(id), "callback refused", why);
                    OpResult::QueryFailed
                }
            };
            return self.tell_flow(id, Input::Done { op: Op(op), result });
        }
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        fields.push(("call".into(), id.to_string()));
        fields.push(("caller".into(), call.caller.clone()));
        fields.push(("called".into(), call.called.clone()));
        let (store, answers) = (self.setup.store.clone(), self.answers.0.clone());
        let guard = self.setup.live.guard(Kind::Task);
        tokio::spawn(async move {
            let found = store.query(name, fields).await;
            // The centre is gone only when the program ends.
            answers.send(Answer { call: id, op, found }).ok();
            drop(guard);
        });
    }

    fn enqueue(&mut self, id: u64, op: u32, name: String, priority: i32) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let queue = self.routing.queue(&name);
        call.stage =
            Stage::Queued { op, entry: None, queue: name, since_ms: now.ms(), position: 0 };
        call.place = Some(Place { since_ms: now.ms(), priority });
        if !queue.is_some_and(|queue| {
            self.routing.arrive(now, CallConfig { tag: id, priority, ..CallConfig::new(queue) })
        }) {
            call.stage = Stage::Flow;
            self.tell_flow(id, queue_ended(op, "failed"));
        }
    }
}
