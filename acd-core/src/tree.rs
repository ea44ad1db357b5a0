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

    /// The slots around it.
    pub(crate) fn around(&self) -> [u32; 3] {
        [self.left, self.right, self.parent]
    }

    /// Those of a slot in no tree, which have room for a number.
    pub(crate) fn keeping(number: u64) -> Self {
        Self { left: number as u32, right: (number >> 32) as u32, parent: NOWHERE }
    }

    /// That number; `u64::MAX` by default.
    pub(crate) fn kept(&self) -> Option<u64> {
        let number = (u64::from(self.right) << 32) | u64::from(self.left);
        (!self.is_linked()).then_some(number)
    }
}

/// A table whose slots can be in a tree of the kind `W`.
pub(crate) trait Arena<W> {
    type Key: Ord + Copy;
    fn key(&self, index: u32) -> Self::Key;
    fn links(&self, index: u32) -> &Links;
    fn links_mut(&mut self, index: u32) -> &mut Links;
    /// Whether trees of this kind count.
    const COUNTS: bool;
    /// In trees that count, how many slots are to the left, below this one.
    fn left(&self, index: u32) -> u32;
    fn set_left(&mut self, index: u32, count: u32);
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

    /// Adds a slot whose key is known to be behind all others.
    pub(crate) fn append<A: Arena<W>>(&mut self, a: &mut A, x: u32) {
        debug_assert!(self.last == NIL || a.key(self.last) < a.key(x));
        self.hang(a, x, self.last, self.last != NIL);
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
        self.hang(a, x, parent, right);
    }

    fn hang<A: Arena<W>>(&mut self, a: &mut A, x: u32, parent: u32, right: bool) {
        self.attach(a, x, parent, right);
        if parent == self.last && right {
            self.last = x;
        }
    }

    fn attach<A: Arena<W>>(&mut self, a: &mut A, x: u32, parent: u32, right: bool) {
        *a.links_mut(x) = Links { parent, ..Links::default() };
        if A::COUNTS {
            a.set_left(x, 0);
        }
        if parent == NIL {
            (self.root, self.last) = (x, x);
            return;
        }
        if right {
            a.links_mut(parent).right = x;
        } else {
            a.links_mut(parent).left = x;
        }
        // Behind the last one, nobody has it on the left.
        if A::COUNTS && !(right && parent == self.last) {
            each_left_of(a, x, |a, up| a.set_left(up, a.left(up) + 1));
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
        if A::COUNTS {
            each_left_of(a, x, |a, up| a.set_left(up, a.left(up) - 1));
        }
        let Links { left, right, parent } = *a.links(x);
        let before = if A::COUNTS { a.left(x) } else { 0 };
        let child = join(a, left, right, parent, before);
        self.replace_child(a, parent, x, child);
        *a.links_mut(x) = Links::default();
    }

    /// The k-th slot, counted from 0, in a tree that counts.
    pub(crate) fn nth<A: Arena<W>>(&self, a: &A, mut k: u32) -> Option<u32> {
        let mut at = self.root;
        while at != NIL {
            let before = a.left(at);
            if k < before {
                at = a.links(at).left;
            } else if k == before {
                return Some(at);
            } else {
                k -= before + 1;
                at = a.links(at).right;
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
            if a.key(at) < key {
                count += a.left(at) + 1;
                at = a.links(at).right;
            } else {
                at = a.links(at).left;
            }
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
            if A::COUNTS {
                a.set_left(parent, a.left(parent) - a.left(x) - 1);
            }
        } else {
            moved = a.links(x).left;
            a.links_mut(parent).right = moved;
            a.links_mut(x).left = parent;
            if A::COUNTS {
                a.set_left(x, a.left(x) + a.left(parent) + 1);
            }
        }
        if moved != NIL {
            a.links_mut(moved).parent = parent;
        }
        a.links_mut(parent).parent = x;
        a.links_mut(x).parent = grand;
        self.replace_child(a, grand, parent, x);
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

/// Each slot that has this one somewhere to its left, below it.
fn each_left_of<W, A: Arena<W>>(a: &mut A, x: u32, mut see: impl FnMut(&mut A, u32)) {
    let (mut at, mut up) = (x, a.links(x).parent);
    while up != NIL {
        let Links { left, parent, .. } = *a.links(up);
        if left == at {
            see(a, up);
        }
        (at, up) = (up, parent);
    }
}

/// One tree of two, all of the first, which has `count`, before all of the second; its root, under
/// `parent`.
fn join<W, A: Arena<W>>(
    a: &mut A,
    mut left: u32,
    mut right: u32,
    parent: u32,
    mut count: u32,
) -> u32 {
    let mut root = NIL;
    // Where the next node is hung up: under which one, and on which side.
    let (mut under, mut on_right) = (parent, false);
    loop {
        let from_left = right == NIL || (left != NIL && height(left) > height(right));
        let taken = if from_left { left } else { right };
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
        if from_left {
            if A::COUNTS {
                count -= a.left(taken) + 1;
            }
            left = a.links(taken).right;
        } else {
            if A::COUNTS {
                a.set_left(taken, a.left(taken) + count);
            }
            right = a.links(taken).left;
        }
        (under, on_right) = (taken, from_left);
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
    /// Key, links and how many are to the left.
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
        const COUNTS: bool = true;
        fn left(&self, index: u32) -> u32 {
            self.0[index as usize].2
        }
        fn set_left(&mut self, index: u32, count: u32) {
            self.0[index as usize].2 = count;
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
        const COUNTS: bool = false;
        fn left(&self, _: u32) -> u32 {
            unreachable!("nobody asks")
        }
        fn set_left(&mut self, _: u32, _: u32) {
            unreachable!("nobody counts")
        }
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
                    if op == 0 && model.iter().all(|entry| *entry < (key, x)) {
                        tree.append(&mut table, x);
                    } else {
                        tree.insert(&mut table, x);
                    }
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
                assert_eq!(tree.nth(table, model.len() as u32), None);
                for (place, &(key, slot)) in model.iter().enumerate() {
                    assert_eq!(tree.nth(table, place as u32), Some(slot));
                    assert_eq!(tree.below(table, (key, slot)) as usize, place);
                }
                assert_eq!(tree.nth(table, model.len() as u32), None);
            });
        }
    }
}
