//! The engine: inputs in, transitions, outputs out. One file a stage of a call's life.
//!
//! Work is done in steps, each of which makes a bounded number of outputs: fire one timer, serve
//! one call or agent that has become free to be matched, apply the input. When the outputs fill
//! up, the rest of the work, and the input if it had to wait for it, is done while they are
//! polled; so a small ring of outputs is enough for any leap in time.

mod agents;
mod arrive;
mod choosing;
mod ending;
mod epoch;
mod estimates;
mod explain;
mod lines;
mod matching;
mod next_call;
mod offers;
mod query;
mod relaxing;
mod rules;
mod setup;
mod snapshot;
mod tiers;
mod timers;
mod views;
mod warnings;

pub use estimates::Estimates;
pub use explain::{WhyIdle, WhyWaiting};
pub use next_call::NextCall;
pub use query::Staff;
pub use views::{CallView, MemberView};
pub use warnings::Starvation;

use core::hint::black_box;

use crate::agent::Agent;
use crate::calls::Calls;
use crate::error::{Error, Table};
use crate::event::{Input, Output};
use crate::grid::Grid;
use crate::id::{AgentId, CallId, OfferId, QueueId};
use crate::leg::{Leg, LegState};
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::limits::{EngineStorage, Tables, burst};
use crate::member::Member;
use crate::penalty::Penalties;
use crate::queue::{Line, NO_RULE, Pool, Queue};
use crate::ranks::{self, Ranks};
use crate::relax::{GhostSlot, RelaxStep, Rule};
use crate::ring::Ring;
use crate::select::CallOrder;
use crate::shelf::Shelf;
use crate::skill::{ClassId, ProfileId, Skill, Skills};
use crate::slab::{HalfLine, List, NIL, Slab, WholeLine};
use crate::storage::Storage;
use crate::tags::Tags;
use crate::time::Time;
use crate::timer::{self, Timers};

/// Routes calls to agents. See the [crate's page](crate) for how to drive one.
///
/// With `alloc`, [`with_capacity`](Self::with_capacity) makes one; without, [`new`](Self::new)
/// makes one in the caller's memory. Neither allocates afterwards.
pub struct Engine<'a> {
    queues: Slab<'a, Queue>,
    agents: Slab<'a, Agent, WholeLine>,
    tags: Tags<'a>,
    members: Slab<'a, Member, HalfLine>,
    calls: Calls<'a>,
    legs: Slab<'a, Leg, WholeLine>,
    lines: Shelf<'a, Line>,
    /// How many of them calls need.
    needed_lines: u32,
    pools: Shelf<'a, Pool>,
    line_grid: Grid<'a>,
    pool_grid: Grid<'a>,
    skills: Skills<'a>,
    timers: Timers<'a>,
    steps: Storage<'a, RelaxStep>,
    steps_used: u32,
    rules: Slab<'a, Rule>,
    /// Callers who gave up, the next to be forgotten at `ghost`.
    ghosts: Storage<'a, GhostSlot>,
    ghost: usize,
    out: Ring<'a>,
    /// What the step at hand knows as the time; behind `goal` while work is left.
    now: Time,
    goal: Time,
    /// The input that waits for due timers, which wait for room in `out`.
    parked: Option<Input>,
    /// Calls and agents that have become free to be matched: first and last of each list.
    dirty_calls: List,
    dirty_agents: List,
    /// First of the queues that may have to send calls away for want of agents.
    emptying: u32,
    /// Numbers calls and members in the order in which they came.
    next_call: u64,
    next_member: u32,
    rng: u64,
    call_order: CallOrder,
    ring_max: u16,
    epoch: u64,
    /// Whether each offer is followed by the reasons for it.
    choices: bool,
}

fn cleared(mut ghosts: Storage<'_, GhostSlot>) -> Storage<'_, GhostSlot> {
    ghosts.fill(GhostSlot::default());
    ghosts
}

impl core::fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Engine")
            .field("now", &self.now)
            .field("queues", &self.queues.len())
            .field("agents", &self.agents.len())
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}

/// Tables whose lengths a snapshot must share with the engine it is read into.
const CHECKED: usize = 14;

/// Running numbers of calls are this far apart, and start well above 0, so that a call which
/// asks for a place in the queue finds a number between two others.
const CALL_STEP: u64 = 1 << 16;
const FIRST_CALL: u64 = 1 << 40;

/// Arrivals in the order of calls stand in the middle of the range, so that credit does not take
/// them below 0.
const ARRIVED_AT_0: u64 = 1 << 62;

#[cfg(feature = "alloc")]
impl Engine<'static> {
    /// An empty engine that can hold so much, its memory taken from the heap now.
    ///
    /// # Errors
    /// When the limits contradict themselves.
    pub fn with_capacity(limits: Limits) -> Result<Self, Error> {
        Self::build(Tables::on_the_heap(limits), limits.ring_max)
    }
}

