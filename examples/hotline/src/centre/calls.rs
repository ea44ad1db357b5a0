//! How calls begin and end.

use std::path::PathBuf;
use std::time::Duration;

use acd_core::{EndedBy, Input as AcdInput};
use ivr_core::{Session, SessionConfig};
use media_core::g711::Law;

use super::call::{Call, Dialogue, Stage};
use super::contact::Errand;
use super::extension::Extension;
use super::{Centre, Role, ivr_time};
use crate::clock::Clock;
use crate::config::millis;
use crate::live::Kind;
use crate::media;
use crate::media::call::Command;
use crate::media::leg::MediaLeg;
use crate::sip::{self, LegId};
use crate::store::{CallBegun, CallRecord, Fields};

/// What a call is when it begins.
pub(super) struct Beginning {
    pub(super) id: u64,
    /// Whoever is outside.
    pub(super) caller: String,
    pub(super) called: String,
    pub(super) law: Law,
    pub(super) dialogue: Option<Dialogue>,
    pub(super) stage: Stage,
    pub(super) callback: Option<u64>,
    pub(super) errand: Option<Errand>,
    /// Whether it is a call that an agent makes.
    pub(super) extension: bool,
}

impl Centre {
    /// A number for a call that may come to be.
    pub(super) fn new_call(&mut self) -> u64 {
        let id = self.next_call;
        self.next_call += 1;
        id
    }

    /// A caller is there: media, recording and dialogue begin.
    pub(super) fn caller(&mut self, caller: sip::Caller) {
        if let Some(agent) = caller.agent.clone() {
            return self.agent_calls(caller, &agent);
        }
        let Some(flow) = self.setup.flows.of_line(&caller.called) else {
            return;
        };
        let id = self.new_call();
        let session = SessionConfig {
            seed: id,
            caller: &caller.number,
            called: &caller.called,
            now: ivr_time(self.now()),
            ..SessionConfig::default()
        };
        let Ok(session) = Session::new(&self.setup.flows.get(flow), session) else {
            return;
        };
        let leg = caller.leg.id;
        let agreed = caller.agreed;
        let media =
            MediaLeg::new(leg, caller.ports, agreed, self.setup.clock, id.rotate_left(32) ^ leg.0);
        let detail = format!("{} called {}", caller.number, caller.called);
        self.begin(Beginning {
            id,
            caller: caller.number,
            called: caller.called,
            law: agreed.law,
            dialogue: Some(Dialogue { flow, session }),
            stage: Stage::Flow,
            callback: None,
            errand: None,
            extension: false,
        });
        self.log(Some(id), "answered", detail);
        if let Some(call) = self.calls.get_mut(&id) {
            call.leg = Some(caller.leg);
        }
        self.join_caller(id, Box::new(media));
        self.tell_flow(id, ivr_core::Input::Start);
    }

    /// A call begins, with nobody connected to its media yet.
    pub(super) fn begin(&mut self, beginning: Beginning) {
        let Beginning { id, caller, called, law, dialogue, stage, callback, errand, extension } =
            beginning;
        let campaign = errand.map(|errand| errand.campaign(&self.setup.config).to_owned());
        let now = self.now();
        let media = media::call::start(media::call::Start {
            recorder: self.setup.recorder.clone(),
            music: self.setup.music.clone(),
            live: self.setup.live.clone(),
            silence_limit: Duration::from_millis(
                millis(self.setup.config.rtp.silence_limit).into(),
            ),
            call: id,
            reports: self.reports.0.clone(),
        });
        self.setup.store.begin(CallBegun {
            id,
            caller: caller.clone(),
            called: called.clone(),
            started: Clock::text(now.ms()),
            callback,
            campaign: campaign.clone(),
            extension,
        });
        let call = Call {
            id,
            caller,
            called,
            law,
            started_ms: now.ms(),
            leg: None,
            media,
            dialogue,
            stage,
            place: None,
            callback,
            errand,
            campaign,
            extension: extension.then(Extension::default),
            data: Fields::new(),
            agent_keys: String::new(),
            agents_word: None,
            record: CallRecord { id, ..CallRecord::default() },
            _guard: self.setup.live.guard(Kind::Call),
        };
        self.calls.insert(id, call);
    }

