//! Which call an agent gets: how urgent a waiting call is beside one of another queue.

use core::cmp::Ordering;

use crate::plain::plain;

/// Which call an agent of several queues gets next.
///
/// Calls that wait for this very agent go first, then queues of higher
/// [weight](crate::QueueConfig::weight), then calls of higher priority, unless priority
/// [ages](crate::QueueConfig::aging_ms) or the rule is [`OldestHead`](Self::OldestHead). Among those
/// left this rule decides between the queues; inside one queue it is always the longest waiting. It is one order over all calls, the same
/// for a call that looks for an agent and an agent that looks for a call, and it never holds back
/// an agent that could take something.
///
/// The target is [`QueueConfig::target_ms`](field@crate::QueueConfig::target_ms).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOrder {
    /// The call that has waited longest.
    #[default]
    LongestWaiting,
    /// The call whose target runs out first: arrival plus target.
    Deadline,
    /// From the queue that is longest for its [share](crate::QueueConfig::share), so that the
    /// lengths of the queues keep the ratio of their shares. Calls that ring do not count.
    ///
    /// The rule of fixed queue ratios (I. Gurvich and W. Whitt, "Service-Level Differentiation in
    /// Many-Server Service Systems via Queue-Ratio Routing", Oper. Res. 58(2), 2010) with length
    /// ÷ share in place of length − share × total, which holds the same ratios, is the same for
    /// two queues, and lets queues that an agent does not serve have no say.
    QueueRatio,
    /// The call that has used up most of its target: wait ÷ target, so that the waits of the
    /// queues keep the ratio of their targets.
    WaitRatio,
    /// From the queue whose first call that waits and does not ring has waited longest. Priorities
    /// decide inside a queue and nowhere else, as in Asterisk with
    /// `force_longest_waiting_caller=yes` (with `prio` it is [`LongestWaiting`](Self::LongestWaiting)).
    OldestHead,
}

/// What put a call before all others that an agent could get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallReason {
    /// There is no other.
    Alone,
    /// It waits for this very agent.
    Preferred,
    /// It rings elsewhere already, and its queue lets more than one phone ring.
    Ringing,
    /// Its queue has the higher weight.
    Weight,
    /// It has the higher priority.
    Priority,
    /// The [`CallOrder`] puts it first.
    Order,
    /// It has waited longer; arrived together, it came in first.
    Age,
}

/// How urgent a call is by the [`CallOrder`]: a fraction, the larger the sooner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Urgency {
    pub(crate) over: u64,
    /// Not 0.
    pub(crate) under: u64,
}

impl Urgency {
    /// Of all calls alike.
    pub(crate) const SAME: Self = Self { over: 0, under: 1 };
}

impl Ord for Urgency {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.under == other.under {
            return self.over.cmp(&other.over);
        }
        let (ours, theirs) = (u128::from(self.over), u128::from(other.over));
        (ours * u128::from(other.under)).cmp(&(theirs * u128::from(self.under)))
    }
}

impl PartialOrd for Urgency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Urgency {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Urgency {}

plain!(enum CallOrder { 0 LongestWaiting, 1 Deadline, 2 QueueRatio, 3 WaitRatio, 4 OldestHead });