impl<'a> Engine<'a> {
    /// An empty engine in the caller's memory, whatever it held before.
    ///
    /// At most `ring_max` phones ring for one call.
    ///
    /// # Errors
    /// When a slice is too short for the others.
    pub fn new(storage: EngineStorage<'a>, ring_max: u16) -> Result<Self, Error> {
        Self::build(storage.into(), ring_max)
    }

    fn build(tables: Tables<'a>, ring_max: u16) -> Result<Self, Error> {
        let Tables { calls, offers, agents, queues, timers, alarms, outputs, .. } = &tables;
        if ring_max == 0 {
            return Err(Error::Config("ring_max is 0"));
        }
        let callers = if tables.ghosts.is_empty() { 0 } else { calls.len() };
        let ranks = ranks::nodes(calls.len() as u32, queues.len() as u32) as usize;
        let beside = tables.places.len().min(tables.details.len());
        if beside < calls.len() || tables.callers.len() < callers || tables.ranks.len() < ranks {
            return Err(Error::Full(Table::Calls));
        }
        if tables.tags.len() < agents.len() {
            return Err(Error::Full(Table::Agents));
        }
        let (owners, others) = (calls.len() as u32, offers.len() + agents.len() + queues.len());
        let slots = timer::slots(owners) as usize + timer::slots(others as u32) as usize;
        if alarms.len() < others || timers.len() < slots {
            return Err(Error::Full(Table::Timers));
        }
        if tables.rules.len() > usize::from(NO_RULE) {
            return Err(Error::Config("rules are more than 65,535"));
        }
        if outputs.len() < burst(ring_max) {
            return Err(Error::Full(Table::Outputs));
        }
        let (rows, classes, profiles) =
            (tables.queues.len(), tables.classes.len(), tables.profiles.len());
        Ok(Self {
            line_grid: Grid::new(tables.line_index, tables.line_words, rows, classes)?,
            pool_grid: Grid::new(tables.pool_index, tables.pool_words, rows, profiles)?,
            queues: Slab::new(tables.queues),
            agents: Slab::new(tables.agents),
            tags: Tags::new(tables.tags),
            members: Slab::new(tables.memberships),
            calls: Calls::new(
                Slab::new(tables.calls),
                tables.details,
                Ranks::new(Slab::new(tables.ranks), tables.places),
                tables.callers,
            ),
            legs: Slab::new(tables.offers),
            lines: Shelf::new(tables.lines),
            needed_lines: 0,
            pools: Shelf::new(tables.pools),
            skills: Skills::new(tables.classes, tables.profiles, tables.skills, tables.fits)?,
            timers: Timers::new(tables.timers, tables.alarms, owners),
            steps: tables.steps,
            steps_used: 0,
            rules: Slab::new(tables.rules),
            ghosts: cleared(tables.ghosts),
            ghost: 0,
            out: Ring::new(tables.outputs),
            now: Time::ZERO,
            goal: Time::ZERO,
            parked: None,
            dirty_calls: List::EMPTY,
            dirty_agents: List::EMPTY,
            emptying: NIL,
            next_call: FIRST_CALL,
            next_member: 0,
            rng: 0,
            call_order: CallOrder::default(),
            ring_max,
            epoch: 0,
            choices: false,
        })
    }

    /// Tells the engine what happened, at which instant.
    ///
    /// Timers due by then fire first, in order; what is due at `now` itself comes before the
    /// input. An input that one of them has overtaken (an offer timed out a moment before it was
    /// accepted) does nothing; the outputs say what happened instead. A call that finds its place
    /// taken so is [refused](Output::Refused).
    ///
    /// # Errors
    /// The input names something that does not exist or is in the wrong state, the clock went
    /// back, a table is full, or outputs must be polled first. Nothing has changed then.
    pub fn handle(&mut self, now: Time, input: Input) -> Result<(), Error> {
        if now < self.goal {
            return Err(Error::TimeBackwards { last: self.goal, now });
        }
        if self.parked.is_some() || self.out.room() < self.burst() {
            return Err(Error::Undrained);
        }
        match input {
            Input::Hangup { call } | Input::Exit { call, .. } => self.look_ahead(call.index()),
            Input::Complete { call, .. } => self.look_ahead_of_end(call.index()),
            _ => {}
        }
        self.admit(&input)?;
        self.goal = now;
        self.settle_timers();
        if self.is_dirty() || self.timers.peek().is_some_and(|(at, _)| at <= now) {
            self.parked = Some(input);
        } else {
            // Nothing comes before it.
            self.now = now;
            self.apply(input);
        }
        self.run();
        Ok(())
    }

