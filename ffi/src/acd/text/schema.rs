//! What the text may say: the fields of the C structs, by their own names.

use super::relax::{self, Rule, Step};
use super::tree::{Spot, Value};
use crate::acd::agent::{tl_acd_agent_config, tl_acd_membership};
use crate::acd::limits::tl_acd_limits;
use crate::acd::queue::tl_acd_queue_config;
use crate::config::Growing;

/// A call centre as it was written down, names not yet handles.
#[derive(Debug)]
pub(super) struct Centre {
    pub(super) limits: tl_acd_limits,
    pub(super) call_order: u32,
    pub(super) seed: Option<u64>,
    pub(super) skills: Vec<(String, u16)>,
    pub(super) rules: Vec<Rule>,
    pub(super) queues: Vec<Queue>,
    pub(super) agents: Vec<Agent>,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) config: tl_acd_queue_config,
    /// The name of the queue that calls overflow to.
    pub(super) overflow: Option<(usize, String)>,
    /// Its tag, if it has one.
    tag: Option<u64>,
    pub(super) steps: Vec<Step>,
    /// The name of the rule whose steps are its own.
    pub(super) rule: Option<(usize, String)>,
}

#[derive(Debug)]
pub(super) struct Agent {
    pub(super) line: usize,
    pub(super) name: String,
    /// Its tag, if it has one.
    tag: Option<u64>,
    pub(super) config: tl_acd_agent_config,
    pub(super) skills: Vec<(usize, String, u8)>,
    pub(super) queues: Vec<(usize, String, tl_acd_membership)>,
}

/// What is wrong, with lines; reading goes on after each.
#[derive(Debug, Default)]
pub(super) struct Wrong(Vec<(usize, String)>);

impl Wrong {
    pub(super) fn say(&mut self, line: usize, what: impl Into<String>) {
        self.0.push((line, what.into()));
    }

    /// One line for each, in the order of the text.
    pub(super) fn messages(mut self, file: &str) -> String {
        self.0.sort_by_key(|(line, _)| *line);
        self.0.iter().map(|(line, what)| format!("{file}:{line}: {what}\n")).collect()
    }

    pub(super) fn number<T: TryFrom<i64>>(&mut self, spot: &Spot, key: &str) -> Option<T> {
        let Value::Number(number) = spot.value else {
            self.say(spot.line, format!("{key}: a whole number, not {}", spot.value.what()));
            return None;
        };
        let found = T::try_from(number).ok();
        if found.is_none() {
            self.say(spot.line, format!("{key}: {number} is out of its range"));
        }
        found
    }

    /// A number, or a truth where the struct has 0 and 1.
    pub(super) fn set<T: TryFrom<i64> + From<bool>>(&mut self, to: &mut T, spot: &Spot, key: &str) {
        if let Value::Truth(truth) = spot.value {
            *to = T::from(truth);
        } else if let Some(number) = self.number(spot, key) {
            *to = number;
        }
    }

    pub(super) fn word(&mut self, to: &mut u32, spot: &Spot, key: &str, words: &[(&str, u32)]) {
        let text = self.text(spot, key);
        match words.iter().find(|(word, _)| Some(*word) == text) {
            Some((_, number)) => *to = *number,
            None if text.is_some() => {
                let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                self.say(spot.line, format!("{key}: one of {}", all.join(", ")));
            }
            None => {}
        }
    }

