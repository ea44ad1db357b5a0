//! SIP over TCP, with TLS or without (RFC 3261 §18): the connections that are made to us.
//!
//! The stack could listen, too, but takes any number of them, and waits for ever for a far end that
//! never finishes its handshake. Here all that has its limits, so that strangers cannot take from
//! calls the files and memory they need.

use std::net::{IpAddr, Shutdown, SocketAddr};
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::stream::StreamConnection;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::tls::TlsConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::quota::{Exceeded, Quota};
use super::{Event, Identity, Stack};
use crate::config::Listen;

/// Who has not shown by then that they speak TLS is not waited for.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes at once; further ones are closed as they come.
const HANDSHAKES: usize = 128;
/// Those of one far end.
const HANDSHAKES_OF_ONE: usize = HANDSHAKES / 4;
/// How often is looked whether a far end reads what it is sent.
const LOOK: Duration = Duration::from_secs(5);
/// Who has read nothing for so long, while more was to be sent than the system holds, is cut off.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long no connection is taken after one could not be: as a rule for want of files.
const PAUSE: Duration = Duration::from_millis(100);
/// How often at most is told that connections are refused.
const TELL: Duration = Duration::from_secs(10);

/// An address where connections are taken.
pub(super) struct Listener {
    socket: TcpListener,
    local: SocketAddr,
    limits: Listen,
    /// Who we are, where TLS is spoken; it may change.
    identity: Option<watch::Receiver<Identity>>,
}

impl Listener {
    /// Binds the address.
    ///
    /// # Errors
    /// When that cannot be done.
    pub(super) async fn bind(
        limits: Listen,
        identity: Option<watch::Receiver<Identity>>,
    ) -> anyhow::Result<Listener> {
        let key = if identity.is_some() { "tls.listen" } else { "tcp.listen" };
        let cannot = || format!("{key}: cannot bind {}", limits.address);
        let socket = TcpListener::bind(limits.address).await.with_context(cannot)?;
        let local = socket.local_addr().with_context(cannot)?;
        Ok(Listener { socket, local, limits, identity })
    }

    /// What is spoken here.
    fn transport(&self) -> Transport {
        if self.identity.is_some() { Transport::Tls } else { Transport::Tcp }
    }

    /// Where far ends find it, who find us at `udp` by UDP.
    pub(super) fn local(&self, udp: SocketAddr) -> SocketAddr {
        let ip = if self.local.ip().is_unspecified() { udp.ip() } else { self.local.ip() };
        SocketAddr::new(ip, self.local.port())
    }

    /// Tells the stack of this address: it names those of listeners of its own in the Via of what it
    /// sends (RFC 3261 §18.1.1), and has none here. Nothing ever goes through what it is given instead.
    pub(super) async fn announce(
        &self,
        transport: &TransportLayer,
        udp: SocketAddr,
    ) -> anyhow::Result<()> {
        let address = SipAddr::new(self.transport(), self.local(udp).into());
        let (outgoing, incoming) = mpsc::unbounded_channel();
        let nothing = ChannelConnection::create_connection(incoming, outgoing, address, None).await;
        transport.add_transport(nothing.context("SIP endpoint")?.into());
        Ok(())
    }

    /// Takes connections until the stack stops.
    pub(super) async fn serve(self, stack: Stack, endpoint: EndpointInnerRef) {
        let transport = self.transport();
        let connections =
            Quota::new("connections", self.limits.connections, self.limits.per_address);
        let handshakes = Quota::new("handshakes", HANDSHAKES, HANDSHAKES_OF_ONE);
        let mut refusals = Refusals { transport, told: None, since: 0 };
        loop {
            let accepted = tokio::select! {
                () = stack.0.stop.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "{transport}: no connection can be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let shares = connections.take(from.ip()).and_then(|connection| {
                let handshake = self.identity.as_ref().map(|_| handshakes.take(from.ip()));
                Ok((connection, handshake.transpose()?))
            });
            let (connection, handshake) = match shares {
                Ok(shares) => shares,
                Err(why) => {
                    refusals.tell(from.ip(), why);
                    continue;
                }
            };
            // Whoever connects from now on sees the certificate that is the newest now.
            let acceptor = self.identity.as_ref().map(|of| of.borrow().acceptor.clone());
            let (stack, endpoint) = (stack.clone(), endpoint.clone());
            tokio::spawn(async move {
                let Some(acceptor) = acceptor else {
                    by_tcp(&stack, &endpoint, stream).await;
                    return drop(connection);
                };
                let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                drop(handshake);
                match shaken {
                    Ok(Ok(stream)) => by_tls(&stack, &endpoint, stream).await,
                    Ok(Err(error)) => tracing::debug!(%from, %error, "TLS handshake"),
                    Err(_) => tracing::debug!(%from, "TLS handshake: too slow"),
                }
                drop(connection);
            });
        }
    }
}

