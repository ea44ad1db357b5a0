//! What every request must have before anything is decided about it (RFC 3261 §8.2). What makes
//! no transaction at all (no Via, From tag, Call-ID or CSeq, an unknown method) the stack drops.

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{CSeq, Header, Method, Request, StatusCode, typed};

/// The methods served, for Allow.
pub(super) const ALLOWED: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REFER, REGISTER, UPDATE";

/// Why a request is refused, and what its sender is told beside the status.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<Header>,
}

impl Refusal {
    fn malformed(what: &str) -> Refusal {
        let warning = Header::Warning(format!("399 trunkline \"{what}\"").into());
        Refusal { status: StatusCode::BadRequest, headers: vec![warning] }
    }
}

/// Looks at a request that begins a transaction, in a dialog or not.
///
/// # Errors
/// [`Refusal`]: 400 for what cannot be read, 405 for methods that make sense only in a dialog, 415
/// for a body that is no session description, 420 for extensions nobody here knows.
pub(super) fn screen(request: &Request) -> Result<(), Refusal> {
    let to = request.to_header().map_err(|_| Refusal::malformed("no To that can be read"))?;
    let in_dialog = matches!(to.tag(), Ok(Some(_)));
    let method = request.cseq_header().and_then(CSeq::method);
    if method.ok() != Some(request.method) {
        return Err(Refusal::malformed("CSeq is of another method"));
    }
    let mut lengths = request.headers.iter().filter_map(|header| match header {
        Header::ContentLength(length) => Some(length.value().trim().parse::<usize>().ok()),
        _ => None,
    });
    let promised = lengths.next().unwrap_or(Some(0));
    let Some(promised) = promised.filter(|_| lengths.all(|length| length == promised)) else {
        return Err(Refusal::malformed("no Content-Length that can be read"));
    };
    if promised > request.body.len() {
        return Err(Refusal::malformed("the body is cut short"));
    }
    let unknown: Vec<&str> = request
        .headers
        .iter()
        .filter_map(|header| match header {
            Header::Require(required) => Some(required.value().trim()),
            _ => None,
        })
        .collect();
    if !unknown.is_empty() {
        let unsupported = Header::Unsupported(unknown.join(", ").into());
        return Err(Refusal { status: StatusCode::BadExtension, headers: vec![unsupported] });
    }
    match request.method {
        Method::Invite => {
            let contact = request.contact_header().ok();
            if contact.is_none_or(|c| typed::Contact::parse(c.value()).is_err()) {
                return Err(Refusal::malformed("no Contact that can be read"));
            }
            screen_body(request)
        }
        Method::Bye | Method::Options | Method::Register | Method::Cancel => Ok(()),
        _ if in_dialog => Ok(()),
        _ => {
            let allow = Header::Allow(ALLOWED.into());
            Err(Refusal { status: StatusCode::MethodNotAllowed, headers: vec![allow] })
        }
    }
}

/// A body, if there is one, must say that it is a session description.
fn screen_body(request: &Request) -> Result<(), Refusal> {
    let kind = request.headers.iter().find_map(|header| match header {
        Header::ContentType(kind) => Some(kind.value()),
        _ => None,
    });
    let is_sdp = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/sdp")
    };
    if request.body.is_empty() || kind.is_none_or(is_sdp) {
        return Ok(());
    }
    let accept = Header::Accept("application/sdp".into());
    Err(Refusal { status: StatusCode::UnsupportedMediaType, headers: vec![accept] })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "INVITE sip:100@127.0.0.1 SIP/2.0\r\n\
        Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-1\r\n\
        From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:100@127.0.0.1>\r\nCall-ID: 1\r\n\
        CSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:5070>\r\n\
        Content-Type: application/sdp\r\nContent-Length: 2\r\n\r\nv=";

    fn status(from: &str, to: &str) -> u16 {
        let text = GOOD.replace(from, to);
        let message = rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap();
        let rsipstack::sip::SipMessage::Request(request) = message else { panic!("a request") };
        screen(&request).map_or_else(|refusal| refusal.status.code(), |()| 0)
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        assert_eq!(status("", ""), 0);
        assert_eq!(status("Contact: <sip:a@127.0.0.1:5070>\r\n", ""), 400);
        assert_eq!(status("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400);
        assert_eq!(status("CSeq", "Require: foo\r\nCSeq"), 420);
        assert_eq!(status("Length: 2", "Length: 3"), 400);
        assert_eq!(status("Content-Length: 2\r\n", ""), 0);
        for length in ["-2", "+-2", "", "2,2", "0x2", "99999999999999999999"] {
            assert_eq!(status("Length: 2", &format!("Length: {length}")), 400, "{length:?}");
        }
        assert_eq!(status("Length: 2", "Length: 0\r\nl: 2"), 400);
        assert_eq!(status("Length: 2", "Length: 2\r\nl: 2"), 0);
        assert_eq!(status("application/sdp", "text/plain"), 415);
        assert_eq!(status("application/sdp", "Application/SDP;charset=utf-8"), 0);
        assert_eq!(status("INVITE", "MESSAGE"), 405);
        assert_eq!(status("INVITE", "BYE"), 0);
    }
}
