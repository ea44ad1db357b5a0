//! Frame erasures at several rates and lengths, concealed by us and by others.

use crate::score::{Measure, Scorer, mean};
use crate::spandsp::Spandsp;
use crate::speech::{Rng, Speech};
use measure::Row;
use media_core::plc::Concealer;

/// Scored in windows of this length: PESQ is meant for 8 to 12 s.
const WINDOW: usize = 8 * 8000;
const WINDOWS: usize = 8;

/// Frame length in ms, share lost, whether in bursts (mean 3 frames).
const LOSSES: [(usize, f64, bool); 6] = [
    (10, 0.03, false),
    (10, 0.10, false),
    (10, 0.10, true),
    (20, 0.03, false),
    (20, 0.10, false),
    (20, 0.10, true),
];

fn pattern(frames: usize, share: f64, burst: bool, seed: u64) -> Vec<bool> {
    let mut rng = Rng(seed);
    let mut bad = false;
    // Gilbert: a burst ends with probability 1/3.
    let start = share / 3.0 / (1.0 - share);
    (0..frames)
        .map(|_| {
            let luck = rng.share();
            bad = match (burst, bad) {
                (false, _) => luck < share,
                (true, true) => luck >= 1.0 / 3.0,
                (true, false) => luck < start,
            };
            bad
        })
        .collect()
}

fn run(
    clean: &[i16],
    frame: usize,
    lost: &[bool],
    mut conceal: impl FnMut(bool, &mut [i16]),
) -> Vec<i16> {
    let mut out = clean.to_vec();
    for (piece, &lost) in out.chunks_mut(frame).zip(lost) {
        if lost {
            piece.fill(0);
        }
        conceal(lost, piece);
    }
    out
}

pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer) {
    let spandsp = Spandsp::load();
    let mut jobs = Vec::new();
    for speech in speech {
        for (ms, share, burst) in LOSSES {
            let frame = ms * 8;
            let mut places = Vec::new();
            for (i, clean) in speech.samples.chunks_exact(WINDOW).take(WINDOWS).enumerate() {
                let lost = pattern(WINDOW / frame, share, burst, 1000 + i as u64);
                let mut ours = Concealer::new();
                let heard = run(clean, frame, &lost, |lost, piece| {
                    if lost {
                        ours.conceal(piece);
                    } else {
                        ours.received(piece);
                    }
                });
                let mine = scorer.add(Measure::Pesq, clean, &heard);
                let theirs = spandsp.as_ref().map(|library| {
                    let mut peer = library.plc();
                    let heard = run(clean, frame, &lost, |lost, piece| {
                        if lost {
                            peer.conceal(piece);
                        } else {
                            peer.received(piece);
                        }
                    });
                    scorer.add(Measure::Pesq, clean, &heard)
                });
                places.push((mine, theirs));
            }
            jobs.push((speech.name, ms, share, burst, places));
        }
    }
    let scores = scorer.score();
    let (mut all_ours, mut all_theirs) = (Vec::new(), Vec::new());
    for (name, ms, share, burst, places) in jobs {
        let ours = mean(places.iter().map(|p| scores[p.0]));
        let theirs = mean(places.iter().filter_map(|p| p.1).map(|i| scores[i]));
        all_ours.push(ours);
        all_theirs.push(theirs);
        let kind = if burst { "burst" } else { "random" };
        let case =
            format!("conceal-{}-{ms}ms-{:.0}%-{kind}", name.replace(' ', "-"), share * 100.0);
        row(&case, ours, theirs);
    }
    row("conceal-mean", mean(all_ours.into_iter()), mean(all_theirs.into_iter()));
}

fn row(case: &str, ours: f64, theirs: f64) {
    let theirs = theirs.is_finite().then_some(theirs);
    let row = Row {
        area: "media",
        case,
        metric: "PESQ",
        unit: "MOS-LQO",
        ours,
        peer: "spandsp plc",
        theirs,
    };
    row.save().expect("the summary can be written");
}
