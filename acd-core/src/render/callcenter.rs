//! Events of FreeSWITCH's `mod_callcenter`: `CUSTOM callcenter::info`.

use core::fmt;

use super::seen::CallFacts;
use super::{AgentName, Channel, Names, Seen, Sink, fields, seconds};
use crate::REASON_MISSED;
use crate::agent::AgentState;
use crate::event::{LeaveReason, OfferEnd, Output, RejectCause};
use crate::id::QueueId;
use crate::time::Time;

/// The events for what was seen: none, one, or several. The sink's events are named by their
/// `CC-Action`.
///
/// # Errors
/// As the sink says.
pub fn render(seen: &Seen, names: &dyn Names, sink: &mut dyn Sink) -> fmt::Result {
    let at = Writer { seen, names };
    match seen.output {
        Output::Joined { tag, queue, .. } => {
            let resumed = seen.call.resumed;
            at.starts(tag, queue, resumed, sink)?;
            at.count(queue, seen.count, sink)
        }
        Output::Moved { call_tag, from, to, overflowed, .. } => {
            at.cancelled(call_tag, from, if overflowed { "TIMEOUT" } else { "NONE" }, None, sink)?;
            at.count(from, seen.count, sink)?;
            at.starts(call_tag, to, false, sink)?;
            at.count(to, seen.count_there, sink)
        }
        Output::Offer { call_tag, agent_tag, queue, .. } => {
            let agent = names.agent(agent_tag);
            sink.begin("agent-offering")?;
            fields!(sink, "CC-Queue": names.queue(queue), "CC-Agent": agent.name,
                "CC-Agent-Type": agent.kind, "CC-Agent-System": agent.system);
            at.member(call_tag, true, sink)?;
            sink.end()
        }
        Output::OfferEnded { call_tag, agent_tag, end, .. } => {
            let cause = match end {
                OfferEnd::Accepted => return Ok(()),
                OfferEnd::TimedOut => "NO_ANSWER",
                OfferEnd::Rejected(RejectCause::Busy) => "USER_BUSY",
                OfferEnd::Rejected(RejectCause::Declined) => "CALL_REJECTED",
                OfferEnd::Rejected(RejectCause::Unreachable) => "USER_NOT_REGISTERED",
                OfferEnd::Rejected(RejectCause::Failed) => "NORMAL_TEMPORARY_FAILURE",
                OfferEnd::Lost => "LOSE_RACE",
                OfferEnd::Cancelled | OfferEnd::AgentGone => "ORIGINATOR_CANCEL",
            };
            let agent = names.agent(agent_tag);
            sink.begin("bridge-agent-fail")?;
            at.queue_of_call(sink)?;
            fields!(sink, "CC-Hangup-Cause": cause, "CC-Agent": agent.name,
                "CC-Agent-System": agent.system, "CC-Agent-Called-Time": epoch(seen.call.called),
                "CC-Agent-Aborted-Time": epoch(seen.at));
            at.member(call_tag, false, sink)?;
            fields!(sink, "CC-Member-Joined-Time": epoch(seen.call.joined));
            sink.end()
        }
        Output::Connected { call_tag, agent_tag, queue, .. } => {
            sink.begin("bridge-agent-start")?;
            channel(&names.caller(call_tag), sink)?;
            fields!(sink, "CC-Queue": names.queue(queue));
            at.answered_by(&names.agent(agent_tag), sink)?;
            fields!(sink, "CC-Member-Joined-Time": epoch(seen.call.joined));
            at.member(call_tag, true, sink)?;
            sink.end()?;
            at.count(queue, seen.count, sink)
        }
        Output::Left { call_tag, queue, reason, .. } => {
            let (reason, key) = match reason {
                LeaveReason::Abandoned => ("BREAK_OUT", None),
                LeaveReason::Timeout | LeaveReason::Overflow(_) => ("TIMEOUT", None),
                LeaveReason::LeaveEmpty => ("NO_AGENT_TIMEOUT", None),
                LeaveReason::ExitKey(key) => ("EXIT_WITH_KEY", Some(key)),
            };
            at.cancelled(call_tag, queue, reason, key, sink)?;
            at.count(queue, seen.count, sink)
        }
        Output::Completed { call_tag, agent_tag, queue, .. } => {
            let (caller, agent) = (names.caller(call_tag), names.agent(agent_tag));
            sink.begin("bridge-agent-end")?;
            channel(&caller, sink)?;
            fields!(sink, "CC-Queue": names.queue(queue), "CC-Hangup-Cause": caller.hangup_cause);
            at.answered_by(&agent, sink)?;
            fields!(sink, "CC-Member-Joined-Time": epoch(seen.call.joined),
                "CC-Agent-Bridged": "true", "CC-Bridge-Terminated-Time": epoch(seen.at));
            at.member(call_tag, false, sink)?;
            sink.end()?;
            at.ends(queue, "Terminated", sink)?;
            fields!(sink, "CC-Hangup-Cause": caller.hangup_cause);
            at.answered_by(&agent, sink)?;
            at.member(call_tag, false, sink)?;
            sink.end()
        }
        Output::AgentChanged { agent_tag, .. } => at.agent_changed(agent_tag, sink),
        _ => Ok(()),
    }
}

