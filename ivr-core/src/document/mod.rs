//! Documents: YAML or JSON as a tree that remembers where everything stood.

mod compound;
mod tree;

pub(crate) use compound::{TYPES as COMPOUND, expand};
pub(crate) use tree::{Content, Node, parse};

/// A stretch of a document's text. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) len: usize,
}
