//! Numbers: a fold over what the engine said, live or from a log, with the same result.
//!
//! Feed every output with its instant ([`Engine::poll_at`](crate::Engine::poll_at)) to a
//! [`Stats`]; read traffic by interval and queue, agents' time by state, and every call's detail.
//!
//! ```
//! use acd_core::stats::{Level, Stats};
//! use acd_core::*;
//!
//! let mut engine = Engine::with_capacity(Limits::default())?;
//! let queue = engine.add_queue(QueueConfig::default())?;
//! let mut stats = Stats::new(1_800_000, 20_000, 5_000);
//! engine.handle(Time(0), Input::Arrive(CallConfig::new(queue)))?;
//! while let Some((at, output)) = engine.poll_at() {
//!     stats.see(at, &output);
//! }
//! let row = stats.traffic().next().expect("one interval, one queue");
//! assert_eq!((row.0, row.1, row.2.offered), (Time(0), queue, 1));
//! assert_eq!(row.2.level(Level::OfOffered), (0, 1));
//! # Ok::<(), acd_core::Error>(())
//! ```

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::{AgentId, AgentState, CallId, EndedBy, LeaveReason, OfferEnd, Output, QueueId, Time};

/// Which calls a service level counts, and out of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// Answered in time, of the answered.
    OfAnswered,
    /// Answered or abandoned in time, of the answered and abandoned.
    OfAnsweredAndAbandoned,
    /// Answered in time, of all that were offered.
    OfOffered,
    /// The same, without those who hung up almost at once.
    OfOfferedButShort,
}

/// The calls that joined a queue in an interval, whenever they left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Calls that asked to join.
    pub offered: u64,
    /// Not let in.
    pub refused: u64,
    /// Answered.
    pub answered: u64,
    /// Hung up before that.
    pub abandoned: u64,
    /// Left otherwise: a timeout, a key, no agents, an overflow.
    pub left: u64,
    /// Went on to another queue.
    pub moved: u64,
    /// Answered within the service level.
    pub answered_in_level: u64,
    /// Abandoned within the service level.
    pub abandoned_in_level: u64,
    /// Abandoned almost at once.
    pub short: u64,
    /// Waits in this queue of the calls that left it, in ms.
    pub waited_ms: u64,
    /// Waits of the answered calls, in ms, in all queues.
    pub answer_ms: u64,
    /// Talk of the completed calls, in ms.
    pub talked_ms: u64,
    /// Ratings given, and their sum.
    pub rated: u64,
    /// The sum of the ratings.
    pub rating: u64,
}

impl Traffic {
    /// A service level as a count and what it is out of. The count is never the larger.
    #[must_use]
    pub fn level(&self, level: Level) -> (u64, u64) {
        match level {
            Level::OfAnswered => (self.answered_in_level, self.answered),
            Level::OfAnsweredAndAbandoned => {
                (self.answered_in_level + self.abandoned_in_level, self.answered + self.abandoned)
            }
            Level::OfOffered => (self.answered_in_level, self.offered),
            Level::OfOfferedButShort => (self.answered_in_level, self.offered - self.short),
        }
    }
}

/// What an agent did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentRow {
    /// Time available, in ms.
    pub available_ms: u64,
    /// Time ringing, in ms.
    pub ringing_ms: u64,
    /// Time talking, in ms.
    pub talking_ms: u64,
    /// Time in wrap-up, in ms.
    pub wrap_up_ms: u64,
    /// Time not ready, in ms.
    pub not_ready_ms: u64,
    /// Offers made.
    pub offered: u64,
    /// Offers accepted.
    pub answered: u64,
    /// Offers missed or turned down.
    pub missed: u64,
    /// Ratings of its calls.
    pub rated: u64,
    /// The sum of the ratings.
    pub rating: u64,
}

impl AgentRow {
    /// Time logged in, in ms.
    #[must_use]
    pub fn logged_in_ms(&self) -> u64 {
        self.available_ms + self.ringing_ms + self.busy_ms() + self.not_ready_ms
    }

    /// Time talking and in wrap-up, in ms.
    #[must_use]
    pub fn busy_ms(&self) -> u64 {
        self.talking_ms + self.wrap_up_ms
    }

    /// Points of a contest: so many for each call answered, less so many for each missed, and the
    /// ratings.
    #[must_use]
    pub fn points(&self, for_answered: u64, for_missed: u64) -> u64 {
        let earned = self.answered.saturating_mul(for_answered) + self.rating;
        earned.saturating_sub(self.missed.saturating_mul(for_missed))
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallEnd {
    /// It left unanswered.
    Left(LeaveReason),
    /// It was answered, and talked out.
    Completed(EndedBy),
}

/// One call from beginning to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallDetail {
    /// The call's tag.
    pub tag: u64,
    /// When it joined its first queue, and which queue was its last.
    pub arrived: Time,
    /// Its last queue.
    pub queue: QueueId,
    /// Offers made for it.
    pub offers: u32,
    /// Who answered, and when.
    pub answered: Option<(AgentId, Time)>,
    /// How and when it ended.
    pub end: Option<(CallEnd, Time)>,
}

#[derive(Clone, Copy, Debug)]
struct LiveCall {
    detail: CallDetail,
    joined: Time,
}

/// The numbers so far.
#[derive(Clone, Debug)]
pub struct Stats {
    interval_ms: u64,
    level_ms: u64,
    short_ms: u64,
    traffic: BTreeMap<(Time, QueueId), Traffic>,
    agents: BTreeMap<AgentId, (AgentRow, AgentState, Time)>,
    live: BTreeMap<CallId, LiveCall>,
    done: Vec<CallDetail>,
}

impl Stats {
    /// No numbers yet. Intervals of so many ms; answered or abandoned within `level_ms` is in the
    /// service level, abandoned before `short_ms` is almost at once.
    #[must_use]
    pub fn new(interval_ms: u64, level_ms: u64, short_ms: u64) -> Self {
        Self {
            interval_ms: interval_ms.max(1),
            level_ms,
            short_ms,
            traffic: BTreeMap::new(),
            agents: BTreeMap::new(),
            live: BTreeMap::new(),
            done: Vec::new(),
        }
    }

