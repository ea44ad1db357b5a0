//! Where agents' phones can be reached (RFC 3261 §10), each proven by its password (RFC 2617).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rsipstack::dialog::authenticate::verify_digest;
use rsipstack::sip::headers::auth::AuthQop;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Port, StatusCode, Transport, Uri, typed};
use rsipstack::transaction::random_text;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipAddr;

use super::came_by;

/// A nonce can be used for this long; a phone that comes later is challenged anew.
const NONCE_LIFE: Duration = Duration::from_secs(300);
/// Nonces remembered at most; the oldest goes first, so that a flood of REGISTERs costs no memory.
const MAX_NONCES: usize = 4096;
/// What a registration may last, in seconds.
const EXPIRES: std::ops::RangeInclusive<u32> = 30..=3600;
/// What it may last by TCP or TLS: the stack closes connections that are silent for five minutes.
const LONGEST_BY_STREAM: u32 = 240;

/// The bindings of all agents; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Registrar {
    realm: String,
    passwords: Arc<HashMap<String, String>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    bindings: HashMap<String, Binding>,
    /// When each was made, and the greatest count it was used with.
    nonces: HashMap<String, (Instant, u8)>,
}

/// Where one phone can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// What it asked to be called by.
    pub(crate) contact: Uri,
    /// Where its REGISTER came from: calls go back the same way, through any NAT.
    pub(crate) source: Option<SipAddr>,
    until: Instant,
}

impl Registrar {
    /// A registrar for users and their passwords.
    pub(crate) fn new(realm: String, passwords: HashMap<String, String>) -> Registrar {
        Registrar { realm, passwords: Arc::new(passwords), state: Arc::default() }
    }

    /// Where `user` can be reached now.
    pub(crate) fn binding(&self, user: &str) -> Option<Binding> {
        self.lock().bindings.get(user).filter(|b| b.until > Instant::now()).cloned()
    }

    /// Forgets what has expired; returns the users who cannot be reached any more.
    pub(super) fn expire(&self) -> Vec<String> {
        let now = Instant::now();
        let mut state = self.lock();
        state.nonces.retain(|_, (made, _)| now.duration_since(*made) < NONCE_LIFE);
        let gone: Vec<String> =
            state.bindings.iter().filter(|(_, b)| b.until <= now).map(|(u, _)| u.clone()).collect();
        for user in &gone {
            state.bindings.remove(user);
        }
        gone
    }

    /// Forgets the phones that could be reached by a connection which has ended; returns their users.
    pub(super) fn lost(&self, connection: &SipAddr) -> Vec<String> {
        let mut state = self.lock();
        let by = |binding: &Binding| binding.source.as_ref() == Some(connection);
        let all = state.bindings.iter();
        let gone: Vec<String> = all.filter(|(_, b)| by(b)).map(|(u, _)| u.clone()).collect();
        for user in &gone {
            state.bindings.remove(user);
        }
        gone
    }

    /// Answers a REGISTER. Returns the user and whether the phone can be reached, if it changed.
    pub(super) async fn serve(
        &self,
        tx: &mut Transaction,
    ) -> rsipstack::Result<Option<(String, bool)>> {
        let to = tx.original.to_header()?.uri()?;
        let Some(user) = to.user().map(str::to_owned) else {
            tx.reply(StatusCode::BadRequest).await?;
            return Ok(None);
        };
        if !self.is_proven(tx, &user).await? {
            return Ok(None);
        }
        let header_expires = tx.original.headers.iter().find_map(|h| match h {
            Header::Expires(e) => e.value().trim().parse::<u32>().ok(),
            _ => None,
        });
        let contact = tx.original.contact_header().ok().map(|c| c.value().to_string());
        match contact.as_deref().map(str::trim) {
            None => {
                let bound = self.binding(&user);
                let headers = bound.iter().map(Self::contact_of).collect();
                tx.reply_with(StatusCode::OK, headers, None).await?;
                Ok(None)
            }
            Some("*") => {
                self.lock().bindings.remove(&user);
                tx.reply(StatusCode::OK).await?;
                Ok(Some((user, false)))
            }
            Some(text) => {
                let Ok(contact) = typed::Contact::parse(text) else {
                    tx.reply(StatusCode::BadRequest).await?;
                    return Ok(None);
                };
                let asked = contact.expires().or(header_expires).unwrap_or(*EXPIRES.end());
                if asked == 0 {
                    self.lock().bindings.remove(&user);
                    tx.reply(StatusCode::OK).await?;
                    return Ok(Some((user, false)));
                }
                let longest = match came_by(tx) {
                    Transport::Udp => *EXPIRES.end(),
                    _ => LONGEST_BY_STREAM,
                };
                let granted = asked.clamp(*EXPIRES.start(), longest);
                let binding = Binding {
                    contact: contact.uri,
                    source: source_of(tx),
                    until: Instant::now() + Duration::from_secs(granted.into()),
                };
                let header = Self::contact_of(&binding);
                self.lock().bindings.insert(user.clone(), binding);
                tx.reply_with(StatusCode::OK, vec![header], None).await?;
                Ok(Some((user, true)))
            }
        }
    }

