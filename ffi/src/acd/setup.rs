//! # Routing: setting up
//!
//! Queues, agents and their skills can come, change and go at any time.

use acd_core::log::{Change, List};
use acd_core::{AgentId, QueueId, RelaxStep, RuleId, Skill};

use super::agent::{tl_acd_agent_config, tl_acd_membership, tl_acd_skill};
use super::engine::tl_acd;
use super::queue::{tl_acd_queue_config, tl_acd_relax_step};
use crate::config::{optional, read};
use crate::guard::{Failure, Outcome};
use crate::object::enter;
use crate::pointers::{input, store, writable};
use crate::tl_status;

/// Adds a queue and stores its handle in `queue`. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_add_queue(
    acd: *mut tl_acd,
    config: *const tl_acd_queue_config,
    queue: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_add_queue", acd, |routing| {
            let config = optional(config)?.config()?;
            writable(queue, "queue")?;
            let id = routing.change(|| Ok(Change::AddQueue(config)), |e| e.add_queue(config))?;
            store(queue, "queue", id.raw())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Changes a queue's configuration. Waiting calls keep their places and the times they were given;
/// everything else holds from the next decision on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_queue(
    acd: *mut tl_acd,
    queue: u64,
    config: *const tl_acd_queue_config,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_set_queue", acd, |routing| {
            let config = read(config, "config")?.config()?;
            routing.make(&Change::SetQueue(QueueId::from_raw(queue), config))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sets a queue's steps of relaxation, at most 64, for the calls without a rule of their own that join
/// from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_relaxation(
    acd: *mut tl_acd,
    queue: u64,
    steps: *const tl_acd_relax_step,
    count: usize,
) -> tl_status {
    let queue = QueueId::from_raw(queue);
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_set_relaxation", acd, |routing| {
            let mut own = [RelaxStep::default(); STEPS];
            let steps = relax_steps(steps, count, &mut own)?;
            routing.change(
                || Ok(Change::SetRelaxation(queue, List::of(steps)?)),
                |e| e.set_relaxation(queue, steps),
            )?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds a rule, at most 64 steps of relaxation for the calls that bring it along (`tl_acd_call.rule`)
/// instead of those of their queue, and stores its handle in `rule`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_add_rule(
    acd: *mut tl_acd,
    steps: *const tl_acd_relax_step,
    count: usize,
    rule: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_add_rule", acd, |routing| {
            writable(rule, "rule")?;
            let mut own = [RelaxStep::default(); STEPS];
            let steps = relax_steps(steps, count, &mut own)?;
            let added =
                routing.change(|| Ok(Change::AddRule(List::of(steps)?)), |e| e.add_rule(steps))?;
            store(rule, "rule", added.raw())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Removes a rule by which no call waits; else `TL_ERR_ACD_RULE_IN_USE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_remove_rule(acd: *mut tl_acd, rule: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_remove_rule", acd, |routing| {
            routing.make(&Change::RemoveRule(RuleId::from_raw(rule)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The most steps of one queue or rule.
const STEPS: usize = 64;

/// # Safety
/// As the header's contract for pointers with a count.
unsafe fn relax_steps(
    steps: *const tl_acd_relax_step,
    count: usize,
    own: &mut [RelaxStep; STEPS],
) -> Result<&[RelaxStep], Failure> {
    if count > STEPS {
        return Err(Failure::argument(format_args!("{count} steps; at most {STEPS}")));
    }
    // SAFETY: this function's own contract.
    for (own, step) in own.iter_mut().zip(unsafe { input(steps, count, "steps") }?) {
        *own = step.step()?;
    }
    Ok(&own[..count])
}

/// Removes a queue that has no calls and no members; else `TL_ERR_ACD_QUEUE_IN_USE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_remove_queue(acd: *mut tl_acd, queue: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_remove_queue", acd, |routing| {
            routing.make(&Change::RemoveQueue(QueueId::from_raw(queue)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds an agent, logged out, and stores its handle in `agent`. `config` may be NULL for the
/// defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_add_agent(
    acd: *mut tl_acd,
    config: *const tl_acd_agent_config,
    agent: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_add_agent", acd, |routing| {
            let config = optional(config)?.config()?;
            writable(agent, "agent")?;
            let id = routing.change(|| Ok(Change::AddAgent(config)), |e| e.add_agent(config))?;
            store(agent, "agent", id.raw())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Removes an agent: its offers end, it leaves all queues, and when it is talking it goes when
/// that is over. The handle is stale at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_remove_agent(acd: *mut tl_acd, agent: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_remove_agent", acd, |routing| {
            routing.make(&Change::RemoveAgent(AgentId::from_raw(agent)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Makes an agent a member of a queue. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_join_queue(
    acd: *mut tl_acd,
    agent: u64,
    queue: u64,
    config: *const tl_acd_membership,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_join_queue", acd, |routing| {
            let config = optional(config)?.config()?;
            let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
            routing.make(&Change::JoinQueue(agent, queue, config))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Changes an agent's place in a queue; a pause stays. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_membership(
    acd: *mut tl_acd,
    agent: u64,
    queue: u64,
    config: *const tl_acd_membership,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_set_membership", acd, |routing| {
            let config = optional(config)?.config()?;
            let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
            routing.make(&Change::SetMembership(agent, queue, config))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Takes an agent out of a queue. An offer of that queue ends; a conversation goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_leave_queue(acd: *mut tl_acd, agent: u64, queue: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_leave_queue", acd, |routing| {
            let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
            routing.make(&Change::LeaveQueue(agent, queue))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `call_class` the class of calls that ask for these skills: the same one for the same
/// skills. At most 64 skills.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_add_class(
    acd: *mut tl_acd,
    skills: *const tl_acd_skill,
    count: usize,
    call_class: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_add_class", acd, |routing| {
            with_skills(skills, count, |skills| {
                writable(call_class, "call_class")?;
                let class = routing
                    .change(|| List::of(skills).map(Change::AddClass), |e| e.add_class(skills))?;
                store(call_class, "call_class", class.0.into())
            })
        })
    }
}

/// Stores in `profile` the profile of agents that have these skills: the same one for the same
/// skills. At most 64 skills.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_add_profile(
    acd: *mut tl_acd,
    skills: *const tl_acd_skill,
    count: usize,
    profile: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_add_profile", acd, |routing| {
            with_skills(skills, count, |skills| {
                writable(profile, "profile")?;
                let id = routing.change(
                    || List::of(skills).map(Change::AddProfile),
                    |e| e.add_profile(skills),
                )?;
                store(profile, "profile", id.0.into())
            })
        })
    }
}

/// # Safety
/// `skills` is NULL or readable for `count` elements.
unsafe fn with_skills(
    skills: *const tl_acd_skill,
    count: usize,
    inside: impl FnOnce(&[Skill]) -> Result<(), Failure>,
) -> Outcome {
    const MOST: usize = 64;
    if count > MOST {
        return Err(Failure::argument(format_args!("{count} skills; at most {MOST}")));
    }
    let mut own = [Skill::default(); MOST];
    // SAFETY: as this function's own contract.
    let skills = unsafe { input(skills, count, "skills") }?;
    for (own, skill) in own.iter_mut().zip(skills) {
        *own = Skill { skill: skill.skill, level: skill.level };
    }
    inside(&own[..count])?;
    Ok(tl_status::TL_OK)
}
