//! media-core: a key through G.711 in RTP packets, found at the other end.

use media_core::dtmf::{Detection, Detector, Generator, Key};
use media_core::g711::Law;
use media_core::rtp::{Packet, ParseError};

pub fn check() {
    let mut generator = Generator::new();
    generator.start(Key::Seven, 480, -8, -6);
    let mut detector = Detector::new();
    let (mut pcm, mut codes, mut datagram) = ([0i16; 160], [0u8; 160], [0u8; 172]);
    let mut found = None;

    for sequence in 0..10u16 {
        pcm.fill(0);
        generator.generate(&mut pcm);
        Law::A.encode(&pcm, &mut codes);
        let packet = Packet {
            payload_type: Law::A.payload_type(),
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc: 7,
            payload: &codes,
            ..Packet::default()
        };
        let len = packet.write(&mut datagram).expect("172 bytes are enough");

        let packet = Packet::parse(&datagram[..len]).expect("what was written");
        let law = Law::from_payload_type(packet.payload_type).expect("A-law");
        law.decode(packet.payload, &mut pcm);
        detector.detect(&pcm, |detection| {
            if let Detection::Down { key, .. } = detection {
                found = Some(key);
            }
        });
    }
    assert_eq!(found, Some(Key::Seven));
    assert!(matches!(
        Packet::parse(&[0; 12]),
        Err(ParseError::Version(0))
    ));
}
