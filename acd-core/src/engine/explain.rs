//! Why a call still waits, why an agent is still idle: counted, so that it can be checked.

use super::Engine;
use crate::agent::AgentRequest;
use crate::call::{Call, CallState};
use crate::error::Error;
use crate::id::{AgentId, CallId};
use crate::slab::NIL;
use crate::time::Time;
use crate::tree::Arena;

/// Why a call waits: what keeps each member of its queue from taking it.
///
/// Every member is counted once, under the first thing in this order that keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhyWaiting {
    /// Members that lack a skill the call asks for.
    pub unskilled: u32,
    /// Members whose penalty is outside the call's window.
    pub out_of_window: u32,
    /// Members logged out.
    pub logged_out: u32,
    /// Members not ready.
    pub not_ready: u32,
    /// Members left alone for a while after an offer they missed.
    pub left_alone: u32,
    /// Members ringing, talking or in wrap-up.
    pub busy: u32,
    /// Members who missed this very call a short while ago, or whose phone rings for it.
    pub tried: u32,
    /// Members who could take it: only while the call waits for its preferred agent alone, or
    /// rings elsewhere.
    pub free: u32,
    /// Calls before it in the queue.
    pub ahead: u32,
    /// Phones that ring for it.
    pub ringing: u32,
    /// Until when it waits for its preferred agent alone.
    pub alone_until: Option<Time>,
    /// When something changes for it by itself: a retry, a step of relaxation, its longest wait.
    pub next_change: Option<Time>,
}

/// Why an agent is idle: what keeps each waiting call of its queues from going to it.
///
/// Every call is counted once, under the first thing in this order that keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhyIdle {
    /// Whether the agent could take a voice call at all now.
    pub available: bool,
    /// Until when it is left alone after an offer it missed.
    pub left_alone_until: Option<Time>,
    /// Calls that ask for a skill it lacks.
    pub unskilled: u32,
    /// Calls whose window excludes its penalty.
    pub out_of_window: u32,
    /// Calls that ring elsewhere, wait for another agent alone, or it missed a short while ago.
    pub held: u32,
    /// Calls it could take: none, when it is available and outputs have been polled.
    pub open: u32,
}

impl Engine<'_> {
    /// Why a call waits. Looks at every membership.
    ///
    /// # Errors
    /// No such call, or it is talking.
    pub fn why_waiting(&self, call: CallId) -> Result<WhyWaiting, Error> {
        let index = self.queued(call)?;
        let Call {
            queue, line, ringing, preferred, alone_until, leave_at, relax_at, retry_at, ..
        } = self.calls[index];
        let alone = preferred.is_some() && alone_until > self.goal;
        let change = leave_at.min(relax_at).min(retry_at);
        let mut why = WhyWaiting {
            ahead: self.place(index) - 1,
            ringing: u32::from(ringing),
            alone_until: alone.then_some(alone_until),
            next_change: (change != Time::MAX).then_some(change),
            ..WhyWaiting::default()
        };
        let line = &self.lines[line];
        let medium = self.queues[queue].config.medium;
        for member in 0..self.members.used() {
            if !self.members.is_live(member) || self.members[member].queue != queue {
                continue;
            }
            let penalty = self.members[member].config.penalty;
            let agent = &self.agents[self.members[member].agent];
            let count = if !self.skills.fits(line.class, agent.config.profile) {
                &mut why.unskilled
            } else if penalty < line.penalty_min || penalty > line.penalty_max {
                &mut why.out_of_window
            } else if agent.request == AgentRequest::LoggedOut {
                &mut why.logged_out
            } else if agent.request != AgentRequest::Available {
                &mut why.not_ready
            } else if agent.quiet_until > self.goal {
                &mut why.left_alone
            } else if !agent.is_free(medium, self.goal) {
                &mut why.busy
            } else if self.remembers(index, self.members[member].agent) {
                &mut why.tried
            } else {
                &mut why.free
            };
            *count += 1;
        }
        Ok(why)
    }

    /// Why an agent is idle. Looks at every line of its queues, and at the calls of those it
    /// could serve.
    ///
    /// # Errors
    /// No such agent.
    pub fn why_idle(&self, agent: AgentId) -> Result<WhyIdle, Error> {
        let index = self.agent(agent)?;
        let at = &self.agents[index];
        let quiet = at.quiet_until > self.goal;
        let mut why = WhyIdle {
            available: at.is_free(crate::Medium::Voice, self.goal),
            left_alone_until: quiet.then_some(at.quiet_until),
            ..WhyIdle::default()
        };
        let mut next = at.members;
        while next != NIL {
            let member = &self.members[next];
            let penalty = member.config.penalty;
            self.each_line(member.queue, |line| {
                let calls = line.tree.len(&self.calls);
                if !self.skills.fits(line.class, at.config.profile) {
                    why.unskilled += calls;
                } else if penalty < line.penalty_min || penalty > line.penalty_max {
                    why.out_of_window += calls;
                } else {
                    for place in 0..calls {
                        let Some(call) = line.tree.nth_of_all(&self.calls, place) else {
                            break;
                        };
                        let seeks = self.calls[call].preferred == Some(agent)
                            && self.calls[call].state == CallState::Waiting;
                        let open = self.calls.node(call).is_on() || seeks;
                        if open && !self.remembers(call, index) {
                            why.open += 1;
                        } else {
                            why.held += 1;
                        }
                    }
                }
            });
            next = member.next;
        }
        Ok(why)
    }
}
