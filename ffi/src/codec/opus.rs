//! Opus by media-core.

pub(crate) type Encoder = media_core::opus::Encoder<'static>;
pub(crate) type Decoder = media_core::opus::Decoder<'static>;

use media_core::jitter::Decoder as _;
use media_core::opus::{OpusError, Settings};

use crate::guard::Failure;
use crate::tl_status;

impl From<OpusError> for Failure {
    fn from(error: OpusError) -> Self {
        let status = match error {
            OpusError::NoRoom { .. } => tl_status::TL_ERR_BUFFER,
            OpusError::NoMemory { .. } => tl_status::TL_ERR_MEMORY,
            _ => tl_status::TL_ERR_ARGUMENT,
        };
        Self::new(status, error)
    }
}

#[allow(clippy::unnecessary_wraps, reason = "a library without Opus has no answer")]
pub(super) fn encoder_words() -> Result<usize, Failure> {
    Ok(Encoder::memory())
}

#[allow(clippy::unnecessary_wraps, reason = "a library without Opus has no answer")]
pub(super) fn decoder_words() -> Result<usize, Failure> {
    Ok(Decoder::memory())
}

pub(super) fn encoder(
    bitrate: u32,
    loss_percent: u32,
    words: &'static mut [u64],
) -> Result<Encoder, Failure> {
    let loss = u8::try_from(loss_percent).ok().filter(|loss| *loss <= 100);
    let refuse = || Failure::argument(format_args!("loss_percent is {loss_percent}"));
    Ok(Encoder::new_in(Settings::new(bitrate, loss.ok_or_else(refuse)?), words)?)
}

pub(super) fn decoder(words: &'static mut [u64]) -> Result<Decoder, Failure> {
    Ok(Decoder::new_in(words)?)
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
