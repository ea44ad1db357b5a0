//! Exceptions, one family a core, each with the name of what was wrong.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

pyo3::create_exception!(trunkline, Error, PyException, "Whatever Trunkline refuses.");
pyo3::create_exception!(
    trunkline.media,
    MediaError,
    Error,
    "A packet, a file or a setting of the media layer is not what it must be."
);

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<Error>())?;
    module.add("MediaError", py.get_type::<MediaError>())
}
