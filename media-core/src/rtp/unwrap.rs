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

    /// The unwrapped number; it becomes the highest if it is.
    pub fn unwrap(&mut self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else {
            let first = u64::from(sequence) + (1 << 16);
            self.highest = Some(first);
            return first;
        };
        let step = sequence.wrapping_sub(highest as u16) as i16;
        let unwrapped = highest.saturating_add_signed(i64::from(step));
        self.highest = Some(highest.max(unwrapped));
        unwrapped
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

    /// The unwrapped timestamp; it becomes the highest if it is.
    pub fn unwrap(&mut self, timestamp: u32) -> u64 {
        let Some(highest) = self.highest else {
            let first = u64::from(timestamp) + (1 << 32);
            self.highest = Some(first);
            return first;
        };
        let step = timestamp.wrapping_sub(highest as u32) as i32;
        let unwrapped = highest.saturating_add_signed(i64::from(step));
        self.highest = Some(highest.max(unwrapped));
        unwrapped
    }

    /// The highest timestamp so far.
    #[must_use]
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }
}
