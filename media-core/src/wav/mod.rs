//! Sound files: WAV (RIFF and RF64) and AU headers for 16-bit PCM, A-law and µ-law.
//!
//! [`Header::parse`] is tolerant: chunks in any order before `data`, `WAVE_FORMAT_EXTENSIBLE`, odd
//! chunk sizes with or without their pad byte, and the sizes of 0 or `0xFFFF_FFFF` that a writer
//! leaves behind when it is killed or has only a pipe: such a file holds everything up to its end.
//! [`Header::write`] is exact: a plain header where the length fits into 32 bits, RF64 (EBU Tech
//! 3306) where it does not.
//!
//! ```
//! use media_core::g711::Law;
//! use media_core::wav::{Encoding, Format, Header};
//!
//! let encoding = Encoding::G711(Law::Mu);
//! let header = Header::new(Format { encoding, channels: 1, rate: 8000 }, Some(160));
//! let mut bytes = [0; Header::MAX_LEN];
//! let len = header.write(&mut bytes)?;
//! assert_eq!(Header::parse(&bytes[..len])?, (header, len));
//! # Ok::<(), media_core::wav::HeaderError>(())
//! ```

mod header;
#[cfg(feature = "std")]
mod stream;

pub use header::{Container, Encoding, Format, Header, HeaderError};
#[cfg(feature = "std")]
pub use stream::{FileError, Reader, Writer};
