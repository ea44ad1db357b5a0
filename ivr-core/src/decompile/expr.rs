//! Expressions: from the code of the stack machine back to text.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::quoted;
use crate::Decimal;
use crate::expr::{Known, Op};
use crate::program::Flow;
use crate::program::records::Expr;
use crate::program::words::{Field, Str, VarId};

/// How tightly a text binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Select,
    Or,
    And,
    Compare,
    Sum,
    Product,
    Unary,
    Value,
}

/// A value on the stack, as text.
struct Part {
    level: Level,
    text: String,
    /// Of `x == a`, and of such comparisons joined by `||`: the `x` and all it is compared with.
    among: Option<(String, Vec<String>)>,
}

impl Part {
    fn new(level: Level, text: String) -> Self {
        Self { level, text, among: None }
    }

    /// As it is written where something of at least a level belongs.
    fn at(&self, level: Level) -> String {
        if self.level >= level { self.text.clone() } else { format!("({})", self.text) }
    }
}

/// A text constant.
fn constant(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

fn sign(op: Op) -> Option<(&'static str, Level, Level)> {
    use Level::{And, Compare, Or, Product, Sum, Unary};
    Some(match op {
        Op::Or => ("||", Or, And),
        Op::And => ("&&", And, Compare),
        Op::Eq => ("==", Compare, Sum),
        Op::Ne => ("!=", Compare, Sum),
        Op::Lt => ("<", Compare, Sum),
        Op::Le => ("<=", Compare, Sum),
        Op::Gt => (">", Compare, Sum),
        Op::Ge => (">=", Compare, Sum),
        Op::Add => ("+", Sum, Product),
        Op::Sub => ("-", Sum, Product),
        Op::Mul => ("*", Product, Unary),
        Op::Div => ("/", Product, Unary),
        Op::Rem => ("%", Product, Unary),
        _ => return None,
    })
}

impl Flow<'_> {
    /// An expression where a text may stand for itself.
    pub(super) fn literal(&self, expr: Expr) -> String {
        let at = expr.0 as usize;
        let alone = Op::split(self.words.get(at + 1)).filter(|_| self.words.get(at) == 1);
        match alone {
            Some((Op::Str, id)) if !self.str(Str(id)).starts_with('=') => quoted(self.str(Str(id))),
            _ => quoted(&format!("= {}", self.expression(expr))),
        }
    }

    /// The text of an expression.
    pub(super) fn expression(&self, Expr(at): Expr) -> String {
        let at = at as usize;
        let (mut next, end) = (at + 1, at + 1 + self.words.get(at) as usize);
        let mut stack: Vec<Part> = Vec::new();
        while next < end {
            let Some((op, operand)) = Op::split(self.words.get(next)) else { break };
            let args = stack.split_off(stack.len().saturating_sub(op.takes()));
            let constant = i64::get(self.words, next + 1);
            stack.push(self.part(op, operand, constant, &args));
            next += if op.has_constant() { 3 } else { 1 };
        }
        stack.pop().map_or_else(String::new, |part| part.text)
    }

    fn part(&self, op: Op, operand: u32, number: i64, args: &[Part]) -> Part {
        let value = |text: String| Part::new(Level::Value, text);
        if let (Some((sign, level, right)), [a, b]) = (sign(op), args) {
            return joined(sign, level, right, a, b);
        }
        let schedule = || {
            let found = self.root.schedules.get(self.words, operand);
            constant(found.map_or("", |schedule| self.str(schedule.name)))
        };
        match (op, args) {
            (Op::Int | Op::Time, _) => {
                let level = if number < 0 { Level::Unary } else { Level::Value };
                Part::new(level, number.to_string())
            }
            (Op::Decimal, _) => {
                let text = Decimal { units: number }.to_string();
                // Without a point it would be a whole number.
                value(if text.contains('.') { text } else { text + ".0" })
            }
            (Op::Bool, _) => value((operand != 0).to_string()),
            (Op::Str, _) => value(constant(self.str(Str(operand)))),
            (Op::Var, _) => value(self.str(self.var(VarId(operand)).name).to_string()),
            (Op::Known, _) => {
                value(Known::ALL.get(operand as usize).map_or("", |known| known.name()).to_string())
            }
            (Op::Neg, [a]) => Part::new(Level::Unary, format!("-{}", a.at(Level::Unary))),
            (Op::Not, [a]) => Part::new(Level::Unary, format!("!{}", a.at(Level::Unary))),
            (Op::Select, [condition, yes, no]) => {
                let text = format!("{} ? {} : {}", condition.at(Level::Or), yes.text, no.text);
                Part::new(Level::Select, text)
            }
            (Op::Matches, [a]) => {
                let dfa = self.root.dfas.at(self.words, operand);
                let source = self.str(dfa.source);
                let pattern = source.strip_prefix("pattern ").unwrap_or_default();
                value(format!("matches({}, {})", a.text, constant(pattern)))
            }
            (Op::Weekday, [a]) => value(format!("weekday({}, {})", a.text, schedule())),
            (Op::Minute, [a]) => value(format!("minute({}, {})", a.text, schedule())),
            (Op::InSchedule, [a]) => value(format!("open({}, {})", a.text, schedule())),
            _ => {
                let args: Vec<&str> = args.iter().map(|part| part.text.as_str()).collect();
                value(format!("{}({})", function(op), args.join(", ")))
            }
        }
    }
}

const fn function(op: Op) -> &'static str {
    match op {
        Op::Size => "size",
        Op::ToInt => "int",
        Op::ToDecimal => "decimal",
        Op::ToText => "string",
        Op::Contains => "contains",
        Op::StartsWith => "startsWith",
        Op::EndsWith => "endsWith",
        Op::Substring => "substring",
        Op::Luhn => "luhn",
        Op::Hash => "hash",
        _ => "",
    }
}

fn joined(sign: &str, level: Level, right: Level, a: &Part, b: &Part) -> Part {
    if let ("||", Some((x, left)), Some((y, more))) = (sign, &a.among, &b.among) {
        if let ([more], true) = (more.as_slice(), x == y) {
            // `x in [a, b]` is the same code, and as long as need be.
            let mut list = left.clone();
            list.push(more.clone());
            let text = format!("{x} in [{}]", list.join(", "));
            return Part { level: Level::Compare, text, among: Some((x.clone(), list)) };
        }
    }
    let text = format!("{} {sign} {}", a.at(level), b.at(right));
    let among = (sign == "==").then(|| (a.at(level), alloc::vec![b.text.clone()]));
    Part { level, text, among }
}
