//! SIP over TLS, and SRTP.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::Config;
use super::check::Mistake;

/// Connections at once where the file does not say.
const CONNECTIONS: usize = 500;
/// More connections at once than this are a mistake: no system has so many files.
const MAX_CONNECTIONS: usize = 1_000_000;
/// How a gateway says that it is called by TLS.
const BY_TLS: &str = ";transport=tls";

/// Where SIP is spoken over TLS, beside UDP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tls {
    /// TCP address to listen at.
    pub(crate) listen: SocketAddr,
    /// The server's certificate, and then those that vouch for it, PEM.
    pub(crate) certificate: Spanned<PathBuf>,
    /// Its private key, PEM.
    pub(crate) key: Spanned<PathBuf>,
    /// Certificates of those who vouch for the servers that are called, PEM.
    pub(crate) ca: Option<Spanned<PathBuf>>,
    /// Connections at once; more are closed as they come.
    #[serde(default = "connections")]
    pub(crate) max_connections: usize,
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

fn connections() -> usize {
    CONNECTIONS
}

/// A gateway's host and port, and whether it is called by TLS.
pub(super) fn gateway(text: &str) -> (&str, bool) {
    match text.strip_suffix(BY_TLS) {
        Some(place) => (place, true),
        None => (text, false),
    }
}

impl Config {
    /// What must be there for what is asked for.
    pub(super) fn check_tls(&self) -> Result<(), Mistake> {
        if self.rtp.srtp == Srtp::Required && self.tls.is_none() {
            let why = "`required` needs [tls]: the keys of SRTP travel in SIP";
            return Err((self.rtp.ports.span(), "rtp.srtp", why.into()));
        }
        let by_tls = self.sip.gateway.as_ref().filter(|place| gateway(place.get_ref()).1);
        let is_judged = self.tls.as_ref().is_some_and(|tls| tls.ca.is_some());
        if let Some(place) = by_tls.filter(|_| !is_judged) {
            let why = "by TLS needs tls.ca: who vouches for its certificate";
            return Err((place.span(), "sip.gateway", why.into()));
        }
        let possible = 1..=MAX_CONNECTIONS;
        if let Some(tls) = self.tls.as_ref().filter(|t| !possible.contains(&t.max_connections)) {
            let why = format!("must be from 1 to {MAX_CONNECTIONS}");
            return Err((tls.certificate.span(), "tls.max-connections", why));
        }
        Ok(())
    }
}
