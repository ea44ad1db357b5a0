//! The core's configuration as the keyword arguments that make it.

use acd_core::{
    AgentConfig, Order, Overflow, QueueConfig, QueueId, Ring, Strategy, Term, TierRules,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::config::{EMPTY, LEVELS, MEDIA, RINGS, STARTS, STRATEGIES, TERMS};
use crate::words::word;

/// What `set_queue` takes for this very queue.
pub(super) fn queue<'py>(py: Python<'py>, of: &QueueConfig) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    macro_rules! set {
        ($($name:ident)*) => { $(fields.set_item(stringify!($name), of.$name)?;)* };
    }
    set!(tag ring_timeout_ms retry_ms wrap_up_ms wrap_up_shared max_wait_ms resume_within_ms
        max_waiting weight service_level_ms short_ms target_ms share announce_first_ms
        announce_every_ms missed_limit aging_ms leave_empty_after_ms leave_empty_stay_ms
        head_only);
    strategy(&fields, of.strategy)?;
    fields.set_item("medium", word(MEDIA, of.medium))?;
    fields.set_item("service_level", word(LEVELS, of.service_level))?;
    fields.set_item("join_empty", word(EMPTY, of.join_empty))?;
    fields.set_item("leave_empty", word(EMPTY, of.leave_empty))?;
    let tiers = of.tiers;
    fields.set_item("tier_wait_ms", tiers.map(|tiers| tiers.wait_ms))?;
    if let Some(TierRules { by_level, skip_empty, .. }) = tiers {
        fields.set_item("tier_by_level", by_level)?;
        fields.set_item("tier_skip_empty", skip_empty)?;
    }
    let (queue, target) = match of.overflow {
        Some(Overflow::Queue(queue)) => (Some(queue), None),
        Some(Overflow::Target(target)) => (None, Some(target)),
        _ => (None, None),
    };
    fields.set_item("overflow_queue", queue.map(QueueId::raw))?;
    fields.set_item("overflow_target", target)?;
    fields.set_item("busy_delay_ms", of.delays.busy_ms)?;
    fields.set_item("declined_delay_ms", of.delays.declined_ms)?;
    fields.set_item("failed_delay_ms", of.delays.failed_ms)?;
    fields.set_item("no_answer_delay_ms", of.delays.no_answer_ms)?;
    Ok(fields)
}

fn strategy(fields: &Bound<'_, PyDict>, of: Strategy) -> PyResult<()> {
    match of {
        Strategy::RingProgressive { every_ms } => {
            fields.set_item("strategy", "ring_progressive")?;
            fields.set_item("progressive_ms", every_ms)
        }
        Strategy::Custom(Order { terms, start, ring, best_skill, to_untried }) => {
            fields.set_item("strategy", "custom")?;
            let ring = match ring {
                Ring::Progressive { every_ms } => {
                    fields.set_item("progressive_ms", every_ms)?;
                    Ring::Progressive { every_ms: 0 }
                }
                other => other,
            };
            // `none` behind the last term says nothing.
            let last = terms.iter().rposition(|term| *term != Term::None).map_or(0, |at| at + 1);
            let terms: Vec<_> = terms[..last].iter().map(|term| word(TERMS, *term)).collect();
            fields.set_item("terms", terms)?;
            fields.set_item("start", word(STARTS, start))?;
            fields.set_item("ring", word(RINGS, ring))?;
            fields.set_item("best_skill", best_skill)?;
            fields.set_item("to_untried", to_untried)
        }
        plain => fields.set_item("strategy", word(STRATEGIES, plain)),
    }
}

/// What `add_agent` takes for an agent like this.
pub(super) fn agent<'py>(py: Python<'py>, of: &AgentConfig) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("tag", of.tag)?;
    fields.set_item("wrap_up_ms", of.wrap_up_ms)?;
    fields.set_item("profile", of.profile.0)?;
    for ((medium, _), units) in MEDIA.iter().zip(of.capacity.units) {
        fields.set_item(medium, units)?;
    }
    Ok(fields)
}
