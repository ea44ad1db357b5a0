//! What comes by TCP, with TLS or without, on its way to its transactions.
//!
//! The stack has one loop for all that arrives, and answers in it what it has answered before. It would
//! wait there, and everybody with it, for a far end that asks again and again and reads nothing. So
//! each connection has a lane of its own, and only who is in it waits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rsipstack::sip::{Header, Headers, SipMessage};
use rsipstack::transaction::endpoint::{EndpointInner, EndpointInnerRef, TransportEventInspector};
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::is_stream;

/// Messages that wait in a lane at most; who sends more while it stands gets no answer.
const WAITING: usize = 256;

/// Where the messages of a connection go; `None` is one that nothing more is taken from.
type Lane = Option<mpsc::Sender<(SipMessage, SipConnection)>>;

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
            TransportEvent::Incoming(message, connection, from) if is_stream(&connection) => {
                let lane = match lanes.entry(from.clone()) {
                    Entry::Occupied(lane) => lane.into_mut(),
                    Entry::Vacant(place) => place.insert(Some(self.open(from.clone()))),
                };
                let Some(open) = lane else {
                    return None;
                };
                if !is_whole(&message) {
                    tracing::warn!(%from, "closed: where its message ends cannot be told");
                    *lane = None;
                    self.close(connection);
                } else if open.try_send((message, connection)).is_err() {
                    tracing::debug!(%from, "more messages than are waited for");
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
    fn open(&self, from: SipAddr) -> mpsc::Sender<(SipMessage, SipConnection)> {
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
                            tracing::debug!(%from, %error, "a message is not taken");
                        }
                    }
                }
            }
        });
        lane
    }

    /// Ends a connection.
    fn close(&self, connection: SipConnection) {
        if let Some(endpoint) = self.0.endpoint.get().and_then(Weak::upgrade) {
            endpoint.transport_layer.remove_connection(&connection);
        }
        tokio::spawn(async move { connection.close().await });
    }
}

/// Whether a message of a stream is as long as it says in each place where it does.
///
/// Where the stack looks for the end it knows no name written `Content-Length :`, which RFC 3261 §7.3.1
/// allows, and believes the first of two lengths; where it reads the headers it knows both. What it
/// then takes for the next request may be the body of the last, which somebody else has written.
fn is_whole(message: &SipMessage) -> bool {
    let (headers, body): (&Headers, _) = match message {
        SipMessage::Request(request) => (&request.headers, &request.body),
        SipMessage::Response(response) => (&response.headers, &response.body),
    };
    headers.iter().all(|header| match header {
        Header::ContentLength(length) => length.value().trim().parse() == Ok(body.len()),
        _ => true,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_it_says() {
        let whole = |lengths: &str, body: &str| {
            let text = format!("OPTIONS sip:1@127.0.0.1 SIP/2.0\r\n{lengths}\r\n{body}");
            is_whole(&SipMessage::try_from(text.as_bytes()).unwrap())
        };
        assert!(whole("Content-Length: 2\r\n", "ab") && whole("l:2\r\nl: 2\r\n", "ab"));
        assert!(whole("", "") && whole("Content-Length : 0\r\n", ""));
        // As the stack leaves them.
        assert!(!whole("Content-Length : 2\r\n", "") && !whole("l\t: 2\r\n", ""));
        assert!(!whole("Content-Length: 2\r\nContent-Length : 1\r\n", "ab"));
        assert!(!whole("Content-Length : x\r\n", ""));
    }
}
