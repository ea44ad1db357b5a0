//! The event log: everything an engine was told, as bytes, so that a replay tells what it said.
//!
//! A log begins with a snapshot of the engine and goes on with every [`Change`] it took. Whoever
//! reads it restores the snapshot, makes the changes again, and has the same outputs and the same
//! state; [checkpoints](LogWriter::checkpoint) in between prove it.
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use acd_core::log::{Change, LogReader, LogWriter};
//! use acd_core::*;
//!
//! let limits = Limits::default();
//! let mut engine = Engine::with_capacity(limits)?;
//! let mut bytes = vec![0; 65_536];
//! let mut log = LogWriter::begin(&mut bytes, &engine).expect("room");
//!
//! let change = Change::AddQueue(QueueConfig::default());
//! change.make(&mut engine).expect("room");
//! log.write(&change).expect("room");
//! let queue = engine.queues().next().expect("one queue");
//! let change = Change::Input(Time(5), Input::Arrive(CallConfig::new(queue)));
//! change.make(&mut engine).expect("a queue");
//! log.write(&change).expect("room");
//! while engine.poll().is_some() {}
//! log.checkpoint(&engine).expect("room");
//!
//! let mut replay = Engine::restore(limits, LogReader::new(log.bytes()).unwrap().snapshot())?;
//! for change in LogReader::new(log.bytes()).unwrap() {
//!     change.unwrap().make(&mut replay).expect("the same as before");
//!     while replay.poll().is_some() {}
//! }
//! assert_eq!(replay.state_hash(), engine.state_hash());
//! # }
//! # Ok::<(), acd_core::Error>(())
//! ```
//!
//! # Format, version 6
//!
//! Little-endian. The bytes `TLACDLOG`, the version (2 bytes), 6 bytes of 0, the length of the
//! snapshot (8), the snapshot. Then for each change: the length of its body (2), the body, a check
//! (4) over all bytes of the log so far: a change that is damaged, left out or moved is found. A
//! log ends anywhere between two changes.

use thiserror::Error as ThisError;

use crate::agent::AgentConfig;
use crate::engine::Engine;
use crate::error::Error;
use crate::event::Input;
use crate::id::{AgentId, QueueId, RuleId};
use crate::member::Membership;
use crate::plain::{Buffer, Hash, Plain, Sink, Source};
use crate::queue::QueueConfig;
use crate::relax::RelaxStep;
use crate::select::CallOrder;
use crate::skill::Skill;
use crate::time::Time;

const MAGIC: [u8; 8] = *b"TLACDLOG";
const VERSION: u16 = 7;
/// Magic, version, padding, length of the snapshot.
const HEADER: usize = 24;
/// Length and check around a body.
const FRAME: usize = 6;
/// The longest body: a queue's or a rule's steps of relaxation.
const BODY_MAX: usize = 2048;

/// So many skills or steps of relaxation fit into one change.
pub const LIST_MAX: usize = 32;

/// A short list inside a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<T> {
    len: u8,
    items: [T; LIST_MAX],
}

impl<T: Copy + Default> List<T> {
    /// A list of these.
    ///
    /// # Errors
    /// [`LogError::TooLong`]: more than [`LIST_MAX`].
    pub fn of(items: &[T]) -> Result<Self, LogError> {
        let mut list = Self { len: items.len() as u8, items: [T::default(); LIST_MAX] };
        let room = list.items.get_mut(..items.len()).ok_or(LogError::TooLong)?;
        room.copy_from_slice(items);
        Ok(list)
    }

    /// What is in it.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.items[..usize::from(self.len)]
    }
}

impl<T: Plain + Copy + Default> Plain for List<T> {
    fn put(&self, sink: &mut dyn Sink) {
        self.len.put(sink);
        self.as_slice().iter().for_each(|item| item.put(sink));
    }

    fn get(source: &mut Source<'_>) -> Self {
        let mut list = Self { len: u8::get(source), items: [T::default(); LIST_MAX] };
        if usize::from(list.len) > LIST_MAX {
            list.len = 0;
            source.failed = true;
        }
        for item in &mut list.items[..usize::from(list.len)] {
            *item = T::get(source);
        }
        list
    }
}

