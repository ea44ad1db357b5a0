//! What goes into a session and what comes out of it.

use crate::expr::{Env, Scratch, Val, eval};
use crate::program::records::{self as r, Expr};
use crate::program::words::List;
use crate::prompt::Prompts;
use crate::value::Value;

/// An operation that a session has asked for; its number is never used again in that session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Op(pub u32);

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The call is up: the dialogue begins.
    Start,
    /// The caller pressed a key: `0`–`9`, `*`, `#`, `A`–`D` as an ASCII byte.
    Digit(u8),
    /// An operation came to its end by itself. A result of any other operation than the ones under
    /// way changes nothing.
    Done {
        /// Which operation.
        op: Op,
        /// How it ended.
        result: OpResult<'a>,
    },
    /// How a waiting caller stands in the queue.
    QueueUpdate {
        /// The queue operation.
        op: Op,
        /// 1 is next.
        position: u32,
        /// The estimated wait in milliseconds.
        estimate_ms: u32,
    },
    /// A queued or transferred call was answered: announcements stop, keys are the other side's.
    /// `Done` follows when the conversation is over.
    Answered {
        /// The queue or transfer operation.
        op: Op,
    },
    /// The caller hung up.
    Hangup,
    /// Time has passed.
    Tick,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum OpResult<'a> {
    /// A prompt was played to its end.
    Finished,
    /// The host's answer: named values.
    QueryOk(&'a [(&'a str, Value<'a>)]),
    /// The host could not answer.
    QueryFailed,
    /// The caller left the queue.
    QueueEnded {
        /// How.
        outcome: QueueOutcome,
    },
    /// A recording was made.
    Recorded {
        /// Its length in milliseconds.
        ms: u32,
    },
    /// A transfer came to its end.
    Transferred {
        /// How.
        outcome: TransferOutcome,
    },
    /// The operation could not be done at all.
    Failed,
}

/// How a wait in a queue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueOutcome {
    /// An agent talked to the caller and is gone: the dialogue goes on.
    Answered,
    /// The caller hung up while waiting or talking.
    Abandoned,
    /// Nobody answered in time.
    Timeout,
    /// The queue was full.
    Full,
    /// Nobody is logged in to the queue.
    Empty,
    /// The caller left by a key that the host watches for.
    ExitKey,
    /// The queue could not be reached.
    Failed,
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferOutcome {
    /// It was answered; for a bridged one, the conversation is over.
    Answered,
    /// The target was busy.
    Busy,
    /// The target did not answer.
    NoAnswer,
    /// The target refused.
    Rejected,
    /// The target could not be reached.
    Failed,
}

/// How to transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferKind {
    /// Hand the call over and leave it.
    Blind,
    /// Connect the two and stay: the dialogue goes on when the target hangs up.
    Bridged,
    /// Ask the target first, connect when it agrees.
    Consult,
}

impl TransferKind {
    pub(crate) const ALL: [Self; 3] = [Self::Blind, Self::Bridged, Self::Consult];

    /// As a document writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::Bridged => "bridged",
            Self::Consult => "consult",
        }
    }
}

/// A set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub(crate) u32);

impl Keys {
    /// Whether a key, as an ASCII byte, is among them.
    #[must_use]
    pub fn contains(self, digit: u8) -> bool {
        crate::grammar::symbol(digit).is_some_and(|s| self.0 >> s & 1 == 1)
    }

    /// The keys as ASCII bytes.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        let symbols = crate::grammar::SYMBOLS.into_iter().zip(0..);
        symbols.filter(move |&(_, i)| self.0 >> i & 1 == 1).map(|(s, _)| s)
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// The flow hangs up: clear the call.
    Finished,
    /// The call was handed over by a blind transfer: leave it.
    Transferred,
    /// The caller hung up, and what was left to do is done.
    CallerHungUp,
    /// The flow went wrong and has no handler for it: clear the call.
    Error(Fault),
}

/// What went wrong in a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An event that neither the node nor its flow nor the application handles.
    Unhandled,
    /// Too many nodes in a row without the caller's or the host's turn.
    Loop,
    /// Sub-flows called each other too deeply.
    Stack,
}

