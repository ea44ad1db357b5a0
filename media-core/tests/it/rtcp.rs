//! RTCP compounds.

use media_core::rtp::rtcp::{self, CNAME, Message, Report, SenderInfo, Writer};
use media_core::rtp::{Packet, ParseError, Part, Receiver, ReceiverConfig, WriteError, is_rtcp};
use proptest::prelude::*;

#[test]
fn a_compound_comes_back() {
    let info = SenderInfo { ntp: 0x0102_0304_0506_0708, rtp: 9, packets: 10, octets: 11 };
    let reports: Vec<Report> = (0..3)
        .map(|n| Report {
            ssrc: n,
            fraction_lost: 200,
            lost: -5 - n as i32,
            highest_sequence: 0xffff_0000 + n,
            jitter: 12,
            last_sender_report: 13,
            delay: 14,
        })
        .collect();
    let mut out = [0xff; 500];
    let mut writer = Writer::new(&mut out);
    writer.sender_report(1, &info, &reports).expect("fits");
    writer.receiver_report(2, &reports[..1]).expect("fits");
    // Texts whose last word is filled by one to four zeros.
    for text in ["", "a", "ab", "abc", "abcd"] {
        writer.description(3, CNAME, text.as_bytes()).expect("fits");
    }
    writer.goodbye(&[4, 5], b"gone").expect("fits");
    writer.goodbye(&[6], b"").expect("fits");
    let length = writer.finish();
    assert_eq!(length % 4, 0);
    assert!(is_rtcp(&out));

    let messages: Result<Vec<_>, _> = rtcp::parse(&out[..length]).collect();
    let messages = messages.expect("valid");
    assert_eq!(messages.len(), 9);
    let Message::SenderReport { ssrc: 1, info: back, reports: blocks } = messages[0] else {
        panic!("{:?}", messages[0]);
    };
    assert_eq!(back, info);
    assert_eq!(blocks.iter().collect::<Vec<_>>(), reports);
    assert_eq!(blocks.about(2), Some(reports[2]));
    assert!(
        matches!(messages[1], Message::ReceiverReport { ssrc: 2, reports } if reports.len() == 1)
    );
    for (message, text) in messages[2..7].iter().zip(["", "a", "ab", "abc", "abcd"]) {
        let Message::Description(chunks) = message else { panic!("{message:?}") };
        assert_eq!(chunks.cname(3), Some(text.as_bytes()));
        assert_eq!(chunks.cname(4), None);
    }
    let Message::Goodbye { sources, reason } = messages[7] else { panic!() };
    assert_eq!(sources.iter().collect::<Vec<_>>(), [4, 5]);
    assert_eq!(reason, Some(&b"gone"[..]));
    assert!(matches!(messages[8], Message::Goodbye { reason: None, .. }));
    for cut in (1..length).filter(|cut| cut % 4 != 0) {
        assert!(rtcp::parse(&out[..cut]).any(|m| m.is_err()), "{cut} bytes");
    }
}

#[test]
fn a_full_slice_keeps_what_was_written() {
    let mut out = [0; 40];
    let mut writer = Writer::new(&mut out);
    writer.receiver_report(1, &[]).expect("fits");
    let error = writer.sender_report(1, &SenderInfo::default(), &[Report::default()]);
    assert_eq!(error, Err(WriteError::Space { needed: 60, available: 40 }));
    let error = writer.receiver_report(1, &[Report::default(); 32]);
    assert_eq!(error, Err(WriteError::Length(Part::Reports, 32)));
    let error = writer.description(1, CNAME, &[0; 256]);
    assert_eq!(error, Err(WriteError::Length(Part::Items, 256)));
    let length = writer.finish();
    assert_eq!(length, 8);
    assert_eq!(rtcp::parse(&out[..length]).filter(Result::is_ok).count(), 1);
}

#[test]
fn padding_and_foreign_types_are_read_past() {
    let datagram = [
        0xa0, 206, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4, // feedback with a word of padding
        0x81, 204, 0, 3, 0, 0, 0, 9, b't', b'e', b's', b't', 1, 2, 3, 4,
    ];
    let messages: Result<Vec<_>, _> = rtcp::parse(&datagram).collect();
    assert_eq!(
        messages.expect("valid"),
        [
            Message::Other { packet_type: 206, count: 0, body: &[1, 2, 3, 4] },
            Message::Application { ssrc: 9, subtype: 1, name: *b"test", data: &[1, 2, 3, 4] },
        ]
    );
    let mut rtp = [0x80, 8, 0, 0];
    assert_eq!(rtcp::parse(&rtp).next(), Some(Err(ParseError::PacketType(8))));
    rtp[1] = 200;
    assert_eq!(rtcp::parse(&rtp).next(), Some(Err(ParseError::Truncated(Part::Header))));
}

