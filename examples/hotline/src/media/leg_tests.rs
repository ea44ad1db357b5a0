//! What a leg sends, and takes, while what was agreed on changes.

use std::net::Ipv4Addr;

use tokio::net::UdpSocket;

use super::*;
use crate::live::Live;
use crate::media::ports::Ports;
use crate::media::srtp::{MasterKey, Suite};
use crate::sdes::Line;
use crate::sdp::{self, Secrecy};

/// A far end and a leg towards it.
struct Ends {
    leg: MediaLeg,
    far: UdpSocket,
}

/// What is agreed on when a far end at this port offers it, with this key if it is SRTP.
fn agreed(port: u16, key: Option<MasterKey>, direction: &str, now: Option<Agreed>) -> Agreed {
    let proto = if key.is_some() { "RTP/SAVP" } else { "RTP/AVP" };
    let line = |key| format!("a=crypto:{}\r\n", Line { tag: 1, key }.value());
    let offer = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} {proto} 8\r\n{}a={direction}\r\n",
        key.map(line).unwrap_or_default()
    );
    sdp::read(offer.as_bytes(), Secrecy::Offered, now.and_then(|now| now.srtp)).unwrap()
}

fn random(suite: Suite) -> Option<MasterKey> {
    MasterKey::random(suite)
}

impl Ends {
    async fn new(ports: std::ops::Range<u16>, key: Option<MasterKey>) -> Ends {
        let here = Ipv4Addr::LOCALHOST.into();
        let ports = Ports::new(here, here, ports, Live::default()).take().await.unwrap();
        let far = UdpSocket::bind((here, 0)).await.unwrap();
        let agreed = agreed(far.local_addr().unwrap().port(), key, "sendrecv", None);
        let leg = MediaLeg::new(LegId(1), ports, agreed, Clock::new(None), 7);
        Ends { leg, far }
    }

    /// A later offer of the far end.
    fn change(&mut self, key: Option<MasterKey>, direction: &str) {
        let now = self.leg.agreed;
        self.leg.change(agreed(now.remote.port(), key, direction, Some(now)));
    }

    fn ours(&self) -> MasterKey {
        self.leg.agreed.srtp.unwrap().keys.ours
    }

    /// The next packet of the leg's.
    async fn packet(&mut self) -> Vec<u8> {
        self.leg.ports.rtp.writable().await.unwrap();
        self.leg.send(&[9; FRAME]);
        let mut buffer = vec![0; MAX_DATAGRAM];
        let length = self.far.recv(&mut buffer).await.unwrap();
        buffer.truncate(length);
        buffer
    }

    /// Whether the leg takes a packet for what the far end with this key sends.
    fn takes(&mut self, out: &mut Outbound, sequence: u16) -> bool {
        let before = self.leg.not_authentic;
        let mut packet = vec![0; 12 + FRAME + srtp::OVERHEAD];
        packet[..12].copy_from_slice(&[0x80, 8, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
        packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        let length = out.rtp(&mut packet, 12 + FRAME).unwrap();
        let from = self.far.local_addr().unwrap();
        self.leg.take(&mut packet[..length], from);
        self.leg.not_authentic == before
    }
}

/// Of an RTP packet its sequence number, timestamp and source.
fn numbers(packet: &[u8]) -> (u16, u32, u32) {
    let packet = Packet::parse(packet).unwrap();
    (packet.sequence, packet.timestamp, packet.ssrc)
}

#[tokio::test]
async fn what_a_packet_is_numbered_by_is_not_to_be_guessed() {
    let mut seen = Vec::new();
    for _ in 0..3 {
        let mut ends = Ends::new(47_320..47_330, None).await;
        let (sequence, timestamp, ssrc) = numbers(&ends.packet().await);
        assert!(sequence < 0x8000);
        seen.push((sequence, timestamp, ssrc));
    }
    let [a, b, c] = seen[..] else { panic!("three legs") };
    assert!(a.2 != b.2 && b.2 != c.2 && a.2 != c.2, "{seen:?}");
    assert!(a.0 != b.0 || b.0 != c.0, "{seen:?}");
    assert!(a.1 != b.1 || b.1 != c.1, "{seen:?}");
}

#[tokio::test]
async fn no_packet_is_encrypted_as_another_was_whatever_changes() {
    let (cm, gcm) = (random(Suite::AesCm80), random(Suite::AesGcm));
    let mut ends = Ends::new(47_330..47_340, cm).await;
    let first = ends.ours();
    let mut inn = Inbound::new(&first);
    let mut take = async |ends: &mut Ends| {
        let mut packet = ends.packet().await;
        let length = inn.rtp(&mut packet)?;
        Some(numbers(&packet[..length]))
    };
    let (sequence, _, ssrc) = take(&mut ends).await.unwrap();
    // Held and taken up again; then with another key of theirs: ours stays, and so does its count.
    ends.change(cm, "sendonly");
    ends.leg.send(&[9; FRAME]);
    ends.change(cm, "sendrecv");
    let (second, _, source) = take(&mut ends).await.unwrap();
    assert_eq!((second, source), (sequence + 1, ssrc));
    ends.change(random(Suite::AesCm80), "sendrecv");
    assert_eq!(take(&mut ends).await.map(|(sequence, ..)| sequence), Some(sequence + 2));
    // Another suite, then none at all, then the first again: keys that never were.
    ends.change(gcm, "sendrecv");
    let second = ends.ours();
    assert_eq!(take(&mut ends).await, None);
    let mut packet = ends.packet().await;
    assert!(Inbound::new(&second).rtp(&mut packet).is_some());
    ends.change(None, "sendrecv");
    assert_eq!(numbers(&ends.packet().await).2, ssrc);
    ends.change(gcm, "sendrecv");
    assert_ne!(ends.ours(), second);
    ends.change(cm, "sendrecv");
    assert_ne!(ends.ours(), first);
    assert_eq!(take(&mut ends).await, None);
}

#[tokio::test]
async fn a_key_that_was_given_up_opens_nothing() {
    let (old, new) = (random(Suite::AesCm80), random(Suite::AesCm80));
    let mut ends = Ends::new(47_340..47_350, old).await;
    let outbound = |key: Option<MasterKey>| Outbound::new(&key.unwrap());
    let (mut out, mut again) = (outbound(old), outbound(old));
    assert!(ends.takes(&mut out, 1));
    assert!(!ends.takes(&mut again, 1), "the same once more");
    // The same key goes on: what was taken is not taken again.
    ends.change(old, "sendonly");
    ends.change(old, "sendrecv");
    assert!(!ends.takes(&mut outbound(old), 1));
    assert!(ends.takes(&mut out, 2));
    ends.change(new, "sendrecv");
    assert!(!ends.takes(&mut out, 3));
    assert!(ends.takes(&mut outbound(new), 1));
    assert_eq!(ends.leg.not_authentic, 3);
}

/// Or a call would end with the first look at it after a long hold.
#[tokio::test]
async fn who_was_on_hold_is_listened_for_from_the_return_on() {
    for hold in ["sendonly", "recvonly", "inactive"] {
        let mut ends = Ends::new(47_350..47_360, None).await;
        let heard = ends.leg.heard_us;
        ends.change(None, "sendrecv");
        assert_eq!(ends.leg.heard_us, heard, "an offer is no sound");
        ends.change(None, hold);
        assert_eq!(ends.leg.silent_us(), 0);
        let back = ends.leg.clock.elapsed_us();
        ends.change(None, "sendrecv");
        assert!(ends.leg.heard_us >= back, "{hold}");
    }
}
