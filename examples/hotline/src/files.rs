//! How many files the program may have open, connections and media among them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::{Config, Tcp, Tls};

/// The program's own: log, database, what is read and closed again.
const OWN: usize = 64;
/// Two legs of a call, each with RTP and RTCP, and its recording.
const OF_CALL: usize = 5;
/// A connection, and what it is cut off by.
const OF_CONNECTION: usize = 2;

/// Raises the limit to what this configuration may come to, as far as the system lets it, and says
/// so where that is too little: many systems begin with 1024.
pub(crate) fn allow(config: &Config) {
    let needed = u64::try_from(needed(config)).unwrap_or(u64::MAX);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return;
    }
    let possible = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    let raised = Rlimit { current: Some(possible), maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_err() || possible < needed {
        let allowed = getrlimit(Resource::Nofile).current;
        tracing::warn!(allowed, needed, "not enough open files are allowed (ulimit -n)");
    }
}

/// What as many calls and connections as there may be need at once.
fn needed(config: &Config) -> usize {
    let listens = config.tcp.iter().map(Tcp::listen).chain(config.tls.iter().map(Tls::listen));
    let connections: usize = listens.map(|listen| listen.connections).sum();
    OWN + OF_CALL * config.sip.max_calls + OF_CONNECTION * connections
}
