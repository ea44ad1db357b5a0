//! The bytes before the samples.

use crate::g711::Law;
use thiserror::Error;

/// The most chunks looked at before `data`: a file with more is not a recording but a trap.
const MAX_CHUNKS: usize = 64;
/// What a writer that cannot seek, or was killed, leaves in a size field.
const UNKNOWN: u32 = u32::MAX;

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Linear, 16 bits (little-endian in WAV, big-endian in AU).
    Pcm16,
    /// ITU-T G.711, 8 bits.
    G711(Law),
}

impl Encoding {
    /// Bytes a sample takes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Encoding::Pcm16 => 2,
            Encoding::G711(_) => 1,
        }
    }

    /// RFC 2361's `wFormatTag`.
    const fn wav_tag(self) -> u16 {
        match self {
            Encoding::Pcm16 => 1,
            Encoding::G711(Law::A) => 6,
            Encoding::G711(Law::Mu) => 7,
        }
    }

    const fn from_wav(tag: u16, bits: u16) -> Option<Self> {
        match (tag, bits) {
            (1, 16) => Some(Encoding::Pcm16),
            // Some writers put 0 or 16 into the bits field of a companded file.
            (6, _) => Some(Encoding::G711(Law::A)),
            (7, _) => Some(Encoding::G711(Law::Mu)),
            _ => None,
        }
    }

    const fn au_code(self) -> u32 {
        match self {
            Encoding::G711(Law::Mu) => 1,
            Encoding::Pcm16 => 3,
            Encoding::G711(Law::A) => 27,
        }
    }

    const fn from_au(code: u32) -> Option<Self> {
        match code {
            1 => Some(Encoding::G711(Law::Mu)),
            3 => Some(Encoding::Pcm16),
            27 => Some(Encoding::G711(Law::A)),
            _ => None,
        }
    }
}

/// What the samples of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// How one sample is stored.
    pub encoding: Encoding,
    /// Channels, interleaved: 1 or more.
    pub channels: u16,
    /// Samples a second of each channel.
    pub rate: u32,
}

impl Format {
    /// Bytes of one sample of every channel.
    #[must_use]
    pub const fn frame_bytes(&self) -> usize {
        self.encoding.bytes() * self.channels as usize
    }
}

/// Which family of header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// RIFF/WAVE, or RF64 where the length demands it. (BW64, ITU-R BS.2088, is read as RF64 is.)
    Wav,
    /// Sun AU (`.au`, `.snd`).
    Au,
}

/// A sound file's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// WAV or AU.
    pub container: Container,
    /// What the samples are.
    pub format: Format,
    /// Bytes of samples that follow, or `None` when the header does not say: up to the file's end.
    pub data_bytes: Option<u64>,
}

/// Why bytes are not a header, or a header not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Neither a WAV nor an AU file.
    #[error("not a WAV or AU file")]
    NotSound,
    /// The header goes on beyond the bytes given: at least so many are needed.
    #[error("the header needs at least {need} bytes")]
    Incomplete {
        /// Length of the file's beginning that may be enough.
        need: usize,
    },
    /// A coding other than 16-bit PCM, A-law and µ-law: the format tag (WAV) or encoding (AU).
    #[error("coding {tag} is not 16-bit PCM, A-law or µ-law")]
    Coding {
        /// `wFormatTag` of a WAV file, the encoding field of an AU file.
        tag: u32,
    },
    /// No channels, a sample rate of zero, or a header that contradicts itself.
    #[error("the header contradicts itself at byte {at}")]
    Malformed {
        /// Offset of the field.
        at: usize,
    },
    /// The output is shorter than the header.
    #[error("the header takes {need} bytes")]
    NoRoom {
        /// Bytes the header takes.
        need: usize,
    },
}

impl Header {
    /// No header this crate writes is longer.
    pub const MAX_LEN: usize = 12 + 36 + 26 + 12 + 8;

    /// A WAV header; `data_bytes` is `None` while the length is not known.
    #[must_use]
    pub const fn new(format: Format, data_bytes: Option<u64>) -> Self {
        Header { container: Container::Wav, format, data_bytes }
    }

