//! The SIP front of the call centre: agents' phones register, callers call, agents are rung.
//!
//! The stack itself is the crate `rsipstack` (transactions, dialogs, digests). Here its events are
//! turned into the few the call centre cares about, [`Event`]; each call leg is one task that owns
//! its dialog and obeys a [`Leg`] handle.

mod confirmed;
mod incoming;
mod lanes;
mod outgoing;
mod quota;
mod registrar;
mod screening;
mod streams;
mod tls;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::uri::ParamsExt as _;
use rsipstack::sip::{Header, HostWithPort, Method, Param, Scheme, StatusCode, Transport, Uri};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipConnection, TransportLayer};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::config::{Listen, Srtp};
use crate::live::Live;
use crate::media::ports::{PortPair, Ports};
use crate::sdp::{self, Agreed, Sdes, SdpError, Secrecy};

use lanes::Lanes;
pub(crate) use outgoing::{Callee, Ring, uri_user};
pub(crate) use registrar::Registrar;
use streams::Listener;
pub(crate) use tls::Identity;

/// RFC 3261's estimate of a round trip: an ACK that is on its way is here by then.
const T1: Duration = Duration::from_millis(500);
/// How often a request that overtook its dialog's ACK looks for it.
const ACK_LOOK: Duration = Duration::from_millis(5);

/// Names a call leg, a caller's or an agent's, for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LegId(pub(crate) u64);

/// What happens on the SIP side.
#[derive(Debug)]
pub(crate) enum Event {
    /// A caller has been answered and has acknowledged it.
    Caller(Box<Caller>),
    /// An agent's phone calls somebody; it waits for the SIP status, and is answered if that is 200.
    Calls { user: String, called: String, answer: oneshot::Sender<u16> },
    /// A rung phone answered.
    Answered { leg: LegId, agreed: Agreed, ports: PortPair },
    /// A rung phone will not answer.
    Refused { leg: LegId, status: u16 },
    /// The far end of a leg that was up has gone.
    Gone { leg: LegId },
    /// A re-INVITE changed where or whether media goes.
    Changed { leg: LegId, agreed: Agreed },
    /// A key sent by SIP INFO (`application/dtmf-relay`).
    Key { leg: LegId, key: u8 },
    /// An agent's phone asks to transfer its caller to `target`, or to whoever its leg `replaced`
    /// reached; it waits for the SIP status.
    Refer { leg: LegId, target: String, replaced: Option<LegId>, answer: oneshot::Sender<u16> },
    /// An agent's phone can be rung from now on, or no longer.
    Registered { user: String, reachable: bool },
}

/// A caller whose call is up.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) leg: Leg,
    /// The caller's number: the user part of From.
    pub(crate) number: String,
    /// The number called: the user part of the request URI.
    pub(crate) called: String,
    /// The agent whose phone it is, if it called no line.
    pub(crate) agent: Option<String>,
    pub(crate) agreed: Agreed,
    pub(crate) ports: PortPair,
}

/// A handle on a leg's task: dropping it ends the leg, whatever state it is in.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    hang_up: CancellationToken,
}

impl Drop for Leg {
    fn drop(&mut self) {
        self.hang_up.cancel();
    }
}

/// What callers may call, and how long it rings before it is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(pub(crate) HashMap<String, Duration>);

/// The running stack; clones share it.
#[derive(Clone)]
pub(crate) struct Stack(Arc<Shared>);

struct Shared {
    dialogs: Arc<DialogLayer>,
    registrar: Registrar,
    lines: Lines,
    local: SocketAddr,
    /// Where SIP is spoken over TCP, and over TLS, if it is.
    local_tcp: Option<SocketAddr>,
    local_tls: Option<SocketAddr>,
    /// Who we are by TLS.
    identity: Option<watch::Sender<Identity>>,
    srtp: Srtp,
    ports: Ports,
    live: Live,
    /// One for each call that may be in the making or up.
    places: Arc<Semaphore>,
    next_leg: AtomicU64,
    /// The legs that are up, by their dialogs.
    up: Mutex<HashMap<DialogId, LegId>>,
    draining: AtomicBool,
    /// Calls that are not up yet end now.
    ending: CancellationToken,
    events: mpsc::UnboundedSender<Event>,
    stop: CancellationToken,
}

/// What [`Stack::start`] needs.
pub(crate) struct Setup {
    pub(crate) listen: SocketAddr,
    pub(crate) tcp: Option<Listen>,
    pub(crate) tls: Option<Identity>,
    pub(crate) srtp: Srtp,
    pub(crate) max_calls: usize,
    pub(crate) registrar: Registrar,
    pub(crate) lines: Lines,
    pub(crate) ports: Ports,
    pub(crate) live: Live,
    pub(crate) events: mpsc::UnboundedSender<Event>,
}

