//! # Routing: who gets the call

use core::ffi::c_char;

use acd_core::{Asterisk, CallCenter, CallOrder, Order, Ring, Start, Strategy, Term};

use super::queue::tl_acd_queue_config;
use super::unknown;
use crate::guard::{Failure, guard};
use crate::pointers::{c_text, store};
use crate::tl_status;
use crate::values::set32;

/// Who gets the call. Lower penalty goes first always, then lower level; inside that:
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_strategy {
    /// The agent that has been available longest.
    TL_ACD_LONGEST_IDLE = 0,
    /// All free agents ring; the first to accept gets the call.
    TL_ACD_RING_ALL = 1,
    /// The agent that has answered the fewest calls of this queue.
    TL_ACD_FEWEST_CALLS = 2,
    /// The agent that has talked least.
    TL_ACD_LEAST_TALK = 3,
    /// The agent that was busy for the smallest share of its time.
    TL_ACD_LEAST_OCCUPIED = 4,
    /// The next one behind the agent offered to last, in the order in which they joined.
    TL_ACD_ROUND_ROBIN = 5,
    /// As round robin, by the membership's position.
    TL_ACD_ROUND_ROBIN_ORDERED = 6,
    /// From the first position down; a call goes on behind the agent it was offered to last.
    TL_ACD_LINEAR = 7,
    /// Any, each equally likely.
    TL_ACD_RANDOM = 8,
    /// Any; a member of penalty p is that much less likely.
    TL_ACD_WEIGHTED_RANDOM = 9,
    /// The agent with the most skill in what the call asks for, then the longest available.
    TL_ACD_SKILL_LEVEL = 10,
    /// One phone by position, and one more every `progressive_ms` unanswered.
    TL_ACD_RING_PROGRESSIVE = 11,
    /// The `custom_` fields say it.
    TL_ACD_CUSTOM = 12,
    /// Asterisk's app_queue: `ringall`. These eight reproduce it, its ties included.
    TL_ACD_ASTERISK_RINGALL = 100,
    /// `leastrecent`.
    TL_ACD_ASTERISK_LEASTRECENT = 101,
    /// `fewestcalls`.
    TL_ACD_ASTERISK_FEWESTCALLS = 102,
    /// `random`.
    TL_ACD_ASTERISK_RANDOM = 103,
    /// `wrandom`.
    TL_ACD_ASTERISK_WRANDOM = 104,
    /// `rrmemory`.
    TL_ACD_ASTERISK_RRMEMORY = 105,
    /// `rrordered`.
    TL_ACD_ASTERISK_RRORDERED = 106,
    /// `linear`.
    TL_ACD_ASTERISK_LINEAR = 107,
    /// FreeSWITCH's mod_callcenter: `longest-idle-agent`. Its tiers are a membership's level and
    /// position, here and below; leave the penalty at 0.
    TL_ACD_CALLCENTER_LONGEST_IDLE_AGENT = 200,
    /// `agent-with-least-talk-time`.
    TL_ACD_CALLCENTER_LEAST_TALK_TIME = 201,
    /// `agent-with-fewest-calls`.
    TL_ACD_CALLCENTER_FEWEST_CALLS = 202,
    /// `sequentially-by-agent-order`.
    TL_ACD_CALLCENTER_SEQUENTIALLY = 203,
    /// `random`.
    TL_ACD_CALLCENTER_RANDOM = 204,
    /// `round-robin`.
    TL_ACD_CALLCENTER_ROUND_ROBIN = 205,
    /// `top-down`.
    TL_ACD_CALLCENTER_TOP_DOWN = 206,
    /// `ring-all`.
    TL_ACD_CALLCENTER_RING_ALL = 207,
    /// `ring-progressively`.
    TL_ACD_CALLCENTER_RING_PROGRESSIVELY = 208,
}

