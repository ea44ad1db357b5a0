//! Somebody of a campaign's list whose telephone was answered: by a person, who meets the flow, or
//! by a machine, which is hung up on or told something after its beep.

use acd_core::outbound::{CampaignInput, ContactId, Outcome};
use ivr_core::{Session, SessionConfig};
use media_core::tone::Answer;

use super::call::{Call, Dialogue, Stage};
use super::calls::Beginning;
use super::campaign::Dial;
use super::{Centre, ivr_time};
use crate::config::{self, Config, millis};
use crate::media::call::Command;
use crate::media::leg::MediaLeg;

/// By this outcome a flow or an agent says that whoever is called wants no calls.
pub(super) const WANTS_NONE: &str = "do-not-call";
/// By this one, that they complained about being called.
pub(super) const COMPLAINT: &str = "complaint";
/// What becomes of a contact whose machine was told what there was to tell.
pub(super) const MESSAGE_LEFT: &str = "message left";
const MACHINE: &str = "machine";

/// Whose contact a call is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    pub(super) campaign: usize,
    pub(super) contact: ContactId,
    met: Met,
}

/// How far it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// Somebody answered, and has found no agent yet.
    NoAgent,
    Agent,
    /// A machine, which has not beeped.
    Machine,
    /// A machine that takes a message.
    Beep,
}

/// Finding out who has answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listening {
    /// Until when a machine may beep; `None` as long as it may be a person.
    beep_until_ms: Option<u64>,
}

impl Listening {
    /// When a machine has had its time.
    pub(super) fn beep_until_ms(self) -> Option<u64> {
        self.beep_until_ms
    }

    /// In a word, for people.
    pub(super) fn name(self) -> &'static str {
        match self.beep_until_ms {
            Some(_) => "a machine greets",
            None => "answered",
        }
    }
}

impl Errand {
    /// That of a telephone which is being called.
    pub(super) fn new(campaign: usize, contact: ContactId) -> Errand {
        Errand { campaign, contact, met: Met::NoAgent }
    }

    /// The name of its campaign.
    pub(super) fn campaign<'a>(&self, config: &'a Config) -> &'a str {
        config.campaigns.get(self.campaign).map_or("", |campaign| campaign.name.get_ref())
    }

    /// What the call came to where nobody said, ended by its flow or by the far end.
    pub(super) fn outcome(self, by_flow: bool) -> &'static str {
        match self.met {
            Met::NoAgent => "abandoned",
            Met::Machine => MACHINE,
            Met::Beep => {
                if by_flow {
                    MESSAGE_LEFT
                } else {
                    MACHINE
                }
            }
            Met::Agent => "answered",
        }
    }
}

impl Centre {
    /// A telephone was answered: the call begins, with the flow or with finding out by whom.
    pub(super) fn contact_answered(&mut self, id: u64, media: Box<MediaLeg>) {
        let Some(Dial { errand, leg, .. }) = self.campaigns.answered(id) else {
            return;
        };
        let Some(campaign) = self.setup.config.campaigns.get(errand.campaign) else {
            return;
        };
        let Some(contact) = self.campaigns.person(errand) else {
            return;
        };
        let (number, data) = (contact.number.clone(), contact.data.clone());
        let called = campaign.caller_id.get_ref().clone();
        let detail = format!("{number}, for {}", campaign.name.get_ref());
        let detector = campaign.machines.as_ref().map(config::Machines::detector);
        let path = campaign.flow.get_ref().clone();
        let Some(dialogue) = self.dialogue_of(&path, id, &number, &called) else {
            return;
        };
        self.begin(Beginning {
            id,
            caller: number,
            called,
            law: media.law(),
            dialogue: Some(dialogue),
            stage: match detector {
                Some(_) => Stage::Listening(Listening::default()),
                None => Stage::Flow,
            },
            callback: None,
            errand: Some(errand),
            extension: false,
        });
        self.log(Some(id), "answered", detail);
        if let Some(call) = self.calls.get_mut(&id) {
            (call.leg, call.data) = (Some(leg), data);
        }
        self.join_caller(id, media);
        match (detector, self.calls.get(&id)) {
            (Some(detector), Some(call)) => call.media(Command::Listen(detector)),
            _ => self.tell_flow(id, ivr_core::Input::Start),
        }
    }

    /// A dialogue of the flow at `path` that has not begun.
    fn dialogue_of(
        &self,
        path: &std::path::Path,
        id: u64,
        caller: &str,
        called: &str,
    ) -> Option<Dialogue> {
        let flow = self.setup.flows.of_path(path)?;
        let now = ivr_time(self.now());
        let session = SessionConfig { seed: id, caller, called, now, ..SessionConfig::default() };
        // Whether a session can begin was tried when the flow was loaded.
        let session = Session::new(&self.setup.flows.get(flow), session).ok()?;
        Some(Dialogue { flow, session })
    }

