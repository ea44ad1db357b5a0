//! # Routing: the engine
//!
//! Who gets which call. Tell it what happened with an input, then take what it says with
//! `tl_acd_poll` until `TL_DONE`, and call `tl_acd_tick` no later than `tl_acd_deadline`. The same
//! inputs give the same outputs, on every machine. The clock handed in must never go back.

use acd_core::{
    AgentId, AgentRequest, CallId, EndedBy, Engine, EngineStorage, Error, Input, Limits, OfferId,
    QueueId, RejectCause, RelaxStep, Skill, Time,
};

use crate::arena::Arena;
use crate::config::{optional, read};
use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, writable};
use crate::tl_status;
use crate::values::{set64, tl_time};

use super::config::*;
use super::output::*;

/// A routing engine: queues, agents, calls, and who is offered what.
#[derive(Debug)]
pub struct tl_acd {
    _opaque: [u8; 0],
}

impl Kind for tl_acd {
    const MAGIC: u32 = u32::from_le_bytes(*b"tAcd");
    type Value = Engine<'static>;
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use tl_status as S;
        let status = match error {
            Error::NoQueue(_) => S::TL_ERR_ACD_NO_QUEUE,
            Error::NoAgent(_) => S::TL_ERR_ACD_NO_AGENT,
            Error::NoCall(_) => S::TL_ERR_ACD_NO_CALL,
            Error::NoOffer(_) => S::TL_ERR_ACD_NO_OFFER,
            Error::NoClass(_) => S::TL_ERR_ACD_NO_CLASS,
            Error::NoProfile(_) => S::TL_ERR_ACD_NO_PROFILE,
            Error::AlreadyMember(..) => S::TL_ERR_ACD_ALREADY_MEMBER,
            Error::NotMember(..) => S::TL_ERR_ACD_NOT_MEMBER,
            Error::WrongState(_) => S::TL_ERR_ACD_WRONG_STATE,
            Error::QueueInUse(_) => S::TL_ERR_ACD_QUEUE_IN_USE,
            Error::Full(_) => S::TL_ERR_ACD_FULL,
            Error::TimeBackwards { .. } => S::TL_ERR_ACD_TIME_BACKWARDS,
            Error::Undrained => S::TL_ERR_UNDRAINED,
            Error::Config(_) => S::TL_ERR_ACD_CONFIG,
            _ => S::TL_ERR_ACD,
        };
        Self::new(status, error)
    }
}

fn lay(arena: &mut Arena, limits: Limits) -> Result<EngineStorage<'static>, Failure> {
    let all = limits.filled();
    Ok(EngineStorage {
        queues: arena.slots(all.queues)?,
        agents: arena.slots(all.agents)?,
        memberships: arena.slots(all.memberships)?,
        calls: arena.slots(all.calls)?,
        offers: arena.slots(all.offers)?,
        lines: arena.slots(all.lines)?,
        pools: arena.slots(all.pools)?,
        classes: arena.slots(all.classes.into())?,
        profiles: arena.slots(all.profiles.into())?,
        skills: arena.slots(all.skills)?,
        fits: arena.table(all.fit_words(), 0)?,
        line_index: arena.table(all.line_index(), 0)?,
        line_words: arena.table(all.line_words(), 0)?,
        pool_index: arena.table(all.pool_index(), 0)?,
        pool_words: arena.table(all.pool_words(), 0)?,
        timers: arena.slots(all.timers())?,
        outputs: arena.slots(all.outputs)?,
        steps: arena.slots(all.steps)?,
        ghosts: arena.slots(all.ghosts)?,
    })
}

/// # Safety
/// `limits` is NULL or readable for the `struct_size` bytes it claims.
unsafe fn limits_of(limits: *const tl_acd_limits) -> Result<Limits, Failure> {
    // SAFETY: as this function's own contract.
    unsafe { optional(limits) }?.limits()
}

/// Stores in `size` how many bytes an engine with these limits takes. `limits` may be NULL for the
/// defaults, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_size(limits: *const tl_acd_limits, size: *mut usize) -> tl_status {
    guard("tl_acd_size", || {
        // SAFETY: the header's contract for pointers.
        let limits = unsafe { limits_of(limits) }?;
        let bytes = object::size::<tl_acd, _>(|arena| lay(arena, limits))?;
        // SAFETY: the header's contract for pointers.
        unsafe { store(size, "size", bytes) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes an engine in the caller's block of `size` bytes, aligned to `TL_ALIGN`, which must stay
/// where it is and be left alone until `tl_acd_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_init(
    memory: *mut core::ffi::c_void,
    size: usize,
    limits: *const tl_acd_limits,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_init", || {
        // SAFETY: the header's contract for pointers and blocks of memory.
        unsafe {
            let limits = limits_of(limits)?;
            object::init(
                (memory.cast(), size),
                acd,
                |arena| lay(arena, limits),
                |storage| Ok(Engine::new(storage, limits.ring_max)?),
            )
        }
    })
}

/// Makes an engine in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_new(
    limits: *const tl_acd_limits,
    acd: *mut *mut tl_acd,
) -> tl_status {
    guard("tl_acd_new", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            let limits = limits_of(limits)?;
            object::create(
                acd,
                |arena| lay(arena, limits),
                |storage| Ok(Engine::new(storage, limits.ring_max)?),
            )
        }
    })
}

/// Ends an engine. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_free(acd: *mut tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_free", acd) }
}

/// Starts the random strategies from another seed. Engines with the same seed and the same inputs
/// decide alike.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_seed(acd: *mut tl_acd, seed: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_set_seed", acd, |engine| {
            engine.set_seed(seed);
            Ok(tl_status::TL_OK)
        })
    }
}

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

