//! Shifts that cover the needs of a day.

use super::StaffingError;

/// How many agents should start a shift at each interval, so that at every interval as many are
/// there as are needed, with the fewest shifts of one given length.
///
/// Shifts run `shift` intervals, on into the time after the last interval if they must. `starts`
/// is filled in; the total is returned. Nobody starts before anybody is needed, which is what
/// makes the greedy rule the best one.
///
/// ```
/// use acd_core::staffing::roster;
/// let needs = [2, 4, 6, 5, 3, 3, 1];
/// let mut starts = [0; 7];
/// assert_eq!(roster(&needs, 4, &mut starts)?, 7);
/// assert_eq!(starts, [2, 2, 2, 0, 0, 1, 0]);
/// # Ok::<(), acd_core::staffing::StaffingError>(())
/// ```
///
/// # Errors
/// A shift of no length, or slices of different lengths.
pub fn roster(needs: &[u32], shift: usize, starts: &mut [u32]) -> Result<u64, StaffingError> {
    if shift == 0 || needs.len() != starts.len() {
        return Err(StaffingError::Shape);
    }
    let mut there: u64 = 0;
    let mut total = 0;
    for (i, &need) in needs.iter().enumerate() {
        if i >= shift {
            there -= u64::from(starts[i - shift]);
        }
        let missing = u64::from(need).saturating_sub(there);
        // Never more than the need, which is 32 bits.
        starts[i] = missing as u32;
        there += missing;
        total += missing;
    }
    Ok(total)
}
