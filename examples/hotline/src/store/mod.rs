//! Call records, events and the flows' queries, in SQLite.
//!
//! One thread owns the database, so that no disk ever makes a call wait. What a flow may ask is
//! configured as SQL, a name and a statement each: a call centre's own tables are one line away.

mod callbacks;
mod contacts;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use anyhow::Context as _;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql, params};
use tokio::sync::oneshot;

pub(crate) use self::callbacks::CallbackRow;
pub(crate) use self::contacts::ContactRow;

/// What the program itself keeps. `callers` and `cases` are there for the flows' queries.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS calls (
    id          INTEGER PRIMARY KEY,
    caller      TEXT NOT NULL,
    called      TEXT NOT NULL,
    started     TEXT NOT NULL,
    ended       TEXT,
    outcome     TEXT,
    ended_by    TEXT,
    language    TEXT,
    queue       TEXT,
    agent       TEXT,
    waited_ms   INTEGER,
    talked_ms   INTEGER,
    keys        TEXT,
    rating      INTEGER,
    recording   TEXT,
    voicemail   TEXT,
    direction   TEXT NOT NULL DEFAULT 'in',
    callback    INTEGER,
    campaign    TEXT
);
CREATE TABLE IF NOT EXISTS events (
    id     INTEGER PRIMARY KEY,
    call   INTEGER,
    at     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_call ON events (call);
CREATE TABLE IF NOT EXISTS callers (
    number TEXT NOT NULL,
    list   TEXT NOT NULL CHECK (list IN ('blacklist', 'vip')),
    PRIMARY KEY (number, list)
);
CREATE TABLE IF NOT EXISTS cases (
    number TEXT PRIMARY KEY,
    status INTEGER NOT NULL,
    days   INTEGER NOT NULL
);
";

/// Columns of `calls` that databases of earlier versions lack.
const LATER_COLUMNS: [(&str, &str); 3] =
    [("direction", "TEXT NOT NULL DEFAULT 'in'"), ("callback", "INTEGER"), ("campaign", "TEXT")];

/// A query a flow may ask by name.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) name: String,
    /// One SQL statement; `:name` stands for an argument of the flow's query node, and `:call`,
    /// `:caller`, `:called` for the call's own.
    pub(crate) sql: String,
}

/// A call as it began. Its caller is whoever is outside, also when it was the centre that called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallBegun {
    pub(crate) id: u64,
    pub(crate) caller: String,
    pub(crate) called: String,
    pub(crate) started: String,
    /// The callback it tries to reach.
    pub(crate) callback: Option<u64>,
    /// The campaign whose contact it is.
    pub(crate) campaign: Option<String>,
    /// Whether an agent makes it.
    pub(crate) extension: bool,
}

/// A call as it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallRecord {
    pub(crate) id: u64,
    pub(crate) ended: String,
    pub(crate) outcome: String,
    pub(crate) ended_by: String,
    pub(crate) language: String,
    pub(crate) queue: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) waited_ms: Option<u64>,
    pub(crate) talked_ms: Option<u64>,
    pub(crate) keys: String,
    pub(crate) recording: Option<String>,
    pub(crate) voicemail: Option<String>,
}

/// Why a flow's query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    /// No `[[query]]` of that name.
    #[error("no query is named `{0}`")]
    Unknown(String),
    /// The database refused.
    #[error("{0}")]
    Database(String),
    /// The program is ending.
    #[error("the database is closed")]
    Closed,
}

/// Names and values, as a flow gives them.
pub(crate) type Fields = Vec<(String, String)>;

/// Names and values, as the database gives them; NULLs are left out.
pub(crate) type Row = Vec<(String, Datum)>;

/// A value of the database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum {
    Integer(i64),
    Real(f64),
    Text(String),
}

enum Job {
    Begin(CallBegun),
    Callback(CallbackRow),
    Contact(ContactRow),
    Suspended { campaign: String, since: String, why: &'static str },
    Resumed(String),
    Finish(Box<CallRecord>),
    Event { call: Option<u64>, at: String, kind: &'static str, detail: String },
    Query { name: String, fields: Fields, answer: oneshot::Sender<Result<Row, QueryError>> },
}

/// The way to the database's thread; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    jobs: mpsc::Sender<Job>,
}

/// Joins the database's thread; [`Store`]s must be gone before.
#[derive(Debug)]
pub(crate) struct StoreThread(JoinHandle<()>);

impl StoreThread {
    /// Waits until everything said so far is on disk.
    pub(crate) fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the database thread panicked");
        }
    }
}

