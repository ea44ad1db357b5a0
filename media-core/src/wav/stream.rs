//! Files under `std`: a writer whose file is whole at any moment, and a reader.

use super::{Container, Encoding, Format, Header, HeaderError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::vec::Vec;
use thiserror::Error;

/// A header's chunks before the samples are skipped up to here (cover art and the like).
const LONGEST_HEADER: usize = 1 << 20;
/// Samples converted at once: 20 ms at 8 kHz.
const PIECE: usize = 160;

/// Why a sound file could not be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file's header.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The file itself.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a sound file that is readable whenever the program dies: the sizes are brought up to date
/// at every [`flush`](Writer::flush) and once a second of sound.
///
/// ```
/// use media_core::g711::Law;
/// use media_core::wav::{Encoding, Format, Reader, Writer};
/// use std::io::Cursor;
///
/// let format = Format { encoding: Encoding::G711(Law::A), channels: 1, rate: 8000 };
/// let mut writer = Writer::new(Cursor::new(Vec::new()), format)?; // or a File
/// writer.write(&[1000; 160])?;
/// let file = writer.finish()?.into_inner();
///
/// let mut reader = Reader::new(file.as_slice())?;
/// let mut sound = [0; 1000];
/// assert_eq!(reader.read(&mut sound)?, 160);
/// # Ok::<(), media_core::wav::FileError>(())
/// ```
#[derive(Debug)]
pub struct Writer<W: Write + Seek> {
    to: W,
    container: Container,
    format: Format,
    start: u64,
    header: usize,
    data: u64,
    patched: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a WAV file, which becomes RF64 when it has outgrown 4 GiB, at the current position of
    /// `to`.
    ///
    /// # Errors
    /// [`FileError::Header`] for a format without channels or rate, otherwise of the file.
    pub fn new(to: W, format: Format) -> Result<Self, FileError> {
        Self::of(to, Header::new(format, Some(0)))
    }

    /// Begins an AU file, whose length beyond 4 GiB its header leaves open.
    ///
    /// # Errors
    /// Those of [`new`](Writer::new).
    pub fn new_au(to: W, format: Format) -> Result<Self, FileError> {
        Self::of(to, Header { container: Container::Au, format, data_bytes: None })
    }

    fn of(mut to: W, header: Header) -> Result<Self, FileError> {
        let start = to.stream_position()?;
        let mut bytes = [0; Header::MAX_LEN];
        let len = header.write_growing(&mut bytes)?;
        to.write_all(&bytes[..len])?;
        let Header { container, format, .. } = header;
        Ok(Writer { to, container, format, start, header: len, data: 0, patched: 0 })
    }

    /// Bytes of samples written so far.
    #[must_use]
    pub fn data_bytes(&self) -> u64 {
        self.data
    }

    /// Appends samples as they are stored: codes, or PCM, little-endian in WAV and big-endian in AU.
    ///
    /// # Errors
    /// Of the file.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.to.write_all(bytes)?;
        self.data += bytes.len() as u64;
        let second = u64::from(self.format.rate) * self.format.frame_bytes() as u64;
        if self.data - self.patched >= second { self.patch() } else { Ok(()) }
    }

    /// Appends 16-bit samples (interleaved), companded where the file is.
    ///
    /// # Errors
    /// Of the file.
    pub fn write(&mut self, samples: &[i16]) -> Result<(), FileError> {
        let mut bytes = [0; PIECE * 2];
        for piece in samples.chunks(PIECE) {
            let bytes = &mut bytes[..piece.len() * self.format.encoding.bytes()];
            match (self.format.encoding, self.container) {
                (Encoding::Pcm16, Container::Wav) => pack(piece, bytes, i16::to_le_bytes),
                (Encoding::Pcm16, Container::Au) => pack(piece, bytes, i16::to_be_bytes),
                (Encoding::G711(law), _) => {
                    law.encode(piece, bytes);
                }
            }
            self.write_bytes(bytes)?;
        }
        Ok(())
    }

    /// Brings the sizes in the header up to date and flushes.
    ///
    /// # Errors
    /// Of the file.
    pub fn flush(&mut self) -> Result<(), FileError> {
        self.patch()?;
        Ok(self.to.flush()?)
    }

    /// Pads (a WAV file to an even length), brings the sizes up to date and gives the file back.
    ///
    /// # Errors
    /// Of the file.
    pub fn finish(mut self) -> Result<W, FileError> {
        if self.data & 1 == 1 && self.container == Container::Wav {
            self.to.write_all(&[0])?;
        }
        self.flush()?;
        Ok(self.to)
    }

    fn patch(&mut self) -> Result<(), FileError> {
        let mut bytes = [0; Header::MAX_LEN];
        let Self { container, format, data, .. } = *self;
        Header { container, format, data_bytes: Some(data) }.write_growing(&mut bytes)?;
        self.to.seek(SeekFrom::Start(self.start))?;
        self.to.write_all(&bytes[..self.header])?;
        self.to.seek(SeekFrom::Start(self.start + self.header as u64 + self.data))?;
        self.patched = self.data;
        Ok(())
    }
}

