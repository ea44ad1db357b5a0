use super::rtcp::{Report, SenderInfo};
use super::{Packet, SequenceUnwrapper, TimestampUnwrapper};

/// A gap of this many packets or more is a jump, to be confirmed (RFC 3550 A.1, `MAX_DROPOUT`).
const MAX_DROPOUT: u64 = 3000;
/// A packet this far behind the highest is a jump too (`MAX_MISORDER`).
const MAX_MISORDER: u64 = 100;

/// How a [`Receiver`] judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverConfig {
    /// Ticks of the RTP clock a second: 8,000 for G.711 and telephone events beside it.
    pub clock_rate: u32,
    /// Packets in sequence a source must show before the first counts. RFC 3550's appendix asks
    /// for 2; a telephone call whose source was agreed on by SIP wants 1, so that no sound is lost.
    pub probation: u8,
    /// Packets in sequence, with none of the present source between them, by which another
    /// source (or the same one after a jump of its numbers) takes over; at least 2.
    pub takeover: u8,
}

impl Default for ReceiverConfig {
    /// 8,000 Hz, no probation, two packets to take over.
    fn default() -> Self {
        Self { clock_rate: 8000, probation: 1, takeover: 2 }
    }
}

/// What a [`Receiver`] makes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrival {
    /// It belongs to the stream.
    Accepted {
        /// Its sequence number, unwrapped.
        sequence: u64,
        /// Its timestamp, unwrapped.
        timestamp: u64,
        /// The stream starts here: the first packet of all, of another source, or after a jump.
        /// Numbers from before mean nothing any more.
        restarted: bool,
    },
    /// It does not, or not yet.
    Discarded(Discard),
}

/// Why a packet is not part of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Discard {
    /// Its source has not shown enough packets in sequence yet.
    Probation,
    /// It has been here before.
    Duplicate,
    /// Its number is far from the stream's; the next one may confirm that the stream has jumped.
    Jump,
    /// It comes from another source while one is established.
    OtherSource,
}

/// Counts over the stream of the present source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets accepted.
    pub received: u64,
    /// Packets by which the sequence numbers show that there should be more; negative when
    /// packets from before the first have come late.
    pub lost: i64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets accepted that came after one with a higher number.
    pub reordered: u64,
    /// Packets of other sources, in probation or before a jump, over all sources.
    pub discarded: u64,
    /// How often the stream has started again, over all sources.
    pub restarts: u32,
    /// Interarrival jitter (RFC 3550 §6.4.1) in timestamp units.
    pub jitter: u32,
}

/// Follows one incoming stream: validates its source, unwraps its numbers, keeps its statistics
/// (RFC 3550 appendices A.1, A.3 and A.8).
///
/// ```
/// use media_core::rtp::{Arrival, Packet, Receiver, ReceiverConfig};
///
/// let mut receiver = Receiver::new(ReceiverConfig::default());
/// let packet = Packet { sequence: 65_535, timestamp: 160, ssrc: 7, ..Packet::default() };
/// assert!(matches!(receiver.receive(&packet, 0), Arrival::Accepted { restarted: true, .. }));
/// let next = Packet { sequence: 0, timestamp: 320, ..packet };
/// assert!(matches!(receiver.receive(&next, 20_000), Arrival::Accepted { sequence: 131_072, .. }));
/// assert_eq!(receiver.statistics().lost, 0);
/// ```
#[derive(Clone, Debug)]
pub struct Receiver {
    config: ReceiverConfig,
    source: Option<Source>,
    candidate: Option<Candidate>,
    discarded: u64,
    restarts: u32,
}

