//! People whom the centre calls from a list.
//!
//! A campaign dials when agents of its queue are idle, no more than its pace and the cap on
//! abandoned calls let it. Whoever answers is a call like any other from then on: it meets the
//! campaign's flow, whose queue node gives it to an agent, and which says what is to be heard where
//! none is free. How far the list has come is written down as it goes, so that a restart goes on
//! there.

use std::collections::{HashMap, HashSet};

use acd_core::calendar::Calendar;
use acd_core::outbound::{
    self, CampaignInput, CampaignOutput, ContactId, DoNotCall, GuardEvent, Outcome,
};
use acd_core::{AgentState, Time};
use anyhow::Context as _;
use jiff::Timestamp;
use media_core::g711::Law;

use super::callback::{name_of, outcome_named};
use super::contact::{COMPLAINT, Errand, MESSAGE_LEFT, WANTS_NONE};
use super::periods::{self, Periods};
use super::{Centre, Role};
use crate::clock::Clock;
use crate::config::{self, Config, millis};
use crate::contacts::{Contact, List};
use crate::sip::{self, Callee, Ring};
use crate::store::{CallBegun, CallRecord, ContactRow, Fields, Kept, Store};

/// All campaigns, and whom they dial at the moment.
#[derive(Default)]
pub(super) struct Campaigns {
    running: Vec<Running>,
    /// By the number of the call that may come of it.
    dials: HashMap<u64, Dial>,
    /// The program is ending: nobody is dialled any more.
    stopped: bool,
}

struct Running {
    engine: outbound::Campaign<'static>,
    hours: &'static Calendar<'static>,
    config: config::Campaign,
    /// By the engine's name for them.
    people: Vec<(Contact, ContactRow)>,
    /// Indices of the agents who are dialled for.
    agents: Vec<usize>,
    /// How many of them are idle, and at work, as the engine was told last.
    staff: (u32, u32),
    /// The period before has ended and was not told, as some of its dials had come to nothing yet.
    owed: bool,
}

/// A telephone that is being called.
pub(super) struct Dial {
    pub(super) errand: Errand,
    pub(super) leg: sip::Leg,
    started_ms: u64,
    rings_until_ms: u64,
}

