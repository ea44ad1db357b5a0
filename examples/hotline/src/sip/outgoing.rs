//! The leg of a phone that we ring: from our INVITE to the last BYE.

use rsipstack::dialog::dialog::DialogState;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{Header, StatusCodeKind, Transport, Uri};
use rsipstack::transport::SipAddr;
use tokio_util::sync::CancellationToken;

use super::confirmed::{Confirmed, Later};
use super::{Event, Leg, LegId, Stack, called_by};
use crate::live::Kind;
use crate::sdp::{self, Secrecy};
use media_core::g711::Law;

/// Status reported for a phone that is not registered, as a registrar would answer (RFC 3261 §21.4.18).
const TEMPORARILY_UNAVAILABLE: u16 = 480;
/// Status reported for a phone that gave no answer at all.
const REQUEST_TIMEOUT: u16 = 408;
/// Status reported where no port, socket or dialog can be had, or the phone answers nonsense.
const SERVER_ERROR: u16 = 500;
/// What a phone says whose media must be SRTP, or must not.
const NOT_ACCEPTABLE_HERE: u16 = 488;

/// Whose phone is rung.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// The registered phone of this SIP user.
    Phone(String),
    /// Somebody whom another SIP server finds.
    Elsewhere(Uri),
}

/// What a phone is shown.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    pub(crate) callee: Callee,
    /// The caller's number.
    pub(crate) caller: String,
    /// The law offered first: the caller's own, which spares a conversion.
    pub(crate) law: Law,
    /// Data for the screen pop, sent as `X-Trunkline-NAME: value` headers.
    pub(crate) data: Vec<(String, String)>,
    /// The phone is asked to answer by itself: somebody has answered already, and waits.
    pub(crate) at_once: bool,
}

impl Stack {
    /// Rings a phone. What comes of it is told by [`Event::Answered`] or
    /// [`Event::Refused`], unless the returned leg is dropped before: then the phone stops.
    pub(crate) fn ring(&self, ring: Ring) -> Leg {
        let hang_up = CancellationToken::new();
        let leg = Leg { id: self.new_leg(), hang_up: hang_up.clone() };
        let (stack, id) = (self.clone(), leg.id);
        tokio::spawn(async move {
            let (leg_guard, task_guard) =
                (stack.0.live.guard(Kind::Leg), stack.0.live.guard(Kind::Task));
            if let Err(status) = call(&stack, id, &ring, &hang_up).await {
                stack.tell(Event::Refused { leg: id, status });
            }
            drop((leg_guard, task_guard));
        });
        leg
    }
}

