//! What is written down is there after a restart, and queries are checked before they are asked.

use super::*;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()
}

fn query(name: &str, sql: &str) -> Query {
    Query { name: name.into(), sql: sql.into() }
}

#[tokio::test]
async fn calls_are_kept_and_flows_can_ask() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hotline.db");
    let queries = [
        query("caller", "SELECT COUNT(*) AS vip FROM callers WHERE number = :caller"),
        query("rate", "UPDATE calls SET rating = :score WHERE id = :call"),
        query("case", "SELECT status FROM cases WHERE number = :number"),
    ];
    let vips = ["555".to_owned()];
    let (store, thread, kept) = Store::open(&path, &queries, &[("vip", &vips)]).unwrap();
    assert_eq!(kept, Kept::default());
    let (caller, called, started) = ("555".into(), "12345".into(), "now".into());
    store.begin(CallBegun { id: 7, caller, called, started, ..CallBegun::default() });
    let vip = store.query("caller".into(), fields(&[("caller", "555"), ("x", "y")])).await;
    assert_eq!(vip.unwrap(), [("vip".to_owned(), Datum::Integer(1))]);
    let rated = store.query("rate".into(), fields(&[("score", "5"), ("call", "7")])).await;
    assert_eq!(rated.unwrap(), []);
    assert_eq!(store.query("case".into(), fields(&[("number", "1")])).await.unwrap(), []);
    let unknown = store.query("weather".into(), Vec::new()).await;
    assert_eq!(unknown, Err(QueryError::Unknown("weather".into())));
    let record = CallRecord { id: 7, outcome: "answered".into(), ..CallRecord::default() };
    store.finish(record);
    store.event(Some(7), "now".into(), "answered", "1001".into());
    drop(store);
    thread.join();
    let (_store, _thread, kept) = Store::open(&path, &queries, &[]).unwrap();
    assert_eq!(kept.last_call, 7, "numbers go on after a restart");
    let db = Connection::open(&path).unwrap();
    let kept: (String, i64) = db
        .query_row("SELECT outcome, rating FROM calls", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap();
    assert_eq!(kept, ("answered".into(), 5));
}

#[test]
fn a_database_of_an_earlier_version_gets_the_new_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hotline.db");
    let old = Connection::open(&path).unwrap();
    let kept = |line: &&str| LATER_COLUMNS.iter().all(|(column, _)| !line.contains(column));
    let earlier: Vec<&str> = SCHEMA.lines().filter(kept).collect();
    old.execute_batch(&earlier.join("\n").replace("voicemail   TEXT,", "voicemail TEXT")).unwrap();
    old.execute("INSERT INTO calls (id, caller, called, started) VALUES (1, '', '', '')", [])
        .unwrap();
    drop(Store::open(&path, &[], &[]).unwrap());
    let sql = "SELECT direction, callback FROM calls";
    let row = old.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?)));
    assert_eq!(row.unwrap(), ("in".to_owned(), None::<i64>));
}

#[test]
fn a_query_that_is_no_sql_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hotline.db");
    let error = Store::open(&path, &[query("bad", "SELEC 1")], &[]).unwrap_err();
    assert!(error.to_string().contains("query `bad`"), "{error}");
}

#[test]
fn a_query_is_checked_without_a_database_and_against_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("50% of #1?.db");
    Store::check(&path, "SELECT status FROM cases WHERE number = :number").unwrap();
    let error = Store::check(&path, "SELECT 1 FROM orders").unwrap_err();
    assert!(error.to_string().contains("no such table: orders"), "{error}");
    assert!(!path.exists(), "a check makes no file");
    let own = Connection::open(&path).unwrap();
    own.execute_batch("CREATE TABLE orders (number TEXT)").unwrap();
    Store::check(&path, "SELECT 1 FROM orders").unwrap();
}
