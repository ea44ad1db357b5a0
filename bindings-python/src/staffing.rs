//! How many agents it takes: the closed forms.

use acd_core::staffing::{self, Load, Patience, StaffingError, Target};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::words::record;

record! {
    /// What so many agents give to a load, in the long run.
    "trunkline.sim" Service {
        /// Share of the calls that do not find a free agent.
        wait_probability: f64,
        /// Share of the calls that give up.
        abandoned: f64,
        /// Calls answered within the given time, as a share of all calls.
        in_level: f64,
        /// The same as a share of the answered calls.
        in_level_of_answered: f64,
        /// Average wait of all calls, in seconds.
        wait_s: f64,
        /// Average wait of the answered calls, in seconds.
        answer_s: f64,
        /// Calls waiting, on average.
        queue: f64,
        /// Share of their time the agents are busy.
        occupancy: f64,
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn wrong(error: StaffingError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn patience(mean_s: Option<f64>) -> Patience {
    mean_s.map_or(Patience::Endless, Patience::Mean)
}

/// Erlang B: the share of calls that find all lines busy when there is no queue.
#[pyfunction]
fn erlang_b(py: Python<'_>, lines: u32, erlangs: f64) -> PyResult<f64> {
    py.detach(|| staffing::erlang_b(lines, erlangs)).map_err(wrong)
}

/// What so many agents give to a load: Erlang C, or Erlang A when callers have patience.
///
/// `handle_s` is how long an agent is busy with a call, `patience_s` how long callers wait before
/// they give up, both on average in seconds; the service level counts what is answered within
/// `within_s`. Raises ValueError for a number that must be positive and is not, or when the queue
/// would grow for ever.
#[pyfunction]
#[pyo3(signature = (*, calls_per_hour, handle_s, agents, patience_s=None, within_s=20.0))]
fn service(
    py: Python<'_>,
    calls_per_hour: f64,
    handle_s: f64,
    agents: u32,
    patience_s: Option<f64>,
    within_s: f64,
) -> PyResult<Service> {
    let load = Load { calls_per_hour, handle_s };
    let of = py.detach(|| staffing::service(load, patience(patience_s), agents, within_s));
    let of = of.map_err(wrong)?;
    Ok(Service {
        wait_probability: of.wait_probability,
        abandoned: of.abandoned,
        in_level: of.in_level,
        in_level_of_answered: of.in_level_of_answered,
        wait_s: of.wait_s,
        answer_s: of.answer_s,
        queue: of.queue,
        occupancy: of.occupancy,
    })
}

/// The fewest agents that answer this `share` of all calls within `within_s` seconds, by Erlang C,
/// or Erlang A when callers have patience; `trunkline.sim.agents_needed` plays a centre instead.
#[pyfunction]
#[pyo3(signature = (*, calls_per_hour, handle_s, share=0.8, within_s=20.0, patience_s=None))]
fn erlang_agents(
    py: Python<'_>,
    calls_per_hour: f64,
    handle_s: f64,
    share: f64,
    within_s: f64,
    patience_s: Option<f64>,
) -> PyResult<u32> {
    let load = Load { calls_per_hour, handle_s };
    let target = Target { share, within_s };
    py.detach(|| staffing::agents_needed(load, patience(patience_s), target)).map_err(wrong)
}

/// How many agents start a shift at each interval so that as many are there as each needs, with the
/// fewest shifts of `shift` intervals.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 makes a list into a vector")]
fn shift_starts(py: Python<'_>, needs: Vec<u32>, shift: usize) -> PyResult<Vec<u32>> {
    let mut starts = vec![0; needs.len()];
    py.detach(|| staffing::roster(&needs, shift, &mut starts)).map_err(wrong)?;
    Ok(starts)
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Service>()?;
    module.add_function(wrap_pyfunction!(erlang_b, module)?)?;
    module.add_function(wrap_pyfunction!(service, module)?)?;
    module.add_function(wrap_pyfunction!(erlang_agents, module)?)?;
    module.add_function(wrap_pyfunction!(shift_starts, module)?)
}
