//! The real server as a child process, on its own loopback ports and in its own folder.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, Row};
use tempfile::TempDir;

/// What a live line must show as zero when no call is left.
const OBJECTS: [&str; 5] = ["calls", "legs", "ports", "files", "tasks"];

/// A range of ports that no other test uses, in this process or another.
///
/// Tests run beside each other and each needs hundreds of ports, so the ranges are fixed and the
/// highest port of one, held open, is the lock on it. All lie below Linux's ephemeral ports.
#[derive(Debug)]
struct Slot {
    base: u16,
    next_port: Cell<u16>,
    next_media: Cell<u16>,
    _lock: UdpSocket,
}

impl Slot {
    /// Where they begin; the tests with Asterisk and FreeSWITCH have ports between them.
    const BASES: [u16; 6] = [8000, 10_000, 12_000, 14_000, 18_000, 28_000];
    const SIZE: u16 = 2000;
    /// Held while prompts are made.
    const MAKING: u16 = Slot::BASES[0] - 1;

    fn take() -> Slot {
        let (highest, lock) = lock(&Slot::BASES.map(|base| base + (Slot::SIZE - 1)));
        let base = highest - (Slot::SIZE - 1);
        Slot {
            base,
            next_port: Cell::new(base + 1900),
            next_media: Cell::new(base + 600),
            _lock: lock,
        }
    }
}