    /// The next output, in the order in which they came about; `None` when there is no more.
    pub fn poll(&mut self) -> Option<Output> {
        self.poll_at().map(|(_, output)| output)
    }

    /// As [`poll`](Self::poll), with the instant at which it came about.
    pub fn poll_at(&mut self) -> Option<(Time, Output)> {
        let next = self.out.pop();
        if next.is_some() {
            return next;
        }
        self.run();
        self.out.pop()
    }

    /// When the engine wants [`Input::Tick`] at the latest, unless another input comes sooner.
    /// `None`: not before the next input.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        if self.parked.is_some() || self.is_dirty() {
            return Some(self.goal);
        }
        self.timers.peek().map(|(at, _)| at.max(self.goal))
    }

    /// The instant of the last input.
    #[must_use]
    pub fn last_input(&self) -> Time {
        self.goal
    }

    /// Starts the random strategies from another seed. Engines with the same seed and the same
    /// inputs decide alike.
    pub fn set_seed(&mut self, seed: u64) {
        self.rng = seed;
    }

    /// The class of calls that ask for these skills; the same one for the same skills.
    ///
    /// # Errors
    /// A skill is named twice, or there is no room.
    pub fn add_class(&mut self, needs: &[Skill]) -> Result<ClassId, Error> {
        self.skills.class(needs)
    }

    /// The profile of agents that have these skills; the same one for the same skills.
    ///
    /// # Errors
    /// A skill is named twice, or there is no room.
    pub fn add_profile(&mut self, has: &[Skill]) -> Result<ProfileId, Error> {
        self.skills.profile(has)
    }

    fn burst(&self) -> usize {
        burst(self.ring_max) + if self.choices { usize::from(self.ring_max) } else { 0 }
    }

    fn is_dirty(&self) -> bool {
        self.dirty_calls.first().is_some()
            || self.dirty_agents.first().is_some()
            || self.emptying != NIL
    }

    /// Works until nothing is left to do, or there is no room for what it would say.
    fn run(&mut self) {
        while self.out.room() >= self.burst() && self.step() {}
        self.settle_timers();
    }

    /// Does one thing; `false` when there was nothing to do.
    fn step(&mut self) -> bool {
        self.settle_timers();
        let due = self.timers.peek().filter(|(at, _)| *at <= self.goal);
        if let Some((at, owner)) = due {
            // What is due at the same instant happens before anybody is matched at it.
            if at <= self.now || !self.is_dirty() {
                self.now = self.now.max(at);
                self.timers.pop(self.calls.places_mut());
                self.fire(owner);
                return true;
            }
        }
        if self.emptying != NIL {
            self.empty_one();
            return true;
        }
        if self.is_dirty() {
            self.match_one();
            return true;
        }
        self.now = self.goal;
        match self.parked.take() {
            Some(input) => {
                // It was valid when it came in; if a timer has overtaken it, it is void.
                match (self.admit(&input), input) {
                    (Ok(()), _) => self.apply(input),
                    (Err(_), Input::Arrive(config)) => self.turn_away(&config),
                    _ => {}
                }
                true
            }
            None => false,
        }
    }

    fn say(&mut self, output: Output) {
        self.out.push(self.now, output);
    }

    /// Whether the input makes sense as things stand and there is room for what it asks for. Room
    /// that nobody needs is made, if that is enough.
    fn admit(&mut self, input: &Input) -> Result<(), Error> {
        match self.check(input)? {
            Some((line, step)) => self.has_lines(&line, step),
            None => Ok(()),
        }
    }

    /// Whether the input makes sense as things stand; the line that a call asks for by it, and from
    /// which step on.
    fn check(&self, input: &Input) -> Result<Option<(Line, u16)>, Error> {
        match *input {
            Input::Tick => {}
            Input::Arrive(config) => return Ok(Some((self.check_arrival(&config)?, 0))),
            Input::Hangup { call } => self.call(call).map(drop)?,
            Input::Exit { call, .. } | Input::SetPriority { call, .. } => {
                self.queued(call).map(drop)?;
            }
            Input::Move { call, queue, .. } => {
                let index = self.queued(call)?;
                let to = self.queue(queue)?;
                if to == self.queue_of(index) {
                    return Err(Error::Config("a call is moved to the queue it is in"));
                }
                return Ok(Some((self.line_in(index, to), 0)));
            }
            Input::SetPenalties { call, min, max, raise } => {
                return self.check_penalties(call, Penalties { min, max, raise }).map(Some);
            }
            Input::SetRule { call, rule } => return self.check_rule(call, rule).map(Some),
            Input::Complete { call, .. } => {
                let index = self.call(call)?;
                if self.is_queued(index) {
                    return Err(Error::WrongState(call));
                }
            }
            Input::Accept { offer } | Input::Reject { offer, .. } => self.offer(offer).map(drop)?,
            Input::AgentState { agent, .. } | Input::EndWrapUp { agent } => {
                self.agent(agent).map(drop)?;
            }
            Input::SetPause { agent, queue, .. } => self.member(agent, queue).map(drop)?,
        }
        Ok(None)
    }

    /// Whether no input waits that may speak of what is about to go.
    fn check_parked(&self) -> Result<(), Error> {
        if self.parked.is_some() { Err(Error::Undrained) } else { Ok(()) }
    }

    fn apply(&mut self, input: Input) {
        match input {
            Input::Tick => {}
            Input::Arrive(config) => self.arrive(&config),
            Input::Hangup { call } => self.hang_up(call.index()),
            Input::Exit { call, key } => self.exit(call.index(), key),
            Input::Move { call, queue, keep_age } => {
                self.move_call(call.index(), queue.index(), keep_age, false);
            }
            Input::SetPriority { call, priority } => self.set_priority(call.index(), priority),
            Input::SetPenalties { call, min, max, raise } => {
                self.set_penalties(call.index(), Penalties { min, max, raise });
            }
            Input::SetRule { call, rule } => self.set_rule(call.index(), rule),
            Input::Accept { offer } => self.accept(offer.index()),
            Input::Reject { offer, cause } => self.reject(offer.index(), cause),
            Input::Complete { call, by } => self.complete(call.index(), by),
            Input::AgentState { agent, state } => self.request(agent.index(), state),
            Input::EndWrapUp { agent } => self.end_wrap_ups(agent.index()),
            Input::SetPause { agent, queue, paused } => {
                self.set_pause(agent.index(), queue.index(), paused);
            }
        }
    }

    /// Begins to read what the end of a call's waiting will look at. With a million of them each
    /// piece is far away in memory: so they are waited for all at once, not one after the other.
    fn look_ahead(&self, call: u32) {
        if self.is_large() {
            self.calls.look_ahead(call);
        }
    }

    /// Begins to read what the end of a conversation will look at: the agent and the place that the
    /// next call will have, beside the call and its leg.
    fn look_ahead_of_end(&self, call: u32) {
        let agent = if self.is_large() { self.calls.talks_with(call) } else { None };
        if let Some(agent) = agent.filter(|&agent| agent < self.agents.used()) {
            let agent = &self.agents[agent];
            black_box((agent.members, agent.last_end()));
        }
    }

    /// Begins to read the call that will be the first of a line when the first leaves.
    fn look_ahead_second(&self, first: u32) {
        if self.is_large() {
            self.calls.look_ahead_second(first);
        }
    }

    /// Whether there is more than the cache holds.
    fn is_large(&self) -> bool {
        self.calls.len() > 10_000
    }

    fn queue(&self, id: QueueId) -> Result<u32, Error> {
        if self.queues.holds(id.index(), id.generation()) {
            Ok(id.index())
        } else {
            Err(Error::NoQueue(id))
        }
    }

    fn agent(&self, id: AgentId) -> Result<u32, Error> {
        let index = id.index();
        if self.agents.holds(index, id.generation()) && !self.agents[index].leaving {
            Ok(index)
        } else {
            Err(Error::NoAgent(id))
        }
    }

    fn call(&self, id: CallId) -> Result<u32, Error> {
        if self.calls.holds(id.index(), id.generation()) {
            Ok(id.index())
        } else {
            Err(Error::NoCall(id))
        }
    }

    /// A call that is in a queue still.
    fn queued(&self, id: CallId) -> Result<u32, Error> {
        let index = self.call(id)?;
        if self.is_queued(index) { Ok(index) } else { Err(Error::WrongState(id)) }
    }

    fn offer(&self, id: OfferId) -> Result<u32, Error> {
        let index = id.index();
        let live = self.legs.holds(index, id.generation());
        if live && self.legs[index].state == LegState::Ringing {
            Ok(index)
        } else {
            Err(Error::NoOffer(id))
        }
    }

    fn queue_id(&self, index: u32) -> QueueId {
        QueueId::new(index, self.queues.generation(index))
    }

    fn agent_id(&self, index: u32) -> AgentId {
        AgentId::new(index, self.agents.generation(index))
    }

    fn call_id(&self, index: u32) -> CallId {
        CallId::new(index, self.calls.generation(index))
    }

    fn offer_id(&self, index: u32) -> OfferId {
        OfferId::new(index, self.legs.generation(index))
    }

    /// The next random number: splitmix64.
    fn random(&mut self) -> u64 {
        self.rng = self.rng.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.rng;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A random number below `bound`, which is not 0.
    fn random_below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.random()) * u128::from(bound)) >> 64) as u64
    }
}
