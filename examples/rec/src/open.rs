//! Opening files, keys and what seals new ones.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use media_core::record::Level;
use media_core::record::tlr::{
    Cipher, Cost, Limits, Options, Reader, Seal, Signer, TlrError, Unlock, public_key,
};
use serde_json::json;

use crate::cli::{CipherName, Key, Wrap};
use crate::progress::Watched;

pub(crate) type Input = BufReader<File>;

pub(crate) fn input(path: &Path) -> anyhow::Result<Input> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(BufReader::new(file))
}

/// The same, with a bar for how far it was read.
pub(crate) fn watched(path: &Path, what: &str, as_json: bool) -> anyhow::Result<Watched<Input>> {
    let file = input(path)?;
    let total = file.get_ref().metadata()?.len();
    Ok(Watched::new(file, total, what, as_json))
}

/// A new file; one that is there already is not touched.
pub(crate) fn output(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    let options = options.read(true).write(true).create_new(true);
    options.open(path).with_context(|| format!("cannot make {}", path.display()))
}

/// Makes a file by `write`; none is left behind if that fails.
pub(crate) fn make(
    path: &Path,
    write: impl FnOnce(File) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let result = write(output(path)?);
    if result.is_err() {
        // The error that stopped the writing says more than one of tidying up.
        let _ = fs::remove_file(path);
    }
    result
}

pub(crate) fn reader(path: &Path, key: &Key) -> anyhow::Result<Reader<Input>> {
    let reader = Reader::open_within(input(path)?, &unlock(key)?, &limits(key));
    reader.with_context(|| format!("cannot read {}", path.display()))
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn passphrase(path: &Path) -> anyhow::Result<String> {
    Ok(text(path)?.trim_end_matches(['\r', '\n']).into())
}

pub(crate) fn unlock(key: &Key) -> anyhow::Result<Unlock> {
    Ok(match (&key.passphrase_file, &key.secret_file) {
        (Some(path), _) => Unlock::Passphrase(passphrase(path)?),
        (None, Some(path)) => Unlock::Secret(hex(text(path)?.trim())?),
        (None, None) => Unlock::Nothing,
    })
}

pub(crate) fn limits(key: &Key) -> Limits {
    let limits = Limits::default();
    key.passphrase_limit.map_or(limits, |mib| limits.passphrase_mib(mib))
}

pub(crate) fn signer(path: Option<&Path>) -> anyhow::Result<Option<Signer>> {
    path.map(|path| Ok(Signer::from_seed(hex(text(path)?.trim())?))).transpose()
}

/// Whether a recording is encrypted: its sound cannot be had without a key.
pub(crate) fn is_sealed(path: &Path) -> anyhow::Result<bool> {
    match Reader::open(input(path)?, &Unlock::Nothing) {
        Ok(reader) => Ok(reader.is_locked()),
        Err(TlrError::Locked) => Ok(true),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// How a new file is written: as `wrap` says.
pub(crate) fn options(level: Level, echo: bool, wrap: &Wrap) -> anyhow::Result<Options> {
    let mut id = [0; 16];
    fill(&mut id)?;
    // An archive is read from front to back: longer blocks cost less.
    let block_ms = if level >= Level::High { 10_000 } else { 1000 };
    let mut options = Options { level, block_ms, echo, ..Options::new(id) };
    options.signer = signer(wrap.sign.as_deref())?;
    if wrap.recipients.is_empty() && wrap.new_passphrase_file.is_none() {
        return Ok(options);
    }
    let mut entropy = [0; 32];
    fill(&mut entropy)?;
    let mut seal = Seal::new(entropy).cipher(match wrap.cipher {
        Some(CipherName::Aes256Gcm) => Cipher::Aes256Gcm,
        _ => Cipher::XChaCha20Poly1305,
    });
    for recipient in &wrap.recipients {
        seal = seal.recipient(hex(recipient)?);
    }
    if let Some(path) = &wrap.new_passphrase_file {
        seal = seal.passphrase(&passphrase(path)?, Cost::default());
    }
    if wrap.clear_head {
        seal = seal.clear_head();
    }
    options.seal = Some(seal);
    Ok(options)
}

fn fill(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))
}

pub(crate) fn keygen(path: &Path, signing: bool, as_json: bool) -> anyhow::Result<()> {
    let mut secret = [0; 32];
    fill(&mut secret)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    let mut file = file.with_context(|| format!("cannot make {}", path.display()))?;
    writeln!(file, "{}", to_hex(&secret))?;
    file.sync_all()?;
    let public = if signing { Signer::from_seed(secret).public() } else { public_key(secret) };
    if as_json {
        println!("{}", json!({ "secret_file": path, "public": to_hex(&public) }));
    } else {
        println!("{}", to_hex(&public));
    }
    Ok(())
}

/// 32 bytes from 64 hexadecimal digits.
pub(crate) fn hex(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    ensure!(text.len() == 64 && text.is_ascii(), "a key has 64 hexadecimal digits");
    for (i, byte) in bytes.iter_mut().enumerate() {
        let Ok(number) = u8::from_str_radix(&text[2 * i..2 * i + 2], 16) else {
            bail!("a key is hexadecimal");
        };
        *byte = number;
    }
    Ok(bytes)
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// KEY=VALUE.
pub(crate) fn pair(text: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = text.split_once('=').context("metadata is KEY=VALUE")?;
    Ok((key.into(), value.into()))
}

/// Text of a recording as a terminal may see it: whoever wrote it does not command the terminal.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
