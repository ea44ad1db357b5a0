//! The engine's outputs as other systems' events: every field of their lists, and the values.

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

const CALLER: [&str; 14] = [
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
];
const MEMBER: [&str; 16] = [
    "Queue",
    "MemberName",
    "Interface",
    "StateInterface",
    "Membership",
    "Penalty",
    "CallsTaken",
    "LastCall",
    "LastPause",
    "LoginTime",
    "InCall",
    "Status",
    "Paused",
    "PausedReason",
    "Ringinuse",
    "Wrapuptime",
];

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
fn ami_events_have_all_their_fields() {
    let stage = morning();
    let dest = CALLER.map(|key| format!("Dest{key}"));
    let of_caller = |more: &[&str]| -> Vec<String> {
        CALLER.iter().chain(more).map(ToString::to_string).collect()
    };
    let of_both = |more: &[&str]| -> Vec<String> {
        let caller = CALLER.iter().map(ToString::to_string);
        caller.chain(dest.clone()).chain(more.iter().map(ToString::to_string)).collect()
    };
    let lists = [
        ("QueueCallerJoin", of_caller(&["Queue", "Position", "Count"])),
        ("QueueCallerLeave", of_caller(&["Queue", "Count", "Position"])),
        ("QueueCallerAbandon", of_caller(&["Queue", "Position", "OriginalPosition", "HoldTime"])),
        ("AgentCalled", of_both(&["Queue", "Interface", "MemberName"])),
        ("AgentRingNoAnswer", of_both(&["Queue", "Interface", "MemberName", "RingTime"])),
        ("AgentConnect", of_both(&["Queue", "Interface", "MemberName", "HoldTime", "RingTime"])),
        (
            "AgentComplete",
            of_both(&["Queue", "Interface", "MemberName", "HoldTime", "TalkTime", "Reason"]),
        ),
        ("QueueMemberStatus", MEMBER.map(String::from).to_vec()),
        ("QueueMemberPause", MEMBER.map(String::from).to_vec()),
    ];
    for (event, keys) in &lists {
        let heard = stage.ami.of(event);
        assert!(!heard.is_empty(), "no {event}");
        for fields in heard {
            let said: Vec<&String> = fields.iter().map(|(key, _)| key).collect();
            assert_eq!(said, keys.iter().collect::<Vec<_>>(), "{event}");
        }
    }
    assert!(stage.ami.0.iter().all(|(event, _)| lists.iter().any(|(known, _)| known == event)));

    let first = |event: &str, key: &str| {
        let fields = stage.ami.of(event)[0];
        fields.iter().find(|(k, _)| k == key).expect("a field").1.clone()
    };
    assert_eq!(first("AgentConnect", "HoldTime"), "2", "seconds");
    assert_eq!(first("AgentRingNoAnswer", "RingTime"), "10000", "milliseconds");
    assert_eq!(first("AgentComplete", "TalkTime"), "61");
    assert_eq!(first("AgentComplete", "Reason"), "caller");
    assert_eq!(stage.ami.value("AgentComplete", "Reason"), "transfer");
    assert_eq!(first("QueueCallerAbandon", "HoldTime"), "16");
    assert_eq!(first("QueueCallerLeave", "Count"), "0");
    assert_eq!(first("QueueCallerLeave", "Position"), "1");
    let paused = stage.ami.of("QueueMemberPause")[0];
    assert!(paused.contains(&("PausedReason".into(), "Auto-Pause".into())));
    assert!(paused.contains(&("LastPause".into(), (START + 74).to_string())));
    assert!(paused.contains(&("LastCall".into(), (START + 63).to_string())));
}

