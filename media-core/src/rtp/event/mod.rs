//! Telephone events (RFC 4733): keys and tones as packets beside the sound.
//!
//! ```
//! use media_core::dtmf::Key;
//! use media_core::rtp::Packet;
//! use media_core::rtp::event::{EventReceiver, EventSender, Signal};
//!
//! let mut sender = EventSender::new(8000);
//! sender.start(Key::Pound.event(), 0, 800)?; // 100 ms
//! let mut receiver = EventReceiver::new(8000);
//! let mut heard = Vec::new();
//! while let Some(clock) = sender.deadline() {
//!     while let Some(out) = sender.poll(clock) {
//!         let packet = Packet {
//!             marker: out.marker,
//!             timestamp: out.clock as u32,
//!             payload: &out.payload,
//!             ..Packet::default()
//!         };
//!         receiver.handle(&packet, clock * 125)?;
//!         heard.extend(core::iter::from_fn(|| receiver.poll()));
//!     }
//! }
//! assert!(matches!(
//!     heard[..],
//!     [Signal::Down { event: 11, .. }, Signal::Up { event: 11, duration: 800, complete: true, .. }]
//! ));
//! # Ok::<(), media_core::rtp::event::EventError>(())
//! ```

mod receiver;
mod sender;

pub use receiver::{EventReceiver, Signal};
pub use sender::{EventPacket, EventSender};

/// Event codes beyond the keys 0..=15 of [`Key::event`](crate::dtmf::Key::event).
pub mod code {
    /// A flash of the hook (RFC 4733 §7).
    pub const FLASH: u8 = 16;
    /// Answer tone of a fax or modem, 2,100 Hz (RFC 4734).
    pub const ANSWER_TONE: u8 = 32;
    /// Calling tone of a fax, 1,100 Hz (RFC 4734).
    pub const FAX_CALLING_TONE: u8 = 36;
}

/// Why an event could not be taken in or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The payload is shorter than the four bytes of an event.
    #[error("an event takes 4 bytes, the payload has {0}")]
    Short(usize),
    /// The signals of earlier packets have not been polled.
    #[error("signals of earlier packets have not been polled")]
    Undrained,
    /// The last event is still being sent.
    #[error("event {0} is still being sent")]
    Busy(u8),
    /// An event must last at least one tick.
    #[error("an event must last at least one tick")]
    NoDuration,
}

/// The four bytes of RFC 4733 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Payload {
    event: u8,
    end: bool,
    /// Power below 0 dBm0, in dB, 0..=63.
    volume: u8,
    duration: u16,
}

impl Payload {
    fn parse(payload: &[u8]) -> Result<Self, EventError> {
        let &[event, flags, high, low, ..] = payload else {
            return Err(EventError::Short(payload.len()));
        };
        Ok(Self {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    const fn bytes(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, (self.end as u8) << 7 | self.volume & 0x3f, high, low]
    }
}
