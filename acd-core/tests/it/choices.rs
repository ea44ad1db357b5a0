//! INV-56: the certificate of every offer, checked by a book-keeper who knows who was free and who
//! waited, and nothing of how the engine looks for them.

use acd_core::*;

use crate::desk::Desk;
use crate::ledger::{AgentBook, CallBook, Ledger};

/// Strategies that go round or down from the agent offered to last.
fn goes_round(strategy: Strategy) -> bool {
    matches!(
        strategy,
        Strategy::RoundRobin
            | Strategy::RoundRobinOrdered
            | Strategy::Linear
            | Strategy::Asterisk(Asterisk::RoundRobinMemory | Asterisk::Linear)
    )
}

impl Ledger {
    /// The offer has been entered in the books already; nothing else has changed since.
    pub(crate) fn certified(&mut self, at: Time, offer: OfferId, choice: &Choice) {
        self.choices += 1;
        let book = self.offers.get(&offer).expect("a reason for no offer");
        assert_eq!((choice.call, choice.agent), (book.call, book.agent));
        let (call, who) = (&self.calls[&choice.call], &self.agents[&choice.agent]);

        let others: Vec<&AgentBook> = self
            .agents
            .values()
            .filter(|other| {
                self.is_free(at, other)
                    && self.eligible(at, call, other)
                    && !self.barred(at, call, other)
            })
            .collect();
        let next = others.iter().find(|other| Some(other.id) == choice.next_agent);
        assert_eq!(choice.next_agent.is_some(), next.is_some(), "{choice:?}: who is next?");
        assert_eq!(others.is_empty(), next.is_none(), "{choice:?}: there is somebody else");
        let free = self.agents.values().filter(|other| {
            other.places.contains_key(&call.queue)
                && self.serves(at, call.queue, other)
                && (self.is_free(at, other) || other.id == who.id)
        });
        assert_eq!(choice.free as usize, free.count());
        self.agent_was_right(at, choice, call, who, &others);

        let elsewhere = |other: &CallBook| {
            self.waits_alone(at, other) && other.config.preferred_agent != Some(who.id)
        };
        let open: Vec<(&CallId, &CallBook)> = self
            .calls
            .iter()
            .filter(|(id, other)| {
                **id != choice.call
                    && other.talking.is_none()
                    && other.offers.is_empty()
                    && self.eligible(at, other, who)
                    && !self.barred(at, other, who)
            })
            .collect();
        let next = open.iter().find(|(id, _)| Some(**id) == choice.next_call).copied();
        assert_eq!(choice.next_call.is_some(), next.is_some(), "{choice:?}: which is next?");
        // A call whose preferred agent logged out, and is back, waits for that agent no longer;
        // these books do not follow it so far. It may be next, but need not.
        let rivals: Vec<_> = open
            .into_iter()
            .filter(|(_, other)| !elsewhere(other) && !self.may_be_behind(at, other))
            .collect();
        assert!(rivals.is_empty() || next.is_some(), "{choice:?}: there is another call");
        let here = self.calls.values().filter(|c| c.queue == call.queue && c.talking.is_none());
        assert_eq!(choice.waiting as usize, here.count());
        self.call_was_right(at, offer, choice, call, next.map(|(_, next)| next), &rivals);
    }

    fn agent_was_right(
        &self,
        at: Time,
        choice: &Choice,
        call: &CallBook,
        who: &AgentBook,
        others: &[&AgentBook],
    ) {
        let strategy = self.queues[&call.queue].strategy;
        let (class, window) = self.asks(at, call);
        let penalty = |book: &AgentBook| window.counted(book.places[&call.queue].penalty);
        let level = |book: &AgentBook| book.places[&call.queue].level;
        let tier = |book: &AgentBook| (penalty(book), level(book));
        let skill = |book: &AgentBook| self.levels[&(class, book.profile)];
        let next = others.iter().find(|other| Some(other.id) == choice.next_agent).copied();
        let round_all = matches!(strategy, Strategy::RingAll) && call.offers.len() > 1;
        let expected = match next {
            _ if call.config.preferred_agent == Some(who.id) => AgentReason::Preferred,
            _ if round_all => AgentReason::Everybody,
            None => AgentReason::Alone,
            Some(_) if strategy == Strategy::WeightedRandom => AgentReason::Chance,
            Some(next) if penalty(next) > penalty(who) => AgentReason::Penalty,
            Some(next) if tier(next) > tier(who) => AgentReason::Level,
            Some(next) if strategy == Strategy::SkillLevel && skill(who) > skill(next) => {
                AgentReason::Skill
            }
            Some(_) if goes_round(strategy) => AgentReason::Turn,
            Some(_) if strategy == Strategy::Random => AgentReason::Chance,
            Some(_) => AgentReason::Order,
        };
        assert_eq!(choice.agent_reason, expected, "{choice:?}");
        // The reason holds against every other, not only against the next.
        for other in others {
            match expected {
                AgentReason::Penalty => assert!(penalty(other) > penalty(who)),
                AgentReason::Level => assert!(tier(other) > tier(who)),
                AgentReason::Skill | AgentReason::Order | AgentReason::Turn => {
                    assert!(tier(other) >= tier(who));
                    let alike = tier(other) == tier(who);
                    if strategy == Strategy::LongestIdle && alike {
                        assert!(who.idle_since <= other.idle_since, "{choice:?}");
                    }
                    if strategy == Strategy::SkillLevel && alike {
                        assert!(skill(who) >= skill(other), "{choice:?}");
                    }
                }
                _ => {}
            }
        }
    }