/// Something an engine can be told. What it refused changes nothing and need not be logged.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "a change lives for a moment, on the stack")]
pub enum Change {
    /// [`Engine::handle`].
    Input(Time, Input),
    /// [`Engine::set_seed`].
    Seed(u64),
    /// [`Engine::set_call_order`].
    CallOrder(CallOrder),
    /// [`Engine::add_class`].
    AddClass(List<Skill>),
    /// [`Engine::add_profile`].
    AddProfile(List<Skill>),
    /// [`Engine::add_queue`].
    AddQueue(QueueConfig),
    /// [`Engine::set_queue`].
    SetQueue(QueueId, QueueConfig),
    /// [`Engine::set_relaxation`].
    SetRelaxation(QueueId, List<RelaxStep>),
    /// [`Engine::add_rule`].
    AddRule(List<RelaxStep>),
    /// [`Engine::remove_rule`].
    RemoveRule(RuleId),
    /// [`Engine::remove_queue`].
    RemoveQueue(QueueId),
    /// [`Engine::add_agent`].
    AddAgent(AgentConfig),
    /// [`Engine::remove_agent`].
    RemoveAgent(AgentId),
    /// [`Engine::join_queue`].
    JoinQueue(AgentId, QueueId, Membership),
    /// [`Engine::set_membership`].
    SetMembership(AgentId, QueueId, Membership),
    /// [`Engine::leave_queue`].
    LeaveQueue(AgentId, QueueId),
    /// [`Engine::begin_epoch`].
    BeginEpoch(u64),
    /// The state's hash at this point: see [`LogWriter::checkpoint`].
    Checkpoint(u64),
}

