//! Numbers: a fold over what the engine said, live or from a log, with the same result.
//!
//! Feed every output with its instant ([`Engine::poll_at`](crate::Engine::poll_at)) to a
//! [`Stats`]; read the reports: traffic by interval
//! ([`Stats::intervals`]) and by queue ([`Stats::queues`]), or by both, and by class of calls too
//! ([`Stats::traffic_by_class`]); agents' time by state and points ([`Stats::agents`], by profile or
//! any other class of agents [`Stats::agents_by`]); every call's detail ([`Stats::take_calls`]);
//! satisfaction ([`Stats::satisfaction`]). A [`Stats::write_snapshot`] outlives the program.
//!
//! Rows live in the caller's memory ([`Stats::new`]) or on the heap ([`Stats::with_capacity`]), so
//! many of them and no more; or there are as many as it takes ([`Stats::growing`]), for who looks
//! at a year of logs.
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use acd_core::stats::{Level, Stats, StatsConfig, StatsLimits};
//! use acd_core::*;
//!
//! let limits = Limits::default();
//! let mut engine = Engine::with_capacity(limits)?;
//! let queue = engine.add_queue(QueueConfig::default())?;
//! let mut stats = Stats::with_capacity(StatsConfig::default(), StatsLimits::new(limits, 48));
//! engine.handle(Time(0), Input::Arrive(CallConfig::new(queue)))?;
//! while let Some((at, output)) = engine.poll_at() {
//!     stats.see(at, &output);
//! }
//! let row = stats.traffic().next().expect("one interval, one queue");
//! assert_eq!((row.0, row.1, row.2.offered), (Time(0), queue, 1));
//! assert_eq!(row.2.level(Level::OfOffered), (0, 1));
//! # }
//! # Ok::<(), acd_core::Error>(())
//! ```

#[cfg(feature = "alloc")]
use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    AgentId, AgentState, CallId, ClassId, LeaveReason, OfferEnd, Output, QueueId, ServiceLevel,
    Time,
};

mod room;
mod rows;
mod snapshot;
mod table;

pub use crate::service_level::Level;
pub use room::{
    AgentIntervalSlot, AgentSlot, CallSlot, ClassSlot, EndedSlot, Lost, RatingSlot, StatsConfig,
    StatsLimits, StatsStorage, TrafficSlot,
};
pub use rows::{AgentRow, CallDetail, CallEnd, Ratings, Traffic};

use room::Tables;
use table::Key;

/// A call that is in a queue or talks.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveCall {
    detail: CallDetail,
    class: ClassId,
    joined: Time,
}

/// Which rows of traffic a call counts in.
#[derive(Clone, Copy, Debug)]
struct Where {
    joined: Time,
    queue: QueueId,
    class: ClassId,
}

/// An agent and what it is doing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agent {
    row: AgentRow,
    state: AgentState,
    since: Time,
    /// The call it completed last, for the paperwork after it.
    last: Option<Where>,
}

/// A stay in one state is split among so many intervals at most; what is longer is an error of the
/// clock, and counts in the last of them.
const INTERVALS_MAX: u64 = 10_000;

/// The numbers so far.
pub struct Stats<'a> {
    config: StatsConfig,
    tables: Tables<'a>,
    /// How many calls have ended.
    ended: u64,
    /// Intervals that began before then are forgotten.
    kept_from: Time,
}

impl core::fmt::Debug for Stats<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Stats").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
impl Stats<'static> {
    /// No numbers yet, and room for so many rows, taken from the heap now.
    #[must_use]
    pub fn with_capacity(config: StatsConfig, limits: StatsLimits) -> Self {
        Self::of(config, Tables::of(limits))
    }

    /// No numbers yet. The tables grow on the heap as they must: nothing is ever lost, and a row
    /// more may take memory at any time.
    #[must_use]
    pub fn growing(config: StatsConfig) -> Self {
        Self::of(config, Tables::growing())
    }
}

