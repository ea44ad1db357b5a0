//! Another source, another clock, anything at all: what belongs to the stream, and what does not.

use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer, Kind, Packet, Verdict};
use proptest::prelude::*;

use super::Call;

#[test]
fn another_source_takes_over_with_its_second_packet() {
    let mut call = Call::new(Config::default());
    for i in 0..20 {
        call.send_from(1, i, u32::from(i) * 160, 0x90);
        call.pull();
    }
    // A stray changes nothing.
    assert_eq!(call.send_from(9, 500, 77, 0xA0), Verdict::Suspect);
    assert_eq!(call.send_from(1, 20, 20 * 160, 0x90), Verdict::Taken);
    call.pull();
    assert_eq!(call.send_from(2, 9000, 4_000_000_000, 0xB0), Verdict::Suspect);
    call.pull();
    assert_eq!(call.send_from(2, 9001, 4_000_000_160, 0xB0), Verdict::Restarted);
    for i in 2..10_u32 {
        call.pull();
        assert_eq!(
            call.send_from(2, 9000 + i as u16, 4_000_000_000 + i * 160, 0xB0),
            Verdict::Taken
        );
    }
    let (pulled, out) = call.pull();
    assert_eq!((pulled.kind, out[80]), (Kind::Voice, Law::Mu.decode_sample(0xB0)));
    assert_eq!(call.buffer.stats().restarts, 1);
}

#[test]
fn a_timestamp_jump_restarts_once() {
    let mut call = Call::new(Config::default());
    let mut heard = 0;
    for i in 0..100_u16 {
        let jump = if i >= 50 { 1_000_000_000 } else { 0 };
        call.send(i, u32::from(i) * 160 + jump, 0x90);
        heard += u32::from(call.pull().0.kind == Kind::Voice);
    }
    assert_eq!(call.buffer.stats().restarts, 1);
    assert!(heard >= 95);
}

/// One step of a hostile network.
#[derive(Clone, Debug)]
enum Step {
    Send { sequence: u16, timestamp: u32, ssrc: u32, len: usize, noise: bool },
    Pull { n: usize, after_us: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let near = prop_oneof![0..400_u32, any::<u32>(), Just(u32::MAX), Just(1 << 31)];
    prop_oneof![
        (any::<u16>(), near, 0..2_u32, 0..1400_usize, any::<bool>()).prop_map(
            |(sequence, timestamp, ssrc, len, noise)| Step::Send {
                sequence,
                timestamp,
                ssrc,
                len,
                noise
            }
        ),
        (0..1000_usize, prop_oneof![0..40_000_u64, any::<u64>()])
            .prop_map(|(n, after_us)| Step::Pull { n, after_us }),
    ]
}

proptest! {
    /// Any packets at any time: no panic, exactly the samples, and the figures add up.
    #[test]
    fn any_network_is_survived(steps in prop::collection::vec(step(), 0..200)) {
        let mut buffer = JitterBuffer::new(Config::default());
        let (mut now, mut pulled, mut sent) = (0_u64, 0, 0);
        for step in steps {
            match step {
                Step::Send { sequence, timestamp, ssrc, len, noise } => {
                    buffer.insert(&Packet {
                        ssrc,
                        sequence,
                        timestamp,
                        payload: &vec![0x55; len],
                        comfort_noise: noise,
                        arrival_us: now,
                    });
                    sent += 1;
                }
                Step::Pull { n, after_us } => {
                    now = now.saturating_add(after_us);
                    buffer.pull(now, &mut Law::A, &mut vec![0; n]);
                    pulled += n as u64;
                }
            }
        }
        let stats = buffer.stats();
        prop_assert_eq!(stats.samples, pulled);
        prop_assert_eq!(stats.voice_samples + stats.concealed_samples + stats.noise_samples + stats.silent_samples, pulled);
        prop_assert_eq!(stats.packets, sent);
        prop_assert_eq!(stats.taken + stats.duplicate + stats.late + stats.refused, sent);
    }
}
