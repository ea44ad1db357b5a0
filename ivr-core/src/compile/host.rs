//! Nodes that ask the host for something: a recording, an answer, a transfer, a place in a queue.

use alloc::format;
use alloc::vec::Vec;

use super::fields::Fields;
use super::nodes::Built;
use super::{Compiler, Fault};
use crate::Type;
use crate::document::Span;
use crate::machine::TransferKind;
use crate::program::records::{self as r, exit};
use crate::program::words::{List, Opt};

impl<'d> Compiler<'d> {
    pub(super) fn record(
        &mut self,
        fields: &mut Fields<'d>,
        span: Span,
    ) -> Result<Built<'d>, Fault> {
        let beep = fields.take("beep").map_or(Ok(true), |node| self.boolean(node))?;
        let Some(max) = fields.take("max") else {
            let help = Some("add `max: 2m`".into());
            let message = "this recording has no end".into();
            return Err(self.error("unbounded-record", span, message, help));
        };
        let max = self.duration(max)?;
        let min = fields.take("min").map_or(Ok(0), |node| self.duration(node))?;
        let silence = fields.take("silence").map_or(Ok(0), |node| self.duration(node))?;
        let terminators = fields.take("terminators");
        let terminators = terminators.map_or(Ok(1 << 11), |node| self.keys(node))?;
        let into = match fields.take("into") {
            Some(node) => Some(self.variable_of(node, &[Type::Int])?),
            None => None,
        };
        let body = r::RecordBody {
            beep: u32::from(beep),
            max,
            silence,
            min,
            terminators,
            into: Opt(into),
        };
        let mut required = alloc::vec![exit::NEXT];
        if min > 0 {
            required.push(exit::EMPTY);
        }
        Ok(Built {
            body: self.body(body),
            exits: Vec::new(),
            required,
            allowed: &[exit::EMPTY, exit::FAILED],
        })
    }

    pub(super) fn query(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let name = fields.need(self, "query")?;
        let name = self.text(name, "a query's name")?;
        let args = fields.take("args");
        let args = self.args(args)?;
        let results = match fields.take("results") {
            Some(node) => self.binds(node)?,
            None => List::EMPTY,
        };
        let timeout = match fields.take("timeout") {
            Some(node) => {
                let ms = self.duration(node)?;
                if ms == 0 {
                    let message = "the host has no time to answer".into();
                    self.warn("timeout-zero", node.span, message, None);
                }
                ms
            }
            None => 5_000,
        };
        let filler = match fields.take("filler") {
            Some(node) => Some(self.prompt(node)?),
            None => None,
        };
        let after = fields.take("filler_after");
        let filler_after = after.map_or(Ok(1_000), |node| self.duration(node))?;
        let body = r::Query {
            name: self.string(name),
            args,
            results,
            timeout,
            filler: Opt(filler),
            filler_after,
        };
        Ok(Built {
            body: self.body(body),
            exits: Vec::new(),
            required: alloc::vec![exit::NEXT, exit::FAILED, exit::TIMEOUT],
            allowed: &[exit::FAILED, exit::TIMEOUT],
        })
    }

    pub(super) fn transfer(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let to = fields.need(self, "to")?;
        let target = self.literal_or_expression(to, "a target")?;
        let target = self.code(&target);
        let how = match fields.take("kind") {
            None => TransferKind::Bridged,
            Some(node) => {
                match TransferKind::ALL.into_iter().find(|k| node.text() == Some(k.name())) {
                    Some(kind) => kind,
                    None => {
                        let message = "a transfer is `blind`, `bridged` or `consult`".into();
                        return Err(self.error("wrong-shape", node.span, message, None));
                    }
                }
            }
        };
        let timeout = fields.take("timeout").map_or(Ok(30_000), |node| self.duration(node))?;
        let attach = fields.take("attach");
        let attach = self.args(attach)?;
        let body = r::Transfer { how: how as u32, target, timeout, attach };
        let mut required = alloc::vec![exit::FAILED, exit::BUSY, exit::NOANSWER, exit::REJECTED];
        if how != TransferKind::Blind {
            required.push(exit::ANSWERED);
        }
        Ok(Built {
            body: self.body(body),
            exits: Vec::new(),
            required,
            allowed: &[exit::ANSWERED, exit::BUSY, exit::NOANSWER, exit::REJECTED, exit::FAILED],
        })
    }

    pub(super) fn queue(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let queue = fields.need(self, "queue")?;
        let queue = self.literal_or_expression(queue, "a queue's name")?;
        let queue = self.code(&queue);
        let priority = match fields.take("priority") {
            Some(node) => {
                let compiled = self.expression_of(node, Type::Int)?;
                self.code(&compiled)
            }
            None => {
                let mut code = alloc::vec![crate::expr::Op::Int.word(0)];
                code.extend([0, 0]);
                let at = self.words.len() as u32;
                self.words.push(code.len() as u32);
                self.words.extend(code);
                r::Expr(at)
            }
        };
        let max_wait = fields.take("max_wait").map_or(Ok(0), |node| self.duration(node))?;
        let announce = match fields.take("announce") {
            Some(node) => Some(self.prompt(node)?),
            None => None,
        };
        let first = fields.take("announce_after");
        let first = first.map_or(Ok(5_000), |node| self.duration(node))?;
        let interval = match fields.take("announce_every") {
            Some(node) => {
                let ms = self.duration(node)?;
                if ms < 5_000 {
                    let message = "callers hear nothing but announcements".into();
                    self.warn("timeout-zero", node.span, message, Some("30s is usual".into()));
                }
                ms.max(1_000)
            }
            None => 30_000,
        };
        let mut exits = Vec::new();
        if let Some(keys) = fields.take("keys") {
            for (name, key, to) in self.entries(keys, "keys")? {
                let symbol = match name.as_bytes() {
                    [byte] => crate::grammar::symbol(*byte),
                    _ => None,
                };
                let Some(symbol) = symbol else {
                    let help = Some("one of 0-9, *, #, A-D".into());
                    let message = format!("`{name}` is no single key");
                    return Err(self.error("no-key", key.span, message, help));
                };
                exits.push(self.exit(exit::OPTION + u32::from(symbol), name, to)?);
            }
        }
        let attach = fields.take("attach");
        let attach = self.args(attach)?;
        let body = r::Queue {
            queue,
            priority,
            max_wait,
            first,
            interval,
            announce: Opt(announce),
            attach,
        };
        let mut required = alloc::vec![exit::ANSWERED, exit::FAILED, exit::FULL, exit::UNSTAFFED];
        if max_wait > 0 {
            required.push(exit::TIMEOUT);
        }
        Ok(Built {
            body: self.body(body),
            exits,
            required,
            allowed: &[
                exit::ANSWERED,
                exit::TIMEOUT,
                exit::FULL,
                exit::UNSTAFFED,
                exit::FAILED,
                exit::EXITED,
            ],
        })
    }
}
