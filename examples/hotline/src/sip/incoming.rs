//! One caller's leg: from INVITE to the last BYE.

use std::sync::Arc;

use media_core::g711::Law;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Request, StatusCode};
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::confirmed::{Confirmed, Later, sdp_type};
use super::registrar::Admitted;
use super::{Caller, Event, Leg, LegId, Stack, came_by};
use crate::live::Kind;
use crate::media::ports::PortPair;
use crate::sdp::{self, Agreed, SdpError, Secrecy};

/// Seconds after which a caller refused for lack of room may try again.
const RETRY_AFTER: &str = "10";

/// Decides on a new INVITE and, if it is wanted, lives with the call until it ends.
pub(super) async fn serve(stack: Stack, mut tx: Transaction) -> rsipstack::Result<()> {
    let called = tx.original.uri.user().unwrap_or_default().to_owned();
    let line = stack.0.lines.0.get(&called).copied();
    let agent = match line {
        Some(_) => None,
        // Agents may call each other, and whomever they could transfer to.
        None => match stack.0.registrar.admit(&mut tx).await? {
            Admitted::Agent(user) => Some(user),
            Admitted::Stranger => return tx.reply(StatusCode::NotFound).await,
            Admitted::Answered => return Ok(()),
        },
    };
    let (ring, may_refer) = (line.unwrap_or_default(), agent.is_some());
    // An INVITE without a description asks us to make the offer, in the 200.
    let by = came_by(&tx);
    let secrecy = stack.secrecy(by);
    let read = match tx.original.body.is_empty() {
        true if secrecy == Secrecy::Impossible => Err(SdpError::Exposed),
        true => Ok(None),
        false => stack.read_offer(&tx.original.body, secrecy, None).map(Some),
    };
    let early = match read {
        Ok(early) => early,
        Err(error) => {
            let warning = Header::Warning(format!("399 trunkline \"{error}\"").into());
            return tx.reply_with(StatusCode::NotAcceptableHere, vec![warning], None).await;
        }
    };
    if stack.is_draining() {
        let later = Header::RetryAfter(RETRY_AFTER.into());
        return tx.reply_with(StatusCode::ServiceUnavailable, vec![later], None).await;
    }
    if let Some(user) = &agent {
        let (answer, answered) = oneshot::channel();
        stack.tell(Event::Calls { user: user.clone(), called: called.clone(), answer });
        let status = answered.await.unwrap_or(StatusCode::ServiceUnavailable.code());
        if status != StatusCode::OK.code() {
            return tx.reply(StatusCode::from(status)).await;
        }
    }
    // From the INVITE on, not from the ACK: else a flood of INVITEs would take every port.
    let Ok(_place) = Arc::clone(&stack.0.places).try_acquire_owned() else {
        let later = Header::RetryAfter(RETRY_AFTER.into());
        return tx.reply_with(StatusCode::ServiceUnavailable, vec![later], None).await;
    };
    let Ok(ports) = stack.0.ports.take().await else {
        let later = Header::RetryAfter(RETRY_AFTER.into());
        return tx.reply_with(StatusCode::ServiceUnavailable, vec![later], None).await;
    };
    let (states, mut state) = stack.0.dialogs.new_dialog_state_channel();
    let contact = Some(stack.contact(by, &tx.original.uri));
    let dialog = stack.0.dialogs.get_or_create_server_invite(&tx, states, None, contact)?;
    let leg = stack.new_leg();
    let _guards = (stack.0.live.guard(Kind::Leg), stack.0.live.guard(Kind::Task));
    let mut driver = dialog.clone();
    // The transaction must be driven (retransmissions, CANCEL, ACK) while this task decides. It
    // outlives the call by the timers of RFC 3261 §17.2.1, for the far end's late repetitions.
    tokio::spawn(async move {
        if let Err(error) = driver.handle(&mut tx).await {
            tracing::debug!(%error, "INVITE transaction");
        }
    });
    let local = ports.local;
    let mut call = IncomingLeg { stack: &stack, dialog: &dialog, leg, secrecy, state: &mut state };
    if let Some((agreed, hang_up)) = call.answer(ring, early, Party { called, agent }, ports).await
    {
        let (stack, dialog, later) = (&stack, &dialog, Later::default());
        Confirmed { stack, dialog, leg, local, agreed, secrecy, may_refer, later }
            .serve(&mut state, hang_up)
            .await;
        stack.tell(Event::Gone { leg });
    }
    stack.0.dialogs.remove_dialog(&dialog.id());
    Ok(())
}

/// Whom the caller called, and which agent it is who did.
struct Party {
    called: String,
    agent: Option<String>,
}