impl Change {
    /// Tells the engine, which must have been polled until there was no more; a checkpoint only
    /// compares.
    ///
    /// # Errors
    /// The engine refuses it ([`LogError::Refused`]) or is in another state than the log's was
    /// ([`LogError::Diverged`]); it is as it was before.
    pub fn make(&self, engine: &mut Engine<'_>) -> Result<(), LogError> {
        match *self {
            Self::Input(now, input) => engine.handle(now, input)?,
            Self::Seed(seed) => engine.set_seed(seed),
            Self::CallOrder(order) => engine.set_call_order(order),
            Self::AddClass(needs) => drop(engine.add_class(needs.as_slice())?),
            Self::AddProfile(has) => drop(engine.add_profile(has.as_slice())?),
            Self::AddQueue(config) => drop(engine.add_queue(config)?),
            Self::SetQueue(queue, config) => engine.set_queue(queue, config)?,
            Self::SetRelaxation(queue, steps) => engine.set_relaxation(queue, steps.as_slice())?,
            Self::AddRule(steps) => drop(engine.add_rule(steps.as_slice())?),
            Self::RemoveRule(rule) => engine.remove_rule(rule)?,
            Self::RemoveQueue(queue) => engine.remove_queue(queue)?,
            Self::AddAgent(config) => drop(engine.add_agent(config)?),
            Self::RemoveAgent(agent) => engine.remove_agent(agent)?,
            Self::JoinQueue(agent, queue, place) => engine.join_queue(agent, queue, place)?,
            Self::SetMembership(agent, queue, place) => {
                engine.set_membership(agent, queue, place)?;
            }
            Self::LeaveQueue(agent, queue) => engine.leave_queue(agent, queue)?,
            Self::BeginEpoch(epoch) => engine.begin_epoch(epoch)?,
            Self::Checkpoint(expected) => {
                let found = engine.state_hash();
                if found != expected {
                    return Err(LogError::Diverged { expected, found });
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with a log, or with making its changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum LogError {
    /// The bytes do not begin as a log does.
    #[error("not an event log")]
    NotALog,
    /// A version this crate does not read.
    #[error("an event log of version {0}")]
    Version(u16),
    /// The log breaks off inside what begins at this byte.
    #[error("the log breaks off in what begins at byte {0}")]
    Truncated(u64),
    /// What begins at this byte is damaged, or not where it was written.
    #[error("the log is damaged at byte {0}")]
    Damaged(u64),
    /// There is no room for it; nothing was written.
    #[error("no room in the log's buffer")]
    Full,
    /// More than [`LIST_MAX`] skills or steps in one change.
    #[error("too many skills or steps in one change")]
    TooLong,
    /// The engine refuses the change.
    #[error("the engine refuses: {0}")]
    Refused(#[from] Error),
    /// The engine's state is not the one at this checkpoint.
    #[error("the state's hash is {found:#x}, not {expected:#x}")]
    Diverged {
        /// The hash in the log.
        expected: u64,
        /// The engine's.
        found: u64,
    },
}

/// Writes a log into a buffer, which can be emptied into a file whenever it suits.
#[derive(Debug)]
pub struct LogWriter<'a> {
    bytes: &'a mut [u8],
    len: usize,
    check: Check,
}

impl<'a> LogWriter<'a> {
    /// Begins a log with a snapshot of the engine.
    ///
    /// # Errors
    /// [`LogError::Full`], or the engine's outputs must be polled first.
    pub fn begin(bytes: &'a mut [u8], engine: &Engine<'_>) -> Result<Self, LogError> {
        let room = bytes.get_mut(HEADER..).ok_or(LogError::Full)?;
        let length = engine.snapshot(room)?;
        if length > room.len() {
            return Err(LogError::Full);
        }
        let mut header = Buffer::new(bytes);
        MAGIC.iter().for_each(|byte| byte.put(&mut header));
        (VERSION, 0_u16, 0_u32).put(&mut header);
        (length as u64).put(&mut header);
        let len = HEADER + length;
        let mut check = Check::START;
        check.bytes(&bytes[..len]);
        Ok(Self { bytes, len, check })
    }

    /// Adds a change.
    ///
    /// # Errors
    /// [`LogError::Full`]: [`clear`](Self::clear) first; nothing was written.
    pub fn write(&mut self, change: &Change) -> Result<(), LogError> {
        let mut body = [0; BODY_MAX];
        let mut buffer = Buffer::new(&mut body);
        change.put(&mut buffer);
        let length = buffer.len;
        let body = body.get(..length).ok_or(LogError::TooLong)?;
        let end = self.len + FRAME + length;
        let room = self.bytes.get_mut(self.len..end).ok_or(LogError::Full)?;
        let (head, check) = room.split_at_mut(2 + length);
        head[..2].copy_from_slice(&(length as u16).to_le_bytes());
        head[2..].copy_from_slice(body);
        self.check.bytes(head);
        check.copy_from_slice(&self.check.word().to_le_bytes());
        self.len = end;
        Ok(())
    }

    /// Adds a change and has it made by `make`: what the engine refuses does not stay in the log,
    /// and what the log has no room for is not made.
    ///
    /// # Errors
    /// As [`write`](Self::write), the engine refuses, or its outputs must be polled first.
    pub fn record<'e, T, E: Into<LogError>>(
        &mut self,
        change: &Change,
        engine: &mut Engine<'e>,
        make: impl FnOnce(&mut Engine<'e>) -> Result<T, E>,
    ) -> Result<T, LogError> {
        if engine.is_busy() {
            return Err(LogError::Refused(Error::Undrained));
        }
        let before = (self.len, self.check);
        self.write(change)?;
        make(engine).map_err(|refused| {
            (self.len, self.check) = before;
            refused.into()
        })
    }

    /// Adds the hash of the engine's state, for a replay to compare its own with.
    ///
    /// # Errors
    /// As [`write`](Self::write), or the engine's outputs must be polled first.
    pub fn checkpoint(&mut self, engine: &Engine<'_>) -> Result<(), LogError> {
        if engine.is_busy() {
            return Err(LogError::Refused(Error::Undrained));
        }
        self.write(&Change::Checkpoint(engine.state_hash()))
    }

    /// What has been written since the beginning, or since it was cleared.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Empties the buffer, when what was in it has been kept elsewhere; the log goes on behind it.
    pub fn clear(&mut self) {
        self.len = 0;
    }
}

/// Reads a log: an iterator over its changes, which ends at the first error.
#[derive(Clone, Debug)]
pub struct LogReader<'a> {
    snapshot: &'a [u8],
    bytes: &'a [u8],
    at: usize,
    check: Check,
    failed: bool,
}

impl<'a> LogReader<'a> {
    /// Opens a log.
    ///
    /// # Errors
    /// The bytes are no log, of another version, or break off in the snapshot.
    pub fn new(bytes: &'a [u8]) -> Result<Self, LogError> {
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
            return Err(if MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
                LogError::Truncated(0)
            } else {
                LogError::NotALog
            });
        };
        if header[..MAGIC.len()] != MAGIC {
            return Err(LogError::NotALog);
        }
        let mut source = Source::new(&header[MAGIC.len()..]);
        let (version, short, long): (u16, u16, u32) = Plain::get(&mut source);
        if version != VERSION {
            return Err(LogError::Version(version));
        }
        if short != 0 || long != 0 {
            return Err(LogError::Damaged(10));
        }
        let length = u64::get(&mut source);
        let snapshot = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let snapshot = snapshot.ok_or(LogError::Truncated(HEADER as u64))?;
        let at = HEADER + snapshot.len();
        let mut check = Check::START;
        check.bytes(&bytes[..at]);
        Ok(Self { snapshot, bytes, at, check, failed: false })
    }

    /// The snapshot it begins with, for [`Engine::restore`].
    #[must_use]
    pub fn snapshot(&self) -> &'a [u8] {
        self.snapshot
    }

    /// The byte at which the next change begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.at as u64
    }

