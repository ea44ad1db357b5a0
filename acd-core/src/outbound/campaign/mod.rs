//! A campaign: a list of contacts, called one after another by its rules.

mod contacts;
mod messages;
mod snapshot;

pub use contacts::{ContactSlot, NumberSlot};
pub use messages::{
    CampaignConfig, CampaignError, CampaignInput, CampaignOutput, Contact, ContactId,
};

use contacts::{ContactState, Contacts};

use super::{DoNotCall, Guard, GuardEvent, Mode, Outcome, Pacer, PacerCounters};
use crate::calendar::{Calendar, State};
use crate::time::Time;

/// Calls a list of contacts: whom next, when again, how many at a time, and when to stop.
///
/// A passive value like the [`Engine`](crate::Engine): told what happened by
/// [`handle`](Self::handle), it says what to do by [`poll`](Self::poll). It dials nobody outside
/// the hours of the contact's own time zone, nobody on its do-not-call list, nobody more often
/// than its [`RetryRules`](super::RetryRules) say, and never so many that the cap on abandoned calls could break.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use acd_core::Time;
/// use acd_core::calendar::{Calendar, Period};
/// use acd_core::outbound::*;
///
/// let day = [Period::of(9, 0, 20, 0)];
/// let zones = [Calendar { week: [&day; 7], ..Calendar::default() }];
/// let mut campaign =
///     Campaign::with_capacity(CampaignConfig::default(), &zones, 100, DoNotCall::with_capacity(10))?;
/// let contact = campaign.add(Contact { tag: 7, number: 5550100, ..Contact::default() })?;
///
/// let ten = Time::from_secs(10 * 3600);
/// campaign.handle(ten, CampaignInput::Staff { idle: 1, at_work: 1 })?;
/// let dial = CampaignOutput::Dial { contact, tag: 7, number: 5550100, attempt: 1 };
/// assert_eq!(campaign.poll(), Some(dial));
/// campaign.handle(ten, CampaignInput::Failed { contact, outcome: Outcome::Busy })?;
/// assert_eq!(campaign.poll(), None);
/// assert_eq!(campaign.deadline(), Some(ten.plus(600_000))); // busy: again in ten minutes
/// # }
/// # Ok::<(), acd_core::outbound::CampaignError>(())
/// ```
pub struct Campaign<'a> {
    config: CampaignConfig,
    zones: &'a [Calendar<'a>],
    contacts: Contacts<'a>,
    do_not_call: DoNotCall<'a>,
    pacer: Pacer,
    guard: Option<Guard>,
    now: Time,
    /// Which period of the cap this is, and when it is over.
    period: u32,
    period_ends: Option<Time>,
    /// Idle agents it may use now.
    spare: u32,
    previews: u32,
    done: u32,
    suspended: bool,
    told_exhausted: bool,
    /// What an input led to at once; at most two, a contact's end and the guard's word.
    said: [Option<CampaignOutput>; 2],
}

impl core::fmt::Debug for Campaign<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Campaign")
            .field("now", &self.now)
            .field("contacts", &self.contacts.len())
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
impl<'a> Campaign<'a> {
    /// A campaign with room for so many contacts, its memory taken from the heap now.
    ///
    /// # Errors
    /// [`CampaignError::Config`].
    pub fn with_capacity(
        config: CampaignConfig,
        zones: &'a [Calendar<'a>],
        contacts: u32,
        do_not_call: DoNotCall<'a>,
    ) -> Result<Self, CampaignError> {
        Self::build(config, zones, Contacts::with_capacity(contacts), do_not_call)
    }
}

