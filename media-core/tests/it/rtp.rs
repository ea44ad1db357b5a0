//! RTP packets, senders and receivers.

use media_core::rtp::{
    Arrival, Csrcs, Discard, Extension, Packet, ParseError, Part, Receiver, ReceiverConfig, Sender,
    SequenceUnwrapper, TimestampUnwrapper, WriteError,
};
use proptest::prelude::*;

fn packet(sequence: u16, timestamp: u32, ssrc: u32) -> Packet<'static> {
    Packet { sequence, timestamp, ssrc, payload: &[0xd5; 160], ..Packet::default() }
}

#[test]
fn a_packet_of_rfc_3550_is_read_field_by_field() {
    let datagram = [
        0xb1, 0x88, 0x12, 0x34, 0, 0, 0, 0xa0, 1, 2, 3,
        4, // version 2, padding, extension, 1 CSRC
        5, 6, 7, 8, // the contributing source
        0xbe, 0xde, 0, 1, 9, 9, 9, 9, // extension
        0xd5, 0xd5, 0xd5, 0, 0, 3, // payload, padding
    ];
    let parsed = Packet::parse(&datagram).expect("valid");
    assert!(parsed.marker);
    assert_eq!(parsed.payload_type, 8);
    assert_eq!(parsed.sequence, 0x1234);
    assert_eq!(parsed.timestamp, 160);
    assert_eq!(parsed.ssrc, 0x0102_0304);
    assert_eq!(parsed.csrcs.iter().collect::<Vec<_>>(), [0x0506_0708]);
    let extension = parsed.extension.expect("there is one");
    assert_eq!((extension.profile, extension.data), (0xbede, &[9; 4][..]));
    assert_eq!(parsed.payload, [0xd5; 3]);
    assert_eq!(parsed.padding, 3);
    let mut again = [0xff; 30];
    assert_eq!(parsed.write(&mut again), Ok(30));
    assert_eq!(again, datagram);
    for cut in 0..datagram.len() {
        assert!(Packet::parse(&datagram[..cut]).is_err(), "{cut} bytes");
    }
}

#[test]
fn what_is_not_rtp_is_said() {
    assert_eq!(Packet::parse(&[0x80; 11]), Err(ParseError::Truncated(Part::Header)));
    assert_eq!(Packet::parse(&[0x40; 12]), Err(ParseError::Version(1)));
    let mut padded = [0; 16];
    padded[0] = 0xa0;
    assert_eq!(Packet::parse(&padded), Err(ParseError::Padding(0)));
    padded[15] = 5;
    assert_eq!(Packet::parse(&padded), Err(ParseError::Padding(5)));
    padded[15] = 4;
    assert!(Packet::parse(&padded).is_ok_and(|p| p.payload.is_empty()));
    padded[15] = 255;
    assert_eq!(Packet::parse(&padded), Err(ParseError::Padding(255)));
    assert_eq!(Packet::parse(&padded[..12]), Err(ParseError::Truncated(Part::Padding)));
    let mut longest = vec![255; 12 + 255];
    longest[..2].copy_from_slice(&[0xa0, 8]);
    let packet = Packet::parse(&longest).expect("all of it is padding");
    assert_eq!((packet.payload.len(), packet.padding), (0, 255));
    // More sources than there are bytes of, and an extension that goes on beyond the datagram.
    let mut short = [0; 12 + 60];
    short[0] = 0x8f;
    assert!(Packet::parse(&short).is_ok_and(|p| p.csrcs.len() == 15));
    assert_eq!(Packet::parse(&short[..71]), Err(ParseError::Truncated(Part::Csrcs)));
    short[0] = 0x90;
    for (words, fits) in [(0, true), (14, true), (15, false), (0xffff, false)] {
        short[14..16].copy_from_slice(&u16::to_be_bytes(words));
        let parsed = Packet::parse(&short);
        assert_eq!(parsed.is_ok(), fits, "{words} words: {parsed:?}");
    }
    assert_eq!(Packet::parse(&short[..15]), Err(ParseError::Truncated(Part::Extension)));
}

#[test]
fn what_cannot_be_written_leaves_the_slice_alone() {
    let mut out = [7; 100];
    assert_eq!(
        packet(0, 0, 0).write(&mut out),
        Err(WriteError::Space { needed: 172, available: 100 })
    );
    let bad = Packet { payload_type: 128, ..Packet::default() };
    assert_eq!(bad.write(&mut out), Err(WriteError::PayloadType(128)));
    let extension = Extension { profile: 0, data: &[0; 3] };
    let bad = Packet { extension: Some(extension), ..Packet::default() };
    assert_eq!(bad.write(&mut out), Err(WriteError::Length(Part::Extension, 3)));
    assert_eq!(out, [7; 100]);
    assert!(Csrcs::new(&[0; 64]).is_err() && Csrcs::new(&[0; 6]).is_err());
}