/// Reads a WAV or AU file from front to back.
#[derive(Debug)]
pub struct Reader<R: Read> {
    from: R,
    header: Header,
    left: Option<u64>,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`FileError::Header`] when this is no sound file that the crate knows, otherwise of the file.
    pub fn new(mut from: R) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        let (header, start) = loop {
            match Header::parse(&bytes) {
                Ok((header, start)) if start <= bytes.len() => break (header, start),
                Ok((_, need)) | Err(HeaderError::Incomplete { need }) if need < LONGEST_HEADER => {
                    let more = (need - bytes.len()) as u64;
                    // Only as much as is needed, so that the samples stay in the stream.
                    if from.by_ref().take(more).read_to_end(&mut bytes)? == 0 {
                        return Err(HeaderError::Incomplete { need }.into());
                    }
                }
                Ok((_, need)) => return Err(HeaderError::Incomplete { need }.into()),
                Err(error) => return Err(error.into()),
            }
        };
        debug_assert_eq!(start, bytes.len());
        Ok(Reader { from, header, left: header.data_bytes })
    }

    /// What the file says about itself.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// Reads samples as they are stored; 0 at the end. A file shorter than its header says ends
    /// where it ends.
    ///
    /// # Errors
    /// Of the file.
    pub fn read_bytes(&mut self, out: &mut [u8]) -> Result<usize, FileError> {
        let most = self.left.map_or(out.len(), |left| {
            usize::try_from(left).map_or(out.len(), |left| left.min(out.len()))
        });
        let mut got = 0;
        while got < most {
            match self.from.read(&mut out[got..most]) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(left) = &mut self.left {
            *left -= got as u64;
        }
        Ok(got)
    }

    /// Reads samples (interleaved) as 16-bit PCM; 0 at the end.
    ///
    /// # Errors
    /// Of the file.
    pub fn read(&mut self, out: &mut [i16]) -> Result<usize, FileError> {
        let Header { container, format, .. } = self.header;
        let size = format.encoding.bytes();
        let mut bytes = [0; PIECE * 2];
        let mut done = 0;
        for piece in out.chunks_mut(PIECE) {
            let got = self.read_bytes(&mut bytes[..piece.len() * size])? / size;
            let bytes = &bytes[..got * size];
            match (format.encoding, container) {
                (Encoding::G711(law), _) => {
                    law.decode(bytes, piece);
                }
                (Encoding::Pcm16, Container::Wav) => {
                    unpack(bytes, piece, i16::from_le_bytes);
                }
                (Encoding::Pcm16, Container::Au) => {
                    unpack(bytes, piece, i16::from_be_bytes);
                }
            }
            done += got;
            if got < piece.len() {
                break;
            }
        }
        Ok(done)
    }
}

fn pack(samples: &[i16], out: &mut [u8], bytes: fn(i16) -> [u8; 2]) {
    for (to, &sample) in out.chunks_exact_mut(2).zip(samples) {
        to.copy_from_slice(&bytes(sample));
    }
}

fn unpack(bytes: &[u8], out: &mut [i16], word: fn([u8; 2]) -> i16) {
    for (to, from) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        *to = word([from[0], from[1]]);
    }
}