    /// Writes the header and returns its length.
    ///
    /// A WAV header of unknown length is written long: with the space that RF64 needs once the
    /// file has outgrown 4 GiB, filled by a `JUNK` chunk that readers skip.
    ///
    /// # Errors
    /// [`HeaderError::NoRoom`] when `out` is shorter ([`Header::MAX_LEN`] is always enough);
    /// [`HeaderError::Malformed`] when the format has no channels, no rate, or too many channels.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, HeaderError> {
        let long = self.data_bytes.is_none_or(|bytes| self.riff_size(false, bytes).is_none());
        self.put(long, out)
    }

    /// As [`write`](Header::write), always with the space RF64 needs, so that the length of the
    /// header does not change as the file grows.
    ///
    /// # Errors
    /// Those of [`write`](Header::write).
    pub fn write_growing(&self, out: &mut [u8]) -> Result<usize, HeaderError> {
        self.put(true, out)
    }

    fn put(&self, long: bool, out: &mut [u8]) -> Result<usize, HeaderError> {
        let frame = self.format.frame_bytes();
        if frame == 0 || frame > usize::from(u16::MAX) || self.format.rate == 0 {
            return Err(HeaderError::Malformed { at: 0 });
        }
        let mut to = Put { out, len: 0 };
        match self.container {
            Container::Wav => self.put_wav(long, frame, &mut to),
            Container::Au => {
                to.bytes(b".snd");
                to.be(28);
                to.be(self.data_bytes.and_then(|n| u32::try_from(n).ok()).unwrap_or(UNKNOWN));
                to.be(self.format.encoding.au_code());
                to.be(self.format.rate);
                to.be(u32::from(self.format.channels));
                // An empty annotation: some readers miss it.
                to.be(0);
            }
        }
        if to.len <= to.out.len() { Ok(to.len) } else { Err(HeaderError::NoRoom { need: to.len }) }
    }

    fn put_wav(&self, long: bool, frame: usize, to: &mut Put<'_>) {
        let Format { encoding, channels, rate } = self.format;
        let data = self.data_bytes.unwrap_or(u64::from(UNKNOWN));
        let sizes = self.data_bytes.and_then(|bytes| self.riff_size(long, bytes));
        // 32-bit sizes hold neither an unknown length nor one beyond 4 GiB; only the latter is RF64.
        let rf64 = long && self.data_bytes.is_some() && sizes.is_none();
        let (riff, data32) = sizes.map_or((UNKNOWN, UNKNOWN), |riff| (riff, data as u32));
        to.bytes(if rf64 { b"RF64" } else { b"RIFF" });
        to.le32(riff);
        to.bytes(b"WAVE");
        let samples = data / frame as u64;
        if long {
            to.bytes(if rf64 { b"ds64" } else { b"JUNK" });
            to.le32(28);
            let head = self.wav_len(true) as u64 - 8;
            let riff = head.saturating_add(data).saturating_add(data & 1);
            let fields = if rf64 { [riff, data, samples] } else { [0; 3] };
            for field in fields {
                to.bytes(&field.to_le_bytes());
            }
            to.le32(0);
        }
        let companded = encoding != Encoding::Pcm16;
        to.bytes(b"fmt ");
        to.le32(if companded { 18 } else { 16 });
        to.le16(encoding.wav_tag());
        to.le16(channels);
        to.le32(rate);
        to.le32((u64::from(rate) * frame as u64).min(u64::from(u32::MAX)) as u32);
        to.le16(frame as u16);
        to.le16(encoding.bytes() as u16 * 8);
        if companded {
            // Everything but PCM carries an extension length and a `fact` chunk (RFC 2361).
            to.le16(0);
            to.bytes(b"fact");
            to.le32(4);
            to.le32(u32::try_from(samples).unwrap_or(UNKNOWN));
        }
        to.bytes(b"data");
        to.le32(data32);
    }

    /// The RIFF chunk's size, where it and the data's fit into 32 bits.
    fn riff_size(&self, long: bool, data: u64) -> Option<u32> {
        let all = (self.wav_len(long) as u64 - 8).checked_add(data)?.checked_add(data & 1)?;
        u32::try_from(all).ok().filter(|&n| n != UNKNOWN)
    }

    fn wav_len(&self, long: bool) -> usize {
        let fmt = if self.format.encoding == Encoding::Pcm16 { 24 } else { 26 + 12 };
        12 + if long { 36 } else { 0 } + fmt + 8
    }

    /// Reads a header from a file's beginning; returns it and the offset of the first sample. An AU
    /// file may have a comment of any length before that: the offset may lie beyond `bytes`.
    ///
    /// # Errors
    /// [`HeaderError::Incomplete`] when more of the file is needed; the others when no amount helps.
    pub fn parse(bytes: &[u8]) -> Result<(Header, usize), HeaderError> {
        let magic = array::<4>(bytes, 0)?;
        match &magic {
            b"RIFF" => parse_wav(bytes, false),
            b"RF64" | b"BW64" => parse_wav(bytes, true),
            b".snd" => parse_au(bytes),
            _ => Err(HeaderError::NotSound),
        }
    }
}

