//! # Routing: limits and configuration
//!
//! Every struct here is filled in by its `_defaults` function; change what differs. Times are in
//! milliseconds, `TL_NONE32` and `TL_NONE` in a field mean "not set" where the field says so.

#![allow(
    clippy::needless_update,
    reason = "what the core learns next has its default until it is in the header"
)]

use acd_core::{
    AgentConfig, AgentId, Asterisk, CallCenter, CallConfig, Capacity, ClassId, Delays, EmptyRule,
    Limits, Medium, Membership, Order, Overflow, ProfileId, QueueConfig, QueueId, RelaxStep, Ring,
    Start, Strategy, Term,
};

use crate::config::Growing;
use crate::guard::Failure;
use crate::pointers::store;
use crate::values::{TL_NONE, TL_NONE32, option32, option64, set32, set64};
use crate::{guard, tl_status};

/// How much an engine can hold: its whole memory is taken from this, once. A field that is 0 is
/// chosen from the others where it says so.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_limits {
    /// Set by `tl_acd_limits_defaults`.
    pub struct_size: u32,
    /// Queues. Default: 16.
    pub queues: u32,
    /// Agents. Default: 64.
    pub agents: u32,
    /// Memberships of agents in queues. 0: two an agent.
    pub memberships: u32,
    /// Calls, waiting and talking. Default: 256.
    pub calls: u32,
    /// Offers: ringing, connected, in wrap-up or remembered for `retry_ms`. 0: from the others.
    pub offers: u32,
    /// Different queue, class and penalty window that calls wait with. 0: from the others.
    pub lines: u32,
    /// Different queue and profile of its members. 0: from the others.
    pub pools: u32,
    /// Classes of calls, at most 65,535, class 0 included. Default: 1.
    pub classes: u32,
    /// Profiles of agents, at most 65,535, profile 0 included. Default: 1.
    pub profiles: u32,
    /// Skills in all classes and profiles. 0: four for each.
    pub skills: u32,
    /// Phones that ring for one call at the same time, at most 65,535. Default: 16.
    pub ring_max: u32,
    /// Outputs that wait to be polled. 0: enough.
    pub outputs: u32,
    /// Steps of relaxation of all queues. Default: 0.
    pub steps: u32,
    /// Callers who gave up and whose age is kept for when they call back. Default: 0.
    pub ghosts: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_acd_limits {
    const FIRST_SIZE: usize = 60;

    fn defaults() -> Self {
        let limits = Limits::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            queues: limits.queues,
            agents: limits.agents,
            memberships: limits.memberships,
            calls: limits.calls,
            offers: limits.offers,
            lines: limits.lines,
            pools: limits.pools,
            classes: limits.classes.into(),
            profiles: limits.profiles.into(),
            skills: limits.skills,
            ring_max: limits.ring_max.into(),
            outputs: limits.outputs,
            steps: limits.steps,
            ghosts: limits.ghosts,
        }
    }
}

fn small<T: TryFrom<u32>>(value: u32, name: &'static str) -> Result<T, Failure> {
    T::try_from(value).map_err(|_| Failure::argument(format_args!("{name} is {value}")))
}

impl tl_acd_limits {
    pub(super) fn limits(&self) -> Result<Limits, Failure> {
        Ok(Limits {
            queues: self.queues,
            agents: self.agents,
            memberships: self.memberships,
            calls: self.calls,
            offers: self.offers,
            lines: self.lines,
            pools: self.pools,
            classes: small(self.classes, "classes")?,
            profiles: small(self.profiles, "profiles")?,
            skills: self.skills,
            ring_max: small(self.ring_max, "ring_max")?,
            outputs: self.outputs,
            steps: self.steps,
            ghosts: self.ghosts,
            ..Limits::default()
        })
    }
}

/// Fills in the default limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_limits_defaults(limits: *mut tl_acd_limits) -> tl_status {
    guard::guard("tl_acd_limits_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(limits, "limits", tl_acd_limits::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

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
}

/// The kind of contact.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_medium {
    /// Telephone calls.
    TL_ACD_VOICE = 0,
    /// Text chats.
    TL_ACD_CHAT = 1,
    /// Mails and letters.
    TL_ACD_MAIL = 2,
    /// Anything else.
    TL_ACD_OTHER = 3,
}

/// When a queue counts as empty of agents.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_acd_empty {
    /// Never: calls wait for agents to come.
    TL_ACD_EMPTY_NEVER = 0,
    /// When no member is logged in.
    TL_ACD_EMPTY_LOGGED_OUT = 1,
    /// When all members are logged out or not ready.
    TL_ACD_EMPTY_NOT_READY = 2,
    /// When no member is free right now.
    TL_ACD_EMPTY_NONE_FREE = 3,
}

