//! Crate `neteq` as a peer, on a clock of ours: it reads the system's clock itself, so this program
//! brings its own.

use std::sync::atomic::{AtomicU64, Ordering};

use media_core::g711::Law;
use neteq::codec::AudioDecoder;
use neteq::neteq::SpeechType;
use neteq::{AudioPacket, NetEq, NetEqConfig, RtpHeader};

/// Microseconds since the trace began; an hour on, for time before it is asked about, too.
static NOW_US: AtomicU64 = AtomicU64::new(3_600_000_000);

/// `struct timespec` of 64-bit Linux.
#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

/// The C library's function of this name, for this program: every clock shows the trace's time.
///
/// # Safety
/// `time` must be good for writing, as for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(_clock: i32, time: *mut Timespec) -> i32 {
    let now = NOW_US.load(Ordering::Relaxed);
    let seconds = (now / 1_000_000) as i64;
    // SAFETY: the caller's promise.
    unsafe { time.write(Timespec { seconds, nanoseconds: (now % 1_000_000 * 1000) as i64 }) };
    0
}

/// What its 10 ms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NeteqGot {
    Voice,
    /// Made up by its own concealment, for which another can be put.
    Missing,
}

struct Mu;

impl AudioDecoder for Mu {
    fn sample_rate(&self) -> u32 {
        8000
    }

    fn channels(&self) -> u8 {
        1
    }

    fn decode(&mut self, encoded: &[u8]) -> neteq::Result<Vec<f32>> {
        Ok(encoded.iter().map(|&c| f32::from(Law::Mu.decode_sample(c)) / 32_768.0).collect())
    }
}

/// Its buffer for µ-law in 20 ms packets.
pub(crate) struct Neteq(NetEq);

impl Neteq {
    /// `min_delay_ms` is its delay knob.
    pub(crate) fn open(min_delay_ms: u32) -> Option<Self> {
        let config = NetEqConfig { sample_rate: 8000, min_delay_ms, ..NetEqConfig::default() };
        let mut buffer = NetEq::new(config).ok()?;
        buffer.register_decoder(0, Box::new(Mu));
        Some(Neteq(buffer))
    }

    pub(crate) fn put(&mut self, now_us: u64, sequence: u16, timestamp: u32, payload: &[u8]) {
        NOW_US.store(3_600_000_000 + now_us, Ordering::Relaxed);
        let header = RtpHeader::new(sequence, timestamp, 1, 0, false);
        // A packet it refuses is one it does not play.
        let _ = self.0.insert_packet(AudioPacket::new(header, payload.to_vec(), 8000, 1, 20));
    }

    /// Fills 10 ms.
    pub(crate) fn get(&mut self, now_us: u64, out: &mut [i16]) -> NeteqGot {
        NOW_US.store(3_600_000_000 + now_us, Ordering::Relaxed);
        let Ok(frame) = self.0.get_audio() else {
            return NeteqGot::Missing;
        };
        for (to, from) in out.iter_mut().zip(&frame.samples) {
            *to = (from * 32_768.0).round() as i16;
        }
        if frame.speech_type == SpeechType::Expand { NeteqGot::Missing } else { NeteqGot::Voice }
    }
}
