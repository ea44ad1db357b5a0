//! One call of a phone, from the first INVITE to the BYE.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, HeadersExt, StatusCode};
use rsipstack::transaction::key::TransactionRole;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use media_core::g711::Law;

use super::keys::KeysBy;
use super::media::{Media, Sound};
use super::voice::Voice;
use super::{PhoneError, sdp};

/// How a phone takes part in a call.
#[derive(Debug, Clone)]
pub(crate) struct CallOptions {
    /// Codecs it offers or accepts, the best first.
    pub(crate) codecs: Vec<Law>,
    /// How it sends keys.
    pub(crate) keys: KeysBy,
    /// The number it calls from, instead of the phone's own.
    pub(crate) number: Option<String>,
    /// The name shown beside the number.
    pub(crate) display: Option<String>,
}

impl Default for CallOptions {
    fn default() -> Self {
        CallOptions {
            codecs: vec![Law::A, Law::Mu],
            keys: KeysBy::TelephoneEvent,
            number: None,
            display: None,
        }
    }
}

/// One of the two ends of a call, seen from the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// This phone.
    Near,
    /// The other end.
    Far,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallState {
    /// The invitation is sent or received, and nothing more.
    Calling,
    /// The far end has taken the invitation in (100).
    Trying,
    /// The telephone rings (180 or 183).
    Ringing,
    /// Both ends can talk.
    Answered,
    /// Not answered, with this SIP status.
    Refused(u16),
    /// Not answered because the calling end gave up.
    Cancelled,
    /// Over after an answer: this end hung up.
    Ended(End),
    /// Nothing came back from the network, or nothing usable.
    Failed,
}

impl CallState {
    /// Whether the call is over, whichever way.
    pub(crate) fn is_final(self) -> bool {
        !matches!(
            self,
            CallState::Calling | CallState::Trying | CallState::Ringing | CallState::Answered
        )
    }
}

/// When what happened to a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// The invitation was sent or received.
    pub(crate) placed: Instant,
    /// The first ringing.
    pub(crate) rang: Option<Instant>,
    /// The answer.
    pub(crate) answered: Option<Instant>,
    /// The end of it.
    pub(crate) over: Option<Instant>,
}

/// A call that a phone made or received. Clones are the same call.
#[derive(Clone)]
pub(crate) struct Call {
    shared: Arc<Shared>,
}

struct Shared {
    dialog: InviteDialog,
    state: watch::Sender<CallState>,
    times: Mutex<Times>,
    /// Port, voice and options until they become media.
    prepared: Mutex<Option<Prepared>>,
    media: OnceLock<Media>,
    /// The status this phone refused with.
    refused: OnceLock<u16>,
    /// The description that came with the invitation; empty for a call this phone made.
    offer: Vec<u8>,
    from: String,
}

