//! What recordings answer when something is wrong.

use media_core::record::tlr::TlrError;

use crate::guard::Failure;
use crate::tl_status;

impl From<TlrError> for Failure {
    fn from(error: TlrError) -> Self {
        use tl_status as S;
        let status = match error {
            TlrError::Io(_) | TlrError::Device => S::TL_ERR_RECORD_IO,
            TlrError::NotTlr => S::TL_ERR_RECORD_NOT_TLR,
            TlrError::Version(_) => S::TL_ERR_RECORD_VERSION,
            TlrError::HeaderDamaged | TlrError::Damaged(_) | TlrError::NoHead => {
                S::TL_ERR_RECORD_DAMAGED
            }
            TlrError::Locked => S::TL_ERR_RECORD_LOCKED,
            TlrError::WrongKey => S::TL_ERR_RECORD_WRONG_KEY,
            TlrError::Channel(_) => S::TL_ERR_RECORD_CHANNEL,
            TlrError::Format(_) => S::TL_ERR_RECORD_FORMAT,
            TlrError::Backwards { .. } => S::TL_ERR_RECORD_BACKWARDS,
            TlrError::TooLong(_) => S::TL_ERR_RECORD_TOO_LONG,
            TlrError::TooCostly(_) => S::TL_ERR_RECORD_TOO_COSTLY,
            _ => S::TL_ERR_RECORD,
        };
        Self::new(status, error)
    }
}

/// What the file system said of a path.
pub(super) fn io_failure(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new(tl_status::TL_ERR_RECORD_IO, format_args!("{}: {error}", path.display()))
}

/// A channel's number.
pub(super) fn channel(number: u32) -> Result<u8, Failure> {
    u8::try_from(number).map_err(|_| {
        Failure::new(
            tl_status::TL_ERR_RECORD_CHANNEL,
            format_args!("channel {number} is beyond the 255 a recording can have"),
        )
    })
}
