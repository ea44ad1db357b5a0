//! A campaign under random events, watched by a clerk who checks each dial against the rules; and
//! the same campaign stopped, written down and started again.

use acd_core::calendar::{Calendar, State};
use acd_core::outbound::*;
use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::campaign::{HOUR, campaign, zones};

/// What an independent clerk knows of a contact.
#[derive(Clone, Copy, Default)]
struct Known {
    tries: u8,
    shown: bool,
    dialled: bool,
    talking: bool,
    done: bool,
    barred: bool,
    not_before: Time,
    shown_until: Time,
    /// The period of the cap it was dialled in.
    dialled_in: u64,
}

/// A clerk who checks each dial against the rules.
struct Clerk<'a> {
    campaign: Campaign<'a>,
    zones: &'a [Calendar<'a>],
    config: CampaignConfig,
    known: Vec<Known>,
    barred_numbers: Vec<u64>,
    now: Time,
    idle: u32,
    suspended: bool,
    /// When the first period of the cap began, which one this is, and its record.
    began: Option<Time>,
    period: u64,
    live: u64,
    abandoned: u64,
    exhausted: u32,
    said: Vec<CampaignOutput>,
}

impl<'a> Clerk<'a> {
    fn new(config: CampaignConfig, zones: &'a [Calendar<'a>]) -> Self {
        Clerk {
            campaign: campaign(config, zones, 12),
            zones,
            config,
            known: vec![Known::default(); 12],
            barred_numbers: Vec::new(),
            now: Time(9 * HOUR),
            idle: 0,
            suspended: false,
            began: None,
            period: 0,
            live: 0,
            abandoned: 0,
            exhausted: 0,
            said: Vec::new(),
        }
    }

    /// One random event, some time after the one before.
    fn play(&mut self, (what, whom, how): (u8, u8, u16)) {
        // Mostly minutes, at times half a day.
        let minutes = if how % 13 == 0 { 720 } else { u64::from(how % 50) };
        self.now = self.now.plus(minutes * 60_000);
        self.give(CampaignInput::Tick);
        let contact = ContactId(u32::from(whom % 13));
        let outcomes = [Outcome::Busy, Outcome::NoAnswer, Outcome::Machine, Outcome::Congestion];
        let outcome = outcomes[usize::from(how) % 4];
        self.give(match what % 16 {
            0 | 1 => CampaignInput::Staff { idle: u32::from(whom % 5), at_work: 5 },
            2..=4 => CampaignInput::Start(contact),
            5 => CampaignInput::Skip(contact),
            6 | 7 => CampaignInput::Answered { contact, served: how % 3 > 0 },
            8 | 9 => CampaignInput::Failed { contact, outcome },
            10 | 11 => CampaignInput::Ended { contact, success: how % 2 == 0 },
            12 if how % 4 == 0 => CampaignInput::Complaint(contact),
            13 if how % 8 == 0 => CampaignInput::DoNotCall(1_000 + u64::from(whom % 20)),
            14 if how % 8 == 0 => CampaignInput::Suspend,
            15 => CampaignInput::Resume,
            _ => CampaignInput::Tick,
        });
    }

    /// Written down and made again, with more room than there was.
    fn stop_and_start(&mut self) {
        let bytes = written(&self.campaign);
        let list = DoNotCall::with_capacity(9);
        let again = Campaign::restore(self.zones, 70, list, &bytes).expect("a sound snapshot");
        assert_eq!(again.state_hash(), self.campaign.state_hash());
        assert_eq!(again.counters(), self.campaign.counters());
        self.campaign = again;
    }

    fn dialling(&self) -> u64 {
        self.known.iter().filter(|known| known.dialled).count() as u64
    }

    fn give(&mut self, input: CampaignInput) -> bool {
        let before = self.campaign.state_hash();
        if self.campaign.handle(self.now, input).is_err() {
            assert_eq!(self.campaign.state_hash(), before, "{input:?} was refused");
            return false;
        }
        let began = *self.began.get_or_insert(self.now);
        if let Some(length) = self.config.period_ms {
            let period = self.now.since(began) / length;
            if period != self.period {
                (self.period, self.live, self.abandoned) = (period, 0, 0);
            }
        }
        match input {
            CampaignInput::Answered { contact, served } => {
                let known = &mut self.known[contact.0 as usize];
                assert!(known.dialled);
                (known.dialled, known.talking) = (false, served);
                let ours = known.dialled_in == self.period;
                self.live += u64::from(ours);
                self.abandoned += u64::from(ours && !served);
                known.not_before = self.now.plus(self.config.retry.abandoned.after_ms);
            }
            CampaignInput::Failed { contact, outcome } => {
                let known = &mut self.known[contact.0 as usize];
                assert!(known.dialled);
                known.dialled = false;
                let rule = match outcome {
                    Outcome::Busy => self.config.retry.busy,
                    Outcome::Machine => self.config.retry.machine,
                    Outcome::Congestion => self.config.retry.congestion,
                    _ => self.config.retry.no_answer,
                };
                known.not_before = self.now.plus(rule.after_ms);
            }
            CampaignInput::Ended { contact, .. } => {
                assert!(self.known[contact.0 as usize].talking);
                self.known[contact.0 as usize].talking = false;
            }
            CampaignInput::Skip(contact) => {
                let known = &mut self.known[contact.0 as usize];
                assert!(known.shown);
                known.shown = false;
                known.not_before = self.now.plus(u64::from(self.config.skip_ms));
            }
            CampaignInput::Start(contact) => {
                let known = &mut self.known[contact.0 as usize];
                assert!(known.shown);
                known.shown = false;
            }
            CampaignInput::Staff { idle, .. } => self.idle = idle,
            CampaignInput::Suspend => self.suspended = true,
            CampaignInput::Resume => self.suspended = false,
            CampaignInput::Complaint(ContactId(n)) => self.known[n as usize].barred = true,
            CampaignInput::DoNotCall(number) => match number.checked_sub(1_000) {
                Some(n) if n < self.known.len() as u64 => self.known[n as usize].barred = true,
                _ => self.barred_numbers.push(number),
            },
            _ => {}
        }
        self.read();
        true
    }

    fn read(&mut self) {
        while let Some(output) = self.campaign.poll() {
            self.said.push(output);
            match output {
                CampaignOutput::Preview { contact, attempt, .. } => {
                    let known = self.known[contact.0 as usize];
                    self.may_call(contact, known);
                    assert_eq!(attempt, known.tries + 1);
                    let known = &mut self.known[contact.0 as usize];
                    known.shown = true;
                    known.shown_until = self.now.plus(60_000);
                }
                CampaignOutput::PreviewOver { contact, .. } => {
                    let known = &mut self.known[contact.0 as usize];
                    assert!(known.shown);
                    known.shown = false;
                    known.not_before = self.now.plus(u64::from(self.config.skip_ms));
                }
                CampaignOutput::Dial { contact, tag, number, attempt } => {
                    let known = self.known[contact.0 as usize];
                    self.may_call(contact, known);
                    assert_eq!((u64::from(contact.0), number), (tag, 1_000 + tag));
                    assert_eq!(attempt, known.tries + 1);
                    self.known[contact.0 as usize].tries = attempt;
                    self.known[contact.0 as usize].dialled = true;
                    self.known[contact.0 as usize].dialled_in = self.period;
                    // INV-57: were all answered now, those of the period before by the idle agents,
                    // the cap of this period would hold.
                    let ours = self
                        .known
                        .iter()
                        .filter(|known| known.dialled && known.dialled_in == self.period);
                    let ours = ours.count() as u64;
                    let unserved = self.dialling().saturating_sub(u64::from(self.idle)).min(ours);
                    let (worst, of) = (self.abandoned + unserved, self.live + ours);
                    let cap = u64::from(self.config.cap_per_mille);
                    assert!(unserved == 0 || worst * 1_000 <= of * cap, "INV-57");
                }
                CampaignOutput::Done { contact, tries, .. } => {
                    let known = &mut self.known[contact.0 as usize];
                    assert!(!known.done && !known.dialled && !known.talking, "done twice");
                    assert_eq!(tries, known.tries);
                    (known.done, known.shown) = (true, false);
                }
                CampaignOutput::Guard(GuardEvent::Intensified) => {}
                CampaignOutput::Guard(_) => self.suspended = true,
                CampaignOutput::Exhausted => {
                    assert!(self.known.iter().all(|known| known.done));
                    self.exhausted += 1;
                }
                other => panic!("unknown output {other:?}"),
            }
        }
        let PacerCounters { live, abandoned, dialling, .. } = self.campaign.counters();
        assert_eq!((live, abandoned), (self.live, self.abandoned), "the period's record");
        assert_eq!(u64::from(dialling), self.dialling());
        assert_eq!(self.campaign.is_suspended(), self.suspended);
        let done = self.known.iter().filter(|known| known.done).count() as u32;
        assert_eq!(self.campaign.progress(), (self.known.len() as u32, done));
        for known in self.known.iter().filter(|known| known.shown) {
            assert!(known.shown_until > self.now, "shown for too long");
            let next = self.campaign.deadline();
            assert!(next.is_some_and(|at| at <= known.shown_until), "nobody will end it");
        }
        assert!(self.campaign.deadline().is_none_or(|at| at > self.now), "left behind");
    }

    fn may_call(&self, contact: ContactId, known: Known) {
        assert!(!self.suspended, "INV-58: dials while suspended");
        assert!(!known.dialled && !known.talking && !known.done, "called twice at a time");
        assert!(!known.barred && known.tries < 3, "{contact:?} must not be called again");
        assert!(!self.barred_numbers.contains(&(1_000 + u64::from(contact.0))));
        assert!(known.not_before <= self.now, "{contact:?} too soon");
        let zone = contact.0 as usize % self.zones.len();
        assert_eq!(self.zones[zone].state(self.now), State::Open, "out of hours");
    }
}

