//! What a session tells the embedder, before and after it has names for its indices.

use super::io::{Args, Argument, Op, Output, TransferKind};
use super::{EndReason, Env, Keys};
use crate::expr::{Scratch, Val, eval, eval_plain};
use crate::program::records::{self as r, Item, Kind, exit};
use crate::program::words::{List, Str};
use crate::prompt::Prompts;

/// What a step wants said, before it is dressed as an [`Output`]. `Nothing` is: wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Emit {
    Nothing,
    Play { op: u32, items: List<Item>, from: u16, to: u16, barge_in: bool },
    Stop { op: u32 },
    Ask { op: u32, kind: Kind },
    Attach { index: u32 },
    Trace { node: Str, exit: Result<Str, u32> },
    End { reason: EndReason },
}

impl Emit {
    /// Dressed for the embedder, with names for indices.
    pub(super) fn present(self, env: Env<'_>) -> Output<'_> {
        let flow = env.flow;
        match self {
            Self::Play { op, items, from, to, barge_in } => Output::Play {
                op: Op(op),
                prompts: Prompts::new(env, items, u32::from(from), u32::from(to)),
                language: flow.language(env.state.language),
                barge_in,
            },
            Self::Stop { op } => Output::Stop { op: Op(op) },
            Self::Ask { op, kind } => asked(env, Op(op), kind),
            Self::Attach { index } => {
                let body: r::Attach = flow.body(flow.node(env.state.node));
                Output::Attach(Argument::new(env, body.args.at(flow.words, index)))
            }
            Self::Trace { node, exit } => Output::Trace {
                node: flow.str(node),
                exit: match exit {
                    Ok(name) => flow.str(name),
                    Err(code) => exit::NAMES.get(code as usize).copied().unwrap_or(""),
                },
            },
            Self::End { reason } => Output::End { reason },
            // `step` keeps it to itself; a stop of nothing is harmless.
            Self::Nothing => Output::Stop { op: Op(0) },
        }
    }
}

fn asked(env: Env<'_>, op: Op, kind: Kind) -> Output<'_> {
    let flow = env.flow;
    let node = flow.node(env.state.node);
    let value = |expr| match eval_plain(env, expr) {
        Some(value) => value,
        None => eval(env, expr, &mut Scratch::new()),
    };
    let text = |expr| match value(expr) {
        Val::Text(text) => text,
        _ => "",
    };
    match kind {
        Kind::Query => {
            let body: r::Query = flow.body(node);
            Output::Query {
                op,
                name: flow.str(body.name),
                args: Args::new(env, body.args),
                timeout_ms: body.timeout,
            }
        }
        Kind::Queue => {
            let body: r::Queue = flow.body(node);
            let priority = match value(body.priority) {
                Val::Int(n) => n.clamp(i64::from(i32::MIN), i64::from(i32::MAX)),
                _ => 0,
            };
            Output::Queue {
                op,
                queue: text(body.queue),
                priority: priority as i32,
                attach: Args::new(env, body.attach),
                max_wait_ms: body.max_wait,
            }
        }
        Kind::Transfer => {
            let body: r::Transfer = flow.body(node);
            let kind = TransferKind::ALL.get(body.how as usize).copied();
            Output::Transfer {
                op,
                kind: kind.unwrap_or(TransferKind::Blind),
                target: text(body.target),
                timeout_ms: body.timeout,
                attach: Args::new(env, body.attach),
            }
        }
        _ => {
            let body: r::RecordBody = flow.body(node);
            Output::Record {
                op,
                beep: body.beep != 0,
                max_ms: body.max,
                silence_ms: body.silence,
                terminators: Keys(body.terminators),
            }
        }
    }
}
