//! A telephone: a SIP user agent with sound, for the demonstration and the tests.
//!
//! Callers and agents of `hotline demo` are [`Phone`]s: each has its own SIP port, its own RTP
//! port per call, its own [`voice`] and ears. It knows nothing of the server it calls.
//!
//! ```text
//! let phone = Phone::new(ip, "13800138000", seed).await?;   // SIP port of its own
//! phone.register(server, "password", 300).await?;           // digest; refreshed until unregister()
//!
//! let call = phone.call("sip:12345@127.0.0.1:5060", CallOptions::default()).await?;
//! call.answered(limit).await == Some(CallState::Answered)   // or Refused(486), Cancelled, Failed
//! call.talk(true);                                          // its voice, until talk(false)
//! call.hears(&clip, 0, limit).await;                        // Some(where), once it is played
//! call.press("2123456#").await;                             // events or tones, as in CallOptions
//! call.hang_up().await?;                                    // CANCEL before the answer, BYE after
//! call.over(limit).await == Some(CallState::Ended(End::Near))
//!
//! let call = phone.incoming().await;                        // agent's side; Call::from() = number
//! call.ring()?;  call.answer()?;                            // or call.refuse(486)?, or nothing
//!
//! let share = check::find(&call.said()?.samples, &other.heard()?.samples).share();
//! ```
//!
//! [`check`] tells what share of one end's speech is in what another heard or in a recording.

mod call;
pub(crate) mod check;
mod keys;
mod listen;
mod media;
mod packet;
mod sdp;
mod voice;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::registration::Registration;
use rsipstack::sip::{Method, StatusCode, Uri};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transaction::{Endpoint, TransactionReceiver};
use rsipstack::transport::TransportLayer;
use rsipstack::transport::udp::UdpConnection;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

pub(crate) use call::{Call, CallOptions, CallState, End};
pub(crate) use keys::KeysBy;
pub(crate) use listen::Heard;
pub(crate) use voice::RATE;

use call::Prepared;
use voice::Voice;

/// Why a phone could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PhoneError {
    /// The operating system refused a socket.
    #[error("network: {0}")]
    Network(std::io::Error),
    /// The SIP stack refused or got no answer.
    #[error("SIP: {0}")]
    Sip(String),
    /// The registrar refused.
    #[error("registration refused with status {0}")]
    Registration(u16),
    /// A session description without a usable audio stream.
    #[error("unusable session description")]
    Description,
    /// A session description without a codec that this phone has.
    #[error("no codec in common")]
    NoCommonCodec,
}

impl PhoneError {
    fn sip(error: impl std::fmt::Display) -> PhoneError {
        PhoneError::Sip(error.to_string())
    }
}

/// A telephone. It is gone when this is dropped.
pub(crate) struct Phone {
    user: String,
    ip: IpAddr,
    address: SocketAddr,
    endpoint: Endpoint,
    dialogs: Arc<DialogLayer>,
    voices: Arc<Voices>,
    incoming: Mutex<mpsc::UnboundedReceiver<Call>>,
    registration: Arc<Mutex<Option<(Registration, Uri)>>>,
    gone: CancellationToken,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("user", &self.user).field("address", &self.address).finish()
    }
}

/// Another voice for each call, so that one call's sound is not found in another's recording.
#[derive(Debug)]
struct Voices {
    seed: u64,
    calls: AtomicU64,
}

impl Voices {
    fn next(&self) -> Voice {
        Voice::new((self.seed << 16) + self.calls.fetch_add(1, Ordering::Relaxed))
    }
}

