//! The records a program is made of. A record's fields, in order, are its format.

use super::LoadError;
use super::check::Checker;
use super::words::{
    DfaId, Field, FlowId, LangId, List, NodeId, Opt, PromptId, ScheduleId, Str, VarId, Words,
    records,
};

records! {
    /// What word 1 begins: where everything else is.
    Root {
        name: Str,
        languages: List<Str>,
        vars: List<Var>,
        prompts: List<Prompt>,
        schedules: List<Schedule>,
        dfas: List<Dfa>,
        flows: List<FlowRecord>,
        nodes: List<Node>,
        /// Handlers that every flow falls back to.
        events: List<Exit>,
        /// How values are spoken in the languages that the document teaches.
        tongues: List<Tongue>,
    }

    /// How values are spoken in a language: see [`crate::say`].
    Tongue {
        language: Str,
        /// What stands between pieces in text.
        between: Str,
        pieces: List<Str>,
        sets: List<RuleSet>,
        /// One a kind of value, in their order; an empty one cannot be spoken.
        scripts: List<Script>,
    }

    RuleSet { name: Str, rules: List<Rule>, }

    /// How numbers from a base up to the next rule's are spoken.
    Rule { base: i64, divisor: i64, steps: List<SayStep>, }

    Script { steps: List<SayStep>, }

    /// What to say next: an operation of [`crate::say`] and its operands. A condition that does not
    /// hold skips so many of the steps behind it.
    SayStep { op: u32, first: u32, second: u32, skip: u32, }

    /// Where a string lies in the pool.
    StrRecord { at: u32, len: u32, }

    /// A variable: its type and its place in a session.
    Var {
        name: Str,
        ty: u32,
        /// Greatest length of text or digits in bytes; 0 for other types.
        max: u32,
        /// Byte offset in a session's variable memory.
        at: u32,
        /// Never in a trace or a log.
        secret: u32,
        initial: Opt<Expr>,
    }

    /// A prompt resource: one list of items for every language, in the languages' order.
    Prompt { name: Opt<Str>, variants: List<Variant>, }

    /// What is heard in one language.
    Variant { items: List<Item>, }

    /// One piece of a prompt.
    Item {
        text: Opt<Str>,
        file: Opt<Str>,
        say: u32,
        value: Opt<Expr>,
        /// Played only when this is true.
        when: Opt<Expr>,
        bargein: u32,
    }

    /// A part of a document with its own start, handlers and exits.
    FlowRecord {
        name: Str,
        start: NodeId,
        events: List<Exit>,
        /// Names of the exits a `return` may take, in order.
        returns: List<Str>,
    }

    /// A node; `body` is the index of its own record.
    Node {
        name: Str,
        flow: FlowId,
        kind: u32,
        body: u32,
        exits: List<Exit>,
    }

    /// A way out of a node.
    Exit { code: u32, name: Str, target: NodeId, }

    /// A day pattern: minutes from midnight, on the weekdays of a mask (bit 0 is Monday).
    Period { days: u32, from: u32, to: u32, }

    /// A day that is not like its weekday.
    Special {
        /// Days since 1970-01-01, as an `i32`.
        day: u32,
        name: Opt<Str>,
        /// 0 for a holiday, 1–7 to be like Monday–Sunday, 8 for the periods below.
        like: u32,
        periods: List<Period>,
    }

    /// From this moment on a zone's local time is so many seconds ahead of UTC (an `i32`).
    Offset { from: i64, seconds: u32, }

    /// Opening hours.
    Schedule {
        name: Str,
        zone: Str,
        offsets: List<Offset>,
        periods: List<Period>,
        specials: List<Special>,
    }

    /// An automaton over the sixteen DTMF symbols.
    Dfa {
        states: List<State>,
        /// No match is longer than this.
        longest: u32,
        /// How it was written: `keys`, `digits 4-6`, `pattern …` or `grammar …`; of a menu, the
        /// pattern of its extensions.
        source: Str,
    }

    Play { prompt: PromptId, }

    /// A menu or a collection of digits: the same dialogue, told apart by where a match leads.
    Collect {
        prompt: PromptId,
        dfa: DfaId,
        into: Opt<VarId>,
        first: u32,
        inter: u32,
        term: u32,
        /// Bit per symbol.
        terminators: u32,
        /// Bit per symbol.
        cancel: u32,
        flags: u32,
        /// A test beyond the automaton: 0 none, 1 Luhn, 2 date.
        validate: u32,
        max_noinput: u32,
        max_nomatch: u32,
        noinput: List<PromptId>,
        nomatch: List<PromptId>,
    }

    RecordBody {
        beep: u32,
        max: u32,
        silence: u32,
        min: u32,
        terminators: u32,
        into: Opt<VarId>,
    }

    Branch { cases: List<Expr>, }

    ScheduleBody { schedule: ScheduleId, }

    /// To a language, or to the next one.
    Language { to: Opt<LangId>, }

    Assign { var: VarId, value: Expr, }

    Set { assigns: List<Assign>, }

    /// A named value for the host.
    Arg { name: Str, value: Expr, }

    /// A named answer of the host and the variable it goes to.
    Bind { name: Str, var: VarId, }

    Query {
        name: Str,
        args: List<Arg>,
        results: List<Bind>,
        timeout: u32,
        filler: Opt<PromptId>,
        filler_after: u32,
    }

    Transfer { how: u32, target: Expr, timeout: u32, attach: List<Arg>, }

    Queue {
        queue: Expr,
        priority: Expr,
        max_wait: u32,
        first: u32,
        interval: u32,
        announce: Opt<PromptId>,
        attach: List<Arg>,
    }

    Attach { args: List<Arg>, }

    /// Shares of callers, in the order of the exits.
    Split { weights: List<u32>, }

    Call { flow: FlowId, args: List<Assign>, results: List<Assign>, }

    /// `exit` is 0 for the plain one, else one more than the index in the flow's `returns`.
    Return { exit: u32, }

    Nothing { }
}

