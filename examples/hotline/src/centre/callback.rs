//! Callers who hang up and are called back when their turn comes.
//!
//! A flow asks for it by the query that a `[[callback]]` is named like. Once the asking call is
//! over, one that is no telephone call waits in the queue instead of its caller, as old as the
//! caller's own wait. The agent to whom it comes hears what it is, then the number is called, and
//! both are connected. A number that does not answer is tried again by the rules, from the same
//! place; everything is written down as it comes, so that a restart forgets nobody.

use std::collections::BTreeMap;

use acd_core::calendar::{Calendar, Period};
use acd_core::outbound::Outcome;
use acd_core::{CallConfig, CallId, EndedBy, Input, Time};

use super::call::{Call, Stage};
use super::calls::Beginning;
use super::flows::text_name;
use super::{Centre, Role};
use crate::clock::Clock;
use crate::config::{Config, is_number, millis};
use crate::media::call::Command;
use crate::media::leg::MediaLeg;
use crate::media::sound::{self, Clip};
use crate::sip::{self, Callee, Ring};
use crate::store::{CallbackRow, Fields, Kept};

/// An operation that no flow has: flows number theirs from 0.
pub(super) const NO_OP: u32 = u32::MAX;
/// How long a callback that the queue did not let in waits, in milliseconds.
const FULL_MS: u64 = 30_000;
/// How long the ringing tone takes from one ring to the next.
const RINGBACK_MS: u64 = 5_000;
/// Callbacks are made whenever agents are there to make them.
const ALWAYS: Calendar<'static> =
    Calendar { offsets: &[], week: [&[Period::of(0, 0, 24, 0)]; 7], days: &[] };

/// What became of a call that the agent gave up before the number answered.
pub(super) const AGENT_GONE: &str = "agent gone";
/// What becomes of a callback whose number answered.
const REACHED: &str = "answered";
/// What becomes of a callback that has been tried often enough.
const GIVEN_UP: &str = "given up";

/// Everybody who is to be called back.
#[derive(Debug, Default)]
pub(super) struct Callbacks {
    open: BTreeMap<u64, Callback>,
    last: u64,
    ringback: Clip,
    /// The program is ending: nobody is called any more.
    withdrawn: bool,
}

#[derive(Debug)]
struct Callback {
    /// Index in the configuration.
    rule: usize,
    row: CallbackRow,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The call in which it was asked for is still up.
    Asked,
    /// To enter the queue when it is due.
    Due,
    /// In the queue, as this call.
    Waiting { call: u64, entry: Option<CallId> },
    /// An agent has answered for it.
    Calling,
}

impl Callbacks {
    /// Those whom an earlier run left, as far as the configuration still knows of them.
    pub(super) fn new(config: &Config, kept: &Kept) -> Callbacks {
        let known = |row: &CallbackRow| {
            let rule = config.callbacks.iter().position(|c| *c.name.get_ref() == row.name)?;
            Some((row.id, Callback { rule, row: row.clone(), state: State::Due }))
        };
        let open = kept.callbacks.iter().filter_map(known).collect();
        Callbacks { open, last: kept.last_callback, ringback: sound::ringback(), withdrawn: false }
    }

    /// What is heard while a telephone rings for so long.
    pub(super) fn ringback(&self, ring_ms: u64) -> Command {
        let rings = usize::try_from(ring_ms / RINGBACK_MS).unwrap_or_default() + 1;
        Command::Play { op: NO_OP, clips: vec![self.ringback.clone(); rings] }
    }

    /// Who waits in a queue as this call.
    pub(super) fn waiting(&self, call: u64) -> Option<&CallbackRow> {
        let waits = |callback: &&Callback| match callback.state {
            State::Waiting { call: of, .. } => of == call,
            _ => false,
        };
        self.open.values().find(waits).map(|callback| &callback.row)
    }

    fn waiting_mut(&mut self, call: u64) -> Option<&mut Callback> {
        let id = self.waiting(call)?.id;
        self.open.get_mut(&id)
    }

    /// How many wait in the queues of these rules.
    pub(super) fn count_waiting(&self, rules: impl Fn(usize) -> bool) -> usize {
        let waits = |c: &&Callback| rules(c.rule) && matches!(c.state, State::Waiting { .. });
        self.open.values().filter(waits).count()
    }