/// What the embedder did with an agent, or was asked of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentAction<'a> {
    /// Added.
    Add,
    /// Its status was asked for, and is this.
    StatusGet(AgentState),
    /// Its state was asked for, and is this.
    StateGet(AgentState),
    /// The UUID of its channel was asked for.
    UuidGet,
    /// It has another contact.
    ContactChange(&'a str),
}

/// `agent-add`, `agent-status-get`, `-state-get`, `-uuid-get` or `agent-contact-change`.
///
/// # Errors
/// As the sink says.
pub fn agent(
    action: AgentAction<'_>,
    agent_tag: u64,
    names: &dyn Names,
    sink: &mut dyn Sink,
) -> fmt::Result {
    let AgentName { name, kind, channel, .. } = names.agent(agent_tag);
    let (event, key, value) = match action {
        AgentAction::Add => ("agent-add", "CC-Agent-Type", kind),
        AgentAction::StatusGet(state) => ("agent-status-get", "CC-Agent-Status", status(state)),
        AgentAction::StateGet(state) => ("agent-state-get", "CC-Agent-State", state_of(state)),
        AgentAction::UuidGet => ("agent-uuid-get", "CC-Agent-UUID", channel.uniqueid),
        AgentAction::ContactChange(contact) => {
            ("agent-contact-change", "CC-Agent-Contact", contact)
        }
    };
    sink.begin(event)?;
    fields!(sink, "CC-Agent": name);
    sink.field(key, format_args!("{value}"))?;
    sink.end()
}

/// `members-count` over all queues.
///
/// # Errors
/// As the sink says.
pub fn all_members(count: u32, sink: &mut dyn Sink) -> fmt::Result {
    sink.begin("members-count")?;
    fields!(sink, "CC-Count": count, "CC-Selection": "All-Queues");
    sink.end()
}

/// An agent's status as `mod_callcenter` names it.
#[must_use]
pub fn status(state: AgentState) -> &'static str {
    match state {
        AgentState::LoggedOut => "Logged Out",
        AgentState::NotReady(_) => "On Break",
        _ => "Available",
    }
}

/// An agent's state as `mod_callcenter` names it.
#[must_use]
pub fn state_of(state: AgentState) -> &'static str {
    match state {
        AgentState::Available => "Waiting",
        AgentState::Ringing => "Receiving",
        AgentState::Talking => "In a queue call",
        _ => "Idle",
    }
}

struct Writer<'s> {
    seen: &'s Seen,
    names: &'s dyn Names,
}

