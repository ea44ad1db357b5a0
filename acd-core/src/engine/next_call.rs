//! Which call an agent gets: one order over all that wait, whoever looks for whom.

use core::cmp::Ordering;

use super::{ARRIVED_AT_0, Engine};
use crate::call::{CallKey, CallState};
use crate::error::Error;
use crate::id::{AgentId, CallId};
use crate::member::Member;
use crate::queue::Line;
use crate::select::{CallOrder, CallReason, Urgency};
use crate::slab::NIL;

/// What a call has to say for its going first.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    call: u32,
    /// It waits for this very agent.
    seeks: bool,
    weight: u16,
    /// Of its queue.
    head: Head,
    urgency: Urgency,
    key: CallKey,
}

/// When the first of a queue's calls that may be matched arrived, and its number; alike for all queues
/// where that says nothing.
type Head = (u64, u64);

impl Claim {
    /// Which goes first, `Less` for this one, and what decides.
    fn against(&self, other: &Self) -> (Ordering, CallReason) {
        let seeks = other.seeks.cmp(&self.seeks);
        if seeks.is_ne() {
            return (seeks, CallReason::Preferred);
        }
        let weight = other.weight.cmp(&self.weight);
        if weight.is_ne() {
            return (weight, CallReason::Weight);
        }
        let head = self.head.cmp(&other.head);
        if head.is_ne() {
            return (head, CallReason::Order);
        }
        let priority = self.key.0.cmp(&other.key.0);
        if priority.is_ne() {
            return (priority, CallReason::Priority);
        }
        let urgency = other.urgency.cmp(&self.urgency);
        if urgency.is_ne() {
            return (urgency, CallReason::Order);
        }
        (self.key.cmp(&other.key), CallReason::Age)
    }

    /// What decides between this one and the next.
    pub(super) fn before(&self, next: Option<&Self>) -> CallReason {
        next.map_or(CallReason::Alone, |next| self.against(next).1)
    }

    pub(super) fn call(&self) -> u32 {
        self.call
    }

    fn is_ahead_of(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.against(other).0.is_lt())
    }
}

/// The call an agent would get, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextCall {
    /// Which.
    pub call: CallId,
    /// What puts it before the one that would come after it.
    pub because: CallReason,
    /// The one that would come after it.
    pub before: Option<CallId>,
}

