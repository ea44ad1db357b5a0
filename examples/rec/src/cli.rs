//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use media_core::record::Level;

#[derive(Parser)]
#[command(
    name = "rec",
    version,
    about = "Looks into Trunkline's call recordings (.tlr)",
    after_help = "Exit status: 0 yes or done; 1 no (not whole, not found); 2 a command line not \
                  understood; 3 failed. No command writes over a file that is there."
)]
pub(crate) struct Cli {
    /// Say everything as JSON: results on standard output, errors on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say what a recording holds
    Info {
        /// The recording
        file: PathBuf,
        #[command(flatten)]
        key: Key,
    },
    /// Write a recording's sound to standard output as WAV, for a player: rec play a.tlr | ffplay -
    Play {
        /// The recording
        file: PathBuf,
        #[command(flatten)]
        part: Part,
        #[command(flatten)]
        key: Key,
    },
    /// Write a recording's sound into a .wav, .flac or .opus file (.ogg is Opus, too)
    ///
    /// One channel that was recorded as Opus packets goes into a .opus file as it is: the same
    /// packets, nothing coded anew.
    Export {
        /// The recording
        file: PathBuf,
        /// The file to make; its name says the format
        out: PathBuf,
        #[command(flatten)]
        part: Part,
        /// Bits a second for each channel of Opus
        #[arg(long, default_value_t = 24_000)]
        bitrate: u32,
        #[command(flatten)]
        key: Key,
    },
    /// Make a recording of sound files, one or more to a call
    ///
    /// WAV and AU of 16-bit PCM or G.711, and raw sound by the names Asterisk gives it: .ul .ulaw
    /// .mu .ulw .pcm .pcmu (µ-law), .al .alaw .alw .pcma (A-law), .sln .raw (linear, 8 kHz),
    /// .sln12 to .sln192. Each channel of each file becomes a channel of the recording. Asterisk's
    /// MixMonitor writes a party's leg each with its options r() and t(), both in one .raw file
    /// with D.
    Import(Import),
    /// Check a recording: is it whole, and the one that was made?
    Verify {
        /// The recording
        file: PathBuf,
        /// The Ed25519 public key that must have signed it, in hexadecimal
        #[arg(long)]
        signer: Option<String>,
        /// The recording it was repacked or rekeyed from: every sample must be the same
        #[command(flatten)]
        origin: Origin,
    },
    /// Close a recording that a crash cut short, into a new file
    Recover {
        /// The recording
        file: PathBuf,
        /// The file to make
        to: PathBuf,
        /// File with the Ed25519 secret seed to sign the copy with, as recovered
        #[arg(long)]
        sign: Option<PathBuf>,
        #[command(flatten)]
        key: Key,
    },
    /// Copy a recording for other readers: new keys, the same sound, nothing coded anew
    Rekey {
        /// The recording
        file: PathBuf,
        /// The file to make
        to: PathBuf,
        #[command(flatten)]
        wrap: Wrap,
        #[command(flatten)]
        key: Key,
    },
    /// Compress a recording harder, into a new file
    ///
    /// The original must be whole, and its signature good if it has one. The copy's metadata name
    /// it (origin.id, origin.chain, origin.signer). A signature cannot pass to other bytes: whoever
    /// signs the copy vouches that it holds the original's every sample, and rec verify --origin
    /// shows it while the original is there.
    Repack {
        /// The recording
        file: PathBuf,
        /// The file to make
        to: PathBuf,
        /// How hard to compress
        #[arg(long, value_enum, default_value_t = LevelName::High)]
        level: LevelName,
        /// As hard as possible
        #[arg(long, conflicts_with = "level")]
        max: bool,
        /// Look for echoes of one party on the other's channel
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        wrap: Wrap,
        #[command(flatten)]
        key: Key,
    },
    /// Make a key pair: the secret into a file, the public half on standard output
    Keygen {
        /// The file for the secret; only you may read it
        secret: PathBuf,
        /// To sign with (Ed25519), not to encrypt for (X25519)
        #[arg(long)]
        signing: bool,
    },
    /// Find recordings in a folder, by an index that is brought up to date first
    Find {
        /// The folder, with all below it
        folder: PathBuf,
        #[command(flatten)]
        query: Query,
        /// The SQLite index: holds metadata and marks in the clear. In the folder unless said
        #[arg(long)]
        index: Option<PathBuf>,
        #[command(flatten)]
        key: Key,
    },
    /// Name the recordings in a folder that are past their time, and with --delete remove them
    ///
    /// Kept in any case: what is on hold, was never closed, or cannot be opened with the key given.
    Prune {
        /// The folder, with all below it
        folder: PathBuf,
        #[command(flatten)]
        rules: Rules,
        /// Remove them
        #[arg(long)]
        delete: bool,
        #[command(flatten)]
        key: Key,
    },
    /// Put recordings on legal hold: a file NAME.hold beside each, which prune heeds
    Hold {
        /// The recordings
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Why
        #[arg(long)]
        reason: Option<String>,
        /// End the hold
        #[arg(long, conflicts_with = "reason")]
        release: bool,
    },
}

