//! Who must not be called.

use super::CampaignError;
use crate::storage::Storage;

/// Numbers that must not be called, sorted.
pub struct DoNotCall<'a> {
    numbers: Storage<'a, u64>,
    len: usize,
}

impl core::fmt::Debug for DoNotCall<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DoNotCall").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
impl DoNotCall<'static> {
    /// An empty list with room for so many, taken from the heap now.
    #[must_use]
    pub fn with_capacity(numbers: usize) -> Self {
        Self { numbers: Storage::owned(numbers, 0), len: 0 }
    }
}

impl<'a> DoNotCall<'a> {
    /// An empty list in the caller's memory.
    #[must_use]
    pub fn new(numbers: &'a mut [u64]) -> Self {
        Self { numbers: numbers.into(), len: 0 }
    }

    /// All of them, sorted.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers[..self.len]
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Whether the number is on the list.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        self.numbers[..self.len].binary_search(&number).is_ok()
    }

    /// Puts a number on the list; `false` if it was on it.
    ///
    /// # Errors
    /// [`CampaignError::Full`].
    pub fn add(&mut self, number: u64) -> Result<bool, CampaignError> {
        let Err(place) = self.numbers[..self.len].binary_search(&number) else {
            return Ok(false);
        };
        if self.len == self.numbers.len() {
            return Err(CampaignError::Full);
        }
        self.numbers.copy_within(place..self.len, place + 1);
        self.numbers[place] = number;
        self.len += 1;
        Ok(true)
    }
}
