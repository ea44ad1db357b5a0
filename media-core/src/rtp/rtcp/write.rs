use super::super::packet::{Part, WriteError};
use super::{DESCRIPTION, GOODBYE, RECEIVER_REPORT, Report, SENDER_REPORT, SenderInfo};

/// Writes a compound packet into a caller's slice, one packet after the other.
///
/// RFC 3550 wants a report first and a description with the canonical name in every compound.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [u8],
    length: usize,
}

/// The five bits that count reports, chunks and sources.
const MOST: usize = 31;

impl<'a> Writer<'a> {
    /// An empty compound at the start of a slice.
    #[must_use]
    pub const fn new(out: &'a mut [u8]) -> Self {
        Self { out, length: 0 }
    }

    /// The length of what has been written.
    #[must_use]
    pub fn finish(self) -> usize {
        self.length
    }

    /// Appends a sender report.
    ///
    /// # Errors
    /// [`WriteError`] when there is no room or there are more than 31 reports; the compound is as
    /// it was then. The same holds for the other packets.
    pub fn sender_report(
        &mut self,
        ssrc: u32,
        info: &SenderInfo,
        reports: &[Report],
    ) -> Result<(), WriteError> {
        self.packet(SENDER_REPORT, reports.len(), Part::Reports, |out| {
            out.put(&ssrc.to_be_bytes());
            out.put(&info.ntp.to_be_bytes());
            out.put(&info.rtp.to_be_bytes());
            out.put(&info.packets.to_be_bytes());
            out.put(&info.octets.to_be_bytes());
            reports.iter().for_each(|report| out.report(report));
        })
    }

    /// Appends a receiver report.
    ///
    /// # Errors
    /// As [`sender_report`](Writer::sender_report).
    pub fn receiver_report(&mut self, ssrc: u32, reports: &[Report]) -> Result<(), WriteError> {
        self.packet(RECEIVER_REPORT, reports.len(), Part::Reports, |out| {
            out.put(&ssrc.to_be_bytes());
            reports.iter().for_each(|report| out.report(report));
        })
    }

    /// Appends a description of one source by one item, of at most 255 bytes.
    ///
    /// # Errors
    /// As [`sender_report`](Writer::sender_report); [`WriteError::Length`] for a longer text.
    pub fn description(&mut self, ssrc: u32, kind: u8, text: &[u8]) -> Result<(), WriteError> {
        let length = text_length(Part::Items, text)?;
        self.packet(DESCRIPTION, 1, Part::Items, |out| {
            out.put(&ssrc.to_be_bytes());
            out.put(&[kind, length]);
            out.put(text);
            out.put(&[0]);
        })
    }

    /// Appends a goodbye of these sources, with a reason of at most 255 bytes; an empty one is
    /// left out.
    ///
    /// # Errors
    /// As [`description`](Writer::description).
    pub fn goodbye(&mut self, sources: &[u32], reason: &[u8]) -> Result<(), WriteError> {
        let length = text_length(Part::Reason, reason)?;
        self.packet(GOODBYE, sources.len(), Part::Header, |out| {
            sources.iter().for_each(|s| out.put(&s.to_be_bytes()));
            if length > 0 {
                out.put(&[length]);
                out.put(reason);
            }
        })
    }

    /// Appends a packet whose body `fill` puts, padded with zeros to whole words.
    fn packet(
        &mut self,
        packet_type: u8,
        count: usize,
        counted: Part,
        fill: impl FnOnce(&mut Body<'_>),
    ) -> Result<(), WriteError> {
        if count > MOST {
            return Err(WriteError::Length(counted, count));
        }
        let mut body =
            Body { out: self.out.get_mut(self.length + 4..).unwrap_or(&mut []), length: 0 };
        fill(&mut body);
        body.put(&[0; 3][..body.length.wrapping_neg() % 4]);
        let words = body.length / 4;
        let (needed, available) = (self.length + 4 + body.length, self.out.len());
        if needed > available {
            return Err(WriteError::Space { needed, available });
        }
        let header = &mut self.out[self.length..];
        header[0] = 0x80 | count as u8;
        header[1] = packet_type;
        // At most 31 blocks of 24 bytes: far below 65,536 words.
        header[2..4].copy_from_slice(&(words as u16).to_be_bytes());
        self.length = needed;
        Ok(())
    }
}

fn text_length(part: Part, text: &[u8]) -> Result<u8, WriteError> {
    u8::try_from(text.len()).map_err(|_| WriteError::Length(part, text.len()))
}

/// A body under construction; beyond the end of the slice it only counts.
struct Body<'a> {
    out: &'a mut [u8],
    length: usize,
}

impl Body<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let Some(place) = self.out.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
        }
        self.length = end;
    }

    fn report(&mut self, report: &Report) {
        let lost = report.lost.clamp(-(1 << 23), (1 << 23) - 1) as u32 & 0x00ff_ffff;
        self.put(&report.ssrc.to_be_bytes());
        self.put(&(u32::from(report.fraction_lost) << 24 | lost).to_be_bytes());
        self.put(&report.highest_sequence.to_be_bytes());
        self.put(&report.jitter.to_be_bytes());
        self.put(&report.last_sender_report.to_be_bytes());
        self.put(&report.delay.to_be_bytes());
    }
}
