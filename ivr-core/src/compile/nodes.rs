//! Nodes: from their fields to their records.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::diagnostic::nearest;
use super::fields::Fields;
use super::flows::{Draft, DraftExit};
use super::{Compiler, Fault};
use crate::Type;
use crate::document::{COMPOUND, Node, Span};
use crate::program::records::{self as r, Arg, Assign, Bind, Kind, exit};
use crate::program::words::{FlowId, LangId, List, Opt};

/// What a kind of node comes down to.
pub(super) struct Built<'d> {
    pub(super) body: u32,
    /// Exits that are not under `on`.
    pub(super) exits: Vec<DraftExit<'d>>,
    /// Exits it must have.
    pub(super) required: Vec<u32>,
    /// Exits that `on` may name, besides `error` and `hangup`.
    pub(super) allowed: &'static [u32],
}

const LISTENING: &[u32] = &[exit::NOINPUT, exit::NOMATCH, exit::CANCEL];
const COLLECTING: &[u32] = &[exit::NOINPUT, exit::NOMATCH, exit::CANCEL, exit::EMPTY];

impl<'d> Compiler<'d> {
    pub(super) fn node(
        &mut self,
        flow: usize,
        name: &'d str,
        span: Span,
        spec: &'d Node,
    ) -> Result<(), Fault> {
        self.identifier(name, span, "a node")?;
        let mut fields = Fields::new(self, spec, "a node")?;
        let kind_node = fields.need(self, "type")?;
        let kind_name = self.text(kind_node, "a type")?;
        let Some(kind) = Kind::ALL.into_iter().find(|k| k.name() == kind_name) else {
            let names: Vec<_> = Kind::ALL.into_iter().map(Kind::name).chain(COMPOUND).collect();
            let help = nearest(kind_name, names.iter().copied()).map_or_else(
                || format!("there are: {}", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("there is no type of node `{kind_name}`");
            return Err(self.error("unknown-type", kind_node.span, message, Some(help)));
        };
        // Only for people.
        fields.take("description");
        let by_itself = [("hangup", Kind::Hangup), ("return", Kind::Return)];
        if by_itself.contains(&(name, kind)) && fields.is_spent() {
            // It is there without being declared.
            return Ok(());
        }
        let mut built = self.build(kind, &mut fields, span)?;
        if let Some(next) = fields.take("next") {
            built.exits.push(self.exit(exit::NEXT, "next", next)?);
        }
        if let Some(on) = fields.take("on") {
            self.exits_on(on, kind, &mut built)?;
        }
        fields.finish(self);
        self.add_node(Draft {
            name: name.to_string(),
            span,
            flow,
            kind,
            body: built.body,
            exits: built.exits,
            required: built.required,
        });
        Ok(())
    }

    /// Named exits: `on: { noinput: …, error: … }`.
    fn exits_on(&mut self, on: &'d Node, kind: Kind, built: &mut Built<'d>) -> Result<(), Fault> {
        let call = (kind == Kind::Call).then(|| self.written::<r::Call>(built.body).flow);
        for (name, key, to) in self.entries(on, "exits")? {
            let returns = call.map(|FlowId(f)| self.flows[f as usize].returns.clone());
            let returned = returns.unwrap_or_default();
            if let Some(index) = returned.iter().position(|r| *r == name) {
                let exit = self.exit(exit::OPTION + index as u32, name, to)?;
                built.exits.push(exit);
                continue;
            }
            let always = [exit::ERROR, exit::HANGUP];
            let codes: Vec<u32> = built.allowed.iter().copied().chain(always).collect();
            let found = codes.iter().find(|c| exit::NAMES[**c as usize] == name);
            let Some(&code) = found else {
                let mut names: Vec<_> = codes.iter().map(|c| exit::NAMES[*c as usize]).collect();
                names.extend(returned);
                let help = nearest(name, names.iter().copied()).map_or_else(
                    || format!("there are: {}", names.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("a {} has no exit `{name}`", kind.name());
                return Err(self.error("unknown-exit", key.span, message, Some(help)));
            };
            built.exits.push(self.exit(code, name, to)?);
        }
        Ok(())
    }

    fn build(
        &mut self,
        kind: Kind,
        fields: &mut Fields<'d>,
        span: Span,
    ) -> Result<Built<'d>, Fault> {
        let simple = |body: u32| Built {
            body,
            exits: Vec::new(),
            required: alloc::vec![exit::NEXT],
            allowed: &[],
        };
        Ok(match kind {
            Kind::Play => {
                let prompt = fields.need(self, "prompt")?;
                let prompt = self.prompt(prompt)?;
                simple(self.body(r::Play { prompt }))
            }
            Kind::Menu => {
                let (body, exits, required) = self.menu(fields)?;
                Built { body, exits, required, allowed: LISTENING }
            }
            Kind::Collect => {
                let (body, required) = self.collect(fields)?;
                Built { body, exits: Vec::new(), required, allowed: COLLECTING }
            }
            Kind::Record => self.record(fields, span)?,
            Kind::Branch => self.branch(fields)?,
            Kind::Schedule => {
                let node = fields.need(self, "schedule")?;
                let name = self.text(node, "a schedule's name")?;
                let Some(schedule) = self.schedule_named(name) else {
                    let near = nearest(name, self.schedule_ids.keys().copied());
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    let message = format!("there is no schedule `{name}`");
                    return Err(self.error("unknown-schedule", node.span, message, help));
                };
                Built {
                    body: self.body(r::ScheduleBody { schedule }),
                    exits: Vec::new(),
                    required: alloc::vec![exit::OPEN, exit::CLOSED, exit::HOLIDAY],
                    allowed: &[exit::OPEN, exit::CLOSED, exit::HOLIDAY],
                }
            }
            Kind::Language => {
                let to = fields.need(self, "to")?;
                let name = self.text(to, "a language")?;
                let known = self.languages.iter().position(|l| *l == name);
                let to = match (name, known) {
                    ("next", _) => None,
                    (_, Some(index)) => Some(LangId(index as u32)),
                    _ => {
                        let all = self.languages.join(", ");
                        let help = Some(format!("there are: {all}, and `next` for the next one"));
                        let message = format!("`{name}` is none of the languages");
                        return Err(self.error("unknown-language", to.span, message, help));
                    }
                };
                simple(self.body(r::Language { to: Opt(to) }))
            }
            Kind::Set => {
                let node = fields.need(self, "values")?;
                let assigns = self.assigns(node)?;
                simple(self.body(r::Set { assigns }))
            }
            Kind::Query => self.query(fields)?,
            Kind::Transfer => self.transfer(fields)?,
            Kind::Queue => self.queue(fields)?,
            Kind::Attach => {
                let node = fields.need(self, "values")?;
                let args = self.args(Some(node))?;
                simple(self.body(r::Attach { args }))
            }
            Kind::Split => self.split(fields)?,
            Kind::Call => self.call(fields)?,
            Kind::Return => {
                let exit = match fields.take("exit") {
                    Some(node) => self.return_exit(node)?,
                    None => 0,
                };
                Built { required: Vec::new(), ..simple(self.body(r::Return { exit })) }
            }
            Kind::Goto => simple(self.body(r::Nothing {})),
            Kind::Hangup => Built { required: Vec::new(), ..simple(self.body(r::Nothing {})) },
        })
    }

    /// One more than the index of an exit that this flow declares: 0 is the plain way back.
    fn return_exit(&mut self, node: &'d Node) -> Result<u32, Fault> {
        let name = self.text(node, "an exit's name")?;
        let place = node.span;
        let index = self.flows[self.flow].returns.iter().position(|r| *r == name);
        match index {
            Some(index) => Ok(index as u32 + 1),
            None => {
                let help = Some(format!("declare it: `returns: [{name}]`"));
                let message = format!("this flow has no exit `{name}`");
                Err(self.error("unknown-exit", place, message, help))
            }
        }
    }

    fn branch(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let mut exits = Vec::new();
        let mut cases = Vec::new();
        let node = fields.need(self, "cases")?;
        for (index, item) in self.items(node).iter().enumerate() {
            let mut case = Fields::new(self, item, "a case")?;
            let (when, to) = (case.need(self, "when")?, case.need(self, "to")?);
            case.finish(self);
            let compiled = self.expression_of(when, Type::Bool)?;
            cases.push(self.code(&compiled));
            let name = (index + 1).to_string();
            exits.push(self.exit(exit::OPTION + index as u32, &name, to)?);
        }
        let otherwise = fields.need(self, "else")?;
        exits.push(self.exit(exit::NEXT, "else", otherwise)?);
        let cases = self.list(&cases);
        Ok(Built {
            body: self.body(r::Branch { cases }),
            exits,
            required: Vec::new(),
            allowed: &[],
        })
    }

    fn split(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let node = fields.need(self, "shares")?;
        let (mut exits, mut weights) = (Vec::new(), Vec::new());
        for (index, item) in self.items(node).iter().enumerate() {
            let mut share = Fields::new(self, item, "a share")?;
            let (weight, to) = (share.need(self, "weight")?, share.need(self, "to")?);
            share.finish(self);
            weights.push(self.number(weight, 0, 1_000_000)?);
            let name = (index + 1).to_string();
            exits.push(self.exit(exit::OPTION + index as u32, &name, to)?);
        }
        if weights.iter().all(|w| *w == 0) {
            let message = "no share has a weight".into();
            return Err(self.error("wrong-number", node.span, message, None));
        }
        let weights = self.list(&weights);
        Ok(Built {
            body: self.body(r::Split { weights }),
            exits,
            required: Vec::new(),
            allowed: &[],
        })
    }

    fn call(&mut self, fields: &mut Fields<'d>) -> Result<Built<'d>, Fault> {
        let node = fields.need(self, "flow")?;
        let name = self.text(node, "a flow's name")?;
        let Some(&flow) = self.flow_ids.get(name) else {
            let near = nearest(name, self.flow_ids.keys().copied());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("there is no flow `{name}`");
            return Err(self.error("unknown-flow", node.span, message, help));
        };
        let args = fields.take("args").map_or(Ok(List::EMPTY), |node| self.assigns(node))?;
        let results = fields.take("results").map_or(Ok(List::EMPTY), |node| self.assigns(node))?;
        let body = r::Call { flow: FlowId(flow as u32), args, results };
        let returns = self.flows[flow].returns.len() as u32;
        let required = (0..returns).map(|i| exit::OPTION + i).chain([exit::NEXT]);
        Ok(Built {
            body: self.body(body),
            exits: Vec::new(),
            required: required.collect(),
            allowed: &[],
        })
    }

    /// `{ name: expression }`, for the host.
    pub(super) fn args(&mut self, node: Option<&'d Node>) -> Result<List<Arg>, Fault> {
        let mut found = Vec::new();
        let entries = node.map_or(Ok(Vec::new()), |node| self.entries(node, "values"))?;
        for (name, _, value) in entries {
            let compiled = self.expression(value)?;
            found.push(Arg { name: self.string(name), value: self.code(&compiled) });
        }
        Ok(self.list(&found))
    }

    /// `{ variable: expression }`
    fn assigns(&mut self, node: &'d Node) -> Result<List<Assign>, Fault> {
        let mut found = Vec::new();
        for (name, key, value) in self.entries(node, "values")? {
            let compiled = self.expression(value)?;
            let Some((var, record)) = self.variable(name) else {
                let names = self.variable_names();
                let near = nearest(name, names.iter().map(alloc::string::String::as_str));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                let message = format!("there is no variable `{name}`");
                return Err(self.error("unknown-variable", key.span, message, help));
            };
            let ty = Type::from_code(record.ty).unwrap_or(Type::Int);
            self.assignable(value, ty, compiled.ty)?;
            if compiled.secret && record.secret == 0 {
                let message = format!("a secret value goes into `{name}`, which is not secret");
                let help = Some(format!("declare `{name}` with `secret: true` too"));
                self.warn("secret", value.span, message, help);
            }
            found.push(Assign { var, value: self.code(&compiled) });
        }
        Ok(self.list(&found))
    }

    /// `{ answer: variable }`, or a list of variables named like their answers.
    pub(super) fn binds(&mut self, node: &'d Node) -> Result<List<Bind>, Fault> {
        let all = Type::ALL;
        let mut found = Vec::new();
        if let crate::document::Content::Mapping(_) = node.content {
            for (name, _, var) in self.entries(node, "results")? {
                let var = self.variable_of(var, &all)?;
                found.push(Bind { name: self.string(name), var });
            }
        } else {
            for item in self.items(node) {
                let var = self.variable_of(item, &all)?;
                let name = item.text().unwrap_or_default().to_string();
                found.push(Bind { name: self.string(&name), var });
            }
        }
        Ok(self.list(&found))
    }
}
