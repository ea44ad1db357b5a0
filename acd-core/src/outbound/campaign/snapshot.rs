//! A campaign as bytes and back, and as one number.

use super::contacts::{ContactState, Contacts};
use super::{Campaign, CampaignConfig, CampaignError, ContactSlot, NumberSlot};
use crate::calendar::Calendar;
use crate::outbound::{DoNotCall, Guard, Pacer};
use crate::plain::{Buffer, Hash, Plain, Sink, Source, plain};
use crate::time::Time;

/// "TLCMP" and the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"TLCMP\0\x02\0");

const DAMAGED: CampaignError = CampaignError::Snapshot("damaged");

/// What is written of a campaign beside its lists.
#[derive(Clone, Copy, Debug)]
struct Head {
    config: CampaignConfig,
    pacer: Pacer,
    guard: Option<Guard>,
    now: Time,
    period: u32,
    period_ends: Option<Time>,
    spare: u32,
    suspended: bool,
    told_exhausted: bool,
}

impl Campaign<'_> {
    /// Writes the whole state into a buffer; how long it is. When that is longer than the buffer,
    /// what is in the buffer is of no use: call again with so much room. Less than 320 bytes, 50
    /// for each contact and 8 for each number not to be called.
    ///
    /// A campaign [restored](Campaign::restore) from it goes on as if it had never stopped.
    ///
    /// # Errors
    /// [`CampaignError::Undrained`].
    pub fn snapshot(&self, bytes: &mut [u8]) -> Result<usize, CampaignError> {
        if self.said.iter().any(Option::is_some) {
            return Err(CampaignError::Undrained);
        }
        let mut buffer = Buffer::new(bytes);
        MAGIC.put(&mut buffer);
        self.put(&mut buffer);
        self.state_hash().put(&mut buffer);
        Ok(buffer.len)
    }

    /// The state as one number: equal for campaigns that were told the same, on every platform,
    /// whatever room they have.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        let mut hash = Hash::START;
        self.put(&mut hash);
        hash.0
    }

    fn put(&self, sink: &mut dyn Sink) {
        let head = Head {
            config: self.config,
            pacer: self.pacer,
            guard: self.guard,
            now: self.now,
            period: self.period,
            period_ends: self.period_ends,
            spare: self.spare,
            suspended: self.suspended,
            told_exhausted: self.told_exhausted,
        };
        head.put(sink);
        self.contacts.len().put(sink);
        self.contacts.all().for_each(|slot| slot.put(sink));
        self.contacts.previews().for_each(|contact| contact.put(sink));
        (self.do_not_call.numbers().len() as u64).put(sink);
        self.do_not_call.numbers().iter().for_each(|number| number.put(sink));
    }
}

