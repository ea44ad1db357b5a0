//! Documents into programs.

use ivr_core::{Diagnostics, ImportError, Level};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::outputs::made;
use crate::errors::{CompileError, IvrError, Reason};

/// Compile a flow document (YAML or JSON) into a program, the bytes of an .ivrb file.
///
/// Returns the program and a list of warnings, each a `Diagnostic`. Raises CompileError with
/// everything that keeps the document from being a flow; `file` is the name that messages show.
/// Other threads go on meanwhile.
#[pyfunction]
#[pyo3(signature = (source, file="flow.yaml"))]
pub(super) fn compile<'py>(
    py: Python<'py>,
    source: &str,
    file: &str,
) -> PyResult<(Bound<'py, PyBytes>, Vec<Bound<'py, PyAny>>)> {
    match py.detach(|| ivr_core::compile(source, file)) {
        Ok(program) => Ok((PyBytes::new(py, &program), listed(py, program.warnings())?)),
        Err(errors) => Err(refused(py, &errors, file)),
    }
}

/// `CompileError` with its diagnostics and the name of the file.
pub(super) fn refused(py: Python<'_>, errors: &Diagnostics, file: &str) -> PyErr {
    let exception = Reason::new("document").within(CompileError::new_err(errors.to_string()));
    let value = exception.value(py);
    let set = listed(py, errors)
        .and_then(|listed| value.setattr("diagnostics", listed))
        .and_then(|()| value.setattr("file", file));
    match set {
        Ok(()) => exception,
        Err(other) => other,
    }
}

/// FreeSWITCH's `ivr_menus` configuration (XML) as a flow document of this name.
///
/// Raises IvrError for what is no such configuration.
#[pyfunction]
#[pyo3(signature = (xml, name="menus"))]
pub(super) fn import_freeswitch(py: Python<'_>, xml: &str, name: &str) -> PyResult<String> {
    py.detach(|| ivr_core::import_freeswitch(xml, name)).map_err(|error| {
        let reason = match error {
            ImportError::Xml(_) => Reason::new("xml"),
            ImportError::Empty => Reason::new("no_menu"),
            ImportError::Menu { line, .. } => Reason::new("menu").about(Some(line.into())),
            _ => Reason::new("refused"),
        };
        reason.within(IvrError::new_err(error.to_string()))
    })
}

fn listed<'py>(py: Python<'py>, diagnostics: &Diagnostics) -> PyResult<Vec<Bound<'py, PyAny>>> {
    diagnostics
        .iter()
        .map(|d| {
            let level = if d.level == Level::Error { "error" } else { "warning" };
            let fields = (level, d.code, d.message.as_str(), d.line, d.column, d.help.as_deref());
            made(py, "Diagnostic", fields)
        })
        .collect()
}
