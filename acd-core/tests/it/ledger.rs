//! A second book-keeper: it sees what goes into an engine and what comes out, keeps its own
//! accounts, and protests when the engine breaks one of its invariants.
//!
//! It knows rules, not data structures: it looks at every pair of call and agent each time.

use std::collections::BTreeMap;

use acd_core::*;

/// What the book-keeper knows of an agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentBook {
    pub(crate) id: AgentId,
    pub(crate) profile: ProfileId,
    pub(crate) wrap_up_ms: Option<u32>,
    pub(crate) request: AgentRequest,
    pub(crate) places: BTreeMap<QueueId, Membership>,
    ringing: Vec<OfferId>,
    talking: Option<CallId>,
    wrap_until: Option<Time>,
    quiet_until: Time,
    pub(crate) idle_since: Time,
    missed: u16,
    answered: u64,
    talked_ms: u64,
    shown: AgentState,
}

/// What the book-keeper knows of a call.
#[derive(Clone, Debug)]
pub(crate) struct CallBook {
    pub(crate) queue: QueueId,
    pub(crate) config: CallConfig,
    /// What it asked for when it joined the queue, and when that was.
    pub(crate) asked: Asks,
    pub(crate) joined: Time,
    /// From when its age counts, and how much more it has from an earlier try.
    pub(crate) since: Time,
    pub(crate) credit_ms: u64,
    pub(crate) priority: i32,
    pub(crate) arrived: Time,
    pub(crate) number: u64,
    pub(crate) offers: Vec<OfferId>,
    /// Agents it was offered to in vain, and when.
    pub(crate) missed: Vec<(AgentId, Time)>,
    pub(crate) talking: Option<(AgentId, Time)>,
}

/// Class and penalty window.
pub(crate) type Asks = (ClassId, u32, u32);

#[derive(Clone, Copy, Debug)]
pub(crate) struct OfferBook {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    since: Time,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) queues: BTreeMap<QueueId, QueueConfig>,
    pub(crate) steps: BTreeMap<QueueId, Vec<RelaxStep>>,
    pub(crate) agents: BTreeMap<AgentId, AgentBook>,
    pub(crate) calls: BTreeMap<CallId, CallBook>,
    pub(crate) offers: BTreeMap<OfferId, OfferBook>,
    pub(crate) fits: BTreeMap<(ClassId, ProfileId), bool>,
    pub(crate) call_order: CallOrder,
    /// How good a profile is at what a class asks for.
    pub(crate) levels: BTreeMap<(ClassId, ProfileId), u32>,
    /// What the input at hand asked for, for the output that answers it.
    arriving: Option<CallConfig>,
    starts_anew: Option<CallId>,
    /// Callers who gave up: who, where, how long they had waited, until when they may be back.
    /// As many as the engine keeps.
    ghosts: [Option<(u64, QueueId, u64, Time)>; 3],
    next_ghost: usize,
    numbers: u64,
    pub(crate) outputs: u64,
    pub(crate) choices: u64,
}

impl Ledger {
    pub(crate) fn add_agent(&mut self, id: AgentId, config: &AgentConfig) {
        let book = AgentBook {
            id,
            profile: config.profile,
            wrap_up_ms: config.wrap_up_ms,
            request: AgentRequest::LoggedOut,
            places: BTreeMap::new(),
            ringing: Vec::new(),
            talking: None,
            wrap_until: None,
            quiet_until: Time::ZERO,
            idle_since: Time::ZERO,
            missed: 0,
            answered: 0,
            talked_ms: 0,
            shown: AgentState::LoggedOut,
        };
        self.agents.insert(id, book);
    }

