//! Who gets in.

use std::collections::BTreeMap;

use acd_core::Time;
use acd_core::admission::{Denial, Door as CoreDoor, Limit as CoreLimit, Listed, Listing, Verdict};
use pyo3::prelude::*;

use crate::lasting::forever;
use crate::words::record;

record! {
    /// Whether a call is let in.
    "trunkline.admission" Admission {
        /// Whether it is.
        admitted: bool,
        /// With so many steps of priority: 0 for who is on no list.
        priority: i64,
        /// Why it is not: a `Denial`. None: it is let in.
        why: Option<&'static str>,
        /// The reason of one who is barred, of your own list.
        reason: Option<u32>,
    }
}

/// At most `most` calls of each key in any stretch of `window_ms`, up to a factor of two at its
/// seams: calls are counted in windows that begin with a key's first call.
///
/// It remembers as many keys as it has room for, `keys`, and forgets the oldest first: a flood from
/// many numbers can make it forget, never refuse the innocent.
#[pyclass(module = "trunkline.admission")]
struct Limit {
    limit: CoreLimit<'static>,
    most: u32,
    window_ms: u64,
}

#[pymethods]
impl Limit {
    #[new]
    #[pyo3(signature = (most, window_ms, *, keys=4096))]
    fn new(most: u32, window_ms: u64, keys: usize) -> Self {
        Self { limit: CoreLimit::with_capacity(keys, most, window_ms), most, window_ms }
    }

    fn __repr__(&self) -> String {
        format!("Limit({}, {})", self.most, self.window_ms)
    }

    /// Count a call of this key (any number that stands for a caller) at this instant in ms, if it
    /// is allowed; whether it is.
    fn allows(&mut self, key: u64, now: u64) -> bool {
        self.limit.allows(key, Time::from_ms(now))
    }
}

/// The door before any queue: lists, limits, and a lid on the load.
///
/// `barred` maps numbers of callers to a reason of your list, `favoured` others to steps of
/// priority; the favoured pass every limit. `per_caller` and `per_number` are (calls, window in ms)
/// for each number that calls and that is called. With `calls_max` calls in the house nobody else
/// is let in. Numbers are integers, or whatever integers stand for them; `keys` is how many of them
/// the limits remember.
#[pyclass(module = "trunkline.admission")]
struct Door {
    // Dropped before what it borrows from.
    door: CoreDoor<'static>,
    listed: Box<[Listed]>,
}

fn limit(of: Option<(u32, u64)>, keys: usize) -> CoreLimit<'static> {
    match of {
        Some((most, window_ms)) => CoreLimit::with_capacity(keys, most, window_ms),
        // An empty table limits nothing.
        None => CoreLimit::with_capacity(0, 0, 0),
    }
}

#[pymethods]
impl Door {
    #[new]
    #[pyo3(signature = (
        *, barred=None, favoured=None, per_caller=None, per_number=None, calls_max=None, keys=4096
    ))]
    fn new(
        barred: Option<BTreeMap<u64, u16>>,
        favoured: Option<BTreeMap<u64, i32>>,
        per_caller: Option<(u32, u64)>,
        per_number: Option<(u32, u64)>,
        calls_max: Option<u32>,
        keys: usize,
    ) -> Self {
        // Who is on both lists is barred; the core wants them sorted, as a map is.
        let favoured = favoured.into_iter().flatten();
        let mut listed: BTreeMap<u64, Listing> =
            favoured.map(|(number, steps)| (number, Listing::Favoured(steps))).collect();
        let barred = barred.into_iter().flatten();
        listed.extend(barred.map(|(number, reason)| (number, Listing::Barred(reason))));
        let listed: Box<[Listed]> = listed.into_iter().collect();
        let door = CoreDoor {
            // SAFETY: boxed, never changed, and dropped after the door.
            list: unsafe { forever(&*listed) },
            per_caller: limit(per_caller, keys),
            per_number: limit(per_number, keys),
            calls_max: calls_max.unwrap_or(u32::MAX),
        };
        Self { door, listed }
    }

    fn __repr__(&self) -> String {
        format!("Door(listed={})", self.listed.len())
    }

    /// Whether a call of `caller` to the number `called` is let in at this instant in ms, with so
    /// many calls in the house (`Engine.live_calls`). It counts for the limits when it is.
    #[pyo3(signature = (caller, called, now, *, live_calls=0))]
    fn judge(&mut self, caller: u64, called: u64, now: u64, live_calls: u32) -> Admission {
        let verdict = self.door.judge(caller, called, live_calls, Time::from_ms(now));
        let denied = |why, reason| Admission { admitted: false, priority: 0, why, reason };
        match verdict {
            Verdict::Admit(steps) => {
                Admission { admitted: true, priority: steps.into(), why: None, reason: None }
            }
            Verdict::Deny(Denial::Barred(reason)) => denied(Some("barred"), Some(reason.into())),
            Verdict::Deny(Denial::TooOften) => denied(Some("too_often"), None),
            Verdict::Deny(Denial::Overload) => denied(Some("overload"), None),
            Verdict::Deny(_) => denied(Some("unknown"), None),
        }
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Admission>()?;
    module.add_class::<Limit>()?;
    module.add_class::<Door>()
}
