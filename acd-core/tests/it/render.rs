//! The engine's outputs as other systems' events: every field of their lists, and the values.

mod as_ami;
mod as_callcenter;
mod as_queue_log;

use std::collections::BTreeMap;
use std::fmt;

use acd_core::render::*;
use acd_core::*;

use crate::desk::Desk;

struct Directory {
    queues: BTreeMap<QueueId, String>,
    numbers: Vec<String>,
}

impl Names for Directory {
    fn queue(&self, queue: QueueId) -> &str {
        self.queues.get(&queue).map_or("?", String::as_str)
    }

    fn caller(&self, tag: u64) -> Channel<'_> {
        Channel {
            name: "PJSIP/trunk-1",
            caller_id_num: &self.numbers[tag as usize % self.numbers.len()],
            caller_id_name: "Ada",
            exten: "800",
            uniqueid: "17.1",
            member_uuid: "m-1",
            bridge_id: "b-1",
            ..Channel::default()
        }
    }

    fn agent(&self, tag: u64) -> AgentName<'_> {
        let channel = Channel { name: "PJSIP/ann-2", uniqueid: "17.2", ..Channel::default() };
        let name = if tag == 1 { "Ann" } else { "Ben" };
        AgentName { name, interface: "PJSIP/ann", channel, ..AgentName::default() }
    }

    fn reason(&self, code: u16) -> &str {
        if code == 4 { "lunch" } else { "Auto-Pause" }
    }

    fn transfer(&self, tag: u64) -> Transfer<'_> {
        match tag {
            0 => Transfer::Blind { exten: "900", context: "default" },
            1 => Transfer::ToBridge("b-9"),
            2 => Transfer::ToApplication("VoiceMail"),
            _ => Transfer::Link("PJSIP/x", "PJSIP/y"),
        }
    }
}

/// Events as they come, field by field.
#[derive(Default)]
struct Heard(Vec<(String, Vec<(String, String)>)>);

impl Sink for Heard {
    fn begin(&mut self, event: &str) -> fmt::Result {
        self.0.push((event.into(), Vec::new()));
        Ok(())
    }

    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        self.0.last_mut().expect("begun").1.push((key.into(), value.to_string()));
        Ok(())
    }

    fn end(&mut self) -> fmt::Result {
        Ok(())
    }
}

impl Heard {
    fn of<'h>(&'h self, event: &str) -> Vec<&'h Vec<(String, String)>> {
        self.0.iter().filter(|(name, _)| name == event).map(|(_, fields)| fields).collect()
    }

    fn value(&self, event: &str, key: &str) -> String {
        let of = self.of(event);
        let fields = of.last().unwrap_or_else(|| panic!("no {event}"));
        let field = fields.iter().find(|(k, _)| k == key);
        field.unwrap_or_else(|| panic!("{event} has no {key}")).1.clone()
    }
}

/// An engine whose every output is rendered in all three formats.
struct Stage {
    engine: Engine<'static>,
    follower: Follower<'static>,
    names: Directory,
    now: Time,
    ami: Heard,
    log: QueueLogText<String>,
    centre: Heard,
    calls: Vec<CallId>,
    offers: BTreeMap<u64, OfferId>,
}

const START: u64 = 1_700_000_000;

impl Stage {
    fn new() -> Self {
        let limits = Limits { ghosts: 4, ..Limits::default() };
        Self {
            engine: Engine::with_capacity(limits).expect("limits"),
            follower: Follower::with_capacity(limits),
            names: Directory { queues: BTreeMap::new(), numbers: vec!["5550100".into()] },
            now: Time::from_secs(START),
            ami: Heard::default(),
            log: QueueLogText(String::new()),
            centre: Heard::default(),
            calls: Vec::new(),
            offers: BTreeMap::new(),
        }
    }

    fn queue(&mut self, name: &str, config: QueueConfig) -> QueueId {
        let id = self.engine.add_queue(config).expect("a queue");
        self.names.queues.insert(id, name.into());
        id
    }

    fn agent(&mut self, tag: u64, queue: QueueId) -> AgentId {
        let config = AgentConfig { tag, ..AgentConfig::default() };
        let agent = self.engine.add_agent(config).expect("an agent");
        self.engine.join_queue(agent, queue, Membership::default()).expect("a place");
        self.give(Input::AgentState { agent, state: AgentRequest::Available });
        agent
    }

