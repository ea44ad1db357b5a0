//! Opening files, keys and levels by name.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, bail};
use media_core::record::Level;
use media_core::record::tlr::{Reader, Unlock};

use crate::Key;

pub(crate) type Input = BufReader<File>;

pub(crate) fn input(path: &Path) -> anyhow::Result<Input> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(BufReader::new(file))
}

/// A new file; one that is there already is not touched.
pub(crate) fn output(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    let options = options.read(true).write(true).create_new(true);
    options.open(path).with_context(|| format!("cannot make {}", path.display()))
}

pub(crate) fn reader(path: &Path, key: &Key) -> anyhow::Result<Reader<Input>> {
    let reader = Reader::open(input(path)?, &unlock(key)?);
    reader.with_context(|| format!("cannot read {}", path.display()))
}

pub(crate) fn unlock(key: &Key) -> anyhow::Result<Unlock> {
    let text = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    if let Some(path) = &key.passphrase_file {
        return Ok(Unlock::Passphrase(text(path)?.trim_end_matches(['\r', '\n']).into()));
    }
    if let Some(path) = &key.secret_file {
        return Ok(Unlock::Secret(hex(text(path)?.trim())?));
    }
    Ok(Unlock::Nothing)
}

/// 32 bytes from 64 hexadecimal digits.
pub(crate) fn hex(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        bail!("a key has 64 hexadecimal digits");
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).context("a key is hexadecimal")?;
    }
    Ok(bytes)
}

pub(crate) fn level(name: &str) -> anyhow::Result<Level> {
    Ok(match name {
        "live" => Level::Live,
        "fast" => Level::Fast,
        "high" => Level::High,
        "max" => Level::Max,
        _ => bail!("levels are live, fast, high and max, not {name}"),
    })
}
