//! Campaigns: a list of contacts, called by the rules, whatever happens.

use std::collections::BTreeMap;

use acd_core::calendar::{Calendar, Offset, Period};
use acd_core::outbound::*;
use acd_core::*;

const DAY: u64 = 86_400_000;
pub(crate) const HOUR: u64 = 3_600_000;

const OFFICE: [Period; 1] = [Period::of(9, 0, 20, 0)];
const TEA: [Period; 2] = [Period::of(8, 0, 12, 0), Period::of(14, 0, 18, 0)];
const EAST: [Offset; 1] = [Offset { from: Time::ZERO, seconds: 8 * 3_600 }];

/// London's offices; the east, eight hours ahead, with a break and without weekends.
pub(crate) fn zones() -> [Calendar<'static>; 2] {
    let week = [&TEA[..], &TEA, &TEA, &TEA, &TEA, &[], &[]];
    [
        Calendar { week: [&OFFICE; 7], ..Calendar::default() },
        Calendar { offsets: &EAST, week, ..Calendar::default() },
    ]
}

pub(crate) fn campaign<'a>(
    config: CampaignConfig,
    zones: &'a [Calendar<'a>],
    contacts: u64,
) -> Campaign<'a> {
    let list = DoNotCall::with_capacity(8);
    let mut campaign = Campaign::with_capacity(config, zones, 64, list).expect("a campaign");
    for n in 0..contacts {
        let contact = Contact {
            tag: n,
            number: 1_000 + n,
            zone: (n % zones.len() as u64) as u16,
            ..Contact::default()
        };
        campaign.add(contact).expect("room");
    }
    campaign
}

fn all(campaign: &mut Campaign<'_>) -> Vec<CampaignOutput> {
    std::iter::from_fn(|| campaign.poll()).collect()
}

#[test]
fn a_contact_is_called_in_the_hours_of_its_own_zone() {
    let zones = zones();
    let mut campaign = campaign(CampaignConfig::default(), &zones, 2);
    let staff = CampaignInput::Staff { idle: 5, at_work: 5 };
    // Thursday 00:00 UTC: eight in the morning in the east, the middle of the night in London.
    campaign.handle(Time(0), staff).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Dial { tag: 1, attempt: 1, .. }]), "{said:?}");
    assert_eq!(campaign.deadline(), Some(Time(9 * HOUR)));
    let (contact, outcome) = (ContactId(1), Outcome::NoAnswer);
    campaign.handle(Time(HOUR / 2), CampaignInput::Failed { contact, outcome }).unwrap();
    assert!(all(&mut campaign).is_empty());
    // Four hours later it is their noon break: again at 14:00 there, 06:00 UTC.
    assert_eq!(campaign.deadline(), Some(Time(6 * HOUR)));
    campaign.handle(Time(6 * HOUR), CampaignInput::Tick).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Dial { tag: 1, attempt: 2, .. }]), "{said:?}");
    // The third and last try on Friday evening there would be on Saturday: on Monday, then.
    let late = Time(DAY + 9 * HOUR);
    campaign.handle(late, CampaignInput::Failed { contact, outcome }).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Dial { tag: 0, .. }]), "London is open: {said:?}");
    assert_eq!(campaign.deadline(), Some(Time(4 * DAY)));
    campaign.handle(Time(4 * DAY), CampaignInput::Tick).unwrap();
    assert_eq!(all(&mut campaign).len(), 1);
    campaign.handle(Time(4 * DAY), CampaignInput::Failed { contact, outcome }).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Done { tag: 1, tries: 3, .. }]), "{said:?}");
}

