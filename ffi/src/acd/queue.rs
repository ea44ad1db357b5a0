//! # Routing: queues

#![allow(
    clippy::needless_update,
    reason = "what the core learns next has its default until it is in the header"
)]

use acd_core::{
    ClassId, Delays, EmptyRule, Level, Medium, Overflow, PenaltyRaise, QueueConfig, QueueId,
    RelaxStep, TierRules,
};

use super::{small, unknown};
use crate::config::{Growing, store_defaults};
use crate::guard::{Failure, guard};
use crate::tl_status;
use crate::values::{TL_NONE, TL_NONE32, option32, option64, set32, set64};

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

/// Which calls a service level counts, and out of which.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_level {
    /// Answered in time, of the answered.
    TL_ACD_LEVEL_OF_ANSWERED = 0,
    /// Answered or abandoned in time, of the answered and abandoned.
    TL_ACD_LEVEL_OF_ANSWERED_AND_ABANDONED = 1,
    /// Answered in time, of all that were offered.
    TL_ACD_LEVEL_OF_OFFERED = 2,
    /// The same, without those who hung up almost at once.
    TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT = 3,
}

const LEVELS: [Level; 4] =
    [Level::OfAnswered, Level::OfAnsweredAndAbandoned, Level::OfOffered, Level::OfOfferedButShort];

pub(super) fn level(name: &'static str, value: u32) -> Result<Level, Failure> {
    of_place(&LEVELS, name, value)
}

pub(super) fn level_number(level: Level) -> u32 {
    place_of(&LEVELS, level)
}

const MEDIA: [Medium; 4] = [Medium::Voice, Medium::Chat, Medium::Mail, Medium::Other];
const EMPTY: [EmptyRule; 4] =
    [EmptyRule::Never, EmptyRule::LoggedOut, EmptyRule::NotReady, EmptyRule::NoneFree];

/// What the number of an enum from 0 on stands for.
fn of_place<T: Copy>(table: &[T], name: &'static str, value: u32) -> Result<T, Failure> {
    table.get(value as usize).copied().map_or_else(|| unknown(name, value), Ok)
}

fn place_of<T: Copy + PartialEq>(table: &[T], value: T) -> u32 {
    table.iter().position(|known| *known == value).unwrap_or(0) as u32
}

/// How a queue works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_queue_config {
    /// Set by `tl_acd_queue_defaults`.
    pub struct_size: u32,
    /// A `tl_acd_strategy`. Default: longest idle.
    pub strategy: u32,
    /// Your own name for the queue. No two queues have the same, but for 0, which is no name.
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
    /// Calls should be answered within so long, 1 or more, where `tl_acd_set_call_order` goes by
    /// targets. Default: `TL_NONE`, `service_level_ms`.
    pub target_ms: u64,
    /// How long this queue may be beside others, where `tl_acd_set_call_order` goes by ratios; 1 or
    /// more. Default: 1.
    pub share: u32,
    /// Calls leave by `leave_empty` when it has held for so long. Default: 0, at once.
    pub leave_empty_after_ms: u32,
    /// A call that joins while it holds stays for so long at least. Default: 0.
    pub leave_empty_stay_ms: u32,
    /// Custom strategy: 1 if a search that goes round starts next at the best member that was not
    /// tried, as Asterisk's does. Default: 0, behind the member offered to.
    pub custom_to_untried: u32,
    /// 1: paperwork keeps the agent from the calls of all its queues, and is a state of its own. 0:
    /// from this queue's calls only. Default: 1.
    pub wrap_up_shared: u32,
    /// How long a call waits in the queue before members of higher levels may have it; level 0 is
    /// there at once. Default: `TL_NONE32`, not at all, and the next two count for nothing.
    pub tier_wait_ms: u32,
    /// 1: that much more for each level, level 3 after three times as long. Default: 0.
    pub tier_by_level: u32,
    /// 1: the lowest level that anybody is logged in on is there at once. Default: 0.
    pub tier_skip_empty: u32,
    /// A `tl_acd_level`: what `tl_acd_get_service_level` counts. Default: of the answered.
    pub service_level: u32,
    /// A call abandoned before so long counts as abandoned almost at once. Default: 5,000.
    pub short_ms: u32,
    /// 1: the first call of the queue alone is offered to agents, the next when that one has been
    /// answered or has left. Default: 0.
    pub head_only: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; each u64 stands at a multiple of 8 and the u32 fields between
