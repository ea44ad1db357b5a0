//! Hotline: a small, complete call centre in one program.
//!
//! It shows how Trunkline's three cores are joined: `ivr-core` leads the caller, `acd-core` finds
//! the agent, `media-core` carries, plays and records the sound. The joint is `centre`; everything
//! else is what any telephone system has: SIP (by the crate `rsipstack`), files, a database.

mod centre;
mod clock;
mod config;
mod contacts;
mod demo;
mod files;
mod live;
mod media;
mod phone;
mod prompts;
mod recording;
mod sdes;
mod sdp;
mod server;
mod sip;
mod store;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::server::Server;

#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers calls until Ctrl-C or SIGTERM, which let the calls that are up come to their end.
    Serve {
        /// The configuration, TOML.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Seconds after that when calls still up are ended; a second signal ends them at once.
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        drain: u64,
    },
    /// Shows the whole at work, on loopback: 3 agents, 24 callers, about 75 seconds.
    Demo {
        /// Where prompts, recordings and call records are put.
        #[arg(long, value_name = "FOLDER", default_value = "target/hotline-demo")]
        folder: PathBuf,
    },
    /// Reads the configuration, compiles its flows, tries its queries, makes missing prompts.
    Check {
        /// The configuration, TOML.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("hotline=info,rsipstack=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Masked(std::io::stderr()))
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let outcome = runtime.block_on(async {
        match arguments.command {
            Command::Serve { config, drain } => serve(&config, Duration::from_secs(drain)).await,
            Command::Check { config } => check(&config),
            Command::Demo { folder } => demonstrate(&folder).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Standard error without the keys of SRTP, which traces of SIP messages hold.
struct Masked(std::io::Stderr);

impl std::io::Write for Masked {
    /// The log comes line by line, so that no key comes in pieces.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.write_all(sdes::masked(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[allow(clippy::print_stderr, reason = "why a program ends is told where it was started")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("hotline: {error:#}");
    ExitCode::FAILURE
}

#[allow(clippy::print_stdout, reason = "a check's result is its output")]
fn check(path: &std::path::Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    let checked = server::prepare(&config)?;
    println!("hotline: {} is good; {checked}", path.display());
    Ok(())
}

async fn demonstrate(folder: &std::path::Path) -> anyhow::Result<()> {
    match demo::run(folder).await? {
        true => Ok(()),
        false => anyhow::bail!("not every call went as scripted"),
    }
}

/// Serves until a signal; `ready` and the counts of live objects are told on standard output, for
/// whoever supervises the program.
#[allow(clippy::print_stdout, reason = "a supervisor reads these lines")]
async fn serve(path: &std::path::Path, drain: Duration) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Before anybody is told that the program is there, it must understand the signals it names;
    // and a signal that comes while another is served must wait its turn, not get lost.
    let mut asked = signal(SignalKind::user_defined1())?;
    let mut resumed = signal(SignalKind::user_defined2())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let server = Server::start(Config::load(path)?).await?;
    println!("hotline: ready at {}", server.local());
    loop {
        tokio::select! {
            _ = asked.recv() => println!("{}", server.live()),
            _ = resumed.recv() => server.resume_campaigns(),
            _ = hung_up.recv() => match server.renew_certificate() {
                Ok(true) => println!("hotline: the certificate was read again"),
                Ok(false) => println!("hotline: there is no certificate to read again"),
                Err(error) => tracing::error!("the certificate stays as it was: {error:#}"),
            },
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
        }
    }
    println!("hotline: draining");
    let patience = async {
        tokio::select! {
            () = tokio::time::sleep(drain) => {}
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    };
    let live = server.stop(patience).await;
    println!("{live}");
    if live.is_zero() { Ok(()) } else { anyhow::bail!("something was not given back: {live}") }
}
