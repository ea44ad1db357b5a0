use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Ast, AstKind, ExprFault};
use crate::Type;
use crate::compile::Compiler;
use crate::compile::automaton::{self, Pattern};
use crate::compile::diagnostic::nearest;
use crate::expr::{Known, LONGEST, Op, STACK};
use crate::program::words::Field;

/// Code with the type of its value.
#[derive(Clone, Debug)]
pub(in crate::compile) struct Compiled {
    pub(in crate::compile) code: Vec<u32>,
    pub(in crate::compile) ty: Type,
    /// Some variable in it is secret.
    pub(in crate::compile) secret: bool,
    /// It makes text that did not exist before.
    pub(in crate::compile) makes_text: bool,
}

type Emit<T> = Result<T, ExprFault>;

const FUNCTIONS: [&str; 14] = [
    "size",
    "int",
    "decimal",
    "string",
    "contains",
    "startsWith",
    "endsWith",
    "substring",
    "matches",
    "luhn",
    "hash",
    "weekday",
    "minute",
    "open",
];

struct Emitter<'c, 'd> {
    c: &'c mut Compiler<'d>,
    out: Compiled,
    depth: usize,
    deepest: usize,
}

impl Compiler<'_> {
    /// Types and compiles an expression.
    pub(in crate::compile) fn emit(&mut self, ast: &Ast) -> Emit<Compiled> {
        let mut emitter = Emitter {
            c: self,
            out: Compiled { code: Vec::new(), ty: Type::Bool, secret: false, makes_text: false },
            depth: 0,
            deepest: 0,
        };
        let ty = emitter.value(ast)?;
        let Emitter { mut out, deepest, .. } = emitter;
        out.ty = ty;
        if deepest > STACK || out.code.len() > LONGEST as usize {
            return Err(ExprFault {
                at: ast.at,
                len: 1,
                message: "this expression is too large".into(),
                help: Some("compute a part of it in a `set` node first".into()),
            });
        }
        Ok(out)
    }
}

/// Digits are text once they are in an expression.
fn plain(ty: Type) -> Type {
    if ty == Type::Digits { Type::Text } else { ty }
}

fn is_number(ty: Type) -> bool {
    matches!(ty, Type::Int | Type::Decimal)
}

impl Emitter<'_, '_> {
    fn op(&mut self, op: Op, operand: u32) {
        self.out.code.push(op.word(operand));
        self.depth = self.depth - op.takes().min(self.depth) + 1;
        self.deepest = self.deepest.max(self.depth);
    }

    fn constant(&mut self, op: Op, n: i64) {
        self.op(op, 0);
        n.put(&mut self.out.code);
    }

    fn fault<T>(&self, ast: &Ast, message: String, help: Option<String>) -> Emit<T> {
        Err(ExprFault {
            at: ast.at,
            len: match &ast.kind {
                AstKind::Name(name) | AstKind::Call(name, _) => name.len(),
                AstKind::Binary(sign, ..) | AstKind::Unary(sign, _) => sign.len(),
                _ => 1,
            },
            message,
            help,
        })
    }

