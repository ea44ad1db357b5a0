use core::fmt;

use nom::bytes::complete::take;
use nom::number::complete::{be_u16, be_u32, u8 as byte};
use nom::{IResult, Parser};

/// One RTP packet (RFC 3550 §5.1), its variable parts borrowed from the datagram.
///
/// ```
/// use media_core::rtp::Packet;
///
/// let packet = Packet {
///     payload_type: 8,
///     sequence: 7,
///     timestamp: 160,
///     ssrc: 0x1234_5678,
///     payload: &[0xd5; 160],
///     ..Packet::default()
/// };
/// let mut datagram = [0; 1500];
/// let length = packet.write(&mut datagram)?;
/// assert_eq!(length, 172);
/// assert_eq!(Packet::parse(&datagram[..length])?, packet);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The marker bit: for telephone sound, the first packet after silence or of an event.
    pub marker: bool,
    /// The payload type, 0..=127.
    pub payload_type: u8,
    /// The sequence number, one more with each packet.
    pub sequence: u16,
    /// The sampling instant of the payload's first sample, in units of the payload's clock.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
    /// The contributing sources, put there by a mixer.
    pub csrcs: Csrcs<'a>,
    /// The header extension.
    pub extension: Option<Extension<'a>>,
    /// The payload, without padding.
    pub payload: &'a [u8],
    /// Bytes of padding after the payload, the last of which holds their number; 0 is none.
    pub padding: u8,
}

/// A list of at most 15 contributing sources, in network order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Csrcs<'a>(&'a [u8]);

/// A header extension (RFC 3550 §5.3.1; RFC 8285 gives its insides a form).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// What the profile defines: 0xBEDE for RFC 8285's one-byte form.
    pub profile: u16,
    /// The content, a multiple of four bytes.
    pub data: &'a [u8],
}

/// A part of an RTP or RTCP packet, for error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The fixed header.
    Header,
    /// The list of contributing sources.
    Csrcs,
    /// The header extension.
    Extension,
    /// The payload of RTP or the body of an RTCP packet.
    Payload,
    /// The padding.
    Padding,
    /// The report blocks of a sender or receiver report.
    Reports,
    /// The items of a source description.
    Items,
    /// The reason of a goodbye.
    Reason,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Header => "header",
            Part::Csrcs => "list of contributing sources",
            Part::Extension => "header extension",
            Part::Payload => "payload",
            Part::Padding => "padding",
            Part::Reports => "report blocks",
            Part::Items => "items",
            Part::Reason => "reason",
        })
    }
}

/// Why bytes are not an RTP or RTCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The datagram ends inside this part.
    #[error("the datagram ends inside the {0}")]
    Truncated(Part),
    /// The version is not 2.
    #[error("version {0}, not 2")]
    Version(u8),
    /// The padding's own length is 0 or more than there is.
    #[error("padding of {0} bytes is impossible")]
    Padding(u8),
    /// The packet type is not one of RTCP's.
    #[error("packet type {0} is not RTCP")]
    PacketType(u8),
}

/// Why a packet cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The slice is too short for the packet.
    #[error("{needed} bytes are needed, {available} are there")]
    Space {
        /// What the packet takes.
        needed: usize,
        /// What the caller gave.
        available: usize,
    },
    /// The payload type does not fit into seven bits.
    #[error("payload type {0} is above 127")]
    PayloadType(u8),
    /// The part has a length the format cannot hold.
    #[error("{1} bytes are an impossible length of the {0}")]
    Length(Part, usize),
}

impl<'a> Csrcs<'a> {
    /// No contributing source.
    pub const EMPTY: Self = Self(&[]);

    /// A list over bytes in network order, four a source.
    ///
    /// # Errors
    /// [`WriteError::Length`] when they are not a multiple of four or more than 60.
    pub const fn new(bytes: &'a [u8]) -> Result<Self, WriteError> {
        if bytes.len() % 4 == 0 && bytes.len() <= 60 {
            Ok(Self(bytes))
        } else {
            Err(WriteError::Length(Part::Csrcs, bytes.len()))
        }
    }

    /// How many sources there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len() / 4
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sources in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + 'a {
        self.0.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }
}