impl<'a> Campaign<'a> {
    /// A campaign in the caller's memory: a slot for each contact, and an index of numbers that
    /// should be half as long again. `zones` are the calling windows contacts refer to.
    ///
    /// # Errors
    /// [`CampaignError::Config`].
    pub fn new(
        config: CampaignConfig,
        zones: &'a [Calendar<'a>],
        contacts: &'a mut [ContactSlot],
        numbers: &'a mut [NumberSlot],
        do_not_call: DoNotCall<'a>,
    ) -> Result<Self, CampaignError> {
        Self::build(config, zones, Contacts::new(contacts.into(), numbers.into()), do_not_call)
    }

    fn build(
        config: CampaignConfig,
        zones: &'a [Calendar<'a>],
        contacts: Contacts<'a>,
        do_not_call: DoNotCall<'a>,
    ) -> Result<Self, CampaignError> {
        let plain = |error| match error {
            crate::Error::Config(what) => CampaignError::Config(what),
            _ => CampaignError::Config("out of range"),
        };
        if let Some(mode) = config.intensified {
            Pacer::new(mode, config.cap_per_mille).map_err(plain)?;
        }
        if config.period_ms == Some(0) {
            return Err(CampaignError::Config("period_ms is 0"));
        }
        if zones.iter().any(|zone| zone.check().is_err()) {
            return Err(CampaignError::Config("a calendar contradicts itself"));
        }
        Ok(Self {
            pacer: Pacer::new(config.mode, config.cap_per_mille).map_err(plain)?,
            guard: config.rails.map(Guard::new).transpose().map_err(plain)?,
            config,
            zones,
            contacts,
            do_not_call,
            now: Time::ZERO,
            period: 0,
            period_ends: None,
            spare: 0,
            previews: 0,
            done: 0,
            suspended: false,
            told_exhausted: false,
            said: [None; 2],
        })
    }

    /// Adds a contact to the list.
    ///
    /// # Errors
    /// Its number is in the list, its calendar is not there, or there is no room.
    pub fn add(&mut self, contact: Contact) -> Result<ContactId, CampaignError> {
        if usize::from(contact.zone) >= self.zones.len() {
            return Err(CampaignError::NoZone(contact.zone));
        }
        let id = self.contacts.add(contact)?;
        self.told_exhausted = false;
        Ok(id)
    }

    /// Adds a contact that was dialled so often before: a list that the embedder keeps goes on where
    /// it was. The tries count for its [`RetryRules`](super::RetryRules).
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_dialled(&mut self, contact: Contact, tries: u8) -> Result<ContactId, CampaignError> {
        let id = self.add(contact)?;
        self.contacts.set(id.0, |slot| slot.tries = tries);
        Ok(id)
    }

    /// Tells the campaign what happened, at which instant.
    ///
    /// # Errors
    /// The input names no contact or one in another state, the clock went back, the do-not-call
    /// list is full, or outputs must be polled first. Nothing has changed then.
    pub fn handle(&mut self, now: Time, input: CampaignInput) -> Result<(), CampaignError> {
        if now < self.now {
            return Err(CampaignError::TimeBackwards { last: self.now, now });
        }
        if self.said.iter().any(Option::is_some) {
            return Err(CampaignError::Undrained);
        }
        let before = (self.pacer, self.period, self.period_ends);
        self.turn_period(now);
        let taken = self.take(now, input);
        match taken {
            Ok(()) => self.now = now,
            Err(_) => (self.pacer, self.period, self.period_ends) = before,
        }
        taken
    }

    /// Begins the period that is due.
    fn turn_period(&mut self, now: Time) {
        let Some(length) = self.config.period_ms else { return };
        let Some(ends) = self.period_ends else {
            self.period_ends = Some(now.plus(length));
            return;
        };
        if now < ends {
            return;
        }
        // The last of those that have begun, and an empty one before it if there were several.
        let over = now.since(ends) / length;
        if over > 0 {
            self.start_period();
        }
        self.start_period();
        self.period_ends = Some(ends.plus(over.saturating_add(1).saturating_mul(length)));
    }

    fn start_period(&mut self) {
        self.pacer.start_period();
        self.period = self.period.wrapping_add(1);
    }

    fn take(&mut self, now: Time, input: CampaignInput) -> Result<(), CampaignError> {
        use CampaignInput as I;
        use ContactState as S;
        match input {
            I::Tick => {}
            I::Staff { idle, at_work } => {
                self.spare = match &mut self.config.blend {
                    Some(blend) => blend.spare(idle, at_work),
                    None => idle,
                };
            }
            I::Start(contact) => {
                let slot = *self.in_state(contact, S::Previewed)?;
                let hours = &self.zones[usize::from(slot.contact.zone)];
                let open = hours.state(now) == State::Open;
                let barred = self.do_not_call.contains(slot.contact.number);
                if !open || barred || self.is_suspended() || self.pacer.dials(self.spare) == 0 {
                    return Err(CampaignError::NotNow(contact));
                }
                self.previews -= 1;
                let dial = self.dial(contact.0);
                self.say(dial);
            }
            I::Skip(contact) => {
                self.in_state(contact, S::Previewed)?;
                self.pass_over(contact.0, now);
            }
            I::Answered { contact, served } => {
                match self.in_state(contact, S::Dialled)?.period == self.period {
                    true => self.pacer.answered(served),
                    false => self.pacer.answered_before(served),
                }
                if served {
                    self.contacts.set(contact.0, |slot| slot.state = S::Talking);
                } else {
                    self.try_again(contact.0, Outcome::Abandoned, now);
                }
            }
            I::Failed { contact, outcome } => {
                let ours = self.in_state(contact, S::Dialled)?.period == self.period;
                if matches!(outcome, Outcome::Reached | Outcome::Abandoned | Outcome::DoNotCall) {
                    return Err(CampaignError::Config("somebody spoke: not a failed dial"));
                }
                match ours {
                    true => self.pacer.unanswered(),
                    false => self.pacer.unanswered_before(),
                }
                self.try_again(contact.0, outcome, now);
            }
            I::Ended { contact, success } => {
                self.in_state(contact, S::Talking)?;
                self.end(contact.0, Outcome::Reached);
                let word = self.guard.as_mut().and_then(|guard| guard.contact(success));
                self.guard_said(word);
            }
            I::Complaint(contact) => {
                let slot = self.contacts.get(contact.0);
                let slot = *slot.ok_or(CampaignError::NoContact(contact))?;
                if !slot.complained {
                    self.contacts.set(contact.0, |slot| slot.complained = true);
                    self.bar(contact.0);
                    let word = self.guard.as_mut().and_then(Guard::complaint);
                    self.guard_said(word);
                }
            }
            I::DoNotCall(number) => match self.contacts.of_number(number) {
                Some(contact) => self.bar(contact),
                None => drop(self.do_not_call.add(number)?),
            },
            I::Suspend => self.suspended = true,
            I::Resume => {
                self.suspended = false;
                if let Some(guard) = &mut self.guard {
                    guard.resume();
                }
                self.set_pace();
            }
            I::StartPeriod => {
                self.start_period();
                self.period_ends = self.config.period_ms.map(|length| now.plus(length));
            }
        }
        Ok(())
    }

    /// The next output; `None` when there is no more for now.
    pub fn poll(&mut self) -> Option<CampaignOutput> {
        let said = self.said.iter_mut().find_map(Option::take);
        if said.is_some() {
            return said;
        }
        if let Some((index, slot)) = self.of(self.contacts.first_preview()) {
            if slot.at <= self.now {
                self.pass_over(index, self.now);
                let (contact, tag) = (ContactId(index), slot.contact.tag);
                return Some(CampaignOutput::PreviewOver { contact, tag });
            }
        }
        while let Some((index, slot)) = self.of(self.contacts.first()) {
            if slot.at > self.now || !self.may_dial() {
                return None;
            }
            let (contact, tag) = (ContactId(index), slot.contact.tag);
            if self.do_not_call.contains(slot.contact.number) {
                return Some(self.done(index, Outcome::DoNotCall));
            }
            match self.zones[usize::from(slot.contact.zone)].next_open(self.now) {
                Some(open) if open > self.now => self.contacts.set(index, |slot| slot.at = open),
                Some(_) if self.pacer.mode() == Mode::Preview => {
                    let until = self.now.plus(u64::from(self.config.preview_ms));
                    self.previews += 1;
                    self.contacts.set(index, |slot| {
                        (slot.state, slot.at) = (ContactState::Previewed, until);
                    });
                    let attempt = slot.tries.saturating_add(1);
                    return Some(CampaignOutput::Preview { contact, tag, attempt });
                }
                Some(_) => return Some(self.dial(index)),
                // No hour will ever come.
                None => return Some(self.done(index, Outcome::NoAnswer)),
            }
        }
        let over = self.done > 0 && self.done == self.contacts.len() && !self.told_exhausted;
        self.told_exhausted |= over;
        over.then_some(CampaignOutput::Exhausted)
    }

    /// When the campaign wants [`CampaignInput::Tick`] at the latest, once it has been polled
    /// until there was no more. `None`: not before the next input.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        // What is due already waits for an agent, the cap or a resumption, not for time.
        let due = |index| self.of(index).map(|(_, slot)| slot.at).filter(|&at| at > self.now);
        // A new period may let through what the cap holds back.
        let period = self.period_ends.filter(|_| self.done < self.contacts.len());
        let all = [due(self.contacts.first()), due(self.contacts.first_preview()), period];
        all.into_iter().flatten().min()
    }

    /// Whether it must not dial: told so, or stopped by its guard.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended || self.guard.is_some_and(|guard| guard.is_suspended())
    }

    /// Whether it may dial more than usual.
    #[must_use]
    pub fn is_intensified(&self) -> bool {
        self.guard.is_some_and(|guard| guard.is_intensified())
    }

    /// What the dials of the period came to.
    #[must_use]
    pub fn counters(&self) -> PacerCounters {
        self.pacer.counters()
    }

    /// What the dials of the period before came to; `dialling` of them have not come to anything yet.
    #[must_use]
    pub fn last_period(&self) -> PacerCounters {
        self.pacer.last_period()
    }

    /// Contacts in the list, and those of them that will not be called again.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        (self.contacts.len(), self.done)
    }

    /// A contact and how often it was dialled.
    ///
    /// # Errors
    /// [`CampaignError::NoContact`].
    pub fn contact(&self, contact: ContactId) -> Result<(Contact, u8), CampaignError> {
        let slot = self.contacts.get(contact.0).ok_or(CampaignError::NoContact(contact))?;
        Ok((slot.contact, slot.tries))
    }

    fn in_state(
        &self,
        contact: ContactId,
        state: ContactState,
    ) -> Result<&ContactSlot, CampaignError> {
        let slot = self.contacts.get(contact.0).ok_or(CampaignError::NoContact(contact))?;
        if slot.state == state { Ok(slot) } else { Err(CampaignError::WrongState(contact)) }
    }

    fn of(&self, index: Option<u32>) -> Option<(u32, ContactSlot)> {
        Some((index?, *self.contacts.get(index?)?))
    }

    fn say(&mut self, output: CampaignOutput) {
        if let Some(place) = self.said.iter_mut().find(|place| place.is_none()) {
            *place = Some(output);
        }
    }

    fn may_dial(&self) -> bool {
        !self.is_suspended() && self.pacer.dials(self.spare) > self.previews
    }

    fn dial(&mut self, index: u32) -> CampaignOutput {
        self.pacer.dialled();
        let period = self.period;
        self.contacts.set(index, |slot| {
            (slot.state, slot.period) = (ContactState::Dialled, period);
            slot.tries = slot.tries.saturating_add(1);
        });
        let (Contact { tag, number, .. }, attempt) = self
            .contacts
            .get(index)
            .map_or_else(Default::default, |slot| (slot.contact, slot.tries));
        CampaignOutput::Dial { contact: ContactId(index), tag, number, attempt }
    }

    /// A contact that an agent did not want, or not in time.
    fn pass_over(&mut self, index: u32, now: Time) {
        self.previews -= 1;
        let again = now.plus(u64::from(self.config.skip_ms));
        self.contacts.set(index, |slot| (slot.state, slot.at) = (ContactState::Waiting, again));
    }

    /// A try is over: another one when the rules say, or none.
    fn try_again(&mut self, index: u32, outcome: Outcome, now: Time) {
        let Some(&ContactSlot { contact, tries, barred, .. }) = self.contacts.get(index) else {
            return;
        };
        let hours = &self.zones[usize::from(contact.zone)];
        let again = self.config.retry.next_try(outcome, tries, now, hours);
        let barred = barred || self.do_not_call.contains(contact.number);
        match again.filter(|_| !barred) {
            Some(at) => {
                self.contacts
                    .set(index, |slot| (slot.state, slot.at) = (ContactState::Waiting, at));
            }
            None => self.end(index, outcome),
        }
    }

    /// The contact must not be called again; what is under way with it goes on.
    fn bar(&mut self, index: u32) {
        self.contacts.set(index, |slot| slot.barred = true);
        match self.contacts.get(index).map(|slot| slot.state) {
            Some(ContactState::Waiting) => self.end(index, Outcome::DoNotCall),
            Some(ContactState::Previewed) => {
                self.previews -= 1;
                self.end(index, Outcome::DoNotCall);
            }
            _ => {}
        }
    }

    fn end(&mut self, index: u32, outcome: Outcome) {
        let done = self.done(index, outcome);
        self.say(done);
    }

    fn done(&mut self, index: u32, outcome: Outcome) -> CampaignOutput {
        self.contacts.set(index, |slot| slot.state = ContactState::Done);
        self.done += 1;
        let (tag, tries) =
            self.contacts.get(index).map_or((0, 0), |slot| (slot.contact.tag, slot.tries));
        CampaignOutput::Done { contact: ContactId(index), tag, outcome, tries }
    }

    fn guard_said(&mut self, word: Option<GuardEvent>) {
        if let Some(word) = word {
            self.say(CampaignOutput::Guard(word));
        }
        self.set_pace();
    }

    fn set_pace(&mut self) {
        let more = self.config.intensified.filter(|_| self.is_intensified());
        self.pacer.set_mode(more.unwrap_or(self.config.mode));
    }
}
