//! # Jitter buffer
//!
//! Packets in, in whatever order the network brings them; exactly as many samples out as are asked
//! for, at 8,000 a second, what is missing concealed. The playout delay adapts to the network. All
//! times are microseconds of one steady clock of the caller's.

use core::ffi::c_void;

use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Kind as Sound, Packet, Pulled, Verdict};

use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, input, output, store, store_if_wanted, writable_or_null};
use crate::tl_status;
use crate::values::TL_NONE;

/// The receiving end of one stream of G.711 or Opus.
#[derive(Debug)]
pub struct tl_jitter {
    _opaque: [u8; 0],
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Codec {
    Law(Law),
    /// By a decoder that comes with each pull.
    Opus,
}

#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) buffer: JitterBuffer,
    pub(crate) codec: Codec,
}

impl Kind for tl_jitter {
    const MAGIC: u32 = u32::from_le_bytes(*b"tJit");
    type Value = Receiving;
}

/// What the packets of a stream hold.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_jitter_codec {
    /// G.711, one timestamp unit a sample: pulled by `tl_jitter_pull`.
    TL_JITTER_G711 = 0,
    /// Opus, six units a sample (RFC 7587): pulled by `tl_jitter_pull_opus`. Not in a library built
    /// without Opus.
    TL_JITTER_OPUS = 1,
}

/// How a jitter buffer behaves.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_jitter_config {
    /// Set by `tl_jitter_defaults`.
    pub struct_size: u32,
    /// A `tl_g711_law`. Default: A-law.
    pub law: u32,
    /// The least playout delay in milliseconds. Default: 30.
    pub min_delay_ms: u32,
    /// The most, at most 500; equal to the least for a fixed delay. Default: 300.
    pub max_delay_ms: u32,
    /// A `tl_jitter_codec`. Default: G.711.
    pub codec: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_jitter_config {
    const FIRST_SIZE: usize = 16;

    fn defaults() -> Self {
        let config = Config::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            law: crate::tl_g711_law::TL_G711_ALAW as u32,
            min_delay_ms: config.min_delay_ms.into(),
            max_delay_ms: config.max_delay_ms.into(),
            codec: tl_jitter_codec::TL_JITTER_G711 as u32,
            reserved: 0,
        }
    }
}

/// RTP timestamp units of a sample.
const OPUS_CLOCK: u8 = 6;

impl tl_jitter_config {
    fn receiving(&self) -> Result<Receiving, Failure> {
        let delay = |ms: u32| {
            u16::try_from(ms)
                .ok()
                .filter(|ms| *ms <= 500)
                .ok_or_else(|| Failure::argument(format_args!("a delay of {ms} ms is beyond 500")))
        };
        let (least, most) = (delay(self.min_delay_ms)?, delay(self.max_delay_ms)?);
        if least > most {
            return Err(Failure::argument("min_delay_ms is above max_delay_ms"));
        }
        let config = Config::with_delay(least, most);
        let (codec, config) = match self.codec {
            0 => (Codec::Law(crate::g711::law(self.law)?), config),
            1 if cfg!(feature = "opus") => (Codec::Opus, config.with_clock_ratio(OPUS_CLOCK)),
            1 => {
                let text = "the library was built without the feature opus";
                return Err(Failure::new(tl_status::TL_ERR_UNSUPPORTED, text));
            }
            other => return Err(Failure::argument(format_args!("codec is {other}"))),
        };
        Ok(Receiving { buffer: JitterBuffer::new(config), codec })
    }
}

/// What became of a packet.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_jitter_verdict {
    /// It waits for its time.
    TL_JITTER_TAKEN = 1,
    /// A packet of the same timestamp has come before.
    TL_JITTER_DUPLICATE = 2,
    /// What it holds has been played or replaced already.
    TL_JITTER_LATE = 3,
    /// Another source, or a timestamp far from the stream's: kept until the next packet shows
    /// whether this is a new stream or a stray.
    TL_JITTER_SUSPECT = 4,
    /// The second packet of a new stream: the buffer has started afresh with both.
    TL_JITTER_RESTARTED = 5,
    /// Empty, or longer than a telephone frame can be.
    TL_JITTER_UNUSABLE = 6,
}

/// What most of a pull's samples are.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_jitter_sound {
    /// Received audio.
    TL_JITTER_VOICE = 1,
    /// Made up for packets that did not come in time.
    TL_JITTER_CONCEALED = 2,
    /// The sender's pause, filled with noise of the level it named.
    TL_JITTER_COMFORT_NOISE = 3,
    /// Nothing to play: before the first packet, or long after the last.
    TL_JITTER_SILENCE = 4,
}

/// One RTP packet of audio, as `tl_rtp_parse` takes it apart.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_jitter_packet {
    /// Synchronisation source.
    pub ssrc: u32,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP sequence number.
    pub sequence: u16,
    /// 1 if the payload type is comfort noise (13, or the negotiated one), else 0.
    pub comfort_noise: u16,
    /// 0.
    pub reserved: u32,
    /// The payload: G.711 codes, an Opus packet, or comfort noise as in RFC 3389.
    pub payload: *const u8,
    /// Bytes of the payload.
    pub payload_len: usize,
    /// When it arrived, in microseconds of the clock that `tl_jitter_pull` is given.
    pub arrival_us: u64,
}