/// How a queue works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_queue_config {
    /// Set by `tl_acd_queue_defaults`.
    pub struct_size: u32,
    /// A `tl_acd_strategy`. Default: longest idle.
    pub strategy: u32,
    /// Your own name for the queue.
    pub tag: u64,
    /// A `tl_acd_medium`. Default: voice.
    pub medium: u32,
    /// How long a phone rings. Default: 15,000.
    pub ring_timeout_ms: u32,
    /// The same agent is not offered the same call again for so long after it missed it; 1 or
    /// more. Default: 5,000.
    pub retry_ms: u32,
    /// Time for paperwork after a call, unless the member or agent has its own. Default: 0.
    pub wrap_up_ms: u32,
    /// A call leaves after so long. Default: `TL_NONE`.
    pub max_wait_ms: u64,
    /// It goes to this queue then, its age kept. Default: `TL_NONE`, out with a timeout.
    pub overflow_queue: u64,
    /// Answered within so long counts as in service level. Default: 20,000.
    pub service_level_ms: u64,
    /// The first position announcement comes after so long. Default: `TL_NONE`.
    pub announce_first_ms: u64,
    /// Further announcements come so often; 1 or more. Default: `TL_NONE`.
    pub announce_every_ms: u64,
    /// It goes to this target of yours then, at most 65,535: voicemail, a callback, another site.
    /// Default: `TL_NONE32`.
    pub overflow_target: u32,
    /// A caller who gave up and calls again within so long has the age it had; needs
    /// `tl_acd_call.caller` and `tl_acd_limits.ghosts`. Default: `TL_NONE32`.
    pub resume_within_ms: u32,
    /// At most so many calls wait; further ones are refused. Default: `TL_NONE32`.
    pub max_waiting: u32,
    /// An agent of several queues serves the queue of the highest weight first, at most 65,535.
    /// Strictly so: a queue of lower weight can starve. Default: 0.
    pub weight: u32,
    /// After so many offers missed in a row, 1 to 65,534, the agent is set not ready with reason
    /// 65,535. Default: `TL_NONE32`.
    pub missed_limit: u32,
    /// One step of priority is worth so much waiting. Default: `TL_NONE32`, higher priority always
    /// first.
    pub aging_ms: u32,
    /// A `tl_acd_empty`: refuse calls then. Default: never.
    pub join_empty: u32,
    /// A `tl_acd_empty`: calls leave then. Default: never.
    pub leave_empty: u32,
    /// For how long an agent is left alone after its phone was busy. Default: 0.
    pub busy_delay_ms: u32,
    /// ... after it declined. Default: 0.
    pub declined_delay_ms: u32,
    /// ... after its phone could not be reached or set up. Default: 0.
    pub failed_delay_ms: u32,
    /// ... after nobody answered. Default: 0.
    pub no_answer_delay_ms: u32,
    /// How often one more phone rings, where phones ring progressively. Default: 10,000.
    pub progressive_ms: u32,
    /// Custom strategy: a `tl_acd_term`.
    pub custom_term: u32,
    /// Custom strategy: the `tl_acd_term` that decides when the first one does not.
    pub custom_second_term: u32,
    /// Custom strategy: a `tl_acd_start`.
    pub custom_start: u32,
    /// Custom strategy: a `tl_acd_ring`.
    pub custom_ring: u32,
    /// Custom strategy: 1 if more skill in what the call asks for goes before the terms.
    pub custom_best_skill: u32,
}

// SAFETY: repr(C), begins with a u32; each u64 stands at a multiple of 8 and the u32 fields are
// even in number, so there is no padding.
unsafe impl Growing for tl_acd_queue_config {
    const FIRST_SIZE: usize = 144;

    fn defaults() -> Self {
        let config = QueueConfig::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            strategy: tl_acd_strategy::TL_ACD_LONGEST_IDLE as u32,
            tag: config.tag,
            medium: tl_acd_medium::TL_ACD_VOICE as u32,
            ring_timeout_ms: config.ring_timeout_ms,
            retry_ms: config.retry_ms,
            wrap_up_ms: config.wrap_up_ms,
            max_wait_ms: set64(config.max_wait_ms),
            overflow_queue: TL_NONE,
            overflow_target: TL_NONE32,
            resume_within_ms: set32(config.resume_within_ms),
            service_level_ms: config.service_level_ms,
            announce_first_ms: set64(config.announce_first_ms),
            announce_every_ms: set64(config.announce_every_ms),
            max_waiting: set32(config.max_waiting),
            weight: config.weight.into(),
            missed_limit: set32(config.missed_limit.map(u32::from)),
            aging_ms: set32(config.aging_ms),
            join_empty: tl_acd_empty::TL_ACD_EMPTY_NEVER as u32,
            leave_empty: tl_acd_empty::TL_ACD_EMPTY_NEVER as u32,
            busy_delay_ms: config.delays.busy_ms,
            declined_delay_ms: config.delays.declined_ms,
            failed_delay_ms: config.delays.failed_ms,
            no_answer_delay_ms: config.delays.no_answer_ms,
            progressive_ms: 10_000,
            custom_term: 0,
            custom_second_term: 0,
            custom_start: 0,
            custom_ring: 0,
            custom_best_skill: 0,
        }
    }
}