/// What a session wants done.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output<'a> {
    /// Play these items in order, then answer `Done` with `Finished`.
    Play {
        /// The operation.
        op: Op,
        /// What to play.
        prompts: Prompts<'a>,
        /// The language it is in.
        language: &'a str,
        /// Whether a key stops it. The session sends `Stop` itself; this lets a host with a
        /// quicker detector stop at once.
        barge_in: bool,
    },
    /// Stop an operation: end a prompt, a recording, a query, take the caller out of the queue.
    Stop {
        /// The operation.
        op: Op,
    },
    /// Ask the host: answer `Done` with `QueryOk` or `QueryFailed`.
    Query {
        /// The operation.
        op: Op,
        /// Which question.
        name: &'a str,
        /// Its arguments.
        args: Args<'a>,
        /// How long the session waits for the answer, in milliseconds.
        timeout_ms: u32,
    },
    /// Put the caller in a queue; answer `Done` with `QueueEnded`. Play music on hold whenever no
    /// `Play` is under way.
    Queue {
        /// The operation.
        op: Op,
        /// The queue's name.
        queue: &'a str,
        /// Greater is sooner; 0 is everybody's.
        priority: i32,
        /// What the agent should see.
        attach: Args<'a>,
        /// The session stops the wait after so many milliseconds; 0 is never.
        max_wait_ms: u32,
    },
    /// Record the caller; answer `Done` with `Recorded`.
    Record {
        /// The operation.
        op: Op,
        /// A tone first.
        beep: bool,
        /// Stop after so many milliseconds.
        max_ms: u32,
        /// Stop after so many milliseconds of silence; 0 is never.
        silence_ms: u32,
        /// Keys that end it. The host may stop at one, or pass keys on: then the session sends
        /// `Stop`, and the host answers with `Recorded` all the same.
        terminators: Keys,
    },
    /// Transfer the caller; answer `Done` with `Transferred`.
    Transfer {
        /// The operation.
        op: Op,
        /// How.
        kind: TransferKind,
        /// To whom.
        target: &'a str,
        /// How long to let it ring, in milliseconds.
        timeout_ms: u32,
        /// What the target should see.
        attach: Args<'a>,
    },
    /// Attach a value to the call, for the agent's screen.
    Attach(Argument<'a>),
    /// A node was left.
    Trace {
        /// Its name.
        node: &'a str,
        /// The exit taken.
        exit: &'a str,
    },
    /// The dialogue is over: nothing follows, ever.
    End {
        /// Why.
        reason: EndReason,
    },
}

/// Named values for the host.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    env: Env<'a>,
    list: List<r::Arg>,
    at: u32,
}

impl core::fmt::Debug for Args<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<'a> Args<'a> {
    pub(crate) const fn new(env: Env<'a>, list: List<r::Arg>) -> Self {
        Self { env, list, at: 0 }
    }
}

impl<'a> Iterator for Args<'a> {
    type Item = Argument<'a>;

    fn next(&mut self) -> Option<Argument<'a>> {
        let arg = self.list.get(self.env.flow.words, self.at)?;
        self.at += 1;
        Some(Argument::new(self.env, arg))
    }
}

/// A named value.
#[derive(Clone, Copy)]
pub struct Argument<'a> {
    /// Its name.
    pub name: &'a str,
    env: Env<'a>,
    value: Expr,
}

impl core::fmt::Debug for Argument<'_> {
    /// Without the value: it may come from a secret variable.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Argument").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Argument<'a> {
    pub(crate) fn new(env: Env<'a>, arg: r::Arg) -> Self {
        Self { name: env.flow.str(arg.name), env, value: arg.value }
    }

    /// Its value.
    #[must_use]
    pub fn value(&self) -> Evaluated<'a> {
        let mut scratch = Scratch::new();
        let value = eval(self.env, self.value, &mut scratch);
        Evaluated { value, scratch }
    }
}

/// A computed value, with room for text it is made of.
pub struct Evaluated<'a> {
    value: Val<'a>,
    scratch: Scratch,
}

impl core::fmt::Debug for Evaluated<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Evaluated")
    }
}

impl Evaluated<'_> {
    /// The value. A session only hands out what it has computed before, so this does not fail
    /// unless the session has moved on.
    #[must_use]
    pub fn get(&self) -> Value<'_> {
        self.value.value(&self.scratch).unwrap_or(Value::Text(""))
    }
}

impl core::fmt::Display for Evaluated<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.get().fmt(f)
    }
}
