//! The leg of a phone that we ring: from our INVITE to the last BYE.

use rsipstack::dialog::dialog::DialogState;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{Header, StatusCodeKind, Uri};
use tokio_util::sync::CancellationToken;

use super::confirmed::Confirmed;
use super::{Event, Leg, LegId, Stack};
use crate::live::Kind;
use crate::sdp;
use media_core::g711::Law;

/// Status reported for a phone that is not registered, as a registrar would answer (RFC 3261 §21.4.18).
const TEMPORARILY_UNAVAILABLE: u16 = 480;
/// Status reported for a phone that gave no answer at all.
const REQUEST_TIMEOUT: u16 = 408;
/// Status reported where no port, socket or dialog can be had, or the phone answers nonsense.
const SERVER_ERROR: u16 = 500;

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
            if let Err(status) = call(&stack, id, &ring, hang_up).await {
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
    hang_up: CancellationToken,
) -> Result<(), u16> {
    let (callee, destination) = match &ring.callee {
        Callee::Phone(user) => {
            let binding = stack.0.registrar.binding(user).ok_or(TEMPORARILY_UNAVAILABLE)?;
            (Uri { params: Vec::new(), ..binding.contact }, binding.source)
        }
        Callee::Elsewhere(uri) => (uri.clone(), None),
    };
    let ports = stack.0.ports.take().await.map_err(|_| SERVER_ERROR)?;
    let mut caller = stack.contact();
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
        caller: caller.clone(),
        callee,
        contact: caller,
        destination,
        content_type: Some("application/sdp".into()),
        offer: Some(sdp::offer(ports.local, ring.law)),
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
    let result = match stack.read_sdp(&response.body) {
        _ if hang_up.is_cancelled() => {
            dialog.bye().await.ok();
            Ok(())
        }
        Ok(agreed) => {
            let (local, law) = (ports.local, agreed.law);
            stack.tell(Event::Answered { leg, agreed, ports });
            Confirmed { stack, dialog: &dialog, leg, local, law, may_refer: true }
                .serve(&mut state, hang_up)
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