impl<'a> Stats<'a> {
    /// No numbers yet, in the caller's memory.
    #[must_use]
    pub fn new(config: StatsConfig, storage: StatsStorage<'a>) -> Self {
        Self::of(config, storage.into())
    }

    fn of(config: StatsConfig, tables: Tables<'a>) -> Self {
        let config = StatsConfig { interval_ms: config.interval_ms.max(1), ..config };
        Self { config, tables, ended: 0, kept_from: Time::ZERO }
    }

    /// How they count.
    #[must_use]
    pub fn config(&self) -> StatsConfig {
        self.config
    }

    /// The service level of a row or of a sum of rows, by the definition that is kept with the
    /// numbers.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use acd_core::Level;
    /// use acd_core::stats::{Stats, StatsConfig, Traffic};
    ///
    /// let config = StatsConfig { level: Level::OfOffered, ..StatsConfig::default() };
    /// let stats = Stats::growing(config);
    /// let row = Traffic { offered: 10, answered: 9, answered_in_level: 8, ..Traffic::default() };
    /// let level = stats.service_level(&row);
    /// assert_eq!((level.definition, level.per_mille()), (Level::OfOffered, 800));
    /// # }
    /// ```
    #[must_use]
    pub fn service_level(&self, row: &Traffic) -> ServiceLevel {
        row.service_level(self.config.level)
    }

    /// What is missing because a table was full.
    #[must_use]
    pub fn lost(&self) -> Lost {
        self.tables.lost()
    }

    /// Traffic by beginning of interval and queue.
    pub fn traffic(&self) -> impl Iterator<Item = (Time, QueueId, &Traffic)> {
        self.tables.traffic.iter().map(|((at, queue), row)| (at, queue, row))
    }

    /// Traffic by beginning of interval, queue and class of calls.
    pub fn traffic_by_class(&self) -> impl Iterator<Item = (Time, QueueId, ClassId, &Traffic)> {
        self.tables.classes.iter().map(|((at, queue, class), row)| (at, queue, class, row))
    }

