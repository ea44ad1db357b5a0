//! How statistics count, how many rows they have room for, and the memory that takes.

use super::table::{Row, Rows, Table};
use super::{Agent, LiveCall};
use crate::stats::{AgentRow, CallDetail, Ratings, Traffic};
use crate::{AgentId, CallId, ClassId, Level, Limits, QueueId, Time};

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// How statistics count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsConfig {
    /// How long an interval is, in ms. Default: half an hour.
    pub interval_ms: u64,
    /// Answered or abandoned within so long is in the service level. Default: 20 s.
    pub level_ms: u64,
    /// Abandoned before so long is almost at once. Default: 5 s.
    pub short_ms: u64,
    /// Which calls the service level counts, and out of which. Default: of the answered.
    pub level: Level,
}

impl Default for StatsConfig {
    fn default() -> Self {
        Self { interval_ms: 1_800_000, level_ms: 20_000, short_ms: 5_000, level: Level::OfAnswered }
    }
}

/// How many rows statistics have room for. What finds no room is left out of that table, and
/// [counted](Lost).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsLimits {
    /// Rows by interval and queue.
    pub traffic: u32,
    /// Rows by interval, queue and class of calls.
    pub classes: u32,
    /// Agents.
    pub agents: u32,
    /// Rows by interval and agent.
    pub agent_intervals: u32,
    /// Pairs of a queue and an agent who answered in it, or nobody.
    pub ratings: u32,
    /// Calls at the same time.
    pub calls: u32,
    /// Calls that have ended and were not taken yet.
    pub ended: u32,
}

impl StatsLimits {
    /// Room for everything an engine of these limits can say in so many intervals, if the rows are
    /// [forgotten](super::Stats::forget_before) and the calls that ended taken before there are more.
    ///
    /// ```
    /// use acd_core::{Limits, stats::StatsLimits};
    /// let limits = Limits { queues: 4, agents: 30, calls: 60, ..Limits::default() };
    /// let day = StatsLimits::new(limits, 48);
    /// assert_eq!((day.traffic, day.agents, day.agent_intervals), (192, 30, 1_440));
    /// assert!(day.bytes() < 256 * 1024);
    /// ```
    #[must_use]
    pub fn new(limits: Limits, intervals: u32) -> Self {
        let all = limits.filled();
        let traffic = all.queues.saturating_mul(intervals);
        Self {
            traffic,
            classes: traffic.saturating_mul(u32::from(all.classes)),
            agents: all.agents,
            agent_intervals: all.agents.saturating_mul(intervals),
            ratings: all.memberships.saturating_add(all.queues),
            calls: all.calls,
            ended: all.calls,
        }
    }

    /// Bytes that all the tables take together.
    #[must_use]
    pub fn bytes(self) -> usize {
        let take = |n: u32, size: usize| (n as usize).saturating_mul(size);
        [
            take(self.traffic, size_of::<TrafficSlot>()),
            take(self.classes, size_of::<ClassSlot>()),
            take(self.agents, size_of::<AgentSlot>()),
            take(self.agent_intervals, size_of::<AgentIntervalSlot>()),
            take(self.ratings, size_of::<RatingSlot>()),
            take(self.calls, size_of::<CallSlot>()),
            take(self.ended, size_of::<EndedSlot>()),
        ]
        .iter()
        .fold(0, |sum: usize, bytes| sum.saturating_add(*bytes))
    }
}

/// Of the default engine, for a day of half hours.
impl Default for StatsLimits {
    fn default() -> Self {
        Self::new(Limits::default(), 48)
    }
}

/// Storage of the traffic of an interval and queue.
pub type TrafficSlot = Row<(Time, QueueId), Traffic>;
/// Storage of the traffic of an interval, queue and class.
pub type ClassSlot = Row<(Time, QueueId, ClassId), Traffic>;
/// Storage of one agent.
pub type AgentSlot = Row<AgentId, Agent>;
/// Storage of an interval of an agent.
pub type AgentIntervalSlot = Row<(Time, AgentId), AgentRow>;
/// Storage of the ratings of a queue and agent.
pub type RatingSlot = Row<(QueueId, Option<AgentId>), Ratings>;
/// Storage of one call.
pub type CallSlot = Row<CallId, LiveCall>;
/// Storage of one call that has ended.
pub type EndedSlot = Row<u64, CallDetail>;

