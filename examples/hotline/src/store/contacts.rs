//! How far the campaigns have come, kept over a restart.

use rusqlite::{Connection, params};

/// The table, and what became of each campaign so far.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS contacts (
    campaign TEXT NOT NULL,
    number   TEXT NOT NULL,
    tries    INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL,
    last     TEXT,
    outcome  TEXT,
    PRIMARY KEY (campaign, number)
) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS campaigns AS
    SELECT campaign, COALESCE(outcome, 'open') AS outcome, COUNT(*) AS contacts,
           SUM(tries) AS tries
    FROM contacts GROUP BY 1, 2;
CREATE TABLE IF NOT EXISTS suspended (
    campaign TEXT PRIMARY KEY,
    since    TEXT NOT NULL,
    why      TEXT NOT NULL
) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS campaign_days AS
    SELECT campaign, day, dials, talked, abandoned,
           CAST(ROUND(1000.0 * abandoned / (talked + abandoned)) AS INTEGER)
               AS abandoned_per_mille,
           machines, complaints
    FROM (SELECT campaign, substr(started, 1, 10) AS day, COUNT(*) AS dials,
                 SUM(agent IS NOT NULL) AS talked,
                 SUM(agent IS NULL AND outcome = 'abandoned') AS abandoned,
                 SUM(outcome IN ('machine', 'message left')) AS machines,
                 SUM(outcome = 'complaint') AS complaints
          FROM calls WHERE campaign IS NOT NULL AND ended IS NOT NULL GROUP BY 1, 2);
";

/// A contact that was dialled, or never will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContactRow {
    pub(crate) campaign: String,
    pub(crate) number: String,
    /// How often it was dialled.
    pub(crate) tries: u8,
    /// When it may be dialled again, in milliseconds since the Unix epoch.
    pub(crate) due_ms: u64,
    /// What the last try came to.
    pub(crate) last: Option<String>,
    /// What came of it; `None` as long as it is to be called.
    pub(crate) outcome: Option<String>,
}

/// Writes a contact as it is now.
pub(super) fn keep(connection: &Connection, row: &ContactRow) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO contacts (campaign, number, tries, due_ms, last, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            row.campaign,
            row.number,
            row.tries,
            row.due_ms.cast_signed(),
            row.last,
            row.outcome,
        ])
}

/// All there are.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<ContactRow>> {
    let sql = "SELECT campaign, number, tries, due_ms, last, outcome FROM contacts";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(ContactRow {
            campaign: row.get(0)?,
            number: row.get(1)?,
            tries: row.get(2)?,
            due_ms: row.get(3).map(i64::cast_unsigned)?,
            last: row.get(4)?,
            outcome: row.get(5)?,
        })
    })?;
    rows.collect()
}

/// Notes that a campaign has stopped itself, and why.
pub(super) fn suspend(
    connection: &Connection,
    campaign: &str,
    since: &str,
    why: &str,
) -> rusqlite::Result<usize> {
    let sql = "INSERT OR REPLACE INTO suspended (campaign, since, why) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![campaign, since, why])
}

/// Notes that it goes on.
pub(super) fn resume(connection: &Connection, campaign: &str) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM suspended WHERE campaign = ?1", [campaign])
}

/// Those that have stopped.
pub(super) fn suspended(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT campaign FROM suspended")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_kept_as_it_was_last() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let open = ContactRow {
            campaign: "renewals".into(),
            number: "555".into(),
            tries: 1,
            due_ms: 1_795_000_000_000,
            last: Some("busy".into()),
            outcome: None,
        };
        keep(&connection, &open).unwrap();
        assert_eq!(all(&connection).unwrap(), vec![open.clone()]);
        let done = ContactRow { tries: 2, outcome: Some("reached".into()), ..open };
        keep(&connection, &done).unwrap();
        assert_eq!(all(&connection).unwrap(), vec![done]);
        let sql = "SELECT outcome, contacts, tries FROM campaigns";
        let row = connection.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
        assert_eq!(row.unwrap(), ("reached".to_owned(), 1, 2));
    }

    #[test]
    fn a_campaign_stays_suspended_until_it_goes_on() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        suspend(&connection, "renewals", "now", "too many complaints").unwrap();
        suspend(&connection, "renewals", "later", "too few successes").unwrap();
        assert_eq!(suspended(&connection).unwrap(), ["renewals"]);
        resume(&connection, "renewals").unwrap();
        assert_eq!(suspended(&connection).unwrap(), [] as [&str; 0]);
    }
}
