//! # Recording: written anew
//!
//! For the archive, for other readers, under another signature: the sound stays the same to the bit.

use core::ffi::c_char;
use std::fs::File;
use std::io::{BufReader, BufWriter};

use media_core::record::tlr::{Options, Reader, TlrError, repack, reseal};

use super::check::{into_new_file, open};
use super::config::tl_recording_config;
use super::reader::tl_reader_config;
use crate::config::{optional, read};
use crate::guard::{Outcome, guard};
use crate::pointers::path;
use crate::tl_status;

type Meta = [(String, String)];
type Rewrite =
    fn(&mut Reader<BufReader<File>>, &mut BufWriter<File>, Options, &Meta) -> Result<(), TlrError>;

/// # Safety
/// The header's contract for pointers and texts.
unsafe fn rewritten(
    from: *const c_char,
    to: *const c_char,
    key: *const tl_reader_config,
    how: *const tl_recording_config,
    write: Rewrite,
) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe {
        let (to, how) = (path(to, "to")?, read(how, "how")?);
        let key = optional(key)?;
        let (unlock, options, meta) = (key.unlock()?, how.options()?, how.meta()?);
        let mut reader = Reader::open_within(open(from)?, &unlock, &key.limits())?;
        into_new_file(to, |file| write(&mut reader, file, options, &meta))?;
    }
    Ok(tl_status::TL_OK)
}

/// Copies the recording at `path` into a new file at `to`, both with a NUL, as `how` says: its level,
/// blocks, checkpoints, signer and readers; its `meta` comes beside what the recording has, or in the
/// place of what has the same key. Its channels and start count for nothing: they stay. `config` has the
/// key of an encrypted recording and may be NULL. A copy is encrypted and signed only if `how` says so.
///
/// A damaged block is `TL_ERR_RECORD_DAMAGED`: recover first. After a failure there is no file at `to`,
/// unless there was one before, which is a failure too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_repack(
    path: *const c_char,
    to: *const c_char,
    config: *const tl_reader_config,
    how: *const tl_recording_config,
) -> tl_status {
    guard("tl_recording_repack", || {
        let write: Rewrite =
            |reader, file, options, meta| repack(reader, file, options, meta, |_, _| ()).map(drop);
        // SAFETY: the header's contract for pointers and texts.
        unsafe { rewritten(path, to, config, how, write) }
    })
}

/// As `tl_recording_repack`, with the blocks of sound as they are: fast, and for other keys. A new key
/// seals the copy: whoever could read the original learns nothing of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_reseal(
    path: *const c_char,
    to: *const c_char,
    config: *const tl_reader_config,
    how: *const tl_recording_config,
) -> tl_status {
    guard("tl_recording_reseal", || {
        let write: Rewrite =
            |reader, file, options, meta| reseal(reader, file, options, meta, |_, _| ()).map(drop);
        // SAFETY: the header's contract for pointers and texts.
        unsafe { rewritten(path, to, config, how, write) }
    })
}
