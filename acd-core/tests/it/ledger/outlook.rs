//! What the past can still mean for what is to come: the books without their history, with time
//! counted from now and calls named by their turn of arrival.

use acd_core::*;

use super::{AgentBook, Ledger, Window};

/// Of a call that may not be matched, of an agent in no hurry.
const NONE: u64 = u64::MAX;

impl Ledger {
    /// The live calls, first come first.
    pub(crate) fn in_turn(&self) -> Vec<CallId> {
        let mut calls: Vec<_> = self.calls.iter().map(|(id, call)| (call.number, *id)).collect();
        calls.sort_unstable();
        calls.into_iter().map(|(_, id)| id).collect()
    }

    /// What the calls' and agents' future depends on by the rules of the queues there are, as
    /// numbers: two books with the same numbers expect the same of an engine. It leaves out what is
    /// only counted, and knows neither [`AgentConfig`]s nor random draws, nor calls that differ by
    /// more than queue and priority.
    pub(crate) fn outlook(&self, now: Time, numbers: &mut Vec<u64>) {
        let orders: Vec<Order> = self.queues.values().map(|q| q.strategy.order()).collect();
        let any = |has: fn(&Order) -> bool| orders.iter().any(has);
        let idle = any(|order| order.terms.contains(&Term::IdleSince));
        let counted = any(|order| order.terms.contains(&Term::AllCalls));
        let misses = self.queues.values().any(|queue| queue.missed_limit.is_some());
        for who in self.agents.values() {
            numbers.extend([
                match who.request {
                    AgentRequest::LoggedOut => 0,
                    AgentRequest::Available => 1,
                    AgentRequest::NotReady(reason) => 2 + u64::from(reason),
                },
                who.wrap_until.map_or(NONE, |until| until.since(now)),
                who.quiet_until.since(now),
                if idle { self.idle_turn(now, who) } else { NONE },
                if counted { who.answered } else { NONE },
                if misses { who.missed.into() } else { NONE },
                who.rests.len() as u64,
            ]);
            let pauses = who.places.values().map(|place| place.paused);
            numbers.extend(pauses.map(|paused| paused.map_or(NONE, u64::from)));
            numbers.extend(who.rests.iter().flat_map(|rest| [rest.0.raw(), rest.1.since(now)]));
        }
        for (queue, config) in &self.queues {
            let last = self
                .turns
                .get(queue)
                .filter(|_| config.strategy.order().start == Start::AfterQueueLast);
            numbers.push(last.map_or(NONE, |agent| agent.raw()));
        }
        for id in self.in_turn() {
            self.outlook_of(id, now, numbers);
        }
        for ghost in &self.ghosts {
            let ghost = ghost.filter(|ghost| now <= ghost.3);
            let (caller, queue, waited, until) = ghost.unwrap_or((NONE, self.first(), 0, now));
            numbers.extend([caller, queue.raw(), waited, until.since(now)]);
        }
        numbers.push(self.next_ghost as u64);
    }

    fn first(&self) -> QueueId {
        *self.queues.keys().next().expect("a queue")
    }

    fn outlook_of(&self, id: CallId, now: Time, numbers: &mut Vec<u64>) {
        let call = &self.calls[&id];
        numbers.extend([call.queue.raw(), call.talking.map_or(NONE, |(agent, _)| agent.raw())]);
        if call.talking.is_some() {
            numbers.push(call.placed.into());
            return;
        }
        let config = &self.queues[&call.queue];
        let start = config.strategy.order().start;
        let goes_on = matches!(start, Start::AfterCallLast | Start::DownFromCallLast);
        let last = call.offered_last.filter(|_| goes_on);
        numbers.extend([
            i64::from(call.priority) as u64,
            now.since(call.joined),
            now.since(call.since),
            call.credit_ms,
            last.map_or(NONE, AgentId::raw),
            call.offers.len() as u64,
        ]);
        if call.rule.is_some() || call.told_after.is_some() {
            let (_, Window { min, max, raise }) = self.asks(now, call);
            let rule = call.rule.map_or(NONE, RuleId::raw);
            numbers.push(call.told_after.unwrap_or(NONE));
            numbers.extend([rule, min.into(), max.into(), raise.to.into(), raise.within.into()]);
        }
        for offer in call.offers.iter().map(|offer| self.offers[offer]) {
            let earlier = self.offers.values().filter(|other| other.number < offer.number);
            numbers.extend([offer.agent.raw(), now.since(offer.since), earlier.count() as u64]);
        }
        let retry = u64::from(config.retry_ms);
        for agent in self.agents.keys() {
            let missed = call.missed.iter().rfind(|missed| missed.0 == *agent);
            let age = missed.map(|missed| now.since(missed.1)).filter(|age| *age < retry);
            numbers.push(age.unwrap_or(NONE));
        }
    }

    /// How many agents have been idle for longer, and whether it has been for any time; when it is.
    fn idle_turn(&self, now: Time, who: &AgentBook) -> u64 {
        let idle = |who: &&AgentBook| {
            who.request == AgentRequest::Available
                && who.talking.is_none()
                && who.wrap_until.is_none()
        };
        if !idle(&who) {
            return NONE;
        }
        let all = self.agents.values().filter(idle);
        let longer = all.filter(|other| other.idle_since < who.idle_since).count() as u64;
        longer * 2 + u64::from(who.idle_since < now)
    }
}