impl Writer<'_> {
    fn starts(&self, tag: u64, queue: QueueId, resumed: bool, sink: &mut dyn Sink) -> fmt::Result {
        sink.begin(if resumed { "member-queue-resume" } else { "member-queue-start" })?;
        channel(&self.names.caller(tag), sink)?;
        fields!(sink, "CC-Queue": self.names.queue(queue));
        self.member(tag, false, sink)?;
        sink.end()
    }

    fn count(&self, queue: QueueId, count: u32, sink: &mut dyn Sink) -> fmt::Result {
        sink.begin("members-count")?;
        fields!(sink, "CC-Queue": self.names.queue(queue), "CC-Count": count,
            "CC-Selection": "Single-Queue");
        sink.end()
    }

    /// `member-queue-end`, up to what its cause adds.
    fn ends(&self, queue: QueueId, cause: &str, sink: &mut dyn Sink) -> fmt::Result {
        sink.begin("member-queue-end")?;
        fields!(sink, "CC-Queue": self.names.queue(queue),
            "CC-Member-Leaving-Time": epoch(self.seen.at),
            "CC-Member-Joined-Time": epoch(self.seen.call.joined), "CC-Cause": cause);
        Ok(())
    }

    fn cancelled(
        &self,
        tag: u64,
        queue: QueueId,
        reason: &str,
        key: Option<u8>,
        sink: &mut dyn Sink,
    ) -> fmt::Result {
        self.ends(queue, "Cancel", sink)?;
        fields!(sink, "CC-Cancel-Reason": reason);
        if let Some(key) = key {
            fields!(sink, "CC-Exit-Key": super::queue_log::Key(key));
        }
        self.member(tag, false, sink)?;
        sink.end()
    }

    fn queue_of_call(&self, sink: &mut dyn Sink) -> fmt::Result {
        match self.seen.call.queue {
            Some(queue) => sink.field("CC-Queue", format_args!("{}", self.names.queue(queue))),
            None => Ok(()),
        }
    }

    fn answered_by(&self, agent: &AgentName<'_>, sink: &mut dyn Sink) -> fmt::Result {
        let CallFacts { called, answered, .. } = self.seen.call;
        fields!(sink, "CC-Agent": agent.name, "CC-Agent-System": agent.system,
            "CC-Agent-UUID": agent.channel.uniqueid, "CC-Agent-Called-Time": epoch(called),
            "CC-Agent-Answered-Time": epoch(answered));
        Ok(())
    }

    fn member(&self, tag: u64, dnis: bool, sink: &mut dyn Sink) -> fmt::Result {
        let caller = self.names.caller(tag);
        fields!(sink, "CC-Member-UUID": caller.member_uuid,
            "CC-Member-Session-UUID": caller.uniqueid,
            "CC-Member-CID-Name": caller.caller_id_name,
            "CC-Member-CID-Number": caller.caller_id_num);
        if dnis {
            fields!(sink, "CC-Member-DNIS": caller.exten);
        }
        Ok(())
    }

    fn agent_changed(&self, agent_tag: u64, sink: &mut dyn Sink) -> fmt::Result {
        let facts = self.seen.agent;
        let agent = self.names.agent(agent_tag);
        if facts.state == AgentState::NotReady(REASON_MISSED) && facts.before != facts.state {
            let caller = self.names.caller(facts.last_call);
            sink.begin("agent-max-no-answer")?;
            fields!(sink, "CC-Agent": agent.name, "CC-Agent-No-Answer-Count": facts.missed,
                "CC-Agent-No-Answer-Status": status(facts.state),
                "CC-Member-UUID": caller.member_uuid, "CC-Member-Session-UUID": caller.uniqueid);
            sink.end()?;
        }
        if status(facts.before) != status(facts.state) {
            sink.begin("agent-status-change")?;
            fields!(sink, "CC-Agent": agent.name, "CC-Agent-Status": status(facts.state));
            sink.end()?;
        }
        if state_of(facts.before) != state_of(facts.state) {
            sink.begin("agent-state-change")?;
            fields!(sink, "CC-Agent": agent.name, "CC-Agent-State": state_of(facts.state));
            sink.end()?;
        }
        Ok(())
    }
}

fn epoch(at: Time) -> u64 {
    seconds(at.ms())
}

/// The caller's channel, by its main headers; the rest of the channel's data is the embedder's.
fn channel(of: &Channel<'_>, sink: &mut dyn Sink) -> fmt::Result {
    fields!(sink, "Channel-Name": of.name, "Unique-ID": of.uniqueid,
        "Caller-Caller-ID-Name": of.caller_id_name,
        "Caller-Caller-ID-Number": of.caller_id_num,
        "Caller-Destination-Number": of.exten);
    Ok(())
}
