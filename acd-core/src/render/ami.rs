//! Manager events of Asterisk's `app_queue`, and its answers to `QueueStatus` and `QueueSummary`.
//!
//! Hold and talk times are in seconds, the `RingTime` of `AgentRingNoAnswer` is in milliseconds, as
//! there. `AgentConnect`'s `RingTime` is of the agent who answered.

use core::fmt;

use super::{AgentName, Channel, Follower, Names, Seen, Sink, fields, seconds};
use crate::agent::{AgentRequest, AgentState};
use crate::engine::{Engine, MemberView};
use crate::error::Error;
use crate::event::{EndedBy, LeaveReason, OfferEnd, Output};
use crate::id::{AgentId, QueueId};
use crate::queue::QueueCounters;
use crate::select::{Asterisk, CallCenter, Strategy};
use crate::time::Time;

/// The events for what was seen: none, one, or several.
///
/// A change of an agent's state is a `QueueMemberStatus` for each of its queues, and a
/// `QueueMemberPause` where it begins or ends a pause; a pause in one queue is one of that queue.
///
/// # Errors
/// As the sink says.
pub fn render(
    seen: &Seen,
    engine: &Engine<'_>,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let original = seen.call.original_position;
    match seen.output {
        Output::Joined { tag, queue, position, .. } => {
            sink.begin("QueueCallerJoin")?;
            caller(&names.caller(tag), sink)?;
            fields!(sink, "Queue": names.queue(queue), "Position": position, "Count": seen.count);
            sink.end()
        }
        Output::Moved { call_tag, from, to, position, .. } => {
            left(seen, call_tag, from, names, sink)?;
            sink.begin("QueueCallerJoin")?;
            caller(&names.caller(call_tag), sink)?;
            fields!(sink, "Queue": names.queue(to), "Position": position,
                "Count": seen.count_there);
            sink.end()
        }
        Output::Offer { call_tag, agent_tag, queue, .. } => {
            begin("AgentCalled", call_tag, agent_tag, queue, names, sink)?;
            sink.end()
        }
        Output::OfferEnded { call_tag, agent_tag, end, rang_ms, .. } => {
            let (Some(queue), OfferEnd::Rejected(_) | OfferEnd::TimedOut) = (seen.call.queue, end)
            else {
                return Ok(());
            };
            begin("AgentRingNoAnswer", call_tag, agent_tag, queue, names, sink)?;
            fields!(sink, "RingTime": rang_ms);
            sink.end()
        }
        Output::Connected { call_tag, agent_tag, queue, waited_ms, .. } => {
            left(seen, call_tag, queue, names, sink)?;
            begin("AgentConnect", call_tag, agent_tag, queue, names, sink)?;
            let rang = seconds(seen.at.since(seen.call.called));
            fields!(sink, "HoldTime": seconds(waited_ms), "RingTime": rang);
            sink.end()
        }
        Output::Left { call_tag, queue, reason, waited_ms, .. } => {
            if reason == LeaveReason::Abandoned {
                sink.begin("QueueCallerAbandon")?;
                caller(&names.caller(call_tag), sink)?;
                fields!(sink, "Queue": names.queue(queue), "Position": seen.position,
                    "OriginalPosition": original, "HoldTime": seconds(waited_ms));
                sink.end()?;
            }
            left(seen, call_tag, queue, names, sink)
        }
        Output::Completed { call_tag, agent_tag, queue, by, waited_ms, talked_ms, .. } => {
            begin("AgentComplete", call_tag, agent_tag, queue, names, sink)?;
            let reason = match by {
                EndedBy::Caller => "caller",
                EndedBy::Agent => "agent",
                EndedBy::Transfer => "transfer",
            };
            fields!(sink, "HoldTime": seconds(waited_ms), "TalkTime": seconds(talked_ms),
                "Reason": reason);
            sink.end()
        }
        Output::AgentChanged { agent, .. } => {
            let paused = |state| matches!(state, AgentState::NotReady(_));
            let pause = paused(seen.agent.state) || paused(seen.agent.before);
            let Ok(queues) = engine.queues_of(agent) else {
                return Ok(());
            };
            for queue in queues {
                if pause {
                    member_of(seen, "QueueMemberPause", engine, agent, queue, names, sink)?;
                }
                member_of(seen, "QueueMemberStatus", engine, agent, queue, names, sink)?;
            }
            Ok(())
        }
        Output::PauseChanged { agent, queue, .. } => {
            member_of(seen, "QueueMemberPause", engine, agent, queue, names, sink)
        }
        _ => Ok(()),
    }
}

