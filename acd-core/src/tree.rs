//! Ordered sets threaded through the slots of a table: treaps, with counts or without.
//!
//! They answer what a queue is asked: who is first, who is next, and, where they count, at which
//! place am I and who is the k-th, all in logarithmic time and without memory of their own. The
//! shape follows from a hash of the slot's index; as keys are distinct, the order, and so every
//! decision, does not depend on the shape. Appending at the end, the usual case, starts from the
//! last node; without counts it touches two or three nodes, however many there are.

use core::marker::PhantomData;

use crate::plain::{Plain, Sink, Source, plain};
use crate::slab::NIL;

/// The parent of a slot that is in no tree.
const NOWHERE: u32 = NIL - 1;

/// The links of one slot in one tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links {
    left: u32,
    right: u32,
    parent: u32,
}

impl Default for Links {
    fn default() -> Self {
        Self { left: NIL, right: NIL, parent: NOWHERE }
    }
}

impl Links {
    /// Whether the slot is in a tree.
    pub(crate) fn is_linked(&self) -> bool {
        self.parent != NOWHERE
    }
}

/// A table whose slots can be in a tree of the kind `W`.
pub(crate) trait Arena<W> {
    type Key: Ord + Copy;
    fn key(&self, index: u32) -> Self::Key;
    fn links(&self, index: u32) -> &Links;
    fn links_mut(&mut self, index: u32) -> &mut Links;
    /// Where a slot keeps the size of its subtree; `None` in trees that do not count.
    fn size(&self, index: u32) -> Option<u32>;
    fn set_size(&mut self, index: u32, size: u32);
}

/// The ends of one tree. All the rest is in the slots.
#[derive(Debug)]
pub(crate) struct Tree<W> {
    root: u32,
    last: u32,
    kind: PhantomData<W>,
}

impl<W> Clone for Tree<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Tree<W> {}

impl<W> Default for Tree<W> {
    fn default() -> Self {
        Self { root: NIL, last: NIL, kind: PhantomData }
    }
}

/// The heap order of the treap: any fixed scattering of the indices.
fn height(index: u32) -> u32 {
    let mut x = index.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
    x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
    x ^ (x >> 16)
}

impl<W> Tree<W> {
    pub(crate) fn is_empty(&self) -> bool {
        self.root == NIL
    }

    /// Adds a slot under its key.
    pub(crate) fn insert<A: Arena<W>>(&mut self, a: &mut A, x: u32) {
        debug_assert!(!a.links(x).is_linked());
        let key = a.key(x);
        let mut parent = NIL;
        let mut right = false;
        if self.last != NIL && a.key(self.last) < key {
            (parent, right) = (self.last, true);
        } else {
            let mut at = self.root;
            while at != NIL {
                parent = at;
                right = a.key(at) < key;
                at = if right { a.links(at).right } else { a.links(at).left };
            }
        }
        self.attach(a, x, parent, right);
        if parent == self.last && right {
            self.last = x;
        }
    }

    fn attach<A: Arena<W>>(&mut self, a: &mut A, x: u32, parent: u32, right: bool) {
        *a.links_mut(x) = Links { parent, ..Links::default() };
        a.set_size(x, 1);
        if parent == NIL {
            (self.root, self.last) = (x, x);
            return;
        }
        if right {
            a.links_mut(parent).right = x;
        } else {
            a.links_mut(parent).left = x;
        }
        let mut up = parent;
        while let Some(size) = (up != NIL).then(|| a.size(up)).flatten() {
            a.set_size(up, size + 1);
            up = a.links(up).parent;
        }
        let rise = height(x);
        loop {
            let parent = a.links(x).parent;
            if parent == NIL || height(parent) >= rise {
                return;
            }
            self.rotate_up(a, x);
        }
    }

    /// Takes a slot out.
    pub(crate) fn remove<A: Arena<W>>(&mut self, a: &mut A, x: u32) {
        debug_assert!(a.links(x).is_linked());
        if self.last == x {
            self.last = previous(a, x);
        }
        let Links { left, right, parent } = *a.links(x);
        let child = join(a, left, right, parent);
        self.replace_child(a, parent, x, child);
        let mut up = parent;
        while let Some(size) = (up != NIL).then(|| a.size(up)).flatten() {
            a.set_size(up, size - 1);
            up = a.links(up).parent;
        }
        *a.links_mut(x) = Links::default();
    }

    /// The k-th slot, counted from 0, in a tree that counts.
    pub(crate) fn nth<A: Arena<W>>(&self, a: &A, mut k: u32) -> Option<u32> {
        let mut at = self.root;
        while at != NIL {
            let links = a.links(at);
            let before = size(a, links.left);
            if k < before {
                at = links.left;
            } else if k == before {
                return Some(at);
            } else {
                k -= before + 1;
                at = links.right;
            }
        }
        None
    }