impl Campaigns {
    /// The campaigns of the configuration, where an earlier run left them.
    ///
    /// # Errors
    /// When the engine refuses one, naming it.
    pub(super) fn new(
        config: &Config,
        lists: Vec<List>,
        kept: &Kept,
        store: &Store,
        now: Time,
    ) -> anyhow::Result<Campaigns> {
        let rows = kept.contacts.iter().map(|row| ((&*row.campaign, &*row.number), row));
        let rows: HashMap<_, _> = rows.collect();
        let refused = kept.contacts.iter().filter(|row| wants_none(row.outcome.as_deref()));
        let refused: HashSet<&str> = refused.map(|row| &*row.number).collect();
        let mut running = Vec::new();
        for (campaign, list) in config.campaigns.iter().zip(lists) {
            let name = campaign.name.get_ref();
            let named = || format!("campaign `{name}`");
            let at = Timestamp::from_millisecond(now.ms().cast_signed()).with_context(named)?;
            let hours = campaign.calendar(at).map_err(anyhow::Error::msg).with_context(named)?;
            let zones: &'static [Calendar<'static>] = vec![hours].leak();
            let room = u32::try_from(list.contacts.len()).with_context(named)?;
            let barred = DoNotCall::with_capacity(list.contacts.len());
            let mut engine =
                outbound::Campaign::with_capacity(campaign.engine(), zones, room, barred)
                    .with_context(named)?;
            let mut people = Vec::new();
            for contact in list.contacts {
                let kept = rows.get(&(&**name, &*contact.number));
                let mut row = kept.map_or_else(ContactRow::default, |row| (*row).clone());
                if row.outcome.is_some() {
                    continue;
                }
                (row.campaign, row.number) = (name.clone(), contact.number.clone());
                let number = &*contact.number;
                if list.do_not_call.contains(number) || refused.contains(number) {
                    row.outcome = Some(outcome_name(Outcome::DoNotCall).into());
                    store.keep_contact(row);
                    continue;
                }
                let place = people.len() as u64;
                let entry = outbound::Contact {
                    tag: place,
                    number: place,
                    priority: contact.priority,
                    not_before: Time::from_ms(row.due_ms),
                    ..outbound::Contact::default()
                };
                engine.add_dialled(entry, row.tries).with_context(named)?;
                people.push((contact, row));
            }
            let serves = |agent: &config::Agent| {
                agent.queues.iter().any(|queue| queue.get_ref() == campaign.queue.get_ref())
            };
            if kept.suspended.contains(name) {
                tracing::warn!("campaign `{name}` is suspended: SIGUSR2 lets it go on");
                engine.handle(now, CampaignInput::Suspend).with_context(named)?;
            }
            let agents = config.agents.iter().enumerate().filter(|(_, agent)| serves(agent));
            running.push(Running {
                engine,
                hours: &zones[0],
                people,
                agents: agents.map(|(index, _)| index).collect(),
                config: campaign.clone(),
                staff: (0, 0),
                owed: false,
            });
        }
        Ok(Campaigns { running, ..Campaigns::default() })
    }

    /// Whether it is a telephone that is being called for a campaign.
    pub(super) fn is_dialling(&self, call: u64) -> bool {
        self.dials.contains_key(&call)
    }

    /// A telephone was answered, and is called no longer.
    pub(super) fn answered(&mut self, call: u64) -> Option<Dial> {
        self.dials.remove(&call)
    }

    /// Whose errand it is.
    pub(super) fn person(&self, errand: Errand) -> Option<&Contact> {
        let people = &self.running.get(errand.campaign)?.people;
        people.get(errand.contact.0 as usize).map(|(contact, _)| contact)
    }

    /// When a campaign, or a telephone that rings, wants to be seen to.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        if self.stopped {
            return None;
        }
        let engines = self.running.iter().filter_map(|r| r.engine.deadline().map(Time::ms));
        engines.chain(self.dials.values().map(|dial| dial.rings_until_ms)).min()
    }
}

/// Whether what became of a contact is that it must not be called, by any campaign.
fn wants_none(outcome: Option<&str>) -> bool {
    outcome.is_some_and(|name| name == COMPLAINT || name == outcome_name(Outcome::DoNotCall))
}

/// What became of a contact, for the records.
fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Reached => "reached",
        Outcome::Abandoned => "abandoned",
        Outcome::Busy => "busy",
        Outcome::NoAnswer => "no answer",
        Outcome::Invalid => "no such number",
        Outcome::Machine => "machine",
        Outcome::DoNotCall => "do not call",
        _ => "failed",
    }
}

impl Centre {
    /// Tells the campaigns of time and of who is idle; gives up telephones that rang long enough.
    pub(super) fn run_campaigns(&mut self, now: Time) {
        if self.campaigns.stopped {
            return;
        }
        let over = |(_, dial): &(&u64, &Dial)| dial.rings_until_ms <= now.ms();
        let mut over: Vec<u64> =
            self.campaigns.dials.iter().filter(over).map(|(id, _)| *id).collect();
        over.sort_unstable();
        for id in over {
            self.dial_ended(id, "no answer");
        }
        for index in 0..self.campaigns.running.len() {
            let running = &mut self.campaigns.running[index];
            let agents = &self.routing.agents;
            let count = |wanted: &dyn Fn(AgentState) -> bool| {
                let states = running.agents.iter().filter(|&&agent| wanted(agents[agent].state));
                u32::try_from(states.count()).unwrap_or(u32::MAX)
            };
            let idle = count(&|state| state == AgentState::Available);
            let at_work = count(&|state| state != AgentState::LoggedOut);
            if running.staff != (idle, at_work) {
                running.staff = (idle, at_work);
                self.tell_campaign(index, CampaignInput::Staff { idle, at_work });
            } else if running.engine.deadline().is_some_and(|at| at <= now) {
                self.tell_campaign(index, CampaignInput::Tick);
            }
        }
    }

