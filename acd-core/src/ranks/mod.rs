//! Who stands where in a queue: rows of which it can be asked who is the k-th and at which place
//! somebody stands.
//!
//! A counted B+ tree. A queue of a hundred thousand is five nodes deep, the upper ones are always
//! in the cache, and a place is found going up from the leaf; a binary tree is five times as deep,
//! and most of it is far away in memory.

mod node;

pub(crate) use node::RankNode;

use core::hint::black_box;

use crate::plain::{Sink, Source, plain};
use crate::slab::{NIL, Slab, WholeLine};
use crate::storage::Storage;
use node::{INNER, INNER_MIN, LEAF, LEAF_MIN};

/// One row: where its tree begins, its last leaf, and how many stand in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    root: u32,
    last: u32,
    len: u32,
}

impl Default for Row {
    fn default() -> Self {
        Self { root: NIL, last: NIL, len: 0 }
    }
}

impl Row {
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
}

/// Nodes that so many rows of so many altogether can come to need: leaves that are half full, so
/// many above them as are half full, and one more for each level of each row: its last.
pub(crate) const fn nodes(total: u32, rows: u32) -> u32 {
    let (total, rows) = (total as u64, rows as u64);
    let (least, above) = (LEAF_MIN as u64, INNER_MIN as u64);
    let mut most = total * above / (least * (above - 1)) + rows;
    // A row of one level more has one more at least than a half full tree of the levels below.
    let mut below = least;
    while below < total {
        let deeper = total / (below + 1);
        most += if deeper < rows { deeper } else { rows };
        below *= above;
    }
    if most > u32::MAX as u64 { u32::MAX } else { most as u32 }
}

/// Something that keeps in which leaf somebody stands.
pub(crate) trait Leaf {
    fn leaf(&self) -> u32;
    fn set_leaf(&mut self, node: u32);
}

/// The nodes of all rows, and for each who stands in one what keeps its leaf.
pub(crate) struct Ranks<'a, L> {
    nodes: Slab<'a, RankNode, WholeLine>,
    pub(crate) leaves: Storage<'a, L>,
}

impl<'a, L: Leaf> Ranks<'a, L> {
    pub(crate) fn new(nodes: Slab<'a, RankNode, WholeLine>, leaves: Storage<'a, L>) -> Self {
        Self { nodes, leaves }
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        self.nodes.put(sink);
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        self.nodes.get(source);
        // Who stands where follows from the leaves.
        for node in 0..self.nodes.used() {
            if self.nodes.is_live(node) && !self.nodes[node].inner {
                let RankNode { items, len, .. } = self.nodes[node];
                for item in items.iter().take(usize::from(len)) {
                    match self.leaves.get_mut(*item as usize) {
                        Some(leaf) => leaf.set_leaf(node),
                        None => source.failed = true,
                    }
                }
            }
        }
    }

    /// Begins to read the leaf somebody stands in, without waiting for it.
    pub(crate) fn look_ahead(&self, x: &L) {
        let leaf = x.leaf();
        if leaf < self.nodes.used() {
            black_box((self.nodes[leaf].parent, self.nodes[leaf].items[LEAF - 1]));
        }
    }

    /// The k-th of a row, counted from 0.
    pub(crate) fn nth(&self, row: &Row, mut k: u32) -> Option<u32> {
        if k >= row.len {
            return None;
        }
        let mut at = &self.nodes[row.root];
        while at.inner {
            let mut child = 0;
            for count in at.counts() {
                if k < *count {
                    break;
                }
                k -= count;
                child += 1;
            }
            at = &self.nodes[at.items[child]];
        }
        Some(at.items[k as usize])
    }

    /// The last of a row.
    pub(crate) fn last(&self, row: &Row) -> Option<u32> {
        if row.last == NIL { None } else { self.nodes[row.last].items().last().copied() }
    }

    /// How many stand before somebody.
    pub(crate) fn rank(&self, x: u32) -> u32 {
        let mut node = self.leaves[x as usize].leaf();
        let mut count = self.nodes[node].find(x) as u32;
        loop {
            let parent = self.nodes[node].parent;
            if parent == NIL {
                return count;
            }
            let above = &self.nodes[parent];
            count += above.counts()[..above.find(node)].iter().sum::<u32>();
            node = parent;
        }
    }

    /// Who stands behind somebody.
    pub(crate) fn next(&self, x: u32) -> Option<u32> {
        let (mut node, mut item) = (self.leaves[x as usize].leaf(), x);
        loop {
            let at = &self.nodes[node];
            if let Some(next) = at.items().get(at.find(item) + 1) {
                let (mut inner, mut first) = (at.inner, *next);
                while inner {
                    (inner, first) = (self.nodes[first].inner, self.nodes[first].items[0]);
                }
                return Some(first);
            }
            if at.parent == NIL {
                return None;
            }
            (node, item) = (at.parent, node);
        }
    }

