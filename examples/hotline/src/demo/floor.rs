//! The agents at their phones, and who talks to whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::script::{Plan, Script, Then};
use crate::phone::{Call, CallState, Phone};

/// How long an agent's phone rings before it is picked up.
const PICK_UP: Duration = Duration::from_millis(600);

/// More than any call of the demonstration lasts.
const LONG: Duration = Duration::from_secs(60);

/// A conversation that an agent's phone took part in.
#[derive(Debug, Clone)]
pub(super) struct Talk {
    /// The agent's user name.
    pub(super) agent: String,
    /// The caller's number, as the agent's phone showed it.
    pub(super) number: String,
    /// The agent's end of it.
    pub(super) call: Call,
}

impl Talk {
    /// From the answer to the end of the conversation.
    pub(super) fn span(&self) -> Option<(Instant, Instant)> {
        let times = self.call.times();
        Some((times.answered?, times.over.unwrap_or_else(Instant::now)))
    }
}

/// What the agents know and what they have done.
#[derive(Debug)]
pub(super) struct Floor {
    /// How long they talk to whom, and whether they hang up.
    orders: HashMap<String, (Duration, bool)>,
    /// Callers whose first offer is not answered, with the agent who did not once it happened.
    away: Mutex<HashMap<String, Option<String>>>,
    talks: watch::Sender<Vec<Talk>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Floor {
    pub(super) fn new(scripts: &[Script]) -> Arc<Floor> {
        let mut orders = HashMap::new();
        let mut away = HashMap::new();
        for script in scripts {
            if let Plan::Agent { talk, then, first_agent_away, .. } = script.plan {
                let number = script.number.to_owned();
                if first_agent_away {
                    away.insert(number.clone(), None);
                }
                orders.insert(number, (talk, then != Then::CallerHangsUp));
            }
        }
        let talks = watch::Sender::new(Vec::new());
        Arc::new(Floor { orders, away: Mutex::new(away), talks })
    }

    /// Waits until an agent talks to this caller.
    pub(super) async fn talk_to(&self, number: &str, limit: Duration) -> Option<Talk> {
        let mut talks = self.talks.subscribe();
        let find = |talks: &Vec<Talk>| talks.iter().find(|t| t.number == number).cloned();
        let found = tokio::time::timeout(limit, talks.wait_for(|t| find(t).is_some())).await;
        found.ok()?.ok().and_then(|talks| find(&talks))
    }

    /// All conversations so far, in the order of their beginning.
    pub(super) fn talks(&self) -> Vec<Talk> {
        self.talks.borrow().clone()
    }

    /// The agent who did not answer this caller's first offer.
    pub(super) fn missed_by(&self, number: &str) -> Option<String> {
        lock(&self.away).get(number).cloned().flatten()
    }

    /// An agent at work, until the task is ended.
    pub(super) async fn work(self: Arc<Floor>, phone: Arc<Phone>, agent: String) {
        while let Some(call) = phone.incoming().await {
            // A call that cannot be rung or answered is over, and its caller's script will say so.
            let _ = call.ring();
            let absent = match lock(&self.away).get_mut(call.from()) {
                Some(missed @ None) => {
                    *missed = Some(agent.clone());
                    true
                }
                _ => false,
            };
            if !absent {
                self.serve(&agent, &call).await;
            }
            call.over(LONG).await;
        }
    }

    async fn serve(&self, agent: &str, call: &Call) {
        sleep(PICK_UP).await;
        if call.answer().is_err() || call.answered(LONG).await != Some(CallState::Answered) {
            return;
        }
        call.talk(true);
        let (agent, number) = (agent.to_owned(), call.from().to_owned());
        let (talk, hangs_up) = self.orders.get(&number).copied().unwrap_or((LONG, false));
        self.talks.send_modify(|talks| {
            talks.push(Talk { agent, number, call: call.clone() });
        });
        if call.over(talk).await.is_none() && hangs_up {
            // A far end that does not answer the BYE has ended all the same.
            let _ = call.hang_up().await;
        }
    }
}
