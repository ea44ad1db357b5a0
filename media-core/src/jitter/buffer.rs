//! The buffer: what waits, and what is known of the stream it belongs to.

use super::delay::Transit;
use super::store::{self, Refused, Store};
use super::{Config, MAX_FRAME, Packet, SAMPLES_PER_MS, Stats, Verdict, to_ms, to_samples};
use crate::cng::Noise;
use crate::plc::Concealer;
use crate::vad::Vad;

/// The longest delay the arena holds, in milliseconds.
const LONGEST_DELAY: u16 = 500;
/// A timestamp further than this from where the stream should be belongs to another clock: 2 s.
const ASTRAY: i64 = 2_000 * SAMPLES_PER_MS;
/// The second packet of a new stream lies within this of the first, in timestamp and sequence.
const NEAR: u32 = 1_600;

/// A packet that may be the first of another stream.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

/// What is played where nothing was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Before the first packet, or long after the last, and so many samples more of the line's
    /// own noise.
    Silence(u32),
    /// Concealment, so many samples of it so far.
    Loss(u32),
    /// The sender's pause.
    Pause,
}

/// An adaptive jitter buffer of a few kilobytes, all of them inside the value.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) transit: Transit,
    pub(super) concealer: Concealer,
    pub(super) noise: Noise,
    pub(super) stats: Stats,
    ssrc: Option<u32>,
    suspect: Option<Suspect>,
    /// Timestamp that unwrapping goes from, as it came and unwrapped.
    last: (u32, i64),
    /// The highest sequence number, and which of it and the 63 before it have come.
    highest: u16,
    seen: u64,
    /// Timestamp of the next sample, decoded or not; `None` before playing has begun.
    pub(super) play: Option<i64>,
    /// Nothing before this timestamp is played (again).
    pub(super) heard: i64,
    pub(super) gap: Gap,
    /// Sequence number of the last packet decoded.
    pub(super) sequence: u16,
    /// Decoded samples not yet pulled.
    pub(super) ready: [i16; MAX_FRAME],
    pub(super) ready_from: u16,
    pub(super) ready_to: u16,
    /// Timestamp before which none of them lies.
    pub(super) start: i64,
    /// So many of them, from the first on, are made up.
    pub(super) made: u16,
    /// The margin aimed at, and the least that is as good: half a beat less.
    pub(super) goal: i64,
    pub(super) target: i64,
    /// Samples of the last frame.
    pub(super) frame: i64,
    /// Samples of the last pull.
    pub(super) beat: i64,
    /// Whether somebody speaks: cuts are made in pauses.
    pub(super) vad: Vad,
    /// Samples since the last cut in speech, and played while the delay was off its target.
    pub(super) since_cut: u32,
    pub(super) off: u32,
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
            noise: Noise::new(1),
            stats: Stats::NONE,
            ssrc: None,
            suspect: None,
            last: (0, 0),
            highest: 0,
            seen: 0,
            play: None,
            heard: i64::MIN,
            gap: Gap::Silence(0),
            sequence: 0,
            ready: [0; MAX_FRAME],
            ready_from: 0,
            ready_to: 0,
            start: 0,
            made: 0,
            goal: 0,
            target: 0,
            frame: 160,
            beat: 160,
            vad: Vad::new(150),
            since_cut: 0,
            off: 0,
        }
    }

    /// What has happened so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats { target_ms: to_ms(self.target), ..self.stats }
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
                let Packet { ssrc, sequence, timestamp, .. } = *packet;
                self.suspect = Some(Suspect { ssrc, sequence, timestamp });
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
        self.keep(at, packet).map_or_else(|refused| refused, |()| verdict)
    }

    /// Whether a sequence number comes for the first time; counts those that did not come.
    fn is_new(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead == 0 || ahead >= 0x8000 {
            let bit = 1_u64.checked_shl(u32::from(ahead.wrapping_neg())).unwrap_or(0);
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
        let kind =
            if packet.comfort_noise { store::Kind::ComfortNoise } else { store::Kind::Audio };
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
        let late = arrival.saturating_sub(self.peek(packet.timestamp)).saturating_sub(base);
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
        let beat = self.beat.max(1);
        self.goal = self.transit.best(self.goal, beat, least, most);
        // The pull after one that came a little too early must not be too late.
        self.target = (self.goal - beat / 2).min(most + 1 - beat).max(0);
    }

    /// The RTP timestamp of an unwrapped one.
    pub(super) fn wrap(&self, at: i64) -> u32 {
        let back = (self.last.1 - at) * i64::from(self.config.clock_ratio);
        self.last.0.wrapping_sub(back as u32)
    }
}
