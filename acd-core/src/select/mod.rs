//! Which agent a call is offered to: one language of ordering terms, and named presets in it.
//! Which call an agent gets: [`CallOrder`].
//!
//! Candidates stand in tiers: lower penalty first, then lower level. Inside the lowest tier that
//! has a candidate, the terms of the [`Order`] decide one after the other, and the last word is
//! always the order in which the members joined the queue, so that there is never a tie.

mod calls;
mod compat;

use crate::plain::plain;
pub(crate) use calls::Urgency;
pub use calls::{CallOrder, CallReason};
pub use compat::{Asterisk, CallCenter, asterisk_bucket};

/// One term of an order: the candidate with the smaller value goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Term {
    /// Says nothing; the next term decides.
    #[default]
    None,
    /// Since when the agent has been available, the longest first. Time logged out or not ready
    /// does not count, an offer the agent missed starts it again, one it lost does not.
    IdleSince,
    /// Calls of this queue the agent has answered.
    Calls,
    /// Calls of all its queues the agent has answered.
    AllCalls,
    /// Milliseconds the agent has talked, over all its queues.
    TalkTime,
    /// Time talking and in wrap-up as a share of the time logged in, when it became available.
    Occupancy,
    /// [`Membership::position`](crate::Membership::position).
    Position,
    /// The order in which members joined the queue.
    Joined,
    /// When the agent was last offered a call of any queue.
    LastOffered,
    /// When the agent's last conversation ended; never is first.
    LastEnd,
    /// The same for this queue's conversations, in whole seconds.
    LastEndSecond,
    /// Conversations of this queue the agent has ended.
    Ended,
    /// Milliseconds talked since the agent last became available.
    TalkSinceReady,
    /// Calls answered since the agent last became available.
    CallsSinceReady,
    /// [`Membership::position`](crate::Membership::position) alone, so that equal positions tie.
    PlainPosition,
    /// The last by position, then by joining, first: how a tie ends in Asterisk.
    LastWalked,
}

/// Where the search starts in a tier's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// At the first of the order.
    #[default]
    First,
    /// Behind the member the queue offered to last, around the end: round robin. The first term
    /// must be [`Term::Joined`] or [`Term::Position`].
    AfterQueueLast,
    /// Behind the member this call was offered to last, around the end. The first term must be
    /// [`Term::Joined`] or [`Term::Position`].
    AfterCallLast,
    /// At a random one, each equally likely.
    Random,
    /// At a random one; a member of penalty p draws from a range (p + 1) times as wide, the
    /// smallest draw wins. Penalties are weights here, not tiers. Looks at every candidate.
    WeightedRandom,
    /// As FreeSWITCH's `round-robin`: on the level of the member the queue offered to last,
    /// behind its position; if there is none, at the first of all.
    LevelOfQueueLast,
    /// As FreeSWITCH's `top-down`: on the level of the member this call was offered to last,
    /// behind its position, then on higher levels; if there is none, at the first of all.
    DownFromCallLast,
}

/// How many phones ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ring {
    /// One at a time.
    #[default]
    One,
    /// All candidates of the lowest tier, up to [`Limits::ring_max`](crate::Limits::ring_max).
    All,
    /// All candidates of all tiers, up to as many.
    Everybody,
    /// One, and one more each time so many milliseconds pass unanswered.
    Progressive {
        /// Milliseconds between one phone and the next.
        every_ms: u32,
    },
}

/// A complete rule for choosing an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The terms, the most important first.
    pub terms: [Term; 2],
    /// Where the search starts.
    pub start: Start,
    /// How many phones ring.
    pub ring: Ring,
    /// Whether candidates with more skill in what the call asks for go before the terms.
    pub best_skill: bool,
    /// Where a search that goes round starts next: behind the member offered to (no), or at the
    /// best one that was not tried, busy ones included, as Asterisk does (yes; looks at every
    /// membership).
    pub to_untried: bool,
}

impl Order {
    /// The rule that takes the first by these terms.
    #[must_use]
    pub const fn by(terms: [Term; 2]) -> Self {
        Self { terms, start: Start::First, ring: Ring::One, best_skill: false, to_untried: false }
    }

    /// This rule with [`to_untried`](Self::to_untried).
    #[must_use]
    pub const fn pointing_to_untried(self) -> Self {
        Self { to_untried: true, ..self }
    }

