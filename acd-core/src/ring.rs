//! The outputs that wait to be polled, in order.

use crate::event::Output;
use crate::storage::Storage;
use crate::time::Time;

/// One waiting output. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputSlot(Option<(Time, Output)>);

pub(crate) struct Ring<'a> {
    slots: Storage<'a, OutputSlot>,
    start: usize,
    len: usize,
}

impl<'a> Ring<'a> {
    pub(crate) fn new(slots: Storage<'a, OutputSlot>) -> Self {
        Self { slots, start: 0, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn room(&self) -> usize {
        self.slots.len() - self.len
    }

    /// The engine makes room before it starts a step, by [`room`](Self::room).
    pub(crate) fn push(&mut self, at: Time, output: Output) {
        debug_assert!(self.room() > 0);
        let mut place = self.start + self.len;
        if place >= self.slots.len() {
            place -= self.slots.len();
        }
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = OutputSlot(Some((at, output)));
            self.len += 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<(Time, Output)> {
        if self.len == 0 {
            return None;
        }
        let taken = self.slots[self.start].0.take();
        self.len -= 1;
        self.start += 1;
        if self.start == self.slots.len() {
            self.start = 0;
        }
        taken
    }
}
