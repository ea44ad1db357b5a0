//! What every leg that is up does, whoever called whom.

use std::net::SocketAddr;
use std::time::Duration;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::event_packages::parse_refer_to;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{CSeq, Header, Method, Request, StatusCode, typed};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::incoming::plain;
use super::{Event, LegId, Stack};
use crate::sdp::{self, Agreed, Offer, Secrecy};

/// How long a phone may take to answer what became of its transfer.
const NOTIFY_PATIENCE: Duration = Duration::from_secs(2);

/// How long before its NOTIFY the answer to a REFER is written.
const ACCEPTANCE_LEAD: Duration = Duration::from_millis(20);

/// A leg whose INVITE was answered and acknowledged.
pub(super) struct Confirmed<'a> {
    pub(super) stack: &'a Stack,
    pub(super) dialog: &'a InviteDialog,
    pub(super) leg: LegId,
    /// Our own RTP address, which never changes within a call.
    pub(super) local: SocketAddr,
    /// What was agreed on last, and how media may travel.
    pub(super) agreed: Agreed,
    pub(super) secrecy: Secrecy,
    /// Whether the far end may transfer: agents may, callers may not.
    pub(super) may_refer: bool,
    pub(super) later: Later,
}

/// What we have said of media within the call, after what it began with.
#[derive(Default)]
pub(super) struct Later {
    /// How often.
    descriptions: u64,
    /// Our last offer, and the number of the request whose ACK answers it.
    offer: Option<(u32, Offer)>,
}

