//! Room for the kinds of calls that wait: enough by default, none for what changes nothing, and given
//! back by kinds that nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::*;
use proptest::prelude::*;

use crate::desk::Desk;

fn after(after_ms: u64, penalty_max: u32) -> RelaxStep {
    RelaxStep { after_ms, penalty_max: Some(penalty_max), ..RelaxStep::default() }
}

fn window(queue: QueueId, tag: u64) -> CallConfig {
    let penalty_max = 1_000 + tag as u32;
    CallConfig { tag, penalty_max, ..CallConfig::new(queue) }
}

#[test]
fn limits_that_name_steps_and_rules_have_room_for_their_lines() {
    let limits = Limits { queues: 2, calls: 8, steps: 6, rules: 2, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let queues = [0; 2].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
    desk.engine.set_relaxation(queues[0], &[after(1, 1), after(2, 2)]).expect("room");
    let rules = [[after(1, 3), after(2, 4)], [after(1, 5), after(2, 6)]]
        .map(|steps| desk.engine.add_rule(&steps).expect("room"));
    for (tag, queue) in (0..).zip(queues) {
        for (n, rule) in (0..).zip([None, Some(rules[0]), Some(rules[1])]) {
            let tag = tag * 3 + n;
            let call = CallConfig { tag, penalty_max: 0, rule, ..CallConfig::new(queue) };
            assert_eq!(desk.try_give(Input::Arrive(call)), Ok(()), "{tag}");
        }
    }
    assert_eq!(limits.filled().lines, 2 + 2 * (6 + 2) + 2);
}

#[test]
fn steps_that_change_nothing_take_no_room() {
    let mut desk =
        Desk::new(Limits { queues: 1, calls: 2, lines: 1, steps: 2, ..Limits::default() });
    let queue = desk.engine.add_queue(QueueConfig::default()).expect("room");
    // No bound stays none.
    let wider = |after_ms| RelaxStep { after_ms, penalty_max_by: 1, ..RelaxStep::default() };
    desk.engine.set_relaxation(queue, &[wider(10), wider(20)]).expect("room");
    desk.arrive(1, queue);
    desk.at(30);
    assert_eq!(desk.engine.call_view(desk.calls[&1]).expect("it waits").penalty_max, u32::MAX);
}

/// However many kinds of calls have come and gone, another one finds room, as long as not all lines
/// are those of calls that are there, and of their steps to come.
#[test]
fn lines_that_nobody_needs_are_given_to_others() {
    let limits = Limits { queues: 2, calls: 5, lines: 5, steps: 1, rules: 1, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let queues = [0; 2].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
    let rule = desk.engine.add_rule(&[after(500_000, 7)]).expect("room");
    // One talks, and its line with it.
    let ann = desk.agent(1, queues[1], Membership { penalty: 9, ..Membership::default() });
    desk.give(Input::Arrive(CallConfig { penalty_max: 9, ..window(queues[1], 100_001) }));
    desk.accept(1);
    // One waits, and will ask for something else.
    let rule_and_window =
        CallConfig { penalty_max: 5, rule: Some(rule), ..window(queues[0], 100_002) };
    desk.give(Input::Arrive(rule_and_window));
    for tag in 0..2_000 {
        desk.at(tag * 100).give(Input::Arrive(window(queues[tag as usize % 2], tag)));
        if tag % 100 == 0 {
            let mut bytes = vec![0; 1 << 16];
            let length = desk.engine.snapshot(&mut bytes).expect("polled");
            let restored = Engine::restore(limits, &bytes[..length]).expect("sound");
            assert_eq!(restored.state_hash(), desk.engine.state_hash());
            // It knows who needs which line, too.
            desk.engine = restored;
        }
        let call = desk.calls[&tag];
        assert_eq!(desk.engine.call_view(call).expect("it waits").penalty_max, 1_000 + tag as u32);
        if tag % 3 == 0 {
            let (min, max, raise) = (3, 2_000_000 + tag as u32, PenaltyRaise::default());
            desk.give(Input::SetPenalties { call, min, max, raise });
            let to = queues[usize::from(tag % 2 == 0)];
            desk.give(Input::Move { call, queue: to, keep_age: true });
            let view = desk.engine.call_view(call).expect("it waits");
            assert_eq!((view.queue, view.penalty_min, view.penalty_max), (to, min, max));
        }
        desk.hang_up(tag);
    }
    // All are in use with these two: no sixth.
    desk.give(Input::Arrive(window(queues[0], 4_000)));
    desk.give(Input::Arrive(window(queues[0], 5_000)));
    let hash = desk.engine.state_hash();
    let refused = desk.try_give(Input::Arrive(window(queues[0], 5_001)));
    assert_eq!(refused, Err(Error::Full(Table::Lines)));
    assert_eq!(desk.engine.state_hash(), hash);
    // Another of its kind needs none.
    desk.give(Input::Arrive(CallConfig { tag: 5_002, ..window(queues[0], 5_000) }));

    let view =
        |desk: &Desk, tag: u64| desk.engine.call_view(desk.calls[&tag]).expect("it is there");
    assert_eq!((view(&desk, 100_002).penalty_max, view(&desk, 100_002).rule), (5, Some(rule)));
    desk.at(500_000);
    assert_eq!(view(&desk, 100_002).penalty_max, 7);
    assert_eq!((view(&desk, 100_001).queue, view(&desk, 100_001).penalty_max), (queues[1], 9));
    desk.log.clear();
    let call = desk.calls[&100_001];
    desk.give(Input::Complete { call, by: EndedBy::Agent });
    assert_eq!(desk.engine.queue_counters(queues[1]).expect("a queue").completed, 1);
    assert_eq!(desk.engine.agent_state(ann), Ok(AgentState::Available));
}

/// Room for one more kind of call, which another that overflows takes at the very instant of an
/// arrival: that one is told so, and not forgotten.
#[test]
fn an_arrival_that_finds_its_room_taken_is_refused() {
    let limits = Limits { queues: 2, calls: 4, lines: 2, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let to = desk.engine.add_queue(QueueConfig::default()).expect("room");
    let overflow = Some(Overflow::Queue(to));
    let config = QueueConfig { max_wait_ms: Some(1_000), overflow, ..QueueConfig::default() };
    let from = desk.engine.add_queue(config).expect("room");
    desk.arrive(1, from);
    let stays = CallConfig { tag: 2, max_wait_ms: Some(9_000), ..CallConfig::new(from) };
    desk.give(Input::Arrive(stays));
    desk.log.clear();
    desk.now = Time(1_000);
    desk.give(Input::Arrive(window(from, 3)));
    assert!(desk.said().contains("refused 3 Full"));
    let counters = desk.engine.queue_counters(from).expect("a queue");
    assert_eq!((counters.offered, counters.refused, counters.waiting), (3, 1, 1));
    assert_eq!(desk.engine.queue_counters(to).expect("a queue").waiting, 1);
}

/// What waits for room in the outputs may speak of a queue or a rule: they do not go before it is done.
#[test]
fn what_an_input_under_way_speaks_of_stays() {
    let limits = Limits { queues: 2, ring_max: 1, steps: 1, rules: 1, ..Limits::default() };
    let limits = Limits { outputs: limits.filled().outputs / 2, ..limits };
    let mut engine = Engine::with_capacity(limits).expect("limits");
    let config = QueueConfig { announce_every_ms: Some(10), ..QueueConfig::default() };
    let talks = engine.add_queue(config).expect("room");
    let queue = engine.add_queue(QueueConfig::default()).expect("room");
    let rule = engine.add_rule(&[]).expect("room");
    engine.handle(Time(0), Input::Arrive(CallConfig::new(talks))).expect("room");
    while engine.poll().is_some() {}
    let call = CallConfig { tag: 5, rule: Some(rule), ..CallConfig::new(queue) };
    engine.handle(Time(100), Input::Arrive(call)).expect("room");
    let hash = engine.state_hash();
    assert_eq!(engine.remove_queue(queue), Err(Error::Undrained));
    assert_eq!(engine.remove_rule(rule), Err(Error::Undrained));
    assert_eq!(engine.state_hash(), hash);
    let mut joined = false;
    while let Some(output) = engine.poll() {
        joined |= matches!(output, Output::Joined { tag: 5, .. });
    }
    assert!(joined);
    assert_eq!(engine.remove_queue(queue), Err(Error::QueueInUse(queue)));
}

/// What tells one line from another here: the queue, the window, and the rule.
type Kind = (QueueId, u32, u32, Option<RuleId>);

/// What has room, by what can be seen of the calls alone.
struct Rooms {
    desk: Desk,
    queues: [QueueId; 2],
    rule: RuleId,
    /// The lines of calls that talk, which were theirs while they waited.
    talking: BTreeMap<CallId, Kind>,
}

impl Rooms {
    const LINES: u32 = 6;
    const CALLS: u32 = 7;
    /// After so many ms at most so much, at least so much. None lead back to a window that the call
    /// had before another: the engine counts that twice.
    const OF_QUEUE: [(u64, Option<u32>, Option<u32>); 2] =
        [(3_000, Some(6), None), (6_000, None, Some(3))];
    const OF_RULE: [(u64, Option<u32>, Option<u32>); 2] =
        [(2_000, Some(4), None), (2_000, None, Some(2))];

    fn limits() -> Limits {
        let (lines, calls) = (Self::LINES, Self::CALLS);
        Limits { queues: 2, agents: 2, calls, lines, steps: 4, rules: 1, ..Limits::default() }
    }

    fn new() -> Self {
        let mut desk = Desk::new(Self::limits());
        let queues = [0; 2].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
        let steps = |of: [(u64, Option<u32>, Option<u32>); 2]| {
            of.map(|(after_ms, penalty_max, penalty_min)| RelaxStep {
                after_ms,
                penalty_max,
                penalty_min,
                ..RelaxStep::default()
            })
        };
        desk.engine.set_relaxation(queues[0], &steps(Self::OF_QUEUE)).expect("room");
        let rule = desk.engine.add_rule(&steps(Self::OF_RULE)).expect("room");
        for (tag, queue) in (1..).zip(queues) {
            desk.agent(tag, queue, Membership::default());
        }
        Self { desk, queues, rule, talking: BTreeMap::new() }
    }

    /// The lines that a call needs which has been in its queue for so long; all, when that is not
    /// said.
    fn needs(&self, (queue, mut min, mut max, rule): Kind, waited_ms: Option<u64>) -> Vec<Kind> {
        let steps: &[_] = match rule {
            Some(_) => &Self::OF_RULE,
            None if queue == self.queues[0] => &Self::OF_QUEUE,
            None => &[],
        };
        let mut needs = vec![(queue, min, max, rule)];
        for (after_ms, to, from) in steps {
            if waited_ms.is_none_or(|waited| waited < *after_ms) {
                max = to.unwrap_or(max);
                min = from.unwrap_or(min).min(max);
                needs.push((queue, min, max, rule));
            }
        }
        needs
    }

    fn kind(&self, call: CallId) -> (Kind, u64) {
        let view = self.desk.engine.call_view(call).expect("it is there");
        let kind = (view.queue, view.penalty_min, view.penalty_max, view.rule);
        (kind, self.desk.now.ms() - view.joined.ms())
    }

    /// All calls that wait.
    fn waiting(&self) -> Vec<CallId> {
        let calls = |queue: QueueId| self.desk.engine.calls(queue).expect("a queue");
        self.queues.into_iter().flat_map(calls).collect()
    }

    /// Gives an input by which a call needs these lines, too.
    fn ask(&mut self, input: Input, more: Vec<Kind>) -> Result<(), TestCaseError> {
        let mut needed: BTreeSet<Kind> = self.talking.values().copied().collect();
        for call in self.waiting() {
            let (kind, waited_ms) = self.kind(call);
            needed.extend(self.needs(kind, Some(waited_ms)));
        }
        needed.extend(more);
        let fits = needed.len() <= Self::LINES as usize;
        let hash = self.desk.engine.state_hash();
        let taken = self.desk.try_give(input);
        prop_assert_eq!(taken, if fits { Ok(()) } else { Err(Error::Full(Table::Lines)) });
        prop_assert!(fits || self.desk.engine.state_hash() == hash);
        Ok(())
    }

    fn act(&mut self, (what, which, how): (u8, u8, u8), tag: u64) -> Result<(), TestCaseError> {
        let waiting = self.waiting();
        let call = waiting.get(usize::from(which) % waiting.len().max(1)).copied();
        let (queue, max) = (self.queues[usize::from(how % 2)], u32::from(how / 2 % 5) + 1);
        let rule = (how % 3 == 0).then_some(self.rule);
        match (what, call) {
            (0..=2, _) if self.desk.engine.live_calls() < Self::CALLS => {
                let config = CallConfig { tag, penalty_max: max, rule, ..CallConfig::new(queue) };
                self.ask(Input::Arrive(config), self.needs((queue, 0, max, rule), None))?;
            }
            (3, Some(call)) => self.desk.give(Input::Hangup { call }),
            (4, Some(call)) => {
                let ((queue, _, _, rule), waited_ms) = self.kind(call);
                let needs = self.needs((queue, 0, max, rule), Some(waited_ms));
                let raise = PenaltyRaise::default();
                self.ask(Input::SetPenalties { call, min: 0, max, raise }, needs)?;
            }
            (5, Some(call)) => {
                let ((queue, min, max, before), waited_ms) = self.kind(call);
                let again = (before == rule).then_some(waited_ms);
                let needs = self.needs((queue, min, max, rule), again);
                self.ask(Input::SetRule { call, rule }, needs)?;
            }
            (6, Some(call)) => {
                let ((from, min, max, rule), _) = self.kind(call);
                let queue = self.queues[usize::from(from == self.queues[0])];
                let needs = self.needs((queue, min, max, rule), None);
                self.ask(Input::Move { call, queue, keep_age: how % 2 == 0 }, needs)?;
            }
            (7, _) => {
                let offer = self.desk.offers.remove(&u64::from(which % 2 + 1));
                let ringing = waiting.iter().map(|call| (*call, self.kind(*call).0));
                let ringing: Vec<_> = ringing.collect();
                if offer.is_some_and(|offer| self.desk.try_give(Input::Accept { offer }).is_ok()) {
                    let left = self.waiting();
                    self.talking
                        .extend(ringing.into_iter().filter(|(call, _)| !left.contains(call)));
                }
            }
            (8, _) => {
                if let Some((call, _)) = self.talking.pop_first() {
                    self.desk.give(Input::Complete { call, by: EndedBy::Caller });
                }
            }
            (9, _) => {
                let mut bytes = vec![0; 1 << 14];
                let length = self.desk.engine.snapshot(&mut bytes).expect("polled");
                self.desk.engine =
                    Engine::restore(Self::limits(), &bytes[..length]).expect("sound");
            }
            _ => {
                self.desk.at(self.desk.now.ms() + u64::from(how) * 20);
            }
        }
        Ok(())
    }
}

proptest! {
    /// Whatever calls come, relax, are told, talk and go: there is room for as many lines as the
    /// limits say, neither for one more nor for one less.
    #[test]
    fn room_is_for_what_calls_need_and_no_less(
        ops in proptest::collection::vec((0..12_u8, any::<u8>(), any::<u8>()), 1..120),
    ) {
        let mut rooms = Rooms::new();
        for (tag, op) in (0..).zip(ops) {
            rooms.act(op, tag)?;
        }
    }
}
