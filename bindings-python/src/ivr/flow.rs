//! A program ready to run.

use std::sync::Arc;

use ivr_core::LoadError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{IvrError, Reason};
use crate::lasting::forever;

/// A validated program and the bytes it stands in.
#[derive(Clone)]
pub(super) struct Loaded {
    flow: ivr_core::Flow<'static>,
    _bytes: Arc<[u8]>,
}

impl Loaded {
    fn new(bytes: &[u8]) -> Result<Self, LoadError> {
        let bytes: Arc<[u8]> = bytes.into();
        // SAFETY: the bytes do not move and are never written to, and they live as long as any
        // clone of this value; `flow` below hands the flow out for no longer than that.
        let program = unsafe { forever(&*bytes) };
        Ok(Self { flow: ivr_core::Flow::load(program)?, _bytes: bytes })
    }

    pub(super) const fn flow(&self) -> &ivr_core::Flow<'_> {
        &self.flow
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn refused(error: LoadError) -> PyErr {
    let reason = match error {
        LoadError::NotAProgram => Reason::new("not_a_program"),
        LoadError::Version(version) => {
            Reason::new("version").about(Some(version.into())).limit(ivr_core::VERSION.into())
        }
        LoadError::Length { says, has } => {
            Reason::new("length").about(Some(has as u64)).limit(says.into())
        }
        LoadError::Checksum => Reason::new("checksum"),
        LoadError::Wrong { at, .. } => Reason::new("wrong").about(Some(at.into())),
        LoadError::TooComplex => Reason::new("too_complex"),
        _ => Reason::new("refused"),
    };
    reason.within(IvrError::new_err(error.to_string()))
}

/// A validated program; any number of sessions may run on it.
#[pyclass(module = "trunkline.ivr", frozen)]
pub(super) struct Flow {
    pub(super) loaded: Loaded,
}

#[pymethods]
impl Flow {
    #[new]
    fn new(py: Python<'_>, program: &Bound<'_, PyBytes>) -> PyResult<Self> {
        let program = program.as_bytes();
        let loaded = py.detach(|| Loaded::new(program));
        Ok(Self { loaded: loaded.map_err(refused)? })
    }

    fn __repr__(&self) -> String {
        let flow = self.loaded.flow();
        format!("Flow('{}', nodes={})", flow.name(), flow.nodes().count())
    }

    /// The document's name.
    #[getter]
    fn name(&self) -> &str {
        self.loaded.flow().name()
    }

    /// A number that changes with the program.
    #[getter]
    fn id(&self) -> u32 {
        self.loaded.flow().id()
    }

    /// Its languages, the first one is where sessions begin.
    #[getter]
    fn languages(&self) -> Vec<&str> {
        self.loaded.flow().languages().collect()
    }

    /// The names of its nodes.
    #[getter]
    fn nodes(&self) -> Vec<&str> {
        self.loaded.flow().nodes().collect()
    }

    /// Bytes of memory that a session's variables take.
    #[getter]
    fn variable_bytes(&self) -> usize {
        self.loaded.flow().variable_bytes()
    }

    /// The flow as a picture: text for Mermaid.
    fn mermaid(&self, py: Python<'_>) -> String {
        py.detach(|| self.loaded.flow().mermaid())
    }

    /// The flow as a picture: text for Graphviz's dot.
    fn dot(&self, py: Python<'_>) -> String {
        py.detach(|| self.loaded.flow().dot())
    }

    /// Every file and text the program may play: (prompt, language, file or None, text or None).
    /// The prompt's name is empty for one written inside a node.
    #[getter]
    #[allow(clippy::type_complexity, reason = "a row of four")]
    fn prompts(&self) -> Vec<(&str, &str, Option<&str>, Option<&str>)> {
        let texts = self.loaded.flow().prompts();
        texts.map(|p| (p.prompt, p.language, p.file, p.text)).collect()
    }
}
