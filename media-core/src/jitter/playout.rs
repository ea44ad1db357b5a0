//! Playing out: what comes next, what is heard where nothing came, and how the delay is kept.
//!
//! A packet is decoded at the latest moment, in the pull that needs its first sample. Its *margin*
//! is how long it has been there by then, had it been among the fastest: the target promises a
//! margin. Pulls come at a beat, so a margin can be had only up to one pull too long.

use super::buffer::{Gap, JitterBuffer};
use super::scale::{self, Cut};
use super::{Decoder, Kind, MAX_FRAME, Pulled, SAMPLES_PER_MS, store, to_ms, to_samples};
use crate::plc::LONGEST_BRIDGE;

/// Concealment goes on for this long: 120 ms.
const CONCEAL: u32 = 960;
/// The noise of the line, which is heard beneath it, then fades away: within 4 s.
const HUSH: u32 = 4_000 * SAMPLES_PER_MS as u32;
/// In speech, a margin off the target is borne for this long in the hope of a pause: 5 s.
const PATIENCE: u32 = 5_000 * SAMPLES_PER_MS as u32;
/// In speech, this much too long is not worth a cut, and this much is worth one at once.
const BEARABLE: i64 = 40 * SAMPLES_PER_MS;
const UNBEARABLE: i64 = 150 * SAMPLES_PER_MS;
/// From one cut in speech to the next: 250 ms.
const BETWEEN_CUTS: u32 = 250 * SAMPLES_PER_MS as u32;
/// The least a cut changes.
const LEAST_CUT: i64 = 32;

impl JitterBuffer {
    /// Gives the next `out.len()` samples, at the time `now_us`.
    pub fn pull(&mut self, now_us: u64, decoder: &mut impl Decoder, out: &mut [i16]) -> Pulled {
        let now = to_samples(now_us);
        self.beat = out.len().min(MAX_FRAME) as i64;
        self.catch_up(now);
        let mut counts = [0_u64; 4];
        let mut done = 0;
        let mut first = None;
        while done < out.len() {
            let (n, kind, at) = self.give(now, decoder, &mut out[done..]);
            if done == 0 {
                first = at;
            }
            done += n;
            counts[kind as usize] += n as u64;
        }
        let [voice, concealed, noise, silent] = counts;
        self.stats.samples += out.len() as u64;
        self.stats.voice_samples += voice;
        self.stats.concealed_samples += concealed;
        self.stats.noise_samples += noise;
        self.stats.silent_samples += silent;
        let delay = match (first, self.transit.base()) {
            (Some(at), Some(base)) => to_ms(now - at - base),
            _ => 0,
        };
        self.stats.delay_ms = delay;
        let kinds = [Kind::Voice, Kind::Concealed, Kind::ComfortNoise, Kind::Silence];
        let most = (0..4).rev().max_by_key(|&i| counts[i]).unwrap_or(3);
        Pulled { kind: kinds[most], timestamp: first.map(|at| self.wrap(at)), delay_ms: delay }
    }

    /// Nothing is played later than the longest delay allows, however long nobody pulled.
    fn catch_up(&mut self, now: i64) {
        let (Some(play), Some(base)) = (self.play, self.transit.base()) else {
            return;
        };
        let oldest = now - base - self.longest();
        let ready = i64::from(self.ready_to - self.ready_from);
        if play - ready < oldest {
            self.stats.removed_samples += ready as u64;
            self.ready_from = self.ready_to;
            // The thread is torn anyway: go on where the delay is as it should be.
            let fine = (self.target + self.beat).min(self.longest());
            while self.store.first().is_some_and(|r| now - r.at - base > fine) {
                self.store.remove_first();
                self.stats.dropped += 1;
            }
            self.play = Some(self.store.first().map_or(play.max(oldest), |record| record.at));
        }
    }

    fn longest(&self) -> i64 {
        i64::from(self.config.max_delay_ms) * SAMPLES_PER_MS
    }

    /// Some samples: how many, of what kind, and the first one's timestamp.
    fn give(
        &mut self,
        now: i64,
        decoder: &mut impl Decoder,
        out: &mut [i16],
    ) -> (usize, Kind, Option<i64>) {
        if self.ready_from == self.ready_to {
            if let Some(wait) = self.next(now, out.len() as i64, decoder) {
                let n = out.len().min(wait);
                return self.fill(&mut out[..n]);
            }
        }
        let ready = usize::from(self.ready_to - self.ready_from);
        let from = usize::from(self.ready_from);
        let made = usize::from(self.made).saturating_sub(from);
        let (most, kind) =
            if made > 0 { (made.min(ready), Kind::Concealed) } else { (ready, Kind::Voice) };
        let n = out.len().min(most);
        out[..n].copy_from_slice(&self.ready[from..from + n]);
        self.ready_from += n as u16;
        (n, kind, self.play.map(|play| (play - ready as i64).max(self.start)))
    }

