//! Flows and the ways between nodes.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::diagnostic::nearest;
use super::fields::Fields;
use super::{Compiler, Fault};
use crate::document::{Node, Span};
use crate::machine::more_general;
use crate::program::records::{self as r, Exit, Kind, exit};
use crate::program::words::{Field, FlowId, List, NodeId};

/// A node on its way into the program.
pub(super) struct Draft<'d> {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) flow: usize,
    pub(super) kind: Kind,
    pub(super) body: u32,
    pub(super) exits: Vec<DraftExit<'d>>,
    /// Exits without which the node may strand a caller.
    pub(super) required: Vec<u32>,
}

/// A way out that still names where it leads.
#[derive(Clone)]
pub(super) struct DraftExit<'d> {
    pub(super) code: u32,
    pub(super) name: String,
    pub(super) to: &'d str,
    pub(super) span: Span,
    pub(super) target: usize,
}

/// A flow on its way into the program.
pub(super) struct FlowDraft<'d> {
    pub(super) name: &'d str,
    pub(super) span: Span,
    start: Option<(&'d str, Span)>,
    pub(super) nodes: BTreeMap<String, usize>,
    pub(super) events: Vec<DraftExit<'d>>,
    pub(super) returns: Vec<&'d str>,
    pub(super) start_node: usize,
}

/// The events a flow or the application may handle for its nodes.
const EVENTS: [u32; 4] = [exit::NOINPUT, exit::NOMATCH, exit::ERROR, exit::HANGUP];

impl<'d> Compiler<'d> {
    /// The main flow at the top of the document, and those under `flows`.
    pub(super) fn flow_documents(&mut self, fields: &mut Fields<'d>) -> Result<(), Fault> {
        let start = fields.need(self, "start")?;
        let nodes = fields.need(self, "nodes")?;
        let events = fields.take("on");
        let others = fields.take("flows");
        let start = (self.text(start, "a node's name")?, start.span);
        self.add_flow("main", nodes.span, Some(start));
        let mut bodies = alloc::vec![nodes];
        for (name, key, spec) in match others {
            Some(others) => self.entries(others, "flows")?,
            None => Vec::new(),
        } {
            self.identifier(name, key.span, "a flow")?;
            if name == "main" {
                let message = "`main` is the flow at the top of the document".into();
                return Err(self.error("duplicate", key.span, message, None));
            }
            let mut fields = Fields::new(self, spec, "a flow")?;
            let start = fields.need(self, "start")?;
            let nodes = fields.need(self, "nodes")?;
            let (events, returns) = (fields.take("on"), fields.take("returns"));
            fields.take("description");
            fields.finish(self);
            let start = (self.text(start, "a node's name")?, start.span);
            let flow = self.add_flow(name, key.span, Some(start));
            if let Some(events) = events {
                let events = self.events(events)?;
                self.flows[flow].events = events;
            }
            for item in returns.map_or(&[] as &[_], |node| self.items(node)) {
                let name = self.text(item, "an exit's name")?;
                self.flows[flow].returns.push(name);
            }
            bodies.push(nodes);
        }
        if let Some(events) = events {
            self.events = self.events(events)?;
        }
        for (flow, body) in bodies.into_iter().enumerate() {
            self.flow = flow;
            for (name, key, spec) in self.entries(body, "nodes")? {
                // One wrong node must not hide what is wrong with the others.
                let _ = self.node(flow, name, key.span, spec);
            }
        }
        Ok(())
    }

