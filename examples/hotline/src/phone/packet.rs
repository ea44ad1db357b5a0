//! RTP as a telephone writes and reads it (RFC 3550 §5.1, RFC 4733 §2.3).
//!
//! Written apart from the library's own: a peer that shares the server's reader and writer would
//! share its mistakes.

/// The fixed part of an RTP packet and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: &'a [u8],
}

impl<'a> Packet<'a> {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(12 + self.payload.len());
        out.push(0x80);
        out.push(u8::from(self.marker) << 7 | self.payload_type & 0x7f);
        out.extend(self.sequence.to_be_bytes());
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.ssrc.to_be_bytes());
        out.extend(self.payload);
        out
    }

    pub(crate) fn read(datagram: &'a [u8]) -> Option<Packet<'a>> {
        let (fixed, rest) = datagram.split_first_chunk::<12>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *fixed;
        if first >> 6 != 2 {
            return None;
        }
        let mut payload = rest.get(usize::from(first & 0x0f) * 4..)?;
        if first & 0x10 != 0 {
            let words = u16::from_be_bytes([*payload.get(2)?, *payload.get(3)?]);
            payload = payload.get(4 + usize::from(words) * 4..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*payload.last()?);
            payload = payload.get(..payload.len().checked_sub(padding)?)?;
        }
        Some(Packet {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
            payload,
        })
    }
}

/// The payload of telephone-event: which key, whether it is over, how long so far in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) code: u8,
    pub(crate) end: bool,
    pub(crate) duration: u16,
}

impl Event {
    pub(crate) fn write(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        // Ten decibels below full scale, as tones usually are sent.
        [self.code, u8::from(self.end) << 7 | 10, high, low]
    }

    pub(crate) fn read(payload: &[u8]) -> Option<Event> {
        let (&[code, flags, high, low], _) = payload.split_first_chunk::<4>()?;
        Some(Event { code, end: flags & 0x80 != 0, duration: u16::from_be_bytes([high, low]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let packet = Packet {
            marker: true,
            payload_type: 101,
            sequence: 65_535,
            timestamp: 0xfedc_ba98,
            ssrc: 7,
            payload: &Event { code: 11, end: true, duration: 800 }.write(),
        };
        let bytes = packet.write();
        assert_eq!(Packet::read(&bytes), Some(packet));
        assert_eq!(Event::read(packet.payload), Some(Event { code: 11, end: true, duration: 800 }));
    }

    #[test]
    fn contributing_sources_extension_and_padding_are_skipped() {
        let mut bytes = vec![0xb1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([9; 4]); // one contributing source
        bytes.extend([0xbe, 0xde, 0, 1, 1, 2, 3, 4]); // one word of extension
        bytes.extend([0xd5, 0xd5, 0, 2]); // two samples, two octets of padding
        assert_eq!(Packet::read(&bytes).unwrap().payload, [0xd5, 0xd5]);
    }

    #[test]
    fn what_is_no_packet_is_none() {
        assert_eq!(Packet::read(&[]), None);
        assert_eq!(Packet::read(&[0x40; 20]), None);
        assert_eq!(Packet::read(&[0x9f; 40]), None);
        assert_eq!(Packet::read(&[0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 200]), None);
        assert_eq!(Event::read(&[1, 2, 3]), None);
    }
}
