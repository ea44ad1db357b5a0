//! Every state of a small world and every event in each, until there is nothing new.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use acd_core::*;

use crate::ledger::Ledger;
use crate::world::World;

/// So much time passes at once: a part of every duration, so that events come before, between and
/// after all that happens by itself.
const TICK_MS: u64 = 1_000;

/// What a world is, and what may happen in it.
pub(super) struct Rules {
    pub(super) queues: [QueueConfig; 2],
    /// Which agent serves which queue, and its place there.
    pub(super) places: [[Option<Membership>; 2]; 2],
    /// So many calls come, each once.
    pub(super) calls: usize,
    /// What an agent may ask to be, as often as it likes.
    pub(super) requests: &'static [AgentRequest],
    /// Whether callers go to the other queue or out by a key, or are given another priority.
    pub(super) choices: bool,
    /// Whether the first agent pauses in the first queue.
    pub(super) pauses: bool,
    /// Steps of a rule that the first call brings along. Where there are any, all come to the first
    /// queue, are told of other penalties too, and to go by the rule or not.
    pub(super) rule: &'static [RelaxStep],
    /// Whether each event is tried at the very instant of what is due too, before it is told of.
    pub(super) at_once: bool,
    /// Each state is gone on from so many times, if there are as many ways there.
    pub(super) ways: usize,
}

/// What an exploration has come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Explored {
    /// States told apart, and those in which all calls have come and gone.
    pub(super) states: usize,
    pub(super) ends: usize,
    /// Events that happened, events refused, and events given with what was due at that instant.
    pub(super) steps: u64,
    pub(super) refused: u64,
    pub(super) at_once: u64,
    /// Everything that was said, by kind.
    pub(super) said: BTreeSet<&'static str>,
}

/// A world somewhere on its way. Its engine is in the bytes.
struct Reached {
    world: World,
    bytes: Vec<u8>,
    hash: u64,
    /// How many calls have come.
    came: usize,
    /// Which state this is, in the order in which they were found.
    number: usize,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    TimePasses,
    Given(Input),
}

pub(super) fn limits() -> Limits {
    Limits {
        queues: 2,
        agents: 2,
        calls: 3,
        lines: 64,
        steps: 2,
        rules: 1,
        ghosts: 3,
        ring_max: 2,
        ..Limits::default()
    }
}

impl Rules {
    fn begin(&self) -> Reached {
        let engine = Engine::with_capacity(limits()).expect("limits");
        let mut world = World::around(engine, false);
        for (config, tag) in self.queues.into_iter().zip(0..) {
            world.add_queue(QueueConfig { tag, ..config });
        }
        for (places, tag) in self.places.iter().zip(0..) {
            let agent = world.add_agent(&AgentConfig { tag, ..AgentConfig::default() });
            for (queue, place) in world.queues.clone().into_iter().zip(places) {
                if let Some(place) = place {
                    world.join(agent, queue, *place);
                }
            }
        }
        if !self.rule.is_empty() {
            world.add_rule(self.rule);
        }
        world.give(Input::Tick);
        Reached::new(world, 0)
    }

    /// All that may happen next, in an order that calls and agents alone decide.
    fn events(&self, at: &Reached) -> Vec<Event> {
        let World { queues, agents, rules, ledger, .. } = &at.world;
        let mut events = vec![Event::TimePasses];
        let mut give = |input| events.push(Event::Given(input));
        if at.came < self.calls {
            let (tag, caller) = (at.came as u64, Some(7));
            match rules.first() {
                None => {
                    for queue in queues {
                        let config = CallConfig { tag, caller, ..CallConfig::new(*queue) };
                        give(Input::Arrive(config));
                    }
                }
                // The first call brings the rule, and all begin with the lowest penalty.
                Some(rule) => {
                    let rule = (at.came == 0).then_some(*rule);
                    let call =
                        CallConfig { tag, penalty_max: 0, rule, ..CallConfig::new(queues[0]) };
                    give(Input::Arrive(call));
                }
            }
        }
        for call in ledger.in_turn() {
            let book = &ledger.calls[&call];
            give(Input::Hangup { call });
            if book.talking.is_some() {
                give(Input::Complete { call, by: EndedBy::Agent });
                continue;
            }
            for offer in book.offers.iter().copied() {
                give(Input::Accept { offer });
                give(Input::Reject { offer, cause: RejectCause::Declined });
            }
            if let Some(rule) = rules.first().copied() {
                // Each once, or nearly.
                if book.told_after.is_none() {
                    let (min, raise) = (1, PenaltyRaise::default());
                    give(Input::SetPenalties { call, min, max: 1, raise });
                }
                let by_rule = book.config.rule.is_some();
                if book.rule.is_some() == by_rule {
                    give(Input::SetRule { call, rule: (!by_rule).then_some(rule) });
                }
            }
            if self.choices {
                give(Input::Exit { call, key: 1 });
                // Once, or a call might never come to an end.
                if book.priority == 0 {
                    give(Input::SetPriority { call, priority: 1 });
                }
                if book.queue == book.config.queue {
                    let queue = queues[usize::from(book.queue == queues[0])];
                    give(Input::Move { call, queue, keep_age: true });
                }
            }
        }
        for agent in agents.iter().copied() {
            let book = &ledger.agents[&agent];
            for state in self.requests.iter().copied().filter(|state| *state != book.request) {
                give(Input::AgentState { agent, state });
            }
            if ledger.wraps_up(agent) {
                give(Input::EndWrapUp { agent });
            }
        }
        if self.pauses {
            let (agent, queue) = (agents[0], queues[0]);
            let paused = ledger.agents[&agent].places[&queue].paused;
            give(Input::SetPause { agent, queue, paused: paused.is_none().then_some(1) });
        }
        events
    }
}