impl Confirmed<'_> {
    /// Answers the far end's requests until it hangs up, or until `hang_up` asks for a BYE.
    pub(super) async fn serve(
        &mut self,
        state: &mut DialogStateReceiver,
        hang_up: CancellationToken,
    ) {
        self.stack.up().insert(self.dialog.id(), self.leg);
        self.serve_until_end(state, hang_up).await;
        self.stack.up().remove(&self.dialog.id());
    }

    async fn serve_until_end(
        &mut self,
        state: &mut DialogStateReceiver,
        hang_up: CancellationToken,
    ) {
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

    async fn request(&mut self, state: DialogState) {
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
            DialogState::Confirmed(..) => return self.take_answer(),
            DialogState::Options(_, _, handle) => handle.reply(StatusCode::OK).await,
            DialogState::Refer(_, request, handle) if self.may_refer => {
                return self.refer(&request, handle).await;
            }
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

    /// Takes a transfer over from the phone and tells it what came of that (RFC 3515): once
    /// another phone rings, this one's part is done.
    async fn refer(&self, request: &Request, handle: TransactionHandle) {
        let wish = request.headers.iter().find_map(|header| match header {
            Header::ReferTo(to) => {
                let target = typed::Contact::parse(to.value()).ok()?.uri.user().map(plain)?;
                Some((target, parse_refer_to(to.value()).replaces))
            }
            _ => None,
        });
        let Some((target, replaces)) = wish else {
            handle.reply(StatusCode::BadRequest).await.ok();
            return;
        };
        if handle.reply(StatusCode::Accepted).await.is_err() {
            return;
        }
        // The 202 is written by a task of its own. The NOTIFY may overtake it (RFC 3515 §2.4.4), but
        // not every phone knows.
        tokio::time::sleep(ACCEPTANCE_LEAD).await;
        let replaced = replaces.as_deref().map(|replaces| self.leg_of(replaces));
        let status = match replaced {
            Some(None) => StatusCode::CallTransactionDoesNotExist.code(),
            replaced => {
                let (answer, answered) = oneshot::channel();
                let replaced = replaced.flatten();
                self.stack.tell(Event::Refer { leg: self.leg, target, replaced, answer });
                answered.await.unwrap_or(StatusCode::ServerInternalError.code())
            }
        };
        let headers = vec![
            Header::Event("refer".into()),
            Header::SubscriptionState("terminated;reason=noresource".into()),
            Header::ContentType("message/sipfrag;version=2.0".into()),
        ];
        let result = format!("SIP/2.0 {status} {}\r\n", StatusCode::from(status).text());
        let told = self.dialog.notify(Some(headers), Some(result.into()));
        // A phone that does not answer must not keep its leg up.
        tokio::time::timeout(NOTIFY_PATIENCE, told).await.ok();
    }

    /// The leg that a Replaces (RFC 3891) names: `CALL-ID;to-tag=OURS;from-tag=THEIRS`.
    fn leg_of(&self, replaces: &str) -> Option<LegId> {
        let id = dialog_named(replaces)?;
        self.stack.up().get(&id).copied()
    }

    /// Answers a re-INVITE or UPDATE: hold, resume, a new address or key of the far end.
    fn renegotiate(&mut self, request: &Request) -> (StatusCode, Option<Vec<u8>>) {
        if request.body.is_empty() {
            // A re-INVITE without a description wants our offer; an UPDATE without one only
            // refreshes the session (RFC 4028).
            let number = request.cseq_header().and_then(CSeq::seq).ok();
            let number = number.filter(|_| request.method == Method::Invite);
            let body = number.map(|number| self.offer_again(number));
            return (StatusCode::OK, body);
        }
        let later = self.later.descriptions + 1;
        let answer = self.stack.read_offer(&request.body, self.secrecy, self.agreed.srtp).and_then(
            |agreed| Ok((agreed, sdp::answer(&request.body, &agreed, self.local, later)?)),
        );
        match answer {
            Ok((agreed, body)) => {
                self.later.descriptions = later;
                self.agreed = agreed;
                self.stack.tell(Event::Changed { leg: self.leg, agreed });
                (StatusCode::OK, Some(body))
            }
            Err(_) => (StatusCode::NotAcceptableHere, None),
        }
    }

    /// An offer of ours, for the request of this number; its ACK brings the answer.
    fn offer_again(&mut self, number: u32) -> Vec<u8> {
        self.later.descriptions += 1;
        let later = self.later.descriptions;
        let offer = sdp::offer_again(self.local, &self.agreed, self.secrecy, later);
        let body = offer.body.clone();
        self.later.offer = Some((number, offer));
        body
    }

    /// Takes the answer to an offer of ours, if it is that which the dialog is confirmed by.
    fn take_answer(&mut self) {
        let Some(ack) = self.dialog.last_remote_ack() else {
            return;
        };
        let number = ack.cseq_header().and_then(CSeq::seq).ok();
        let Some((_, offer)) = self.later.offer.take_if(|(of, _)| Some(*of) == number) else {
            return;
        };
        match self.stack.read_answer(&ack.body, &offer) {
            Ok(agreed) => {
                self.agreed = agreed;
                self.stack.tell(Event::Changed { leg: self.leg, agreed });
            }
            // What was agreed on before is still good.
            Err(error) => tracing::debug!(leg = ?self.leg, %error, "no answer to our offer"),
        }
    }
}

/// The dialog that a Replaces names, as the end that is asked to replace it knows it.
fn dialog_named(replaces: &str) -> Option<DialogId> {
    let mut parts = replaces.split(';').map(str::trim);
    let call_id = parts.next().filter(|id| !id.is_empty())?.to_owned();
    let (mut local_tag, mut remote_tag) = (None, None);
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "to-tag" => local_tag = Some(value.trim().to_owned()),
            "from-tag" => remote_tag = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    Some(DialogId { call_id, local_tag: local_tag?, remote_tag: remote_tag? })
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
    fn a_replaces_names_a_dialog_of_ours() {
        let id = dialog_named("a@b;from-tag=theirs; to-tag=ours;early-only").unwrap();
        assert_eq!((&*id.call_id, &*id.local_tag, &*id.remote_tag), ("a@b", "ours", "theirs"));
        assert_eq!(dialog_named("a@b;to-tag=ours"), None);
        assert_eq!(dialog_named(";to-tag=ours;from-tag=theirs"), None);
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
