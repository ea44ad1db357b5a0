//! Sessions as bytes: to store, to move to another machine, to go on after a restart.
//!
//! ```text
//! "IVRS"  version (u16)  bytes of variables (u16)  state  variables  CRC-32 of all before
//! ```
//!
//! The state is passed over once, field by field, by the same list for both directions.

use super::state::{DEPTH, DIGITS, Name, Phase, State};
use super::{EndReason, Fault, SessionOf};
use crate::Time;
use crate::program::words::{NodeId, PromptId};
use crate::program::{Flow, crc32};

const MAGIC: [u8; 4] = *b"IVRS";
const VERSION: u16 = 1;
const HEADER: usize = 8;

/// Why a snapshot cannot be taken or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The buffer is too small.
    #[error("a snapshot takes {needs} bytes, there are {has}")]
    Room {
        /// Bytes needed.
        needs: usize,
        /// Bytes there are.
        has: usize,
    },
    /// The bytes are no snapshot, of another version, of another size of session, or damaged.
    #[error("not a snapshot of such a session, or damaged")]
    Damaged,
    /// The snapshot belongs to another program.
    #[error("the session runs on program {0:08x}")]
    WrongFlow(u32),
}

/// Passes over numbers in one direction.
trait Pass {
    fn pass(&mut self, value: &mut u64, bytes: usize);
}

struct Save<'b> {
    out: &'b mut [u8],
    at: usize,
}

impl Pass for Save<'_> {
    fn pass(&mut self, value: &mut u64, bytes: usize) {
        if let Some(room) = self.out.get_mut(self.at..self.at + bytes) {
            for (slot, byte) in room.iter_mut().zip(value.to_le_bytes()) {
                *slot = byte;
            }
        }
        self.at += bytes;
    }
}

struct Restore<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Pass for Restore<'_> {
    fn pass(&mut self, value: &mut u64, bytes: usize) {
        let mut all = [0; 8];
        let found = self.bytes.get(self.at..self.at + bytes).unwrap_or_default();
        for (slot, byte) in all.iter_mut().zip(found) {
            *slot = *byte;
        }
        *value = u64::from_le_bytes(all);
        self.at += bytes;
    }
}

macro_rules! numbers {
    ($pass:expr; $($field:expr => $ty:ty,)*) => {
        $({
            let mut value = $field as u64;
            $pass.pass(&mut value, size_of::<$ty>());
            $field = value as $ty;
        })*
    };
}

const PHASES: [Phase; 13] = [
    Phase::Idle,
    Phase::Enter,
    Phase::Prompt,
    Phase::Digits,
    Phase::Ask,
    Phase::Wait,
    Phase::Connected,
    Phase::Stopping,
    Phase::Attach,
    Phase::Leave,
    Phase::Go,
    Phase::End,
    Phase::Over,
];

const ENDS: [EndReason; 6] = [
    EndReason::Finished,
    EndReason::Transferred,
    EndReason::CallerHungUp,
    EndReason::Error(Fault::Unhandled),
    EndReason::Error(Fault::Loop),
    EndReason::Error(Fault::Stack),
];

/// Something out of a short list, as its place in it; `None` when it is not there.
fn choice<T: Copy + PartialEq>(pass: &mut impl Pass, value: &mut T, all: &[T]) -> Option<()> {
    let mut index = all.iter().position(|x| x == value)? as u64;
    pass.pass(&mut index, 1);
    *value = *all.get(usize::try_from(index).ok()?)?;
    Some(())
}

fn name(pass: &mut impl Pass, name: &mut Name) {
    numbers!(pass; name.len => u8,);
    for byte in &mut name.bytes {
        numbers!(pass; *byte => u8,);
    }
}

fn time(pass: &mut impl Pass, time: &mut Time) {
    numbers!(pass; time.0 => i64,);
}

