//! PESQ (ITU-T P.862) by the Python package `pesq`, many pairs in one process.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SCRIPT: &str = "
import sys
import numpy as np
from multiprocessing import Pool
from pesq import pesq
def score(line):
    ref, deg = line.split()
    try:
        return pesq(8000, np.fromfile(ref, '<i2'), np.fromfile(deg, '<i2'), 'nb')
    except Exception:
        return float('nan')
if __name__ == '__main__':
    with Pool(2) as pool:
        for x in pool.map(score, sys.stdin.read().splitlines(), 4):
            print(x)
";

pub(crate) struct Scorer {
    python: PathBuf,
    folder: PathBuf,
    pairs: Vec<(PathBuf, PathBuf)>,
    references: Vec<(u64, PathBuf)>,
}

impl Scorer {
    /// `None` when no Python with `pesq` is found: see `tools/quality.sh`.
    pub(crate) fn find() -> Option<Self> {
        let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
        let venv = PathBuf::from(target).join("pesq-venv/bin/python");
        let python = if venv.exists() { venv } else { "python3".into() };
        let works = Command::new(&python)
            .args(["-c", "import pesq, numpy"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        let folder = PathBuf::from(target).join("quality");
        std::fs::create_dir_all(&folder).ok()?;
        works.then_some(Scorer { python, folder, pairs: Vec::new(), references: Vec::new() })
    }

    /// Notes a pair to score; returns its place among the scores.
    pub(crate) fn add(&mut self, clean: &[i16], heard: &[i16]) -> usize {
        let n = self.pairs.len();
        let key = clean.iter().fold(clean.len() as u64, |h, &s| {
            (h ^ u64::from(s as u16)).wrapping_mul(0x0100_0000_01B3).rotate_left(5)
        });
        let known = self.references.iter().find(|r| r.0 == key).map(|r| r.1.clone());
        let reference = known.unwrap_or_else(|| {
            let path = self.folder.join(format!("{key:x}.ref"));
            save(&path, clean);
            self.references.push((key, path.clone()));
            path
        });
        let degraded = self.folder.join(format!("{n}.deg"));
        save(&degraded, heard);
        self.pairs.push((reference, degraded));
        n
    }

    /// Every pair's PESQ MOS-LQO; NaN where PESQ finds no speech.
    pub(crate) fn score(&mut self) -> Vec<f64> {
        let list: String =
            self.pairs.iter().map(|(a, b)| format!("{} {}\n", a.display(), b.display())).collect();
        let mut child = Command::new(&self.python)
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python was found");
        child.stdin.take().expect("piped").write_all(list.as_bytes()).expect("python reads");
        let out = child.wait_with_output().expect("python ends");
        let scores: Vec<f64> = String::from_utf8_lossy(&out.stdout)
            .lines()
            .map(|line| line.parse().unwrap_or(f64::NAN))
            .collect();
        assert_eq!(scores.len(), self.pairs.len(), "PESQ stopped early");
        for path in self.pairs.drain(..).map(|p| p.1).chain(self.references.drain(..).map(|r| r.1))
        {
            let _ = std::fs::remove_file(path);
        }
        scores
    }
}

fn save(path: &PathBuf, samples: &[i16]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    std::fs::write(path, bytes).expect("target/quality can be written");
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