    /// The contact of a call about which it is not known yet whether it is a person.
    fn unknown(&mut self, id: u64) -> Option<&mut Call> {
        let unknown = |call: &&mut Call| match call.stage {
            Stage::Listening(listening) => listening.beep_until_ms.is_none(),
            _ => false,
        };
        self.calls.get_mut(&id).filter(unknown)
    }

    /// Machines press no keys.
    pub(super) fn contact_pressed(&mut self, id: u64) {
        if self.unknown(id).is_some() {
            self.contact_is(id, Answer::Human);
        }
    }

    /// It is known now who has answered. Whoever is not known to be a machine is treated as a person.
    pub(super) fn contact_is(&mut self, id: u64, answer: Answer) {
        let now_ms = self.now().ms();
        let Some(call) = self.unknown(id) else {
            return;
        };
        if answer != Answer::Machine {
            call.stage = Stage::Flow;
            let who = match answer {
                Answer::Human => "a person",
                Answer::Silence => "nobody who speaks",
                _ => "nobody knows",
            };
            self.log(Some(id), "answered by", who);
            return self.tell_flow(id, ivr_core::Input::Start);
        }
        let Some(errand) = &mut call.errand else {
            return;
        };
        errand.met = Met::Machine;
        let errand = *errand;
        self.log(Some(id), "answered by", "a machine");
        self.note_try(errand, MACHINE, Outcome::Machine);
        let (contact, outcome) = (errand.contact, Outcome::Machine);
        // Its agent is free for the next dial.
        self.tell_campaign(errand.campaign, CampaignInput::Failed { contact, outcome });
        match self.machines(errand).filter(|machines| machines.flow.is_some()) {
            Some(machines) => {
                let beep_until_ms = Some(now_ms + u64::from(millis(machines.beep)));
                if let Some(call) = self.calls.get_mut(&id) {
                    call.stage = Stage::Listening(Listening { beep_until_ms });
                }
            }
            None => self.finish(id),
        }
    }

    fn machines(&self, errand: Errand) -> Option<&config::Machines> {
        self.setup.config.campaigns.get(errand.campaign)?.machines.as_ref()
    }

    /// A machine records from now on.
    pub(super) fn machine_beeped(&mut self, id: u64) {
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let (Stage::Listening(Listening { beep_until_ms: Some(_) }), Some(errand)) =
            (&call.stage, call.errand)
        else {
            return;
        };
        let flow = self.machines(errand).and_then(|machines| machines.flow.as_ref());
        let Some(dialogue) =
            flow.and_then(|flow| self.dialogue_of(flow.get_ref(), id, &call.caller, &call.called))
        else {
            return self.finish(id);
        };
        if let Some(call) = self.calls.get_mut(&id) {
            (call.dialogue, call.stage) = (Some(dialogue), Stage::Flow);
            call.errand = Some(Errand { met: Met::Beep, ..errand });
        }
        self.log(Some(id), "beep", "");
        self.tell_flow(id, ivr_core::Input::Start);
    }

    /// A machine that does not beep is hung up on.
    pub(super) fn see_to_machine(&mut self, id: u64, now_ms: u64) {
        if let Some(call) = self.calls.get(&id)
            && let Stage::Listening(listening) = call.stage
            && listening.beep_until_ms.is_some_and(|until| until <= now_ms)
        {
            self.finish(id);
        }
    }

    /// A call has found its agent.
    pub(super) fn contact_served(&mut self, id: u64) {
        let Some(errand) = self.calls.get_mut(&id).and_then(|call| call.errand.as_mut()) else {
            return;
        };
        if errand.met == Met::NoAgent {
            errand.met = Met::Agent;
            let Errand { campaign, contact, .. } = *errand;
            self.tell_campaign(campaign, CampaignInput::Answered { contact, served: true });
        }
    }

    /// A call of a campaign is over.
    pub(super) fn contact_over(&mut self, call: &Call) {
        let Some(errand @ Errand { campaign, contact, met }) = call.errand else {
            return;
        };
        let outcome = call.record.outcome.as_str();
        let served = match met {
            Met::NoAgent => false,
            Met::Agent => true,
            // That a machine answered was told when it was known.
            Met::Machine | Met::Beep => {
                if outcome == MESSAGE_LEFT {
                    self.message_left(errand);
                }
                return;
            }
        };
        let came_to = if served { Outcome::Reached } else { Outcome::Abandoned };
        self.note_try(errand, outcome, came_to);
        let refuses = matches!(outcome, WANTS_NONE | COMPLAINT);
        if outcome == COMPLAINT {
            self.tell_campaign(campaign, CampaignInput::Complaint(contact));
        }
        if refuses {
            self.bar_everywhere(&call.caller);
        }
        if !served {
            // Whoever said so to the flow was not left standing.
            let answered = CampaignInput::Answered { contact, served: refuses };
            self.tell_campaign(campaign, answered);
        }
        if served || refuses {
            let wanted = &self.setup.config.campaigns[campaign].success;
            let success = match wanted.is_empty() {
                true => !refuses,
                false => wanted.iter().any(|wanted| wanted == outcome),
            };
            self.tell_campaign(campaign, CampaignInput::Ended { contact, success });
        }
    }
}
