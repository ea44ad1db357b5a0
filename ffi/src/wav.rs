//! # Media: sound files
//!
//! WAV (RIFF and RF64) and AU files of 16-bit PCM, A-law and µ-law: their headers as bytes, and whole
//! files where there is an operating system. Headers are read tolerantly: chunks in any order before the
//! samples, and the sizes that a writer leaves behind when it is killed. What is written is readable at
//! any moment, even when the program dies.

use media_core::g711::Law;
use media_core::wav::{Container, Encoding, Format, Header, HeaderError};

use crate::guard::{Failure, guard};
use crate::pointers::{given, input, output, store, writable};
use crate::tl_status;
use crate::values::{option64, set64};

#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
pub use file::*;

/// How one sample is stored.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_wav_encoding {
    /// Linear, 16 bits.
    TL_WAV_PCM16 = 0,
    /// G.711 A-law.
    TL_WAV_ALAW = 1,
    /// G.711 µ-law.
    TL_WAV_ULAW = 2,
}

/// Which family of header.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_wav_container {
    /// RIFF/WAVE, or RF64 where the length demands it.
    TL_WAV_RIFF = 0,
    /// Sun AU.
    TL_WAV_AU = 1,
}

/// A sound file's header.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_wav_header {
    /// A `tl_wav_container`.
    pub container: u32,
    /// A `tl_wav_encoding`.
    pub encoding: u32,
    /// Channels, interleaved: 1 to 65,535.
    pub channels: u32,
    /// Samples a second of each channel.
    pub rate: u32,
    /// Bytes of samples that follow; `TL_NONE` when the header does not say: up to the file's end.
    pub data_bytes: u64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl From<HeaderError> for Failure {
    fn from(error: HeaderError) -> Self {
        Self::new(tl_status::TL_ERR_SOUND_FILE, error)
    }
}

impl tl_wav_header {
    fn new(of: &Header) -> Self {
        let encoding = match of.format.encoding {
            Encoding::Pcm16 => tl_wav_encoding::TL_WAV_PCM16,
            Encoding::G711(Law::A) => tl_wav_encoding::TL_WAV_ALAW,
            Encoding::G711(Law::Mu) => tl_wav_encoding::TL_WAV_ULAW,
        };
        let container = match of.container {
            Container::Wav => tl_wav_container::TL_WAV_RIFF,
            Container::Au => tl_wav_container::TL_WAV_AU,
        };
        Self {
            container: container as u32,
            encoding: encoding as u32,
            channels: of.format.channels.into(),
            rate: of.format.rate,
            data_bytes: set64(of.data_bytes),
            reserved: [0; 2],
        }
    }

    fn header(&self) -> Result<Header, Failure> {
        let container = match self.container {
            0 => Container::Wav,
            1 => Container::Au,
            other => return Err(Failure::argument(format_args!("container is {other}"))),
        };
        let encoding = match self.encoding {
            0 => Encoding::Pcm16,
            1 => Encoding::G711(Law::A),
            2 => Encoding::G711(Law::Mu),
            other => return Err(Failure::argument(format_args!("encoding is {other}"))),
        };
        let channels = u16::try_from(self.channels)
            .map_err(|_| Failure::argument(format_args!("channels is {}", self.channels)))?;
        let format = Format { encoding, channels, rate: self.rate };
        Ok(Header { container, format, data_bytes: option64(self.data_bytes) })
    }
}

/// Reads a header from the first `len` bytes of a file, and stores at which byte the samples begin.
/// When more of the file is needed: `TL_ERR_BUFFER`, and `start` says how many bytes at least.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_parse(
    bytes: *const u8,
    len: usize,
    header: *mut tl_wav_header,
    start: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_wav_parse", || unsafe {
        writable(header, "header")?;
        writable(start, "start")?;
        match Header::parse(input(bytes, len, "bytes")?) {
            Ok((found, at)) => {
                store(header, "header", tl_wav_header::new(&found))?;
                store(start, "start", at)?;
                Ok(tl_status::TL_OK)
            }
            Err(error @ HeaderError::Incomplete { need }) => {
                store(start, "start", need)?;
                Err(Failure::new(tl_status::TL_ERR_BUFFER, error))
            }
            Err(error) => Err(error.into()),
        }
    })
}

/// Writes a header into `bytes`, which has room for `room`, and stores its length in `len`; when the
/// room is too small, returns `TL_ERR_BUFFER`, and `len` says how much it takes. With `growing` not 0
/// its length does not depend on `data_bytes`, so that it can be written anew as the file grows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_build(
    header: *const tl_wav_header,
    growing: u32,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_wav_build", || unsafe {
        writable(len, "len")?;
        let header = given(header, "header")?.header()?;
        let bytes = output(bytes, room, "bytes")?;
        let built = if growing == 0 { header.write(bytes) } else { header.write_growing(bytes) };
        match built {
            Ok(took) => {
                store(len, "len", took)?;
                Ok(tl_status::TL_OK)
            }
            Err(error @ HeaderError::NoRoom { need }) => {
                store(len, "len", need)?;
                Err(Failure::new(tl_status::TL_ERR_BUFFER, error))
            }
            Err(error) => Err(error.into()),
        }
    })
}
