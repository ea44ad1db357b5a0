//! TOML and JSON as one tree whose values know their lines.

use saphyr_parser::{Event, Parser, ScalarStyle};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Deeper nesting is refused.
const DEEPEST: usize = 32;

/// A value, and the line it stands in.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Real(f64),
    Truth(bool),
    List(Vec<Spot>),
    Table(Vec<(String, Spot)>),
    /// Dates, null.
    Other,
}

impl Value {
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a whole number",
            Self::Real(_) => "a fraction",
            Self::Truth(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other => "something else",
        }
    }
}

/// Reads a document: JSON if its first character is a brace, else TOML. An error has its line.
pub(super) fn parse(text: &str) -> Result<Spot, (usize, String)> {
    if text.trim_start().starts_with('{') { json(text) } else { toml(text) }
}

fn toml(text: &str) -> Result<Spot, (usize, String)> {
    let line =
        |at: usize| 1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| {
        (error.span().map_or(1, |span| line(span.start)), error.message().to_owned())
    })?;
    let at = table.span().start;
    Ok(Spot { line: line(at), value: table_of(table.get_ref(), &line) })
}

fn table_of(table: &DeTable<'_>, line: &dyn Fn(usize) -> usize) -> Value {
    let entries = table.iter().map(|(key, value)| {
        (
            key.get_ref().to_string(),
            Spot { line: line(key.span().start), value: value_of(value, line) },
        )
    });
    Value::Table(entries.collect())
}

fn value_of(value: &Spanned<DeValue<'_>>, line: &dyn Fn(usize) -> usize) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Other, Value::Number)
        }
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Array(list) => {
            let spot = |value: &Spanned<DeValue<'_>>| Spot {
                line: line(value.span().start),
                value: value_of(value, line),
            };
            Value::List(list.iter().map(spot).collect())
        }
        DeValue::Table(table) => table_of(table, line),
        DeValue::Float(number) => real(number.as_str()),
        DeValue::Datetime(_) => Value::Other,
    }
}

fn real(number: &str) -> Value {
    number.parse().map_or(Value::Other, Value::Real)
}

/// A list or table that is still open, and the key its next value belongs to.
struct Open {
    spot: Spot,
    key: Option<(String, usize)>,
}

fn json(text: &str) -> Result<Spot, (usize, String)> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, at) =
            event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
        let line = at.start.line();
        let done = match event {
            Event::Scalar(text, style, ..) => Spot { line, value: scalar(&text, style) },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= DEEPEST {
                    return Err((line, "nested too deeply".to_owned()));
                }
                let value = if matches!(event, Event::MappingStart(..)) {
                    Value::Table(Vec::new())
                } else {
                    Value::List(Vec::new())
                };
                open.push(Open { spot: Spot { line, value }, key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(closed) => closed.spot,
                None => continue,
            },
            Event::Alias(_) => return Err((line, "this is not JSON".to_owned())),
            _ => continue,
        };
        let Some(outer) = open.last_mut() else {
            return Ok(done);
        };
        match (&mut outer.spot.value, outer.key.take()) {
            (Value::List(list), _) => list.push(done),
            (Value::Table(table), Some((key, line))) => {
                if table.iter().any(|(known, _)| *known == key) {
                    return Err((line, format!("{key} stands here twice")));
                }
                table.push((key, Spot { line, value: done.value }));
            }
            _ => match done.value {
                Value::Text(key) => outer.key = Some((key, done.line)),
                _ => return Err((done.line, "a key is a text in quotes".to_owned())),
            },
        }
    }
    Err((1, "the document is empty".to_owned()))
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "true" => Value::Truth(true),
        "false" => Value::Truth(false),
        number => number.parse().map_or_else(|_| real(number), Value::Number),
    }
}
