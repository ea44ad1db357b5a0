//! The `.tlr` recording: one call in one append-only file.
//!
//! A [`Writer`] turns both parties' sound, marks and metadata into records, each with its length,
//! number, check sum and its place in a BLAKE3 chain; whatever stops it, every record written
//! stays. A [`Reader`] opens finished, unfinished and damaged files and reads any stretch of any
//! channel. [`verify`] tells whether a file is the one that was made, [`recover`] closes one that
//! never was; a [`Recorder`] writes many calls at once on a thread of its own. The format, byte by
//! byte: `docs/recording-format.md`.
//!
//! A PBX keeps one [`Recorder`] and gives each call's media thread a [`Call`], which never waits:
//!
//! ```
//! use std::fs::File;
//! use std::io::BufReader;
//!
//! use media_core::record::tlr::{
//!     Channel, Head, Mark, MarkKind, Options, Policy, Reader, Recorder, Stretch, Unlock, verify,
//! };
//! use media_core::record::{Format, Samples};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("call.tlr");
//! let recorder = Recorder::start(Policy::default())?;
//! let parties = ["caller", "agent"].map(|name| Channel::telephone(Format::Ulaw, name));
//! let head = Head { started_ms: 1_760_000_000_000, channels: parties.into(), meta: vec![] };
//! let mut call = recorder.open(&path, &head, Options::new([7; 16]))?;
//! for frame in 0..150 {
//!     // Positions count samples from the start of the call: from the RTP timestamp, not the clock.
//!     call.write(0, frame * 160, Samples::Ulaw(&[0x9f; 160]))?;
//!     call.write(1, frame * 160, Samples::Ulaw(&[0xff; 160]))?;
//! }
//! call.pause(0, 24_000); // The card number: from here on nothing of the caller is kept.
//! call.write(0, 24_000, Samples::Ulaw(&[0x12; 160]))?;
//! call.resume(0, 24_160);
//! let (kind, text) = (MarkKind::Note, "sold".into());
//! call.mark(Mark { channel: 1, position: 24_000, len: 0, kind, text })?;
//! call.meta("agent", "17")?;
//! assert_eq!((call.dropped(), recorder.dropped()), (0, 0)); // The queue was never full.
//! call.finish()?;
//!
//! assert!(verify(File::open(&path)?)?.is_intact());
//! let mut reader = Reader::open(BufReader::new(File::open(&path)?), &Unlock::Nothing)?;
//! assert_eq!(reader.duration(), 3_000_000);
//! assert_eq!(reader.marks().len(), 2);
//! let mut sound = [0; 800];
//! reader.read_at(0, 1_500_000, &mut sound)?; // 100 ms of the caller after a second and a half
//! assert_eq!(sound, [8316; 800]);
//! let mut picture = [0; 60];
//! reader.picture(0, 0, 24_000, &mut picture)?;
//! assert_eq!(picture, [32; 60]);
//! let mut wav = Vec::new();
//! reader.export_wav(&Stretch::default(), &mut wav)?;
//! assert_eq!(wav.len(), 44 + 24_000 * 2 * 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod append;
mod clock;
mod content;
mod crypto;
mod error;
mod frame;
mod opened;
#[cfg(feature = "opus")]
mod opus;
mod pairing;
mod play;
mod reader;
mod recorder;
mod recording;
mod rewrite;
mod scan;
mod statement;
mod track;
mod verify;
mod wire;
mod writer;

pub use content::{Channel, ClockPoint, Coding, Head, IndexEntry, Mark, MarkKind, PEAK_MS, Peaks};
pub use crypto::{Cipher, Cost, Limits, Seal, Signer, Unlock, public_key};
pub use error::TlrError;
pub use play::{Shape, Stretch};
pub use reader::{Reader, Sound};
pub use recorder::{Call, Policy, Recorder};
pub use rewrite::{repack, reseal};
pub use verify::{Report, Signature, recover, recover_within, verify};
pub use writer::{Options, Writer};
