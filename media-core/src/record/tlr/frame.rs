//! The file's header and the framing of its records: check sums, order and chain.

use alloc::vec::Vec;

use super::crypto::Cipher;
use super::wire::crc32c;

/// First bytes of a file. Damage by text-mode transfer shows in them, as in PNG.
pub(super) const MAGIC: [u8; 8] = *b"\x89TLR\r\n\x1a\n";
/// Length of the file's header.
pub(super) const FILE_HEADER: usize = 32;
/// Version written of a file without flags; readers of this version know no flags.
const PLAIN: u16 = 1;
/// Version written of a file with any.
const FLAGGED: u16 = 2;
/// Sealed with AES-256-GCM.
const AES: u16 = 1;
/// May hold pair records.
const PAIRS: u16 = 2;
/// Index and peaks come in parts, as the call goes on.
const PARTS: u16 = 4;
/// May hold blocks that begin quickly.
const QUICK: u16 = 8;
/// May hold blocks that bring the tone along that they begin within.
const TONES: u16 = 16;
/// First bytes of a record.
pub(super) const SYNC: [u8; 2] = [0x54, 0xe7];
/// Bytes before a record's body.
pub(super) const HEAD: usize = 12;
/// Bytes after it: chain and check sum.
pub(super) const TAIL: usize = 12;
/// The longest body.
pub(super) const MAX_BODY: usize = (1 << 24) - 1;
/// Set in the kind of a record whose body is encrypted.
const SEALED: u8 = 0x80;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Keys,
    Head,
    Audio,
    Packets,
    Mark,
    Clock,
    Meta,
    Peaks,
    Index,
    Checkpoint,
    Close,
    Pair,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Keys,
        Self::Head,
        Self::Audio,
        Self::Packets,
        Self::Mark,
        Self::Clock,
        Self::Meta,
        Self::Peaks,
        Self::Index,
        Self::Checkpoint,
        Self::Close,
        Self::Pair,
    ];

    fn number(self) -> u8 {
        self as u8 + 1
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// What a file's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileHeader {
    /// Random, different in every file.
    pub(super) id: [u8; 16],
    pub(super) cipher: Cipher,
    /// Whether pair records may follow.
    pub(super) pairs: bool,
    /// Whether index and peaks come in parts; always, in what is written now.
    pub(super) parts: bool,
    /// Whether blocks of the higher levels may begin as they do now: a reader of before knows none.
    pub(super) quick: bool,
    /// Whether they may bring a tone along, likewise.
    pub(super) tones: bool,
}

impl FileHeader {
    pub(super) fn bytes(&self) -> [u8; FILE_HEADER] {
        let flags = if self.cipher == Cipher::Aes256Gcm { AES } else { 0 }
            | if self.pairs { PAIRS } else { 0 }
            | if self.parts { PARTS } else { 0 }
            | if self.quick { QUICK } else { 0 }
            | if self.tones { TONES } else { 0 };
        let mut header = [0; FILE_HEADER];
        header[..8].copy_from_slice(&MAGIC);
        header[8..10].copy_from_slice(&if flags == 0 { PLAIN } else { FLAGGED }.to_le_bytes());
        header[10..12].copy_from_slice(&flags.to_le_bytes());
        header[12..28].copy_from_slice(&self.id);
        let crc = crc32c(&[&header[..28]]);
        header[28..].copy_from_slice(&crc.to_le_bytes());
        header
    }

    pub(super) fn parse(header: &[u8; FILE_HEADER]) -> Result<Self, HeaderFault> {
        if header[..8] != MAGIC {
            return Err(HeaderFault::NotTlr);
        }
        if crc32c(&[&header[..28]]).to_le_bytes() != header[28..] {
            return Err(HeaderFault::Damaged);
        }
        let version = u16::from_le_bytes([header[8], header[9]]);
        let flags = u16::from_le_bytes([header[10], header[11]]);
        let known = if version == PLAIN { 0 } else { AES | PAIRS | PARTS | QUICK | TONES };
        if !matches!(version, PLAIN | FLAGGED) || flags & !known != 0 {
            return Err(HeaderFault::Version(version));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&header[12..28]);
        let aes = flags & AES != 0;
        let cipher = if aes { Cipher::Aes256Gcm } else { Cipher::XChaCha20Poly1305 };
        let has = |flag| flags & flag != 0;
        Ok(Self {
            id,
            cipher,
            pairs: has(PAIRS),
            parts: has(PARTS),
            quick: has(QUICK),
            tones: has(TONES),
        })
    }
}

