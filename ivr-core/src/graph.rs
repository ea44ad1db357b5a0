//! Pictures of a flow: Mermaid for documents and pull requests, Graphviz for paper.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use crate::program::Flow;
use crate::program::records::{self as r, Kind};

/// An edge: from, to, and what leads there.
type Edges = BTreeMap<(u32, u32), String>;

fn edges(flow: &Flow<'_>) -> Edges {
    let mut edges = Edges::new();
    let mut add = |from: u32, to: u32, label: &str| {
        let labels = edges.entry((from, to)).or_default();
        if !labels.is_empty() {
            labels.push_str(", ");
        }
        labels.push_str(label);
    };
    for (id, node) in (0..).zip(flow.list(flow.root.nodes)) {
        for exit in flow.list(node.exits) {
            add(id, exit.target.0, flow.str(exit.name));
        }
        if Kind::from_code(node.kind) == Some(Kind::Call) {
            let call: r::Call = flow.body(node);
            let to = flow.root.flows.at(flow.words, call.flow.0).start;
            add(id, to.0, "call");
        }
    }
    edges
}

fn kind(node: r::Node) -> &'static str {
    Kind::from_code(node.kind).map_or("", Kind::name)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Flow<'_> {
    /// The flow as a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart TD\n");
        for (index, part) in (0..).zip(self.list(self.root.flows)) {
            let _ = writeln!(out, "  subgraph flow{index}[\"{}\"]", escaped(self.str(part.name)));
            for (id, node) in (0..).zip(self.list(self.root.nodes)) {
                if node.flow.0 != index {
                    continue;
                }
                let name = escaped(self.str(node.name));
                let (open, close) = match Kind::from_code(node.kind) {
                    Some(Kind::Branch | Kind::Schedule | Kind::Split) => ("{", "}"),
                    Some(Kind::Menu | Kind::Collect) => ("[/", "/]"),
                    Some(Kind::Hangup | Kind::Return) => ("([", "])"),
                    Some(Kind::Call) => ("[[", "]]"),
                    _ => ("[", "]"),
                };
                let _ = writeln!(out, "    n{id}{open}\"{name}<br/>{}\"{close}", kind(node));
            }
            out.push_str("  end\n");
        }
        let first = self.root.flows.at(self.words, 0).start.0;
        let _ = writeln!(out, "  start((start)) --> n{first}");
        for ((from, to), label) in edges(self) {
            let _ = writeln!(out, "  n{from} -->|\"{}\"| n{to}", escaped(&label));
        }
        out
    }

    /// The flow as a Graphviz digraph.
    #[must_use]
    pub fn dot(&self) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out = format!("digraph \"{}\" {{\n  node [shape=box];\n", quoted(self.name()));
        for (index, part) in (0..).zip(self.list(self.root.flows)) {
            let name = quoted(self.str(part.name));
            let _ = writeln!(out, "  subgraph cluster{index} {{\n    label=\"{name}\";");
            for (id, node) in (0..).zip(self.list(self.root.nodes)) {
                if node.flow.0 == index {
                    let (name, kind) = (quoted(self.str(node.name)), kind(node));
                    let _ = writeln!(out, "    n{id} [label=\"{name}\\n{kind}\"];");
                }
            }
            out.push_str("  }\n");
        }
        let first = self.root.flows.at(self.words, 0).start.0;
        let _ = writeln!(out, "  start [shape=circle];\n  start -> n{first};");
        for ((from, to), label) in edges(self) {
            let _ = writeln!(out, "  n{from} -> n{to} [label=\"{}\"];", quoted(&label));
        }
        out.push_str("}\n");
        out
    }
}