    pub(super) fn text<'s>(&mut self, spot: &'s Spot, key: &str) -> Option<&'s str> {
        if let Value::Text(text) = &spot.value {
            return Some(text);
        }
        self.say(spot.line, format!("{key}: a text, not {}", spot.value.what()));
        None
    }

    pub(super) fn table<'s>(&mut self, spot: &'s Spot, key: &str) -> &'s [(String, Spot)] {
        if let Value::Table(table) = &spot.value {
            return table;
        }
        self.say(spot.line, format!("{key}: a table, not {}", spot.value.what()));
        &[]
    }

    pub(super) fn list<'s>(&mut self, spot: &'s Spot, key: &str) -> &'s [Spot] {
        if let Value::List(list) = &spot.value {
            return list;
        }
        self.say(spot.line, format!("{key}: a list, not {}", spot.value.what()));
        &[]
    }

    /// Says so if a tag that was written down is known already: outputs would speak of either.
    fn twice(
        &mut self,
        line: usize,
        what: &str,
        tag: Option<u64>,
        mut known: impl Iterator<Item = u64>,
    ) {
        if let Some(tag) = tag.filter(|tag| known.any(|known| known == *tag)) {
            self.say(line, format!("a second {what} with tag {tag}"));
        }
    }

    pub(super) fn unknown(&mut self, spot: &Spot, key: &str, of: &str) {
        self.say(spot.line, format!("{of} has no {key}"));
    }
}

const STRATEGIES: &[(&str, u32)] = &[
    ("longest-idle", 0),
    ("ring-all", 1),
    ("fewest-calls", 2),
    ("least-talk", 3),
    ("least-occupied", 4),
    ("round-robin", 5),
    ("round-robin-ordered", 6),
    ("linear", 7),
    ("random", 8),
    ("weighted-random", 9),
    ("skill-level", 10),
    ("ring-progressive", 11),
    ("custom", 12),
    ("asterisk-ringall", 100),
    ("asterisk-leastrecent", 101),
    ("asterisk-fewestcalls", 102),
    ("asterisk-random", 103),
    ("asterisk-wrandom", 104),
    ("asterisk-rrmemory", 105),
    ("asterisk-rrordered", 106),
    ("asterisk-linear", 107),
    ("callcenter-longest-idle-agent", 200),
    ("callcenter-agent-with-least-talk-time", 201),
    ("callcenter-agent-with-fewest-calls", 202),
    ("callcenter-sequentially-by-agent-order", 203),
    ("callcenter-random", 204),
    ("callcenter-round-robin", 205),
    ("callcenter-top-down", 206),
    ("callcenter-ring-all", 207),
    ("callcenter-ring-progressively", 208),
];
pub(super) const ORDERS: &[(&str, u32)] = &[
    ("longest-waiting", 0),
    ("deadline", 1),
    ("queue-ratio", 2),
    ("wait-ratio", 3),
    ("oldest-head", 4),
];
const EMPTY: &[(&str, u32)] =
    &[("never", 0), ("logged-out", 1), ("not-ready", 2), ("none-free", 3)];
const LEVELS: &[(&str, u32)] = &[
    ("of-answered", 0),
    ("of-answered-and-abandoned", 1),
    ("of-offered", 2),
    ("of-offered-but-short", 3),
];
const MEDIA: &[(&str, u32)] = &[("voice", 0), ("chat", 1), ("mail", 2), ("other", 3)];
const TERMS: &[(&str, u32)] = &[
    ("nothing", 0),
    ("idle-since", 1),
    ("calls", 2),
    ("all-calls", 3),
    ("talk-time", 4),
    ("occupancy", 5),
    ("position", 6),
    ("joined", 7),
    ("last-offered", 8),
    ("last-end", 9),
    ("last-end-second", 10),
    ("ended", 11),
    ("talk-since-ready", 12),
    ("calls-since-ready", 13),
    ("plain-position", 14),
    ("last-walked", 15),
];
const STARTS: &[(&str, u32)] = &[
    ("first", 0),
    ("after-queue-last", 1),
    ("after-call-last", 2),
    ("random", 3),
    ("weighted-random", 4),
    ("level-of-queue-last", 5),
    ("down-from-call-last", 6),
];
const RINGS: &[(&str, u32)] = &[("one", 0), ("every", 1), ("one-more", 2), ("everybody", 3)];

