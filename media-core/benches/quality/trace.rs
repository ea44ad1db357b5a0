//! Network traces: when each 20 ms packet of a conversation arrives.

use crate::speech::{Rng, shared};
use std::path::PathBuf;

/// From one packet to the next.
pub(crate) const TICK_US: u64 = 20_000;

pub(crate) struct Trace {
    pub(crate) name: String,
    /// Arrival of each packet, in µs, on a clock that starts with the first sending.
    pub(crate) arrivals: Vec<Option<u64>>,
}

impl Trace {
    /// Packets in order of arrival.
    pub(crate) fn order(&self) -> Vec<(u64, usize)> {
        let mut order: Vec<_> =
            self.arrivals.iter().enumerate().filter_map(|(i, a)| Some(((*a)?, i))).collect();
        order.sort_unstable();
        order
    }

    pub(crate) fn fastest(&self) -> i64 {
        let transit = |(i, a): (usize, &Option<u64>)| Some((*a)? as i64 - i as i64 * 20_000);
        self.arrivals.iter().enumerate().filter_map(transit).min().unwrap_or(0)
    }
}

/// Measured traces, where there are any, and made ones.
pub(crate) fn traces() -> Vec<Trace> {
    let folder =
        std::env::var_os("TRUNKLINE_TRACES").map_or_else(|| shared("traces"), PathBuf::from);
    let mut all: Vec<Trace> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            path.extension().filter(|e| *e == "tr")?;
            let arrivals = std::fs::read_to_string(&path)
                .ok()?
                .lines()
                .map(|line| line.split(' ').nth(2)?.parse::<f64>().ok())
                .map(|ms| ms.filter(|ms| *ms >= 0.0).map(|ms| (ms * 1000.0) as u64))
                .collect();
            Some(Trace { name: path.file_stem()?.to_str()?.into(), arrivals })
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.extend([made_walk(), made_spikes(), made_paths(), made_wifi(), made_cell()]);
    all
}

const PACKETS: u64 = 5450;

fn made(name: &str, seed: u64, mut delay_ms: impl FnMut(&mut Rng, u64) -> Option<f64>) -> Trace {
    let mut rng = Rng(seed);
    let arrivals = (0..PACKETS)
        .map(|i| {
            delay_ms(&mut rng, i).map(|ms| i * TICK_US + ((30.0 + ms.max(0.0)) * 1000.0) as u64)
        })
        .collect();
    Trace { name: name.into(), arrivals }
}

/// Delay that wanders, as on a loaded uplink; 1 % lost.
fn made_walk() -> Trace {
    let mut level = 20.0_f64;
    made("made_walk", 1, move |rng, _| {
        level = (level + (rng.share() - 0.5) * 8.0).clamp(0.0, 120.0);
        (rng.share() > 0.01).then(|| level + rng.share() * 15.0)
    })
}

/// Calm, with a stall of 40 to 160 ms every few seconds, after which everything comes at once.
fn made_spikes() -> Trace {
    let mut free = 0.0_f64;
    made("made_spikes", 2, move |rng, i| {
        let sent = i as f64 * 20.0;
        if rng.share() < 0.008 {
            free = sent + 40.0 + rng.share() * 120.0;
        }
        Some((free - sent).max(rng.share() * 6.0))
    })
}

/// Two paths of different length, packet by packet; 2 % lost.
fn made_paths() -> Trace {
    made("made_paths", 3, |rng, _| {
        let path = if rng.share() < 0.4 { 35.0 } else { 0.0 };
        (rng.share() > 0.02).then(|| path + rng.share() * 5.0)
    })
}

/// Stalls of 80 to 260 ms, after which packets come a millisecond apart; jitter with a tail; some
/// lost.
fn made_wifi() -> Trace {
    let mut free = 0.0_f64;
    made("made_wifi", 13, move |rng, i| {
        let sent = i as f64 * 20.0;
        if rng.share() < 0.003 {
            free = free.max(sent + 80.0 + rng.share() * 180.0);
        }
        let waits = (free - sent).max(0.0);
        free = free.max(sent) + if waits > 0.0 { 1.0 } else { 0.0 };
        let tail = -3.0 * (rng.share() * rng.share()).max(1e-9).ln() / 2.0;
        (rng.share() > 0.006).then(|| waits.max(tail))
    })
}

/// Outages as long as they please (Pareto, up to 2 s), a queue that drains afterwards, and a load
/// that comes and goes.
fn made_cell() -> Trace {
    let (mut free, mut load) = (0.0_f64, 0.0_f64);
    made("made_cell", 22, move |rng, i| {
        let sent = i as f64 * 20.0;
        if rng.share() < 0.008 {
            free = free.max(sent + (22.0 * (1.0 - rng.share()).powf(-0.9)).min(2000.0));
        }
        if rng.share() < 0.004 {
            load = [0.0, 0.0, 0.0, 10.0, 30.0, 60.0][(rng.next() % 6) as usize];
        }
        let waits = (free - sent).max(0.0);
        free = free.max(sent) + 2.0;
        Some(waits + load * rng.share() + rng.share() * 8.0)
    })
}