impl Reached {
    fn new(world: World, came: usize) -> Self {
        let mut bytes = vec![0; 4_096];
        let length = world.engine.snapshot(&mut bytes).expect("drained");
        assert!(length <= bytes.len(), "a snapshot of {length} bytes");
        bytes.truncate(length);
        // A snapshot ends with the hash of the state.
        let hash = bytes.last_chunk().map_or(0, |hash| u64::from_le_bytes(*hash));
        Self { world, bytes, hash, came, number: 0 }
    }

    /// The same world one event later.
    fn after(&self, event: Event) -> Self {
        let mut world = self.world.fork(restore(&self.bytes));
        match event {
            Event::TimePasses => world.pass(TICK_MS),
            Event::Given(input) => world.give(input),
        }
        world.ledger.places_are_distinct(&world.engine);
        let comes = matches!(event, Event::Given(Input::Arrive(_)));
        Self::new(world, self.came + usize::from(comes))
    }

    /// Events for what is over, or never was: each refused by name. And events for what is so
    /// already. None of them changes anything.
    fn refuses(&mut self) -> u64 {
        self.world.engine = restore(&self.bytes);
        let World { engine, ledger, now, queues, agents, calls, offers, .. } = &mut self.world;
        let before = (self.hash, engine.deadline());
        let mut tried = 0;
        let mut refuses = |input, error| {
            tried += 1;
            assert_eq!(engine.handle(*now, input), Err(error), "{input:?}");
        };
        let cause = RejectCause::Busy;
        for offer in offers.iter().copied().filter(|offer| !ledger.offers.contains_key(offer)) {
            refuses(Input::Accept { offer }, Error::NoOffer(offer));
            refuses(Input::Reject { offer, cause }, Error::NoOffer(offer));
        }
        let of_a_caller = |call, queue| {
            [
                Input::Exit { call, key: 2 },
                Input::SetPriority { call, priority: 9 },
                Input::Move { call, queue, keep_age: false },
            ]
        };
        for call in calls.iter().copied() {
            let Some(book) = ledger.calls.get(&call) else {
                for input in of_a_caller(call, queues[0]) {
                    refuses(input, Error::NoCall(call));
                }
                refuses(Input::Hangup { call }, Error::NoCall(call));
                refuses(Input::Complete { call, by: EndedBy::Agent }, Error::NoCall(call));
                continue;
            };
            if book.talking.is_some() {
                for input in of_a_caller(call, queues[0]) {
                    refuses(input, Error::WrongState(call));
                }
            } else {
                refuses(Input::Complete { call, by: EndedBy::Agent }, Error::WrongState(call));
                let stays = Input::Move { call, queue: book.queue, keep_age: true };
                refuses(stays, Error::Config("a call is moved to the queue it is in"));
            }
        }
        if ledger.calls.len() == limits().calls as usize {
            let call = CallConfig::new(queues[1]);
            refuses(Input::Arrive(call), Error::Full(Table::Calls));
        }
        let (queue, agent) = (QueueId::from_raw(1 << 32), AgentId::from_raw(2));
        refuses(Input::Arrive(CallConfig::new(queue)), Error::NoQueue(queue));
        refuses(Input::EndWrapUp { agent }, Error::NoAgent(agent));
        let earlier = Time(now.ms() - 1);
        let back = Error::TimeBackwards { last: *now, now: earlier };
        assert_eq!(engine.handle(earlier, Input::Tick), Err(back));
        for agent in agents.iter().copied() {
            let book = &ledger.agents[&agent];
            let mut again = vec![Input::AgentState { agent, state: book.request }];
            again.extend((!ledger.wraps_up(agent)).then_some(Input::EndWrapUp { agent }));
            for input in again {
                engine.handle(*now, input).expect("no news");
            }
        }
        assert_eq!(engine.poll(), None, "INV-11: it said something");
        assert_eq!(
            (engine.state_hash(), engine.deadline()),
            before,
            "INV-11: it changed something"
        );
        tried
    }