pub(super) enum HeaderFault {
    NotTlr,
    Damaged,
    Version(u16),
}

/// The running BLAKE3 chain over everything written so far.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain(pub(super) [u8; 32]);

impl Chain {
    pub(super) fn start(header: &[u8; FILE_HEADER]) -> Self {
        Self(blake3::hash(header).into())
    }

    /// The chain after a record whose head and body are given.
    pub(super) fn next(&self, head_and_body: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(head_and_body);
        Self(hasher.finalize().into())
    }

    /// What a record stores of it.
    pub(super) fn short(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        [a, b, c, d, e, f, g, h]
    }
}

/// A record's first twelve bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHead {
    pub(super) kind: Kind,
    pub(super) sealed: bool,
    pub(super) len: usize,
    pub(super) number: u32,
}

impl RecordHead {
    pub(super) fn bytes(&self) -> [u8; HEAD] {
        let kind = self.kind.number() | if self.sealed { SEALED } else { 0 };
        let [l0, l1, l2, _] = (self.len as u32).to_le_bytes();
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        let mut head = [SYNC[0], SYNC[1], kind, l0, l1, l2, n0, n1, n2, n3, 0, 0];
        let check = crc32c(&[&head[..10]]) as u16;
        head[10..].copy_from_slice(&check.to_le_bytes());
        head
    }

    /// `None` when these bytes begin no record.
    pub(super) fn parse(head: &[u8; HEAD]) -> Option<Self> {
        if head[..2] != SYNC || (crc32c(&[&head[..10]]) as u16).to_le_bytes() != head[10..] {
            return None;
        }
        Some(Self {
            kind: Kind::from_number(head[2] & !SEALED)?,
            sealed: head[2] & SEALED != 0,
            len: u32::from_le_bytes([head[3], head[4], head[5], 0]) as usize,
            number: u32::from_le_bytes([head[6], head[7], head[8], head[9]]),
        })
    }
}

/// Appends a whole record to `out` and returns the chain after it. `body` is at most
/// [`MAX_BODY`] long.
pub(super) fn put_record(
    out: &mut Vec<u8>,
    chain: &Chain,
    kind: Kind,
    sealed: bool,
    number: u32,
    body: &[u8],
) -> Chain {
    let start = out.len();
    let head = RecordHead { kind, sealed, len: body.len(), number };
    out.extend_from_slice(&head.bytes());
    out.extend_from_slice(body);
    let next = chain.next(&out[start..]);
    out.extend_from_slice(&next.short());
    let crc = crc32c(&[&out[start..]]);
    out.extend_from_slice(&crc.to_le_bytes());
    next
}

/// The last sixteen bytes of a finished file: where the index record begins.
pub(super) const TRAILER: usize = 16;
const TRAILER_MAGIC: [u8; 4] = *b"TLRx";

pub(super) fn trailer(index_at: u64) -> [u8; TRAILER] {
    let mut trailer = [0; TRAILER];
    trailer[..8].copy_from_slice(&index_at.to_le_bytes());
    let crc = crc32c(&[&trailer[..8]]);
    trailer[8..12].copy_from_slice(&crc.to_le_bytes());
    trailer[12..].copy_from_slice(&TRAILER_MAGIC);
    trailer
}

pub(super) fn parse_trailer(trailer: &[u8; TRAILER]) -> Option<u64> {
    let good =
        trailer[12..] == TRAILER_MAGIC && crc32c(&[&trailer[..8]]).to_le_bytes() == trailer[8..12];
    let [a, b, c, d, e, f, g, h, ..] = *trailer;
    good.then(|| u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

impl Kind {
    /// Whether an encrypted file seals records of this kind.
    pub(super) fn is_private(self, clear_head: bool) -> bool {
        match self {
            Self::Keys | Self::Index | Self::Checkpoint | Self::Close => false,
            Self::Head | Self::Meta => !clear_head,
            _ => true,
        }
    }
}
