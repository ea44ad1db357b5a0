//! What the text of a simulation may say.

use acd_core::sim::{self, Draw, Group, Stream};
use acd_core::{Membership, Skill};

use super::schema::{self, Wrong};
use super::tree::{Spot, Value};
use crate::acd::strategy::call_order;

/// Names that stand in the text, and what they are.
struct Known {
    skills: Vec<(String, u16)>,
    queues: Vec<String>,
}

/// More agents or calls at a time than this are a slip of the pen, and no machine's memory.
const MOST_AGENTS: u64 = 1_000_000;
const MOST_CALLS: u32 = 10_000_000;

/// Reads the whole document; what it says is good only if nothing is wrong.
pub(super) fn read(root: &Spot, wrong: &mut Wrong) -> sim::Centre {
    let mut centre = sim::Centre::default();
    let mut known = Known { skills: Vec::new(), queues: Vec::new() };
    let (mut streams, mut groups, mut order): (&[Spot], &[Spot], u32) = (&[], &[], 0);
    for (key, spot) in wrong.table(root, "the document") {
        match key.as_str() {
            "queue" => queues(&mut centre, &mut known, wrong.list(spot, key), wrong),
            "skills" => known.skills = schema::skills(spot, key, wrong),
            "stream" => streams = wrong.list(spot, key),
            "group" => groups = wrong.list(spot, key),
            "call_order" => wrong.word(&mut order, spot, key, schema::ORDERS),
            "interval_s" => wrong.set(&mut centre.interval_s, spot, key),
            "length_s" => wrong.set(&mut centre.length_s, spot, key),
            "warm_up_s" => wrong.set(&mut centre.warm_up_s, spot, key),
            "calls_max" => wrong.set(&mut centre.calls_max, spot, key),
            "keep_calls" => match spot.value {
                Value::Truth(keep) => centre.keep_calls = keep,
                _ => wrong.say(spot.line, "keep_calls: true or false"),
            },
            _ => wrong.unknown(spot, key, "a simulation"),
        }
    }
    if centre.interval_s == 0 {
        wrong.say(root.line, "interval_s is 0");
    }
    if centre.calls_max > MOST_CALLS {
        wrong.say(root.line, format!("calls_max is {}, of {MOST_CALLS} at most", centre.calls_max));
    }
    centre.call_order = call_order(order).unwrap_or_default();
    // Only now are all names known, wherever they stand.
    centre.streams = streams.iter().map(|spot| stream(spot, &known, wrong)).collect();
    centre.groups = groups.iter().map(|spot| group(spot, &known, wrong)).collect();
    let agents: u64 = centre.groups.iter().map(|group| u64::from(group.agents)).sum();
    if agents > MOST_AGENTS {
        wrong.say(root.line, format!("{agents} agents, of {MOST_AGENTS} at most"));
    }
    centre
}

fn queues(centre: &mut sim::Centre, known: &mut Known, list: &[Spot], wrong: &mut Wrong) {
    for spot in list {
        let queue = schema::queue(spot, wrong);
        match queue.config.config() {
            Ok(config) => centre.queues.push(config),
            Err(failure) => wrong.say(spot.line, failure.text()),
        }
        if let Some((line, _)) = queue.overflow {
            wrong.say(line, "overflow_queue: calls of a simulation stay in their queue");
        }
        let rule = queue.rule.map(|(line, _)| (line, "rule"));
        if let Some((line, key)) = queue.steps.first().map(|step| (step.line, "relax")).or(rule) {
            wrong.say(line, format!("{key}: calls of a simulation ask for the same all the time"));
        }
        if known.queues.contains(&queue.name) {
            wrong.say(spot.line, format!("a second queue {}", queue.name));
        }
        known.queues.push(queue.name);
    }
}

impl Known {
    fn queue(&self, line: usize, name: &str, wrong: &mut Wrong) -> Option<usize> {
        let place = self.queues.iter().position(|known| known == name);
        if place.is_none() {
            wrong.say(line, format!("there is no queue {name}"));
        }
        place
    }

    fn skills(&self, spot: &Spot, key: &str, wrong: &mut Wrong) -> Vec<Skill> {
        let mut all = Vec::new();
        for (name, level) in wrong.table(spot, key) {
            let number = self.skills.iter().find(|(known, _)| known == name);
            match (number, wrong.number(level, name)) {
                (Some((_, skill)), Some(level)) => all.push(Skill { skill: *skill, level }),
                (None, _) => wrong.say(level.line, format!("there is no skill {name}")),
                _ => {}
            }
        }
        all.sort_unstable_by_key(|skill| skill.skill);
        all
    }
}

