//! What a far end says: offers, and answers to ours.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use media_core::g711::Law;
use sdp_types::{Attribute, Media, Session};

use super::{Agreed, Offer, Sdes, SdpError, Secrecy};
use crate::media::srtp::{Keys, MasterKey};
use crate::sdes::Line;

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
            !address.is_multicast() && *address != IpAddr::from(Ipv4Addr::BROADCAST)
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

/// `a=rtpmap:101 telephone-event/8000` as (101, `telephone-event/8000`).
fn rtpmap(attribute: &Attribute) -> Option<(u8, &str)> {
    let value = attribute.value.as_deref().filter(|_| attribute.attribute == "rtpmap")?;
    let (number, codec) = value.split_once(' ')?;
    Some((number.parse().ok().filter(|n| *n < 128)?, codec.trim()))
}
