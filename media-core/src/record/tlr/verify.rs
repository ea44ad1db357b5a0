//! Is a recording whole, and is it the one that was made?

use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek, Write};

use super::content::{self, IndexBuilder, IndexEntry};
use super::crypto::{Limits, Signer, Unlock};
use super::error::TlrError;
use super::frame::{self, Chain, FILE_HEADER, FileHeader, Kind, MAX_BODY};
use super::opened::open_body;
use super::scan::{Scanner, Step};
use super::statement::Statement;

/// What is known of who vouches for a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// Nobody signed it.
    None,
    /// The holder of this key signed the closed recording and all it holds.
    Closed([u8; 32]),
    /// The holder of this key signed all up to the record with this number; what follows is not
    /// vouched for.
    UpTo([u8; 32], u32),
    /// The signature at this byte is wrong, or of another key than the ones before it.
    Wrong(u64),
}

/// What [`verify`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Whole records.
    pub records: u32,
    /// Stretches of the file that are no whole record: damage, foreign bytes, a torn end.
    pub damaged: Vec<Range<u64>>,
    /// Numbers of records that should be there and are not.
    pub missing: Vec<Range<u32>>,
    /// Offsets of records that do not continue the chain: changed, swapped or spliced in.
    pub broken: Vec<u64>,
    /// Whether the recording was closed: its last record and trailer are there.
    pub closed: bool,
    /// Whether [`recover`] closed it instead of its writer.
    pub recovered: bool,
    /// Who vouches for it.
    pub signature: Signature,
    /// The file's id, and its chain after the last record: together they name the recording and
    /// everything in it.
    pub id: [u8; 16],
    /// See `id`.
    pub chain: [u8; 32],
    /// Samples held for each channel, by its number.
    pub samples: Vec<u64>,
}

impl Report {
    /// Whether the file is closed and nothing in it is damaged, missing, changed or wrongly
    /// signed. That somebody signed it, and who, is for the caller to compare.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.closed
            && self.damaged.is_empty()
            && self.missing.is_empty()
            && self.broken.is_empty()
            && !matches!(self.signature, Signature::Wrong(_) | Signature::UpTo(..))
    }
}

/// Reads a whole recording and checks everything that can be checked without its key.
///
/// # Errors
/// [`TlrError::Io`], or a fault of the file's header.
pub fn verify<R: Read + Seek>(input: R) -> Result<Report, TlrError> {
    walk(input, &Unlock::Nothing, &Limits::default(), |_, _| Ok(())).map(|walk| walk.report)
}

/// Copies every whole record of a recording that was cut short or damaged, and closes the copy:
/// with an index, and signed by `signer` as recovered if there is one. Encrypted records stay
/// as they are; `unlock` only serves the index.
///
/// Returns what was found in the input.
///
/// # Errors
/// [`TlrError::Io`], a fault of the file's header, or [`TlrError::TooCostly`] for a passphrase that
/// would take more than the default [`Limits`].
pub fn recover<R: Read + Seek, W: Write>(
    input: R,
    output: W,
    unlock: &Unlock,
    signer: Option<&Signer>,
) -> Result<Report, TlrError> {
    recover_within(input, output, unlock, &Limits::default(), signer)
}

/// As [`recover`], within limits of the caller's.
///
/// # Errors
/// As [`recover`].
pub fn recover_within<R: Read + Seek, W: Write>(
    input: R,
    mut output: W,
    unlock: &Unlock,
    limits: &Limits,
    signer: Option<&Signer>,
) -> Result<Report, TlrError> {
    let mut offset = 0u64;
    let (mut last, mut parts) = (None, false);
    let mut index = IndexBuilder::default();
    // Parts of the index stay for the chain's sake; the one at the end makes room for a new one.
    let (mut held, mut last_held) = (Vec::new(), None);
    // A record that cannot be read cannot be indexed; readers scan then.
    let mut complete = true;
    let walk = walk(input, unlock, limits, |walk, event| {
        match event {
            Event::Header(header) => {
                parts = header.parts;
                output.write_all(&header.bytes())?;
                offset += FILE_HEADER as u64;
            }
            Event::Record { kind: Kind::Close, .. } => {}
            Event::Record { kind, number, bytes, places } => {
                output.write_all(&held)?;
                offset += held.len() as u64;
                held.clear();
                if let Some(before) = last_held.take() {
                    last = Some(before);
                }
                if kind == Kind::Index {
                    held.extend_from_slice(bytes);
                    last_held = Some((number, walk.chain));
                    return Ok(());
                }
                if kind.is_sound() {
                    complete &= places[0].is_some();
                    for (channel, position, len) in places.into_iter().flatten() {
                        index.push(&IndexEntry { channel, position, len, offset });
                    }
                } else if kind != Kind::Checkpoint {
                    index.others.push(offset);
                }
                output.write_all(bytes)?;
                offset += bytes.len() as u64;
                last = Some((number, walk.chain));
            }
        }
        Ok(())
    })?;
    let (number, chain) = match last {
        Some((number, chain)) => (number.saturating_add(1), chain),
        None => (0, walk.chain),
    };
    let mut record = Vec::new();
    let body = index.body(parts);
    complete &= body.len() <= MAX_BODY;
    let body = if complete { body } else { IndexBuilder::default().body(parts) };
    let chain = frame::put_record(&mut record, &chain, Kind::Index, false, number, &body);
    let statement = Statement::new(&walk.report.id, &chain, true, true).bytes(signer);
    let number = number.saturating_add(1);
    frame::put_record(&mut record, &chain, Kind::Close, false, number, &statement);
    output.write_all(&record)?;
    output.write_all(&frame::trailer(if complete { offset } else { 0 }))?;
    output.flush()?;
    Ok(walk.report)
}

