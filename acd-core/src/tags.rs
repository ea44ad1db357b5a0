//! Which agent has a tag: found at once, however many agents there are.

use crate::slab::NIL;
use crate::storage::Storage;

/// The first of the agents whose tags fall here, and the next behind the agent of this slot. Opaque;
/// [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug)]
pub struct TagSlot {
    first: u32,
    next: u32,
}

impl Default for TagSlot {
    fn default() -> Self {
        Self { first: NIL, next: NIL }
    }
}

/// Lists of the agents whose tags fall into the same place, threaded through as many slots as there
/// can be agents. Tag 0 is no tag, and in no list.
pub(crate) struct Tags<'a>(Storage<'a, TagSlot>);

impl<'a> Tags<'a> {
    /// As many slots as agents at least.
    pub(crate) fn new(mut slots: Storage<'a, TagSlot>) -> Self {
        slots.fill(TagSlot::default());
        Self(slots)
    }

    fn place(&self, tag: u64) -> usize {
        // The high half of a product depends on every bit of the tag.
        let scattered = (tag ^ (tag >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        ((scattered * self.0.len() as u64) >> 32) as usize
    }

    /// The agent with this tag, if it is one.
    pub(crate) fn find(&self, tag: u64, tag_of: impl Fn(u32) -> u64) -> Option<u32> {
        let mut at = self.0.get(self.place(tag)).map_or(NIL, |slot| slot.first);
        while at != NIL && tag_of(at) != tag {
            at = self.0[at as usize].next;
        }
        (at != NIL).then_some(at)
    }

    /// Notes an agent, which is in no list.
    pub(crate) fn add(&mut self, agent: u32, tag: u64) {
        if tag == 0 {
            return;
        }
        let place = self.place(tag);
        self.0[agent as usize].next = self.0[place].first;
        self.0[place].first = agent;
    }

    /// Forgets an agent, if it is in a list.
    pub(crate) fn remove(&mut self, agent: u32, tag: u64) {
        if tag == 0 {
            return;
        }
        let place = self.place(tag);
        let next = self.0[agent as usize].next;
        if self.0[place].first == agent {
            self.0[place].first = next;
            return;
        }
        let mut at = self.0[place].first;
        while at != NIL {
            let behind = self.0[at as usize].next;
            if behind == agent {
                self.0[at as usize].next = next;
                return;
            }
            at = behind;
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Against a map, with tags that fall together and tags that do not.
        #[test]
        fn finds_whom_a_map_finds(
            ops in proptest::collection::vec((any::<bool>(), 0u32..9, 0u64..14), 1..200)
        ) {
            let mut tags = Tags::new(Storage::owned(9, TagSlot::default()));
            let mut of: BTreeMap<u32, u64> = BTreeMap::new();
            for (adds, agent, tag) in ops {
                let tag = tag << (tag % 3 * 20);
                let taken = of.values().any(|known| tag != 0 && *known == tag);
                match of.get(&agent).copied() {
                    None if adds && !taken => {
                        tags.add(agent, tag);
                        of.insert(agent, tag);
                    }
                    Some(tag) if !adds => {
                        tags.remove(agent, tag);
                        of.remove(&agent);
                    }
                    _ => {}
                }
                for tag in (0..14_u64).map(|tag| tag << (tag % 3 * 20)) {
                    let known = of.iter().find(|(_, known)| tag != 0 && **known == tag);
                    let found = tags.find(tag, |agent| of[&agent]);
                    prop_assert_eq!(found, known.map(|(agent, _)| *agent));
                }
            }
        }
    }
}
