//! Telephone events on good and bad roads, from good and odd senders.

use media_core::dtmf::Key;
use media_core::rtp::Packet;
use media_core::rtp::event::{EventError, EventReceiver, EventSender, Signal};
use proptest::prelude::*;

/// One event packet on the road: RTP timestamp, marker, payload, sending time in µs.
#[derive(Clone, Copy, Debug)]
struct Sent {
    timestamp: u32,
    marker: bool,
    payload: [u8; 4],
    at: u64,
}

/// A string of keys, each of `on` ms with `off` ms between, in timestamp units from `start`.
fn dial(keys: &str, start: u64, on: u64, off: u64) -> Vec<Sent> {
    let mut sender = EventSender::new(8000);
    let mut sent = Vec::new();
    let mut clock = start;
    for c in keys.chars() {
        let key = Key::from_char(c).expect("a key");
        // The ends of a key overlap a short pause.
        while sender.active().is_some() {
            clock = clock.max(sender.deadline().expect("it is active"));
            sent.extend(sender.poll(clock).map(|out| (clock, out)));
        }
        sender.start(key.event(), clock, on as u32 * 8).expect("it is idle");
        let next = clock + (on + off) * 8;
        while let Some(at) = sender.deadline().filter(|&at| at < next) {
            sent.extend(sender.poll(at).map(|out| (at, out)));
        }
        clock = next;
    }
    while let Some(at) = sender.deadline() {
        sent.extend(sender.poll(at).map(|out| (at, out)));
    }
    sent.iter()
        .map(|(at, out)| Sent {
            timestamp: out.clock as u32,
            marker: out.marker,
            payload: out.payload,
            at: at * 125,
        })
        .collect()
}

fn hear(packets: &[Sent]) -> Vec<Signal> {
    let mut receiver = EventReceiver::new(8000);
    let mut heard = Vec::new();
    for sent in packets {
        let packet = Packet {
            marker: sent.marker,
            timestamp: sent.timestamp,
            payload: &sent.payload,
            ..Packet::default()
        };
        receiver.handle(&packet, sent.at).expect("drained");
        heard.extend(core::iter::from_fn(|| receiver.poll()));
    }
    if let Some(at) = receiver.deadline() {
        receiver.tick(at);
        heard.extend(core::iter::from_fn(|| receiver.poll()));
    }
    assert_eq!(receiver.deadline(), None);
    heard
}

fn keys(signals: &[Signal]) -> String {
    signals
        .iter()
        .filter_map(|s| match s {
            Signal::Down { event, .. } => Key::from_event(*event),
            _ => None,
        })
        .map(Key::to_char)
        .collect()
}

/// Downs and Ups come in pairs of one timestamp, each timestamp once.
fn check_pairs(signals: &[Signal]) {
    let mut downs = Vec::new();
    let mut open = Vec::new();
    for signal in signals {
        match *signal {
            Signal::Down { timestamp, .. } => {
                assert!(!downs.contains(&timestamp), "{timestamp} twice");
                downs.push(timestamp);
                open.push(timestamp);
            }
            Signal::Up { timestamp, .. } => {
                let at = open.iter().position(|&t| t == timestamp);
                open.remove(at.expect("it had begun"));
            }
            _ => {}
        }
    }
    assert_eq!(open, []);
}

#[test]
fn every_key_arrives_with_its_duration() {
    let all: String = Key::ALL.iter().map(|k| k.to_char()).collect();
    let packets = dial(&all, 8000, 100, 60);
    let first: Vec<_> = packets.iter().take_while(|s| s.timestamp == 8000).collect();
    assert_eq!(first.len(), 7, "five of 20 ms, and the last one twice more");
    assert_eq!(first.iter().filter(|s| s.marker).count(), 1);
    assert_eq!(first[0].payload, [0, 10, 0, 160]);
    assert_eq!(first[6].payload, [0, 0x8a, 3, 32]);
    let heard = hear(&packets);
    assert_eq!(keys(&heard), all);
    check_pairs(&heard);
    for signal in heard {
        if let Signal::Up { duration, complete, .. } = signal {
            assert_eq!((duration, complete), (800, true));
        }
    }
}

#[test]
fn the_same_key_twice_is_two_keys() {
    for off in [40, 45, 60, 100] {
        assert_eq!(keys(&hear(&dial("1199 00".replace(' ', "").as_str(), 0, 40, off))), "119900");
    }
}

/// The recordings that come with a well-known test tool: durations from 0 in steps of 320 every
/// 20 ms, three ends, recorded for each key from another place of one stream.
fn odd_recording(event: u8, timestamp: u32, at: u64) -> Vec<Sent> {
    (0..10u16)
        .map(|n| Sent {
            timestamp,
            marker: n == 0,
            payload: [
                event,
                if n >= 7 { 0x8a } else { 10 },
                (n.min(7) * 320).to_be_bytes()[0],
                (n.min(7) * 320).to_be_bytes()[1],
            ],
            at: at + u64::from(n.min(7)) * 20_000,
        })
        .collect()
}

#[test]
fn recordings_with_a_wrong_clock_and_old_timestamps_are_understood() {
    let mut packets = Vec::new();
    for (n, (event, timestamp)) in
        [(1, 13_280), (9, 67_840), (5, 40_000), (0, 17_632), (7, 50_000)].into_iter().enumerate()
    {
        packets.extend(odd_recording(event, timestamp, n as u64 * 600_000));
    }
    let heard = hear(&packets);
    assert_eq!(keys(&heard), "19507");
    check_pairs(&heard);
}

