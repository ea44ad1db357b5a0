//! What must hold between two inputs.

use acd_core::*;

use super::Ledger;

impl Ledger {
    /// What must hold when the outputs of an input have been read.
    pub(crate) fn check(&mut self, now: Time, engine: &Engine<'_>) {
        self.pass(now);
        self.arriving = None;
        assert_eq!(self.another_priority, None, "INV-35: nobody was told of a new priority");
        assert_eq!(self.another_pause, None, "nobody was told of a pause");
        for (id, who) in &self.agents {
            let state = if !who.ringing.is_empty() {
                AgentState::Ringing
            } else if who.talking.is_some() {
                AgentState::Talking
            } else if who.wrap_until.is_some() {
                AgentState::WrapUp
            } else {
                match who.request {
                    AgentRequest::LoggedOut => AgentState::LoggedOut,
                    AgentRequest::Available => AgentState::Available,
                    AgentRequest::NotReady(reason) => AgentState::NotReady(reason),
                }
            };
            let gone = who.request == AgentRequest::LoggedOut;
            assert!(!gone || who.ringing.is_empty(), "INV-03: {id:?} rings though it is gone");
            // INV-04, INV-07, and that every change was told.
            assert_eq!(engine.agent_state(*id), Ok(state));
            assert_eq!(who.shown, state);
            let counters = engine.agent_counters(*id).expect("an agent");
            assert_eq!((counters.answered, counters.talked_ms), (who.answered, who.talked_ms));
        }
        self.conserves_work(now, engine);
        self.reasons_are_true(now, engine);
        self.counts_agree(engine);
        self.staff_agrees(engine);
    }

    /// INV-30, INV-31: no call waits while an agent who could take it is free, INV-59: but those
    /// behind the only one that is served.
    fn conserves_work(&self, now: Time, engine: &Engine<'_>) {
        let free: Vec<_> = self.agents.values().filter(|who| self.is_free(now, who)).collect();
        if free.is_empty() {
            return;
        }
        for (id, call) in &self.calls {
            if call.talking.is_some() || !call.offers.is_empty() {
                continue;
            }
            if self.queues[&call.queue].head_only && engine.position(*id) != Ok(Some(1)) {
                continue;
            }
            let alone = self.waits_alone(now, call);
            for who in &free {
                let for_it = !alone || call.config.preferred_agent == Some(who.id);
                let idle = for_it && self.eligible(now, call, who) && !self.barred(now, call, who);
                assert!(!idle, "INV-30: {id:?} waits while {:?} is free", who.id);
            }
        }
    }

    /// INV-56: every reason the engine gives, derived again.
    fn reasons_are_true(&self, now: Time, engine: &Engine<'_>) {
        for (id, call) in &self.calls {
            if call.talking.is_some() {
                assert_eq!(engine.why_waiting(*id), Err(Error::WrongState(*id)));
                continue;
            }
            let (class, window) = self.asks(now, call);
            let mut why = WhyWaiting::default();
            for who in self.agents.values() {
                let Some(place) = who.places.get(&call.queue) else {
                    continue;
                };
                let count = if !self.fits[&(class, who.profile)] {
                    &mut why.unskilled
                } else if window.counted(place.penalty).is_none() || !self.reaches(now, call, who) {
                    &mut why.out_of_window
                } else if who.request == AgentRequest::LoggedOut {
                    &mut why.logged_out
                } else if who.request != AgentRequest::Available {
                    &mut why.not_ready
                } else if place.paused.is_some() {
                    &mut why.paused
                } else if who.quiet_until > now {
                    &mut why.left_alone
                } else if !self.is_free(now, who) || self.rests(now, call.queue, who) {
                    &mut why.busy
                } else if self.barred(now, call, who) {
                    &mut why.tried
                } else {
                    &mut why.free
                };
                *count += 1;
            }
            let said = engine.why_waiting(*id).expect("a waiting call");
            let place = engine.position(*id).expect("a call").expect("a place");
            assert_eq!(
                said,
                WhyWaiting {
                    ahead: place - 1,
                    ringing: call.offers.len() as u32,
                    alone_until: said.alone_until,
                    next_change: said.next_change,
                    ..why
                },
                "INV-56: {id:?}"
            );
            assert!(said.next_change.is_none_or(|at| at > now), "INV-56");
            assert!(said.alone_until.is_none() || self.waits_alone(now, call));
        }
        for (id, who) in &self.agents {
            let why = engine.why_idle(*id).expect("an agent");
            assert_eq!(why.available, self.is_free(now, who));
            let quiet = (who.quiet_until > now).then_some(who.quiet_until);
            assert_eq!(why.left_alone_until, quiet, "INV-56: {id:?}");
            let (mut unskilled, mut out_of_window, mut paused) = (0, 0, 0);
            for call in self.calls.values().filter(|call| call.talking.is_none()) {
                let Some(place) = who.places.get(&call.queue) else {
                    continue;
                };
                let (class, window) = self.asks(now, call);
                if !self.fits[&(class, who.profile)] {
                    unskilled += 1;
                } else if window.counted(place.penalty).is_none() {
                    out_of_window += 1;
                } else if place.paused.is_some() {
                    paused += 1;
                }
            }
            let said = (why.unskilled, why.out_of_window, why.paused);
            assert_eq!(said, (unskilled, out_of_window, paused), "INV-56");
            let waiting = self
                .calls
                .values()
                .filter(|call| call.talking.is_none() && who.places.contains_key(&call.queue));
            let counted = why.unskilled + why.out_of_window + why.paused + why.held + why.open;
            assert_eq!(counted as usize, waiting.count(), "INV-56: {id:?}");
            // Calls that prefer an agent take it whatever the window says.
            assert!(!why.available || why.open == 0, "INV-56: {id:?} {why:?}");
        }
    }

