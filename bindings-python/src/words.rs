//! Enums as the strings they are in Python, and back.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A value and its word. Python's `StrEnum`s in `trunkline.acd` are made of the same words, which a
/// test compares.
pub(crate) type Words<T> = &'static [(&'static str, T)];

/// The value of a word; `ValueError` lists the words there are.
pub(crate) fn value<T: Copy>(words: Words<T>, name: &str, word: &str) -> PyResult<T> {
    match words.iter().find(|(known, _)| *known == word) {
        Some((_, value)) => Ok(*value),
        None => {
            let known: Vec<_> = words.iter().map(|(known, _)| format!("'{known}'")).collect();
            Err(PyValueError::new_err(format!(
                "{name} is '{word}', not one of {}",
                known.join(", ")
            )))
        }
    }
}

/// The word of a value; "unknown" for one newer than this package.
pub(crate) fn word<T: Copy + PartialEq>(words: Words<T>, value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("unknown", |(word, _)| word)
}

/// A value as Python writes it.
pub(crate) trait Repr {
    fn repr(&self) -> String;
}

impl Repr for u64 {
    fn repr(&self) -> String {
        self.to_string()
    }
}

impl Repr for u32 {
    fn repr(&self) -> String {
        self.to_string()
    }
}

impl Repr for i32 {
    fn repr(&self) -> String {
        self.to_string()
    }
}

impl Repr for i64 {
    fn repr(&self) -> String {
        self.to_string()
    }
}

impl Repr for f64 {
    fn repr(&self) -> String {
        format!("{self:?}")
    }
}

impl Repr for bool {
    fn repr(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

impl Repr for &str {
    fn repr(&self) -> String {
        format!("'{self}'")
    }
}

impl<T: Repr> Repr for Option<T> {
    fn repr(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), Repr::repr)
    }
}

/// Defines an immutable class of plain fields, with `==`, `repr` and `match`.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $module:literal $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[pyclass(module = $module, frozen, get_all, eq)]
        #[derive(Clone, Copy, PartialEq)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: $type),*
        }

        #[pymethods]
        impl $name {
            #[classattr]
            #[pyo3(name = "__match_args__")]
            fn match_args(
                py: Python<'_>,
            ) -> PyResult<Bound<'_, pyo3::types::PyTuple>> {
                let fields: &[&str] = &[$(stringify!($field)),*];
                pyo3::types::PyTuple::new(py, fields)
            }

            fn __repr__(&self) -> String {
                let fields: &[(&str, String)] =
                    &[$((stringify!($field), $crate::words::Repr::repr(&self.$field))),*];
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{}({})", stringify!($name), fields.join(", "))
            }
        }
    };
}
pub(crate) use record;
