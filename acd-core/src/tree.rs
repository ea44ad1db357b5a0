//! An ordered set threaded through the slots of a table: a treap with counts.
//!
//! It answers what a queue is asked: who is first, who is next, at which place am I, who is the
//! k-th, all in logarithmic time and without memory of its own. The shape follows from a hash of
//! the slot's index; as keys are distinct, the order, and so every decision, does not depend on
//! the shape. Appending at the end, the usual case, starts from the last node.

use crate::plain::plain;
use crate::slab::NIL;

/// The links of one slot in one tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    left: u32,
    right: u32,
    parent: u32,
    /// Nodes in this subtree.
    size: u32,
    /// Those of them that are `on`.
    ready: u32,
    on: bool,
}

impl Default for Node {
    fn default() -> Self {
        Self { left: NIL, right: NIL, parent: NIL, size: 0, ready: 0, on: false }
    }
}

impl Node {
    /// Whether the slot is in a tree.
    pub(crate) fn is_linked(&self) -> bool {
        self.size > 0
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }
}

/// A table whose slots can be in a tree.
pub(crate) trait Arena {
    type Key: Ord + Copy;
    fn key(&self, index: u32) -> Self::Key;
    fn node(&self, index: u32) -> &Node;
    fn node_mut(&mut self, index: u32) -> &mut Node;
}

/// The ends of one tree. All the rest is in the slots.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree {
    root: u32,
    last: u32,
}

impl Default for Tree {
    fn default() -> Self {
        Self { root: NIL, last: NIL }
    }
}

/// The heap order of the treap: any fixed scattering of the indices.
fn height(index: u32) -> u32 {
    let mut x = index.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
    x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
    x ^ (x >> 16)
}

impl Tree {
    pub(crate) fn len<A: Arena>(&self, a: &A) -> u32 {
        size(a, self.root)
    }

    pub(crate) fn ready<A: Arena>(&self, a: &A) -> u32 {
        ready(a, self.root)
    }

