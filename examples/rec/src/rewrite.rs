//! Copies of recordings: for other readers, and smaller.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, ensure};
use media_core::record::Level;
use media_core::record::tlr::{self, Reader, Report, Signature, TlrError};
use serde_json::json;

use crate::cli::{Key, Wrap};
use crate::open::{Input, is_sealed, make, options, reader, to_hex, watched};
use crate::progress::bar;

/// The original, checked: nothing passes for whole in a copy that was not.
struct Original {
    reader: Reader<Input>,
    /// What the copy says of it.
    meta: Vec<(String, String)>,
}

fn open(path: &Path, wrap: &Wrap, key: &Key, as_json: bool) -> anyhow::Result<Original> {
    let report = tlr::verify(watched(path, "checking", as_json)?);
    let report: Report = report.with_context(|| format!("cannot check {}", path.display()))?;
    ensure!(report.is_intact(), "{} is not whole: rec verify says why", path.display());
    let sealed = !wrap.recipients.is_empty() || wrap.new_passphrase_file.is_some();
    ensure!(
        sealed || wrap.clear || !is_sealed(path)?,
        "the original is encrypted: say for whom the copy is (--recipient, --new-passphrase-file), \
         or --clear"
    );
    let mut meta = vec![
        ("origin.id".to_owned(), to_hex(&report.id)),
        ("origin.chain".to_owned(), to_hex(&report.chain)),
    ];
    if let Signature::Closed(signer) = report.signature {
        ensure!(
            wrap.sign.is_some() || wrap.unsigned,
            "the original is signed: say who vouches for the copy (--sign), or --unsigned"
        );
        meta.push(("origin.signer".to_owned(), to_hex(&signer)));
    }
    Ok(Original { reader: reader(path, key)?, meta })
}

pub(crate) fn rekey(
    path: &Path,
    to: &Path,
    wrap: &Wrap,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut from = open(path, wrap, key, as_json)?;
    // The level is of no consequence: nothing is coded anew.
    let options = options(Level::Live, false, wrap)?;
    copy(path, to, "rekeying", as_json, |out, progress| {
        tlr::reseal(&mut from.reader, out, options, &from.meta, progress)
    })
}

pub(crate) fn repack(
    path: &Path,
    to: &Path,
    level: Level,
    echo: bool,
    wrap: &Wrap,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut from = open(path, wrap, key, as_json)?;
    let options = options(level, echo, wrap)?;
    copy(path, to, "repacking", as_json, |out, progress| {
        tlr::repack(&mut from.reader, out, options, &from.meta, progress)
    })
}

type Out = BufWriter<File>;

fn copy(
    path: &Path,
    to: &Path,
    what: &str,
    as_json: bool,
    copying: impl FnOnce(Out, &mut dyn FnMut(u64, u64)) -> Result<Out, TlrError>,
) -> anyhow::Result<()> {
    let bar = bar(0, what, as_json);
    make(to, |file| {
        let out = copying(BufWriter::new(file), &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
        Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?)
    })?;
    bar.finish_and_clear();
    let (before, after) = (fs::metadata(path)?.len(), fs::metadata(to)?.len());
    if as_json {
        println!("{}", json!({ "file": to, "bytes": after, "bytes_before": before }));
    }
    Ok(())
}
