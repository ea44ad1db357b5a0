//! Jitter buffers over the same packets: what is heard, and how late.
//!
//! Every buffer gets the same conversation in 20 ms packets of µ-law, is asked for 20 ms every
//! 20 ms of a virtual clock, and conceals with the same concealer. Delay is measured from outside,
//! by correlation of what is heard with what was said; MOS with delay is PESQ on the E-model's
//! scale less its delay term, for 100 ms of network.

use crate::delay::{lags_ms, with_delay};
use crate::neteq::{Neteq, NeteqGot};
use crate::pesq::{Scorer, mean};
use crate::speech::Speech;
use crate::speexdsp::{SpeexGot, SpeexJitter};
use crate::trace::{TICK_US, Trace, traces};
use measure::Row;
use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Packet};
use media_core::plc::Concealer;

const FRAME: usize = 160;
const WINDOW: usize = 8 * 8000;
/// The pulls' phase against the sender's frames.
const PHASE_US: u64 = 7_000;

/// What one buffer made of one trace.
struct Heard {
    buffer: String,
    /// Whether it is a buffer as its users have it, not one setting of a sweep.
    usual: bool,
    samples: Vec<i16>,
}

/// How it scored.
#[derive(Clone, Copy)]
struct Figures {
    delay_ms: f64,
    pesq: f64,
    mos: f64,
}

/// Asks a buffer for every tick; `give` gets the packets that arrived since, and fills the frame.
fn play(trace: &Trace, mut give: impl FnMut(u64, &[(u64, usize)], &mut [i16])) -> Vec<i16> {
    let order = trace.order();
    let ticks = trace.arrivals.len() + 50;
    let mut out = vec![0; ticks * FRAME];
    let mut next = 0;
    for (tick, frame) in out.chunks_exact_mut(FRAME).enumerate() {
        let now = tick as u64 * TICK_US + PHASE_US;
        let first = next;
        while next < order.len() && order[next].0 <= now {
            next += 1;
        }
        give(now, &order[first..next], frame);
    }
    out
}

fn ours(trace: &Trace, codes: &[u8], config: Config) -> Vec<i16> {
    let mut buffer = JitterBuffer::new(config);
    let mut law = Law::Mu;
    play(trace, |now, packets, frame| {
        for &(arrival_us, i) in packets {
            buffer.insert(&Packet {
                ssrc: 1,
                sequence: i as u16,
                timestamp: (i * FRAME) as u32,
                payload: &codes[i * FRAME..][..FRAME],
                comfort_noise: false,
                arrival_us,
            });
        }
        buffer.pull(now, &mut law, frame);
    })
}

/// A delay chosen beforehand, held against the fastest packet of the whole trace.
fn fixed(trace: &Trace, codes: &[u8], ms: i64) -> Vec<i16> {
    let fastest = trace.fastest();
    let mut arrived = vec![false; trace.arrivals.len()];
    let mut concealer = Concealer::new();
    play(trace, |now, packets, frame| {
        packets.iter().for_each(|p| arrived[p.1] = true);
        let i = (now as i64 - fastest - ms * 1000).div_euclid(TICK_US as i64);
        match usize::try_from(i).ok().filter(|&i| arrived.get(i) == Some(&true)) {
            Some(i) => {
                Law::Mu.decode(&codes[i * FRAME..][..FRAME], frame);
                concealer.received(frame);
            }
            None => concealer.conceal(frame),
        }
    })
}

fn speex(trace: &Trace, codes: &[u8], margin: i32) -> Option<Vec<i16>> {
    let mut buffer = SpeexJitter::open(FRAME as i32, margin)?;
    let mut concealer = Concealer::new();
    let (mut started, mut insert) = (false, 0);
    Some(play(trace, |_, packets, frame| {
        for &(_, i) in packets {
            let payload = &codes[i * FRAME..][..FRAME];
            buffer.put(i as u16, (i * FRAME) as u32, FRAME as u32, payload);
            started = true;
        }
        if !started {
            return;
        }
        if insert >= FRAME {
            insert -= FRAME;
            concealer.conceal(frame);
            return;
        }
        let mut payload = [0; FRAME];
        match buffer.get(FRAME as u32, &mut payload) {
            SpeexGot::Packet => {
                Law::Mu.decode(&payload, frame);
                concealer.received(frame);
            }
            SpeexGot::Missing => concealer.conceal(frame),
            SpeexGot::Insert(span) => {
                insert = span.saturating_sub(FRAME);
                concealer.conceal(frame);
            }
        }
    }))
}

fn neteq(trace: &Trace, codes: &[u8], min_delay_ms: u32) -> Option<Vec<i16>> {
    let mut buffer = Neteq::open(min_delay_ms)?;
    let mut concealer = Concealer::new();
    Some(play(trace, |now, packets, frame| {
        for &(arrival_us, i) in packets {
            let payload = &codes[i * FRAME..][..FRAME];
            buffer.put(arrival_us, i as u16, (i * FRAME) as u32, payload);
        }
        for piece in frame.chunks_exact_mut(FRAME / 2) {
            match buffer.get(now, piece) {
                NeteqGot::Voice => concealer.received(piece),
                NeteqGot::Missing => concealer.conceal(piece),
            }
        }
    }))
}

