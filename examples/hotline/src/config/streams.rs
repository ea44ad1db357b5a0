//! SIP over TCP, with TLS and without, and SRTP.

use std::net::SocketAddr;
use std::path::PathBuf;

use rsipstack::sip::Transport;
use serde::Deserialize;
use toml::Spanned;

use super::Config;
use super::check::Mistake;

/// Connections at once where the file does not say.
const CONNECTIONS: usize = 2000;
/// Those from one address: a whole site may stand behind it.
const PER_ADDRESS: usize = 1000;
/// More connections at once than this are a mistake: no system has so many files.
const MAX_CONNECTIONS: usize = 1_000_000;
/// How a gateway says that it is called by TLS or TCP.
const BY: [(&str, Transport); 2] =
    [(";transport=tls", Transport::Tls), (";transport=tcp", Transport::Tcp)];

/// Where SIP is spoken over TCP without TLS, beside UDP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tcp {
    /// Address to listen at.
    pub(crate) listen: Spanned<SocketAddr>,
    /// Connections at once; more are closed as they come.
    #[serde(default = "connections")]
    max_connections: usize,
    /// Those from one address.
    #[serde(default = "per_address")]
    max_connections_per_address: usize,
}

/// Where SIP is spoken over TLS, beside UDP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tls {
    /// TCP address to listen at.
    pub(crate) listen: Spanned<SocketAddr>,
    /// The server's certificate, and then those that vouch for it, PEM.
    pub(crate) certificate: Spanned<PathBuf>,
    /// Its private key, PEM.
    pub(crate) key: Spanned<PathBuf>,
    /// Certificates of those who vouch for the servers that are called, PEM.
    pub(crate) ca: Option<Spanned<PathBuf>>,
    /// Connections at once; more are closed as they come.
    #[serde(default = "connections")]
    max_connections: usize,
    /// Those from one address.
    #[serde(default = "per_address")]
    max_connections_per_address: usize,
}

/// Whether media is SRTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Srtp {
    /// Never.
    #[default]
    Off,
    /// Where the far end wants it; where SIP is over TLS, we offer it.
    Offered,
    /// Always, and SIP over TLS with it: other calls are refused.
    Required,
}

/// Where connections are taken, and how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    /// At once.
    pub(crate) connections: usize,
    /// Of these, from one address.
    pub(crate) per_address: usize,
}

fn connections() -> usize {
    CONNECTIONS
}
fn per_address() -> usize {
    PER_ADDRESS
}

impl Tcp {
    pub(crate) fn listen(&self) -> Listen {
        Listen {
            address: *self.listen.get_ref(),
            connections: self.max_connections,
            per_address: self.max_connections_per_address,
        }
    }
}

impl Tls {
    pub(crate) fn listen(&self) -> Listen {
        Listen {
            address: *self.listen.get_ref(),
            connections: self.max_connections,
            per_address: self.max_connections_per_address,
        }
    }
}

/// A gateway's host and port, and how it is called.
pub(super) fn gateway(text: &str) -> (&str, Transport) {
    let by = |(end, transport)| Some((text.strip_suffix(end)?, transport));
    BY.into_iter().find_map(by).unwrap_or((text, Transport::Udp))
}

impl Config {
    /// What must be there for what is asked for.
    pub(super) fn check_streams(&self) -> Result<(), Mistake> {
        if self.rtp.srtp == Srtp::Required && self.tls.is_none() {
            let why = "`required` needs [tls]: the keys of SRTP travel in SIP";
            return Err((self.rtp.ports.span(), "rtp.srtp", why.into()));
        }
        if let Some(place) = &self.sip.gateway {
            let is_judged = self.tls.as_ref().is_some_and(|tls| tls.ca.is_some());
            let missing = match gateway(place.get_ref()).1 {
                Transport::Tls if !is_judged => {
                    Some("by TLS needs tls.ca: who vouches for its certificate")
                }
                Transport::Tcp if self.tcp.is_none() => {
                    Some("by TCP needs [tcp]: where it calls back")
                }
                _ => None,
            };
            if let Some(why) = missing {
                return Err((place.span(), "sip.gateway", why.into()));
            }
        }
        let tcp = self.tcp.as_ref().map(|tcp| {
            let keys = ["tcp.max-connections", "tcp.max-connections-per-address"];
            (tcp.listen.span(), tcp.listen(), keys)
        });
        let tls = self.tls.as_ref().map(|tls| {
            let keys = ["tls.max-connections", "tls.max-connections-per-address"];
            (tls.listen.span(), tls.listen(), keys)
        });
        for (span, listen, keys) in tcp.into_iter().chain(tls) {
            for (key, limit) in keys.into_iter().zip([listen.connections, listen.per_address]) {
                if !(1..=MAX_CONNECTIONS).contains(&limit) {
                    return Err((span, key, format!("must be from 1 to {MAX_CONNECTIONS}")));
                }
            }
        }
        Ok(())
    }
}
