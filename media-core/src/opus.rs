//! Opus (RFC 6716, RFC 7587) at 8 kHz: calls from browsers, apps and radio meet the telephone.
//!
//! Packets of up to 120 ms are decoded straight to 8 kHz mono, whatever bandwidth and channels the
//! sender chose; the RTP clock runs at 48 kHz, so a jitter buffer for them is made with
//! [`Config::with_clock_ratio(6)`](crate::jitter::Config::with_clock_ratio). In-band redundancy
//! (FEC) is used by the jitter buffer: the frame before a lost one's successor is recovered from
//! it. The work is done by libopus, which stays out of this interface.
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

use crate::jitter;
use thiserror::Error;

/// What one library must do for us; another than libopus can take its place here.
trait Codec: Sized {
    fn open(settings: Option<Settings>) -> Option<Self>;
    /// Encodes one frame; `None` when the library refuses.
    fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Option<usize>;
    /// Decodes a packet, or with `before` the redundancy it carries of the one before.
    fn decode(&mut self, packet: &[u8], before: bool, out: &mut [i16]) -> Option<usize>;
}

/// Why Opus failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpusError {
    /// The library could not make a coder: no memory, or settings it does not take.
    #[error("Opus refuses the settings")]
    Settings,
    /// Frames are 80, 160, 320 or 480 samples: 10, 20, 40 or 60 ms.
    #[error("an Opus frame has 80, 160, 320 or 480 samples, not {samples}")]
    Frame {
        /// Samples given.
        samples: usize,
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
pub struct Encoder(LibOpus);

impl Encoder {
    /// An encoder for one stream.
    ///
    /// # Errors
    /// [`OpusError::Settings`] when the library refuses them.
    pub fn new(settings: Settings) -> Result<Self, OpusError> {
        LibOpus::open(Some(settings)).map(Encoder).ok_or(OpusError::Settings)
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
pub struct Decoder(LibOpus);

impl Decoder {
    /// A decoder for one stream.
    ///
    /// # Errors
    /// [`OpusError::Settings`] when the library has no memory for it.
    pub fn new() -> Result<Self, OpusError> {
        LibOpus::open(None).map(Decoder).ok_or(OpusError::Settings)
    }
}

impl jitter::Decoder for Decoder {
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

impl core::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Encoder")
    }
}

impl core::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Decoder")
    }
}

/// libopus by way of audiopus.
enum LibOpus {
    Encoder(audiopus::coder::Encoder),
    Decoder(audiopus::coder::Decoder),
}

impl Codec for LibOpus {
    fn open(settings: Option<Settings>) -> Option<Self> {
        use audiopus::{Application, Bitrate, Channels, SampleRate, coder};
        let rate = SampleRate::Hz8000;
        let Some(Settings { bitrate, loss_percent }) = settings else {
            return coder::Decoder::new(rate, Channels::Mono).ok().map(LibOpus::Decoder);
        };
        let mut encoder = coder::Encoder::new(rate, Channels::Mono, Application::Voip).ok()?;
        let bitrate = Bitrate::BitsPerSecond(i32::try_from(bitrate).ok()?);
        encoder.set_bitrate(bitrate).ok()?;
        encoder.set_packet_loss_perc(loss_percent).ok()?;
        encoder.set_inband_fec(loss_percent > 0).ok()?;
        Some(LibOpus::Encoder(encoder))
    }

    fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Option<usize> {
        let LibOpus::Encoder(encoder) = self else {
            return None;
        };
        if packet.is_empty() {
            return None;
        }
        encoder.encode(frame, packet).ok()
    }

    fn decode(&mut self, packet: &[u8], before: bool, out: &mut [i16]) -> Option<usize> {
        let LibOpus::Decoder(decoder) = self else {
            return None;
        };
        let whole = audiopus::packet::Packet::try_from(packet).ok()?;
        // For what came before, libopus fills all the room it is given.
        let samples = audiopus::packet::nb_samples(whole, audiopus::SampleRate::Hz8000).ok()?;
        let out = audiopus::MutSignals::try_from(out.get_mut(..samples)?).ok()?;
        decoder.decode(audiopus::packet::Packet::try_from(packet).ok(), out, before).ok()
    }
}
