//! From document to program: checks, lints, code.

mod automaton;
mod diagnostic;
mod expr;
mod fields;
mod flows;
mod host;
mod lint;
mod menus;
mod nodes;
mod prompts;
mod say;
mod schedules;
mod srgs;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Deref;

pub use diagnostic::{Diagnostic, Diagnostics, Level};
pub use fields::milliseconds;

use crate::Type;
use crate::document::{self, Node, Span};
use crate::program::layout::Layout;
use crate::program::records::{self as r, Expr, Root};
use crate::program::words::{DfaId, Field, List, Opt, ScheduleId, Str, VarId, Words};
use crate::program::{HEADER, MAGIC, VERSION, crc32};
use expr::Compiled;
use fields::Fields;
use flows::{Draft, FlowDraft};
use prompts::PromptDraft;

/// A compiled program: its bytes, and what the compiler thinks of the document all the same.
#[derive(Clone, Debug)]
pub struct Program {
    bytes: Vec<u8>,
    warnings: Diagnostics,
}

impl Program {
    /// What is likely wrong although it compiles.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The program, to be written to an `.ivrb` file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Deref for Program {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Program {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Compiles a document, YAML or JSON. The same text always gives the same bytes.
///
/// `file` is the name that messages show.
///
/// # Errors
/// Everything that keeps the document from being a flow, and the warnings with it.
///
/// ```
/// let error = ivr_core::compile("
/// name: hello
/// languages: [en]
/// start: hello
/// nodes:
///   hello: { type: play, prompt: Hello there., next: hangpu }
/// ", "hello.yaml").unwrap_err();
/// assert_eq!(error.to_string(), "\
/// error[unknown-node]: there is no node `hangpu`
///  --> hello.yaml:6:52
///   |
/// 6 |   hello: { type: play, prompt: Hello there., next: hangpu }
///   |                                                    ^^^^^^
///   = help: did you mean `hangup`?
/// ");
/// ```
pub fn compile(source: &str, file: &str) -> Result<Program, Diagnostics> {
    let tree = match document::parse(source) {
        Ok(mut tree) => {
            document::expand(&mut tree);
            tree
        }
        Err(error) => {
            let mut diagnostics = Diagnostics::new(file);
            diagnostics.push(Level::Error, "syntax", error.span, error.message, None);
            return Err(diagnostics.finish(source));
        }
    };
    let mut compiler = Compiler::new(file);
    // What went wrong has been reported.
    let root = compiler.document(&tree).ok();
    let Compiler { diags, .. } = &compiler;
    match root {
        Some(root) if !diags.has_errors() => {
            let bytes = compiler.assemble(root);
            compiler.try_tongues(&bytes);
            let warnings = compiler.diags.finish(source);
            if warnings.has_errors() { Err(warnings) } else { Ok(Program { bytes, warnings }) }
        }
        _ => Err(compiler.diags.finish(source)),
    }
}

/// Something was reported; whoever meets it need not report more.
#[derive(Clone, Copy, Debug)]
struct Fault;

struct Compiler<'d> {
    diags: Diagnostics,
    strings: Vec<String>,
    string_ids: BTreeMap<String, u32>,
    words: Vec<u32>,
    languages: Vec<&'d str>,
    vars: Vec<r::Var>,
    var_ids: BTreeMap<&'d str, VarId>,
    schedules: Vec<r::Schedule>,
    schedule_ids: BTreeMap<&'d str, ScheduleId>,
    dfas: Vec<r::Dfa>,
    prompts: Vec<PromptDraft<'d>>,
    prompt_ids: BTreeMap<&'d str, u32>,
    taught: Vec<say::Taught<'d>>,
    flows: Vec<FlowDraft<'d>>,
    flow_ids: BTreeMap<&'d str, usize>,
    drafts: Vec<Draft<'d>>,
    events: Vec<flows::DraftExit<'d>>,
    used_vars: alloc::collections::BTreeSet<u32>,
    /// The flow whose nodes are being compiled.
    flow: usize,
}

