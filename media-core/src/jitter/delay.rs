//! How long packets take, and from it the delay that costs the listener least.
//!
//! Every arrival is held against the fastest packets of the last seconds; how much later each came
//! goes into a histogram that slowly forgets, and how often lateness rose beyond each bin into
//! another: the first packet that a stall makes late costs the listener twice what each further one
//! does. A candidate delay loses what is above it and costs conversation what the E-model (ITU-T
//! G.107) says of delay: the goal is the candidate with the least sum.

use super::SAMPLES_PER_MS;

/// Bins of the histogram, and the width of one: 5 ms.
const BINS: usize = 128;
const BIN: i64 = 5 * SAMPLES_PER_MS;
/// Weight of one packet; the histogram's total settles at `ONE << FORGET`.
const ONE: u32 = 1 << 12;
const FORGET: u32 = 11;
/// Another delay is taken up when it saves this many thousandths of a MOS, for the move is heard;
/// a shorter one goes no further than to what is this near the best, lest it must grow again.
const INERTIA: u32 = 45;
/// Before the delay grows, so many packets in time are believed in beforehand: two stalls in the
/// first seconds are no rule. Before it shrinks they are not: two stalls are a warning.
const BELIEF: u32 = 500 * ONE;
/// Until so many packets have come, the delay is at least 40 ms: what is known says little.
const EARLY: (u32, i64) = (250, 40 * SAMPLES_PER_MS);
/// The fastest packet is sought in the last one to two of these.
const WINDOW: i64 = 8_000 * SAMPLES_PER_MS;
/// More delay than the latest packet of the last one to two of these needed is never aimed at, so
/// that a bad spell is over when it is over.
const CALM: i64 = 28_000 * SAMPLES_PER_MS;

/// What delay does to a conversation: thousandths of a MOS lost, by 10 ms of buffer delay on top
/// of 100 ms of network (G.107's Idd on the MOS scale around R = 80).
const DELAY_COST: [u16; 41] = [
    0, 0, 0, 0, 2, 6, 15, 30, 52, 82, 120, 164, 213, 266, 320, 377, 433, 490, 547, 603, 657, 711,
    764, 815, 866, 914, 962, 1007, 1052, 1095, 1137, 1177, 1216, 1254, 1290, 1325, 1359, 1391,
    1423, 1453, 1482,
];

#[derive(Clone, Debug)]
pub(super) struct Transit {
    bins: [u32; BINS],
    total: u32,
    /// How often lateness rose into or across a bin from below, as differences between bins.
    rises: [i32; BINS + 1],
    packets: u32,
    /// Lateness of the last packet, in bins.
    last: usize,
    /// Least transit of the window before and of this one; `i64::MAX` when none came.
    before: i64,
    this: i64,
    window_end: i64,
    base: Option<i64>,
    /// Latest packet of the spell before and of this one.
    latest_before: i64,
    latest: i64,
    spell_end: i64,
    /// Part of the last shifts of `base` that was less than a bin.
    rest: i64,
    /// Share of packets the network lost, in 65,536ths.
    lost: u32,
}

impl Transit {
    pub(super) const fn new() -> Self {
        Transit {
            bins: [0; BINS],
            total: 0,
            rises: [0; BINS + 1],
            packets: 0,
            last: 0,
            before: i64::MAX,
            this: i64::MAX,
            window_end: 0,
            base: None,
            latest_before: 0,
            latest: 0,
            spell_end: 0,
            rest: 0,
            lost: 0,
        }
    }

    /// Transit of the fastest packets: arrival less timestamp, in samples.
    pub(super) const fn base(&self) -> Option<i64> {
        self.base
    }

