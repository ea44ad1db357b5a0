//! # Routing: what was configured
//!
//! As it is stored, whoever set it: this program, a text, or the engine before it whose snapshot was
//! restored. Changed in one field and handed back, it changes nothing else.

use acd_core::{AgentId, QueueId};

use super::agent::tl_acd_agent_config;
use super::engine::tl_acd;
use super::queue::tl_acd_queue_config;
use super::strategy::call_order_number;
use crate::config::store_grown;
use crate::object::enter;
use crate::pointers::store;
use crate::tl_status;

/// Fills in how a queue works; for `tl_acd_set_queue`. A strategy's own fields have their defaults where
/// it does not use them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_queue_config(
    acd: *const tl_acd,
    queue: u64,
    config: *mut tl_acd_queue_config,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_queue_config", acd, |engine| {
            let stored = engine.queue_config(QueueId::from_raw(queue))?;
            store_grown(config, "config", struct_size, &tl_acd_queue_config::of(&stored))
        })
    }
}

/// Fills in how an agent was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_agent_config(
    acd: *const tl_acd,
    agent: u64,
    config: *mut tl_acd_agent_config,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_agent_config", acd, |engine| {
            let stored = engine.agent_config(AgentId::from_raw(agent))?;
            store_grown(config, "config", struct_size, &tl_acd_agent_config::of(&stored))
        })
    }
}

/// Stores which call an agent of several queues gets: a `tl_acd_call_order`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_call_order(acd: *const tl_acd, order: *mut u32) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_call_order", acd, |engine| {
            store(order, "order", call_order_number(engine.call_order()))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores which term of office this is: the number of the last `tl_acd_begin_epoch`, 0 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_get_epoch(acd: *const tl_acd, epoch: *mut u64) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_get_epoch", acd, |engine| {
            store(epoch, "epoch", engine.epoch())?;
            Ok(tl_status::TL_OK)
        })
    }
}