/// A number from 0 up, whole or not.
fn real(spot: &Spot, key: &str, wrong: &mut Wrong) -> Option<f64> {
    let found = match spot.value {
        Value::Number(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    };
    let found = found.filter(|number| number.is_finite() && *number >= 0.0);
    if found.is_none() {
        wrong.say(spot.line, format!("{key}: a number from 0 up"));
    }
    found
}

/// 180, { fixed = 180 }, or { mean = 180, variation = 1.2 }.
fn draw(spot: &Spot, key: &str, wrong: &mut Wrong) -> Option<Draw> {
    let Value::Table(table) = &spot.value else {
        return real(spot, key, wrong).map(Draw::Exponential);
    };
    let (mut fixed, mut mean, mut variation) = (None, None, None);
    for (name, spot) in table {
        let to = match name.as_str() {
            "fixed" => &mut fixed,
            "mean" => &mut mean,
            "variation" => &mut variation,
            _ => {
                wrong.unknown(spot, name, key);
                continue;
            }
        };
        *to = real(spot, name, wrong);
    }
    let draw = match (fixed, mean, variation) {
        (Some(s), None, None) => Some(Draw::Fixed(s)),
        (None, Some(mean), None) => Some(Draw::Exponential(mean)),
        (None, Some(mean), Some(variation)) => Some(Draw::LogNormal { mean, variation }),
        _ => None,
    };
    if draw.is_none() {
        wrong.say(spot.line, format!("{key}: seconds, {{ fixed }}, or {{ mean, variation }}"));
    }
    draw
}

fn stream(spot: &Spot, known: &Known, wrong: &mut Wrong) -> Stream {
    let mut stream = Stream::default();
    let mut queue = None;
    for (key, spot) in wrong.table(spot, "stream") {
        match key.as_str() {
            "queue" => {
                if let Some(name) = wrong.text(spot, key) {
                    queue = known.queue(spot.line, name, wrong).or(Some(0));
                }
            }
            "priority" => stream.priority = wrong.number(spot, key).unwrap_or(0),
            "skills" => stream.needs = known.skills(spot, key, wrong),
            "calls_per_hour" => {
                let each = match &spot.value {
                    Value::List(list) => list.as_slice(),
                    _ => core::slice::from_ref(spot),
                };
                stream.calls_per_hour =
                    each.iter().filter_map(|spot| real(spot, key, wrong)).collect();
            }
            "handle_s" => stream.handle = draw(spot, key, wrong).unwrap_or(stream.handle),
            "patience_s" => stream.patience = draw(spot, key, wrong),
            _ => wrong.unknown(spot, key, "a stream"),
        }
    }
    match queue {
        Some(place) => stream.queue = place,
        None => wrong.say(spot.line, "a stream has a queue"),
    }
    stream
}

fn group(spot: &Spot, known: &Known, wrong: &mut Wrong) -> Group {
    let mut group = Group::default();
    for (key, spot) in wrong.table(spot, "group") {
        match key.as_str() {
            "agents" => wrong.set(&mut group.agents, spot, key),
            "queues" => {
                for spot in wrong.list(spot, key) {
                    group.queues.extend(place(spot, known, wrong));
                }
            }
            "skills" => group.skills = known.skills(spot, key, wrong),
            "shifts" => {
                for spot in wrong.list(spot, key) {
                    group.shifts.extend(shift(spot, wrong));
                }
            }
            "answer_s" => group.answer = draw(spot, key, wrong),
            _ => wrong.unknown(spot, key, "a group"),
        }
    }
    group
}

fn place(spot: &Spot, known: &Known, wrong: &mut Wrong) -> Option<(usize, Membership)> {
    let (line, queue, place) = schema::membership(spot, wrong)?;
    let queue = known.queue(line, &queue, wrong)?;
    match place.config() {
        Ok(place) => Some((queue, place)),
        Err(failure) => {
            wrong.say(line, failure.text());
            None
        }
    }
}

/// [0, 14400]: from and to so many seconds.
fn shift(spot: &Spot, wrong: &mut Wrong) -> Option<(u32, u32)> {
    match wrong.list(spot, "shifts") {
        [from, to] => Some((wrong.number(from, "shifts")?, wrong.number(to, "shifts")?)),
        _ => {
            wrong.say(spot.line, "shifts: from and to so many seconds");
            None
        }
    }
}
