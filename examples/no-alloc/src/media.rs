//! media-core: a key through G.711 in RTP packets, found at the other end, and recorded.

use media_core::dtmf::{Detection, Detector, Generator, Key};
use media_core::g711::Law;
use media_core::record::{Level, MEMORY, Samples, SamplesMut, decode_in, encode_in};
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
        record(&codes);
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
    assert!(matches!(Packet::parse(&[0; 12]), Err(ParseError::Version(0))));
}

/// Every level of the recording codec, in memory of our own.
fn record(codes: &[u8; 160]) {
    let (mut memory, mut block, mut back) = ([0.0; MEMORY], [0; 200], [0; 160]);
    for level in [Level::Live, Level::Fast, Level::High, Level::Max] {
        let len = encode_in(Samples::Alaw(codes), level, &mut memory, &mut block)
            .expect("room for any block of 160");
        decode_in(&block[..len], &mut memory, SamplesMut::G711(&mut back)).expect("its own block");
        assert_eq!(back, *codes);
    }
}
