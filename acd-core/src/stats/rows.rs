//! The rows of the reports.

use crate::service_level::{Counted, Level, ServiceLevel};
use crate::{AgentId, AgentState, EndedBy, LeaveReason, QueueId, Time};

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
    /// Conversations that are over.
    pub completed: u64,
    /// Talk of the completed calls, in ms.
    pub talked_ms: u64,
    /// Paperwork after them that is over, in ms.
    pub wrap_up_ms: u64,
    /// Ratings given, and their sum.
    pub rated: u64,
    /// The sum of the ratings.
    pub rating: u64,
}

impl Traffic {
    /// Average speed of answer, in ms; 0 if nothing was answered.
    #[must_use]
    pub fn answer_average_ms(&self) -> u64 {
        self.answer_ms / self.answered.max(1)
    }

    /// Average time an agent was busy with a completed call, talk and paperwork, in ms.
    #[must_use]
    pub fn handle_average_ms(&self) -> u64 {
        self.talked_ms.saturating_add(self.wrap_up_ms) / self.completed.max(1)
    }

    /// Abandoned calls in thousandths of those offered.
    #[must_use]
    pub fn abandoned_per_mille(&self) -> u64 {
        per_mille(self.abandoned, self.offered)
    }

    /// Adds another row.
    pub fn add(&mut self, other: &Self) {
        let Self { offered, refused, answered, abandoned, left, moved, .. } = *other;
        let Self { answered_in_level, abandoned_in_level, short, completed, .. } = *other;
        let Self { waited_ms, answer_ms, talked_ms, wrap_up_ms, rated, rating, .. } = *other;
        for (sum, more) in [
            (&mut self.offered, offered),
            (&mut self.refused, refused),
            (&mut self.answered, answered),
            (&mut self.abandoned, abandoned),
            (&mut self.left, left),
            (&mut self.moved, moved),
            (&mut self.answered_in_level, answered_in_level),
            (&mut self.abandoned_in_level, abandoned_in_level),
            (&mut self.short, short),
            (&mut self.completed, completed),
            (&mut self.waited_ms, waited_ms),
            (&mut self.answer_ms, answer_ms),
            (&mut self.talked_ms, talked_ms),
            (&mut self.wrap_up_ms, wrap_up_ms),
            (&mut self.rated, rated),
            (&mut self.rating, rating),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// A service level as a count and what it is out of. The count is never the larger.
    #[must_use]
    pub fn level(&self, level: Level) -> (u64, u64) {
        let ServiceLevel { in_level, of, .. } = self.service_level(level);
        (in_level, of)
    }

    pub(super) fn service_level(&self, definition: Level) -> ServiceLevel {
        let Self { offered, answered, abandoned, short, .. } = *self;
        let Self { answered_in_level, abandoned_in_level, .. } = *self;
        let counted =
            Counted { offered, answered, abandoned, short, answered_in_level, abandoned_in_level };
        counted.by(definition)
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
        let idle = self.available_ms.saturating_add(self.ringing_ms);
        idle.saturating_add(self.busy_ms()).saturating_add(self.not_ready_ms)
    }

    /// Time talking and in wrap-up, in ms.
    #[must_use]
    pub fn busy_ms(&self) -> u64 {
        self.talking_ms.saturating_add(self.wrap_up_ms)
    }

    /// Time talking and in wrap-up in thousandths of the time at work: logged in, and not away from
    /// it by a reason.
    #[must_use]
    pub fn occupancy_per_mille(&self) -> u64 {
        per_mille(self.busy_ms(), self.logged_in_ms() - self.not_ready_ms)
    }

    /// Adds another row.
    pub fn add(&mut self, other: &Self) {
        let Self { available_ms, ringing_ms, talking_ms, wrap_up_ms, not_ready_ms, .. } = *other;
        let Self { offered, answered, missed, rated, rating, .. } = *other;
        for (sum, more) in [
            (&mut self.available_ms, available_ms),
            (&mut self.ringing_ms, ringing_ms),
            (&mut self.talking_ms, talking_ms),
            (&mut self.wrap_up_ms, wrap_up_ms),
            (&mut self.not_ready_ms, not_ready_ms),
            (&mut self.offered, offered),
            (&mut self.answered, answered),
            (&mut self.missed, missed),
            (&mut self.rated, rated),
            (&mut self.rating, rating),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// Points of a contest: so many for each call answered, less so many for each missed, and the
    /// ratings.
    #[must_use]
    pub fn points(&self, for_answered: u64, for_missed: u64) -> u64 {
        let earned = self.answered.saturating_mul(for_answered).saturating_add(self.rating);
        earned.saturating_sub(self.missed.saturating_mul(for_missed))
    }
}

/// What callers thought of the calls of a queue that an agent answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratings {
    /// Ratings given.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// How many of each, from 0 to 10; higher ones count as 10 here.
    pub grades: [u64; 11],
}

impl Ratings {
    pub(super) fn note(&mut self, rating: u8) {
        self.count += 1;
        self.sum += u64::from(rating);
        self.grades[usize::from(rating.min(10))] += 1;
    }
}

/// Of no call.
impl Default for CallDetail {
    fn default() -> Self {
        Self {
            tag: 0,
            arrived: Time::ZERO,
            queue: QueueId::from_raw(0),
            offers: 0,
            answered: None,
            end: None,
        }
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

fn per_mille(part: u64, of: u64) -> u64 {
    (u128::from(part) * 1_000 / u128::from(of.max(1))) as u64
}

/// Adds to a sum of times, which may come from clocks that leap.
pub(super) fn more(sum: &mut u64, ms: u64) {
    *sum = sum.saturating_add(ms);
}

pub(super) fn spend(row: &mut AgentRow, state: AgentState, ms: u64) {
    match state {
        AgentState::LoggedOut => {}
        AgentState::Available => more(&mut row.available_ms, ms),
        AgentState::Ringing => more(&mut row.ringing_ms, ms),
        AgentState::Talking => more(&mut row.talking_ms, ms),
        AgentState::WrapUp => more(&mut row.wrap_up_ms, ms),
        AgentState::NotReady(_) => more(&mut row.not_ready_ms, ms),
    }
}
