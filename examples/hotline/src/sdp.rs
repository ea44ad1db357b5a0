//! Session descriptions: the little of SDP (RFC 8866) and offer/answer (RFC 3264) that a
//! telephone call needs. One audio stream, G.711 of either law, telephone events (RFC 4733), in the
//! clear or as SRTP with keys by SDES (RFC 4568, RFC 8643).

use std::net::{IpAddr, SocketAddr};

use media_core::g711::Law;
use sdp_types::{Attribute, Connection, Media, MediaType, Origin, Session, Time, TransportProto};

use crate::config::Srtp;
use crate::media::srtp::{Keys, MasterKey};
use crate::sdes::Line;

/// The payload type we give telephone events when we make the offer.
const TELEPHONE_EVENT: u8 = 101;

/// Why a session description cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SdpError {
    /// Not SDP, or without what every description has.
    #[error("the session description cannot be read")]
    Malformed,
    /// No audio over RTP, or no address to send it to.
    #[error("the session description offers no audio over RTP/AVP")]
    NoAudio,
    /// SRTP without a key that can be used, or where there is none.
    #[error("the session description offers no key that can be used")]
    NoKey,
    /// Plain RTP where SRTP is required.
    #[error("the session description offers no SRTP, which is required here")]
    NotSecret,
    /// SRTP is required, and the keys for it would travel in the clear.
    #[error("SRTP is required here, and for its keys SIP over TLS")]
    Exposed,
    /// Neither G.711 A-law nor µ-law.
    #[error("the session description offers neither PCMA nor PCMU")]
    NoCodec,
    /// It names a port of this program's own: the call would hear itself.
    #[error("the session description names a media port of ours")]
    OwnPort,
}

/// How the media of a leg may travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// As plain RTP.
    Never,
    /// As SRTP if the far end offers it: we would offer keys that others can read.
    Accepted,
    /// The same, and our offers have keys, but on RTP/AVP: who does not know them leaves them.
    Offered,
    /// As SRTP.
    Required,
    /// Not at all: as SRTP only, with keys that others can read.
    Impossible,
}

impl Secrecy {
    /// What the configuration says of a leg whose signalling is, or is not, encrypted.
    pub(crate) fn of(srtp: Srtp, tls: bool) -> Secrecy {
        match (srtp, tls) {
            (Srtp::Off, _) => Secrecy::Never,
            (Srtp::Offered, true) => Secrecy::Offered,
            (Srtp::Offered, false) => Secrecy::Accepted,
            (Srtp::Required, true) => Secrecy::Required,
            (Srtp::Required, false) => Secrecy::Impossible,
        }
    }
}

/// The keys of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sdes {
    /// The number of the line that both ends use.
    tag: u32,
    /// Whether it is RTP/SAVP, or RTP/AVP with keys.
    savp: bool,
    pub(crate) keys: Keys,
}

/// Our offer, and what an answer to it is read by.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) body: Vec<u8>,
    savp: bool,
    /// Whether an answer without keys is none.
    required: bool,
    lines: Vec<Line>,
}

/// What the two ends agreed on, from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// Where the far end wants its RTP.
    pub(crate) remote: SocketAddr,
    pub(crate) law: Law,
    /// Payload type of telephone events, if the far end takes them.
    pub(crate) events: Option<u8>,
    /// Whether the far end wants to hear us (false: it put us on hold).
    pub(crate) send: bool,
    /// Whether it says that it sends.
    pub(crate) hear: bool,
    /// Which of the description's streams it is.
    stream: usize,
    /// The keys, if it is SRTP.
    pub(crate) srtp: Option<Sdes>,
}

/// Reads the far end's offer. Our key is the one we have, if the suite is still the same.
///
/// # Errors
/// [`SdpError`], which a caller turns into 488 Not Acceptable Here.
pub(crate) fn read(body: &[u8], secrecy: Secrecy, now: Option<Sdes>) -> Result<Agreed, SdpError> {
    let session = Session::parse(body).map_err(|_| SdpError::Malformed)?;
    if secrecy == Secrecy::Impossible {
        return Err(SdpError::Exposed);
    }
    // The most secret first: some offer both, for us to choose.
    let streams = || streams(&session);
    let usable = |savp: bool| {
        let line = |media: &Media| lines(media).find(|_| secrecy != Secrecy::Never);
        let mut with = streams().filter(move |(_, media)| is_savp(media) == savp);
        with.find_map(move |(index, media)| Some((index, savp, line(media)?)))
    };
    let plain = || streams().find(|(_, media)| !is_savp(media)).map(|(index, _)| index);
    let secret = usable(true).or_else(|| usable(false));
    let (index, srtp) = match (secret, plain()) {
        (Some((index, savp, line)), _) => {
            let ours = now.map(|now| now.keys.ours).filter(|key| key.suite() == line.key.suite());
            let ours = ours.or_else(|| MasterKey::random(line.key.suite()));
            let keys = Keys { ours: ours.ok_or(SdpError::NoKey)?, theirs: line.key };
            (index, Some(Sdes { tag: line.tag, savp, keys }))
        }
        (None, Some(_)) if secrecy == Secrecy::Required => return Err(SdpError::NotSecret),
        (None, Some(index)) => (index, None),
        (None, None) if streams().next().is_some() => return Err(SdpError::NoKey),
        (None, None) => return Err(SdpError::NoAudio),
    };
    read_stream(&session, index, srtp)
}