impl<'d> Compiler<'d> {
    fn new(file: &str) -> Self {
        Self {
            diags: Diagnostics::new(file),
            strings: Vec::new(),
            string_ids: BTreeMap::new(),
            // Word 0 is the empty list.
            words: alloc::vec![0],
            languages: Vec::new(),
            vars: Vec::new(),
            var_ids: BTreeMap::new(),
            schedules: Vec::new(),
            schedule_ids: BTreeMap::new(),
            dfas: Vec::new(),
            prompts: Vec::new(),
            prompt_ids: BTreeMap::new(),
            taught: Vec::new(),
            flows: Vec::new(),
            flow_ids: BTreeMap::new(),
            drafts: Vec::new(),
            events: Vec::new(),
            used_vars: alloc::collections::BTreeSet::new(),
            flow: 0,
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
        help: Option<String>,
    ) -> Fault {
        self.diags.push(Level::Error, code, span, message, help);
        Fault
    }

    fn warn(&mut self, code: &'static str, span: Span, message: String, help: Option<String>) {
        self.diags.push(Level::Warning, code, span, message, help);
    }

    fn string(&mut self, text: &str) -> Str {
        if let Some(&id) = self.string_ids.get(text) {
            return Str(id);
        }
        let id = self.strings.len() as u32;
        self.strings.push(text.to_string());
        self.string_ids.insert(text.to_string(), id);
        Str(id)
    }

    fn list<R: Field>(&mut self, records: &[R]) -> List<R> {
        List::write(&mut self.words, records)
    }

    /// Writes a node's own record.
    fn body<R: Field>(&mut self, record: R) -> u32 {
        let at = self.words.len() as u32;
        record.put(&mut self.words);
        at
    }

    fn code(&mut self, compiled: &Compiled) -> Expr {
        let at = self.words.len() as u32;
        self.words.push(compiled.code.len() as u32);
        self.words.extend_from_slice(&compiled.code);
        Expr(at)
    }

    /// `source` is how it was written, as in [`r::Dfa`].
    fn add_dfa(&mut self, automaton: &automaton::Automaton, source: &str) -> DfaId {
        let states = self.list(&automaton.states);
        let source = self.string(source);
        self.dfas.push(r::Dfa { states, longest: automaton.longest, source });
        DfaId(self.dfas.len() as u32 - 1)
    }

    fn variable(&mut self, name: &str) -> Option<(VarId, r::Var)> {
        let id = *self.var_ids.get(name)?;
        self.used_vars.insert(id.0);
        Some((id, self.vars[id.0 as usize]))
    }

    fn variable_names(&self) -> Vec<String> {
        self.var_ids.keys().map(ToString::to_string).collect()
    }

    fn schedule_named(&self, name: &str) -> Option<ScheduleId> {
        self.schedule_ids.get(name).copied()
    }

    /// A name a document gives to something of its own.
    fn identifier(&mut self, name: &str, span: Span, what: &str) -> Result<(), Fault> {
        let mut chars = name.chars();
        let begins = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if begins && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.')) {
            return Ok(());
        }
        let help = "a name begins with a letter and goes on with letters, digits, `_` and `-`";
        let message = format!("`{name}` is no name for {what}");
        Err(self.error("name", span, message, Some(help.into())))
    }

    /// Compiles the expression of a scalar.
    fn expression(&mut self, node: &'d Node) -> Result<Compiled, Fault> {
        let text = self.text(node, "an expression")?;
        self.expression_in(node, text, 0)
    }

    /// Compiles an expression that is a part of a scalar, from a byte on.
    fn expression_in(&mut self, node: &Node, text: &str, from: usize) -> Result<Compiled, Fault> {
        let compiled = expr::parse(text).and_then(|ast| self.emit(&ast));
        compiled.map_err(|fault| {
            let columns = text.get(..fault.at).map_or(fault.at, |t| t.chars().count());
            let span = node.inside(from + columns, fault.len);
            self.error("expression", span, fault.message, fault.help)
        })
    }

