//! A caller transferred by the flow or by an agent: another phone is rung, and the two are
//! connected here.
//!
//! The target is an agent's phone, or a number that the configured gateway finds. Of the three
//! kinds of the dialogue, a *bridged* and a *consult* transfer come back to the flow when the
//! conversation is over (whoever answers has agreed to the call, which the phone's display
//! announces); a *blind* one ends the flow as soon as the phone is answered, and the two talk on
//! until one of them hangs up. An agent transfers by the phone's own key, a REFER (RFC 3515); the
//! flow takes the caller back where a conversation out of the queue leads.

use acd_core::{AgentRequest, AgentState, EndedBy, Input};
use ivr_core::{TransferKind, TransferOutcome};

use super::call::{Call, Stage};
use super::{Centre, Role, dialogue};
use crate::media::call::Command;
use crate::media::leg::MediaLeg;
use crate::sip::{self, Callee, LegId, Ring, uri_user};
use crate::store::Fields;

/// Why an agent who is rung for a transfer is offered nothing meanwhile.
pub(super) const ON_TRANSFER: u16 = 1;
/// How long whoever an agent transfers to may let it ring, in milliseconds.
pub(super) const AGENTS_PATIENCE_MS: u32 = 30_000;
// What an agent's phone is told of the transfer or the call it asked for.
pub(super) const OK: u16 = 200;
const NOT_FOUND: u16 = 404;
const UNAVAILABLE: u16 = 480;
pub(super) const NO_CALL: u16 = 481;
const BUSY: u16 = 486;

/// Why somebody cannot be called: for a flow, for a phone, and in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    pub(super) outcome: TransferOutcome,
    pub(super) status: u16,
    pub(super) why: &'static str,
}

pub(super) const fn busy(why: &'static str) -> Refused {
    Refused { outcome: TransferOutcome::Busy, status: BUSY, why }
}

const fn failed(status: u16, why: &'static str) -> Refused {
    Refused { outcome: TransferOutcome::Failed, status, why }
}

/// What a flow asks for.
pub(super) struct Wish {
    pub(super) op: u32,
    pub(super) kind: TransferKind,
    pub(super) target: String,
    pub(super) timeout_ms: u32,
    pub(super) data: Fields,
}

/// Whose transfer it is, and so what the flow's operation waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Flow(TransferKind),
    /// An agent's, of a call out of a queue.
    Agent,
}

/// A transfer under way.
pub(super) struct Transfer {
    pub(super) op: u32,
    pub(super) by: By,
    pub(super) target: String,
    pub(super) leg: sip::Leg,
    /// Index of the agent who is to take calls again afterwards.
    pub(super) held: Option<usize>,
    /// `None` once the target has answered.
    pub(super) rings_until_ms: Option<u64>,
}

impl Transfer {
    /// When the target has rung long enough.
    pub(super) fn rings_until_ms(&self) -> Option<u64> {
        self.rings_until_ms
    }

    /// In a word, for people.
    pub(super) fn name(&self) -> String {
        match self.rings_until_ms {
            Some(_) => format!("transferred to {}, ringing", self.target),
            None => format!("transferred to {}", self.target),
        }
    }
}

impl Stage {
    /// Whether the caller talks to somebody: their keys are not for the flow.
    pub(super) fn is_conversation(&self) -> bool {
        match self {
            Stage::Talking { .. } => true,
            Stage::Transfer(transfer) => transfer.rings_until_ms.is_none(),
            Stage::Flow | Stage::Listening(_) | Stage::Queued { .. } | Stage::CallingBack(_) => {
                false
            }
        }
    }

    /// Whether the call goes on when its flow has ended.
    pub(super) fn is_handed_over(&self) -> bool {
        match self {
            Stage::Transfer(transfer) => {
                transfer.by == By::Flow(TransferKind::Blind) && transfer.rings_until_ms.is_none()
            }
            _ => false,
        }
    }
}

impl Centre {
    /// Begins the flow's transfer, or tells the flow at once why it cannot be.
    pub(super) fn transfer(&mut self, id: u64, wish: Wish) {
        match self.callee(&wish.target) {
            Ok(callee) => {
                let by = By::Flow(wish.kind);
                self.ring_target(id, callee, wish, by);
            }
            Err(Refused { outcome, why, .. }) => {
                self.log(Some(id), "transfer refused", format!("{}: {why}", wish.target));
                self.tell_flow(id, dialogue::transferred(wish.op, outcome));
            }
        }
    }