    fn at(&mut self, ms: u64) -> &mut Self {
        self.now = Time(START * 1_000 + ms);
        self.give(Input::Tick);
        self
    }

    fn give(&mut self, input: Input) {
        self.engine.handle(self.now, input).expect("a valid input");
        while let Some((at, output)) = self.engine.poll_at() {
            match output {
                Output::Joined { call, .. } => self.calls.push(call),
                Output::Offer { offer, agent_tag, .. } => {
                    self.offers.insert(agent_tag, offer);
                }
                _ => {}
            }
            let seen = self.follower.see(&self.engine, at, &output);
            ami::render(&seen, &self.engine, &self.names, &mut self.ami).expect("no error");
            queue_log::render(&seen, &self.names, &mut self.log).expect("no error");
            callcenter::render(&seen, &self.names, &mut self.centre).expect("no error");
        }
    }

    fn arrive(&mut self, queue: QueueId) -> CallId {
        let tag = self.calls.len() as u64;
        self.give(Input::Arrive(CallConfig { tag, caller: Some(1), ..CallConfig::new(queue) }));
        *self.calls.last().expect("it joined")
    }

    fn accept(&mut self, agent: u64) {
        let offer = self.offers[&agent];
        self.give(Input::Accept { offer });
    }

    fn said(&mut self) -> String {
        std::mem::take(&mut self.log.0)
    }
}

/// A morning in which everything happens once.
fn morning() -> Stage {
    let mut stage = Stage::new();
    let back = stage.queue("back", QueueConfig::default());
    let sales = stage.queue(
        "sales",
        QueueConfig {
            ring_timeout_ms: 10_000,
            retry_ms: 1_000,
            resume_within_ms: Some(60_000),
            missed_limit: Some(2),
            max_waiting: Some(9),
            ..QueueConfig::default()
        },
    );
    let ann = stage.agent(1, sales);
    // Answered after 2.5 s, talked 61 s, hung up by the caller.
    let first = stage.arrive(sales);
    stage.at(2_500).accept(1);
    stage.at(63_500).give(Input::Hangup { call: first });
    // Missed, turned down, then auto-paused; the caller gives up, comes back, presses a key.
    let second = stage.arrive(sales);
    stage.at(73_500).at(74_500);
    let offer = stage.offers[&1];
    stage.give(Input::Reject { offer, cause: RejectCause::Busy });
    stage.at(80_000).give(Input::Hangup { call: second });
    let third = stage.arrive(sales);
    stage.at(81_000).give(Input::Exit { call: third, key: b'#' });
    // To another queue and passed on from there.
    let fourth = stage.arrive(sales);
    stage.at(82_000).give(Input::Move { call: fourth, queue: back, keep_age: true });
    stage.agent(2, back);
    stage.at(83_000).accept(2);
    stage.at(90_000).give(Input::Complete { call: fourth, by: EndedBy::Transfer });
    // A caller who gives up while it rings.
    let fifth = stage.arrive(back);
    stage.at(91_250).give(Input::Hangup { call: fifth });
    stage.at(95_000).give(Input::AgentState { agent: ann, state: AgentRequest::LoggedOut });
    stage
}

#[test]
fn a_name_cannot_forge_a_field() {
    let mut stage = Stage::new();
    let queue = stage.queue("q|x\n", QueueConfig::default());
    stage.names.numbers = vec!["1\r\nEvent: Shutdown|NONE\u{7f}".into()];
    let input = Input::Arrive(CallConfig::new(queue));
    stage.engine.handle(stage.now, input).expect("a valid input");
    let (at, output) = stage.engine.poll_at().expect("joined");
    let seen = stage.follower.see(&stage.engine, at, &output);
    let mut text = AmiText(String::new());
    ami::render(&seen, &stage.engine, &stage.names, &mut text).expect("text");
    assert_eq!(text.0.lines().filter(|line| line.starts_with("Event:")).count(), 1);
    assert!(text.0.ends_with("\r\n\r\n") && text.0.contains("CallerIDNum: 1  Event: Shutdown"));
    let mut text = QueueLogText(String::new());
    queue_log::render(&seen, &stage.names, &mut text).expect("text");
    assert_eq!(text.0, "1700000000|17.1|q_x |NONE|ENTERQUEUE||1  Event: Shutdown_NONE |1|Ada\n");
    let mut text = CallCenterText(String::new());
    callcenter::render(&seen, &stage.names, &mut text).expect("text");
    assert!(text.0.contains("CC-Queue: q%7Cx%0A\n"), "{}", text.0);
    assert!(text.0.starts_with("Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\n"));
}