fn unknown<T>(name: &'static str, value: u32) -> Result<T, Failure> {
    Err(Failure::argument(format_args!("{name} is {value}")))
}

fn term(value: u32) -> Result<Term, Failure> {
    Ok(match value {
        0 => Term::None,
        1 => Term::IdleSince,
        2 => Term::Calls,
        3 => Term::AllCalls,
        4 => Term::TalkTime,
        5 => Term::Occupancy,
        6 => Term::Position,
        7 => Term::Joined,
        8 => Term::LastOffered,
        _ => return unknown("a term", value),
    })
}

fn empty(name: &'static str, value: u32) -> Result<EmptyRule, Failure> {
    Ok(match value {
        0 => EmptyRule::Never,
        1 => EmptyRule::LoggedOut,
        2 => EmptyRule::NotReady,
        3 => EmptyRule::NoneFree,
        _ => return unknown(name, value),
    })
}

impl tl_acd_queue_config {
    fn custom(&self) -> Result<Order, Failure> {
        Ok(Order {
            terms: [term(self.custom_term)?, term(self.custom_second_term)?],
            start: match self.custom_start {
                0 => Start::First,
                1 => Start::AfterQueueLast,
                2 => Start::AfterCallLast,
                3 => Start::Random,
                4 => Start::WeightedRandom,
                other => return unknown("custom_start", other),
            },
            ring: match self.custom_ring {
                0 => Ring::One,
                1 => Ring::All,
                2 => Ring::Progressive { every_ms: self.progressive_ms },
                other => return unknown("custom_ring", other),
            },
            best_skill: self.custom_best_skill != 0,
            ..Order::default()
        })
    }

    fn strategy(&self) -> Result<Strategy, Failure> {
        Ok(match self.strategy {
            0 => Strategy::LongestIdle,
            1 => Strategy::RingAll,
            2 => Strategy::FewestCalls,
            3 => Strategy::LeastTalk,
            4 => Strategy::LeastOccupied,
            5 => Strategy::RoundRobin,
            6 => Strategy::RoundRobinOrdered,
            7 => Strategy::Linear,
            8 => Strategy::Random,
            9 => Strategy::WeightedRandom,
            10 => Strategy::SkillLevel,
            11 => Strategy::RingProgressive { every_ms: self.progressive_ms },
            12 => Strategy::Custom(self.custom()?),
            100 => Strategy::Asterisk(Asterisk::RingAll),
            101 => Strategy::Asterisk(Asterisk::LeastRecent),
            102 => Strategy::Asterisk(Asterisk::FewestCalls),
            103 => Strategy::Asterisk(Asterisk::Random),
            104 => Strategy::Asterisk(Asterisk::WeightedRandom),
            105 => Strategy::Asterisk(Asterisk::RoundRobinMemory),
            106 => Strategy::Asterisk(Asterisk::RoundRobinOrdered),
            107 => Strategy::Asterisk(Asterisk::Linear),
            200 => Strategy::CallCenter(CallCenter::LongestIdleAgent),
            201 => Strategy::CallCenter(CallCenter::AgentWithLeastTalkTime),
            202 => Strategy::CallCenter(CallCenter::AgentWithFewestCalls),
            203 => Strategy::CallCenter(CallCenter::SequentiallyByAgentOrder),
            204 => Strategy::CallCenter(CallCenter::Random),
            205 => Strategy::CallCenter(CallCenter::RoundRobin),
            206 => Strategy::CallCenter(CallCenter::TopDown),
            207 => Strategy::CallCenter(CallCenter::RingAll),
            208 => Strategy::CallCenter(CallCenter::RingProgressively),
            other => return unknown("strategy", other),
        })
    }

