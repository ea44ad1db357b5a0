//! How Trunkline's benchmarks time things, and where their figures go.
//!
//! A figure is only worth quoting beside a named peer measured in the same run: machines differ
//! and are noisy, ratios travel better. [`versus`] therefore runs the two in turn, batch by batch,
//! and takes each one's median; [`Row::save`] appends the result to `target/bench/summary.tsv`
//! (area, case, metric, unit, ours, peer, theirs, ratio), which `make bench` starts afresh.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How many batches each side is timed for; the median of an odd number is one of them.
const BATCHES: usize = 15;
/// A batch lasts about this long, so that reading the clock costs nothing beside it.
const BATCH: Duration = Duration::from_millis(20);

/// One figure, ours beside a peer's.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which part of the project: `acd`, `ivr`, `media`, `record`, `ffi` or `python`.
    pub area: &'a str,
    /// What was done, for example `g711-ulaw-encode`.
    pub case: &'a str,
    /// What was counted, for example `time per sample`.
    pub metric: &'a str,
    /// Its unit, for example `ns`.
    pub unit: &'a str,
    /// Our figure.
    pub ours: f64,
    /// The peer's name and version, or `-` where the figure stands alone.
    pub peer: &'a str,
    /// The peer's figure in the same run, where there is one.
    pub theirs: Option<f64>,
}

impl Row<'_> {
    /// Prints the row and appends it to the summary, writing the header first in a new file.
    ///
    /// # Errors
    /// When the summary's folder or file cannot be written.
    #[allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]
    pub fn save(&self) -> io::Result<()> {
        let path = summary_path();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = !path.exists();
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        if new {
            writeln!(file, "area\tcase\tmetric\tunit\tours\tpeer\ttheirs\tratio")?;
        }
        let (theirs, ratio) = match self.theirs {
            Some(theirs) => (figure(theirs), figure(self.ours / theirs)),
            None => ("-".into(), "-".into()),
        };
        let Row { area, case, metric, unit, peer, .. } = self;
        let ours = figure(self.ours);
        let line = format!("{area}\t{case}\t{metric}\t{unit}\t{ours}\t{peer}\t{theirs}\t{ratio}");
        println!("{line}");
        writeln!(file, "{line}")
    }
}

/// Four significant digits: more would pretend to a precision a shared machine does not have.
fn figure(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let digits = (3 - x.abs().log10().floor() as i32).clamp(0, 9) as usize;
    format!("{x:.digits$}")
}

/// `$TRUNKLINE_BENCH_DIR/summary.tsv`, or `target/bench/summary.tsv` of the workspace.
#[must_use]
pub fn summary_path() -> PathBuf {
    std::env::var_os("TRUNKLINE_BENCH_DIR")
        .map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench")),
            PathBuf::from,
        )
        .join("summary.tsv")
}

/// Median seconds one call of `f` takes.
pub fn seconds_per_call(mut f: impl FnMut()) -> f64 {
    let calls = calibrate(&mut f);
    let mut times: Vec<f64> = (0..BATCHES).map(|_| batch(&mut f, calls)).collect();
    median(&mut times)
}

/// Median seconds one call of `ours` and one of `theirs` takes, their batches taken in turn so
/// that a machine that slows down for a while slows both.
pub fn versus(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let (our_calls, their_calls) = (calibrate(&mut ours), calibrate(&mut theirs));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        a.push(batch(&mut ours, our_calls));
        b.push(batch(&mut theirs, their_calls));
    }
    (median(&mut a), median(&mut b))
}

/// How many calls fill a batch; running them is the warm-up.
fn calibrate(f: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        let took = start.elapsed();
        if took >= BATCH || calls >= 1 << 28 {
            return calls;
        }
        let more = BATCH.as_secs_f64() / took.as_secs_f64().max(1e-9);
        calls = (f64::from(calls) * more.clamp(1.5, 10.0)).ceil() as u32;
    }
}

fn batch(f: &mut impl FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| f());
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_four_digits() {
        assert_eq!(figure(1234.567), "1235");
        assert_eq!(figure(0.001_234_56), "0.001235");
        assert_eq!(figure(0.0), "0");
        assert_eq!(figure(-12.345), "-12.35");
    }

    #[test]
    fn the_median_is_the_middle_batch() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
    }
}
