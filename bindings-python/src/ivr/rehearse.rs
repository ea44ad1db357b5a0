//! Scenario files, played.

use ivr_core::rehearse::{self, Report};
use pyo3::prelude::*;

use super::compile::refused;
use super::flow::Flow;

/// The flow that a scenario file is for, as it names it: a path from where the file is.
///
/// Raises CompileError when the text is no scenario file; `file` is the name that messages show.
#[pyfunction]
#[pyo3(signature = (source, file="flow.ivrtest.yaml"))]
pub(super) fn flow_of(py: Python<'_>, source: &str, file: &str) -> PyResult<String> {
    py.detach(|| rehearse::flow_of(source, file)).map_err(|errors| refused(py, &errors, file))
}

/// What `trunkline.ivr.run_scenarios` makes its result of: name, failure or None, and transcript of
/// each scenario; exits taken and exits there are; those nobody took.
type Played = (Vec<(String, Option<String>, String)>, (usize, usize), Vec<(String, String)>);

/// Plays every scenario of a file against a flow. Other threads go on meanwhile.
#[pyfunction]
pub(super) fn play_scenarios(
    py: Python<'_>,
    flow: &Bound<'_, Flow>,
    source: &str,
    file: &str,
) -> PyResult<Played> {
    let loaded = &flow.get().loaded;
    let report = py.detach(|| rehearse::run_scenarios(loaded.flow(), source, file));
    let Report { outcomes, coverage } = report.map_err(|errors| refused(py, &errors, file))?;
    let outcomes = outcomes.into_iter().map(|of| (of.name, of.failure, of.transcript)).collect();
    let missed = coverage.missed().map(|(node, exit)| (node.to_owned(), exit.to_owned())).collect();
    Ok((outcomes, coverage.exits(), missed))
}