    fn value(&mut self, ast: &Ast) -> Emit<Type> {
        Ok(match &ast.kind {
            AstKind::Int(n) => {
                self.constant(Op::Int, *n);
                Type::Int
            }
            AstKind::Decimal(units) => {
                self.constant(Op::Decimal, *units);
                Type::Decimal
            }
            AstKind::Bool(b) => {
                self.op(Op::Bool, u32::from(*b));
                Type::Bool
            }
            AstKind::Text(text) => {
                let id = self.c.string(text);
                self.op(Op::Str, id.0);
                Type::Text
            }
            AstKind::Name(name) => return self.name(ast, name),
            AstKind::Unary(sign, inner) => {
                let ty = self.value(inner)?;
                match (*sign, ty) {
                    ("!", Type::Bool) => self.op(Op::Not, 0),
                    ("-", Type::Int | Type::Decimal) => self.op(Op::Neg, 0),
                    _ => {
                        let message = format!("`{sign}` does not go with {}", ty.name());
                        return self.fault(ast, message, None);
                    }
                }
                ty
            }
            AstKind::Binary(sign, left, right) => {
                let types = (self.value(left)?, self.value(right)?);
                return self.binary(ast, sign, types);
            }
            AstKind::Select(condition, yes, no) => {
                let condition_type = self.value(condition)?;
                if condition_type != Type::Bool {
                    let message = format!("a condition is bool, not {}", condition_type.name());
                    return self.fault(condition, message, None);
                }
                let (a, b) = (self.value(yes)?, self.value(no)?);
                if a != b {
                    let message =
                        format!("one side of `?:` is {}, the other {}", a.name(), b.name());
                    return self.fault(ast, message, None);
                }
                self.op(Op::Select, 0);
                a
            }
            AstKind::In(value, list) => {
                for (i, item) in list.iter().enumerate() {
                    let types = (self.value(value)?, self.value(item)?);
                    self.binary(item, "==", types)?;
                    if i > 0 {
                        self.op(Op::Or, 0);
                    }
                }
                if list.is_empty() {
                    self.op(Op::Bool, 0);
                }
                Type::Bool
            }
            AstKind::Call(name, args) => return self.call(ast, name, args),
        })
    }

    fn name(&mut self, ast: &Ast, name: &str) -> Emit<Type> {
        if let Some((id, var)) = self.c.variable(name) {
            self.op(Op::Var, id.0);
            self.out.secret |= var.secret != 0;
            return Ok(plain(Type::from_code(var.ty).unwrap_or(Type::Int)));
        }
        if let Some(index) = Known::ALL.iter().position(|k| k.name() == name) {
            self.op(Op::Known, index as u32);
            return Ok(Known::ALL[index].ty());
        }
        let known = Known::ALL.iter().map(|k| k.name());
        let names = self.c.variable_names();
        let help = nearest(name, names.iter().map(String::as_str).chain(known)).map_or_else(
            || format!("declare it under `variables`, or quote it if it is text: `'{name}'`"),
            |near| format!("did you mean `{near}`?"),
        );
        self.fault(ast, format!("there is no variable `{name}`"), Some(help))
    }

    fn binary(&mut self, ast: &Ast, sign: &str, (a, b): (Type, Type)) -> Emit<Type> {
        let numbers = is_number(a) && is_number(b);
        let wider = if a == b { a } else { Type::Decimal };
        let (op, ty) = match sign {
            "&&" if (a, b) == (Type::Bool, Type::Bool) => (Op::And, Type::Bool),
            "||" if (a, b) == (Type::Bool, Type::Bool) => (Op::Or, Type::Bool),
            "==" if a == b || numbers => (Op::Eq, Type::Bool),
            "!=" if a == b || numbers => (Op::Ne, Type::Bool),
            "<" if a == b || numbers => (Op::Lt, Type::Bool),
            "<=" if a == b || numbers => (Op::Le, Type::Bool),
            ">" if a == b || numbers => (Op::Gt, Type::Bool),
            ">=" if a == b || numbers => (Op::Ge, Type::Bool),
            "+" if numbers => (Op::Add, wider),
            "+" if (a, b) == (Type::Text, Type::Text) => {
                self.out.makes_text = true;
                (Op::Add, Type::Text)
            }
            "+" if (a, b) == (Type::Time, Type::Int) => (Op::Add, Type::Time),
            "-" if (a, b) == (Type::Time, Type::Int) => (Op::Sub, Type::Time),
            "-" if (a, b) == (Type::Time, Type::Time) => (Op::Sub, Type::Int),
            "-" if numbers => (Op::Sub, wider),
            "*" if numbers => (Op::Mul, wider),
            "/" if numbers => (Op::Div, wider),
            "%" if (a, b) == (Type::Int, Type::Int) => (Op::Rem, Type::Int),
            _ => {
                let message = format!("`{sign}` does not go with {} and {}", a.name(), b.name());
                let help = match (a, b) {
                    (Type::Text, n) if is_number(n) => Some("`int(...)` makes a number of text"),
                    (n, Type::Text) if is_number(n) => Some("`string(...)` makes text of a number"),
                    _ => None,
                };
                return self.fault(ast, message, help.map(Into::into));
            }
        };
        self.op(op, 0);
        Ok(ty)
    }

