//! The pool of RTP ports: pairs of UDP sockets, the even port for RTP, the odd one above for RTCP.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::net::UdpSocket;

use crate::live::{Guard, Kind, Live};

/// Hands out pairs of bound sockets. The operating system knows which ports are free; the pool
/// only remembers where it left off, so that a port just given back rests as long as possible and
/// stray packets of its last call meet nobody.
#[derive(Clone, Debug)]
pub(crate) struct Ports {
    bind: IpAddr,
    told: IpAddr,
    range: Range<u16>,
    next: Arc<AtomicU16>,
    live: Live,
}

/// One leg's sockets, given back when dropped.
#[derive(Debug)]
pub(crate) struct PortPair {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    /// Where the far end is told to send its RTP.
    pub(crate) local: SocketAddr,
    _guard: Guard,
}

impl Ports {
    /// A pool bound to `bind`, whose far ends are told `told`: behind NAT the two differ. `range`
    /// begins with an even port.
    pub(crate) fn new(bind: IpAddr, told: IpAddr, range: Range<u16>, live: Live) -> Ports {
        Ports { bind, told, next: Arc::new(AtomicU16::new(0)), range, live }
    }

    /// Whether `address` is one that a call of this program listens at.
    pub(crate) fn owns(&self, address: SocketAddr) -> bool {
        // An address of IPv4 may be written as one of IPv6.
        let ip = address.ip().to_canonical();
        let ours =
            ip == self.told || ip == self.bind || self.bind.is_unspecified() && ip.is_loopback();
        ours && self.range.contains(&address.port())
    }

    /// The next free pair.
    ///
    /// # Errors
    /// When every pair of the range is taken, or sockets cannot be had at all.
    pub(crate) async fn take(&self) -> io::Result<PortPair> {
        let pairs = (self.range.end - self.range.start).div_ceil(2);
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..pairs {
            let n = self.next.fetch_add(1, Ordering::Relaxed) % pairs;
            let local = SocketAddr::new(self.told, self.range.start + 2 * n);
            let even = SocketAddr::new(self.bind, local.port());
            let above = SocketAddr::new(self.bind, local.port() + 1);
            match (UdpSocket::bind(even).await, UdpSocket::bind(above).await) {
                (Ok(rtp), Ok(rtcp)) => {
                    let _guard = self.live.guard(Kind::Port);
                    return Ok(PortPair { rtp, rtcp, local, _guard });
                }
                (Err(error), _) | (_, Err(error)) => last = error,
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_knows_its_own_addresses() {
        let address = |text: &str| text.parse().unwrap();
        let any =
            Ports::new([0, 0, 0, 0].into(), [192, 0, 2, 1].into(), 20_000..21_000, Live::default());
        assert!(any.owns(address("192.0.2.1:20000")));
        assert!(any.owns(address("127.0.0.1:20998")));
        assert!(!any.owns(address("192.0.2.1:21000")));
        assert!(!any.owns(address("192.0.2.2:20000")));
        assert!(any.owns(address("[::ffff:192.0.2.1]:20000")));
        assert!(any.owns(address("[::ffff:127.0.0.1]:20000")));
    }

    #[tokio::test]
    async fn a_full_pool_says_so_and_recovers() {
        let live = Live::default();
        let ports =
            Ports::new([127, 0, 0, 1].into(), [127, 0, 0, 1].into(), 47_300..47_303, live.clone());
        let first = ports.take().await.unwrap();
        let second = ports.take().await.unwrap();
        assert_ne!(first.local, second.local);
        assert!(ports.take().await.is_err());
        assert_eq!(live.count(Kind::Port), 2);
        drop(first);
        assert!(ports.take().await.is_ok());
    }
}