    /// The agent whose phone sent a request that is no REGISTER, if it comes from where one is
    /// registered. `None` where it does not; a request without its password has been answered then.
    pub(super) async fn admit(&self, tx: &mut Transaction) -> rsipstack::Result<Admitted> {
        let from = tx.original.from_header()?.uri()?;
        let user = from.user().unwrap_or_default().to_owned();
        let host = |source: Option<SipAddr>| Some(source?.addr.host);
        let registered = self.binding(&user).and_then(|binding| host(binding.source));
        if registered.is_none() || registered != host(source_of(tx)) {
            return Ok(Admitted::Stranger);
        }
        match self.is_proven(tx, &user).await? {
            true => Ok(Admitted::Agent(user)),
            false => Ok(Admitted::Answered),
        }
    }

    /// Whether a request proves by its digest that it is this user's; one that does not is answered.
    async fn is_proven(&self, tx: &mut Transaction, user: &str) -> rsipstack::Result<bool> {
        // A user nobody knows gets the same answers as a wrong password: who exists is nobody's
        // business.
        let password = self.passwords.get(user);
        match self.check(tx, user, password.map_or("", String::as_str)) {
            Proof::Good if password.is_some() => return Ok(true),
            Proof::Stale => self.challenge(tx, true).await?,
            Proof::Missing => self.challenge(tx, false).await?,
            Proof::Misplaced => tx.reply(StatusCode::BadRequest).await?,
            Proof::Bad | Proof::Good => tx.reply(StatusCode::Forbidden).await?,
        }
        Ok(false)
    }

    fn contact_of(binding: &Binding) -> Header {
        let left = binding.until.saturating_duration_since(Instant::now()).as_secs_f64().ceil();
        Header::Contact(format!("<{}>;expires={left}", binding.contact).into())
    }

    fn check(&self, tx: &Transaction, user: &str, password: &str) -> Proof {
        let Some(raw) = tx.original.headers.iter().find_map(|h| match h {
            Header::Authorization(a) => Some(a.value().to_string()),
            _ => None,
        }) else {
            return Proof::Missing;
        };
        let Ok(auth) = typed::Authorization::parse(&raw) else {
            return Proof::Missing;
        };
        if auth.username != user || auth.realm != self.realm {
            return Proof::Bad;
        }
        let Some(AuthQop::Auth { nc, .. }) = auth.qop else {
            return Proof::Missing;
        };
        let known = self.lock().nonces.get(&auth.nonce).copied();
        // A count that came before is a replay, or a phone that does not count: a new nonce
        // serves the one and stops the other.
        if known.is_none_or(|(made, used)| made.elapsed() >= NONCE_LIFE || nc <= used) {
            return Proof::Stale;
        }
        // A digest made for another place must not be good here (RFC 2617 §3.2.2.5).
        if !same_place(&auth.uri, &tx.original.uri) {
            return Proof::Misplaced;
        }
        if !verify_digest(&auth, password, &tx.original.method, &raw) {
            return Proof::Bad;
        }
        // Another may have come with the same count meanwhile.
        if self.count(&auth.nonce, nc) { Proof::Good } else { Proof::Stale }
    }

    /// Whether this is the first time that a nonce is used with this count or a greater one.
    fn count(&self, nonce: &str, nc: u8) -> bool {
        let mut state = self.lock();
        let used = state.nonces.get_mut(nonce).map(|(_, used)| used).filter(|used| nc > **used);
        used.map(|used| *used = nc).is_some()
    }

    async fn challenge(&self, tx: &mut Transaction, stale: bool) -> rsipstack::Result<()> {
        let nonce = random_text(32);
        {
            let mut state = self.lock();
            if state.nonces.len() >= MAX_NONCES {
                let oldest = state.nonces.iter().min_by_key(|(_, (made, _))| *made);
                if let Some(oldest) = oldest.map(|(nonce, _)| nonce.clone()) {
                    state.nonces.remove(&oldest);
                }
            }
            state.nonces.insert(nonce.clone(), (Instant::now(), 0));
        }
        let stale = if stale { ", stale=true" } else { "" };
        let header = format!(
            "Digest realm=\"{}\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"{stale}",
            self.realm
        );
        let header = Header::WwwAuthenticate(header.into());
        tx.reply_with(StatusCode::Unauthorized, vec![header], None).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who sent a request.
pub(super) enum Admitted {
    /// This agent.
    Agent(String),
    /// Nobody whose phone is registered.
    Stranger,
    /// Somebody who has been told to prove it.
    Answered,
}

/// Where a request came from.
fn source_of(tx: &Transaction) -> Option<SipAddr> {
    tx.connection.as_ref()?.get_remote_addr().cloned()
}

enum Proof {
    Good,
    Bad,
    Missing,
    Stale,
    /// Good perhaps, but for a request to somewhere else.
    Misplaced,
}

/// Whether two URIs name the same user at the same host and port.
fn same_place(a: &Uri, b: &Uri) -> bool {
    let port = |uri: &Uri| uri.host_with_port.port.as_ref().map_or(5060, Port::value);
    a.user() == b.user() && a.host_with_port.host == b.host_with_port.host && port(a) == port(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_for_each_count() {
        let registrar = Registrar::new("test".into(), HashMap::new());
        registrar.lock().nonces.insert("n".into(), (Instant::now(), 0));
        let taken = [1, 1, 3, 2, 3, 4].map(|count| registrar.count("n", count));
        assert_eq!(taken, [true, false, true, false, false, true]);
        assert!(!registrar.count("another", 1));
    }
}
