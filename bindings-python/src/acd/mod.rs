//! `trunkline.acd`: the routing engine.

mod campaign;
mod campaign_outputs;
mod config;
mod counters;
mod door;
mod engine;
mod error;
mod explain;
mod hours;
mod names;
mod outputs;
mod pacing;
mod sim;
mod stats;
mod stored;

use pyo3::prelude::*;

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    outputs::add_to(module)?;
    counters::add_to(module)?;
    explain::add_to(module)?;
    sim::add_to(module)?;
    hours::add_to(module)?;
    door::add_to(module)?;
    campaign::add_to(module)?;
    campaign_outputs::add_to(module)?;
    pacing::add_to(module)?;
    module.add_class::<engine::Engine>()
}