enum Event<'a> {
    Header(FileHeader),
    Record {
        kind: Kind,
        number: u32,
        bytes: &'a [u8],
        /// Channels, positions and lengths of a sound record that could be read.
        places: [Option<(u8, u64, u64)>; 2],
    },
}

struct Walk {
    report: Report,
    /// The chain as far as it is known.
    chain: Chain,
}

fn walk<R: Read + Seek>(
    input: R,
    unlock: &Unlock,
    limits: &Limits,
    mut event: impl FnMut(&Walk, Event<'_>) -> Result<(), TlrError>,
) -> Result<Walk, TlrError> {
    let (mut scanner, header) = Scanner::open(input)?;
    let report = Report {
        id: header.id,
        chain: [0; 32],
        records: 0,
        damaged: Vec::new(),
        missing: Vec::new(),
        broken: Vec::new(),
        closed: false,
        recovered: false,
        signature: Signature::None,
        samples: Vec::new(),
    };
    let bytes = header.bytes();
    let mut walk = Walk { report, chain: Chain::start(&bytes) };
    event(&walk, Event::Header(header))?;
    let (mut expected, mut close) = (0u32, false);
    let (mut locked, mut key) = (false, None);
    // After damage the chain is not known until a checkpoint states it.
    let mut known = true;
    loop {
        let offset = scanner.at;
        match scanner.step()? {
            Step::Torn(range) => {
                if !range.is_empty() {
                    walk.report.damaged.push(range);
                }
                break;
            }
            Step::Damage(range) => {
                if range.end == scanner.file_len()? {
                    walk.report.damaged.push(range);
                    break;
                }
                walk.report.damaged.push(range);
                known = false;
            }
            Step::Trailer => {
                walk.report.closed = close;
                break;
            }
            Step::Record(head) => {
                walk.report.records += 1;
                if head.number > expected {
                    walk.report.missing.push(expected..head.number);
                    known = false;
                } else if head.number < expected {
                    walk.report.broken.push(offset);
                    known = false;
                }
                if head.number >= expected {
                    expected = head.number.saturating_add(1);
                }
                close = head.kind == Kind::Close;
                if matches!(head.kind, Kind::Checkpoint | Kind::Close) {
                    check_statement(&mut walk, &mut known, &scanner, offset, head.number, close);
                }
                let next = walk.chain.next(scanner.head_and_body());
                if known && next.short() != scanner.stored_chain() {
                    walk.report.broken.push(offset);
                    known = false;
                }
                walk.chain = next;
                if head.kind == Kind::Keys && !locked {
                    (locked, key) = (true, unlock.open(scanner.body(), &header, limits)?);
                }
                let places = Some(head.kind)
                    .filter(|kind| kind.is_sound())
                    .and_then(|_| open_body(&head, scanner.record(), key.as_ref()))
                    .map_or([None, None], |body| content::places(head.kind, &body));
                for (channel, _, len) in places.into_iter().flatten() {
                    let channel = usize::from(channel);
                    if walk.report.samples.len() <= channel {
                        walk.report.samples.resize(channel + 1, 0);
                    }
                    walk.report.samples[channel] = walk.report.samples[channel].saturating_add(len);
                }
                let (kind, number) = (head.kind, head.number);
                event(&walk, Event::Record { kind, number, bytes: scanner.record(), places })?;
            }
        }
    }
    // Anything but silence about the end must be vouched for by the close.
    if let (Signature::Closed(public), false) = (walk.report.signature, walk.report.closed) {
        walk.report.signature = Signature::UpTo(public, expected.saturating_sub(1));
    }
    walk.report.chain = walk.chain.0;
    Ok(walk)
}

/// Compares a checkpoint or close with the chain, and its signature with those before it.
fn check_statement<R: Read + Seek>(
    walk: &mut Walk,
    known: &mut bool,
    scanner: &Scanner<R>,
    offset: u64,
    number: u32,
    close: bool,
) {
    let Some(statement) = Statement::parse(&walk.report.id, scanner.body()) else {
        walk.report.broken.push(offset);
        return;
    };
    if *known && statement.chain != walk.chain {
        walk.report.broken.push(offset);
    }
    // It states what the chain should be: what follows can be held against it again.
    walk.chain = statement.chain;
    *known = true;
    walk.report.recovered |= close && statement.recovered();
    walk.report.signature = match (walk.report.signature, statement.signature) {
        (Signature::Wrong(at), _) => Signature::Wrong(at),
        (before, None) => before,
        (Signature::UpTo(public, _), Some((signer, _))) if signer != public && !close => {
            Signature::Wrong(offset)
        }
        (_, Some((public, _))) => match (statement.signature_holds(), close) {
            (false, _) => Signature::Wrong(offset),
            (true, true) => Signature::Closed(public),
            (true, false) => Signature::UpTo(public, number),
        },
    };
}
