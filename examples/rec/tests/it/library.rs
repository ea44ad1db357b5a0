//! Folders of recordings: found by the index, pruned by rule, kept on hold.

use std::fs;
use std::path::Path;

use super::{code, done, legs, rec, said};

/// Noon of 2026-11-01, UTC.
const NOON: i64 = 1_793_534_400_000;
const DAY: i64 = 86_400_000;

/// Three calls a day apart: in sales, in service with an agent, and one below in a folder.
fn calls(folder: &Path) {
    legs(folder);
    fs::create_dir_all(folder.join("calls/november")).unwrap();
    let import = |name: &str, day: i64, meta: &[&str], more: &[&str]| {
        let started = (NOON + day * DAY).to_string();
        let mut args = vec!["import", name, "caller.ul", "--started-ms", &started];
        meta.iter().for_each(|pair| args.extend(["--meta", pair]));
        done(folder, &[&args, more].concat());
    };
    import("calls/a.tlr", 0, &["queue=sales", "caller=+49 30 123-456"], &[]);
    import("calls/b.tlr", 1, &["queue=service", "agent=17", "caller=0891111"], &[]);
    import("calls/november/c.tlr", 2, &["queue=sales", "agent=18", "called=030123456"], &[]);
}

fn found(folder: &Path, args: &[&str]) -> Vec<String> {
    let output = rec(folder, &[&["find", "calls", "--json"], args].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<String> = text
        .lines()
        .map(|line| {
            let said: serde_json::Value = serde_json::from_str(line).unwrap();
            let path = said["file"].as_str().unwrap();
            Path::new(path).file_stem().unwrap().to_str().unwrap().into()
        })
        .collect();
    assert_eq!(output.status.code(), Some(if names.is_empty() { 1 } else { 0 }), "{args:?}");
    names
}

#[test]
fn recordings_are_found_by_what_is_known_of_them() {
    use std::io::BufWriter;

    use media_core::record::Format;
    use media_core::record::tlr::Channel;
    use media_core::record::tlr::{Head, Mark, MarkKind, Options, Writer};

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    calls(folder);
    assert_eq!(found(folder, &[]), ["a", "b", "c"]);
    assert_eq!(found(folder, &["--number", "030 123456"]), ["c"]);
    assert_eq!(found(folder, &["--number", "30123456"]), ["a", "c"]);
    assert_eq!(found(folder, &["--number", "(030) 123.456"]), ["c"]);
    assert_eq!(found(folder, &["--number", "891111"]), ["b"]);
    assert_eq!(found(folder, &["--number", "0891"]), [""; 0]);
    // Nobody is told that all calls are Alice's.
    assert_eq!(code(folder, &["find", "calls", "--number", "alice"]), 3);
    assert_eq!(found(folder, &["--queue", "sales", "--agent", "18"]), ["c"]);
    assert_eq!(found(folder, &["--meta", "queue=sales", "--meta", "agent=18"]), ["c"]);
    assert_eq!(found(folder, &["--since", "2026-11-02T12:00:00Z"]), ["b", "c"]);
    assert_eq!(found(folder, &["--until", "2026-11-02T12:00:00Z"]), ["a"]);
    assert_eq!(code(folder, &["find", "calls", "--since", "yesterday"]), 3);
    assert_eq!(code(folder, &["find", "calls", "--meta", "queue"]), 3);
    assert_eq!(code(folder, &["find", "nowhere"]), 3);
    let b = &said(folder, &["find", "calls", "--agent", "17"])[0];
    assert_eq!((&b["file"], &b["started_ms"]), (&"calls/b.tlr".into(), &(NOON + DAY).into()));
    assert_eq!((&b["seconds"], &b["meta"]["queue"]), (&3.0.into(), &"service".into()));
    assert_eq!((&b["closed"], &b["locked"]), (&true.into(), &false.into()));
    assert_eq!(found(folder, &["--meta", "agent=17"]), ["b"]);
    assert_eq!(found(folder, &["--agent", "1"]), [""; 0]);
    let day = ["--since", "2026-11-02T00:00:00Z", "--until", "2026-11-03T00:00:00Z"];
    assert_eq!(found(folder, &day), ["b"]);
    let told = done(folder, &["find", "calls", "--agent", "17"]);
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("3.0 s  calls/b.tlr  queue=service agent=17"), "{told}");
    // A new one, one gone, one that is no recording: the index follows.
    fs::remove_file(folder.join("calls/a.tlr")).unwrap();
    fs::write(folder.join("calls/bad.tlr"), "no recording").unwrap();
    let head = Head { channels: vec![Channel::telephone(Format::Ulaw, "x")], ..Head::default() };
    let file = BufWriter::new(fs::File::create(folder.join("calls/d.tlr")).unwrap());
    let mut writer = Writer::create(file, &head, Options::new([1; 16])).unwrap();
    let (kind, text) = (MarkKind::Note, "Asked for a REFUND 100% of it, RÜCKRUF".into());
    writer.mark(&Mark { channel: 0, position: 0, len: 0, kind, text }).unwrap();
    writer.finish().unwrap();
    assert_eq!(found(folder, &["--text", "refund"]), ["d"]);
    assert_eq!(found(folder, &["--text", "100%"]), ["d"]);
    assert_eq!(found(folder, &["--text", "rückruf"]), ["d"]);
    assert_eq!(found(folder, &["--text", "1%0"]), [""; 0]);
    assert_eq!(found(folder, &["--queue", "sales"]), ["c"]);
    let output = rec(folder, &["find", "calls"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("bad.tlr"));
    // What is no index is not written over: it may be somebody's.
    fs::write(folder.join("letter.sqlite"), "Dear sir, ".repeat(100)).unwrap();
    let output = rec(folder, &["find", "calls", "--index", "letter.sqlite"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot open the index letter"));
    assert!(fs::read(folder.join("letter.sqlite")).unwrap().starts_with(b"Dear sir"));
    // The index is only a copy.
    fs::remove_file(folder.join("calls/.rec-index.sqlite")).unwrap();
    assert_eq!(found(folder, &["--index", "elsewhere.sqlite", "--agent", "17"]), ["b"]);
    assert!(!folder.join("calls/.rec-index.sqlite").exists());
}

#[test]
fn an_encrypted_recording_is_found_once_its_key_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    calls(folder);
    let public = String::from_utf8(done(folder, &["keygen", "my.key"])).unwrap();
    let import = ["import", "calls/s.tlr", "caller.ul", "--meta", "queue=vip", "--recipient"];
    done(folder, &[&import[..], &[public.trim()]].concat());
    let import = ["import", "calls/t.tlr", "caller.ul", "--meta", "queue=vip", "--clear-head"];
    done(folder, &[&import[..], &["--recipient", public.trim()]].concat());
    assert_eq!(found(folder, &["--queue", "vip"]), ["t"]);
    assert_eq!(found(folder, &["--queue", "vip", "--secret-file", "my.key"]), ["s", "t"]);
}

#[test]
fn what_is_past_its_time_goes_and_what_is_on_hold_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    calls(folder);
    let whole = fs::read(folder.join("calls/a.tlr")).unwrap();
    fs::write(folder.join("calls/torn.tlr"), &whole[..whole.len() - 20]).unwrap();
    let there = || {
        let mut names: Vec<String> = ["a", "b", "november/c", "torn"]
            .into_iter()
            .filter(|name| folder.join(format!("calls/{name}.tlr")).exists())
            .map(String::from)
            .collect();
        names.sort();
        names.join(" ")
    };
    // Ten days after the first call: sales are kept for eight days, all others for thirty.
    let now = "2026-11-11T12:00:30Z";
    let prune = ["prune", "calls", "--keep", "30", "--rule", "queue=sales:8", "--now", now];
    let told = String::from_utf8(done(folder, &prune)).unwrap();
    assert_eq!(there(), "a b november/c torn");
    assert!(told.contains("past its time: calls/a.tlr"), "{told}");
    assert!(told.contains("kept: calls/torn.tlr (never closed)"), "{told}");
    let held = &said(folder, &["hold", "calls/a.tlr", "--reason", "case 17"])[0];
    assert_eq!((&held["file"], &held["on_hold"]), (&"calls/a.tlr".into(), &true.into()));
    assert_eq!(held["reason"], "case 17");
    let reason = fs::read_to_string(folder.join("calls/a.tlr.hold")).unwrap();
    assert_eq!(reason, "case 17\n");
    assert_eq!(code(folder, &["hold", "calls/a.tlr"]), 3);
    assert_eq!(code(folder, &["hold", "calls/absent.tlr"]), 3);
    let fates = said(folder, &[&prune[..], &["--delete"]].concat());
    let fates: Vec<_> = (fates.iter())
        .map(|said| {
            let (file, why) = (said["file"].as_str().unwrap(), said["why"].as_str().unwrap());
            (file, said["past"] == true, said["removed"] == true, why)
        })
        .collect();
    let want = [
        ("calls/a.tlr", false, false, "on hold"),
        ("calls/b.tlr", false, false, "not yet"),
        ("calls/november/c.tlr", true, true, "kept for 8 days"),
        ("calls/torn.tlr", false, false, "never closed"),
    ];
    assert_eq!(fates, want);
    assert_eq!(there(), "a b torn");
    let released = &said(folder, &["hold", "calls/a.tlr", "--release"])[0];
    assert_eq!(released["on_hold"], false);
    assert_eq!(code(folder, &["hold", "calls/a.tlr", "--release"]), 3);
    done(folder, &[&prune[..], &["--delete"]].concat());
    assert_eq!(there(), "b torn");
    assert_eq!(rec(folder, &["prune", "calls"]).status.code(), Some(3));
    assert_eq!(rec(folder, &["prune", "calls", "--rule", "queue:3"]).status.code(), Some(3));
    assert_eq!(there(), "b torn");
}