/// Rings, waits, serves the answered call. `Err` is the SIP status of a phone that did not answer.
async fn call(
    stack: &Stack,
    leg: LegId,
    ring: &Ring,
    hang_up: &CancellationToken,
) -> Result<(), u16> {
    let place = match &ring.callee {
        Callee::Phone(user) => {
            let binding = stack.0.registrar.binding(user).ok_or(TEMPORARILY_UNAVAILABLE)?;
            let uri = Uri { params: Vec::new(), ..binding.contact };
            let by = binding.source.as_ref().and_then(|source| source.r#type);
            Place { uri, destination: binding.source, by: by.unwrap_or_default() }
        }
        Callee::Elsewhere(uri) => Place { uri: uri.clone(), destination: None, by: called_by(uri) },
    };
    match stack.secrecy(place.by) {
        Secrecy::Impossible => Err(NOT_ACCEPTABLE_HERE),
        // Not every phone that insists on SRTP knows it on RTP/AVP.
        Secrecy::Offered => {
            match try_call(stack, leg, ring, &place, Secrecy::Offered, hang_up).await {
                Err(NOT_ACCEPTABLE_HERE) if !hang_up.is_cancelled() => {
                    try_call(stack, leg, ring, &place, Secrecy::Required, hang_up).await
                }
                tried => tried,
            }
        }
        secrecy => try_call(stack, leg, ring, &place, secrecy, hang_up).await,
    }
}

/// Where somebody is called.
struct Place {
    uri: Uri,
    /// Where that is, if the URI does not say.
    destination: Option<SipAddr>,
    by: Transport,
}

/// The same with one offer.
async fn try_call(
    stack: &Stack,
    leg: LegId,
    ring: &Ring,
    place: &Place,
    secrecy: Secrecy,
    hang_up: &CancellationToken,
) -> Result<(), u16> {
    let ports = stack.0.ports.take().await.map_err(|_| SERVER_ERROR)?;
    let offer = sdp::offer(ports.local, ring.law, secrecy);
    let mut caller = stack.contact(place.by, &place.uri);
    caller.auth = Some(uri_user(&ring.caller).into());
    let headers = ring.data.iter().map(|(name, value)| {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        Header::Other(format!("X-Trunkline-{}", clean(name)), clean(value))
    });
    // Phones know one or the other of these; those that know none ring.
    let answering = ring.at_once.then(|| {
        let info = "<http://localhost>;info=alert-autoanswer;delay=0";
        let call_info = format!("<sip:{}>;answer-after=0", stack.local());
        [
            Header::Other("Alert-Info".into(), info.into()),
            Header::Other("Call-Info".into(), call_info),
        ]
    });
    let option = InviteOption {
        caller: Uri { params: Vec::new(), ..caller.clone() },
        callee: place.uri.clone(),
        contact: caller,
        destination: place.destination.clone(),
        content_type: Some("application/sdp".into()),
        offer: Some(offer.body.clone()),
        headers: Some(headers.chain(answering.into_iter().flatten()).collect()),
        ..InviteOption::default()
    };
    let (states, mut state) = stack.0.dialogs.new_dialog_state_channel();
    let invited = stack.0.dialogs.do_invite_async(option, states);
    let (dialog, mut outcome) = invited.map_err(|_| SERVER_ERROR)?;
    let outcome = loop {
        tokio::select! {
            outcome = &mut outcome => break outcome,
            () = hang_up.cancelled() => {
                // CANCEL, or BYE if the answer crossed it; the stack sees to either.
                dialog.hangup().await.ok();
                tokio::select! {
                    outcome = &mut outcome => break outcome,
                    () = stack.0.stop.cancelled() => return Ok(()),
                }
            }
            next = state.recv() => if let Some(DialogState::Terminated(..)) = next {
                break outcome.await;
            },
        }
    };
    let Ok(Ok((_, Some(response)))) = outcome else { return Err(REQUEST_TIMEOUT) };
    if response.status_code.kind() != StatusCodeKind::Successful {
        return Err(response.status_code.code());
    }
    let result = match stack.read_answer(&response.body, &offer) {
        _ if hang_up.is_cancelled() => {
            dialog.bye().await.ok();
            Ok(())
        }
        Ok(agreed) => {
            let (dialog, local, later) = (&dialog, ports.local, Later::default());
            stack.tell(Event::Answered { leg, agreed, ports });
            let may_refer = true;
            Confirmed { stack, dialog, leg, local, agreed, secrecy, may_refer, later }
                .serve(&mut state, hang_up.clone())
                .await;
            stack.tell(Event::Gone { leg });
            Ok(())
        }
        Err(_) => {
            dialog.bye().await.ok();
            Err(SERVER_ERROR)
        }
    };
    stack.0.dialogs.remove_dialog(&dialog.id());
    result
}

/// A caller's number as the user part of a URI: what cannot stand there is left out, and nobody's
/// number is `anonymous`.
pub(crate) fn uri_user(number: &str) -> String {
    let kept: String = number
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '*' | '-' | '.' | '_'))
        .collect();
    if kept.is_empty() { "anonymous".into() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_uri_users() {
        assert_eq!(uri_user("+86 138-0000"), "+86138-0000");
        assert_eq!(uri_user("a\r\nb;x"), "abx");
        assert_eq!(uri_user("<>"), "anonymous");
    }
}