    fn call(&mut self, ast: &Ast, name: &str, args: &[Ast]) -> Emit<Type> {
        // These take a name or a pattern, which is no value.
        if let ("matches", [text, pattern]) = (name, args) {
            return self.matches(ast, text, pattern);
        }
        if let ("weekday" | "minute" | "open", [time, schedule]) = (name, args) {
            return self.schedule(ast, name, time, schedule);
        }
        let mut types = Vec::new();
        for arg in args {
            types.push(self.value(arg)?);
        }
        use Type::{Bool, Decimal, Int, Text, Time};
        let (op, ty) = match (name, types.as_slice()) {
            ("size", [Text]) => (Op::Size, Int),
            ("int", [Int | Decimal | Text | Time]) => (Op::ToInt, Int),
            ("decimal", [Int | Decimal | Text]) => (Op::ToDecimal, Decimal),
            ("string", [Int | Decimal | Text | Bool | Time]) => {
                self.out.makes_text = true;
                (Op::ToText, Text)
            }
            ("contains", [Text, Text]) => (Op::Contains, Bool),
            ("startsWith", [Text, Text]) => (Op::StartsWith, Bool),
            ("endsWith", [Text, Text]) => (Op::EndsWith, Bool),
            ("substring", [Text, Int, Int]) => (Op::Substring, Text),
            ("luhn", [Text]) => (Op::Luhn, Bool),
            ("hash", [Text]) => (Op::Hash, Int),
            _ if FUNCTIONS.contains(&name) => {
                let types: Vec<_> = types.iter().map(|t| t.name()).collect();
                let message = format!("`{name}` does not take ({})", types.join(", "));
                return self.fault(ast, message, None);
            }
            _ => {
                let help = nearest(name, FUNCTIONS).map_or_else(
                    || format!("there are: {}", FUNCTIONS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return self.fault(ast, format!("there is no function `{name}`"), Some(help));
            }
        };
        self.op(op, 0);
        Ok(ty)
    }

    fn matches(&mut self, ast: &Ast, text: &Ast, pattern: &Ast) -> Emit<Type> {
        if self.value(text)? != Type::Text {
            return self.fault(ast, "`matches` is for text".into(), None);
        }
        let AstKind::Text(source) = &pattern.kind else {
            return self.fault(pattern, "a pattern is quoted text".into(), None);
        };
        let parsed = match Pattern::parse(source) {
            Ok(parsed) => parsed,
            Err((at, message)) => {
                return Err(ExprFault { at: pattern.at + 1 + at, len: 1, message, help: None });
            }
        };
        match automaton::build(&[(parsed, 0)]) {
            Ok(dfa) => {
                let id = self.c.add_dfa(&dfa, &format!("pattern {source}"));
                self.op(Op::Matches, id.0);
                Ok(Type::Bool)
            }
            Err(message) => self.fault(pattern, message.into(), None),
        }
    }

    fn schedule(&mut self, ast: &Ast, name: &str, time: &Ast, schedule: &Ast) -> Emit<Type> {
        if self.value(time)? != Type::Time {
            return self.fault(ast, format!("`{name}` is for a time"), None);
        }
        let known = match &schedule.kind {
            AstKind::Name(wanted) | AstKind::Text(wanted) => self.c.schedule_named(wanted),
            _ => None,
        };
        let Some(id) = known else {
            let help = Some("the second value names one of `schedules`".into());
            return self.fault(schedule, "no such schedule".into(), help);
        };
        let (op, ty) = match name {
            "weekday" => (Op::Weekday, Type::Int),
            "minute" => (Op::Minute, Type::Int),
            _ => (Op::InSchedule, Type::Bool),
        };
        self.op(op, id.0);
        Ok(ty)
    }
}