    /// Compiles an expression of one type.
    fn expression_of(&mut self, node: &'d Node, ty: Type) -> Result<Compiled, Fault> {
        let compiled = self.expression(node)?;
        if compiled.ty == ty {
            return Ok(compiled);
        }
        let message = format!("this should be {}, it is {}", ty.name(), compiled.ty.name());
        Err(self.error("type", node.span, message, None))
    }

    /// A scalar that stands for itself, or for an expression when it begins with `=`.
    fn literal_or_expression(&mut self, node: &'d Node, what: &str) -> Result<Compiled, Fault> {
        let text = self.text(node, what)?;
        let compiled = match text.strip_prefix('=') {
            Some(rest) => self.expression_in(node, rest, 1)?,
            None => Compiled {
                code: alloc::vec![crate::expr::Op::Str.word(self.string(text).0)],
                ty: Type::Text,
                secret: false,
                makes_text: false,
            },
        };
        if compiled.ty != Type::Text {
            let message = format!("{what} should be text, it is {}", compiled.ty.name());
            return Err(self.error("type", node.span, message, None));
        }
        if compiled.makes_text {
            let help = "compute it in a `set` node and name the variable here";
            let message = format!("{what} cannot be put together here");
            return Err(self.error("type", node.span, message, Some(help.into())));
        }
        Ok(compiled)
    }

    fn document(&mut self, tree: &'d Node) -> Result<Root, Fault> {
        let mut fields = Fields::new(self, tree, "a flow document")?;
        let name = fields.need(self, "name")?;
        let name = self.text(name, "a name")?;
        let name = self.string(name);
        // For people and their tools.
        fields.take("description");
        fields.take("vendor");
        let languages = fields.need(self, "languages")?;
        self.language_list(languages)?;
        if let Some(variables) = fields.take("variables") {
            self.variables(variables)?;
        }
        let zone = fields.take("timezone");
        if let Some(schedules) = fields.take("schedules") {
            self.schedules(schedules, zone)?;
        }
        if let Some(say) = fields.take("say") {
            self.tongues(say)?;
        }
        if let Some(prompts) = fields.take("prompts") {
            self.prompt_resources(prompts)?;
        }
        self.flow_documents(&mut fields)?;
        fields.finish(self);
        if self.diags.has_errors() {
            return Err(Fault);
        }
        let (flows, nodes, events) = self.finish_flows()?;
        self.lint();
        let languages = self.languages.clone();
        let languages: Vec<Str> = languages.into_iter().map(|l| self.string(l)).collect();
        let (vars, schedules) = (self.vars.clone(), self.schedules.clone());
        let tongues: Vec<r::Tongue> = self.taught.iter().map(|taught| taught.record).collect();
        Ok(Root {
            tongues: self.list(&tongues),
            name,
            languages: self.list(&languages),
            vars: self.list(&vars),
            prompts: self.finish_prompts(),
            schedules: self.list(&schedules),
            // Those that are used are laid down with the rest.
            dfas: List::EMPTY,
            flows,
            nodes,
            events,
        })
    }

    fn language_list(&mut self, node: &'d Node) -> Result<(), Fault> {
        for item in self.items(node) {
            let language = self.text(item, "a language")?;
            if self.languages.contains(&language) {
                self.error("duplicate", item.span, format!("`{language}` is here twice"), None);
            } else {
                self.languages.push(language);
            }
        }
        if self.languages.is_empty() || self.languages.len() > 32 {
            let message = "there should be from 1 to 32 languages, the first one the default";
            return Err(self.error("languages", node.span, message.into(), None));
        }
        Ok(())
    }

    fn variables(&mut self, node: &'d Node) -> Result<(), Fault> {
        let mut at = 0;
        for (name, key, spec) in self.entries(node, "variables")? {
            // A wrong variable must not hide what else is wrong.
            if let Ok(var) = self.one_variable(name, key.span, spec, at) {
                at += crate::program::variable_size(var).unwrap_or(0) as u32;
                self.var_ids.insert(name, VarId(self.vars.len() as u32));
                self.vars.push(var);
            }
        }
        Ok(())
    }

