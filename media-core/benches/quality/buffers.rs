//! Jitter buffers over the same packets: ours, and the peers with every setting of their delay.
//!
//! Every buffer gets the same conversation in 20 ms packets of µ-law, is asked for 20 ms every
//! 20 ms of a virtual clock, and conceals with the same concealer.

use crate::neteq::{Neteq, NeteqGot};
use crate::speexdsp::{SpeexGot, SpeexJitter};
use crate::trace::{TICK_US, Trace};
use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Packet};
use media_core::plc::Concealer;

pub(crate) const FRAME: usize = 160;
/// The pulls' phase against the sender's frames.
pub(crate) const PHASE_US: u64 = 7_000;

/// What one buffer made of one trace.
pub(crate) struct Heard {
    pub(crate) buffer: String,
    /// Whether it is a buffer as its users have it, not one setting of a sweep.
    pub(crate) usual: bool,
    pub(crate) samples: Vec<i16>,
}

/// Asks a buffer for every tick; `give` gets the packets that arrived since, and fills the frame.
pub(crate) fn play(
    trace: &Trace,
    mut give: impl FnMut(u64, &[(u64, usize)], &mut [i16]),
) -> Vec<i16> {
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

pub(crate) fn ours(trace: &Trace, codes: &[u8], config: Config) -> Vec<i16> {
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

fn speex(trace: &Trace, codes: &[u8], margin: i32, late: Option<i32>) -> Option<Vec<i16>> {
    let mut buffer = SpeexJitter::open(FRAME as i32, margin)?;
    if let Some(percent) = late {
        buffer.allow_late(percent);
    }
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
pub(crate) fn all(trace: &Trace, codes: &[u8]) -> Vec<Heard> {
    let samples = ours(trace, codes, Config::default());
    let mut all = vec![Heard { buffer: "ours".into(), usual: true, samples }];
    let mut add = |buffer: String, usual, samples: Option<Vec<i16>>| {
        all.extend(samples.map(|samples| Heard { buffer, usual, samples }));
    };
    for ms in (20..=200).step_by(20) {
        add(format!("fixed {ms} ms"), matches!(ms, 40 | 100), Some(fixed(trace, codes, ms)));
    }
    for margin in 0..=4 {
        let usual = margin == 0;
        add(format!("speexdsp margin {margin}"), usual, speex(trace, codes, margin, None));
    }
    for late in [1, 10] {
        add(format!("speexdsp late {late} %"), false, speex(trace, codes, 0, Some(late)));
    }
    for ms in (0..=160).step_by(40) {
        add(format!("neteq 0.9.1 min {ms} ms"), ms == 0, neteq(trace, codes, ms));
    }
    all
}
