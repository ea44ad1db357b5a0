//! Conversion between the laws as straight lines, for kernels that look sixteen bytes up at once.
//!
//! Within a segment the other law's position is this law's less a few: less a *flat* number, or
//! what is left on a *ramp* that falls to it. Tables 3 and 4 of G.711 differ from that nowhere;
//! [`super::tables`] has them as they are printed.
//!
//! Codes count down where positions p count up, once A-law's inverted bits are turned back: with
//! the sign put aside a code is 127 − p. All tables are by the high or the low four bits of a code
//! as it comes, sign and all.

/// µ-law to A-law: a code goes up by the larger of `flat[high]` and `code + ramp[high]`, as signed
/// bytes, but never beyond halfway to 127, its sign put aside.
pub(super) struct MuToA {
    pub(super) flat: [u8; 16],
    pub(super) ramp: [u8; 16],
}

/// A-law to µ-law: a code, its bits turned back, goes down by the smaller of `flat[high]` and
/// `ramp[high] − step[low]`, as unsigned bytes that wrap.
pub(super) struct AToMu {
    pub(super) flat: [u8; 16],
    pub(super) ramp: [u8; 16],
    pub(super) step: [u8; 16],
}

/// A-law's inverted bits against µ-law's, the sign put aside.
pub(super) const TURN: u8 = 0x55 ^ 0x7f;

/// By how much the µ-law position is ahead of the A-law one, segment by segment.
const FLAT: [u8; 8] = [8, 8, 4, 2, 1, 0, 0, 0];

pub(super) const MU_TO_A: MuToA = {
    let (mut flat, mut ramp) = ([0; 16], [0; 16]);
    let mut high = 0;
    while high < 16 {
        let segment = 7 - (high & 7);
        // The ramp at position p is this less p: 33 to 36, 48 and 49, 81.
        let from = match segment {
            2 => 40,
            3 => 51,
            5 => 81,
            // Always below the flat number.
            _ => 16 * segment as i32 - 16,
        };
        let sign = if high < 8 { 0 } else { 0x80 };
        flat[high] = FLAT[segment];
        ramp[high] = (from - 127 - sign) as u8;
        high += 1;
    }
    MuToA { flat, ramp }
};

pub(super) const A_TO_MU: AToMu = {
    let (mut flat, mut ramp, mut step) = ([0; 16], [0; 16], [0; 16]);
    let mut high = 0;
    while high < 16 {
        let segment = 7 - ((high ^ (TURN as usize >> 4)) & 7);
        flat[high] = FLAT[segment];
        // The ramp at step 8 of a segment, from where it falls by one every two.
        ramp[high] = match segment {
            // In segment 0 it rises by one each step, to eight, and its other half wraps.
            0 => LOWEST,
            1 => 8,
            2 => 6,
            _ => 5,
        };
        high += 1;
    }
    let mut low = 0;
    while low < 16 {
        let at = 15 - (low ^ (TURN & 0x0f));
        step[low as usize] = if at < 8 { LOWEST - 1 - at } else { (at - 7) / 2 };
        low += 1;
    }
    AToMu { flat, ramp, step }
};

/// Large enough to stay above eight with a few taken off it, and small enough below 256 for the
/// lower half of the steps, which count from it, to give more than eight to the other segments.
const LOWEST: u8 = 248;

/// Converts single codes, those that are left over by the rounds, and returns the range's end.
///
/// # Safety
/// `from` must be good for reading the bytes of the range and `to` for writing them. Both may be
/// the same place.
#[inline(never)]
pub(super) unsafe fn convert(
    table: &[u8; 256],
    from: *const u8,
    to: *mut u8,
    range: core::ops::Range<usize>,
) -> usize {
    for at in range.clone() {
        // SAFETY: the caller's promise.
        unsafe { *to.add(at) = table[usize::from(*from.add(at))] };
    }
    range.end
}