    pub(super) fn tell_campaign(&mut self, index: usize, input: CampaignInput) {
        let now = self.now();
        let Some(running) = self.campaigns.running.get_mut(index) else {
            return;
        };
        let before = Periods::of(&running.engine);
        if let Err(error) = running.engine.handle(now, input) {
            tracing::debug!(%error, ?input, "campaign");
        }
        let complete = Periods::of(&running.engine).complete_since(before, &mut running.owed);
        let name = running.config.name.get_ref();
        let details: Vec<_> = complete.map(|record| periods::text(name, record)).collect();
        for detail in details {
            self.log(None, "campaign period", detail);
        }
        while let Some(output) = self.campaigns.running[index].engine.poll() {
            match output {
                CampaignOutput::Dial { contact, attempt, .. } => self.dial(index, contact, attempt),
                CampaignOutput::Done { contact, outcome, .. } => self.done(index, contact, outcome),
                CampaignOutput::Guard(word) => self.guard_said(index, word),
                CampaignOutput::Exhausted => {
                    let name = self.campaigns.running[index].config.name.get_ref().clone();
                    self.log(None, "campaign over", name);
                }
                _ => {}
            }
        }
    }

    fn dial(&mut self, index: usize, contact: ContactId, attempt: u8) {
        if self.campaigns.stopped {
            return;
        }
        let now = self.now();
        let id = self.new_call();
        let running = &mut self.campaigns.running[index];
        let Some((_, row)) = running.people.get_mut(contact.0 as usize) else {
            return;
        };
        row.tries = attempt;
        self.setup.store.keep_contact(row.clone());
        // The list was checked to hold numbers, and the gateway to take them.
        let Some(uri) = self.setup.config.through_gateway(&row.number) else {
            return;
        };
        let detail = format!("{}, try {attempt}, of {}", row.number, row.campaign);
        let leg = self.setup.stack.ring(Ring {
            callee: Callee::Elsewhere(uri),
            caller: running.config.caller_id.get_ref().clone(),
            law: Law::A,
            data: Fields::new(),
            at_once: false,
        });
        self.legs.insert(leg.id, Role::Called(id));
        let errand = Errand::new(index, contact);
        let rings_until_ms = now.ms() + u64::from(millis(running.config.ring));
        let dial = Dial { errand, leg, started_ms: now.ms(), rings_until_ms };
        self.campaigns.dials.insert(id, dial);
        self.log(Some(id), "dialled", detail);
    }

    fn done(&mut self, index: usize, contact: ContactId, outcome: Outcome) {
        let people = &mut self.campaigns.running[index].people;
        let Some((_, row)) = people.get_mut(contact.0 as usize) else {
            return;
        };
        let outcome = match row.last.as_deref() {
            Some(WANTS_NONE) => outcome_name(Outcome::DoNotCall),
            Some(last @ (COMPLAINT | MESSAGE_LEFT)) => last,
            _ => outcome_name(outcome),
        };
        row.outcome = Some(outcome.into());
        self.setup.store.keep_contact(row.clone());
    }

    /// A machine was told what there was to tell: this campaign need not call the contact again.
    pub(super) fn message_left(&mut self, errand: Errand) {
        let Errand { campaign, contact, .. } = errand;
        let people = &mut self.campaigns.running[campaign].people;
        let Some((_, row)) = people.get_mut(contact.0 as usize) else {
            return;
        };
        row.last = Some(MESSAGE_LEFT.into());
        row.outcome = Some(MESSAGE_LEFT.into());
        self.setup.store.keep_contact(row.clone());
        self.tell_campaign(campaign, CampaignInput::DoNotCall(contact.0.into()));
    }

