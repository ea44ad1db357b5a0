//! `trunkline.ivr`: dialogues.

mod compile;
mod flow;
mod outputs;
mod rehearse;
mod session;
mod trial;
mod values;

use pyo3::prelude::*;

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<flow::Flow>()?;
    module.add_class::<session::Session>()?;
    module.add_class::<trial::Rehearsal>()?;
    module.add_class::<trial::Coverage>()?;
    module.add_function(wrap_pyfunction!(compile::compile, module)?)?;
    module.add_function(wrap_pyfunction!(compile::import_freeswitch, module)?)?;
    module.add_function(wrap_pyfunction!(rehearse::flow_of, module)?)?;
    module.add_function(wrap_pyfunction!(rehearse::play_scenarios, module)?)?;
    module.add_function(wrap_pyfunction!(values::say, module)?)
}
