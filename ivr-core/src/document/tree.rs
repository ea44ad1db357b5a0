use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Span;

/// Deeper nesting is refused: nobody reads it, and everything after would recurse with it.
const DEEPEST: usize = 64;
/// More values than this, aliases counted as often as they are used, are refused.
const MOST: usize = 2_000_000;
/// A longer text is refused.
const LONGEST: usize = 64 << 20;

/// A value of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A plain or quoted scalar. `plain` ones may be read as numbers, truth values or null.
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    pub(crate) fn what(&self) -> &'static str {
        match &self.content {
            Content::Scalar { .. } if self.is_null() => "nothing",
            Content::Scalar { .. } => "a value",
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null"))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Where text at an offset of a scalar stands.
    pub(crate) fn inside(&self, offset: usize, len: usize) -> Span {
        let quote = usize::from(!matches!(self.content, Content::Scalar { plain: true, .. }));
        Span { column: self.span.column + quote + offset, len, ..self.span }
    }
}

/// Why a text is no document.
pub(crate) struct ParseError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// A collection that is still open.
struct Open {
    anchor: usize,
    node: Node,
    key: Option<Node>,
}

/// Reads the one document of a text.
pub(crate) fn parse(text: &str) -> Result<Node, ParseError> {
    if text.len() > LONGEST {
        return Err(ParseError {
            span: Span::default(),
            message: format!("a document of more than {LONGEST} bytes"),
        });
    }
    let mut stack: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, (Node, usize)> = BTreeMap::new();
    let mut root = None;
    let mut count = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, at) = event.map_err(|error| ParseError {
            span: Span { line: error.marker().line(), column: error.marker().col() + 1, len: 1 },
            message: error.info().to_owned(),
        })?;
        let span = Span {
            line: at.start.line(),
            column: at.start.col() + 1,
            len: at.end.index().saturating_sub(at.start.index()).max(1),
        };
        let fail = |message: &str| ParseError { span, message: message.to_string() };
        let (anchor, node, size) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let content =
                    Content::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                (anchor, Node { span, content }, 1)
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if stack.len() >= DEEPEST {
                    return Err(fail("nested too deeply"));
                }
                let content = if matches!(event, Event::SequenceStart(..)) {
                    Content::Sequence(Vec::new())
                } else {
                    Content::Mapping(Vec::new())
                };
                stack.push(Open { anchor, node: Node { span, content }, key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(open) => (open.anchor, open.node, 1),
                None => continue,
            },
            Event::Alias(id) => match anchors.get(&id) {
                Some((node, size)) => {
                    if depth(node) + stack.len() > DEEPEST {
                        return Err(fail("nested too deeply"));
                    }
                    (0, node.clone(), *size)
                }
                None => return Err(fail("an alias inside what it stands for")),
            },
            Event::DocumentStart(_) if root.is_some() => {
                return Err(fail("a second document in the same file"));
            }
            _ => continue,
        };
        count = count.saturating_add(size);
        if count > MOST {
            return Err(fail("too many values"));
        }
        if anchor != 0 {
            let size = weight(&node);
            count = count.saturating_add(size);
            anchors.insert(anchor, (node.clone(), size));
        }
        match stack.last_mut() {
            None => root = Some(node),
            Some(open) => match &mut open.node.content {
                Content::Sequence(items) => items.push(node),
                Content::Mapping(entries) => match open.key.take() {
                    Some(key) => entries.push((key, node)),
                    None => open.key = Some(node),
                },
                Content::Scalar { .. } => {}
            },
        }
    }
    root.ok_or_else(|| ParseError {
        span: Span { line: 1, column: 1, len: 1 },
        message: "the document is empty".to_string(),
    })
}

/// How many values a node holds. As deep as [`DEEPEST`] at most.
fn weight(node: &Node) -> usize {
    match &node.content {
        Content::Scalar { .. } => 1,
        Content::Sequence(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Content::Mapping(entries) => {
            let each = entries.iter().map(|(k, v)| weight(k) + weight(v));
            1 + each.sum::<usize>()
        }
    }
}

fn depth(node: &Node) -> usize {
    match &node.content {
        Content::Scalar { .. } => 0,
        Content::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Content::Mapping(entries) => {
            let each = entries.iter().map(|(k, v)| depth(k).max(depth(v)));
            1 + each.max().unwrap_or(0)
        }
    }
}