    /// Each event together with the passing of time before it, in one input: what time brings comes
    /// first, and an event that is void by then does nothing.
    fn are_overtaken(&self, events: &[Event], later: &Self) -> u64 {
        if later.world.said.is_empty() {
            return 0;
        }
        let mut tried = 0;
        for input in events.iter().filter_map(|event| match event {
            Event::Given(input) => Some(*input),
            Event::TimePasses => None,
        }) {
            tried += 1;
            let (mut at_once, mut one_by_one) = (restore(&self.bytes), restore(&later.bytes));
            let now = later.world.now;
            at_once.handle(now, input).expect("it was valid when it came");
            // It may be void now.
            let _ = one_by_one.handle(now, input);
            let mut said = later.world.said.clone();
            said.extend(std::iter::from_fn(|| one_by_one.poll_at()));
            assert!(std::iter::from_fn(|| at_once.poll_at()).eq(said), "INV-21: {input:?}");
            assert_eq!(at_once.state_hash(), one_by_one.state_hash(), "INV-21: {input:?}");
        }
        tried
    }

    /// The state as one number, without what cannot matter any more: the books' outlook, and what
    /// the engine would do by itself.
    fn key(&mut self) -> u64 {
        let World { engine, ledger, now, .. } = &mut self.world;
        let mut numbers = vec![self.came as u64];
        ledger.outlook(*now, &mut numbers);
        let mut hasher = DefaultHasher::new();
        numbers.hash(&mut hasher);
        let turns = Turns::of(ledger);
        while let Some(at) = engine.deadline() {
            assert!(at.since(*now) < 1_000 * TICK_MS, "it never comes to rest");
            // That it wants to wake up tells of what it has in mind, even where it says nothing then.
            at.since(*now).hash(&mut hasher);
            engine.handle(at, Input::Tick).expect("time passes");
            while let Some(said) = engine.poll_at() {
                turns.note(*now, &said, &mut hasher);
            }
        }
        hasher.finish()
    }
}

/// The tags of the live calls, first come first.
struct Turns(Vec<u64>);

impl Turns {
    fn of(ledger: &Ledger) -> Self {
        let calls = ledger.in_turn().into_iter();
        Self(calls.map(|call| ledger.calls[&call].config.tag).collect())
    }

    /// What was said, without what only the past knows: how long anything took, and handles.
    fn note(&self, since: Time, (at, output): &(Time, Output), hasher: &mut impl Hasher) {
        (at.since(since), kind(output)).hash(hasher);
        let turn = |tag: u64| self.0.iter().position(|known| *known == tag);
        match *output {
            Output::Joined { tag, queue, position, .. } => {
                (turn(tag), queue, position).hash(hasher);
            }
            Output::Moved { call_tag, to, position, left_position, .. } => {
                (turn(call_tag), to, position, left_position).hash(hasher);
            }
            Output::Refused { queue, .. } => queue.hash(hasher),
            Output::PriorityChanged { call_tag, to, position, left_position, .. } => {
                (turn(call_tag), to, position, left_position).hash(hasher);
            }
            Output::Offer { call_tag, agent, queue, ring_until, .. } => {
                (turn(call_tag), agent, queue, ring_until.since(*at)).hash(hasher);
            }
            Output::OfferEnded { call_tag, agent, rang_ms, .. } => {
                (turn(call_tag), agent, rang_ms).hash(hasher);
            }
            Output::Connected { call_tag, agent, queue, .. }
            | Output::Completed { call_tag, agent, queue, .. } => {
                (turn(call_tag), agent, queue).hash(hasher);
            }
            Output::Announce { call_tag, position, .. }
            | Output::Left { call_tag, position, .. } => {
                (turn(call_tag), position).hash(hasher);
            }
            Output::PauseChanged { agent, queue, to, .. } => (agent, queue, to).hash(hasher),
            Output::AgentChanged { agent, state, .. } => {
                (agent, discriminant(&state)).hash(hasher);
            }
            other => panic!("unknown output {other:?}"),
        }
    }
}

