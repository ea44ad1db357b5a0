//! The `.tlr` recording: one call in one append-only file.
//!
//! A [`Writer`] turns both parties' sound, marks and metadata into records, each with its length,
//! number, check sum and its place in a BLAKE3 chain; whatever stops it, every record written
//! stays. A [`Reader`] opens finished, unfinished and damaged files and reads any stretch of any
//! channel. [`verify`] tells whether a file is the one that was made, [`recover`] closes one that
//! never was; a [`Recorder`] writes many calls at once on a thread of its own. The format, byte by byte: `docs/recording-format.md`.

mod content;
mod crypto;
mod error;
mod frame;
mod opened;
mod reader;
mod recorder;
mod scan;
mod statement;
mod verify;
mod wire;
mod writer;

pub use content::{Channel, ClockPoint, Coding, Head, IndexEntry, Mark, MarkKind, PEAK_MS, Peaks};
pub use crypto::{Cost, Seal, Signer, Unlock, public_key};
pub use error::TlrError;
pub use reader::{Reader, Sound};
pub use recorder::{Call, Policy, Recorder};
pub use verify::{Report, Signature, recover, verify};
pub use writer::{Options, Writer};
