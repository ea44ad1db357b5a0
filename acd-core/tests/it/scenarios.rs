//! The scenario files: given a call centre, when this happens, then exactly this is said.
//!
//! `TRUNKLINE_BLESS=1` writes what was said into the files; read the difference before believing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use acd_core::*;
use toml::{Table, Value};

struct Scene {
    engine: Engine<'static>,
    queues: BTreeMap<String, QueueId>,
    rules: BTreeMap<String, RuleId>,
    agents: BTreeMap<String, AgentId>,
    agent_names: Vec<String>,
    calls: BTreeMap<String, CallId>,
    call_names: Vec<String>,
    offers: BTreeMap<String, OfferId>,
    states: bool,
    said: String,
}

fn number(table: &Table, key: &str) -> Option<i64> {
    table.get(key).map(|value| value.as_integer().unwrap_or_else(|| panic!("{key}: {value}")))
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'t>(table: &'t Table, key: &str) -> Vec<&'t Table> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_table).collect()
}

fn strategy(name: &str) -> Strategy {
    match name {
        "" | "longest-idle" => Strategy::LongestIdle,
        "ring-all" => Strategy::RingAll,
        "fewest-calls" => Strategy::FewestCalls,
        "least-talk" => Strategy::LeastTalk,
        "least-occupied" => Strategy::LeastOccupied,
        "round-robin" => Strategy::RoundRobin,
        "round-robin-ordered" => Strategy::RoundRobinOrdered,
        "linear" => Strategy::Linear,
        "random" => Strategy::Random,
        "skill-level" => Strategy::SkillLevel,
        "progressive" => Strategy::RingProgressive { every_ms: 10_000 },
        other => panic!("no strategy {other}"),
    }
}

fn call_order(name: &str) -> CallOrder {
    match name {
        "" | "longest-waiting" => CallOrder::LongestWaiting,
        "deadline" => CallOrder::Deadline,
        "queue-ratio" => CallOrder::QueueRatio,
        "wait-ratio" => CallOrder::WaitRatio,
        "oldest-head" => CallOrder::OldestHead,
        other => panic!("no order of calls {other}"),
    }
}

fn empty_rule(name: &str) -> EmptyRule {
    match name {
        "" => EmptyRule::Never,
        "logged-out" => EmptyRule::LoggedOut,
        "not-ready" => EmptyRule::NotReady,
        "none-free" => EmptyRule::NoneFree,
        other => panic!("no rule {other}"),
    }
}

/// What lower penalties count as, as Asterisk writes it: a number, with an r before it within the
/// window only.
fn raised(text: &str) -> PenaltyRaise {
    let number = text.strip_prefix('r').unwrap_or(text);
    PenaltyRaise { to: number.parse().expect("a penalty"), within: text.starts_with('r') }
}

/// `"+2"` or `"-1"`: so much more or less.
fn more(text: &str) -> Option<i32> {
    text.starts_with(['+', '-']).then(|| text.parse().expect("a number"))
}

fn truth(table: &Table, key: &str, other: bool) -> bool {
    table.get(key).map_or(other, |value| value.as_bool().expect("true or false"))
}

fn skills(text: &str) -> Vec<Skill> {
    text.split(',')
        .filter_map(|part| part.split_once(':'))
        .map(|(skill, level)| Skill {
            skill: skill.parse().expect("a skill"),
            level: level.parse().expect("a level"),
        })
        .collect()
}

impl Scene {
    fn new(file: &Table) -> Self {
        let limits =
            Limits { classes: 8, profiles: 8, steps: 16, rules: 4, ghosts: 8, ..Limits::default() };
        let mut scene = Self {
            engine: Engine::with_capacity(limits).expect("limits"),
            queues: BTreeMap::new(),
            rules: BTreeMap::new(),
            agents: BTreeMap::new(),
            agent_names: Vec::new(),
            calls: BTreeMap::new(),
            call_names: Vec::new(),
            offers: BTreeMap::new(),
            states: truth(file, "states", false),
            said: String::new(),
        };
        scene.engine.set_call_order(call_order(text(file, "order")));
        for queue in list(file, "queue") {
            scene.add_queue(queue);
        }
        for rule in list(file, "rule") {
            let steps = scene.steps(rule);
            let id = scene.engine.add_rule(&steps).expect("a rule");
            scene.rules.insert(text(rule, "name").into(), id);
        }
        for agent in list(file, "agent") {
            scene.add_agent(agent);
        }
        scene.said.clear();
        scene
    }

