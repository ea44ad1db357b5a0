//! Lines of Asterisk's `queue_log`: `epoch|callid|queue|agent|EVENT|data…`.

use core::fmt;

use super::{Names, Seen, Sink, Transfer, fields, seconds};
use crate::agent::AgentState;
use crate::event::{EndedBy, LeaveReason, OfferEnd, Output};
use crate::time::Time;

/// The lines for what was seen: none, one, or several.
///
/// An agent that is not ready pauses in all its queues at once, so that is `PAUSEALL`; one that
/// pauses in one of them is `PAUSE`; who logs in or out is `AGENTLOGIN` or `AGENTLOGOFF`.
///
/// # Errors
/// As the sink says.
pub fn render(seen: &Seen, names: &dyn Names, sink: &mut dyn Sink) -> fmt::Result {
    let mut line = Line { seen, names, sink };
    let original = seen.call.original_position;
    match seen.output {
        Output::Joined { tag, .. } => {
            let caller = names.caller(tag);
            line.begin(None, "ENTERQUEUE")?;
            line.data(&[&caller.url, &caller.caller_id_num, &original])?;
            if !caller.caller_id_name.is_empty() {
                line.sink.field("Data4", format_args!("{}", caller.caller_id_name))?;
            }
            line.sink.end()
        }
        Output::Moved { waited_ms, overflowed, .. } => {
            let waited = seconds(waited_ms);
            let leave: [&dyn fmt::Display; 3] = [&seen.position, &original, &waited];
            line.all(None, if overflowed { "EXITWITHTIMEOUT" } else { "WITHDRAW" }, &leave)
        }
        Output::OfferEnded { agent_tag, end, rang_ms, .. } => {
            let agent = Some(names.agent(agent_tag).name);
            match end {
                OfferEnd::Rejected(_) | OfferEnd::TimedOut => {
                    line.all(agent, "RINGNOANSWER", &[&rang_ms])
                }
                OfferEnd::Cancelled => line.all(agent, "RINGCANCELED", &[&rang_ms]),
                _ => Ok(()),
            }
        }
        Output::Connected { call_tag, agent_tag, waited_ms, .. } => {
            let rang = seen.at.since(seen.call.called);
            let bridge = names.caller(call_tag).bridge_id;
            let data: [&dyn fmt::Display; 3] = [&seconds(waited_ms), &bridge, &seconds(rang)];
            line.all(Some(names.agent(agent_tag).name), "CONNECT", &data)
        }
        Output::Left { reason, waited_ms, .. } => {
            let waited = seconds(waited_ms);
            let (place, waited): (&dyn fmt::Display, &dyn fmt::Display) = (&seen.position, &waited);
            match reason {
                LeaveReason::Abandoned => line.all(None, "ABANDON", &[place, &original, waited]),
                LeaveReason::LeaveEmpty => line.all(None, "EXITEMPTY", &[place, &original, waited]),
                LeaveReason::ExitKey(key) => {
                    let key = Key(key);
                    line.all(None, "EXITWITHKEY", &[&key, place, &original, waited])
                }
                LeaveReason::Timeout | LeaveReason::Overflow(_) => {
                    line.all(None, "EXITWITHTIMEOUT", &[place, &original, waited])
                }
            }
        }
        Output::Completed { call_tag, agent_tag, by, waited_ms, talked_ms, .. } => {
            let agent = Some(names.agent(agent_tag).name);
            let (hold, talk) = (seconds(waited_ms), seconds(talked_ms));
            match by {
                EndedBy::Caller => line.all(agent, "COMPLETECALLER", &[&hold, &talk, &original]),
                EndedBy::Agent => line.all(agent, "COMPLETEAGENT", &[&hold, &talk, &original]),
                EndedBy::Transfer => match names.transfer(call_tag) {
                    Transfer::Blind { exten, context } => {
                        let data: [&dyn fmt::Display; 5] =
                            [&exten, &context, &hold, &talk, &original];
                        line.all(agent, "BLINDTRANSFER", &data)
                    }
                    Transfer::ToBridge(to) => {
                        let data: [&dyn fmt::Display; 5] =
                            [&"BRIDGE", &to, &hold, &talk, &original];
                        line.all(agent, "ATTENDEDTRANSFER", &data)
                    }
                    Transfer::ToApplication(to) => {
                        let data: [&dyn fmt::Display; 5] = [&"APP", &to, &hold, &talk, &original];
                        line.all(agent, "ATTENDEDTRANSFER", &data)
                    }
                    Transfer::Link(first, second) => {
                        let data: [&dyn fmt::Display; 6] =
                            [&"LINK", &first, &second, &hold, &talk, &original];
                        line.all(agent, "ATTENDEDTRANSFER", &data)
                    }
                },
            }
        }
        Output::AgentChanged { agent_tag, .. } => line.agent_changed(agent_tag),
        Output::PauseChanged { agent_tag, queue, from, to, .. } => {
            let event = if to.is_some() { "PAUSE" } else { "UNPAUSE" };
            let reason = to.or(from).map_or("", |reason| names.reason(reason));
            let (queue, agent) = (names.queue(queue), names.agent(agent_tag).name);
            self::line(seen.at, "NONE", queue, agent, event, &[&reason], line.sink)
        }
        _ => Ok(()),
    }
}

