//! `trunkline.media`: the sounds of a telephone line, over buffers of samples.

mod answers;
mod dtmf;
mod g711;
mod jitter;
mod loss;
mod mixing;
#[cfg(feature = "opus")]
mod opus;
mod rates;
mod tones;
mod wav;

use pyo3::prelude::*;

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    dtmf::add_to(module)?;
    g711::add_to(module)?;
    tones::add_to(module)?;
    loss::add_to(module)?;
    mixing::add_to(module)?;
    answers::add_to(module)?;
    wav::add_to(module)?;
    rates::add_to(module)?;
    #[cfg(feature = "opus")]
    opus::add_to(module)?;
    jitter::add_to(module)
}
