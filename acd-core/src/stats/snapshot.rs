//! The numbers as bytes and back.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

#[cfg(feature = "alloc")]
use super::StatsLimits;
use super::room::Tables;
use super::{Agent, LiveCall, Stats, StatsConfig, StatsStorage, Where};
use crate::Error;
use crate::plain::{Buffer, Hash, Plain, Sink, Source, plain};
use crate::stats::{AgentRow, CallDetail, CallEnd, Ratings, Traffic};

/// "TLSTAT" and the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"TLSTAT\x03\0");

impl Stats<'_> {
    /// Writes all the numbers into a buffer; how long they are. When that is longer than the buffer,
    /// what is in the buffer is of no use: call again with so much room.
    ///
    /// Statistics restored from them go on as if the fold had never stopped. As long as the tables
    /// are: [`forget_before`](Self::forget_before) and [`next_call`](Self::next_call) keep them
    /// short.
    pub fn write_snapshot(&self, bytes: &mut [u8]) -> usize {
        let mut buffer = Buffer::new(bytes);
        MAGIC.put(&mut buffer);
        self.put(&mut buffer);
        self.state_hash().put(&mut buffer);
        buffer.len
    }

    /// The same as bytes on the heap.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut bytes = alloc::vec![0; self.write_snapshot(&mut [])];
        self.write_snapshot(&mut bytes);
        bytes
    }

    /// The numbers as one: equal for folds over the same outputs, on every platform, however much
    /// room the tables have left.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        let mut hash = Hash::START;
        self.put(&mut hash);
        hash.0
    }

    fn put(&self, sink: &mut dyn Sink) {
        self.config.put(sink);
        self.tables.traffic.put(sink);
        self.tables.classes.put(sink);
        self.tables.agents.put(sink);
        self.tables.agent_intervals.put(sink);
        self.tables.ratings.put(sink);
        self.tables.calls.put(sink);
        self.tables.ended.put(sink);
        (self.ended, self.kept_from).put(sink);
    }
}

impl<'a> Stats<'a> {
    /// The numbers of a snapshot in the caller's memory, which may have more room or less than
    /// those had that it was taken of.
    ///
    /// # Errors
    /// [`Error::Snapshot`]: the bytes are not a snapshot of this version, are damaged, or hold more
    /// rows than there is room for.
    pub fn restore_in(storage: StatsStorage<'a>, bytes: &[u8]) -> Result<Self, Error> {
        Self::read(storage.into(), bytes)
    }

    fn read(mut tables: Tables<'a>, bytes: &[u8]) -> Result<Self, Error> {
        let mut source = Source::new(bytes);
        if u64::get(&mut source) != MAGIC {
            return Err(Error::Snapshot("not a snapshot of this version"));
        }
        let config = StatsConfig::get(&mut source);
        tables.traffic.get(&mut source)?;
        tables.classes.get(&mut source)?;
        tables.agents.get(&mut source)?;
        tables.agent_intervals.get(&mut source)?;
        tables.ratings.get(&mut source)?;
        tables.calls.get(&mut source)?;
        tables.ended.get(&mut source)?;
        let (ended, kept_from) = Plain::get(&mut source);
        let stats = Self { ended, kept_from, ..Self::of(config, tables) };
        let hash = u64::get(&mut source);
        if source.failed || !source.is_empty() || hash != stats.state_hash() {
            return Err(Error::Snapshot("damaged"));
        }
        Ok(stats)
    }
}

#[cfg(feature = "alloc")]
impl Stats<'static> {
    /// The numbers of a snapshot, in tables that [grow](Self::growing).
    ///
    /// ```
    /// use acd_core::stats::{Stats, StatsConfig};
    /// use acd_core::{AgentId, AgentState, Output, Time};
    ///
    /// let mut stats = Stats::growing(StatsConfig::default());
    /// let agent = AgentId::from_raw(0);
    /// let ready = Output::AgentChanged { agent, agent_tag: 7, state: AgentState::Available };
    /// stats.see(Time(1_000), &ready);
    /// let again = Stats::restore(&stats.snapshot())?;
    /// assert_eq!(again.state_hash(), stats.state_hash());
    /// # Ok::<(), acd_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Snapshot`]: the bytes are not a snapshot of this version, or are damaged.
    pub fn restore(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(Tables::growing(), bytes)
    }

    /// The numbers of a snapshot, and room for so many rows, taken from the heap now.
    ///
    /// # Errors
    /// As [`restore_in`](Self::restore_in).
    pub fn restore_with_capacity(limits: StatsLimits, bytes: &[u8]) -> Result<Self, Error> {
        Self::read(Tables::of(limits), bytes)
    }
}

plain!(struct StatsConfig { interval_ms, level_ms, short_ms, level });
plain!(struct Where { joined, queue, class });
plain!(struct LiveCall { detail, class, joined });
plain!(struct Agent { row, state, since, last });
plain!(struct Traffic { offered, refused, answered, abandoned, left, moved, answered_in_level, abandoned_in_level, short, waited_ms, answer_ms, completed, talked_ms, wrap_up_ms, rated, rating });
plain!(struct AgentRow { available_ms, ringing_ms, talking_ms, wrap_up_ms, not_ready_ms, offered, answered, missed, rated, rating });
plain!(struct Ratings { count, sum, grades });
plain!(struct CallDetail { tag, arrived, queue, offers, answered, end });

impl Plain for CallEnd {
    fn put(&self, sink: &mut dyn Sink) {
        match *self {
            Self::Left(reason) => (0_u8, reason).put(sink),
            Self::Completed(by) => (1_u8, by).put(sink),
        }
    }

    fn get(source: &mut Source<'_>) -> Self {
        match u8::get(source) {
            0 => Self::Left(Plain::get(source)),
            1 => Self::Completed(Plain::get(source)),
            _ => {
                source.failed = true;
                Self::Completed(crate::EndedBy::default())
            }
        }
    }
}