    fn add_queue(&mut self, given: &Table) {
        let plain = QueueConfig::default();
        let ms = |key: &str| number(given, key).map(|n| n as u64);
        let small = |key: &str, other: u32| number(given, key).map_or(other, |n| n as u32);
        let delay = small("delay_ms", 0);
        let overflow = given.get("overflow").map(|to| match to.as_str() {
            Some(name) => Overflow::Queue(self.queues[name]),
            None => Overflow::Target(to.as_integer().expect("a code") as u16),
        });
        let config = QueueConfig {
            strategy: strategy(text(given, "strategy")),
            ring_timeout_ms: small("ring_timeout_ms", plain.ring_timeout_ms),
            retry_ms: small("retry_ms", plain.retry_ms),
            wrap_up_ms: small("wrap_up_ms", 0),
            wrap_up_shared: truth(given, "wrap_up_shared", plain.wrap_up_shared),
            head_only: truth(given, "head_only", false),
            tiers: number(given, "tier_wait_ms").map(|wait| TierRules {
                wait_ms: wait as u32,
                by_level: truth(given, "tier_by_level", false),
                skip_empty: truth(given, "tier_skip_empty", false),
            }),
            max_wait_ms: ms("max_wait_ms"),
            overflow,
            resume_within_ms: number(given, "resume_within_ms").map(|n| n as u32),
            max_waiting: number(given, "max_waiting").map(|n| n as u32),
            weight: small("weight", 0) as u16,
            target_ms: ms("target_ms"),
            share: small("share", plain.share),
            announce_first_ms: ms("announce_first_ms"),
            announce_every_ms: ms("announce_every_ms"),
            missed_limit: number(given, "missed_limit").map(|n| n as u16),
            aging_ms: number(given, "aging_ms").map(|n| n as u32),
            join_empty: empty_rule(text(given, "join_empty")),
            leave_empty: empty_rule(text(given, "leave_empty")),
            leave_empty_after_ms: small("leave_empty_after_ms", 0),
            leave_empty_stay_ms: small("leave_empty_stay_ms", 0),
            delays: Delays {
                busy_ms: delay,
                declined_ms: delay,
                failed_ms: delay,
                no_answer_ms: delay,
            },
            ..plain
        };
        let id = self.engine.add_queue(config).expect("a queue");
        let steps = self.steps(given);
        self.engine.set_relaxation(id, &steps).expect("steps");
        self.queues.insert(text(given, "name").into(), id);
    }

    fn steps(&mut self, given: &Table) -> Vec<RelaxStep> {
        let mut class = |needs: &Value| {
            let needs = skills(needs.as_str().expect("skills"));
            self.engine.add_class(&needs).expect("a class")
        };
        let step = |step: &&Table| {
            let raise = text(step, "penalty_raise");
            let within = raise.starts_with('r');
            let raise_by = more(raise.trim_start_matches('r'));
            RelaxStep {
                after_ms: number(step, "after_ms").expect("after_ms") as u64,
                class: step.get("needs").map(&mut class),
                levels_less: number(step, "levels_less").unwrap_or(0) as u8,
                penalty_min: step.get("penalty_min").and_then(Value::as_integer).map(|n| n as u32),
                penalty_min_by: more(text(step, "penalty_min")).unwrap_or(0),
                penalty_max: step.get("penalty_max").and_then(Value::as_integer).map(|n| n as u32),
                penalty_max_by: more(text(step, "penalty_max")).unwrap_or(0),
                penalty_raise: (!raise.is_empty() && raise_by.is_none()).then(|| raised(raise)),
                penalty_raise_by: raise_by.unwrap_or(0),
                penalty_raise_within: raise_by.map(|_| within),
            }
        };
        list(given, "relax").iter().map(step).collect()
    }

    fn add_agent(&mut self, given: &Table) {
        let profile = self.engine.add_profile(&skills(text(given, "skills"))).expect("a profile");
        let config = AgentConfig {
            tag: self.agent_names.len() as u64,
            wrap_up_ms: number(given, "wrap_up_ms").map(|n| n as u32),
            profile,
            ..AgentConfig::default()
        };
        let agent = self.engine.add_agent(config).expect("an agent");
        let place = Membership {
            penalty: number(given, "penalty").unwrap_or(0) as u32,
            level: number(given, "level").unwrap_or(0) as u16,
            position: number(given, "position").unwrap_or(0) as u32,
            wrap_up_ms: None,
            paused: number(given, "paused").map(|n| n as u16),
        };
        for queue in given["queues"].as_array().expect("a list") {
            let queue = self.queues[queue.as_str().expect("a name")];
            self.engine.join_queue(agent, queue, place).expect("a place");
        }
        self.agent_names.push(text(given, "name").into());
        self.agents.insert(text(given, "name").into(), agent);
        if text(given, "state") != "out" {
            let state = AgentRequest::Available;
            self.give(Time::ZERO, Input::AgentState { agent, state });
        }
    }

