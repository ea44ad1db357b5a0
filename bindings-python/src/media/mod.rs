//! `trunkline.media`: the sounds of a telephone line, over buffers of samples.

mod dtmf;
mod g711;
mod jitter;
mod loss;
#[cfg(feature = "opus")]
mod opus;
mod rates;
mod tones;

use pyo3::prelude::*;

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    dtmf::add_to(module)?;
    g711::add_to(module)?;
    tones::add_to(module)?;
    loss::add_to(module)?;
    rates::add_to(module)?;
    #[cfg(feature = "opus")]
    opus::add_to(module)?;
    jitter::add_to(module)
}