/// A line of the embedder's own: `QUEUESTART`, `ADDMEMBER`, `PENALTY`, `AGENTDUMP`, `OUTCALL` and
/// whatever `QueueLog` writes.
///
/// # Errors
/// As the sink says.
pub fn line(
    at: Time,
    call: &str,
    queue: &str,
    agent: &str,
    event: &str,
    data: &[&dyn fmt::Display],
    sink: &mut dyn Sink,
) -> fmt::Result {
    begin(at, call, queue, agent, event, sink)?;
    put(data, sink)?;
    sink.end()
}

/// A key as the caller's telephone shows it, or as a number.
pub(super) struct Key(pub(super) u8);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0..=9 => write!(f, "{}", self.0),
            key if key.is_ascii_graphic() => write!(f, "{}", char::from(key)),
            key => write!(f, "{key}"),
        }
    }
}

struct Line<'s> {
    seen: &'s Seen,
    names: &'s dyn Names,
    sink: &'s mut dyn Sink,
}

impl Line<'_> {
    fn begin(&mut self, agent: Option<&str>, event: &str) -> fmt::Result {
        let call = self.names.caller(self.seen.call.tag).uniqueid;
        let queue = self.seen.call.queue.map_or("NONE", |queue| self.names.queue(queue));
        begin(self.seen.at, call, queue, agent.unwrap_or("NONE"), event, self.sink)
    }

    fn data(&mut self, data: &[&dyn fmt::Display]) -> fmt::Result {
        put(data, self.sink)
    }

    fn all(&mut self, agent: Option<&str>, event: &str, data: &[&dyn fmt::Display]) -> fmt::Result {
        self.begin(agent, event)?;
        self.data(data)?;
        self.sink.end()
    }

    fn agent_changed(&mut self, agent_tag: u64) -> fmt::Result {
        let (facts, at) = (self.seen.agent, self.seen.at);
        let agent = self.names.agent(agent_tag);
        let names = self.names;
        let mut write = |event: &str, data: &[&dyn fmt::Display]| {
            line(at, "NONE", "NONE", agent.name, event, data, self.sink)
        };
        if let AgentState::NotReady(reason) = facts.before {
            write("UNPAUSEALL", &[&names.reason(reason)])?;
        }
        if facts.before == AgentState::LoggedOut {
            write("AGENTLOGIN", &[&agent.interface])?;
        }
        match facts.state {
            AgentState::NotReady(reason) => write("PAUSEALL", &[&names.reason(reason)]),
            AgentState::LoggedOut => {
                let there = seconds(at.since(facts.login));
                write("AGENTLOGOFF", &[&agent.interface, &there])
            }
            _ => Ok(()),
        }
    }
}

fn begin(
    at: Time,
    call: &str,
    queue: &str,
    agent: &str,
    event: &str,
    sink: &mut dyn Sink,
) -> fmt::Result {
    sink.begin(event)?;
    fields!(sink, "Time": seconds(at.ms()), "CallID": call, "Queue": queue, "Agent": agent,
        "Event": event);
    Ok(())
}

fn put(data: &[&dyn fmt::Display], sink: &mut dyn Sink) -> fmt::Result {
    const KEYS: [&str; 6] = ["Data1", "Data2", "Data3", "Data4", "Data5", "Data6"];
    let mut keyed = KEYS.iter().zip(data);
    keyed.try_for_each(|(key, value)| sink.field(key, format_args!("{value}")))
}
