//! Values of a flow as Python objects, and back.

use ivr_core::say::{Kind, Say};
use ivr_core::{Decimal, Time, Value};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyType};

use crate::words::{Words, value as of_word};

fn decimal_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

/// Whole numbers and moments (ms since the Unix epoch) as int, the rest as bool, str, Decimal.
pub(super) fn to_python<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Int(n) => n.into_pyobject(py)?.into_any(),
        Value::Decimal(d) => decimal_type(py)?.call1((d.to_string(),))?,
        Value::Bool(b) => PyBool::new(py, b).to_owned().into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Time(Time(ms)) => ms.into_pyobject(py)?.into_any(),
    })
}

/// A Python value held still, so that a [`Value`] can borrow from it.
pub(super) enum Held {
    Int(i64),
    Decimal(Decimal),
    Bool(bool),
    Text(String),
}

impl Held {
    pub(super) fn new(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(yes) = value.cast::<PyBool>() {
            return Ok(Self::Bool(yes.is_true()));
        }
        if value.cast::<PyInt>().is_ok() {
            return Ok(Self::Int(value.extract()?));
        }
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Self::Text(text.to_cow()?.into_owned()));
        }
        if value.is_instance(decimal_type(value.py())?)? {
            let text = value.call_method1("__format__", ("f",))?;
            let decimal = Decimal::parse(&text.extract::<String>()?);
            return decimal.map(Self::Decimal).ok_or_else(|| {
                PyValueError::new_err(format!(
                    "{name}: a decimal has at most four places, and fits into 64 bits"
                ))
            });
        }
        let kind = value.get_type().name()?;
        Err(PyTypeError::new_err(format!(
            "{name}: a value is an int, bool, str or Decimal, not {kind}"
        )))
    }

    /// The values of a dictionary by their names.
    pub(super) fn all(values: &Bound<'_, PyDict>) -> PyResult<Vec<(String, Self)>> {
        let held = |(name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let name: String = name.extract()?;
            let held = Self::new(&name, &value)?;
            Ok((name, held))
        };
        values.iter().map(held).collect()
    }

    /// What an answer to a query borrows.
    pub(super) fn values(held: &[(String, Self)]) -> Vec<(&str, Value<'_>)> {
        held.iter().map(|(name, held)| (name.as_str(), held.value())).collect()
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Int(n) => Value::Int(*n),
            Self::Decimal(d) => Value::Decimal(*d),
            Self::Bool(b) => Value::Bool(*b),
            Self::Text(text) => Value::Text(text),
        }
    }
}

const KINDS: Words<Kind> = &[
    ("number", Kind::Cardinal),
    ("count", Kind::Count),
    ("ordinal", Kind::Ordinal),
    ("digits", Kind::Digits),
    ("phone", Kind::Phone),
    ("decimal", Kind::Decimal),
    ("money", Kind::Money),
    ("date", Kind::Date),
    ("time", Kind::Time),
    ("duration", Kind::Duration),
    ("minutes", Kind::Minutes),
];

/// How a value is spoken in a language ("en", "zh"), as a list of words and phrases to be recorded
/// once each.
///
/// `kind` is number, count, ordinal, digits, phone, decimal, money, date, time, duration or
/// minutes; dates and times take ms since the Unix epoch. Raises ValueError when the value cannot
/// be spoken so.
#[pyfunction]
pub(super) fn say(
    language: &str,
    kind: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<Vec<&'static str>> {
    let kind = of_word(KINDS, "kind", kind)?;
    let held = Held::new("value", value)?;
    let value = match (kind, held.value()) {
        (Kind::Date | Kind::Time, Value::Int(ms)) => Value::Time(Time(ms)),
        (_, other) => other,
    };
    let say = Say::new(language, kind, value);
    let say = say.map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(say.pieces().map(|piece| piece.text).collect())
}