    /// Puts somebody at a place, counted from 0, who is in no row.
    pub(crate) fn insert(&mut self, row: &mut Row, mut place: u32, x: u32) {
        if row.root == NIL {
            row.root = self.fresh(false);
            row.last = row.root;
        }
        let mut node = row.root;
        if place == row.len {
            node = row.last;
            place = self.nodes[node].count();
        }
        row.len += 1;
        while self.nodes[node].inner {
            let at = &self.nodes[node];
            let mut child = 0;
            // Behind the last of a child rather than before the first of the next.
            while child + 1 < at.len() && place > at.counts()[child] {
                place -= at.counts()[child];
                child += 1;
            }
            node = at.items[child];
        }
        if self.nodes[node].len() == LEAF {
            self.add(row, node, place as usize, x, 1);
        } else {
            self.nodes[node].insert(place as usize, x, 1);
            self.leaves[x as usize].set_leaf(node);
            self.each_above(node, |count| *count += 1);
        }
    }

    /// Takes somebody out of a row.
    pub(crate) fn remove(&mut self, row: &mut Row, x: u32) {
        let node = self.leaves[x as usize].leaf();
        let at = self.nodes[node].find(x);
        self.nodes[node].remove(at);
        row.len -= 1;
        self.each_above(node, |count| *count -= 1);
        self.mend(row, node);
        if row.last == NIL {
            row.last = self.last_leaf(row);
        }
    }

    fn last_leaf(&self, row: &Row) -> u32 {
        let mut node = row.root;
        while node != NIL && self.nodes[node].inner {
            node = self.nodes[node].items().last().copied().unwrap_or(NIL);
        }
        node
    }

    /// Gives a node back that nobody stands in or below.
    fn drop(&mut self, row: &mut Row, node: u32) {
        if row.last == node {
            row.last = NIL;
        }
        self.nodes.remove(node);
    }

    fn fresh(&mut self, inner: bool) -> u32 {
        // There is room for it: see `nodes`.
        self.nodes.insert(RankNode { inner, ..RankNode::default() }).unwrap_or(NIL)
    }

    /// Notes with an item of a node that it is there.
    fn adopt(&mut self, node: u32, item: u32) {
        if self.nodes[node].inner {
            self.nodes[item].parent = node;
        } else {
            self.leaves[item as usize].set_leaf(node);
        }
    }

    /// Adds to a node, which is split first when it is full.
    fn add(&mut self, row: &mut Row, mut node: u32, mut at: usize, item: u32, count: u32) {
        let len = self.nodes[node].len();
        if len == self.nodes[node].most() {
            let at_end = at == len && self.is_last(node);
            let keep = if at_end { len } else { len / 2 };
            let right = self.split(row, node, keep);
            if row.last == node {
                row.last = right;
            }
            if at_end || at > keep {
                (node, at) = (right, at - keep);
            }
        }
        self.nodes[node].insert(at, item, count);
        self.adopt(node, item);
        self.recount(node);
    }

    /// Whether a node is the last of its level.
    fn is_last(&self, mut node: u32) -> bool {
        loop {
            let parent = self.nodes[node].parent;
            if parent == NIL {
                return true;
            }
            if self.nodes[parent].items().last() != Some(&node) {
                return false;
            }
            node = parent;
        }
    }

    /// Moves what a node is not to keep to a new one at its right.
    fn split(&mut self, row: &mut Row, node: u32, keep: usize) -> u32 {
        let RankNode { inner, parent, .. } = self.nodes[node];
        let right = self.fresh(inner);
        while self.nodes[node].len() > keep {
            self.carry(node, keep, right);
        }
        let parent = if parent == NIL {
            row.root = self.fresh(true);
            let count = self.nodes[node].count();
            self.nodes[row.root].insert(0, node, count);
            self.adopt(row.root, node);
            row.root
        } else {
            parent
        };
        self.recount_in(parent, node);
        let behind = self.nodes[parent].find(node) + 1;
        let count = self.nodes[right].count();
        self.add(row, parent, behind, right, count);
        right
    }

    /// Moves one item of a node to the end of another.
    fn carry(&mut self, from: u32, at: usize, to: u32) {
        let (item, count) = self.nodes[from].remove(at);
        let end = self.nodes[to].len();
        self.nodes[to].insert(end, item, count);
        self.adopt(to, item);
    }

    /// Each count above a node that includes what stands there.
    fn each_above(&mut self, mut node: u32, mut change: impl FnMut(&mut u32)) {
        loop {
            let parent = self.nodes[node].parent;
            if parent == NIL {
                return;
            }
            let above = &mut self.nodes[parent];
            let at = above.find(node);
            change(&mut above.items[INNER + at]);
            node = parent;
        }
    }

    /// Brings the counts above a node in line with it.
    fn recount(&mut self, mut node: u32) {
        loop {
            let parent = self.nodes[node].parent;
            if parent == NIL {
                return;
            }
            self.recount_in(parent, node);
            node = parent;
        }
    }

    fn recount_in(&mut self, parent: u32, node: u32) {
        let count = self.nodes[node].count();
        let above = &mut self.nodes[parent];
        let at = above.find(node);
        above.items[INNER + at] = count;
    }

