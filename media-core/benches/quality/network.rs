//! Jitter buffers over the same packets: what is heard, and how late.
//!
//! Every buffer gets the same conversation in 20 ms packets of µ-law, is asked for 20 ms every
//! 20 ms of a virtual clock, and conceals with the same concealer. Delay is measured from outside,
//! by correlation of what is heard with what was said; MOS with delay is PESQ on the E-model's
//! scale less its delay term, for 100 ms of network.

use crate::pesq::{Scorer, mean};
use crate::speech::{Rng, Speech, shared};
use crate::speexdsp::{SpeexGot, SpeexJitter};
use measure::Row;
use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Packet};
use media_core::plc::Concealer;
use std::path::PathBuf;

const FRAME: usize = 160;
const TICK_US: u64 = 20_000;
const WINDOW: usize = 8 * 8000;
/// The pulls' phase against the sender's frames.
const PHASE_US: u64 = 7_000;

pub(crate) struct Trace {
    pub(crate) name: String,
    /// Arrival of each packet, in µs, on a clock that starts with the first sending.
    pub(crate) arrivals: Vec<Option<u64>>,
}

impl Trace {
    /// Packets in order of arrival.
    fn order(&self) -> Vec<(u64, usize)> {
        let mut order: Vec<_> =
            self.arrivals.iter().enumerate().filter_map(|(i, a)| Some(((*a)?, i))).collect();
        order.sort_unstable();
        order
    }

    fn fastest(&self) -> i64 {
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
    all.extend([made_walk(), made_spikes(), made_paths()]);
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

/// What one buffer made of one trace.
struct Heard {
    buffer: String,
    samples: Vec<i16>,
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

/// How far `heard` lags behind `clean`, in ms, at each half second that has enough speech.
fn lags_ms(clean: &[i16], heard: &[i16]) -> Vec<(usize, f64)> {
    const PIECE: usize = 4000;
    let coarse = |samples: &[i16]| -> Vec<f32> {
        samples.chunks_exact(4).map(|c| c.iter().map(|&s| f32::from(s)).sum()).collect()
    };
    let (low_clean, low_heard) = (coarse(clean), coarse(heard));
    let alike = |clean: &[f32], heard: &[f32], at: usize, lag: usize, n: usize| {
        let (a, b) = (&clean[at..at + n], &heard[at + lag..at + lag + n]);
        let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        let energy: f32 = b.iter().map(|b| b * b).sum();
        dot / (energy + 1.0).sqrt()
    };
    let mut lags = Vec::new();
    for at in (0..low_clean.len().saturating_sub(PIECE / 4 * 3)).step_by(PIECE / 4) {
        let own: f32 = low_clean[at..at + PIECE / 4].iter().map(|a| a * a).sum();
        if own < 1000.0 * 800.0 * 800.0 {
            continue;
        }
        let best = (0..1400)
            .filter(|lag| at + lag + PIECE / 4 <= low_heard.len())
            .map(|lag| (alike(&low_clean, &low_heard, at, lag, PIECE / 4), lag))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((strength, lag)) = best {
            if strength > 0.5 * own.sqrt() {
                lags.push((at * 4, lag as f64 / 2.0));
            }
        }
    }
    lags
}

/// ITU-T G.107: R to MOS.
fn mos(r: f64) -> f64 {
    1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6
}

/// PESQ lowered by the E-model's delay term.
fn with_delay(pesq: f64, delay_ms: f64) -> f64 {
    let (mut low, mut high) = (6.5, 100.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if mos(middle) < pesq {
            low = middle;
        } else {
            high = middle;
        }
    }
    let ta = 100.0 + delay_ms;
    let x = (ta / 100.0).log2().max(0.0);
    let idd = 25.0
        * ((1.0 + x.powi(6)).powf(1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0).powi(6)).powf(1.0 / 6.0)
            + 2.0);
    mos((low - idd).max(0.0))
}

#[allow(clippy::print_stdout, reason = "the table is the output")]
pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer) {
    for trace in traces() {
        let n = trace.arrivals.len() * FRAME;
        let mut clean: Vec<i16> = Vec::with_capacity(n);
        // Half of it a woman's voice, half a man's.
        for voice in speech.iter().take(2) {
            clean.extend(voice.samples.iter().take(n / 2));
        }
        clean.resize(n, 0);
        let mut codes = vec![0; n];
        Law::Mu.encode(&clean, &mut codes);
        let mine = ours(&trace, &codes, Config::default());
        let mut all = vec![Heard { buffer: "ours".into(), samples: mine }];
        for ms in [40, 100] {
            let samples = fixed(&trace, &codes, ms);
            all.push(Heard { buffer: format!("fixed {ms} ms"), samples });
        }
        for margin in [0, 1, 2, 3] {
            let Some(samples) = speex(&trace, &codes, margin) else {
                continue;
            };
            all.push(Heard { buffer: format!("speexdsp margin {margin}"), samples });
        }
        report(&trace, &clean, &all, scorer);
    }
}

#[allow(clippy::print_stdout, reason = "the table is the output")]
fn report(trace: &Trace, clean: &[i16], all: &[Heard], scorer: &mut Scorer) {
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
        let delay = lag - trace.fastest() as f64 / 1000.0 + 0.0;
        results.push((delay, places));
    }
    let scores = scorer.score();
    let figures: Vec<(f64, f64)> = results
        .iter()
        .map(|(delay, places)| (*delay, mean(places.iter().map(|&i| scores[i]))))
        .collect();
    let (our_delay, our_pesq) = figures[0];
    let our_mos = with_delay(our_pesq, our_delay);
    for (i, &(delay, pesq)) in figures.iter().enumerate() {
        let peer = &all[i].buffer;
        let theirs = with_delay(pesq, delay);
        println!(
            "{:24} {peer:20} delay {delay:6.1} ms  PESQ {pesq:.3}  MOS {theirs:.3}",
            trace.name
        );
        if i == 0 {
            continue;
        }
        let case = format!("jitter-{}", trace.name);
        for (metric, unit, ours, theirs) in [
            ("MOS with delay", "MOS", our_mos, theirs),
            ("PESQ", "MOS-LQO", our_pesq, pesq),
            ("delay", "ms", our_delay, delay),
        ] {
            let row =
                Row { area: "media", case: &case, metric, unit, ours, peer, theirs: Some(theirs) };
            row.save().expect("the summary can be written");
        }
    }
}
