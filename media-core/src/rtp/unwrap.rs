/// Turns 16-bit sequence numbers into ones that do not wrap.
///
/// Each number is taken for the nearest to the highest one so far, so reordering across a wrap is
/// right. The first is counted from 65,536 on: what comes late before it has a number too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceUnwrapper {
    highest: Option<u64>,
}

impl SequenceUnwrapper {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { highest: None }
    }

    /// One that goes on from the highest number so far.
    #[must_use]
    pub const fn from_highest(highest: Option<u64>) -> Self {
        Self { highest }
    }

    /// The unwrapped number; it becomes the highest if it is.
    pub fn unwrap(&mut self, sequence: u16) -> u64 {
        unwrap::<16>(&mut self.highest, u64::from(sequence))
    }

    /// The highest number so far.
    #[must_use]
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }
}

/// Turns 32-bit timestamps into ones that do not wrap, by the same rule, counted from 2³² on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimestampUnwrapper {
    highest: Option<u64>,
}

impl TimestampUnwrapper {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { highest: None }
    }

    /// One that goes on from the highest timestamp so far.
    #[must_use]
    pub const fn from_highest(highest: Option<u64>) -> Self {
        Self { highest }
    }

    /// The unwrapped timestamp; it becomes the highest if it is.
    pub fn unwrap(&mut self, timestamp: u32) -> u64 {
        unwrap::<32>(&mut self.highest, u64::from(timestamp))
    }

    /// The highest timestamp so far.
    #[must_use]
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }
}

/// The number of `BITS` bits that stands for a longer one: the nearest to the highest so far.
fn unwrap<const BITS: u32>(highest: &mut Option<u64>, wrapped: u64) -> u64 {
    let unwrapped = match *highest {
        None => wrapped + (1 << BITS),
        Some(highest) => {
            let spare = 64 - BITS;
            let step = (wrapped.wrapping_sub(highest) << spare) as i64 >> spare;
            highest.saturating_add_signed(step)
        }
    };
    *highest = (*highest).max(Some(unwrapped));
    unwrapped
}