    /// Fills up a node that has too few from its neighbour, or joins the two; of the last, nothing
    /// is too few.
    fn mend(&mut self, row: &mut Row, mut node: u32) {
        loop {
            let RankNode { parent, inner, len, .. } = self.nodes[node];
            if parent == NIL {
                if inner && len == 1 {
                    row.root = self.nodes[node].items[0];
                    self.nodes[row.root].parent = NIL;
                    self.nodes.remove(node);
                } else if len == 0 {
                    row.root = NIL;
                    self.drop(row, node);
                }
                return;
            }
            if len == 0 {
                let gone = self.nodes[parent].find(node);
                self.nodes[parent].remove(gone);
                self.drop(row, node);
                node = parent;
                continue;
            }
            if self.nodes[node].len() >= self.nodes[node].least() || self.is_last(node) {
                return;
            }
            let above = &self.nodes[parent];
            let at = above.find(node);
            let (left, right) = match at.checked_sub(1) {
                Some(before) => (above.items[before], node),
                None => (node, above.items[at + 1]),
            };
            let other = if left == node { right } else { left };
            if self.nodes[other].len() > self.nodes[other].least() {
                if other == right {
                    self.carry(right, 0, left);
                } else {
                    let last = self.nodes[left].len() - 1;
                    let (item, count) = self.nodes[left].remove(last);
                    self.nodes[right].insert(0, item, count);
                    self.adopt(right, item);
                }
                self.recount_in(parent, left);
                self.recount_in(parent, right);
                return;
            }
            while self.nodes[right].len() > 0 {
                self.carry(right, 0, left);
            }
            let gone = self.nodes[parent].find(right);
            self.nodes[parent].remove(gone);
            self.drop(row, right);
            self.recount_in(parent, left);
            node = parent;
        }
    }
}

plain!(struct Row { root, last, len });

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::slab::Slot;
    use proptest::prelude::*;
    use std::vec::Vec;

    const TOTAL: u32 = 1_500;

    impl Leaf for u32 {
        fn leaf(&self) -> u32 {
            *self
        }

        fn set_leaf(&mut self, node: u32) {
            *self = node;
        }
    }

    fn ranks() -> Ranks<'static, u32> {
        let room = nodes(TOTAL, 2) as usize;
        Ranks::new(
            Slab::new(Storage::owned(room, Slot::default())),
            Storage::owned(TOTAL as usize, NIL),
        )
    }

    fn same(ranks: &Ranks<'_, u32>, row: &Row, model: &[u32]) {
        assert_eq!(row.len() as usize, model.len());
        for (place, x) in model.iter().enumerate() {
            assert_eq!(ranks.nth(row, place as u32), Some(*x));
            assert_eq!(ranks.rank(*x) as usize, place);
            assert_eq!(ranks.next(*x), model.get(place + 1).copied());
        }
        assert_eq!(ranks.nth(row, row.len()), None);
        assert_eq!(ranks.last(row), model.last().copied());
        for node in (0..ranks.nodes.used()).filter(|node| ranks.nodes.is_live(*node)) {
            let at = &ranks.nodes[node];
            let least = if ranks.is_last(node) { 1 } else { at.least() };
            assert!((least..=at.most()).contains(&at.len()));
        }
    }

    #[test]
    fn a_row_that_grows_at_its_end_is_full() {
        let (mut ranks, mut row) = (ranks(), Row::default());
        (0..28 * 50).for_each(|x| ranks.insert(&mut row, x, x));
        let (leaves, above) = (50, 50_u32.div_ceil(14));
        assert_eq!(ranks.nodes.len(), leaves + above + 1);
    }

    proptest! {
        /// Two rows that grow and shrink by turns, against vectors; the nodes always suffice.
        #[test]
        fn behaves_like_vectors(
            phases in proptest::collection::vec((0u8..6, 1usize..700, any::<u64>()), 1..10)
        ) {
            let mut ranks = ranks();
            let (mut rows, mut models) = ([Row::default(); 2], [Vec::new(), Vec::new()]);
            let mut free: Vec<u32> = (0..TOTAL).collect();
            for (what, times, mut rng) in phases {
                for _ in 0..times {
                    rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let n = (rng >> 33) as usize;
                    let which = n % 2;
                    let (row, model) = (&mut rows[which], &mut models[which]);
                    if what < 4 {
                        let Some(x) = free.pop() else { break };
                        let place = match what {
                            0 => model.len(),
                            1 => 0,
                            _ => n / 2 % (model.len() + 1),
                        };
                        ranks.insert(row, place as u32, x);
                        model.insert(place, x);
                    } else if !model.is_empty() {
                        let place = if what == 4 { n / 2 % model.len() } else { 0 };
                        let x = model.remove(place);
                        ranks.remove(row, x);
                        free.push(x);
                    }
                }
                same(&ranks, &rows[0], &models[0]);
                same(&ranks, &rows[1], &models[1]);
            }
            for which in 0..2 {
                for x in models[which].drain(..) {
                    ranks.remove(&mut rows[which], x);
                }
            }
            prop_assert_eq!(ranks.nodes.len(), 0);
        }
    }
}