    /// When the next wants to enter its queue.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        let due = self.open.values().filter(|c| c.state == State::Due).map(|c| c.row.due_ms);
        if self.withdrawn { None } else { due.min() }
    }
}

/// An agent who has answered and waits for the number to be called, or to answer.
pub(super) struct CallingBack {
    entry: CallId,
    agent: String,
    leg: sip::Leg,
    /// `None` while the agent is told what it is.
    rings_until_ms: Option<u64>,
}

impl CallingBack {
    pub(super) fn new(entry: CallId, agent: String, leg: sip::Leg) -> CallingBack {
        CallingBack { entry, agent, leg, rings_until_ms: None }
    }

    /// The engine's name for the call.
    pub(super) fn entry(&self) -> CallId {
        self.entry
    }

    /// When the number has rung long enough.
    pub(super) fn rings_until_ms(&self) -> Option<u64> {
        self.rings_until_ms
    }

    /// In a word, for people.
    pub(super) fn name(&self) -> String {
        format!("being called back by {}", self.agent)
    }

    /// The agent's leg.
    pub(super) fn into_leg(self) -> sip::Leg {
        self.leg
    }
}

/// What a number that did not answer came to, by the SIP status that says so.
pub(super) fn name_of(status: u16) -> &'static str {
    match status {
        486 | 600 => "busy",
        403 | 408 | 480 | 487 | 603 => "no answer",
        404 | 410 | 484 | 604 => "no such number",
        _ => "failed",
    }
}

/// What the retry rules call it.
pub(super) fn outcome_named(name: &str) -> Outcome {
    match name {
        "busy" => Outcome::Busy,
        "no answer" => Outcome::NoAnswer,
        "no such number" => Outcome::Invalid,
        _ => Outcome::Congestion,
    }
}

impl Centre {
    /// The `[[callback]]` that a flow's query asks for.
    pub(super) fn callback_rule(&self, query: &str) -> Option<usize> {
        self.setup.config.callbacks.iter().position(|c| c.name.get_ref() == query)
    }

