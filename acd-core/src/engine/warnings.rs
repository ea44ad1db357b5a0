//! What is allowed and yet worth a second thought.

use super::Engine;
use crate::id::QueueId;
use crate::slab::NIL;

/// A rule that can leave callers waiting without an end, however long they have waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Starvation {
    /// Calls of higher priority always go first in this queue, as long as any come: give it
    /// [`aging_ms`](crate::QueueConfig::aging_ms).
    ByPriority(QueueId),
    /// Agents who serve both always serve the other queue first, for its
    /// [`weight`](crate::QueueConfig::weight).
    ByWeight {
        /// Whose callers may starve.
        queue: QueueId,
        /// Whose go first.
        under: QueueId,
    },
}

impl Engine<'_> {
    /// The rules by which callers can starve, as things are configured now. Looks at every
    /// membership of every agent.
    ///
    /// ```
    /// use acd_core::{Engine, Limits, QueueConfig, Starvation};
    /// let mut engine = Engine::with_capacity(Limits::default())?;
    /// let strict = engine.add_queue(QueueConfig::default())?;
    /// engine.add_queue(QueueConfig { aging_ms: Some(30_000), ..QueueConfig::default() })?;
    /// assert!(engine.starvation().eq([Starvation::ByPriority(strict)]));
    /// # Ok::<(), acd_core::Error>(())
    /// ```
    pub fn starvation(&self) -> impl Iterator<Item = Starvation> + '_ {
        let queues = || (0..self.queues.used()).filter(|&queue| self.queues.is_live(queue));
        queues().flat_map(move |queue| {
            let strict = self.queues[queue].config.aging_ms.is_none();
            let by_priority = strict.then(|| Starvation::ByPriority(self.queue_id(queue)));
            let weight = self.queues[queue].config.weight;
            let heavier = queues().filter(move |&other| {
                self.queues[other].config.weight > weight && self.share_an_agent(queue, other)
            });
            by_priority.into_iter().chain(heavier.map(move |under| Starvation::ByWeight {
                queue: self.queue_id(queue),
                under: self.queue_id(under),
            }))
        })
    }

    fn share_an_agent(&self, one: u32, other: u32) -> bool {
        (0..self.agents.used()).filter(|&agent| self.agents.is_live(agent)).any(|agent| {
            let (mut serves, mut at) = ([false; 2], self.agents[agent].members);
            while at != NIL {
                let queue = self.members[at].queue;
                serves = [serves[0] || queue == one, serves[1] || queue == other];
                at = self.members[at].next;
            }
            serves == [true; 2]
        })
    }
}