struct IncomingLeg<'a> {
    stack: &'a Stack,
    dialog: &'a InviteDialog,
    leg: LegId,
    secrecy: Secrecy,
    state: &'a mut DialogStateReceiver,
}

impl IncomingLeg<'_> {
    /// Rings, answers and waits for the ACK. `None` when the caller gave up before that.
    async fn answer(
        &mut self,
        ring: std::time::Duration,
        early: Option<Agreed>,
        party: Party,
        ports: PortPair,
    ) -> Option<(Agreed, CancellationToken)> {
        let invite = self.dialog.initial_request();
        self.dialog.ringing(None, None).ok()?;
        let rung = tokio::time::sleep(ring);
        tokio::pin!(rung);
        loop {
            tokio::select! {
                () = &mut rung => break,
                () = self.stack.0.ending.cancelled() => {
                    self.dialog.reject(Some(StatusCode::ServiceUnavailable), None).ok();
                    return None;
                }
                state = self.state.recv() => match state {
                    None | Some(DialogState::Terminated(..)) => return None,
                    Some(_) => {}
                },
            }
        }
        let offer = sdp::offer(ports.local, Law::A, self.secrecy);
        let body = match &early {
            Some(agreed) => sdp::answer(&invite.body, agreed, ports.local, 0).ok()?,
            None => offer.body.clone(),
        };
        self.dialog.accept(Some(vec![sdp_type()]), Some(body)).ok()?;
        loop {
            let state = tokio::select! {
                state = self.state.recv() => state,
                () = self.stack.0.stop.cancelled() => return None,
            };
            match state {
                None | Some(DialogState::Terminated(..)) => return None,
                Some(DialogState::Confirmed(..)) => break,
                Some(_) => {}
            }
        }
        let late = || self.stack.read_answer(&self.dialog.last_remote_ack()?.body, &offer).ok();
        let Some(agreed) = early.or_else(late) else {
            self.dialog.bye().await.ok();
            return None;
        };
        let hang_up = CancellationToken::new();
        let caller = Caller {
            leg: Leg { id: self.leg, hang_up: hang_up.clone() },
            number: number_of(&invite),
            called: party.called,
            agent: party.agent,
            agreed,
            ports,
        };
        self.stack.tell(Event::Caller(Box::new(caller)));
        Some((agreed, hang_up))
    }
}

/// No number and no name of a caller is longer.
const LONGEST_NUMBER: usize = 64;

/// The caller's number: the user part of From, or a `tel:` URI's own. It goes into files, tables
/// and lists, so it holds nothing but printable characters, without escapes and parameters.
fn number_of(invite: &Request) -> String {
    let Ok(from) = invite.from_header() else { return String::new() };
    // Read by hand: a user part may hold parameters of its own (RFC 3966), which the parser of
    // whole URIs takes for the URI's.
    let from = from.value();
    let uri = match (from.rfind('<'), from.rfind('>')) {
        (Some(open), Some(close)) => from.get(open + 1..close).unwrap_or_default(),
        _ => from,
    };
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let user = match rest.split_once('@') {
        Some((user, _)) => user,
        None if scheme.trim().eq_ignore_ascii_case("tel") => rest,
        None => "",
    };
    plain(user.split([';', ':']).next().unwrap_or_default())
}

/// A number without percent escapes and without what cannot be printed.
pub(super) fn plain(number: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = number.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = after.get(..2).and_then(|hex| {
            u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok().filter(|_| *byte == b'%')
        });
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| !c.is_control()).take(LONGEST_NUMBER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(from: &str) -> String {
        let text = format!("INVITE sip:1@127.0.0.1 SIP/2.0\r\nFrom: {from}\r\n\r\n");
        let message = rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap();
        let rsipstack::sip::SipMessage::Request(request) = message else { panic!("a request") };
        number_of(&request)
    }

    #[test]
    fn numbers_are_what_lists_hold() {
        assert_eq!(number("<sip:+8613900000666;phone-context=x@a>;tag=1"), "+8613900000666");
        assert_eq!(number("<sip:%2B861390@a>;tag=1"), "+861390");
        assert_eq!(number("<tel:+861390;phone-context=x>;tag=1"), "+861390");
        assert_eq!(number("\"a\" <sip:12@a:5060;transport=udp>;tag=1"), "12");
        assert_eq!(number("sip:127.0.0.1;tag=1"), "");
        assert_eq!(plain("a%01\u{1b}[31m%"), "a[31m%");
        assert_eq!(plain(&"9".repeat(3000)).len(), LONGEST_NUMBER);
    }
}