/// Every field once. `None` when a choice is none of its list.
fn visit(s: &mut State, pass: &mut impl Pass) -> Option<()> {
    numbers!(pass; s.flow_id => u32, s.language => u8, s.seed => u64, s.exit => u32, s.depth => u8,
        s.fuel => u16, s.main => u32, s.side => u32, s.last_op => u32, s.item => u16,
        s.run_end => u16, s.len => u8, s.taken => u8, s.dfa_state => u16, s.noinputs => u8,
        s.nomatches => u8, s.swallow => u16, s.dropped => u32, s.used => u32, s.position => u32,
        s.estimate_ms => u32, s.recorded_ms => u32,);
    choice(pass, &mut s.phase, &PHASES)?;
    choice(pass, &mut s.end, &ENDS)?;
    for flag in [
        &mut s.trace,
        &mut s.hung_up,
        &mut s.told,
        &mut s.barge,
        &mut s.stopped,
        &mut s.due,
        &mut s.bargeable,
        &mut s.reprompt,
    ] {
        choice(pass, flag, &[false, true])?;
    }
    for t in [&mut s.now, &mut s.timer, &mut s.alarm, &mut s.began, &mut s.swallow_until] {
        time(pass, t);
    }
    name(pass, &mut s.caller);
    name(pass, &mut s.called);
    let (NodeId(node), NodeId(target), PromptId(prompt)) =
        (&mut s.node, &mut s.target, &mut s.prompt);
    numbers!(pass; *node => u32, *target => u32, *prompt => u32,);
    for slot in &mut s.stack {
        numbers!(pass; *slot => u16,);
    }
    for digit in &mut s.digits {
        numbers!(pass; *digit => u8,);
    }
    Some(())
}

/// Whether a state can be one of a session on this flow.
fn plausible(s: &State, flow: &Flow<'_>) -> bool {
    let nodes = flow.root.nodes.len(flow.words);
    let stack = s.stack.get(..usize::from(s.depth));
    s.node.0 < nodes
        && s.target.0 < nodes
        && u32::from(s.language) < flow.root.languages.len(flow.words)
        && usize::from(s.depth) <= DEPTH
        && stack.is_some_and(|stack| stack.iter().all(|n| u32::from(*n) < nodes))
        && usize::from(s.len) <= DIGITS
        && s.taken <= s.len
        && s.digits.iter().all(|d| *d < 16)
        && usize::from(s.caller.len) <= Name::MAX
        && usize::from(s.called.len) <= Name::MAX
}

/// Counts instead of writing.
struct Count(usize);

impl Pass for Count {
    fn pass(&mut self, _: &mut u64, bytes: usize) {
        self.0 += bytes;
    }
}

impl<const VARS: usize> SessionOf<VARS> {
    /// How many bytes a snapshot takes.
    #[must_use]
    pub fn snapshot_len(&self) -> usize {
        let mut count = Count(HEADER + VARS + 4);
        let _ = visit(&mut self.state.clone(), &mut count);
        count.0
    }

    /// Writes the session to bytes; its length.
    ///
    /// # Errors
    /// When there is not enough room.
    pub fn save(&self, out: &mut [u8]) -> Result<usize, SnapshotError> {
        let needs = self.snapshot_len();
        let has = out.len();
        let out = out.get_mut(..needs).ok_or(SnapshotError::Room { needs, has })?;
        let (body, crc) = out.split_at_mut(needs - 4);
        let mut pass = Save { out: body, at: 0 };
        let header =
            u64::from(u32::from_le_bytes(MAGIC)) | u64::from(VERSION) << 32 | (VARS as u64) << 48;
        pass.pass(&mut { header }, HEADER);
        let _ = visit(&mut self.state.clone(), &mut pass);
        for byte in self.vars {
            pass.pass(&mut u64::from(byte), 1);
        }
        crc.copy_from_slice(&crc32(body).to_le_bytes());
        Ok(needs)
    }

    /// The session that [`Self::save`] wrote.
    ///
    /// # Errors
    /// When the bytes are no such snapshot, are damaged, or belong to another program.
    pub fn restore(flow: &Flow<'_>, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let damaged = SnapshotError::Damaged;
        let mut session = Self::new(flow, super::SessionConfig::default()).map_err(|_| damaged)?;
        if bytes.len() != session.snapshot_len() {
            return Err(damaged);
        }
        let (body, crc) = bytes.split_at_checked(bytes.len() - 4).ok_or(damaged)?;
        let (header, state) = body.split_at_checked(HEADER).ok_or(damaged)?;
        let [v0, v1] = VERSION.to_le_bytes();
        let [n0, n1, ..] = VARS.to_le_bytes();
        let [m0, m1, m2, m3] = MAGIC;
        if header != [m0, m1, m2, m3, v0, v1, n0, n1] || crc != crc32(body).to_le_bytes() {
            return Err(damaged);
        }
        let mut pass = Restore { bytes: state, at: 0 };
        visit(&mut session.state, &mut pass).ok_or(damaged)?;
        for slot in &mut session.vars {
            let mut value = 0;
            pass.pass(&mut value, 1);
            *slot = value as u8;
        }
        if session.state.flow_id != flow.id() {
            return Err(SnapshotError::WrongFlow(session.state.flow_id));
        }
        if plausible(&session.state, flow) { Ok(session) } else { Err(damaged) }
    }
}
