//! Samples and codes across the border, copied once or not at all.
//!
//! Anything with the buffer protocol goes in: `bytes`, `array`, `memoryview`, a NumPy array. Its
//! element type must be the one asked for and its memory contiguous; else `BufferError`.

use std::ptr::NonNull;

use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PySequence;

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

/// Elements that are worked on at once with the interpreter lock held: some microseconds' work.
const SHORT: usize = 8_192;

/// As [`with_input`], for work whose time grows with the input and which may have it in pieces. Of a
/// long input each piece is copied, and other threads go on while it is worked on.
pub(crate) fn with_pieces<T: Element + Send + Sync>(
    py: Python<'_>,
    buffer: &PyBuffer<T>,
    mut work: impl FnMut(&[T]) + Send,
) -> PyResult<()> {
    let all = buffer.item_count();
    if all <= SHORT {
        return with_input(buffer, work);
    }
    for from in (0..all).step_by(SHORT) {
        let piece = with_input(buffer, |elements| {
            elements.iter().skip(from).take(SHORT).copied().collect::<Vec<_>>()
        })?;
        py.detach(|| work(&piece));
    }
    Ok(())
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

/// As [`with_input`], for memory to be written to.
pub(crate) fn with_output<T: Element, R>(
    buffer: &PyBuffer<T>,
    inside: impl FnOnce(&mut [T]) -> R,
) -> PyResult<R> {
    if buffer.readonly() {
        return Err(PyBufferError::new_err("the buffer is read-only"));
    }
    let mut elements = contiguous(buffer)?;
    // SAFETY: as in `with_input`; the memory is writable, and nobody else looks at it meanwhile.
    Ok(inside(unsafe { elements.as_mut() }))
}

/// A new `array.array('h')` of so many samples, which `fill` is handed as zeros.
pub(crate) fn new_samples<'py>(
    py: Python<'py>,
    samples: usize,
    fill: impl FnOnce(&mut [i16]) -> PyResult<()>,
) -> PyResult<Bound<'py, PyAny>> {
    // Repeating an array of one zero is the cheapest way to an array of a given length.
    static ZERO: PyOnceLock<Py<PySequence>> = PyOnceLock::new();
    let zero = ZERO.get_or_try_init(py, || {
        let zero = py.import("array")?.getattr("array")?.call1(("h", [0]))?;
        Ok::<_, PyErr>(zero.cast_into::<PySequence>()?.unbind())
    })?;
    let made = zero.bind(py).repeat(samples)?.into_any();
    with_output(&PyBuffer::<i16>::get(&made)?, fill)??;
    Ok(made)
}

/// An `array.array('h')` of these samples.
pub(crate) fn samples_of<'py>(py: Python<'py>, pcm: &[i16]) -> PyResult<Bound<'py, PyAny>> {
    new_samples(py, pcm.len(), |out| {
        out.copy_from_slice(pcm);
        Ok(())
    })
}