#[test]
fn a_queue_log_reads_as_asterisk_writes_it() {
    let mut stage = morning();
    let said = stage.said();
    let expected = "\
        1700000000|NONE|NONE|Ann|AGENTLOGIN|PJSIP/ann\n\
        1700000000|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000002|17.1|sales|Ann|CONNECT|2|b-1|2\n\
        1700000063|17.1|sales|Ann|COMPLETECALLER|2|61|1\n\
        1700000063|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000073|17.1|sales|Ann|RINGNOANSWER|10000\n\
        1700000074|17.1|sales|Ann|RINGNOANSWER|0\n\
        1700000074|NONE|NONE|Ann|PAUSEALL|Auto-Pause\n\
        1700000080|17.1|sales|NONE|ABANDON|1|1|16\n\
        1700000080|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000081|17.1|sales|NONE|EXITWITHKEY|#|1|1|1\n\
        1700000081|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000082|17.1|sales|NONE|WITHDRAW|1|1|1\n\
        1700000082|NONE|NONE|Ben|AGENTLOGIN|PJSIP/ann\n\
        1700000083|17.1|back|Ben|CONNECT|2|b-1|1\n\
        1700000090|17.1|back|Ben|ATTENDEDTRANSFER|LINK|PJSIP/x|PJSIP/y|2|7|1\n\
        1700000090|17.1|back|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000091|17.1|back|Ben|RINGCANCELED|1250\n\
        1700000091|17.1|back|NONE|ABANDON|1|1|1\n\
        1700000095|NONE|NONE|Ann|UNPAUSEALL|Auto-Pause\n\
        1700000095|NONE|NONE|Ann|AGENTLOGOFF|PJSIP/ann|95\n";
    let expected: String = expected.lines().map(|line| format!("{}\n", line.trim())).collect();
    assert_eq!(said, expected);
}

#[test]
fn every_way_to_leave_and_to_pass_on_has_its_line() {
    let mut stage = Stage::new();
    let config = QueueConfig {
        max_wait_ms: Some(3_000),
        leave_empty: EmptyRule::LoggedOut,
        ..QueueConfig::default()
    };
    let queue = stage.queue("q", config);
    let agent = stage.agent(1, queue);
    for (n, line) in [
        "BLINDTRANSFER|900|default|0|1|1",
        "ATTENDEDTRANSFER|BRIDGE|b-9|0|1|1",
        "ATTENDEDTRANSFER|APP|VoiceMail|0|1|1",
    ]
    .into_iter()
    .enumerate()
    {
        stage.at(n as u64 * 2_000);
        let call = stage.arrive(queue);
        stage.accept(1);
        stage.at(n as u64 * 2_000 + 1_000).give(Input::Complete { call, by: EndedBy::Transfer });
        let said = stage.said();
        assert!(said.contains(line), "{said}");
    }
    let call = stage.arrive(queue);
    stage.accept(1);
    stage.give(Input::Complete { call, by: EndedBy::Agent });
    assert!(stage.said().contains("COMPLETEAGENT|0|0|1"));
    stage.give(Input::AgentState { agent, state: AgentRequest::NotReady(4) });
    assert!(stage.said().contains("PAUSEALL|lunch"));
    stage.arrive(queue);
    stage.at(20_000);
    assert!(stage.said().contains("EXITWITHTIMEOUT|1|1|3"));
    stage.arrive(queue);
    stage.arrive(queue);
    stage.at(21_000).give(Input::AgentState { agent, state: AgentRequest::LoggedOut });
    let said = stage.said();
    assert!(said.contains("EXITEMPTY|1|1|1") && said.contains("EXITEMPTY|1|2|1"), "{said}");
    let mut text = QueueLogText(String::new());
    queue_log::line(Time(5_000), "NONE", "q", "Ann", "PENALTY", &[&7], &mut text).expect("text");
    assert_eq!(text.0, "5|NONE|q|Ann|PENALTY|7\n");
}

