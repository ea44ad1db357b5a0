//! What could be made of a stall: a fixed delay that plays each stall in the way that scores best.
//!
//! Every way knows at a pull only what has come by then: it may play late packets and hurry
//! afterwards, wait for a pause to be in time again, slow down when a packet is overdue, or go on
//! where the concealment left off. Only the choice among them knows the future: every way is tried
//! at every stall, one stall after the other, and none where a packet is overdue but comes in time.
//! A rule for choosing would have to be as lucky; how much is luck is seen when the ways chosen for
//! one conversation are taken in another.

use crate::buffers::{self, FRAME, Heard, PHASE_US};
use crate::network::{Figures, conversation, score};
use crate::oracle::loud;
use crate::score::Scorer;
use crate::speech::Speech;
use crate::trace::{TICK_US, Trace, traces};
use measure::Row;
use media_core::g711::Law;
use media_core::jitter::Config;
use media_core::plc::Concealer;
use std::ops::Range;

/// Delays tried, in milliseconds.
const DELAYS: [i64; 3] = [100, 80, 60];
/// Samples of a crossfade, and the shortest and longest cut: a period or a few of any voice.
const FADE: i64 = 32;
const SHORTEST: i64 = 40;
const LONGEST: i64 = 128;
/// How alike (as a correlation) both sides of a cut must be.
const ALIKE: f64 = 0.6;
/// Samples over which the concealment is held against what could follow it.
const MATCH: i64 = 80;

/// What is done about a stall.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Way {
    /// From a packet's being so many milliseconds overdue, what is left is played so much slower.
    slow: Option<(i64, f64)>,
    /// A packet is still played when it is this late, in milliseconds.
    late: i64,
    /// How fast what is late is played; pauses are shortened in any case.
    fast: f64,
    /// Playing goes on at most so many samples from where it should, to meet the concealment.
    meet: i64,
}

/// What is late is lost.
const LOSE: Way = Way { slow: None, late: 0, fast: 1.0, meet: 0 };

fn ways() -> Vec<Way> {
    let mut all = vec![LOSE, Way { meet: 80, ..LOSE }];
    for late in [20, 40, 80, 120, 200] {
        for fast in [1.0, 1.2, 1.5, 2.0] {
            all.push(Way { late, fast, ..LOSE });
        }
    }
    for notice in [20, 40, 60] {
        for slower in [1.25, 1.5, 2.0] {
            let slow = Some((notice, slower));
            all.push(Way { slow, fast: 1.5, ..LOSE });
            all.push(Way { slow, fast: 1.5, late: 80, ..LOSE });
        }
    }
    all
}

/// A conversation during a trace: as it was said, as its packets hold it, and where it is speech.
struct Talk<'a> {
    trace: &'a Trace,
    clean: Vec<i16>,
    codes: Vec<u8>,
    said: Vec<i16>,
    loud: Vec<bool>,
}

impl<'a> Talk<'a> {
    fn new(trace: &'a Trace, speech: &[Speech]) -> Self {
        let clean = conversation(trace, speech);
        let mut codes = vec![0; clean.len()];
        Law::Mu.encode(&clean, &mut codes);
        let mut said = vec![0; clean.len()];
        Law::Mu.decode(&codes, &mut said);
        let loud = loud(&clean);
        Talk { trace, clean, codes, said, loud }
    }

    /// What is heard when every packet has its way.
    fn play(&self, delay_ms: i64, ways: &[Way]) -> Heard {
        let delay = frames(self.trace, delay_ms);
        let mut player = Player {
            talk: self,
            delay: (delay * FRAME) as i64,
            out: vec![0; delay * FRAME],
            at: 0,
            concealer: Concealer::new(),
            in_gap: false,
            way: LOSE,
            owed: 0.0,
        };
        for tick in delay..self.trace.arrivals.len() + 50 {
            player.pull(tick as u64 * TICK_US + PHASE_US, ways);
        }
        Heard { buffer: String::new(), usual: false, samples: player.out }
    }