proptest! {
    #[test]
    fn any_packet_comes_back(
        marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
        csrcs in prop::collection::vec(any::<u8>(), 0..16),
        extension in prop::option::of((any::<u16>(), prop::collection::vec(any::<u8>(), 0..40))),
        payload in prop::collection::vec(any::<u8>(), 0..300), padding: u8,
    ) {
        let csrcs: Vec<u8> = csrcs.iter().flat_map(|&b| [b; 4]).take(60).collect();
        let extension = extension.map(|(profile, mut data)| {
            data.truncate(data.len() / 4 * 4);
            (profile, data)
        });
        let packet = Packet {
            marker, payload_type, sequence, timestamp, ssrc,
            csrcs: Csrcs::new(&csrcs).expect("whole words"),
            extension: extension.as_ref().map(|(profile, data)| Extension { profile: *profile, data }),
            payload: &payload,
            padding,
        };
        let mut datagram = [0; 1000];
        let length = packet.write(&mut datagram).expect("fits");
        prop_assert_eq!(length, packet.encoded_len());
        prop_assert_eq!(Packet::parse(&datagram[..length]), Ok(packet));
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(packet) = Packet::parse(&bytes) {
            let mut out = [0; 200];
            let length = packet.write(&mut out).expect("as long as it was");
            prop_assert_eq!(length, bytes.len());
            // Padding need not be zeros.
            prop_assert_eq!(Packet::parse(&out[..length]), Ok(packet));
        }
    }

    #[test]
    fn unwrapping_follows_any_walk(start: u16, steps in prop::collection::vec(-300i64..1000, 1..200)) {
        let mut unwrapper = SequenceUnwrapper::new();
        let mut at = i64::from(start) + 65_536;
        prop_assert_eq!(unwrapper.unwrap(at as u16), at as u64);
        for step in steps {
            at = (at + step).max(65_536);
            let mut again = SequenceUnwrapper::from_highest(unwrapper.highest());
            prop_assert_eq!(unwrapper.unwrap(at as u16), at as u64);
            prop_assert_eq!(again.unwrap(at as u16), at as u64);
            prop_assert_eq!(again, unwrapper);
            at = unwrapper.highest().expect("seen") as i64;
        }
    }

    #[test]
    fn a_receiver_survives_anything(
        packets in prop::collection::vec((any::<u16>(), any::<u32>(), 0u32..3, any::<u64>()), 0..300),
    ) {
        let mut receiver = Receiver::new(ReceiverConfig::default());
        let mut accepted = 0;
        for (sequence, timestamp, ssrc, at) in packets {
            if let Arrival::Accepted { restarted, .. } =
                receiver.receive(&packet(sequence, timestamp, ssrc), at)
            {
                accepted = if restarted { 1 } else { accepted + 1 };
            }
            receiver.report(at);
            prop_assert_eq!(receiver.statistics().received, accepted);
        }
    }
}

#[test]
fn timestamps_unwrap_over_a_jump_back_and_the_wrap() {
    let mut unwrapper = TimestampUnwrapper::new();
    let first = unwrapper.unwrap(u32::MAX - 159);
    assert_eq!(unwrapper.unwrap(0), first + 160);
    assert_eq!(unwrapper.unwrap(u32::MAX - 319), first - 160);
    assert_eq!(unwrapper.highest(), Some(first + 160));
}

fn accepted(arrival: Arrival) -> Option<u64> {
    match arrival {
        Arrival::Accepted { sequence, .. } => Some(sequence),
        _ => None,
    }
}

#[test]
fn loss_reordering_and_duplicates_are_counted() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    let mut base = None;
    // 65,530 and on over the wrap; 65,533 lost, 2 and 1 swapped, 3 doubled.
    for sequence in [65_530, 65_531, 65_532, 65_534, 65_535, 0, 2, 1, 3, 3, 4] {
        let sequence: u16 = sequence;
        let n = sequence.wrapping_sub(65_530);
        let arrival =
            receiver.receive(&packet(sequence, u32::from(n) * 160, 1), u64::from(n) * 20_000);
        let base = *base.get_or_insert_with(|| accepted(arrival).expect("the first counts"));
        if let Some(unwrapped) = accepted(arrival) {
            assert_eq!(unwrapped - base, u64::from(n));
        } else {
            assert_eq!(arrival, Arrival::Discarded(Discard::Duplicate));
        }
    }
    let statistics = receiver.statistics();
    assert_eq!(statistics.received, 10);
    assert_eq!(statistics.lost, 1);
    assert_eq!(statistics.reordered, 1);
    assert_eq!(statistics.duplicates, 1);
    assert_eq!(statistics.jitter, 0);
    let report = receiver.report(0).expect("there is a stream");
    // RFC 3550 counts the duplicate against the loss.
    assert_eq!((report.lost, report.fraction_lost), (0, 0));
    assert_eq!(report.highest_sequence, (1 << 16) + 4);
}