#[test]
fn a_single_packet_of_a_key_is_enough() {
    let packets = dial("5", 800, 100, 60);
    for packet in &packets {
        let heard = hear(&[*packet]);
        assert_eq!(keys(&heard), "5");
        check_pairs(&heard);
    }
}

#[test]
fn a_missing_end_is_made_up_by_time_or_the_next_key() {
    let mut packets = dial("12", 0, 100, 60);
    packets.retain(|s| s.payload[1] & 0x80 == 0);
    let heard = hear(&packets);
    assert_eq!(keys(&heard), "12");
    let complete = heard.iter().filter(|s| matches!(s, Signal::Up { complete: true, .. }));
    assert_eq!(complete.count(), 0);
    let durations: Vec<_> = heard
        .iter()
        .filter_map(|s| match s {
            Signal::Up { duration, .. } => Some(*duration),
            _ => None,
        })
        .collect();
    assert_eq!(durations, [640, 640]);
}

#[test]
fn a_key_held_for_twenty_seconds_is_one() {
    let mut sender = EventSender::new(8000);
    sender.press(Key::Star.event(), 160).expect("idle");
    assert_eq!(sender.press(1, 200), Err(EventError::Busy(10)));
    let mut packets = Vec::new();
    while let Some(at) = sender.deadline() {
        if at >= 160_000 {
            sender.release(160_160);
        }
        let out = sender.poll(at).expect("due");
        packets.push(Sent {
            timestamp: out.clock as u32,
            marker: out.marker,
            payload: out.payload,
            at: at * 125,
        });
    }
    let stamps: Vec<u32> = packets.iter().map(|p| p.timestamp).collect();
    assert!(stamps.contains(&(160 + 65_535)) && stamps.contains(&(160 + 2 * 65_535)));
    let heard = hear(&packets);
    assert!(matches!(
        heard[..],
        [
            Signal::Down { event: 10, timestamp: 160, .. },
            Signal::Up { timestamp: 160, duration: 160_000, complete: true, .. }
        ]
    ));
}

#[test]
fn a_late_key_counts_once_and_the_present_one_goes_on() {
    let both = dial("12", 0, 100, 60);
    let (one, two): (Vec<Sent>, Vec<Sent>) = both.iter().partition(|s| s.timestamp == 0);
    // Everything of the first key comes in the middle of the second.
    let mut packets = two[..2].to_vec();
    packets.extend(one.iter().map(|s| Sent { at: two[1].at, ..*s }));
    packets.extend_from_slice(&two[2..]);
    let heard = hear(&packets);
    assert_eq!(keys(&heard), "21");
    check_pairs(&heard);
    assert!(matches!(heard[3], Signal::Up { event: 2, duration: 800, complete: true, .. }));
}

#[test]
fn errors_change_nothing() {
    let mut receiver = EventReceiver::new(8000);
    let short = Packet { payload: &[1, 2, 3], ..Packet::default() };
    assert_eq!(receiver.handle(&short, 0), Err(EventError::Short(3)));
    let event = Packet { payload: &[1, 10, 0, 160], ..Packet::default() };
    receiver.handle(&event, 0).expect("idle");
    let other = Packet { timestamp: 9, ..event };
    assert_eq!(receiver.handle(&other, 0), Err(EventError::Undrained));
    receiver.tick(1 << 40);
    assert!(matches!(receiver.poll(), Some(Signal::Down { event: 1, .. })));
    assert_eq!(receiver.poll(), None);
    receiver.handle(&other, 0).expect("drained");
    assert_eq!(EventSender::new(8000).start(1, 0, 0), Err(EventError::NoDuration));
}

proptest! {
    /// Whatever is lost, doubled and delayed: every key of which a packet arrives is there once.
    #[test]
    fn one_key_a_timestamp_on_any_road(
        count in 1usize..12, on in 1u64..30, off in 40u64..200,
        fate in prop::collection::vec((0u8..4, 0u64..90_000), 400), start: u32,
    ) {
        let digits: String = "4471190*#D02".chars().take(count).collect();
        let sent = dial(&digits, start.into(), on * 10, off);
        let mut road = Vec::new();
        for (packet, (copies, delay)) in sent.iter().zip(fate.iter().cycle()) {
            for copy in 0..*copies {
                road.push(Sent { at: packet.at + delay * u64::from(copy + 1), ..*packet });
            }
        }
        road.sort_by_key(|s| s.at);
        let heard = hear(&road);
        check_pairs(&heard);
        let mut expected: Vec<u32> = road.iter().map(|s| s.timestamp).collect();
        expected.sort_unstable();
        expected.dedup();
        let mut got: Vec<u32> = heard
            .iter()
            .filter_map(|s| match s {
                Signal::Down { timestamp, .. } => Some(*timestamp),
                _ => None,
            })
            .collect();
        got.sort_unstable();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn any_packets_are_survived(
        packets in prop::collection::vec(
            (any::<u32>(), 0u32..3, any::<bool>(), prop::collection::vec(any::<u8>(), 0..6), any::<u64>()), 0..200),
    ) {
        let mut receiver = EventReceiver::new(8000);
        let mut open = 0i32;
        for (timestamp, ssrc, marker, payload, at) in packets {
            let packet = Packet { timestamp: timestamp % 8 * 65_535, ssrc, marker, payload: &payload, ..Packet::default() };
            let _ = receiver.handle(&packet, at);
            while let Some(signal) = receiver.poll() {
                open += if matches!(signal, Signal::Down { .. }) { 1 } else { -1 };
                prop_assert!((0..=2).contains(&open));
            }
        }
    }
}