/// Reads the whole document.
pub(super) fn read(root: &Spot, wrong: &mut Wrong) -> Centre {
    let mut centre = Centre {
        limits: tl_acd_limits::defaults(),
        call_order: 0,
        seed: None,
        skills: Vec::new(),
        rules: Vec::new(),
        queues: Vec::new(),
        agents: Vec::new(),
    };
    for (key, spot) in wrong.table(root, "the document") {
        match key.as_str() {
            "limits" => limits(&mut centre.limits, spot, wrong),
            "call_order" => wrong.word(&mut centre.call_order, spot, key, ORDERS),
            "seed" => centre.seed = wrong.number(spot, key),
            "skills" => centre.skills = skills(spot, key, wrong),
            "rule" => {
                for spot in wrong.list(spot, key) {
                    let rule = relax::rule(spot, wrong);
                    if centre.rules.iter().any(|known| known.name == rule.name) {
                        wrong.say(spot.line, format!("a second rule {}", rule.name));
                    }
                    centre.rules.push(rule);
                }
            }
            "queue" => {
                for spot in wrong.list(spot, key) {
                    let queue = queue(spot, wrong);
                    if centre.queues.iter().any(|known| known.name == queue.name) {
                        wrong.say(spot.line, format!("a second queue {}", queue.name));
                    }
                    let tags = centre.queues.iter().filter_map(|known| known.tag);
                    wrong.twice(spot.line, "queue", queue.tag, tags);
                    centre.queues.push(queue);
                }
            }
            "agent" => {
                for spot in wrong.list(spot, key) {
                    let agent = agent(spot, wrong);
                    if centre.agents.iter().any(|known| known.name == agent.name) {
                        wrong.say(spot.line, format!("a second agent {}", agent.name));
                    }
                    let tags = centre.agents.iter().filter_map(|known| known.tag);
                    wrong.twice(spot.line, "agent", agent.tag, tags);
                    centre.agents.push(agent);
                }
            }
            _ => wrong.unknown(spot, key, "the document"),
        }
    }
    names(&centre, wrong);
    centre
}

/// Names for the numbers of skills.
pub(super) fn skills(spot: &Spot, key: &str, wrong: &mut Wrong) -> Vec<(String, u16)> {
    let table = wrong.table(spot, key).iter();
    table.filter_map(|(name, number)| Some((name.clone(), wrong.number(number, name)?))).collect()
}

/// Every name that is used must be there.
fn names(centre: &Centre, wrong: &mut Wrong) {
    let queue = |name: &str| centre.queues.iter().any(|queue| queue.name == name);
    let overflows = centre.queues.iter().filter_map(|queue| queue.overflow.as_ref());
    let members = centre.agents.iter().flat_map(|agent| &agent.queues);
    let used = overflows.map(|(line, name)| (line, name));
    for (line, name) in used.chain(members.map(|(line, name, _)| (line, name))) {
        if !queue(name) {
            wrong.say(*line, format!("there is no queue {name}"));
        }
    }
    for (line, name) in centre.queues.iter().filter_map(|queue| queue.rule.as_ref()) {
        if !centre.rules.iter().any(|rule| rule.name == *name) {
            wrong.say(*line, format!("there is no rule {name}"));
        }
    }
    let has = centre.agents.iter().flat_map(|agent| &agent.skills);
    let asked = centre.steps().flat_map(|step| step.needs.iter().flatten());
    for (line, name, _) in has.chain(asked) {
        if !centre.skills.iter().any(|(known, _)| known == name) {
            wrong.say(*line, format!("there is no skill {name}"));
        }
    }
}

fn limits(to: &mut tl_acd_limits, spot: &Spot, wrong: &mut Wrong) {
    for (key, spot) in wrong.table(spot, "limits") {
        let field = match key.as_str() {
            "queues" => &mut to.queues,
            "agents" => &mut to.agents,
            "memberships" => &mut to.memberships,
            "calls" => &mut to.calls,
            "offers" => &mut to.offers,
            "lines" => &mut to.lines,
            "pools" => &mut to.pools,
            "classes" => &mut to.classes,
            "profiles" => &mut to.profiles,
            "skills" => &mut to.skills,
            "ring_max" => &mut to.ring_max,
            "outputs" => &mut to.outputs,
            "steps" => &mut to.steps,
            "ghosts" => &mut to.ghosts,
            "rules" => &mut to.rules,
            _ => {
                wrong.unknown(spot, key, "limits");
                continue;
            }
        };
        wrong.set(field, spot, key);
    }
}