    /// An agent's phone asks to transfer its caller. The answer is the SIP status of it: where that
    /// is an error, agent and caller talk on.
    pub(super) fn refer(&mut self, leg: LegId, target: String) -> u16 {
        let now = self.now();
        let Some(Role::Agent(id) | Role::Target(id)) = self.legs.get(&leg).copied() else {
            return NO_CALL;
        };
        let callee = match self.callee(&target) {
            Ok(callee) => callee,
            Err(Refused { status, why, .. }) => {
                self.log(Some(id), "transfer refused", format!("{target}: {why}"));
                return status;
            }
        };
        let Some(call) = self.calls.get_mut(&id) else {
            return NO_CALL;
        };
        let wish = |op, kind| Wish {
            op,
            kind,
            target,
            timeout_ms: AGENTS_PATIENCE_MS,
            data: Fields::new(),
        };
        match &call.stage {
            Stage::Talking { op, entry, .. } => {
                let (wish, entry) = (wish(*op, TransferKind::Bridged), *entry);
                // The conversation that the engine knows is over with this; the call is not.
                call.media(Command::Unbridge);
                self.legs.remove(&leg);
                self.ring_target(id, callee, wish, By::Agent);
                let by = EndedBy::Transfer;
                self.routing.feed(now, Input::Complete { call: entry, by });
            }
            Stage::Transfer(Transfer { op, by, .. })
                if call.dialogue.is_some() || *by == By::Agent =>
            {
                let (wish, by) = (wish(*op, TransferKind::Bridged), *by);
                self.end_transfer(id);
                self.ring_target(id, callee, wish, by);
            }
            _ => return NO_CALL,
        }
        OK
    }

