//! Patterns and menus as automata over the sixteen DTMF symbols.
//!
//! Patterns are regular expressions: symbols, `.` for any digit 0–9, `[1-5]`, `[^0]`, `( )`, `|`,
//! `?`, `*`, `+`, `{n}`, `{n,m}`, `{n,}`; the keys `*` and `#` as themselves are written `\*`, `\#`.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::grammar::symbol;
use crate::program::records::{DEAD, State};

/// No string of digits is longer: a session has no room for more.
pub(super) const LONGEST: u32 = 32;
const MOST_STATES: usize = 4_000;
const MOST_PARTS: usize = 20_000;

/// A pattern taken apart.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// One of the symbols of a mask.
    Symbols(u16),
    Sequence(Vec<Self>),
    Either(Vec<Self>),
    /// At least and at most so often; no most is `None`.
    Repeat(Box<Self>, u32, Option<u32>),
}

impl Pattern {
    /// A literal string of keys.
    pub(super) fn literal(text: &str) -> Option<Self> {
        let symbols = text.bytes().map(|b| symbol(b).map(|s| Self::Symbols(1 << s)));
        Some(Self::Sequence(symbols.collect::<Option<_>>()?))
    }

    /// From so many to so many digits 0–9.
    pub(super) fn digits(min: u32, max: u32) -> Self {
        Self::Repeat(Box::new(Self::Symbols(0x3FF)), min, Some(max))
    }

    /// Reads a pattern; on failure the byte where it went wrong and what was wrong.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut parser = Reader { text: text.as_bytes(), at: 0, depth: 0 };
        let pattern = parser.either()?;
        if parser.at < text.len() {
            return Err((parser.at, "this does not belong here".to_string()));
        }
        Ok(pattern)
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
}

type Read<T> = Result<T, (usize, String)>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&self, message: &str) -> Read<T> {
        Err((self.at, message.to_string()))
    }

    fn either(&mut self) -> Read<Pattern> {
        self.depth += 1;
        if self.depth > 32 {
            return self.fail("nested too deeply");
        }
        let mut all = alloc::vec![self.sequence()?];
        while self.eat(b'|') {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(Pattern::Either(all))
    }

    fn sequence(&mut self) -> Read<Pattern> {
        let mut all = Vec::new();
        while !matches!(self.peek(), None | Some(b'|' | b')')) {
            let one = self.one()?;
            all.push(self.repeated(one)?);
        }
        Ok(Pattern::Sequence(all))
    }

    fn one(&mut self) -> Read<Pattern> {
        let Some(byte) = self.peek() else {
            return self.fail("something is missing here");
        };
        self.at += 1;
        match byte {
            b'(' => {
                let inner = self.either()?;
                if !self.eat(b')') {
                    return self.fail("a `)` is missing");
                }
                Ok(inner)
            }
            b'.' => Ok(Pattern::Symbols(0x3FF)),
            b'[' => self.class(),
            b'\\' => {
                let key = self.peek().and_then(symbol);
                self.at += 1;
                match key {
                    Some(s) => Ok(Pattern::Symbols(1 << s)),
                    None => self.fail("only keys can follow a backslash"),
                }
            }
            b'*' | b'+' | b'?' | b'{' => {
                self.at -= 1;
                self.fail("nothing to repeat; the keys themselves are written `\\*` and `\\#`")
            }
            _ => match symbol(byte) {
                Some(s) => Ok(Pattern::Symbols(1 << s)),
                None => {
                    self.at -= 1;
                    self.fail("this is no key of a telephone")
                }
            },
        }
    }

    fn class(&mut self) -> Read<Pattern> {
        let inverted = self.eat(b'^');
        let mut mask = 0_u16;
        while !self.eat(b']') {
            self.eat(b'\\');
            let Some(first) = self.peek().and_then(symbol) else {
                return self.fail("a class holds keys and ends with `]`");
            };
            self.at += 1;
            let mut last = first;
            if self.eat(b'-') {
                match self.peek().and_then(symbol) {
                    Some(s) if s >= first => last = s,
                    _ => return self.fail("a range goes from a lower to a higher key"),
                }
                self.at += 1;
            }
            for s in first..=last {
                mask |= 1 << s;
            }
        }
        // What is not in the class is another digit, not another key.
        Ok(Pattern::Symbols(if inverted { !mask & 0x3FF } else { mask }))
    }

    fn repeated(&mut self, one: Pattern) -> Read<Pattern> {
        let (min, max) = match self.peek() {
            Some(b'?') => (0, Some(1)),
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'{') => {
                self.at += 1;
                let min = self.count()?;
                let max = if self.eat(b',') {
                    match self.peek() {
                        Some(b'}') => None,
                        _ => Some(self.count()?),
                    }
                } else {
                    Some(min)
                };
                if self.peek() != Some(b'}') {
                    return self.fail("a `}` is missing");
                }
                if max.is_some_and(|max| max < min) {
                    return self.fail("the most is less than the least");
                }
                (min, max)
            }
            _ => return Ok(one),
        };
        self.at += 1;
        Ok(Pattern::Repeat(Box::new(one), min, max))
    }

    fn count(&mut self) -> Read<u32> {
        let mut n = 0_u32;
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            n = (n * 10 + u32::from(byte - b'0')).min(1000);
            self.at += 1;
        }
        if start == self.at || n > LONGEST {
            return self.fail("a number up to 32 belongs here");
        }
        Ok(n)
    }
}

