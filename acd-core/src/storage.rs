//! Where a table lives: in the caller's slice, or on the heap when there is one.

use core::ops::{Deref, DerefMut};

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec};

/// A table of fixed length. Nothing grows it after construction.
pub(crate) enum Storage<'a, T> {
    /// The caller's memory.
    Borrowed(&'a mut [T]),
    /// Taken from the heap, once.
    #[cfg(feature = "alloc")]
    Owned(Box<[T]>),
}

impl<T> Storage<'_, T> {
    /// A table of `len` elements on the heap, each a copy of `empty`.
    #[cfg(feature = "alloc")]
    pub(crate) fn owned(len: usize, empty: T) -> Self
    where
        T: Clone,
    {
        Self::Owned(vec![empty; len].into_boxed_slice())
    }
}

impl<'a, T> From<&'a mut [T]> for Storage<'a, T> {
    fn from(slice: &'a mut [T]) -> Self {
        Self::Borrowed(slice)
    }
}

impl<T> Deref for Storage<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Borrowed(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Owned(boxed) => boxed,
        }
    }
}

impl<T> DerefMut for Storage<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Borrowed(slice) => slice,
            #[cfg(feature = "alloc")]
            Self::Owned(boxed) => boxed,
        }
    }
}