// them are even in number, so there is no padding.
unsafe impl Growing for tl_acd_queue_config {
    const FIRST_SIZE: usize = 168;

    fn defaults() -> Self {
        Self::of(&QueueConfig::default())
    }
}

impl tl_acd_queue_config {
    /// As it is stored. What a strategy does not use has its default.
    pub(super) fn of(config: &QueueConfig) -> Self {
        let (overflow_queue, overflow_target) = match config.overflow {
            Some(Overflow::Queue(queue)) => (queue.raw(), TL_NONE32),
            Some(Overflow::Target(target)) => (TL_NONE, target.into()),
            _ => (TL_NONE, TL_NONE32),
        };
        let tiers = config.tiers.unwrap_or_default();
        let mut this = Self {
            struct_size: size_of::<Self>() as u32,
            strategy: 0,
            tag: config.tag,
            medium: place_of(&MEDIA, config.medium),
            ring_timeout_ms: config.ring_timeout_ms,
            retry_ms: config.retry_ms,
            wrap_up_ms: config.wrap_up_ms,
            max_wait_ms: set64(config.max_wait_ms),
            overflow_queue,
            overflow_target,
            resume_within_ms: set32(config.resume_within_ms),
            service_level_ms: config.service_level_ms,
            announce_first_ms: set64(config.announce_first_ms),
            announce_every_ms: set64(config.announce_every_ms),
            max_waiting: set32(config.max_waiting),
            weight: config.weight.into(),
            missed_limit: set32(config.missed_limit.map(u32::from)),
            aging_ms: set32(config.aging_ms),
            join_empty: place_of(&EMPTY, config.join_empty),
            leave_empty: place_of(&EMPTY, config.leave_empty),
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
            custom_to_untried: 0,
            target_ms: set64(config.target_ms),
            share: config.share,
            leave_empty_after_ms: config.leave_empty_after_ms,
            leave_empty_stay_ms: config.leave_empty_stay_ms,
            wrap_up_shared: config.wrap_up_shared.into(),
            tier_wait_ms: set32(config.tiers.map(|tiers| tiers.wait_ms)),
            tier_by_level: tiers.by_level.into(),
            tier_skip_empty: tiers.skip_empty.into(),
            service_level: level_number(config.service_level),
            short_ms: u32::try_from(config.short_ms).unwrap_or(u32::MAX),
            head_only: config.head_only.into(),
            reserved: 0,
        };
        this.set_strategy(config.strategy);
        this
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
            medium: of_place(&MEDIA, "medium", self.medium)?,
            ring_timeout_ms: self.ring_timeout_ms,
            retry_ms: self.retry_ms,
            wrap_up_ms: self.wrap_up_ms,
            max_wait_ms: option64(self.max_wait_ms),
            overflow: self.overflow()?,
            resume_within_ms: option32(self.resume_within_ms),
            max_waiting: option32(self.max_waiting),
            weight: small(self.weight, "weight")?,
            service_level_ms: self.service_level_ms,
            service_level: level("service_level", self.service_level)?,
            short_ms: self.short_ms.into(),
            announce_first_ms: option64(self.announce_first_ms),
            announce_every_ms: option64(self.announce_every_ms),
            missed_limit: option32(self.missed_limit)
                .map(|limit| small(limit, "missed_limit"))
                .transpose()?,
            aging_ms: option32(self.aging_ms),
            target_ms: option64(self.target_ms),
            share: self.share,
            leave_empty_after_ms: self.leave_empty_after_ms,
            leave_empty_stay_ms: self.leave_empty_stay_ms,
            wrap_up_shared: self.wrap_up_shared != 0,
            head_only: self.head_only != 0,
            tiers: option32(self.tier_wait_ms).map(|wait_ms| TierRules {
                wait_ms,
                by_level: self.tier_by_level != 0,
                skip_empty: self.tier_skip_empty != 0,
            }),
            join_empty: of_place(&EMPTY, "join_empty", self.join_empty)?,
            leave_empty: of_place(&EMPTY, "leave_empty", self.leave_empty)?,
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
pub unsafe extern "C" fn tl_acd_queue_defaults(
    config: *mut tl_acd_queue_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_queue_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// A step of relaxation: after so long in the queue a call asks for less, or of more agents. The highest
/// penalty changes first; the lowest and what others count as are never above it then.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_relax_step {
    /// So long after the call joined the queue, at that very instant. No step is earlier than the one
    /// before; one at the same instant goes on from what that one came to.
    pub after_ms: u64,
    /// It asks for this class from then on; `TL_NONE32` leaves it.
    pub call_class: u32,
    /// Only members of at least this penalty; `TL_NONE32` leaves it.
    pub penalty_min: u32,
    /// Only members of at most this penalty; `TL_NONE32` leaves it.
    pub penalty_max: u32,
    /// It asks for so much less of each skill; at most 255.
    pub levels_less: u32,
    /// Members of a lower penalty count as members of this one; `TL_NONE32` leaves it.
    pub penalty_raise: u32,
    /// 1: of those below the lowest penalty it may go to none is raised (Asterisk's `rN`). Counts where
    /// `penalty_raise` says something, or `penalty_raise_within_alone` is 1.
    pub penalty_raise_within: u32,
    /// So much more than `penalty_min`, or than what it was; 0 at least.
    pub penalty_min_by: i32,
    /// So much more than `penalty_max`, or than what it was; no bound stays none.
    pub penalty_max_by: i32,
    /// So much more than `penalty_raise`, or than what it was.
    pub penalty_raise_by: i32,
    /// 1: `penalty_raise_within` counts, whatever `penalty_raise` says.
    pub penalty_raise_within_alone: u32,
}

impl tl_acd_relax_step {
    pub(super) fn of(step: &RelaxStep) -> Self {
        Self {
            after_ms: step.after_ms,
            call_class: set32(step.class.map(|class| class.0.into())),
            penalty_min: set32(step.penalty_min),
            penalty_max: set32(step.penalty_max),
            levels_less: step.levels_less.into(),
            penalty_raise: set32(step.penalty_raise.map(|raise| raise.to)),
            penalty_raise_within: step
                .penalty_raise_within
                .or(step.penalty_raise.map(|raise| raise.within))
                .unwrap_or(false)
                .into(),
            penalty_min_by: step.penalty_min_by,
            penalty_max_by: step.penalty_max_by,
            penalty_raise_by: step.penalty_raise_by,
            penalty_raise_within_alone: step.penalty_raise_within.is_some().into(),
        }
    }

    pub(super) fn step(&self) -> Result<RelaxStep, Failure> {
        Ok(RelaxStep {
            after_ms: self.after_ms,
            class: option32(self.call_class)
                .map(|class| small(class, "call_class").map(ClassId))
                .transpose()?,
            penalty_min: option32(self.penalty_min),
            penalty_max: option32(self.penalty_max),
            levels_less: small(self.levels_less, "levels_less")?,
            penalty_raise: option32(self.penalty_raise)
                .map(|to| PenaltyRaise { to, within: self.penalty_raise_within != 0 }),
            penalty_min_by: self.penalty_min_by,
            penalty_max_by: self.penalty_max_by,
            penalty_raise_by: self.penalty_raise_by,
            penalty_raise_within: (self.penalty_raise_within_alone != 0)
                .then_some(self.penalty_raise_within != 0),
            ..RelaxStep::default()
        })
    }
}