/// What the embedder did with a member, of which the engine says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberEvent {
    /// Added to a queue: tell after it is in.
    Added,
    /// Taken out of a queue: tell before it is out.
    Removed,
    /// Its penalty was changed.
    Penalty,
    /// Whether it is rung while in use was changed.
    RingInUse,
}

/// `QueueMemberAdded`, `-Removed`, `-Penalty` or `-Ringinuse`.
///
/// # Errors
/// As the sink says.
pub fn member(
    event: MemberEvent,
    (agent, queue): (AgentId, QueueId),
    engine: &Engine<'_>,
    follower: &Follower<'_>,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let event = match event {
        MemberEvent::Added => "QueueMemberAdded",
        MemberEvent::Removed => "QueueMemberRemoved",
        MemberEvent::Penalty => "QueueMemberPenalty",
        MemberEvent::RingInUse => "QueueMemberRinginuse",
    };
    let pause = follower.agent(agent).last_pause;
    put_member(event, Naming::Event, pause, engine, agent, queue, names, sink)
}

/// `AgentDump`: the agent hung up while it listened to what the call is about.
///
/// # Errors
/// As the sink says.
pub fn agent_dump(
    call_tag: u64,
    agent_tag: u64,
    queue: QueueId,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    begin("AgentDump", call_tag, agent_tag, queue, names, sink)?;
    sink.end()
}

/// The answer to `QueueStatus`: for each queue, or the one asked for, a `QueueParams`, its
/// `QueueMember`s and its `QueueEntry`s; then `QueueStatusComplete`.
///
/// Where Asterisk tells a running average of hold and talk times, this is the average of all.
///
/// # Errors
/// As the sink says.
pub fn queue_status(
    only: Option<QueueId>,
    engine: &Engine<'_>,
    follower: &Follower<'_>,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let mut items = 0_u32;
    for queue in engine.queues().filter(|queue| only.is_none_or(|only| only == *queue)) {
        items += 1;
        // Every handle is of a live queue, so none of these is refused.
        let Ok((config, counters)) = about(engine, queue) else {
            continue;
        };
        sink.begin("QueueParams")?;
        let answered_or_lost = counters.completed + counters.abandoned;
        let in_level = counters.answered_in_level;
        let both = in_level + counters.abandoned_in_level;
        fields!(sink, "Queue": names.queue(queue), "Max": config.max_waiting.unwrap_or(0),
            "Strategy": strategy(config.strategy), "Calls": counters.waiting,
            "Holdtime": hold_s(&counters), "TalkTime": talk_s(&counters),
            "Completed": counters.completed, "Abandoned": counters.abandoned,
            "ServiceLevel": seconds(config.service_level_ms),
            "ServicelevelPerf": Percent(in_level, counters.answered),
            "ServicelevelPerf2": Percent(both, answered_or_lost), "Weight": config.weight);
        sink.end()?;
        for agent in engine.members(queue).into_iter().flatten() {
            items += 1;
            let pause = follower.agent(agent).last_pause;
            put_member("QueueMember", Naming::List, pause, engine, agent, queue, names, sink)?;
        }
        for (place, call) in (1_u32..).zip(engine.calls(queue).into_iter().flatten()) {
            let Ok(view) = engine.call_view(call) else {
                continue;
            };
            items += 1;
            let channel = names.caller(view.tag);
            sink.begin("QueueEntry")?;
            let waited = seconds(engine.last_input().since(view.arrived));
            fields!(sink, "Queue": names.queue(queue), "Position": place,
                "Channel": channel.name, "Uniqueid": channel.uniqueid,
                "CallerIDNum": channel.caller_id_num, "CallerIDName": channel.caller_id_name,
                "ConnectedLineNum": channel.connected_line_num,
                "ConnectedLineName": channel.connected_line_name,
                "Wait": waited, "Priority": view.priority);
            sink.end()?;
        }
    }
    complete("QueueStatusComplete", items, sink)
}

