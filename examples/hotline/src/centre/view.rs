//! The state of the centre as people are shown it.

use super::Centre;
use super::call::Stage;
use super::routing::state_name;

/// Queues, agents and calls at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) queues: Vec<QueueView>,
    pub(crate) agents: Vec<AgentView>,
    pub(crate) calls: Vec<CallView>,
}

/// One queue.
#[derive(Clone, Debug)]
pub(crate) struct QueueView {
    pub(crate) name: String,
    /// Callers, and those who will be called back.
    pub(crate) waiting: usize,
    pub(crate) longest_ms: u64,
}

/// One agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentView {
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) state: &'static str,
    pub(crate) for_ms: u64,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct CallView {
    pub(crate) id: u64,
    pub(crate) caller: String,
    pub(crate) stage: String,
    pub(crate) for_ms: u64,
}

impl Centre {
    /// What is going on now.
    pub(super) fn snapshot(&self) -> Snapshot {
        let now = self.now();
        let waits = |name: &str| -> Vec<u64> {
            let wait = |stage: &Stage| match stage {
                Stage::Queued { queue, since_ms, .. } if queue == name => {
                    Some(now.ms().saturating_sub(*since_ms))
                }
                _ => None,
            };
            self.calls.values().filter_map(|call| wait(&call.stage)).collect()
        };
        let queues = self.routing.queues.iter().map(|queue| {
            let waits = waits(&queue.name);
            let longest_ms = waits.iter().copied().max().unwrap_or(0);
            let rules = &self.setup.config.callbacks;
            let here = |rule: usize| rules[rule].queue.get_ref() == &queue.name;
            let callbacks = self.callbacks.count_waiting(here);
            QueueView { name: queue.name.clone(), waiting: waits.len() + callbacks, longest_ms }
        });
        let agents = self.routing.agents.iter().map(|seat| AgentView {
            user: seat.user.clone(),
            name: seat.name.clone(),
            state: state_name(seat.state),
            for_ms: now.since(seat.since),
        });
        let mut calls: Vec<_> = self
            .calls
            .values()
            .map(|call| CallView {
                id: call.id,
                caller: call.caller.clone(),
                stage: call.stage.name(),
                for_ms: now.ms().saturating_sub(call.started_ms),
            })
            .collect();
        calls.sort_by_key(|call| call.id);
        Snapshot { queues: queues.collect(), agents: agents.collect(), calls }
    }
}