fn written(campaign: &Campaign<'_>) -> Vec<u8> {
    let mut bytes = vec![0; campaign.snapshot(&mut []).expect("drained")];
    campaign.snapshot(&mut bytes).expect("drained");
    bytes
}

fn rules(mode: u8, cap_per_mille: u16) -> CampaignConfig {
    let mode = match mode {
        0 => Mode::Preview,
        1 => Mode::Progressive,
        _ => Mode::Predictive { dials_per_100_agents: 180 },
    };
    CampaignConfig {
        mode,
        cap_per_mille,
        period_ms: (cap_per_mille % 2 == 1).then_some(5 * HOUR),
        intensified: Some(Mode::Predictive { dials_per_100_agents: 250 })
            .filter(|_| mode != Mode::Preview),
        rails: Some(GuardRails {
            complaints_max: 2,
            success_min_per_mille: 100,
            success_high_per_mille: 500,
            sample_min: 8,
        }),
        ..CampaignConfig::default()
    }
}

proptest! {
    /// INV-57, INV-58: nobody is called out of hours, too soon, too often, twice at a time, while
    /// suspended, or after asking not to be; the cap holds; every contact is done once; what is
    /// refused changes nothing.
    #[test]
    fn inv_57_inv_58_no_rule_of_a_campaign_is_broken(
        mode in 0u8..3,
        cap in 0u16..300,
        events in proptest::collection::vec(any::<(u8, u8, u16)>(), 1..400),
    ) {
        let zones = zones();
        let mut clerk = Clerk::new(rules(mode, cap), &zones);
        for event in events {
            clerk.play(event);
        }
        // Whoever is still on the line hangs up, and the rest is called until nobody is left.
        clerk.give(CampaignInput::Resume);
        for _ in 0..4_000 {
            clerk.give(CampaignInput::Staff { idle: 20, at_work: 20 });
            for contact in (0..12).map(ContactId) {
                clerk.give(CampaignInput::Start(contact));
                clerk.give(CampaignInput::Failed { contact, outcome: Outcome::NoAnswer });
                clerk.give(CampaignInput::Ended { contact, success: true });
            }
            let Some(next) = clerk.campaign.deadline() else { break };
            clerk.now = next;
        }
        assert!(clerk.known.iter().all(|known| known.done), "somebody was forgotten");
        assert_eq!(clerk.exhausted, 1, "said once");
    }

    /// INV-51: a campaign restored from its snapshot goes on as the one that never stopped.
    #[test]
    fn inv_51_a_restored_campaign_goes_on_as_if_it_had_never_stopped(
        mode in 0u8..3,
        cap in 0u16..300,
        events in proptest::collection::vec(any::<(u8, u8, u16)>(), 50..200),
        stops in 1usize..40,
    ) {
        let zones = zones();
        let mut lasting = Clerk::new(rules(mode, cap), &zones);
        let mut stopped = Clerk::new(rules(mode, cap), &zones);
        for (n, event) in events.into_iter().enumerate() {
            if n % stops == 0 {
                stopped.stop_and_start();
            }
            lasting.play(event);
            stopped.play(event);
            prop_assert_eq!(&lasting.said, &stopped.said);
            prop_assert_eq!(lasting.campaign.state_hash(), stopped.campaign.state_hash());
            prop_assert_eq!(lasting.campaign.deadline(), stopped.campaign.deadline());
        }
    }

    /// INV-51: a damaged snapshot is refused, whatever the damage.
    #[test]
    fn inv_51_damaged_snapshots_of_campaigns_are_refused(
        events in proptest::collection::vec(any::<(u8, u8, u16)>(), 0..60),
        place in any::<u16>(),
        change in 1u8..,
        cut in any::<u16>(),
    ) {
        let zones = zones();
        let mut clerk = Clerk::new(rules(0, 100), &zones);
        for event in events {
            clerk.play(event);
        }
        let mut bytes = written(&clerk.campaign);
        prop_assert!(bytes.len() <= 320 + 50 * 12 + 8 * 8, "{} bytes", bytes.len());
        let restore = |bytes: &[u8]| {
            Campaign::restore(&zones, 12, DoNotCall::with_capacity(8), bytes).map(drop)
        };
        prop_assert_eq!(restore(&bytes), Ok(()));
        let short = usize::from(cut) % bytes.len();
        prop_assert!(matches!(restore(&bytes[..short]), Err(CampaignError::Snapshot(_))));
        let place = usize::from(place) % bytes.len();
        bytes[place] ^= change;
        prop_assert!(restore(&bytes).is_err());
    }

    /// Any bytes behind the right beginning: an error, and no panic.
    #[test]
    fn inv_53_bytes_are_no_campaign(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let zones = zones();
        let mut all = b"TLCMP\0\x01\0".to_vec();
        all.extend(bytes);
        let list = DoNotCall::with_capacity(8);
        prop_assert!(Campaign::restore(&zones, 12, list, &all).is_err());
    }
}

