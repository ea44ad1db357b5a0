//! SIP over TLS (RFC 3261 §26.3): the connections that are made to us. Those that we make the stack
//! makes itself, as it needs them, and looks at the certificate of whom it called.
//!
//! The stack could listen, too, but waits for ever for a far end that never finishes its handshake,
//! and takes any number of them. Here both have their limits, so that strangers cannot take from
//! calls the files and memory they need.

use std::net::{Shutdown, SocketAddr};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::stream::StreamConnection as _;
use rsipstack::transport::tls::TlsConnection;
use rsipstack::transport::{SipAddr, SipConnection, TlsConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::shaking::Shaking;
use super::{Event, Stack};
use crate::config::{Config, Tls};

/// Who has not shown by then that they speak TLS is not waited for.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How often is looked whether a far end reads what it is sent.
const LOOK: Duration = Duration::from_secs(5);
/// Who has read nothing for so long, while more was to be sent than the system holds, is cut off.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long no connection is taken after one could not be: as a rule for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// A certificate with its key, and who vouches for others.
#[derive(Clone)]
pub(crate) struct Identity {
    listen: SocketAddr,
    max_connections: usize,
    acceptor: TlsAcceptor,
    calling: TlsConfig,
}

impl Identity {
    /// Reads the files of a configuration, if it has TLS at all.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub(crate) fn load(config: &Config) -> anyhow::Result<Option<Identity>> {
        let Some(tls) = &config.tls else {
            return Ok(None);
        };
        let Tls { listen, certificate, key, ca, max_connections } = tls;
        let wrong =
            |span, key: &str, error: anyhow::Error| config.error(span, key, format!("{error:#}"));
        let chain = certificates(certificate.get_ref())
            .map_err(|error| wrong(certificate.span(), "tls.certificate", error))?;
        let private =
            private_key(key.get_ref()).map_err(|error| wrong(key.span(), "tls.key", error))?;
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| wrong(key.span(), "tls.key", error.into()))?;
        let ca_certs = match ca {
            Some(ca) => {
                let read = roots(ca.get_ref()).and_then(|()| Ok(std::fs::read(ca.get_ref())?));
                Some(read.map_err(|error| wrong(ca.span(), "tls.ca", error))?)
            }
            None => None,
        };
        Ok(Some(Identity {
            listen: *listen,
            max_connections: *max_connections,
            acceptor: TlsAcceptor::from(Arc::new(server)),
            // No trust in anybody where there is no file.
            calling: TlsConfig {
                ca_certs: Some(ca_certs.unwrap_or_default()),
                ..TlsConfig::default()
            },
        }))
    }

    /// How servers that are called are to prove who they are.
    pub(super) fn calling(&self) -> TlsConfig {
        self.calling.clone()
    }

    /// Binds the address.
    ///
    /// # Errors
    /// When that cannot be done.
    pub(super) async fn bind(&self) -> anyhow::Result<TcpListener> {
        let bound = TcpListener::bind(self.listen).await;
        bound.with_context(|| format!("tls.listen: cannot bind {}", self.listen))
    }

    /// Takes connections until the stack stops.
    pub(super) async fn serve(
        self,
        stack: Stack,
        endpoint: EndpointInnerRef,
        listener: TcpListener,
    ) {
        let shaking = Shaking::default();
        let connections = Arc::new(Semaphore::new(self.max_connections));
        loop {
            let accepted = tokio::select! {
                () = stack.0.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "TLS: no connection can be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let places = (shaking.begin(from.ip()), Arc::clone(&connections).try_acquire_owned());
            let (Some(handshake), Ok(connection)) = places else {
                tracing::debug!(%from, "TLS: too many connections");
                continue;
            };
            let (stack, endpoint, acceptor) =
                (stack.clone(), endpoint.clone(), self.acceptor.clone());
            tokio::spawn(async move {
                let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                drop(handshake);
                match shaken {
                    Ok(Ok(stream)) => connected(&stack, &endpoint, stream, from).await,
                    Ok(Err(error)) => tracing::debug!(%from, %error, "TLS handshake"),
                    Err(_) => tracing::debug!(%from, "TLS handshake: too slow"),
                }
                drop(connection);
            });
        }
    }
}

/// Hands a connection to the stack, and waits for its end: a phone that registered by it cannot be
/// called any more.
async fn connected(
    stack: &Stack,
    endpoint: &EndpointInnerRef,
    stream: tokio_rustls::server::TlsStream<TcpStream>,
    from: SocketAddr,
) {
    let tcp = stream.get_ref().0;
    let (Ok(local), Ok(line)) = (tcp.local_addr(), tcp.as_fd().try_clone_to_owned()) else {
        return;
    };
    let by_tls = |address: SocketAddr| SipAddr::new(Transport::Tls, address.into());
    let closed = stack.0.stop.child_token();
    let (local, remote) = (by_tls(local), by_tls(from));
    let token = Some(closed.clone());
    let Ok(connection) =
        TlsConnection::from_server_stream(stream, local, remote.clone(), token).await
    else {
        return;
    };
    endpoint.transport_layer.add_connection(SipConnection::Tls(connection.clone()));
    tokio::select! {
        () = closed.cancelled() => {}
        () = stalled(&connection) => {
            tracing::debug!(%from, "TLS: the far end does not read");
            // What waits to be sent fails with that, and the stack closes the connection.
            std::net::TcpStream::from(line).shutdown(Shutdown::Both).ok();
            closed.cancelled().await;
        }
    }
    for user in stack.0.registrar.lost(&remote) {
        stack.tell(Event::Registered { user, reachable: false });
    }
}

/// Waits until a far end does not read what it is sent: all that would answer it waits with that.
async fn stalled(connection: &TlsConnection) {
    loop {
        tokio::time::sleep(LOOK).await;
        // Nothing is sent by this; it is done when all is that was to be sent before.
        if tokio::time::timeout(PATIENCE, connection.send_raw(&[])).await.is_err() {
            return;
        }
    }
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.with_context(|| path.display().to_string())?;
    anyhow::ensure!(!all.is_empty(), "{}: no certificate in it", path.display());
    Ok(all)
}

fn private_key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).with_context(|| path.display().to_string())
}

/// Whether a file holds certificates by which others can be judged.
fn roots(path: &Path) -> anyhow::Result<()> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
