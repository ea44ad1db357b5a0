//! One call as the centre knows it.

use ivr_core::Session;
use media_core::g711::Law;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::callback::CallingBack;
use super::contact::{Errand, Listening};
use super::extension::Extension;
use super::transfer::Transfer;
use crate::clock::Clock;
use crate::live::Guard;
use crate::media::call::Command;
use crate::sip;
use crate::store::{CallRecord, Fields};

/// A caller's flow under way.
pub(super) struct Dialogue {
    /// Index of the flow in the centre's list.
    pub(super) flow: usize,
    pub(super) session: Session,
}

/// The place that a caller has, or had, in a queue without having been answered.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) since_ms: u64,
    pub(super) priority: i32,
}

/// A caller, from answer to hang-up; or somebody who is called back, from the agent's answer.
pub(super) struct Call {
    pub(super) id: u64,
    pub(super) caller: String,
    pub(super) called: String,
    pub(super) law: Law,
    pub(super) started_ms: u64,
    /// `None` until whoever is called back is being called.
    pub(super) leg: Option<sip::Leg>,
    pub(super) media: mpsc::UnboundedSender<Command>,
    /// `None` where there is no flow, or none any more: the call ends with the conversation.
    pub(super) dialogue: Option<Dialogue>,
    pub(super) stage: Stage,
    pub(super) place: Option<Place>,
    /// The callback that this call tries to be.
    pub(super) callback: Option<u64>,
    /// The contact of a campaign that it is, and the campaign's name.
    pub(super) errand: Option<Errand>,
    pub(super) campaign: Option<String>,
    /// A call that an agent makes.
    pub(super) extension: Option<Extension>,
    /// Data for the agent's screen, collected by the flow.
    pub(super) data: Fields,
    /// What the agent has pressed lately, and the outcome that a code among it gave the call.
    pub(super) agent_keys: String,
    pub(super) agents_word: Option<String>,
    pub(super) record: CallRecord,
    pub(super) _guard: Guard,
}

/// Where a call is.
pub(super) enum Stage {
    /// In the hands of the flow.
    Flow,
    /// Whom we called has answered: a person, or a machine.
    Listening(Listening),
    /// Waiting for an agent; `op` is the flow's queue operation.
    Queued { op: u32, entry: Option<acd_core::CallId>, queue: String, since_ms: u64, position: u32 },
    /// Talking to an agent.
    Talking {
        op: u32,
        entry: acd_core::CallId,
        /// The agent's SIP user.
        agent: String,
        leg: sip::Leg,
    },
    /// Being transferred by the flow, or transferred.
    Transfer(Transfer),
    /// An agent has answered; whoever is to be called back has not.
    CallingBack(CallingBack),
}

impl Stage {
    /// The engine's name for the call, while an agent has it.
    pub(super) fn with_agent(&self) -> Option<acd_core::CallId> {
        match self {
            Stage::Talking { entry, .. } => Some(*entry),
            Stage::CallingBack(calling) => Some(calling.entry()),
            Stage::Flow | Stage::Listening(_) | Stage::Queued { .. } | Stage::Transfer(_) => None,
        }
    }

    /// In a word, for people.
    pub(super) fn name(&self) -> String {
        match self {
            Stage::Flow => "menu".into(),
            Stage::Listening(listening) => listening.name().into(),
            Stage::Queued { queue, position, .. } => {
                format!("waiting in {queue}, place {position}")
            }
            Stage::Talking { agent, .. } => format!("talking to {agent}"),
            Stage::Transfer(transfer) => transfer.name(),
            Stage::CallingBack(calling) => calling.name(),
        }
    }
}

impl Call {
    /// When its dialogue, or the phone that rings for its transfer, wants to be seen to, in
    /// milliseconds since the epoch.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        // A deadline before the epoch is one that has come.
        let dialogue = self.dialogue.as_ref().and_then(|d| d.session.deadline());
        let dialogue = dialogue.map(|at| u64::try_from(at.0).unwrap_or(0));
        let ringing = match &self.stage {
            Stage::Transfer(transfer) => transfer.rings_until_ms(),
            Stage::CallingBack(calling) => calling.rings_until_ms(),
            Stage::Listening(listening) => listening.beep_until_ms(),
            _ => None,
        };
        dialogue.into_iter().chain(ringing).min()
    }

    /// Tells the call's media. It cannot be gone before it was told to end.
    pub(super) fn media(&self, command: Command) {
        self.media.send(command).ok();
    }

    /// What the recording's metadata say.
    pub(super) fn metadata(&self) -> Map<String, Value> {
        let r = &self.record;
        let fields = json!({
            "call": self.id,
            "caller": self.caller,
            "called": self.called,
            "channels": ["caller", "heard by caller"],
            "direction": match (self.errand, self.callback) {
                (Some(_), _) => "out",
                (None, Some(_)) => "callback",
                (None, None) if self.extension.is_some() => "agent",
                (None, None) => "in",
            },
            "campaign": self.campaign,
            "started": Clock::text(self.started_ms),
            "ended": r.ended,
            "outcome": r.outcome,
            "ended_by": r.ended_by,
            "language": r.language,
            "queue": r.queue,
            "agent": r.agent,
            "waited_ms": r.waited_ms,
            "talked_ms": r.talked_ms,
            "keys": r.keys,
            "data": self.data.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}