/// The established source.
#[derive(Clone, Debug)]
struct Source {
    ssrc: u32,
    sequence: SequenceUnwrapper,
    timestamp: TimestampUnwrapper,
    /// The first number accepted.
    base: u64,
    /// Bit n: the packet n below the highest has been here.
    seen: u128,
    received: u64,
    duplicates: u64,
    reordered: u64,
    /// Transit time and timestamp of the last packet, for the jitter.
    transit: Option<(i64, u32)>,
    /// Sixteen times the jitter, as in appendix A.8.
    jitter_16: u64,
    /// Expected and received at the last report.
    reported: (u64, u64),
    /// Middle of the last sender report's NTP time, and when it arrived.
    sender_report: Option<(u32, u64)>,
}

/// A source, or a place in the present one's numbers, that may become the stream.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    ssrc: u32,
    next: u16,
    count: u8,
}

impl Receiver {
    /// One that has heard nothing.
    #[must_use]
    pub const fn new(config: ReceiverConfig) -> Self {
        Self { config, source: None, candidate: None, discarded: 0, restarts: 0 }
    }

    /// Judges a packet that arrived at an instant given in microseconds of any steady clock.
    pub fn receive(&mut self, packet: &Packet<'_>, arrival_us: u64) -> Arrival {
        let discard = match &mut self.source {
            Some(source) if source.ssrc == packet.ssrc => match source.number(packet.sequence) {
                Some(sequence) => {
                    self.candidate = None;
                    if !source.record(sequence) {
                        return Arrival::Discarded(Discard::Duplicate);
                    }
                    let timestamp = source.timestamp.unwrap(packet.timestamp);
                    source.time(packet, arrival_us, self.config.clock_rate);
                    return Arrival::Accepted { sequence, timestamp, restarted: false };
                }
                None => Discard::Jump,
            },
            Some(_) => Discard::OtherSource,
            None => Discard::Probation,
        };
        let wanted = match discard {
            Discard::Probation => self.config.probation.max(1),
            _ => self.config.takeover.max(2),
        };
        let count = match self.candidate {
            Some(c) if c.ssrc == packet.ssrc && c.next == packet.sequence => {
                c.count.saturating_add(1)
            }
            _ => 1,
        };
        if count < wanted {
            self.candidate =
                Some(Candidate { ssrc: packet.ssrc, next: packet.sequence.wrapping_add(1), count });
            self.discarded += 1;
            return Arrival::Discarded(discard);
        }
        self.start(packet, arrival_us)
    }

    fn start(&mut self, packet: &Packet<'_>, arrival_us: u64) -> Arrival {
        self.candidate = None;
        self.restarts = self.restarts.saturating_add(1);
        let mut sequences = SequenceUnwrapper::new();
        let mut timestamps = TimestampUnwrapper::new();
        let sequence = sequences.unwrap(packet.sequence);
        let timestamp = timestamps.unwrap(packet.timestamp);
        let sender_report = match &self.source {
            Some(source) if source.ssrc == packet.ssrc => source.sender_report,
            _ => None,
        };
        let source = self.source.insert(Source {
            ssrc: packet.ssrc,
            sequence: sequences,
            timestamp: timestamps,
            base: sequence,
            seen: 1,
            received: 1,
            duplicates: 0,
            reordered: 0,
            transit: None,
            jitter_16: 0,
            reported: (0, 0),
            sender_report,
        });
        source.time(packet, arrival_us, self.config.clock_rate);
        Arrival::Accepted { sequence, timestamp, restarted: true }
    }

    /// The source of the stream, once there is one.
    #[must_use]
    pub fn ssrc(&self) -> Option<u32> {
        self.source.as_ref().map(|source| source.ssrc)
    }

    /// Takes note of a sender report from the stream's source; others are ignored.
    pub fn sender_report(&mut self, ssrc: u32, info: &SenderInfo, arrival_us: u64) {
        if let Some(source) = self.source.as_mut().filter(|s| s.ssrc == ssrc) {
            source.sender_report = Some(((info.ntp >> 16) as u32, arrival_us));
        }
    }

