//! What is shown while the demonstration runs, and at its end.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use super::script::Outcome;
use super::verify::Row;
use crate::centre::Snapshot;

/// How often a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(500);
/// How often a line is written where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// Standard output as a screen.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: bool,
    /// Lines drawn last time, which the next drawing takes the place of.
    drawn: usize,
}

impl Screen {
    pub(super) fn new() -> Screen {
        Screen { terminal: std::io::stdout().is_terminal(), drawn: 0 }
    }

    /// How often to [`show`](Screen::show).
    pub(super) fn every(&self) -> Duration {
        if self.terminal { REDRAW } else { LINE }
    }

    /// Shows the state of the call centre.
    pub(super) fn show(&mut self, at: Duration, over: usize, of: usize, now: &Snapshot) {
        let mut out = String::new();
        if self.terminal {
            if self.drawn > 0 {
                // Up to the first line drawn, and clear from there.
                let _ = write!(out, "\x1b[{}F\x1b[J", self.drawn);
            }
            let table = table(at, over, of, now);
            self.drawn = table.lines().count();
            out += &table;
        } else {
            out = line(at, over, of, now);
        }
        print(&out);
    }
}

/// Writes to standard output; a reader that has gone away ends nothing.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

fn line(at: Duration, over: usize, of: usize, now: &Snapshot) -> String {
    let mut out =
        format!("{:5.1} s  {over}/{of} calls over, {} up", at.as_secs_f32(), now.calls.len());
    for queue in &now.queues {
        let _ = write!(out, "; {}: {} waiting", queue.name, queue.waiting);
        if queue.waiting > 0 {
            let _ = write!(out, " (longest {})", seconds(queue.longest_ms));
        }
    }
    let agents: Vec<String> =
        now.agents.iter().map(|agent| format!("{} {}", agent.user, agent.state)).collect();
    let _ = writeln!(out, "; {}", agents.join(", "));
    out
}

fn table(at: Duration, over: usize, of: usize, now: &Snapshot) -> String {
    let mut out = format!("{:5.1} s   {over} of {of} calls over\n", at.as_secs_f32());
    for queue in &now.queues {
        let longest = seconds(queue.longest_ms);
        let _ = writeln!(
            out,
            "queue {:<10} {:>2} waiting, longest {longest}",
            queue.name, queue.waiting
        );
    }
    for agent in &now.agents {
        let since = seconds(agent.for_ms);
        let _ = writeln!(
            out,
            "agent {:<10} {:<12} {:<11} {since}",
            agent.user, agent.name, agent.state
        );
    }
    for call in &now.calls {
        let since = seconds(call.for_ms);
        let _ =
            writeln!(out, "call  {:<3} {:<12}  {:<28} {since}", call.id, call.caller, call.stage);
    }
    out
}

/// The table of all calls.
pub(super) fn report(rows: &[Row]) {
    let mut out = format!(
        "\n{:<12} {:<34} {:<12} {:>7} {:>7} {:>7} {:>6} {:>6}\n",
        "caller", "script", "outcome", "length", "waited", "talked", "heard", "record"
    );
    let time = |d: Option<Duration>| d.map_or("-".into(), |d| format!("{:.1} s", d.as_secs_f32()));
    let share = |s: Option<f32>| s.map_or("-".into(), |s| format!("{:.0} %", s * 100.0));
    for row in rows {
        let outcome = match row.outcome {
            Some(outcome) if row.is_good() => outcome.name(),
            _ => "FAILED",
        };
        let _ = writeln!(
            out,
            "{:<12} {:<34} {:<12} {:>7} {:>7} {:>7} {:>6} {:>6}",
            row.number,
            row.plan,
            outcome,
            time(row.length),
            time(row.waited),
            time(row.talked),
            share(row.heard),
            share(row.recorded),
        );
        for problem in &row.problems {
            let _ = writeln!(out, "             ! {problem}");
        }
    }
    print(&out);
}

/// The last words: the counts, and where to look.
pub(super) fn summary(rows: &[Row], folder: &std::path::Path) {
    let count = |outcome| rows.iter().filter(|r| r.is_good() && r.outcome == Some(outcome)).count();
    let failed = rows.iter().filter(|row| !row.is_good()).count();
    let counts: Vec<String> =
        Outcome::ALL.iter().map(|o| format!("{} {}", count(*o), o.name())).collect();
    let folder = folder.display();
    print(&format!(
        "\nrecordings in {folder}/recordings, messages in {folder}/voicemail, \
         call records in {folder}/hotline.db\n\
         demo: {} calls, {}, {failed} failed\n",
        rows.len(),
        counts.join(", "),
    ));
}
