//! What can go wrong with a recording.

use std::io;

use crate::record::BlockError;

/// Why a recording could not be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlrError {
    /// The file system said no. What was written before stays recoverable.
    #[error("input or output failed: {0}")]
    Io(io::ErrorKind),
    /// The device under the file failed (`EIO`). What was written before stays recoverable.
    #[error("the disk failed (input/output error)")]
    Device,
    /// The file does not begin as a recording does.
    #[error("not a .tlr recording")]
    NotTlr,
    /// The file's header fails its check sum.
    #[error("the file's header is damaged")]
    HeaderDamaged,
    /// A later version of the format.
    #[error("version {0} of the format is not known here")]
    Version(u16),
    /// The record at this offset is damaged.
    #[error("the record at byte {0} is damaged")]
    Damaged(u64),
    /// No head record: the file says nothing of its channels.
    #[error("the recording has no head")]
    NoHead,
    /// The recording is encrypted and no key was given.
    #[error("the recording is encrypted")]
    Locked,
    /// The key or passphrase opens none of the recording's locks.
    #[error("the key does not open this recording")]
    WrongKey,
    /// The passphrase locks ask for more work than the [`Limits`](super::Limits) of who opens them
    /// allow, or than any may; KiB of Argon2 memory times passes.
    #[error("a passphrase would take {0} KiB times passes here, more than is allowed")]
    TooCostly(u64),
    /// There is no such channel.
    #[error("there is no channel {0}")]
    Channel(u8),
    /// The samples are not of the channel's format.
    #[error("channel {0} is stored in another format")]
    Format(u8),
    /// The position is before the end of what the channel already holds.
    #[error("channel {channel} already reaches position {expected}")]
    Backwards {
        /// The channel.
        channel: u8,
        /// Where it may go on.
        expected: u64,
    },
    /// A text, a packet or a list is longer than a record can hold.
    #[error("{0} bytes are more than a record holds")]
    TooLong(usize),
    /// A block did not code or decode.
    #[error(transparent)]
    Block(#[from] BlockError),
}

/// What the systems that have errno call it; Rust has no kind for it.
const EIO: i32 = 5;

impl From<io::Error> for TlrError {
    fn from(error: io::Error) -> Self {
        if cfg!(unix) && error.raw_os_error() == Some(EIO) {
            return Self::Device;
        }
        Self::Io(error.kind())
    }
}