    fn add_flow(&mut self, name: &'d str, span: Span, start: Option<(&'d str, Span)>) -> usize {
        let id = self.flows.len();
        self.flow_ids.insert(name, id);
        self.flows.push(FlowDraft {
            name,
            span,
            start,
            nodes: BTreeMap::new(),
            events: Vec::new(),
            returns: Vec::new(),
            start_node: 0,
        });
        id
    }

    fn events(&mut self, node: &'d Node) -> Result<Vec<DraftExit<'d>>, Fault> {
        let mut found = Vec::new();
        for (name, key, to) in self.entries(node, "event handlers")? {
            let code = EVENTS.into_iter().find(|c| exit::NAMES[*c as usize] == name);
            let Some(code) = code else {
                let all = EVENTS.map(|c| exit::NAMES[c as usize]).join(", ");
                let message = format!("there is no event `{name}` here");
                let help = Some(format!("there are: {all}"));
                return Err(self.error("unknown-exit", key.span, message, help));
            };
            found.push(self.exit(code, name, to)?);
        }
        Ok(found)
    }

    pub(super) fn exit(
        &mut self,
        code: u32,
        name: &str,
        to: &'d Node,
    ) -> Result<DraftExit<'d>, Fault> {
        Ok(DraftExit {
            code,
            name: name.to_string(),
            to: self.text(to, "a node's name")?,
            span: to.span,
            target: 0,
        })
    }

    /// Adds a finished node.
    pub(super) fn add_node(&mut self, draft: Draft<'d>) {
        let id = self.drafts.len();
        self.flows[draft.flow].nodes.insert(draft.name.clone(), id);
        self.drafts.push(draft);
    }

    /// Where a name leads within a flow; `hangup` and `return` are always there.
    fn find(&mut self, flow: usize, to: &str, span: Span) -> Result<usize, Fault> {
        if let Some(&id) = self.flows[flow].nodes.get(to) {
            return Ok(id);
        }
        let kind = match to {
            "hangup" => Kind::Hangup,
            "return" => Kind::Return,
            _ => {
                let names = self.flows[flow].nodes.keys().map(String::as_str);
                let help = match nearest(to, names.chain(["hangup", "return"])) {
                    Some(near) => Some(format!("did you mean `{near}`?")),
                    None if flow > 0 && self.flows[0].nodes.contains_key(to) => Some(
                        "it is a node of the main flow: `return` first, with an exit".to_string(),
                    ),
                    None => None,
                };
                let message = format!("there is no node `{to}`");
                return Err(self.error("unknown-node", span, message, help));
            }
        };
        let body = match kind {
            Kind::Return => self.body(r::Return { exit: 0 }),
            _ => self.body(r::Nothing {}),
        };
        let id = self.drafts.len();
        self.add_node(Draft {
            name: to.to_string(),
            span,
            flow,
            kind,
            body,
            exits: Vec::new(),
            required: Vec::new(),
        });
        Ok(id)
    }

    fn connect(&mut self, flow: usize, exits: &mut [DraftExit<'d>]) {
        for exit in exits {
            // What cannot be found has been reported.
            exit.target = self.find(flow, exit.to, exit.span).unwrap_or(0);
        }
    }

    #[allow(clippy::type_complexity, reason = "the three tables of the root record")]
    pub(super) fn finish_flows(
        &mut self,
    ) -> Result<(List<r::FlowRecord>, List<r::Node>, List<Exit>), Fault> {
        for id in 0..self.drafts.len() {
            let flow = self.drafts[id].flow;
            let mut exits = core::mem::take(&mut self.drafts[id].exits);
            self.connect(flow, &mut exits);
            self.drafts[id].exits = exits;
        }
        for flow in 0..self.flows.len() {
            let mut events = core::mem::take(&mut self.flows[flow].events);
            self.connect(flow, &mut events);
            self.flows[flow].events = events;
            if let Some((to, span)) = self.flows[flow].start {
                self.flows[flow].start_node = self.find(flow, to, span).unwrap_or(0);
            }
        }
        let mut events = core::mem::take(&mut self.events);
        self.connect(0, &mut events);
        self.events = events;
        self.missing_exits();
        if self.drafts.len() > usize::from(u16::MAX) {
            let span = self.flows[0].span;
            return Err(self.error("too-large", span, "more than 65535 nodes".into(), None));
        }
        if self.diags.has_errors() {
            return Err(Fault);
        }
        let nodes: Vec<r::Node> = (0..self.drafts.len()).map(|id| self.node_record(id)).collect();
        let flows: Vec<r::FlowRecord> =
            (0..self.flows.len()).map(|id| self.flow_record(id)).collect();
        let events = self.events.clone();
        let events = self.exit_list(&events);
        Ok((self.list(&flows), self.list(&nodes), events))
    }

    fn node_record(&mut self, id: usize) -> r::Node {
        let draft = &mut self.drafts[id];
        let (name, exits) = (draft.name.clone(), draft.exits.clone());
        let (flow, kind, body) = (draft.flow, draft.kind, draft.body);
        r::Node {
            name: self.string(&name),
            flow: FlowId(flow as u32),
            kind: kind as u32,
            body,
            exits: self.exit_list(&exits),
        }
    }

    fn flow_record(&mut self, id: usize) -> r::FlowRecord {
        let flow = &self.flows[id];
        let (name, start) = (flow.name, NodeId(flow.start_node as u32));
        let (events, returns) = (flow.events.clone(), flow.returns.clone());
        let returns: Vec<_> = returns.into_iter().map(|name| self.string(name)).collect();
        r::FlowRecord {
            name: self.string(name),
            start,
            events: self.exit_list(&events),
            returns: self.list(&returns),
        }
    }

    fn exit_list(&mut self, exits: &[DraftExit<'d>]) -> List<Exit> {
        let records: Vec<Exit> = exits
            .iter()
            .map(|e| Exit {
                code: e.code,
                name: self.string(&e.name),
                target: NodeId(e.target as u32),
            })
            .collect();
        self.list(&records)
    }

    /// Every exit a node may take leads somewhere.
    fn missing_exits(&mut self) {
        let mut missing = Vec::new();
        for draft in &self.drafts {
            let scopes = [&draft.exits, &self.flows[draft.flow].events, &self.events];
            for &code in &draft.required {
                let mut codes = core::iter::successors(Some(code), |c| more_general(*c));
                if !codes.any(|c| scopes.iter().any(|s| s.iter().any(|e| e.code == c))) {
                    missing.push((draft.span, draft.name.clone(), code));
                }
            }
        }
        for (span, node, code) in missing {
            let name = exit::NAMES.get(code as usize).copied().unwrap_or("an option");
            let help = match code {
                exit::NEXT => "add `next: …`".to_string(),
                _ => format!("add `on: {{ {name}: … }}`; `hangup` is always there to go to"),
            };
            let message = format!("node `{node}` does not say where `{name}` leads");
            self.error("missing-exit", span, message, Some(help));
        }
    }

    /// Reads a finished record of the code written so far.
    pub(super) fn written<R: Field>(&self, body: u32) -> R {
        let bytes: Vec<u8> = self.words[body as usize..]
            .iter()
            .take(R::WORDS)
            .flat_map(|w| w.to_le_bytes())
            .collect();
        R::get(crate::program::words::Words(&bytes), 0)
    }
}