/// # Safety
/// As [`enter`].
unsafe fn feed(name: &'static str, acd: *mut tl_acd, now: tl_time, input: Input) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        enter(name, acd, |engine| {
            engine.handle(Time::from_ms(now), input)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Nothing but time has passed. Due whenever `tl_acd_deadline` has come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_tick(acd: *mut tl_acd, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_tick", acd, now, Input::Tick) }
}

/// A call asks to join a queue. Its handle comes with `TL_ACD_JOINED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_arrive(
    acd: *mut tl_acd,
    now: tl_time,
    call: *const tl_acd_call,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_arrive", acd, |engine| {
            let call = read(call, "call")?.config()?;
            engine.handle(Time::from_ms(now), Input::Arrive(call))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The caller hung up: waiting, it has abandoned; talking, the call is completed by it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_hangup(acd: *mut tl_acd, now: tl_time, call: u64) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_hangup", acd, now, Input::Hangup { call }) }
}

/// The call leaves the queue by a key or by the flow's choice, to be served elsewhere. `key` comes
/// back in `detail`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_exit(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    key: u8,
) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_exit", acd, now, Input::Exit { call, key }) }
}

/// The call goes to another queue. `keep_age` other than 0: the time it has waited so far counts in
/// the order there; else it starts anew at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_move(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    queue: u64,
    keep_age: u32,
) -> tl_status {
    let (call, queue) = (CallId::from_raw(call), QueueId::from_raw(queue));
    let keep_age = keep_age != 0;
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_move", acd, now, Input::Move { call, queue, keep_age }) }
}

/// The call's priority changes; its arrival and its wait stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_priority(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    priority: i32,
) -> tl_status {
    let call = CallId::from_raw(call);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_set_priority", acd, now, Input::SetPriority { call, priority }) }
}

/// The agent's phone answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_accept(acd: *mut tl_acd, now: tl_time, offer: u64) -> tl_status {
    let offer = OfferId::from_raw(offer);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_accept", acd, now, Input::Accept { offer }) }
}

/// The agent's phone will not take the call; `cause` is a `tl_acd_cause`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_reject(
    acd: *mut tl_acd,
    now: tl_time,
    offer: u64,
    cause: u32,
) -> tl_status {
    let offer = OfferId::from_raw(offer);
    let causes =
        [RejectCause::Busy, RejectCause::Declined, RejectCause::Unreachable, RejectCause::Failed];
    match causes.into_iter().find(|known| reject_cause(*known) == cause) {
        // SAFETY: the header's contract for objects.
        Some(cause) => unsafe { feed("tl_acd_reject", acd, now, Input::Reject { offer, cause }) },
        None => guard("tl_acd_reject", || Err(Failure::argument(format_args!("cause is {cause}")))),
    }
}

/// The conversation is over; `by` is a `tl_acd_ended_by`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_complete(
    acd: *mut tl_acd,
    now: tl_time,
    call: u64,
    by: u32,
) -> tl_status {
    let call = CallId::from_raw(call);
    let all = [EndedBy::Caller, EndedBy::Agent, EndedBy::Transfer];
    match all.into_iter().find(|known| ended_by(*known) == by) {
        // SAFETY: the header's contract for objects.
        Some(by) => unsafe { feed("tl_acd_complete", acd, now, Input::Complete { call, by }) },
        None => guard("tl_acd_complete", || Err(Failure::argument(format_args!("by is {by}")))),
    }
}

/// The agent wants another state: `TL_ACD_LOGGED_OUT`, `TL_ACD_AVAILABLE`, or `TL_ACD_NOT_READY`
/// for a `reason` of your own list, at most 65,534. While it handles a call the request is kept
/// and holds after it; logging out ends its offers at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_set_agent_state(
    acd: *mut tl_acd,
    now: tl_time,
    agent: u64,
    state: u32,
    reason: u16,
) -> tl_status {
    const LOGGED_OUT: u32 = tl_acd_agent_state::TL_ACD_LOGGED_OUT as u32;
    const AVAILABLE: u32 = tl_acd_agent_state::TL_ACD_AVAILABLE as u32;
    const NOT_READY: u32 = tl_acd_agent_state::TL_ACD_NOT_READY as u32;
    let name = "tl_acd_set_agent_state";
    let agent = AgentId::from_raw(agent);
    let state = match state {
        LOGGED_OUT => AgentRequest::LoggedOut,
        AVAILABLE => AgentRequest::Available,
        NOT_READY => AgentRequest::NotReady(reason),
        other => {
            return guard(name, || Err(Failure::argument(format_args!("state is {other}"))));
        }
    };
    // SAFETY: the header's contract for objects.
    unsafe { feed(name, acd, now, Input::AgentState { agent, state }) }
}

/// The agent has finished its paperwork early.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_end_wrap_up(
    acd: *mut tl_acd,
    now: tl_time,
    agent: u64,
) -> tl_status {
    let agent = AgentId::from_raw(agent);
    // SAFETY: the header's contract for objects.
    unsafe { feed("tl_acd_end_wrap_up", acd, now, Input::EndWrapUp { agent }) }
}

/// Stores the next output in `output`, or returns `TL_DONE` when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_poll(acd: *mut tl_acd, output: *mut tl_acd_output) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_poll", acd, |engine| {
            writable(output, "output")?;
            let Some((at, next)) = engine.poll_at() else {
                return Ok(tl_status::TL_DONE);
            };
            store(output, "output", tl_acd_output::new(at, next))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `at` when the engine wants `tl_acd_tick` at the latest, unless another input comes
/// sooner; `TL_NONE` when not before the next input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_deadline(acd: *const tl_acd, at: *mut tl_time) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_deadline", acd, |engine| {
            store(at, "at", set64(engine.deadline().map(Time::ms)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Engines may be handed from one thread to another.
const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Engine<'static>>();
};
