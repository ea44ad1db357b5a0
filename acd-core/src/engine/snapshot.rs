//! The whole state as bytes and back, and as one number.

use super::{CHECKED, Engine};
use crate::agent::Agent;
use crate::error::Error;
use crate::limits::EngineStorage;
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::plain::{Buffer, Hash, Plain, Sink, Source};
use crate::slab::{List, NIL};
use crate::time::Time;

/// "TLACD" and the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"TLACD\0\x09\0");

impl Engine<'_> {
    /// Writes the whole state into a buffer; how long it is. When that is longer than the buffer,
    /// what is in the buffer is of no use: call again with so much room.
    ///
    /// An engine [restored](Engine::restore) from it goes on as if it had never stopped.
    ///
    /// # Errors
    /// Outputs must be polled first.
    pub fn snapshot(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        if self.is_busy() {
            return Err(Error::Undrained);
        }
        let mut buffer = Buffer::new(bytes);
        MAGIC.put(&mut buffer);
        self.shape().put(&mut buffer);
        self.put(&mut buffer);
        self.hash().put(&mut buffer);
        Ok(buffer.len)
    }

    /// The state as one number: equal for engines of the same limits that were told the same,
    /// on every platform.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        self.hash()
    }

    fn hash(&self) -> u64 {
        let mut hash = Hash::START;
        self.put(&mut hash);
        hash.0
    }

    /// Whether outputs wait to be polled, or work for room to tell of it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.parked.is_some() || self.is_dirty() || self.out.len() > 0
    }

    /// The lengths of the tables that must be the same.
    fn shape(&self) -> [u32; CHECKED] {
        [
            self.queues.capacity(),
            self.agents.capacity(),
            self.members.capacity(),
            self.calls.capacity(),
            self.legs.capacity(),
            self.lines.capacity(),
            self.pools.capacity(),
            u32::from(self.line_grid.kinds()),
            u32::from(self.pool_grid.kinds()),
            self.skills.capacity(),
            self.steps.len() as u32,
            self.rules.capacity(),
            self.ghosts.len() as u32,
            u32::from(self.ring_max),
        ]
    }

    fn put(&self, sink: &mut dyn Sink) {
        self.queues.put(sink);
        self.agents.put(sink);
        self.members.put(sink);
        self.calls.put(sink);
        self.legs.put(sink);
        self.lines.put(sink);
        self.pools.put(sink);
        self.line_grid.put(sink);
        self.pool_grid.put(sink);
        self.skills.put(sink);
        self.timers.put(self.calls.places(), sink);
        self.steps_used.put(sink);
        self.steps[..self.steps_used as usize].iter().for_each(|step| step.put(sink));
        self.rules.put(sink);
        self.ghosts.iter().for_each(|ghost| ghost.put(sink));
        (self.ghost as u64).put(sink);
        self.goal.put(sink);
        self.next_call.put(sink);
        self.next_member.put(sink);
        self.rng.put(sink);
        self.epoch.put(sink);
        self.call_order.put(sink);
    }

    fn get(&mut self, source: &mut Source<'_>) {
        self.queues.get(source);
        self.agents.get(source);
        self.find_tags();
        self.members.get(source);
        self.calls.get(source);
        self.legs.get(source);
        self.lines.get(source);
        self.pools.get(source);
        self.line_grid.get(source);
        self.pool_grid.get(source);
        self.skills.get(source);
        self.timers.get(self.calls.places_mut(), source);
        self.steps_used = u32::get(source);
        source.failed |= self.steps_used as usize > self.steps.len();
        self.steps_used = self.steps_used.min(self.steps.len() as u32);
        let used = &mut self.steps[..self.steps_used as usize];
        used.iter_mut().for_each(|step| *step = Plain::get(source));
        self.rules.get(source);
        self.ghosts.iter_mut().for_each(|ghost| *ghost = Plain::get(source));
        let ghost = u64::get(source);
        source.failed |= ghost > self.ghosts.len() as u64;
        self.ghost = (ghost as usize).min(self.ghosts.len());
        self.goal = Time::get(source);
        self.now = self.goal;
        self.next_call = u64::get(source);
        self.next_member = u32::get(source);
        self.rng = u64::get(source);
        self.epoch = u64::get(source);
        self.call_order = Plain::get(source);
        (self.dirty_calls, self.dirty_agents) = (List::EMPTY, List::EMPTY);
        self.emptying = NIL;
    }

    /// Agents who are there by their tags: what follows from them is not written.
    fn find_tags(&mut self) {
        for agent in 0..self.agents.used() {
            let Agent { tag, leaving, .. } = self.agents[agent];
            if self.agents.is_live(agent) && !leaving {
                self.tags.add(agent, tag);
            }
        }
    }

    /// Reads a snapshot into this engine, which must be empty and of the same shape.
    fn read(mut self, bytes: &[u8]) -> Result<Self, Error> {
        let mut source = Source::new(bytes);
        if u64::get(&mut source) != MAGIC {
            return Err(Error::Snapshot("not a snapshot of this version"));
        }
        if <[u32; CHECKED]>::get(&mut source) != self.shape() {
            return Err(Error::Snapshot("taken with other limits"));
        }
        // The hash is compared before anything is followed that only a sound state may say.
        self.get(&mut source);
        let hash = u64::get(&mut source);
        if source.failed || !source.is_empty() || hash != self.hash() {
            return Err(Error::Snapshot("damaged"));
        }
        self.count_needs();
        Ok(self)
    }
}

impl<'a> Engine<'a> {
    /// An engine in the caller's memory, in the state of a snapshot that was taken with the same
    /// limits.
    ///
    /// A snapshot is believed as the program's own memory is: damage is found, forgery is not.
    ///
    /// # Errors
    /// The bytes are not a snapshot of this version and these limits, or are damaged.
    pub fn restore_in(
        storage: EngineStorage<'a>,
        ring_max: u16,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        Self::new(storage, ring_max)?.read(bytes)
    }
}

#[cfg(feature = "alloc")]
impl Engine<'static> {
    /// An engine in the state of a snapshot that was taken with the same limits.
    ///
    /// A snapshot is believed as the program's own memory is: damage is found, forgery is not.
    ///
    /// # Errors
    /// The bytes are not a snapshot of this version and these limits, or are damaged.
    pub fn restore(limits: Limits, bytes: &[u8]) -> Result<Self, Error> {
        Self::with_capacity(limits)?.read(bytes)
    }
}