impl Phone {
    /// A phone on a SIP port of its own.
    pub(crate) async fn new(ip: IpAddr, user: &str, seed: u64) -> Result<Phone, PhoneError> {
        let gone = CancellationToken::new();
        let port = SocketAddr::new(ip, 0);
        let connection = UdpConnection::create_connection(port, None, Some(gone.child_token()))
            .await
            .map_err(PhoneError::sip)?;
        let address = connection.get_addr().get_socketaddr().map_err(PhoneError::sip)?;
        let transport = TransportLayer::new(gone.clone());
        transport.add_transport(connection.into());
        let endpoint = rsipstack::EndpointBuilder::new()
            .with_user_agent("Trunkline phone")
            .with_cancel_token(gone.clone())
            .with_transport_layer(transport)
            .build();
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let voices = Arc::new(Voices { seed, calls: AtomicU64::new(0) });

        let requests = endpoint.incoming_transactions().map_err(PhoneError::sip)?;
        let (calls, incoming) = mpsc::unbounded_channel();
        let desk = Desk {
            ip,
            contact: uri(user, address)?,
            dialogs: Arc::clone(&dialogs),
            voices: Arc::clone(&voices),
            calls,
        };
        tokio::spawn(desk.serve(requests));
        let serving = endpoint.inner.clone();
        tokio::spawn(async move {
            // Ends with the phone; an endpoint that cannot serve shows in every call.
            let _ = serving.serve().await;
        });
        Ok(Phone {
            user: user.to_owned(),
            ip,
            address,
            endpoint,
            dialogs,
            voices,
            incoming: Mutex::new(incoming),
            registration: Arc::default(),
            gone,
        })
    }

    /// Where its SIP port is.
    #[cfg(test)]
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What others call it by, without a server between.
    #[cfg(test)]
    pub(crate) fn uri(&self) -> String {
        format!("sip:{}@{}", self.user, self.address())
    }

    /// Registers with digest authentication for `seconds`, and again before they are over.
    pub(crate) async fn register(
        &self,
        registrar: SocketAddr,
        password: &str,
        seconds: u32,
    ) -> Result<(), PhoneError> {
        let server: Uri =
            format!("sip:{registrar}").as_str().try_into().map_err(PhoneError::sip)?;
        let credential = Credential {
            username: self.user.clone(),
            password: password.to_owned(),
            realm: None,
            auth_username: None,
        };
        let mut registration = Registration::new(self.endpoint.inner.clone(), Some(credential));
        let granted = renew(&mut registration, &server, seconds).await?;
        *self.registration.lock().await = Some((registration, server));
        tokio::spawn(keep_registered(
            Arc::clone(&self.registration),
            self.gone.clone(),
            seconds,
            granted,
        ));
        Ok(())
    }

    /// Ends the registration.
    pub(crate) async fn unregister(&self) -> Result<(), PhoneError> {
        match self.registration.lock().await.take() {
            Some((mut registration, server)) => {
                renew(&mut registration, &server, 0).await.map(|_| ())
            }
            None => Ok(()),
        }
    }

    /// Calls; returns as soon as the invitation is on its way.
    pub(crate) async fn call(&self, to: &str, options: CallOptions) -> Result<Call, PhoneError> {
        let socket = media::port(self.ip).await.map_err(PhoneError::Network)?;
        let own = socket.local_addr().map_err(PhoneError::Network)?;
        let events = options.keys == KeysBy::TelephoneEvent;
        let number = options.number.as_deref().unwrap_or(&self.user);
        let invitation = InviteOption {
            caller_display_name: options.display.clone(),
            caller: uri(number, self.address)?,
            callee: to.try_into().map_err(PhoneError::sip)?,
            contact: uri(&self.user, self.address)?,
            offer: Some(sdp::offer(own, &options.codecs, events)),
            ..InviteOption::default()
        };
        let (states, following) = self.dialogs.new_dialog_state_channel();
        let (dialog, invited) =
            self.dialogs.do_invite_async(invitation, states).map_err(PhoneError::sip)?;
        let call = Call::new(dialog, Prepared { socket, voice: self.voices.next(), options });
        tokio::spawn(call.clone().follow(following, Arc::clone(&self.dialogs)));
        let unanswered = call.clone();
        tokio::spawn(async move {
            // With a final response the dialog has said how it went.
            if !matches!(invited.await, Ok(Ok((_, Some(_))))) {
                unanswered.nobody_answered();
            }
        });
        Ok(call)
    }

