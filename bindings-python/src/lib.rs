//! The native half of `import trunkline`. What a user sees is `python/trunkline`, typed by
//! `_native.pyi`; here every function is a thin step from Python objects to a core and back.

use pyo3::prelude::*;

mod acd;
mod buffers;
mod errors;
mod ivr;
mod lasting;
mod media;
mod record;
mod rtp;
mod staffing;
mod words;

/// Native parts of the package; import `trunkline.acd`, `trunkline.ivr` and `trunkline.media`.
#[pymodule(gil_used = true)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    errors::add_to(module)?;
    acd::add_to(module)?;
    ivr::add_to(module)?;
    staffing::add_to(module)?;
    media::add_to(module)?;
    rtp::add_to(module)?;
    record::add_to(module)
}