    /// Who of a queue is there, and takes its calls: neither not ready nor paused.
    fn staff_agrees(&self, engine: &Engine<'_>) {
        for queue in self.queues.keys() {
            let members =
                self.agents.values().filter_map(|who| Some((who.request, who.places.get(queue)?)));
            let (mut all, mut logged_in, mut taking_calls) = (0, 0, 0);
            for (request, place) in members {
                let willing = request == AgentRequest::Available && place.paused.is_none();
                all += 1;
                logged_in += u32::from(request != AgentRequest::LoggedOut);
                taking_calls += u32::from(willing);
            }
            let staff = engine.staff(*queue).expect("a queue");
            let said = (staff.members, staff.logged_in, staff.taking_calls);
            assert_eq!(said, (all, logged_in, taking_calls));
        }
    }

    /// INV-10, INV-12.
    fn counts_agree(&self, engine: &Engine<'_>) {
        let (mut answered, mut talked) = (0, 0);
        for queue in self.queues.keys() {
            let c = engine.queue_counters(*queue).expect("a queue");
            let gone = c.refused
                + c.answered
                + c.abandoned
                + c.timed_out
                + c.exited
                + c.left_empty
                + c.overflowed;
            assert_eq!(c.offered, gone + u64::from(c.waiting), "INV-10");
            assert_eq!(c.answered, c.completed + u64::from(c.talking), "INV-10");
            assert!(c.answered_in_level <= c.answered, "INV-14");
            let here = self.calls.values().filter(|call| call.queue == *queue);
            let (talking, waiting): (Vec<_>, Vec<_>) = here.partition(|c| c.talking.is_some());
            assert_eq!((c.waiting as usize, c.talking as usize), (waiting.len(), talking.len()));
            answered += c.answered;
            talked += c.talked_ms;
        }
        let all = self.agents.values();
        let sums = all.fold((0, 0), |(a, t), who| (a + who.answered, t + who.talked_ms));
        assert_eq!(sums, (answered, talked), "INV-12");
    }

    /// INV-09: every waiting call is somewhere in its queue, each at its own place.
    pub(crate) fn places_are_distinct(&self, engine: &Engine<'_>) {
        for queue in self.queues.keys() {
            let mut places: Vec<u32> = self
                .calls
                .iter()
                .filter(|(_, call)| call.queue == *queue && call.talking.is_none())
                .map(|(id, _)| engine.position(*id).expect("a call").expect("a place"))
                .collect();
            places.sort_unstable();
            let expected: Vec<u32> = (1..=places.len() as u32).collect();
            assert_eq!(places, expected, "INV-09");
        }
    }
}