    /// A flow asks that its caller be called back.
    pub(super) fn ask_callback(
        &mut self,
        id: u64,
        rule: usize,
        fields: &Fields,
    ) -> Result<(), &'static str> {
        let now = self.now();
        let (Some(call), Some(config)) =
            (self.calls.get_mut(&id), self.setup.config.callbacks.get(rule))
        else {
            return Err("there is no such call");
        };
        let given = fields.iter().find(|(name, _)| name == "number").map(|(_, number)| number);
        let number = given.unwrap_or(&call.caller).clone();
        if !is_number(&number) || self.setup.config.through_gateway(&number).is_none() {
            return Err("no number that can be called");
        }
        let allowed = |prefix: &String| number.starts_with(prefix);
        if !config.prefixes.is_empty() && !config.prefixes.iter().any(allowed) {
            return Err("a number that is not called");
        }
        call.record.outcome = "callback".into();
        let of_rule = |c: &&Callback| c.rule == rule;
        let open = || self.callbacks.open.values().filter(of_rule);
        if open().any(|c| c.row.number == number) {
            self.log(Some(id), "callback", format!("{number}: is already to be called"));
            return Ok(());
        }
        if open().count() >= config.max {
            return Err("too many are to be called back already");
        }
        let (since_ms, priority) =
            call.place.map_or((now.ms(), 0), |place| (place.since_ms, place.priority));
        self.callbacks.last += 1;
        let row = CallbackRow {
            id: self.callbacks.last,
            name: config.name.get_ref().clone(),
            number: number.clone(),
            asked_by: id,
            priority,
            since_ms,
            due_ms: now.ms(),
            ..CallbackRow::default()
        };
        self.setup.store.keep_callback(row.clone());
        self.callbacks.open.insert(row.id, Callback { rule, row, state: State::Asked });
        self.log(Some(id), "callback", number);
        Ok(())
    }

    /// Those that are due enter their queues.
    pub(super) fn enter_callbacks(&mut self, now: Time) {
        if self.callbacks.withdrawn {
            return;
        }
        let due = |c: &&Callback| c.state == State::Due && c.row.due_ms <= now.ms();
        let due: Vec<u64> = self.callbacks.open.values().filter(due).map(|c| c.row.id).collect();
        for id in due {
            let call = self.new_call();
            let Some(callback) = self.callbacks.open.get_mut(&id) else {
                continue;
            };
            callback.state = State::Waiting { call, entry: None };
            let name = self.setup.config.callbacks[callback.rule].queue.get_ref();
            let Some(queue) = self.routing.queue(name) else {
                continue;
            };
            let config = CallConfig {
                tag: call,
                priority: callback.row.priority,
                credit_ms: now.ms().saturating_sub(callback.row.since_ms),
                // Whoever was promised a call does not time out.
                max_wait_ms: Some(u64::MAX),
                ..CallConfig::new(queue)
            };
            if !self.routing.arrive(now, config) {
                self.callback_left(call);
            }
        }
    }

    /// A callback's entry in a queue has a name.
    pub(super) fn callback_joined(&mut self, call: u64, entry: CallId) {
        if let Some(callback) = self.callbacks.waiting_mut(call) {
            callback.state = State::Waiting { call, entry: Some(entry) };
        }
    }

    /// A callback was not let into its queue, or taken out.
    pub(super) fn callback_left(&mut self, call: u64) {
        let later = self.now().ms() + FULL_MS;
        if let Some(callback) = self.callbacks.waiting_mut(call) {
            (callback.state, callback.row.due_ms) = (State::Due, later);
        }
    }

    /// The program is ending: those who wait are kept for the next run.
    pub(super) fn withdraw_callbacks(&mut self) {
        let now = self.now();
        self.callbacks.withdrawn = true;
        for callback in self.callbacks.open.values() {
            if let State::Waiting { entry: Some(call), .. } = callback.state {
                self.routing.feed(now, Input::Hangup { call });
            }
        }
    }

    /// An agent has answered for a callback: they hear what it is.
    pub(super) fn call_back(
        &mut self,
        id: u64,
        calling: CallingBack,
        agent: Box<MediaLeg>,
        queue: String,
    ) {
        let now = self.now();
        let Some(callback) = self.callbacks.waiting_mut(id) else {
            return;
        };
        callback.state = State::Calling;
        let row = callback.row.clone();
        let config = &self.setup.config.callbacks[callback.rule];
        let prompt = self.setup.library.get(&config.language, &text_name(&config.prompt));
        let (user, leg) = (calling.agent.clone(), calling.leg.id);
        let (called, language) = (config.caller_id.get_ref().clone(), config.language.clone());
        self.begin(Beginning {
            id,
            caller: row.number,
            called,
            law: agent.law(),
            dialogue: None,
            stage: Stage::CallingBack(calling),
            callback: Some(row.id),
            errand: None,
            extension: false,
        });
        self.legs.insert(leg, Role::Agent(id));
        self.log(Some(id), "calling back", user.clone());
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.record.language = language;
        call.record.agent = Some(user);
        call.record.queue = Some(queue);
        call.record.waited_ms = Some(now.ms().saturating_sub(row.since_ms));
        call.media(Command::Bridge { agent });
        call.media(Command::Play { op: NO_OP, clips: prompt.into_iter().collect() });
    }

    /// The agent knows what it is: the number is called, which the agent hears ringing.
    pub(super) fn callback_announced(&mut self, id: u64, op: u32) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id).filter(|_| op == NO_OP) else {
            return;
        };
        let callback = call.callback.and_then(|callback| self.callbacks.open.get_mut(&callback));
        let (Stage::CallingBack(calling), Some(callback)) = (&mut call.stage, callback) else {
            return;
        };
        if calling.rings_until_ms.is_some() {
            return;
        }
        callback.row.tries = callback.row.tries.saturating_add(1);
        self.setup.store.keep_callback(callback.row.clone());
        let Some(uri) = self.setup.config.through_gateway(&call.caller) else {
            return self.called_ended(id, "failed");
        };
        let ring_ms = u64::from(millis(self.setup.config.callbacks[callback.rule].ring));
        calling.rings_until_ms = Some(now.ms() + ring_ms);
        let leg = self.setup.stack.ring(Ring {
            callee: Callee::Elsewhere(uri),
            caller: call.called.clone(),
            law: call.law,
            data: Fields::new(),
            at_once: false,
        });
        self.legs.insert(leg.id, Role::Called(id));
        call.leg = Some(leg);
        call.media(self.callbacks.ringback(ring_ms));
        let number = call.caller.clone();
        self.log(Some(id), "dialled", number);
    }

    /// Whoever was called has answered.
    pub(super) fn called_answered(&mut self, id: u64, media: Box<MediaLeg>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.stage = match std::mem::replace(&mut call.stage, Stage::Flow) {
            Stage::CallingBack(CallingBack { entry, agent, leg, .. }) => {
                Stage::Talking { op: NO_OP, entry, agent, leg }
            }
            other => other,
        };
        call.law = media.law();
        call.record.outcome = "answered".into();
        let agent = call.record.agent.clone().unwrap_or_default();
        self.log(Some(id), "connected", agent);
        self.join_caller(id, media);
    }

    /// The number does not answer.
    pub(super) fn called_refused(&mut self, id: u64, status: u16) {
        self.called_ended(id, name_of(status));
    }

    /// A number that has rung long enough is given up.
    pub(super) fn see_to_callback(&mut self, id: u64, now_ms: u64) {
        if let Some(call) = self.calls.get(&id)
            && let Stage::CallingBack(calling) = &call.stage
            && calling.rings_until_ms.is_some_and(|until| until <= now_ms)
        {
            self.called_ended(id, "no answer");
        }
    }

    /// The number is called no longer; the agent is free.
    fn called_ended(&mut self, id: u64, outcome: &str) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let Stage::CallingBack(CallingBack { entry, .. }) = call.stage else {
            return;
        };
        call.record.outcome = outcome.into();
        if let Some(leg) = call.leg.take() {
            self.legs.remove(&leg.id);
        }
        self.routing.feed(now, Input::Complete { call: entry, by: EndedBy::Caller });
    }

    /// A call is over: whoever asked in it to be called back waits from now on; one that was a
    /// callback has reached its number, or is tried again, or is given up.
    pub(super) fn callback_over(&mut self, call: &Call) {
        let now = self.now();
        let asked = |c: &&mut Callback| c.state == State::Asked && c.row.asked_by == call.id;
        for callback in self.callbacks.open.values_mut().filter(asked) {
            (callback.state, callback.row.due_ms) = (State::Due, now.ms());
        }
        let Some(Callback { rule, row, state }) =
            call.callback.and_then(|id| self.callbacks.open.get_mut(&id))
        else {
            return;
        };
        *state = State::Due;
        let outcome = call.record.outcome.as_str();
        if call.record.recording.is_some() {
            row.outcome = Some(REACHED.into());
        } else if call.record.ended_by != "shutdown" {
            let rules = self.setup.config.callbacks[*rule].rules();
            match rules.next_try(outcome_named(outcome), row.tries, now, &ALWAYS) {
                Some(at) => row.due_ms = at.ms(),
                None => row.outcome = Some(GIVEN_UP.into()),
            }
        }
        row.last = Some(outcome.into());
        let row = row.clone();
        let (number, tries) = (&row.number, row.tries);
        let became = match &row.outcome {
            Some(outcome) => format!("{number}: {outcome} after {tries} tries"),
            None => format!("{number}: {outcome}, again at {}", Clock::text(row.due_ms)),
        };
        self.log(Some(call.id), "callback", became);
        if row.outcome.is_some() {
            self.callbacks.open.remove(&row.id);
        }
        self.setup.store.keep_callback(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_means_is_remembered_by_name() {
        for (status, outcome) in [
            (486, Outcome::Busy),
            (408, Outcome::NoAnswer),
            (603, Outcome::NoAnswer),
            (404, Outcome::Invalid),
            (503, Outcome::Congestion),
        ] {
            assert_eq!(outcome_named(name_of(status)), outcome, "{status}");
        }
        assert_eq!(outcome_named(AGENT_GONE), Outcome::Congestion);
    }
}