    /// Adds a slot under its key; `on` says whether the `ready` searches see it.
    pub(crate) fn insert<A: Arena>(&mut self, a: &mut A, x: u32, on: bool) {
        debug_assert!(!a.node(x).is_linked());
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
                at = if right { a.node(at).right } else { a.node(at).left };
            }
        }
        self.attach(a, x, parent, right, on);
        if parent == self.last && right {
            self.last = x;
        }
    }

    fn attach<A: Arena>(&mut self, a: &mut A, x: u32, parent: u32, right: bool, on: bool) {
        *a.node_mut(x) = Node { parent, size: 1, ready: u32::from(on), on, ..Node::default() };
        if parent == NIL {
            (self.root, self.last) = (x, x);
            return;
        }
        if right {
            a.node_mut(parent).right = x;
        } else {
            a.node_mut(parent).left = x;
        }
        let mut up = parent;
        while up != NIL {
            let node = a.node_mut(up);
            node.size += 1;
            node.ready += u32::from(on);
            up = node.parent;
        }
        let rise = height(x);
        loop {
            let parent = a.node(x).parent;
            if parent == NIL || height(parent) >= rise {
                return;
            }
            self.rotate_up(a, x);
        }
    }

    /// Takes a slot out.
    pub(crate) fn remove<A: Arena>(&mut self, a: &mut A, x: u32) {
        debug_assert!(a.node(x).is_linked());
        if self.last == x {
            self.last = previous(a, x);
        }
        let child = loop {
            let Node { left, right, .. } = *a.node(x);
            if left == NIL || right == NIL {
                break if left == NIL { right } else { left };
            }
            let taller = if height(left) > height(right) { left } else { right };
            self.rotate_up(a, taller);
        };
        let Node { parent, on, .. } = *a.node(x);
        if child != NIL {
            a.node_mut(child).parent = parent;
        }
        self.replace_child(a, parent, x, child);
        let mut up = parent;
        while up != NIL {
            let node = a.node_mut(up);
            node.size -= 1;
            node.ready -= u32::from(on);
            up = node.parent;
        }
        *a.node_mut(x) = Node::default();
    }

    /// Shows a slot to the `ready` searches, or hides it.
    pub(crate) fn set_on<A: Arena>(&self, a: &mut A, x: u32, on: bool) {
        if a.node(x).on == on {
            return;
        }
        a.node_mut(x).on = on;
        let mut up = x;
        while up != NIL {
            let node = a.node_mut(up);
            if on {
                node.ready += 1;
            } else {
                node.ready -= 1;
            }
            up = node.parent;
        }
    }

    /// The k-th `on` slot, counted from 0.
    pub(crate) fn nth<A: Arena>(&self, a: &A, mut k: u32) -> Option<u32> {
        let mut at = self.root;
        if k >= ready(a, at) {
            return None;
        }
        loop {
            let node = a.node(at);
            let before = ready(a, node.left);
            if k < before {
                at = node.left;
            } else if k == before && node.on {
                return Some(at);
            } else {
                k -= before + u32::from(node.on);
                at = node.right;
            }
        }
    }

    /// The k-th slot, `on` or not, counted from 0.
    pub(crate) fn nth_of_all<A: Arena>(&self, a: &A, mut k: u32) -> Option<u32> {
        let mut at = self.root;
        while at != NIL {
            let node = a.node(at);
            let before = size(a, node.left);
            if k < before {
                at = node.left;
            } else if k == before {
                return Some(at);
            } else {
                k -= before + 1;
                at = node.right;
            }
        }
        None
    }

    /// The first slot of all, `on` or not.
    pub(crate) fn first_of_all<A: Arena>(&self, a: &A) -> Option<u32> {
        (self.root != NIL).then(|| leftmost(a, self.root))
    }

    /// The first `on` slot whose key is not below `key`.
    pub(crate) fn at_or_after<A: Arena>(&self, a: &A, key: A::Key) -> Option<u32> {
        self.nth(a, self.ready_below(a, key))
    }

    /// How many `on` slots have a key below `key`.
    pub(crate) fn ready_below<A: Arena>(&self, a: &A, key: A::Key) -> u32 {
        let (mut at, mut count) = (self.root, 0);
        while at != NIL {
            let node = a.node(at);
            if a.key(at) < key {
                count += ready(a, node.left) + u32::from(node.on);
                at = node.right;
            } else {
                at = node.left;
            }
        }
        count
    }

    /// How many slots, `on` or not, have a key below `key`.
    pub(crate) fn below<A: Arena>(&self, a: &A, key: A::Key) -> u32 {
        let (mut at, mut count) = (self.root, 0);
        while at != NIL {
            let node = a.node(at);
            if a.key(at) < key {
                count += size(a, node.left) + 1;
                at = node.right;
            } else {
                at = node.left;
            }
        }
        count
    }

    fn rotate_up<A: Arena>(&mut self, a: &mut A, x: u32) {
        let parent = a.node(x).parent;
        let grand = a.node(parent).parent;
        let moved;
        if a.node(parent).left == x {
            moved = a.node(x).right;
            a.node_mut(parent).left = moved;
            a.node_mut(x).right = parent;
        } else {
            moved = a.node(x).left;
            a.node_mut(parent).right = moved;
            a.node_mut(x).left = parent;
        }
        if moved != NIL {
            a.node_mut(moved).parent = parent;
        }
        a.node_mut(parent).parent = x;
        a.node_mut(x).parent = grand;
        self.replace_child(a, grand, parent, x);
        recount(a, parent);
        recount(a, x);
    }

    fn replace_child<A: Arena>(&mut self, a: &mut A, parent: u32, old: u32, new: u32) {
        if parent == NIL {
            self.root = new;
        } else if a.node(parent).left == old {
            a.node_mut(parent).left = new;
        } else {
            a.node_mut(parent).right = new;
        }
    }
}

/// How many slots of its tree stand before this one, `on` or not.
pub(crate) fn rank<A: Arena>(a: &A, x: u32) -> u32 {
    let mut count = size(a, a.node(x).left);
    let (mut at, mut up) = (x, a.node(x).parent);
    while up != NIL {
        if a.node(up).right == at {
            count += size(a, a.node(up).left) + 1;
        }
        (at, up) = (up, a.node(up).parent);
    }
    count
}

/// The next `on` slot of the same tree.
pub(crate) fn next_on<A: Arena>(a: &A, x: u32) -> Option<u32> {
    let right = a.node(x).right;
    if ready(a, right) > 0 {
        return Some(first_on(a, right));
    }
    let (mut at, mut up) = (x, a.node(x).parent);
    while up != NIL {
        let node = a.node(up);
        if node.left == at {
            if node.on {
                return Some(up);
            }
            if ready(a, node.right) > 0 {
                return Some(first_on(a, node.right));
            }
        }
        (at, up) = (up, node.parent);
    }
    None
}