/// The answer to `QueueSummary`: a `QueueSummary` for each queue, or the one asked for; then
/// `QueueSummaryComplete`.
///
/// # Errors
/// As the sink says.
pub fn queue_summary(
    only: Option<QueueId>,
    engine: &Engine<'_>,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let mut items = 0;
    for queue in engine.queues().filter(|queue| only.is_none_or(|only| only == *queue)) {
        let Ok((_, counters)) = about(engine, queue) else {
            continue;
        };
        items += 1;
        let staff = engine.staff(queue).unwrap_or_default();
        let longest = engine.calls(queue).into_iter().flatten().filter_map(|call| {
            let view = engine.call_view(call).ok()?;
            Some(engine.last_input().since(view.arrived))
        });
        sink.begin("QueueSummary")?;
        fields!(sink, "Queue": names.queue(queue), "LoggedIn": staff.logged_in,
            "Available": staff.free, "Callers": counters.waiting,
            "HoldTime": hold_s(&counters), "TalkTime": talk_s(&counters),
            "LongestHoldTime": seconds(longest.max().unwrap_or(0)));
        sink.end()?;
    }
    complete("QueueSummaryComplete", items, sink)
}

/// The strategy as `queues.conf` names it; the nearest of its names for one it does not know.
#[must_use]
pub fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RingAll
        | Strategy::RingProgressive { .. }
        | Strategy::Asterisk(Asterisk::RingAll)
        | Strategy::CallCenter(CallCenter::RingAll | CallCenter::RingProgressively) => "ringall",
        Strategy::FewestCalls
        | Strategy::Asterisk(Asterisk::FewestCalls)
        | Strategy::CallCenter(CallCenter::AgentWithFewestCalls) => "fewestcalls",
        Strategy::RoundRobin
        | Strategy::Asterisk(Asterisk::RoundRobinMemory)
        | Strategy::CallCenter(CallCenter::RoundRobin) => "rrmemory",
        Strategy::RoundRobinOrdered | Strategy::Asterisk(Asterisk::RoundRobinOrdered) => {
            "rrordered"
        }
        Strategy::Linear
        | Strategy::Asterisk(Asterisk::Linear)
        | Strategy::CallCenter(CallCenter::TopDown | CallCenter::SequentiallyByAgentOrder) => {
            "linear"
        }
        Strategy::Random
        | Strategy::Asterisk(Asterisk::Random)
        | Strategy::CallCenter(CallCenter::Random) => "random",
        Strategy::WeightedRandom | Strategy::Asterisk(Asterisk::WeightedRandom) => "wrandom",
        _ => "leastrecent",
    }
}

fn about(
    engine: &Engine<'_>,
    queue: QueueId,
) -> Result<(crate::QueueConfig, QueueCounters), Error> {
    Ok((engine.queue_config(queue)?, engine.queue_counters(queue)?))
}

fn hold_s(counters: &QueueCounters) -> u64 {
    seconds(counters.answered_waited_ms / counters.answered.max(1))
}

fn talk_s(counters: &QueueCounters) -> u64 {
    seconds(counters.talked_ms / counters.completed.max(1))
}

/// A share in per cent with one digit behind the point.
struct Percent(u64, u64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_mille = u128::from(self.0) * 1_000 / u128::from(self.1.max(1));
        write!(f, "{}.{}", per_mille / 10, per_mille % 10)
    }
}

/// The call is no longer in the queue.
fn left(
    seen: &Seen,
    call_tag: u64,
    queue: QueueId,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    sink.begin("QueueCallerLeave")?;
    caller(&names.caller(call_tag), sink)?;
    fields!(sink, "Queue": names.queue(queue), "Count": seen.count, "Position": seen.position);
    sink.end()
}

/// An event of a caller and an agent, up to the agent's name.
fn begin(
    event: &str,
    call_tag: u64,
    agent_tag: u64,
    queue: QueueId,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    sink.begin(event)?;
    caller(&names.caller(call_tag), sink)?;
    let AgentName { name, interface, channel, .. } = names.agent(agent_tag);
    destination(&channel, sink)?;
    fields!(sink, "Queue": names.queue(queue), "Interface": interface, "MemberName": name);
    Ok(())
}