/// What kind of thing was said.
fn kind(output: &Output) -> &'static str {
    match output {
        Output::Joined { .. } => "joined",
        Output::Moved { overflowed: true, .. } => "overflowed",
        Output::Moved { .. } => "moved",
        Output::Refused { reason: RefuseReason::Full, .. } => "refused: full",
        Output::Refused { .. } => "refused: empty",
        Output::PriorityChanged { .. } => "priority changed",
        Output::Offer { .. } => "offer",
        Output::OfferEnded { end, .. } => match end {
            OfferEnd::Accepted => "offer accepted",
            OfferEnd::Rejected(_) => "offer rejected",
            OfferEnd::TimedOut => "offer timed out",
            OfferEnd::Cancelled => "offer cancelled",
            OfferEnd::Lost => "offer lost",
            OfferEnd::AgentGone => "offer without agent",
            _ => "offer ended",
        },
        Output::Connected { .. } => "connected",
        Output::Announce { .. } => "announcement",
        Output::PauseChanged { .. } => "pause changed",
        Output::Left { reason, .. } => match reason {
            LeaveReason::Timeout => "left: timeout",
            LeaveReason::Abandoned => "left: abandoned",
            LeaveReason::ExitKey(_) => "left: key",
            LeaveReason::LeaveEmpty => "left: empty",
            LeaveReason::Overflow(_) => "left: overflow",
            _ => "left",
        },
        Output::Completed { by: EndedBy::Caller, .. } => "completed by caller",
        Output::Completed { .. } => "completed by agent",
        Output::AgentChanged { state, .. } => match state {
            AgentState::LoggedOut => "logged out",
            AgentState::Available => "available",
            AgentState::Ringing => "ringing",
            AgentState::Talking => "talking",
            AgentState::WrapUp => "wrapping up",
            AgentState::NotReady(REASON_MISSED) => "not ready: missed",
            AgentState::NotReady(_) => "not ready",
        },
        other => panic!("unknown output {other:?}"),
    }
}

fn restore(bytes: &[u8]) -> Engine<'static> {
    Engine::restore(limits(), bytes).expect("a sound snapshot")
}

/// How each state was come to first, to be told when something is found to be wrong.
struct Trail<'r> {
    rules: &'r Rules,
    /// From which state, by which of its events.
    from: Vec<(usize, usize)>,
    /// The step at hand.
    at: (usize, usize),
}

impl Drop for Trail<'_> {
    #[allow(clippy::print_stderr, reason = "beside the message of the test that fails")]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let (mut steps, mut state) = (vec![self.at.1], self.at.0);
        while state > 0 {
            let (from, event) = self.from[state];
            steps.push(event);
            state = from;
        }
        eprintln!("how it came to this:");
        let mut at = self.rules.begin();
        while let Some(step) = steps.pop() {
            let event = self.rules.events(&at)[step];
            eprintln!("{:6} ms  {event:?}", at.world.now.ms());
            if !steps.is_empty() {
                at = at.after(event);
            }
        }
    }
}

/// Breadth first, so that what is found to be wrong is told by a shortest way there.
pub(super) fn explore(rules: &Rules) -> Explored {
    let mut found = Explored::default();
    let mut trail = Trail { rules, from: vec![(0, 0)], at: (0, 0) };
    let mut begin = rules.begin();
    // Each state with the engines that came to it, by hash.
    let mut known: HashMap<u64, Vec<u64>> = HashMap::new();
    known.insert(begin.key(), vec![begin.hash]);
    let mut frontier = VecDeque::from([begin]);
    while let Some(mut at) = frontier.pop_front() {
        found.refused += at.refuses();
        found.ends += usize::from(at.came == rules.calls && at.world.ledger.calls.is_empty());
        let events = rules.events(&at);
        for (n, event) in events.iter().enumerate() {
            trail.at = (at.number, n);
            let mut next = at.after(*event);
            found.steps += 1;
            found.said.extend(next.world.said.iter().map(|(_, output)| kind(output)));
            if rules.at_once && matches!(event, Event::TimePasses) {
                found.at_once += at.are_overtaken(&events, &next);
            }
            let ways = known.entry(next.key()).or_default();
            if ways.len() < rules.ways && !ways.contains(&next.hash) {
                ways.push(next.hash);
                next.bytes.shrink_to_fit();
                next.number = trail.from.len();
                trail.from.push(trail.at);
                frontier.push_back(next);
            }
        }
    }
    found.states = known.len();
    found
}
