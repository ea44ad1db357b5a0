//! What is kept of a call out of the ordinary, and a call with and without it.

use super::{Call, Marks};
use crate::plain::plain;
use crate::queue::Cursor;
use crate::select::Start;
use crate::slab::NIL;
use crate::time::{Span, Time};

/// What is kept of a call out of the ordinary. Opaque; [`Default`] makes an empty one.
///
/// It is made when something else than the default has to be kept, so that of most calls, which
/// come, wait and are answered, it is never looked at: with a million of them it is far away in
/// memory.
///
/// Its instants are kept as [`Span`]s: until its age began to count from its arrival, all others
/// from when it joined.
#[derive(Clone, Copy, Debug)]
pub struct CallDetail {
    /// Order term and tier of the member tried last, for the rules that go on from there.
    cursor: [u32; 2],
    cursor_low: u16,
    /// The agent it asks for; others whom the agent is asked for by follow.
    preferred: u32,
    next_sought: u32,
    since: Span,
    /// How much older it counts as.
    credit: Span,
    /// Until it leaves, until the next announcement, and until some remembered offer stops counting
    /// or the next phone joins in.
    leave: Span,
    announce: Span,
    retry: Span,
    hops: u8,
}

impl Default for CallDetail {
    fn default() -> Self {
        Self {
            cursor: [0; 2],
            cursor_low: 0,
            preferred: NIL,
            next_sought: NIL,
            since: Span::NONE,
            credit: Span::NONE,
            leave: Span::EVER,
            announce: Span::EVER,
            retry: Span::EVER,
            hops: 0,
        }
    }
}

/// A call with its details, if it has any.
pub(crate) struct Whole<'a>(pub(crate) &'a Call, pub(crate) &'a CallDetail);

impl Whole<'_> {
    fn detail(&self) -> Option<&CallDetail> {
        self.0.is_detailed().then_some(self.1)
    }

    /// From when its age counts in the order.
    pub(crate) fn since(&self) -> Time {
        self.detail().map_or(self.0.arrived, |detail| self.0.arrived.plus(detail.since.ms()))
    }

    pub(crate) fn credit_ms(&self) -> u64 {
        self.detail().map_or(0, |detail| detail.credit.ms())
    }

    pub(crate) fn leave_at(&self) -> Time {
        self.detail().map_or(self.0.span, |detail| detail.leave).after(self.0.joined())
    }

    pub(crate) fn announce_at(&self) -> Time {
        self.detail().map_or(Time::MAX, |detail| detail.announce.after(self.0.joined()))
    }

    /// When some remembered offer stops counting, or the next phone joins in.
    pub(crate) fn retry_at(&self) -> Time {
        self.detail().map_or(Time::MAX, |detail| detail.retry.after(self.0.joined()))
    }

    /// How often it was moved to another queue.
    pub(crate) fn hops(&self) -> u8 {
        self.detail().map_or(0, |detail| detail.hops)
    }

    /// The agent it asks for, `NIL` for none.
    pub(crate) fn preferred(&self) -> u32 {
        if self.0.prefers() { self.1.preferred } else { NIL }
    }

    /// The next call that asks for the same agent.
    pub(crate) fn next_sought(&self) -> u32 {
        self.detail().map_or(NIL, |detail| detail.next_sought)
    }

    /// Where a rule that starts there goes on, if the call was offered to anybody by it.
    pub(crate) fn cursor(&self, start: Start) -> Option<Cursor> {
        let cursor = || (u64::from(self.1.cursor[1]) << 32) | u64::from(self.1.cursor[0]);
        match start {
            Start::AfterCallLast if self.0.marks.has(Marks::ROUND) => Some((0, cursor())),
            Start::DownFromCallLast if self.0.marks.has(Marks::DOWN) => {
                let term = ((cursor() & 0xFFFF) << 16) | u64::from(self.1.cursor_low);
                Some((cursor() >> 16, term))
            }
            _ => None,
        }
    }
}

