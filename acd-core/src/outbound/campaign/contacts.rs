//! The contacts of a campaign, the next one due first.

use super::{CampaignError, Contact, ContactId};
use crate::plain::{Plain, Sink, Source, plain};
use crate::storage::Storage;
use crate::time::Time;

/// Where a contact is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ContactState {
    /// To be called, from its instant on.
    #[default]
    Waiting,
    /// An agent looks at it, until its instant.
    Previewed,
    /// Being dialled.
    Dialled,
    /// An agent talks with it.
    Talking,
    /// Never called again.
    Done,
}

/// One contact's slot. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactSlot {
    pub(super) contact: Contact,
    pub(super) state: ContactState,
    pub(super) tries: u8,
    /// It complained; it must not be called again, for that or another reason.
    pub(super) complained: bool,
    pub(super) barred: bool,
    /// The period of the cap in which it was dialled last.
    pub(super) period: u32,
    /// When something is due for it.
    pub(super) at: Time,
    /// Its place in the heap, if it waits.
    place: u32,
    /// Its neighbours among those previewed.
    before: Option<u32>,
    after: Option<u32>,
    /// Heap: which contact stands at this place.
    here: u32,
}

/// One entry of the index of numbers. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberSlot(Option<u32>);

/// A list that only grows, a heap of those who wait, a queue of those previewed, an index of
/// numbers.
pub(super) struct Contacts<'a> {
    slots: Storage<'a, ContactSlot>,
    numbers: Storage<'a, NumberSlot>,
    len: u32,
    waiting: u32,
    /// Previews all take as long, so the first to begin is the first to be over.
    first_preview: Option<u32>,
    last_preview: Option<u32>,
}

#[cfg(feature = "alloc")]
impl Contacts<'_> {
    pub(super) fn with_capacity(contacts: u32) -> Self {
        let size = contacts as usize;
        // A third of the index stays empty, so that numbers are found after a step or two.
        let numbers = Storage::owned(size + size / 2 + 1, NumberSlot::default());
        Self::new(Storage::owned(size, ContactSlot::default()), numbers)
    }
}