    /// Rings the target while the caller hears music.
    pub(super) fn ring_target(
        &mut self,
        id: u64,
        callee: (Callee, Option<usize>),
        wish: Wish,
        by: By,
    ) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let (callee, held) = callee;
        let mut data = vec![("Call".to_owned(), id.to_string())];
        data.extend(call.data.iter().cloned().chain(wish.data));
        let ring =
            Ring { callee, caller: call.caller.clone(), law: call.law, data, at_once: false };
        let leg = self.setup.stack.ring(ring);
        self.legs.insert(leg.id, Role::Target(id));
        call.media(Command::Hold(true));
        call.stage = Stage::Transfer(Transfer {
            op: wish.op,
            by,
            target: wish.target.clone(),
            leg,
            held,
            rings_until_ms: Some(now.ms().saturating_add(wish.timeout_ms.into())),
        });
        if let Some(seat) = held.and_then(|held| self.routing.agents.get(held)) {
            let (agent, state) = (seat.id, AgentRequest::NotReady(ON_TRANSFER));
            self.routing.feed(now, Input::AgentState { agent, state });
        }
        self.log(Some(id), "transfer", wish.target);
    }

    /// Whom to ring for a target, and the agent who is held meanwhile.
    pub(super) fn callee(&self, target: &str) -> Result<(Callee, Option<usize>), Refused> {
        let agents = &self.routing.agents;
        if let Some(index) = agents.iter().position(|seat| seat.user == target) {
            let held = match agents[index].state {
                AgentState::LoggedOut => return Err(failed(UNAVAILABLE, "logged out")),
                AgentState::Ringing | AgentState::Talking => {
                    return Err(busy("busy"));
                }
                AgentState::Available | AgentState::WrapUp => Some(index),
                AgentState::NotReady(_) => None,
            };
            return Ok((Callee::Phone(target.into()), held));
        }
        // What the flow computed from a caller's keys must not become anything but a number.
        if target.is_empty() || uri_user(target) != target {
            return Err(failed(NOT_FOUND, "no number"));
        }
        match self.setup.config.through_gateway(target) {
            Some(uri) => Ok((Callee::Elsewhere(uri), None)),
            None => Err(failed(NOT_FOUND, "no agent, and there is no gateway")),
        }
    }

    pub(super) fn target_answered(&mut self, id: u64, media: Box<MediaLeg>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let Stage::Transfer(transfer) = &mut call.stage else {
            return;
        };
        transfer.rings_until_ms = None;
        let (op, by, target) = (transfer.op, transfer.by, transfer.target.clone());
        call.record.agent = Some(target.clone());
        let outcome = if call.extension.is_some() { "answered" } else { "transferred" };
        call.record.outcome = outcome.into();
        call.media(Command::Bridge { agent: media });
        self.log(Some(id), "connected", target);
        match by {
            By::Flow(TransferKind::Blind) => {
                self.tell_flow(id, dialogue::transferred(op, TransferOutcome::Answered));
            }
            By::Flow(_) => self.tell_flow(id, dialogue::connected(op)),
            By::Agent => {}
        }
    }

    pub(super) fn target_refused(&mut self, id: u64, status: u16) {
        let outcome = match status {
            486 | 600 => TransferOutcome::Busy,
            403 | 603 => TransferOutcome::Rejected,
            408 => TransferOutcome::NoAnswer,
            _ => TransferOutcome::Failed,
        };
        self.transfer_ended(id, outcome);
    }

    /// The target's far end hung up.
    pub(super) fn target_gone(&mut self, id: u64) {
        match self.calls.get_mut(&id) {
            Some(call) if call.dialogue.is_none() => {
                call.record.ended_by = "agent".into();
                self.finish(id);
            }
            _ => self.transfer_ended(id, TransferOutcome::Answered),
        }
    }

    /// A target that has rung long enough is given up.
    pub(super) fn see_to_transfer(&mut self, id: u64, now_ms: u64) {
        if let Some(call) = self.calls.get(&id)
            && let Stage::Transfer(transfer) = &call.stage
            && transfer.rings_until_ms.is_some_and(|until| until <= now_ms)
        {
            self.transfer_ended(id, TransferOutcome::NoAnswer);
        }
    }

    fn transfer_ended(&mut self, id: u64, outcome: TransferOutcome) {
        let Some((op, by)) = self.end_transfer(id) else {
            return;
        };
        self.log(Some(id), "transfer ended", format!("{outcome:?}"));
        if let Some(call) = self.calls.get_mut(&id).filter(|call| call.extension.is_some())
            && call.record.outcome.is_empty()
        {
            call.record.outcome = match outcome {
                TransferOutcome::Busy => "busy",
                TransferOutcome::NoAnswer => "no answer",
                _ => "failed",
            }
            .into();
        }
        let told = match (by, outcome) {
            (By::Flow(_), outcome) => dialogue::transferred(op, outcome),
            (By::Agent, TransferOutcome::Answered) => dialogue::queue_ended(op, "answered"),
            (By::Agent, _) => dialogue::queue_ended(op, "failed"),
        };
        self.back_to_flow(id, told);
    }

    /// The flow itself ends its transfer.
    pub(super) fn stop_transfer(&mut self, id: u64) {
        self.end_transfer(id);
    }

    /// Takes the target away and gives the caller back to the flow; returns its operation.
    pub(super) fn end_transfer(&mut self, id: u64) -> Option<(u32, By)> {
        let mut call = self.calls.remove(&id)?;
        let ended = self.release(&mut call);
        call.media(Command::Hold(false));
        call.media(Command::Unbridge);
        self.calls.insert(id, call);
        ended
    }

    /// The call is over, and with it the transfer it may be in.
    pub(super) fn release_target(&mut self, call: &mut Call) {
        self.release(call);
    }

    /// Hangs up on the target, if there is one, and lets an agent who was held take calls again.
    fn release(&mut self, call: &mut Call) -> Option<(u32, By)> {
        if !matches!(call.stage, Stage::Transfer(_)) {
            return None;
        }
        let stage = std::mem::replace(&mut call.stage, Stage::Flow);
        let Stage::Transfer(Transfer { op, by, leg, held, .. }) = stage else {
            return None;
        };
        self.legs.remove(&leg.id);
        self.release_held(held);
        Some((op, by))
    }

    /// Lets an agent who was held take calls again.
    pub(super) fn release_held(&mut self, held: Option<usize>) {
        let seat = held.and_then(|held| self.routing.agents.get(held));
        if let Some(seat) = seat.filter(|s| s.state == AgentState::NotReady(ON_TRANSFER)) {
            let (agent, state) = (seat.id, AgentRequest::Available);
            let now = self.now();
            self.routing.feed(now, Input::AgentState { agent, state });
        }
    }
}
