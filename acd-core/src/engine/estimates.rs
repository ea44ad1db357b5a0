//! How long a call may have to wait.

use super::Engine;
use crate::error::Error;
use crate::id::CallId;
use crate::queue::Queue;

/// Three predictions of how long a waiting call will still wait, in ms. `None` where nothing is
/// known yet.
///
/// None is the best everywhere: the last two follow a change of load within a call's wait, the
/// first knows how many are ahead. (R. Ibrahim and W. Whitt, "Real-time delay estimation in
/// overloaded multiserver queues with abandonments", 2009.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimates {
    /// Those ahead, served at the pace the agents have shown and giving up at the rate callers
    /// have (QL with abandonment). 0 when an agent is free.
    pub by_length_ms: Option<u64>,
    /// As long as the call that was answered last had waited, less what this one has (LES).
    pub by_last_served_ms: Option<u64>,
    /// As long as the first in the queue has waited so far, less what this one has (HOL).
    pub by_first_ms: Option<u64>,
}

/// So many callers ahead are added up one by one; for those beyond, the last term stands.
const ONE_BY_ONE: u32 = 4_096;

impl Engine<'_> {
    /// Three predictions for a waiting call.
    ///
    /// # Errors
    /// No such call, or it is talking.
    pub fn estimates(&self, call: CallId) -> Result<Estimates, Error> {
        let index = self.queued(call)?;
        let (queue, joined) = (self.queue_of(index), self.calls[index].joined());
        let waited = self.goal.since(joined);
        let first = self.first_in_order(queue);
        let first = first.map(|first| self.goal.since(self.calls[first].joined()));
        let last = self.queues[queue].last_wait_ms;
        Ok(Estimates {
            by_length_ms: self.by_length(queue, self.place(index)),
            by_last_served_ms: last.map(|wait| wait.saturating_sub(waited)),
            by_first_ms: first.map(|wait| wait.saturating_sub(waited)),
        })
    }

    /// The sum over those ahead and the call itself of 1 / (agents / handle time + i / patience).
    fn by_length(&self, queue: u32, position: u32) -> Option<u64> {
        let Queue { willing, free, handle_ms, counters, .. } = self.queues[queue];
        if free > 0 {
            return Some(0);
        }
        if willing == 0 || handle_ms == 0 {
            return None;
        }
        if counters.abandoned == 0 {
            return self.estimate(queue, position);
        }
        // Whoever waits gives up at the rate of all so far: patience = waits / abandonments.
        let patience = u128::from(counters.waited_ms / counters.abandoned).max(1);
        let handle = u128::from(handle_ms);
        let term = |ahead: u32| {
            handle * patience / (u128::from(willing) * patience + u128::from(ahead) * handle)
        };
        let single = position.min(ONE_BY_ONE);
        let sum: u128 = (0..single).map(term).sum();
        let rest = u128::from(position - single) * term(single);
        u64::try_from(sum + rest).ok()
    }

    /// Calls of a queue's length ahead, at the pace its agents have shown; 0 when one is free.
    pub(super) fn estimate(&self, queue: u32, position: u32) -> Option<u64> {
        let Queue { willing, free, handle_ms, .. } = self.queues[queue];
        if free > 0 {
            return Some(0);
        }
        if willing == 0 || handle_ms == 0 {
            return None;
        }
        Some(u64::from(position).saturating_mul(handle_ms) / u64::from(willing))
    }

    /// Learns how long an agent is busy with a call: an eighth of the way to the newest.
    pub(super) fn learn_handle_time(&mut self, queue: u32, ms: u64) {
        let known = &mut self.queues[queue].handle_ms;
        *known =
            if *known == 0 { ms } else { known.saturating_sub(*known / 8).saturating_add(ms / 8) };
    }
}
