//! What stands for Opus in a library built without: objects of which there never is one.

use crate::guard::Failure;

#[derive(Debug)]
pub(crate) enum Encoder {}
#[derive(Debug)]
pub(crate) enum Decoder {}

impl media_core::jitter::Decoder for Decoder {
    fn decode(&mut self, _: &[u8], _: &mut [i16]) -> usize {
        match *self {}
    }
}

pub(super) fn encoder_words() -> Result<usize, Failure> {
    Err(super::built_without("opus"))
}

pub(super) fn decoder_words() -> Result<usize, Failure> {
    Err(super::built_without("opus"))
}

pub(super) fn encoder(_: u32, _: u32, _: &'static mut [u64]) -> Result<Encoder, Failure> {
    Err(super::built_without("opus"))
}

pub(super) fn decoder(_: &'static mut [u64]) -> Result<Decoder, Failure> {
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
