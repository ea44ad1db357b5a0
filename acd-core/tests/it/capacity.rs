//! How much an agent handles at a time, over all media and queues.

use std::collections::BTreeMap;

use acd_core::*;
use proptest::prelude::{any, prop_assert, proptest};

const MEDIA: [Medium; 3] = [Medium::Voice, Medium::Chat, Medium::Mail];
const WRAP_MS: u64 = 500;

/// What an agent is at: how many contacts of each medium ring or are talked with, and until when
/// it does the paperwork of others.
#[derive(Clone, Debug, Default)]
struct Load {
    live: [u8; Medium::COUNT],
    wraps: Vec<(usize, Time)>,
}

impl Load {
    fn of(&self, medium: usize, at: Time) -> u8 {
        let wraps = self.wraps.iter().filter(|wrap| wrap.0 == medium && wrap.1 > at).count();
        self.live[medium] + wraps as u8
    }

    /// The rule, without the engine's help.
    fn admits(&self, capacity: &Capacity, medium: usize, at: Time) -> bool {
        let kept_out = (0..Medium::COUNT)
            .any(|other| capacity.blocked_by[medium] >> other & 1 == 1 && self.of(other, at) > 0);
        !kept_out && self.of(medium, at) < capacity.units[medium]
    }
}

struct Office {
    engine: Engine<'static>,
    now: Time,
    queues: Vec<QueueId>,
    agents: Vec<AgentId>,
    capacities: Vec<Capacity>,
    loads: Vec<Load>,
    offers: Vec<(OfferId, CallId, usize)>,
    talking: Vec<CallId>,
    waiting: BTreeMap<CallId, usize>,
    medium_of: BTreeMap<CallId, usize>,
    /// Offers made in vain: not repeated here.
    vain: Vec<(CallId, usize)>,
}

impl Office {
    fn new(capacities: [([u8; 3], [u8; 3]); 3]) -> Self {
        let mut engine = Engine::with_capacity(Limits::default()).expect("limits");
        let queues: Vec<_> = MEDIA
            .iter()
            .map(|&medium| QueueConfig {
                medium,
                retry_ms: u32::MAX,
                ring_timeout_ms: u32::MAX,
                wrap_up_ms: if medium == Medium::Mail { 0 } else { WRAP_MS as u32 },
                ..QueueConfig::default()
            })
            .map(|config| engine.add_queue(config).expect("a queue"))
            .collect();
        let mut office = Self {
            engine,
            now: Time(1_000),
            queues,
            agents: Vec::new(),
            capacities: Vec::new(),
            loads: vec![Load::default(); 3],
            offers: Vec::new(),
            talking: Vec::new(),
            waiting: BTreeMap::new(),
            medium_of: BTreeMap::new(),
            vain: Vec::new(),
        };
        for (units, blocked) in capacities {
            let [voice, chat, mail] = units.map(|n| n % 4);
            let capacity = Capacity {
                units: [voice, chat, mail, 1],
                blocked_by: [blocked[0] % 8, blocked[1] % 8, blocked[2] % 8, 0],
            };
            let config = AgentConfig { capacity, ..AgentConfig::default() };
            let agent = office.engine.add_agent(config).expect("an agent");
            for queue in &office.queues {
                office.engine.join_queue(agent, *queue, Membership::default()).expect("a place");
            }
            office.agents.push(agent);
            office.capacities.push(capacity);
            office.give(Input::AgentState { agent, state: AgentRequest::Available });
        }
        office
    }

    fn give(&mut self, input: Input) {
        self.engine.handle(self.now, input).expect("a valid event");
        while let Some((at, output)) = self.engine.poll_at() {
            self.note(at, output);
        }
        self.conserves_work();
    }

    fn note(&mut self, at: Time, output: Output) {
        match output {
            Output::Joined { call, queue, .. } => {
                let medium = self.queues.iter().position(|q| *q == queue).expect("known");
                self.waiting.insert(call, medium);
                self.medium_of.insert(call, medium);
            }
            Output::Offer { offer, call, agent, .. } => {
                let who = self.agents.iter().position(|a| *a == agent).expect("known");
                let medium = self.waiting.remove(&call).expect("INV-03: it waits");
                let fits = self.loads[who].admits(&self.capacities[who], medium, at);
                assert!(fits, "INV-02: {who} {:?} {medium}", self.loads[who]);
                self.loads[who].live[medium] += 1;
                self.offers.push((offer, call, who));
            }
            Output::OfferEnded { offer, call, end, .. } => {
                let at = self.offers.iter().position(|o| o.0 == offer).expect("a live offer");
                let (.., who) = self.offers.remove(at);
                if let OfferEnd::Rejected(_) = end {
                    let medium = self.medium_of[&call];
                    self.loads[who].live[medium] -= 1;
                    self.vain.push((call, who));
                    self.waiting.insert(call, medium);
                }
            }
            Output::Connected { call, .. } => self.talking.push(call),
            Output::Completed { call, agent, .. } => {
                let who = self.agents.iter().position(|a| *a == agent).expect("known");
                let medium = self.medium_of[&call];
                self.loads[who].live[medium] -= 1;
                if medium < 2 {
                    self.loads[who].wraps.push((medium, at.plus(WRAP_MS)));
                }
            }
            _ => {}
        }
    }

    /// INV-30, for every medium.
    fn conserves_work(&self) {
        for (call, &medium) in &self.waiting {
            for (who, load) in self.loads.iter().enumerate() {
                let idle = load.admits(&self.capacities[who], medium, self.now)
                    && !self.vain.contains(&(*call, who));
                assert!(!idle, "INV-30: {call:?} waits while {who} could take it");
            }
        }
    }
}

proptest! {
    /// INV-02, INV-30: what rings, is talked with and wrapped up never exceeds what an agent can
    /// do of its medium, whatever keeps out what; and nothing waits that somebody could do.
    #[test]
    fn inv_02_no_agent_has_more_than_it_can_do(
        capacities in any::<[([u8; 3], [u8; 3]); 3]>(),
        events in proptest::collection::vec(any::<(u8, u8, u16)>(), 60..200),
    ) {
        let mut office = Office::new(capacities);
        let mut taken = 0;
        for (what, whom, how) in events {
            office.now = office.now.plus(u64::from(how % 300));
            office.give(Input::Tick);
            let pick = usize::from(whom);
            match what % 5 {
                0 | 1 if office.waiting.len() < 40 => {
                    office.give(Input::Arrive(CallConfig::new(office.queues[pick % 3])));
                }
                2 | 3 if !office.offers.is_empty() => {
                    let (offer, ..) = office.offers[pick % office.offers.len()];
                    let cause = RejectCause::Busy;
                    let turned_down = how % 7 == 0;
                    taken += u32::from(!turned_down);
                    office.give(match turned_down {
                        true => Input::Reject { offer, cause },
                        false => Input::Accept { offer },
                    });
                }
                4 if !office.talking.is_empty() => {
                    let call = office.talking.swap_remove(pick % office.talking.len());
                    office.give(Input::Complete { call, by: EndedBy::Caller });
                }
                _ => {}
            }
        }
        let could = office.capacities.iter().any(|c| c.units[..3].iter().all(|&n| n > 0));
        prop_assert!(taken > 0 || !could || office.medium_of.len() < 3);
    }
}
