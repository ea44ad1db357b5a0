//! How many of something there may be at once, and how many of them one far end's.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what is taken of it; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Quota(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    /// What is counted, for whoever is refused.
    what: &'static str,
    all: usize,
    of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// One of them, while it is kept.
#[derive(Debug)]
pub(super) struct Share {
    of: Quota,
    from: IpAddr,
}

/// Why somebody gets none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Exceeded {
    /// There are as many as there may be.
    #[error("no more than {limit} {what} at once")]
    All { what: &'static str, limit: usize },
    /// This far end has as many as one may have.
    #[error("no more than {limit} {what} at once from one address")]
    OfOne { what: &'static str, limit: usize },
}

impl Quota {
    /// So many at once, and so many from one address: nobody keeps the others out.
    pub(super) fn new(what: &'static str, all: usize, of_one: usize) -> Quota {
        Quota(Arc::new(Counts { what, all, of_one, taken: Mutex::default() }))
    }

    /// One more, for whoever is there.
    ///
    /// # Errors
    /// [`Exceeded`]: which of the limits is reached.
    pub(super) fn take(&self, from: IpAddr) -> Result<Share, Exceeded> {
        let Counts { what, all, of_one, .. } = *self.0;
        let from = far_end(from);
        let mut taken = self.taken();
        let has = taken.by.get(&from).copied().unwrap_or(0);
        if has >= of_one {
            return Err(Exceeded::OfOne { what, limit: of_one });
        }
        if taken.all >= all {
            return Err(Exceeded::All { what, limit: all });
        }
        taken.all += 1;
        taken.by.insert(from, has + 1);
        Ok(Share { of: self.clone(), from })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        taken.all -= 1;
        match taken.by.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.by.remove(&self.from)),
        }
    }
}

/// Whose address it is: of IPv6, everybody has at least 2^64.
fn far_end(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_keeps_the_others_out() {
        let quota = Quota::new("of them", 128, 32);
        let take = |from: &str| quota.take(from.parse().unwrap());
        let greedy: Vec<_> =
            (0..1000).filter_map(|n| take(&format!("2001:db8::{n:x}")).ok()).collect();
        assert_eq!(greedy.len(), 32);
        let why = take("2001:db8::").unwrap_err();
        assert_eq!(why.to_string(), "no more than 32 of them at once from one address");
        assert!(take("::ffff:192.0.2.1").is_ok());
        let others: Vec<_> =
            (0..1000).filter_map(|n| take(&format!("192.0.2.{}", n % 250)).ok()).collect();
        assert_eq!(others.len(), 128 - 32);
        let why = take("198.51.100.1").unwrap_err();
        assert_eq!(why.to_string(), "no more than 128 of them at once");
        drop((greedy, others));
        let taken = quota.taken();
        assert_eq!((taken.all, taken.by.len()), (0, 0));
    }
}
