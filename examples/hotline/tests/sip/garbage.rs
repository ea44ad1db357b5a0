//! Datagrams that are not SIP, not SDP or not RTP: the server lives on and holds nothing for them.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use crate::raw::Raw;
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::Run;

/// xorshift64: the same garbage in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// Still able to take a call, and holding nothing else.
fn assert_well(server: &Server, raw: &Raw, after: &str) {
    raw.assert_answers(after);
    Run::new("after-garbage", Scenario::call(Offer::Pcma).pause(300).bye()).passes(server);
    server.assert_idle();
}

#[test]
fn datagrams_that_are_not_sip() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let mut random = Random(0x5EED);
    for fixed in ["", "\r\n", "\r\n\r\n", "\0", "SIP/2.0", "INVITE", "INVITE \r\n\r\n", ":", "{}"] {
        raw.send(fixed);
    }
    for length in [1, 2, 7, 64, 1500, 9000, 65_507] {
        (0..20).for_each(|_| raw.send(random.bytes(length)));
        raw.send(vec![0xFF; length]);
        raw.send(vec![b'A'; length]);
    }
    assert_well(&server, &raw, "not-sip");
    server.stop();
}

#[test]
fn sip_that_is_cut_twisted_or_swollen() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let mut random = Random(0x0DD);
    let media = server.free_media();
    let good = |id: &str| raw.invite(id, media);
    // Cut anywhere; Content-Length then promises more than there is.
    let whole = good("cut");
    (1..whole.len()).step_by(7).for_each(|end| raw.send(&whole[..end]));
    // Flipped bytes anywhere, but never in an address: no answer may go astray.
    for i in 0..300 {
        let mut twisted = good(&format!("twist-{i}")).into_bytes();
        for _ in 0..=random.below(4) {
            let at = random.below(twisted.len());
            if !twisted[at].is_ascii_digit() && twisted[at] != b'.' {
                twisted[at] = random.next() as u8 | 0x80;
            }
        }
        raw.send(twisted);
    }
    // One header missing, doubled, empty, or of nonsense.
    for name in
        ["Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Contact", "Content-Length"]
    {
        let header = format!("\r\n{name}:");
        let value = |id: &str, with: &str| {
            let text = good(id);
            let start = text.find(&header).expect("it is there");
            let end = start + 2 + text[start + 2..].find("\r\n").expect("it ends");
            format!("{}{with}{}", &text[..start], &text[end..])
        };
        raw.send(value(&format!("no-{name}"), ""));
        raw.send(value(&format!("empty-{name}"), &format!("\r\n{name}: ")));
        raw.send(value(&format!("odd-{name}"), &format!("\r\n{name}: \u{1}<;=,\"%%%>@:-1")));
        raw.send(value(&format!("huge-{name}"), &format!("\r\n{name}: {}", "9".repeat(40_000))));
        let twice = format!("\r\n{name}: 1\r\n{name}: 2");
        raw.send(value(&format!("twice-{name}"), &twice));
    }
    // Lines, versions and methods of nowhere.
    for (i, (from, to)) in [
        ("SIP/2.0\r\n", "SIP/7.0\r\n"),
        ("SIP/2.0\r\n", "HTTP/1.1\r\n"),
        ("INVITE sip:", "INVITE \t sip:"),
        ("INVITE sip:100@", "INVITE sip:%00%ff@"),
        ("INVITE sip:", "INVITE tel:"),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE"),
        ("CSeq: 1 INVITE", "CSeq: 99999999999999999999 INVITE"),
        ("Max-Forwards: 70", "Max-Forwards: -1"),
        ("Max-Forwards: 70", "Max-Forwards: 0"),
        ("\r\n", "\n"),
        ("\r\nFrom", "\r\n\u{2028}From"),
        ("From: ", "From:\r\n\t  "),
    ]
    .into_iter()
    .enumerate()
    {
        raw.send(good(&format!("line-{i}")).replace(from, to));
    }
    let many = "X-Many: 1\r\n".repeat(4000);
    raw.send(good("many").replace("Max-Forwards", &format!("{many}Max-Forwards")));
    // Responses to questions nobody asked.
    for code in [100, 180, 200, 401, 487, 999] {
        raw.send(good(&format!("answer-{code}")).replacen(
            &format!("INVITE sip:100@{} SIP/2.0", server.sip()),
            &format!("SIP/2.0 {code} What"),
            1,
        ));
    }
    raw.assert_answers("twisted");
    // Some of these were calls after all; they are never acknowledged, so the server lets go of
    // them when it has waited as long as RFC 3261 asks.
    server.wait_long_for("legs", 0, Duration::from_secs(60));
    assert_well(&server, &raw, "twisted");
    server.stop();
}