impl<'a> Contacts<'a> {
    pub(super) fn new(
        mut slots: Storage<'a, ContactSlot>,
        mut numbers: Storage<'a, NumberSlot>,
    ) -> Self {
        slots.fill(ContactSlot::default());
        numbers.fill(NumberSlot::default());
        Self { slots, numbers, len: 0, waiting: 0, first_preview: None, last_preview: None }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn add(&mut self, contact: Contact) -> Result<ContactId, CampaignError> {
        let entry = self.entry(contact.number).ok_or(CampaignError::Full)?;
        if self.numbers[entry].0.is_some() {
            return Err(CampaignError::Twice(contact.number));
        }
        let index = self.len;
        let slot = self.slots.get_mut(index as usize).ok_or(CampaignError::Full)?;
        // The heap lives in the same slots and is another thing.
        *slot =
            ContactSlot { contact, at: contact.not_before, here: slot.here, ..Default::default() };
        self.numbers[entry] = NumberSlot(Some(index));
        self.len += 1;
        self.push(index);
        Ok(ContactId(index))
    }

    /// Where a number is in the index, or would be; `None` when it is full of others.
    fn entry(&self, number: u64) -> Option<usize> {
        let size = self.numbers.len();
        if size == 0 {
            return None;
        }
        let start = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % size;
        (0..size).map(|step| (start + step) % size).find(|&entry| match self.numbers[entry].0 {
            Some(index) => self.slots[index as usize].contact.number == number,
            None => true,
        })
    }

    pub(super) fn of_number(&self, number: u64) -> Option<u32> {
        self.numbers[self.entry(number)?].0
    }

    pub(super) fn get(&self, index: u32) -> Option<&ContactSlot> {
        self.slots[..self.len as usize].get(index as usize)
    }

    /// All of them, in the order of adding.
    pub(super) fn all(&self) -> impl Iterator<Item = &ContactSlot> {
        self.slots[..self.len as usize].iter()
    }

    /// Those previewed, the first to be over first.
    pub(super) fn previews(&self) -> impl Iterator<Item = u32> {
        core::iter::successors(self.first_preview, |&at| self.slots[at as usize].after)
    }

    /// Changes a contact, and where it stands by its state and instant.
    pub(super) fn set(&mut self, index: u32, change: impl FnOnce(&mut ContactSlot)) {
        match self.slots[index as usize].state {
            ContactState::Waiting => self.take_out(index),
            ContactState::Previewed => self.end_preview(index),
            _ => {}
        }
        change(&mut self.slots[index as usize]);
        match self.slots[index as usize].state {
            ContactState::Waiting => self.push(index),
            ContactState::Previewed => self.begin_preview(index),
            _ => {}
        }
    }

    /// Who is to be called first: the earlier due, the higher priority, the earlier added.
    pub(super) fn first(&self) -> Option<u32> {
        (self.waiting > 0).then(|| self.slots[0].here)
    }

    /// Whose preview is over first.
    pub(super) fn first_preview(&self) -> Option<u32> {
        self.first_preview
    }

    fn begin_preview(&mut self, index: u32) {
        let before = self.last_preview.replace(index);
        match before {
            Some(before) => self.slots[before as usize].after = Some(index),
            None => self.first_preview = Some(index),
        }
        let slot = &mut self.slots[index as usize];
        (slot.before, slot.after) = (before, None);
    }

    fn end_preview(&mut self, index: u32) {
        let ContactSlot { before, after, .. } = self.slots[index as usize];
        match before {
            Some(before) => self.slots[before as usize].after = after,
            None => self.first_preview = after,
        }
        match after {
            Some(after) => self.slots[after as usize].before = before,
            None => self.last_preview = before,
        }
    }

    fn key(&self, index: u32) -> (Time, i64, u32) {
        let slot = &self.slots[index as usize];
        (slot.at, -i64::from(slot.contact.priority), index)
    }

    fn push(&mut self, index: u32) {
        let place = self.waiting;
        self.waiting += 1;
        self.put(place, index);
        self.rise(place);
    }

    fn take_out(&mut self, index: u32) {
        let place = self.slots[index as usize].place;
        self.waiting -= 1;
        if place == self.waiting {
            return;
        }
        let last = self.slots[self.waiting as usize].here;
        self.put(place, last);
        self.rise(place);
        self.sink(self.slots[last as usize].place);
    }

    fn put(&mut self, place: u32, index: u32) {
        self.slots[place as usize].here = index;
        self.slots[index as usize].place = place;
    }

    fn at(&self, place: u32) -> u32 {
        self.slots[place as usize].here
    }

    fn rise(&mut self, mut place: u32) {
        while place > 0 {
            let above = (place - 1) / 2;
            let (own, other) = (self.at(place), self.at(above));
            if self.key(own) >= self.key(other) {
                break;
            }
            self.put(place, other);
            self.put(above, own);
            place = above;
        }
    }

    fn sink(&mut self, mut place: u32) {
        loop {
            let below = [2 * place + 1, 2 * place + 2].into_iter().filter(|&at| at < self.waiting);
            let Some(least) = below.min_by_key(|&at| self.key(self.at(at))) else {
                break;
            };
            let (own, other) = (self.at(place), self.at(least));
            if self.key(own) <= self.key(other) {
                break;
            }
            self.put(place, other);
            self.put(least, own);
            place = least;
        }
    }
}

/// What a contact is; where it stands in the heap and the lists follows from that.
impl Plain for ContactSlot {
    fn put(&self, sink: &mut dyn Sink) {
        self.contact.put(sink);
        (self.state, self.tries, self.at).put(sink);
        (self.complained, self.barred, self.period).put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        let contact = Contact::get(source);
        let (state, tries, at) = Plain::get(source);
        let (complained, barred, period) = Plain::get(source);
        Self { contact, state, tries, at, complained, barred, period, ..Self::default() }
    }
}

plain!(enum ContactState { 0 Waiting, 1 Previewed, 2 Dialled, 3 Talking, 4 Done });
