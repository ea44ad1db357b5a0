//! Why a call still waits, why an agent is still idle: counted, so that it can be checked.

use super::Engine;
use crate::agent::AgentRequest;
use crate::call::{Call, CallState};
use crate::error::Error;
use crate::id::{AgentId, CallId};
use crate::slab::NIL;
use crate::time::Time;

/// Why a call waits: what keeps each member of its queue from taking it.
///
/// Every member is counted once, under the first thing in this order that keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhyWaiting {
    /// Members that lack a skill the call asks for.
    pub unskilled: u32,
    /// Members whose penalty is outside the call's window, or whose level it has not come to.
    pub out_of_window: u32,
    /// Members logged out.
    pub logged_out: u32,
    /// Members not ready.
    pub not_ready: u32,
    /// Members paused in this queue.
    pub paused: u32,
    /// Members left alone for a while after an offer they missed.
    pub left_alone: u32,
    /// Members ringing, talking or in wrap-up, that of this queue alone included.
    pub busy: u32,
    /// Members who missed this very call a short while ago, or whose phone rings for it.
    pub tried: u32,
    /// Members who could take it: only while the call waits for its preferred agent alone, rings
    /// elsewhere, or stands behind the [only](crate::QueueConfig::head_only) one that is served.
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
    /// Calls of queues it is paused in.
    pub paused: u32,
    /// Calls that ring elsewhere, wait for another agent alone, have not come to its level, are of
    /// a queue whose paperwork it still does, stand behind the
    /// [only](crate::QueueConfig::head_only) one that is served, or it missed a short while ago.
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
        let at = &self.calls[index];
        let line = &self.lines[at.line];
        let queue = line.queue;
        let whole = self.calls.whole(index);
        let change =
            whole.leave_at().min(self.relax_at(at)).min(whole.retry_at()).min(self.tier_at(at));
        let mut why = WhyWaiting {
            ahead: self.place(index) - 1,
            ringing: u32::from(at.ringing),
            alone_until: self.calls.alone_until(index),
            next_change: (change != Time::MAX).then_some(change),
            ..WhyWaiting::default()
        };
        let medium = self.queues[queue].config.medium;
        for member in 0..self.members.used() {
            if !self.members.is_live(member) || self.members[member].queue != queue {
                continue;
            }
            let place = &self.members[member];
            let agent = &self.agents[place.agent];
            let count = if !self.skills.fits(line.class, agent.profile) {
                &mut why.unskilled
            } else if !line.penalties().admits(place.penalty) || !self.reaches(index, place) {
                &mut why.out_of_window
            } else if agent.request() == AgentRequest::LoggedOut {
                &mut why.logged_out
            } else if agent.request() != AgentRequest::Available {
                &mut why.not_ready
            } else if place.paused().is_some() {
                &mut why.paused
            } else if agent.quiet_until() > self.goal {
                &mut why.left_alone
            } else if !agent.is_free(medium, self.goal) || place.rests() {
                &mut why.busy
            } else if self.remembers(index, place.agent) {
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
        let quiet = at.quiet_until() > self.goal;
        let mut why = WhyIdle {
            available: at.is_free(crate::Medium::Voice, self.goal),
            left_alone_until: quiet.then_some(at.quiet_until()),
            ..WhyIdle::default()
        };
        let mut next = at.members;
        while next != NIL {
            let member = &self.members[next];
            let penalty = member.penalty;
            self.each_line(member.queue, |line| {
                if !self.skills.fits(line.class, at.profile) {
                    why.unskilled += line.calls;
                } else if !line.penalties().admits(penalty) {
                    why.out_of_window += line.calls;
                } else if member.paused().is_some() {
                    why.paused += line.calls;
                } else {
                    why.held += line.calls;
                    let mut open = line.open.first(&self.calls);
                    while let Some(call) = open {
                        let its = !self.remembers(call, index) && self.reaches(call, member);
                        if its && !member.rests() {
                            (why.held, why.open) = (why.held - 1, why.open + 1);
                        }
                        open = line.open.next(&self.calls, call);
                    }
                }
            });
            next = member.next;
        }
        // Those that wait for this agent alone are open to it.
        let mut call = at.sought;
        while call != NIL {
            let Call { line, state, .. } = self.calls[call];
            let alone = self.calls.alone_until(call).is_some();
            let line = &self.lines[line];
            if let Some(place) = self.preferred_place(call) {
                let place = &self.members[place];
                let counted = self.skills.fits(line.class, at.profile)
                    && line.penalties().admits(place.penalty);
                if counted && alone && place.serves() && state == CallState::Waiting {
                    (why.held, why.open) = (why.held - 1, why.open + 1);
                }
            }
            call = self.calls.next_sought(call);
        }
        Ok(why)
    }
}
