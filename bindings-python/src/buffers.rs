//! Samples and codes across the border, copied once or not at all.
//!
//! Anything with the buffer protocol goes in: `bytes`, `array`, `memoryview`, a NumPy array. Its
//! element type must be the one asked for and its memory contiguous; else `BufferError`.

use std::ptr::NonNull;

use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyType};

fn contiguous<T: Element>(buffer: &PyBuffer<T>) -> PyResult<NonNull<[T]>> {
    // PyO3 takes a buffer of the other byte order for one of ours.
    let foreign: &[u8] = if cfg!(target_endian = "little") { b">!" } else { b"<" };
    let order = buffer.format().to_bytes().first().unwrap_or(&b'@');
    if size_of::<T>() > 1 && foreign.contains(order) {
        return Err(PyBufferError::new_err("the buffer is not in the byte order of this machine"));
    }
    buffer.as_slice_ptr().ok_or_else(|| PyBufferError::new_err("the buffer is not contiguous"))
}

/// Hands `inside` the elements of a Python buffer without copying them. `inside` must not run
/// Python code, which the type of a plain computation over slices sees to.
pub(crate) fn with_input<T: Element, R>(
    buffer: &PyBuffer<T>,
    inside: impl FnOnce(&[T]) -> R,
) -> PyResult<R> {
    let elements = contiguous(buffer)?;
    // SAFETY: the export keeps the memory in place while `buffer` lives; the interpreter lock is
    // held and no Python code runs inside, so nobody writes to the elements meanwhile.
    Ok(inside(unsafe { elements.as_ref() }))
}

/// As [`with_input`], for an input and an output that must not be the same memory.
pub(crate) fn with_both<I: Element, O: Element, R>(
    input: &PyBuffer<I>,
    output: &PyBuffer<O>,
    inside: impl FnOnce(&[I], &mut [O]) -> R,
) -> PyResult<R> {
    if output.readonly() {
        return Err(PyBufferError::new_err("the output buffer is read-only"));
    }
    let (elements, mut place) = (contiguous(input)?, contiguous(output)?);
    let (from, to) = (input.buf_ptr().addr(), output.buf_ptr().addr());
    if from < to + output.len_bytes() && to < from + input.len_bytes() {
        return Err(PyBufferError::new_err("the output buffer overlaps the input"));
    }
    // SAFETY: as in `with_input`; the output is writable and shares no byte with the input.
    Ok(unsafe { inside(elements.as_ref(), place.as_mut()) })
}

/// An `array.array('h')` of so many samples. `fill` is done before any Python object is made.
pub(crate) fn new_samples<'py>(
    py: Python<'py>,
    samples: usize,
    fill: impl FnOnce(&mut [i16]) -> PyResult<()>,
) -> PyResult<Bound<'py, PyAny>> {
    static ARRAY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let mut pcm = vec![0i16; samples];
    fill(&mut pcm)?;
    let bytes = PyBytes::new_with(py, samples * 2, |bytes| {
        for (two, sample) in bytes.chunks_exact_mut(2).zip(&pcm) {
            two.copy_from_slice(&sample.to_ne_bytes());
        }
        Ok(())
    })?;
    ARRAY.import(py, "array", "array")?.call1((pyo3::intern!(py, "h"), bytes))
}