    /// Traffic of all queues by beginning of interval.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn intervals(&self) -> BTreeMap<Time, Traffic> {
        self.traffic_by(|at, _| at)
    }

    /// Traffic of all time by queue.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn queues(&self) -> BTreeMap<QueueId, Traffic> {
        self.traffic_by(|_, queue| queue)
    }

    #[cfg(feature = "alloc")]
    fn traffic_by<K: Ord>(&self, key: impl Fn(Time, QueueId) -> K) -> BTreeMap<K, Traffic> {
        let mut sums: BTreeMap<K, Traffic> = BTreeMap::new();
        for (at, queue, row) in self.traffic() {
            sums.entry(key(at, queue)).or_default().add(row);
        }
        sums
    }

    /// Agents up to an instant not before the last output.
    pub fn agents(&self, until: Time) -> impl Iterator<Item = (AgentId, AgentRow)> {
        self.tables.agents.iter().map(move |(agent, &Agent { mut row, state, since, .. })| {
            rows::spend(&mut row, state, until.since(since));
            (agent, row)
        })
    }

    /// Agents up to an instant not before the last output, added up by any class of theirs: their
    /// [profile](crate::Engine::agent_config), their team.
    #[cfg(feature = "alloc")]
    pub fn agents_by<K: Ord>(
        &self,
        until: Time,
        class: impl Fn(AgentId) -> K,
    ) -> BTreeMap<K, AgentRow> {
        let mut sums: BTreeMap<K, AgentRow> = BTreeMap::new();
        for (agent, row) in self.agents(until) {
            sums.entry(class(agent)).or_default().add(&row);
        }
        sums
    }

    /// Agents by beginning of interval, the time of each state split at the seams. A state that
    /// lasts still counts from when it ends; an offer counts when it was made.
    pub fn agents_by_interval(&self) -> impl Iterator<Item = (Time, AgentId, &AgentRow)> {
        self.tables.agent_intervals.iter().map(|((at, agent), row)| (at, agent, row))
    }

    /// Ratings by queue and by the agent who answered, if one did.
    pub fn satisfaction(&self) -> impl Iterator<Item = (QueueId, Option<AgentId>, &Ratings)> {
        self.tables.ratings.iter().map(|((queue, agent), row)| (queue, agent, row))
    }

    /// The next call that has ended, in that order.
    pub fn next_call(&mut self) -> Option<CallDetail> {
        self.tables.ended.pop_first()
    }

    /// All calls that have ended and were not taken yet, in that order.
    #[cfg(feature = "alloc")]
    pub fn take_calls(&mut self) -> Vec<CallDetail> {
        core::iter::from_fn(|| self.next_call()).collect()
    }

    /// Drops the rows of traffic and of agents whose interval began before that instant: there is
    /// room again. Traffic of all time is then what is left of it; agents and
    /// ratings of all time stay. A call that joined before and ends later has its
    /// [detail](Self::take_calls) and no row.
    pub fn forget_before(&mut self, before: Time) {
        self.kept_from = self.kept_from.max(before);
        let tables = &mut self.tables;
        tables.traffic.remove_before((before, QueueId::LEAST));
        tables.classes.remove_before((before, QueueId::LEAST, ClassId::ANY));
        tables.agent_intervals.remove_before((before, AgentId::LEAST));
    }

    /// The caller rated the call: counted with its queue, interval and agent. Hand in the detail
    /// [`next_call`](Self::next_call) gave.
    pub fn rate(&mut self, call: &CallDetail, rating: u8) {
        let start = self.start(call.arrived);
        if start >= self.kept_from {
            self.tables.traffic.change((start, call.queue), |row| {
                row.rated += 1;
                row.rating += u64::from(rating);
            });
        }
        let who = call.answered.map(|(agent, _)| agent);
        if let Some(agent) = who {
            self.tables.agents.change(agent, |Agent { row, .. }| {
                row.rated += 1;
                row.rating += u64::from(rating);
            });
        }
        self.tables.ratings.change((call.queue, who), |ratings| ratings.note(rating));
    }

    /// Takes one output in, in the order in which they came about.
    pub fn see(&mut self, at: Time, output: &Output) {
        match *output {
            Output::Joined { call, tag, queue, class, .. } => {
                self.count(Where { joined: at, queue, class }, |row| row.offered += 1);
                let detail =
                    CallDetail { tag, arrived: at, queue, offers: 0, answered: None, end: None };
                let joins = LiveCall { detail, class, joined: at };
                self.tables.calls.change(call, |live| *live = joins);
            }
            Output::Refused { queue, class, .. } => {
                self.count(Where { joined: at, queue, class }, |row| {
                    row.offered += 1;
                    row.refused += 1;
                });
            }
            Output::Moved { call, from, to, waited_ms, .. } => {
                let Some(live) = self.tables.calls.get_mut(call) else {
                    return;
                };
                let (joined, class) = (live.joined, live.class);
                (live.joined, live.detail.queue) = (at, to);
                self.count(Where { joined, queue: from, class }, |row| {
                    row.moved += 1;
                    rows::more(&mut row.waited_ms, waited_ms);
                });
                self.count(Where { joined: at, queue: to, class }, |row| row.offered += 1);
            }
            Output::Offer { call, agent, .. } => {
                if let Some(live) = self.tables.calls.get_mut(call) {
                    live.detail.offers += 1;
                }
                self.count_agent(at, agent, |row| row.offered += 1);
            }
            Output::OfferEnded { agent, end, .. } => {
                self.count_agent(at, agent, |row| match end {
                    OfferEnd::Accepted => row.answered += 1,
                    OfferEnd::Rejected(_) | OfferEnd::TimedOut => row.missed += 1,
                    _ => {}
                });
            }
            Output::Connected { call, agent, queue, waited_ms, .. } => {
                let Some(live) = self.tables.calls.get_mut(call) else {
                    return;
                };
                live.detail.answered = Some((agent, at));
                let (joined, class) = (live.joined, live.class);
                let in_level = u64::from(waited_ms <= self.config.level_ms);
                self.count(Where { joined, queue, class }, |row| {
                    row.answered += 1;
                    row.answered_in_level += in_level;
                    rows::more(&mut row.waited_ms, at.since(joined));
                    rows::more(&mut row.answer_ms, waited_ms);
                });
            }
            Output::Left { call, queue, reason, waited_ms, .. } => {
                let Some(live) = self.end(call, CallEnd::Left(reason), at) else {
                    return;
                };
                let (in_level, short) =
                    (waited_ms <= self.config.level_ms, waited_ms < self.config.short_ms);
                let LiveCall { joined, class, .. } = live;
                self.count(Where { joined, queue, class }, |row| {
                    rows::more(&mut row.waited_ms, at.since(joined));
                    if reason == LeaveReason::Abandoned {
                        row.abandoned += 1;
                        row.abandoned_in_level += u64::from(in_level);
                        row.short += u64::from(short);
                    } else {
                        row.left += 1;
                    }
                });
            }
            Output::Completed { call, agent, queue, by, talked_ms, .. } => {
                if let Some(live) = self.end(call, CallEnd::Completed(by), at) {
                    let here = Where { joined: live.joined, queue, class: live.class };
                    self.count(here, |row| {
                        row.completed += 1;
                        rows::more(&mut row.talked_ms, talked_ms);
                    });
                    self.tables.agents.change(agent, |known| known.last = Some(here));
                }
            }
            Output::AgentChanged { agent, state, .. } => self.agent_changed(at, agent, state),
            _ => {}
        }
    }

    fn end(&mut self, call: CallId, end: CallEnd, at: Time) -> Option<LiveCall> {
        let mut live = self.tables.calls.remove(call)?;
        live.detail.end = Some((end, at));
        self.tables.ended.change(self.ended, |place| *place = live.detail);
        self.ended += 1;
        Some(live)
    }

    fn agent_changed(&mut self, at: Time, agent: AgentId, state: AgentState) {
        let Some(known) = self.tables.agents.row(agent) else {
            return;
        };
        let Agent { state: before, since, last, .. } = *known;
        let spent = at.since(since);
        rows::spend(&mut known.row, before, spent);
        (known.state, known.since) = (state, at);
        if let (AgentState::WrapUp, Some(last)) = (before, last) {
            self.count(last, |row| rows::more(&mut row.wrap_up_ms, spent));
        }
        if before == AgentState::LoggedOut {
            return;
        }
        let mut from = since;
        for n in 1..=INTERVALS_MAX {
            if from >= at {
                break;
            }
            let start = self.start(from);
            let seam = start.plus(self.config.interval_ms);
            let to = if n == INTERVALS_MAX { at } else { at.min(seam) };
            if start >= self.kept_from {
                let spent = to.since(from);
                let rows = &mut self.tables.agent_intervals;
                rows.change((start, agent), |row| rows::spend(row, before, spent));
            }
            from = to;
        }
    }

    fn start(&self, at: Time) -> Time {
        Time(at.ms() - at.ms() % self.config.interval_ms)
    }

    /// Counts in the rows of an interval and queue, with and without the class.
    fn count(&mut self, at: Where, change: impl Fn(&mut Traffic)) {
        let start = self.start(at.joined);
        if start < self.kept_from {
            return;
        }
        let tables = &mut self.tables;
        tables.traffic.change((start, at.queue), &change);
        tables.classes.change((start, at.queue, at.class), &change);
    }

    /// Counts in the rows of an agent, of all time and of the interval.
    fn count_agent(&mut self, at: Time, agent: AgentId, change: impl Fn(&mut AgentRow)) {
        let start = self.start(at);
        self.tables.agents.change(agent, |known| change(&mut known.row));
        if start >= self.kept_from {
            self.tables.agent_intervals.change((start, agent), &change);
        }
    }
}
