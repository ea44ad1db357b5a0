//! Queues that serve their first call alone, and an order that goes by the first call of each queue.

use acd_core::*;

use crate::desk::Desk;

fn head_only() -> QueueConfig {
    QueueConfig {
        tag: 1,
        strategy: Strategy::Linear,
        head_only: true,
        retry_ms: 60_000,
        ..QueueConfig::default()
    }
}

/// Two agents who are free, and a queue of this kind.
fn two_free(config: QueueConfig) -> (Desk, QueueId, [AgentId; 2]) {
    let (mut desk, queue) = Desk::with_queue(config);
    let agents = [101, 102].map(|tag| desk.agent(tag, queue, Membership::default()));
    desk.log.clear();
    (desk, queue, agents)
}

fn offers(desk: &mut Desk) -> Vec<(u64, u64)> {
    let all = desk.log.drain(..);
    all.filter_map(|(_, output)| match output {
        Output::Offer { call_tag, agent_tag, .. } => Some((call_tag, agent_tag)),
        _ => None,
    })
    .collect()
}

/// INV-59: a call of higher priority becomes the first, and is served beside the one that rings; that
/// one is not offered again while it stands behind it.
#[test]
fn inv_59_who_overtakes_is_the_first() {
    let (mut desk, queue, _) = two_free(head_only());
    desk.arrive(1, queue);
    desk.give(Input::Arrive(CallConfig { tag: 2, priority: 1, ..CallConfig::new(queue) }));
    assert_eq!(offers(&mut desk), [(1, 101), (2, 102)]);
    desk.reject(101, RejectCause::Declined);
    assert_eq!(offers(&mut desk), []);
    desk.accept(102);
    assert_eq!(offers(&mut desk), []); // 101 has declined it, 102 talks
    desk.give(Input::SetPriority { call: desk.calls[&1], priority: 5 });
    desk.hang_up(1);
    desk.arrive(3, queue);
    assert_eq!(offers(&mut desk), [(3, 101)]);
}

/// INV-59: a call behind the first has no claim on its preferred agent either, and takes it when it is
/// the first.
#[test]
fn inv_59_preferring_somebody_is_no_way_around() {
    let (mut desk, queue, [_, second]) = two_free(head_only());
    desk.arrive(1, queue);
    let preferring = CallConfig { preferred_agent: Some(second), ..CallConfig::new(queue) };
    desk.give(Input::Arrive(CallConfig { tag: 2, preferred_wait_ms: 60_000, ..preferring }));
    assert_eq!(offers(&mut desk), [(1, 101)]);
    let why = desk.engine.why_waiting(desk.calls[&2]).expect("it waits");
    assert_eq!((why.free, why.ahead), (1, 1));
    let why = desk.engine.why_idle(second).expect("an agent");
    assert_eq!((why.held, why.open), (2, 0));
    desk.hang_up(1);
    assert_eq!(offers(&mut desk), [(2, 102)]);
}

/// INV-59: a first call that nobody free can take keeps the others waiting, until somebody may.
#[test]
fn inv_59_a_first_call_for_nobody_holds_the_others() {
    let (mut desk, queue, _) = two_free(head_only());
    desk.give(Input::Arrive(CallConfig { tag: 1, penalty_min: 3, ..CallConfig::new(queue) }));
    desk.arrive(2, queue);
    assert_eq!(offers(&mut desk), []);
    let (call, raise) = (desk.calls[&1], PenaltyRaise::default());
    desk.give(Input::SetPenalties { call, min: 0, max: 9, raise });
    assert_eq!(offers(&mut desk), [(1, 101)]);
    desk.accept(101);
    assert_eq!(offers(&mut desk), [(2, 102)]);
}

/// INV-59: a queue may begin and cease to be like that while calls wait; a snapshot knows who may be
/// served.
#[test]
fn inv_59_it_changes_while_calls_wait() {
    let (mut desk, queue, agents) = two_free(QueueConfig { head_only: false, ..head_only() });
    let away = |desk: &mut Desk, state| agents.map(|agent| desk.set(agent, state));
    away(&mut desk, AgentRequest::NotReady(1));
    (1..4).for_each(|tag| desk.arrive(tag, queue));
    desk.engine.set_queue(queue, head_only()).expect("a queue");
    desk.at(1);
    let mut bytes = vec![0; desk.engine.snapshot(&mut []).expect("drained")];
    desk.engine.snapshot(&mut bytes).expect("drained");
    desk.engine = Engine::restore(Limits::default(), &bytes).expect("sound");
    away(&mut desk, AgentRequest::Available);
    assert_eq!(offers(&mut desk), [(1, 101)]);
    let config = QueueConfig { head_only: false, ..head_only() };
    desk.engine.set_queue(queue, config).expect("a queue");
    desk.at(2);
    assert_eq!(offers(&mut desk), [(2, 102)]);
}

/// Priorities, ages and skills that would go round in a circle if each agent compared the calls that it
/// may have: the first calls of the queues decide, whoever could take those.
#[test]
fn the_oldest_head_is_one_order_for_all_agents() {
    let mut desk = Desk::new(Limits { classes: 2, profiles: 2, skills: 4, ..Limits::default() });
    desk.engine.set_call_order(CallOrder::OldestHead);
    let [a, b] = [1, 2].map(|tag| {
        desk.engine.add_queue(QueueConfig { tag, ..QueueConfig::default() }).expect("a queue")
    });
    let skill = |skill| Skill { skill, level: 1 };
    let special = desk.engine.add_class(&[skill(1)]).expect("a class");
    let able = desk.engine.add_profile(&[skill(1)]).expect("a profile");
    for (tag, profile) in [(101, able), (102, ProfileId::PLAIN)] {
        let config = AgentConfig { tag, profile, ..AgentConfig::default() };
        let agent = desk.engine.add_agent(config).expect("an agent");
        desk.engine.join_queue(agent, a, Membership::default()).expect("a place");
        // Calls of the other queue would rather go to the second.
        let penalty = 102 - tag as u32;
        let place = Membership { penalty, ..Membership::default() };
        desk.engine.join_queue(agent, b, place).expect("a place");
    }
    desk.arrive(1, a); // the oldest, but behind an urgent one that 102 cannot take
    desk.at(1_000).arrive(2, b);
    let urgent = CallConfig { tag: 3, class: special, priority: 9, ..CallConfig::new(a) };
    desk.at(2_000).give(Input::Arrive(urgent));
    for agent in [1, 0].map(AgentId::from_raw) {
        let next = desk.engine.next_call(agent).expect("an agent").expect("calls wait");
        assert_eq!((next.call, next.because), (desk.calls[&2], CallReason::Order));
    }
    desk.set(AgentId::from_raw(0), AgentRequest::Available);
    desk.set(AgentId::from_raw(1), AgentRequest::Available);
    assert_eq!(offers(&mut desk), [(2, 101), (1, 102)]);
}