impl Engine<'_> {
    /// Sets which call an agent of several queues gets, from the next decision on.
    pub fn set_call_order(&mut self, order: CallOrder) {
        self.call_order = order;
    }

    /// Which call an agent of several queues gets.
    #[must_use]
    pub fn call_order(&self) -> CallOrder {
        self.call_order
    }

    /// The call this agent would get if it became free now, and why that one. It gets none of the
    /// queues it is paused in.
    ///
    /// # Errors
    /// No such agent.
    pub fn next_call(&self, agent: AgentId) -> Result<Option<NextCall>, Error> {
        let agent = self.agent(agent)?;
        let serves = |place: &Member| place.paused().is_none();
        let first = self.best_claim(agent, serves, NIL);
        Ok(first.map(|first| {
            let second = self.best_claim(agent, serves, first.call);
            NextCall {
                call: self.call_id(first.call),
                because: first.before(second.as_ref()),
                before: second.map(|second| self.call_id(second.call)),
            }
        }))
    }

    /// The call this agent gets where it is free.
    pub(super) fn best_call(&self, agent: u32) -> Option<u32> {
        let best = self.best_claim(agent, Member::is_free, NIL);
        best.map(|claim| claim.call)
    }

    /// The call this agent gets where it is free, and the one it would get but for `call`.
    pub(super) fn two_claims(&self, agent: u32, call: u32) -> (Option<Claim>, Option<Claim>) {
        (
            self.best_claim(agent, Member::is_free, NIL),
            self.best_claim(agent, Member::is_free, call),
        )
    }

    /// The first of the calls that could go to this agent in those of its places, one left out.
    fn best_claim(&self, agent: u32, serves: impl Fn(&Member) -> bool, but: u32) -> Option<Claim> {
        let mut best: Option<Claim> = None;
        let mut call = self.agents[agent].sought;
        while call != NIL {
            let place = self.preferred_place(call).filter(|&at| serves(&self.members[at]));
            if place.is_some() && call != but && self.calls[call].state == CallState::Waiting {
                let key = self.calls[call].key();
                let (weight, head, urgency) = (0, Head::default(), Urgency::SAME);
                let claim = Claim { call, seeks: true, weight, head, urgency, key };
                if claim.is_ahead_of(best.as_ref()) {
                    best = Some(claim);
                }
            }
            call = self.calls.next_sought(call);
        }
        let classes = self.skills.classes_for(self.agents[agent].profile);
        let mut at = self.agents[agent].members;
        while at != NIL {
            let member = &self.members[at];
            if serves(member) {
                let head = self.head(member.queue);
                for class in self.line_grid.among(member.queue, classes) {
                    let mut next = self.line_grid.first(member.queue, class);
                    while next != NIL {
                        let line = &self.lines[next];
                        if !self.is_behind(line, best.as_ref()) {
                            self.better_of_line(&mut best, line, head, member, but);
                        }
                        next = line.next;
                    }
                }
            }
            at = member.next;
        }
        best
    }

    /// Whether it is plain that no call of a line goes before the best so far. It is of most of the
    /// many lines that a search looks at.
    fn is_behind(&self, line: &Line, best: Option<&Claim>) -> bool {
        best.is_some_and(|best| {
            self.call_order == CallOrder::LongestWaiting
                && best.weight == self.queues[line.queue].config.weight
                && best.key < line.head_key()
        })
    }

    /// Makes the first call of a line that this member could take the best, if it goes before the
    /// best so far.
    fn better_of_line(
        &self,
        best: &mut Option<Claim>,
        line: &Line,
        head: Head,
        member: &Member,
        but: u32,
    ) {
        if line.head == NIL || !line.penalties().admits(member.penalty) {
            return;
        }
        let mut claim = Claim {
            call: line.head,
            seeks: false,
            weight: self.queues[line.queue].config.weight,
            head,
            urgency: self.urgency(line.queue, line.head_key()),
            key: line.head_key(),
        };
        while claim.is_ahead_of(best.as_ref()) {
            let open =
                || !self.remembers(claim.call, member.agent) && self.reaches(claim.call, member);
            if claim.call != but && open() {
                *best = Some(claim);
                return;
            }
            let Some(call) = line.open.next(&self.calls, claim.call) else {
                break;
            };
            (claim.call, claim.key) = (call, self.calls[call].key());
            claim.urgency = self.urgency(line.queue, claim.key);
        }
    }

    /// What a queue's calls have to say by its first, whoever could take that one.
    fn head(&self, queue: u32) -> Head {
        if self.call_order != CallOrder::OldestHead {
            return Head::default();
        }
        let mut first: Option<CallKey> = None;
        for class in self.line_grid.filled(queue) {
            let mut next = self.line_grid.first(queue, class);
            while next != NIL {
                let line = &self.lines[next];
                let key = line.head_key();
                if line.head != NIL && first.is_none_or(|first| key < first) {
                    first = Some(key);
                }
                next = line.next;
            }
        }
        first.map_or(Head::default(), |(_, arrived, number)| (arrived, number))
    }

    fn urgency(&self, queue: u32, key: CallKey) -> Urgency {
        if self.call_order == CallOrder::LongestWaiting {
            return Urgency::SAME;
        }
        let queue = &self.queues[queue];
        match self.call_order {
            CallOrder::LongestWaiting | CallOrder::OldestHead => Urgency::SAME,
            CallOrder::Deadline => {
                let deadline = key.1.saturating_add(queue.config.target_ms());
                Urgency { over: u64::MAX - deadline, under: 1 }
            }
            CallOrder::QueueRatio => Urgency {
                over: u64::from(queue.counters.waiting - queue.ringing),
                under: u64::from(queue.config.share),
            },
            CallOrder::WaitRatio => Urgency {
                over: (ARRIVED_AT_0 + self.now.ms().min(ARRIVED_AT_0)).saturating_sub(key.1),
                under: queue.config.target_ms(),
            },
        }
    }
}