#[test]
fn callcenter_events_have_all_their_fields() {
    let stage = morning();
    let channel = [
        "Channel-Name",
        "Unique-ID",
        "Caller-Caller-ID-Name",
        "Caller-Caller-ID-Number",
        "Caller-Destination-Number",
    ];
    let member =
        ["CC-Member-UUID", "CC-Member-Session-UUID", "CC-Member-CID-Name", "CC-Member-CID-Number"];
    let agent = [
        "CC-Agent",
        "CC-Agent-System",
        "CC-Agent-UUID",
        "CC-Agent-Called-Time",
        "CC-Agent-Answered-Time",
    ];
    let join = |parts: &[&[&'static str]]| parts.concat();
    let lists = [
        ("members-count", join(&[&["CC-Queue", "CC-Count", "CC-Selection"]])),
        ("agent-status-change", join(&[&["CC-Agent", "CC-Agent-Status"]])),
        ("agent-state-change", join(&[&["CC-Agent", "CC-Agent-State"]])),
        (
            "agent-offering",
            join(&[
                &["CC-Queue", "CC-Agent", "CC-Agent-Type", "CC-Agent-System"],
                &member,
                &["CC-Member-DNIS"],
            ]),
        ),
        (
            "agent-max-no-answer",
            join(&[&[
                "CC-Agent",
                "CC-Agent-No-Answer-Count",
                "CC-Agent-No-Answer-Status",
                "CC-Member-UUID",
                "CC-Member-Session-UUID",
            ]]),
        ),
        (
            "bridge-agent-start",
            join(&[
                &channel,
                &["CC-Queue"],
                &agent,
                &["CC-Member-Joined-Time"],
                &member,
                &["CC-Member-DNIS"],
            ]),
        ),
        (
            "bridge-agent-end",
            join(&[
                &channel,
                &["CC-Queue", "CC-Hangup-Cause"],
                &agent,
                &["CC-Member-Joined-Time", "CC-Agent-Bridged", "CC-Bridge-Terminated-Time"],
                &member,
            ]),
        ),
        (
            "bridge-agent-fail",
            join(&[
                &["CC-Queue", "CC-Hangup-Cause", "CC-Agent", "CC-Agent-System"],
                &["CC-Agent-Called-Time", "CC-Agent-Aborted-Time"],
                &member,
                &["CC-Member-Joined-Time"],
            ]),
        ),
        ("member-queue-start", join(&[&channel, &["CC-Queue"], &member])),
        ("member-queue-resume", join(&[&channel, &["CC-Queue"], &member])),
    ];
    for (event, keys) in &lists {
        let heard = stage.centre.of(event);
        assert!(!heard.is_empty(), "no {event}");
        for fields in heard {
            let said: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(&said, keys, "{event}");
        }
    }
    // The last one: cancelled, or terminated with who had it.
    for fields in stage.centre.of("member-queue-end") {
        let said: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
        let mut keys =
            vec!["CC-Queue", "CC-Member-Leaving-Time", "CC-Member-Joined-Time", "CC-Cause"];
        let cause = &fields[3].1;
        if cause == "Terminated" {
            keys.push("CC-Hangup-Cause");
            keys.extend(agent);
        } else {
            assert_eq!(cause, "Cancel");
            keys.push("CC-Cancel-Reason");
            if fields[4].1 == "EXIT_WITH_KEY" {
                keys.push("CC-Exit-Key");
            }
        }
        keys.extend(member);
        assert_eq!(said, keys);
    }
    let ends: Vec<&str> =
        stage.centre.of("member-queue-end").iter().map(|f| f[4].1.as_str()).collect();
    assert_eq!(
        ends,
        ["NORMAL_CLEARING", "BREAK_OUT", "EXIT_WITH_KEY", "NONE", "NORMAL_CLEARING", "BREAK_OUT"]
    );
    let failures: Vec<&str> =
        stage.centre.of("bridge-agent-fail").iter().map(|f| f[1].1.as_str()).collect();
    assert_eq!(failures, ["NO_ANSWER", "USER_BUSY", "ORIGINATOR_CANCEL"]);
    let known = lists.iter().map(|(event, _)| *event).chain(["member-queue-end"]);
    let known: Vec<&str> = known.collect();
    assert!(stage.centre.0.iter().all(|(event, _)| known.contains(&event.as_str())));
    assert_eq!(stage.centre.value("agent-max-no-answer", "CC-Agent-No-Answer-Count"), "2");
}

#[test]
fn what_is_asked_is_answered() {
    let mut stage = Stage::new();
    let config =
        QueueConfig { wrap_up_ms: 9_000, weight: 3, max_waiting: Some(7), ..Default::default() };
    let queue = stage.queue("sales", config);
    let agent = stage.agent(1, queue);
    let call = stage.arrive(queue);
    stage.at(4_000).accept(1);
    stage.at(14_000).give(Input::Complete { call, by: EndedBy::Agent });
    stage.arrive(queue);
    stage.at(16_500);
    let mut heard = Heard::default();
    let Stage { engine, follower, names, .. } = &stage;
    ami::queue_status(None, engine, follower, names, &mut heard).expect("no error");
    ami::queue_summary(Some(queue), engine, names, &mut heard).expect("no error");
    let expected = [
        (
            "QueueParams",
            "Queue=sales Max=7 Strategy=leastrecent Calls=1 Holdtime=4 TalkTime=10 Completed=1 \
             Abandoned=0 ServiceLevel=20 ServicelevelPerf=100.0 ServicelevelPerf2=100.0 Weight=3",
        ),
        (
            "QueueMember",
            "Queue=sales Name=Ann Location=PJSIP/ann StateInterface= Membership=static Penalty=0 \
             CallsTaken=1 LastCall=1700000014 LastPause=0 LoginTime=1700000000 InCall=0 Status=1 \
             Paused=0 PausedReason= Wrapuptime=9",
        ),
        (
            "QueueEntry",
            "Queue=sales Position=1 Channel=PJSIP/trunk-1 Uniqueid=17.1 CallerIDNum=5550100 \
             CallerIDName=Ada ConnectedLineNum= ConnectedLineName= Wait=2 Priority=0",
        ),
        ("QueueStatusComplete", "EventList=Complete ListItems=3"),
        (
            "QueueSummary",
            "Queue=sales LoggedIn=1 Available=0 Callers=1 HoldTime=4 TalkTime=10 LongestHoldTime=2",
        ),
        ("QueueSummaryComplete", "EventList=Complete ListItems=1"),
    ];
    let said: Vec<(String, String)> = heard
        .0
        .iter()
        .map(|(event, fields)| {
            let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
            (event.clone(), fields.join(" "))
        })
        .collect();
    for (said, (event, fields)) in said.iter().zip(expected) {
        assert_eq!((said.0.as_str(), said.1.as_str()), (event, fields));
    }
    assert_eq!(said.len(), expected.len());

    let mut told = Heard::default();
    for event in [
        ami::MemberEvent::Added,
        ami::MemberEvent::Removed,
        ami::MemberEvent::Penalty,
        ami::MemberEvent::RingInUse,
    ] {
        ami::member(event, (agent, queue), engine, follower, names, &mut told).expect("no error");
    }
    ami::agent_dump(0, 1, queue, names, &mut told).expect("no error");
    let events: Vec<&str> = told.0.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(
        events,
        [
            "QueueMemberAdded",
            "QueueMemberRemoved",
            "QueueMemberPenalty",
            "QueueMemberRinginuse",
            "AgentDump"
        ]
    );
    for (_, fields) in &told.0[..4] {
        assert!(fields.iter().map(|(key, _)| key.as_str()).eq(MEMBER));
    }
    let mut asked = Heard::default();
    for (action, event) in [
        (callcenter::AgentAction::Add, "agent-add"),
        (callcenter::AgentAction::StatusGet(AgentState::Ringing), "agent-status-get"),
        (callcenter::AgentAction::StateGet(AgentState::Ringing), "agent-state-get"),
        (callcenter::AgentAction::UuidGet, "agent-uuid-get"),
        (callcenter::AgentAction::ContactChange("user/9"), "agent-contact-change"),
    ] {
        callcenter::agent(action, 1, names, &mut asked).expect("no error");
        assert_eq!(asked.0.last().expect("an event").0, event);
    }
    assert_eq!(asked.value("agent-status-get", "CC-Agent-Status"), "Available");
    assert_eq!(asked.value("agent-state-get", "CC-Agent-State"), "Receiving");
    assert_eq!(asked.value("agent-contact-change", "CC-Agent-Contact"), "user/9");
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
