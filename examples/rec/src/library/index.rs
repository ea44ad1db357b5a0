//! The SQLite index over a folder's recordings.
//!
//! It is only a copy of what the files say: removed, it is built anew.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, ensure};
use rusqlite::{Connection, Transaction, params, params_from_iter};
use serde_json::json;

use super::{complain, local, recordings, time};
use crate::cli::{Key, Query};
use crate::open::{pair, reader, shown};
use crate::progress::bar;

const NAME: &str = ".rec-index.sqlite";
/// Of these tables; another version's index is built anew.
const VERSION: i64 = 2;
const TABLES: &str = "
    CREATE TABLE recordings (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
        modified INTEGER NOT NULL, started_ms INTEGER NOT NULL, seconds REAL NOT NULL,
        closed INTEGER NOT NULL, locked INTEGER NOT NULL
    );
    CREATE INDEX started ON recordings (started_ms);
    CREATE TABLE meta (
        recording INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
        key TEXT NOT NULL, value TEXT NOT NULL
    );
    CREATE INDEX meta_value ON meta (key, value);
    CREATE INDEX meta_recording ON meta (recording);
    CREATE TABLE marks (
        recording INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
        channel INTEGER NOT NULL, kind TEXT NOT NULL, seconds REAL NOT NULL, text TEXT NOT NULL,
        lowercase TEXT NOT NULL
    );
    CREATE INDEX mark_recording ON marks (recording);
";

fn open(path: &Path) -> anyhow::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION {
        let tables = connection.transaction()?;
        tables.execute_batch(
            "DROP TABLE IF EXISTS marks; DROP TABLE IF EXISTS meta; \
             DROP TABLE IF EXISTS recordings;",
        )?;
        tables.execute_batch(TABLES)?;
        tables.pragma_update(None, "user_version", VERSION)?;
        tables.commit()?;
    }
    Ok(connection)
}