pub(super) fn queue(spot: &Spot, wrong: &mut Wrong) -> Queue {
    let config = tl_acd_queue_config::defaults();
    let mut queue = Queue {
        line: spot.line,
        name: String::new(),
        config,
        overflow: None,
        tag: None,
        steps: Vec::new(),
        rule: None,
    };
    for (key, spot) in wrong.table(spot, "queue") {
        let to = &mut queue.config;
        let field = match key.as_str() {
            "name" => {
                queue.name = wrong.text(spot, key).unwrap_or_default().to_owned();
                continue;
            }
            "overflow_queue" => {
                queue.overflow = wrong.text(spot, key).map(|name| (spot.line, name.to_owned()));
                continue;
            }
            "relax" => {
                queue.steps = relax::steps(spot, key, wrong);
                continue;
            }
            "rule" => {
                queue.rule = wrong.text(spot, key).map(|name| (spot.line, name.to_owned()));
                continue;
            }
            "tag" => {
                queue.tag = wrong.number(spot, key);
                continue;
            }
            "max_wait_ms" => Field::Long(&mut to.max_wait_ms),
            "service_level_ms" => Field::Long(&mut to.service_level_ms),
            "announce_first_ms" => Field::Long(&mut to.announce_first_ms),
            "announce_every_ms" => Field::Long(&mut to.announce_every_ms),
            "target_ms" => Field::Long(&mut to.target_ms),
            "service_level" => Field::Word(&mut to.service_level, LEVELS),
            "short_ms" => Field::Short(&mut to.short_ms),
            "strategy" => Field::Word(&mut to.strategy, STRATEGIES),
            "medium" => Field::Word(&mut to.medium, MEDIA),
            "join_empty" => Field::Word(&mut to.join_empty, EMPTY),
            "leave_empty" => Field::Word(&mut to.leave_empty, EMPTY),
            "custom_term" => Field::Word(&mut to.custom_term, TERMS),
            "custom_second_term" => Field::Word(&mut to.custom_second_term, TERMS),
            "custom_start" => Field::Word(&mut to.custom_start, STARTS),
            "custom_ring" => Field::Word(&mut to.custom_ring, RINGS),
            "custom_best_skill" => Field::Short(&mut to.custom_best_skill),
            "custom_to_untried" => Field::Short(&mut to.custom_to_untried),
            "ring_timeout_ms" => Field::Short(&mut to.ring_timeout_ms),
            "retry_ms" => Field::Short(&mut to.retry_ms),
            "wrap_up_ms" => Field::Short(&mut to.wrap_up_ms),
            "overflow_target" => Field::Short(&mut to.overflow_target),
            "resume_within_ms" => Field::Short(&mut to.resume_within_ms),
            "max_waiting" => Field::Short(&mut to.max_waiting),
            "weight" => Field::Short(&mut to.weight),
            "missed_limit" => Field::Short(&mut to.missed_limit),
            "aging_ms" => Field::Short(&mut to.aging_ms),
            "busy_delay_ms" => Field::Short(&mut to.busy_delay_ms),
            "declined_delay_ms" => Field::Short(&mut to.declined_delay_ms),
            "failed_delay_ms" => Field::Short(&mut to.failed_delay_ms),
            "no_answer_delay_ms" => Field::Short(&mut to.no_answer_delay_ms),
            "progressive_ms" => Field::Short(&mut to.progressive_ms),
            "share" => Field::Short(&mut to.share),
            "leave_empty_after_ms" => Field::Short(&mut to.leave_empty_after_ms),
            "wrap_up_shared" => Field::Short(&mut to.wrap_up_shared),
            "head_only" => Field::Short(&mut to.head_only),
            "tier_wait_ms" => Field::Short(&mut to.tier_wait_ms),
            "tier_by_level" => Field::Short(&mut to.tier_by_level),
            "tier_skip_empty" => Field::Short(&mut to.tier_skip_empty),
            "leave_empty_stay_ms" => Field::Short(&mut to.leave_empty_stay_ms),
            _ => {
                wrong.unknown(spot, key, "a queue");
                continue;
            }
        };
        match field {
            Field::Long(to) => *to = wrong.number(spot, key).unwrap_or(*to),
            Field::Short(to) => wrong.set(to, spot, key),
            Field::Word(to, words) => wrong.word(to, spot, key, words),
        }
    }
    queue.config.tag = queue.tag.unwrap_or(config.tag);
    if queue.name.is_empty() {
        wrong.say(spot.line, "a queue has a name");
    }
    if let Some((line, _)) = queue.rule.as_ref().filter(|_| !queue.steps.is_empty()) {
        wrong.say(*line, "rule: the queue has steps of its own in relax");
    }
    queue
}

