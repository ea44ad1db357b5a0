//! Opus packets of a recording, decoded in their order.

use alloc::vec::Vec;

use super::content::IndexEntry;
use super::play::OPUS_STEP;
use crate::jitter::Decoder as _;
use crate::opus::Decoder;
use crate::record::MAX_SAMPLES;

/// The most samples a packet covers: 120 ms at 8 kHz.
const LONGEST: usize = 960;

/// A decoder and where it stands.
#[derive(Default)]
pub(super) struct Decoding {
    decoder: Option<Decoder<'static>>,
    /// Channel and position of what it has not heard yet.
    next: Option<(u8, u64)>,
}

impl Decoding {
    /// Whether this block follows on what was decoded last.
    pub(super) fn is_at(&self, entry: &IndexEntry) -> bool {
        self.next == Some((entry.channel, entry.position))
    }

    /// A block's sound at 8 kHz; what does not decode is silence.
    pub(super) fn decode(&mut self, entry: &IndexEntry, packets: &[(u32, Vec<u8>)]) -> Vec<i16> {
        if !self.is_at(entry) {
            self.decoder = Decoder::new().ok();
        }
        self.next = Some((entry.channel, entry.position.saturating_add(entry.len)));
        let mut heard = Vec::new();
        let (mut end, most) = (0, entry.len.min(MAX_SAMPLES as u64));
        for (samples, packet) in packets {
            // What takes no time, or lies beyond what a block holds, is not worth decoding.
            if *samples == 0 {
                continue;
            }
            if end == most {
                break;
            }
            let mut sound = [0; LONGEST];
            let decoder = self.decoder.as_mut();
            let len = decoder.map_or(0, |decoder| decoder.decode(packet, &mut sound));
            heard.extend_from_slice(&sound[..len]);
            // Positions count, not what a packet turned out to hold.
            let covered = u64::from(*samples).min(LONGEST as u64 * OPUS_STEP);
            end = (end + covered).min(most);
            heard.resize((end / OPUS_STEP) as usize, 0);
        }
        heard
    }
}
