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

/// What ITU-T G.711 Appendix I's reference code and spandsp's reached on two of the voices in the
/// first rows of [`LOSSES`], with other seeds of the same losses. That code may be evaluated, not
/// shipped, so it does not run here; spandsp's does, and tells how much the seeds are worth.
const APPENDIX_I: [(&str, &[(f64, f64)]); 2] = [
    ("en female", &[(3.65, 3.43), (2.81, 2.46), (2.59, 2.43)]),
    (
        "it male",
        &[(3.61, 3.44), (2.71, 2.51), (2.55, 2.49), (3.66, 3.58), (2.56, 2.50), (2.61, 2.55)],
    ),
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
        for (loss, (ms, share, burst)) in LOSSES.into_iter().enumerate() {
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
            let voice = APPENDIX_I.iter().find(|voice| voice.0 == speech.name);
            let known = voice.and_then(|voice| voice.1.get(loss));
            jobs.push((speech.name, ms, share, burst, known, places));
        }
    }
    let scores = scorer.score();
    let (mut all_ours, mut all_theirs) = (Vec::new(), Vec::new());
    let (mut leads, mut fair) = (Vec::new(), Vec::new());
    for (name, ms, share, burst, known, places) in jobs {
        let ours = mean(places.iter().map(|p| scores[p.0]));
        let theirs = mean(places.iter().filter_map(|p| p.1).map(|i| scores[i]));
        all_ours.push(ours);
        all_theirs.push(theirs);
        let kind = if burst { "burst" } else { "random" };
        let case =
            format!("conceal-{}-{ms}ms-{:.0}%-{kind}", name.replace(' ', "-"), share * 100.0);
        row(&case, "PESQ", ours, "spandsp plc", theirs);
        if let Some(&(appendix, spandsp)) = known {
            row(&case, "PESQ", ours, "G.711 App. I, measured before", appendix);
            assert!(ours >= appendix, "{case}: {ours:.3} against {appendix}");
            leads.push(ours - appendix);
            // The same seeds for all: each against spandsp's in its own run.
            fair.push((ours - theirs) - (appendix - spandsp));
        }
    }
    row(
        "conceal-mean",
        "PESQ",
        mean(all_ours.into_iter()),
        "spandsp plc",
        mean(all_theirs.into_iter()),
    );
    let lead = mean(leads.iter().copied());
    row("conceal-mean", "PESQ lead", lead, "G.711 App. I, measured before", f64::NAN);
    row(
        "conceal-mean",
        "PESQ lead, seeds allowed for",
        mean(fair.into_iter()),
        "G.711 App. I",
        f64::NAN,
    );
    assert!(leads.is_empty() || lead >= 0.1, "{lead:.3} above G.711 Appendix I on average");
}

fn row(case: &str, metric: &str, ours: f64, peer: &str, theirs: f64) {
    let theirs = theirs.is_finite().then_some(theirs);
    let row = Row { area: "media", case, metric, unit: "MOS-LQO", ours, peer, theirs };
    row.save().expect("the summary can be written");
}
