//! The numbers as bytes and back.

use alloc::vec::Vec;

use super::{Agent, LiveCall, Stats, Where};
use crate::Error;
use crate::plain::{Bytes, Hash, Plain, Sink, Source, plain};
use crate::stats::{AgentRow, CallDetail, CallEnd, Ratings, Traffic};

/// "TLSTAT" and the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"TLSTAT\x01\0");

impl Stats {
    /// All the numbers as bytes; [restored](Self::restore) from them they go on as if the fold had
    /// never stopped. As long as the tables are: [`forget_before`](Self::forget_before) and
    /// [`take_calls`](Self::take_calls) keep them short.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut bytes = Bytes(Vec::new());
        MAGIC.put(&mut bytes);
        self.put(&mut bytes);
        self.state_hash().put(&mut bytes);
        bytes.0
    }

    /// The numbers of a snapshot.
    ///
    /// ```
    /// use acd_core::stats::Stats;
    /// use acd_core::{AgentId, AgentState, Output, Time};
    ///
    /// let mut stats = Stats::new(1_800_000, 20_000, 5_000);
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
        let mut source = Source::new(bytes);
        if u64::get(&mut source) != MAGIC {
            return Err(Error::Snapshot("not a snapshot of this version"));
        }
        let stats = Self::get(&mut source);
        let hash = u64::get(&mut source);
        if source.failed || !source.is_empty() || hash != stats.state_hash() {
            return Err(Error::Snapshot("damaged"));
        }
        Ok(stats)
    }

    /// The numbers as one: equal for folds over the same outputs, on every platform.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        let mut hash = Hash::START;
        self.put(&mut hash);
        hash.0
    }
}

plain!(struct Stats { interval_ms, level_ms, short_ms, traffic, by_class, agents, agent_intervals, ratings, live, done, kept_from });
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