    /// Traffic by beginning of interval and queue.
    pub fn traffic(&self) -> impl Iterator<Item = (Time, QueueId, &Traffic)> {
        self.traffic.iter().map(|((at, queue), row)| (*at, *queue, row))
    }

    /// Agents up to an instant not before the last output.
    pub fn agents(&self, until: Time) -> impl Iterator<Item = (AgentId, AgentRow)> {
        self.agents.iter().map(move |(agent, &(row, state, since))| {
            let mut row = row;
            spend(&mut row, state, until.since(since));
            (*agent, row)
        })
    }

    /// Calls that have ended since this was last asked, in that order.
    pub fn take_calls(&mut self) -> Vec<CallDetail> {
        core::mem::take(&mut self.done)
    }

    /// The caller rated the call: counted with its queue, interval and agent. Hand in the detail
    /// [`take_calls`](Self::take_calls) gave.
    pub fn rate(&mut self, call: &CallDetail, rating: u8) {
        let row = self.row(call.queue, call.arrived);
        row.rated += 1;
        row.rating += u64::from(rating);
        if let Some((agent, _)) = call.answered {
            let row = self.agent(agent);
            row.rated += 1;
            row.rating += u64::from(rating);
        }
    }

    /// Takes one output in, in the order in which they came about.
    pub fn see(&mut self, at: Time, output: &Output) {
        match *output {
            Output::Joined { call, tag, queue, .. } => {
                self.row(queue, at).offered += 1;
                let detail =
                    CallDetail { tag, arrived: at, queue, offers: 0, answered: None, end: None };
                self.live.insert(call, LiveCall { detail, joined: at });
            }
            Output::Refused { queue, .. } => {
                let row = self.row(queue, at);
                row.offered += 1;
                row.refused += 1;
            }
            Output::Moved { call, from, to, .. } => {
                let Some(live) = self.live.get_mut(&call) else {
                    return;
                };
                let joined = live.joined;
                (live.joined, live.detail.queue) = (at, to);
                let row = self.row(from, joined);
                row.moved += 1;
                row.waited_ms += at.since(joined);
                self.row(to, at).offered += 1;
            }
            Output::Offer { call, agent, .. } => {
                if let Some(live) = self.live.get_mut(&call) {
                    live.detail.offers += 1;
                }
                self.agent(agent).offered += 1;
            }
            Output::OfferEnded { agent, end, .. } => {
                let row = self.agent(agent);
                match end {
                    OfferEnd::Accepted => row.answered += 1,
                    OfferEnd::Rejected(_) | OfferEnd::TimedOut => row.missed += 1,
                    _ => {}
                }
            }
            Output::Connected { call, agent, queue, waited_ms, .. } => {
                let Some(live) = self.live.get_mut(&call) else {
                    return;
                };
                live.detail.answered = Some((agent, at));
                let joined = live.joined;
                let in_level = u64::from(waited_ms <= self.level_ms);
                let row = self.row(queue, joined);
                row.answered += 1;
                row.answered_in_level += in_level;
                row.waited_ms += at.since(joined);
                row.answer_ms += waited_ms;
            }
            Output::Left { call, queue, reason, waited_ms, .. } => {
                let Some(live) = self.end(call, CallEnd::Left(reason), at) else {
                    return;
                };
                let (in_level, short) = (waited_ms <= self.level_ms, waited_ms < self.short_ms);
                let row = self.row(queue, live.joined);
                row.waited_ms += at.since(live.joined);
                if reason == LeaveReason::Abandoned {
                    row.abandoned += 1;
                    row.abandoned_in_level += u64::from(in_level);
                    row.short += u64::from(short);
                } else {
                    row.left += 1;
                }
            }
            Output::Completed { call, queue, by, talked_ms, .. } => {
                if let Some(live) = self.end(call, CallEnd::Completed(by), at) {
                    self.row(queue, live.joined).talked_ms += talked_ms;
                }
            }
            Output::AgentChanged { agent, state, .. } => {
                let known = self.agents.entry(agent).or_default();
                let spent = at.since(known.2);
                spend(&mut known.0, known.1, spent);
                (known.1, known.2) = (state, at);
            }
            _ => {}
        }
    }

    fn end(&mut self, call: CallId, end: CallEnd, at: Time) -> Option<LiveCall> {
        let mut live = self.live.remove(&call)?;
        live.detail.end = Some((end, at));
        self.done.push(live.detail);
        Some(live)
    }

    fn row(&mut self, queue: QueueId, at: Time) -> &mut Traffic {
        let start = Time(at.ms() - at.ms() % self.interval_ms);
        self.traffic.entry((start, queue)).or_default()
    }

    fn agent(&mut self, agent: AgentId) -> &mut AgentRow {
        &mut self.agents.entry(agent).or_default().0
    }
}

fn spend(row: &mut AgentRow, state: AgentState, ms: u64) {
    match state {
        AgentState::LoggedOut => {}
        AgentState::Available => row.available_ms += ms,
        AgentState::Ringing => row.ringing_ms += ms,
        AgentState::Talking => row.talking_ms += ms,
        AgentState::WrapUp => row.wrap_up_ms += ms,
        AgentState::NotReady(_) => row.not_ready_ms += ms,
    }
}