#[test]
fn an_agent_sees_the_contact_first() {
    let zones = zones();
    let config = CampaignConfig { mode: Mode::Preview, ..CampaignConfig::default() };
    let mut campaign = campaign(config, &zones[..1], 4);
    let at = Time(10 * HOUR);
    campaign.handle(at, CampaignInput::Staff { idle: 2, at_work: 2 }).unwrap();
    let shown = all(&mut campaign);
    assert_eq!(shown.len(), 2, "one for each agent: {shown:?}");
    let [first, second] = [ContactId(0), ContactId(1)];
    campaign.handle(at, CampaignInput::Start(first)).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Dial { tag: 0, attempt: 1, .. }]), "{said:?}");
    // The second agent passes over hers and is shown the next; then falls asleep over it.
    campaign.handle(at, CampaignInput::Skip(second)).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[..], [CampaignOutput::Preview { tag: 2, .. }]), "{said:?}");
    assert_eq!(campaign.deadline(), Some(at.plus(60_000)));
    campaign.handle(at.plus(60_000), CampaignInput::Tick).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[0], CampaignOutput::PreviewOver { tag: 2, .. }), "{said:?}");
    assert!(matches!(said[1], CampaignOutput::Preview { tag: 3, .. }), "{said:?}");
    assert_eq!(
        campaign.handle(at.plus(60_000), CampaignInput::Start(ContactId(2))),
        Err(CampaignError::WrongState(ContactId(2)))
    );
    campaign.handle(at.plus(60_000), CampaignInput::Suspend).unwrap();
    assert_eq!(
        campaign.handle(at.plus(60_000), CampaignInput::Start(ContactId(3))),
        Err(CampaignError::NotNow(ContactId(3)))
    );
}

#[test]
fn complaints_stop_a_campaign_and_success_speeds_it_up() {
    let zones = zones();
    let config = CampaignConfig {
        mode: Mode::Progressive,
        intensified: Some(Mode::Predictive { dials_per_100_agents: 200 }),
        cap_per_mille: 1_000,
        rails: Some(GuardRails {
            complaints_max: 1,
            success_min_per_mille: 50,
            success_high_per_mille: 200,
            sample_min: 4,
        }),
        ..CampaignConfig::default()
    };
    let mut campaign = campaign(config, &zones[..1], 30);
    let at = Time(10 * HOUR);
    let staff = CampaignInput::Staff { idle: 4, at_work: 4 };
    campaign.handle(at, staff).unwrap();
    assert_eq!(all(&mut campaign).len(), 4, "one for each agent");
    for n in 0..4 {
        let contact = ContactId(n);
        campaign.handle(at, CampaignInput::Staff { idle: 0, at_work: 4 }).unwrap();
        campaign.handle(at, CampaignInput::Answered { contact, served: true }).unwrap();
        campaign.handle(at, CampaignInput::Ended { contact, success: true }).unwrap();
        let said = all(&mut campaign);
        let spoke = said.contains(&CampaignOutput::Guard(GuardEvent::Intensified));
        assert_eq!(spoke, n == 3, "at the fourth contact: {said:?}");
    }
    assert!(campaign.is_intensified());
    campaign.handle(at, staff).unwrap();
    assert_eq!(all(&mut campaign).len(), 8, "two for each agent");
    // The first complaint ends that, the second stops everything; the same one counts once.
    campaign.handle(at, CampaignInput::Complaint(ContactId(0))).unwrap();
    campaign.handle(at, CampaignInput::Complaint(ContactId(0))).unwrap();
    assert!(!campaign.is_intensified() && !campaign.is_suspended());
    campaign.handle(at, CampaignInput::Complaint(ContactId(20))).unwrap();
    let said = all(&mut campaign);
    assert!(matches!(said[0], CampaignOutput::Done { tag: 20, tries: 0, .. }), "{said:?}");
    assert_eq!(said[1], CampaignOutput::Guard(GuardEvent::SuspendedByComplaints));
    campaign.handle(at.plus(HOUR), staff).unwrap();
    assert!(all(&mut campaign).is_empty());
    campaign.handle(at.plus(HOUR), CampaignInput::Resume).unwrap();
    for n in 4..12 {
        let (contact, outcome) = (ContactId(n), Outcome::Invalid);
        campaign.handle(at.plus(HOUR), CampaignInput::Failed { contact, outcome }).unwrap();
        let dials = all(&mut campaign);
        assert!(matches!(dials[0], CampaignOutput::Done { outcome: Outcome::Invalid, .. }));
    }
}