/// Runs a parser over the rest of a datagram; its only failure is that the datagram ends.
pub(super) fn part<'a, O>(
    rest: &mut &'a [u8],
    part: Part,
    mut parser: impl Parser<&'a [u8], Output = O, Error = nom::error::Error<&'a [u8]>>,
) -> Result<O, ParseError> {
    let (left, output) = parser.parse(rest).map_err(|_| ParseError::Truncated(part))?;
    *rest = left;
    Ok(output)
}

fn fixed_header(input: &[u8]) -> IResult<&[u8], (u8, u8, u16, u32, u32)> {
    (byte, byte, be_u16, be_u32, be_u32).parse(input)
}

impl<'a> Packet<'a> {
    /// Parses one datagram.
    ///
    /// # Errors
    /// [`ParseError`] when it is not a whole packet of RTP version 2.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        let mut rest = datagram;
        let (first, second, sequence, timestamp, ssrc) =
            part(&mut rest, Part::Header, fixed_header)?;
        if first >> 6 != 2 {
            return Err(ParseError::Version(first >> 6));
        }
        let csrcs = part(&mut rest, Part::Csrcs, take(usize::from(first & 0x0f) * 4))?;
        let extension = if first & 0x10 == 0 {
            None
        } else {
            let (profile, words) = part(&mut rest, Part::Extension, (be_u16, be_u16))?;
            let data = part(&mut rest, Part::Extension, take(usize::from(words) * 4))?;
            Some(Extension { profile, data })
        };
        let (payload, padding) = if first & 0x20 == 0 {
            (rest, 0)
        } else {
            let padding = *rest.last().ok_or(ParseError::Truncated(Part::Padding))?;
            match rest.len().checked_sub(usize::from(padding)) {
                Some(end) if padding > 0 => (&rest[..end], padding),
                _ => return Err(ParseError::Padding(padding)),
            }
        };
        Ok(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence,
            timestamp,
            ssrc,
            csrcs: Csrcs(csrcs),
            extension,
            payload,
            padding,
        })
    }

    /// The payload as a share of the datagram it was parsed from, without a copy; none if it was
    /// parsed from another.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn payload_bytes(&self, datagram: &bytes::Bytes) -> Option<bytes::Bytes> {
        let start = (self.payload.as_ptr() as usize).checked_sub(datagram.as_ptr() as usize)?;
        let end = start.checked_add(self.payload.len())?;
        (end <= datagram.len()).then(|| datagram.slice(start..end))
    }

    /// How many bytes [`write`](Packet::write) takes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let extension = self.extension.map_or(0, |e| 4 + e.data.len());
        12 + self.csrcs.0.len() + extension + self.payload.len() + usize::from(self.padding)
    }

    /// Writes the packet to the start of a slice and returns its length.
    ///
    /// # Errors
    /// [`WriteError`] when the slice is too short or a field has a value the format cannot hold;
    /// nothing has been written then.
    pub fn write(&self, datagram: &mut [u8]) -> Result<usize, WriteError> {
        if self.payload_type > 0x7f {
            return Err(WriteError::PayloadType(self.payload_type));
        }
        if let Some(Extension { data, .. }) = self.extension {
            if data.len() % 4 != 0 || data.len() > usize::from(u16::MAX) * 4 {
                return Err(WriteError::Length(Part::Extension, data.len()));
            }
        }
        let (needed, available) = (self.encoded_len(), datagram.len());
        let Some(out) = datagram.get_mut(..needed) else {
            return Err(WriteError::Space { needed, available });
        };
        let (header, mut rest) = out.split_at_mut(12);
        header[0] = 0x80
            | u8::from(self.padding > 0) << 5
            | u8::from(self.extension.is_some()) << 4
            | self.csrcs.len() as u8;
        header[1] = u8::from(self.marker) << 7 | self.payload_type;
        header[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        header[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        header[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        put(&mut rest, self.csrcs.0);
        if let Some(Extension { profile, data }) = self.extension {
            put(&mut rest, &profile.to_be_bytes());
            put(&mut rest, &((data.len() / 4) as u16).to_be_bytes());
            put(&mut rest, data);
        }
        put(&mut rest, self.payload);
        rest.fill(0);
        if let Some(last) = rest.last_mut() {
            *last = self.padding;
        }
        Ok(needed)
    }
}

/// Copies to the front of a slice whose length has been checked, and moves on.
pub(super) fn put(rest: &mut &mut [u8], bytes: &[u8]) {
    let (front, back) = core::mem::take(rest).split_at_mut(bytes.len());
    front.copy_from_slice(bytes);
    *rest = back;
}