fn previous<A: Arena>(a: &A, x: u32) -> u32 {
    let left = a.node(x).left;
    if left != NIL {
        return rightmost(a, left);
    }
    let (mut at, mut up) = (x, a.node(x).parent);
    while up != NIL && a.node(up).left == at {
        (at, up) = (up, a.node(up).parent);
    }
    up
}

/// The first `on` slot of a subtree that has one.
fn first_on<A: Arena>(a: &A, mut at: u32) -> u32 {
    loop {
        let node = a.node(at);
        if ready(a, node.left) > 0 {
            at = node.left;
        } else if node.on {
            return at;
        } else {
            at = node.right;
        }
    }
}

fn leftmost<A: Arena>(a: &A, mut at: u32) -> u32 {
    while a.node(at).left != NIL {
        at = a.node(at).left;
    }
    at
}

fn rightmost<A: Arena>(a: &A, mut at: u32) -> u32 {
    while a.node(at).right != NIL {
        at = a.node(at).right;
    }
    at
}

fn recount<A: Arena>(a: &mut A, x: u32) {
    let Node { left, right, on, .. } = *a.node(x);
    let total = size(a, left) + size(a, right) + 1;
    let seen = ready(a, left) + ready(a, right) + u32::from(on);
    let node = a.node_mut(x);
    (node.size, node.ready) = (total, seen);
}

fn size<A: Arena>(a: &A, x: u32) -> u32 {
    if x == NIL { 0 } else { a.node(x).size }
}

fn ready<A: Arena>(a: &A, x: u32) -> u32 {
    if x == NIL { 0 } else { a.node(x).ready }
}

plain!(struct Node { left, right, parent, size, ready, on });
plain!(struct Tree { root, last });

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    struct Table(Vec<(u32, Node)>);

    impl Arena for Table {
        type Key = (u32, u32);
        fn key(&self, index: u32) -> (u32, u32) {
            (self.0[index as usize].0, index)
        }
        fn node(&self, index: u32) -> &Node {
            &self.0[index as usize].1
        }
        fn node_mut(&mut self, index: u32) -> &mut Node {
            &mut self.0[index as usize].1
        }
    }

    proptest! {
        /// Against a sorted vector: order, places, the ready ones, and what removal leaves.
        #[test]
        fn behaves_like_a_sorted_vector(
            ops in proptest::collection::vec((0u8..4, 0u32..40, 0u32..16), 1..200)
        ) {
            let mut table = Table((0..40).map(|_| (0, Node::default())).collect());
            let mut tree = Tree::default();
            let mut model: Vec<((u32, u32), bool)> = Vec::new();
            for (op, x, key) in ops {
                let linked = table.node(x).is_linked();
                match op {
                    0 | 1 if !linked => {
                        table.0[x as usize].0 = key;
                        tree.insert(&mut table, x, op == 0);
                        model.push(((key, x), op == 0));
                        model.sort_unstable();
                    }
                    2 if linked => {
                        tree.remove(&mut table, x);
                        model.retain(|entry| entry.0.1 != x);
                    }
                    3 if linked => {
                        let on = table.node(x).is_on();
                        tree.set_on(&mut table, x, !on);
                        for entry in model.iter_mut().filter(|entry| entry.0.1 == x) {
                            entry.1 = !on;
                        }
                    }
                    _ => {}
                }
                let on: Vec<u32> = model.iter().filter(|e| e.1).map(|e| e.0.1).collect();
                prop_assert_eq!(size(&table, tree.root) as usize, model.len());
                prop_assert_eq!(tree.ready(&table) as usize, on.len());
                for (k, &want) in on.iter().enumerate() {
                    prop_assert_eq!(tree.nth(&table, k as u32), Some(want));
                    prop_assert_eq!(next_on(&table, want), on.get(k + 1).copied());
                }
                for (place, &((_, slot), _)) in model.iter().enumerate() {
                    prop_assert_eq!(rank(&table, slot) as usize, place);
                    prop_assert_eq!(tree.nth_of_all(&table, place as u32), Some(slot));
                }
                let probe = (key, 20);
                let below = model.iter().filter(|e| e.0 < probe).count();
                prop_assert_eq!(tree.below(&table, probe) as usize, below);
                let from = model.iter().find(|e| e.0 >= probe && e.1).map(|e| e.0.1);
                prop_assert_eq!(tree.at_or_after(&table, probe), from);
            }
        }
    }
}
