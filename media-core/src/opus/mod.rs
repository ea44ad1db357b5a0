//! Opus (RFC 6716, RFC 7587) at 8 kHz: calls from browsers, apps and radio meet the telephone.
//!
//! Packets of up to 120 ms are decoded straight to 8 kHz mono, whatever bandwidth and channels the
//! sender chose; the RTP clock runs at 48 kHz, so a jitter buffer for them is made with
//! [`Config::with_clock_ratio(6)`](crate::jitter::Config::with_clock_ratio). In-band redundancy
//! (FEC) is used by the jitter buffer: the frame before a lost one's successor is recovered from
//! it. The work is done by libopus, which stays out of this interface; its state lives on the heap
//! ([`Encoder::new`]) or in the caller's memory ([`Encoder::new_in`]).
//!
//! ```
//! use media_core::jitter::Decoder as _;
//! use media_core::opus::{Decoder, Encoder, Settings};
//!
//! let mut encoder = Encoder::new(Settings::default())?;
//! let mut packet = [0; 400];
//! let len = encoder.encode(&[0; 160], &mut packet)?;
//!
//! let mut decoder = Decoder::new()?;
//! let mut heard = [0; 960];
//! assert_eq!(decoder.decode(&packet[..len], &mut heard), 160);
//! # Ok::<(), media_core::opus::OpusError>(())
//! ```

#[allow(unsafe_code, reason = "calls to a C library")]
mod libopus;

use crate::jitter;
use libopus::{Decoding, Encoding, Memory};
use thiserror::Error;

/// Why Opus failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpusError {
    /// The library does not take these settings.
    #[error("Opus refuses the settings")]
    Settings,
    /// Frames are 80, 160, 320 or 480 samples: 10, 20, 40 or 60 ms.
    #[error("an Opus frame has 80, 160, 320 or 480 samples, not {samples}")]
    Frame {
        /// Samples given.
        samples: usize,
    },
    /// The caller's memory is too short for the coder's state.
    #[error("Opus needs {need} words of memory, not {room}")]
    NoMemory {
        /// Words of 64 bits that it takes.
        need: usize,
        /// Words given.
        room: usize,
    },
    /// The packet does not fit into the room given for it.
    #[error("the Opus packet needs more than {room} bytes")]
    NoRoom {
        /// Bytes given.
        room: usize,
    },
}

/// How to encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Bits a second: 16,000 by default, 6,000 to 64,000 make sense for speech.
    pub bitrate: u32,
    /// Packets the network is expected to lose, in percent: 10 by default. With more than 0, each
    /// packet carries a coarse copy of the one before (in-band FEC).
    pub loss_percent: u8,
}

impl Settings {
    /// A bit rate, and the loss to be ready for.
    #[must_use]
    pub const fn new(bitrate: u32, loss_percent: u8) -> Self {
        Settings { bitrate, loss_percent }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new(16_000, 10)
    }
}

/// Encodes 8 kHz mono.
pub struct Encoder<'a>(Encoding<'a>);

impl Encoder<'static> {
    /// An encoder for one stream.
    ///
    /// # Errors
    /// [`OpusError::Settings`] when the library refuses them.
    pub fn new(settings: Settings) -> Result<Self, OpusError> {
        Encoding::new(Memory::owned(Encoding::words()), settings).map(Encoder)
    }
}

impl<'a> Encoder<'a> {
    /// Words of 64 bits that an encoder takes.
    #[must_use]
    pub fn memory() -> usize {
        Encoding::words()
    }

    /// An encoder for one stream in the caller's memory, at least [`Encoder::memory`] words,
    /// whatever they are.
    ///
    /// ```
    /// use media_core::opus::{Encoder, OpusError, Settings};
    ///
    /// let mut memory = vec![0; Encoder::memory()];
    /// let mut encoder = Encoder::new_in(Settings::default(), &mut memory)?;
    /// assert!(encoder.encode(&[0; 160], &mut [0; 400])? > 0);
    /// # Ok::<(), OpusError>(())
    /// ```
    ///
    /// # Errors
    /// [`OpusError::NoMemory`], or as [`Encoder::new`].
    pub fn new_in(settings: Settings, memory: &'a mut [u64]) -> Result<Self, OpusError> {
        Encoding::new(Memory::Borrowed(memory), settings).map(Encoder)
    }

    /// Encodes one frame of 10, 20, 40 or 60 ms and returns the packet's length.
    ///
    /// # Errors
    /// [`OpusError::Frame`] for a frame of another length, [`OpusError::NoRoom`] for a packet that
    /// does not fit (1,275 bytes a frame always do).
    pub fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Result<usize, OpusError> {
        if !matches!(frame.len(), 80 | 160 | 320 | 480) {
            return Err(OpusError::Frame { samples: frame.len() });
        }
        let room = packet.len();
        self.0.encode(frame, packet).ok_or(OpusError::NoRoom { room })
    }
}

/// Decodes to 8 kHz mono; a [`jitter::Decoder`].
pub struct Decoder<'a>(Decoding<'a>);

impl Decoder<'static> {
    /// A decoder for one stream.
    ///
    /// # Errors
    /// [`OpusError::Settings`] when the library fails to make it.
    pub fn new() -> Result<Self, OpusError> {
        Decoding::new(Memory::owned(Decoding::words())).map(Decoder)
    }
}

impl<'a> Decoder<'a> {
    /// Words of 64 bits that a decoder takes.
    #[must_use]
    pub fn memory() -> usize {
        Decoding::words()
    }

    /// A decoder for one stream in the caller's memory, at least [`Decoder::memory`] words, whatever
    /// they are.
    ///
    /// # Errors
    /// [`OpusError::NoMemory`], or as [`Decoder::new`].
    pub fn new_in(memory: &'a mut [u64]) -> Result<Self, OpusError> {
        Decoding::new(Memory::Borrowed(memory)).map(Decoder)
    }
}

impl jitter::Decoder for Decoder<'_> {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        self.0.decode(payload, false, out).unwrap_or(0)
    }

    fn recover(&mut self, next: &[u8], out: &mut [i16]) -> usize {
        if has_redundancy(next) { self.0.decode(next, true, out).unwrap_or(0) } else { 0 }
    }
}

/// Whether a packet carries redundancy (RFC 6716 §4.2.3 and §4.2.4): a SILK or hybrid packet whose
/// first frame's LBRR flag, the bit after one voice-activity bit for each of its 20 ms, is set.
fn has_redundancy(packet: &[u8]) -> bool {
    let Some(&toc) = packet.first() else {
        return false;
    };
    let config = toc >> 3;
    // CELT alone (16 and up) has none.
    if config >= 16 {
        return false;
    }
    // Only one frame a packet is looked into: what telephones and browsers send.
    let Some(&silk) = packet.get(1).filter(|_| toc & 3 == 0) else {
        return false;
    };
    let frames = if config < 12 { [1, 1, 2, 3][usize::from(config & 3)] } else { 1 };
    silk & (0x80 >> frames) != 0
}

impl core::fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Encoder")
    }
}

impl core::fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Decoder")
    }
}
