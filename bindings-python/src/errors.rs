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

pyo3::create_exception!(
    trunkline.record,
    RecordError,
    Error,
    "A recording cannot be written, read or opened.\n\n\
     `code` names the reason (not_tlr, header_damaged, version, damaged, no_head, locked, \
     wrong_key, channel, format, backwards, too_long, block); `subject` is the version, byte, \
     channel or position it is about, or None."
);

pyo3::create_exception!(
    trunkline.acd,
    AcdError,
    Error,
    "The routing engine refused an input or a configuration, and is as it was before.\n\n\
     `code` names the reason (no_queue, no_agent, no_call, no_offer, no_class, no_profile, \
     already_member, not_member, wrong_state, queue_in_use, full, time_backwards, undrained, \
     snapshot, config); `subject` is the handle or instant it is about, or None."
);

pyo3::create_exception!(
    trunkline.ivr,
    IvrError,
    Error,
    "The dialogue engine refused a program, a key or a session."
);
pyo3::create_exception!(
    trunkline.ivr,
    CompileError,
    IvrError,
    "A document is not a flow. The text shows everything that is wrong, as a compiler does; \
     `diagnostics` holds it as a list of `Diagnostic`."
);

/// The exception with the name of its reason in `code`, and in `subject` what it is about.
pub(crate) fn coded(exception: PyErr, code: &str, subject: Option<u64>) -> PyErr {
    Python::attach(|py| {
        let value = exception.value(py);
        match value.setattr("code", code).and_then(|()| value.setattr("subject", subject)) {
            Ok(()) => exception,
            Err(other) => other,
        }
    })
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<Error>())?;
    module.add("AcdError", py.get_type::<AcdError>())?;
    module.add("IvrError", py.get_type::<IvrError>())?;
    module.add("CompileError", py.get_type::<CompileError>())?;
    module.add("RecordError", py.get_type::<RecordError>())?;
    module.add("MediaError", py.get_type::<MediaError>())
}