    /// Whoever has this number wants no calls, of any campaign.
    pub(super) fn bar_everywhere(&mut self, number: &str) {
        for index in 0..self.campaigns.running.len() {
            let people = &mut self.campaigns.running[index].people;
            let same = |(contact, _): &(Contact, ContactRow)| contact.number == number;
            let Some(place) = people.iter().position(same) else {
                continue;
            };
            self.tell_campaign(index, CampaignInput::DoNotCall(place as u64));
        }
    }

    /// A campaign's guard has decided.
    fn guard_said(&mut self, index: usize, word: GuardEvent) {
        let name = self.campaigns.running[index].config.name.get_ref().clone();
        let why = match word {
            GuardEvent::SuspendedByComplaints => "too many complaints",
            GuardEvent::SuspendedByFailure => "too few successes",
            _ => return self.log(None, "campaign intensified", name),
        };
        tracing::warn!("campaign `{name}` is suspended: {why}; SIGUSR2 lets it go on");
        let since = Clock::text(self.now().ms());
        self.setup.store.suspend(name.clone(), since, why);
        self.log(None, "campaign suspended", format!("{name}: {why}"));
    }

    /// Somebody has looked after the campaigns that are suspended.
    pub(super) fn resume_campaigns(&mut self) {
        for index in 0..self.campaigns.running.len() {
            let running = &self.campaigns.running[index];
            if running.engine.is_suspended() {
                let name = running.config.name.get_ref().clone();
                self.setup.store.resume(name.clone());
                self.log(None, "campaign resumed", name);
                self.tell_campaign(index, CampaignInput::Resume);
            }
        }
    }

    /// Somebody's telephone says that nobody answers.
    pub(super) fn contact_refused(&mut self, id: u64, status: u16) {
        self.dial_ended(id, name_of(status));
    }

    /// A telephone is called no longer, and nobody spoke.
    fn dial_ended(&mut self, id: u64, outcome: &str) {
        let Some(dial) = self.campaigns.dials.remove(&id) else {
            return;
        };
        self.record_dial(id, &dial, outcome);
        self.log(Some(id), "not reached", outcome);
        let (campaign, contact) = (dial.errand.campaign, dial.errand.contact);
        let known = outcome_named(outcome);
        self.note_try(dial.errand, outcome, known);
        self.tell_campaign(campaign, CampaignInput::Failed { contact, outcome: known });
    }

    /// Writes down a call that did not come to be.
    fn record_dial(&mut self, id: u64, dial: &Dial, outcome: &str) {
        self.legs.remove(&dial.leg.id);
        let running = &self.campaigns.running[dial.errand.campaign];
        let Some((contact, _)) = running.people.get(dial.errand.contact.0 as usize) else {
            return;
        };
        self.setup.store.begin(CallBegun {
            id,
            caller: contact.number.clone(),
            called: running.config.caller_id.get_ref().clone(),
            started: Clock::text(dial.started_ms),
            callback: None,
            campaign: Some(running.config.name.get_ref().clone()),
            extension: false,
        });
        self.setup.store.finish(CallRecord {
            id,
            ended: Clock::text(self.setup.clock.now_ms()),
            outcome: outcome.into(),
            ended_by: "caller".into(),
            ..CallRecord::default()
        });
    }

    /// Writes down what a try came to, and when the next may be.
    pub(super) fn note_try(&mut self, errand: Errand, last: &str, outcome: Outcome) {
        let now = self.now();
        let running = &mut self.campaigns.running[errand.campaign];
        let Some((_, row)) = running.people.get_mut(errand.contact.0 as usize) else {
            return;
        };
        row.last = Some(last.into());
        let again = running.config.rules().next_try(outcome, row.tries, now, running.hours);
        row.due_ms = again.map_or(row.due_ms, Time::ms);
        self.setup.store.keep_contact(row.clone());
    }

    /// The program is ending: telephones that ring are let be, and the rest is left to the next run.
    pub(super) fn stop_campaigns(&mut self) {
        self.campaigns.stopped = true;
        for (id, dial) in std::mem::take(&mut self.campaigns.dials) {
            self.record_dial(id, &dial, "cancelled");
        }
    }
}
