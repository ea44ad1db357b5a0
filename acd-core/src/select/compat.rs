//! The rules of two PBXs, so that a queue moved from there goes on ringing the same phones.
//!
//! Restated from their documented behaviour. Where they differ from the presets of our own, they
//! do so on purpose; what is a mere accident of theirs (a metric that overflows, a pointer that
//! is taken modulo 1000) is not repeated.

use super::{Order, Ring, Start, Term};
use crate::plain::plain;

/// The strategies of Asterisk's `app_queue`.
///
/// Ties go to the member that comes last in the order in which `app_queue` walks its members:
/// give each that place as [`Membership::position`](crate::Membership::position). It is the order
/// of the configuration for `linear` and `rrordered`, and by [`asterisk_bucket`] for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asterisk {
    /// `ringall`: all of the lowest penalty.
    #[default]
    RingAll,
    /// `leastrecent`: whose last call ended longest ago, in whole seconds; never called first.
    LeastRecent,
    /// `fewestcalls`: who has ended the fewest calls of this queue.
    FewestCalls,
    /// `random`.
    Random,
    /// `wrandom`: the penalty is a weight.
    WeightedRandom,
    /// `rrmemory`: round robin; the pointer moves to the best member not tried.
    RoundRobinMemory,
    /// `rrordered`: the same in the order of the configuration.
    RoundRobinOrdered,
    /// `linear`: the pointer belongs to the call.
    Linear,
}

/// The strategies of FreeSWITCH's `mod_callcenter`. Its tiers are
/// [`Membership::level`](crate::Membership::level) and `position`; leave the penalty at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallCenter {
    /// `longest-idle-agent`: whose last conversation ended longest ago, time away included.
    #[default]
    LongestIdleAgent,
    /// `agent-with-least-talk-time`, since the agent last became available.
    AgentWithLeastTalkTime,
    /// `agent-with-fewest-calls`, since the agent last became available.
    AgentWithFewestCalls,
    /// `sequentially-by-agent-order`: by position, then by the last offer.
    SequentiallyByAgentOrder,
    /// `random`, inside a level.
    Random,
    /// `round-robin`: behind the agent offered to last, on its level; then all.
    RoundRobin,
    /// `top-down`: behind the agent this call was offered to last, on its level; then higher
    /// levels; then all.
    TopDown,
    /// `ring-all`: everybody, whatever the level.
    RingAll,
    /// `ring-progressively`: one more agent every ten seconds.
    RingProgressively,
}

impl Asterisk {
    /// The rule spelt out.
    #[must_use]
    pub const fn order(self) -> Order {
        match self {
            Self::RingAll => Order::by([Term::LastWalked, Term::None]).ringing(Ring::All),
            Self::LeastRecent => Order::by([Term::LastEndSecond, Term::LastWalked]),
            Self::FewestCalls => Order::by([Term::Ended, Term::LastWalked]),
            Self::Random => Order::by([Term::None, Term::None]).starting(Start::Random),
            Self::WeightedRandom => {
                Order::by([Term::None, Term::None]).starting(Start::WeightedRandom)
            }
            Self::RoundRobinMemory | Self::RoundRobinOrdered => {
                Order::by([Term::Position, Term::None])
                    .starting(Start::AfterQueueLast)
                    .pointing_to_untried()
            }
            Self::Linear => Order::by([Term::Position, Term::None])
                .starting(Start::AfterCallLast)
                .pointing_to_untried(),
        }
    }
}

impl CallCenter {
    /// The rule spelt out.
    #[must_use]
    pub const fn order(self) -> Order {
        match self {
            Self::LongestIdleAgent => Order::by([Term::LastEnd, Term::Position]),
            Self::AgentWithLeastTalkTime => Order::by([Term::TalkSinceReady, Term::Position]),
            Self::AgentWithFewestCalls => Order::by([Term::CallsSinceReady, Term::Position]),
            Self::SequentiallyByAgentOrder => Order::by([Term::PlainPosition, Term::LastOffered]),
            Self::Random => Order::by([Term::None, Term::None]).starting(Start::Random),
            Self::RoundRobin => Order::by([Term::PlainPosition, Term::LastOffered])
                .starting(Start::LevelOfQueueLast),
            Self::TopDown => Order::by([Term::PlainPosition, Term::LastOffered])
                .starting(Start::DownFromCallLast),
            Self::RingAll => Order::by([Term::Position, Term::None]).ringing(Ring::Everybody),
            Self::RingProgressively => Order::by([Term::Position, Term::None])
                .ringing(Ring::Progressive { every_ms: 10_000 }),
        }
    }
}

/// The bucket of `app_queue`'s member table that an interface such as `PJSIP/1001` falls into;
/// the table is walked bucket by bucket, and inside one in the order of adding.
///
/// ```
/// use acd_core::asterisk_bucket;
/// let buckets = [1001, 1002, 1003, 1004, 1005].map(|n| asterisk_bucket(&format!("PJSIP/{n}")));
/// assert_eq!(buckets, [8, 18, 28, 1, 11]);
/// ```
#[must_use]
pub fn asterisk_bucket(interface: &str) -> u8 {
    let name = interface.find('/').map_or(interface, |at| &interface[at..]);
    let sum: i64 = name
        .bytes()
        .take(5)
        .zip(0..)
        .map(|(byte, place)| {
            let c = i64::from(byte as i8);
            let code = match c {
                ..32 => 0,
                97.. => c - 64,
                _ => c - 32,
            };
            code << (6 * place)
        })
        .sum();
    (sum.unsigned_abs() % 37) as u8
}

plain!(enum Asterisk {
    0 RingAll, 1 LeastRecent, 2 FewestCalls, 3 Random, 4 WeightedRandom, 5 RoundRobinMemory,
    6 RoundRobinOrdered, 7 Linear,
});
plain!(enum CallCenter {
    0 LongestIdleAgent, 1 AgentWithLeastTalkTime, 2 AgentWithFewestCalls,
    3 SequentiallyByAgentOrder, 4 Random, 5 RoundRobin, 6 TopDown, 7 RingAll, 8 RingProgressively,
});
