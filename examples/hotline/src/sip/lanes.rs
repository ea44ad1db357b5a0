//! What comes by TLS, on its way to its transactions.
//!
//! The stack has one loop for all that arrives, and answers in it what it has answered before. It would
//! wait there, and everybody with it, for a far end that asks again and again and reads nothing. So
//! each connection has a lane of its own, and only who is in it waits.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rsipstack::sip::SipMessage;
use rsipstack::transaction::endpoint::{EndpointInner, EndpointInnerRef, TransportEventInspector};
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Messages that wait in a lane at most; who sends more while it stands gets no answer.
const WAITING: usize = 256;

type Lane = mpsc::Sender<(SipMessage, SipConnection)>;

/// The lanes by where their far ends are; clones share them.
#[derive(Clone)]
pub(super) struct Lanes(Arc<Shared>);

struct Shared {
    lanes: Mutex<BTreeMap<SipAddr, Lane>>,
    /// Where they lead, once that is there.
    endpoint: OnceLock<Weak<EndpointInner>>,
    stop: CancellationToken,
}

impl Lanes {
    pub(super) fn new(stop: CancellationToken) -> Lanes {
        let (lanes, endpoint) = (Mutex::default(), OnceLock::new());
        Lanes(Arc::new(Shared { lanes, endpoint, stop }))
    }

    /// Opens them.
    pub(super) fn lead_to(&self, endpoint: &EndpointInnerRef) {
        // It is set once.
        self.0.endpoint.set(Arc::downgrade(endpoint)).ok();
    }

    /// What is not for a lane.
    fn sort(&self, event: TransportEvent) -> Option<TransportEvent> {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            TransportEvent::Incoming(message, connection @ SipConnection::Tls(_), from) => {
                let lane = lanes.entry(from.clone()).or_insert_with(|| self.open(from.clone()));
                if lane.try_send((message, connection)).is_err() {
                    tracing::debug!(%from, "TLS: more messages than are waited for");
                }
                None
            }
            TransportEvent::Closed(connection) => {
                if let Some(from) = connection.get_remote_addr() {
                    lanes.remove(from);
                }
                Some(TransportEvent::Closed(connection))
            }
            other => Some(other),
        }
    }

    /// A lane, which ends with its sender.
    fn open(&self, from: SipAddr) -> Lane {
        let (lane, mut waiting) = mpsc::channel(WAITING);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            while let Some((message, connection)) = waiting.recv().await {
                let Some(endpoint) = shared.endpoint.get().and_then(Weak::upgrade) else {
                    return;
                };
                tokio::select! {
                    () = shared.stop.cancelled() => return,
                    taken = endpoint.on_received_message(message, connection, &from) => {
                        if let Err(error) = taken {
                            tracing::debug!(%from, %error, "TLS: a message is not taken");
                        }
                    }
                }
            }
        });
        lane
    }
}

impl TransportEventInspector for Lanes {
    fn handle<'a, 'f>(
        &'a self,
        event: TransportEvent,
    ) -> Pin<Box<dyn Future<Output = Option<TransportEvent>> + Send + 'f>>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(std::future::ready(self.sort(event)))
    }
}
