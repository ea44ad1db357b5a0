//! `rec`: looks into call recordings and turns them into other files.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what a command says is its output")]

mod cli;
mod convert;
mod export;
mod flac;
mod inspect;
mod leg;
mod library;
mod open;
mod opus;
mod packets;
mod progress;
mod rewrite;
mod same;

use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use cli::{Cli, Command};

/// The answer is no: not whole, not found.
const NO: u8 = 1;
/// Something went wrong. Between the two is clap's 2, for a command line it does not understand.
const FAILED: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let as_json = cli.json;
    match run(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(NO),
        Err(error) => {
            if as_json {
                eprintln!("{}", json!({ "error": format!("{error:#}") }));
            } else {
                eprintln!("rec: {error:#}");
            }
            ExitCode::from(FAILED)
        }
    }
}

/// Whether the answer is yes, where the command asks something.
fn run(cli: Cli) -> anyhow::Result<bool> {
    let json = cli.json;
    match cli.command {
        Command::Info { file, key } => inspect::info(&file, json, &key)?,
        Command::Play { file, part, key } => export::play(&file, &part, &key)?,
        Command::Export { file, out, part, bitrate, key } => {
            export::export(&file, &out, &part, bitrate, &key, json)?;
        }
        Command::Import(import) => convert::import(&import, json)?,
        Command::Verify { file, signer, origin } => {
            return inspect::verify(&file, signer.as_deref(), &origin, json);
        }
        Command::Recover { file, to, sign, key } => {
            inspect::recover(&file, &to, sign.as_deref(), &key, json)?;
        }
        Command::Rekey { file, to, wrap, key } => rewrite::rekey(&file, &to, &wrap, &key, json)?,
        Command::Repack { file, to, level, max, echo, wrap, key } => {
            let level = if max { media_core::record::Level::Max } else { level.into() };
            rewrite::repack(&file, &to, level, echo, &wrap, &key, json)?;
        }
        Command::Keygen { secret, signing } => open::keygen(&secret, signing, json)?,
        Command::Find { folder, query, index, key } => {
            return library::find(&folder, &query, index.as_deref(), &key, json);
        }
        Command::Prune { folder, rules, delete, key } => {
            library::prune(&folder, &rules, delete, &key, json)?;
        }
        Command::Hold { files, reason, release } => {
            library::hold(&files, reason.as_deref(), release, json)?;
        }
    }
    Ok(true)
}
