//! The clear body of a record.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::crypto::DataKey;
use super::frame::{HEAD, RecordHead, TAIL};

/// The body of a whole record, opened if it is sealed; `None` without the right key.
pub(super) fn open_body<'a>(
    head: &RecordHead,
    record: &'a [u8],
    key: Option<&DataKey>,
) -> Option<Cow<'a, [u8]>> {
    let body = &record[HEAD..record.len() - TAIL];
    if !head.sealed {
        return Some(Cow::Borrowed(body));
    }
    let mut clear = Vec::from(body);
    key?.open(head.number, &record[..HEAD], &mut clear)?;
    Some(Cow::Owned(clear))
}