    fn overflow(&self) -> Result<Option<Overflow>, Failure> {
        match (option64(self.overflow_queue), option32(self.overflow_target)) {
            (None, None) => Ok(None),
            (Some(queue), None) => Ok(Some(Overflow::Queue(QueueId::from_raw(queue)))),
            (None, Some(target)) => Ok(Some(Overflow::Target(small(target, "overflow_target")?))),
            (Some(_), Some(_)) => {
                Err(Failure::argument("overflow_queue and overflow_target exclude each other"))
            }
        }
    }

    pub(super) fn config(&self) -> Result<QueueConfig, Failure> {
        Ok(QueueConfig {
            tag: self.tag,
            strategy: self.strategy()?,
            medium: match self.medium {
                0 => Medium::Voice,
                1 => Medium::Chat,
                2 => Medium::Mail,
                3 => Medium::Other,
                other => return unknown("medium", other),
            },
            ring_timeout_ms: self.ring_timeout_ms,
            retry_ms: self.retry_ms,
            wrap_up_ms: self.wrap_up_ms,
            max_wait_ms: option64(self.max_wait_ms),
            overflow: self.overflow()?,
            resume_within_ms: option32(self.resume_within_ms),
            max_waiting: option32(self.max_waiting),
            weight: small(self.weight, "weight")?,
            service_level_ms: self.service_level_ms,
            announce_first_ms: option64(self.announce_first_ms),
            announce_every_ms: option64(self.announce_every_ms),
            missed_limit: option32(self.missed_limit)
                .map(|limit| small(limit, "missed_limit"))
                .transpose()?,
            aging_ms: option32(self.aging_ms),
            join_empty: empty("join_empty", self.join_empty)?,
            leave_empty: empty("leave_empty", self.leave_empty)?,
            delays: Delays {
                busy_ms: self.busy_delay_ms,
                declined_ms: self.declined_delay_ms,
                failed_ms: self.failed_delay_ms,
                no_answer_ms: self.no_answer_delay_ms,
            },
            ..QueueConfig::default()
        })
    }
}

/// Fills in the default queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_queue_defaults(config: *mut tl_acd_queue_config) -> tl_status {
    guard::guard("tl_acd_queue_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_acd_queue_config::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// An agent to be added.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_agent_config {
    /// Set by `tl_acd_agent_defaults`.
    pub struct_size: u32,
    /// What the agent can do: from `tl_acd_add_profile`, or 0 for no special skills.
    pub profile: u32,
    /// Your own name for the agent; comes back in every output about it.
    pub tag: u64,
    /// Time for paperwork after a call instead of the queue's. Default: `TL_NONE32`.
    pub wrap_up_ms: u32,
    /// How many contacts of each `tl_acd_medium` at a time. Default: 1 call, 4 chats, 10 mails,
    /// 1 other.
    pub units: [u8; 4],
    /// For each medium the set of media (1 << medium) that keep it out while the agent handles
    /// any of them. Default: a call keeps out everything else.
    pub blocked_by: [u8; 4],
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; 4 + 4 + 8 + 4 + 4 + 4 + 4 bytes, so there is no padding.
unsafe impl Growing for tl_acd_agent_config {
    const FIRST_SIZE: usize = 32;

    fn defaults() -> Self {
        let Capacity { units, blocked_by } = Capacity::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            profile: 0,
            tag: 0,
            wrap_up_ms: TL_NONE32,
            units,
            blocked_by,
            reserved: 0,
        }
    }
}

impl tl_acd_agent_config {
    pub(super) fn config(&self) -> Result<AgentConfig, Failure> {
        Ok(AgentConfig {
            tag: self.tag,
            wrap_up_ms: option32(self.wrap_up_ms),
            profile: ProfileId(small(self.profile, "profile")?),
            capacity: Capacity { units: self.units, blocked_by: self.blocked_by },
        })
    }
}

/// Fills in the default agent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_agent_defaults(config: *mut tl_acd_agent_config) -> tl_status {
    guard::guard("tl_acd_agent_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_acd_agent_config::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// An agent's place in a queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_membership {
    /// Set by `tl_acd_membership_defaults`.
    pub struct_size: u32,
    /// Agents of a lower penalty are offered calls first, always. Default: 0.
    pub penalty: u32,
    /// Among equal penalty, agents of a lower level are offered calls first, always; at most
    /// 65,535. Default: 0.
    pub level: u32,
    /// The place in the order of strategies that go by position. Default: 0.
    pub position: u32,
    /// Time for paperwork after a call of this queue. Default: `TL_NONE32`.
    pub wrap_up_ms: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_acd_membership {
    const FIRST_SIZE: usize = 20;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            penalty: 0,
            level: 0,
            position: 0,
            wrap_up_ms: TL_NONE32,
        }
    }
}

