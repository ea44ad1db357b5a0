//! What stands for Opus in a library built without: objects of which there never is one.

use crate::guard::Failure;

#[derive(Debug)]
pub(crate) enum Encoder {}
#[derive(Debug)]
pub(crate) enum Decoder {}

pub(super) fn encoder(_bitrate: u32, _loss_percent: u32) -> Result<Encoder, Failure> {
    Err(super::built_without("opus"))
}

pub(super) fn decoder() -> Result<Decoder, Failure> {
    Err(super::built_without("opus"))
}

pub(super) fn encode(to: &mut Encoder, _: &[i16], _: &mut [u8]) -> Result<usize, Failure> {
    match *to {}
}

pub(super) fn decode(from: &mut Decoder, _: &[u8], _: &mut [i16]) -> usize {
    match *from {}
}

pub(super) fn recover(from: &mut Decoder, _: &[u8], _: &mut [i16]) -> usize {
    match *from {}
}
