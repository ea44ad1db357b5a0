use super::state::{DEPTH, DIGITS, FUEL, Name, Phase};
use super::{EndReason, Fault, Input, Machine, Output, State, vars};
use crate::Time;
use crate::grammar;
use crate::program::Flow;
use crate::program::words::{NodeId, PromptId};

/// Bytes of variables in a [`Session`].
pub(super) const VARIABLE_BYTES: usize = 160;

/// How a session begins.
#[derive(Clone, Copy, Debug)]
pub struct SessionConfig<'a> {
    /// What random choices come from: the same seed, the same choices.
    pub seed: u64,
    /// The caller's number; at most 31 bytes are kept.
    pub caller: &'a str,
    /// The number that was called; at most 31 bytes are kept.
    pub called: &'a str,
    /// The language to begin in; the flow's first one when empty or unknown.
    pub language: &'a str,
    /// The time now.
    pub now: Time,
    /// Whether to report every node that is left.
    pub trace: bool,
}

impl Default for SessionConfig<'_> {
    fn default() -> Self {
        Self { seed: 0, caller: "", called: "", language: "", now: Time(0), trace: true }
    }
}

/// Why a session refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The session began on another program.
    #[error("this session began on program {began:08x}, not {given:08x}")]
    WrongFlow {
        /// The program it began on.
        began: u32,
        /// The program it was given.
        given: u32,
    },
    /// The byte is no key of a telephone.
    #[error("{0:#04x} is no DTMF digit")]
    NotADigit(u8),
    /// The program's variables do not fit.
    #[error("the flow needs {needs} bytes of variables, this session has {has}")]
    Variables {
        /// Bytes needed.
        needs: usize,
        /// Bytes there are.
        has: usize,
    },
}

/// A session with room for so many bytes of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOf<const VARS: usize> {
    pub(super) state: State,
    pub(super) vars: [u8; VARS],
}

/// A session of the usual size, with 160 bytes of variables; [`SessionOf`] for flows with more.
pub type Session = SessionOf<VARIABLE_BYTES>;

/// A session with a kibibyte of variables.
pub type LargeSession = SessionOf<1024>;

impl<const VARS: usize> SessionOf<VARS> {
    /// A session before its call: hand it [`Input::Start`].
    ///
    /// # Errors
    /// When the flow's variables do not fit.
    pub fn new(flow: &Flow<'_>, config: SessionConfig<'_>) -> Result<Self, SessionError> {
        let needs = flow.variable_bytes();
        if needs > VARS {
            return Err(SessionError::Variables { needs, has: VARS });
        }
        let state = State {
            flow_id: flow.id(),
            phase: Phase::Idle,
            language: flow.language_index(config.language).map_or(0, |l| l.0 as u8),
            trace: config.trace,
            now: config.now,
            seed: config.seed,
            caller: Name::new(config.caller),
            called: Name::new(config.called),
            node: NodeId(0),
            exit: 0,
            target: NodeId(0),
            stack: [0; DEPTH],
            depth: 0,
            fuel: FUEL,
            end: EndReason::Error(Fault::Unhandled),
            hung_up: false,
            told: false,
            main: 0,
            side: 0,
            last_op: 0,
            barge: false,
            stopped: false,
            due: false,
            timer: Time::NEVER,
            alarm: Time::NEVER,
            began: config.now,
            prompt: PromptId(0),
            item: 0,
            run_end: 0,
            bargeable: false,
            reprompt: false,
            digits: [0; DIGITS],
            len: 0,
            taken: 0,
            dfa_state: 0,
            noinputs: 0,
            nomatches: 0,
            swallow: 0,
            swallow_until: config.now,
            dropped: 0,
            used: 0,
            position: 0,
            estimate_ms: 0,
            recorded_ms: 0,
        };
        let mut session = Self { state, vars: [0; VARS] };
        for var in flow.root.vars.iter(flow.words) {
            let Some(initial) = var.initial.0 else {
                continue;
            };
            let mut now = session.vars;
            let machine = session.machine(flow);
            machine.with(initial, |value| vars::write(&mut now, var, value));
            session.vars = now;
        }
        Ok(session)
    }

    fn machine<'m, 'f>(&'m mut self, flow: &'m Flow<'f>) -> Machine<'m, 'f> {
        Machine { flow, state: &mut self.state, vars: &mut self.vars }
    }

    /// Takes an input in. Deadlines that have passed come first. Drain [`Self::poll`] afterwards.
    ///
    /// Results of operations that are not under way any more change nothing and are no error. Time
    /// never runs backwards: an earlier `now` counts as the latest one.
    ///
    /// # Errors
    /// When the flow is not the one the session began on, or the byte is no digit; the session is
    /// unchanged.
    pub fn handle(
        &mut self,
        flow: &Flow<'_>,
        now: Time,
        input: Input<'_>,
    ) -> Result<(), SessionError> {
        self.same(flow)?;
        if let Input::Digit(byte) = input {
            grammar::symbol(byte).ok_or(SessionError::NotADigit(byte))?;
        }
        self.machine(flow).handle(now, input);
        Ok(())
    }

    /// The next thing to be done, until there is none.
    pub fn poll<'a>(&'a mut self, flow: &'a Flow<'_>) -> Option<Output<'a>> {
        self.same(flow).ok()?;
        let emit = self.machine(flow).step()?;
        Some(emit.present(super::Env { flow, state: &self.state, vars: &self.vars }))
    }

    /// When to call [`Self::handle`] with [`Input::Tick`] at the latest.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        let next = self.state.timer.min(self.state.alarm);
        (next != Time::NEVER).then_some(next)
    }

    /// Whether the dialogue is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state.phase == Phase::Over
    }

    /// The index of the node the session is at, in the order of [`Flow::nodes`].
    #[must_use]
    pub const fn node(&self) -> usize {
        self.state.node.0 as usize
    }

    /// How many digits were dropped: for want of room, flushed, or pressed when nobody listened.
    #[must_use]
    pub const fn dropped_digits(&self) -> u32 {
        self.state.dropped
    }

    /// How many digits went into a collection, ended one, or were a key that was waited for.
    #[must_use]
    pub const fn used_digits(&self) -> u32 {
        self.state.used
    }

    /// How many digits are typed ahead, or belong to a collection that is not over.
    #[must_use]
    pub const fn pending_digits(&self) -> usize {
        self.state.len as usize
    }

    pub(super) fn same(&self, flow: &Flow<'_>) -> Result<(), SessionError> {
        let (began, given) = (self.state.flow_id, flow.id());
        if began == given { Ok(()) } else { Err(SessionError::WrongFlow { began, given }) }
    }
}
