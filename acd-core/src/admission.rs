//! Who gets in, before any queue: lists, limits, and a lid on the load.
//!
//! Pure values over slices the embedder keeps; looking a caller up in a directory is its business.

use core::fmt;

use crate::storage::Storage;
use crate::time::Time;

/// What is known of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// Not to be let in, for a reason of the embedder's list.
    Barred(u16),
    /// Goes before others by so many steps of priority.
    Favoured(i32),
}

/// A caller's number, or any number that stands for it, and what is known of it.
pub type Listed = (u64, Listing);

/// Why a call is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// The caller is on the list, with this reason.
    Barred(u16),
    /// The caller, or the number called, has had its share for now.
    TooOften,
    /// There are too many calls.
    Overload,
}

/// Whether a call is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, with so many steps of priority.
    Admit(i32),
    /// No.
    Deny(Denial),
}

/// One entry of a [`Limit`]. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitSlot {
    key: u64,
    since: Time,
    count: u32,
}

/// At most so many calls of each key in any stretch of time, up to a factor of two at its seams:
/// calls are counted in windows that begin with a key's first call.
///
/// It remembers as many keys as its table has room for near where each belongs, and forgets the
/// oldest first: a flood from many numbers can make it forget, never refuse the innocent.
///
/// ```
/// use acd_core::Time;
/// use acd_core::admission::{Limit, LimitSlot};
/// let mut table = [LimitSlot::default(); 64];
/// let mut limit = Limit::new(&mut table, 2, 60_000);
/// assert!(limit.allows(5550100, Time(0)));
/// assert!(limit.allows(5550100, Time(1_000)));
/// assert!(!limit.allows(5550100, Time(2_000)));
/// assert!(limit.allows(5550199, Time(2_000)));
/// assert!(limit.allows(5550100, Time(60_000)));
/// ```
pub struct Limit<'a> {
    table: Storage<'a, LimitSlot>,
    most: u32,
    window_ms: u64,
}

/// So many places a key may stand in.
const NEAR: usize = 8;

impl fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, most, window_ms } = self;
        f.debug_struct("Limit")
            .field("keys", &table.len())
            .field("most", most)
            .field("window_ms", window_ms)
            .finish()
    }
}

#[cfg(feature = "alloc")]
impl Limit<'static> {
    /// At most so many in a window of so many ms; remembers so many keys, in memory taken from the
    /// heap now.
    #[must_use]
    pub fn with_capacity(keys: usize, most: u32, window_ms: u64) -> Self {
        Self { table: Storage::owned(keys, LimitSlot::default()), most, window_ms }
    }
}

impl<'a> Limit<'a> {
    /// At most so many in a window of so many ms. An empty table limits nothing.
    pub fn new(table: &'a mut [LimitSlot], most: u32, window_ms: u64) -> Self {
        table.fill(LimitSlot::default());
        Self { table: table.into(), most, window_ms }
    }

    /// Counts a call of this key at this instant, if it is allowed.
    pub fn allows(&mut self, key: u64, now: Time) -> bool {
        let len = self.table.len();
        if len == 0 {
            return true;
        }
        let start = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % len;
        let near = (0..NEAR.min(len)).map(|i| (start + i) % len);
        let is_known = |slot: &LimitSlot| slot.count > 0 && slot.key == key;
        let known = near.clone().find(|&i| is_known(&self.table[i]));
        if let Some(i) = known {
            let slot = &mut self.table[i];
            if now.since(slot.since) < self.window_ms {
                let allowed = slot.count < self.most;
                slot.count += u32::from(allowed);
                return allowed;
            }
        }
        if self.most == 0 {
            return false;
        }
        let oldest = near.min_by_key(|&i| (self.table[i].count > 0, self.table[i].since));
        if let Some(i) = known.or(oldest) {
            self.table[i] = LimitSlot { key, since: now, count: 1 };
        }
        true
    }
}

/// The door.
///
/// ```
/// use acd_core::Time;
/// use acd_core::admission::{Denial, Door, Limit, LimitSlot, Listing, Verdict};
/// let list = [(5550100, Listing::Barred(7)), (5550142, Listing::Favoured(5))];
/// let (mut callers, mut numbers) = ([LimitSlot::default(); 64], [LimitSlot::default(); 8]);
/// let mut door = Door {
///     list: &list, // sorted by number
///     per_caller: Limit::new(&mut callers, 3, 60_000),
///     per_number: Limit::new(&mut numbers, 100, 1_000),
///     calls_max: 500,
/// };
/// let now = Time(0);
/// assert_eq!(door.judge(5550100, 12345, 0, now), Verdict::Deny(Denial::Barred(7)));
/// assert_eq!(door.judge(5550142, 12345, 0, now), Verdict::Admit(5));
/// assert_eq!(door.judge(5550199, 12345, 0, now), Verdict::Admit(0));
/// assert_eq!(door.judge(5550123, 12345, 500, now), Verdict::Deny(Denial::Overload));
/// ```
#[derive(Debug)]
pub struct Door<'a> {
    /// Callers of whom something is known, sorted by number.
    pub list: &'a [Listed],
    /// How often the same caller may call.
    pub per_caller: Limit<'a>,
    /// How often the same number may be called.
    pub per_number: Limit<'a>,
    /// With so many calls in the house, nobody is let in who is not favoured.
    pub calls_max: u32,
}

impl Door<'_> {
    /// Whether a call is let in, with so many calls in the house
    /// ([`Engine::live_calls`](crate::Engine::live_calls)). Who is favoured passes the limits.
    pub fn judge(&mut self, caller: u64, called: u64, live_calls: u32, now: Time) -> Verdict {
        let known = self.list.binary_search_by_key(&caller, |listed| listed.0);
        match known.ok().map(|i| self.list[i].1) {
            Some(Listing::Barred(reason)) => return Verdict::Deny(Denial::Barred(reason)),
            Some(Listing::Favoured(steps)) => return Verdict::Admit(steps),
            None => {}
        }
        if live_calls >= self.calls_max {
            return Verdict::Deny(Denial::Overload);
        }
        if self.per_caller.allows(caller, now) && self.per_number.allows(called, now) {
            Verdict::Admit(0)
        } else {
            Verdict::Deny(Denial::TooOften)
        }
    }
}