/// A nondeterministic automaton in the making: states with symbols to one target, and free ways.
#[derive(Default)]
struct Nfa {
    symbols: Vec<Option<(u16, usize)>>,
    free: Vec<Vec<usize>>,
    accepts: BTreeMap<usize, u32>,
}

impl Nfa {
    fn state(&mut self) -> usize {
        self.symbols.push(None);
        self.free.push(Vec::new());
        self.symbols.len() - 1
    }

    /// Adds a pattern between two states; `None` when it grows too large.
    fn add(&mut self, pattern: &Pattern, from: usize, to: usize) -> Option<()> {
        if self.symbols.len() > MOST_PARTS {
            return None;
        }
        match pattern {
            Pattern::Symbols(mask) => {
                let begin = self.state();
                self.free[from].push(begin);
                self.symbols[begin] = Some((*mask, to));
            }
            Pattern::Sequence(parts) => {
                let mut at = from;
                for part in parts {
                    let next = self.state();
                    self.add(part, at, next)?;
                    at = next;
                }
                self.free[at].push(to);
            }
            Pattern::Either(parts) => {
                for part in parts {
                    self.add(part, from, to)?;
                }
            }
            Pattern::Repeat(part, min, max) => {
                let mut at = from;
                for _ in 0..*min {
                    let next = self.state();
                    self.add(part, at, next)?;
                    at = next;
                }
                match max {
                    Some(max) => {
                        for _ in *min..*max {
                            self.free[at].push(to);
                            let next = self.state();
                            self.add(part, at, next)?;
                            at = next;
                        }
                    }
                    None => {
                        let again = self.state();
                        self.free[at].push(again);
                        self.add(part, again, again)?;
                        at = again;
                    }
                }
                self.free[at].push(to);
            }
        }
        Some(())
    }

    fn closure(&self, set: &mut BTreeSet<usize>) {
        let mut todo: Vec<usize> = set.iter().copied().collect();
        while let Some(at) = todo.pop() {
            for &next in &self.free[at] {
                if set.insert(next) {
                    todo.push(next);
                }
            }
        }
    }
}

/// A finished automaton.
#[derive(Clone, Debug)]
pub(super) struct Automaton {
    pub(super) states: Vec<State>,
    /// No match is longer.
    pub(super) longest: u32,
    /// Some match is as short as this.
    pub(super) shortest: u32,
}

/// Builds the automaton of several patterns, each with the tag its matches get. Strings beyond
/// [`LONGEST`] do not match. The pattern of the lower tag wins where two match.
pub(super) fn build(patterns: &[(Pattern, u32)]) -> Result<Automaton, &'static str> {
    const LARGE: &str = "this pattern is too large";
    let mut nfa = Nfa::default();
    let start = nfa.state();
    for (pattern, tag) in patterns {
        let end = nfa.state();
        nfa.add(pattern, start, end).ok_or(LARGE)?;
        nfa.accepts.insert(end, *tag);
    }
    let mut first = BTreeSet::from([start]);
    nfa.closure(&mut first);
    let mut known = BTreeMap::from([(first.clone(), 0_u16)]);
    let mut queue = alloc::vec![first];
    let mut accepts: Vec<u32> = Vec::new();
    let mut moves: Vec<[u16; 16]> = Vec::new();
    let mut at = 0;
    while at < queue.len() {
        let set = queue[at].clone();
        at += 1;
        let tag = set.iter().filter_map(|s| nfa.accepts.get(s)).min();
        accepts.push(tag.map_or(0, |tag| tag + 1));
        let mut next = [DEAD; 16];
        for (s, slot) in next.iter_mut().enumerate() {
            let ways = set.iter().filter_map(|&n| nfa.symbols[n]);
            let mut reached: BTreeSet<usize> =
                ways.filter(|(mask, _)| mask >> s & 1 == 1).map(|(_, to)| to).collect();
            if reached.is_empty() {
                continue;
            }
            nfa.closure(&mut reached);
            if queue.len() > MOST_STATES {
                return Err(LARGE);
            }
            let id = queue.len() as u16;
            *slot = *known.entry(reached.clone()).or_insert_with(|| {
                queue.push(reached);
                id
            });
        }
        moves.push(next);
    }
    Ok(trim(&accepts, &moves))
}

/// Takes out ways that lead to no match, and measures the rest.
fn trim(accepts: &[u32], moves: &[[u16; 16]]) -> Automaton {
    let count = accepts.len();
    let mut useful: Vec<bool> = accepts.iter().map(|a| *a != 0).collect();
    loop {
        let before = useful.iter().filter(|u| **u).count();
        for i in 0..count {
            useful[i] |= moves[i].iter().any(|&n| n != DEAD && useful[usize::from(n)]);
        }
        if useful.iter().filter(|u| **u).count() == before {
            break;
        }
    }
    let states = (0..count).map(|i| {
        let next = moves[i].map(|n| if n != DEAD && useful[usize::from(n)] { n } else { DEAD });
        State::new(accepts[i], next)
    });
    let states: Vec<State> = states.collect();
    // Walk length by length: a loop ends at the longest string there can be.
    let (mut longest, mut shortest) = (0, LONGEST);
    let mut layer = BTreeSet::from([0_u16]);
    for length in 0..=LONGEST {
        if layer.iter().any(|&s| states[usize::from(s)].accept != 0) {
            longest = length;
            shortest = shortest.min(length);
        }
        layer = layer
            .iter()
            .flat_map(|&s| (0..16).map(move |symbol| (s, symbol)))
            .map(|(s, symbol)| states[usize::from(s)].next(symbol))
            .filter(|n| *n != DEAD)
            .collect();
    }
    Automaton { states, longest, shortest }
}