/// Brings the index in step with the files: those that are new, grown or gone, and those that a key
/// may open now.
fn update(
    connection: &mut Connection,
    folder: &Path,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let update = connection.transaction()?;
    let mut known: HashMap<String, (i64, i64, i64, bool)> = HashMap::new();
    {
        let mut rows = update.prepare("SELECT path, id, size, modified, locked FROM recordings")?;
        let rows = rows.query_map([], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
        for row in rows {
            let (path, row) = row?;
            known.insert(path, row);
        }
    }
    let files = recordings(folder)?;
    let bar = bar(files.len() as u64, "indexing", as_json);
    let has_key = key.passphrase_file.is_some() || key.secret_file.is_some();
    for path in files {
        bar.inc(1);
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let about = fs::metadata(&path)?;
        let modified = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (size, modified) = (about.len() as i64, modified.as_micros() as i64);
        let before = known.remove(&name);
        let unchanged = before.is_some_and(|(_, old_size, old_modified, locked)| {
            (old_size, old_modified) == (size, modified) && !(locked && has_key)
        });
        if unchanged {
            continue;
        }
        if let Some((id, ..)) = before {
            update.execute("DELETE FROM recordings WHERE id = ?1", [id])?;
        }
        if let Err(error) = add(&update, &path, &name, size, modified, key) {
            complain(&path, &error, as_json);
        }
    }
    for (id, ..) in known.into_values() {
        update.execute("DELETE FROM recordings WHERE id = ?1", [id])?;
    }
    bar.finish_and_clear();
    Ok(update.commit()?)
}

fn add(
    update: &Transaction<'_>,
    path: &Path,
    name: &str,
    size: i64,
    modified: i64,
    key: &Key,
) -> anyhow::Result<()> {
    // With another's key what is clear may still be read.
    let reader = reader(path, key).or_else(|_| reader(path, &Key::default()))?;
    let head = reader.head();
    let (seconds, closed) = (reader.duration() as f64 / 1e6, reader.is_indexed());
    update.execute(
        "INSERT INTO recordings (path, size, modified, started_ms, seconds, closed, locked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![name, size, modified, head.started_ms, seconds, closed, reader.is_locked()],
    )?;
    let id = update.last_insert_rowid();
    for (key, value) in &head.meta {
        let row = params![id, key, value];
        update.execute("INSERT INTO meta (recording, key, value) VALUES (?1, ?2, ?3)", row)?;
    }
    for mark in reader.marks() {
        let at = reader.micros_at(mark.channel, mark.position) as f64 / 1e6;
        let kind = format!("{:?}", mark.kind);
        update.execute(
            "INSERT INTO marks (recording, channel, kind, seconds, text, lowercase)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![id, mark.channel, kind, at, mark.text, mark.text.to_lowercase()],
        )?;
    }
    Ok(())
}

/// Metadata that may hold a telephone number.
const NUMBERS: &str = "('number', 'caller', 'called', 'callee', 'from', 'to', 'ani', 'dnis', \
                       'caller_number', 'called_number')";

/// The conditions of a query, and what stands for their question marks.
fn conditions(query: &Query) -> anyhow::Result<(String, Vec<rusqlite::types::Value>)> {
    let (mut sql, mut values) = (String::new(), Vec::new());
    let has = "EXISTS (SELECT 1 FROM meta WHERE recording = recordings.id AND";
    let mut and = |condition: String, value: rusqlite::types::Value| {
        sql.push_str(" AND ");
        sql.push_str(&condition);
        values.push(value);
    };
    if let Some(number) = &query.number {
        // By its end: +49 30 123 and 030123 are the same to whoever dials.
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        ensure!(!digits.is_empty(), "{number} is no telephone number");
        let mut value = "value".to_owned();
        for between in [" ", "-", "/", "(", ")", "."] {
            value = format!("replace({value}, '{between}', '')");
        }
        let condition = format!("{has} key IN {NUMBERS} AND {value} LIKE '%' || ?)");
        and(condition, digits.into());
    }
    let mut pairs = Vec::new();
    for (key, value) in [("agent", &query.agent), ("queue", &query.queue)] {
        pairs.extend(value.iter().map(|value| (key.to_owned(), value.clone())));
    }
    for text in &query.meta {
        pairs.push(pair(text)?);
    }
    for (key, value) in pairs {
        // Both in one value: the condition has one question mark.
        and(format!("{has} key || char(0) || value = ?)"), format!("{key}\0{value}").into());
    }
    if let Some(text) = &query.text {
        let exists = "EXISTS (SELECT 1 FROM marks WHERE recording = recordings.id AND";
        // SQLite's own lower() knows no letter beyond ASCII.
        and(format!("{exists} instr(lowercase, ?) > 0)"), text.to_lowercase().into());
    }
    if let Some(since) = &query.since {
        and("started_ms >= ?".into(), time(since)?.into());
    }
    if let Some(until) = &query.until {
        and("started_ms < ?".into(), time(until)?.into());
    }
    Ok((sql, values))
}

pub(crate) fn find(
    folder: &Path,
    query: &Query,
    index: Option<&Path>,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<bool> {
    let path: PathBuf = index.map_or_else(|| folder.join(NAME), Path::to_path_buf);
    let (conditions, values) = conditions(query)?;
    let mut connection =
        open(&path).with_context(|| format!("cannot open the index {}", path.display()))?;
    update(&mut connection, folder, key, as_json)?;
    let sql = format!(
        "SELECT id, path, started_ms, seconds, size, closed, locked FROM recordings \
         WHERE 1{conditions} ORDER BY started_ms, path"
    );
    let mut found = connection.prepare(&sql)?;
    let mut meta = connection.prepare("SELECT key, value FROM meta WHERE recording = ?1")?;
    let mut rows = found.query(params_from_iter(values))?;
    let mut any = false;
    while let Some(row) = rows.next()? {
        any = true;
        let (id, name): (i64, String) = (row.get(0)?, row.get(1)?);
        let (started_ms, seconds): (i64, f64) = (row.get(2)?, row.get(3)?);
        let (bytes, closed, locked): (i64, bool, bool) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let pairs = meta.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let pairs: Vec<(String, String)> = pairs.collect::<Result<_, _>>()?;
        let file = folder.join(name);
        if as_json {
            let meta: serde_json::Map<_, _> =
                pairs.into_iter().map(|(key, value)| (key, json!(value))).collect();
            let said = json!({
                "file": file, "started_ms": started_ms, "seconds": seconds, "bytes": bytes,
                "closed": closed, "locked": locked, "meta": meta,
            });
            println!("{said}");
        } else {
            let meta: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let (when, what) = (local(started_ms), shown(&meta.join(" ")));
            println!("{when}  {seconds:7.1} s  {}  {what}", file.display());
        }
    }
    Ok(any)
}
