//! What the routing engine says about callers in queues, their offers and their conversations,
//! done to phones, dialogues and media.

use acd_core::{CallId, EndedBy, OfferEnd, OfferId, Output, QueueId};
use media_core::g711::Law;

use super::call::Stage;
use super::callback::{AGENT_GONE, CallingBack, NO_OP};
use super::routing::{self, Ringing, offer_end_name, reason_name};
use super::{Centre, Role, dialogue};
use crate::config::{self, LONGEST_CODE};
use crate::media::call::Command;
use crate::sip::{Callee, Ring};

impl Centre {
    /// What the routing engine says.
    pub(super) fn routed(&mut self, output: Output) {
        match output {
            Output::Joined { call: entry, tag, queue, position, estimate_ms, .. } => {
                let name = self.routing.queue_name(queue);
                let detail = format!("{name}, place {position}");
                self.log(Some(tag), "queued", detail);
                self.callback_joined(tag, entry);
                let Some(call) = self.calls.get_mut(&tag) else {
                    return;
                };
                if let Stage::Queued { entry: slot, position: place, op, .. } = &mut call.stage {
                    (*slot, *place) = (Some(entry), position);
                    let update = dialogue::queue_update(*op, position, estimate_ms);
                    call.media(Command::Hold(true));
                    self.tell_flow(tag, update);
                }
            }
            Output::Refused { tag, reason, .. } => {
                let full = matches!(reason, acd_core::RefuseReason::Full);
                self.log(Some(tag), "queue refused", if full { "full" } else { "empty" });
                self.callback_left(tag);
                self.left_queue(tag, if full { "full" } else { "empty" });
            }
            Output::Offer { offer, call_tag, agent_tag, queue, .. } => {
                self.offer(offer, call_tag, agent_tag as usize, queue);
            }
            Output::OfferEnded { offer, call_tag, agent_tag, end, rang_ms, .. } => {
                let user = self.routing.agents.get(agent_tag as usize).map_or("", |a| &a.user);
                let detail = format!("{user}: {} after {rang_ms} ms", offer_end_name(end));
                self.log(Some(call_tag), "offer ended", detail);
                if end != OfferEnd::Accepted {
                    // Dropping the leg stops the phone.
                    self.routing.ringing.retain(|_, ringing| ringing.offer != offer);
                }
            }
            Output::Connected { call: entry, offer, call_tag, waited_ms, queue, .. } => {
                self.connect(entry, offer, call_tag, waited_ms, queue);
            }
            Output::Announce { call_tag, position, estimate_ms, .. } => {
                let Some(call) = self.calls.get_mut(&call_tag) else {
                    return;
                };
                if let Stage::Queued { op, position: place, .. } = &mut call.stage {
                    *place = position;
                    let update = dialogue::queue_update(*op, position, estimate_ms);
                    self.tell_flow(call_tag, update);
                }
            }
            Output::Left { call_tag, reason, waited_ms, queue, .. } => {
                self.log(Some(call_tag), "left queue", reason_name(reason));
                let queue = self.routing.queue_name(queue);
                if let Some(call) = self.calls.get_mut(&call_tag) {
                    (call.record.queue, call.record.waited_ms) = (Some(queue), Some(waited_ms));
                }
                self.callback_left(call_tag);
                self.left_queue(call_tag, reason_name(reason));
            }
            Output::Completed { call_tag, by, talked_ms, .. } => {
                self.completed(call_tag, by, talked_ms);
            }
            Output::AgentChanged { agent_tag, state, .. } => {
                let now = self.now();
                let Some(seat) = self.routing.agents.get_mut(agent_tag as usize) else {
                    return;
                };
                (seat.state, seat.since) = (state, now);
                let detail = format!("{}: {}", seat.user, routing::state_name(state));
                self.log(None, "agent", detail);
            }
            _ => {}
        }
    }

    fn offer(&mut self, offer: OfferId, tag: u64, agent: usize, queue: QueueId) {
        let Some(seat) = self.routing.agents.get(agent) else {
            return;
        };
        let mut data = vec![
            ("Call".to_owned(), tag.to_string()),
            ("Queue".to_owned(), self.routing.queue_name(queue)),
        ];
        let mut at_once = false;
        let (caller, law) = match (self.calls.get(&tag), self.callbacks.waiting(tag)) {
            (Some(call), _) => {
                data.extend(call.data.iter().cloned());
                at_once = call.errand.is_some();
                (call.caller.clone(), call.law)
            }
            (None, Some(callback)) => {
                data.push(("Callback".to_owned(), callback.id.to_string()));
                (callback.number.clone(), Law::A)
            }
            (None, None) => return,
        };
        let ring = Ring { callee: Callee::Phone(seat.user.clone()), caller, law, data, at_once };
        let detail = seat.user.clone();
        let leg = self.setup.stack.ring(ring);
        let ringing = Ringing { offer, agent, leg, media: None };
        self.routing.ringing.insert(ringing.leg.id, ringing);
        self.log(Some(tag), "offered", detail);
    }

