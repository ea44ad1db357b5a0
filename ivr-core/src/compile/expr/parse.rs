use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Ast, AstKind, ExprFault};
use crate::Decimal;

/// Deeper nesting is refused.
const DEEPEST: usize = 32;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Int(u64),
    Decimal(String),
    Text(String),
    Name(String),
    Sign(&'static str),
    End,
}

/// Signs, longer ones first.
const SIGNS: [&str; 23] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")",
    "[", "]", ",", ".", "=",
];

type Parse<T> = Result<T, ExprFault>;

fn fault<T>(at: usize, len: usize, message: String) -> Parse<T> {
    Err(ExprFault { at, len, message, help: None })
}

fn tokens(text: &str) -> Parse<Vec<(usize, Token)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |f: fn(char) -> bool| rest.find(|c| !f(c)).unwrap_or(rest.len());
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c.is_ascii_digit() {
            let mut len = run(|c| c.is_ascii_digit());
            let fraction = rest[len..].strip_prefix('.');
            let places =
                fraction.map_or(0, |f| f.find(|c: char| !c.is_ascii_digit()).unwrap_or(f.len()));
            if places > 0 {
                len += 1 + places;
                found.push((at, Token::Decimal(rest[..len].to_string())));
            } else {
                let Ok(n) = rest[..len].parse() else {
                    return fault(at, len, "this number is too great".into());
                };
                found.push((at, Token::Int(n)));
            }
            at += len;
        } else if c.is_ascii_alphabetic() || c == '_' {
            let len = run(|c| c.is_ascii_alphanumeric() || c == '_');
            found.push((at, Token::Name(rest[..len].to_string())));
            at += len;
        } else if c == '\'' || c == '"' {
            let (value, len) = string(rest, c, at)?;
            found.push((at, Token::Text(value)));
            at += len;
        } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
            found.push((at, Token::Sign(sign)));
            at += sign.len();
        } else {
            return fault(at, 1, format!("`{c}` has no meaning in an expression"));
        }
    }
    found.push((at, Token::End));
    Ok(found)
}

fn string(rest: &str, quote: char, at: usize) -> Parse<(String, usize)> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            return Ok((value, i + 1));
        }
        if c == '\\' {
            match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, c @ ('\\' | '\'' | '"'))) => value.push(c),
                _ => return fault(at + i, 2, "unknown escape in a text".into()),
            }
        } else {
            value.push(c);
        }
    }
    fault(at, rest.len(), "this text has no end".into())
}

/// Parses an expression.
pub(in crate::compile) fn parse(text: &str) -> Parse<Ast> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let ast = parser.select()?;
    match parser.peek() {
        Token::End => Ok(ast),
        Token::Sign("=") => Err(ExprFault {
            at: parser.place(),
            len: 1,
            message: "an expression cannot assign".into(),
            help: Some("compare with `==`".into()),
        }),
        _ => fault(parser.place(), 1, "this does not belong here".into()),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

/// Binary operators by how tightly they bind, loosest first.
const LEVELS: [&[&str]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].1
    }

    fn place(&self) -> usize {
        self.tokens[self.at].0
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].1.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if found {
            self.next();
        }
        found
    }

    fn need(&mut self, sign: &str) -> Parse<()> {
        if self.eat(sign) {
            Ok(())
        } else {
            fault(self.place(), 1, format!("a `{sign}` is missing here"))
        }
    }

    fn select(&mut self) -> Parse<Ast> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fault(self.place(), 1, "nested too deeply".into());
        }
        let at = self.place();
        let mut ast = self.binary(0)?;
        if self.eat("?") {
            let yes = self.select()?;
            self.need(":")?;
            let no = self.select()?;
            ast = Ast { at, kind: AstKind::Select(Box::new(ast), Box::new(yes), Box::new(no)) };
        }
        self.depth -= 1;
        Ok(ast)
    }

    fn binary(&mut self, level: usize) -> Parse<Ast> {
        let Some(signs) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        let mut length = 0;
        loop {
            let at = self.place();
            length += 1;
            if length > 64 {
                return fault(at, 1, "too many operators in a row".into());
            }
            let sign = match self.peek() {
                Token::Sign(s) if signs.contains(s) => *s,
                Token::Name(name) if level == 2 && name == "in" => "in",
                _ => return Ok(left),
            };
            self.next();
            let kind = if sign == "in" {
                self.need("[")?;
                AstKind::In(Box::new(left), self.list("]")?)
            } else {
                let right = self.binary(level + 1)?;
                AstKind::Binary(sign, Box::new(left), Box::new(right))
            };
            left = Ast { at, kind };
        }
    }

    fn unary(&mut self) -> Parse<Ast> {
        let at = self.place();
        let sign = match self.peek() {
            Token::Sign("!") => "!",
            Token::Sign("-") => "-",
            _ => return self.postfix(),
        };
        self.next();
        // The most negative number has no positive twin.
        if let (Token::Int(n), "-") = (self.peek(), sign) {
            if *n == i64::MIN.unsigned_abs() {
                self.next();
                return Ok(Ast { at, kind: AstKind::Int(i64::MIN) });
            }
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return fault(at, 1, "nested too deeply".into());
        }
        let inner = self.unary()?;
        self.depth -= 1;
        Ok(Ast { at, kind: AstKind::Unary(sign, Box::new(inner)) })
    }

    fn postfix(&mut self) -> Parse<Ast> {
        let mut ast = self.primary()?;
        let mut length = 0;
        while self.eat(".") {
            let at = self.place();
            length += 1;
            let Token::Name(name) = self.next() else {
                return fault(at, 1, "a method's name belongs here".into());
            };
            if length > 16 {
                return fault(at, 1, "too many methods in a row".into());
            }
            self.need("(")?;
            let mut args = alloc::vec![ast];
            args.extend(self.list(")")?);
            ast = Ast { at, kind: AstKind::Call(name, args) };
        }
        Ok(ast)
    }

    fn list(&mut self, end: &str) -> Parse<Vec<Ast>> {
        let mut all = Vec::new();
        if self.eat(end) {
            return Ok(all);
        }
        loop {
            all.push(self.select()?);
            if self.eat(end) {
                return Ok(all);
            }
            self.need(",")?;
        }
    }

    fn primary(&mut self) -> Parse<Ast> {
        let at = self.place();
        let kind = match self.next() {
            Token::Int(n) => match i64::try_from(n) {
                Ok(n) => AstKind::Int(n),
                Err(_) => return fault(at, 1, "this number is too great".into()),
            },
            Token::Decimal(text) => match Decimal::parse(&text) {
                Some(d) => AstKind::Decimal(d.units),
                None => {
                    let message = "decimals have at most four places".into();
                    return fault(at, text.len(), message);
                }
            },
            Token::Text(text) => AstKind::Text(text),
            Token::Name(name) => match name.as_str() {
                "true" => AstKind::Bool(true),
                "false" => AstKind::Bool(false),
                _ if self.eat("(") => AstKind::Call(name, self.list(")")?),
                _ => AstKind::Name(name),
            },
            Token::Sign("(") => {
                let inner = self.select()?;
                self.need(")")?;
                return Ok(inner);
            }
            _ => return fault(at, 1, "a value is missing here".into()),
        };
        Ok(Ast { at, kind })
    }
}
