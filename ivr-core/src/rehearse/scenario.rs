//! Scenario files: given, when, then.
//!
//! ```text
//! flow: city-hotline.yaml
//! given: { at: 2026-11-23T10:00:00+08:00, caller: "13800138000" }   # for every scenario
//! scenarios:
//!   - name: an agent answers
//!     given: { language: en }                                        # on top of the above
//!     steps:
//!       - answer: { vip: true }       # a query's answer
//!       - then: 欢迎                   # some line from here on holds this
//!       - listen                      # prompts are heard to their end
//!       - press: "1"
//!       - wait: 5s
//!       - queue: { position: 3, wait: 4m }
//!       - never: goodbye              # no line since the last `then` holds this
//!       - answered                    # the agent picks up
//!       - ended: answered             # how the queue or transfer ended
//!       - recorded: 8s
//!       - fail                        # the host cannot do it
//!       - hangup
//!       - then: [end, Finished]       # in this order
//! ```

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;

use super::{Coverage, Rehearsal};
use crate::compile::{Diagnostics, Level};
use crate::document::{self, Content, Node, Span};
use crate::{
    Decimal, Flow, Input, OpResult, QueueOutcome, SessionConfig, Time, TransferOutcome, Value,
};

/// How one scenario went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// What went wrong, with what happened instead; `None` when all is well.
    pub failure: Option<String>,
    /// What went into the session and came out of it: see [`Rehearsal::transcript`].
    pub transcript: String,
}

/// How a file of scenarios went.
#[derive(Clone, Debug)]
pub struct Report {
    /// Each scenario.
    pub outcomes: Vec<Outcome>,
    /// What all of them together reached.
    pub coverage: Coverage,
}

impl Report {
    /// The transcripts of all scenarios, each behind a line with its name.
    #[must_use]
    pub fn transcript(&self) -> String {
        let each = |o: &Outcome| format!("scenario\t{}\n{}", o.name, o.transcript);
        self.outcomes.iter().map(each).collect()
    }

    /// Whether every scenario went well.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.outcomes.iter().all(|o| o.failure.is_none())
    }
}

type Fault = (Span, String);
type Parsed<T> = Result<T, Fault>;

fn fault<T>(node: &Node, message: impl Into<String>) -> Parsed<T> {
    Err((node.span, message.into()))
}

fn mapping(node: &Node) -> Parsed<Vec<(&str, &Node)>> {
    let Content::Mapping(entries) = &node.content else {
        return fault(node, "this should be a mapping");
    };
    entries
        .iter()
        .map(|(key, value)| match key.text() {
            Some(text) => Ok((text, value)),
            None => fault(key, "a key should be a word"),
        })
        .collect()
}

fn text(node: &Node) -> Parsed<&str> {
    node.text().map_or_else(|| fault(node, "this should be text"), Ok)
}

fn ms(node: &Node) -> Parsed<u32> {
    let found = node.text().and_then(crate::compile::milliseconds);
    found.map_or_else(|| fault(node, "write it like `500ms`, `5s`, `2m`"), Ok)
}

/// A scenario's call before it begins.
#[derive(Clone, Copy, Default)]
struct Given<'d> {
    config: SessionConfig<'d>,
}

impl<'d> Given<'d> {
    fn with(mut self, node: Option<&'d Node>) -> Parsed<Self> {
        for (key, value) in node.map_or(Ok(Vec::new()), mapping)? {
            match key {
                "at" => match text(value)?.parse::<Timestamp>() {
                    Ok(at) => self.config.now = Time(at.as_millisecond()),
                    Err(_) => return fault(value, "write it like 2026-11-23T10:00:00+08:00"),
                },
                "caller" => self.config.caller = text(value)?,
                "called" => self.config.called = text(value)?,
                "language" => self.config.language = text(value)?,
                "seed" => match text(value)?.parse() {
                    Ok(seed) => self.config.seed = seed,
                    Err(_) => return fault(value, "a seed is a number"),
                },
                _ => return fault(value, "given: at, caller, called, language, seed"),
            }
        }
        Ok(self)
    }
}