/// Flags of [`Collect`].
pub(crate) const FLUSH: u32 = 1;
/// A string that cannot match any more is rejected at its first wrong digit.
pub(crate) const EAGER: u32 = 2;
/// The node's prompt follows a no-input or no-match prompt.
pub(crate) const REPROMPT: u32 = 4;

/// An expression: the index of a word that counts its code, with the code behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expr(pub(crate) u32);

impl Field for Expr {
    const WORDS: usize = 1;

    #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
        Self(words.get(at))
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        out.push(self.0);
    }

    fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError> {
        crate::expr::check(self, checker)
    }

    #[cfg(feature = "std")]
    fn lay(self, layout: &mut super::layout::Layout<'_>) -> Self {
        layout.code(self)
    }
}

/// One state of an automaton: what it accepts and where each symbol leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// 0 when it accepts nothing, else one more than the tag of what it accepts.
    pub(crate) accept: u32,
    pub(crate) next: [u16; 16],
}

/// Where no symbol leads.
pub(crate) const DEAD: u16 = u16::MAX;

impl State {
    #[cfg(feature = "std")]
    pub(crate) const fn new(accept: u32, next: [u16; 16]) -> Self {
        Self { accept, next }
    }

    #[cfg(feature = "std")]
    pub(crate) fn next(&self, symbol: u8) -> u16 {
        self.next.get(usize::from(symbol)).copied().unwrap_or(DEAD)
    }

    /// Whether any symbol leads on.
    #[cfg(feature = "std")]
    pub(crate) fn goes_on(&self) -> bool {
        self.next.iter().any(|&n| n != DEAD)
    }
}

impl Field for State {
    const WORDS: usize = 9;

    fn get(words: Words<'_>, at: usize) -> Self {
        let mut next = [DEAD; 16];
        for (i, pair) in next.chunks_exact_mut(2).enumerate() {
            let word = words.get(at + 1 + i);
            pair.copy_from_slice(&[word as u16, (word >> 16) as u16]);
        }
        Self { accept: words.get(at), next }
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        out.push(self.accept);
        for pair in self.next.chunks_exact(2) {
            out.push(u32::from(pair[0]) | u32::from(pair[1]) << 16);
        }
    }

    fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError> {
        // Its list checks the targets: only that knows how many states there are.
        let _ = checker;
        Ok(())
    }
}