/// One term of a custom strategy: the agent with the smaller value goes first.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_term {
    /// Says nothing.
    TL_ACD_BY_NOTHING = 0,
    /// Since when it has been available.
    TL_ACD_BY_IDLE_SINCE = 1,
    /// Calls of this queue it has answered.
    TL_ACD_BY_CALLS = 2,
    /// Calls of all its queues it has answered.
    TL_ACD_BY_ALL_CALLS = 3,
    /// Time it has talked.
    TL_ACD_BY_TALK_TIME = 4,
    /// Share of its time it was busy.
    TL_ACD_BY_OCCUPANCY = 5,
    /// The membership's position.
    TL_ACD_BY_POSITION = 6,
    /// The order of joining the queue.
    TL_ACD_BY_JOINED = 7,
    /// When it was last offered a call.
    TL_ACD_BY_LAST_OFFERED = 8,
    /// When its last conversation ended; never is first.
    TL_ACD_BY_LAST_END = 9,
    /// The same of this queue's conversations, in whole seconds.
    TL_ACD_BY_LAST_END_SECOND = 10,
    /// Conversations of this queue it has ended.
    TL_ACD_BY_ENDED = 11,
    /// Time it has talked since it last became available.
    TL_ACD_BY_TALK_SINCE_READY = 12,
    /// Calls it has answered since it last became available.
    TL_ACD_BY_CALLS_SINCE_READY = 13,
    /// The membership's position alone, so that equal positions tie.
    TL_ACD_BY_PLAIN_POSITION = 14,
    /// The last by position, then by joining, first: how a tie ends in Asterisk.
    TL_ACD_BY_LAST_WALKED = 15,
}

/// Where the search of a custom strategy starts.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_start {
    /// At the first.
    TL_ACD_START_FIRST = 0,
    /// Behind the member the queue offered to last. The first term must be the order of joining
    /// or the position.
    TL_ACD_START_AFTER_QUEUE_LAST = 1,
    /// Behind the member this call was offered to last. The first term as above.
    TL_ACD_START_AFTER_CALL_LAST = 2,
    /// At a random one.
    TL_ACD_START_RANDOM = 3,
    /// At a random one; penalties are weights.
    TL_ACD_START_WEIGHTED_RANDOM = 4,
    /// On the level of the member the queue offered to last, behind its position (mod_callcenter's
    /// `round-robin`). The first term must be the plain position.
    TL_ACD_START_LEVEL_OF_QUEUE_LAST = 5,
    /// On the level of the member this call was offered to last, behind its position, then on higher
    /// levels (mod_callcenter's `top-down`). The first term as above.
    TL_ACD_START_DOWN_FROM_CALL_LAST = 6,
}

/// How many phones ring in a custom strategy.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_ring {
    /// One at a time.
    TL_ACD_RING_ONE = 0,
    /// All of the lowest penalty and level, up to `ring_max`.
    TL_ACD_RING_EVERY = 1,
    /// One, and one more every `progressive_ms`.
    TL_ACD_RING_ONE_MORE = 2,
    /// All of all penalties and levels, up to `ring_max`.
    TL_ACD_RING_EVERYBODY = 3,
}

/// Which call an agent of several queues gets. Calls that wait for this very agent go first, then
/// queues of higher weight, then calls of higher priority; among those left this decides between
/// the queues. Inside one queue it is always the longest waiting.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_call_order {
    /// The call that has waited longest.
    TL_ACD_LONGEST_WAITING = 0,
    /// The call whose target runs out first: arrival plus the queue's `target_ms`.
    TL_ACD_DEADLINE = 1,
    /// From the queue that is longest for its `share`.
    TL_ACD_QUEUE_RATIO = 2,
    /// The call that has used up most of its target.
    TL_ACD_WAIT_RATIO = 3,
    /// From the queue whose first call that waits and does not ring has waited longest; priorities
    /// decide inside a queue only.
    TL_ACD_OLDEST_HEAD = 4,
}

