//! The joint of the three cores, in one place.
//!
//! One task owns the routing engine and every caller's dialogue. It takes what happens (SIP, media,
//! database, time), gives it to the core it concerns, and does what the cores say until they have
//! nothing more to say. No core knows another:
//!
//! ```text
//!   SIP events ─┐            ┌─ ivr-core: one Session a call ──┐
//!   media       ├─► Centre ──┤                                 ├─► prompts, keys, queries, hang-up
//!   answers     │            └─ acd-core: one Engine ──────────┴─► phones rung, calls bridged
//!   deadlines ──┘
//! ```

mod call;
mod dialogue;
mod flows;
mod queued;
mod routing;
mod transfer;
mod view;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use acd_core::{EndedBy, Input as AcdInput, Time};
use ivr_core::{Session, SessionConfig};
use tokio::sync::{mpsc, oneshot};

use self::call::{Call, Stage};
pub(crate) use self::flows::Flows;
use self::routing::{Routing, cause_of};
pub(crate) use self::view::Snapshot;
use crate::clock::Clock;
use crate::config::{Config, millis};
use crate::live::{Kind, Live};
use crate::media;
use crate::media::call::{Command, Report};
use crate::media::leg::MediaLeg;
use crate::media::sound::Clip;
use crate::prompts::Library;
use crate::recording::Recorder;
use crate::sip::{self, LegId, Stack};
use crate::store::{CallRecord, Fields, QueryError, Row, Store};

/// What the centre is asked from outside.
pub(crate) enum Request {
    Snapshot(oneshot::Sender<Snapshot>),
    /// Hang up on everybody.
    EndAll,
    /// End the task.
    Stop,
}

/// What a centre is made of.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) flows: Flows,
    pub(crate) library: Library,
    pub(crate) music: Clip,
    pub(crate) clock: Clock,
    pub(crate) live: Live,
    pub(crate) store: Store,
    pub(crate) recorder: Recorder,
    pub(crate) stack: Stack,
    /// The greatest number any call ever had.
    pub(crate) last_call: u64,
}

/// The database's answer to a flow's query.
struct Answer {
    call: u64,
    op: u32,
    found: Result<Row, QueryError>,
}

/// Whose leg it is.
#[derive(Clone, Copy, Debug)]
enum Role {
    Caller(u64),
    Agent(u64),
    /// Whoever a flow transfers its caller to.
    Target(u64),
}

/// Both ends of a channel whose receiver is the centre itself.
type Inbox<T> = (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>);

/// The call centre's mind.
pub(crate) struct Centre {
    setup: Setup,
    routing: Routing,
    calls: HashMap<u64, Call>,
    legs: HashMap<LegId, Role>,
    /// Calls whose dialogue may have something to say; in order, so that runs can be compared.
    stirred: BTreeSet<u64>,
    next_call: u64,
    reports: Inbox<(u64, Report)>,
    answers: Inbox<Answer>,
}

impl Centre {
    /// A centre that has heard nothing yet.
    ///
    /// # Errors
    /// When the routing engine refuses the configuration.
    pub(crate) fn new(setup: Setup) -> anyhow::Result<Centre> {
        let routing = Routing::new(&setup.config, Time::from_ms(setup.clock.now_ms()))?;
        Ok(Centre {
            routing,
            next_call: setup.last_call + 1,
            setup,
            calls: HashMap::new(),
            legs: HashMap::new(),
            stirred: BTreeSet::new(),
            reports: mpsc::unbounded_channel(),
            answers: mpsc::unbounded_channel(),
        })
    }

