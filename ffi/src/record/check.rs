//! # Recording: checking and recovering

use core::ffi::c_char;
use std::fs::File;
use std::io::{BufReader, BufWriter, IntoInnerError};
use std::path::Path;

use media_core::record::tlr::{Report, Signature, Signer, TlrError, recover_within, verify};

use super::config::key;
use super::io_failure;
use super::reader::tl_reader_config;
use crate::config::optional;
use crate::guard::{Failure, guard};
use crate::pointers::{path, store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;

/// Who vouches for a recording.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_signature {
    /// Nobody.
    TL_RECORDING_UNSIGNED = 0,
    /// `signer` vouches for the closed recording and all that it holds.
    TL_RECORDING_SIGNED = 1,
    /// `signer` vouches for all up to record `signature_at`, and for nothing after it.
    TL_RECORDING_SIGNED_UP_TO = 2,
    /// The signature at byte `signature_at` is wrong, or of another key than those before it.
    TL_RECORDING_WRONGLY_SIGNED = 3,
}

/// What is known of a whole recording.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_report {
    /// 1 if the file is closed and nothing in it is damaged, missing, changed or wrongly signed.
    /// That it is signed, and by whom, is yours to compare.
    pub intact: u32,
    /// 1 if the recording was closed: its end is there.
    pub closed: u32,
    /// 1 if `tl_recording_recover` closed it, not the recorder.
    pub recovered: u32,
    /// A `tl_recording_signature`.
    pub signature: u32,
    /// Whole records.
    pub records: u32,
    /// Records that should be there and are not.
    pub missing: u32,
    /// Records that do not continue the chain: changed, swapped or put in.
    pub broken: u32,
    /// Stretches of the file that hold no whole record.
    pub damaged: u32,
    /// Bytes in those stretches.
    pub damaged_bytes: u64,
    /// The record or byte that `signature` names.
    pub signature_at: u64,
    /// The signer's Ed25519 public key, or 0.
    pub signer: [u8; 32],
    /// For later versions; 0.
    pub reserved: [u64; 4],
}

impl tl_recording_report {
    fn new(report: &Report) -> Self {
        use tl_recording_signature as S;
        let (signature, signer, signature_at) = match report.signature {
            Signature::None => (S::TL_RECORDING_UNSIGNED, [0; 32], 0),
            Signature::Closed(key) => (S::TL_RECORDING_SIGNED, key, 0),
            Signature::UpTo(key, at) => (S::TL_RECORDING_SIGNED_UP_TO, key, at.into()),
            Signature::Wrong(at) => (S::TL_RECORDING_WRONGLY_SIGNED, [0; 32], at),
            _ => (S::TL_RECORDING_UNSIGNED, [0; 32], 0),
        };
        Self {
            intact: report.is_intact().into(),
            closed: report.closed.into(),
            recovered: report.recovered.into(),
            signature: signature as u32,
            records: report.records,
            missing: report.missing.iter().map(|range| range.end - range.start).sum(),
            broken: report.broken.len() as u32,
            damaged: report.damaged.len() as u32,
            damaged_bytes: report.damaged.iter().map(|range| range.end - range.start).sum(),
            signature_at,
            signer,
            reserved: [0; 4],
        }
    }
}

/// # Safety
/// The header's contract for texts.
pub(super) unsafe fn open(path: *const c_char) -> Result<BufReader<File>, Failure> {
    // SAFETY: as this function's own contract.
    let path = unsafe { self::path(path, "path") }?;
    let file = File::open(path).map_err(|error| io_failure(path, &error))?;
    Ok(BufReader::new(file))
}

/// A new file with what `write` writes, safe on the disk; none when that fails.
pub(super) fn into_new_file<T>(
    to: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, TlrError>,
) -> Result<T, Failure> {
    let file = File::options().write(true).create_new(true).open(to);
    let mut output = BufWriter::new(file.map_err(|error| io_failure(to, &error))?);
    let written = write(&mut output).and_then(|value| {
        let file = output.into_inner().map_err(IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(value)
    });
    if written.is_err() {
        // What is half written is of no use; that it cannot be removed changes nothing.
        let _ = std::fs::remove_file(to);
    }
    Ok(written?)
}

/// Reads the whole recording at `path`, with a NUL, and stores everything that can be said of it
/// without its key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_verify(
    path: *const c_char,
    report: *mut tl_recording_report,
) -> tl_status {
    guard("tl_recording_verify", || {
        writable(report, "report")?;
        // SAFETY: the header's contract for pointers and texts.
        unsafe {
            let found = verify(open(path)?)?;
            store(report, "report", tl_recording_report::new(&found))?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// Makes a whole recording of one that was cut short or damaged: copies every whole record of
/// `path` into a new file at `to`, and closes it. `config` has the key of an encrypted one and may
/// be NULL; `signer` is the seed, 32 bytes, of the Ed25519 key that vouches for the copy, or NULL.
/// `report`, which may be NULL, says what was found in `path`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_recover(
    path: *const c_char,
    to: *const c_char,
    config: *const tl_reader_config,
    signer: *const u8,
    report: *mut tl_recording_report,
) -> tl_status {
    guard("tl_recording_recover", || {
        writable_or_null(report, "report")?;
        // SAFETY: the header's contract for pointers and texts.
        unsafe {
            let to = self::path(to, "to")?;
            let config = optional(config)?;
            let (unlock, limits) = (config.unlock()?, config.limits());
            let signer = if signer.is_null() {
                None
            } else {
                Some(Signer::from_seed(key(signer, "signer")?))
            };
            let input = open(path)?;
            let found = into_new_file(to, |file| {
                recover_within(input, file, &unlock, &limits, signer.as_ref())
            })?;
            store_if_wanted(report, "report", tl_recording_report::new(&found))?;
        }
        Ok(tl_status::TL_OK)
    })
}
