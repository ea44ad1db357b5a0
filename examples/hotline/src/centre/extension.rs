//! Calls that agents make: to each other, or to whomever they could transfer to.
//!
//! They are how an agent asks a colleague before passing a caller on: the phone then says by a REFER
//! with Replaces (RFC 3891, RFC 5589 §7) that its two calls are to become one without it.

use acd_core::{AgentRequest, AgentState, EndedBy, Input};
use ivr_core::TransferKind;

use super::call::{Call, Stage};
use super::callback::NO_OP;
use super::calls::Beginning;
use super::transfer::{
    AGENTS_PATIENCE_MS, By, NO_CALL, OK, ON_TRANSFER, Refused, Transfer, Wish, busy,
};
use super::{Centre, Role};
use crate::media::call::Command;
use crate::media::leg::MediaLeg;
use crate::sip::{self, Callee, LegId};
use crate::store::Fields;

/// What becomes of an agent's call whose phone was still ringing when the caller was passed on.
const PASSED_ON: &str = "passed on";

/// What is known of a call because an agent makes it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extension {
    /// Index of the agent, where they are to take calls again afterwards.
    held: Option<usize>,
}

impl Centre {
    /// An agent's phone calls somebody.
    pub(super) fn agent_calls(&mut self, caller: sip::Caller, user: &str) {
        let id = self.new_call();
        let (agreed, leg) = (caller.agreed, caller.leg);
        let media =
            MediaLeg::new(leg.id, caller.ports, agreed, self.setup.clock, id.rotate_left(32));
        self.begin(Beginning {
            id,
            caller: user.to_owned(),
            called: caller.called.clone(),
            law: agreed.law,
            dialogue: None,
            stage: Stage::Flow,
            callback: None,
            errand: None,
            extension: true,
        });
        self.log(Some(id), "answered", format!("agent {user} called {}", caller.called));
        if let Some(call) = self.calls.get_mut(&id) {
            call.leg = Some(leg);
        }
        self.join_caller(id, Box::new(media));
        // It could be called when the phone asked; that may have changed.
        match self.callee_of(user, &caller.called) {
            Ok(callee) => {
                self.hold_agent(id, user);
                let wish = Wish {
                    op: NO_OP,
                    kind: TransferKind::Blind,
                    target: caller.called,
                    timeout_ms: AGENTS_PATIENCE_MS,
                    data: Fields::new(),
                };
                self.ring_target(id, callee, wish, By::Flow(TransferKind::Blind));
                let ringback = self.callbacks.ringback(AGENTS_PATIENCE_MS.into());
                if let Some(call) = self.calls.get(&id) {
                    call.media(ringback);
                }
            }
            Err(Refused { why, .. }) => {
                self.log(Some(id), "call refused", format!("{}: {why}", caller.called));
                if let Some(call) = self.calls.get_mut(&id) {
                    call.record.outcome = "failed".into();
                }
                self.finish(id);
            }
        }
    }

    /// Whether an agent's phone may call somebody: the SIP status for it, 200 where it may.
    pub(super) fn may_call(&self, user: &str, called: &str) -> u16 {
        let Err(Refused { status, why, .. }) = self.callee_of(user, called) else {
            return OK;
        };
        self.log(None, "call refused", format!("{user} to {called}: {why}"));
        status
    }

    fn callee_of(&self, user: &str, called: &str) -> Result<(Callee, Option<usize>), Refused> {
        match called == user {
            true => Err(busy("the agent's own phone")),
            false => self.callee(called),
        }
    }

    /// An agent who calls somebody is offered nothing meanwhile.
    fn hold_agent(&mut self, id: u64, user: &str) {
        let now = self.now();
        let idle = |state| matches!(state, AgentState::Available | AgentState::WrapUp);
        let agents = &self.routing.agents;
        let Some(index) = agents.iter().position(|seat| seat.user == user && idle(seat.state))
        else {
            return;
        };
        let (agent, state) = (agents[index].id, AgentRequest::NotReady(ON_TRANSFER));
        self.routing.feed(now, Input::AgentState { agent, state });
        if let Some(extension) = self.calls.get_mut(&id).and_then(|call| call.extension.as_mut()) {
            extension.held = Some(index);
        }
    }

    /// The call of an agent is over, who takes calls again.
    pub(super) fn release_agent(&mut self, call: &Call) {
        self.release_held(call.extension.and_then(|extension| extension.held));
    }

    /// An agent's phone asks that its caller talk to whomever its own call has reached. The answer
    /// is the SIP status of it; where that is an error, nothing has changed.
    pub(super) fn refer_to_own_call(&mut self, leg: LegId, replaced: LegId) -> u16 {
        let now = self.now();
        let role = |leg| self.legs.get(&leg).copied();
        // A phone may say so in either of its calls.
        let (agents_leg, id, own) = match (role(leg), role(replaced)) {
            (Some(Role::Agent(id) | Role::Target(id)), Some(Role::Caller(own))) => (leg, id, own),
            (Some(Role::Caller(own)), Some(Role::Agent(id) | Role::Target(id))) => {
                (replaced, id, own)
            }
            _ => return NO_CALL,
        };
        let (Some(call), Some(own_call)) = (self.calls.get(&id), self.calls.get(&own)) else {
            return NO_CALL;
        };
        let agent = match &call.stage {
            Stage::Talking { agent, .. } => agent,
            Stage::Transfer(transfer) if call.dialogue.is_some() || transfer.by == By::Agent => {
                &transfer.target
            }
            _ => return NO_CALL,
        };
        let reaches = matches!(own_call.stage, Stage::Transfer(_));
        if own_call.extension.is_none() || own_call.caller != *agent || !reaches {
            return NO_CALL;
        }
        let (op, by, entry) = match &call.stage {
            Stage::Talking { op, entry, .. } => (*op, By::Agent, Some(*entry)),
            _ => match self.end_transfer(id) {
                Some((op, by)) => (op, by, None),
                None => return NO_CALL,
            },
        };
        let Some(target) = self.take_target(own) else {
            return NO_CALL;
        };
        let Some(call) = self.calls.get_mut(&id) else {
            return NO_CALL;
        };
        call.media(Command::Unbridge);
        self.legs.remove(&agents_leg);
        self.legs.insert(target.leg.id, Role::Target(id));
        if target.rings_until_ms.is_some() {
            call.media(Command::Hold(true));
        } else {
            call.record.agent = Some(target.target.clone());
            call.record.outcome = "transferred".into();
            let to = call.media.clone();
            if let Some(own) = self.calls.get(&own) {
                own.media(Command::PassAgent { to });
            }
        }
        let name = target.target.clone();
        if let Some(call) = self.calls.get_mut(&id) {
            call.stage = Stage::Transfer(Transfer { op, by, ..target });
        }
        self.log(Some(id), "transfer", format!("{name}, of call {own}"));
        if let Some(call) = entry {
            self.routing.feed(now, Input::Complete { call, by: EndedBy::Transfer });
        }
        if let Some(own) = self.calls.get_mut(&own) {
            own.record.ended_by = "transfer".into();
            if own.record.outcome.is_empty() {
                own.record.outcome = PASSED_ON.into();
            }
        }
        self.finish(own);
        OK
    }

    /// Takes whoever was called away from an agent's call.
    fn take_target(&mut self, own: u64) -> Option<Transfer> {
        let call = self.calls.get_mut(&own)?;
        match std::mem::replace(&mut call.stage, Stage::Flow) {
            Stage::Transfer(target) => Some(target),
            other => {
                call.stage = other;
                None
            }
        }
    }
}
