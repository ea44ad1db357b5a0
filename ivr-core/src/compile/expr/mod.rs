//! Expressions from text to code: parse, type, emit.

mod emit;
mod parse;

pub(super) use emit::Compiled;
pub(super) use parse::parse;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// An expression as written.
#[derive(Clone, Debug)]
pub(super) struct Ast {
    /// Where it began, in bytes.
    pub(super) at: usize,
    pub(super) kind: AstKind,
}

#[derive(Clone, Debug)]
pub(super) enum AstKind {
    Int(i64),
    Decimal(i64),
    Bool(bool),
    Text(String),
    Name(String),
    Unary(&'static str, Box<Ast>),
    Binary(&'static str, Box<Ast>, Box<Ast>),
    Select(Box<Ast>, Box<Ast>, Box<Ast>),
    /// `x in [a, b]`
    In(Box<Ast>, Vec<Ast>),
    /// A function, or a method with its receiver first.
    Call(String, Vec<Ast>),
}

/// What is wrong with an expression, and the byte where.
#[derive(Clone, Debug)]
pub(super) struct ExprFault {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}
