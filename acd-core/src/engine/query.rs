//! What can be asked at any time.

use super::Engine;
use crate::agent::{AgentCounters, AgentState};
use crate::call::CallState;
use crate::error::Error;
use crate::id::{AgentId, CallId, QueueId};
use crate::queue::{Queue, QueueConfig, QueueCounters};
use crate::service_level::ServiceLevel;

impl Engine<'_> {
    /// Where a call is.
    ///
    /// # Errors
    /// No such call.
    pub fn call_state(&self, call: CallId) -> Result<CallState, Error> {
        Ok(self.calls[self.call(call)?].state)
    }

    /// A waiting call's place, 1 for the first; `None` when it is talking.
    ///
    /// # Errors
    /// No such call.
    pub fn position(&self, call: CallId) -> Result<Option<u32>, Error> {
        let index = self.call(call)?;
        Ok(self.is_queued(index).then(|| self.place(index)))
    }

    /// How long a waiting call may still have to wait, in ms; `None` when nothing is known, or
    /// it is talking.
    ///
    /// # Errors
    /// No such call.
    pub fn estimate_ms(&self, call: CallId) -> Result<Option<u64>, Error> {
        let index = self.call(call)?;
        if !self.is_queued(index) {
            return Ok(None);
        }
        Ok(self.estimate(self.queue_of(index), self.place(index)))
    }

    /// Calls waiting or ringing in a queue.
    ///
    /// # Errors
    /// No such queue.
    pub fn waiting(&self, queue: QueueId) -> Result<u32, Error> {
        Ok(self.queues[self.queue(queue)?].counters.waiting)
    }

    /// Calls waiting, ringing or talking in all queues.
    #[must_use]
    pub fn live_calls(&self) -> u32 {
        self.calls.len()
    }

    /// What happened in a queue so far.
    ///
    /// # Errors
    /// No such queue.
    pub fn queue_counters(&self, queue: QueueId) -> Result<QueueCounters, Error> {
        Ok(self.queues[self.queue(queue)?].counters)
    }

    /// A queue's service level so far, by the queue's [own definition](QueueConfig::service_level).
    ///
    /// # Errors
    /// No such queue.
    pub fn service_level(&self, queue: QueueId) -> Result<ServiceLevel, Error> {
        let Queue { config, counters, .. } = &self.queues[self.queue(queue)?];
        Ok(counters.service_level(config.service_level))
    }

    /// How a queue works.
    ///
    /// # Errors
    /// No such queue.
    pub fn queue_config(&self, queue: QueueId) -> Result<QueueConfig, Error> {
        Ok(self.queues[self.queue(queue)?].config)
    }

    /// Members of a queue that are logged in, taking calls, and free now.
    ///
    /// # Errors
    /// No such queue.
    pub fn staff(&self, queue: QueueId) -> Result<Staff, Error> {
        let Queue { members, logged_in, willing, free, .. } = self.queues[self.queue(queue)?];
        Ok(Staff { members, logged_in, taking_calls: willing, free })
    }

    /// What an agent is.
    ///
    /// # Errors
    /// No such agent.
    pub fn agent_state(&self, agent: AgentId) -> Result<AgentState, Error> {
        Ok(self.agents[self.agent(agent)?].state())
    }

    /// What an agent did so far.
    ///
    /// # Errors
    /// No such agent.
    pub fn agent_counters(&self, agent: AgentId) -> Result<AgentCounters, Error> {
        Ok(self.agents[self.agent(agent)?].counters())
    }
}

/// How many members of a queue are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Staff {
    /// All members.
    pub members: u32,
    /// Those logged in.
    pub logged_in: u32,
    /// Those of them taking calls, busy or not: neither not ready nor paused in this queue.
    pub taking_calls: u32,
    /// Those of them who could take one now.
    pub free: u32,
}