    /// Decodes the next packet if its time has come; otherwise the samples to fill, at least one.
    /// `left` samples of the pull are still to come.
    fn next(&mut self, now: i64, left: i64, decoder: &mut impl Decoder) -> Option<usize> {
        let base = self.transit.base().unwrap_or(0);
        loop {
            let Some(&record) = self.store.first() else {
                return Some(usize::MAX);
            };
            let margin = now - record.at - base;
            if margin > self.longest() {
                self.store.remove_first();
                self.stats.dropped += 1;
                continue;
            }
            let Some(play) = self.play else {
                // The first packet waits for the delay; the fastest ones are not known yet.
                if margin < self.target {
                    return Some(usize::MAX);
                }
                self.play = Some(record.at);
                continue;
            };
            let gap = record.at - play;
            let excess = margin - self.target;
            let ahead = record.sequence.wrapping_sub(self.sequence);
            if gap > 0 && ahead == 1 {
                // Nothing was lost: the sender said nothing for a while.
                if self.gap != Gap::Pause {
                    self.noise.white(self.vad.noise());
                }
                self.gap = Gap::Pause;
            }
            if matches!(self.gap, Gap::Silence(_) | Gap::Pause) {
                // After silence the delay can be had as it should be.
                if excess < 0 {
                    return Some(usize::MAX);
                }
            } else if gap > 0 && excess < self.beat + BEARABLE {
                // What is missing is made up at once where the pull needs all of it, or where
                // nothing of it will come: both sides of it know more than one.
                let due = gap <= left
                    || gap <= LONGEST_BRIDGE as i64
                        && self.transit.is_lost(now - base - (record.at - self.frame));
                if (due || gap == self.frame) && self.recover(record, gap as usize, decoder) {
                    return None;
                }
                if due && self.bridge(record, gap as usize, decoder) {
                    return None;
                }
                // Up to where redundancy in the next packet might begin.
                let wait = if gap > self.frame { gap - self.frame } else { gap };
                return Some(usize::try_from(wait).unwrap_or(usize::MAX));
            } else if gap > 0 {
                // What is missing makes up for what is too much.
                let cut = gap.min(excess - self.beat);
                self.play = Some(play + cut);
                self.stats.removed_samples += cut as u64;
                continue;
            }
            if gap < 0 && excess > self.beat {
                // Its place has been filled, and playing it now would make the delay too long.
                self.store.remove_first();
                self.stats.taken -= 1;
                self.stats.late += 1;
                continue;
            }
            // What can be had lies on a grid of beats.
            let off = margin - self.goal;
            if off.abs() <= self.beat / 2 {
                self.goal += off / 8;
            }
            if self.decode(record, excess, left, decoder) {
                return None;
            }
        }
    }

    /// Makes a lost stretch of `gap` samples before `next` ready: its last frame from what that
    /// packet says of it, and what is before that from both sides.
    fn recover(&mut self, next: store::Record, gap: usize, decoder: &mut impl Decoder) -> bool {
        let frame = usize::try_from(self.frame).unwrap_or(MAX_FRAME);
        let Some(made) = gap.checked_sub(frame).filter(|_| gap <= MAX_FRAME) else {
            return false;
        };
        let (lost, ready) = self.ready[..gap].split_at_mut(made);
        if decoder.recover(self.store.payload(&next), ready) != frame {
            return false;
        }
        self.concealer.bridge(lost, ready);
        self.concealer.received(ready);
        self.make_ready(made, gap, next.at, next.sequence.wrapping_sub(1));
        true
    }

    /// Makes a lost stretch of `gap` samples, and the packet after it, ready together.
    fn bridge(&mut self, next: store::Record, gap: usize, decoder: &mut impl Decoder) -> bool {
        // Both must fit, and nobody knows the next frame's length before it is decoded.
        let frame = usize::try_from(self.frame).unwrap_or(MAX_FRAME).max(MAX_FRAME / 2);
        if next.kind != store::Kind::Audio || gap + frame > MAX_FRAME {
            return false;
        }
        let (lost, ready) = self.ready.split_at_mut(gap);
        let len = decoder.decode(self.store.payload(&next), ready).min(ready.len());
        self.store.remove_first();
        self.stats.dropped += u64::from(len == 0);
        self.concealer.bridge(lost, &ready[..len]);
        self.concealer.received(&mut ready[..len]);
        self.vad.heard(&ready[..len]);
        self.frame = if len > 0 { len as i64 } else { self.frame };
        self.make_ready(gap, gap + len, next.at + len as i64, next.sequence);
        true
    }

    /// So many samples are ready, the first `made` of them made up; they end at `until`, and
    /// `sequence` is the last packet they stand for.
    fn make_ready(&mut self, made: usize, samples: usize, until: i64, sequence: u16) {
        self.gap = Gap::Loss(0);
        self.sequence = sequence;
        self.heard = until;
        self.play = Some(until);
        self.ready_from = 0;
        self.ready_to = samples as u16;
        self.start = until - samples as i64;
        self.made = made as u16;
    }

