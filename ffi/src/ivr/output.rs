//! # Dialogue: what a session wants done
//!
//! `tl_ivr_poll` gives one output at a time. Its texts and arrays lie in the buffer that the caller
//! hands in, so they live as long as that does.

use core::ffi::c_char;

use ivr_core::{Args, Argument, EndReason, Fault, Keys, Output, PromptItem, TransferKind, Value};

use super::pack::Pack;
use crate::guard::Failure;

/// What an output wants done, and which fields of `tl_ivr_output` it fills in besides `kind` and
/// `op`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_output_kind {
    /// A kind newer than this header: answer it with `tl_ivr_failed`.
    TL_IVR_UNKNOWN = 0,
    /// Play the items in order, then call `tl_ivr_finished`: items, name (the language), flag (1: a
    /// key stops it).
    TL_IVR_PLAY = 1,
    /// Stop an operation: end a prompt, a recording, a query, take the caller out of the queue.
    TL_IVR_STOP = 2,
    /// Ask the host, then call `tl_ivr_query_ok` or `tl_ivr_failed`: name, args, timeout_ms.
    TL_IVR_QUERY = 3,
    /// Put the caller in a queue, then call `tl_ivr_queue_ended`: name, priority, args, timeout_ms
    /// (the longest wait; 0 is no bound).
    TL_IVR_QUEUE = 4,
    /// Record the caller, then call `tl_ivr_recorded`: flag (1: a tone first), timeout_ms (the
    /// longest recording), silence_ms (stop after so much; 0 is never), keys (those that end it).
    TL_IVR_RECORD = 5,
    /// Transfer the caller, then call `tl_ivr_transferred`: name (the target), reason
    /// (`tl_ivr_transfer`), timeout_ms, args.
    TL_IVR_TRANSFER = 6,
    /// Attach a value to the call, for the agent's screen: args (one).
    TL_IVR_ATTACH = 7,
    /// A node was left: name, detail (the exit taken).
    TL_IVR_TRACE = 8,
    /// The dialogue is over: reason (`tl_ivr_end`). Nothing follows, ever.
    TL_IVR_END = 9,
}

/// How to transfer.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_transfer {
    /// Hand the call over and leave it.
    TL_IVR_TRANSFER_BLIND = 1,
    /// Connect the two and stay: the dialogue goes on when the target hangs up.
    TL_IVR_TRANSFER_BRIDGED = 2,
    /// Ask the target first, connect when it agrees.
    TL_IVR_TRANSFER_CONSULT = 3,
}

/// Why a dialogue is over.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_end {
    /// The flow hangs up: clear the call.
    TL_IVR_END_FINISHED = 1,
    /// The call was handed over by a blind transfer: leave it.
    TL_IVR_END_TRANSFERRED = 2,
    /// The caller hung up, and what was left to do is done.
    TL_IVR_END_CALLER = 3,
    /// An event that neither the node nor its flow nor the application handles: clear the call.
    TL_IVR_END_UNHANDLED = 4,
    /// Too many nodes in a row without the caller's or the host's turn: clear the call.
    TL_IVR_END_LOOP = 5,
    /// Sub-flows called each other too deeply: clear the call.
    TL_IVR_END_STACK = 6,
    /// Another fault of the flow: clear the call.
    TL_IVR_END_FAULT = 7,
}

/// What an item of a prompt is.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_item_kind {
    /// A recorded file: file, and text (what it says) when the document gives it, else NULL.
    TL_IVR_ITEM_FILE = 1,
    /// Text for speech synthesis: text.
    TL_IVR_ITEM_TEXT = 2,
    /// A value: pieces, recordings of one word or phrase each, or text for speech synthesis.
    TL_IVR_ITEM_SAY = 3,
}

/// One item of a prompt, to be played in its turn.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_item {
    /// A `tl_ivr_item_kind`.
    pub kind: u32,
    /// How many pieces.
    pub piece_count: u32,
    /// The file's name, or NULL.
    pub file: *const c_char,
    /// The text, or NULL.
    pub text: *const c_char,
    /// The text of each piece.
    pub pieces: *const *const c_char,
}

/// The type of a value.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum tl_ivr_type {
    /// A whole number, in `integer`.
    TL_IVR_INT = 1,
    /// A number with four decimal places: ten-thousandths in `integer`.
    TL_IVR_DECIMAL = 2,
    /// Yes or no: 1 or 0 in `integer`.
    TL_IVR_BOOL = 3,
    /// Text, digits too, in `text`.
    TL_IVR_TEXT = 4,
    /// A moment: milliseconds since 1970-01-01 00:00 UTC in `integer`.
    TL_IVR_TIME = 5,
}

