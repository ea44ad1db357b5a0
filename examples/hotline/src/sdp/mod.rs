//! Session descriptions: the little of SDP (RFC 8866) and offer/answer (RFC 3264) that a
//! telephone call needs. One audio stream, G.711 of either law, telephone events (RFC 4733), in the
//! clear or as SRTP with keys by SDES (RFC 4568, RFC 8643).

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::net::SocketAddr;

use media_core::g711::Law;

use crate::config::Srtp;
use crate::media::srtp::Keys;
use crate::sdes::Line;

pub(crate) use read::{read, read_answer};
pub(crate) use write::{answer, offer, offer_again};

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
