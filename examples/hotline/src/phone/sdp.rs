//! The phone's side of offer and answer (RFC 3264): one audio stream of G.711, telephone-event
//! beside it.

use std::net::{IpAddr, SocketAddr};

use media_core::g711::Law;
use sdp_types::{Connection, Media, MediaType, Origin, RtpMap, Session, TransportProto};

use super::PhoneError;

/// The dynamic payload type this phone names telephone-event by.
const EVENT: u8 = 101;

/// Where and how the far end wants to be talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Where its RTP port is.
    pub(crate) address: SocketAddr,
    /// The codec both ends use.
    pub(crate) law: Law,
    /// Its payload type of telephone-event, if it takes keys that way.
    pub(crate) event: Option<u8>,
}

/// An offer of these codecs, the best first.
pub(crate) fn offer(own: SocketAddr, laws: &[Law], events: bool) -> Vec<u8> {
    describe(own, laws, events.then_some(EVENT))
}

/// The answer to an offer and what was agreed: the first codec of ours the offer has too.
pub(crate) fn answer(
    offer: &[u8],
    own: SocketAddr,
    laws: &[Law],
    events: bool,
) -> Result<(Vec<u8>, Remote), PhoneError> {
    let theirs = Audio::parse(offer)?;
    let law = laws.iter().copied().find(|law| theirs.laws.contains(law));
    let law = law.ok_or(PhoneError::NoCommonCodec)?;
    let event = theirs.event.filter(|_| events);
    let remote = Remote { address: theirs.address, law, event };
    Ok((describe(own, &[law], event), remote))
}

/// What the answer to our offer of `laws` agreed to.
pub(crate) fn agreed(answer: &[u8], laws: &[Law]) -> Result<Remote, PhoneError> {
    let theirs = Audio::parse(answer)?;
    let law = theirs.laws.into_iter().find(|law| laws.contains(law));
    Ok(Remote {
        address: theirs.address,
        law: law.ok_or(PhoneError::NoCommonCodec)?,
        event: theirs.event,
    })
}

fn describe(own: SocketAddr, laws: &[Law], event: Option<u8>) -> Vec<u8> {
    let types: Vec<String> =
        laws.iter().map(|law| law.payload_type()).chain(event).map(|t| t.to_string()).collect();
    let mut audio =
        Media::new(MediaType::Audio, own.port(), TransportProto::RtpAvp, types.join(" "));
    for law in laws {
        let map = format!("{} {}/8000", law.payload_type(), law.name());
        audio.add_attribute_with_value("rtpmap", map);
    }
    if let Some(event) = event {
        audio.add_attribute_with_value("rtpmap", format!("{event} telephone-event/8000"));
        audio.add_attribute_with_value("fmtp", format!("{event} 0-15"));
    }
    audio.add_attribute_with_value("ptime", "20");
    audio.add_attribute_from_str("sendrecv");

    let origin = Origin::with_ip_addr(own.port(), 1, own.ip());
    let mut session = Session::new(origin, "call");
    session.connection = Some(Connection::from_ip_addr(own.ip()));
    session.times = vec![sdp_types::Time::new(0, 0)];
    session.medias = vec![audio];
    let mut text = Vec::new();
    // Writing to a vector cannot fail.
    let _ = session.write(&mut text);
    text
}

/// What a description says of its first audio stream.
struct Audio {
    address: SocketAddr,
    laws: Vec<Law>,
    event: Option<u8>,
}

impl Audio {
    fn parse(text: &[u8]) -> Result<Audio, PhoneError> {
        let session = Session::parse(text).map_err(|_| PhoneError::Description)?;
        let audio = session
            .medias
            .iter()
            .find(|m| m.media == "audio" && m.port != 0)
            .ok_or(PhoneError::Description)?;
        let connection = audio.connections.first().or(session.connection.as_ref());
        let ip: IpAddr = connection
            .and_then(|c| c.connection_address.parse().ok())
            .ok_or(PhoneError::Description)?;
        let maps: Vec<RtpMap> = audio.attributes_typed::<RtpMap>().flatten().collect();
        let event = maps
            .iter()
            .find(|m| m.encoding_name.eq_ignore_ascii_case("telephone-event"))
            .map(|m| m.payload_type);
        let types = audio.fmt.split_whitespace().filter_map(|t| t.parse().ok());
        Ok(Audio {
            address: SocketAddr::new(ip, audio.port),
            laws: types.filter_map(Law::from_payload_type).collect(),
            event,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn offer_and_answer_agree_on_codec_and_ports() {
        let offered = [Law::Mu, Law::A];
        let offer = offer(own(4000), &offered, true);
        let (answer, callee) = answer(&offer, own(5000), &[Law::A, Law::Mu], true).unwrap();
        let caller = agreed(&answer, &offered).unwrap();
        assert_eq!(callee, Remote { address: own(4000), law: Law::A, event: Some(101) });
        assert_eq!(caller, Remote { address: own(5000), law: Law::A, event: Some(101) });
    }

    #[test]
    fn without_events_or_codec_in_common() {
        let offer = offer(own(4000), &[Law::Mu], false);
        let (_, remote) = answer(&offer, own(5000), &[Law::Mu], true).unwrap();
        assert_eq!(remote.event, None);
        let refused = answer(&offer, own(5000), &[Law::A], true);
        assert!(matches!(refused, Err(PhoneError::NoCommonCodec)));
        assert!(matches!(agreed(b"v=0\r\n", &[Law::A]), Err(PhoneError::Description)));
    }
}