fn parse_wav(bytes: &[u8], rf64: bool) -> Result<(Header, usize), HeaderError> {
    if &array::<4>(bytes, 8)? != b"WAVE" {
        return Err(HeaderError::NotSound);
    }
    let mut at = 12_usize;
    let mut format = None;
    let mut long_data = None;
    for _ in 0..MAX_CHUNKS {
        let name = array::<4>(bytes, at)?;
        let size = le32(bytes, at + 4)?;
        let body = at + 8;
        match &name {
            b"fmt " => format = Some(parse_fmt(bytes, body, size)?),
            b"ds64" if size < 16 => return Err(HeaderError::Malformed { at: body - 4 }),
            b"ds64" => long_data = Some(u64::from_le_bytes(array(bytes, body + 8)?)),
            b"data" => {
                let format = format.ok_or(HeaderError::Malformed { at })?;
                let data_bytes = match size {
                    // Placeholders of a writer that was killed, or wrote to a pipe. A file that
                    // really is empty reads the same.
                    UNKNOWN if rf64 => long_data.filter(|&n| n != 0 && n != u64::MAX),
                    0 | UNKNOWN => None,
                    n => Some(u64::from(n)),
                };
                return Ok((Header::new(format, data_bytes), body));
            }
            _ => {}
        }
        let next = u64::from(size) + u64::from(size & 1) + body as u64;
        at = usize::try_from(next)
            .ok()
            .filter(|&n| n < usize::MAX - 16)
            .ok_or(HeaderError::Malformed { at: body - 4 })?;
        // A writer that forgot the pad byte left the next name one byte early.
        if size & 1 == 1 && is_name(bytes, at - 1) && !is_name(bytes, at) {
            at -= 1;
        }
    }
    Err(HeaderError::Malformed { at })
}

fn is_name(bytes: &[u8], at: usize) -> bool {
    array::<4>(bytes, at).is_ok_and(|name| name.iter().all(|c| (b' '..=b'~').contains(c)))
}

fn parse_fmt(bytes: &[u8], at: usize, size: u32) -> Result<Format, HeaderError> {
    if size < 14 {
        return Err(HeaderError::Malformed { at: at - 4 });
    }
    let mut tag = le16(bytes, at)?;
    let channels = le16(bytes, at + 2)?;
    let rate = le32(bytes, at + 4)?;
    // The oldest headers end before this field; what is companded can do without.
    let bits = if size < 16 { 0 } else { le16(bytes, at + 14)? };
    if tag == 0xFFFE && size >= 26 {
        // WAVE_FORMAT_EXTENSIBLE: the tag is the first field of the sub-format's GUID.
        tag = le16(bytes, at + 24)?;
    }
    let encoding =
        Encoding::from_wav(tag, bits).ok_or(HeaderError::Coding { tag: u32::from(tag) })?;
    if channels == 0 || rate == 0 {
        return Err(HeaderError::Malformed { at });
    }
    Ok(Format { encoding, channels, rate })
}

fn parse_au(bytes: &[u8]) -> Result<(Header, usize), HeaderError> {
    let be = |at| array(bytes, at).map(u32::from_be_bytes);
    let (offset, size, code, rate, channels) = (be(4)?, be(8)?, be(12)?, be(16)?, be(20)?);
    let encoding = Encoding::from_au(code).ok_or(HeaderError::Coding { tag: code })?;
    let offset = usize::try_from(offset).map_err(|_| HeaderError::Malformed { at: 4 })?;
    let channels = u16::try_from(channels).map_err(|_| HeaderError::Malformed { at: 20 })?;
    if offset < 24 || rate == 0 || channels == 0 {
        return Err(HeaderError::Malformed { at: 4 });
    }
    let data_bytes = if matches!(size, 0 | UNKNOWN) { None } else { Some(u64::from(size)) };
    let format = Format { encoding, channels, rate };
    Ok((Header { container: Container::Au, format, data_bytes }, offset))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], HeaderError> {
    let need = at.saturating_add(N);
    let field = bytes.get(at..need).ok_or(HeaderError::Incomplete { need })?;
    field.try_into().map_err(|_| HeaderError::Incomplete { need })
}

fn le16(bytes: &[u8], at: usize) -> Result<u16, HeaderError> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn le32(bytes: &[u8], at: usize) -> Result<u32, HeaderError> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// Counts on beyond the end, so that an error can say how much room is needed.
struct Put<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Put<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(to) = self.out.get_mut(self.len..self.len + bytes.len()) {
            to.copy_from_slice(bytes);
        }
        self.len += bytes.len();
    }

    fn le16(&mut self, n: u16) {
        self.bytes(&n.to_le_bytes());
    }

    fn le32(&mut self, n: u32) {
        self.bytes(&n.to_le_bytes());
    }

    fn be(&mut self, n: u32) {
        self.bytes(&n.to_be_bytes());
    }
}