impl Store {
    /// Opens or makes the database, brings it up to date and checks that every query can be prepared.
    ///
    /// # Errors
    /// When the file cannot be opened, or a query is not valid SQL for it.
    pub(crate) fn open(
        path: &Path,
        queries: &[Query],
        lists: &[(&str, &[String])],
    ) -> anyhow::Result<(Store, StoreThread, Kept)> {
        let connection =
            Connection::open(path).with_context(|| format!("database {}", path.display()))?;
        // WAL and NORMAL: a crash of the machine may lose the last moments, never the database.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        make_tables(&connection)?;
        for (list, numbers) in lists {
            for number in *numbers {
                let sql = "INSERT OR IGNORE INTO callers (number, list) VALUES (?1, ?2)";
                connection.execute(sql, params![number, list])?;
            }
        }
        for Query { name, sql } in queries {
            connection.prepare(sql).with_context(|| format!("query `{name}`"))?;
        }
        let last = "SELECT MAX(COALESCE((SELECT MAX(id) FROM calls), 0),
                               COALESCE((SELECT MAX(call) FROM events), 0))";
        let last_call: i64 = connection.query_row(last, [], |row| row.get(0))?;
        let (callbacks, last_callback) = callbacks::open(&connection)?;
        let contacts = contacts::all(&connection)?;
        let suspended = contacts::suspended(&connection)?;
        let last_call = last_call.unsigned_abs();
        let kept = Kept { last_call, callbacks, last_callback, contacts, suspended };
        let queries = queries.iter().map(|q| (q.name.clone(), q.sql.clone())).collect();
        let (jobs, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("database".into())
            .spawn(move || run(&connection, &queries, &inbox))?;
        Ok((Store { jobs }, StoreThread(thread), kept))
    }

    /// Looks whether a query could be asked, of the database at `path` or, where there is none
    /// yet, of the one that [`Store::open`] would make. Nothing is written.
    ///
    /// # Errors
    /// What the database says of the statement.
    pub(crate) fn check(path: &Path, sql: &str) -> rusqlite::Result<()> {
        let connection = Connection::open_in_memory()?;
        make_tables(&connection)?;
        if path.exists() {
            // Names are looked up in the empty tables first, then among the file's own.
            let uri = format!("file:{}?mode=ro", uri_path(path));
            connection.execute("ATTACH ?1 AS kept", params![uri])?;
        }
        connection.prepare(sql).map(drop)
    }

    /// A call has come up.
    pub(crate) fn begin(&self, call: CallBegun) {
        self.send(Job::Begin(call));
    }

    /// A callback is new or has changed.
    pub(crate) fn keep_callback(&self, row: CallbackRow) {
        self.send(Job::Callback(row));
    }

    /// A campaign has come further with a contact.
    pub(crate) fn keep_contact(&self, row: ContactRow) {
        self.send(Job::Contact(row));
    }

    /// A campaign has stopped itself.
    pub(crate) fn suspend(&self, campaign: String, since: String, why: &'static str) {
        self.send(Job::Suspended { campaign, since, why });
    }

    /// A campaign that had stopped goes on.
    pub(crate) fn resume(&self, campaign: String) {
        self.send(Job::Resumed(campaign));
    }

    /// A call has ended.
    pub(crate) fn finish(&self, record: CallRecord) {
        self.send(Job::Finish(Box::new(record)));
    }

    /// Something worth remembering happened.
    pub(crate) fn event(&self, call: Option<u64>, at: String, kind: &'static str, detail: String) {
        self.send(Job::Event { call, at, kind, detail });
    }

    /// Asks the configured query `name`: the columns of its first row, or nothing.
    ///
    /// # Errors
    /// [`QueryError`].
    pub(crate) async fn query(&self, name: String, fields: Fields) -> Result<Row, QueryError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Query { name, fields, answer });
        answered.await.unwrap_or(Err(QueryError::Closed))
    }

    fn send(&self, job: Job) {
        // The thread outlives every handle; it is gone only if it panicked, which it logs.
        self.jobs.send(job).ok();
    }
}

/// What an earlier run left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The greatest number any call ever had.
    pub(crate) last_call: u64,
    /// Whoever is still to be called back.
    pub(crate) callbacks: Vec<CallbackRow>,
    /// The greatest number any callback ever had.
    pub(crate) last_callback: u64,
    /// How far the campaigns had come.
    pub(crate) contacts: Vec<ContactRow>,
    /// The campaigns that had stopped themselves.
    pub(crate) suspended: Vec<String>,
}