    fn read(&mut self) -> Result<Change, LogError> {
        let at = self.at as u64;
        let rest = &self.bytes[self.at..];
        let head = rest.get(..2).ok_or(LogError::Truncated(at))?;
        let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
        if length > BODY_MAX {
            return Err(LogError::Damaged(at));
        }
        let frame = rest.get(..FRAME + length).ok_or(LogError::Truncated(at))?;
        let (checked, check) = frame.split_at(2 + length);
        self.check.bytes(checked);
        if check != self.check.word().to_le_bytes() {
            return Err(LogError::Damaged(at));
        }
        let mut source = Source::new(&checked[2..]);
        let change = Change::get(&mut source);
        if source.failed || !source.is_empty() {
            return Err(LogError::Damaged(at));
        }
        self.at += frame.len();
        Ok(change)
    }
}

impl Iterator for LogReader<'_> {
    type Item = Result<Change, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.at == self.bytes.len() {
            return None;
        }
        let change = self.read();
        self.failed = change.is_err();
        Some(change)
    }
}

/// A running check over all bytes of a log.
#[derive(Clone, Copy)]
struct Check(Hash);

impl core::fmt::Debug for Check {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Check({:#x})", self.word())
    }
}

impl Check {
    const START: Self = Self(Hash::START);

    fn bytes(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0.word(u64::from_le_bytes(word), 8);
        }
        self.0.word(bytes.len() as u64, 8);
    }

    fn word(&self) -> u32 {
        ((self.0.0 >> 32) ^ self.0.0) as u32
    }
}

impl Default for Change {
    fn default() -> Self {
        Self::Checkpoint(0)
    }
}

crate::plain::plain!(enum Change {
    0 Input(at, input), 1 Seed(seed), 2 CallOrder(order), 3 AddClass(needs), 4 AddProfile(has),
    5 AddQueue(config), 6 SetQueue(queue, config), 7 SetRelaxation(queue, steps),
    8 RemoveQueue(queue), 9 AddAgent(config), 10 RemoveAgent(agent),
    11 JoinQueue(agent, queue, place), 12 SetMembership(agent, queue, place),
    13 LeaveQueue(agent, queue), 14 Checkpoint(hash), 15 BeginEpoch(epoch),
    16 AddRule(steps), 17 RemoveRule(rule),
});