/// The flow a scenario file is for, as it names it.
///
/// # Errors
/// When the text is no scenario file.
pub fn flow_of(source: &str, file: &str) -> Result<String, Diagnostics> {
    let report = |fault| diagnostics(fault, source, file);
    let tree = document::parse(source).map_err(|e| report((e.span, e.message)))?;
    let entries = mapping(&tree).map_err(report)?;
    let flow = entries.iter().find(|(key, _)| *key == "flow");
    let flow = flow.map_or_else(|| fault(&tree, "`flow` names the flow to try"), |f| text(f.1));
    flow.map(ToString::to_string).map_err(report)
}

/// Plays every scenario of a file against a flow.
///
/// # Errors
/// When the text is no scenario file. A scenario that fails is no error but an [`Outcome`].
pub fn run_scenarios(flow: &Flow<'_>, source: &str, file: &str) -> Result<Report, Diagnostics> {
    let report = |fault| diagnostics(fault, source, file);
    let tree = document::parse(source).map_err(|e| report((e.span, e.message)))?;
    file_of(flow, &tree).map_err(report)
}

fn diagnostics((span, message): Fault, source: &str, file: &str) -> Diagnostics {
    let mut all = Diagnostics::new(file);
    all.push(Level::Error, "scenario", span, message, None);
    all.finish(source)
}

fn file_of(flow: &Flow<'_>, tree: &Node) -> Parsed<Report> {
    let mut report = Report { outcomes: Vec::new(), coverage: Coverage::new(flow) };
    let (mut given, mut scenarios) = (None, None);
    for (key, value) in mapping(tree)? {
        match key {
            "flow" | "description" => {}
            "given" => given = Some(value),
            "scenarios" => scenarios = Some(value),
            _ => return fault(value, "a scenario file has: flow, given, scenarios"),
        }
    }
    let Some(scenarios) = scenarios else {
        return fault(tree, "there are no scenarios");
    };
    let Content::Sequence(scenarios) = &scenarios.content else {
        return fault(scenarios, "scenarios are a list");
    };
    let given = Given::default().with(given)?;
    for scenario in scenarios {
        let outcome = one(flow, scenario, given, &mut report.coverage)?;
        report.outcomes.push(outcome);
    }
    Ok(report)
}

fn one<'d>(
    flow: &Flow<'_>,
    node: &'d Node,
    given: Given<'d>,
    coverage: &mut Coverage,
) -> Parsed<Outcome> {
    let (mut name, mut own, mut steps) = ("", None, None);
    for (key, value) in mapping(node)? {
        match key {
            "name" => name = text(value)?,
            "given" => own = Some(value),
            "steps" => steps = Some(value),
            _ => return fault(value, "a scenario has: name, given, steps"),
        }
    }
    let Some(Content::Sequence(steps)) = steps.map(|s| &s.content) else {
        return fault(node, "a scenario needs a list of `steps`");
    };
    let config = given.with(own)?.config;
    let mut call = match Rehearsal::start(flow, config) {
        Ok(call) => call,
        Err(error) => return fault(node, error.to_string()),
    };
    let mut failure = None;
    for step in steps {
        if let Some(what) = take_step(&mut call, step)? {
            failure = Some(format!("line {}: {what}", step.span.line));
            break;
        }
    }
    coverage.count(&call);
    let transcript = call.transcript().to_string();
    Ok(Outcome { name: name.to_string(), failure, transcript })
}

