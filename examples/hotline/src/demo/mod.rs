//! `hotline demo`: the call centre with its callers and agents, all real but for the people.
//!
//! The server is started as `hotline serve` would start it, on loopback. Three agents' phones
//! register; twenty-four callers' phones call, listen, press keys, wait, talk, give up, leave
//! messages. When all is over, what the phones saw and heard is compared with the server's call
//! records and recordings.

mod caller;
mod cues;
mod floor;
mod screen;
mod script;
mod verify;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use self::cues::Cues;
use self::floor::Floor;
use self::screen::Screen;
use crate::config::Config;
use crate::phone::Phone;
use crate::server::Server;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Monday, half a minute before the lunch break of the flow.
const START: &str = "2026-11-23T11:59:28+08:00";

/// A demonstration that has not ended by then never will.
const LIMIT: Duration = Duration::from_secs(85);

/// The configuration and the flow of the demonstration are those that users start from.
const CONFIG: &str = include_str!("../../hotline.toml");
const FLOW: &str = include_str!("../../../flows/city-hotline.yaml");

/// Runs the demonstration in `folder`; whether every call went as scripted.
///
/// # Errors
/// What kept it from being run at all.
pub(crate) async fn run(folder: &Path) -> anyhow::Result<bool> {
    let config = configure(folder)?;
    let folder = config.storage.folder.clone();
    let prompts = config.prompts.folder.clone();
    let line = config.lines.first().context("the configuration has no line")?;
    let number = line.number.get_ref().clone();
    let agents: Vec<(String, String)> =
        config.agents.iter().map(|a| (a.id.get_ref().clone(), a.password.clone())).collect();

    let server = Server::start(config).await?;
    let cues = Arc::new(Cues::load(FLOW, &prompts)?);
    add_cases(&folder.join("hotline.db"))?;
    let scripts = script::callers();
    let floor = Floor::new(&scripts);
    let mut desks = JoinSet::new();
    let mut phones = Vec::new();
    for (seed, (user, password)) in (1000..).zip(agents) {
        let phone = Arc::new(Phone::new(HERE, &user, seed).await?);
        phone.register(server.local(), &password, 120).await?;
        desks.spawn(Arc::clone(&floor).work(Arc::clone(&phone), user));
        phones.push(phone);
    }

    let begin = Instant::now();
    let called = format!("sip:{number}@{}", server.local());
    let mut calls = JoinSet::new();
    for (seed, script) in (1..).zip(scripts.iter().cloned()) {
        let phone = Arc::new(Phone::new(HERE, script.number, seed).await?);
        let (called, cues, floor) = (called.clone(), Arc::clone(&cues), Arc::clone(&floor));
        calls.spawn(caller::live(script, begin, phone, called, cues, floor));
    }
    let seen = watch(&server, &mut calls, scripts.len(), begin).await;

    for phone in phones {
        phone.unregister().await?;
    }
    desks.shutdown().await;
    let live = server.stop(std::future::ready(())).await;
    let mut rows = verify::verify(&seen, &floor, &folder)?;
    rows.sort_by_key(|row| scripts.iter().position(|s| s.number == row.number));
    screen::report(&rows);
    screen::summary(&rows, &folder);
    anyhow::ensure!(live.is_zero(), "the server has not given everything back: {live}");
    Ok(rows.len() == scripts.len() && rows.iter().all(verify::Row::is_good))
}

/// Shows the server while the callers live their calls; what they have met.
async fn watch(
    server: &Server,
    calls: &mut JoinSet<caller::Seen>,
    count: usize,
    begin: Instant,
) -> Vec<caller::Seen> {
    let mut screen = Screen::new();
    let mut seen = Vec::new();
    let mut show = tokio::time::interval(screen.every());
    let all = async {
        loop {
            tokio::select! {
                call = calls.join_next() => match call {
                    Some(Ok(call)) => seen.push(call),
                    // A caller that panicked is missing from the table, which fails the run.
                    Some(Err(error)) => tracing::error!(%error, "caller"),
                    None => break,
                },
                _ = show.tick() => if let Some(now) = server.snapshot().await {
                    screen.show(begin.elapsed(), count - calls.len(), count, &now);
                },
            }
        }
    };
    if timeout(LIMIT, all).await.is_err() {
        tracing::error!("some calls did not end");
    }
    seen
}

/// The configuration that users start from, on ports and in folders of its own.
fn configure(folder: &Path) -> anyhow::Result<Config> {
    let now = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S").to_string();
    let folder = std::path::absolute(folder)?;
    let run = folder.join(now);
    std::fs::create_dir_all(&run).with_context(|| run.display().to_string())?;
    let write = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
        let path = run.join(name);
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(path)
    };
    let flow = write("city-hotline.yaml", FLOW)?;
    let mut config = Config::parse(CONFIG, &write("hotline.toml", CONFIG)?)?;
    for line in &mut config.lines {
        *line.flow.get_mut() = flow.clone();
    }
    config.sip.listen = SocketAddr::new(HERE, 0);
    config.storage.folder = run;
    config.prompts.folder = folder.join("prompts");
    config.clock.start = Some(START.parse()?);
    config.lists.vip = vec![script::VIP.into()];
    config.lists.blacklist = script::BLACKLIST.map(Into::into).into();
    for queue in &mut config.queues {
        // Three seconds of ringing and no notes: the callers have more calls than time.
        queue.ring = jiff::SignedDuration::from_secs(3);
        // Long enough for another agent to come free before the one who is away is tried again.
        queue.retry = jiff::SignedDuration::from_secs(6);
        queue.wrap_up = jiff::SignedDuration::ZERO;
    }
    Ok(config)
}

/// The cases that callers will ask for.
fn add_cases(database: &Path) -> anyhow::Result<()> {
    let database = rusqlite::Connection::open(database)?;
    database.busy_timeout(Duration::from_secs(5))?;
    for case in script::CASES {
        let status = if case.open { 1 } else { 2 };
        let sql = "INSERT INTO cases (number, status, days) VALUES (?1, ?2, ?3)";
        database.execute(sql, rusqlite::params![case.number, status, case.days])?;
    }
    Ok(())
}
