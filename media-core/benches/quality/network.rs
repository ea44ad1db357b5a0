//! Jitter buffers over network traces: what is heard, and how late.
//!
//! Delay is measured from outside, by correlation of what is heard with what was said; MOS with
//! delay is PESQ on the E-model's scale less its delay term, for 100 ms of network. Three things
//! are held against our buffer: the peers as their users have them, a sweep of the peers' delay
//! settings, and a buffer that knows the future ([`crate::oracle`]).

use crate::buffers::{self, FRAME, Heard, PHASE_US};
use crate::delay::{lags_ms, with_delay};
use crate::oracle;
use crate::score::{Measure, Scorer, mean};
use crate::speech::{self, Speech};
use crate::trace::{Trace, traces};
use measure::Row;
use media_core::g711::Law;
use std::fmt;

const WINDOW: usize = 8 * 8000;
/// ViSQOL costs four times what PESQ costs: the windows of the first minute.
const VISQOL_WINDOWS: usize = 6;
/// Half a hundredth of a MOS is less than another seed of the same network makes.
const SAME: f64 = 0.005;
/// Where settings chosen in hindsight are ahead, and how many.
const KNOWN_AHEAD: [(&str, usize); 3] =
    [("made_cell", 1), ("wifi_spikes-line", 3), ("made_spikes-line", 1)];
/// Where the best peer is ahead, and how far.
const KNOWN_BEHIND: [(&str, f64); 1] = [("wifi_spikes-line", 0.05)];

/// How a buffer scored.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    delay_ms: f64,
    pub(crate) pesq: f64,
    pub(crate) mos: f64,
    visqol: Option<f64>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { delay_ms, pesq, mos, .. } = self;
        write!(f, "delay {delay_ms:.1} ms, PESQ {pesq:.3}, MOS {mos:.3}")
    }
}

/// Measures every trace, or those whose names begin with `only`: prompts, which are silent between
/// words, and a conversation over a line, which is not.
pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer, only: &str) {
    let line = speech::line();
    for trace in traces().iter().filter(|trace| trace.name.starts_with(only)) {
        for (name, speech) in
            [(trace.name.clone(), speech), (format!("{}-line", trace.name), &line)]
        {
            if speech.is_empty() {
                continue;
            }
            let clean = conversation(trace, speech);
            let mut codes = vec![0; clean.len()];
            Law::Mu.encode(&clean, &mut codes);
            let mut all = buffers::all(trace, &codes);
            let peers = all.len();
            all.extend(oracle::all(trace, &clean, &codes, PHASE_US));
            let figures = score(trace, &clean, &all, scorer);
            let peers = all.iter().zip(figures.iter().copied()).take(peers).collect::<Vec<_>>();
            let best = figures[peers.len()..].iter().map(|f| f.mos).fold(0.0, f64::max);
            report(&name, &peers, best);
        }
    }
}

/// What is said during a trace: half of it in a woman's voice, half in a man's.
pub(crate) fn conversation(trace: &Trace, speech: &[Speech]) -> Vec<i16> {
    let n = trace.arrivals.len() * FRAME;
    let mut clean: Vec<i16> = Vec::with_capacity(n);
    for voice in speech.iter().take(2) {
        clean.extend(voice.samples.iter().take(n / 2));
    }
    clean.resize(n, 0);
    clean
}