#[derive(Args)]
pub(crate) struct Import {
    /// The recording to make
    pub(crate) file: PathBuf,
    /// The sound files
    #[arg(required = true)]
    pub(crate) legs: Vec<PathBuf>,
    /// When the call began, in milliseconds since the Unix epoch
    #[arg(long, default_value_t = 0)]
    pub(crate) started_ms: i64,
    /// Seconds into the call at which each file begins, in their order: 0,2.35
    #[arg(long, value_delimiter = ',', value_name = "SECONDS")]
    pub(crate) starts: Vec<f64>,
    /// Whose channel each is, in order, instead of the files' names: caller,agent
    #[arg(long, value_delimiter = ',')]
    pub(crate) names: Vec<String>,
    /// Channels, interleaved, in files without a header
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=255))]
    pub(crate) raw_channels: u16,
    /// What is known of the call, as KEY=VALUE
    #[arg(long = "meta")]
    pub(crate) meta: Vec<String>,
    /// How hard to compress
    #[arg(long, value_enum, default_value_t = LevelName::Live)]
    pub(crate) level: LevelName,
    /// Look for echoes of one party on the other's channel
    #[arg(long)]
    pub(crate) echo: bool,
    #[command(flatten)]
    pub(crate) wrap: Wrap,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelName {
    Live,
    Fast,
    High,
    Max,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Live => Self::Live,
            LevelName::Fast => Self::Fast,
            LevelName::High => Self::High,
            LevelName::Max => Self::Max,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CipherName {
    #[value(name = "xchacha20-poly1305")]
    XChaCha20Poly1305,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
}

/// What opens an encrypted recording.
#[derive(Args, Default)]
pub(crate) struct Key {
    /// File with the passphrase
    #[arg(long, conflicts_with = "secret_file")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// File with the X25519 secret key, 64 hexadecimal digits
    #[arg(long)]
    pub(crate) secret_file: Option<PathBuf>,
    /// The most that the passphrase may take, in MiB of memory times passes: a file says itself what
    /// it takes, and may be made to take long [default: 1024]
    #[arg(long, value_name = "MIB")]
    pub(crate) passphrase_limit: Option<u64>,
}

/// The original of a copy, and what opens both.
#[derive(Args)]
pub(crate) struct Origin {
    #[arg(id = "origin", long = "origin", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) key: Key,
    /// File with the passphrase of the original, if it has another
    #[arg(long, conflicts_with = "origin_secret_file")]
    pub(crate) origin_passphrase_file: Option<PathBuf>,
    /// File with the X25519 secret key of the original, if it has another
    #[arg(long)]
    pub(crate) origin_secret_file: Option<PathBuf>,
}

/// Who may read a file that is made, and who vouches for it.
#[derive(Args, Default)]
pub(crate) struct Wrap {
    /// X25519 public key of somebody who may read it, in hexadecimal; may be given again
    #[arg(long = "recipient", value_name = "HEX")]
    pub(crate) recipients: Vec<String>,
    /// File with a passphrase that opens it
    #[arg(long)]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// What to encrypt with
    #[arg(long, value_enum, default_value = "xchacha20-poly1305")]
    pub(crate) cipher: Option<CipherName>,
    /// Leave numbers, queue and other metadata readable by everybody
    #[arg(long)]
    pub(crate) clear_head: bool,
    /// Do not encrypt, even though the original is encrypted
    #[arg(long, conflicts_with_all = ["recipients", "new_passphrase_file"])]
    pub(crate) clear: bool,
    /// File with the Ed25519 secret seed to sign it with
    #[arg(long)]
    pub(crate) sign: Option<PathBuf>,
    /// Do not sign, even though the original is signed
    #[arg(long, conflicts_with = "sign")]
    pub(crate) unsigned: bool,
}

/// Which part of a recording, and how.
#[derive(Args)]
pub(crate) struct Part {
    /// From this second on
    #[arg(long, default_value_t = 0.0)]
    pub(crate) from: f64,
    /// Up to this second
    #[arg(long)]
    pub(crate) to: Option<f64>,
    /// The stretch of the first mark with this number (as info counts) or whose text holds this
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) mark: Option<String>,
    /// Seconds before and after the mark
    #[arg(long, default_value_t = 5.0, requires = "mark")]
    pub(crate) around: f64,
    /// All parties in one channel
    #[arg(long)]
    pub(crate) mixed: bool,
    /// The channel with this number alone (as info counts)
    #[arg(long, conflicts_with = "mixed")]
    pub(crate) channel: Option<u8>,
}

/// What to look for. All that is given must hold.
#[derive(Args)]
pub(crate) struct Query {
    /// A telephone number, or its last digits: in any metadata about caller, called or number
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// The agent
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// The queue
    #[arg(long)]
    pub(crate) queue: Option<String>,
    /// Any metadata, as KEY=VALUE; may be given again
    #[arg(long = "meta")]
    pub(crate) meta: Vec<String>,
    /// Part of a mark's text
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// Begun at this time or later: 2026-11-22, 2026-11-22T14:00:00, with an offset or local
    #[arg(long)]
    pub(crate) since: Option<String>,
    /// Begun before this time
    #[arg(long)]
    pub(crate) until: Option<String>,
}

/// How long recordings are kept.
#[derive(Args)]
pub(crate) struct Rules {
    /// Days every recording is kept that no rule names
    #[arg(long)]
    pub(crate) keep: Option<u32>,
    /// Days for recordings with such metadata, as KEY=VALUE:DAYS; the first that fits counts
    #[arg(long = "rule")]
    pub(crate) rules: Vec<String>,
    /// The time to count from instead of now
    #[arg(long)]
    pub(crate) now: Option<String>,
}
