//! Session descriptions: the little of SDP (RFC 8866) and offer/answer (RFC 3264) that a
//! telephone call needs. One audio stream, G.711 of either law, telephone events (RFC 4733).

use std::net::{IpAddr, SocketAddr};

use media_core::g711::Law;
use sdp_types::{Attribute, Connection, Media, MediaType, Origin, Session, Time, TransportProto};

/// The payload type we give telephone events when we make the offer.
const TELEPHONE_EVENT: u8 = 101;

/// Why a session description cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SdpError {
    /// Not SDP, or without what every description has.
    #[error("the session description cannot be read")]
    Malformed,
    /// No audio over plain RTP, or no address to send it to.
    #[error("the session description offers no audio over RTP/AVP")]
    NoAudio,
    /// Neither G.711 A-law nor µ-law.
    #[error("the session description offers neither PCMA nor PCMU")]
    NoCodec,
    /// It names a port of this program's own: the call would hear itself.
    #[error("the session description names a media port of ours")]
    OwnPort,
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
}

/// Reads the far end's description, be it an offer or the answer to ours.
///
/// # Errors
/// [`SdpError`], which a caller turns into 488 Not Acceptable Here.
pub(crate) fn read(body: &[u8]) -> Result<Agreed, SdpError> {
    let session = Session::parse(body).map_err(|_| SdpError::Malformed)?;
    let audio = audio(&session).ok_or(SdpError::NoAudio)?;
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
    let has = |name: &str| {
        audio.attributes.iter().chain(&session.attributes).any(|a| a.attribute == name)
    };
    let send = !has("sendonly") && !has("inactive") && !address.is_unspecified();
    Ok(Agreed { remote: SocketAddr::new(address, audio.port), law, events, send })
}

/// Our offer to an agent's phone: both laws, `first` before the other.
pub(crate) fn offer(local: SocketAddr, first: Law) -> Vec<u8> {
    let laws = match first {
        Law::Mu => [Law::Mu, Law::A],
        Law::A => [Law::A, Law::Mu],
    };
    write(local, vec![stream(local, &laws, Some(TELEPHONE_EVENT), "sendrecv")])
}

/// Our answer to `body`, which [`read`] understood as `agreed`; streams other than the audio one
/// are refused one by one with port 0, as RFC 3264 asks.
///
/// # Errors
/// [`SdpError::Malformed`] when `body` is not what `agreed` was read from.
pub(crate) fn answer(body: &[u8], agreed: &Agreed, local: SocketAddr) -> Result<Vec<u8>, SdpError> {
    let session = Session::parse(body).map_err(|_| SdpError::Malformed)?;
    let chosen = audio(&session).ok_or(SdpError::NoAudio)?;
    let direction = if agreed.send { "sendrecv" } else { "recvonly" };
    let medias = session
        .medias
        .iter()
        .map(|offered| {
            if std::ptr::eq(offered, chosen) {
                stream(local, &[agreed.law], agreed.events, direction)
            } else {
                let mut refused = offered.clone();
                refused.port = 0;
                refused.attributes.clear();
                refused.connections.clear();
                refused
            }
        })
        .collect();
    Ok(write(local, medias))
}

/// The first audio stream over plain RTP that is not switched off.
fn audio(session: &Session) -> Option<&Media> {
    session.medias.iter().find(|m| m.media == "audio" && m.proto == "RTP/AVP" && m.port != 0)
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

fn write(local: SocketAddr, medias: Vec<Media>) -> Vec<u8> {
    // A description never changes within a call, so a number from the port is version enough.
    let id = u64::from(local.port());
    let mut session =
        Session::new(Origin::with_ip_addr(id.to_string(), id, local.ip()), "trunkline");
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

    #[test]
    fn the_callers_preference_wins() {
        let agreed = read(OFFER.as_bytes()).unwrap();
        assert_eq!(agreed.remote, "192.0.2.1:5004".parse().unwrap());
        assert_eq!((agreed.law, agreed.events, agreed.send), (Law::A, Some(97), true));
    }

    #[test]
    fn the_answer_keeps_the_order_of_streams_and_refuses_video() {
        let agreed = read(OFFER.as_bytes()).unwrap();
        let answer = answer(OFFER.as_bytes(), &agreed, local()).unwrap();
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
        assert_eq!(without("audio 5004 RTP/AVP", "audio 5004 RTP/SAVP"), Err(SdpError::NoAudio));
        assert_eq!(without("c=IN IP4 192.0.2.1", "c=IN IP4 224.0.0.1"), Err(SdpError::NoAudio));
        assert_eq!(read(b"hello"), Err(SdpError::Malformed));
        assert_eq!(read(b""), Err(SdpError::Malformed));
    }

    #[test]
    fn hold_is_understood() {
        let held = read(OFFER.replace("a=sendrecv", "a=sendonly").as_bytes()).unwrap();
        assert!(!held.send);
        let answer = answer(OFFER.as_bytes(), &held, local()).unwrap();
        assert!(String::from_utf8(answer).unwrap().contains("a=recvonly"));
    }

    #[test]
    fn our_own_offer_can_be_read() {
        let agreed = read(&offer(local(), Law::Mu)).unwrap();
        assert_eq!((agreed.remote, agreed.law), (local(), Law::Mu));
        assert_eq!(agreed.events, Some(TELEPHONE_EVENT));
    }
}
