//! An adaptive jitter buffer: packets in, in whatever order the network brings them, and exactly
//! as many samples out as are asked for, at 8,000 a second.
//!
//! The buffer learns how the network delays packets and chooses the playout delay that costs the
//! listener least: what is lost by waiting too little against what conversation loses by waiting
//! too long (ITU-T G.107). It reaches that delay in pauses where it can. What is missing is
//! concealed ([`crate::plc`]), and the noise of the line, as loud as it is between words, goes on
//! beneath.
//!
//! No thread, no clock, no allocation: [`JitterBuffer::insert`] takes the time a packet arrived,
//! [`JitterBuffer::pull`] the time of the pull, both in microseconds of one monotonic clock of the
//! embedder's.
//!
//! ```
//! use media_core::g711::Law;
//! use media_core::jitter::{Config, JitterBuffer, Kind, Packet, Verdict};
//!
//! let mut buffer = JitterBuffer::new(Config::default());
//! let mut law = Law::A;
//! let mut heard = [0; 160];
//! for i in 0..100_u16 {
//!     let now = u64::from(i) * 20_000;
//!     let packet = Packet {
//!         ssrc: 0x5eed,
//!         sequence: i,
//!         timestamp: u32::from(i) * 160,
//!         payload: &[0x55; 160],
//!         comfort_noise: false,
//!         arrival_us: now,
//!     };
//!     assert_eq!(buffer.insert(&packet), Verdict::Taken);
//!     let pulled = buffer.pull(now, &mut law, &mut heard);
//!     if i == 99 {
//!         assert_eq!(pulled.kind, Kind::Voice);
//!     }
//! }
//! assert_eq!(buffer.stats().concealed_samples, 0);
//! ```

mod buffer;
mod delay;
mod playout;
mod scale;
mod store;

pub use buffer::JitterBuffer;

use crate::g711::Law;

/// Samples in a millisecond: the buffer works at 8 kHz.
const SAMPLES_PER_MS: i64 = 8;

/// The longest frame one packet may hold: 120 ms at 8 kHz.
pub const MAX_FRAME: usize = 960;

/// A codec as the jitter buffer sees it: [`Law`] is one, Opus (feature `opus`) another.
pub trait Decoder {
    /// Decodes one packet's payload to 8 kHz samples and returns how many; 0 for a payload that
    /// is none. `out` has room for [`MAX_FRAME`] samples.
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize;

    /// Recovers the frame *before* `next` from the redundancy that `next` carries, and returns
    /// its samples; 0 when it carries none.
    fn recover(&mut self, next: &[u8], out: &mut [i16]) -> usize {
        let _ = (next, out);
        0
    }
}

impl Decoder for Law {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        Law::decode(*self, payload, out)
    }
}

/// How the buffer behaves; [`Config::default`] suits a telephone call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The least playout delay, in milliseconds: 30 by default, which conversation does not feel.
    pub min_delay_ms: u16,
    /// The most, in milliseconds: 300 by default, 500 at most.
    pub max_delay_ms: u16,
    /// RTP timestamp units of a sample: 1 for every 8 kHz clock, 6 for Opus (48 kHz, RFC 7587).
    pub clock_ratio: u8,
}

impl Config {
    /// A playout delay between `min_delay_ms` and `max_delay_ms`; equal bounds make a fixed delay,
    /// up to a pull less than asked for where the sender's frames fall between the pulls.
    #[must_use]
    pub const fn with_delay(min_delay_ms: u16, max_delay_ms: u16) -> Self {
        Config { min_delay_ms, max_delay_ms, clock_ratio: 1 }
    }

    /// The same with another RTP clock.
    #[must_use]
    pub const fn with_clock_ratio(mut self, clock_ratio: u8) -> Self {
        self.clock_ratio = clock_ratio;
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::with_delay(30, 300)
    }
}

/// One RTP packet of audio.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Synchronisation source.
    pub ssrc: u32,
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// The payload: G.711 codes, an Opus packet, or RFC 3389 comfort noise.
    pub payload: &'a [u8],
    /// Whether the payload type is comfort noise (13, or the negotiated one).
    pub comfort_noise: bool,
    /// When it arrived, in microseconds of the clock that [`JitterBuffer::pull`] is given.
    pub arrival_us: u64,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It waits for its time.
    Taken,
    /// A packet of the same timestamp has come before.
    Duplicate,
    /// What it holds has been played or replaced already.
    Late,
    /// Another source, or a timestamp far from the stream's: kept until the next packet shows
    /// whether this is a new stream or a stray.
    Suspect,
    /// The second packet of a new stream: the buffer has started afresh with both.
    Restarted,
    /// Empty, or longer than a telephone frame can be.
    Unusable,
}

/// What most of a pull's samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Received audio.
    Voice,
    /// Made up for packets that did not come in time.
    Concealed,
    /// The sender's pause, filled with noise of the level it named.
    ComfortNoise,
    /// Nothing to play: before the first packet, or long after the last, while the line's noise
    /// fades away.
    Silence,
}

/// What a pull gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// What most of the samples are.
    pub kind: Kind,
    /// RTP timestamp of the first sample: of what was received, or of what is missing there.
    /// `None` before the first packet is played.
    pub timestamp: Option<u32>,
    /// Playout delay of the first sample, in milliseconds: its time in the buffer, had its packet
    /// been among the fastest.
    pub delay_ms: u16,
}

/// What has happened since the buffer was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Packets given to [`JitterBuffer::insert`]; the sum of all its verdicts.
    pub packets: u64,
    /// Packets taken.
    pub taken: u64,
    /// Packets whose timestamp had come before.
    pub duplicate: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Packets of another source or clock that no second one confirmed, and unusable ones.
    pub refused: u64,
    /// Packets taken and then dropped unheard: the buffer was full, or the delay at its maximum.
    pub dropped: u64,
    /// Times the buffer started afresh.
    pub restarts: u32,
    /// Samples pulled; the sum of the four kinds below.
    pub samples: u64,
    /// Received audio.
    pub voice_samples: u64,
    /// Concealment.
    pub concealed_samples: u64,
    /// Comfort noise.
    pub noise_samples: u64,
    /// Silence.
    pub silent_samples: u64,
    /// Samples of received audio left out to shorten the delay.
    pub removed_samples: u64,
    /// Samples put in to lengthen the delay.
    pub added_samples: u64,
    /// Playout delay of the last pull, in milliseconds.
    pub delay_ms: u16,
    /// The delay aimed at, in milliseconds.
    pub target_ms: u16,
}

impl Stats {
    const NONE: Stats = Stats {
        packets: 0,
        taken: 0,
        duplicate: 0,
        late: 0,
        refused: 0,
        dropped: 0,
        restarts: 0,
        samples: 0,
        voice_samples: 0,
        concealed_samples: 0,
        noise_samples: 0,
        silent_samples: 0,
        removed_samples: 0,
        added_samples: 0,
        delay_ms: 0,
        target_ms: 0,
    };
}

/// Microseconds to samples of 125 µs.
fn to_samples(us: u64) -> i64 {
    (us / 125) as i64
}

fn to_ms(samples: i64) -> u16 {
    u16::try_from(samples.max(0) / SAMPLES_PER_MS).unwrap_or(u16::MAX)
}