    fn one_variable(
        &mut self,
        name: &'d str,
        span: Span,
        spec: &'d Node,
        at: u32,
    ) -> Result<r::Var, Fault> {
        let fits = name
            .bytes()
            .enumerate()
            .all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || i > 0 && b.is_ascii_digit());
        if !fits || name.is_empty() {
            let message = format!("`{name}` is no name for a variable");
            let help = Some("use ASCII letters, digits and `_`".into());
            return Err(self.error("name", span, message, help));
        }
        if crate::expr::Known::ALL.iter().any(|k| k.name() == name) {
            let message = format!("`{name}` is known already, a variable needs another name");
            return Err(self.error("name", span, message, None));
        }
        let (ty, max, secret, initial) = match spec.text() {
            Some(_) => (self.var_type(spec)?, None, None, None),
            None => {
                let mut fields = Fields::new(self, spec, "a variable")?;
                let ty = fields.need(self, "type")?;
                let ty = self.var_type(ty)?;
                let found = (ty, fields.take("max"), fields.take("secret"), fields.take("initial"));
                fields.finish(self);
                found
            }
        };
        let has_max = matches!(ty, Type::Text | Type::Digits);
        let max = match max {
            Some(max) if has_max => self.number(max, 1, 255)?,
            Some(max) => {
                let message = format!("{} has no greatest length", ty.name());
                return Err(self.error("unknown-field", max.span, message, None));
            }
            None if has_max => 32,
            None => 0,
        };
        let secret = secret.map_or(Ok(false), |node| self.boolean(node))?;
        let initial = match initial {
            None => None,
            Some(node) => {
                let compiled = self.expression(node)?;
                self.assignable(node, ty, compiled.ty)?;
                Some(self.code(&compiled))
            }
        };
        Ok(r::Var {
            name: self.string(name),
            ty: ty.code(),
            max,
            at,
            secret: u32::from(secret),
            initial: Opt(initial),
        })
    }

    fn var_type(&mut self, node: &'d Node) -> Result<Type, Fault> {
        let name = self.text(node, "a type")?;
        let names = Type::ALL.map(Type::name);
        match Type::ALL.into_iter().find(|t| t.name() == name) {
            Some(ty) => Ok(ty),
            None => {
                let help = diagnostic::nearest(name, names).map_or_else(
                    || format!("there are: {}", names.join(", ")),
                    |n| format!("did you mean `{n}`?"),
                );
                let message = format!("there is no type `{name}`");
                Err(self.error("unknown-type", node.span, message, Some(help)))
            }
        }
    }

    /// Whether a value of one type goes into a variable of another.
    fn assignable(&mut self, node: &Node, to: Type, from: Type) -> Result<(), Fault> {
        let fits = match to {
            Type::Digits => from == Type::Text,
            Type::Decimal => matches!(from, Type::Int | Type::Decimal),
            _ => from == to,
        };
        if fits {
            return Ok(());
        }
        let message = format!("the variable is {}, this is {}", to.name(), from.name());
        Err(self.error("type", node.span, message, None))
    }

    /// Puts the whole program together.
    fn assemble(&mut self, root: Root) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.words.len() * 4);
        for word in &self.words {
            written.extend_from_slice(&word.to_le_bytes());
        }
        let mut layout = Layout::new(Words(&written), &self.strings, &self.dfas);
        layout.root(root);
        let texts: Vec<&str> = layout.texts();
        let mut bytes = alloc::vec![0; HEADER];
        for word in &layout.words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let mut at = 0_u32;
        for text in &texts {
            bytes.extend_from_slice(&at.to_le_bytes());
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            at += text.len() as u32;
        }
        for text in &texts {
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&VERSION.to_le_bytes());
        let length = bytes.len() as u32;
        bytes[8..12].copy_from_slice(&length.to_le_bytes());
        bytes[16..20].copy_from_slice(&(layout.words.len() as u32).to_le_bytes());
        bytes[20..24].copy_from_slice(&(texts.len() as u32).to_le_bytes());
        let crc = crc32(&bytes[16..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        bytes
    }
}
