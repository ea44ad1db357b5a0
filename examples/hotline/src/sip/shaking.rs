//! Handshakes that are going on.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Handshakes at once; further ones are closed as they come.
const ALL: usize = 128;
/// Those of one far end: nobody keeps the others out.
const OF_ONE: usize = ALL / 4;

/// How many there are of each far end; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shaking(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of them, while it is kept.
#[derive(Debug)]
pub(super) struct Handshake {
    of: Shaking,
    from: IpAddr,
}

impl Shaking {
    /// A handshake with whoever is there, unless there are too many.
    pub(super) fn begin(&self, from: IpAddr) -> Option<Handshake> {
        let from = far_end(from);
        let mut counts = self.lock();
        let all: usize = counts.values().sum();
        let of_one = counts.get(&from).copied().unwrap_or(0);
        if all >= ALL || of_one >= OF_ONE {
            return None;
        }
        counts.insert(from, of_one + 1);
        Some(Handshake { of: self.clone(), from })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let mut counts = self.of.lock();
        match counts.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&self.from)),
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
        let shaking = Shaking::default();
        let begin = |from: &str| shaking.begin(from.parse().unwrap());
        let greedy: Vec<_> = (0..1000).filter_map(|n| begin(&format!("2001:db8::{n:x}"))).collect();
        assert_eq!(greedy.len(), OF_ONE);
        assert!(begin("::ffff:192.0.2.1").is_some());
        let others: Vec<_> =
            (0..1000).filter_map(|n| begin(&format!("192.0.2.{}", n % 250))).collect();
        assert_eq!(others.len(), ALL - OF_ONE);
        assert!(begin("198.51.100.1").is_none());
        drop((greedy, others));
        assert!(shaking.lock().is_empty());
    }
}
