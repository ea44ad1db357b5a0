//! `trunkline.rtp`: packets of telephone sound, their reports, keys beside the sound, and quality.

mod events;
mod packet;
mod rtcp;
mod stream;

use media_core::rtp::ParseError;
use media_core::rtp::quality::{self, G711_CONCEALED, G711_PLAIN, Path};
use pyo3::prelude::*;

use crate::errors::{MediaError, Reason};

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn no_packet(error: ParseError) -> PyErr {
    let reason = match error {
        ParseError::Version(version) => Reason::new("version").about(Some(version.into())).limit(2),
        ParseError::PacketType(kind) => Reason::new("packet_type").about(Some(kind.into())),
        ParseError::Padding(_) => Reason::new("padding"),
        _ => Reason::new("short"),
    };
    reason.within(MediaError::new_err(error.to_string()))
}

/// How good a G.711 call sounds, by the E-model (ITU-T G.107): the rating R, 0 to 93.2, and the mean
/// opinion score it stands for, 1 to 4.5.
///
/// `delay_ms` is from mouth to ear, `loss` the share of packets that are lost or come too late, `burst`
/// the mean length of a run of losses over what chance would give. `concealed`: lost packets are made
/// up for, not silent.
#[pyfunction]
#[pyo3(signature = (*, delay_ms=0.0, loss=0.0, burst=1.0, concealed=true))]
fn quality_of(delay_ms: f64, loss: f64, burst: f64, concealed: bool) -> (f64, f64) {
    let codec = if concealed { G711_CONCEALED } else { G711_PLAIN };
    let r = quality::r_factor(&Path { delay_ms, loss, burst }, &codec);
    (r, quality::mos(r))
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    packet::add_to(module)?;
    stream::add_to(module)?;
    rtcp::add_to(module)?;
    events::add_to(module)?;
    module.add_function(wrap_pyfunction!(quality_of, module)?)
}