    fn call_was_right(
        &self,
        at: Time,
        offer: OfferId,
        choice: &Choice,
        call: &CallBook,
        next: Option<&CallBook>,
        rivals: &[(&CallId, &CallBook)],
    ) {
        let seeks = |book: &CallBook| book.config.preferred_agent == Some(choice.agent);
        let rank = |book: &CallBook| self.rank(at, book, Some(offer));
        let expected = match next {
            _ if seeks(call) => CallReason::Preferred,
            _ if call.offers.len() > 1 => CallReason::Ringing,
            None => CallReason::Alone,
            Some(next) => {
                let (ours, theirs) = (rank(call), rank(next));
                match ours.iter().zip(&theirs).position(|(a, b)| a != b) {
                    Some(0) => CallReason::Weight,
                    Some(1) => CallReason::Priority,
                    Some(2) => CallReason::Order,
                    _ => CallReason::Age,
                }
            }
        };
        let placed = |book: &CallBook| book.config.position.is_some();
        if next.is_none_or(|next| !placed(next) && !placed(call)) {
            assert_eq!(choice.call_reason, expected, "{choice:?}");
        }
        if matches!(expected, CallReason::Preferred | CallReason::Ringing) {
            return;
        }
        for (id, other) in rivals {
            assert!(!seeks(other), "{choice:?}: {id:?} asked for the agent");
            if !placed(call) && !placed(other) {
                assert!(rank(call) < rank(other), "{choice:?}: {id:?} goes first");
            }
        }
    }
}

fn choices(desk: &mut Desk) -> Vec<Choice> {
    let all = desk.log.drain(..);
    all.filter_map(|(_, output)| match output {
        Output::Chosen { choice, .. } => Some(choice),
        _ => None,
    })
    .collect()
}

#[test]
fn an_offer_says_why_it_was_made() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    desk.engine.set_choices(true).unwrap();
    let ann = desk.agent(1, queue, Membership::default());
    desk.arrive(1, queue);
    let alone = choices(&mut desk)[0];
    assert_eq!((alone.agent, alone.agent_reason), (ann, AgentReason::Alone));
    assert_eq!((alone.call_reason, alone.next_call), (CallReason::Alone, None));
    assert_eq!((alone.free, alone.waiting), (1, 1));

    // Two wait, the one of higher priority goes first; the other would have been next.
    desk.accept(1);
    desk.arrive(2, queue);
    let urgent = CallConfig { tag: 3, priority: 5, ..CallConfig::new(queue) };
    desk.give(Input::Arrive(urgent));
    desk.at(9_000).hang_up(1);
    let first = choices(&mut desk)[0];
    assert_eq!((first.call, first.call_reason), (desk.calls[&3], CallReason::Priority));
    assert_eq!(first.next_call, Some(desk.calls[&2]));

    // Of two free agents the one of lower penalty, the other is next.
    desk.accept(1);
    desk.hang_up(2);
    let spare = desk.agent(2, queue, Membership { penalty: 1, ..Membership::default() });
    desk.hang_up(3);
    desk.arrive(4, queue);
    let chosen = choices(&mut desk)[0];
    assert_eq!((chosen.agent, chosen.agent_reason), (ann, AgentReason::Penalty));
    assert_eq!(chosen.next_agent, Some(spare));
}

#[test]
fn reasons_need_room() {
    let limits = Limits { ring_max: 4, outputs: 16, ..Limits::default() };
    let mut engine = Engine::with_capacity(limits).unwrap();
    assert_eq!(engine.set_choices(true), Err(Error::Full(Table::Outputs)));
    assert_eq!(engine.set_choices(false), Ok(()));
}