    fn score(&self, heard: &[Heard], scorer: &mut Scorer) -> Vec<Figures> {
        score(self.trace, &self.clean, heard, scorer)
    }
}

/// Frames between a packet's number and the pull that plays it.
fn frames(trace: &Trace, delay_ms: i64) -> usize {
    let early_us = PHASE_US as i64 - trace.fastest() - delay_ms * 1000;
    usize::try_from(-early_us.div_euclid(TICK_US as i64)).unwrap_or(0)
}

struct Player<'a> {
    talk: &'a Talk<'a>,
    /// How many samples later than said a sample is to be heard.
    delay: i64,
    out: Vec<i16>,
    /// The sample to be played next.
    at: i64,
    concealer: Concealer,
    in_gap: bool,
    /// What is done at present, and samples still to be put in or left out for it.
    way: Way,
    owed: f64,
}

impl Player<'_> {
    fn has(&self, packet: i64, now_us: u64) -> bool {
        let arrival = usize::try_from(packet).ok().and_then(|i| self.talk.trace.arrivals.get(i));
        arrival.copied().flatten().is_some_and(|arrival| arrival <= now_us)
    }

    fn said(&self, from: i64, n: i64) -> impl Iterator<Item = i16> {
        let sample = |at| usize::try_from(at).ok().and_then(|at| self.talk.said.get(at)).copied();
        (from..from + n).map(move |at| sample(at).unwrap_or(0))
    }

    /// The sample that should be played next.
    fn due(&self) -> i64 {
        self.out.len() as i64 - self.delay
    }

    fn hear(&mut self, mut samples: Vec<i16>) {
        self.concealer.received(&mut samples);
        self.out.extend(samples);
    }

    /// One pull, to each packet its way.
    fn pull(&mut self, now_us: u64, ways: &[Way]) {
        let frame = FRAME as i64;
        let end = self.out.len() + FRAME;
        let way = |packet: i64| usize::try_from(packet).ok().and_then(|i| ways.get(i)).copied();
        if self.in_gap {
            if let Some(at) = self.found(now_us) {
                self.at = at;
                self.in_gap = false;
                self.owed = 0.0;
                self.meet(now_us);
            }
        }
        let mut missing = self.at.div_euclid(frame);
        while self.has(missing, now_us) {
            missing += 1;
        }
        if !self.in_gap {
            let sent_us = self.talk.trace.fastest() + missing * TICK_US as i64;
            let overdue_ms = (now_us as i64 - sent_us) / 1000;
            let slow = way(missing).and_then(|way| way.slow);
            if let Some((_, slow)) = slow.filter(|(notice, _)| overdue_ms >= *notice) {
                self.way = way(missing).unwrap_or(LOSE);
                self.slow_down(slow, end);
            } else {
                self.be_in_time(now_us, end);
            }
        }
        let there = (missing * frame - self.at).max(0) as usize;
        if !self.in_gap {
            let n = there.min(end - self.out.len());
            self.hear(self.said(self.at, n as i64).collect());
            self.at += n as i64;
        }
        let from = self.out.len();
        if from < end {
            self.in_gap = true;
            self.way = way(self.at.div_euclid(frame)).unwrap_or(LOSE);
            self.out.resize(end, 0);
            self.concealer.conceal(&mut self.out[from..]);
        }
    }

    /// Where playing can go on after a gap.
    fn found(&self, now_us: u64) -> Option<i64> {
        let (due, frame) = (self.due(), FRAME as i64);
        let oldest = self.at.max(due - self.way.late * 8);
        let mut packets = oldest.div_euclid(frame)..=due.div_euclid(frame);
        let packet = packets.find(|&packet| self.has(packet, now_us))?;
        let at = oldest.max(packet * frame);
        (at <= due).then_some(at)
    }

    /// Moves what is to be played to where it is most like what would be concealed.
    fn meet(&mut self, now_us: u64) {
        let mut next = [0; MATCH as usize];
        self.concealer.clone().conceal(&mut next);
        let alike = |at: i64| {
            let (mut product, mut energy) = (0.0, 1.0);
            for (a, &b) in self.said(at, MATCH).zip(&next) {
                product += f64::from(a) * f64::from(b);
                energy += f64::from(a) * f64::from(a);
            }
            product / f64::sqrt(energy)
        };
        let reach = self.at - self.way.meet..=self.at + self.way.meet;
        let there = reach.filter(|at| self.has(at.div_euclid(FRAME as i64), now_us));
        let best = there.max_by(|&a, &b| alike(a).total_cmp(&alike(b)));
        self.at = best.unwrap_or(self.at);
    }

    fn slow_down(&mut self, slow: f64, end: usize) {
        self.owed += FRAME as f64 * (1.0 - 1.0 / slow);
        while self.owed >= SHORTEST as f64 && self.out.len() + FADE as usize <= end {
            let most = LONGEST.min((self.owed * 1.6) as i64);
            let Some(cut) = self.best((SHORTEST..=most).map(|lag| -lag)) else {
                break;
            };
            self.go_on_after(cut);
            self.owed += cut as f64;
        }
        self.owed = self.owed.min(LONGEST as f64);
    }

    fn be_in_time(&mut self, now_us: u64, end: usize) {
        let frame = FRAME as i64;
        let late = self.due() - self.at;
        let frames = self.at.min(self.at + late) / frame..=(self.at + late.abs()) / frame + 1;
        let is_loud =
            |i| usize::try_from(i).ok().and_then(|i| self.talk.loud.get(i)) == Some(&true);
        if late == 0 {
            self.owed = 0.0;
        } else if !frames.into_iter().any(is_loud) && self.has((self.due() + FADE) / frame, now_us)
        {
            self.go_on_after(late);
        } else if late > 0 {
            self.owed += FRAME as f64 * (self.way.fast - 1.0);
            while self.owed >= SHORTEST as f64 && self.out.len() + FADE as usize <= end {
                let late = self.due() - self.at;
                let most = late.min(LONGEST).min((self.owed * 1.6) as i64);
                // What is left must be gone in the end, alike or not.
                let cuts = if late <= SHORTEST { late..=late } else { SHORTEST..=most };
                let there = |cut: &i64| self.has((self.at + cut + frame) / frame, now_us);
                let reachable = cuts.filter(there);
                let Some(cut) = self.best(reachable).filter(|&cut| cut > 0) else {
                    break;
                };
                self.go_on_after(cut);
                self.owed -= cut as f64;
            }
            self.owed = self.owed.min(LONGEST as f64);
        }
    }

    /// The cut whose sides are most alike, if they are enough so.
    fn best(&self, cuts: impl Iterator<Item = i64>) -> Option<i64> {
        let alike = |cut: i64| {
            let (mut product, mut a2, mut b2) = (0.0, 100.0, 100.0);
            for (a, b) in self.said(self.at, FADE).zip(self.said(self.at + cut, FADE)) {
                let (a, b) = (f64::from(a), f64::from(b));
                product += a * b;
                a2 += a * a;
                b2 += b * b;
            }
            product / f64::sqrt(a2 * b2)
        };
        let scored = cuts.map(|cut| (alike(cut), cut));
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best.0 >= ALIKE || best.1.abs() < SHORTEST).then_some(best.1)
    }

    /// A crossfade to what lies `cut` samples further on, or back.
    fn go_on_after(&mut self, cut: i64) {
        let sides = self.said(self.at, FADE).zip(self.said(self.at + cut, FADE));
        let fade = |(i, (a, b)): (usize, (i16, i16))| {
            let (a, b, part) = (i32::from(a), i32::from(b), i as i32 + 1);
            let whole = FADE as i32 + 1;
            ((a * (whole - part) + b * part) / whole) as i16
        };
        let faded = sides.enumerate().map(fade).collect();
        self.hear(faded);
        self.at += cut + FADE;
    }
}

