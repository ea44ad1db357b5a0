//! The published JSON Schema says what the compiler takes, field by field.

use std::collections::BTreeSet;

use ivr_core::compile;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../schema/flow.schema.json");

/// The least a node of each plain type needs.
const LEAST: [(&str, &str); 17] = [
    ("play", "prompt: p"),
    ("menu", "prompt: p, options: { 1: hangup }"),
    ("collect", "prompt: p, into: d, digits: 1"),
    ("record", "max: 1s"),
    ("branch", "cases: [], else: hangup"),
    ("schedule", "schedule: s"),
    ("language", "to: next"),
    ("set", "values: {}"),
    ("query", "query: q"),
    ("transfer", "to: x"),
    ("queue", "queue: q"),
    ("attach", "values: {}"),
    ("split", "shares: [{ weight: 1, to: hangup }]"),
    ("call", "flow: f"),
    ("return", ""),
    ("goto", ""),
    ("hangup", ""),
];

/// What the compiler says a node of a type may have, with one field it cannot know.
fn known_fields(kind: &str, least: &str) -> BTreeSet<String> {
    let text = format!(
        "
name: x
languages: [en]
timezone: Asia/Shanghai
variables: {{ d: digits }}
schedules: {{ s: {{ open: [] }} }}
prompts: {{ p: text }}
start: a
flows: {{ f: {{ start: a, nodes: {{ a: {{ type: hangup }} }} }} }}
nodes:
  a: {{ type: {kind}, zzzzzzzzzzzzzzzz: 1, next: hangup, on: {{}}, {least} }}
"
    );
    let errors = compile(&text, "x").unwrap_err();
    let unknown = errors.iter().find(|d| d.code == "unknown-field");
    let help = unknown.and_then(|d| d.help.clone()).unwrap_or_else(|| panic!("{errors}"));
    let list = help.strip_prefix("a node may have: ").unwrap();
    list.split(", ").map(String::from).collect()
}

fn schema_of<'s>(schema: &'s Value, kind: &str) -> &'s Value {
    let all = schema["$defs"]["node"]["allOf"].as_array().unwrap();
    let found = all.iter().find(|a| a["if"]["properties"]["type"]["const"] == kind);
    &found.unwrap_or_else(|| panic!("no {kind}"))["then"]["properties"]
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_has_the_fields_of_every_type() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (kind, least) in LEAST {
        assert_eq!(keys(schema_of(&schema, kind)), known_fields(kind, least), "{kind}");
    }
}

#[test]
fn the_schema_has_every_type() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let types = schema["$defs"]["node"]["properties"]["type"]["enum"].as_array().unwrap();
    let types: BTreeSet<&str> = types.iter().map(|t| t.as_str().unwrap()).collect();
    let text = "name: x\nlanguages: [en]\nstart: a\nnodes: { a: { type: zzzzzzzzzzzz } }\n";
    let errors = compile(text, "x").unwrap_err();
    let help = errors.iter().next().unwrap().help.clone().unwrap();
    let known: BTreeSet<&str> = help.strip_prefix("there are: ").unwrap().split(", ").collect();
    assert_eq!(types, known);
    for kind in types {
        schema_of(&schema, kind);
    }
}

#[test]
fn the_schema_has_the_fields_at_the_top() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let text = "name: x\nlanguages: [en]\nstart: a\nnodes: { a: { type: hangup } }\nzzzzzzzzzzzzzzzzzz: 1\n";
    let errors = compile(text, "x").unwrap_err();
    let help = errors.iter().next().unwrap().help.clone().unwrap();
    let known = help.strip_prefix("a flow document may have: ").unwrap();
    let known: BTreeSet<String> = known.split(", ").map(String::from).collect();
    assert_eq!(keys(&schema["properties"]), known);
}