/// Says aloud that connections are refused, but not for each: strangers could fill the log.
struct Refusals {
    transport: Transport,
    told: Option<Instant>,
    /// Those that nothing was said of since.
    since: u64,
}

impl Refusals {
    fn tell(&mut self, from: IpAddr, why: Exceeded) {
        let Refusals { transport, told, since } = self;
        if told.is_some_and(|told| told.elapsed() < TELL) {
            *since += 1;
            return;
        }
        tracing::warn!(%from, untold = *since, "{transport}: a connection is refused: {why}");
        (*told, *since) = (Some(Instant::now()), 0);
    }
}

/// A connection beside what the stack sees of it.
struct Line {
    local: SipAddr,
    remote: SipAddr,
    socket: OwnedFd,
    /// Cancelled when the stack, or whoever reads for it, is done with the connection.
    closed: CancellationToken,
}

impl Line {
    fn of(stream: &TcpStream, transport: Transport, stack: &Stack) -> std::io::Result<Line> {
        // A message is written whole: nothing is won by waiting for more.
        stream.set_nodelay(true)?;
        Ok(Line {
            local: SipAddr::new(transport, stream.local_addr()?.into()),
            remote: SipAddr::new(transport, stream.peer_addr()?.into()),
            socket: stream.as_fd().try_clone_to_owned()?,
            closed: stack.0.stop.child_token(),
        })
    }
}

async fn by_tcp(stack: &Stack, endpoint: &EndpointInnerRef, stream: TcpStream) {
    let Ok(line) = Line::of(&stream, Transport::Tcp, stack) else {
        return;
    };
    let token = Some(line.closed.clone());
    if let Ok(connection) = TcpConnection::from_stream(stream, line.local.clone(), token) {
        connected(stack, endpoint, connection, line).await;
    }
}

async fn by_tls(
    stack: &Stack,
    endpoint: &EndpointInnerRef,
    stream: tokio_rustls::server::TlsStream<TcpStream>,
) {
    let Ok(line) = Line::of(stream.get_ref().0, Transport::Tls, stack) else {
        return;
    };
    let (local, remote, token) = (line.local.clone(), line.remote.clone(), line.closed.clone());
    let connection = TlsConnection::from_server_stream(stream, local, remote, Some(token)).await;
    if let Ok(connection) = connection {
        connected(stack, endpoint, connection, line).await;
    }
}

/// Hands a connection to the stack, and waits for its end: a phone that registered by it cannot be
/// called any more.
async fn connected<C>(stack: &Stack, endpoint: &EndpointInnerRef, connection: C, line: Line)
where
    C: StreamConnection + Clone + Into<SipConnection>,
{
    endpoint.transport_layer.add_connection(connection.clone().into());
    tokio::select! {
        () = line.closed.cancelled() => {}
        () = stalled(&connection) => {
            tracing::debug!(from = %line.remote, "the far end does not read");
        }
    }
    // What waits to be sent, or read, fails with that, and the stack closes the connection.
    std::net::TcpStream::from(line.socket).shutdown(Shutdown::Both).ok();
    line.closed.cancelled().await;
    for user in stack.0.registrar.lost(&line.remote) {
        stack.tell(Event::Registered { user, reachable: false });
    }
}

/// Waits until a far end does not read what it is sent: all that would answer it waits with that.
async fn stalled(connection: &impl StreamConnection) {
    loop {
        tokio::time::sleep(LOOK).await;
        // Nothing is sent by this; it is done when all is that was to be sent before.
        if tokio::time::timeout(PATIENCE, connection.send_raw(&[])).await.is_err() {
            return;
        }
    }
}
