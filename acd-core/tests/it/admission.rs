//! Who gets in.

use std::collections::BTreeMap;

use acd_core::Time;
use acd_core::admission::*;
use proptest::prelude::{prop_assert, proptest};

proptest! {
    /// With room for all keys a limit counts exactly: never more than so many in a window, and
    /// nobody is refused before that.
    #[test]
    fn a_limit_counts_windows(
        calls in proptest::collection::vec((0u64..6, 0u64..400), 1..200),
        most in 1u32..4,
    ) {
        let mut table = [LimitSlot::default(); 8];
        let mut limit = Limit::new(&mut table, most, 1_000);
        let mut windows: BTreeMap<u64, (u64, u32)> = BTreeMap::new();
        let mut now = 0;
        for (key, after) in calls {
            now += after;
            let window = windows.entry(key).or_insert((now, 0));
            if now - window.0 >= 1_000 {
                *window = (now, 0);
            }
            let expected = window.1 < most;
            window.1 += u32::from(expected);
            prop_assert!(limit.allows(key, Time(now)) == expected);
        }
    }
}

#[test]
fn a_flood_makes_a_limit_forget_but_never_refuse_the_innocent() {
    let mut table = [LimitSlot::default(); 16];
    let mut limit = Limit::new(&mut table, 1, 1_000_000);
    for key in 0..10_000 {
        assert!(limit.allows(key, Time(key)), "{key} calls for the first time");
    }
}

#[test]
fn a_limit_on_the_heap_is_the_same_limit() {
    let mut table = [LimitSlot::default(); 16];
    let (mut here, mut there) =
        (Limit::new(&mut table, 2, 1_000), Limit::with_capacity(16, 2, 1_000));
    for n in 0..500_u64 {
        let (key, now) = (n * n % 23, Time(n * 37));
        assert_eq!(here.allows(key, now), there.allows(key, now), "call {n}");
    }
}

#[test]
fn the_favoured_pass_the_limits_and_the_barred_never() {
    let list = [(1, Listing::Barred(3)), (2, Listing::Favoured(4))];
    let (mut callers, mut numbers) = ([LimitSlot::default(); 8], [LimitSlot::default(); 8]);
    let mut door = Door {
        list: &list,
        per_caller: Limit::new(&mut callers, 1, 1_000),
        per_number: Limit::new(&mut numbers, 2, 1_000),
        calls_max: 10,
    };
    for _ in 0..5 {
        assert_eq!(door.judge(1, 9, 0, Time(0)), Verdict::Deny(Denial::Barred(3)));
        assert_eq!(door.judge(2, 9, 99, Time(0)), Verdict::Admit(4));
    }
    let mut judge = |caller, at| door.judge(caller, 9, 0, Time(at));
    assert_eq!(judge(5, 0), Verdict::Admit(0));
    assert_eq!(judge(5, 1), Verdict::Deny(Denial::TooOften));
    assert_eq!(judge(6, 1), Verdict::Admit(0));
    assert_eq!(judge(7, 1), Verdict::Deny(Denial::TooOften), "the number has had its two");
    assert_eq!(judge(7, 2_000), Verdict::Admit(0));
    assert_eq!(door.judge(8, 9, 10, Time(4_000)), Verdict::Deny(Denial::Overload));
}
