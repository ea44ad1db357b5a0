//! What the recording codec and G.711 compute must not depend on the machine: this counts the lines
//! of digests that are not the known ones, and ends with status 1 if there are any. media-core's own
//! tests do the same where they run; this is for other machines, as it needs little to be built.

use std::process::ExitCode;

mod digests;
#[path = "../../tests/it/record/signals.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod signals;

fn main() -> ExitCode {
    let (lines, known) = (digests::lines(), include_str!("../known.txt"));
    let wrong = lines.iter().filter(|line| !known.lines().any(|known| known == *line)).count();
    let (machine, bits) = (std::env::consts::ARCH, usize::BITS);
    println!("{machine}, {bits} bits: {} lines of digests, {wrong} not as known", lines.len());
    if wrong == 0 && lines.len() == known.lines().count() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
