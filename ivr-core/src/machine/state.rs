use crate::Time;
use crate::program::words::{NodeId, PromptId};

/// Digits a session keeps: those of the collection under way, then those typed ahead.
pub(crate) const DIGITS: usize = 40;
/// How deep sub-flows may call.
pub(crate) const DEPTH: usize = 8;
/// Nodes a session may pass without waiting for anybody.
pub(crate) const FUEL: u16 = 1000;
/// How long the nodes after a hang-up may take.
pub(crate) const FINAL_MS: u32 = 30_000;

/// Where in a node a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the call.
    Idle,
    /// About to begin a node.
    Enter,
    /// Playing, or between two plays of, a prompt.
    Prompt,
    /// Listening for digits.
    Digits,
    /// The host is to be asked.
    Ask,
    /// The host is at work.
    Wait,
    /// The caller talks to somebody.
    Connected,
    /// A recording was told to stop.
    Stopping,
    /// Handing out attached data.
    Attach,
    /// Leaving by an exit.
    Leave,
    /// On the way to the next node.
    Go,
    /// To say that it is over.
    End,
    Over,
}

/// A short text of a session's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) len: u8,
    pub(crate) bytes: [u8; Self::MAX],
}

impl Name {
    pub(crate) const MAX: usize = 31;

    pub(crate) fn new(text: &str) -> Self {
        let text = super::vars::truncated(text, Self::MAX).as_bytes();
        let mut name = Self { len: text.len() as u8, bytes: [0; Self::MAX] };
        for (slot, byte) in name.bytes.iter_mut().zip(text) {
            *slot = *byte;
        }
        name
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Everything a session remembers, apart from its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Which program this session runs on.
    pub(crate) flow_id: u32,
    pub(crate) phase: Phase,
    pub(crate) language: u8,
    pub(crate) trace: bool,
    pub(crate) now: Time,
    pub(crate) seed: u64,
    pub(crate) caller: Name,
    pub(crate) called: Name,

    pub(crate) node: NodeId,
    /// The exit being taken.
    pub(crate) exit: u32,
    /// Where it leads.
    pub(crate) target: NodeId,
    pub(crate) stack: [u16; DEPTH],
    pub(crate) depth: u8,
    pub(crate) fuel: u16,
    pub(crate) end: super::EndReason,

    /// The caller is gone.
    pub(crate) hung_up: bool,
    /// The flow has been told so.
    pub(crate) told: bool,

    /// The operation the dialogue waits for, and one played meanwhile; 0 is none.
    pub(crate) main: u32,
    pub(crate) side: u32,
    pub(crate) last_op: u32,
    /// The main operation is to be stopped.
    pub(crate) barge: bool,
    /// The main operation was told to stop and still has to say how it ended.
    pub(crate) stopped: bool,
    /// An announcement is due.
    pub(crate) due: bool,
    pub(crate) timer: Time,
    pub(crate) alarm: Time,
    /// When the operation under way began.
    pub(crate) began: Time,

    pub(crate) prompt: PromptId,
    /// The next item of the prompt, and the first one behind those being played.
    pub(crate) item: u16,
    pub(crate) run_end: u16,
    /// The run under way may be stopped by a key.
    pub(crate) bargeable: bool,
    /// The node's own prompt follows this one.
    pub(crate) reprompt: bool,

    pub(crate) digits: [u8; DIGITS],
    pub(crate) len: u8,
    /// How many of the digits the collection under way has taken.
    pub(crate) taken: u8,
    pub(crate) dfa_state: u16,
    pub(crate) noinputs: u8,
    pub(crate) nomatches: u8,
    /// Terminators to swallow after a collection that did not need one, and until when.
    pub(crate) swallow: u16,
    pub(crate) swallow_until: Time,
    /// Digits that were dropped: no room, flushed, or nobody wanted them.
    pub(crate) dropped: u32,
    /// Digits that went into a collection, ended one, or were a key somebody waited for.
    pub(crate) used: u32,

    pub(crate) position: u32,
    pub(crate) estimate_ms: u32,
    pub(crate) recorded_ms: u32,
}

impl State {
    pub(crate) fn new_op(&mut self) -> u32 {
        // 0 means none; four thousand million operations are more than a call has.
        self.last_op = self.last_op.wrapping_add(1).max(1);
        self.began = self.now;
        self.last_op
    }

    pub(crate) fn leave(&mut self, exit: u32) {
        self.phase = Phase::Leave;
        self.exit = exit;
        self.timer = Time::NEVER;
        self.alarm = if self.told { self.alarm } else { Time::NEVER };
        self.due = false;
        self.barge = false;
    }

    pub(crate) fn finish(&mut self, reason: super::EndReason) {
        self.phase = Phase::End;
        self.end = reason;
        self.timer = Time::NEVER;
        self.alarm = Time::NEVER;
        self.due = false;
    }

    /// Digits that no collection has taken yet.
    pub(crate) fn ahead(&self) -> u8 {
        self.len.saturating_sub(self.taken)
    }

    /// Forgets digits from the front: those taken, and so many more.
    pub(crate) fn forget(&mut self, count: u8) {
        let count = count.min(self.len);
        self.digits.copy_within(usize::from(count)..usize::from(self.len), 0);
        self.len -= count;
        self.taken = 0;
        self.used = self.used.saturating_add(u32::from(count));
    }

    pub(crate) fn flush(&mut self) {
        self.dropped = self.dropped.saturating_add(u32::from(self.ahead()));
        self.used = self.used.saturating_add(u32::from(self.taken));
        self.len = 0;
        self.taken = 0;
    }
}
