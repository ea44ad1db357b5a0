//! Sessions under way taken over to another version of their flow.

use super::session::{SessionConfig, SessionError, SessionOf};
use super::state::{Phase, State};
use super::vars;
use crate::grammar;
use crate::program::Flow;
use crate::program::records::{self as r, DEAD, Kind};
use crate::program::words::{NodeId, PromptId};

/// Why a session cannot go on in another version of its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// It did not begin on the flow it is to leave, or the other needs more room for variables.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There are outputs left: poll until there is none, carry them out, then migrate.
    #[error("the session has outputs that were not polled")]
    Outputs,
    /// The other version has no node of that name and kind in a flow of that name, and the session
    /// is at it, or has to come back to it. An index in the order of [`Flow::nodes`] of the old one.
    #[error("node {0} is not in the other version, or is something else there")]
    Node(usize),
    /// The caller hears a prompt of this node that the other version does not have: a no-input
    /// prompt, say.
    #[error("the other version of node {0} has no such prompt")]
    Prompt(usize),
    /// The other version's variable of that name, counted from 0 in the order of the old document,
    /// cannot hold the value: it has another type, or less room.
    #[error("the other version cannot hold the value of variable {0}")]
    Variable(usize),
    /// The session speaks a language that the other version does not.
    #[error("the other version does not speak the session's language")]
    Language,
}

impl<const VARS: usize> SessionOf<VARS> {
    /// This session, going on in another version of its flow.
    ///
    /// Sessions stay on the version they began with; this takes one over by hand, when what was put
    /// right must not wait for the last caller to leave the old version. Nodes, flows, variables and
    /// languages are found by their names. Variables that are new begin at their initial values,
    /// those that are gone are forgotten. What is under way goes on: operations keep their numbers,
    /// timers run to the end they had, a prompt that is being played is played to its end, digits
    /// that were collected are judged anew.
    ///
    /// # Errors
    /// When the session is not on `from`, has outputs left, or stands where `to` has no such place.
    /// The session itself is unchanged, whatever the result.
    pub fn migrate(&self, from: &Flow<'_>, to: &Flow<'_>) -> Result<Self, MigrateError> {
        self.same(from)?;
        let mut resting = self.clone();
        if resting.poll(from).is_some() {
            return Err(MigrateError::Outputs);
        }
        let State { seed, caller, called, now, trace, .. } = &self.state;
        let language = from.language(self.state.language);
        let mut moved = Self::new(
            to,
            SessionConfig {
                seed: *seed,
                caller: caller.as_str(),
                called: called.as_str(),
                language,
                now: *now,
                trace: *trace,
            },
        )?;
        let language = to.language_index(language).ok_or(MigrateError::Language)?;
        moved.state = resting.state;
        moved.state.flow_id = to.id();
        moved.state.language = language.0 as u8;
        moved.variables(from, &resting.vars, to)?;
        moved.place(from, to)?;
        Ok(moved)
    }

    /// Takes over the values of the variables that both versions have.
    fn variables(
        &mut self,
        from: &Flow<'_>,
        values: &[u8],
        to: &Flow<'_>,
    ) -> Result<(), MigrateError> {
        for (index, old) in from.list(from.root.vars).enumerate() {
            let name = from.str(old.name);
            let Some(new) = to.list(to.root.vars).find(|new| to.str(new.name) == name) else {
                continue;
            };
            let value = vars::read(values, old).filter(|&v| old.ty == new.ty && vars::fits(new, v));
            vars::write(&mut self.vars, new, value.ok_or(MigrateError::Variable(index))?);
        }
        Ok(())
    }

    /// Finds where the session stands.
    fn place(&mut self, from: &Flow<'_>, to: &Flow<'_>) -> Result<(), MigrateError> {
        let state = &mut self.state;
        let (before, dfa_state) = (state.node, state.dfa_state);
        (state.node, state.target, state.dfa_state) = (NodeId(0), NodeId(0), 0);
        let depth = usize::from(state.depth);
        for slot in state.stack.iter_mut().take(depth) {
            *slot = found(from, NodeId(u32::from(*slot)), to)?.0 as u16;
        }
        if matches!(state.phase, Phase::Idle | Phase::Over) {
            return Ok(());
        }
        state.node = found(from, before, to)?;
        let (old, new) = (from.node(before), to.node(state.node));
        match state.phase {
            Phase::Prompt => {
                let prompt = same_prompt(from, old, state.prompt, to, new);
                state.prompt = prompt.ok_or(MigrateError::Prompt(before.0 as usize))?;
            }
            Phase::Digits if dfa_state != DEAD => {
                let body: r::Collect = to.body(new);
                let dfa = to.root.dfas.at(to.words, body.dfa.0);
                let digits = state.digits.iter().take(usize::from(state.taken));
                state.dfa_state = digits.fold(0, |at, &digit| {
                    grammar::state(to, dfa, at).map_or(DEAD, |state| state.next(digit))
                });
            }
            Phase::Digits => state.dfa_state = DEAD,
            _ => {}
        }
        Ok(())
    }
}

/// The node of the same name and kind, in the flow of the same name.
fn found(from: &Flow<'_>, id: NodeId, to: &Flow<'_>) -> Result<NodeId, MigrateError> {
    let flow_of = |flow: &Flow<'_>, node: r::Node| flow.root.flows.at(flow.words, node.flow.0).name;
    let old = from.node(id);
    let (name, flow) = (from.str(old.name), from.str(flow_of(from, old)));
    let callee = |flow: &Flow<'_>, node: r::Node| {
        let called = (node.kind == Kind::Call as u32).then(|| flow.body::<r::Call>(node).flow);
        called.map(|called| flow.root.flows.at(flow.words, called.0).name)
    };
    (0..)
        .map(NodeId)
        .zip(to.list(to.root.nodes))
        .find(|&(_, new)| {
            new.kind == old.kind
                && to.str(new.name) == name
                && to.str(flow_of(to, new)) == flow
                && callee(to, new).map(|n| to.str(n)) == callee(from, old).map(|n| from.str(n))
        })
        .map(|(id, _)| id)
        .ok_or(MigrateError::Node(id.0 as usize))
}

/// What takes the place of a node's prompt: its own, or that of the same try.
fn same_prompt(
    from: &Flow<'_>,
    old: r::Node,
    prompt: PromptId,
    to: &Flow<'_>,
    new: r::Node,
) -> Option<PromptId> {
    if Kind::from_code(old.kind) == Some(Kind::Play) {
        return Some(to.body::<r::Play>(new).prompt);
    }
    let (before, after): (r::Collect, r::Collect) = (from.body(old), to.body(new));
    if prompt == before.prompt {
        return Some(after.prompt);
    }
    [(before.noinput, after.noinput), (before.nomatch, after.nomatch)].into_iter().find_map(
        |(before, after)| {
            let at = from.list(before).position(|p| p == prompt)?;
            after.get(to.words, u32::try_from(at).ok()?)
        },
    )
}