impl tl_acd_membership {
    pub(super) fn config(&self) -> Result<Membership, Failure> {
        Ok(Membership {
            penalty: self.penalty,
            level: small(self.level, "level")?,
            position: self.position,
            wrap_up_ms: option32(self.wrap_up_ms),
        })
    }
}

/// Fills in the default membership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_membership_defaults(config: *mut tl_acd_membership) -> tl_status {
    guard::guard("tl_acd_membership_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_acd_membership::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// A call that asks to join a queue.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_call {
    /// Set by `tl_acd_call_defaults`.
    pub struct_size: u32,
    /// Higher goes first. Default: 0.
    pub priority: i32,
    /// Your own name for the call; comes back in every output about it.
    pub tag: u64,
    /// Where it wants to wait.
    pub queue: u64,
    /// Offered to this agent first when it is free. Default: `TL_NONE`.
    pub preferred_agent: u64,
    /// Counts as having waited for so long already. Default: 0.
    pub credit_ms: u64,
    /// Leaves after so long instead of the queue's longest wait. Default: `TL_NONE`.
    pub max_wait_ms: u64,
    /// Who calls, by any number of yours, for callers who give up and come back. Default:
    /// `TL_NONE`.
    pub caller: u64,
    /// Waits for the preferred agent alone for so long. Default: 0.
    pub preferred_wait_ms: u32,
    /// What it asks of the agent: from `tl_acd_add_class`, or 0 for nothing.
    pub call_class: u32,
    /// Wants this place in the queue, 1 for the first; higher priorities stay ahead. Default:
    /// `TL_NONE32`.
    pub position: u32,
    /// Only members of at least this penalty. Default: 0.
    pub penalty_min: u32,
    /// Only members of at most this penalty. Default: `TL_NONE32`.
    pub penalty_max: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; two u32, six u64, six u32, so there is no padding.
unsafe impl Growing for tl_acd_call {
    const FIRST_SIZE: usize = 80;

    fn defaults() -> Self {
        let call = CallConfig::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            priority: call.priority,
            tag: call.tag,
            queue: TL_NONE,
            preferred_agent: TL_NONE,
            credit_ms: call.credit_ms,
            max_wait_ms: TL_NONE,
            caller: TL_NONE,
            preferred_wait_ms: call.preferred_wait_ms,
            call_class: 0,
            position: TL_NONE32,
            penalty_min: call.penalty_min,
            penalty_max: call.penalty_max,
            reserved: 0,
        }
    }
}

impl tl_acd_call {
    pub(super) fn config(&self) -> Result<CallConfig, Failure> {
        Ok(CallConfig {
            tag: self.tag,
            priority: self.priority,
            class: ClassId(small(self.call_class, "call_class")?),
            preferred_agent: option64(self.preferred_agent).map(AgentId::from_raw),
            caller: option64(self.caller),
            preferred_wait_ms: self.preferred_wait_ms,
            credit_ms: self.credit_ms,
            position: option32(self.position),
            penalty_min: self.penalty_min,
            penalty_max: self.penalty_max,
            max_wait_ms: option64(self.max_wait_ms),
            ..CallConfig::new(QueueId::from_raw(self.queue))
        })
    }
}

/// Fills in the default call; its queue is still to be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_call_defaults(call: *mut tl_acd_call) -> tl_status {
    guard::guard("tl_acd_call_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(call, "call", tl_acd_call::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// One skill at one level: in a class the least level asked for, in a profile the level had.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_skill {
    /// Which skill; the numbers are yours.
    pub skill: u16,
    /// How much of it: 5 is better than 1.
    pub level: u8,
    /// Must be 0.
    pub reserved: u8,
}

/// A step of relaxation: after so long in the queue a call asks for less, or of more agents.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_relax_step {
    /// So long after the call joined the queue, at that very instant. Each step later than the one
    /// before.
    pub after_ms: u64,
    /// It asks for this class from then on; `TL_NONE32` leaves it.
    pub call_class: u32,
    /// Only members of at least this penalty; `TL_NONE32` leaves it.
    pub penalty_min: u32,
    /// Only members of at most this penalty; `TL_NONE32` leaves it.
    pub penalty_max: u32,
    /// Must be 0.
    pub reserved: u32,
}

impl tl_acd_relax_step {
    pub(super) fn step(&self) -> Result<RelaxStep, Failure> {
        Ok(RelaxStep {
            after_ms: self.after_ms,
            class: option32(self.call_class)
                .map(|class| small(class, "call_class").map(ClassId))
                .transpose()?,
            penalty_min: option32(self.penalty_min),
            penalty_max: option32(self.penalty_max),
        })
    }
}