/// Runs of packets that a delay does not cover, the pulls being where they are.
fn stalls(trace: &Trace, delay_ms: i64) -> Vec<Range<usize>> {
    let delay = frames(trace, delay_ms);
    let mut all: Vec<Range<usize>> = Vec::new();
    for (i, arrival) in trace.arrivals.iter().enumerate() {
        let pull_us = (i + delay) as u64 * TICK_US + PHASE_US;
        if arrival.is_some_and(|arrival| arrival <= pull_us) {
            continue;
        }
        match all.last_mut().filter(|last| last.end == i) {
            Some(last) => last.end = i + 1,
            None => all.push(i..i + 1),
        }
    }
    all
}

/// Each packet's way: at every stall the one that scores best, and what they reach.
#[allow(clippy::print_stdout, reason = "the table is the output")]
fn choose(talk: &Talk<'_>, delay_ms: i64, scorer: &mut Scorer) -> (Vec<Way>, Figures) {
    let mut chosen = vec![LOSE; talk.trace.arrivals.len()];
    let mut best = talk.score(&[talk.play(delay_ms, &chosen)], scorer)[0];
    for stall in stalls(talk.trace, delay_ms) {
        // Many ways are the same where a stall is short.
        let (mut tried, mut heard) = (Vec::new(), Vec::<Heard>::new());
        for way in ways() {
            let mut ways = chosen.clone();
            ways[stall.clone()].fill(way);
            let new = talk.play(delay_ms, &ways);
            if heard.iter().all(|old| old.samples != new.samples) {
                tried.push(way);
                heard.push(new);
            }
        }
        let figures = talk.score(&heard, scorer);
        let better = tried.iter().zip(&figures).max_by(|a, b| a.1.mos.total_cmp(&b.1.mos));
        if let Some((way, figures)) = better.filter(|better| better.1.mos > best.mos) {
            chosen[stall.clone()].fill(*way);
            best = *figures;
            println!("{} {delay_ms} ms {best}: {stall:?} {way:?}", talk.trace.name);
        }
    }
    (chosen, best)
}

