use super::Packet;
use super::rtcp::SenderInfo;

/// What one source sends: numbers its packets and counts them for its reports.
///
/// ```
/// use media_core::rtp::Sender;
///
/// let mut sender = Sender::new(0x1234_5678, 65_535, 0);
/// let mut datagram = [0; 200];
/// for frame in 0..2 {
///     let packet = sender.packet(8, frame == 0, frame * 160, &[0xd5; 160]);
///     let length = packet.write(&mut datagram)?;
///     sender.sent(&packet);
///     assert_eq!(length, 172);
/// }
/// assert_eq!(sender.packets(), 2);
/// # Ok::<(), media_core::rtp::WriteError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    ssrc: u32,
    sequence: u16,
    offset: u32,
    packets: u32,
    octets: u32,
}

impl Sender {
    /// A source whose first packet has this sequence number and whose timestamps start at this
    /// offset; RFC 3550 wants all three random.
    #[must_use]
    pub const fn new(ssrc: u32, first_sequence: u16, timestamp_offset: u32) -> Self {
        Self { ssrc, sequence: first_sequence, offset: timestamp_offset, packets: 0, octets: 0 }
    }

    /// The next packet: `clock` is its instant in units of the payload's clock, counted from the
    /// start of the call. It counts as sent only after [`sent`](Sender::sent).
    #[must_use]
    pub const fn packet<'a>(
        &self,
        payload_type: u8,
        marker: bool,
        clock: u64,
        payload: &'a [u8],
    ) -> Packet<'a> {
        Packet {
            marker,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp(clock),
            ssrc: self.ssrc,
            csrcs: super::Csrcs::EMPTY,
            extension: None,
            payload,
            padding: 0,
        }
    }

    /// Counts a packet as sent.
    pub const fn sent(&mut self, packet: &Packet<'_>) {
        self.sequence = self.sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(packet.payload.len() as u32);
    }

    /// The synchronisation source.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The RTP timestamp of an instant of the call.
    #[must_use]
    pub const fn timestamp(&self, clock: u64) -> u32 {
        self.offset.wrapping_add(clock as u32)
    }

    /// How many packets have been sent.
    #[must_use]
    pub const fn packets(&self) -> u32 {
        self.packets
    }

    /// What a sender report says at an instant: NTP time in units of 2⁻³² s, and the same instant
    /// in the payload's clock.
    #[must_use]
    pub const fn info(&self, ntp: u64, clock: u64) -> SenderInfo {
        SenderInfo { ntp, rtp: self.timestamp(clock), packets: self.packets, octets: self.octets }
    }
}
