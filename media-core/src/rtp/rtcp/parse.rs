use nom::bytes::complete::take;
use nom::number::complete::{be_u16, be_u24, be_u32, be_u64, u8 as byte};

use super::super::packet::{ParseError, Part, part};
use super::{
    APPLICATION, CNAME, DESCRIPTION, GOODBYE, RECEIVER_REPORT, Report, SENDER_REPORT, SenderInfo,
};

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message<'a> {
    /// What a source sent, and what it heard of others (SR).
    SenderReport {
        /// Who reports.
        ssrc: u32,
        /// On its own stream.
        info: SenderInfo,
        /// On the streams it hears.
        reports: Reports<'a>,
    },
    /// What a participant heard (RR).
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// On the streams it hears.
        reports: Reports<'a>,
    },
    /// Who the sources are (SDES).
    Description(Chunks<'a>),
    /// Sources that leave (BYE).
    Goodbye {
        /// Who leaves.
        sources: Sources<'a>,
        /// Why, in UTF-8 if the sender keeps to the RFC.
        reason: Option<&'a [u8]>,
    },
    /// An application's own (APP).
    Application {
        /// Who sends.
        ssrc: u32,
        /// The five bits that count elsewhere.
        subtype: u8,
        /// Four ASCII characters.
        name: [u8; 4],
        /// The content.
        data: &'a [u8],
    },
    /// Any other type, such as feedback (205, 206) and extended reports (207).
    Other {
        /// The packet type.
        packet_type: u8,
        /// The five bits that count elsewhere.
        count: u8,
        /// What follows the first four bytes, without padding.
        body: &'a [u8],
    },
}

/// The packets of a compound, in their order; it ends after the first error.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    rest: &'a [u8],
}

/// Parses a datagram as a compound of RTCP packets.
///
/// The order of the packets is not checked: reduced-size packets (RFC 5506) are as good.
#[must_use]
pub fn parse(datagram: &[u8]) -> Messages<'_> {
    Messages { rest: datagram }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let result = message(&mut self.rest);
        if result.is_err() {
            self.rest = &[];
        }
        Some(result)
    }
}

fn message<'a>(rest: &mut &'a [u8]) -> Result<Message<'a>, ParseError> {
    let (first, packet_type, words) = part(rest, Part::Header, (byte, byte, be_u16))?;
    if first >> 6 != 2 {
        return Err(ParseError::Version(first >> 6));
    }
    if !(192..=223).contains(&packet_type) {
        return Err(ParseError::PacketType(packet_type));
    }
    let count = first & 0x1f;
    let mut body = part(rest, Part::Payload, take(usize::from(words) * 4))?;
    if first & 0x20 != 0 {
        let padding = *body.last().ok_or(ParseError::Truncated(Part::Padding))?;
        match body.len().checked_sub(usize::from(padding)) {
            Some(end) if padding > 0 => body = &body[..end],
            _ => return Err(ParseError::Padding(padding)),
        }
    }
    let body = &mut body;
    match packet_type {
        SENDER_REPORT => {
            let (ssrc, ntp, rtp, packets, octets) =
                part(body, Part::Header, (be_u32, be_u64, be_u32, be_u32, be_u32))?;
            let info = SenderInfo { ntp, rtp, packets, octets };
            let reports = Reports::parse(body, count)?;
            Ok(Message::SenderReport { ssrc, info, reports })
        }
        RECEIVER_REPORT => {
            let ssrc = part(body, Part::Header, be_u32)?;
            let reports = Reports::parse(body, count)?;
            Ok(Message::ReceiverReport { ssrc, reports })
        }
        DESCRIPTION => Chunks::parse(body, count).map(Message::Description),
        GOODBYE => {
            let sources = Sources(part(body, Part::Header, take(usize::from(count) * 4))?);
            let reason = if body.is_empty() {
                None
            } else {
                let length = part(body, Part::Reason, byte)?;
                Some(part(body, Part::Reason, take(usize::from(length)))?)
            };
            Ok(Message::Goodbye { sources, reason })
        }
        APPLICATION => {
            let (ssrc, name) = part(body, Part::Header, (be_u32, be_u32))?;
            Ok(Message::Application { ssrc, subtype: count, name: name.to_be_bytes(), data: body })
        }
        _ => Ok(Message::Other { packet_type, count, body }),
    }
}

