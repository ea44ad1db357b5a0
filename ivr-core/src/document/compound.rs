//! Compound nodes: what every call centre builds out of the same few nodes, under one name.
//!
//! Each becomes plain nodes before anything is compiled, the first under its own name, the others
//! under `name.part`; what it does not know stays with the first, where it is checked as usual.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Content, Node, Span};

/// The compound types, for messages.
pub(crate) const TYPES: [&str; 7] =
    ["confirm", "voicemail", "survey", "callback", "fax", "check", "duty"];

type Entries = Vec<(Node, Node)>;

/// Makes plain nodes of the compound ones in a whole document.
pub(crate) fn expand(tree: &mut Node) {
    let Content::Mapping(entries) = &mut tree.content else {
        return;
    };
    for (key, value) in entries {
        match key.text() {
            Some("nodes") => expand_nodes(value),
            Some("flows") => {
                if let Content::Mapping(flows) = &mut value.content {
                    flows.iter_mut().for_each(|(_, flow)| expand(flow));
                }
            }
            _ => {}
        }
    }
}

fn expand_nodes(nodes: &mut Node) {
    let Content::Mapping(entries) = &mut nodes.content else {
        return;
    };
    let mut plain = Entries::with_capacity(entries.len());
    for (key, spec) in core::mem::take(entries) {
        let parts = key.text().map(ToString::to_string).zip(Parts::of(&spec));
        match parts {
            Some((name, parts)) => parts.nodes(&name, &key, &mut plain),
            None => plain.push((key, spec)),
        }
    }
    *entries = plain;
}

/// A compound node taken apart.
struct Parts {
    kind: String,
    span: Span,
    fields: Entries,
}

impl Parts {
    fn of(spec: &Node) -> Option<Self> {
        let Content::Mapping(fields) = &spec.content else {
            return None;
        };
        let kind = fields.iter().find(|(key, _)| key.text() == Some("type"))?;
        let kind = kind.1.text().filter(|kind| TYPES.contains(kind))?;
        Some(Self { kind: kind.to_string(), span: spec.span, fields: fields.clone() })
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.fields.iter().position(|(key, _)| key.text() == Some(name))?;
        Some(self.fields.remove(at).1)
    }

    /// An exit of `on`, or `next` when there is none.
    fn exit(&mut self, name: &str) -> Option<Node> {
        let on = self.fields.iter_mut().find(|(key, _)| key.text() == Some("on"));
        if let Some((_, on)) = on {
            if let Content::Mapping(exits) = &mut on.content {
                if let Some(at) = exits.iter().position(|(key, _)| key.text() == Some(name)) {
                    return Some(exits.remove(at).1);
                }
            }
        }
        None
    }

    fn next(&self) -> Option<Node> {
        let next = self.fields.iter().find(|(key, _)| key.text() == Some("next"));
        next.map(|(_, node)| node.clone())
    }

    fn scalar(&self, text: &str) -> Node {
        let (span, text) = (self.span, text.to_string());
        let content = Content::Scalar { text, plain: false };
        Node { span, content }
    }

    fn mapping(&self, entries: Vec<(&str, Option<Node>)>) -> Node {
        let entries =
            entries.into_iter().filter_map(|(key, value)| Some((self.scalar(key), value?)));
        Node { span: self.span, content: Content::Mapping(entries.collect()) }
    }

    /// A key the author chose, or the usual one.
    fn key(&mut self, name: &str, usual: &str) -> String {
        let chosen = self.take(name);
        chosen.and_then(|node| node.text().map(ToString::to_string)).unwrap_or(usual.to_string())
    }

    /// What is left, with a plain type and some fields more.
    fn rest(mut self, kind: &str, more: Vec<(&str, Option<Node>)>) -> Node {
        self.take("type");
        let mut fields = alloc::vec![(self.scalar("type"), self.scalar(kind))];
        for (key, value) in more {
            if let Some(value) = value {
                self.take(key);
                fields.push((self.scalar(key), value));
            }
        }
        fields.append(&mut self.fields);
        Node { span: self.span, content: Content::Mapping(fields) }
    }

