//! Packets are heard in the order they were sent, each once, or never.

use media_core::g711::Law;
use media_core::jitter::{Config, Decoder, JitterBuffer, Kind, Packet, Verdict};
use proptest::prelude::*;

use super::Call;

#[test]
fn order_is_restored_and_copies_are_dropped() {
    let mut call = Call::new(Config::with_delay(60, 60));
    let mut heard = Vec::new();
    for i in 0..50_u16 {
        // Pairs come swapped, and every packet twice.
        let n = i ^ 1;
        assert_eq!(call.send(n, u32::from(n) * 160, 0x80 + n as u8), Verdict::Taken);
        assert_eq!(call.send(n, u32::from(n) * 160, 0x80 + n as u8), Verdict::Duplicate);
        let (pulled, out) = call.pull();
        if pulled.kind == Kind::Voice {
            heard.push(out[80]);
        }
    }
    let expected: Vec<i16> =
        (0..heard.len()).map(|n| Law::Mu.decode_sample(0x80 + n as u8)).collect();
    assert!(heard.len() > 40);
    assert_eq!(heard, expected);
    let stats = call.buffer.stats();
    assert_eq!((stats.packets, stats.taken, stats.duplicate), (100, 50, 50));
    assert_eq!(stats.concealed_samples, 0);
}

#[test]
fn a_late_packet_is_late() {
    let mut call = Call::new(Config::with_delay(0, 20));
    for i in 0..40_u16 {
        if i != 20 {
            call.send(i, u32::from(i) * 160, 0x90);
        }
        call.pull();
    }
    assert_eq!(call.send(20, 20 * 160, 0x90), Verdict::Late);
    assert_eq!(call.buffer.stats().late, 1);
}

/// Payloads of two bytes a "sample": each sample says which one it is.
struct Numbered;

impl Decoder for Numbered {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let n = (payload.len() / 2).min(out.len());
        for (to, from) in out.iter_mut().zip(payload.chunks_exact(2)) {
            *to = i16::from_le_bytes([from[0], from[1]]);
        }
        n
    }
}

proptest! {
    /// Samples come out in the order they were sent, none twice, under jitter, loss, copies and
    /// reordering; the delay stays in its bounds.
    #[test]
    fn never_out_of_order_never_twice(
        network in prop::collection::vec((0..20_u8, 0..150_000_u64, any::<bool>()), 20..150),
        most in 40..500_u16,
    ) {
        let mut buffer = JitterBuffer::new(Config::with_delay(0, most));
        // (arrival, index), in order of arrival.
        let mut packets = Vec::new();
        for (i, &(luck, delay, copy)) in network.iter().enumerate() {
            let sent = i as u64 * 20_000;
            if luck > 0 {
                packets.push((sent + delay, i));
                if copy {
                    packets.push((sent + delay / 2, i));
                }
            }
        }
        packets.sort_unstable();
        let mut packets = packets.into_iter().peekable();
        let mut last = None;
        for tick in 0..network.len() as u64 + 40 {
            let now = tick * 20_000;
            while let Some((arrival_us, i)) = packets.next_if(|p| p.0 <= now) {
                let payload: Vec<u8> = (0..160_i32).flat_map(|k| ((i as i32 * 160 + k) as i16).to_le_bytes()).collect();
                let timestamp = i as u32 * 160;
                buffer.insert(&Packet { ssrc: 1, sequence: i as u16, timestamp, payload: &payload, comfort_noise: false, arrival_us });
            }
            let mut out = [0; 160];
            let pulled = buffer.pull(now, &mut Numbered, &mut out);
            prop_assert!(pulled.delay_ms <= most, "{:?}", pulled);
            if pulled.kind == Kind::Voice {
                // The frame's middle: its edges may be blended.
                let at = pulled.timestamp;
                prop_assert!(last < at, "{:?} after {:?}", at, last);
                last = at;
            }
        }
    }
}
