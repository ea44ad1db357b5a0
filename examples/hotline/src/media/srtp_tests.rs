//! libsrtp's own vectors (its `srtp_validate` and `srtp_validate_gcm`), RFC 3711's, and hostile packets.

use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

const RTP: &str = "800f1234 decafbad cafebabe abababab abababab abababab abababab";
const RTCP: &str = "81c8000b cafebabe abababab abababab abababab abababab";
const CM_KEY: &str = "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6";
const GCM_KEY: &str = "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab";

/// Suite, key, and libsrtp's first RTP and RTCP packet of it.
const VECTORS: [(Suite, &str, &str, &str); 3] = [
    (
        Suite::AesCm80,
        CM_KEY,
        "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc99ea179b8dbb",
        "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd54d6c1230798",
    ),
    (
        Suite::AesCm32,
        CM_KEY,
        "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc",
        "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd54d6c1230798",
    ),
    (
        Suite::AesGcm,
        GCM_KEY,
        "800f1234 decafbad cafebabe c5002ede 04cfdd2e b91159e0 880aa06e
         d2976826 f796b201 df3131a1 27e8a392",
        "81c8000b cafebabe c98b8b5d f0392a55 852b6c21 ac8e7025
         c52c6fbe a2b3b446 ea31123b a88ce61e 80000001",
    ),
];

fn master(suite: Suite, hex: &str) -> MasterKey {
    MasterKey::new(suite, &bytes(hex)).unwrap()
}

/// A packet in a buffer that has room for its protection.
fn roomy(hex: &str) -> (Vec<u8>, usize) {
    let mut packet = bytes(hex);
    let len = packet.len();
    packet.resize(len + OVERHEAD, 0);
    (packet, len)
}

#[test]
fn packets_are_those_that_libsrtp_makes_and_takes() {
    for (suite, key, srtp, srtcp) in VECTORS {
        let master = master(suite, key);
        let mut out = Outbound::new(&master);
        let (mut packet, len) = roomy(RTP);
        let len = out.rtp(&mut packet, len).unwrap();
        assert_eq!(packet[..len], bytes(srtp), "{suite:?}");
        let (mut packet, len) = roomy(RTCP);
        let len = out.rtcp(&mut packet, len).unwrap();
        assert_eq!(packet[..len], bytes(srtcp), "{suite:?}");

        let mut inn = Inbound::new(&master);
        let mut packet = bytes(srtp);
        let len = inn.rtp(&mut packet).unwrap();
        assert_eq!(packet[..len], bytes(RTP), "{suite:?}");
        let mut packet = bytes(srtcp);
        let len = inn.rtcp(&mut packet).unwrap();
        assert_eq!(packet[..len], bytes(RTCP), "{suite:?}");
    }
}

