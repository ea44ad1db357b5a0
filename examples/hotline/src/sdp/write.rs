//! What we say: offers, and answers to those of far ends.

use std::net::SocketAddr;

use media_core::g711::Law;
use sdp_types::{Attribute, Connection, Media, MediaType, Origin, Session, Time, TransportProto};

use super::{Agreed, Offer, Sdes, SdpError, Secrecy};
use crate::sdes::Line;

/// The payload type we give telephone events when we make the offer.
pub(super) const TELEPHONE_EVENT: u8 = 101;

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

/// Our answer to `body`, which [`read`](super::read()) understood as `agreed`, as our description
/// of the call number `later`; streams other than the audio one are refused one by one with port 0,
/// as RFC 3264 asks.
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

/// Writes keys into a stream of ours.
fn protect(media: &mut Media, savp: bool, lines: &[Line]) {
    if savp {
        media.proto = TransportProto::RtpSavp.to_string();
    }
    let values = lines.iter().map(Line::value);
    media.attributes.extend(values.map(|value| Attribute::with_value("crypto", value)));
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