#[test]
fn a_snapshot_needs_its_room_and_its_calendars() {
    let zones = zones();
    let mut before = campaign(CampaignConfig::default(), &zones, 4);
    before.handle(Time(1), CampaignInput::DoNotCall(1)).unwrap();
    before.handle(Time(1), CampaignInput::DoNotCall(2)).unwrap();
    before.handle(Time(1), CampaignInput::DoNotCall(1_000)).unwrap();
    let undrained = before.snapshot(&mut []);
    assert_eq!(undrained, Err(CampaignError::Undrained), "its end has not been read");
    while before.poll().is_some() {}
    let mut bytes = written(&before);
    let list = DoNotCall::with_capacity;
    let refused = |zones, contacts, numbers, bytes: &[u8]| {
        Campaign::restore(zones, contacts, list(numbers), bytes).err()
    };
    assert_eq!(refused(&zones, 3, 2, &bytes), Some(CampaignError::Full));
    assert_eq!(refused(&zones, 4, 1, &bytes), Some(CampaignError::Full));
    assert_eq!(refused(&zones[..1], 4, 2, &bytes), Some(CampaignError::NoZone(1)));
    assert_eq!(refused(&zones, 4, 2, &bytes), None);
    let (mut slots, mut numbers, mut listed) =
        ([ContactSlot::default(); 4], [NumberSlot::default(); 6], [7; 2]);
    let list = DoNotCall::new(&mut listed);
    let again = Campaign::restore_in(&zones, &mut slots, &mut numbers, list, &bytes).unwrap();
    assert_eq!(again.state_hash(), before.state_hash());
    bytes[6] += 1;
    let other = CampaignError::Snapshot("not a snapshot of this version");
    assert_eq!(refused(&zones, 4, 2, &bytes), Some(other));
}
