//! Whether agents of a mixed group are spared for calling out.

use crate::plain::plain;

/// Gives idle agents to outbound calls when enough are idle, and takes them back when few are.
///
/// The two thresholds differ, so that one agent more or less does not switch it to and fro.
///
/// ```
/// use acd_core::outbound::Blend;
/// let mut blend = Blend { on_per_mille: 300, off_per_mille: 100, reserve: 2, dialling: false };
/// assert_eq!(blend.spare(2, 10), 0); // 20 % idle: not yet
/// assert_eq!(blend.spare(4, 10), 2); // 40 %: dial, but keep two for callers
/// assert_eq!(blend.spare(3, 10), 1); // 30 %: go on
/// assert_eq!(blend.spare(1, 10), 0); // 10 %: stop
/// assert_eq!(blend.spare(3, 10), 1); // 30 %: again
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blend {
    /// Starts when so many thousandths of the agents are idle.
    pub on_per_mille: u16,
    /// Stops when no more than so many are.
    pub off_per_mille: u16,
    /// So many idle agents are kept for those who call in.
    pub reserve: u32,
    /// Whether it has started.
    pub dialling: bool,
}

impl Blend {
    /// How many of the idle agents may be used for calling out, of so many at work.
    pub fn spare(&mut self, idle: u32, at_work: u32) -> u32 {
        let share = |per_mille: u16| u64::from(at_work) * u64::from(per_mille);
        let idle_share = u64::from(idle) * 1_000;
        if idle_share <= share(self.off_per_mille) {
            self.dialling = false;
        } else if idle_share >= share(self.on_per_mille) {
            self.dialling = true;
        }
        if self.dialling { idle.saturating_sub(self.reserve) } else { 0 }
    }
}

plain!(struct Blend { on_per_mille, off_per_mille, reserve, dialling });
