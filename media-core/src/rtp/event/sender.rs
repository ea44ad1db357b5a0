use super::{EventError, Payload};

/// The end of an event is sent this many times (RFC 4733 §2.5.1.4).
const ENDS: u8 = 3;
/// RFC 4733's own example; receivers that only want the key ignore it.
const VOLUME: u8 = 10;

/// A packet to send: give it the next sequence number and the telephone-event payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// The marker bit, on the first packet of an event.
    pub marker: bool,
    /// The instant of the event's start in the sound's clock: the same in all its packets.
    pub clock: u64,
    /// The payload.
    pub payload: [u8; 4],
}

/// Sends telephone events (RFC 4733): a packet every 20 ms and three ends.
///
/// Time is the clock of the sound beside it, in timestamp units since the call's start.
#[derive(Clone, Debug)]
pub struct EventSender {
    interval: u64,
    active: Option<Active>,
}

#[derive(Clone, Copy, Debug)]
struct Active {
    event: u8,
    volume: u8,
    /// Of the present segment.
    start: u64,
    /// Where the event ends; none while the key is held.
    end: Option<u64>,
    next: u64,
    first: bool,
    ends: u8,
}

impl EventSender {
    /// One that counts in ticks of this many a second.
    #[must_use]
    pub const fn new(clock_rate: u32) -> Self {
        let interval = clock_rate as u64 / 50;
        Self { interval: if interval == 0 { 1 } else { interval }, active: None }
    }

    /// Starts an event of a known duration.
    ///
    /// # Errors
    /// [`EventError::Busy`] while another is being sent, [`EventError::NoDuration`] for 0.
    pub fn start(&mut self, event: u8, now: u64, duration: u32) -> Result<(), EventError> {
        if duration == 0 {
            return Err(EventError::NoDuration);
        }
        self.press(event, now)?;
        if let Some(active) = &mut self.active {
            active.end = Some(now.saturating_add(duration.into()));
        }
        Ok(())
    }

    /// Starts an event that lasts until [`release`](EventSender::release).
    ///
    /// # Errors
    /// [`EventError::Busy`] while another is being sent.
    pub fn press(&mut self, event: u8, now: u64) -> Result<(), EventError> {
        if let Some(active) = &self.active {
            return Err(EventError::Busy(active.event));
        }
        self.active = Some(Active {
            event,
            volume: VOLUME,
            start: now,
            end: None,
            next: now,
            first: true,
            ends: 0,
        });
        Ok(())
    }

    /// Ends an event that was [pressed](EventSender::press).
    pub fn release(&mut self, now: u64) {
        if let Some(active) = self.active.as_mut().filter(|a| a.end.is_none()) {
            // What has been sent already promised the event up to then.
            let promised = if active.first { active.start + 1 } else { active.next };
            active.end = Some(now.max(promised));
        }
    }

    /// The event being sent.
    #[must_use]
    pub fn active(&self) -> Option<u8> {
        self.active.as_ref().map(|active| active.event)
    }

    /// When [`poll`](EventSender::poll) has the next packet.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        self.active.as_ref().map(|active| active.next)
    }

    /// The next packet due.
    pub fn poll(&mut self, now: u64) -> Option<EventPacket> {
        let interval = self.interval;
        let active = self.active.as_mut().filter(|active| active.next <= now)?;
        let most = u64::from(u16::MAX);
        let reach = active.next.saturating_add(interval);
        // A packet covers the interval it is sent in; the first segment that is full goes over
        // into the next, whose timestamp is where it ended.
        let (upto, over) = match active.end {
            Some(end) if reach >= end => (end, true),
            _ => (reach, false),
        };
        let length = upto.saturating_sub(active.start);
        let (duration, last) = if length > most { (most, false) } else { (length, over) };
        let packet = EventPacket {
            marker: active.first,
            clock: active.start,
            payload: Payload {
                event: active.event,
                end: last,
                volume: active.volume,
                duration: duration as u16,
            }
            .bytes(),
        };
        active.first = false;
        if length > most {
            active.start += most;
            return Some(packet);
        }
        active.next = reach;
        if last {
            active.ends += 1;
            if active.ends == ENDS {
                self.active = None;
            }
        }
        Some(packet)
    }
}