#[test]
fn session_keys_are_those_of_rfc_3711() {
    let session = Session::derive(&master(Suite::AesCm80, CM_KEY), Session::RTP);
    assert_eq!(session.key[..], bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(session.salt[..], bytes("30CBBC08863D8C85D49DB34A9AE1"));
}

#[test]
fn a_changed_or_repeated_packet_is_not_taken() {
    for (suite, key, srtp, srtcp) in VECTORS {
        let mut inn = Inbound::new(&master(suite, key));
        for at in 0..bytes(srtp).len() {
            let mut packet = bytes(srtp);
            packet[at] ^= 1;
            assert_eq!(inn.rtp(&mut packet), None, "{suite:?}, byte {at}");
        }
        for at in 0..bytes(srtcp).len() {
            let mut packet = bytes(srtcp);
            packet[at] ^= 1;
            assert_eq!(inn.rtcp(&mut packet), None, "{suite:?}, byte {at}");
        }
        assert!(inn.rtp.windows.iter().all(Option::is_none), "nothing is remembered of them");
        // As if it were not encrypted.
        let mut clear = bytes(srtcp);
        let mark = clear.iter().rposition(|byte| *byte == 0x80).unwrap();
        clear[mark] = 0;
        assert_eq!(inn.rtcp(&mut clear), None);
        assert!(inn.rtp(&mut bytes(srtp)).is_some() && inn.rtcp(&mut bytes(srtcp)).is_some());
        assert_eq!(inn.rtp(&mut bytes(srtp)), None, "{suite:?}: replayed");
        assert_eq!(inn.rtcp(&mut bytes(srtcp)), None, "{suite:?}: replayed");
    }
}

#[test]
fn a_key_is_as_long_as_its_suite_says_and_is_not_printed() {
    let key = master(Suite::AesCm80, CM_KEY);
    assert_eq!(MasterKey::new(Suite::AesCm80, &key.as_bytes()[..29]), None);
    assert_eq!(MasterKey::new(Suite::AesGcm, key.as_bytes()), None);
    assert_eq!(format!("{key:?}"), "MasterKey(AES_CM_128_HMAC_SHA1_80)");
    let new = |suite| MasterKey::random(suite).unwrap();
    assert_ne!(new(Suite::AesGcm), new(Suite::AesGcm));
}

/// The RTP packet of this number.
fn numbered(sequence: u16) -> (Vec<u8>, usize) {
    let (mut packet, len) = roomy(RTP);
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    (packet, len)
}

#[test]
fn numbers_begin_anew_and_packets_overtake_each_other() {
    let master = master(Suite::AesCm32, CM_KEY);
    let (mut out, mut inn) = (Outbound::new(&master), Inbound::new(&master));
    let mut sent: Vec<Vec<u8>> = (0..140_000u32)
        .map(|n| {
            let (mut packet, len) = numbered((30_000 + n) as u16);
            let len = out.rtp(&mut packet, len).unwrap();
            packet.truncate(len);
            packet
        })
        .collect();
    // Neighbours change places, also where the numbers begin anew.
    sent.chunks_mut(2).for_each(<[_]>::reverse);
    let old = sent[..300].to_vec();
    assert!(sent.iter_mut().all(|packet| inn.rtp(packet) == Some(bytes(RTP).len())));
    assert!(old.into_iter().all(|mut packet| inn.rtp(&mut packet).is_none()), "long ago");
}

#[test]
fn sources_are_remembered_as_far_as_there_is_room() {
    let master = master(Suite::AesGcm, GCM_KEY);
    let mut inn = Inbound::new(&master);
    for source in 0..100u8 {
        let (mut packet, len) = roomy(RTP);
        packet[11] = source;
        let len = Outbound::new(&master).rtp(&mut packet, len).unwrap();
        let mut again = packet[..len].to_vec();
        assert!(inn.rtp(&mut packet[..len]).is_some());
        assert!(inn.rtp(&mut again).is_none());
    }
}

#[test]
fn a_packet_without_room_for_its_tag_is_not_sent_in_the_clear() {
    for (suite, key, ..) in VECTORS {
        let mut out = Outbound::new(&master(suite, key));
        let mut packet = bytes(RTP);
        let len = packet.len();
        assert_eq!(out.rtp(&mut packet, len), None);
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_without_a_panic(
        mut packet in proptest::collection::vec(any::<u8>(), 0..200),
        first in prop_oneof![Just(0x80u8), Just(0x90), Just(0xBF), any::<u8>()],
        suite in proptest::sample::select(Suite::ALL.to_vec()),
    ) {
        if let Some(byte) = packet.first_mut() {
            *byte = first;
        }
        let master = MasterKey::random(suite).unwrap();
        let mut inn = Inbound::new(&master);
        prop_assert_eq!(inn.rtp(&mut packet.clone()), None);
        prop_assert_eq!(inn.rtcp(&mut packet.clone()), None);
        let mut out = Outbound::new(&master);
        let len = packet.len();
        packet.resize(len + OVERHEAD, 0);
        let mut report = packet.clone();
        if let Some(sent) = out.rtp(&mut packet, len) {
            prop_assert_eq!(inn.rtp(&mut packet[..sent]), Some(len));
        }
        if let Some(sent) = out.rtcp(&mut report, len) {
            prop_assert_eq!(inn.rtcp(&mut report[..sent]), Some(len));
        }
    }
}
