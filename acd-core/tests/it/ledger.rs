//! A second book-keeper: it sees what goes into an engine and what comes out, keeps its own
//! accounts, and protests when the engine breaks one of its invariants.
//!
//! It knows rules, not data structures: it looks at every pair of call and agent each time.

// By path, as the digests include this file from elsewhere.
#[path = "ledger/checks.rs"]
mod checks;
#[path = "ledger/order.rs"]
mod order;
#[path = "ledger/outlook.rs"]
mod outlook;

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
    /// Paperwork that keeps it from the calls of one queue, and until when.
    rests: Vec<(QueueId, Time)>,
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
    /// The rule it relaxes by; and for how long it had waited when it was last told what to ask for:
    /// steps up to then are taken, or counted in what it was told.
    pub(crate) rule: Option<RuleId>,
    pub(crate) told_after: Option<u64>,
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
    /// Whom it was offered to last in this queue.
    offered_last: Option<AgentId>,
    /// Its agent was a member of its queue when it answered, and has been since.
    placed: bool,
}

/// Class, and what the agent's penalty has to be.
pub(crate) type Asks = (ClassId, Window);

/// Lowest and highest penalty, and what lower ones are raised to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) raise: PenaltyRaise,
}

impl Window {
    /// INV-42: what a penalty counts as, if the window has it: raised first, then looked at.
    pub(crate) fn counted(self, penalty: u32) -> Option<u32> {
        let left_alone = self.raise.within && penalty < self.min;
        let counted = if left_alone { penalty } else { penalty.max(self.raise.to) };
        (self.min <= counted && counted <= self.max).then_some(counted)
    }