/// A named value, to the host or from it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_value {
    /// Its name, with a NUL.
    pub name: *const c_char,
    /// A `tl_ivr_type`.
    pub value_type: u32,
    /// 0.
    pub reserved: u32,
    /// The number of every type but text.
    pub integer: i64,
    /// The value as text, with a NUL. From the host only text needs it.
    pub text: *const c_char,
}

/// One thing to do. A text that the kind does not fill in is NULL, any other such field 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_output {
    /// A `tl_ivr_output_kind`.
    pub kind: u32,
    /// The operation's number, to answer with; never used again in this session.
    pub op: u32,
    /// A value of the enum that the kind names.
    pub reason: u32,
    /// Yes or no, as the kind says.
    pub flag: u32,
    /// Greater is sooner; 0 is everybody's.
    pub priority: i32,
    /// A time, as the kind says.
    pub timeout_ms: u32,
    /// Stop a recording after so much silence; 0 is never.
    pub silence_ms: u32,
    /// How many items.
    pub item_count: u32,
    /// What to play.
    pub items: *const tl_ivr_item,
    /// How many arguments.
    pub arg_count: u32,
    /// 0.
    pub reserved: u32,
    /// Arguments, or what the agent should see.
    pub args: *const tl_ivr_value,
    /// A name, as the kind says.
    pub name: *const c_char,
    /// More about it.
    pub detail: *const c_char,
    /// Keys, as characters.
    pub keys: *const c_char,
}

const EMPTY: tl_ivr_output = tl_ivr_output {
    kind: 0,
    op: 0,
    reason: 0,
    flag: 0,
    priority: 0,
    timeout_ms: 0,
    silence_ms: 0,
    item_count: 0,
    items: core::ptr::null(),
    arg_count: 0,
    reserved: 0,
    args: core::ptr::null(),
    name: core::ptr::null(),
    detail: core::ptr::null(),
    keys: core::ptr::null(),
};

fn item(pack: &mut Pack, item: PromptItem<'_>) -> Result<tl_ivr_item, Failure> {
    use tl_ivr_item_kind as K;
    let mut packed = tl_ivr_item {
        kind: 0,
        piece_count: 0,
        file: core::ptr::null(),
        text: core::ptr::null(),
        pieces: core::ptr::null(),
    };
    let kind = match item {
        PromptItem::File(file) => {
            packed.file = pack.text(file)?;
            K::TL_IVR_ITEM_FILE
        }
        PromptItem::Text(text) => {
            packed.text = pack.text(text)?;
            K::TL_IVR_ITEM_TEXT
        }
        PromptItem::FileOrText { file, text } => {
            packed.file = pack.text(file)?;
            packed.text = pack.text(text)?;
            K::TL_IVR_ITEM_FILE
        }
        PromptItem::Say(say) => {
            packed.text = pack.text(say)?;
            let count = say.pieces().count();
            let pieces: *mut *const c_char = pack.array(count)?;
            for (i, piece) in say.pieces().enumerate() {
                let text = pack.text(piece.text)?;
                // SAFETY: the array has as many places as there are pieces.
                unsafe { pieces.add(i).write(text) };
            }
            packed.pieces = pieces;
            packed.piece_count = count as u32;
            K::TL_IVR_ITEM_SAY
        }
        _ => return Ok(packed),
    };
    packed.kind = kind as u32;
    Ok(packed)
}

fn value(pack: &mut Pack, argument: Argument<'_>) -> Result<tl_ivr_value, Failure> {
    use tl_ivr_type as T;
    let name = pack.text(argument.name)?;
    let evaluated = argument.value();
    let text = pack.text(&evaluated)?;
    let (value_type, integer) = match evaluated.get() {
        Value::Int(n) => (T::TL_IVR_INT, n),
        Value::Decimal(d) => (T::TL_IVR_DECIMAL, d.units),
        Value::Bool(b) => (T::TL_IVR_BOOL, b.into()),
        Value::Text(_) => (T::TL_IVR_TEXT, 0),
        Value::Time(t) => (T::TL_IVR_TIME, t.0),
    };
    Ok(tl_ivr_value { name, value_type: value_type as u32, reserved: 0, integer, text })
}

