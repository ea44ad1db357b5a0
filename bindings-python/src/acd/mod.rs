//! `trunkline.acd`: the routing engine.

mod config;
mod counters;
mod engine;
mod error;
mod explain;
mod outputs;
mod sim;
mod stats;

use pyo3::prelude::*;

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    outputs::add_to(module)?;
    counters::add_to(module)?;
    explain::add_to(module)?;
    sim::add_to(module)?;
    module.add_class::<engine::Engine>()
}