    /// The report block on the stream at an instant of the arrivals' clock; the next one's
    /// fraction lost counts from here. None before there is a stream.
    pub fn report(&mut self, now_us: u64) -> Option<Report> {
        let source = self.source.as_mut()?;
        let (expected, received) = (source.expected(), source.received + source.duplicates);
        let (expected_before, received_before) = source.reported;
        source.reported = (expected, received);
        let expected_now = expected - expected_before;
        let lost_now = expected_now.saturating_sub(received - received_before);
        let fraction_lost = (lost_now * 256).checked_div(expected_now).unwrap_or(0);
        let (last_sender_report, delay) = source.sender_report.map_or((0, 0), |(ntp, at)| {
            let delay = u128::from(now_us.saturating_sub(at)) * 65_536 / 1_000_000;
            (ntp, u32::try_from(delay).unwrap_or(u32::MAX))
        });
        let lost = expected as i64 - received as i64;
        Some(Report {
            ssrc: source.ssrc,
            fraction_lost: fraction_lost.min(255) as u8,
            lost: lost.clamp(-(1 << 23), (1 << 23) - 1) as i32,
            highest_sequence: (source.highest() - (1 << 16)) as u32,
            jitter: source.jitter(),
            last_sender_report,
            delay,
        })
    }

    /// What has been counted.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let counts = Statistics {
            discarded: self.discarded,
            restarts: self.restarts,
            ..Statistics::default()
        };
        self.source.as_ref().map_or(counts, |source| Statistics {
            received: source.received,
            lost: source.expected() as i64 - source.received as i64,
            duplicates: source.duplicates,
            reordered: source.reordered,
            jitter: source.jitter(),
            ..counts
        })
    }
}

impl Source {
    fn highest(&self) -> u64 {
        self.sequence.highest().unwrap_or(self.base)
    }

    fn expected(&self) -> u64 {
        self.highest() - self.base + 1
    }

    /// The unwrapped number, unless it is a jump.
    fn number(&mut self, sequence: u16) -> Option<u64> {
        let highest = self.highest();
        let number = self.sequence.clone().unwrap(sequence);
        let near = if number > highest {
            number - highest < MAX_DROPOUT
        } else {
            highest - number < MAX_MISORDER
        };
        near.then_some(number)
    }

    /// Counts a packet; false when it has been here before.
    fn record(&mut self, number: u64) -> bool {
        let highest = self.highest();
        if number > highest {
            let step = u32::try_from(number - highest).unwrap_or(u32::MAX);
            self.seen = self.seen.checked_shl(step).unwrap_or(0) | 1;
            self.sequence.unwrap(number as u16);
        } else {
            let bit = 1 << (highest - number);
            if self.seen & bit != 0 {
                self.duplicates += 1;
                return false;
            }
            self.seen |= bit;
            self.reordered += 1;
        }
        self.received += 1;
        true
    }

    fn time(&mut self, packet: &Packet<'_>, arrival_us: u64, clock_rate: u32) {
        let rate = u64::from(clock_rate);
        let (seconds, rest) = (arrival_us / 1_000_000, arrival_us % 1_000_000);
        let arrival = seconds.wrapping_mul(rate).wrapping_add(rest * rate / 1_000_000);
        let timestamp = self.timestamp.clone().unwrap(packet.timestamp);
        let transit = arrival.wrapping_sub(timestamp) as i64;
        match self.transit {
            // All packets of one event carry its start: they say nothing of the path.
            Some((_, last)) if last == packet.timestamp => return,
            Some((last, _)) => {
                let difference = transit.wrapping_sub(last).unsigned_abs() & 0xffff_ffff;
                self.jitter_16 += difference;
                self.jitter_16 -= (self.jitter_16 - difference + 8) >> 4;
            }
            None => {}
        }
        self.transit = Some((transit, packet.timestamp));
    }

    fn jitter(&self) -> u32 {
        u32::try_from(self.jitter_16 >> 4).unwrap_or(u32::MAX)
    }
}