/// Stores the bucket of app_queue's table of members that an interface such as `PJSIP/1001`, with a NUL,
/// falls into, 0 to 36. Asterisk walks the table bucket by bucket, and inside one in the order of adding:
/// as positions, the buckets give its order to the strategies `TL_ACD_ASTERISK_`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_asterisk_bucket(
    interface: *const c_char,
    bucket: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_acd_asterisk_bucket", || unsafe {
        let found = acd_core::asterisk_bucket(c_text(interface, "interface")?);
        store(bucket, "bucket", found.into())?;
        Ok(tl_status::TL_OK)
    })
}

/// What the numbers of a C enum stand for.
type Numbers<T> = &'static [(u32, T)];

const STRATEGIES: Numbers<Strategy> = &[
    (0, Strategy::LongestIdle),
    (1, Strategy::RingAll),
    (2, Strategy::FewestCalls),
    (3, Strategy::LeastTalk),
    (4, Strategy::LeastOccupied),
    (5, Strategy::RoundRobin),
    (6, Strategy::RoundRobinOrdered),
    (7, Strategy::Linear),
    (8, Strategy::Random),
    (9, Strategy::WeightedRandom),
    (10, Strategy::SkillLevel),
    (100, Strategy::Asterisk(Asterisk::RingAll)),
    (101, Strategy::Asterisk(Asterisk::LeastRecent)),
    (102, Strategy::Asterisk(Asterisk::FewestCalls)),
    (103, Strategy::Asterisk(Asterisk::Random)),
    (104, Strategy::Asterisk(Asterisk::WeightedRandom)),
    (105, Strategy::Asterisk(Asterisk::RoundRobinMemory)),
    (106, Strategy::Asterisk(Asterisk::RoundRobinOrdered)),
    (107, Strategy::Asterisk(Asterisk::Linear)),
    (200, Strategy::CallCenter(CallCenter::LongestIdleAgent)),
    (201, Strategy::CallCenter(CallCenter::AgentWithLeastTalkTime)),
    (202, Strategy::CallCenter(CallCenter::AgentWithFewestCalls)),
    (203, Strategy::CallCenter(CallCenter::SequentiallyByAgentOrder)),
    (204, Strategy::CallCenter(CallCenter::Random)),
    (205, Strategy::CallCenter(CallCenter::RoundRobin)),
    (206, Strategy::CallCenter(CallCenter::TopDown)),
    (207, Strategy::CallCenter(CallCenter::RingAll)),
    (208, Strategy::CallCenter(CallCenter::RingProgressively)),
];
/// The two that need other fields beside the number.
const PROGRESSIVE: u32 = tl_acd_strategy::TL_ACD_RING_PROGRESSIVE as u32;
const CUSTOM: u32 = tl_acd_strategy::TL_ACD_CUSTOM as u32;

const TERMS: Numbers<Term> = &[
    (0, Term::None),
    (1, Term::IdleSince),
    (2, Term::Calls),
    (3, Term::AllCalls),
    (4, Term::TalkTime),
    (5, Term::Occupancy),
    (6, Term::Position),
    (7, Term::Joined),
    (8, Term::LastOffered),
    (9, Term::LastEnd),
    (10, Term::LastEndSecond),
    (11, Term::Ended),
    (12, Term::TalkSinceReady),
    (13, Term::CallsSinceReady),
    (14, Term::PlainPosition),
    (15, Term::LastWalked),
];

const STARTS: Numbers<Start> = &[
    (0, Start::First),
    (1, Start::AfterQueueLast),
    (2, Start::AfterCallLast),
    (3, Start::Random),
    (4, Start::WeightedRandom),
    (5, Start::LevelOfQueueLast),
    (6, Start::DownFromCallLast),
];

const RINGS: Numbers<Ring> = &[(0, Ring::One), (1, Ring::All), (3, Ring::Everybody)];
const ONE_MORE: u32 = tl_acd_ring::TL_ACD_RING_ONE_MORE as u32;

const CALL_ORDERS: Numbers<CallOrder> = &[
    (0, CallOrder::LongestWaiting),
    (1, CallOrder::Deadline),
    (2, CallOrder::QueueRatio),
    (3, CallOrder::WaitRatio),
    (4, CallOrder::OldestHead),
];

