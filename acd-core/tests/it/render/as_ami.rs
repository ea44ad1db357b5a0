//! AMI events, with the field lists of Asterisk's own, and the answers to what is asked.

use acd_core::render::*;
use acd_core::*;

use super::{Heard, START, Stage, morning};

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

/// app_queue: a pause in one queue is told of in that queue, and seen there alone.
#[test]
fn a_pause_in_one_queue_is_that_queues() {
    let mut stage = Stage::new();
    let sales = stage.queue("sales", QueueConfig::default());
    let help = stage.queue("help", QueueConfig::default());
    let agent = stage.agent(1, sales);
    stage.engine.join_queue(agent, help, Membership::default()).expect("a place");
    stage.at(3_000);
    stage.ami.0.clear();
    stage.give(Input::SetPause { agent, queue: sales, paused: Some(4) });
    assert_eq!(stage.ami.0.len(), 1);
    let told = stage.ami.of("QueueMemberPause")[0].clone();
    for (key, value) in [
        ("Queue", "sales"),
        ("Paused", "1"),
        ("PausedReason", "lunch"),
        ("LastPause", "1700000003"),
        ("Status", "1"),
    ] {
        assert!(told.contains(&(key.into(), value.into())), "{key}: {told:?}");
    }
    let members = |stage: &Stage| {
        let mut heard = Heard::default();
        let Stage { engine, follower, names, .. } = stage;
        ami::queue_status(None, engine, follower, names, &mut heard).expect("no error");
        let members = heard.of("QueueMember").into_iter().cloned();
        let value = |fields: &[(String, String)], key: &str| {
            fields.iter().find(|field| field.0 == key).expect("a field").1.clone()
        };
        let keys = ["Queue", "Paused", "PausedReason", "LastPause"];
        members.map(|fields| keys.map(|key| value(&fields, key)).join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(members(&stage), ["sales 1 lunch 1700000003", "help 0  0"]);
    // Not ready is paused in all of them; what is over leaves when it began.
    stage.at(5_000).give(Input::AgentState { agent, state: AgentRequest::NotReady(9) });
    assert_eq!(members(&stage), ["sales 1 Auto-Pause 1700000005", "help 1 Auto-Pause 1700000005"]);
    stage.give(Input::AgentState { agent, state: AgentRequest::Available });
    stage.at(6_000).give(Input::SetPause { agent, queue: sales, paused: None });
    assert_eq!(members(&stage), ["sales 0  1700000005", "help 0  1700000005"]);
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