    /// A packet arrived; returns how much later than the fastest it came.
    pub(super) fn arrived(&mut self, arrival: i64, at: i64) -> i64 {
        let transit = arrival.saturating_sub(at);
        if self.base.is_none() {
            self.window_end = arrival.saturating_add(WINDOW);
            self.spell_end = arrival.saturating_add(CALM);
        } else if arrival >= self.window_end {
            self.before = self.this;
            self.this = i64::MAX;
            self.window_end = arrival.saturating_add(WINDOW);
        }
        self.this = self.this.min(transit);
        let base = self.this.min(self.before);
        self.shift(base.saturating_sub(self.base.unwrap_or(base)));
        self.base = Some(base);
        let late = transit.saturating_sub(base);
        if arrival >= self.spell_end {
            self.latest_before = self.latest;
            self.latest = 0;
            self.spell_end = arrival.saturating_add(CALM);
        }
        self.latest = self.latest.max(late);
        self.count(late);
        late
    }

    /// The highest sequence number went up by so many: all but the last are missing so far.
    pub(super) fn sent(&mut self, ahead: u32) {
        for i in 0..ahead.min(64) {
            let one = if i == 0 { 0 } else { 65_536 };
            self.lost = self.lost - (self.lost >> 10) + (one >> 10);
        }
    }

    /// One of the missing came after all.
    pub(super) fn found(&mut self) {
        self.lost = self.lost.saturating_sub(64);
    }

    /// Whether a packet that has not come at this lateness is likelier lost than late.
    pub(super) fn is_lost(&self, late: i64) -> bool {
        let bin = usize::try_from(late / BIN).unwrap_or(0).min(BINS);
        let later: u32 = self.bins[bin..].iter().sum();
        u64::from(later) << 16 < u64::from(self.lost) * u64::from(self.total)
    }

    /// Moves what was measured against the old base to the new one.
    fn shift(&mut self, up: i64) {
        let moved = up.saturating_add(self.rest);
        let bins = moved / BIN;
        self.rest = moved % BIN;
        let by = usize::try_from(bins.unsigned_abs()).unwrap_or(BINS).min(BINS);
        if bins > 0 {
            let low: u32 = self.bins[..by].iter().sum();
            self.bins.copy_within(by.., 0);
            self.bins[BINS - by..].fill(0);
            self.bins[0] += low;
            let low: i32 = self.rises[..by].iter().sum();
            self.rises.copy_within(by.., 0);
            self.rises[BINS + 1 - by..].fill(0);
            self.rises[0] += low;
            self.last = self.last.saturating_sub(by);
        } else if by > 0 {
            let high: u32 = self.bins[BINS - by..].iter().sum();
            self.bins.copy_within(..BINS - by, by);
            self.bins[..by].fill(0);
            self.bins[BINS - 1] += high;
            self.rises.copy_within(..BINS + 1 - by, by);
            self.rises[..by].fill(0);
            self.last = (self.last + by).min(BINS - 1);
        }
    }

    fn count(&mut self, late: i64) {
        let bin = usize::try_from(late / BIN).unwrap_or(0).min(BINS - 1);
        self.bins[bin] += ONE;
        self.total += ONE;
        self.packets += 1;
        if bin > self.last {
            self.rises[self.last] += ONE as i32;
            self.rises[bin] -= ONE as i32;
        }
        self.last = bin;
        if self.packets % 16 == 0 {
            for rise in &mut self.rises {
                *rise -= *rise / (1 << (FORGET - 4));
            }
            let mut total = 0;
            for bin in &mut self.bins {
                *bin -= *bin >> (FORGET - 4);
                total += *bin;
            }
            self.total = total;
        }
    }

