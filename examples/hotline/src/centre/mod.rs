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
mod callback;
mod calls;
mod campaign;
mod contact;
mod dialogue;
mod extension;
mod flows;
mod periods;
mod queued;
mod routing;
mod transfer;
mod view;

use std::collections::{BTreeSet, HashMap};

use acd_core::{Input as AcdInput, Time};
use tokio::sync::{mpsc, oneshot};

use self::call::Call;
use self::callback::Callbacks;
use self::campaign::Campaigns;
pub(crate) use self::flows::Flows;
use self::routing::{Routing, cause_of};
pub(crate) use self::view::Snapshot;
use crate::clock::Clock;
use crate::config::Config;
use crate::contacts::List;
use crate::live::Live;
use crate::media::call::{Command, Report};
use crate::media::leg::MediaLeg;
use crate::media::sound::Clip;
use crate::prompts::Library;
use crate::recording::Recorder;
use crate::sip::{self, LegId, Stack};
use crate::store::{Kept, QueryError, Row, Store};

/// What the centre is asked from outside.
pub(crate) enum Request {
    Snapshot(oneshot::Sender<Snapshot>),
    /// Call nobody any more.
    Drain,
    /// Let suspended campaigns go on.
    ResumeCampaigns,
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
    /// What an earlier run left.
    pub(crate) kept: Kept,
    /// Whom each campaign calls.
    pub(crate) lists: Vec<List>,
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
    /// Somebody outside whom we call; once they have answered they are a caller.
    Called(u64),
}

/// Both ends of a channel whose receiver is the centre itself.
type Inbox<T> = (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>);

/// The call centre's mind.
pub(crate) struct Centre {
    setup: Setup,
    routing: Routing,
    calls: HashMap<u64, Call>,
    callbacks: Callbacks,
    campaigns: Campaigns,
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
    /// When the routing engine or a campaign refuses the configuration.
    pub(crate) fn new(mut setup: Setup) -> anyhow::Result<Centre> {
        let routing = Routing::new(&setup.config, Time::from_ms(setup.clock.now_ms()))?;
        let lists = std::mem::take(&mut setup.lists);
        let Setup { config, kept, store, .. } = &setup;
        let now = Time::from_ms(setup.clock.now_ms());
        let campaigns = Campaigns::new(config, lists, kept, store, now)?;
        Ok(Centre {
            routing,
            campaigns,
            next_call: setup.kept.last_call + 1,
            callbacks: Callbacks::new(&setup.config, &setup.kept),
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
                    Some(Request::Drain) => {
                        self.withdraw_callbacks();
                        self.stop_campaigns();
                    }
                    Some(Request::ResumeCampaigns) => self.resume_campaigns(),
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
        let outward = self.callbacks.deadline_ms().into_iter().chain(self.campaigns.deadline_ms());
        sessions.chain(engine).chain(outward).min()
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
            self.see_to_callback(id, now.ms());
            self.see_to_machine(id, now.ms());
            self.tell_flow(id, ivr_core::Input::Tick);
        }
        self.enter_callbacks(now);
        loop {
            if let Some(output) = self.routing.engine.poll() {
                self.routed(output);
            } else if let Some(id) = self.stirred.pop_first() {
                self.follow_flow(id);
            } else {
                break;
            }
        }
        self.run_campaigns(now);
    }

    fn sip(&mut self, event: sip::Event) {
        match event {
            sip::Event::Caller(caller) => self.caller(*caller),
            sip::Event::Calls { user, called, answer } => {
                // The phone may have given up meanwhile.
                answer.send(self.may_call(&user, &called)).ok();
            }
            sip::Event::Answered { leg, agreed, ports } => {
                let now = self.now();
                let clock = self.setup.clock;
                let media = Box::new(MediaLeg::new(leg, ports, agreed, clock, leg.0));
                match self.legs.get(&leg) {
                    Some(Role::Target(id)) => return self.target_answered(*id, media),
                    Some(Role::Called(id)) if self.campaigns.is_dialling(*id) => {
                        return self.contact_answered(*id, media);
                    }
                    Some(Role::Called(id)) => return self.called_answered(*id, media),
                    _ => {}
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
                match self.legs.get(&leg) {
                    Some(Role::Target(id)) => return self.target_refused(*id, status),
                    Some(Role::Called(id)) if self.campaigns.is_dialling(*id) => {
                        return self.contact_refused(*id, status);
                    }
                    Some(Role::Called(id)) => return self.called_refused(*id, status),
                    _ => {}
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
            sip::Event::Key { leg, key } => match self.legs.get(&leg) {
                Some(Role::Caller(id)) => {
                    if let Some(call) = self.calls.get(id)
                        && let Some(key) = media_core::dtmf::Key::from_char(key.into())
                    {
                        call.media(Command::Key(key));
                    }
                }
                Some(Role::Agent(id)) => self.agent_pressed(*id, key.into()),
                _ => {}
            },
            sip::Event::Refer { leg, target, replaced, answer } => {
                let status = match replaced {
                    Some(replaced) => self.refer_to_own_call(leg, replaced),
                    None => self.refer(leg, target),
                };
                // The phone may have hung up meanwhile.
                answer.send(status).ok();
            }
            sip::Event::Registered { user, reachable } => {
                let now = self.now();
                self.routing.registered(now, &user, reachable);
            }
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
                self.contact_pressed(id);
                let Some(call) = self.calls.get(&id) else {
                    return;
                };
                if !call.stage.is_conversation() {
                    self.tell_flow(id, ivr_core::Input::Digit(key.to_char() as u8));
                }
            }
            Report::AgentKey(key) => self.agent_pressed(id, key.to_char()),
            Report::Answered(answer) => self.contact_is(id, answer),
            Report::Beep => self.machine_beeped(id),
            Report::Played { op } => {
                self.tell_flow(id, dialogue::played(op));
                self.callback_announced(id, op);
            }
            Report::Voicemail { op, ms } => {
                self.tell_flow(id, dialogue::recorded(op, ms));
                self.log(Some(id), "voicemail", format!("{ms} ms"));
            }
            Report::Silent { leg } => {
                let whose = if call.leg.as_ref().is_some_and(|of| of.id == leg) {
                    "caller"
                } else {
                    "agent"
                };
                self.log(Some(id), "silent", format!("no RTP from the {whose}"));
                match whose {
                    "caller" => self.hung_up(id, "silence"),
                    _ => self.gone(leg),
                }
            }
        }
    }
}

/// A moment as the dialogues count it.
fn ivr_time(now: Time) -> ivr_core::Time {
    ivr_core::Time(now.ms().cast_signed())
}