impl<'a> Campaign<'a> {
    /// A campaign in the caller's memory, in the state of a snapshot. There may be more room than
    /// there was, and `do_not_call` is forgotten for the numbers of the snapshot. `zones` are the
    /// calendars of now: as many, at least, as contacts refer to.
    ///
    /// # Errors
    /// [`CampaignError::Snapshot`]: the bytes are not a snapshot of this version, or are damaged;
    /// [`CampaignError::Full`]: there is less room than it takes; or a calendar is missing or
    /// contradicts itself.
    pub fn restore_in(
        zones: &'a [Calendar<'a>],
        contacts: &'a mut [ContactSlot],
        numbers: &'a mut [NumberSlot],
        do_not_call: DoNotCall<'a>,
        bytes: &[u8],
    ) -> Result<Self, CampaignError> {
        Self::read(zones, Contacts::new(contacts.into(), numbers.into()), do_not_call, bytes)
    }

    /// A campaign with room for so many contacts, in the state of a snapshot: see
    /// [`restore_in`](Self::restore_in).
    ///
    /// ```
    /// use acd_core::Time;
    /// use acd_core::calendar::{Calendar, Period};
    /// use acd_core::outbound::*;
    ///
    /// let day = [Period::of(9, 0, 20, 0)];
    /// let zones = [Calendar { week: [&day; 7], ..Calendar::default() }];
    /// let list = || DoNotCall::with_capacity(10);
    /// let mut campaign = Campaign::with_capacity(CampaignConfig::default(), &zones, 100, list())?;
    /// campaign.add(Contact { number: 5550100, ..Contact::default() })?;
    /// let mut bytes = vec![0; campaign.snapshot(&mut [])?];
    /// campaign.snapshot(&mut bytes)?;
    ///
    /// let mut again = Campaign::restore(&zones, 100, list(), &bytes)?;
    /// assert_eq!(again.state_hash(), campaign.state_hash());
    /// again.handle(Time::from_secs(36_000), CampaignInput::Staff { idle: 1, at_work: 1 })?;
    /// assert!(matches!(again.poll(), Some(CampaignOutput::Dial { number: 5550100, .. })));
    /// # Ok::<(), CampaignError>(())
    /// ```
    ///
    /// # Errors
    /// As [`restore_in`](Self::restore_in).
    #[cfg(feature = "alloc")]
    pub fn restore(
        zones: &'a [Calendar<'a>],
        contacts: u32,
        do_not_call: DoNotCall<'a>,
        bytes: &[u8],
    ) -> Result<Self, CampaignError> {
        Self::read(zones, Contacts::with_capacity(contacts), do_not_call, bytes)
    }

    fn read(
        zones: &'a [Calendar<'a>],
        contacts: Contacts<'a>,
        mut do_not_call: DoNotCall<'a>,
        bytes: &[u8],
    ) -> Result<Self, CampaignError> {
        let mut source = Source::new(bytes);
        if u64::get(&mut source) != MAGIC {
            return Err(CampaignError::Snapshot("not a snapshot of this version"));
        }
        let head = Head::get(&mut source);
        if source.failed {
            return Err(DAMAGED);
        }
        do_not_call.clear();
        let mut campaign = Self::build(head.config, zones, contacts, do_not_call)?;
        (campaign.pacer, campaign.guard) = (head.pacer, head.guard);
        (campaign.now, campaign.spare) = (head.now, head.spare);
        (campaign.period, campaign.period_ends) = (head.period, head.period_ends);
        (campaign.suspended, campaign.told_exhausted) = (head.suspended, head.told_exhausted);
        campaign.read_contacts(&mut source)?;
        let count = u64::get(&mut source);
        for _ in 0..count {
            let number = u64::get(&mut source);
            if source.failed || !campaign.do_not_call.add(number)? {
                return Err(DAMAGED);
            }
        }
        let hash = u64::get(&mut source);
        if source.failed || !source.is_empty() || hash != campaign.state_hash() {
            return Err(DAMAGED);
        }
        Ok(campaign)
    }

    /// The list, its order and its index are made anew: only what the contacts are is believed.
    fn read_contacts(&mut self, source: &mut Source<'_>) -> Result<(), CampaignError> {
        let count = u32::get(source);
        for _ in 0..count {
            let slot = ContactSlot::get(source);
            if source.failed {
                return Err(DAMAGED);
            }
            if usize::from(slot.contact.zone) >= self.zones.len() {
                return Err(CampaignError::NoZone(slot.contact.zone));
            }
            let id = self.contacts.add(slot.contact).map_err(|error| match error {
                CampaignError::Full => error,
                _ => DAMAGED,
            })?;
            self.previews += u32::from(slot.state == ContactState::Previewed);
            self.done += u32::from(slot.state == ContactState::Done);
            // Those previewed come in their own order, below.
            let state = match slot.state {
                ContactState::Previewed => ContactState::Done,
                state => state,
            };
            let ContactSlot { tries, complained, barred, at, period, .. } = slot;
            self.contacts.set(id.0, |new| {
                (new.state, new.tries, new.at) = (state, tries, at);
                (new.complained, new.barred, new.period) = (complained, barred, period);
            });
        }
        for _ in 0..self.previews {
            let contact = u32::get(source);
            match self.contacts.get(contact).map(|slot| slot.state) {
                Some(ContactState::Done) => {
                    self.contacts.set(contact, |slot| slot.state = ContactState::Previewed);
                }
                _ => return Err(DAMAGED),
            }
        }
        Ok(())
    }
}

plain!(struct Head { config, pacer, guard, now, period, period_ends, spare, suspended, told_exhausted });