    /// One line of `when`.
    fn play(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = Time(words[0].parse().expect("a time"));
        let name = words.get(2).copied().unwrap_or_default();
        let what = words.get(3).copied().unwrap_or_default();
        // A call or offer that is not known yet is as wrong as one that is gone.
        let call = self.calls.get(name).copied().unwrap_or(CallId::from_raw(u64::MAX));
        let offer = self.offers.get(name).copied().unwrap_or(OfferId::from_raw(u64::MAX));
        let input = match words[1] {
            "tick" => Input::Tick,
            "arrive" => self.arrival(name, what, &words[4..]),
            "accept" => Input::Accept { offer },
            "reject" => Input::Reject {
                offer,
                cause: match what {
                    "busy" => RejectCause::Busy,
                    "declined" => RejectCause::Declined,
                    "unreachable" => RejectCause::Unreachable,
                    _ => RejectCause::Failed,
                },
            },
            "hangup" => Input::Hangup { call },
            "complete" => Input::Complete {
                call,
                by: match what {
                    "agent" => EndedBy::Agent,
                    "transfer" => EndedBy::Transfer,
                    _ => EndedBy::Caller,
                },
            },
            "exit" => Input::Exit { call, key: what.parse().expect("a key") },
            "move" => Input::Move { call, queue: self.queues[what], keep_age: true },
            "priority" => Input::SetPriority { call, priority: what.parse().expect("a priority") },
            "penalties" => {
                let (min, max) = what.split_once('-').expect("a window");
                let raise = words.get(4).map_or(PenaltyRaise::default(), |to| raised(to));
                let window = [min, max].map(|n| n.parse().expect("a penalty"));
                Input::SetPenalties { call, min: window[0], max: window[1], raise }
            }
            "rule" => Input::SetRule { call, rule: self.rules.get(what).copied() },
            "state" => Input::AgentState {
                agent: self.agents[name],
                state: match what {
                    "available" => AgentRequest::Available,
                    "out" => AgentRequest::LoggedOut,
                    reason => AgentRequest::NotReady(reason.parse().expect("a reason")),
                },
            },
            "done" => Input::EndWrapUp { agent: self.agents[name] },
            "pause" | "unpause" => Input::SetPause {
                agent: self.agents[name],
                queue: self.queues[what],
                paused: words.get(4).map(|reason| reason.parse().expect("a reason")),
            },
            other => panic!("no event {other}"),
        };
        self.give(at, input);
    }

    fn arrival(&mut self, name: &str, queue: &str, options: &[&str]) -> Input {
        let mut config =
            CallConfig { tag: self.call_names.len() as u64, ..CallConfig::new(self.queues[queue]) };
        self.call_names.push(name.into());
        for option in options {
            let (key, value) = option.split_once('=').expect("key=value");
            let n = || value.parse::<u32>().expect("a number");
            match key {
                "priority" => config.priority = value.parse().expect("a priority"),
                "position" => config.position = Some(n()),
                "penalty_min" => config.penalty_min = n(),
                "penalty_max" => config.penalty_max = n(),
                "penalty_raise" => config.penalty_raise = raised(value),
                "rule" => config.rule = Some(self.rules[value]),
                "needs" => config.class = self.engine.add_class(&skills(value)).expect("a class"),
                "prefers" => config.preferred_agent = Some(self.agents[value]),
                "alone_ms" => config.preferred_wait_ms = n(),
                "caller" => config.caller = Some(u64::from(n())),
                "credit_ms" => config.credit_ms = u64::from(n()),
                other => panic!("no option {other}"),
            }
        }
        Input::Arrive(config)
    }

    fn give(&mut self, at: Time, input: Input) {
        if self.engine.handle(at, input).is_err() {
            writeln!(self.said, "{} error", at.ms()).expect("a string");
        }
        while let Some((at, output)) = self.engine.poll_at() {
            if let Some(line) = self.line(&output) {
                writeln!(self.said, "{} {line}", at.ms()).expect("a string");
            }
        }
    }

