//! Long commands show how far they are, to people only: on a terminal, which script(1) provides.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{fs, io};

use super::legs;

/// script(1), of util-linux, with a command: a terminal of its own, whose output is in `typescript`.
fn on_a_terminal(folder: &Path, command: &str) -> io::Result<Output> {
    let mut script = Command::new("script");
    script.current_dir(folder).env("TERM", "xterm").args(["-q", "-e", "-c", command, "typescript"]);
    script.stdin(Stdio::null()).output()
}

/// What a command of ours shows on a terminal.
fn shown(folder: &Path, args: &str) -> String {
    let run = format!("'{}' {args}", env!("CARGO_BIN_EXE_rec"));
    let output = on_a_terminal(folder, &run).unwrap();
    let told = fs::read(folder.join("typescript")).unwrap_or_default();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(output.status.success(), "{args}: {told}");
    told
}

#[allow(clippy::print_stderr, reason = "what was not tested is said")]
#[test]
fn every_long_command_shows_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !on_a_terminal(folder, "true").is_ok_and(|done| done.status.success()) {
        eprintln!("script(1) finds no terminal here: no progress bar was seen");
        return;
    }
    legs(folder);
    fs::create_dir(folder.join("calls")).unwrap();
    for (args, what) in [
        ("import calls/call.tlr caller.ul agent.al", "importing"),
        ("verify calls/call.tlr", "checking"),
        ("repack calls/call.tlr small.tlr", "repacking"),
        ("verify small.tlr --origin calls/call.tlr", "comparing"),
        ("rekey calls/call.tlr copy.tlr", "rekeying"),
        ("recover calls/call.tlr saved.tlr", "recovering"),
        ("export calls/call.tlr call.wav", "exporting"),
        ("export calls/call.tlr call.flac", "exporting"),
        ("export calls/call.tlr call.opus", "exporting"),
        ("find calls", "indexing"),
        ("prune calls --keep 30", "pruning"),
    ] {
        let told = shown(folder, args);
        assert!(told.contains(&format!("{what} [")), "{args}: {told}");
    }
    // Programs get none.
    let told = shown(folder, "verify --json small.tlr");
    assert!(told.contains("\"good\":true") && !told.contains("checking ["), "{told}");
}