/// An inbound queue and a campaign share three agents: dialling starts when two of three are idle,
/// keeps one for those who call in, and an answered call goes to a random idle agent.
#[test]
fn a_campaign_beside_an_inbound_queue() {
    let zones = zones();
    let blend = Blend { on_per_mille: 600, off_per_mille: 350, reserve: 1, dialling: false };
    let config = CampaignConfig { blend: Some(blend), ..CampaignConfig::default() };
    let mut campaign = campaign(config, &zones[..1], 6);
    let mut engine = Engine::with_capacity(Limits::default()).unwrap();
    engine.set_seed(5);
    let calls_in = engine.add_queue(QueueConfig { weight: 1, ..QueueConfig::default() }).unwrap();
    let out = QueueConfig { strategy: Strategy::Random, ..QueueConfig::default() };
    let calls_out = engine.add_queue(out).unwrap();
    let mut now = Time(10 * HOUR);
    for tag in 0..3 {
        let agent = engine.add_agent(AgentConfig { tag, ..AgentConfig::default() }).unwrap();
        engine.join_queue(agent, calls_in, Membership::default()).unwrap();
        engine.join_queue(agent, calls_out, Membership::default()).unwrap();
        let state = AgentRequest::Available;
        engine.handle(now, Input::AgentState { agent, state }).unwrap();
        while engine.poll().is_some() {}
    }
    let mut talking: BTreeMap<u64, CallId> = BTreeMap::new();
    let mut give = |engine: &mut Engine<'_>, now: Time, input: Input| {
        engine.handle(now, input).unwrap();
        let mut offers = Vec::new();
        let mut agent = None;
        while let Some(output) = engine.poll() {
            match output {
                Output::Offer { offer, agent_tag, .. } => {
                    agent = Some(agent_tag);
                    offers.push(offer);
                }
                Output::Joined { call, tag, .. } => {
                    talking.insert(tag, call);
                }
                _ => {}
            }
        }
        for offer in offers {
            engine.handle(now, Input::Accept { offer }).unwrap();
            while engine.poll().is_some() {}
        }
        (agent, talking.clone())
    };
    let staff = |engine: &Engine<'_>| {
        let Staff { free, taking_calls, .. } = engine.staff(calls_out).unwrap();
        CampaignInput::Staff { idle: free, at_work: taking_calls }
    };
    // All idle: two are spared, one stays for callers.
    campaign.handle(now, staff(&engine)).unwrap();
    assert_eq!(all(&mut campaign).len(), 2);
    // The first contact answers and is given to an agent.
    let mut who = Vec::new();
    for contact in [ContactId(0), ContactId(1)] {
        now = now.plus(10_000);
        let arrival = CallConfig { tag: u64::from(contact.0), ..CallConfig::new(calls_out) };
        let (agent, _) = give(&mut engine, now, Input::Arrive(arrival));
        who.push(agent.expect("an agent was spared for it"));
        campaign.handle(now, CampaignInput::Answered { contact, served: true }).unwrap();
        campaign.handle(now, staff(&engine)).unwrap();
        // One of three idle is below the threshold at which it stops.
        let more = all(&mut campaign).len();
        assert_eq!(more, 0, "after {contact:?}");
    }
    assert_ne!(who[0], who[1]);
    // A caller finds the agent who was kept.
    let caller = CallConfig { tag: 100, ..CallConfig::new(calls_in) };
    let (agent, known) = give(&mut engine, now, Input::Arrive(caller));
    assert!(agent.is_some_and(|agent| !who.contains(&agent)));
    // One conversation ends: one of three idle, not enough to start again; the second: enough.
    for (n, dials) in [(0_u32, 0), (1, 1)] {
        now = now.plus(60_000);
        let call = known[&u64::from(n)];
        give(&mut engine, now, Input::Complete { call, by: EndedBy::Caller });
        let ended = CampaignInput::Ended { contact: ContactId(n), success: true };
        campaign.handle(now, ended).unwrap();
        let done = all(&mut campaign);
        assert!(matches!(done[0], CampaignOutput::Done { outcome: Outcome::Reached, .. }));
        campaign.handle(now, staff(&engine)).unwrap();
        assert_eq!(all(&mut campaign).len(), dials, "after {n}");
    }
    assert_eq!(campaign.counters().live, 2);
    assert_eq!(campaign.counters().abandoned, 0);
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let zones = zones();
    let mut campaign = campaign(CampaignConfig::default(), &zones, 3);
    let at = Time(10 * HOUR);
    let twice = Contact { number: 1_001, ..Contact::default() };
    assert_eq!(campaign.add(twice), Err(CampaignError::Twice(1_001)));
    let nowhere = Contact { number: 5, zone: 2, ..Contact::default() };
    assert_eq!(campaign.add(nowhere), Err(CampaignError::NoZone(2)));
    campaign.handle(at, CampaignInput::Tick).unwrap();
    let back = CampaignError::TimeBackwards { last: at, now: Time(1) };
    assert_eq!(campaign.handle(Time(1), CampaignInput::Tick), Err(back));
    let (contact, nobody) = (ContactId(0), ContactId(77));
    for input in [
        CampaignInput::Start(contact),
        CampaignInput::Skip(contact),
        CampaignInput::Answered { contact, served: true },
        CampaignInput::Failed { contact, outcome: Outcome::Busy },
        CampaignInput::Ended { contact, success: true },
    ] {
        assert_eq!(campaign.handle(at, input), Err(CampaignError::WrongState(contact)));
    }
    let complaint = CampaignInput::Complaint(nobody);
    assert_eq!(campaign.handle(at, complaint), Err(CampaignError::NoContact(nobody)));
    for number in 0..8 {
        campaign.handle(at, CampaignInput::DoNotCall(number)).unwrap();
    }
    assert_eq!(campaign.handle(at, CampaignInput::DoNotCall(9)), Err(CampaignError::Full));
    campaign.handle(at, CampaignInput::DoNotCall(3)).unwrap();
    let bad = CampaignConfig { cap_per_mille: 1_001, ..CampaignConfig::default() };
    let list = DoNotCall::with_capacity(1);
    assert!(Campaign::with_capacity(bad, &zones, 1, list).is_err());
    let mut slots = [ContactSlot::default(); 1];
    let mut numbers = [NumberSlot::default(); 2];
    let mut listed = [0; 1];
    let list = DoNotCall::new(&mut listed);
    let config = CampaignConfig::default();
    let mut small = Campaign::new(config, &zones, &mut slots, &mut numbers, list).unwrap();
    small.add(Contact::default()).unwrap();
    let other = Contact { number: 1, ..Contact::default() };
    assert_eq!(small.add(other), Err(CampaignError::Full));
    assert_eq!(small.progress(), (1, 0));
    assert_eq!(small.contact(ContactId(0)), Ok((Contact::default(), 0)));
}

