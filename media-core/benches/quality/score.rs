//! PESQ (ITU-T P.862) and ViSQOL by their Python packages, many pairs in one process.
//!
//! A pair is scored once: the score is kept under `target/quality` by what the pair contains.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("score.py");

/// What scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// PESQ of 8 kHz sound.
    Pesq,
    /// ViSQOL's speech mode, of 8 kHz sound.
    Visqol,
}

impl Measure {
    /// Its name in `score.py`.
    const fn name(self) -> &'static str {
        match self {
            Measure::Pesq => "pesq",
            Measure::Visqol => "visqol",
        }
    }
}

/// A pair to be scored: its files, where its score is not known.
struct Pair {
    key: u64,
    measure: Measure,
}

pub(crate) struct Scorer {
    python: PathBuf,
    /// Scores by contents, and where sound waits for the script.
    cache: PathBuf,
    folder: PathBuf,
    /// Whether ViSQOL is there, too.
    pub(crate) visqol: bool,
    known: HashMap<u64, f64>,
    pairs: Vec<Pair>,
    /// Lines for the script, in the order of `asked`.
    lines: String,
    asked: Vec<u64>,
    files: Vec<PathBuf>,
}

impl Drop for Scorer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Scorer {
    /// `None` when no Python with `pesq` is found: see `tools/quality.sh`.
    pub(crate) fn find() -> Option<Self> {
        let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
        let venv = PathBuf::from(target).join("pesq-venv/bin/python");
        let python = if venv.exists() { venv } else { "python3".into() };
        let has = |modules: &str| {
            Command::new(&python)
                .args(["-c", &format!("import {modules}")])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        let cache = PathBuf::from(target).join("quality/scores.tsv");
        // Two runs at once must not take each other's files.
        let folder = cache.with_file_name(std::process::id().to_string());
        std::fs::create_dir_all(&folder).ok()?;
        let known = std::fs::read_to_string(&cache).unwrap_or_default();
        let known = known.lines().filter_map(|line| {
            let (key, score) = line.split_once('\t')?;
            Some((u64::from_str_radix(key, 16).ok()?, score.parse().ok()?))
        });
        let (pesq, visqol) = (has("pesq, numpy"), has("visqol, scipy, ai_edge_litert"));
        pesq.then(|| Scorer {
            visqol,
            known: known.collect(),
            python,
            cache,
            folder,
            pairs: Vec::new(),
            lines: String::new(),
            asked: Vec::new(),
            files: Vec::new(),
        })
    }

    /// Notes a pair to score; returns its place among the scores.
    pub(crate) fn add(&mut self, measure: Measure, clean: &[i16], heard: &[i16]) -> usize {
        let name = measure.name();
        let key = hash(name.bytes().map(u64::from), hash(samples(clean), hash(samples(heard), 0)));
        if !self.known.contains_key(&key) && !self.asked.contains(&key) {
            let reference = self.save(&format!("{:x}", hash(samples(clean), 1)), clean);
            let degraded = self.save(&format!("{key:x}"), heard);
            let (reference, degraded) = (reference.display(), degraded.display());
            let _ = writeln!(self.lines, "{name} {reference} {degraded}");
            self.asked.push(key);
        }
        self.pairs.push(Pair { key, measure });
        self.pairs.len() - 1
    }

    /// Every pair's MOS-LQO; NaN where no speech is found.
    pub(crate) fn score(&mut self) -> Vec<f64> {
        if !self.asked.is_empty() {
            self.ask();
        }
        let score = |pair: Pair| {
            let score = self.known.get(&pair.key).copied();
            score.unwrap_or_else(|| panic!("{:?} stopped early", pair.measure))
        };
        self.pairs.drain(..).map(score).collect()
    }

    fn ask(&mut self) {
        let mut child = Command::new(&self.python)
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python was found");
        child.stdin.take().expect("piped").write_all(self.lines.as_bytes()).expect("python reads");
        let mut cache = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.cache)
            .expect("target/quality can be written");
        // As they come, so that a run cut short is not in vain.
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        for (key, line) in self.asked.drain(..).zip(lines) {
            let score = line.ok().and_then(|line| line.parse().ok()).unwrap_or(f64::NAN);
            self.known.insert(key, score);
            writeln!(cache, "{key:x}\t{score}").expect("target/quality can be written");
        }
        child.wait().expect("python ends");
        self.lines.clear();
        for path in self.files.drain(..) {
            let _ = std::fs::remove_file(path);
        }
    }

    fn save(&mut self, name: &str, samples: &[i16]) -> PathBuf {
        let path = Path::new(&self.folder).join(format!("{name}.raw"));
        if !self.files.contains(&path) {
            let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
            std::fs::write(&path, bytes).expect("target/quality can be written");
            self.files.push(path.clone());
        }
        path
    }
}

fn samples(samples: &[i16]) -> impl Iterator<Item = u64> {
    samples.iter().map(|&s| u64::from(s as u16))
}

/// Tells contents apart; multiplications that lose nothing, then a mix as splitmix64's.
fn hash(words: impl Iterator<Item = u64>, seed: u64) -> u64 {
    let h = words.fold(seed, |h, word| {
        (h ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).wrapping_add(1)
    });
    (h ^ (h >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB)
}

/// The mean of those that are numbers.
pub(crate) fn mean(scores: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for score in scores.filter(|score| score.is_finite()) {
        sum += score;
        n += 1.0;
    }
    sum / n
}