#[test]
fn a_quarter_lost_is_reported_once() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    for n in (0..400u16).filter(|n| n % 4 != 1) {
        receiver.receive(&packet(n, u32::from(n) * 160, 9), u64::from(n) * 20_000);
    }
    let report = receiver.report(8_000_000).expect("there is a stream");
    assert_eq!((report.ssrc, report.lost, report.fraction_lost), (9, 100, 64));
    for n in 400..500u16 {
        receiver.receive(&packet(n, u32::from(n) * 160, 9), u64::from(n) * 20_000);
    }
    let report = receiver.report(10_000_000).expect("there is a stream");
    assert_eq!((report.lost, report.fraction_lost), (100, 0));
}

#[test]
fn jitter_of_a_swinging_path_goes_to_its_mean_difference() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    for n in 0..1000u16 {
        // 5 ms late every other packet: 40 ticks of difference each time.
        let late = u64::from(n % 2) * 5_000;
        receiver.receive(&packet(n, u32::from(n) * 160, 1), u64::from(n) * 20_000 + late);
    }
    assert!((39..=40).contains(&receiver.statistics().jitter));
}

#[test]
fn another_source_takes_over_only_when_the_first_is_silent() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    let mut n = 0u16;
    let mut both = |receiver: &mut Receiver, first: bool| {
        n += 1;
        let at = u64::from(n) * 20_000;
        let stamp = u32::from(n) * 160;
        if first {
            assert!(accepted(receiver.receive(&packet(n, stamp, 1), at)).is_some());
        }
        receiver.receive(&packet(n + 700, stamp, 2), at)
    };
    for _ in 0..50 {
        assert_eq!(both(&mut receiver, true), Arrival::Discarded(Discard::OtherSource));
    }
    assert_eq!(receiver.ssrc(), Some(1));
    assert!(matches!(both(&mut receiver, false), Arrival::Accepted { restarted: true, .. }));
    assert!(matches!(both(&mut receiver, false), Arrival::Accepted { restarted: false, .. }));
    assert_eq!(receiver.ssrc(), Some(2));
    assert_eq!(receiver.statistics().restarts, 2);
}

#[test]
fn a_jump_needs_a_second_packet_to_be_believed() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.receive(&packet(10, 0, 1), 0);
    assert_eq!(
        receiver.receive(&packet(30_000, 160, 1), 20_000),
        Arrival::Discarded(Discard::Jump)
    );
    assert!(accepted(receiver.receive(&packet(11, 160, 1), 20_000)).is_some());
    receiver.receive(&packet(40_000, 320, 1), 40_000);
    assert!(matches!(
        receiver.receive(&packet(40_001, 480, 1), 60_000),
        Arrival::Accepted { restarted: true, .. }
    ));
}

#[test]
fn probation_as_rfc_3550_has_it() {
    let config = ReceiverConfig { probation: 2, ..ReceiverConfig::default() };
    let mut receiver = Receiver::new(config);
    for sequence in [5, 9, 11] {
        assert_eq!(
            receiver.receive(&packet(sequence, 0, 1), 0),
            Arrival::Discarded(Discard::Probation)
        );
    }
    assert!(accepted(receiver.receive(&packet(12, 160, 1), 0)).is_some());
}

#[test]
fn a_sender_numbers_and_counts() {
    let mut sender = Sender::new(7, 65_535, 1000);
    let payload = [0; 160];
    for (sequence, clock) in [(65_535, 0), (0, 160), (1, 320)] {
        let packet = sender.packet(0, clock == 0, clock, &payload);
        assert_eq!((packet.sequence, packet.timestamp), (sequence, 1000 + clock as u32));
        sender.sent(&packet);
    }
    let info = sender.info(5, 480);
    assert_eq!((info.packets, info.octets, info.rtp, info.ntp), (3, 480, 1480, 5));
}

#[test]
fn a_payload_is_shared_without_a_copy() {
    let mut datagram = vec![0; 172];
    packet(1, 2, 3).write(&mut datagram).expect("fits");
    let datagram = bytes::Bytes::from(datagram);
    let parsed = Packet::parse(&datagram).expect("valid");
    let payload = parsed.payload_bytes(&datagram).expect("its own datagram");
    assert_eq!(payload, [0xd5; 160][..]);
    assert_eq!(payload.as_ptr(), parsed.payload.as_ptr());
    assert!(parsed.payload_bytes(&bytes::Bytes::new()).is_none());
}
