//! Opus by media-core.

pub(crate) use media_core::opus::{Decoder, Encoder};

use media_core::jitter::Decoder as _;
use media_core::opus::{OpusError, Settings};

use crate::guard::Failure;
use crate::tl_status;

impl From<OpusError> for Failure {
    fn from(error: OpusError) -> Self {
        let status = match error {
            OpusError::NoRoom { .. } => tl_status::TL_ERR_BUFFER,
            _ => tl_status::TL_ERR_ARGUMENT,
        };
        Self::new(status, error)
    }
}

pub(super) fn encoder(bitrate: u32, loss_percent: u32) -> Result<Encoder, Failure> {
    let loss = u8::try_from(loss_percent).ok().filter(|loss| *loss <= 100);
    let refuse = || Failure::argument(format_args!("loss_percent is {loss_percent}"));
    Ok(Encoder::new(Settings::new(bitrate, loss.ok_or_else(refuse)?))?)
}

pub(super) fn decoder() -> Result<Decoder, Failure> {
    Ok(Decoder::new()?)
}

pub(super) fn encode(to: &mut Encoder, pcm: &[i16], packet: &mut [u8]) -> Result<usize, Failure> {
    Ok(to.encode(pcm, packet)?)
}

pub(super) fn decode(from: &mut Decoder, packet: &[u8], pcm: &mut [i16]) -> usize {
    from.decode(packet, pcm)
}

pub(super) fn recover(from: &mut Decoder, next: &[u8], pcm: &mut [i16]) -> usize {
    from.recover(next, pcm)
}