/// One step; what failed, if it did.
fn take_step(call: &mut Rehearsal<'_>, step: &Node) -> Parsed<Option<String>> {
    if let Some(word) = step.text() {
        match word {
            "listen" => call.listen(),
            "heard" => call.heard(),
            "hangup" => call.input(Input::Hangup),
            "fail" => call.answer(OpResult::QueryFailed),
            "answered" => call.tell(|op| Input::Answered { op }),
            "answer" => call.found(&[]),
            _ => return fault(step, "alone: listen, heard, hangup, fail, answered, answer"),
        }
        return Ok(None);
    }
    let entries = mapping(step)?;
    let [(key, value)] = entries.as_slice() else {
        return fault(step, "a step is one thing");
    };
    match *key {
        "press" => call.press(text(value)?),
        "wait" => call.wait(ms(value)?),
        "late" => call.skip(ms(value)?),
        "recorded" => {
            let ms = ms(value)?;
            call.answer(OpResult::Recorded { ms });
        }
        "answer" => {
            let entries = mapping(value)?;
            let values: Vec<_> = entries.iter().map(|(name, v)| (*name, value_of(v))).collect();
            call.found(&values);
        }
        "queue" => {
            let (mut position, mut estimate_ms) = (0, 0);
            for (key, value) in mapping(value)? {
                match (key, text(value)?.parse()) {
                    ("position", Ok(n)) => position = n,
                    ("wait", _) => estimate_ms = ms(value)?,
                    _ => return fault(value, "a queue has: position, wait"),
                }
            }
            call.tell(|op| Input::QueueUpdate { op, position, estimate_ms });
        }
        "ended" => {
            let Some(outcome) = queue_outcome(text(value)?) else {
                let message = "ended: answered, abandoned, timeout, full, empty, exit, failed";
                return fault(value, message);
            };
            call.answer(OpResult::QueueEnded { outcome });
        }
        "transferred" => {
            let Some(outcome) = transfer_outcome(text(value)?) else {
                return fault(value, "transferred: answered, busy, noanswer, rejected, failed");
            };
            call.answer(OpResult::Transferred { outcome });
        }
        "then" | "never" => {
            let wanted = match &value.content {
                Content::Sequence(items) => items.as_slice(),
                _ => core::slice::from_ref(*value),
            };
            for item in wanted {
                let wanted = text(item)?;
                if *key == "never" {
                    if let Some(line) = call.log().iter().find(|line| line.contains(wanted)) {
                        return Ok(Some(format!("there is {wanted:?}: {line}")));
                    }
                } else if !call.seek(wanted) {
                    return Ok(Some(format!("no {wanted:?} in {:#?}", call.log())));
                }
            }
        }
        _ => {
            return fault(
                step,
                "a step is: press, wait, late, answer, recorded, queue, ended, transferred, then, \
                 never",
            );
        }
    }
    Ok(None)
}

/// A host's value as the document writes it: quoted is text, plain is what it looks like.
fn value_of(node: &Node) -> Value<'_> {
    let Content::Scalar { text, plain } = &node.content else {
        return Value::Text("");
    };
    match text.as_str() {
        "true" if *plain => Value::Bool(true),
        "false" if *plain => Value::Bool(false),
        _ if *plain => match (text.parse(), Decimal::parse(text)) {
            (Ok(n), _) => Value::Int(n),
            (_, Some(d)) => Value::Decimal(d),
            _ => Value::Text(text),
        },
        _ => Value::Text(text),
    }
}

fn queue_outcome(name: &str) -> Option<QueueOutcome> {
    Some(match name {
        "answered" => QueueOutcome::Answered,
        "abandoned" => QueueOutcome::Abandoned,
        "timeout" => QueueOutcome::Timeout,
        "full" => QueueOutcome::Full,
        "empty" => QueueOutcome::Empty,
        "exit" => QueueOutcome::ExitKey,
        "failed" => QueueOutcome::Failed,
        _ => return None,
    })
}

fn transfer_outcome(name: &str) -> Option<TransferOutcome> {
    Some(match name {
        "answered" => TransferOutcome::Answered,
        "busy" => TransferOutcome::Busy,
        "noanswer" => TransferOutcome::NoAnswer,
        "rejected" => TransferOutcome::Rejected,
        "failed" => TransferOutcome::Failed,
        _ => return None,
    })
}
