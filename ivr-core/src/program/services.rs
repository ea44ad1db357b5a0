//! What a flow asks of its host by name, so that a host can see before the first call whether it
//! has it all.

use super::Flow;
use super::records::{self as r, Expr, Kind};
use super::words::Str;
use crate::expr::Op;

/// What kind of thing a name of a flow stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceKind {
    /// A queue that callers wait in.
    Queue,
    /// A query that the host answers.
    Query,
    /// Somebody a caller is transferred to.
    Transfer,
}

/// A name that a node of a flow gives its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service<'a> {
    /// The node, by its name.
    pub node: &'a str,
    /// What the name stands for.
    pub kind: ServiceKind,
    /// The name, as the host will be given it.
    pub name: &'a str,
}

impl<'a> Flow<'a> {
    /// Every queue, query and transfer target that the document names outright. Names that an
    /// expression computes are known only during a call and left out.
    ///
    /// # Examples
    /// ```
    /// # use ivr_core::{Flow, ServiceKind, compile};
    /// let document = "
    /// name: tiny
    /// languages: [en]
    /// start: agent
    /// on: { error: hangup }
    /// nodes:
    ///   agent: { type: queue, queue: general, on: { answered: hangup } }
    /// ";
    /// let program = compile(document, "tiny.yaml")?;
    /// let flow = Flow::load(&program)?;
    /// let service = flow.services().next().unwrap();
    /// assert_eq!((service.kind, service.name), (ServiceKind::Queue, "general"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn services(&self) -> impl Iterator<Item = Service<'a>> {
        let flow = *self;
        self.list(self.root.nodes).filter_map(move |node| {
            let (kind, name) = match Kind::from_code(node.kind)? {
                Kind::Queue => {
                    let body: r::Queue = flow.body(node);
                    (ServiceKind::Queue, flow.constant_text(body.queue)?)
                }
                Kind::Transfer => {
                    let body: r::Transfer = flow.body(node);
                    (ServiceKind::Transfer, flow.constant_text(body.target)?)
                }
                Kind::Query => {
                    let body: r::Query = flow.body(node);
                    (ServiceKind::Query, flow.str(body.name))
                }
                _ => return None,
            };
            Some(Service { node: flow.str(node.name), kind, name })
        })
    }

    /// The text of an expression that is nothing but one.
    fn constant_text(&self, Expr(at): Expr) -> Option<&'a str> {
        let at = at as usize;
        let (count, word) = (self.words.get(at), self.words.get(at + 1));
        match Op::split(word)? {
            (Op::Str, operand) if count == 1 => Some(self.str(Str(operand))),
            _ => None,
        }
    }
}