    /// The next call that comes in; [`None`] never comes while the phone exists.
    pub(crate) async fn incoming(&self) -> Option<Call> {
        self.incoming.lock().await.recv().await
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}

fn uri(user: &str, address: SocketAddr) -> Result<Uri, PhoneError> {
    format!("sip:{user}@{address}").as_str().try_into().map_err(PhoneError::sip)
}

/// One REGISTER; the seconds that were granted.
async fn renew(
    registration: &mut Registration,
    server: &Uri,
    seconds: u32,
) -> Result<u32, PhoneError> {
    let response =
        registration.register(server.clone(), Some(seconds)).await.map_err(PhoneError::sip)?;
    match response.status_code {
        StatusCode::OK => Ok(registration.expires()),
        status => Err(PhoneError::Registration(status.code())),
    }
}

async fn keep_registered(
    registration: Arc<Mutex<Option<(Registration, Uri)>>>,
    gone: CancellationToken,
    seconds: u32,
    mut granted: u32,
) {
    loop {
        let early = Duration::from_secs(u64::from(granted) * 4 / 5).max(Duration::from_secs(1));
        tokio::select! {
            () = gone.cancelled() => return,
            () = tokio::time::sleep(early) => {}
        }
        match registration.lock().await.as_mut() {
            // Refused once is asked again at the next turn.
            Some((registration, server)) => {
                granted = renew(registration, server, seconds).await.unwrap_or(granted);
            }
            None => return,
        }
    }
}

/// Takes in what is sent to the phone.
struct Desk {
    ip: IpAddr,
    contact: Uri,
    dialogs: Arc<DialogLayer>,
    voices: Arc<Voices>,
    calls: mpsc::UnboundedSender<Call>,
}

impl Desk {
    async fn serve(self, mut requests: TransactionReceiver) {
        while let Some(request) = requests.recv().await {
            // An answer that cannot be sent is an answer the far end will ask for again.
            let _ = self.take(request).await;
        }
    }

    async fn take(&self, mut request: Transaction) -> Result<(), PhoneError> {
        use rsipstack::sip::HeadersExt;
        let tag = request
            .original
            .to_header()
            .and_then(rsipstack::sip::To::tag)
            .map_err(PhoneError::sip)?;
        if tag.is_some() {
            let dialogs = Arc::clone(&self.dialogs);
            tokio::spawn(inside_call(dialogs, request));
            return Ok(());
        }
        match request.original.method {
            Method::Invite => self.ring(request).await,
            Method::Options => request.reply(StatusCode::OK).await.map_err(PhoneError::sip),
            _ => request.reply(StatusCode::MethodNotAllowed).await.map_err(PhoneError::sip),
        }
    }

    async fn ring(&self, mut request: Transaction) -> Result<(), PhoneError> {
        let socket = media::port(self.ip).await.map_err(PhoneError::Network)?;
        let (states, following) = self.dialogs.new_dialog_state_channel();
        let mut dialog = self
            .dialogs
            .get_or_create_server_invite(&request, states, None, Some(self.contact.clone()))
            .map_err(PhoneError::sip)?;
        let prepared =
            Prepared { socket, voice: self.voices.next(), options: CallOptions::default() };
        let call = Call::new(dialog.clone(), prepared);
        tokio::spawn(call.clone().follow(following, Arc::clone(&self.dialogs)));
        tokio::spawn(async move {
            // What goes wrong here the dialog tells as its end.
            let _ = dialog.handle(&mut request).await;
        });
        self.calls.send(call).map_err(PhoneError::sip)
    }
}

/// A request inside a call. The far end may be quicker with a BYE than this end is with noting
/// that the call is established, so an unknown call is looked for again for a moment.
async fn inside_call(dialogs: Arc<DialogLayer>, mut request: Transaction) {
    for _ in 0..20 {
        if let Some(mut dialog) = dialogs.match_dialog(&request) {
            let _ = dialog.handle(&mut request).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _ = request.reply(StatusCode::CallTransactionDoesNotExist).await;
}