/// Reads the answer to our offer.
///
/// # Errors
/// [`SdpError`]; also where keys were to be answered and were not.
pub(crate) fn read_answer(body: &[u8], offer: &Offer) -> Result<Agreed, SdpError> {
    let session = Session::parse(body).map_err(|_| SdpError::Malformed)?;
    let (index, media) = streams(&session).next().ok_or(SdpError::NoAudio)?;
    let chosen = lines(media).find_map(|theirs| {
        let ours = offer.lines.iter().find(|ours| ours.tag == theirs.tag)?;
        (ours.key.suite() == theirs.key.suite()).then_some((ours, theirs))
    });
    let srtp = chosen.map(|(ours, theirs)| Sdes {
        tag: ours.tag,
        savp: offer.savp,
        keys: Keys { ours: ours.key, theirs: theirs.key },
    });
    if srtp.is_none() && (offer.required || offer.savp || is_savp(media)) {
        return Err(SdpError::NoKey);
    }
    read_stream(&session, index, srtp)
}

/// What a stream says beside its keys.
fn read_stream(session: &Session, stream: usize, srtp: Option<Sdes>) -> Result<Agreed, SdpError> {
    let audio = session.medias.get(stream).ok_or(SdpError::NoAudio)?;
    let connection = audio.connections.first().or(session.connection.as_ref());
    let address: IpAddr = connection
        .and_then(|c| c.connection_address.split('/').next()?.parse().ok())
        .filter(|address: &IpAddr| {
            // Media goes to one far end, never to a whole network.
            !address.is_multicast() && *address != IpAddr::from(std::net::Ipv4Addr::BROADCAST)
        })
        .ok_or(SdpError::NoAudio)?;
    let law = audio
        .fmt
        .split_ascii_whitespace()
        .find_map(|format| match format {
            "0" => Some(Law::Mu),
            "8" => Some(Law::A),
            _ => None,
        })
        .ok_or(SdpError::NoCodec)?;
    let events = audio.attributes.iter().find_map(|attribute| {
        let (number, codec) = rtpmap(attribute)?;
        codec.eq_ignore_ascii_case("telephone-event/8000").then_some(number)
    });
    // The stream's own direction goes before the session's.
    let direction = (audio.attributes.iter().chain(&session.attributes))
        .map(|a| &a.attribute[..])
        .find(|a| matches!(*a, "sendrecv" | "sendonly" | "recvonly" | "inactive"));
    let send = !matches!(direction, Some("sendonly" | "inactive")) && !address.is_unspecified();
    let hear = !matches!(direction, Some("recvonly" | "inactive"));
    let remote = SocketAddr::new(address, audio.port);
    Ok(Agreed { remote, law, events, send, hear, stream, srtp })
}

/// Our offer to an agent's phone: both laws, `first` before the other; new keys as `secrecy` says.
pub(crate) fn offer(local: SocketAddr, first: Law, secrecy: Secrecy) -> Offer {
    let lines = match secrecy {
        Secrecy::Never | Secrecy::Accepted | Secrecy::Impossible => Vec::new(),
        Secrecy::Offered | Secrecy::Required => Line::fresh(),
    };
    let required = secrecy == Secrecy::Required;
    Offer { body: Vec::new(), savp: required, required, lines }.written(local, first, 0)
}

/// Our offer within a call whose keys are to stay, as our description of it number `later`.
pub(crate) fn offer_again(
    local: SocketAddr,
    agreed: &Agreed,
    secrecy: Secrecy,
    later: u64,
) -> Offer {
    let line = |sdes: Sdes| Line { tag: sdes.tag, key: sdes.keys.ours };
    let savp = agreed.srtp.is_some_and(|sdes| sdes.savp);
    let lines = agreed.srtp.map(line).into_iter().collect();
    let required = secrecy == Secrecy::Required;
    Offer { body: Vec::new(), savp, required, lines }.written(local, agreed.law, later)
}

impl Offer {
    fn written(mut self, local: SocketAddr, first: Law, later: u64) -> Offer {
        let laws = match first {
            Law::Mu => [Law::Mu, Law::A],
            Law::A => [Law::A, Law::Mu],
        };
        let mut media = stream(local, &laws, Some(TELEPHONE_EVENT), "sendrecv");
        protect(&mut media, self.savp, &self.lines);
        self.body = write(local, later, vec![media]);
        self
    }
}