/// The caller's memory for statistics: slices of [`Default`] slots, whose lengths are the
/// [limits](StatsLimits).
#[derive(Debug)]
pub struct StatsStorage<'a> {
    /// Rows by interval and queue.
    pub traffic: &'a mut [TrafficSlot],
    /// Rows by interval, queue and class of calls.
    pub classes: &'a mut [ClassSlot],
    /// Agents.
    pub agents: &'a mut [AgentSlot],
    /// Rows by interval and agent.
    pub agent_intervals: &'a mut [AgentIntervalSlot],
    /// Pairs of a queue and an agent who answered in it, or nobody.
    pub ratings: &'a mut [RatingSlot],
    /// Calls at the same time.
    pub calls: &'a mut [CallSlot],
    /// Calls that have ended and were not taken yet.
    pub ended: &'a mut [EndedSlot],
}

/// How often something was not counted in a table because it was full. All 0 when nothing is
/// missing from the reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Changes of traffic by interval and queue.
    pub traffic: u64,
    /// Changes of traffic by interval, queue and class.
    pub classes: u64,
    /// Changes of agents.
    pub agents: u64,
    /// Changes of agents by interval.
    pub agent_intervals: u64,
    /// Ratings by queue and agent.
    pub ratings: u64,
    /// Calls that were not followed: they are offered, and nothing more is known of them.
    pub calls: u64,
    /// Details of calls that have ended.
    pub ended: u64,
}

/// The tables, wherever they live.
pub(super) struct Tables<'a> {
    pub(super) traffic: Table<'a, (Time, QueueId), Traffic>,
    pub(super) classes: Table<'a, (Time, QueueId, ClassId), Traffic>,
    pub(super) agents: Table<'a, AgentId, Agent>,
    pub(super) agent_intervals: Table<'a, (Time, AgentId), AgentRow>,
    pub(super) ratings: Table<'a, (QueueId, Option<AgentId>), Ratings>,
    pub(super) calls: Table<'a, CallId, LiveCall>,
    /// By the number of the call among those that ended.
    pub(super) ended: Table<'a, u64, CallDetail>,
}

impl<'a> From<StatsStorage<'a>> for Tables<'a> {
    fn from(storage: StatsStorage<'a>) -> Self {
        Self {
            traffic: Table::new(Rows::Fixed(storage.traffic)),
            classes: Table::new(Rows::Fixed(storage.classes)),
            agents: Table::new(Rows::Fixed(storage.agents)),
            agent_intervals: Table::new(Rows::Fixed(storage.agent_intervals)),
            ratings: Table::new(Rows::Fixed(storage.ratings)),
            calls: Table::new(Rows::Fixed(storage.calls)),
            ended: Table::new(Rows::Fixed(storage.ended)),
        }
    }
}

#[cfg(feature = "alloc")]
impl Tables<'static> {
    /// Tables on the heap of so many rows, all the memory taken now.
    pub(super) fn of(limits: StatsLimits) -> Self {
        fn rows<K, V>(most: u32) -> Rows<'static, K, V> {
            Rows::Heap(Vec::with_capacity(most as usize), most as usize)
        }
        Self {
            traffic: Table::new(rows(limits.traffic)),
            classes: Table::new(rows(limits.classes)),
            agents: Table::new(rows(limits.agents)),
            agent_intervals: Table::new(rows(limits.agent_intervals)),
            ratings: Table::new(rows(limits.ratings)),
            calls: Table::new(rows(limits.calls)),
            ended: Table::new(rows(limits.ended)),
        }
    }

    /// Tables on the heap that grow as they must.
    pub(super) fn growing() -> Self {
        fn rows<K, V>() -> Rows<'static, K, V> {
            Rows::Heap(Vec::new(), usize::MAX)
        }
        Self {
            traffic: Table::new(rows()),
            classes: Table::new(rows()),
            agents: Table::new(rows()),
            agent_intervals: Table::new(rows()),
            ratings: Table::new(rows()),
            calls: Table::new(rows()),
            ended: Table::new(rows()),
        }
    }
}

impl Tables<'_> {
    pub(super) fn lost(&self) -> Lost {
        Lost {
            traffic: self.traffic.lost(),
            classes: self.classes.lost(),
            agents: self.agents.lost(),
            agent_intervals: self.agent_intervals.lost(),
            ratings: self.ratings.lost(),
            calls: self.calls.lost(),
            ended: self.ended.lost(),
        }
    }
}