    /// An input the engine has taken, before its outputs.
    pub(crate) fn input(&mut self, now: Time, input: &Input) {
        match *input {
            Input::Arrive(config) => self.arriving = Some(config),
            Input::Move { call, keep_age, .. } => self.starts_anew = (!keep_age).then_some(call),
            Input::SetPriority { call, priority } => {
                if let Some(book) = self.calls.get_mut(&call) {
                    book.priority = priority;
                }
            }
            Input::AgentState { agent, state } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                if book.request != state {
                    book.request = state;
                    if state == AgentRequest::Available {
                        book.idle_since = now;
                        book.missed = 0;
                    }
                    if state == AgentRequest::LoggedOut && book.wrap_until.take().is_some() {
                        book.idle_since = now;
                    }
                }
            }
            Input::EndWrapUp { agent } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                if book.wrap_until.take().is_some() {
                    book.idle_since = now;
                }
            }
            _ => {}
        }
    }

    /// Wrap-up that has ended by itself by now.
    fn pass(&mut self, now: Time) {
        for book in self.agents.values_mut() {
            if let Some(until) = book.wrap_until.filter(|&until| until <= now) {
                book.wrap_until = None;
                book.idle_since = until;
            }
        }
    }

    pub(crate) fn output(&mut self, at: Time, output: &Output) {
        self.outputs += 1;
        self.pass(at);
        match *output {
            Output::Joined { call, queue, .. } => {
                let config = self.arriving.take().expect("INV-03: joined without arriving");
                assert_eq!(config.queue, queue);
                self.numbers += 1;
                let book = CallBook {
                    queue,
                    config,
                    asked: (config.class, config.penalty_min, config.penalty_max),
                    joined: at,
                    since: at,
                    credit_ms: self.resume(at, &config),
                    priority: config.priority,
                    arrived: at,
                    number: self.numbers,
                    offers: Vec::new(),
                    missed: Vec::new(),
                    talking: None,
                };
                assert!(self.calls.insert(call, book).is_none(), "a live handle reused");
            }
            Output::Moved { call, from, to, .. } => {
                let asks = self.asks(at, &self.calls[&call]);
                let book = self.calls.get_mut(&call).expect("a live call");
                assert_eq!(book.queue, from);
                assert!(book.offers.is_empty(), "INV-03: an offer outlives its place");
                (book.queue, book.asked, book.joined) = (to, asks, at);
                book.missed.clear();
                if self.starts_anew.take() == Some(call) {
                    book.since = at;
                }
            }
            Output::Refused { .. } => {
                self.arriving.take().expect("refused without arriving");
            }
            Output::Offer { offer, call, agent, .. } => self.offered(at, offer, call, agent),
            Output::Chosen { offer, choice } => self.certified(at, offer, &choice),
            Output::OfferEnded { offer, end, rang_ms, .. } => {
                self.offer_ended(at, offer, end, rang_ms);
            }
            Output::Connected { call, agent, waited_ms, .. } => {
                let book = self.calls.get_mut(&call).expect("INV-03: connected a dead call");
                assert!(book.talking.is_none(), "INV-01: two agents on one call");
                assert_eq!(waited_ms, at.since(book.arrived));
                book.talking = Some((agent, at));
                let book = self.agents.get_mut(&agent).expect("a known agent");
                assert!(book.talking.is_none(), "INV-02: two calls at one agent");
                book.talking = Some(call);
                book.missed = 0;
                book.answered += 1;
            }
            Output::Left { call, waited_ms, reason, .. } => {
                let book = self.calls.remove(&call).expect("INV-11: left twice");
                let within = self.queues[&book.queue].resume_within_ms;
                if let (LeaveReason::Abandoned, Some(caller), Some(within)) =
                    (reason, book.config.caller, within)
                {
                    let waited = waited_ms + book.credit_ms;
                    let until = at.plus(u64::from(within));
                    self.ghosts[self.next_ghost] = Some((caller, book.queue, waited, until));
                    self.next_ghost = (self.next_ghost + 1) % self.ghosts.len();
                }
                assert!(book.offers.is_empty(), "INV-03: an offer outlives its call");
                assert!(book.talking.is_none());
                assert_eq!(waited_ms, at.since(book.arrived));
            }
            Output::Completed { call, agent, talked_ms, .. } => {
                let book = self.calls.remove(&call).expect("INV-11: completed twice");
                assert!(book.offers.is_empty(), "INV-03: an offer outlives its call");
                let (who, since) = book.talking.expect("completed without talking");
                assert_eq!((who, talked_ms), (agent, at.since(since)));
                let queue = self.queues[&book.queue];
                let book_agent = self.agents.get_mut(&agent).expect("a known agent");
                assert_eq!(book_agent.talking.take(), Some(call));
                book_agent.talked_ms += talked_ms;
                book_agent.idle_since = at;
                let of_member = book_agent.places.get(&book.queue).and_then(|m| m.wrap_up_ms);
                let wrap = of_member.or(book_agent.wrap_up_ms).unwrap_or(queue.wrap_up_ms);
                if wrap > 0 && book_agent.request != AgentRequest::LoggedOut {
                    book_agent.wrap_until = Some(at.plus(u64::from(wrap)));
                }
            }
            Output::AgentChanged { agent, state, .. } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                assert_ne!(book.shown, state, "a change that is none");
                book.shown = state;
            }
            _ => {}
        }
    }

    /// INV-36, INV-37: a caller who is back has the age it had, once.
    fn resume(&mut self, at: Time, config: &CallConfig) -> u64 {
        if self.queues[&config.queue].resume_within_ms.is_none() {
            return 0;
        }
        let back = self.ghosts.iter_mut().find(|ghost| {
            ghost.is_some_and(|(caller, queue, _, until)| {
                Some(caller) == config.caller && queue == config.queue && at <= until
            })
        });
        back.and_then(Option::take).map_or(0, |(_, _, waited, _)| waited)
    }

    fn offered(&mut self, at: Time, offer: OfferId, call: CallId, agent: AgentId) {
        let book = self.calls.get(&call).expect("INV-03: an offer of a dead call");
        assert!(book.talking.is_none(), "an offer of a talking call");
        let who = &self.agents[&agent];
        self.must_be_free(at, who);
        assert!(self.eligible(at, book, who), "INV-05: {agent:?} must not have {call:?}");
        let config = self.queues[&book.queue];
        for &(missed, since) in &book.missed {
            if missed == agent {
                let apart = at.since(since);
                assert!(apart >= u64::from(config.retry_ms), "INV-08: again after {apart}");
            }
        }
        let alone = book.config.preferred_agent == Some(agent);
        if !alone {
            self.in_good_order(at, call, book, who);
        }
        let known = OfferBook { call, agent, since: at };
        assert!(self.offers.insert(offer, known).is_none(), "a live handle reused");
        self.calls.get_mut(&call).expect("a call").offers.push(offer);
        self.agents.get_mut(&agent).expect("an agent").ringing.push(offer);
    }

    /// INV-02, INV-05, INV-20.
    fn must_be_free(&self, at: Time, who: &AgentBook) {
        assert_eq!(who.request, AgentRequest::Available, "INV-05: not available");
        assert!(who.ringing.is_empty(), "INV-02: rings already");
        assert!(who.talking.is_none(), "INV-02: talks");
        assert!(who.wrap_until.is_none(), "INV-20: in wrap-up until {:?}", who.wrap_until);
        assert!(who.quiet_until <= at, "INV-05: to be left alone");
    }

    /// What a call asks for after the steps of relaxation it has taken.
    pub(crate) fn asks(&self, at: Time, call: &CallBook) -> Asks {
        let (mut class, mut min, mut max) = call.asked;
        for step in self.steps.get(&call.queue).into_iter().flatten() {
            if at.since(call.joined) >= step.after_ms {
                class = step.class.unwrap_or(class);
                min = step.penalty_min.unwrap_or(min);
                max = step.penalty_max.unwrap_or(max);
            }
        }
        (class, min, max)
    }

    pub(crate) fn eligible(&self, at: Time, call: &CallBook, who: &AgentBook) -> bool {
        let place = who.places.get(&call.queue);
        let (class, min, max) = self.asks(at, call);
        let window = min..=max;
        let preferred = call.config.preferred_agent == Some(who.id);
        place.is_some_and(|place| preferred || window.contains(&place.penalty))
            && self.fits[&(class, who.profile)]
    }

    pub(crate) fn is_free(&self, at: Time, who: &AgentBook) -> bool {
        who.request == AgentRequest::Available
            && who.ringing.is_empty()
            && who.talking.is_none()
            && who.wrap_until.is_none()
            && who.quiet_until <= at
    }

    pub(crate) fn barred(&self, at: Time, call: &CallBook, who: &AgentBook) -> bool {
        let retry = u64::from(self.queues[&call.queue].retry_ms);
        call.missed.iter().any(|&(agent, since)| agent == who.id && at.since(since) < retry)
    }

    pub(crate) fn waits_alone(&self, at: Time, call: &CallBook) -> bool {
        call.config.preferred_agent.is_some_and(|preferred| {
            let who = &self.agents[&preferred];
            at.since(call.arrived) < u64::from(call.config.preferred_wait_ms)
                && who.places.contains_key(&call.queue)
                && who.request != AgentRequest::LoggedOut
        })
    }

    /// INV-32, INV-33: no call that the agent could have had came before this one in the order of
    /// all calls. INV-39 and INV-41: nobody better was left idle.
    fn in_good_order(&self, at: Time, id: CallId, call: &CallBook, who: &AgentBook) {
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
            {
                let (ours, theirs) = (self.rank(at, call, None), self.rank(at, other, None));
                assert!(ours < theirs, "INV-33: {other_id:?} was before {id:?}");
            }
        }
        let strategy = self.queues[&call.queue].strategy;
        if strategy == Strategy::WeightedRandom {
            return;
        }
        let tier = |book: &AgentBook| {
            let place = book.places[&call.queue];
            (place.penalty, place.level)
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

    /// Smaller goes first: weight, priority, the rule, age, number; as it was before an offer that
    /// has just been entered.
    pub(crate) fn rank(&self, at: Time, call: &CallBook, fresh: Option<OfferId>) -> [i128; 5] {
        let config = &self.queues[&call.queue];
        let since = i128::from(call.since.ms()) - i128::from(call.credit_ms);
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
            CallOrder::WaitRatio => parts(i128::from(at.ms()) - since, target),
            _ => 0,
        };
        let weight = i128::from(config.weight);
        [-weight, -i128::from(call.priority), -urgency, since, i128::from(call.number)]
    }

    fn offer_ended(&mut self, at: Time, offer: OfferId, end: OfferEnd, rang_ms: u64) {
        let book = self.offers.remove(&offer).expect("INV-03: ended twice");
        assert_eq!(rang_ms, at.since(book.since));
        let who = self.agents.get_mut(&book.agent).expect("an agent");
        who.ringing.retain(|other| *other != offer);
        let call = self.calls.get_mut(&book.call).expect("INV-03: outlived its call");
        call.offers.retain(|other| *other != offer);
        let config = self.queues[&call.queue];
        let delay = match end {
            OfferEnd::Rejected(RejectCause::Busy) => config.delays.busy_ms,
            OfferEnd::Rejected(RejectCause::Declined) => config.delays.declined_ms,
            OfferEnd::Rejected(_) => config.delays.failed_ms,
            OfferEnd::TimedOut => config.delays.no_answer_ms,
            _ => return,
        };
        if end == OfferEnd::TimedOut {
            assert_eq!(rang_ms, u64::from(config.ring_timeout_ms));
        }
        // INV-06: only what the agent missed itself counts against it.
        call.missed.push((book.agent, at));
        who.idle_since = at;
        who.missed += 1;
        if delay > 0 {
            who.quiet_until = who.quiet_until.max(at.plus(u64::from(delay)));
        }
        if config.missed_limit.is_some_and(|limit| who.missed >= limit)
            && who.request == AgentRequest::Available
        {
            who.request = AgentRequest::NotReady(REASON_MISSED);
            who.missed = 0;
        }
    }

    /// What must hold when the outputs of an input have been read.
    pub(crate) fn check(&mut self, now: Time, engine: &Engine<'_>) {
        self.pass(now);
        self.arriving = None;
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
            // INV-04, INV-07, and that every change was told.
            assert_eq!(engine.agent_state(*id), Ok(state));
            assert_eq!(who.shown, state);
            let counters = engine.agent_counters(*id).expect("an agent");
            assert_eq!((counters.answered, counters.talked_ms), (who.answered, who.talked_ms));
        }
        self.conserves_work(now);
        self.reasons_are_true(now, engine);
        self.counts_agree(engine);
    }

    /// INV-30, INV-31: no call waits while an agent who could take it is free.
    fn conserves_work(&self, now: Time) {
        let free: Vec<_> = self.agents.values().filter(|who| self.is_free(now, who)).collect();
        if free.is_empty() {
            return;
        }
        for (id, call) in &self.calls {
            if call.talking.is_some() || !call.offers.is_empty() {
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
            let (class, min, max) = self.asks(now, call);
            let mut why = WhyWaiting::default();
            for who in self.agents.values() {
                let Some(place) = who.places.get(&call.queue) else {
                    continue;
                };
                let count = if !self.fits[&(class, who.profile)] {
                    &mut why.unskilled
                } else if !(min..=max).contains(&place.penalty) {
                    &mut why.out_of_window
                } else if who.request == AgentRequest::LoggedOut {
                    &mut why.logged_out
                } else if who.request != AgentRequest::Available {
                    &mut why.not_ready
                } else if who.quiet_until > now {
                    &mut why.left_alone
                } else if !self.is_free(now, who) {
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
            let (mut unskilled, mut out_of_window) = (0, 0);
            for call in self.calls.values().filter(|call| call.talking.is_none()) {
                let Some(place) = who.places.get(&call.queue) else {
                    continue;
                };
                let (class, min, max) = self.asks(now, call);
                if !self.fits[&(class, who.profile)] {
                    unskilled += 1;
                } else if !(min..=max).contains(&place.penalty) {
                    out_of_window += 1;
                }
            }
            assert_eq!((why.unskilled, why.out_of_window), (unskilled, out_of_window), "INV-56");
            let waiting = self
                .calls
                .values()
                .filter(|call| call.talking.is_none() && who.places.contains_key(&call.queue));
            let counted = why.unskilled + why.out_of_window + why.held + why.open;
            assert_eq!(counted as usize, waiting.count(), "INV-56: {id:?}");
            // Calls that prefer an agent take it whatever the window says.
            assert!(!why.available || why.open == 0, "INV-56: {id:?} {why:?}");
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