/// Binds the first of the ports that no other test holds; waits for one. Unlike a lock file it is
/// given back however the test ends.
fn lock(ports: &[u16]) -> (u16, UdpSocket) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        for &port in ports {
            if let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
                return (port, socket);
            }
        }
        assert!(Instant::now() < deadline, "no free port among {ports:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The port of the gateway, counted from the range's first.
const GATEWAY: u16 = 1991;

/// A running `hotline serve`.
#[derive(Debug)]
pub(crate) struct Server {
    child: Process,
    lines: Receiver<String>,
    folder: TempDir,
    slot: Slot,
}

impl Server {
    /// Starts the server with the configuration all these tests share, and waits until it is ready.
    pub(crate) fn start() -> Server {
        Server::start_with(|config| config)
    }

    /// The same with another configuration, made from the shared one.
    pub(crate) fn start_with(change: impl Fn(String) -> String) -> Server {
        let slot = Slot::take();
        let folder = TempDir::new().expect("a temporary folder");
        let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows");
        let config = change(include_str!("../hotline.toml").to_owned())
            .replace("{gateway}", &format!("127.0.0.1:{}", slot.base + GATEWAY))
            .replace("{sip}", &format!("127.0.0.1:{}", slot.base + 1990))
            .replace("{rtp}", &format!("{}-{}", slot.base, slot.base + 599))
            .replace("{flows}", &flows.display().to_string())
            .replace("{prompts}", &prompts().display().to_string());
        fs::write(folder.path().join("hotline.toml"), config).expect("a configuration file");
        Server::spawn(folder, slot)
    }

    /// The same with a gateway, at [`gateway`](Server::gateway), and more at the end.
    pub(crate) fn start_with_gateway(more: &str) -> Server {
        let gateway = "gateway = \"{gateway}\"\n\n[rtp]";
        Server::start_with(|config| config.replace("[rtp]", gateway) + more)
    }

    /// Ends it as [`stop`](Server::stop) does and starts it again with the same files.
    pub(crate) fn restart(mut self) -> Server {
        self.assert_idle();
        self.end();
        let Server { child: _, lines: _, folder, slot } = self;
        Server::spawn(folder, slot)
    }

    fn spawn(folder: TempDir, slot: Slot) -> Server {
        let file = folder.path().join("hotline.toml");
        let stderr = File::create(folder.path().join("stderr")).expect("a file for the log");
        // The first server makes the prompts; the others wait and find them.
        let making = lock(&[Slot::MAKING]).1;
        let mut child = Command::new(env!("CARGO_BIN_EXE_hotline"))
            .args(["serve", "--drain", "1", "--config"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("hotline starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let server = Server { child: Process(child), lines, folder, slot };
        server.expect_line("hotline: ready", Duration::from_secs(60));
        drop(making);
        server
    }

    /// Where it listens for SIP.
    pub(crate) fn sip(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.slot.base + 1990).into()
    }

    /// Where numbers outside are called through, if it was started so.
    pub(crate) fn gateway(&self) -> u16 {
        self.slot.base + GATEWAY
    }

    /// The ports it may use for media.
    pub(crate) fn media_ports(&self) -> Range<u16> {
        self.slot.base..self.slot.base + 600
    }

    /// Its files, and those of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A port nobody has been given yet.
    pub(crate) fn free_port(&self) -> u16 {
        self.slot.next_port.replace(self.slot.next_port.get() + 1)
    }

    /// The first of ten media ports nobody has been given yet; a load takes them to the end.
    pub(crate) fn free_media(&self) -> u16 {
        self.slot.next_media.replace(self.slot.next_media.get() + 10)
    }

    /// The next line of its output that starts so.
    fn expect_line(&self, start: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(_) => {}
                Err(error) => panic!("no line `{start}`: {error}\n{}", self.log()),
            }
        }
    }

    /// The end of its log.
    fn log(&self) -> String {
        let text = fs::read(self.folder().join("stderr")).unwrap_or_default();
        let start = text.len().saturating_sub(8_000);
        format!("--- the server's log\n{}", String::from_utf8_lossy(&text[start..]))
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        // The shell's own kill: the program of that name is not on every machine.
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.0.id())])
            .status()
            .expect("a shell");
        assert!(status.success(), "the server is gone\n{}", self.log());
    }

    /// What it holds at this moment.
    pub(crate) fn live(&self) -> BTreeMap<String, u64> {
        self.signal("USR1");
        parse_live(&self.expect_line("live:", Duration::from_secs(10)))
    }

    /// Waits until it holds `count` of `what`.
    pub(crate) fn wait_for(&self, what: &str, count: u64) {
        self.wait_long_for(what, count, Duration::from_secs(10));
    }

    /// The same with the patience a protocol timer asks for.
    pub(crate) fn wait_long_for(&self, what: &str, count: u64, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            let live = self.live();
            if live.get(what) == Some(&count) {
                return;
            }
            assert!(Instant::now() < deadline, "no {count} {what}: {live:?}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Requires that nothing of any call is left; files may take a moment to be finished.
    pub(crate) fn assert_idle(&self) {
        for what in OBJECTS {
            self.wait_for(what, 0);
        }
    }

    fn database(&self) -> Connection {
        let path = self.folder().join("data/hotline.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .expect("the database opens")
    }

    /// The calls on record, in the order they came.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let sql = "SELECT caller, outcome, keys, agent, rating, ended_by, direction FROM calls
                   ORDER BY id";
        self.rows(sql, |row| {
            Ok(Call {
                caller: row.get(0)?,
                outcome: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                keys: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                agent: row.get(3)?,
                rating: row.get(4)?,
                ended_by: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
                direction: row.get(6)?,
            })
        })
    }

    /// How often something of this kind was noted in the event log.
    pub(crate) fn events(&self, kind: &str) -> i64 {
        let count = "SELECT COUNT(*) FROM events WHERE kind = ?1";
        self.database().query_row(count, [kind], |row| row.get(0)).expect("the table is there")
    }

    /// Waits until something of this kind was noted so often.
    pub(crate) fn wait_for_events(&self, kind: &str, count: i64) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.events(kind) < count {
            assert!(Instant::now() < deadline, "no {count} events `{kind}`\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// These kinds of what was noted in the event log, in their order.
    pub(crate) fn kinds_of(&self, kinds: &[&str]) -> Vec<String> {
        let all = self.texts("SELECT kind FROM events ORDER BY id");
        all.into_iter().filter(|kind| kinds.contains(&kind.as_str())).collect()
    }

    /// The details of what was noted of this kind, in their order.
    pub(crate) fn details_of(&self, kind: &str) -> Vec<String> {
        self.texts(&format!("SELECT detail FROM events WHERE kind = '{kind}' ORDER BY id"))
    }

    /// The rows of a query that has one column of text.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql, |row| row.get(0))
    }

    /// Whoever was to be called back, in the order they asked.
    pub(crate) fn callbacks(&self) -> Vec<Contact> {
        self.rows("SELECT number, tries, last, outcome FROM callbacks ORDER BY id", Contact::of)
    }

    /// How far the campaigns have come, by number.
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        self.rows("SELECT number, tries, last, outcome FROM contacts ORDER BY number", Contact::of)
    }

    fn rows<T>(&self, sql: &str, of: fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let database = self.database();
        let mut statement = database.prepare(sql).expect("the table is there");
        let rows = statement.query_map([], of);
        rows.and_then(Iterator::collect).expect("the columns are there")
    }

    /// The only call of this caller, once its record is complete.
    pub(crate) fn call_of(&self, caller: &str) -> Call {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let calls = self.calls();
            let mut found = calls.iter().filter(|call| call.caller == caller);
            match (found.next(), found.next()) {
                (Some(call), None) if !call.outcome.is_empty() => return call.clone(),
                _ => assert!(Instant::now() < deadline, "no single call of {caller}: {calls:?}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as Ctrl-C does, and requires a clean end with nothing left.
    pub(crate) fn stop(self) {
        self.assert_idle();
        self.stop_with_calls();
    }

    /// The same while calls are up: they must be ended, not left.
    pub(crate) fn stop_with_calls(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.signal("INT");
        let last = parse_live(&self.expect_line("live:", Duration::from_secs(20)));
        for what in OBJECTS {
            assert_eq!(last.get(what), Some(&0), "{what} at the end: {last:?}");
        }
        let status = self.wait(Duration::from_secs(20));
        assert!(status.success(), "it ended with {status}\n{}", self.log());
        let log = fs::read_to_string(self.folder().join("stderr")).unwrap_or_default();
        assert!(!log.contains("panicked at"), "a task panicked\n{}", self.log());
    }

    fn wait(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.0.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The program; it is ended with the test.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone after `stop`.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A call's row in the database, as far as these tests look at it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) caller: String,
    pub(crate) outcome: String,
    pub(crate) keys: String,
    pub(crate) agent: Option<String>,
    pub(crate) rating: Option<i64>,
    pub(crate) ended_by: String,
    pub(crate) direction: String,
}

impl Call {
    /// Who, which way, what came of it, and by whom.
    pub(crate) fn summary(&self) -> (&str, &str, &str, Option<&str>) {
        (&self.caller, &self.direction, &self.outcome, self.agent.as_deref())
    }
}

/// Somebody who is to be called, as the database has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    number: String,
    tries: i64,
    last: Option<String>,
    outcome: Option<String>,
}

impl Contact {
    /// How often they were called, what the last time came to, and what all in all.
    pub(crate) fn new(
        number: &str,
        tries: i64,
        last: Option<&str>,
        outcome: Option<&str>,
    ) -> Contact {
        let [last, outcome] = [last, outcome].map(|text| text.map(str::to_owned));
        Contact { number: number.into(), tries, last, outcome }
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Contact> {
        let (number, tries) = (row.get(0)?, row.get(1)?);
        Ok(Contact { number, tries, last: row.get(2)?, outcome: row.get(3)? })
    }
}

/// `live: calls=0 legs=0 …` as a map.
fn parse_live(line: &str) -> BTreeMap<String, u64> {
    line.split_whitespace()
        .filter_map(|field| field.split_once('='))
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect()
}

/// Prompts are made once and shared: making them is not what is tested here.
pub(crate) fn prompts() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("prompts")
}
