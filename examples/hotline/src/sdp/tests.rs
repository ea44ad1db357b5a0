//! Offers read, and answers written, as RFC 3264 has it.

use super::write::TELEPHONE_EVENT;
use super::*;

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=video 5006 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n\
    m=audio 5004 RTP/AVP 18 8 0 97\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:97 telephone-event/8000\r\na=sendrecv\r\n";

fn local() -> SocketAddr {
    "198.51.100.7:20000".parse().unwrap()
}

/// As with a far end that is not expected to know SRTP.
fn read(body: &[u8]) -> Result<Agreed, SdpError> {
    super::read(body, Secrecy::Never, None)
}

#[test]
fn the_callers_preference_wins() {
    let agreed = read(OFFER.as_bytes()).unwrap();
    assert_eq!(agreed.remote, "192.0.2.1:5004".parse().unwrap());
    assert_eq!((agreed.law, agreed.events, agreed.send), (Law::A, Some(97), true));
}

#[test]
fn the_answer_keeps_the_order_of_streams_and_refuses_video() {
    let agreed = read(OFFER.as_bytes()).unwrap();
    let answer = answer(OFFER.as_bytes(), &agreed, local(), 0).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let video = answer.find("m=video 0 RTP/AVP 96").unwrap();
    let audio = answer.find("m=audio 20000 RTP/AVP 8 97").unwrap();
    assert!(video < audio, "{answer}");
    assert!(answer.contains("a=rtpmap:97 telephone-event/8000"), "{answer}");
}

#[test]
fn what_cannot_be_answered_says_why() {
    let without = |what: &str, by: &str| read(OFFER.replace(what, by).as_bytes());
    assert_eq!(without("18 8 0 97", "18 97"), Err(SdpError::NoCodec));
    assert_eq!(without("m=audio 5004", "m=audio 0"), Err(SdpError::NoAudio));
    assert_eq!(without("audio 5004 RTP/AVP", "audio 5004 RTP/SAVP"), Err(SdpError::NoKey));
    assert_eq!(without("audio 5004 RTP/AVP", "audio 5004 UDP/TLS"), Err(SdpError::NoAudio));
    assert_eq!(without("c=IN IP4 192.0.2.1", "c=IN IP4 224.0.0.1"), Err(SdpError::NoAudio));
    assert_eq!(read(b"hello"), Err(SdpError::Malformed));
    assert_eq!(read(b""), Err(SdpError::Malformed));
}

/// RFC 3264 §6.1 and §8.4, and a session's direction beside the stream's own.
#[test]
fn hold_is_understood() {
    let session = |direction| format!("t=0 0\r\na={direction}\r\n");
    for (from, to, ours) in [
        ("a=sendrecv", "a=sendonly", "recvonly"),
        ("a=sendrecv", "a=recvonly", "sendonly"),
        ("a=sendrecv", "a=inactive", "inactive"),
        ("a=sendrecv\r\n", "", "sendrecv"),
        ("IP4 192.0.2.1\r\nt=", "IP4 0.0.0.0\r\nt=", "recvonly"),
        ("t=0 0\r\n", &session("sendonly"), "sendrecv"),
    ] {
        let offer = OFFER.replace(from, to);
        let agreed = read(offer.as_bytes()).unwrap();
        assert_eq!(agreed.send, matches!(ours, "sendrecv" | "sendonly"), "{to}");
        let answer = answer(offer.as_bytes(), &agreed, local(), 0).unwrap();
        assert!(String::from_utf8(answer).unwrap().contains(&format!("a={ours}")), "{to}");
    }
    let held = OFFER.replace("a=sendrecv\r\n", "").replace("t=0 0\r\n", &session("sendonly"));
    assert!(!read(held.as_bytes()).unwrap().send);
}

#[test]
fn our_own_offer_can_be_read() {
    let agreed = read(&offer(local(), Law::Mu, Secrecy::Never).body).unwrap();
    assert_eq!((agreed.remote, agreed.law), (local(), Law::Mu));
    assert_eq!(agreed.events, Some(TELEPHONE_EVENT));
}

/// The offer with keys, and how a centre with this policy answers it over TLS.
fn secret(proto: &str, keys: &str, srtp: Srtp) -> Result<(Agreed, String), SdpError> {
    let offer = OFFER
        .replace("5004 RTP/AVP", &format!("5004 {proto}"))
        .replace("a=sendrecv\r\n", &format!("a=sendrecv\r\n{keys}"));
    let agreed = super::read(offer.as_bytes(), Secrecy::of(srtp, true), None)?;
    let answer = answer(offer.as_bytes(), &agreed, local(), 0)?;
    Ok((agreed, String::from_utf8(answer).unwrap()))
}

const KEYS: &str = "a=crypto:1 F8_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n\
    a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";

