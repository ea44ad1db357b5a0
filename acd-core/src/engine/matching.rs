//! The decision: which call an agent gets, which agent a call gets.
//!
//! Whatever cannot be matched is left as it is until something changes, so after every step no
//! pair of a waiting call and a free agent that fit each other exists, unless the call remembers
//! that very agent. Only what has just become free, a call or an agent, is looked at.

use super::Engine;
use crate::ProfileId;
use crate::call::CallState;
use crate::penalty::Penalties;
use crate::queue::{Cursor, Line};
use crate::select::{Order, Ring, Start};
use crate::slab::NIL;

/// What a call looks for, fixed for one decision.
#[derive(Clone, Copy)]
struct Search {
    call: u32,
    order: Order,
    penalties: Penalties,
}

/// A member's place in the order in which a call sees them: tier, the two terms, order of joining.
type Place = (u64, u64, u64, u32);

impl Engine<'_> {
    /// Serves one call or agent of those that have become free, or finds that it stays so.
    pub(super) fn match_one(&mut self) {
        if let Some(call) = self.dirty_calls.first() {
            if !self.serve_call(call) {
                self.clean_call(call);
            }
        } else if let Some(agent) = self.dirty_agents.first() {
            if !self.serve_agent(agent) {
                self.clean_agent(agent);
            }
        }
    }

    /// Finds an agent for a call.
    fn serve_call(&mut self, call: u32) -> bool {
        let ring_more = self.calls[call].take_ring_more();
        if ring_more && self.calls[call].state == CallState::Ringing {
            self.offer_one_more(call);
            return false;
        }
        let waits = self.calls[call].state == CallState::Waiting;
        let open = self.calls.is_open(call) || self.preferred_member(call).is_some();
        waits && open && self.settle(call, NIL)
    }

    /// Finds a call for an agent.
    fn serve_agent(&mut self, agent: u32) -> bool {
        match self.best_call(agent) {
            Some(call) => {
                self.look_ahead(call);
                self.look_ahead_second(call);
                self.settle(call, agent)
            }
            None => false,
        }
    }

    /// Finds a call and an agent who are each other's first choice, and makes the offer.
    ///
    /// The agent a call would get may be due to a call before it, and that one may prefer another
    /// agent. Each turn goes to a call further ahead, so it ends. The call is known to be the
    /// first choice of the agent `asked`.
    fn settle(&mut self, mut call: u32, mut asked: u32) -> bool {
        loop {
            let Some(member) = self.best_member(call) else {
                return false;
            };
            let agent = self.members[member].agent;
            match (agent != asked).then(|| self.best_call(agent)).flatten() {
                Some(first) if first != call => (call, asked) = (first, agent),
                _ => return self.offer_around(call, member),
            }
        }
    }

    /// Makes the offers that are due to a call now, this member's first; `false` if there was no
    /// room for any.
    fn offer_around(&mut self, call: u32, member: u32) -> bool {
        let ring = self.queues[self.queue_of(call)].order.ring;
        let alone = self.preferred_member(call) == Some(member);
        if !self.make_offer(call, member) {
            return false;
        }
        if let Ring::Progressive { every_ms } = ring {
            self.retry_by(call, self.now.plus(u64::from(every_ms)));
        }
        if matches!(ring, Ring::All | Ring::Everybody) && !alone {
            let tier = self.tier_of(call, member);
            let any = ring == Ring::Everybody;
            for _ in 1..self.ring_max {
                match self.best_member(call) {
                    Some(other) if any || self.tier_of(call, other) == tier => {
                        if !self.make_offer(call, other) {
                            break;
                        }
                    }
                    _ => break,
                }
            }
        }
        true
    }

    /// Rings one phone more for a call that rings already.
    fn offer_one_more(&mut self, call: u32) {
        let Ring::Progressive { every_ms } = self.queues[self.queue_of(call)].order.ring else {
            return;
        };
        if self.calls[call].ringing < self.ring_max {
            if let Some(member) = self.best_member(call) {
                self.make_offer(call, member);
            }
        }
        self.retry_by(call, self.now.plus(u64::from(every_ms)));
    }

    /// The member this call should be offered to, by its preference and its queue's order.
    pub(super) fn best_member(&mut self, call: u32) -> Option<u32> {
        if let Some(member) = self.preferred_member(call) {
            return Some(member);
        }
        let line = &self.lines[self.calls[call].line];
        let order = self.queues[line.queue].order;
        let search = Search { call, order, penalties: line.penalties() };
        if order.start == Start::WeightedRandom {
            return self.weighted(&search);
        }
        let (of_queue, of_call) = self.cursors(call);
        if let Start::LevelOfQueueLast | Start::DownFromCallLast = order.start {
            let down = order.start == Start::DownFromCallLast;
            let last = if down { of_call } else { of_queue };
            let next = last.and_then(|last| self.below(&search, last, down));
            if next.is_some() {
                return next;
            }
        }
        // The tier is decided first, whatever stands where in it.
        let tier = self.lowest_tier(&search)?;
        match order.start {
            Start::Random => self.any_of(&search, tier),
            Start::AfterQueueLast => self.first_after(&search, tier, of_queue),
            Start::AfterCallLast => self.first_after(&search, tier, of_call),
            _ => self.first_after(&search, tier, None),
        }
    }

    /// A member's tier as a call sees it.
    fn tier_of(&self, call: u32, member: u32) -> u64 {
        self.lines[self.calls[call].line].penalties().tier(&self.members[member])
    }

    /// The preferred agent's membership, if the agent is free for this call now.
    fn preferred_member(&self, call: u32) -> Option<u32> {
        self.preferred_place(call).filter(|&member| self.members[member].is_free())
    }

    /// The preferred agent's membership, if the call can go there at all.
    pub(super) fn preferred_place(&self, call: u32) -> Option<u32> {
        let agent = self.calls.preferred(call);
        if agent == NIL {
            return None;
        }
        let member = self.member_of(agent, self.queue_of(call))?;
        let class = self.lines[self.calls[call].line].class;
        let eligible =
            self.skills.fits(class, self.agents[agent].profile) && !self.remembers(call, agent);
        (eligible && !self.is_behind_head(call)).then_some(member)
    }

    /// The first member of a pool that the call could go to, from a place on.
    ///
    /// Members stand by their own penalties. Those whose penalties are raised count as one tier,
    /// so the first of each such penalty is compared; all others stand as the call sees them.
    fn first_from(&self, search: &Search, pool: u32, from: Place) -> Option<(Place, u32)> {
        let Search { penalties, .. } = search;
        let tree = &self.pools[pool].tree;
        let raised = penalties.raise.to;
        let (low, high) = penalties.window();
        let from_penalty = (from.0 >> 16) as u32;
        let mut penalty = if penalties.counted(low) < from_penalty { from_penalty } else { low };
        let mut best: Option<(Place, u32)> = None;
        while penalty <= high {
            let own = u64::from(penalty) << 16;
            let inside = penalties.counted(penalty) == from_penalty;
            let start = if inside {
                (own | (from.0 & 0xFFFF), from.1, from.2, from.3)
            } else {
                (own, 0, 0, 0)
            };
            let mut next = tree.at_or_after(&self.members, start);
            while let Some(member) = next.filter(|&m| self.is_barred(search, m)) {
                next = tree.next(&self.members, member);
            }
            let Some(member) = next else { break };
            let at = &self.members[member];
            let found = at.penalty;
            if inside && penalty < found && found <= raised {
                // Where to start among those is yet to be found.
                penalty = found;
                continue;
            }
            let place = (penalties.tier(at), at.rank[0], at.rank[1], at.joined);
            if found <= high && best.is_none_or(|least| (place, member) < least) {
                best = Some((place, member));
            }
            if found >= raised {
                break;
            }
            penalty = found + 1;
        }
        best
    }

    fn lowest_tier(&self, search: &Search) -> Option<u64> {
        let first = |pool| self.first_from(search, pool, (0, 0, 0, 0));
        self.pools_for(search).filter_map(first).map(|((tier, ..), _)| tier).min()
    }

    /// The first of one tier, searched from behind a cursor if there is one, around the end.
    fn first_after(&self, search: &Search, tier: u64, cursor: Option<Cursor>) -> Option<u32> {
        let start = cursor.map_or((tier, 0, 0, 0), |(_, c)| (tier, c, u64::MAX, u32::MAX));
        let class = self.lines[self.calls[search.call].line].class;
        let mut best: Option<(u32, _)> = None;
        for pool in self.pools_for(search) {
            let skill = if search.order.best_skill {
                u32::MAX - self.skills.level(class, self.pools[pool].profile)
            } else {
                0
            };
            for (wrapped, from) in [(false, start), (true, (tier, 0, 0, 0))] {
                let found =
                    self.first_from(search, pool, from).filter(|(place, _)| place.0 == tier);
                let Some((place, member)) = found else {
                    continue;
                };
                let key = (skill, wrapped, place);
                if best.is_none_or(|(_, least)| key < least) {
                    best = Some((member, key));
                }
                break;
            }
        }
        best.map(|(member, _)| member)
    }

    /// The first behind a member on its own tier, or, going down, on a tier behind it.
    fn below(&self, search: &Search, (tier, term): Cursor, down: bool) -> Option<u32> {
        let most = if down { u64::MAX } else { tier };
        let from = (tier, term, u64::MAX, u32::MAX);
        self.pools_for(search)
            .filter_map(|pool| {
                self.first_from(search, pool, from).filter(|(place, _)| place.0 <= most)
            })
            .min()
            .map(|(_, member)| member)
    }

    fn cursors(&self, call: u32) -> (Option<Cursor>, Option<Cursor>) {
        let queue = &self.queues[self.queue_of(call)];
        (queue.cursor, self.calls.whole(call).cursor(queue.order.start))
    }

    /// Notes whom a call was offered to, for the rules that go on from there.
    pub(super) fn move_cursors(&mut self, call: u32, member: u32) {
        let queue = self.queue_of(call);
        let here = Some((self.tier_of(call, member), self.members[member].rank[0]));
        let (mut of_queue, mut of_call) = (here, here);
        if self.queues[queue].order.to_untried {
            let (queue_was, call_was) = self.cursors(call);
            of_queue = self.untried(call, member, queue_was);
            of_call = self.untried(call, member, call_was);
        }
        self.queues[queue].cursor = of_queue;
        let start = self.queues[queue].order.start;
        self.calls.whole_mut(call).set_cursor(start, of_call);
    }

    /// Just before the best member that was not tried: everybody who came before the one offered
    /// to was tried and busy. If all were tried, the search starts at the first again.
    fn untried(&self, call: u32, member: u32, pointer: Option<Cursor>) -> Option<Cursor> {
        let queue = self.members[member].queue;
        let start = pointer.map_or(0, |(_, term)| term.saturating_add(1));
        let place = |m: u32| {
            let at = &self.members[m];
            (u64::from(at.position) << 32) | u64::from(at.joined)
        };
        let metric = |m: u32| (self.tier_of(call, m), place(m) < start, place(m));
        let members = || {
            let used = 0..self.members.used();
            used.filter(|&m| self.members.is_live(m) && self.members[m].queue == queue)
        };
        let chosen = metric(member);
        let next = members().filter(|&m| metric(m) > chosen).min_by_key(|&m| metric(m)).map(place);
        next.and_then(|place| place.checked_sub(1)).map(|c| (0, c))
    }

    /// Any of one tier.
    fn any_of(&mut self, search: &Search, tier: u64) -> Option<u32> {
        let spans = |pool| self.spans(search, pool, tier).map(|(from, to)| u64::from(to - from));
        let total: u64 = self.pools_for(search).flat_map(spans).sum();
        if total == 0 {
            return None;
        }
        let mut k = self.random_below(total);
        let mut fallback = None;
        for pool in self.pools_for(search) {
            let tree = &self.pools[pool].tree;
            // Few are barred; where the drawn one is, the next that is not takes its place.
            for place in self.spans(search, pool, tier).flat_map(|(from, to)| from..to) {
                let Some(member) = tree.nth(&self.members, place) else {
                    break;
                };
                if !self.is_barred(search, member) {
                    if k == 0 {
                        return Some(member);
                    }
                    fallback = fallback.or(Some(member));
                }
                k = k.saturating_sub(1);
            }
        }
        fallback
    }

    /// Ready members of a pool that count as of one tier, penalty by penalty: from this place to
    /// before that one.
    fn spans(&self, search: &Search, pool: u32, tier: u64) -> impl Iterator<Item = (u32, u32)> {
        let tree = &self.pools[pool].tree;
        let level = tier & 0xFFFF;
        let (first, last) = search.penalties.counted_as((tier >> 16) as u32);
        let mut next = Some(first);
        core::iter::from_fn(move || {
            let from = (u64::from(next?) << 16) | level;
            let member = tree.at_or_after(&self.members, (from, 0, 0, 0))?;
            let penalty = self.members[member].penalty;
            next = penalty.checked_add(1);
            let own = (u64::from(penalty) << 16) | level;
            let below = |tier| tree.below(&self.members, (tier, 0, 0, 0));
            (penalty <= last).then(|| (below(own), below(own + 1)))
        })
    }

    /// Any, by weight: the smallest draw from a range that grows with the penalty.
    fn weighted(&mut self, search: &Search) -> Option<u32> {
        let (low, high) = search.penalties.window();
        let mut best: Option<(u64, u32, u32)> = None;
        for pool in 0..self.pool_grid.kinds() {
            let Some(pool) = self.fitting_pool(search, pool) else {
                continue;
            };
            let tree = self.pools[pool].tree;
            let mut next = tree.at_or_after(&self.members, (u64::from(low) << 16, 0, 0, 0));
            while let Some(member) = next {
                let penalty = self.members[member].penalty;
                if penalty > high {
                    break;
                }
                if !self.is_barred(search, member) {
                    let range = (u64::from(search.penalties.counted(penalty)) + 1) * 1000;
                    let draw = (self.random_below(range), self.members[member].joined, member);
                    if best.is_none_or(|least| draw < least) {
                        best = Some(draw);
                    }
                }
                next = tree.next(&self.members, member);
            }
        }
        best.map(|(.., member)| member)
    }

    /// The pools of the call's queue that have a free member and can take the call.
    fn pools_for(&self, search: &Search) -> impl Iterator<Item = u32> {
        let Line { queue, class, .. } = self.lines[self.calls[search.call].line];
        let profiles = self.skills.profiles_for(class);
        self.pool_grid
            .among(queue, profiles)
            .map(move |profile| self.pool_grid.first(queue, profile))
    }

    /// The queue's pool of a profile, if it has a free member and can take the call.
    fn fitting_pool(&self, search: &Search, profile: u16) -> Option<u32> {
        let Line { queue, class, .. } = self.lines[self.calls[search.call].line];
        let pool = self.pool_grid.first(queue, profile);
        let fits = self.skills.fits(class, ProfileId(profile));
        (pool != NIL && fits && !self.pools[pool].tree.is_empty()).then_some(pool)
    }

    fn is_barred(&self, search: &Search, member: u32) -> bool {
        let at = &self.members[member];
        self.remembers(search.call, at.agent) || !self.reaches(search.call, at)
    }

    /// Whether the call is being offered to this agent, or remembers that it was in vain.
    pub(super) fn remembers(&self, call: u32, agent: u32) -> bool {
        let mut leg = self.calls[call].legs;
        while leg != NIL {
            let at = &self.legs[leg];
            if at.agent == agent && at.generation == self.agents.generation(agent) {
                return true;
            }
            leg = at.by_call;
        }
        false
    }

    pub(super) fn soil_call(&mut self, call: u32) {
        self.calls.append(&mut self.dirty_calls, call);
    }

    pub(super) fn soil_agent(&mut self, agent: u32) {
        self.agents.append(&mut self.dirty_agents, agent);
    }

    /// Takes a call off the list of those to be matched.
    pub(super) fn clean_call(&mut self, call: u32) {
        self.calls.take_off(&mut self.dirty_calls, call);
    }

    /// Takes an agent off the list of those to be matched.
    pub(super) fn clean_agent(&mut self, agent: u32) {
        self.agents.take_off(&mut self.dirty_agents, agent);
    }
}