    fn line(&mut self, output: &Output) -> Option<String> {
        let call = |tag: u64| self.call_names[tag as usize].clone();
        let agent = |tag: u64| self.agent_names[tag as usize].clone();
        let queue = |id: QueueId| {
            let found = self.queues.iter().find(|(_, queue)| **queue == id);
            found.map(|(name, _)| name.clone()).expect("a known queue")
        };
        Some(match *output {
            Output::Joined { call: id, tag, position, .. } => {
                let name = call(tag);
                self.calls.insert(name.clone(), id);
                format!("joined {name} at {position}")
            }
            Output::Refused { tag, reason, .. } => format!("refused {} {reason:?}", call(tag)),
            Output::Moved { call_tag, to, position, .. } => {
                format!("moved {} to {} at {position}", call(call_tag), queue(to))
            }
            Output::PriorityChanged { call_tag, from, to, position, .. } => {
                format!("priority {} {from} to {to} at {position}", call(call_tag))
            }
            Output::Offer { offer, call_tag, agent_tag, .. } => {
                let text = format!("offer {} to {}", call(call_tag), agent(agent_tag));
                self.offers.insert(self.agent_names[agent_tag as usize].clone(), offer);
                text
            }
            Output::OfferEnded { call_tag, agent_tag, end, rang_ms, .. } => {
                format!("ended {} to {} {end:?} rang {rang_ms}", call(call_tag), agent(agent_tag))
            }
            Output::Connected { call_tag, agent_tag, waited_ms, .. } => {
                format!("connected {} {} waited {waited_ms}", call(call_tag), agent(agent_tag))
            }
            Output::Announce { call_tag, position, .. } => {
                format!("announce {} at {position}", call(call_tag))
            }
            Output::Left { call_tag, reason, waited_ms, .. } => {
                format!("left {} {reason:?} waited {waited_ms}", call(call_tag))
            }
            Output::Completed { call_tag, agent_tag, by, talked_ms, .. } => {
                let (call, agent) = (call(call_tag), agent(agent_tag));
                format!("completed {call} {agent} by {by:?} talked {talked_ms}")
            }
            Output::PauseChanged { agent_tag, queue: id, to, .. } => match to {
                Some(reason) => format!("paused {} in {} {reason}", agent(agent_tag), queue(id)),
                None => format!("unpaused {} in {}", agent(agent_tag), queue(id)),
            },
            Output::AgentChanged { agent_tag, state, .. } if self.states => {
                format!("state {} {state:?}", agent(agent_tag))
            }
            _ => return None,
        })
    }
}

/// Both texts line by line, from the first line in which they differ.
fn difference(then: &str, said: &str) -> String {
    let (then, said): (Vec<&str>, Vec<&str>) =
        (then.trim().lines().collect(), said.trim().lines().collect());
    let alike = then.iter().zip(&said).take_while(|(a, b)| a == b).count();
    let mut text = format!("  the same up to line {alike}, then\n");
    for (name, lines) in [("should be", &then), ("but it is", &said)] {
        for line in lines.get(alike..).unwrap_or_default().iter().take(5) {
            writeln!(text, "  {name}: {line}").expect("a string");
        }
    }
    text
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_scenario_goes_as_written() {
    let files = files();
    assert!(files.len() >= 50, "only {} scenarios", files.len());
    let mut wrong = String::new();
    for path in files {
        let source = fs::read_to_string(&path).expect("readable");
        let file: Table = source.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut scene = Scene::new(&file);
        for line in text(&file, "when").lines().filter(|line| !line.trim().is_empty()) {
            scene.play(line);
        }
        let then = text(&file, "then");
        if scene.said.trim() != then.trim() {
            if std::env::var_os("TRUNKLINE_BLESS").is_some() {
                let head = source.split("then = ").next().expect("a start");
                let tail = source.split("\n[[").skip(1).collect::<Vec<_>>().join("\n[[");
                let said = &scene.said;
                let blessed = format!("{head}then = \"\"\"\n{said}\"\"\"\n\n[[{tail}");
                fs::write(&path, blessed).expect("writable");
            }
            let name = path.file_name().expect("a name").display();
            write!(wrong, "{name}:\n{}", difference(then, &scene.said)).expect("a string");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_difference_is_shown_from_where_it_begins() {
    let text = difference("0 joined c at 1\n2 left c", "0 joined c at 1\n3 left c\n4 more");
    assert!(text.contains("the same up to line 1"));
    assert!(text.contains("should be: 2 left c") && text.contains("but it is: 4 more"));
    assert!(!text.contains("joined"));
}
