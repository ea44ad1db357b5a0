//! The jitter buffer: whatever the network does, exactly the samples asked for.

mod delay;
mod gaps;
mod order;
mod stream;

use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Kind, Packet, Pulled, Verdict};

struct Call {
    buffer: JitterBuffer,
    now: u64,
    frame: usize,
}

impl Call {
    fn new(config: Config) -> Self {
        Call { buffer: JitterBuffer::new(config), now: 1_000_000, frame: 160 }
    }

    /// A packet of codes whose level tells it apart.
    fn send(&mut self, sequence: u16, timestamp: u32, code: u8) -> Verdict {
        self.send_from(7, sequence, timestamp, code)
    }

    fn send_from(&mut self, ssrc: u32, sequence: u16, timestamp: u32, code: u8) -> Verdict {
        let payload = vec![code; self.frame];
        let arrival_us = self.now;
        let comfort_noise = false;
        self.buffer.insert(&Packet {
            ssrc,
            sequence,
            timestamp,
            payload: &payload,
            comfort_noise,
            arrival_us,
        })
    }

    /// The packet of what is said from sample `160 * i` on.
    fn say(&mut self, i: u16, said: impl Fn(usize) -> i16) {
        let at = usize::from(i) * 160;
        let said: Vec<i16> = (at..at + 160).map(said).collect();
        let mut payload = [0; 160];
        Law::Mu.encode(&said, &mut payload);
        let (timestamp, arrival_us) = (u32::from(i) * 160, self.now);
        let comfort_noise = false;
        self.buffer.insert(&Packet {
            ssrc: 7,
            sequence: i,
            timestamp,
            payload: &payload,
            comfort_noise,
            arrival_us,
        });
    }

    fn pull(&mut self) -> (Pulled, Vec<i16>) {
        let mut out = vec![12_345; self.frame];
        let pulled = self.buffer.pull(self.now, &mut Law::Mu, &mut out);
        self.now += self.frame as u64 * 125;
        (pulled, out)
    }
}

/// Speech with pauses: 600 ms of a buzz, 400 ms of next to nothing.
fn talk(sequence: u16) -> u8 {
    if sequence % 50 < 30 { 0x90 + (sequence % 2) as u8 } else { 0xFE }
}

#[test]
fn a_perfect_network_passes_every_sample_at_once() {
    for frame in [80, 160, 240, 320, 480] {
        let mut call = Call::new(Config::default());
        call.frame = frame;
        // Over both wraps.
        let (sequence, timestamp) = (65_530_u16, u32::MAX - 1000);
        for i in 0..200 {
            let code = i as u8 | 0x80;
            let at = timestamp.wrapping_add(i * frame as u32);
            assert_eq!(call.send(sequence.wrapping_add(i as u16), at, code), Verdict::Taken);
            let (pulled, out) = call.pull();
            // Until the first delay has passed there is silence, afterwards everything.
            let started = i as usize * frame >= 8 * 60;
            assert_eq!(pulled.kind, if started { Kind::Voice } else { pulled.kind });
            if started {
                let middle = pulled.timestamp.unwrap().wrapping_add(frame as u32 / 2);
                let which = middle.wrapping_sub(timestamp) / frame as u32;
                assert!((i - which) as usize * frame <= 8 * 60, "{frame}: {which} at {i}");
                assert_eq!(out[frame / 2], Law::Mu.decode_sample(which as u8 | 0x80));
            }
        }
        let stats = call.buffer.stats();
        assert_eq!((stats.concealed_samples, stats.late, stats.dropped), (0, 0, 0));
        assert_eq!(stats.voice_samples + stats.silent_samples, 200 * frame as u64);
    }
}

#[test]
fn nothing_is_silence() {
    let mut call = Call::new(Config::default());
    let (pulled, out) = call.pull();
    assert_eq!((pulled.kind, pulled.timestamp), (Kind::Silence, None));
    assert!(out.iter().all(|&s| s == 0));
}

#[test]
fn the_same_packets_give_the_same_sound() {
    let run = || {
        let mut call = Call::new(Config::default());
        let mut heard = Vec::new();
        for i in 0..500_u16 {
            if i % 11 != 0 {
                call.send(i, u32::from(i) * 160, talk(i));
            }
            heard.extend(call.pull().1);
        }
        (heard, call.buffer.stats())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_buffer_is_a_few_kilobytes() {
    assert!(size_of::<JitterBuffer>() < 12 * 1024, "{}", size_of::<JitterBuffer>());
}
