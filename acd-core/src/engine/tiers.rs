//! Levels of agents that a call comes to by waiting: the tier rules of `mod_callcenter`.

use super::Engine;
use crate::call::{Call, CallState};
use crate::member::Member;
use crate::time::Time;

impl Engine<'_> {
    /// Whether a call has come to this member's level by now.
    pub(super) fn reaches(&self, call: u32, member: &Member) -> bool {
        let queue = &self.queues[member.queue];
        let Some(rules) = queue.config.tiers else {
            return true;
        };
        let level = member.level;
        level == 0
            || (rules.skip_empty && queue.levels.is_some_and(|(lowest, _)| level <= lowest))
            || self.calls[call].joined().plus(rules.opens_after(level)) <= self.now
    }

    /// When the next level opens for a call; never if none does.
    pub(super) fn tier_at(&self, call: &Call) -> Time {
        let queue = &self.queues[self.lines[call.line].queue];
        let (Some(rules), Some((_, highest))) = (queue.config.tiers, queue.levels) else {
            return Time::MAX;
        };
        let levels =
            if rules.by_level { rules.timed(highest) } else { rules.timed(highest).min(1) };
        if rules.wait_ms == 0 || call.tier >= levels {
            return Time::MAX;
        }
        call.joined().plus((u64::from(call.tier) + 1) * u64::from(rules.wait_ms))
    }

    /// Levels that open for a call by now.
    pub(super) fn open_tiers(&mut self, call: u32) {
        let before = self.calls[call].tier;
        while self.tier_at(&self.calls[call]) <= self.now {
            self.calls[call].tier += 1;
        }
        if self.calls[call].tier != before && self.calls[call].state == CallState::Waiting {
            self.soil_call(call);
        }
    }

    /// Notes the levels whose members are logged in, and what follows for those who wait.
    pub(super) fn note_levels(&mut self, queue: u32) {
        if self.queues[queue].config.tiers.is_none() {
            return;
        }
        let mut levels: Option<(u16, u16)> = None;
        for member in 0..self.members.used() {
            let at = &self.members[member];
            if self.members.is_live(member) && at.queue == queue && at.logged_in() {
                let (lowest, highest) = levels.unwrap_or((at.level, at.level));
                levels = Some((lowest.min(at.level), highest.max(at.level)));
            }
        }
        let before = core::mem::replace(&mut self.queues[queue].levels, levels);
        if before != levels {
            self.rearm_tiers(queue);
            self.soil_members(queue);
        }
    }

    /// The rules are others than before: all that wait are looked at anew.
    pub(super) fn tiers_changed(&mut self, queue: u32) {
        self.queues[queue].levels = None;
        self.note_levels(queue);
        let mut next = self.first_in_order(queue);
        while let Some(call) = next {
            self.calls[call].tier = 0;
            next = self.calls.ranks.next(call);
        }
        self.rearm_tiers(queue);
        self.soil_members(queue);
    }

    fn rearm_tiers(&mut self, queue: u32) {
        let mut next = self.first_in_order(queue);
        while let Some(call) = next {
            self.arm_call(call);
            next = self.calls.ranks.next(call);
        }
    }

    /// Free members may take calls now that they could not take before.
    fn soil_members(&mut self, queue: u32) {
        for member in 0..self.members.used() {
            let Member { queue: of, agent, .. } = self.members[member];
            if self.members.is_live(member) && of == queue && self.members[member].is_free() {
                self.soil_agent(agent);
            }
        }
    }
}