/// Measures the traces whose names begin with `only`.
#[allow(clippy::print_stdout, reason = "the table is the output")]
pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer, only: &str) {
    scorer.visqol = false;
    for trace in traces().iter().filter(|trace| trace.name.starts_with(only)) {
        let name = &trace.name;
        let talk = Talk::new(trace, speech);
        let samples = buffers::ours(trace, &talk.codes, Config::default());
        let ours = Heard { buffer: String::new(), usual: false, samples };
        let ours = talk.score(&[ours], scorer)[0];
        println!("{name} ours {ours}");
        for delay_ms in DELAYS {
            let everywhere = |way| talk.play(delay_ms, &vec![way; trace.arrivals.len()]);
            let heard: Vec<_> = ways().into_iter().map(everywhere).collect();
            for (way, figures) in ways().iter().zip(talk.score(&heard, scorer)) {
                println!("{name} {delay_ms} ms {figures}: everywhere {way:?}");
            }
            let (chosen, best) = choose(&talk, delay_ms, scorer);
            for voices in 1..speech.len() {
                let mut speech = speech.to_vec();
                speech.rotate_left(voices);
                let talk = Talk::new(trace, &speech);
                let lost = vec![LOSE; chosen.len()];
                let heard = [&lost, &chosen].map(|ways| talk.play(delay_ms, ways));
                let figures = talk.score(&heard, scorer);
                let voice = speech[0].name;
                println!("{name} {delay_ms} ms, first {voice}: lost {}", figures[0]);
                println!("{name} {delay_ms} ms, first {voice}: chosen for others {}", figures[1]);
            }
            let row = Row {
                area: "media",
                case: &format!("stalls-{name}"),
                metric: "MOS with delay",
                unit: "MOS",
                ours: ours.mos,
                peer: &format!("fixed {delay_ms} ms, each stall's best way in hindsight"),
                theirs: Some(best.mos),
            };
            row.save().expect("the summary can be written");
        }
    }
}
