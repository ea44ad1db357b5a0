use super::{EventError, Payload};
use crate::rtp::Packet;

/// How long an event lives without a packet before it is taken to have ended, in microseconds.
/// Senders repeat it every 20 or 50 ms; all three ends have to be lost for this to matter.
const TIMEOUT_US: u64 = 150_000;
/// How many past events are remembered, so that their late packets are not new ones.
const MEMORY: usize = 16;
/// A packet gives at most three signals: an end, a start and its end.
const SIGNALS: usize = 3;

/// What an [`EventReceiver`] has understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signal {
    /// An event has begun. Exactly one for each (SSRC, timestamp).
    Down {
        /// The event code: a key if [`Key::from_event`](crate::dtmf::Key::from_event) knows it.
        event: u8,
        /// Its power below 0 dBm0, in dB, 0..=63.
        volume: u8,
        /// Its RTP timestamp.
        timestamp: u32,
    },
    /// It has ended. Exactly one for each start.
    Up {
        /// The event code.
        event: u8,
        /// The RTP timestamp of its start.
        timestamp: u32,
        /// How long it lasted, in timestamp units, as far as the sender's word goes.
        duration: u32,
        /// Whether the sender said so; otherwise silence or another event ended it.
        complete: bool,
    },
}

/// Receives telephone events (RFC 4733), right when packets are lost, doubled or out of order.
///
/// Feed it the packets of the telephone-event payload type only. A key press is one
/// [`Signal::Down`] at its first packet, whichever that is, and one [`Signal::Up`] at its end:
/// count whichever suits. The durations in packets serve only to tell how long a key was held,
/// so senders that start at 0, count in a wrong clock or repeat one sequence number do no harm.
///
/// An event that comes late, after a younger one, still counts, once; its timestamp tells it
/// apart. Segments of an event longer than 65,535 ticks (RFC 4733 §2.5.1.3) are one event.
#[derive(Clone, Debug)]
pub struct EventReceiver {
    clock_rate: u32,
    active: Option<Active>,
    past: [Option<Id>; MEMORY],
    oldest: usize,
    signals: [Option<Signal>; SIGNALS],
    now_us: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Id {
    ssrc: u32,
    timestamp: u32,
}

#[derive(Clone, Copy, Debug)]
struct Active {
    /// The present segment.
    id: Id,
    event: u8,
    /// Of the first segment.
    start: u32,
    /// Of the segments before.
    before: u32,
    duration: u16,
    heard_us: u64,
}

impl Active {
    fn total(&self) -> u32 {
        self.before.saturating_add(u32::from(self.duration))
    }
}

impl EventReceiver {
    /// One for events in this clock, in ticks a second.
    #[must_use]
    pub const fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            active: None,
            past: [None; MEMORY],
            oldest: 0,
            signals: [None; SIGNALS],
            now_us: 0,
        }
    }

    /// Takes in a packet that arrived at an instant given in microseconds of any steady clock.
    ///
    /// # Errors
    /// [`EventError::Short`] when it holds no event; [`EventError::Undrained`] when signals of
    /// earlier packets wait to be polled. Nothing has changed then.
    pub fn handle(&mut self, packet: &Packet<'_>, now_us: u64) -> Result<(), EventError> {
        let payload = Payload::parse(packet.payload)?;
        if self.signals[0].is_some() {
            return Err(EventError::Undrained);
        }
        self.time_out(now_us);
        let id = Id { ssrc: packet.ssrc, timestamp: packet.timestamp };
        match &mut self.active {
            Some(active) if active.id == id => {
                active.duration = active.duration.max(payload.duration);
                active.heard_us = self.now_us;
            }
            _ if self.past.contains(&Some(id)) => return Ok(()),
            Some(active) if active.continues(id, payload, packet.marker) => {
                active.before = active.total();
                active.duration = payload.duration;
                active.heard_us = self.now_us;
                let segment = core::mem::replace(&mut active.id, id);
                self.remember(segment);
            }
            // An older event that comes late is told of at once, and the younger one goes on.
            Some(active) if active.is_older(id) => {
                self.push(Signal::Down {
                    event: payload.event,
                    volume: payload.volume,
                    timestamp: id.timestamp,
                });
                self.push(Signal::Up {
                    event: payload.event,
                    timestamp: id.timestamp,
                    duration: payload.duration.into(),
                    complete: payload.end,
                });
                self.remember(id);
                return Ok(());
            }
            _ => {
                self.end(false);
                self.active = Some(Active {
                    id,
                    event: payload.event,
                    start: id.timestamp,
                    before: 0,
                    duration: payload.duration,
                    heard_us: self.now_us,
                });
                self.push(Signal::Down {
                    event: payload.event,
                    volume: payload.volume,
                    timestamp: id.timestamp,
                });
            }
        }
        if payload.end {
            self.end(true);
        }
        Ok(())
    }

    /// Lets time pass: an event not heard of for 150 ms ends. Nothing happens while signals wait
    /// to be polled.
    pub fn tick(&mut self, now_us: u64) {
        if self.signals[0].is_none() {
            self.time_out(now_us);
        }
    }

    /// When [`tick`](EventReceiver::tick) has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        self.active.as_ref().map(|active| active.heard_us.saturating_add(TIMEOUT_US))
    }

    /// The next signal.
    pub fn poll(&mut self) -> Option<Signal> {
        let first = self.signals[0].take();
        self.signals.rotate_left(1);
        first
    }

    /// The event that is being heard, with its duration so far in timestamp units.
    #[must_use]
    pub fn active(&self) -> Option<(u8, u32)> {
        self.active.as_ref().map(|a| (a.event, a.total()))
    }

    /// Timestamp units in milliseconds.
    #[must_use]
    pub fn milliseconds(&self, duration: u32) -> u32 {
        let ms = u64::from(duration) * 1000 / u64::from(self.clock_rate.max(1));
        u32::try_from(ms).unwrap_or(u32::MAX)
    }

    fn time_out(&mut self, now_us: u64) {
        self.now_us = self.now_us.max(now_us);
        if self.deadline().is_some_and(|at| at <= self.now_us) {
            self.end(false);
        }
    }

    fn end(&mut self, complete: bool) {
        if let Some(active) = self.active.take() {
            self.push(Signal::Up {
                event: active.event,
                timestamp: active.start,
                duration: active.total(),
                complete,
            });
            self.remember(active.id);
        }
    }

    fn remember(&mut self, id: Id) {
        self.past[self.oldest] = Some(id);
        self.oldest = (self.oldest + 1) % MEMORY;
    }

    fn push(&mut self, signal: Signal) {
        if let Some(free) = self.signals.iter_mut().find(|s| s.is_none()) {
            *free = Some(signal);
        }
    }
}

impl Active {
    /// Whether a packet is the next segment of this event: the same event, from where the segment
    /// before ended, without the marker of a new one.
    fn continues(&self, id: Id, payload: Payload, marker: bool) -> bool {
        let step = id.timestamp.wrapping_sub(self.id.timestamp);
        !marker
            && id.ssrc == self.id.ssrc
            && payload.event == self.event
            && step == u32::from(u16::MAX)
    }

    fn is_older(&self, id: Id) -> bool {
        id.ssrc == self.id.ssrc && (id.timestamp.wrapping_sub(self.id.timestamp) as i32) < 0
    }
}