/// The fields of a channel, with and without `Dest` before their names.
macro_rules! channel_fields {
    ($name:ident, $prefix:literal) => {
        fn $name(of: &Channel<'_>, sink: &mut dyn Sink) -> fmt::Result {
            sink.field(concat!($prefix, "Channel"), format_args!("{}", of.name))?;
            sink.field(concat!($prefix, "ChannelState"), format_args!("{}", of.state))?;
            sink.field(concat!($prefix, "ChannelStateDesc"), format_args!("{}", of.state_desc))?;
            sink.field(concat!($prefix, "CallerIDNum"), format_args!("{}", of.caller_id_num))?;
            sink.field(concat!($prefix, "CallerIDName"), format_args!("{}", of.caller_id_name))?;
            let (number, name) = (of.connected_line_num, of.connected_line_name);
            sink.field(concat!($prefix, "ConnectedLineNum"), format_args!("{number}"))?;
            sink.field(concat!($prefix, "ConnectedLineName"), format_args!("{name}"))?;
            sink.field(concat!($prefix, "Language"), format_args!("{}", of.language))?;
            sink.field(concat!($prefix, "AccountCode"), format_args!("{}", of.account_code))?;
            sink.field(concat!($prefix, "Context"), format_args!("{}", of.context))?;
            sink.field(concat!($prefix, "Exten"), format_args!("{}", of.exten))?;
            sink.field(concat!($prefix, "Priority"), format_args!("{}", of.priority))?;
            sink.field(concat!($prefix, "Uniqueid"), format_args!("{}", of.uniqueid))?;
            sink.field(concat!($prefix, "Linkedid"), format_args!("{}", of.linkedid))
        }
    };
}
channel_fields!(caller, "");
channel_fields!(destination, "Dest");

fn member_of(
    seen: &Seen,
    event: &str,
    engine: &Engine<'_>,
    agent: AgentId,
    queue: QueueId,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    put_member(event, Naming::Event, seen.agent.last_pause, engine, agent, queue, names, sink)
}

/// `QueueMember` names two fields otherwise than the events do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Event,
    List,
}

#[allow(clippy::too_many_arguments, reason = "the event's name and all that its fields are of")]
fn put_member(
    event: &str,
    naming: Naming,
    last_pause: Time,
    engine: &Engine<'_>,
    agent: AgentId,
    queue: QueueId,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let (Ok(view), Ok(config)) = (engine.member_view(agent, queue), engine.agent_config(agent))
    else {
        return Ok(());
    };
    let name = names.agent(config.tag);
    let reason = match view.request {
        AgentRequest::NotReady(reason) => Some(reason),
        _ => view.place.paused,
    };
    let last_pause = last_pause.max(view.last_pause.unwrap_or(Time::ZERO));
    let epoch = |at: Time| seconds(at.ms());
    sink.begin(event)?;
    fields!(sink, "Queue": names.queue(queue));
    if naming == Naming::List {
        fields!(sink, "Name": name.name, "Location": name.interface);
    } else {
        fields!(sink, "MemberName": name.name, "Interface": name.interface);
    }
    fields!(sink, "StateInterface": name.state_interface, "Membership": name.membership,
        "Penalty": view.place.penalty, "CallsTaken": view.calls,
        "LastCall": view.last_call.map_or(0, epoch), "LastPause": epoch(last_pause),
        "LoginTime": epoch(view.login), "InCall": u8::from(view.talking > 0),
        "Status": device_state(&view), "Paused": u8::from(reason.is_some()),
        "PausedReason": reason.map_or("", |reason| names.reason(reason)));
    if naming == Naming::Event {
        fields!(sink, "Ringinuse": u8::from(name.ring_in_use));
    }
    fields!(sink, "Wrapuptime": u64::from(view.wrap_up_ms) / 1_000);
    sink.end()
}

/// Asterisk's number for what the agent's device does.
fn device_state(view: &MemberView) -> u8 {
    const NOT_IN_USE: u8 = 1;
    const IN_USE: u8 = 2;
    const UNAVAILABLE: u8 = 5;
    const RINGING: u8 = 6;
    const RING_IN_USE: u8 = 7;
    match (view.ringing > 0, view.talking > 0) {
        (true, true) => RING_IN_USE,
        (true, false) => RINGING,
        (false, true) => IN_USE,
        (false, false) if view.request == AgentRequest::LoggedOut => UNAVAILABLE,
        (false, false) => NOT_IN_USE,
    }
}

fn complete(event: &str, items: u32, sink: &mut dyn Sink) -> fmt::Result {
    sink.begin(event)?;
    fields!(sink, "EventList": "Complete", "ListItems": items);
    sink.end()
}