    fn connect(&mut self, entry: CallId, offer: OfferId, tag: u64, waited_ms: u64, queue: QueueId) {
        let leg = self.routing.ringing.iter().find(|(_, r)| r.offer == offer).map(|(id, _)| *id);
        let Some(Ringing { agent, leg, media: Some(media), .. }) =
            leg.and_then(|id| self.routing.ringing.remove(&id))
        else {
            return;
        };
        let queue = self.routing.queue_name(queue);
        let user = self.routing.agents.get(agent).map(|a| a.user.clone()).unwrap_or_default();
        if self.callbacks.waiting(tag).is_some() {
            return self.call_back(tag, CallingBack::new(entry, user, leg), media, queue);
        }
        let Some(call) = self.calls.get_mut(&tag) else {
            return;
        };
        let Stage::Queued { op, .. } = call.stage else {
            return;
        };
        self.legs.insert(leg.id, Role::Agent(tag));
        call.record.agent = Some(user.clone());
        call.record.queue = Some(queue);
        call.record.waited_ms = Some(waited_ms);
        call.record.outcome = "answered".into();
        call.place = None;
        call.stage = Stage::Talking { op, entry, agent: user.clone(), leg };
        call.media(Command::Bridge { agent: media });
        self.log(Some(tag), "connected", user);
        self.contact_served(tag);
        self.tell_flow(tag, dialogue::connected(op));
    }

    /// A key of an agent's phone may complete a code of the queue: the outcome of the call.
    pub(super) fn agent_pressed(&mut self, id: u64, key: char) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if !matches!(call.stage, Stage::Talking { .. }) {
            return;
        }
        call.agent_keys.push(key);
        if call.agent_keys.len() > LONGEST_CODE {
            call.agent_keys.remove(0);
        }
        let of_call =
            |queue: &&config::Queue| call.record.queue.as_ref() == Some(queue.name.get_ref());
        let queue = self.setup.config.queues.iter().find(of_call);
        let mut codes = queue.into_iter().flat_map(|queue| &queue.codes);
        if let Some((_, word)) = codes.find(|(code, _)| call.agent_keys.ends_with(code.as_str())) {
            call.agents_word = Some(word.clone());
            self.log(Some(id), "outcome", word.clone());
        }
    }

    /// A call has left its queue without an agent.
    fn left_queue(&mut self, tag: u64, reason: &'static str) {
        let Some(call) = self.calls.get_mut(&tag) else {
            return;
        };
        let Stage::Queued { op, .. } = call.stage else {
            return;
        };
        call.stage = Stage::Flow;
        call.media(Command::Hold(false));
        if reason == "abandoned" {
            call.record.outcome = "abandoned".into();
        } else {
            self.tell_flow(tag, dialogue::queue_ended(op, reason));
        }
    }

    /// A conversation is over; if the caller is still there, the flow goes on (the survey).
    fn completed(&mut self, tag: u64, by: EndedBy, talked_ms: u64) {
        let who = match by {
            EndedBy::Caller => "caller",
            EndedBy::Agent => "agent",
            _ => "transfer",
        };
        self.log(Some(tag), "completed", format!("{who} after {talked_ms} ms"));
        let Some(call) = self.calls.get_mut(&tag) else {
            return;
        };
        let (op, leg) = match std::mem::replace(&mut call.stage, Stage::Flow) {
            Stage::Talking { op, leg, .. } => {
                call.record.talked_ms = Some(talked_ms);
                (op, leg)
            }
            Stage::CallingBack(calling) => {
                if call.record.ended_by.is_empty() && call.record.outcome.is_empty() {
                    call.record.outcome = AGENT_GONE.into();
                }
                (NO_OP, calling.into_leg())
            }
            // The agent passed the call on, and it is in the hands of the transfer.
            other => {
                call.record.talked_ms = Some(talked_ms);
                call.stage = other;
                return;
            }
        };
        call.media(Command::Unbridge);
        self.legs.remove(&leg.id);
        if call.dialogue.is_none() {
            if call.record.ended_by.is_empty() {
                call.record.ended_by = who.into();
            }
            self.finish(tag);
        } else if who != "caller" {
            self.tell_flow(tag, dialogue::queue_ended(op, "answered"));
        }
    }
}
