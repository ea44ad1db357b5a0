//! A buffer that knows the future: what could be had at best by moving the delay in pauses.
//!
//! It knows when every packet will arrive and where words are, and chooses beforehand, by dynamic
//! programming over all ways to go through the call, when to be how late. Within words the delay
//! stays; in pauses it moves at once, but not for nothing, for PESQ hears every move.

use crate::buffers::{FRAME, Heard};
use crate::trace::{TICK_US, Trace};
use media_core::g711::Law;
use media_core::plc::Concealer;

/// Delays tried, in frames: up to half a second.
const STATES: usize = 26;
/// A pause shorter than this, in frames, belongs to the words around it.
const PAUSE: usize = 10;
/// What it goes by, in frames of speech that come too late: a second of 20 ms more delay, a move.
const PRICES: [(f64, f64); 5] = [(0.05, 3.0), (0.1, 3.0), (0.2, 3.0), (0.1, 5.0), (0.2, 5.0)];

struct Oracle<'a> {
    trace: &'a Trace,
    /// Loud frames, and those of words with the short pauses within.
    loud: Vec<bool>,
    words: Vec<bool>,
    /// The first pull at which the fastest packet can have come, and the pulls' phase.
    first: i64,
    phase_us: u64,
}

impl Oracle<'_> {
    /// The frame that a pull plays at a delay.
    fn frame(&self, tick: usize, delay: usize) -> Option<usize> {
        let i = usize::try_from(tick as i64 - self.first - delay as i64).ok()?;
        (i < self.loud.len()).then_some(i)
    }

    fn has(&self, tick: usize, i: usize) -> bool {
        let now = tick as u64 * TICK_US + self.phase_us;
        self.trace.arrivals[i].is_some_and(|arrival| arrival <= now)
    }

    /// The delay of every pull, in frames: the way that costs least in all.
    fn plan(&self, delay_price: f64, move_price: f64) -> Vec<usize> {
        let ticks = self.loud.len() + 50;
        let mut costs = [0.0; STATES];
        let mut from = Vec::with_capacity(ticks);
        for tick in 0..ticks {
            let is_word = |delay| self.frame(tick, delay).is_some_and(|i| self.words[i]);
            let words: [bool; STATES] = core::array::from_fn(is_word);
            let mut next = [(f64::INFINITY, 0); STATES];
            for (delay, to) in next.iter_mut().enumerate() {
                let lost = match self.frame(tick, delay) {
                    Some(i) if !self.has(tick, i) => {
                        if self.loud[i] {
                            1.0
                        } else {
                            0.02
                        }
                    }
                    _ => 0.0,
                };
                let here = lost + delay_price * delay as f64 / 50.0;
                for (before, &cost) in costs.iter().enumerate() {
                    let torn = words[delay.min(before)..=delay.max(before)].contains(&true);
                    let moved = match before == delay {
                        true => 0.0,
                        false if torn => 1e6,
                        false => move_price,
                    };
                    if cost + here + moved < to.0 {
                        *to = (cost + here + moved, before);
                    }
                }
            }
            costs = next.map(|n| n.0);
            from.push(next.map(|n| n.1));
        }
        let mut delay = (0..STATES).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
        let mut plan = Vec::with_capacity(ticks);
        for before in from.iter().rev() {
            plan.push(delay);
            delay = before[delay];
        }
        plan.reverse();
        plan
    }

    fn play(&self, codes: &[u8], plan: &[usize]) -> Vec<i16> {
        let mut concealer = Concealer::new();
        let mut out = vec![0; plan.len() * FRAME];
        for (tick, frame) in out.chunks_exact_mut(FRAME).enumerate() {
            match self.frame(tick, plan[tick]).filter(|&i| self.has(tick, i)) {
                Some(i) => {
                    Law::Mu.decode(&codes[i * FRAME..][..FRAME], frame);
                    concealer.received(frame);
                }
                None => concealer.conceal(frame),
            }
        }
        out
    }
}

/// What it plays, at several prices.
pub(crate) fn all(trace: &Trace, clean: &[i16], codes: &[u8], phase_us: u64) -> Vec<Heard> {
    let loud = loud(clean);
    let mut words = loud.clone();
    let mut last = None;
    for i in (0..loud.len()).filter(|&i| loud[i]) {
        if let Some(last) = last.filter(|last| i - last <= PAUSE) {
            words[last..i].fill(true);
        }
        last = Some(i);
    }
    let first = trace.fastest().div_euclid(TICK_US as i64);
    let oracle = Oracle { trace, loud, words, first, phase_us };
    let mut plans: Vec<_> =
        PRICES.iter().map(|&(delay, moved)| oracle.plan(delay, moved)).collect();
    plans.sort();
    plans.dedup();
    let heard = |(i, plan): (usize, &Vec<usize>)| Heard {
        buffer: format!("clairvoyant {i}"),
        usual: false,
        samples: oracle.play(codes, plan),
    };
    plans.iter().enumerate().map(heard).collect()
}

/// Frames that are speech: within 30 dB of the loudest tenth.
pub(crate) fn loud(clean: &[i16]) -> Vec<bool> {
    let energy = |frame: &[i16]| frame.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let energies: Vec<f64> = clean.chunks_exact(FRAME).map(energy).collect();
    let mut sorted = energies.clone();
    sorted.sort_by(f64::total_cmp);
    let bar = sorted[sorted.len() * 9 / 10] / 1000.0;
    energies.iter().map(|&e| e > bar).collect()
}