#[test]
fn an_offer_that_cannot_be_read_is_refused() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let good = "v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
    let offers = [
        "nonsense".to_owned(),
        "v=0\r\n".to_owned(),
        "v=9\r\nm=audio\r\n".to_owned(),
        good.to_owned(),
        format!("{good}m=audio 0 RTP/AVP 8\r\n"),
        format!("{good}m=audio 99999 RTP/AVP 8\r\n"),
        format!("{good}m=audio -4 RTP/AVP 8\r\n"),
        format!("{good}m=audio 4000 RTP/AVP\r\n"),
        format!("{good}m=audio 4000 RTP/AVP 999999999999\r\n"),
        format!("{good}m=video 4000 RTP/AVP 8\r\n"),
        format!("{good}m=audio 4000 RTP/SAVP 8\r\n"),
        format!("{good}m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"),
        format!(
            "{}m=audio 4000 RTP/AVP 8\r\n",
            good.replace("c=IN IP4 127.0.0.1", "c=IN IP4 here")
        ),
        format!("{}m=audio 4000 RTP/AVP 8\r\n", good.replace("c=IN IP4 127.0.0.1\r\n", "")),
        "\0".repeat(2000),
    ];
    for (i, offer) in offers.iter().enumerate() {
        let id = format!("offer-{i}");
        let more = "Content-Type: application/sdp\r\n";
        raw.send(raw.request("INVITE", &id, "", more, offer));
        let refusal = raw.final_response(&id, "INVITE");
        assert!((400..500).contains(&refusal.code), "{} for {offer:?}", refusal.code);
        raw.send(raw.request("ACK", &id, &refusal.to_tag(), "", ""));
    }
    assert_well(&server, &raw, "offers");
    assert_eq!(server.calls().len(), 1, "none of these was a call");
    server.stop();
}

#[test]
fn datagrams_that_are_not_rtp() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let named = socket.local_addr().expect("it is bound").port();
    raw.send(raw.invite("rtp", named));
    let ok = raw.final_response("rtp", "INVITE");
    assert_eq!(ok.code, 200);
    raw.send(raw.request("ACK", "rtp", &ok.to_tag(), "", ""));
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let mut random = Random(0xA0D10);
    let target = ok.media_port();
    assert!(server.media_ports().contains(&target));
    for i in 0..4000u32 {
        let mut packet = match i % 8 {
            // Not even a header.
            0 => random.bytes(i as usize % 12),
            // Random, of any version, but never an event.
            1 => {
                let mut packet = random.bytes(172);
                packet[1] |= 0x10;
                packet
            }
            // A header that promises 15 sources, an extension and padding that are not there.
            2 => [&[0xBF, 8], &random.bytes(10)[..]].concat(),
            3 => [&[0x90, 8], &random.bytes(10)[..], &[0xBE, 0xDE, 0xFF, 0xFF]].concat(),
            4 => [&[0xA0, 8], &random.bytes(10)[..], &[0xFF; 20]].concat(),
            // Well-formed, but of another source every time, with jumping numbers.
            5 => [&[0x80, 8], &random.bytes(10)[..], &[0xD5; 160]].concat(),
            // Telephone events cut short, or of events that are no keys: one that can be read
            // would be a key, and a flow may well end a call over keys.
            6 if i % 16 == 6 => {
                [&[0x80, 101], &random.bytes(10)[..], &[5, 0x8A, 3][..i as usize % 4]].concat()
            }
            6 => [&[0x80, 101], &random.bytes(10)[..], &[16 + i as u8 % 240, 0x8A, 3, 32]].concat(),
            // Larger than any frame.
            _ => [&[0x80, 8], &random.bytes(8000)[..]].concat(),
        };
        // From the agreed address and from a stranger's, to RTP and to RTCP.
        let from = if i % 3 == 0 { &stranger } else { &socket };
        let port = target + u16::from(i % 5 == 0);
        if i % 11 == 0 {
            packet.truncate(1);
        }
        from.send_to(&packet, (Ipv4Addr::LOCALHOST, port)).expect("loopback takes it");
        if i % 100 == 0 {
            // Paced, so that it is the program that meets them and not a full socket buffer.
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    assert_eq!(server.live()["calls"], 1, "the call is still up");
    // It is still an ordinary call: the far end hears the server.
    socket.set_read_timeout(Some(Duration::from_secs(2))).expect("a time limit");
    let mut buffer = [0; 2048];
    let length = socket.recv(&mut buffer).expect("the server still speaks");
    assert_eq!((buffer[0], buffer[1] & 0x7F, length), (0x80, 8, 172));
    raw.send(raw.request("BYE", "rtp", &ok.to_tag(), "", ""));
    assert_eq!(raw.final_response("rtp", "BYE").code, 200);
    assert_well(&server, &raw, "not-rtp");
    server.stop();
}