    /// The first slot of all.
    pub(crate) fn first<A: Arena<W>>(&self, a: &A) -> Option<u32> {
        (self.root != NIL).then(|| leftmost(a, self.root))
    }

    /// The first slot whose key is not below `key`.
    pub(crate) fn at_or_after<A: Arena<W>>(&self, a: &A, key: A::Key) -> Option<u32> {
        let (mut at, mut found) = (self.root, None);
        while at != NIL {
            if a.key(at) < key {
                at = a.links(at).right;
            } else {
                found = Some(at);
                at = a.links(at).left;
            }
        }
        found
    }

    /// How many slots have a key below `key`, in a tree that counts.
    pub(crate) fn below<A: Arena<W>>(&self, a: &A, key: A::Key) -> u32 {
        let (mut at, mut count) = (self.root, 0);
        while at != NIL {
            let links = a.links(at);
            if a.key(at) < key {
                count += size(a, links.left) + 1;
                at = links.right;
            } else {
                at = links.left;
            }
        }
        count
    }

    /// How many slots stand before this one, in a tree that counts.
    pub(crate) fn rank<A: Arena<W>>(&self, a: &A, x: u32) -> u32 {
        // Most are asked for when they have just joined the end.
        if self.last == x {
            return size(a, self.root) - 1;
        }
        let mut count = size(a, a.links(x).left);
        let (mut at, mut up) = (x, a.links(x).parent);
        while up != NIL {
            let links = a.links(up);
            if links.right == at {
                count += size(a, links.left) + 1;
            }
            (at, up) = (up, links.parent);
        }
        count
    }

    /// The next slot of the tree this one is in.
    pub(crate) fn next<A: Arena<W>>(&self, a: &A, x: u32) -> Option<u32> {
        let right = a.links(x).right;
        if right != NIL {
            return Some(leftmost(a, right));
        }
        let (mut at, mut up) = (x, a.links(x).parent);
        while up != NIL && a.links(up).right == at {
            (at, up) = (up, a.links(up).parent);
        }
        (up != NIL).then_some(up)
    }

    fn rotate_up<A: Arena<W>>(&mut self, a: &mut A, x: u32) {
        let parent = a.links(x).parent;
        let grand = a.links(parent).parent;
        let moved;
        if a.links(parent).left == x {
            moved = a.links(x).right;
            a.links_mut(parent).left = moved;
            a.links_mut(x).right = parent;
        } else {
            moved = a.links(x).left;
            a.links_mut(parent).right = moved;
            a.links_mut(x).left = parent;
        }
        if moved != NIL {
            a.links_mut(moved).parent = parent;
        }
        a.links_mut(parent).parent = x;
        a.links_mut(x).parent = grand;
        self.replace_child(a, grand, parent, x);
        // The two subtrees have changed hands; the whole is as large as it was.
        if let (Some(whole), Some(part)) = (a.size(parent), a.size(x)) {
            let rest = whole - part + size(a, moved);
            a.set_size(x, whole);
            a.set_size(parent, rest);
        }
    }

    fn replace_child<A: Arena<W>>(&mut self, a: &mut A, parent: u32, old: u32, new: u32) {
        if parent == NIL {
            self.root = new;
        } else if a.links(parent).left == old {
            a.links_mut(parent).left = new;
        } else {
            a.links_mut(parent).right = new;
        }
    }
}

/// One tree of two, all of the first before all of the second; its root, under `parent`.
fn join<W, A: Arena<W>>(a: &mut A, mut left: u32, mut right: u32, parent: u32) -> u32 {
    let mut root = NIL;
    // Where the next node is hung up: under which one, and on which side.
    let (mut under, mut on_right) = (parent, false);
    loop {
        let taken = if left == NIL || right == NIL {
            if left == NIL { right } else { left }
        } else {
            let both = a.size(left).zip(a.size(right)).map(|(l, r)| l + r);
            let taken = if height(left) > height(right) { left } else { right };
            if let Some(both) = both {
                a.set_size(taken, both);
            }
            taken
        };
        if root == NIL {
            root = taken;
        } else if on_right {
            a.links_mut(under).right = taken;
        } else {
            a.links_mut(under).left = taken;
        }
        if taken == NIL {
            return root;
        }
        a.links_mut(taken).parent = under;
        if left == NIL || right == NIL {
            return root;
        }
        on_right = taken == left;
        under = taken;
        if on_right {
            left = a.links(taken).right;
        } else {
            right = a.links(taken).left;
        }
    }
}