/// A [`State`] where it stands: a digit needs one of its words, not all.
#[derive(Clone, Copy)]
pub(crate) struct StateAt<'a>(Words<'a>);

impl<'a> StateAt<'a> {
    #[inline]
    pub(crate) fn of(words: Words<'a>, states: List<State>, index: u16) -> Option<Self> {
        (u32::from(index) < states.len(words)).then(|| {
            let at = states.at as usize + 1 + usize::from(index) * State::WORDS;
            Self(words.run(at, State::WORDS))
        })
    }

    /// As in [`State::accept`].
    #[inline]
    pub(crate) fn accept(self) -> u32 {
        self.0.get(0)
    }

    #[inline]
    pub(crate) fn next(self, symbol: u8) -> u16 {
        let pair = self.0.get(1 + usize::from(symbol & 15) / 2);
        (pair >> ((symbol & 1) * 16)) as u16
    }

    /// Whether any symbol leads on.
    #[inline]
    pub(crate) fn goes_on(self) -> bool {
        (1..State::WORDS).any(|i| self.0.get(i) != u32::MAX)
    }
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Play,
    Menu,
    Collect,
    Record,
    Branch,
    Schedule,
    Language,
    Set,
    Query,
    Transfer,
    Queue,
    Attach,
    Split,
    Call,
    Return,
    Goto,
    Hangup,
}

impl Kind {
    pub(crate) const ALL: [Self; 17] = [
        Self::Play,
        Self::Menu,
        Self::Collect,
        Self::Record,
        Self::Branch,
        Self::Schedule,
        Self::Language,
        Self::Set,
        Self::Query,
        Self::Transfer,
        Self::Queue,
        Self::Attach,
        Self::Split,
        Self::Call,
        Self::Return,
        Self::Goto,
        Self::Hangup,
    ];

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(code as usize).copied()
    }

    /// As a document writes it.
    #[cfg(feature = "std")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Play => "play",
            Self::Menu => "menu",
            Self::Collect => "collect",
            Self::Record => "record",
            Self::Branch => "branch",
            Self::Schedule => "schedule",
            Self::Language => "language",
            Self::Set => "set",
            Self::Query => "query",
            Self::Transfer => "transfer",
            Self::Queue => "queue",
            Self::Attach => "attach",
            Self::Split => "split",
            Self::Call => "call",
            Self::Return => "return",
            Self::Goto => "goto",
            Self::Hangup => "hangup",
        }
    }
}

/// How a node may be left, apart from its numbered options.
pub(crate) mod exit {
    pub(crate) const NEXT: u32 = 0;
    pub(crate) const NOINPUT: u32 = 1;
    pub(crate) const NOMATCH: u32 = 2;
    pub(crate) const ERROR: u32 = 3;
    pub(crate) const TIMEOUT: u32 = 4;
    pub(crate) const FAILED: u32 = 5;
    pub(crate) const CANCEL: u32 = 6;
    pub(crate) const EMPTY: u32 = 7;
    pub(crate) const ANSWERED: u32 = 8;
    pub(crate) const BUSY: u32 = 9;
    pub(crate) const NOANSWER: u32 = 10;
    pub(crate) const REJECTED: u32 = 11;
    pub(crate) const FULL: u32 = 12;
    pub(crate) const UNSTAFFED: u32 = 13;
    pub(crate) const OPEN: u32 = 14;
    pub(crate) const CLOSED: u32 = 15;
    pub(crate) const HOLIDAY: u32 = 16;
    pub(crate) const HANGUP: u32 = 17;
    pub(crate) const EXITED: u32 = 18;
    /// The first numbered option.
    pub(crate) const OPTION: u32 = 64;

    /// The names of the codes above, as a document writes them.
    pub(crate) const NAMES: [&str; 19] = [
        "next",
        "noinput",
        "nomatch",
        "error",
        "timeout",
        "failed",
        "cancel",
        "empty",
        "answered",
        "busy",
        "noanswer",
        "rejected",
        "full",
        "unstaffed",
        "open",
        "closed",
        "holiday",
        "hangup",
        "exited",
    ];
}