/// Our answer to `body`, which [`read`] understood as `agreed`, as our description of the call number
/// `later`; streams other than the audio one are refused one by one with port 0, as RFC 3264 asks.
///
/// # Errors
/// [`SdpError::Malformed`] when `body` is not what `agreed` was read from.
pub(crate) fn answer(
    body: &[u8],
    agreed: &Agreed,
    local: SocketAddr,
    later: u64,
) -> Result<Vec<u8>, SdpError> {
    let session = Session::parse(body).map_err(|_| SdpError::Malformed)?;
    let direction = match (agreed.send, agreed.hear) {
        (true, true) => "sendrecv",
        (true, false) => "sendonly",
        (false, true) => "recvonly",
        (false, false) => "inactive",
    };
    let medias = session
        .medias
        .iter()
        .enumerate()
        .map(|(index, offered)| {
            if index == agreed.stream {
                let mut media = stream(local, &[agreed.law], agreed.events, direction);
                if let Some(Sdes { tag, savp, keys }) = agreed.srtp {
                    protect(&mut media, savp, &[Line { tag, key: keys.ours }]);
                }
                media
            } else {
                let mut refused = offered.clone();
                refused.port = 0;
                refused.attributes.clear();
                refused.connections.clear();
                refused
            }
        })
        .collect();
    Ok(write(local, later, medias))
}

/// The audio streams over RTP and SRTP that are not switched off, with their places.
fn streams(session: &Session) -> impl Iterator<Item = (usize, &Media)> {
    let is_audio = |media: &Media| media.media == "audio" && media.port != 0;
    let medias = session.medias.iter().enumerate();
    medias.filter(move |(_, media)| is_audio(media) && (is_savp(media) || media.proto == "RTP/AVP"))
}

fn is_savp(media: &Media) -> bool {
    media.proto == "RTP/SAVP"
}

/// The keys of a stream that can be used, in the order of the far end's preference.
fn lines(media: &Media) -> impl Iterator<Item = Line> {
    let values = media.attributes.iter().filter(|attribute| attribute.attribute == "crypto");
    values.filter_map(|attribute| Line::parse(attribute.value.as_deref()?))
}

/// Writes keys into a stream of ours.
fn protect(media: &mut Media, savp: bool, lines: &[Line]) {
    if savp {
        media.proto = TransportProto::RtpSavp.to_string();
    }
    let values = lines.iter().map(Line::value);
    media.attributes.extend(values.map(|value| Attribute::with_value("crypto", value)));
}

/// `a=rtpmap:101 telephone-event/8000` as (101, `telephone-event/8000`).
fn rtpmap(attribute: &Attribute) -> Option<(u8, &str)> {
    let value = attribute.value.as_deref().filter(|_| attribute.attribute == "rtpmap")?;
    let (number, codec) = value.split_once(' ')?;
    Some((number.parse().ok().filter(|n| *n < 128)?, codec.trim()))
}

fn stream(local: SocketAddr, laws: &[Law], events: Option<u8>, direction: &str) -> Media {
    let mut formats: Vec<String> = laws.iter().map(|l| l.payload_type().to_string()).collect();
    let mut attributes: Vec<Attribute> = laws
        .iter()
        .map(|law| match law {
            Law::Mu => Attribute::with_value("rtpmap", "0 PCMU/8000"),
            Law::A => Attribute::with_value("rtpmap", "8 PCMA/8000"),
        })
        .collect();
    if let Some(events) = events {
        formats.push(events.to_string());
        attributes.push(Attribute::with_value("rtpmap", format!("{events} telephone-event/8000")));
        attributes.push(Attribute::with_value("fmtp", format!("{events} 0-15")));
    }
    attributes.push(Attribute::with_value("ptime", "20"));
    attributes.push(Attribute::new(direction));
    let mut media =
        Media::new(MediaType::Audio, local.port(), TransportProto::RtpAvp, formats.join(" "));
    media.attributes = attributes;
    media
}

fn write(local: SocketAddr, later: u64, medias: Vec<Media>) -> Vec<u8> {
    // A description whose version is that of the one before is not looked at (RFC 3264 §8).
    let id = u64::from(local.port());
    let origin = Origin::with_ip_addr(id.to_string(), id + later, local.ip());
    let mut session = Session::new(origin, "trunkline");
    session.connection = Some(Connection::from_ip_addr(local.ip()));
    session.times = vec![Time::new(0, 0)];
    session.medias = medias;
    let mut out = Vec::new();
    // Writing into memory cannot fail; an empty body would be refused by the far end anyway.
    session.write(&mut out).map_or_else(|_| Vec::new(), |()| out)
}

#[cfg(test)]
mod tests {
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
        let answer =
            String::from_utf8(answer(offer.as_bytes(), &agreed, local(), 0).unwrap()).unwrap();
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
}