    /// Connects the one outside with the call, whose recording begins.
    pub(super) fn join_caller(&mut self, id: u64, leg: Box<MediaLeg>) {
        let started_ms = self.now().ms().cast_signed();
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let extension = self.setup.config.recordings.format.extension();
        let path = self.file("recordings", id, &call.caller, extension);
        self.legs.insert(leg.id, Role::Caller(id));
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.record.recording = Some(path.to_string_lossy().into_owned());
        let recording = self.setup.config.storage.folder.join(path);
        call.media(Command::Caller { leg, recording, started_ms });
    }

    /// `kind/2026-11-23/20261123T035910Z-00000017-13800000888.wav`: when, which call, who.
    pub(super) fn file(&self, kind: &str, id: u64, number: &str, extension: &str) -> PathBuf {
        let at = Clock::text(self.setup.clock.now_ms());
        let day = at.get(..10).unwrap_or_default();
        let stamp: String = at.chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
        let number: String = number.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        PathBuf::from(kind).join(day).join(format!("{stamp}Z-{id:08}-{number}.{extension}"))
    }

    /// The far end of a leg hung up.
    pub(super) fn gone(&mut self, leg: LegId) {
        let now = self.now();
        match self.legs.remove(&leg) {
            // Somebody who was called and hangs up has answered, and is a caller by then.
            Some(Role::Caller(id) | Role::Called(id)) => self.hung_up(id, "caller"),
            Some(Role::Target(id)) => self.target_gone(id),
            Some(Role::Agent(id)) => {
                if let Some(call) = self.calls.get(&id).and_then(|call| call.stage.with_agent()) {
                    self.routing.feed(now, AcdInput::Complete { call, by: EndedBy::Agent });
                }
            }
            None => {
                // A phone that answered and hung up before the engine gave it the call.
                if let Some(ringing) = self.routing.ringing.get(&leg) {
                    let cause = acd_core::RejectCause::Failed;
                    let offer = ringing.offer;
                    self.routing.feed(now, AcdInput::Reject { offer, cause });
                }
            }
        }
    }

    /// The caller is not there any more: the routing engine and the flow are told; the end of both
    /// ends the call.
    pub(super) fn hung_up(&mut self, id: u64, by: &str) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.record.ended_by = by.into();
        let entry = match call.stage {
            // Its flow has not begun.
            Stage::Listening(_) => return self.finish(id),
            Stage::Queued { entry, .. } => entry,
            _ => call.stage.with_agent(),
        };
        match entry {
            Some(entry) => {
                self.routing.feed(now, AcdInput::Hangup { call: entry });
                self.tell_flow(id, ivr_core::Input::Hangup);
            }
            None => self.back_to_flow(id, ivr_core::Input::Hangup),
        }
    }

    pub(super) fn end_all(&mut self) {
        let all: Vec<u64> = self.calls.keys().copied().collect();
        for id in all {
            self.hung_up(id, "shutdown");
        }
    }

    /// The call is over: everything it held is given back, everything known of it is written down.
    pub(super) fn finish(&mut self, id: u64) {
        let Some(mut call) = self.calls.remove(&id) else {
            return;
        };
        if let Some(leg) = &call.leg {
            self.legs.remove(&leg.id);
        }
        self.release_target(&mut call);
        self.release_agent(&call);
        call.record.ended = Clock::text(self.setup.clock.now_ms());
        if call.record.ended_by.is_empty() {
            call.record.ended_by = "flow".into();
        }
        if let Some(word) = call.agents_word.take() {
            call.record.outcome = word;
        }
        if call.record.outcome.is_empty() {
            let by_flow = call.record.ended_by == "flow";
            let outcome = call.errand.map(|errand| errand.outcome(by_flow));
            let otherwise = if by_flow { "completed" } else { "abandoned" };
            call.record.outcome = outcome.unwrap_or(otherwise).into();
        }
        let detail = format!("{}, by {}", call.record.outcome, call.record.ended_by);
        self.log(Some(id), "ended", detail);
        call.media(Command::End { metadata: call.metadata() });
        self.callback_over(&call);
        self.contact_over(&call);
        self.setup.store.finish(call.record);
    }
}