/// Each compound begins with a good report, which is read; then comes what is broken, and nothing
/// after it.
#[test]
fn a_broken_packet_ends_its_compound_where_it_breaks() {
    use Part::{Header, Items, Padding, Payload, Reason, Reports};
    let broken: [(&[u8], ParseError); 13] = [
        (&[0x80], ParseError::Truncated(Header)),
        (&[0x40, 201, 0, 1, 0, 0, 0, 7], ParseError::Version(1)),
        (&[0x80, 201, 0, 2, 0, 0, 0, 7], ParseError::Truncated(Payload)),
        (&[0x80, 201, 0xff, 0xff, 0, 0, 0, 7], ParseError::Truncated(Payload)),
        (&[0x80, 201, 0, 0], ParseError::Truncated(Header)),
        (&[0x82, 201, 0, 1, 0, 0, 0, 7], ParseError::Truncated(Reports)),
        (&[0xa0, 201, 0, 0], ParseError::Truncated(Padding)),
        (&[0xa0, 201, 0, 1, 0, 0, 0, 0], ParseError::Padding(0)),
        (&[0xa0, 201, 0, 1, 0, 0, 0, 5], ParseError::Padding(5)),
        // A name without the zero that ends a source's.
        (&[0x81, 202, 0, 2, 0, 0, 0, 7, 1, 2, b'a', b'b'], ParseError::Truncated(Items)),
        // A goodbye of more than are there, and with a reason longer than its packet.
        (&[0x9f, 203, 0, 1, 0, 0, 0, 7], ParseError::Truncated(Header)),
        (&[0x81, 203, 0, 2, 0, 0, 0, 7, 4, b'b', b'y', b'e'], ParseError::Truncated(Reason)),
        (&[0x80, 204, 0, 1, 0, 0, 0, 7], ParseError::Truncated(Header)),
    ];
    for (bytes, error) in broken {
        let mut datagram = vec![0x80, 201, 0, 1, 0, 0, 0, 9];
        datagram.extend(bytes);
        let mut messages = rtcp::parse(&datagram);
        assert!(matches!(messages.next(), Some(Ok(Message::ReceiverReport { ssrc: 9, .. }))));
        assert_eq!(messages.next(), Some(Err(error)), "{bytes:?}");
        assert_eq!(messages.next(), None);
    }
    // Odd, but clear: a goodbye of nobody, one with an empty reason, and a source without a name.
    for bytes in [
        &[0x80, 203, 0, 0][..],
        &[0x81, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0],
        &[0x81, 202, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0],
    ] {
        assert!(rtcp::parse(bytes).all(|message| message.is_ok()), "{bytes:?}");
    }
}

#[test]
fn the_round_trip_is_measured_by_reports() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.receive(&Packet { ssrc: 7, ..Packet::default() }, 0);
    let sent = 0xb705_2000_8000_0000_u64;
    let info = SenderInfo { ntp: sent, ..SenderInfo::default() };
    receiver.sender_report(8, &info, 0);
    assert_eq!(receiver.report(0).map(|r| r.last_sender_report), Some(0));
    // 40 ms on the way, held for 2.5 s, 35 ms on the way back.
    receiver.sender_report(7, &info, 40_000);
    let report = receiver.report(2_540_000).expect("there is a stream");
    let arrival = sent + (2_575 << 32) / 1000;
    let trip = report.round_trip(arrival).expect("there was a sender report");
    assert_eq!(u64::from(trip) * 1000 / 65_536, 74);
    assert_eq!(Report::default().round_trip(arrival), None);
    assert_eq!(report.round_trip(sent), None);
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300), types in 199u8..206) {
        for byte in bytes.iter_mut().step_by(24) {
            *byte = 0x80 | *byte & 0x3f;
        }
        for byte in bytes.iter_mut().skip(1).step_by(24) {
            *byte = types;
        }
        for byte in bytes.iter_mut().skip(2).step_by(24) {
            *byte = 0;
        }
        for message in rtcp::parse(&bytes).flatten() {
            match message {
                Message::SenderReport { reports, .. } | Message::ReceiverReport { reports, .. } => {
                    prop_assert_eq!(reports.iter().count(), reports.len());
                }
                Message::Description(chunks) => {
                    for chunk in chunks.iter() {
                        chunk.items().for_each(drop);
                    }
                }
                Message::Goodbye { sources, .. } => prop_assert!(sources.iter().len() < 32),
                _ => {}
            }
        }
    }
}