/// At most 31 report blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports<'a>(&'a [u8]);

const REPORT: usize = 24;

impl<'a> Reports<'a> {
    fn parse(body: &mut &'a [u8], count: u8) -> Result<Self, ParseError> {
        part(body, Part::Reports, take(usize::from(count) * REPORT)).map(Self)
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len() / REPORT
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The blocks in their order.
    pub fn iter(&self) -> impl Iterator<Item = Report> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let block = (be_u32, byte, be_u24, be_u32, be_u32, be_u32, be_u32);
            let (ssrc, fraction_lost, lost, highest_sequence, jitter, last_sender_report, delay) =
                part(&mut rest, Part::Reports, block).ok()?;
            Some(Report {
                ssrc,
                fraction_lost,
                // Spreads the sign of 24 bits.
                lost: ((lost << 8) as i32) >> 8,
                highest_sequence,
                jitter,
                last_sender_report,
                delay,
            })
        })
    }

    /// The block about one source.
    #[must_use]
    pub fn about(&self, ssrc: u32) -> Option<Report> {
        self.iter().find(|report| report.ssrc == ssrc)
    }
}

/// The sources of a goodbye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources<'a>(&'a [u8]);

impl<'a> Sources<'a> {
    /// The sources in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.0.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }
}

/// The chunks of a source description, checked when the packet was parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunks<'a> {
    body: &'a [u8],
    count: u8,
}

/// One source's part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Who is described.
    pub ssrc: u32,
    items: &'a [u8],
}

/// One statement about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What is stated: [`CNAME`] (1), NAME 2, EMAIL 3, PHONE 4, LOC 5, TOOL 6, NOTE 7, PRIV 8.
    pub kind: u8,
    /// The statement, in UTF-8 if the sender keeps to the RFC.
    pub text: &'a [u8],
}

/// The next item; none at the zero that ends a chunk.
fn item<'a>(rest: &mut &'a [u8]) -> Result<Option<Item<'a>>, ParseError> {
    let kind = part(rest, Part::Items, byte)?;
    if kind == 0 {
        return Ok(None);
    }
    let length = part(rest, Part::Items, byte)?;
    let text = part(rest, Part::Items, take(usize::from(length)))?;
    Ok(Some(Item { kind, text }))
}

fn chunk<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>, ParseError> {
    let ssrc = part(rest, Part::Header, be_u32)?;
    let whole = *rest;
    while item(rest)?.is_some() {}
    let items = &whole[..whole.len() - rest.len()];
    // Zeros fill the last word; the packet's own length is a multiple of four.
    part(rest, Part::Items, take(items.len().wrapping_neg() % 4))?;
    Ok(Chunk { ssrc, items })
}

impl<'a> Chunks<'a> {
    fn parse(body: &mut &'a [u8], count: u8) -> Result<Self, ParseError> {
        let whole = *body;
        for _ in 0..count {
            chunk(body)?;
        }
        Ok(Self { body: whole, count })
    }

    /// The chunks in their order.
    pub fn iter(&self) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = self.body;
        (0..self.count).map_while(move |_| chunk(&mut rest).ok())
    }

    /// The canonical name of a source.
    #[must_use]
    pub fn cname(&self, ssrc: u32) -> Option<&'a [u8]> {
        self.iter()
            .filter(|chunk| chunk.ssrc == ssrc)
            .find_map(|chunk| chunk.items().find(|item| item.kind == CNAME))
            .map(|item| item.text)
    }
}

impl<'a> Chunk<'a> {
    /// The items in their order.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let mut rest = self.items;
        core::iter::from_fn(move || item(&mut rest).ok().flatten())
    }
}