    /// Makes the first packet's samples ready; `false` when it has none to give.
    fn decode(
        &mut self,
        record: store::Record,
        excess: i64,
        left: i64,
        decoder: &mut impl Decoder,
    ) -> bool {
        let payload = self.store.payload(&record);
        if record.kind == store::Kind::ComfortNoise {
            self.noise.update(payload);
            self.store.remove_first();
            self.gap = Gap::Pause;
            self.sequence = record.sequence;
            self.heard = self.heard.max(record.at + 1);
            return false;
        }
        let len = decoder.decode(payload, &mut self.ready).min(MAX_FRAME);
        self.store.remove_first();
        // A frame that overlaps what was heard gives only its new part.
        let old = usize::try_from(self.heard.saturating_sub(record.at)).unwrap_or(0).min(len);
        if old == len {
            self.stats.dropped += 1;
            return false;
        }
        self.ready.copy_within(old..len, 0);
        let len = len - old;
        self.frame = len as i64;
        self.concealer.received(&mut self.ready[..len]);
        self.noise.stop();
        let samples = self.adjust(len, excess, left);
        self.make_ready(0, samples, record.at + (old + len) as i64, record.sequence);
        // A lengthened frame is begun twice; nothing of it is older than itself.
        self.start = record.at + old as i64;
        true
    }

    /// Shortens or lengthens the decoded frame towards the target; returns its new length.
    fn adjust(&mut self, len: usize, excess: i64, left: i64) -> usize {
        let pause = !self.vad.heard(&self.ready[..len]);
        let beat = self.beat;
        let off = excess < 0 || excess >= beat + BEARABLE;
        self.off = if off { self.off.saturating_add(len as u32) } else { 0 };
        self.since_cut = self.since_cut.saturating_add(len as u32);
        // What will be left over at the start of a pull: delay without any margin.
        let over = (len as i64 - left).rem_euclid(beat.max(1));
        let wanted = if pause && excess < 0 {
            beat - over + beat * ((-excess - 1) / beat)
        } else if pause && over >= LEAST_CUT {
            -over
        } else if pause && excess >= beat {
            -(len as i64)
        } else if self.since_cut < BETWEEN_CUTS {
            0
        } else if excess < 0 && self.off > PATIENCE {
            -excess.min(-beat)
        } else if excess >= UNBEARABLE || (off && excess > 0 && self.off > PATIENCE) {
            beat - excess
        } else {
            0
        };
        // The longest delay holds for what is put in, too.
        let wanted = wanted.min(self.longest() - self.target - excess);
        let cut = if pause { Cut::Anywhere } else { Cut::Period };
        let mut now = len;
        while wanted > 0 && ((now - len) as i64) + LEAST_CUT <= wanted {
            let most = (len as i64 + wanted) as usize - now;
            let longer = scale::lengthen(&mut self.ready, now, most, cut);
            if longer == now {
                break;
            }
            now = longer;
            if !pause {
                break;
            }
        }
        if wanted < 0 {
            now = scale::shorten(&mut self.ready, len, wanted.unsigned_abs() as usize, cut);
        }
        if now != len && !pause {
            self.since_cut = 0;
        }
        self.stats.added_samples += now.saturating_sub(len) as u64;
        self.stats.removed_samples += len.saturating_sub(now) as u64;
        now
    }

    /// Fills a gap.
    fn fill(&mut self, out: &mut [i16]) -> (usize, Kind, Option<i64>) {
        let at = self.play;
        let mut n = out.len();
        let kind = match &mut self.gap {
            Gap::Loss(so_far) => {
                n = n.min((CONCEAL - *so_far) as usize).max(1);
                if *so_far == 0 {
                    self.noise.white(self.vad.line_noise());
                }
                self.concealer.conceal(&mut out[..n]);
                // A hole in a line's noise is heard more than what is missing from a word.
                self.noise.add(&mut out[..n]);
                *so_far += n as u32;
                if *so_far >= CONCEAL {
                    self.gap = Gap::Silence(HUSH);
                }
                Kind::Concealed
            }
            Gap::Pause => {
                // The last sound fades out under the noise that fades in.
                self.concealer.conceal(&mut out[..n]);
                self.noise.add(&mut out[..n]);
                Kind::ComfortNoise
            }
            Gap::Silence(left) => {
                self.concealer.conceal(&mut out[..n]);
                if *left > 0 {
                    let noise =
                        u64::from(self.vad.line_noise()) * u64::from(*left) / u64::from(HUSH);
                    self.noise.white(noise as u32);
                    self.noise.add(&mut out[..n]);
                    *left = left.saturating_sub(n as u32);
                }
                Kind::Silence
            }
        };
        self.play = at.map(|at| at + n as i64);
        (n, kind, at)
    }
}