/// All buffers over one trace, ours first.
fn buffers(trace: &Trace, codes: &[u8]) -> Vec<Heard> {
    let samples = ours(trace, codes, Config::default());
    let mut all = vec![Heard { buffer: "ours".into(), usual: true, samples }];
    for ms in [40, 100] {
        let samples = fixed(trace, codes, ms);
        all.push(Heard { buffer: format!("fixed {ms} ms"), usual: true, samples });
    }
    for margin in [0, 1, 2, 3, 4] {
        if let Some(samples) = speex(trace, codes, margin) {
            let buffer = format!("speexdsp margin {margin}");
            all.push(Heard { buffer, usual: margin == 0, samples });
        }
    }
    for ms in [0, 60, 100, 140] {
        if let Some(samples) = neteq(trace, codes, ms) {
            let buffer = format!("neteq 0.9.1 min {ms} ms");
            all.push(Heard { buffer, usual: ms == 0, samples });
        }
    }
    all
}

/// Measures every trace, or those whose names begin with `only`.
pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer, only: &str) {
    for trace in traces().iter().filter(|trace| trace.name.starts_with(only)) {
        let n = trace.arrivals.len() * FRAME;
        let mut clean: Vec<i16> = Vec::with_capacity(n);
        // Half of it a woman's voice, half a man's.
        for voice in speech.iter().take(2) {
            clean.extend(voice.samples.iter().take(n / 2));
        }
        clean.resize(n, 0);
        let mut codes = vec![0; n];
        Law::Mu.encode(&clean, &mut codes);
        let all = buffers(trace, &codes);
        let figures = score(trace, &clean, &all, scorer);
        report(trace, &all, &figures);
    }
}

fn score(trace: &Trace, clean: &[i16], all: &[Heard], scorer: &mut Scorer) -> Vec<Figures> {
    let mut results = Vec::new();
    for heard in all {
        let lags = lags_ms(clean, &heard.samples);
        let lag = mean(lags.iter().map(|l| l.1));
        let places: Vec<_> = clean
            .chunks_exact(WINDOW)
            .enumerate()
            // The first window is learning time for everybody.
            .skip(1)
            .map(|(i, clean)| {
                let here = i * WINDOW..(i + 1) * WINDOW;
                let local = mean(lags.iter().filter(|l| here.contains(&l.0)).map(|l| l.1));
                let shift = (if local.is_finite() { local } else { lag }.max(0.0) * 8.0) as usize;
                scorer.add(clean, &heard.samples[here.start + shift..][..WINDOW])
            })
            .collect();
        results.push((lag - trace.fastest() as f64 / 1000.0, places));
    }
    let scores = scorer.score();
    let figures = |(delay_ms, places): &(f64, Vec<usize>)| {
        let pesq = mean(places.iter().map(|&i| scores[i]));
        Figures { delay_ms: *delay_ms, pesq, mos: with_delay(pesq, *delay_ms) }
    };
    results.iter().map(figures).collect()
}

#[allow(clippy::print_stdout, reason = "the table is the output")]
fn report(trace: &Trace, all: &[Heard], figures: &[Figures]) {
    let case = format!("jitter-{}", trace.name);
    let row = |metric, unit, ours, peer: &str, theirs| {
        let row = Row { area: "media", case: &case, metric, unit, ours, peer, theirs };
        row.save().expect("the summary can be written");
    };
    let ours = figures[0];
    for (heard, &Figures { delay_ms, pesq, mos }) in all.iter().zip(figures) {
        let peer = &heard.buffer;
        let name = &trace.name;
        println!("{name:24} {peer:24} delay {delay_ms:6.1} ms  PESQ {pesq:.3}  MOS {mos:.3}");
        if peer != "ours" {
            row("MOS with delay", "MOS", ours.mos, peer, Some(mos));
            row("PESQ", "MOS-LQO", ours.pesq, peer, Some(pesq));
            row("delay", "ms", ours.delay_ms, peer, Some(delay_ms));
        }
    }
    // The best as it comes, and, over the whole sweep, those with less delay that score better.
    let peers = || all.iter().zip(figures).skip(1);
    let best = peers().filter(|p| p.0.usual).max_by(|a, b| a.1.mos.total_cmp(&b.1.mos));
    if let Some((heard, best)) = best {
        let peer = format!("best: {}", heard.buffer);
        row("lead in MOS with delay", "MOS", ours.mos - best.mos, &peer, Some(best.mos));
        // Half a hundredth is less than another seed of the same network makes.
        assert!(ours.mos > best.mos - 0.005, "{case}: {:.3} against {:.3}", ours.mos, best.mos);
    }
    let ahead = |p: &(&Heard, &Figures)| {
        p.1.delay_ms < ours.delay_ms && p.1.pesq > ours.pesq && p.1.mos > ours.mos
    };
    for (heard, theirs) in peers().filter(ahead) {
        row("delay with a better score", "ms", ours.delay_ms, &heard.buffer, Some(theirs.delay_ms));
    }
    let ahead = peers().filter(ahead).count();
    row("peers' settings ahead in delay and score", "settings", ahead as f64, "all", None);
    assert_eq!(ahead, 0, "{case}: less delay and a better score");
}
