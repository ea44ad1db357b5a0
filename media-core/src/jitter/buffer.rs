//! The buffer: what to play next, and what to play instead.

use super::delay::Transit;
use super::store::{self, Refused, Store};
use super::{
    Config, Decoder, Kind, MAX_FRAME, Packet, Pulled, SAMPLES_PER_MS, Stats, Verdict, scale,
};
use crate::plc::Concealer;

/// The longest delay the arena holds, in milliseconds.
const LONGEST_DELAY: u16 = 500;
/// A timestamp further than this from where the stream should be belongs to another clock: 2 s.
const ASTRAY: i64 = 2_000 * SAMPLES_PER_MS;
/// The second packet of a new stream lies within this of the first, in timestamp and sequence.
const NEAR: u32 = 1_600;
/// Concealment goes on for this long; afterwards the line is silent: 120 ms.
const CONCEAL: u32 = 960;
/// The delay may be off its target by this before anything is done: 10 ms down, 5 ms up.
const TOO_LONG: i64 = 10 * SAMPLES_PER_MS;
const TOO_SHORT: i64 = 5 * SAMPLES_PER_MS;

/// A packet that may be the first of another stream.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

/// What is played where nothing was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// Before the first packet, or long after the last.
    Silence,
    /// Concealment, so many samples of it so far.
    Loss(u32),
    /// The sender's pause.
    Pause,
}

/// An adaptive jitter buffer of a few kilobytes, all of them inside the value.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    config: Config,
    store: Store,
    transit: Transit,
    concealer: Concealer,
    stats: Stats,
    ssrc: Option<u32>,
    suspect: Option<Suspect>,
    /// Timestamp that unwrapping goes from, as it came and unwrapped.
    last: (u32, i64),
    /// The highest sequence number, and which of it and the 63 before it have come.
    highest: u16,
    seen: u64,
    /// Timestamp of the next sample, decoded or not; `None` before playing has begun.
    play: Option<i64>,
    /// Nothing before this timestamp is played (again).
    heard: i64,
    gap: Gap,
    /// Sequence number of the last packet decoded.
    sequence: u16,
    /// Decoded samples not yet pulled.
    ready: [i16; MAX_FRAME],
    ready_from: u16,
    ready_to: u16,
    target: i64,
    /// Samples of the last frame.
    frame: i64,
}

impl JitterBuffer {
    /// An empty buffer. Bounds beyond 500 ms, or upside down, are brought into order.
    #[must_use]
    pub const fn new(mut config: Config) -> Self {
        if config.max_delay_ms > LONGEST_DELAY {
            config.max_delay_ms = LONGEST_DELAY;
        }
        if config.min_delay_ms > config.max_delay_ms {
            config.min_delay_ms = config.max_delay_ms;
        }
        if config.clock_ratio == 0 {
            config.clock_ratio = 1;
        }
        JitterBuffer {
            config,
            store: Store::new(),
            transit: Transit::new(),
            concealer: Concealer::new(),
            stats: Stats::NONE,
            ssrc: None,
            suspect: None,
            last: (0, 0),
            highest: 0,
            seen: 0,
            play: None,
            heard: i64::MIN,
            gap: Gap::Silence,
            sequence: 0,
            ready: [0; MAX_FRAME],
            ready_from: 0,
            ready_to: 0,
            target: config.min_delay_ms as i64 * SAMPLES_PER_MS,
            frame: 160,
        }
    }