/// Whatever happens, the counts told are the engine's, and every call that joins leaves.
#[test]
fn counts_are_those_of_the_engine() {
    let mut desk = Desk::new(Limits::default());
    let mut follower = Follower::with_capacity(Limits::default());
    let config = QueueConfig {
        ring_timeout_ms: 900,
        max_wait_ms: Some(7_000),
        wrap_up_ms: 400,
        ..QueueConfig::default()
    };
    let first = desk.engine.add_queue(config).expect("a queue");
    let to = Some(Overflow::Queue(first));
    let second = desk.engine.add_queue(QueueConfig { overflow: to, ..config }).expect("a queue");
    for tag in 0..3 {
        desk.agent(tag, if tag == 0 { first } else { second }, Membership::default());
    }
    desk.log.clear();
    let (mut random, mut joined, mut left) = (9_u64, 0, 0);
    for n in 0..4_000_u64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        let pick = random >> 33;
        desk.now = Time(n * 150);
        let call = desk.calls.get(&(n - pick % 20 % (n + 1))).copied();
        let offer = desk.offers.get(&(pick % 3)).copied();
        let _ = match (pick % 5, call, offer) {
            (0, Some(call), _) => desk.try_give(Input::Hangup { call }),
            (1, _, Some(offer)) => desk.try_give(Input::Accept { offer }),
            (2, Some(call), _) => {
                desk.try_give(Input::Move { call, queue: second, keep_age: pick % 2 == 0 })
            }
            _ => {
                let queue = if pick % 2 == 0 { first } else { second };
                desk.try_give(Input::Arrive(CallConfig { tag: n, ..CallConfig::new(queue) }))
            }
        };
        let mut counts = BTreeMap::new();
        for (at, output) in std::mem::take(&mut desk.log) {
            let seen = follower.see(&desk.engine, at, &output);
            match output {
                Output::Joined { queue, .. } => {
                    joined += 1;
                    counts.insert(queue, seen.count);
                }
                Output::Connected { queue, .. } | Output::Left { queue, .. } => {
                    left += 1;
                    assert!(seen.call.original_position > 0 && seen.position > 0, "{seen:?}");
                    counts.insert(queue, seen.count);
                }
                Output::Moved { from, to, .. } => {
                    counts.insert(from, seen.count);
                    counts.insert(to, seen.count_there);
                }
                _ => {}
            }
        }
        for (queue, count) in counts {
            assert_eq!(desk.engine.waiting(queue), Ok(count));
        }
    }
    let waiting = desk.engine.waiting(first).unwrap() + desk.engine.waiting(second).unwrap();
    assert_eq!(joined, left + waiting);
    assert!(left > 1_000, "only {left}");
}

/// Neither app_queue nor mod_callcenter tells anybody of a caller's new priority.
#[test]
fn a_new_priority_has_no_words() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    desk.arrive(1, queue);
    desk.arrive(2, queue);
    desk.log.clear();
    desk.give(Input::SetPriority { call: desk.calls[&2], priority: 3 });
    let mut follower = Follower::with_capacity(Limits::default());
    let names = Directory { queues: BTreeMap::new(), numbers: vec![String::new()] };
    let (mut told, mut text) = (Heard::default(), String::new());
    for (at, output) in &desk.log {
        let seen = follower.see(&desk.engine, *at, output);
        ami::render(&seen, &desk.engine, &names, &mut told).unwrap();
        queue_log::render(&seen, &names, &mut told).unwrap();
        callcenter::render(&seen, &names, &mut told).unwrap();
        text += &format!("{output:?}");
    }
    assert!(text.starts_with("PriorityChanged") && told.0.is_empty(), "{text} {:?}", told.0);
}