fn meant<T: Copy>(table: Numbers<T>, name: &'static str, number: u32) -> Result<T, Failure> {
    let known = table.iter().find(|(of, _)| *of == number);
    known.map_or_else(|| unknown(name, number), |(_, value)| Ok(*value))
}

/// `TL_NONE32` for what is newer than this library's tables.
fn number<T: Copy + PartialEq>(table: Numbers<T>, value: T) -> u32 {
    set32(table.iter().find(|(_, known)| *known == value).map(|(number, _)| *number))
}

/// An order of calls by its number.
pub(super) fn call_order(value: u32) -> Result<CallOrder, Failure> {
    meant(CALL_ORDERS, "order", value)
}

pub(super) fn call_order_number(order: CallOrder) -> u32 {
    number(CALL_ORDERS, order)
}

impl tl_acd_queue_config {
    fn custom(&self) -> Result<Order, Failure> {
        Ok(Order {
            terms: [
                meant(TERMS, "custom_term", self.custom_term)?,
                meant(TERMS, "custom_second_term", self.custom_second_term)?,
            ],
            start: meant(STARTS, "custom_start", self.custom_start)?,
            ring: match self.custom_ring {
                ONE_MORE => Ring::Progressive { every_ms: self.progressive_ms },
                other => meant(RINGS, "custom_ring", other)?,
            },
            best_skill: self.custom_best_skill != 0,
            to_untried: self.custom_to_untried != 0,
        })
    }

    pub(super) fn strategy(&self) -> Result<Strategy, Failure> {
        Ok(match self.strategy {
            PROGRESSIVE => Strategy::RingProgressive { every_ms: self.progressive_ms },
            CUSTOM => Strategy::Custom(self.custom()?),
            other => meant(STRATEGIES, "strategy", other)?,
        })
    }

    /// Fills in the strategy and the fields that are its own.
    pub(super) fn set_strategy(&mut self, strategy: Strategy) {
        match strategy {
            Strategy::RingProgressive { every_ms } => {
                (self.strategy, self.progressive_ms) = (PROGRESSIVE, every_ms);
            }
            Strategy::Custom(Order { terms, start, ring, best_skill, to_untried }) => {
                self.strategy = CUSTOM;
                [self.custom_term, self.custom_second_term] = terms.map(|term| number(TERMS, term));
                self.custom_start = number(STARTS, start);
                self.custom_ring = number(RINGS, ring);
                if let Ring::Progressive { every_ms } = ring {
                    (self.custom_ring, self.progressive_ms) = (ONE_MORE, every_ms);
                }
                self.custom_best_skill = best_skill.into();
                self.custom_to_untried = to_untried.into();
            }
            other => self.strategy = number(STRATEGIES, other),
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::config::Growing;

    /// There and back: what is filled in is read as what it was.
    fn comes_back(strategy: Strategy) {
        let mut config = tl_acd_queue_config::defaults();
        config.set_strategy(strategy);
        assert_eq!(config.strategy().map_err(|f| f.status), Ok(strategy));
    }

    #[test]
    fn every_strategy_has_its_number() {
        STRATEGIES.iter().for_each(|(_, strategy)| comes_back(*strategy));
        comes_back(Strategy::RingProgressive { every_ms: 700 });
        for (_, term) in TERMS {
            for (_, start) in STARTS {
                for ring in
                    [Ring::One, Ring::All, Ring::Progressive { every_ms: 1 }, Ring::Everybody]
                {
                    let order = Order::by([*term, Term::Ended]).starting(*start).ringing(ring);
                    comes_back(Strategy::Custom(order));
                    comes_back(Strategy::Custom(
                        Order { best_skill: true, ..order }.pointing_to_untried(),
                    ));
                }
            }
        }
        let mut config = tl_acd_queue_config::defaults();
        (config.strategy, config.custom_term) = (CUSTOM, 16);
        assert_eq!(config.strategy().map_err(|f| f.status), Err(tl_status::TL_ERR_ARGUMENT));
    }
}
