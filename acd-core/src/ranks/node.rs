//! One node of a row, by itself.

use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;

/// So many fit into a leaf, and so many children into a node above.
pub(super) const LEAF: usize = 28;
pub(super) const INNER: usize = LEAF / 2;
/// All but the root, and the last of each level, have at least so many. A split of a full one and a
/// newcomer leaves as many on either side, and two that have no more fit into one.
///
/// The last may have fewer because rows grow at their end: there a full one stays full, so that the
/// leaves of a queue where all wait in the order in which they came are half as many, and need not
/// be joined when some of them leave.
pub(super) const LEAF_MIN: usize = 14;
pub(super) const INNER_MIN: usize = 7;

/// One node of a row. Opaque; [`Default`] makes an empty one.
///
/// With the head of its slot it is two lines of the cache, of which the first is often enough.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RankNode {
    pub(super) parent: u32,
    pub(super) len: u16,
    pub(super) inner: bool,
    /// In a leaf who stands there; above it the children, then how many stand below each.
    pub(super) items: [u32; LEAF],
}

impl Default for RankNode {
    fn default() -> Self {
        Self { items: [NIL; LEAF], parent: NIL, len: 0, inner: false }
    }
}

impl RankNode {
    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub(super) fn most(&self) -> usize {
        if self.inner { INNER } else { LEAF }
    }

    pub(super) fn least(&self) -> usize {
        if self.inner { INNER_MIN } else { LEAF_MIN }
    }

    pub(super) fn items(&self) -> &[u32] {
        &self.items[..self.len()]
    }

    pub(super) fn counts(&self) -> &[u32] {
        &self.items[INNER..INNER + self.len()]
    }

    /// How many stand here or below.
    pub(super) fn count(&self) -> u32 {
        if self.inner { self.counts().iter().sum() } else { u32::from(self.len) }
    }

    /// Where something is that is known to be here.
    pub(super) fn find(&self, item: u32) -> usize {
        let items = self.items();
        match items.split_last() {
            // What has joined the end stands last at every level.
            Some((last, before)) if *last == item => before.len(),
            _ => items.iter().position(|other| *other == item).unwrap_or(0),
        }
    }

    pub(super) fn insert(&mut self, at: usize, item: u32, count: u32) {
        let len = self.len();
        self.items.copy_within(at..len, at + 1);
        self.items[at] = item;
        if self.inner {
            self.items.copy_within(INNER + at..INNER + len, INNER + at + 1);
            self.items[INNER + at] = count;
        }
        self.len += 1;
    }

    pub(super) fn remove(&mut self, at: usize) -> (u32, u32) {
        let (len, item) = (self.len(), self.items[at]);
        let count = if self.inner { self.items[INNER + at] } else { 1 };
        self.items.copy_within(at + 1..len, at);
        if self.inner {
            self.items.copy_within(INNER + at + 1..INNER + len, INNER + at);
        }
        self.len -= 1;
        (item, count)
    }
}

impl Plain for RankNode {
    fn put(&self, sink: &mut dyn Sink) {
        (self.parent, self.len, self.inner).put(sink);
        self.items().iter().for_each(|item| item.put(sink));
        if self.inner {
            self.counts().iter().for_each(|count| count.put(sink));
        }
    }

    fn get(source: &mut Source<'_>) -> Self {
        let mut node = Self::default();
        (node.parent, node.len, node.inner) = Plain::get(source);
        if node.len() > node.most() {
            source.failed = true;
            node.len = 0;
        }
        let len = node.len();
        node.items[..len].iter_mut().for_each(|item| *item = Plain::get(source));
        if node.inner {
            let counts = node.items[INNER..INNER + len].iter_mut();
            counts.for_each(|count| *count = Plain::get(source));
        }
        node
    }
}
