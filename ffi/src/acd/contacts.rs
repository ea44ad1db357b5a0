//! # Routing: the contacts of a campaign

use acd_core::Time;
use acd_core::outbound::{Contact, ContactId};

use super::campaign::tl_campaign;
use super::small;
use crate::config::{Growing, read, store_defaults, store_grown};
use crate::guard::{Failure, guard};
use crate::object::enter;
use crate::pointers::{store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;
use crate::values::tl_time;

/// Somebody to be called.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_campaign_contact {
    /// Set by `tl_campaign_contact_defaults`.
    pub struct_size: u32,
    /// The hours in which it may be called: its place in the campaign's zones, at most 65,535.
    /// Default: 0.
    pub zone: u32,
    /// Your own name for the contact; comes back in every output about it.
    pub tag: u64,
    /// The number to call, or any number that stands for it; no two contacts share one.
    pub number: u64,
    /// Not to be called before this instant. Default: 0.
    pub not_before: tl_time,
    /// Of those due at the same instant the higher goes first. Default: 0.
    pub priority: i32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with a u32; two u32, three u64 and two u32, so there is no padding.
unsafe impl Growing for tl_campaign_contact {
    const FIRST_SIZE: usize = 40;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            zone: 0,
            tag: 0,
            number: 0,
            not_before: 0,
            priority: 0,
            reserved: 0,
        }
    }
}

impl tl_campaign_contact {
    fn contact(&self) -> Result<Contact, Failure> {
        Ok(Contact {
            tag: self.tag,
            number: self.number,
            zone: small(self.zone, "zone")?,
            priority: self.priority,
            not_before: Time::from_ms(self.not_before),
        })
    }
}

/// Fills in the default contact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_contact_defaults(
    contact: *mut tl_campaign_contact,
    struct_size: usize,
) -> tl_status {
    guard("tl_campaign_contact_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(contact, "contact", struct_size) }
    })
}

/// Adds a contact to the list, and stores in `number` what names it from now on: its place in the
/// list, from 0 on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_add(
    campaign: *mut tl_campaign,
    contact: *const tl_campaign_contact,
    number: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_add", campaign, |campaign| {
            writable(number, "number")?;
            let of = read(contact, "contact")?;
            let ContactId(id) = campaign.add(of.contact()?)?;
            store(number, "number", id)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_campaign_add`, a contact that was dialled `tries` times before, which count against its
/// retries: a list that is taken up again where another system, or another day, left it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_add_dialled(
    campaign: *mut tl_campaign,
    contact: *const tl_campaign_contact,
    tries: u32,
    number: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_add_dialled", campaign, |campaign| {
            writable(number, "number")?;
            let (of, tries) = (read(contact, "contact")?, small(tries, "tries")?);
            let ContactId(id) = campaign.add_dialled(of.contact()?, tries)?;
            store(number, "number", id)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores a contact, and in `tries`, which may be NULL, how often it was dialled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_get_contact(
    campaign: *const tl_campaign,
    number: u32,
    contact: *mut tl_campaign_contact,
    tries: *mut u32,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_get_contact", campaign, |campaign| {
            let (of, tried) = campaign.contact(ContactId(number))?;
            writable_or_null(tries, "tries")?;
            let filled = tl_campaign_contact {
                tag: of.tag,
                number: of.number,
                zone: of.zone.into(),
                priority: of.priority,
                not_before: of.not_before.ms(),
                ..tl_campaign_contact::defaults()
            };
            store_grown(contact, "contact", struct_size, &filled)?;
            store_if_wanted(tries, "tries", tried.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// How far a campaign is, and what its dials of the period came to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_campaign_info {
    /// Contacts in the list.
    pub contacts: u32,
    /// Those of them that will not be called again.
    pub done: u32,
    /// Dials that have not come to anything yet.
    pub dialling: u32,
    /// 1: it must not dial, told so or by its own decision.
    pub suspended: u32,
    /// Dials that people answered.
    pub live: u64,
    /// Those of them for whom no agent was there in time.
    pub abandoned: u64,
    /// Dials that nobody answered, or a machine.
    pub unanswered: u64,
    /// 1: it may dial more than usual.
    pub intensified: u32,
    /// 0.
    pub reserved32: u32,
    /// Dials of the cap's period before this one that people answered.
    pub last_live: u64,
    /// Those of them for whom no agent was there in time.
    pub last_abandoned: u64,
}

/// Stores how far a campaign is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_get_info(
    campaign: *const tl_campaign,
    info: *mut tl_campaign_info,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_get_info", campaign, |campaign| {
            let ((contacts, done), of) = (campaign.progress(), campaign.counters());
            let last = campaign.last_period();
            let filled = tl_campaign_info {
                contacts,
                done,
                dialling: of.dialling,
                suspended: campaign.is_suspended().into(),
                live: of.live,
                abandoned: of.abandoned,
                unanswered: of.unanswered,
                intensified: campaign.is_intensified().into(),
                reserved32: 0,
                last_live: last.live,
                last_abandoned: last.abandoned,
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}
