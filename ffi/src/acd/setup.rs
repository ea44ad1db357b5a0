//! # Routing: setting up
//!
//! Queues, agents and their skills can come, change and go at any time.

use acd_core::{AgentId, QueueId, RelaxStep, Skill};

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
        enter("tl_acd_add_queue", acd, |engine| {
            let config = optional(config)?.config()?;
            writable(queue, "queue")?;
            store(queue, "queue", engine.add_queue(config)?.raw())?;
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
        enter("tl_acd_set_queue", acd, |engine| {
            let config = read(config, "config")?.config()?;
            engine.set_queue(QueueId::from_raw(queue), config)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Sets a queue's steps of relaxation, at most 64, for calls that join from now on. Room for steps
/// is not given back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_relaxation(
    acd: *mut tl_acd,
    queue: u64,
    steps: *const tl_acd_relax_step,
    count: usize,
) -> tl_status {
    const MOST: usize = 64;
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_set_relaxation", acd, |engine| {
            if count > MOST {
                return Err(Failure::argument(format_args!("{count} steps; at most {MOST}")));
            }
            let mut own = [RelaxStep::default(); MOST];
            for (own, step) in own.iter_mut().zip(input(steps, count, "steps")?) {
                *own = step.step()?;
            }
            engine.set_relaxation(QueueId::from_raw(queue), &own[..count])?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Removes a queue that has no calls and no members; else `TL_ERR_ACD_QUEUE_IN_USE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_remove_queue(acd: *mut tl_acd, queue: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_remove_queue", acd, |engine| {
            engine.remove_queue(QueueId::from_raw(queue))?;
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
        enter("tl_acd_add_agent", acd, |engine| {
            let config = optional(config)?.config()?;
            writable(agent, "agent")?;
            store(agent, "agent", engine.add_agent(config)?.raw())?;
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
        enter("tl_acd_remove_agent", acd, |engine| {
            engine.remove_agent(AgentId::from_raw(agent))?;
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
        enter("tl_acd_join_queue", acd, |engine| {
            let config = optional(config)?.config()?;
            engine.join_queue(AgentId::from_raw(agent), QueueId::from_raw(queue), config)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Changes an agent's place in a queue. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_membership(
    acd: *mut tl_acd,
    agent: u64,
    queue: u64,
    config: *const tl_acd_membership,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_set_membership", acd, |engine| {
            let config = optional(config)?.config()?;
            engine.set_membership(AgentId::from_raw(agent), QueueId::from_raw(queue), config)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Takes an agent out of a queue. An offer of that queue ends; a conversation goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_leave_queue(acd: *mut tl_acd, agent: u64, queue: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_leave_queue", acd, |engine| {
            engine.leave_queue(AgentId::from_raw(agent), QueueId::from_raw(queue))?;
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
        enter("tl_acd_add_class", acd, |engine| {
            with_skills(skills, count, |skills| {
                writable(call_class, "call_class")?;
                store(call_class, "call_class", engine.add_class(skills)?.0.into())
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
        enter("tl_acd_add_profile", acd, |engine| {
            with_skills(skills, count, |skills| {
                writable(profile, "profile")?;
                store(profile, "profile", engine.add_profile(skills)?.0.into())
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
