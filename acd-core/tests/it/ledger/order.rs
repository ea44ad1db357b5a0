//! Who goes first: of the calls that an agent could have, of the agents that a call could have.

use acd_core::*;

use super::{AgentBook, CallBook, Ledger};

impl Ledger {
    /// INV-32, INV-33: no call that the agent could have had came before this one in the order of
    /// all calls. INV-39 and INV-41: nobody better was left idle.
    pub(super) fn in_good_order(&self, at: Time, id: CallId, call: &CallBook, who: &AgentBook) {
        let plain = |book: &CallBook| {
            book.config.position.is_none() && book.config.preferred_agent.is_none()
        };
        for (other_id, other) in &self.calls {
            if *other_id != id
                && other.talking.is_none()
                && other.offers.is_empty()
                && call.offers.is_empty()
                && plain(other)
                && plain(call)
                && self.eligible(at, other, who)
                && !self.barred(at, other, who)
                && !self.may_be_behind(at, other)
            {
                let (ours, theirs) = (self.rank(at, call, None), self.rank(at, other, None));
                assert!(ours < theirs, "INV-33: {other_id:?} was before {id:?}");
            }
        }
        let strategy = self.queues[&call.queue].strategy;
        if strategy == Strategy::WeightedRandom {
            return;
        }
        let (_, window) = self.asks(at, call);
        let tier = |book: &AgentBook| {
            let place = book.places[&call.queue];
            (window.counted(place.penalty), place.level)
        };
        for other in self.agents.values() {
            if other.id != who.id
                && self.eligible(at, call, other)
                && self.is_free(at, other)
                && !self.barred(at, call, other)
                && !matches!(call.config.preferred_agent, Some(agent) if agent == other.id)
            {
                assert!(tier(who) <= tier(other), "INV-41: a lower tier was free");
                if strategy == Strategy::LongestIdle && tier(who) == tier(other) {
                    let longer = other.idle_since < who.idle_since;
                    assert!(!longer, "INV-39: {:?} idle for longer", other.id);
                }
            }
        }
    }

    /// INV-59: whether its queue serves its first call alone, and this may be another one: who has
    /// asked for a place may stand anywhere.
    pub(crate) fn may_be_behind(&self, at: Time, call: &CallBook) -> bool {
        let asked = |book: &CallBook| book.config.position.is_some();
        self.queues[&call.queue].head_only
            && self.beside(call).any(|other| {
                asked(call)
                    || asked(other)
                    || self.rank(at, other, None) < self.rank(at, call, None)
            })
    }

    /// The other calls that wait or ring in a call's queue.
    fn beside(&self, call: &CallBook) -> impl Iterator<Item = &CallBook> {
        let (queue, number) = (call.queue, call.number);
        let queued = self.calls.values().filter(|other| other.talking.is_none());
        queued.filter(move |other| other.queue == queue && other.number != number)
    }

    /// INV-59: where the first call alone is served, this is the first.
    pub(super) fn is_head(&self, at: Time, call: &CallBook) {
        if self.queues[&call.queue].head_only && call.config.position.is_none() {
            let own = self.rank(at, call, None);
            let known = self.beside(call).filter(|other| other.config.position.is_none());
            assert!(
                known.map(|other| self.rank(at, other, None)).all(|other| own < other),
                "INV-59"
            );
        }
    }

    /// Smaller goes first: weight, priority, the rule, age, number; as it was before an offer that
    /// has just been entered.
    pub(crate) fn rank(&self, at: Time, call: &CallBook, fresh: Option<OfferId>) -> [i128; 5] {
        let config = &self.queues[&call.queue];
        // INV-34: a step of priority is worth so much waiting, or goes before all waiting.
        let priority = i128::from(call.priority);
        let (priority, worth) = match config.aging_ms {
            Some(ms) => (0, priority * i128::from(ms)),
            None => (priority, 0),
        };
        let since = i128::from(call.since.ms()) - i128::from(call.credit_ms) - worth;
        let target = i128::from(config.target_ms.unwrap_or(config.service_level_ms));
        // Over a denominator that all queues share.
        let parts =
            |of: i128, part: i128| of * self.queues.values().map(part_of).product::<i128>() / part;
        fn part_of(config: &QueueConfig) -> i128 {
            let target = config.target_ms.unwrap_or(config.service_level_ms);
            i128::from(target) * i128::from(config.share)
        }
        let urgency = match self.call_order {
            CallOrder::Deadline => -(since + target),
            CallOrder::QueueRatio => {
                let unoffered = |c: &&CallBook| {
                    c.talking.is_none() && c.offers.iter().all(|offer| Some(*offer) == fresh)
                };
                let here = self.calls.values().filter(|c| c.queue == call.queue);
                parts(here.filter(unoffered).count() as i128, i128::from(config.share))
            }
            CallOrder::WaitRatio => parts((i128::from(at.ms()) - since).max(0), target),
            _ => 0,
        };
        let weight = i128::from(config.weight);
        [-weight, -priority, -urgency, since, i128::from(call.number)]
    }
}