/// What a pull gave.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_jitter_pulled {
    /// A `tl_jitter_sound`.
    pub sound: u32,
    /// Playout delay of the first sample, in milliseconds.
    pub delay_ms: u32,
    /// RTP timestamp of the first sample; `TL_NONE` before the first packet is played.
    pub timestamp: u64,
}

impl From<Pulled> for tl_jitter_pulled {
    fn from(of: Pulled) -> Self {
        use tl_jitter_sound as S;
        let sound = match of.kind {
            Sound::Voice => S::TL_JITTER_VOICE,
            Sound::Concealed => S::TL_JITTER_CONCEALED,
            Sound::ComfortNoise => S::TL_JITTER_COMFORT_NOISE,
            Sound::Silence => S::TL_JITTER_SILENCE,
        };
        Self {
            sound: sound as u32,
            delay_ms: of.delay_ms.into(),
            timestamp: of.timestamp.map_or(TL_NONE, u64::from),
        }
    }
}

/// What has happened since the buffer was made.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_jitter_stats {
    /// Packets inserted; the sum of all verdicts.
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
    pub restarts: u64,
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
    pub delay_ms: u32,
    /// The delay aimed at, in milliseconds.
    pub target_ms: u32,
    /// For later versions; 0.
    pub reserved: [u64; 4],
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_defaults(
    config: *mut tl_jitter_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_jitter_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// How many bytes a jitter buffer takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_jitter_size() -> usize {
    object::fixed_size::<tl_jitter>()
}

/// Makes a jitter buffer in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may
/// be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_jitter_config,
    jitter: *mut *mut tl_jitter,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_jitter_init", || unsafe {
        let config = optional(config)?;
        object::init((memory.cast(), size), jitter, |_| Ok(()), |()| config.receiving())
    })
}

/// Makes a jitter buffer in memory from the allocator. `config` may be NULL for the defaults.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_new(
    config: *const tl_jitter_config,
    jitter: *mut *mut tl_jitter,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_jitter_new", || unsafe {
        let config = optional(config)?;
        object::create(jitter, |_| Ok(()), |()| config.receiving())
    })
}

/// Ends a jitter buffer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_free(jitter: *mut tl_jitter) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_jitter_free", jitter) }
}

/// Takes in a packet; its payload is copied. Stores what became of it, a `tl_jitter_verdict`, in
/// `verdict`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_insert(
    jitter: *mut tl_jitter,
    packet: *const tl_jitter_packet,
    verdict: *mut u32,
) -> tl_status {
    use tl_jitter_verdict as V;
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_jitter_insert", jitter, |receiving| {
            let packet = given(packet, "packet")?;
            writable_or_null(verdict, "verdict")?;
            let became = receiving.buffer.insert(&Packet {
                ssrc: packet.ssrc,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                payload: input(packet.payload, packet.payload_len, "payload")?,
                comfort_noise: packet.comfort_noise != 0,
                arrival_us: packet.arrival_us,
            });
            let became = match became {
                Verdict::Taken => V::TL_JITTER_TAKEN as u32,
                Verdict::Duplicate => V::TL_JITTER_DUPLICATE as u32,
                Verdict::Late => V::TL_JITTER_LATE as u32,
                Verdict::Suspect => V::TL_JITTER_SUSPECT as u32,
                Verdict::Restarted => V::TL_JITTER_RESTARTED as u32,
                Verdict::Unusable => V::TL_JITTER_UNUSABLE as u32,
                _ => 0,
            };
            store_if_wanted(verdict, "verdict", became)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Fills `pcm` with the next `samples` samples, whatever has arrived. `pulled` says what they are;
/// it may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_pull(
    jitter: *mut tl_jitter,
    now_us: u64,
    pcm: *mut i16,
    samples: usize,
    pulled: *mut tl_jitter_pulled,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_jitter_pull", jitter, |receiving| {
            writable_or_null(pulled, "pulled")?;
            let pcm = output(pcm, samples, "pcm")?;
            let Codec::Law(mut law) = receiving.codec else {
                return Err(Failure::argument("the buffer is one of Opus: tl_jitter_pull_opus"));
            };
            let gave = receiving.buffer.pull(now_us, &mut law, pcm);
            store_if_wanted(pulled, "pulled", gave.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores what has happened so far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_jitter_get_stats(
    jitter: *const tl_jitter,
    stats: *mut tl_jitter_stats,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_jitter_get_stats", jitter, |receiving| {
            let of = receiving.buffer.stats();
            let filled = tl_jitter_stats {
                packets: of.packets,
                taken: of.taken,
                duplicate: of.duplicate,
                late: of.late,
                refused: of.refused,
                dropped: of.dropped,
                restarts: of.restarts.into(),
                samples: of.samples,
                voice_samples: of.voice_samples,
                concealed_samples: of.concealed_samples,
                noise_samples: of.noise_samples,
                silent_samples: of.silent_samples,
                removed_samples: of.removed_samples,
                added_samples: of.added_samples,
                delay_ms: of.delay_ms.into(),
                target_ms: of.target_ms.into(),
                reserved: [0; 4],
            };
            store(stats, "stats", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}