    /// Lives until [`Request::Stop`].
    pub(crate) async fn run(
        mut self,
        mut sip: mpsc::UnboundedReceiver<sip::Event>,
        mut requests: mpsc::UnboundedReceiver<Request>,
    ) {
        loop {
            let wake = self.deadline().map(|ms| self.setup.clock.instant_of(ms));
            let sleep = async {
                match wake {
                    Some(instant) => tokio::time::sleep_until(instant.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(event) = sip.recv() => self.sip(event),
                Some((call, report)) = self.reports.1.recv() => self.report(call, report),
                Some(answer) = self.answers.1.recv() => self.answer(answer),
                request = requests.recv() => match request {
                    Some(Request::Snapshot(to)) => {
                        // Whoever asked may have stopped waiting.
                        to.send(self.snapshot()).ok();
                    }
                    Some(Request::EndAll) => self.end_all(),
                    Some(Request::Stop) | None => return,
                },
                () = sleep => {}
            }
            self.settle();
        }
    }

    /// The time for the routing engine.
    fn now(&self) -> Time {
        Time::from_ms(self.setup.clock.now_ms())
    }

    fn log(&self, call: Option<u64>, kind: &'static str, detail: impl Into<String>) {
        let at = Clock::text(self.setup.clock.now_ms());
        self.setup.store.event(call, at, kind, detail.into());
    }

    /// The earliest moment at which some core wants to be woken.
    fn deadline(&self) -> Option<u64> {
        let sessions = self.calls.values().filter_map(Call::deadline_ms);
        let engine = self.routing.engine.deadline().map(Time::ms);
        sessions.chain(engine).min()
    }

    /// Lets time pass in the cores and does all they say, until they are quiet.
    fn settle(&mut self) {
        let now = self.now();
        if self.routing.engine.deadline().is_some_and(|at| at <= now) {
            self.routing.feed(now, AcdInput::Tick);
        }
        let due = |call: &&Call| call.deadline_ms().is_some_and(|at| at <= now.ms());
        let due: Vec<u64> = self.calls.values().filter(due).map(|call| call.id).collect();
        for id in due {
            self.see_to_transfer(id, now.ms());
            self.tell_flow(id, ivr_core::Input::Tick);
        }
        loop {
            if let Some(output) = self.routing.engine.poll() {
                self.routed(output);
            } else if let Some(id) = self.stirred.pop_first() {
                self.follow_flow(id);
            } else {
                return;
            }
        }
    }

    fn sip(&mut self, event: sip::Event) {
        match event {
            sip::Event::Caller(caller) => self.caller(*caller),
            sip::Event::Answered { leg, agreed, ports } => {
                let now = self.now();
                let clock = self.setup.clock;
                let media = Box::new(MediaLeg::new(leg, ports, agreed, clock, leg.0));
                if let Some(Role::Target(id)) = self.legs.get(&leg) {
                    return self.target_answered(*id, media);
                }
                let Some(ringing) = self.routing.ringing.get_mut(&leg) else {
                    return;
                };
                ringing.media = Some(media);
                let offer = ringing.offer;
                if !self.routing.feed(now, AcdInput::Accept { offer }) {
                    self.routing.ringing.remove(&leg);
                }
            }
            sip::Event::Refused { leg, status } => {
                let now = self.now();
                if let Some(Role::Target(id)) = self.legs.get(&leg) {
                    return self.target_refused(*id, status);
                }
                if let Some(ringing) = self.routing.ringing.get(&leg) {
                    let (offer, cause) = (ringing.offer, cause_of(status));
                    self.routing.feed(now, AcdInput::Reject { offer, cause });
                }
            }
            sip::Event::Gone { leg } => self.gone(leg),
            sip::Event::Changed { leg, agreed } => {
                if let Some(Role::Caller(id) | Role::Agent(id) | Role::Target(id)) =
                    self.legs.get(&leg)
                    && let Some(call) = self.calls.get(id)
                {
                    call.media(Command::Change { leg, agreed });
                }
            }
            sip::Event::Key { leg, key } => {
                if let Some(Role::Caller(id)) = self.legs.get(&leg)
                    && let Some(call) = self.calls.get(id)
                    && let Some(key) = media_core::dtmf::Key::from_char(key.into())
                {
                    call.media(Command::Key(key));
                }
            }
            sip::Event::Refer { leg, target, answer } => {
                let status = self.refer(leg, target);
                // The phone may have hung up meanwhile.
                answer.send(status).ok();
            }
            sip::Event::Registered { user, reachable } => {
                let now = self.now();
                self.routing.registered(now, &user, reachable);
            }
        }
    }

    /// A caller is there: media, recording and dialogue begin.
    fn caller(&mut self, caller: sip::Caller) {
        let Some(flow) = self.setup.flows.of_line(&caller.called) else {
            return;
        };
        let id = self.next_call;
        self.next_call += 1;
        let now = self.now();
        let session = SessionConfig {
            seed: id,
            caller: &caller.number,
            called: &caller.called,
            now: ivr_time(now),
            ..SessionConfig::default()
        };
        let Ok(session) = Session::new(&self.setup.flows.get(flow), session) else {
            return;
        };
        let extension = self.setup.config.recordings.format.extension();
        let recording = self.file("recordings", id, &caller.number, extension);
        let leg = caller.leg.id;
        let agreed = caller.agreed;
        let caller_media =
            MediaLeg::new(leg, caller.ports, agreed, self.setup.clock, id.rotate_left(32) ^ leg.0);
        let media = media::call::start(media::call::Start {
            caller: caller_media,
            recording: self.setup.config.storage.folder.join(&recording),
            started_ms: now.ms().cast_signed(),
            recorder: self.setup.recorder.clone(),
            music: self.setup.music.clone(),
            live: self.setup.live.clone(),
            silence_limit: Duration::from_millis(
                millis(self.setup.config.rtp.silence_limit).into(),
            ),
            call: id,
            reports: self.reports.0.clone(),
        });
        let started = Clock::text(now.ms());
        let (number, called) = (caller.number.clone(), caller.called.clone());
        self.setup.store.begin(id, number, called, started);
        self.log(Some(id), "answered", format!("{} called {}", caller.number, caller.called));
        self.legs.insert(leg, Role::Caller(id));
        let record = CallRecord {
            id,
            recording: Some(recording.to_string_lossy().into_owned()),
            ..CallRecord::default()
        };
        let call = Call {
            id,
            caller: caller.number,
            called: caller.called,
            law: agreed.law,
            started_ms: now.ms(),
            leg: caller.leg,
            media,
            flow,
            session,
            stage: Stage::Flow,
            handed_over: false,
            data: Fields::new(),
            record,
            _guard: self.setup.live.guard(Kind::Call),
        };
        self.calls.insert(id, call);
        self.tell_flow(id, ivr_core::Input::Start);
    }

    /// `kind/2026-11-23/20261123T035910Z-00000017-13800000888.wav`: when, which call, who.
    fn file(&self, kind: &str, id: u64, number: &str, extension: &str) -> PathBuf {
        let at = Clock::text(self.setup.clock.now_ms());
        let day = at.get(..10).unwrap_or_default();
        let stamp: String = at.chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
        let number: String = number.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        PathBuf::from(kind).join(day).join(format!("{stamp}Z-{id:08}-{number}.{extension}"))
    }

    /// The far end of a leg hung up.
    fn gone(&mut self, leg: LegId) {
        let now = self.now();
        match self.legs.remove(&leg) {
            Some(Role::Caller(id)) => self.hung_up(id, "caller"),
            Some(Role::Target(id)) => self.target_gone(id),
            Some(Role::Agent(id)) => {
                let Some(call) = self.calls.get(&id) else {
                    return;
                };
                if let Stage::Talking { entry, .. } = call.stage {
                    self.routing.feed(now, AcdInput::Complete { call: entry, by: EndedBy::Agent });
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

    /// The caller is not there any more: the routing engine and the flow are told; the flow's end
    /// ends the call.
    fn hung_up(&mut self, id: u64, by: &str) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.record.ended_by = by.into();
        if call.handed_over {
            return self.finish(id);
        }
        let entry = match call.stage {
            Stage::Queued { entry, .. } => entry,
            Stage::Talking { entry, .. } => Some(entry),
            Stage::Flow | Stage::Transfer(_) => None,
        };
        if let Some(entry) = entry {
            self.routing.feed(now, AcdInput::Hangup { call: entry });
        }
        self.tell_flow(id, ivr_core::Input::Hangup);
    }

    fn end_all(&mut self) {
        let all: Vec<u64> = self.calls.keys().copied().collect();
        for id in all {
            self.hung_up(id, "shutdown");
        }
    }

    /// What a call's media tells.
    fn report(&mut self, id: u64, report: Report) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match report {
            Report::Key(key) => {
                call.record.keys.push(key.to_char());
                if !call.stage.is_conversation() {
                    self.tell_flow(id, ivr_core::Input::Digit(key.to_char() as u8));
                }
            }
            Report::Played { op } => self.tell_flow(id, dialogue::played(op)),
            Report::Voicemail { op, ms } => {
                self.tell_flow(id, dialogue::recorded(op, ms));
                self.log(Some(id), "voicemail", format!("{ms} ms"));
            }
            Report::Silent { leg } => {
                let whose = if leg == call.leg.id { "caller" } else { "agent" };
                self.log(Some(id), "silent", format!("no RTP from the {whose}"));
                match whose {
                    "caller" => self.hung_up(id, "silence"),
                    _ => self.gone(leg),
                }
            }
        }
    }

    /// The call is over: everything it held is given back, everything known of it is written down.
    fn finish(&mut self, id: u64) {
        let Some(mut call) = self.calls.remove(&id) else {
            return;
        };
        self.legs.remove(&call.leg.id);
        self.release_target(&mut call);
        call.record.ended = Clock::text(self.setup.clock.now_ms());
        if call.record.ended_by.is_empty() {
            call.record.ended_by = "flow".into();
        }
        if call.record.outcome.is_empty() {
            let by_flow = call.record.ended_by == "flow";
            call.record.outcome = if by_flow { "completed" } else { "abandoned" }.into();
        }
        let detail = format!("{}, by {}", call.record.outcome, call.record.ended_by);
        self.log(Some(id), "ended", detail);
        call.media(Command::End { metadata: call.metadata() });
        self.setup.store.finish(call.record);
    }
}

/// A moment as the dialogues count it.
fn ivr_time(now: Time) -> ivr_core::Time {
    ivr_core::Time(now.ms().cast_signed())
}