impl Stack {
    /// Binds the sockets and starts to serve.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub(crate) async fn start(setup: Setup) -> anyhow::Result<Stack> {
        let stop = CancellationToken::new();
        let socket = UdpConnection::create_connection(setup.listen, None, Some(stop.child_token()))
            .await
            .with_context(|| format!("sip.listen: cannot bind {}", setup.listen))?;
        let local = socket.get_addr().get_socketaddr().context("sip.listen: no local address")?;
        let transport = TransportLayer::new(stop.child_token());
        transport.add_transport(socket.into());
        let tcp = match setup.tcp {
            Some(listen) => Some(Listener::bind(listen, None).await?),
            None => None,
        };
        let (tls, identity) = match setup.tls {
            Some(identity) => {
                transport.set_tls_config(identity.calling());
                let listen = identity.listen;
                let (identity, current) = watch::channel(identity);
                (Some(Listener::bind(listen, Some(current)).await?), Some(identity))
            }
            None => (None, None),
        };
        for listener in tcp.iter().chain(&tls) {
            listener.announce(&transport, local).await?;
        }
        let lanes = Lanes::new(stop.child_token());
        let endpoint = EndpointBuilder::new()
            .with_user_agent(concat!("trunkline-hotline/", env!("CARGO_PKG_VERSION")))
            .with_transport_layer(transport)
            .with_transport_inspector(Box::new(lanes.clone()))
            .with_cancel_token(stop.child_token())
            .build();
        lanes.lead_to(&endpoint.inner);
        let incoming = endpoint.incoming_transactions().context("SIP endpoint")?;
        let stack = Stack(Arc::new(Shared {
            dialogs: Arc::new(DialogLayer::new(endpoint.inner.clone())),
            registrar: setup.registrar,
            lines: setup.lines,
            local,
            local_tcp: tcp.as_ref().map(|listener| listener.local(local)),
            local_tls: tls.as_ref().map(|listener| listener.local(local)),
            identity,
            srtp: setup.srtp,
            ports: setup.ports,
            live: setup.live,
            places: Arc::new(Semaphore::new(setup.max_calls)),
            next_leg: AtomicU64::new(1),
            up: Mutex::default(),
            draining: AtomicBool::new(false),
            ending: CancellationToken::new(),
            events: setup.events,
            stop,
        }));
        let inner = endpoint.inner.clone();
        for listener in tcp.into_iter().chain(tls) {
            tokio::spawn(listener.serve(stack.clone(), inner.clone()));
        }
        tokio::spawn(async move {
            if let Err(error) = inner.serve().await {
                tracing::error!(%error, "the SIP endpoint stopped");
            }
            drop(endpoint);
        });
        tokio::spawn(stack.clone().dispatch(incoming));
        tokio::spawn(stack.clone().expire_registrations());
        Ok(stack)
    }

    /// The address SIP is spoken at; the port is known even where 0 was asked for.
    pub(crate) fn local(&self) -> SocketAddr {
        self.0.local
    }

    /// Who connects, or is connected to, by TLS from now on sees this identity; connections stay.
    pub(crate) fn renew(&self, renewed: Identity) {
        if let Some(identity) = &self.0.identity {
            self.0.dialogs.endpoint.transport_layer.set_tls_config(renewed.calling());
            identity.send_replace(renewed);
        }
    }

    /// From now on new calls are refused with 503.
    pub(crate) fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Callers who have not been answered yet are refused now.
    pub(crate) fn end_calls(&self) {
        self.0.ending.cancel();
    }

    /// Closes the socket; a leg whose far end does not answer our BYE is given up.
    pub(crate) fn stop(&self) {
        self.0.stop.cancel();
    }

    fn new_leg(&self) -> LegId {
        LegId(self.0.next_leg.fetch_add(1, Ordering::Relaxed))
    }

    fn up(&self) -> MutexGuard<'_, HashMap<DialogId, LegId>> {
        self.0.up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the far end of a leg finds us: where a `sips` URI was called it must be told one (RFC 3261
    /// §8.1.1.8, §12.1.1).
    fn contact(&self, by: Transport, called: &Uri) -> Uri {
        let local = match by {
            Transport::Tcp => self.0.local_tcp,
            Transport::Tls => self.0.local_tls,
            _ => None,
        };
        let Some(local) = local else {
            return Uri::from(HostWithPort::from(self.0.local));
        };
        let mut uri = Uri::from(HostWithPort::from(local));
        if by == Transport::Tls && called.scheme == Some(Scheme::Sips) {
            uri.scheme = Some(Scheme::Sips);
        }
        uri.params.push(Param::Transport(by));
        uri
    }

    /// How the media of a leg may travel.
    fn secrecy(&self, by: Transport) -> Secrecy {
        Secrecy::of(self.0.srtp, by == Transport::Tls)
    }

    /// Reads a far end's offer.
    fn read_offer(
        &self,
        body: &[u8],
        secrecy: Secrecy,
        now: Option<Sdes>,
    ) -> Result<Agreed, SdpError> {
        self.not_ours(sdp::read(body, secrecy, now)?)
    }

    /// Reads a far end's answer to our offer.
    fn read_answer(&self, body: &[u8], offer: &sdp::Offer) -> Result<Agreed, SdpError> {
        self.not_ours(sdp::read_answer(body, offer)?)
    }

    /// A description that sends our media to ourselves is refused.
    fn not_ours(&self, agreed: Agreed) -> Result<Agreed, SdpError> {
        match self.0.ports.owns(agreed.remote) {
            true => Err(SdpError::OwnPort),
            false => Ok(agreed),
        }
    }

    fn tell(&self, event: Event) {
        // Fails only while the program ends and nobody listens any more.
        self.0.events.send(event).ok();
    }

    async fn dispatch(self, mut incoming: rsipstack::transaction::TransactionReceiver) {
        loop {
            let transaction = tokio::select! {
                () = self.0.stop.cancelled() => return,
                next = incoming.recv() => match next {
                    Some(transaction) => transaction,
                    None => return,
                },
            };
            let stack = self.clone();
            tokio::spawn(async move {
                let method = transaction.original.method;
                if let Err(error) = stack.serve(transaction).await {
                    tracing::debug!(%method, %error, "request not served");
                }
            });
        }
    }

    async fn serve(&self, mut tx: Transaction) -> rsipstack::Result<()> {
        if let Err(refusal) = screening::screen(&tx.original) {
            return tx.reply_with(refusal.status, refusal.headers, None).await;
        }
        let in_dialog = tx.original.to_header()?.tag()?.is_some();
        match tx.original.method {
            _ if in_dialog => self.serve_in_dialog(&mut tx).await,
            Method::Invite => incoming::serve(self.clone(), tx).await,
            Method::Register => {
                let changed = self.0.registrar.serve(&mut tx).await?;
                if let Some((user, reachable)) = changed {
                    self.tell(Event::Registered { user, reachable });
                }
                Ok(())
            }
            Method::Options => {
                let allow = Header::Allow(screening::ALLOWED.into());
                let accept = Header::Accept("application/sdp".into());
                tx.reply_with(StatusCode::OK, vec![allow, accept], None).await
            }
            _ => tx.reply(StatusCode::CallTransactionDoesNotExist).await,
        }
    }

    async fn serve_in_dialog(&self, tx: &mut Transaction) -> rsipstack::Result<()> {
        let Some(mut dialog) = self.0.dialogs.match_dialog(tx) else {
            return tx.reply(StatusCode::CallTransactionDoesNotExist).await;
        };
        let is_offer = matches!(tx.original.method, Method::Invite | Method::Update);
        if is_offer && came_by(tx) != Transport::Tls && is_of_tls(&dialog) {
            // The answer would hold keys that were meant for nobody else.
            return tx.reply(StatusCode::Forbidden).await;
        }
        // The ACK came first but is read by another task; a BYE need not wait for it.
        let deadline = Instant::now() + T1;
        while tx.original.method != Method::Bye
            && dialog.state().waiting_ack()
            && Instant::now() < deadline
        {
            tokio::time::sleep(ACK_LOOK).await;
        }
        let handled = dialog.handle(tx).await;
        if tx.last_response.is_none() {
            // What the stack drops is out of order (RFC 3261 §12.2.2) or out of season.
            tx.reply(StatusCode::ServerInternalError).await?;
        }
        handled
    }

    async fn expire_registrations(self) {
        let mut every_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                _ = every_second.tick() => {}
            }
            for user in self.0.registrar.expire() {
                self.tell(Event::Registered { user, reachable: false });
            }
        }
    }

    /// Whether no new call is wanted any more.
    fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }
}

/// What a request came by.
fn came_by(tx: &Transaction) -> Transport {
    tx.connection.as_ref().map_or(Transport::Udp, SipConnection::transport)
}

/// Whether it is a connection, by TCP or TLS.
fn is_stream(connection: &SipConnection) -> bool {
    matches!(connection, SipConnection::Tcp(_) | SipConnection::Tls(_))
}

/// Whether a dialog is by TLS: whether its far end was told that we are.
fn is_of_tls(dialog: &Dialog) -> bool {
    match dialog {
        Dialog::Invite(dialog) => {
            let contact = dialog.snapshot().local_contact;
            contact.is_some_and(|contact| called_by(&contact) == Transport::Tls)
        }
        _ => false,
    }
}

/// What whoever has this URI is called by; `sips` is TLS, whatever else it says (RFC 3261 §26.2.2).
fn called_by(uri: &Uri) -> Transport {
    match (&uri.scheme, uri.transport()) {
        (Some(Scheme::Sips), _) => Transport::Tls,
        (_, Some(by)) => *by,
        (_, None) => Transport::Udp,
    }
}
