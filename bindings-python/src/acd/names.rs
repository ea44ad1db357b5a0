//! The embedder's names, and the engine's outputs in the words of others.

use std::collections::HashMap;

use acd_core::render::{
    AgentName, AmiText, CallCenterText, Channel, Follower, Names, QueueLogText, ami, callcenter,
    queue_log,
};
use acd_core::{Engine, Limits, Output, QueueId, Time};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::config::Given;
use crate::words::Words;

#[derive(Clone, Copy)]
pub(super) enum Form {
    Ami,
    QueueLog,
    CallCenter,
}

pub(super) const FORMS: Words<Form> =
    &[("ami", Form::Ami), ("queue_log", Form::QueueLog), ("callcenter", Form::CallCenter)];

/// Defines a struct of owned text, filled from keyword arguments, and lent as the core's.
macro_rules! text_fields {
    ($name:ident { $($field:ident),* }) => {
        #[derive(Default)]
        struct $name {
            $($field: Option<String>),*
        }

        impl $name {
            fn new(given: &mut Given<'_, '_>) -> PyResult<Self> {
                Ok(Self { $($field: given.or(stringify!($field), None)?),* })
            }
        }
    };
}

text_fields!(ChannelText {
    channel,
    caller_id_num,
    caller_id_name,
    connected_line_num,
    connected_line_name,
    language,
    account_code,
    context,
    exten,
    uniqueid,
    linkedid,
    member_uuid,
    url,
    bridge_id,
    hangup_cause
});

text_fields!(AgentText { name, interface, state_interface, membership, kind, system });

impl ChannelText {
    fn lent(&self) -> Channel<'_> {
        let usual = Channel::default();
        macro_rules! lend {
            ($($field:ident),*) => {
                Channel {
                    name: self.channel.as_deref().unwrap_or(usual.name),
                    $($field: self.$field.as_deref().unwrap_or(usual.$field),)*
                    ..usual
                }
            };
        }
        lend!(
            caller_id_num,
            caller_id_name,
            connected_line_num,
            connected_line_name,
            language,
            account_code,
            context,
            exten,
            uniqueid,
            linkedid,
            member_uuid,
            url,
            bridge_id,
            hangup_cause
        )
    }
}

/// What queues, agents and callers are called.
#[derive(Default)]
struct Directory {
    queues: HashMap<u64, String>,
    agents: HashMap<u64, (AgentText, ChannelText)>,
    callers: HashMap<u64, ChannelText>,
}

impl Names for Directory {
    fn queue(&self, queue: QueueId) -> &str {
        self.queues.get(&queue.raw()).map_or("", String::as_str)
    }

    fn caller(&self, call_tag: u64) -> Channel<'_> {
        self.callers.get(&call_tag).map_or_else(Channel::default, ChannelText::lent)
    }

    fn agent(&self, agent_tag: u64) -> AgentName<'_> {
        let usual = AgentName::default();
        let Some((of, leg)) = self.agents.get(&agent_tag) else {
            return usual;
        };
        macro_rules! lend {
            ($($field:ident),*) => {
                AgentName {
                    $($field: of.$field.as_deref().unwrap_or(usual.$field),)*
                    channel: leg.lent(),
                    ..usual
                }
            };
        }
        lend!(name, interface, state_interface, membership, kind, system)
    }
}

/// The text that a dashboard made for another system reads.
pub(super) struct Told {
    form: Form,
    follower: Follower<'static>,
    names: Directory,
    text: String,
}

impl Told {
    pub(super) fn new(form: Form, limits: Limits) -> Self {
        let follower = Follower::with_capacity(limits);
        Self { form, follower, names: Directory::default(), text: String::new() }
    }

    pub(super) fn see(&mut self, engine: &Engine<'_>, at: Time, output: &Output) {
        let seen = self.follower.see(engine, at, output);
        let (names, text) = (&self.names, &mut self.text);
        // Writing to a string cannot fail.
        let _ = match self.form {
            Form::Ami => ami::render(&seen, engine, names, &mut AmiText(text)),
            Form::QueueLog => queue_log::render(&seen, names, &mut QueueLogText(text)),
            Form::CallCenter => callcenter::render(&seen, names, &mut CallCenterText(text)),
        };
        if let Output::Refused { tag, .. }
        | Output::Left { call_tag: tag, .. }
        | Output::Completed { call_tag: tag, .. } = *output
        {
            self.names.callers.remove(&tag);
        }
    }

    pub(super) fn name_queue(&mut self, queue: u64, name: String) {
        self.names.queues.insert(queue, name);
    }

    pub(super) fn name_agent(&mut self, tag: u64, fields: &Bound<'_, PyDict>) -> PyResult<()> {
        let mut given = Given::new(Some(fields));
        let names = (AgentText::new(&mut given)?, ChannelText::new(&mut given)?);
        given.end("name_agent")?;
        self.names.agents.insert(tag, names);
        Ok(())
    }

    pub(super) fn name_caller(&mut self, tag: u64, fields: &Bound<'_, PyDict>) -> PyResult<()> {
        let mut given = Given::new(Some(fields));
        let names = ChannelText::new(&mut given)?;
        given.end("name_caller")?;
        self.names.callers.insert(tag, names);
        Ok(())
    }

    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
