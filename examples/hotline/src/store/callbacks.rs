//! Callers who are to be called back, kept over a restart.

use rusqlite::{Connection, params};

/// The table, and what a person would ask of it.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS callbacks (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    number   TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    last     TEXT,
    outcome  TEXT
);
CREATE INDEX IF NOT EXISTS open_callbacks ON callbacks (id) WHERE outcome IS NULL;
";

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallbackRow {
    pub(crate) id: u64,
    /// Which `[[callback]]` of the configuration.
    pub(crate) name: String,
    pub(crate) number: String,
    /// The call in which it was asked for.
    pub(crate) asked_by: u64,
    pub(crate) priority: i32,
    /// Since when they wait, in milliseconds since the Unix epoch.
    pub(crate) since_ms: u64,
    /// When they may enter the queue.
    pub(crate) due_ms: u64,
    /// How often they were called.
    pub(crate) tries: u8,
    /// What the last try came to.
    pub(crate) last: Option<String>,
    /// What came of it; `None` as long as it is open.
    pub(crate) outcome: Option<String>,
}

/// Writes a callback as it is now.
pub(super) fn keep(connection: &Connection, row: &CallbackRow) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO callbacks (id, name, number, asked_by, priority, since_ms,
             due_ms, tries, last, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            row.id.cast_signed(),
            row.name,
            row.number,
            row.asked_by.cast_signed(),
            row.priority,
            row.since_ms.cast_signed(),
            row.due_ms.cast_signed(),
            row.tries,
            row.last,
            row.outcome,
        ])
}

/// Those that are open, the oldest first, and the greatest number any ever had.
pub(super) fn open(connection: &Connection) -> rusqlite::Result<(Vec<CallbackRow>, u64)> {
    let mut statement = connection.prepare(
        "SELECT id, name, number, asked_by, priority, since_ms, due_ms, tries, last
         FROM callbacks WHERE outcome IS NULL ORDER BY id",
    )?;
    let number = |row: &rusqlite::Row<'_>, column| row.get(column).map(i64::cast_unsigned);
    let rows = statement.query_map([], |row| {
        Ok(CallbackRow {
            id: number(row, 0)?,
            name: row.get(1)?,
            number: row.get(2)?,
            asked_by: number(row, 3)?,
            priority: row.get(4)?,
            since_ms: number(row, 5)?,
            due_ms: number(row, 6)?,
            tries: row.get(7)?,
            last: row.get(8)?,
            outcome: None,
        })
    })?;
    let rows = rows.collect::<rusqlite::Result<_>>()?;
    let last: i64 =
        connection.query_row("SELECT COALESCE(MAX(id), 0) FROM callbacks", [], |row| row.get(0))?;
    Ok((rows, last.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_ones_come_back_and_closed_ones_do_not() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let first = CallbackRow {
            id: 3,
            name: "callback".into(),
            number: "555".into(),
            asked_by: 9,
            priority: -1,
            since_ms: 1_795_000_000_000,
            due_ms: 1_795_000_060_000,
            tries: 1,
            last: Some("busy".into()),
            outcome: None,
        };
        let second = CallbackRow { id: 4, number: "556".into(), ..first.clone() };
        keep(&connection, &second).unwrap();
        keep(&connection, &first).unwrap();
        assert_eq!(open(&connection).unwrap(), (vec![first.clone(), second.clone()], 4));
        keep(&connection, &CallbackRow { outcome: Some("answered".into()), ..second }).unwrap();
        assert_eq!(open(&connection).unwrap(), (vec![first], 4));
    }
}
