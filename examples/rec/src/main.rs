//! `rec`: looks into call recordings and turns them into other files.
#![allow(clippy::print_stdout, reason = "what a command says is its output")]

mod convert;
mod inspect;
mod open;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "rec", version, about = "Looks into Trunkline's call recordings (.tlr)")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what a recording holds
    Info {
        /// The recording
        file: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        key: Key,
    },
    /// Write a recording's sound to standard output as WAV, for a player: rec play a.tlr | ffplay -
    Play {
        /// The recording
        file: PathBuf,
        #[command(flatten)]
        stretch: Stretch,
        #[command(flatten)]
        key: Key,
    },
    /// Write a recording's sound into a WAV file
    Export {
        /// The recording
        file: PathBuf,
        /// The WAV file to make
        wav: PathBuf,
        #[command(flatten)]
        stretch: Stretch,
        #[command(flatten)]
        key: Key,
    },
    /// Make a recording of sound files, each a channel: WAV, or raw G.711 named .ul or .al
    Import {
        /// The recording to make
        file: PathBuf,
        /// The sound files, one a party, each of one channel
        #[arg(required = true)]
        legs: Vec<PathBuf>,
        /// When the call began, in milliseconds since the Unix epoch
        #[arg(long, default_value_t = 0)]
        started_ms: i64,
        /// What is known of the call, as KEY=VALUE
        #[arg(long = "meta")]
        meta: Vec<String>,
        /// How hard to compress
        #[arg(long, default_value = "live")]
        level: String,
    },
    /// Check a recording; the exit status is 0 when it is whole and unchanged
    Verify {
        /// The recording
        file: PathBuf,
        /// The Ed25519 public key that must have signed it, in hexadecimal
        #[arg(long)]
        signer: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Close a recording that a crash cut short, into a new file
    Recover {
        /// The recording
        file: PathBuf,
        /// The file to make
        to: PathBuf,
        #[command(flatten)]
        key: Key,
    },
    /// Compress a recording harder, into a new, unsigned and clear file
    Repack {
        /// The recording
        file: PathBuf,
        /// The file to make
        to: PathBuf,
        /// How hard to compress
        #[arg(long, default_value = "high")]
        level: String,
        #[command(flatten)]
        key: Key,
    },
}

/// What opens an encrypted recording.
#[derive(Args)]
struct Key {
    /// File with the passphrase
    #[arg(long, conflicts_with = "secret_file")]
    passphrase_file: Option<PathBuf>,
    /// File with the X25519 secret key, 64 hexadecimal digits
    #[arg(long)]
    secret_file: Option<PathBuf>,
}

/// Which part of a recording, and how.
#[derive(Args)]
struct Stretch {
    /// From this second on
    #[arg(long, default_value_t = 0.0)]
    from: f64,
    /// Up to this second
    #[arg(long)]
    to: Option<f64>,
    /// All parties in one channel
    #[arg(long)]
    mixed: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Info { file, json, key } => inspect::info(&file, json, &key)?,
        Command::Play { file, stretch, key } => convert::play(&file, &stretch, &key)?,
        Command::Export { file, wav, stretch, key } => {
            convert::export(&file, &wav, &stretch, &key)?;
        }
        Command::Import { file, legs, started_ms, meta, level } => {
            convert::import(&file, &legs, started_ms, &meta, &level)?;
        }
        Command::Verify { file, signer, json } => {
            if !inspect::verify(&file, signer.as_deref(), json)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Recover { file, to, key } => inspect::recover(&file, &to, &key)?,
        Command::Repack { file, to, level, key } => convert::repack(&file, &to, &level, &key)?,
    }
    Ok(ExitCode::SUCCESS)
}
