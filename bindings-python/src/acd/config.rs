//! Keyword arguments as the core's configuration.

#![allow(
    clippy::needless_update,
    reason = "what the core learns next has its default until it has a name here"
)]

use acd_core::{
    AgentConfig, AgentId, Asterisk, CallCenter, CallConfig, CallOrder, Capacity, ClassId, Delays,
    EmptyRule, Level, Limits, Medium, Membership, Order, Overflow, PenaltyRaise, ProfileId,
    QueueConfig, QueueId, RelaxStep, Ring, RuleId, Start, Strategy, Term, TierRules,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::words::{Words, value};

pub(super) const MEDIA: Words<Medium> = &[
    ("voice", Medium::Voice),
    ("chat", Medium::Chat),
    ("mail", Medium::Mail),
    ("other", Medium::Other),
];

pub(super) const EMPTY: Words<EmptyRule> = &[
    ("never", EmptyRule::Never),
    ("logged_out", EmptyRule::LoggedOut),
    ("not_ready", EmptyRule::NotReady),
    ("none_free", EmptyRule::NoneFree),
];

pub(super) const LEVELS: Words<Level> = &[
    ("of_answered", Level::OfAnswered),
    ("of_answered_and_abandoned", Level::OfAnsweredAndAbandoned),
    ("of_offered", Level::OfOffered),
    ("of_offered_but_short", Level::OfOfferedButShort),
];

pub(super) const STRATEGIES: Words<Strategy> = &[
    ("longest_idle", Strategy::LongestIdle),
    ("ring_all", Strategy::RingAll),
    ("fewest_calls", Strategy::FewestCalls),
    ("least_talk", Strategy::LeastTalk),
    ("least_occupied", Strategy::LeastOccupied),
    ("round_robin", Strategy::RoundRobin),
    ("round_robin_ordered", Strategy::RoundRobinOrdered),
    ("linear", Strategy::Linear),
    ("random", Strategy::Random),
    ("weighted_random", Strategy::WeightedRandom),
    ("skill_level", Strategy::SkillLevel),
    ("asterisk:ringall", Strategy::Asterisk(Asterisk::RingAll)),
    ("asterisk:leastrecent", Strategy::Asterisk(Asterisk::LeastRecent)),
    ("asterisk:fewestcalls", Strategy::Asterisk(Asterisk::FewestCalls)),
    ("asterisk:random", Strategy::Asterisk(Asterisk::Random)),
    ("asterisk:wrandom", Strategy::Asterisk(Asterisk::WeightedRandom)),
    ("asterisk:rrmemory", Strategy::Asterisk(Asterisk::RoundRobinMemory)),
    ("asterisk:rrordered", Strategy::Asterisk(Asterisk::RoundRobinOrdered)),
    ("asterisk:linear", Strategy::Asterisk(Asterisk::Linear)),
    ("callcenter:longest-idle-agent", Strategy::CallCenter(CallCenter::LongestIdleAgent)),
    (
        "callcenter:agent-with-least-talk-time",
        Strategy::CallCenter(CallCenter::AgentWithLeastTalkTime),
    ),
    ("callcenter:agent-with-fewest-calls", Strategy::CallCenter(CallCenter::AgentWithFewestCalls)),
    (
        "callcenter:sequentially-by-agent-order",
        Strategy::CallCenter(CallCenter::SequentiallyByAgentOrder),
    ),
    ("callcenter:random", Strategy::CallCenter(CallCenter::Random)),
    ("callcenter:round-robin", Strategy::CallCenter(CallCenter::RoundRobin)),
    ("callcenter:top-down", Strategy::CallCenter(CallCenter::TopDown)),
    ("callcenter:ring-all", Strategy::CallCenter(CallCenter::RingAll)),
    ("callcenter:ring-progressively", Strategy::CallCenter(CallCenter::RingProgressively)),
    // These two take more words; what stands here is replaced.
    ("ring_progressive", Strategy::RingProgressive { every_ms: 0 }),
    ("custom", Strategy::Custom(Order::by([Term::None, Term::None]))),
];

pub(super) const TERMS: Words<Term> = &[
    ("none", Term::None),
    ("idle_since", Term::IdleSince),
    ("calls", Term::Calls),
    ("all_calls", Term::AllCalls),
    ("talk_time", Term::TalkTime),
    ("occupancy", Term::Occupancy),
    ("position", Term::Position),
    ("joined", Term::Joined),
    ("last_offered", Term::LastOffered),
    ("last_end", Term::LastEnd),
    ("last_end_second", Term::LastEndSecond),
    ("ended", Term::Ended),
    ("talk_since_ready", Term::TalkSinceReady),
    ("calls_since_ready", Term::CallsSinceReady),
    ("plain_position", Term::PlainPosition),
    ("last_walked", Term::LastWalked),
];

pub(super) const STARTS: Words<Start> = &[
    ("first", Start::First),
    ("after_queue_last", Start::AfterQueueLast),
    ("after_call_last", Start::AfterCallLast),
    ("random", Start::Random),
    ("weighted_random", Start::WeightedRandom),
    ("level_of_queue_last", Start::LevelOfQueueLast),
    ("down_from_call_last", Start::DownFromCallLast),
];

pub(super) const RINGS: Words<Ring> = &[
    ("one", Ring::One),
    ("all", Ring::All),
    ("everybody", Ring::Everybody),
    ("progressive", Ring::Progressive { every_ms: 0 }),
];

pub(super) const CALL_ORDERS: Words<CallOrder> = &[
    ("longest_waiting", CallOrder::LongestWaiting),
    ("deadline", CallOrder::Deadline),
    ("queue_ratio", CallOrder::QueueRatio),
    ("wait_ratio", CallOrder::WaitRatio),
    ("oldest_head", CallOrder::OldestHead),
];

/// Keyword arguments, taken one by one; what nobody asked for was misspelt.
pub(super) struct Given<'a, 'py> {
    all: Option<&'a Bound<'py, PyDict>>,
    asked: Vec<&'static str>,
}

impl<'a, 'py> Given<'a, 'py> {
    pub(super) fn new(all: Option<&'a Bound<'py, PyDict>>) -> Self {
        Self { all, asked: Vec::new() }
    }

    /// The argument of this name, or the default.
    pub(super) fn or<T>(&mut self, name: &'static str, default: T) -> PyResult<T>
    where
        T: for<'x> FromPyObject<'x, 'py>,
    {
        self.asked.push(name);
        match self.all.map(|all| all.get_item(name)).transpose()?.flatten() {
            Some(given) => given.extract::<T>().map_err(|error| {
                let error = error.into();
                let message = format!("{name}: {}", error.value(given.py()));
                PyErr::from_type(error.get_type(given.py()), message)
            }),
            None => Ok(default),
        }
    }

    /// As [`or`](Self::or), for a word of a list.
    fn word<T: Copy>(&mut self, name: &'static str, words: Words<T>, default: T) -> PyResult<T> {
        match self.or::<Option<String>>(name, None)? {
            Some(word) => value(words, name, &word),
            None => Ok(default),
        }
    }

    pub(super) fn end(self, function: &str) -> PyResult<()> {
        for key in self.all.iter().flat_map(|all| all.keys()) {
            let key: String = key.extract()?;
            if !self.asked.contains(&key.as_str()) {
                return Err(PyTypeError::new_err(format!(
                    "{function}() got an unexpected keyword argument '{key}'"
                )));
            }
        }
        Ok(())
    }
}

fn strategy(given: &mut Given<'_, '_>) -> PyResult<Strategy> {
    let every_ms = given.or("progressive_ms", 10_000)?;
    let terms: Vec<String> = given.or("terms", Vec::new())?;
    let start = given.word("start", STARTS, Start::First)?;
    let ring = given.word("ring", RINGS, Ring::One)?;
    let best_skill = given.or("best_skill", false)?;
    let to_untried = given.or("to_untried", false)?;
    let chosen = given.word("strategy", STRATEGIES, Strategy::LongestIdle)?;
    let is_custom = matches!(chosen, Strategy::Custom(_));
    let plain = terms.is_empty() && start == Start::First && ring == Ring::One;
    if !is_custom && (!plain || best_skill || to_untried) {
        return Err(PyValueError::new_err(
            "terms, start, ring, best_skill and to_untried go with strategy='custom'",
        ));
    }
    Ok(match chosen {
        Strategy::RingProgressive { .. } => Strategy::RingProgressive { every_ms },
        Strategy::Custom(_) => {
            if terms.len() > 2 {
                return Err(PyValueError::new_err("terms: at most two"));
            }
            let mut order = Order::by([Term::None; 2]).starting(start);
            for (place, term) in order.terms.iter_mut().zip(&terms) {
                *place = value(TERMS, "terms", term)?;
            }
            (order.best_skill, order.to_untried) = (best_skill, to_untried);
            Strategy::Custom(order.ringing(match ring {
                Ring::Progressive { .. } => Ring::Progressive { every_ms },
                other => other,
            }))
        }
        plain => plain,
    })
}

fn overflow(given: &mut Given<'_, '_>) -> PyResult<Option<Overflow>> {
    let queue = given.or::<Option<u64>>("overflow_queue", None)?;
    let target = given.or::<Option<u16>>("overflow_target", None)?;
    match (queue, target) {
        (Some(_), Some(_)) => {
            Err(PyValueError::new_err("overflow_queue and overflow_target exclude each other"))
        }
        (Some(queue), None) => Ok(Some(Overflow::Queue(QueueId::from_raw(queue)))),
        (None, target) => Ok(target.map(Overflow::Target)),
    }
}

/// What lower penalties count as, if it is named.
fn penalty_raise(given: &mut Given<'_, '_>) -> PyResult<Option<PenaltyRaise>> {
    let to = given.or::<Option<u32>>("penalty_raise", None)?;
    let within = given.or("penalty_raise_within", false)?;
    Ok(to.map(|to| PenaltyRaise { to, within }))
}

/// mod_callcenter's rules for tiers, if there are to be any.
fn tiers(given: &mut Given<'_, '_>) -> PyResult<Option<TierRules>> {
    let wait_ms = given.or::<Option<u32>>("tier_wait_ms", None)?;
    let by_level = given.or("tier_by_level", false)?;
    let skip_empty = given.or("tier_skip_empty", false)?;
    Ok(wait_ms.map(|wait_ms| TierRules { wait_ms, by_level, skip_empty }))
}

/// A step of relaxation of such a dictionary.
pub(super) fn relax_step(function: &str, given: &Bound<'_, PyDict>) -> PyResult<RelaxStep> {
    let mut given = Given::new(Some(given));
    let penalty_raise_within = given.or("penalty_raise_within", None)?;
    let step = RelaxStep {
        after_ms: given.or("after_ms", 0)?,
        class: given.or("call_class", None)?.map(ClassId),
        levels_less: given.or("levels_less", 0)?,
        penalty_min: given.or("penalty_min", None)?,
        penalty_max: given.or("penalty_max", None)?,
        penalty_raise: penalty_raise(&mut given)?,
        penalty_min_by: given.or("penalty_min_by", 0)?,
        penalty_max_by: given.or("penalty_max_by", 0)?,
        penalty_raise_by: given.or("penalty_raise_by", 0)?,
        penalty_raise_within,
        ..RelaxStep::default()
    };
    given.end(function)?;
    Ok(step)
}

/// A queue of these keyword arguments.
pub(super) fn queue(function: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<QueueConfig> {
    let mut given = Given::new(given);
    let usual = QueueConfig::default();
    let (busy_ms, declined_ms, failed_ms, no_answer_ms) = (
        given.or("busy_delay_ms", 0)?,
        given.or("declined_delay_ms", 0)?,
        given.or("failed_delay_ms", 0)?,
        given.or("no_answer_delay_ms", 0)?,
    );
    let config = QueueConfig {
        tag: given.or("tag", usual.tag)?,
        strategy: strategy(&mut given)?,
        medium: given.word("medium", MEDIA, usual.medium)?,
        ring_timeout_ms: given.or("ring_timeout_ms", usual.ring_timeout_ms)?,
        retry_ms: given.or("retry_ms", usual.retry_ms)?,
        wrap_up_ms: given.or("wrap_up_ms", usual.wrap_up_ms)?,
        wrap_up_shared: given.or("wrap_up_shared", usual.wrap_up_shared)?,
        head_only: given.or("head_only", usual.head_only)?,
        tiers: tiers(&mut given)?,
        max_wait_ms: given.or("max_wait_ms", usual.max_wait_ms)?,
        overflow: overflow(&mut given)?,
        resume_within_ms: given.or("resume_within_ms", usual.resume_within_ms)?,
        max_waiting: given.or("max_waiting", usual.max_waiting)?,
        weight: given.or("weight", usual.weight)?,
        service_level_ms: given.or("service_level_ms", usual.service_level_ms)?,
        service_level: given.word("service_level", LEVELS, usual.service_level)?,
        short_ms: given.or("short_ms", usual.short_ms)?,
        target_ms: given.or("target_ms", usual.target_ms)?,
        share: given.or("share", usual.share)?,
        announce_first_ms: given.or("announce_first_ms", usual.announce_first_ms)?,
        announce_every_ms: given.or("announce_every_ms", usual.announce_every_ms)?,
        missed_limit: given.or("missed_limit", usual.missed_limit)?,
        aging_ms: given.or("aging_ms", usual.aging_ms)?,
        join_empty: given.word("join_empty", EMPTY, usual.join_empty)?,
        leave_empty: given.word("leave_empty", EMPTY, usual.leave_empty)?,
        leave_empty_after_ms: given.or("leave_empty_after_ms", usual.leave_empty_after_ms)?,
        leave_empty_stay_ms: given.or("leave_empty_stay_ms", usual.leave_empty_stay_ms)?,
        delays: Delays { busy_ms, declined_ms, failed_ms, no_answer_ms },
        ..usual
    };
    given.end(function)?;
    Ok(config)
}

/// An agent of these keyword arguments.
pub(super) fn agent(given: Option<&Bound<'_, PyDict>>) -> PyResult<AgentConfig> {
    let mut given = Given::new(given);
    let usual = Capacity::default();
    let mut units = usual.units;
    for (unit, (medium, _)) in units.iter_mut().zip(MEDIA) {
        *unit = given.or(medium, *unit)?;
    }
    let config = AgentConfig {
        tag: given.or("tag", 0)?,
        wrap_up_ms: given.or("wrap_up_ms", None)?,
        profile: ProfileId(given.or("profile", 0)?),
        capacity: Capacity { units, ..usual },
    };
    given.end("add_agent")?;
    Ok(config)
}

/// A membership of these keyword arguments.
pub(super) fn membership(
    function: &str,
    given: Option<&Bound<'_, PyDict>>,
) -> PyResult<Membership> {
    let mut given = Given::new(given);
    let config = Membership {
        penalty: given.or("penalty", 0)?,
        level: given.or("level", 0)?,
        position: given.or("position", 0)?,
        wrap_up_ms: given.or("wrap_up_ms", None)?,
        paused: given.or("paused", None)?,
    };
    given.end(function)?;
    Ok(config)
}

/// A call for a queue, of these keyword arguments.
pub(super) fn call(queue: u64, given: Option<&Bound<'_, PyDict>>) -> PyResult<CallConfig> {
    let mut given = Given::new(given);
    let usual = CallConfig::new(QueueId::from_raw(queue));
    let config = CallConfig {
        tag: given.or("tag", 0)?,
        priority: given.or("priority", usual.priority)?,
        class: ClassId(given.or("call_class", 0)?),
        preferred_agent: given.or("preferred_agent", None)?.map(AgentId::from_raw),
        caller: given.or("caller", None)?,
        preferred_wait_ms: given.or("preferred_wait_ms", usual.preferred_wait_ms)?,
        credit_ms: given.or("credit_ms", usual.credit_ms)?,
        position: given.or("position", None)?,
        penalty_min: given.or("penalty_min", usual.penalty_min)?,
        penalty_max: given.or("penalty_max", usual.penalty_max)?,
        penalty_raise: penalty_raise(&mut given)?.unwrap_or_default(),
        rule: given.or("rule", None)?.map(RuleId::from_raw),
        max_wait_ms: given.or("max_wait_ms", None)?,
        ..usual
    };
    given.end("arrive")?;
    Ok(config)
}

/// An engine's limits of these keyword arguments.
pub(super) fn limits(given: Option<&Bound<'_, PyDict>>) -> PyResult<Limits> {
    let mut given = Given::new(given);
    let usual = Limits::default();
    let config = Limits {
        queues: given.or("queues", usual.queues)?,
        agents: given.or("agents", usual.agents)?,
        memberships: given.or("memberships", usual.memberships)?,
        calls: given.or("calls", usual.calls)?,
        offers: given.or("offers", usual.offers)?,
        lines: given.or("lines", usual.lines)?,
        pools: given.or("pools", usual.pools)?,
        classes: given.or("classes", usual.classes)?,
        profiles: given.or("profiles", usual.profiles)?,
        skills: given.or("skills", usual.skills)?,
        ring_max: given.or("ring_max", usual.ring_max)?,
        outputs: given.or("outputs", usual.outputs)?,
        steps: given.or("steps", usual.steps)?,
        ghosts: given.or("ghosts", usual.ghosts)?,
        rules: given.or("rules", usual.rules)?,
        ..usual
    };
    given.end("Engine")?;
    Ok(config)
}