enum Field<'a> {
    Long(&'a mut u64),
    Short(&'a mut u32),
    Word(&'a mut u32, &'static [(&'static str, u32)]),
}

fn agent(spot: &Spot, wrong: &mut Wrong) -> Agent {
    let mut agent = Agent {
        line: spot.line,
        name: String::new(),
        tag: None,
        config: tl_acd_agent_config::defaults(),
        skills: Vec::new(),
        queues: Vec::new(),
    };
    for (key, spot) in wrong.table(spot, "agent") {
        match key.as_str() {
            "name" => agent.name = wrong.text(spot, key).unwrap_or_default().to_owned(),
            "tag" => agent.tag = wrong.number(spot, key),
            "wrap_up_ms" => wrong.set(&mut agent.config.wrap_up_ms, spot, key),
            "units" => four(&mut agent.config.units, spot, key, wrong),
            "blocked_by" => four(&mut agent.config.blocked_by, spot, key, wrong),
            "skills" => agent.skills = relax::skill_levels(spot, key, wrong),
            "queues" => {
                for spot in wrong.list(spot, key) {
                    agent.queues.extend(membership(spot, wrong));
                }
            }
            _ => wrong.unknown(spot, key, "an agent"),
        }
    }
    agent.config.tag = agent.tag.unwrap_or(agent.config.tag);
    if agent.name.is_empty() {
        wrong.say(spot.line, "an agent has a name");
    }
    agent
}

fn four(to: &mut [u8; 4], spot: &Spot, key: &str, wrong: &mut Wrong) {
    let list = wrong.list(spot, key);
    if list.len() != 4 {
        wrong.say(spot.line, format!("{key}: four numbers, for voice, chat, mail and other"));
        return;
    }
    for (to, spot) in to.iter_mut().zip(list) {
        *to = wrong.number(spot, key).unwrap_or(0);
    }
}

/// "sales", or { queue = "sales", penalty = 1 }.
pub(super) fn membership(
    spot: &Spot,
    wrong: &mut Wrong,
) -> Option<(usize, String, tl_acd_membership)> {
    let mut place = tl_acd_membership::defaults();
    if let Value::Text(name) = &spot.value {
        return Some((spot.line, name.clone(), place));
    }
    let mut queue = None;
    for (key, spot) in wrong.table(spot, "queues") {
        match key.as_str() {
            "queue" => queue = wrong.text(spot, key).map(str::to_owned),
            "penalty" => wrong.set(&mut place.penalty, spot, key),
            "level" => wrong.set(&mut place.level, spot, key),
            "position" => wrong.set(&mut place.position, spot, key),
            "wrap_up_ms" => wrong.set(&mut place.wrap_up_ms, spot, key),
            "paused" => wrong.set(&mut place.paused, spot, key),
            _ => wrong.unknown(spot, key, "a place in a queue"),
        }
    }
    if queue.is_none() {
        wrong.say(spot.line, "a place in a queue has a queue");
    }
    queue.map(|queue| (spot.line, queue, place))
}