    /// This rule with another start.
    #[must_use]
    pub const fn starting(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// This rule with another number of phones.
    #[must_use]
    pub const fn ringing(self, ring: Ring) -> Self {
        Self { ring, ..self }
    }

    pub(crate) fn check(&self) -> Result<(), crate::Error> {
        let by_level = matches!(self.start, Start::LevelOfQueueLast | Start::DownFromCallLast);
        if by_level && self.terms[0] != Term::PlainPosition {
            return Err(crate::Error::Config(
                "an order that starts by level needs PlainPosition as its first term",
            ));
        }
        let rotates = matches!(self.start, Start::AfterQueueLast | Start::AfterCallLast);
        if rotates && !matches!(self.terms[0], Term::Joined | Term::Position) {
            return Err(crate::Error::Config(
                "an order that goes round needs Joined or Position as its first term",
            ));
        }
        if matches!(self.ring, Ring::Progressive { every_ms: 0 }) {
            return Err(crate::Error::Config("progressive ringing every 0 ms"));
        }
        Ok(())
    }
}

/// Named rules for choosing an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// All free agents of the lowest tier ring; the first to accept gets the call.
    RingAll,
    /// The agent that has been available longest.
    #[default]
    LongestIdle,
    /// The agent that has answered the fewest calls of this queue.
    FewestCalls,
    /// The agent that has talked least.
    LeastTalk,
    /// The agent that was busy for the smallest share of its time.
    LeastOccupied,
    /// The next one behind the agent offered to last, in the order in which they joined.
    RoundRobin,
    /// As [`RoundRobin`](Self::RoundRobin), by [`Membership::position`](crate::Membership::position).
    RoundRobinOrdered,
    /// From the first position down; a call goes on behind the agent it was offered to last.
    Linear,
    /// Any, each equally likely.
    Random,
    /// Any; a member of penalty p is that much less likely.
    WeightedRandom,
    /// The agent with the most skill in what the call asks for, then the longest available.
    SkillLevel,
    /// One phone by position, and one more each time so many milliseconds pass unanswered.
    RingProgressive {
        /// Milliseconds between one phone and the next.
        every_ms: u32,
    },
    /// A rule of your own.
    Custom(Order),
    /// A rule of Asterisk's.
    Asterisk(Asterisk),
    /// A rule of FreeSWITCH's.
    CallCenter(CallCenter),
}

impl Strategy {
    /// The preset spelt out.
    #[must_use]
    pub const fn order(self) -> Order {
        match self {
            Self::RingAll => Order::by([Term::Position, Term::Joined]).ringing(Ring::All),
            Self::LongestIdle => Order::by([Term::IdleSince, Term::None]),
            Self::FewestCalls => Order::by([Term::Calls, Term::IdleSince]),
            Self::LeastTalk => Order::by([Term::TalkTime, Term::IdleSince]),
            Self::LeastOccupied => Order::by([Term::Occupancy, Term::IdleSince]),
            Self::RoundRobin => {
                Order::by([Term::Joined, Term::None]).starting(Start::AfterQueueLast)
            }
            Self::RoundRobinOrdered => {
                Order::by([Term::Position, Term::None]).starting(Start::AfterQueueLast)
            }
            Self::Linear => Order::by([Term::Position, Term::None]).starting(Start::AfterCallLast),
            Self::Random => Order::by([Term::None, Term::None]).starting(Start::Random),
            Self::WeightedRandom => {
                Order::by([Term::None, Term::None]).starting(Start::WeightedRandom)
            }
            Self::SkillLevel => {
                Order { best_skill: true, ..Order::by([Term::IdleSince, Term::None]) }
            }
            Self::RingProgressive { every_ms } => {
                Order::by([Term::Position, Term::Joined]).ringing(Ring::Progressive { every_ms })
            }
            Self::Custom(order) => order,
            Self::Asterisk(rule) => rule.order(),
            Self::CallCenter(rule) => rule.order(),
        }
    }
}

plain!(struct Order { terms, start, ring, best_skill, to_untried });
plain!(enum Term {
    0 None, 1 IdleSince, 2 Calls, 3 AllCalls, 4 TalkTime, 5 Occupancy, 6 Position, 7 Joined,
    8 LastOffered, 9 LastEnd, 10 LastEndSecond, 11 Ended, 12 TalkSinceReady, 13 CallsSinceReady,
    14 PlainPosition, 15 LastWalked,
});
plain!(enum Start {
    0 First, 1 AfterQueueLast, 2 AfterCallLast, 3 Random, 4 WeightedRandom, 5 LevelOfQueueLast,
    6 DownFromCallLast,
});
plain!(enum Ring { 0 One, 1 All, 2 Progressive { every_ms }, 3 Everybody });
plain!(enum Strategy {
    0 RingAll, 1 LongestIdle, 2 FewestCalls, 3 LeastTalk, 4 LeastOccupied, 5 RoundRobin,
    6 RoundRobinOrdered, 7 Linear, 8 Random, 9 WeightedRandom, 10 SkillLevel,
    11 RingProgressive { every_ms }, 12 Custom(order), 13 Asterisk(rule), 14 CallCenter(rule),
});
