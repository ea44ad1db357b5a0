//! Opus over network traces that lose packets: what its in-band redundancy (FEC) is worth.
//!
//! The same speech at the same bit rate goes through the same jitter buffer twice: once each packet
//! carries a coarse copy of the frame before it, once all bits go into the frame itself.

use crate::buffers::{FRAME, Heard, play};
use crate::network::{conversation, score};
use crate::score::Scorer;
use crate::speech::Speech;
use crate::trace::{Trace, traces};
use measure::Row;
use media_core::jitter::{Config, JitterBuffer, Packet};
use media_core::opus::{Decoder, Encoder, Settings};

const BITRATE: u32 = 24_000;
/// What the encoder is told of the network, in percent.
const LOSS: u8 = 10;
/// Opus' RTP clock runs at 48 kHz.
const CLOCK_RATIO: u8 = 6;

fn call(trace: &Trace, clean: &[i16], loss_percent: u8) -> Vec<i16> {
    let mut encoder = Encoder::new(Settings::new(BITRATE, loss_percent)).expect("libopus");
    let packets: Vec<Vec<u8>> = clean
        .chunks_exact(FRAME)
        .map(|frame| {
            let mut packet = vec![0; 1275];
            let len = encoder.encode(frame, &mut packet).expect("room for any frame");
            packet.truncate(len);
            packet
        })
        .collect();
    let mut decoder = Decoder::new().expect("libopus");
    let mut buffer = JitterBuffer::new(Config::default().with_clock_ratio(CLOCK_RATIO));
    play(trace, |now, arrived, frame| {
        for &(arrival_us, i) in arrived {
            buffer.insert(&Packet {
                ssrc: 1,
                sequence: i as u16,
                timestamp: (i * FRAME) as u32 * u32::from(CLOCK_RATIO),
                payload: &packets[i],
                comfort_noise: false,
                arrival_us,
            });
        }
        buffer.pull(now, &mut decoder, frame);
    })
}

/// Measures the traces that lose more than one packet in a hundred.
#[allow(clippy::print_stdout, reason = "the table is the output")]
pub(crate) fn measure(speech: &[Speech], scorer: &mut Scorer, only: &str) {
    for trace in traces().iter().filter(|trace| trace.name.starts_with(only)) {
        let lost = trace.arrivals.iter().filter(|arrival| arrival.is_none()).count();
        if lost * 100 <= trace.arrivals.len() {
            continue;
        }
        let clean = conversation(trace, speech);
        let heard = [("with", LOSS), ("without", 0)].map(|(buffer, loss_percent)| Heard {
            buffer: buffer.into(),
            usual: false,
            samples: call(trace, &clean, loss_percent),
        });
        let figures = score(trace, &clean, &heard, scorer);
        let case = format!("opus-{}-kbit-fec-{}", BITRATE / 1000, trace.name);
        let [with, without] = [figures[0], figures[1]];
        println!("{case}: PESQ {:.3} with FEC, {:.3} without", with.pesq, without.pesq);
        let row = Row {
            area: "media",
            case: &case,
            metric: "PESQ with in-band FEC",
            unit: "MOS-LQO",
            ours: with.pesq,
            peer: "the same without FEC",
            theirs: Some(without.pesq),
        };
        row.save().expect("the summary can be written");
        assert!(with.pesq > without.pesq, "{case}: redundancy is worth nothing");
    }
}