/// A call with its details, to be changed.
pub(crate) struct WholeMut<'a>(pub(crate) &'a mut Call, pub(crate) &'a mut CallDetail);

impl WholeMut<'_> {
    /// Its details, which are made if it has none.
    fn detail(&mut self) -> &mut CallDetail {
        let Self(call, detail) = self;
        if !call.is_detailed() {
            **detail = CallDetail { leave: call.span, ..CallDetail::default() };
            call.span = Span::NONE;
            call.marks.set(Marks::DETAILED, true);
        }
        detail
    }

    /// Its details, if it has any or needs them.
    fn detail_if(&mut self, needed: bool) -> Option<&mut CallDetail> {
        (needed || self.0.is_detailed()).then(|| self.detail())
    }

    /// It joins another queue, by itself or not; what it does there by itself is yet to be set.
    pub(crate) fn rejoin(&mut self, now: Time, keep_age: bool) {
        let joined = Span::between(self.0.arrived, now);
        let detail = self.detail();
        if !keep_age {
            detail.since = joined;
        }
        (detail.leave, detail.announce, detail.retry) = (Span::EVER, Span::EVER, Span::EVER);
        detail.hops = detail.hops.saturating_add(1);
        self.0.span = joined;
        self.0.marks.set(Marks::ROUND | Marks::DOWN, false);
    }

    pub(crate) fn set_credit(&mut self, ms: u64) {
        if let Some(detail) = self.detail_if(ms > 0) {
            detail.credit = Span::of(ms);
        }
    }

    pub(crate) fn set_leave_at(&mut self, at: Time) {
        let leave = Span::between(self.0.joined(), at);
        match self.detail_if(false) {
            Some(detail) => detail.leave = leave,
            None => self.0.span = leave,
        }
    }

    pub(crate) fn set_announce_at(&mut self, at: Time) {
        let announce = Span::between(self.0.joined(), at);
        if let Some(detail) = self.detail_if(announce != Span::EVER) {
            detail.announce = announce;
        }
    }

    pub(crate) fn set_retry_at(&mut self, at: Time) {
        let retry = Span::between(self.0.joined(), at);
        if let Some(detail) = self.detail_if(retry != Span::EVER) {
            detail.retry = retry;
        }
    }

    /// The agent it asks for, `NIL` for none.
    pub(crate) fn set_preferred(&mut self, agent: u32) {
        self.0.marks.set(Marks::PREFERS, agent != NIL);
        if let Some(detail) = self.detail_if(agent != NIL) {
            detail.preferred = agent;
        }
    }

    /// The next call that asks for the same agent.
    pub(crate) fn set_next_sought(&mut self, next: u32) {
        if let Some(detail) = self.detail_if(next != NIL) {
            detail.next_sought = next;
        }
    }

    /// Notes whom it was offered to, for the rules that go on from there: round a tier only the
    /// term counts, down the tiers it is a position, of 32 bits, beside the 48 of a tier.
    pub(crate) fn set_cursor(&mut self, start: Start, cursor: Option<Cursor>) {
        self.0.marks.set(Marks::ROUND | Marks::DOWN, false);
        let (mark, kept, low) = match (start, cursor) {
            (Start::AfterCallLast, Some((_, term))) => (Marks::ROUND, term, 0),
            (Start::DownFromCallLast, Some((tier, term))) => {
                (Marks::DOWN, (tier << 16) | ((term >> 16) & 0xFFFF), term as u16)
            }
            _ => return,
        };
        self.0.marks.set(mark, true);
        let detail = self.detail();
        (detail.cursor, detail.cursor_low) = ([kept as u32, (kept >> 32) as u32], low);
    }
}