    /// Exits that are there anyway go where the author says; the others here.
    fn filled(&mut self, defaults: &[(&str, &Option<Node>)]) -> Node {
        let mut exits: Vec<(String, Option<Node>)> = Vec::new();
        for (name, default) in defaults {
            let chosen = self.exit(name);
            exits.push((name.to_string(), chosen.or_else(|| (*default).clone())));
        }
        let mut on = self.mapping(exits.iter().map(|(n, v)| (n.as_str(), v.clone())).collect());
        // What else the author handles stays.
        if let Some(Node { content: Content::Mapping(more), .. }) = self.take("on") {
            if let Content::Mapping(all) = &mut on.content {
                all.extend(more);
            }
        }
        on
    }

    fn nodes(mut self, name: &str, key: &Node, out: &mut Entries) {
        let part = |what: &str| Node {
            span: key.span,
            content: Content::Scalar { text: format!("{name}.{what}"), plain: false },
        };
        let to = |what: &str| Some(part(what));
        let kind = core::mem::take(&mut self.kind);
        match kind.as_str() {
            "confirm" => {
                let (yes, no) = (self.key("yes", "1"), self.key("no", "2"));
                let (on_yes, on_no) = (self.exit("yes"), self.exit("no"));
                let options = self.mapping(alloc::vec![(&yes, on_yes), (&no, on_no)]);
                out.push((key.clone(), self.rest("menu", alloc::vec![("options", Some(options))])));
            }
            "voicemail" => {
                let (review, prompt) = (self.take("review"), self.take("prompt"));
                let keys = [self.key("keep", "1"), self.key("again", "2"), self.key("delete", "3")];
                let next = self.next();
                let deleted = self.exit("deleted").or_else(|| next.clone());
                let kept = self.exit("kept").or_else(|| next.clone());
                let greet = alloc::vec![
                    ("type", Some(self.scalar("play"))),
                    ("prompt", prompt),
                    ("next", to("record")),
                ];
                out.push((key.clone(), self.mapping(greet)));
                let options = self.mapping(alloc::vec![
                    (&keys[0], kept.clone()),
                    (&keys[1], Some(key.clone())),
                    (&keys[2], to("delete")),
                ]);
                // Whoever hangs up or says nothing has left a message all the same.
                let silent = alloc::vec![("noinput", kept.clone()), ("nomatch", kept)];
                let menu = alloc::vec![
                    ("type", Some(self.scalar("menu"))),
                    ("prompt", review),
                    ("options", Some(options)),
                    ("on", Some(self.mapping(silent))),
                ];
                let menu = self.mapping(menu);
                let failed = alloc::vec![("failed", deleted.clone())];
                let delete = alloc::vec![
                    ("type", Some(self.scalar("query"))),
                    ("query", Some(self.scalar("delete_recording"))),
                    ("next", deleted),
                    ("on", Some(self.mapping(failed))),
                ];
                let delete = self.mapping(delete);
                let record = self.rest("record", alloc::vec![("next", to("review"))]);
                out.push((part("record"), record));
                out.push((part("review"), menu));
                out.push((part("delete"), delete));
            }
            "survey" => {
                let (query, next) = (self.take("query"), self.next());
                let scale = self.key("scale", "5");
                let mut args = self.take("args");
                let into = self.fields.iter().find(|(k, _)| k.text() == Some("into"));
                if let (None, Some((_, into))) = (&args, into) {
                    args = Some(self.mapping(alloc::vec![("rating", Some(into.clone()))]));
                }
                let lost = alloc::vec![("failed", next.clone()), ("timeout", next.clone())];
                let store = alloc::vec![
                    ("type", Some(self.scalar("query"))),
                    ("query", query.or_else(|| Some(self.scalar("rate")))),
                    ("args", args),
                    ("next", next.clone()),
                    ("on", Some(self.mapping(lost))),
                ];
                let store = self.mapping(store);
                let on = self.filled(&[("noinput", &next), ("nomatch", &next)]);
                let pattern = self.scalar(&format!("[1-{scale}]"));
                let ask = alloc::vec![
                    ("pattern", Some(pattern)),
                    ("flush", Some(self.scalar("true"))),
                    ("on", Some(on)),
                    ("next", to("store")),
                ];
                out.push((key.clone(), self.rest("collect", ask)));
                out.push((part("store"), store));
            }
            "callback" => {
                let (number, into) = (self.take("number"), self.take("into"));
                let next = self.next();
                let declined = self.exit("declined").or_else(|| next.clone());
                let failed = self.exit("failed").or_else(|| declined.clone());
                self.take("next");
                let var = into.as_ref().and_then(Node::text).unwrap_or_default().to_string();
                let options = alloc::vec![("1", to("caller")), ("2", to("number"))];
                let options = self.mapping(options);
                // A caller whose number is no number is asked for one.
                let caller = self.scalar("caller");
                let values = self.mapping(alloc::vec![(var.as_str(), Some(caller))]);
                let set = self.mapping(alloc::vec![
                    ("type", Some(self.scalar("set"))),
                    ("values", Some(values)),
                    ("next", to("store")),
                    ("on", Some(self.mapping(alloc::vec![("error", to("number"))]))),
                ]);
                let lost =
                    alloc::vec![("noinput", declined.clone()), ("nomatch", declined.clone())];
                let ask = self.mapping(alloc::vec![
                    ("type", Some(self.scalar("collect"))),
                    ("prompt", number),
                    ("into", into.clone()),
                    ("min", Some(self.scalar("3"))),
                    ("max", Some(self.scalar("20"))),
                    ("next", to("store")),
                    ("on", Some(self.mapping(lost))),
                ]);
                let store = self.mapping(alloc::vec![
                    ("type", Some(self.scalar("query"))),
                    ("query", Some(self.scalar("callback"))),
                    ("args", Some(self.mapping(alloc::vec![("number", into)]))),
                    ("next", next),
                    ("on", Some(self.mapping(alloc::vec![("failed", failed)]))),
                ]);
                let on = self.filled(&[("noinput", &declined), ("nomatch", &declined)]);
                let menu = alloc::vec![("options", Some(options)), ("on", Some(on))];
                out.push((key.clone(), self.rest("menu", menu)));
                out.push((part("caller"), set));
                out.push((part("number"), ask));
                out.push((part("store"), store));
            }
            "fax" => {
                let (document, number) = (self.take("document"), self.take("number"));
                let args = self.mapping(alloc::vec![("document", document), ("number", number)]);
                let timeout = self.take("timeout").or_else(|| Some(self.scalar("2m")));
                let query = alloc::vec![
                    ("query", Some(self.scalar("fax"))),
                    ("args", Some(args)),
                    ("timeout", timeout),
                ];
                out.push((key.clone(), self.rest("query", query)));
            }
            "check" => {
                let value = self.key("value", "caller");
                let numbers = self.take("numbers").map(|node| match node.content {
                    Content::Sequence(items) => items,
                    _ => alloc::vec![node],
                });
                let quoted = numbers.unwrap_or_default();
                let quoted: Vec<String> = quoted
                    .iter()
                    .filter_map(Node::text)
                    .map(|n| format!("'{}'", n.replace(['\\', '\''], "")))
                    .collect();
                let when = self.scalar(&format!("{value} in [{}]", quoted.join(", ")));
                let listed = self.exit("listed");
                let case = self.mapping(alloc::vec![("when", Some(when)), ("to", listed)]);
                let otherwise = self.take("next");
                let branch = alloc::vec![("cases", Some(case)), ("else", otherwise)];
                out.push((key.clone(), self.rest("branch", branch)));
            }
            _ => {
                let groups = self.take("groups").map(|node| match node.content {
                    Content::Sequence(items) => items,
                    _ => alloc::vec![node],
                });
                let mut cases = Vec::new();
                for group in groups.unwrap_or_default() {
                    let mut group = Self {
                        kind: String::new(),
                        span: group.span,
                        fields: match group.content {
                            Content::Mapping(fields) => fields,
                            _ => Vec::new(),
                        },
                    };
                    let schedule = group.key("schedule", "");
                    let when = group.scalar(&format!("open(now, '{schedule}')"));
                    group.fields.push((group.scalar("when"), when));
                    cases.push(Node { span: group.span, content: Content::Mapping(group.fields) });
                }
                let cases = Node { span: self.span, content: Content::Sequence(cases) };
                let otherwise = self.take("next").or_else(|| self.take("else"));
                let branch = alloc::vec![("cases", Some(cases)), ("else", otherwise)];
                out.push((key.clone(), self.rest("branch", branch)));
            }
        }
    }
}
