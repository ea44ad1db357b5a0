//! The whole put together: configuration in, a running call centre out.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::centre::{Centre, Flows, Request, Snapshot};
use crate::clock::Clock;
use crate::config::{Config, Tcp, millis};
use crate::contacts::{self, List};
use crate::files;
use crate::live::Live;
use crate::media::ports::Ports;
use crate::media::sound;
use crate::prompts::{self, Library};
use crate::recording::{Recorder, RecorderThread};
use crate::sip::{Identity, Lines, Registrar, Setup, Stack};
use crate::store::{Query, Store, StoreThread};

/// How often a stopping server looks whether everything has been given back.
const LOOK: Duration = Duration::from_millis(20);
/// How long far ends may take to answer our BYE when the program ends, and tasks after that.
const LEFTOVERS: Duration = Duration::from_secs(5);

/// A running call centre.
pub(crate) struct Server {
    config: Config,
    stack: Stack,
    live: Live,
    requests: mpsc::UnboundedSender<Request>,
    centre: JoinHandle<()>,
    database: StoreThread,
    recordings: RecorderThread,
}

/// What a configuration comes to before anything is started.
pub(crate) struct Prepared {
    flows: Flows,
    library: Library,
    lists: Vec<List>,
    identity: Option<Identity>,
}

impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flows: {}, prompts: {}", self.flows.len(), self.library.len())
    }
}

/// Compiles the flows, reads the campaigns' lists and the certificates, looks whether the queries can
/// be asked, and loads or makes the prompts.
///
/// # Errors
/// Whatever is wrong with a flow, a list, a certificate or a query, with its place; a prompt that
/// cannot be made.
pub(crate) fn prepare(config: &Config) -> anyhow::Result<Prepared> {
    for query in &config.queries {
        let checked = Store::check(&database(config), query.sql.get_ref());
        checked.map_err(|error| {
            let why = format!("of `{}`: {error}", query.name.get_ref());
            config.error(query.sql.span(), "query.sql", why)
        })?;
    }
    let identity = Identity::load(config)?;
    let lines = config.lines.iter().map(|line| &line.flow);
    let campaigns = config.campaigns.iter().map(|campaign| &campaign.flow);
    let machines = config.campaigns.iter().filter_map(|campaign| campaign.machines.as_ref());
    let messages = machines.filter_map(|machines| machines.flow.as_ref());
    let paths = lines.chain(campaigns).chain(messages).map(|flow| flow.get_ref().clone()).collect();
    let lists = contacts::lists(config)?;
    let flows = Flows::load(&paths, config)?;
    let library = prompts::prepare(&config.prompts, &flows.prompts(config))?;
    Ok(Prepared { flows, library, lists, identity })
}

/// Where calls are kept.
fn database(config: &Config) -> PathBuf {
    config.storage.folder.join("hotline.db")
}

impl Server {
    /// Prepares everything, opens the database, binds the ports and begins to answer.
    ///
    /// # Errors
    /// Whatever of that cannot be done.
    pub(crate) async fn start(config: Config) -> anyhow::Result<Server> {
        let Prepared { flows, library, lists, identity } = prepare(&config)?;
        files::allow(&config);
        let clock = Clock::new(config.clock.start);
        let live = Live::default();
        let folder = &config.storage.folder;
        std::fs::create_dir_all(folder).with_context(|| format!("folder {}", folder.display()))?;
        let queries: Vec<Query> = config
            .queries
            .iter()
            .map(|q| Query { name: q.name.get_ref().clone(), sql: q.sql.get_ref().clone() })
            .collect();
        let known: [(&str, &[String]); 2] =
            [("blacklist", &config.lists.blacklist), ("vip", &config.lists.vip)];
        let (store, database, kept) = Store::open(&database(&config), &queries, &known)?;
        let (recorder, recordings) = Recorder::start(live.clone())?;
        let music = match &config.prompts.music {
            Some(path) => prompts::read(path)?,
            None => sound::melody(),
        };
        let passwords =
            config.agents.iter().map(|a| (a.id.get_ref().clone(), a.password.clone())).collect();
        let lines: HashMap<String, Duration> = config
            .lines
            .iter()
            .map(|l| (l.number.get_ref().clone(), Duration::from_millis(millis(l.ring).into())))
            .collect();
        let (bind, told) = (config.sip.listen.ip(), config.media_address());
        let range = config.rtp.range().map_err(anyhow::Error::msg)?;
        let (events, inbox) = mpsc::unbounded_channel();
        let stack = Stack::start(Setup {
            listen: config.sip.listen,
            tcp: config.tcp.as_ref().map(Tcp::listen),
            tls: identity,
            srtp: config.rtp.srtp,
            max_calls: config.sip.max_calls,
            registrar: Registrar::new(config.sip.realm.clone(), passwords),
            lines: Lines(lines),
            ports: Ports::new(bind, told, range, live.clone()),
            live: live.clone(),
            events,
        })
        .await?;
        let (requests, asked) = mpsc::unbounded_channel();
        let centre = Centre::new(crate::centre::Setup {
            config: config.clone(),
            flows,
            library,
            music,
            clock,
            live: live.clone(),
            store,
            recorder,
            stack: stack.clone(),
            kept,
            lists,
        })?;
        let centre = tokio::spawn(centre.run(inbox, asked));
        Ok(Server { config, stack, live, requests, centre, database, recordings })
    }

    /// Where SIP is spoken.
    pub(crate) fn local(&self) -> SocketAddr {
        self.stack.local()
    }

    /// What is held at the moment.
    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// Queues, agents and calls as they are now.
    pub(crate) async fn snapshot(&self) -> Option<Snapshot> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Snapshot(answer)).ok()?;
        answered.await.ok()
    }

    /// Lets suspended campaigns go on.
    pub(crate) fn resume_campaigns(&self) {
        // Fails only while the program ends.
        self.requests.send(Request::ResumeCampaigns).ok();
    }

    /// Reads the certificate, its key and those who vouch for others again, if there are any: they
    /// count for connections made from now on. Returns whether there are.
    ///
    /// # Errors
    /// What is wrong with which file; nothing has changed then.
    pub(crate) fn renew_certificate(&self) -> anyhow::Result<bool> {
        let identity = Identity::load(&self.config)?;
        let there_are = identity.is_some();
        identity.into_iter().for_each(|identity| self.stack.renew(identity));
        Ok(there_are)
    }

    /// Refuses new calls, lets those that are up end until `patience` does, ends the rest, closes
    /// files and database. The counters it returns are all zero unless something is wrong.
    pub(crate) async fn stop(self, patience: impl Future<Output = ()>) -> Live {
        self.stack.drain();
        self.requests.send(Request::Drain).ok();
        tokio::select! {
            () = patience => {}
            () = self.idle() => {}
        }
        self.stack.end_calls();
        self.requests.send(Request::EndAll).ok();
        tokio::time::timeout(LEFTOVERS, self.idle()).await.ok();
        self.stack.stop();
        tokio::time::timeout(LEFTOVERS, self.idle()).await.ok();
        self.requests.send(Request::Stop).ok();
        if self.centre.await.is_err() {
            tracing::error!("the centre panicked");
        }
        let (database, recordings) = (self.database, self.recordings);
        let closed = tokio::task::spawn_blocking(move || {
            recordings.join();
            database.join();
        });
        closed.await.ok();
        self.live
    }

    /// Waits until every call, leg, port, file and task has been given back.
    async fn idle(&self) {
        while !self.live.is_zero() {
            tokio::time::sleep(LOOK).await;
        }
    }
}
