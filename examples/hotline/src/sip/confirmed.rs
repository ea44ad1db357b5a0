//! What every leg that is up does, whoever called whom.

use std::net::SocketAddr;

use media_core::g711::Law;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, Request, StatusCode};
use tokio_util::sync::CancellationToken;

use super::{Event, LegId, Stack};
use crate::sdp;

/// A leg whose INVITE was answered and acknowledged.
pub(super) struct Confirmed<'a> {
    pub(super) stack: &'a Stack,
    pub(super) dialog: &'a InviteDialog,
    pub(super) leg: LegId,
    /// Our own RTP address, which never changes within a call.
    pub(super) local: SocketAddr,
    pub(super) law: Law,
}

impl Confirmed<'_> {
    /// Answers the far end's requests until it hangs up, or until `hang_up` asks for a BYE.
    pub(super) async fn serve(&self, state: &mut DialogStateReceiver, hang_up: CancellationToken) {
        loop {
            tokio::select! {
                () = hang_up.cancelled() => {
                    tokio::select! {
                        said = self.dialog.bye() => if let Err(error) = said {
                            tracing::debug!(leg = ?self.leg, %error, "BYE");
                        },
                        // A far end that does not answer must not keep the program from ending.
                        () = self.stack.0.stop.cancelled() => {}
                    }
                    return;
                }
                next = state.recv() => match next {
                    None | Some(DialogState::Terminated(..)) => return,
                    Some(other) => self.request(other).await,
                },
            }
        }
    }

    async fn request(&self, state: DialogState) {
        let answered = match state {
            DialogState::Updated(_, request, handle) => {
                let (status, body) = self.renegotiate(&request);
                let headers = body.as_ref().map(|_| vec![sdp_type()]);
                handle.respond(status, headers, body).await
            }
            DialogState::Info(_, request, handle) => {
                if let Some(key) = key_of(&request) {
                    self.stack.tell(Event::Key { leg: self.leg, key });
                }
                handle.reply(StatusCode::OK).await
            }
            DialogState::Options(_, _, handle) => handle.reply(StatusCode::OK).await,
            DialogState::Refer(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Publish(_, _, handle) => {
                handle.reply(StatusCode::MethodNotAllowed).await
            }
            _ => Ok(()),
        };
        if answered.is_err() {
            tracing::debug!(leg = ?self.leg, "the far end's request ended before it was answered");
        }
    }

    /// Answers a re-INVITE or UPDATE: hold, resume, a new address of the far end.
    fn renegotiate(&self, request: &Request) -> (StatusCode, Option<Vec<u8>>) {
        if request.body.is_empty() {
            // A re-INVITE without a description wants our offer; an UPDATE without one only
            // refreshes the session (RFC 4028).
            let wants_offer = request.method == Method::Invite;
            return (StatusCode::OK, wants_offer.then(|| sdp::offer(self.local, self.law)));
        }
        let answer = sdp::read(&request.body)
            .and_then(|agreed| Ok((agreed, sdp::answer(&request.body, &agreed, self.local)?)));
        match answer {
            Ok((agreed, body)) => {
                self.stack.tell(Event::Changed { leg: self.leg, agreed });
                (StatusCode::OK, Some(body))
            }
            Err(_) => (StatusCode::NotAcceptableHere, None),
        }
    }
}

pub(super) fn sdp_type() -> Header {
    Header::ContentType("application/sdp".into())
}

/// The key of an INFO of type `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`).
fn key_of(info: &Request) -> Option<u8> {
    let kind = info.headers.iter().find_map(|h| match h {
        Header::ContentType(kind) => Some(kind.value().to_ascii_lowercase()),
        _ => None,
    })?;
    let body = std::str::from_utf8(&info.body).ok()?;
    let text = match kind.trim() {
        "application/dtmf-relay" => body.lines().find_map(|l| {
            let (name, value) = l.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
        })?,
        "application/dtmf" => body.trim(),
        _ => return None,
    };
    match text.as_bytes() {
        [key @ (b'0'..=b'9' | b'*' | b'#')] => Some(*key),
        [key @ (b'A'..=b'D' | b'a'..=b'd')] => Some(key.to_ascii_uppercase()),
        b"10" => Some(b'*'),
        b"11" => Some(b'#'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(kind: &str, body: &str) -> Option<u8> {
        let text = format!(
            "INFO sip:1@127.0.0.1 SIP/2.0\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let message = rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap();
        let rsipstack::sip::SipMessage::Request(request) = message else { panic!("a request") };
        key_of(&request)
    }

    #[test]
    fn keys_in_info_are_read_and_nonsense_is_not() {
        assert_eq!(info("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), Some(b'5'));
        assert_eq!(info("application/dtmf-relay", "signal = 11\r\n"), Some(b'#'));
        assert_eq!(info("application/dtmf", "d"), Some(b'D'));
        assert_eq!(info("application/dtmf", "flash"), None);
        assert_eq!(info("text/plain", "5"), None);
    }
}