    /// INV-42: as app_queue changes it: the highest first, which bounds the others then.
    fn relax(&mut self, step: &RelaxStep) {
        let add =
            |to: u32, by: i32| (i64::from(to) + i64::from(by)).clamp(0, u32::MAX.into()) as u32;
        self.max = step.penalty_max.unwrap_or(self.max);
        if self.max < u32::MAX {
            self.max = add(self.max, step.penalty_max_by);
        }
        self.min = add(step.penalty_min.unwrap_or(self.min), step.penalty_min_by).min(self.max);
        self.raise = step.penalty_raise.unwrap_or(self.raise);
        self.raise.to = add(self.raise.to, step.penalty_raise_by).min(self.max);
        self.raise.within = step.penalty_raise_within.unwrap_or(self.raise.within);
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct OfferBook {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    since: Time,
    /// Offers made later have a greater one.
    number: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) queues: BTreeMap<QueueId, QueueConfig>,
    pub(crate) steps: BTreeMap<QueueId, Vec<RelaxStep>>,
    pub(crate) rules: BTreeMap<RuleId, Vec<RelaxStep>>,
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
    another_priority: Option<(CallId, i32, i32)>,
    another_pause: Option<(AgentId, QueueId, Option<u16>, Option<u16>)>,
    /// Callers who gave up: who, where, how long they had waited, until when they may be back.
    /// As many as the engine keeps.
    ghosts: [Option<(u64, QueueId, u64, Time)>; 3],
    next_ghost: usize,
    numbers: u64,
    /// Whom each queue offered a call to last.
    turns: BTreeMap<QueueId, AgentId>,
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
            rests: Vec::new(),
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
                    let before = std::mem::replace(&mut book.priority, priority);
                    self.another_priority =
                        (before != priority).then_some((call, before, priority));
                }
            }
            Input::SetPenalties { call, min, max, raise } => {
                if let Some(book) = self.calls.get(&call) {
                    let asks = (self.asks(now, book).0, Window { min, max, raise });
                    let told_after = Some(now.since(book.joined));
                    let book = CallBook { asked: asks, told_after, ..book.clone() };
                    self.calls.insert(call, book);
                }
            }
            Input::SetRule { call, rule } => {
                if let Some(book) = self.calls.get(&call).filter(|book| book.rule != rule) {
                    let asks = self.asks(now, book);
                    let book = CallBook { asked: asks, told_after: None, rule, ..book.clone() };
                    self.calls.insert(call, book);
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
                    if state == AgentRequest::LoggedOut {
                        book.rests.clear();
                        if book.wrap_until.take().is_some() {
                            book.idle_since = now;
                        }
                    }
                }
            }
            Input::SetPause { agent, queue, paused } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                let place = book.places.get_mut(&queue).expect("INV-53: a pause without a place");
                let before = std::mem::replace(&mut place.paused, paused);
                self.another_pause = (before != paused).then_some((agent, queue, before, paused));
            }
            Input::EndWrapUp { agent } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                book.rests.clear();
                if book.wrap_until.take().is_some() {
                    book.idle_since = now;
                }
            }
            _ => {}
        }
    }

    /// Whether it has paperwork to do, of whatever queue.
    pub(crate) fn wraps_up(&self, agent: AgentId) -> bool {
        let book = &self.agents[&agent];
        book.wrap_until.is_some() || !book.rests.is_empty()
    }

    /// An agent has left a queue.
    pub(crate) fn leaves(&mut self, agent: AgentId, queue: QueueId) {
        let book = self.agents.get_mut(&agent).expect("a known agent");
        book.places.remove(&queue).expect("a member");
        book.rests.retain(|rest| rest.0 != queue);
        for call in self.calls.values_mut().filter(|call| call.queue == queue) {
            call.placed &= call.talking.is_none_or(|(who, _)| who != agent);
        }
    }

    /// Wrap-up that has ended by itself by now.
    fn pass(&mut self, now: Time) {
        for book in self.agents.values_mut() {
            book.rests.retain(|rest| rest.1 > now);
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
                    asked: (
                        config.class,
                        Window {
                            min: config.penalty_min,
                            max: config.penalty_max,
                            raise: config.penalty_raise,
                        },
                    ),
                    joined: at,
                    rule: config.rule,
                    told_after: None,
                    since: at,
                    credit_ms: self.resume(at, &config),
                    priority: config.priority,
                    arrived: at,
                    number: self.numbers,
                    offers: Vec::new(),
                    missed: Vec::new(),
                    talking: None,
                    offered_last: None,
                    placed: true,
                };
                assert!(self.calls.insert(call, book).is_none(), "a live handle reused");
            }
            Output::Moved { call, from, to, .. } => {
                let asks = self.asks(at, &self.calls[&call]);
                let book = self.calls.get_mut(&call).expect("a live call");
                assert_eq!(book.queue, from);
                assert!(book.offers.is_empty(), "INV-03: an offer outlives its place");
                (book.queue, book.asked, book.joined) = (to, asks, at);
                book.told_after = None;
                book.missed.clear();
                book.offered_last = None;
                if self.starts_anew.take() == Some(call) {
                    book.since = at;
                }
            }
            Output::PriorityChanged { call, from, to, queue, .. } => {
                let expected = self.another_priority.take();
                assert_eq!(expected, Some((call, from, to)), "INV-35: no such change");
                assert_eq!(self.calls[&call].queue, queue);
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
                    self.keep(at, caller, book.queue, waited_ms + book.credit_ms, within);
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
                let place = book_agent.places.get(&book.queue).filter(|_| book.placed);
                let of_member = place.and_then(|m| m.wrap_up_ms);
                let wrap = of_member.or(book_agent.wrap_up_ms).unwrap_or(queue.wrap_up_ms);
                let until = at.plus(u64::from(wrap));
                if wrap == 0 || book_agent.request == AgentRequest::LoggedOut {
                    return;
                }
                if queue.wrap_up_shared || !book.placed {
                    book_agent.wrap_until = Some(until);
                } else {
                    book_agent.rests.push((book.queue, until));
                }
            }
            Output::AgentChanged { agent, state, .. } => {
                let book = self.agents.get_mut(&agent).expect("a known agent");
                assert_ne!(book.shown, state, "a change that is none");
                book.shown = state;
            }
            Output::PauseChanged { agent, agent_tag: _, queue, from, to } => {
                let expected = self.another_pause.take();
                assert_eq!(expected, Some((agent, queue, from, to)), "no such pause");
            }
            _ => {}
        }
    }

    /// INV-37: who gave up twice is remembered once, with the greater age.
    fn keep(&mut self, at: Time, caller: u64, queue: QueueId, waited: u64, within: u32) {
        let until = at.plus(u64::from(within));
        let known = self
            .ghosts
            .iter_mut()
            .flatten()
            .find(|ghost| (ghost.0, ghost.1) == (caller, queue) && at <= ghost.3);
        if let Some(ghost) = known {
            *ghost = (caller, queue, waited.max(ghost.2), until);
            return;
        }
        self.ghosts[self.next_ghost] = Some((caller, queue, waited, until));
        self.next_ghost = (self.next_ghost + 1) % self.ghosts.len();
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
        if book.offers.is_empty() {
            self.is_head(at, book);
        }
        let alone = book.config.preferred_agent == Some(agent);
        if !alone {
            self.in_good_order(at, call, book, who);
        }
        let known = OfferBook { call, agent, since: at, number: self.outputs };
        assert!(self.offers.insert(offer, known).is_none(), "a live handle reused");
        let book = self.calls.get_mut(&call).expect("a call");
        book.offers.push(offer);
        book.offered_last = Some(agent);
        self.turns.insert(book.queue, agent);
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
        let (mut class, mut window) = call.asked;
        let steps = match &call.rule {
            Some(rule) => self.rules.get(rule),
            None => self.steps.get(&call.queue),
        };
        for step in steps.into_iter().flatten() {
            let taken = call.told_after.is_some_and(|waited| step.after_ms <= waited);
            if !taken && at.since(call.joined) >= step.after_ms {
                class = step.class.unwrap_or(class);
                window.relax(step);
            }
        }
        (class, window)
    }

    pub(crate) fn eligible(&self, at: Time, call: &CallBook, who: &AgentBook) -> bool {
        let place = who.places.get(&call.queue);
        let (class, window) = self.asks(at, call);
        let preferred = call.config.preferred_agent == Some(who.id);
        place.is_some_and(|place| preferred || window.counted(place.penalty).is_some())
            && (preferred || self.reaches(at, call, who))
            && self.serves(at, call.queue, who)
            && self.fits[&(class, who.profile)]
    }

    /// INV-41: whether the call has waited long enough for the agent's level.
    pub(crate) fn reaches(&self, at: Time, call: &CallBook, who: &AgentBook) -> bool {
        let Some(rules) = self.queues[&call.queue].tiers else {
            return true;
        };
        let Some(level) = who.places.get(&call.queue).map(|place| place.level) else {
            return false;
        };
        let logged_in = self.agents.values().filter(|who| who.request != AgentRequest::LoggedOut);
        let levels = logged_in.filter_map(|who| Some(who.places.get(&call.queue)?.level));
        let lowest = levels.min();
        let times = if rules.by_level { u64::from(level.min(255)) } else { 1 };
        level == 0
            || (rules.skip_empty && lowest.is_some_and(|lowest| level <= lowest))
            || at.since(call.joined) >= times * u64::from(rules.wait_ms)
    }

    /// INV-20: whether paperwork of this queue alone keeps the agent from its calls.
    pub(crate) fn rests(&self, at: Time, queue: QueueId, who: &AgentBook) -> bool {
        who.rests.iter().any(|rest| rest.0 == queue && rest.1 > at)
    }

    /// INV-05: whether a member takes this queue's calls, whatever it is for the others.
    pub(crate) fn serves(&self, at: Time, queue: QueueId, who: &AgentBook) -> bool {
        let paused = who.places.get(&queue).is_some_and(|place| place.paused.is_some());
        !paused && !self.rests(at, queue, who)
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
}
