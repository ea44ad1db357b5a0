//! libopus in memory of ours, by its C interface: all that another library would have to do here.

use std::boxed::Box;
use std::ops::{Deref, DerefMut};
use std::vec;

use audiopus::ffi;

use super::{OpusError, Settings};

const RATE: i32 = 8000;
const MONO: i32 = 1;

/// Where a coder's state lives, aligned as libopus wants it.
pub(super) enum Memory<'a> {
    Borrowed(&'a mut [u64]),
    Owned(Box<[u64]>),
}

impl Memory<'static> {
    pub(super) fn owned(words: usize) -> Self {
        Self::Owned(vec![0; words].into_boxed_slice())
    }
}

impl Memory<'_> {
    fn checked(self, need: usize) -> Result<Self, OpusError> {
        let room = self.len();
        if room < need { Err(OpusError::NoMemory { need, room }) } else { Ok(self) }
    }
}

impl Deref for Memory<'_> {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        match self {
            Self::Borrowed(words) => words,
            Self::Owned(words) => words,
        }
    }
}

impl DerefMut for Memory<'_> {
    fn deref_mut(&mut self) -> &mut [u64] {
        match self {
            Self::Borrowed(words) => words,
            Self::Owned(words) => words,
        }
    }
}

/// A size that libopus gives in bytes, in words of 64 bits.
fn words(bytes: i32) -> usize {
    usize::try_from(bytes).unwrap_or(0).div_ceil(size_of::<u64>())
}

fn fine(code: i32) -> Result<(), OpusError> {
    if code == ffi::OPUS_OK { Ok(()) } else { Err(OpusError::Settings) }
}

/// The state of an encoder.
pub(super) struct Encoding<'a>(Memory<'a>);

impl<'a> Encoding<'a> {
    pub(super) fn words() -> usize {
        // SAFETY: asks for a number, given a number.
        words(unsafe { ffi::opus_encoder_get_size(MONO) })
    }

    pub(super) fn new(memory: Memory<'a>, settings: Settings) -> Result<Self, OpusError> {
        let mut this = Self(memory.checked(Self::words())?);
        let bitrate = i32::try_from(settings.bitrate).map_err(|_| OpusError::Settings)?;
        let (loss, fec) = (i32::from(settings.loss_percent), i32::from(settings.loss_percent > 0));
        let state = this.state();
        // SAFETY: the memory is as long as libopus asks for, aligned to 8, and nobody else's; it is
        // a state from the first call on, and each request takes one number.
        unsafe {
            fine(ffi::opus_encoder_init(state, RATE, MONO, ffi::OPUS_APPLICATION_VOIP))?;
            fine(ffi::opus_encoder_ctl(state, ffi::OPUS_SET_BITRATE_REQUEST, bitrate))?;
            fine(ffi::opus_encoder_ctl(state, ffi::OPUS_SET_PACKET_LOSS_PERC_REQUEST, loss))?;
            fine(ffi::opus_encoder_ctl(state, ffi::OPUS_SET_INBAND_FEC_REQUEST, fec))?;
        }
        Ok(this)
    }

    fn state(&mut self) -> *mut ffi::OpusEncoder {
        self.0.as_mut_ptr().cast()
    }

    /// Encodes one frame; `None` when the packet has no room.
    pub(super) fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Option<usize> {
        if packet.is_empty() {
            return None;
        }
        let samples = i32::try_from(frame.len()).ok()?;
        let room = i32::try_from(packet.len()).unwrap_or(i32::MAX);
        // SAFETY: `new` made the state; libopus reads `samples` samples and writes at most `room`
        // bytes.
        let len = unsafe {
            ffi::opus_encode(self.state(), frame.as_ptr(), samples, packet.as_mut_ptr(), room)
        };
        usize::try_from(len).ok().filter(|len| *len > 0)
    }
}

/// The state of a decoder.
pub(super) struct Decoding<'a>(Memory<'a>);

impl<'a> Decoding<'a> {
    pub(super) fn words() -> usize {
        // SAFETY: asks for a number, given a number.
        words(unsafe { ffi::opus_decoder_get_size(MONO) })
    }

    pub(super) fn new(memory: Memory<'a>) -> Result<Self, OpusError> {
        let mut this = Self(memory.checked(Self::words())?);
        // SAFETY: the memory is as long as libopus asks for, aligned to 8, and nobody else's.
        fine(unsafe { ffi::opus_decoder_init(this.state(), RATE, MONO) })?;
        Ok(this)
    }

    fn state(&mut self) -> *mut ffi::OpusDecoder {
        self.0.as_mut_ptr().cast()
    }

    /// Decodes a packet, or with `before` the redundancy it carries of the one before.
    pub(super) fn decode(&mut self, packet: &[u8], before: bool, out: &mut [i16]) -> Option<usize> {
        // An empty packet is a lost one to libopus.
        let len = i32::try_from(packet.len()).ok().filter(|len| *len > 0)?;
        // SAFETY: reads at most `len` bytes.
        let samples = unsafe { ffi::opus_packet_get_nb_samples(packet.as_ptr(), len, RATE) };
        // For what came before, libopus fills all the room it is given.
        let out = out.get_mut(..usize::try_from(samples).ok()?)?;
        // SAFETY: `new` made the state; libopus reads at most `len` bytes, and writes at most
        // `samples` samples, as long as `out` is.
        let got = unsafe {
            let state = self.state();
            ffi::opus_decode(state, packet.as_ptr(), len, out.as_mut_ptr(), samples, before.into())
        };
        usize::try_from(got).ok()
    }
}