    /// What has happened so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            target_ms: to_ms(self.target),
            ..self.stats
        }
    }

    /// Takes a packet. Never fails: what cannot be used is counted and said.
    pub fn insert(&mut self, packet: &Packet<'_>) -> Verdict {
        self.stats.packets += 1;
        let verdict = self.sort(packet);
        match verdict {
            Verdict::Taken => self.stats.taken += 1,
            Verdict::Duplicate => self.stats.duplicate += 1,
            Verdict::Late => self.stats.late += 1,
            Verdict::Suspect | Verdict::Unusable => self.stats.refused += 1,
            Verdict::Restarted => {
                self.stats.taken += 1;
                self.stats.restarts += 1;
            }
        }
        verdict
    }

    fn sort(&mut self, packet: &Packet<'_>) -> Verdict {
        if !Store::fits(packet.payload.len()) {
            return Verdict::Unusable;
        }
        let arrival = to_samples(packet.arrival_us);
        let mut verdict = Verdict::Taken;
        if self.ssrc.is_none() {
            self.restart(packet);
        } else if self.is_astray(packet, arrival) {
            let near = self.suspect.is_some_and(|first| {
                first.ssrc == packet.ssrc
                    && (packet.sequence.wrapping_sub(first.sequence) as i16).unsigned_abs() < 16
                    && first.sequence != packet.sequence
                    && (packet.timestamp.wrapping_sub(first.timestamp) as i32).unsigned_abs()
                        < NEAR * u32::from(self.config.clock_ratio)
            });
            if !near {
                let Packet {
                    ssrc,
                    sequence,
                    timestamp,
                    ..
                } = *packet;
                self.suspect = Some(Suspect {
                    ssrc,
                    sequence,
                    timestamp,
                });
                return Verdict::Suspect;
            }
            self.restart(packet);
            verdict = Verdict::Restarted;
        }
        if !self.is_new(packet.sequence) {
            return Verdict::Duplicate;
        }
        let at = self.unwrap(packet.timestamp);
        self.transit.arrived(arrival, at);
        self.aim();
        if at < self.heard {
            return Verdict::Late;
        }
        self.keep(at, packet)
            .map_or_else(|refused| refused, |()| verdict)
    }

    /// Whether a sequence number comes for the first time; counts those that did not come.
    fn is_new(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead == 0 || ahead >= 0x8000 {
            let bit = 1_u64
                .checked_shl(u32::from(ahead.wrapping_neg()))
                .unwrap_or(0);
            if self.seen & bit != 0 {
                return false;
            }
            self.seen |= bit;
            self.transit.found();
        } else {
            self.seen = self.seen.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
            self.highest = sequence;
            self.transit.sent(u32::from(ahead));
        }
        true
    }

    fn keep(&mut self, at: i64, packet: &Packet<'_>) -> Result<(), Verdict> {
        let kind = if packet.comfort_noise {
            store::Kind::ComfortNoise
        } else {
            store::Kind::Audio
        };
        loop {
            match self.store.insert(at, packet.sequence, kind, packet.payload) {
                Ok(()) => return Ok(()),
                Err(Refused::Duplicate) => return Err(Verdict::Duplicate),
                Err(Refused::Full) => {
                    // Nobody pulls: the newest is worth more than the oldest.
                    self.store.remove_first();
                    self.stats.dropped += 1;
                }
            }
        }
    }

    /// Whether a packet cannot belong to the stream that is playing.
    fn is_astray(&self, packet: &Packet<'_>, arrival: i64) -> bool {
        if self.ssrc != Some(packet.ssrc) {
            return true;
        }
        let Some(base) = self.transit.base() else {
            return false;
        };
        let late = arrival
            .saturating_sub(self.peek(packet.timestamp))
            .saturating_sub(base);
        !(-ASTRAY..=ASTRAY).contains(&late)
    }

    fn restart(&mut self, packet: &Packet<'_>) {
        self.ssrc = Some(packet.ssrc);
        self.suspect = None;
        self.stats.dropped += self.store.len() as u64;
        self.store.clear();
        self.transit = Transit::new();
        self.last = (packet.timestamp, 0);
        self.highest = packet.sequence.wrapping_sub(1);
        self.seen = 0;
        self.ready_from = self.ready_to;
        self.play = None;
        self.heard = i64::MIN;
    }

    /// The timestamp in samples on a line that never wraps.
    fn peek(&self, timestamp: u32) -> i64 {
        let units = i64::from(timestamp.wrapping_sub(self.last.0) as i32);
        self.last.1 + units / i64::from(self.config.clock_ratio)
    }

    fn unwrap(&mut self, timestamp: u32) -> i64 {
        let at = self.peek(timestamp);
        // Kept whole: a clock ratio's remainder must not get lost on the way.
        let ratio = i64::from(self.config.clock_ratio);
        let whole = (at - self.last.1) * ratio;
        self.last = (self.last.0.wrapping_add(whole as u32), at);
        at
    }

    fn aim(&mut self) {
        let [least, most] = [self.config.min_delay_ms, self.config.max_delay_ms]
            .map(|ms| i64::from(ms) * SAMPLES_PER_MS);
        self.target = self.transit.target(least, most);
    }

    /// Gives the next `out.len()` samples, at the time `now_us`.
    pub fn pull(&mut self, now_us: u64, decoder: &mut impl Decoder, out: &mut [i16]) -> Pulled {
        let now = to_samples(now_us);
        self.catch_up(now);
        let mut counts = [0_u64; 4];
        let mut done = 0;
        let mut first = None;
        while done < out.len() {
            let (n, kind, at) = self.give(now, decoder, &mut out[done..]);
            if done == 0 {
                first = at;
            }
            done += n;
            counts[kind as usize] += n as u64;
        }
        let [voice, concealed, noise, silent] = counts;
        self.stats.samples += out.len() as u64;
        self.stats.voice_samples += voice;
        self.stats.concealed_samples += concealed;
        self.stats.noise_samples += noise;
        self.stats.silent_samples += silent;
        let delay = match (first, self.transit.base()) {
            (Some(at), Some(base)) => to_ms(now - at - base),
            _ => 0,
        };
        self.stats.delay_ms = delay;
        let kinds = [
            Kind::Voice,
            Kind::Concealed,
            Kind::ComfortNoise,
            Kind::Silence,
        ];
        let most = (0..4).rev().max_by_key(|&i| counts[i]).unwrap_or(3);
        Pulled {
            kind: kinds[most],
            timestamp: first.map(|at| self.wrap(at)),
            delay_ms: delay,
        }
    }

    /// Nothing is played later than the longest delay allows, however long nobody pulled.
    fn catch_up(&mut self, now: i64) {
        let (Some(play), Some(base)) = (self.play, self.transit.base()) else {
            return;
        };
        let most = i64::from(self.config.max_delay_ms) * SAMPLES_PER_MS;
        let oldest = now - base - most;
        if play - i64::from(self.ready_to - self.ready_from) < oldest {
            self.stats.removed_samples += u64::from(self.ready_to - self.ready_from);
            self.ready_from = self.ready_to;
            self.play = Some(play.max(oldest));
        }
    }

    fn wrap(&self, at: i64) -> u32 {
        let back = (self.last.1 - at) * i64::from(self.config.clock_ratio);
        self.last.0.wrapping_sub(back as u32)
    }

    /// Some samples: how many, of what kind, and the first one's timestamp.
    fn give(
        &mut self,
        now: i64,
        decoder: &mut impl Decoder,
        out: &mut [i16],
    ) -> (usize, Kind, Option<i64>) {
        if self.ready_from == self.ready_to {
            if let Some(wait) = self.next(now, decoder) {
                let n = out.len().min(wait);
                return self.fill(&mut out[..n]);
            }
        }
        let ready = usize::from(self.ready_to - self.ready_from);
        let n = out.len().min(ready);
        let from = usize::from(self.ready_from);
        out[..n].copy_from_slice(&self.ready[from..from + n]);
        self.ready_from += n as u16;
        (n, Kind::Voice, self.play.map(|play| play - ready as i64))
    }

    /// Decodes the next packet if its time has come; otherwise the samples to fill, at least one.
    fn next(&mut self, now: i64, decoder: &mut impl Decoder) -> Option<usize> {
        let base = self.transit.base().unwrap_or(0);
        let most = i64::from(self.config.max_delay_ms) * SAMPLES_PER_MS;
        loop {
            let Some(&record) = self.store.first() else {
                return Some(usize::MAX);
            };
            let margin = now - record.at - base;
            if margin > most {
                self.drop_first();
                continue;
            }
            let Some(play) = self.play else {
                // The first packet waits for the delay; the fastest ones are not known yet.
                if margin < self.target {
                    return Some(usize::MAX);
                }
                self.play = Some(record.at);
                continue;
            };
            let gap = record.at - play;
            let excess = margin - self.target;
            if matches!(self.gap, Gap::Silence | Gap::Pause) {
                // After silence the delay can be had as it should be.
                if excess < 0 {
                    return Some(usize::MAX);
                }
            } else if gap > 0 && excess < TOO_LONG {
                let one_lost = record.sequence.wrapping_sub(self.sequence) == 2;
                if one_lost && gap == self.frame && self.recover(record, decoder) {
                    return None;
                }
                // Up to where redundancy in the next packet might begin.
                let wait = if one_lost && gap > self.frame {
                    gap - self.frame
                } else {
                    gap
                };
                return Some(usize::try_from(wait).unwrap_or(usize::MAX));
            } else if gap > 0 {
                // What is missing is made up for by what is too much.
                let cut = gap.min(excess);
                self.play = Some(play + cut);
                self.stats.removed_samples += cut as u64;
                continue;
            } else if gap < 0 && margin > self.target.max(self.frame) + TOO_LONG {
                // Its place has been filled, and playing it now would make the delay too long.
                self.store.remove_first();
                self.stats.taken -= 1;
                self.stats.late += 1;
                continue;
            }
            if self.decode(record, margin, decoder) {
                return None;
            }
        }
    }

    /// Makes the lost frame before `next` ready from what that packet says of it.
    fn recover(&mut self, next: store::Record, decoder: &mut impl Decoder) -> bool {
        let len = decoder
            .recover(self.store.payload(&next), &mut self.ready)
            .min(MAX_FRAME);
        if len as i64 != self.frame {
            return false;
        }
        self.concealer.received(&mut self.ready[..len]);
        self.gap = Gap::Loss(0);
        self.sequence = next.sequence.wrapping_sub(1);
        self.heard = next.at;
        self.play = Some(next.at);
        self.ready_from = 0;
        self.ready_to = len as u16;
        true
    }

    fn drop_first(&mut self) {
        self.store.remove_first();
        self.stats.dropped += 1;
    }

    /// Makes the first packet's samples ready; `false` when it has none to give.
    fn decode(&mut self, record: store::Record, margin: i64, decoder: &mut impl Decoder) -> bool {
        let payload = self.store.payload(&record);
        if record.kind == store::Kind::ComfortNoise {
            self.store.remove_first();
            self.gap = Gap::Pause;
            self.heard = self.heard.max(record.at + 1);
            return false;
        }
        let mut len = decoder.decode(payload, &mut self.ready).min(MAX_FRAME);
        self.store.remove_first();
        if len == 0 {
            return false;
        }
        let end = record.at + len as i64;
        // A frame that overlaps what was heard gives only its new part.
        let skip = usize::try_from(self.heard.saturating_sub(record.at))
            .unwrap_or(0)
            .min(len);
        if skip == len {
            self.stats.dropped += 1;
            return false;
        }
        self.ready.copy_within(skip..len, 0);
        len -= skip;
        self.frame = len as i64;
        self.concealer.received(&mut self.ready[..len]);
        self.gap = Gap::Loss(0);
        self.sequence = record.sequence;
        self.heard = end;
        self.play = Some(end);
        let excess = margin - self.target;
        let before = len;
        if excess > TOO_LONG {
            len = scale::shorten(&mut self.ready, len, excess as usize);
            self.stats.removed_samples += (before - len) as u64;
        } else if excess < -TOO_SHORT {
            len = scale::lengthen(&mut self.ready, len, excess.unsigned_abs() as usize);
            self.stats.added_samples += (len - before) as u64;
        }
        self.ready_from = 0;
        self.ready_to = len as u16;
        true
    }

    /// Fills a gap.
    fn fill(&mut self, out: &mut [i16]) -> (usize, Kind, Option<i64>) {
        let at = self.play;
        let mut n = out.len();
        let kind = match &mut self.gap {
            Gap::Loss(so_far) => {
                n = n.min((CONCEAL - *so_far) as usize).max(1);
                self.concealer.conceal(&mut out[..n]);
                *so_far += n as u32;
                if *so_far >= CONCEAL {
                    self.gap = Gap::Silence;
                }
                Kind::Concealed
            }
            Gap::Silence | Gap::Pause => {
                self.concealer.conceal(&mut out[..n]);
                Kind::Silence
            }
        };
        self.play = at.map(|at| at + n as i64);
        (n, kind, at)
    }
}

/// Microseconds to samples of 125 µs.
fn to_samples(us: u64) -> i64 {
    (us / 125) as i64
}

fn to_ms(samples: i64) -> u16 {
    u16::try_from(samples.max(0) / SAMPLES_PER_MS).unwrap_or(u16::MAX)
}