/// What a call needs once it is answered.
pub(crate) struct Prepared {
    pub(crate) socket: UdpSocket,
    pub(crate) voice: Voice,
    pub(crate) options: CallOptions,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("id", &self.id()).field("state", &self.state()).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Call {
    pub(crate) fn new(dialog: InviteDialog, prepared: Prepared) -> Call {
        let request = dialog.initial_request();
        let from = request.from_header().and_then(rsipstack::sip::From::uri);
        let times = Times { placed: Instant::now(), rang: None, answered: None, over: None };
        Call {
            shared: Arc::new(Shared {
                from: from.ok().and_then(|uri| uri.user().map(str::to_owned)).unwrap_or_default(),
                offer: request.body,
                dialog,
                state: watch::Sender::new(CallState::Calling),
                times: Mutex::new(times),
                prepared: Mutex::new(Some(prepared)),
                media: OnceLock::new(),
                refused: OnceLock::new(),
            }),
        }
    }

    /// The SIP Call-ID.
    pub(crate) fn id(&self) -> String {
        self.shared.dialog.id().call_id
    }

    /// The user part of the caller's address.
    pub(crate) fn from(&self) -> &str {
        &self.shared.from
    }

    /// How far it has come.
    pub(crate) fn state(&self) -> CallState {
        *self.shared.state.borrow()
    }

    /// When what happened.
    pub(crate) fn times(&self) -> Times {
        *lock(&self.shared.times)
    }

    /// Waits until the state is one that `wanted` accepts; the state then, or [`None`] when it
    /// takes longer than `limit`.
    pub(crate) async fn until(
        &self,
        limit: Duration,
        wanted: impl Fn(CallState) -> bool,
    ) -> Option<CallState> {
        let mut state = self.shared.state.subscribe();
        let reached = timeout(limit, state.wait_for(|s| wanted(*s))).await;
        // The sender lives in `self`, so the wait itself cannot fail.
        reached.ok()?.ok().map(|state| *state)
    }

    /// Waits until the call is answered or over.
    pub(crate) async fn answered(&self, limit: Duration) -> Option<CallState> {
        self.until(limit, |s| s == CallState::Answered || s.is_final()).await
    }

    /// Waits until the call is over.
    pub(crate) async fn over(&self, limit: Duration) -> Option<CallState> {
        self.until(limit, CallState::is_final).await
    }

    /// Ends the call: CANCEL before the answer, BYE after it.
    pub(crate) async fn hang_up(&self) -> Result<(), PhoneError> {
        if self.state().is_final() {
            return Ok(());
        }
        self.stop();
        self.shared.dialog.hangup().await.map_err(PhoneError::sip)
    }

    /// Rings; for a call that was received.
    pub(crate) fn ring(&self) -> Result<(), PhoneError> {
        self.shared.dialog.ringing(None, None).map_err(PhoneError::sip)
    }

    /// Refuses with this SIP status; for a call that was received.
    pub(crate) fn refuse(&self, status: u16) -> Result<(), PhoneError> {
        let _ = self.shared.refused.set(status);
        self.shared.dialog.reject(Some(StatusCode::from(status)), None).map_err(PhoneError::sip)
    }

    /// Answers; for a call that was received. A description that cannot be met is refused with
    /// 488.
    pub(crate) fn answer(&self) -> Result<(), PhoneError> {
        let own = match &*lock(&self.shared.prepared) {
            Some(prepared) => prepared.describe(&self.shared.offer),
            None => return Ok(()),
        };
        match own {
            Ok((answer, remote)) => {
                let typed = vec![Header::ContentType("application/sdp".into())];
                // Before the answer leaves: the far end may speak at once.
                self.begin_media(remote);
                self.shared.dialog.accept(Some(typed), Some(answer)).map_err(PhoneError::sip)
            }
            Err(error) => {
                self.refuse(488)?;
                Err(error)
            }
        }
    }

    /// Speaks with the phone's voice from now on, or is silent (as at the beginning).
    pub(crate) fn talk(&self, talk: bool) {
        if let Some(media) = self.shared.media.get() {
            media.talk(talk);
        }
    }

    /// Presses keys, and returns when the last was let go or the call is over.
    pub(crate) async fn press(&self, keys: &str) {
        if let Some(media) = self.shared.media.get() {
            let mut state = self.shared.state.subscribe();
            tokio::select! {
                () = media.press(keys) => (),
                _ = state.wait_for(|s| s.is_final()) => (),
            }
        }
    }

    /// All that was said so far; [`None`] before the answer.
    pub(crate) fn said(&self) -> Option<Sound> {
        self.shared.media.get().map(Media::said)
    }

    /// All that was heard so far; [`None`] before the answer.
    pub(crate) fn heard(&self) -> Option<Sound> {
        self.shared.media.get().map(Media::heard)
    }

    /// What was heard from sample number `place` on; nothing before the answer.
    pub(crate) fn heard_since(&self, place: usize) -> Vec<i16> {
        let media = self.shared.media.get();
        media.map(|media| media.heard_since(place)).unwrap_or_default()
    }

    /// The keys that the far end sent as RFC 4733 events.
    #[cfg(test)]
    pub(crate) fn keys_heard(&self) -> String {
        self.shared.media.get().map(Media::keys_heard).unwrap_or_default()
    }

    /// The packets of audio that were heard.
    #[cfg(test)]
    pub(crate) fn packets_heard(&self) -> u64 {
        self.shared.media.get().map_or(0, Media::packets_heard)
    }

    fn stop(&self) {
        lock(&self.shared.prepared).take();
        if let Some(media) = self.shared.media.get() {
            media.stop();
        }
    }

    fn begin_media(&self, remote: sdp::Remote) {
        if let Some(Prepared { socket, voice, options }) = lock(&self.shared.prepared).take() {
            self.shared.media.get_or_init(|| Media::start(socket, remote, voice, options.keys));
        }
    }

    /// Takes over what the dialog says of itself, until it is over.
    pub(crate) async fn follow(self, mut states: DialogStateReceiver, layer: Arc<DialogLayer>) {
        while let Some(state) = states.recv().await {
            match state {
                DialogState::Trying(_) => self.advance(CallState::Trying),
                DialogState::Early(..) => self.advance(CallState::Ringing),
                DialogState::Confirmed(_, response) => self.confirmed(&response.body).await,
                DialogState::Terminated(id, reason) => {
                    layer.remove_dialog(&id);
                    self.advance(self.outcome(&reason));
                    return;
                }
                // A request inside the call that nobody here waits for is answered all the same.
                DialogState::Info(_, _, handle)
                | DialogState::Options(_, _, handle)
                | DialogState::Message(_, _, handle)
                | DialogState::Notify(_, _, handle) => {
                    let _ = handle.reply(StatusCode::OK).await;
                }
                DialogState::Updated(_, _, handle) | DialogState::Refer(_, _, handle) => {
                    let _ = handle.reply(StatusCode::NotAcceptableHere).await;
                }
                _ => {}
            }
        }
        self.advance(CallState::Failed);
    }

    /// The invitation ended without the dialog saying how: nobody answered it.
    pub(crate) fn nobody_answered(&self) {
        self.advance(CallState::Failed);
    }

    /// The call is established: when we called, by the far end's answer.
    async fn confirmed(&self, answer: &[u8]) {
        if self.we_called() && self.shared.media.get().is_none() {
            let agreed = match &*lock(&self.shared.prepared) {
                Some(prepared) => sdp::agreed(answer, &prepared.options.codecs),
                None => return,
            };
            match agreed {
                Ok(remote) => self.begin_media(remote),
                Err(_) => {
                    self.advance(CallState::Failed);
                    // It is over for us whatever the far end makes of the BYE.
                    let _ = self.shared.dialog.bye().await;
                    return;
                }
            }
        }
        self.advance(CallState::Answered);
    }

    fn we_called(&self) -> bool {
        self.shared.dialog.role() == TransactionRole::Client
    }

    fn outcome(&self, reason: &TerminatedReason) -> CallState {
        let answered = lock(&self.shared.times).answered.is_some();
        match reason {
            TerminatedReason::UacBye => {
                CallState::Ended(if self.we_called() { End::Near } else { End::Far })
            }
            TerminatedReason::UasBye => {
                CallState::Ended(if self.we_called() { End::Far } else { End::Near })
            }
            TerminatedReason::UacCancel => CallState::Cancelled,
            TerminatedReason::UasOther(status) if status.code() == 487 => CallState::Cancelled,
            TerminatedReason::UasOther(status)
            | TerminatedReason::UacOther(status)
            | TerminatedReason::ProxyError(status) => CallState::Refused(status.code()),
            TerminatedReason::UacBusy | TerminatedReason::UasBusy => CallState::Refused(486),
            TerminatedReason::UasDecline => {
                CallState::Refused(self.shared.refused.get().copied().unwrap_or(603))
            }
            TerminatedReason::ProxyAuthRequired => CallState::Refused(407),
            TerminatedReason::Timeout if answered => CallState::Ended(End::Far),
            TerminatedReason::Timeout => CallState::Failed,
        }
    }

    /// Never back, and never on from the end.
    fn advance(&self, to: CallState) {
        {
            let mut times = lock(&self.shared.times);
            let now = Instant::now();
            match to {
                CallState::Ringing => times.rang = times.rang.or(Some(now)),
                CallState::Answered => times.answered = times.answered.or(Some(now)),
                _ if to.is_final() => times.over = times.over.or(Some(now)),
                _ => {}
            }
        }
        if to.is_final() {
            self.stop();
        }
        self.shared.state.send_if_modified(|state| {
            let forward = !state.is_final() && rank(to) > rank(*state);
            if forward {
                *state = to;
            }
            forward
        });
    }
}

fn rank(state: CallState) -> u8 {
    match state {
        CallState::Calling => 0,
        CallState::Trying => 1,
        CallState::Ringing => 2,
        CallState::Answered => 3,
        _ => 4,
    }
}

impl Prepared {
    fn describe(&self, offer: &[u8]) -> Result<(Vec<u8>, sdp::Remote), PhoneError> {
        let own = self.socket.local_addr().map_err(PhoneError::Network)?;
        let events = self.options.keys == KeysBy::TelephoneEvent;
        sdp::answer(offer, own, &self.options.codecs, events)
    }
}