/// The cap's period is over at its very instant, whenever anybody looks, and the deadline says so.
#[test]
fn a_period_of_the_cap_begins_anew_at_its_instant() {
    let zones = zones();
    let config = CampaignConfig {
        mode: Mode::Predictive { dials_per_100_agents: 200 },
        cap_per_mille: 500,
        period_ms: Some(HOUR),
        ..CampaignConfig::default()
    };
    let mut campaign = campaign(config, &zones[..1], 12);
    let start = Time(10 * HOUR);
    let staff = |idle| CampaignInput::Staff { idle, at_work: 2 };
    campaign.handle(start, staff(2)).unwrap();
    // Half of those who answer may be abandoned: two dials for each agent.
    let dialled = all(&mut campaign);
    assert_eq!(dialled.len(), 4, "{dialled:?}");
    assert_eq!(campaign.deadline(), Some(start.plus(HOUR)));
    campaign.handle(start.plus(HOUR - 1), CampaignInput::Tick).unwrap();
    assert_eq!(campaign.counters().dialling, 4);
    campaign.handle(start.plus(HOUR - 1), staff(0)).unwrap();
    let answered = |n, served| CampaignInput::Answered { contact: ContactId(n), served };
    campaign.handle(start.plus(HOUR - 1), answered(0, true)).unwrap();
    let record =
        |live, abandoned, dialling| PacerCounters { live, abandoned, dialling, unanswered: 0 };
    assert_eq!(campaign.counters(), record(1, 0, 3));
    // A refused input begins no period.
    let refused = campaign.handle(start.plus(HOUR), CampaignInput::Skip(ContactId(0)));
    assert_eq!(refused, Err(CampaignError::WrongState(ContactId(0))));
    assert_eq!(campaign.counters(), record(1, 0, 3));
    campaign.handle(start.plus(HOUR), CampaignInput::Tick).unwrap();
    assert_eq!((campaign.counters(), campaign.last_period()), (record(0, 0, 3), record(1, 0, 3)));
    assert_eq!(campaign.deadline(), Some(start.plus(2 * HOUR)));
    // What was dialled before counts before, even now.
    campaign.handle(start.plus(HOUR + 5), answered(1, false)).unwrap();
    assert_eq!((campaign.counters(), campaign.last_period()), (record(0, 0, 2), record(2, 1, 2)));
    // The idle agent may have to serve one of the old dials: no new one without a record.
    campaign.handle(start.plus(HOUR + 6), staff(2)).unwrap();
    assert_eq!(all(&mut campaign), []);
    campaign.handle(start.plus(HOUR + 7), answered(2, true)).unwrap();
    campaign.handle(start.plus(HOUR + 7), answered(3, true)).unwrap();
    let dialled = all(&mut campaign).len() as u32;
    assert!(dialled > 0);
    assert_eq!(
        (campaign.counters(), campaign.last_period()),
        (record(0, 0, dialled), record(4, 1, 0))
    );
    // Several periods in which nothing happened: the one before this was empty.
    campaign.handle(start.plus(5 * HOUR + 1), CampaignInput::Tick).unwrap();
    assert_eq!(campaign.last_period(), record(0, 0, dialled));
    assert_eq!(campaign.deadline(), Some(start.plus(6 * HOUR)));
    // By hand: the next one is as long from now.
    campaign.handle(start.plus(5 * HOUR + 9), CampaignInput::StartPeriod).unwrap();
    assert_eq!(campaign.deadline(), Some(start.plus(6 * HOUR + 9)));
    let none = CampaignConfig { period_ms: Some(0), ..config };
    let list = DoNotCall::with_capacity(1);
    let error = Campaign::with_capacity(none, &zones, 1, list).err();
    assert_eq!(error, Some(CampaignError::Config("period_ms is 0")));
}

#[test]
fn tries_before_count() {
    let zones = zones();
    let mut campaign = campaign(CampaignConfig::default(), &zones, 0);
    let twice = Contact { tag: 5, number: 7, ..Contact::default() };
    let contact = campaign.add_dialled(twice, 2).expect("room");
    assert_eq!(campaign.add_dialled(twice, 2), Err(CampaignError::Twice(7)));
    assert_eq!(campaign.contact(contact), Ok((twice, 2)));
    let ten = Time::from_ms(10 * HOUR);
    campaign.handle(ten, CampaignInput::Staff { idle: 1, at_work: 1 }).expect("a number");
    let dial = CampaignOutput::Dial { contact, tag: 5, number: 7, attempt: 3 };
    assert_eq!(campaign.poll(), Some(dial));
    let busy = CampaignInput::Failed { contact, outcome: Outcome::Busy };
    campaign.handle(ten, busy).expect("it was dialled");
    let outcome = Outcome::Busy;
    let done = CampaignOutput::Done { contact, tag: 5, outcome, tries: 3 };
    assert_eq!(campaign.poll(), Some(done), "the third of three tries");
}