impl tl_ivr_output {
    fn with_args(self, pack: &mut Pack, args: Args<'_>) -> Result<Self, Failure> {
        let count = args.count();
        let array: *mut tl_ivr_value = pack.array(count)?;
        for (i, argument) in args.enumerate() {
            let value = value(pack, argument)?;
            // SAFETY: the array has as many places as there are arguments.
            unsafe { array.add(i).write(value) };
        }
        Ok(Self { args: array, arg_count: count as u32, ..self })
    }

    pub(super) fn new(pack: &mut Pack, output: &Output<'_>) -> Result<Self, Failure> {
        use tl_ivr_output_kind as K;
        let (kind, this) = match *output {
            Output::Play { op, prompts, language, barge_in } => {
                let count = prompts.count();
                let items: *mut tl_ivr_item = pack.array(count)?;
                for (i, one) in prompts.enumerate() {
                    let item = item(pack, one)?;
                    // SAFETY: the array has as many places as there are items.
                    unsafe { items.add(i).write(item) };
                }
                let this = Self {
                    op: op.0,
                    flag: barge_in.into(),
                    items,
                    item_count: count as u32,
                    name: pack.text(language)?,
                    ..EMPTY
                };
                (K::TL_IVR_PLAY, this)
            }
            Output::Stop { op } => (K::TL_IVR_STOP, Self { op: op.0, ..EMPTY }),
            Output::Query { op, name, args, timeout_ms } => {
                let name = pack.text(name)?;
                let this = Self { op: op.0, name, timeout_ms, ..EMPTY };
                (K::TL_IVR_QUERY, this.with_args(pack, args)?)
            }
            Output::Queue { op, queue, priority, attach, max_wait_ms } => {
                let name = pack.text(queue)?;
                let this = Self { op: op.0, name, priority, timeout_ms: max_wait_ms, ..EMPTY };
                (K::TL_IVR_QUEUE, this.with_args(pack, attach)?)
            }
            Output::Record { op, beep, max_ms, silence_ms, terminators } => {
                let this = Self {
                    op: op.0,
                    flag: beep.into(),
                    timeout_ms: max_ms,
                    silence_ms,
                    keys: pack.text(Characters(terminators))?,
                    ..EMPTY
                };
                (K::TL_IVR_RECORD, this)
            }
            Output::Transfer { op, kind, target, timeout_ms, attach } => {
                let name = pack.text(target)?;
                let reason = transfer(kind);
                let this = Self { op: op.0, reason, name, timeout_ms, ..EMPTY };
                (K::TL_IVR_TRANSFER, this.with_args(pack, attach)?)
            }
            Output::Attach(argument) => {
                let args: *mut tl_ivr_value = pack.array(1)?;
                let value = value(pack, argument)?;
                // SAFETY: the array has one place.
                unsafe { args.write(value) };
                (K::TL_IVR_ATTACH, Self { args, arg_count: 1, ..EMPTY })
            }
            Output::Trace { node, exit } => {
                let (name, detail) = (pack.text(node)?, pack.text(exit)?);
                (K::TL_IVR_TRACE, Self { name, detail, ..EMPTY })
            }
            Output::End { reason } => (K::TL_IVR_END, Self { reason: end(reason), ..EMPTY }),
            _ => (K::TL_IVR_UNKNOWN, EMPTY),
        };
        Ok(Self { kind: kind as u32, ..this })
    }
}

fn transfer(kind: TransferKind) -> u32 {
    use tl_ivr_transfer as T;
    match kind {
        TransferKind::Blind => T::TL_IVR_TRANSFER_BLIND as u32,
        TransferKind::Bridged => T::TL_IVR_TRANSFER_BRIDGED as u32,
        TransferKind::Consult => T::TL_IVR_TRANSFER_CONSULT as u32,
        _ => 0,
    }
}

fn end(reason: EndReason) -> u32 {
    use tl_ivr_end as E;
    let reason = match reason {
        EndReason::Finished => E::TL_IVR_END_FINISHED,
        EndReason::Transferred => E::TL_IVR_END_TRANSFERRED,
        EndReason::CallerHungUp => E::TL_IVR_END_CALLER,
        EndReason::Error(Fault::Unhandled) => E::TL_IVR_END_UNHANDLED,
        EndReason::Error(Fault::Loop) => E::TL_IVR_END_LOOP,
        EndReason::Error(Fault::Stack) => E::TL_IVR_END_STACK,
        _ => E::TL_IVR_END_FAULT,
    };
    reason as u32
}

struct Characters(Keys);

impl core::fmt::Display for Characters {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|key| core::fmt::Write::write_char(f, char::from(key)))
    }
}