fn previous<W, A: Arena<W>>(a: &A, x: u32) -> u32 {
    let left = a.links(x).left;
    if left != NIL {
        return rightmost(a, left);
    }
    let (mut at, mut up) = (x, a.links(x).parent);
    while up != NIL && a.links(up).left == at {
        (at, up) = (up, a.links(up).parent);
    }
    up
}

fn leftmost<W, A: Arena<W>>(a: &A, mut at: u32) -> u32 {
    while a.links(at).left != NIL {
        at = a.links(at).left;
    }
    at
}

fn rightmost<W, A: Arena<W>>(a: &A, mut at: u32) -> u32 {
    while a.links(at).right != NIL {
        at = a.links(at).right;
    }
    at
}

fn size<W, A: Arena<W>>(a: &A, x: u32) -> u32 {
    if x == NIL { 0 } else { a.size(x).unwrap_or(0) }
}

plain!(struct Links { left, right, parent });

impl<W> Plain for Tree<W> {
    fn put(&self, sink: &mut dyn Sink) {
        (self.root, self.last).put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        let (root, last) = Plain::get(source);
        Self { root, last, kind: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    struct Counting;
    struct Plain;
    /// Key, links and size.
    struct Table(Vec<(u32, Links, u32)>);

    impl Arena<Counting> for Table {
        type Key = (u32, u32);
        fn key(&self, index: u32) -> (u32, u32) {
            (self.0[index as usize].0, index)
        }
        fn links(&self, index: u32) -> &Links {
            &self.0[index as usize].1
        }
        fn links_mut(&mut self, index: u32) -> &mut Links {
            &mut self.0[index as usize].1
        }
        fn size(&self, index: u32) -> Option<u32> {
            Some(self.0[index as usize].2)
        }
        fn set_size(&mut self, index: u32, size: u32) {
            self.0[index as usize].2 = size;
        }
    }

    impl Arena<Plain> for Table {
        type Key = (u32, u32);
        fn key(&self, index: u32) -> (u32, u32) {
            (self.0[index as usize].0, index)
        }
        fn links(&self, index: u32) -> &Links {
            &self.0[index as usize].1
        }
        fn links_mut(&mut self, index: u32) -> &mut Links {
            &mut self.0[index as usize].1
        }
        fn size(&self, _: u32) -> Option<u32> {
            None
        }
        fn set_size(&mut self, _: u32, _: u32) {}
    }

    type Ops = Vec<(u8, u32, u32)>;

    /// Both kinds against a sorted vector: order, and what removal leaves.
    fn order<W>(ops: &Ops, seen: impl Fn(&Table, &Tree<W>, &[(u32, u32)]))
    where
        Table: Arena<W, Key = (u32, u32)>,
    {
        let mut table = Table((0..40).map(|_| (0, Links::default(), 0)).collect());
        let mut tree: Tree<W> = Tree::default();
        let mut model: Vec<(u32, u32)> = Vec::new();
        for &(op, x, key) in ops {
            match (op, table.0[x as usize].1.is_linked()) {
                (0 | 1, false) => {
                    table.0[x as usize].0 = key;
                    tree.insert(&mut table, x);
                    model.push((key, x));
                    model.sort_unstable();
                }
                (2, true) => {
                    tree.remove(&mut table, x);
                    model.retain(|entry| entry.1 != x);
                }
                _ => {}
            }
            assert_eq!(tree.is_empty(), model.is_empty());
            assert_eq!(tree.first(&table), model.first().map(|e| e.1));
            for (n, entry) in model.iter().enumerate() {
                assert_eq!(tree.next(&table, entry.1), model.get(n + 1).map(|e| e.1));
            }
            let from = model.iter().find(|e| **e >= (key, 20)).map(|e| e.1);
            assert_eq!(tree.at_or_after(&table, (key, 20)), from);
            seen(&table, &tree, &model);
        }
    }

    proptest! {
        #[test]
        fn behaves_like_a_sorted_vector(
            ops in proptest::collection::vec((0u8..3, 0u32..40, 0u32..16), 1..200)
        ) {
            order::<Plain>(&ops, |_, _, _| {});
            order::<Counting>(&ops, |table, tree, model| {
                assert_eq!(size(table, tree.root) as usize, model.len());
                for (place, &(key, slot)) in model.iter().enumerate() {
                    assert_eq!(tree.rank(table, slot) as usize, place);
                    assert_eq!(tree.nth(table, place as u32), Some(slot));
                    assert_eq!(tree.below(table, (key, slot)) as usize, place);
                }
                assert_eq!(tree.nth(table, model.len() as u32), None);
            });
        }
    }
}