/// Makes what is missing.
fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(callbacks::SCHEMA)?;
    connection.execute_batch(contacts::SCHEMA)?;
    for (column, kind) in LATER_COLUMNS {
        let sql = "SELECT COUNT(*) FROM pragma_table_info('calls') WHERE name = ?1";
        let there: i64 = connection.query_row(sql, [column], |row| row.get(0))?;
        if there == 0 {
            connection.execute_batch(&format!("ALTER TABLE calls ADD COLUMN {column} {kind}"))?;
        }
    }
    Ok(())
}

/// A path as SQLite reads it in a URI.
fn uri_path(path: &Path) -> String {
    let escape = |c: char| match c {
        '%' => "%25".into(),
        '?' => "%3f".into(),
        '#' => "%23".into(),
        c => c.to_string(),
    };
    path.to_string_lossy().chars().map(escape).collect()
}

fn run(connection: &Connection, queries: &HashMap<String, String>, inbox: &mpsc::Receiver<Job>) {
    for job in inbox {
        let done = match job {
            Job::Begin(call) => begin(connection, &call),
            Job::Callback(row) => callbacks::keep(connection, &row),
            Job::Contact(row) => contacts::keep(connection, &row),
            Job::Suspended { campaign, since, why } => {
                contacts::suspend(connection, &campaign, &since, why)
            }
            Job::Resumed(campaign) => contacts::resume(connection, &campaign),
            Job::Finish(record) => finish(connection, &record),
            Job::Event { call, at, kind, detail } => connection
                .prepare_cached(
                    "INSERT INTO events (call, at, kind, detail) VALUES (?1, ?2, ?3, ?4)",
                )
                .and_then(|mut s| s.execute(params![call.map(u64::cast_signed), at, kind, detail])),
            Job::Query { name, fields, answer } => {
                let found = match queries.get(&name) {
                    Some(sql) => ask(connection, sql, &fields)
                        .map_err(|error| QueryError::Database(error.to_string())),
                    None => Err(QueryError::Unknown(name)),
                };
                // Nobody waits for the answer of a call that ended meanwhile.
                answer.send(found).ok();
                Ok(0)
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "database");
        }
    }
}

fn begin(connection: &Connection, call: &CallBegun) -> rusqlite::Result<usize> {
    let direction = match (&call.campaign, call.callback) {
        (Some(_), _) => "out",
        (None, Some(_)) => "callback",
        (None, None) if call.extension => "agent",
        (None, None) => "in",
    };
    connection
        .prepare_cached(
            "INSERT INTO calls (id, caller, called, started, direction, callback, campaign)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            call.id.cast_signed(),
            call.caller,
            call.called,
            call.started,
            direction,
            call.callback.map(u64::cast_signed),
            call.campaign,
        ])
}

fn finish(connection: &Connection, r: &CallRecord) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE calls SET ended = ?2, outcome = ?3, ended_by = ?4, language = ?5, queue = ?6,
             agent = ?7, waited_ms = ?8, talked_ms = ?9, keys = ?10, recording = ?11,
             voicemail = ?12 WHERE id = ?1",
        )?
        .execute(params![
            r.id.cast_signed(),
            r.ended,
            r.outcome,
            r.ended_by,
            r.language,
            r.queue,
            r.agent,
            r.waited_ms.map(u64::cast_signed),
            r.talked_ms.map(u64::cast_signed),
            r.keys,
            r.recording,
            r.voicemail,
        ])
}

fn ask(connection: &Connection, sql: &str, fields: &Fields) -> rusqlite::Result<Row> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut given: Vec<(String, &dyn ToSql)> = Vec::new();
    for index in 1..=statement.parameter_count() {
        let Some(name) = statement.parameter_name(index).map(str::to_owned) else {
            continue;
        };
        if let Some((_, value)) = fields.iter().find(|(field, _)| *field == name[1..]) {
            given.push((name, value));
        }
    }
    let given: Vec<(&str, &dyn ToSql)> = given.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    let names: Vec<String> = statement.column_names().iter().map(|n| (*n).to_owned()).collect();
    if names.is_empty() {
        statement.execute(&given[..])?;
        return Ok(Vec::new());
    }
    let mut rows = statement.query(&given[..])?;
    let Some(row) = rows.next()? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let datum = match row.get_ref(index)? {
            ValueRef::Null => continue,
            ValueRef::Integer(n) => Datum::Integer(n),
            ValueRef::Real(x) => Datum::Real(x),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                Datum::Text(String::from_utf8_lossy(text).into())
            }
        };
        found.push((name, datum));
    }
    Ok(found)
}