plain!(struct CallDetail { cursor, cursor_low, preferred, next_sought, since, credit, leave, announce, retry, hops });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_out_of_the_ordinary_makes_details() {
        let ordinary = |whole: &mut WholeMut<'_>| {
            whole.set_credit(0);
            whole.set_leave_at(Time(9_000));
            whole.set_announce_at(Time::MAX);
            whole.set_retry_at(Time::MAX);
            whole.set_preferred(NIL);
            whole.set_cursor(Start::First, Some((0, 7)));
        };
        let special: [fn(&mut WholeMut<'_>); 6] = [
            |whole| whole.set_credit(1),
            |whole| whole.set_announce_at(Time(6_000)),
            |whole| whole.set_retry_at(Time(6_000)),
            |whole| whole.set_preferred(3),
            |whole| whole.set_cursor(Start::AfterCallLast, Some((0, 7))),
            |whole| whole.rejoin(Time(6_000), true),
        ];
        for make in special {
            let mut call = Call::arriving(Time(5_000));
            // What an earlier call in the slot left behind is not to be seen.
            let mut detail =
                CallDetail { preferred: 1, credit: Span::of(2), ..CallDetail::default() };
            ordinary(&mut WholeMut(&mut call, &mut detail));
            assert!(!call.is_detailed());
            let whole = Whole(&call, &detail);
            assert_eq!((whole.leave_at(), whole.credit_ms(), whole.hops()), (Time(9_000), 0, 0));
            assert_eq!((call.joined(), whole.since()), (Time(5_000), Time(5_000)));
            assert_eq!((whole.preferred(), whole.next_sought()), (NIL, NIL));

            make(&mut WholeMut(&mut call, &mut detail));
            assert!(call.is_detailed());
            let whole = Whole(&call, &detail);
            let (moved, joined) = (whole.hops() > 0, call.joined());
            let (leave, joins) = if moved { (Time::MAX, 6_000) } else { (Time(9_000), 5_000) };
            assert_eq!(
                (whole.leave_at(), joined, whole.since()),
                (leave, Time(joins), Time(5_000))
            );
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        let mut call = Call::arriving(Time(5_000));
        let (round, down) = (Start::AfterCallLast, Start::DownFromCallLast);
        let mut detail = CallDetail::default();
        let cursors = |call: &Call, detail: &CallDetail| {
            let call = Whole(call, detail);
            (call.cursor(round), call.cursor(down))
        };
        assert_eq!(cursors(&call, &detail), (None, None));
        WholeMut(&mut call, &mut detail).set_cursor(round, Some((9, u64::MAX - 1)));
        assert_eq!(cursors(&call, &detail), (Some((0, u64::MAX - 1)), None));
        for cursor in
            [(0, 0), ((1 << 48) - 1, u64::from(u32::MAX)), (0x1234_5678_9ABC, 0x8765_4321)]
        {
            WholeMut(&mut call, &mut detail).set_cursor(down, Some(cursor));
            assert_eq!(cursors(&call, &detail), (None, Some(cursor)));
        }
        WholeMut(&mut call, &mut detail).set_cursor(down, None);
        assert_eq!(cursors(&call, &detail), (None, None));

        WholeMut(&mut call, &mut detail).set_leave_at(Time(9_000));
        WholeMut(&mut call, &mut detail).rejoin(Time(6_000), false);
        assert_eq!((call.joined(), Whole(&call, &detail).since()), (Time(6_000), Time(6_000)));
        assert_eq!(
            (Whole(&call, &detail).leave_at(), Whole(&call, &detail).retry_at()),
            (Time::MAX, Time::MAX)
        );
        WholeMut(&mut call, &mut detail).set_announce_at(Time(6_001));
        WholeMut(&mut call, &mut detail).rejoin(Time(7_000), true);
        assert_eq!((call.joined(), Whole(&call, &detail).since()), (Time(7_000), Time(6_000)));
        assert_eq!((call.arrived, Whole(&call, &detail).announce_at()), (Time(5_000), Time::MAX));
    }
}