#[test]
fn keys_are_answered_with_a_key_of_our_own() {
    for (proto, srtp) in [
        ("RTP/SAVP", Srtp::Offered),
        ("RTP/SAVP", Srtp::Required),
        ("RTP/AVP", Srtp::Offered),
        ("RTP/AVP", Srtp::Required),
    ] {
        let (agreed, answer) = secret(proto, KEYS, srtp).unwrap();
        let keys = agreed.srtp.unwrap().keys;
        assert_ne!(keys.ours, keys.theirs);
        let line = Line { tag: 4, key: keys.ours }.value();
        assert!(answer.contains(&format!("a=crypto:{line}\r\n")), "{answer}");
        assert!(answer.contains(&format!("m=audio 20000 {proto} 8 97")), "{answer}");
    }
}

#[test]
fn what_the_policy_does_not_allow_is_refused() {
    let why = |proto, keys, srtp| secret(proto, keys, srtp).map(|(agreed, _)| agreed.srtp);
    assert_eq!(why("RTP/SAVP", KEYS, Srtp::Off), Err(SdpError::NoKey));
    assert_eq!(why("RTP/AVP", KEYS, Srtp::Off), Ok(None));
    assert_eq!(why("RTP/SAVP", "", Srtp::Offered), Err(SdpError::NoKey));
    assert_eq!(why("RTP/AVP", "", Srtp::Offered), Ok(None));
    assert_eq!(why("RTP/AVP", "", Srtp::Required), Err(SdpError::NotSecret));
    let exposed = super::read(OFFER.as_bytes(), Secrecy::of(Srtp::Required, false), None);
    assert_eq!(exposed, Err(SdpError::Exposed));
}

#[test]
fn of_two_streams_the_secret_one_is_taken() {
    let keys = format!("m=audio 5008 RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\n{KEYS}");
    let offer = format!("{OFFER}{keys}");
    let take = |srtp| super::read(offer.as_bytes(), Secrecy::of(srtp, true), None).unwrap();
    assert_eq!(take(Srtp::Off).remote.port(), 5004);
    let agreed = take(Srtp::Offered);
    assert_eq!(agreed.remote.port(), 5008);
    let answer = String::from_utf8(answer(offer.as_bytes(), &agreed, local(), 0).unwrap()).unwrap();
    assert!(answer.contains("m=audio 0 RTP/AVP") && answer.contains("m=audio 20000 RTP/SAVP"));
}

#[test]
fn our_key_stays_while_the_suite_does() {
    let (first, _) = secret("RTP/SAVP", KEYS, Srtp::Offered).unwrap();
    let again = |keys: &str| {
        let offer = OFFER.replace("5004 RTP/AVP", "5004 RTP/SAVP") + keys;
        let agreed = super::read(offer.as_bytes(), Secrecy::Offered, first.srtp).unwrap();
        agreed.srtp.unwrap().keys
    };
    let kept = first.srtp.unwrap().keys;
    assert_eq!(again(KEYS), kept);
    // The far end has another key, and then another suite as well.
    let other = again(&KEYS.replace("d0Rm", "d0Rn"));
    assert_eq!(other.ours, kept.ours);
    assert_ne!(other.theirs, kept.theirs);
    assert_ne!(again(&KEYS.replace("SHA1_32", "SHA1_80")).ours, kept.ours);
}

#[test]
fn an_answer_chooses_among_our_keys() {
    let read = |offer: &Offer, theirs: &str| {
        let text = String::from_utf8(offer.body.clone()).unwrap();
        let lines: Vec<_> = text.lines().filter(|l| !l.starts_with("a=crypto")).collect();
        read_answer(format!("{}\r\n{theirs}", lines.join("\r\n")).as_bytes(), offer)
    };
    let offered = |secrecy| offer(local(), Law::A, secrecy);
    let key = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";
    let second = format!("a=crypto:2 AES_CM_128_HMAC_SHA1_80 {key}");
    let open = offered(Secrecy::Offered);
    assert!(String::from_utf8_lossy(&open.body).contains("RTP/AVP"));
    let keys = read(&open, &second).unwrap().srtp.unwrap().keys;
    assert_eq!(keys.ours, open.lines[1].key);
    assert_eq!(read(&open, "").unwrap().srtp, None, "a far end that knows no SRTP");
    let strict = offered(Secrecy::Required);
    assert!(String::from_utf8_lossy(&strict.body).contains("RTP/SAVP"));
    assert!(read(&strict, &second).unwrap().srtp.is_some());
    assert_eq!(read(&strict, "").unwrap_err(), SdpError::NoKey);
    let other = second.replace("crypto:2", "crypto:3");
    assert_eq!(read(&strict, &other).unwrap_err(), SdpError::NoKey, "of another suite");
}