    /// The delay, in samples, that costs least between `least` and `most`, of those that are `now`
    /// plus or minus whole beats; `now` stays while nothing is much better, for every change is
    /// heard.
    pub(super) fn best(&self, now: i64, beat: i64, least: i64, most: i64) -> i64 {
        let least = if self.packets < EARLY.0 { least.max(EARLY.1) } else { least };
        let needed = self.latest.max(self.latest_before) + BIN;
        let (mut above, mut rises, mut bin) = (self.total, 0, 0);
        // The best no longer than `now`, the best no shorter, and what `now` costs by either
        // reckoning; of those nearly as good as the first, the longest.
        let (mut shorter, mut longer) = ((u32::MAX, now), (u32::MAX, now));
        let mut cautious = now;
        let mut current = None;
        let mut delay = now.rem_euclid(beat);
        while delay <= most {
            while bin < BINS && (bin as i64 + 1) * BIN <= delay {
                above -= self.bins[bin];
                rises += self.rises[bin];
                bin += 1;
            }
            let late = u64::from(above) + u64::from(rises.max(0).unsigned_abs());
            let cost = |of: u32| {
                let share = ((late << 16) / u64::from(of.max(1))) as u32 + self.lost;
                loss_cost(share) + delay_cost(delay)
            };
            if delay >= least {
                if delay <= now {
                    let seen = cost(self.total);
                    shorter = shorter.min((seen, delay));
                    if delay < now && seen <= shorter.0.saturating_add(INERTIA) {
                        cautious = delay;
                    }
                }
                if delay >= now {
                    longer = longer.min((cost(self.total + BELIEF), delay));
                }
                if delay == now {
                    current = Some((cost(self.total), longer.0));
                }
                if delay >= needed {
                    break;
                }
            }
            delay += beat;
        }
        match current {
            Some((_, believed)) if believed > longer.0.saturating_add(INERTIA) => longer.1,
            Some((seen, _)) if seen > shorter.0.saturating_add(INERTIA) => cautious,
            Some(_) => now,
            // Beyond the bounds, or more than was needed lately.
            None if shorter.0 < u32::MAX => shorter.1,
            None if longer.0 < u32::MAX => longer.1,
            // Both bounds lie within one beat: the most that is allowed.
            None => (most - (most - now).rem_euclid(beat)).max(0),
        }
    }
}

/// Thousandths of a MOS that a share of lost packets (in 65,536ths) costs: 3,300 p / (p + 7.5 %),
/// the E-model's curve with the robustness that PESQ finds in concealed G.711.
const fn loss_cost(share: u32) -> u32 {
    (3_300 * share as u64 / (share as u64 + 4_915)) as u32
}

/// Thousandths of a MOS that a delay in samples costs, between the table's points.
fn delay_cost(delay: i64) -> u32 {
    let ms = usize::try_from(delay / SAMPLES_PER_MS).unwrap_or(0);
    let (i, part) = (ms / 10, ms as u32 % 10);
    let last = DELAY_COST.len() - 1;
    let (Some(&a), Some(&b)) = (DELAY_COST.get(i), DELAY_COST.get(i + 1)) else {
        return u32::from(DELAY_COST[last]) + (ms - last * 10) as u32 * 4;
    };
    let (a, b) = (u32::from(a), u32::from(b));
    a + (b - a) * part / 10
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::{DELAY_COST, SAMPLES_PER_MS, Transit};

    /// ITU-T G.107: the delay term, and R to MOS.
    #[test]
    fn the_table_is_the_e_models() {
        let idd = |ta: f64| {
            let x = (ta / 100.0).log2().max(0.0);
            let root = |x: f64| (1.0 + x.powi(6)).powf(1.0 / 6.0);
            25.0 * (root(x) - 3.0 * root(x / 3.0) + 2.0)
        };
        let mos = |r: f64| 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6;
        for (i, &cost) in DELAY_COST.iter().enumerate() {
            let exact = 1000.0 * (mos(80.0) - mos(80.0 - idd(100.0 + 10.0 * i as f64)));
            assert!((f64::from(cost) - exact).abs() <= 0.5, "{i}: {cost} {exact}");
        }
    }

    /// One packet in 2,000 was 200 ms late: 40 ms would cost least, 60 ms next to nothing more.
    #[test]
    fn a_shorter_delay_goes_no_further_than_it_must() {
        let mut transit = Transit::new();
        for i in 0..2_000 {
            let late = if i == 1_000 { 200 * SAMPLES_PER_MS } else { 0 };
            transit.arrived(i * 160 + late, i * 160);
        }
        let [now, least, most] = [200, 30, 300].map(|ms| ms * SAMPLES_PER_MS);
        assert_eq!(transit.best(now, 160, least, most), 60 * SAMPLES_PER_MS);
    }
}