/// Every buffer's figures, in their order.
pub(crate) fn score(
    trace: &Trace,
    clean: &[i16],
    all: &[Heard],
    scorer: &mut Scorer,
) -> Vec<Figures> {
    let mut results = Vec::new();
    for heard in all {
        let lags = lags_ms(clean, &heard.samples);
        let lag = mean(lags.iter().map(|l| l.1));
        let (mut pesq, mut visqol) = (Vec::new(), Vec::new());
        // The first window is learning time for everybody.
        for (i, clean) in clean.chunks_exact(WINDOW).enumerate().skip(1) {
            let here = i * WINDOW..(i + 1) * WINDOW;
            let local = mean(lags.iter().filter(|l| here.contains(&l.0)).map(|l| l.1));
            // Where hardly anything is said nothing can be measured: the delay is as it was nearby.
            let nearest = || {
                let away = |l: &&(usize, f64)| l.0.abs_diff(here.start + WINDOW / 2);
                lags.iter().min_by_key(away).map_or(0.0, |l| l.1)
            };
            let shift = (if local.is_finite() { local } else { nearest() }.max(0.0) * 8.0) as usize;
            let heard_here = &heard.samples[here.start + shift..][..WINDOW];
            pesq.push(scorer.add(Measure::Pesq, clean, heard_here));
            if heard.usual && scorer.visqol && i <= VISQOL_WINDOWS {
                visqol.push(scorer.add(Measure::Visqol, clean, heard_here));
            }
        }
        results.push((lag - trace.fastest() as f64 / 1000.0, pesq, visqol));
    }
    let scores = scorer.score();
    let of = |places: &[usize]| mean(places.iter().map(|&i| scores[i]));
    let figures = |(delay_ms, pesq, visqol): &(f64, Vec<usize>, Vec<usize>)| {
        let pesq = of(pesq);
        let visqol = (!visqol.is_empty()).then(|| of(visqol));
        Figures { delay_ms: *delay_ms, pesq, mos: with_delay(pesq, *delay_ms), visqol }
    };
    results.iter().map(figures).collect()
}

#[allow(clippy::print_stdout, reason = "the table is the output")]
fn report(name: &str, all: &[(&Heard, Figures)], clairvoyant: f64) {
    let case = format!("jitter-{name}");
    let row = |metric, unit, ours, peer: &str, theirs| {
        let row = Row { area: "media", case: &case, metric, unit, ours, peer, theirs };
        row.save().expect("the summary can be written");
    };
    let (ours, peers) = (all[0].1, &all[1..]);
    for (heard, figures) in all {
        let peer = &heard.buffer;
        let Figures { delay_ms, pesq, mos, visqol } = *figures;
        let visqol = visqol.map_or(String::new(), |v| format!("  ViSQOL {v:.3}"));
        println!(
            "{name:28} {peer:24} delay {delay_ms:6.1} ms  PESQ {pesq:.3}  MOS {mos:.3}{visqol}"
        );
    }
    for (heard, theirs) in peers.iter().filter(|peer| peer.0.usual) {
        let peer = &heard.buffer;
        row("MOS with delay", "MOS", ours.mos, peer, Some(theirs.mos));
        row("PESQ", "MOS-LQO", ours.pesq, peer, Some(theirs.pesq));
        row("delay", "ms", ours.delay_ms, peer, Some(theirs.delay_ms));
        if let Some(visqol) = ours.visqol {
            row("ViSQOL, first minute", "MOS-LQO", visqol, peer, theirs.visqol);
        }
    }
    row("MOS with delay", "MOS", ours.mos, "clairvoyant, moving in pauses", Some(clairvoyant));
    let usual = peers.iter().filter(|peer| peer.0.usual);
    if let Some((heard, best)) = usual.max_by(|a, b| a.1.mos.total_cmp(&b.1.mos)) {
        let peer = format!("best: {}", heard.buffer);
        row("lead in MOS with delay", "MOS", ours.mos - best.mos, &peer, Some(best.mos));
        let known = KNOWN_BEHIND.iter().find(|known| known.0 == name).map_or(SAME, |known| known.1);
        assert!(ours.mos > best.mos - known, "{case}: {:.3} against {:.3}", ours.mos, best.mos);
    }
    // Over the whole sweep: who is sooner and better?
    let ahead =
        |peer: &&(&Heard, Figures)| peer.1.delay_ms < ours.delay_ms && peer.1.mos > ours.mos + SAME;
    for (heard, theirs) in peers.iter().filter(ahead) {
        row("delay with a better score", "ms", ours.delay_ms, &heard.buffer, Some(theirs.delay_ms));
    }
    let count = peers.iter().filter(ahead).count();
    row("peers' settings ahead in delay and score", "settings", count as f64, "all", None);
    let known = KNOWN_AHEAD.iter().find(|known| known.0 == name).map_or(0, |known| known.1);
    assert!(count <= known, "{case}: {count} with less delay and a better score");
}
