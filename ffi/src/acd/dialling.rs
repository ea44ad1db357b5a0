//! # Routing: dialling
//!
//! Tell the campaign what happened, with the time, then take what it says with `tl_campaign_poll` until
//! `TL_DONE`, and call `tl_campaign_tick` no later than `tl_campaign_deadline`.

use acd_core::Time;
use acd_core::outbound::{
    CampaignInput as Input, CampaignOutput as Output, ContactId, GuardEvent, Outcome,
};

use super::campaign::tl_campaign;
use super::unknown;
use crate::guard::Failure;
use crate::object::enter;
use crate::pointers::{store, writable};
use crate::tl_status;
use crate::values::{TL_NONE32, set64, tl_time};

/// # Safety
/// As [`enter`].
unsafe fn tell(
    name: &'static str,
    campaign: *mut tl_campaign,
    now: tl_time,
    input: impl FnOnce() -> Result<Input, Failure>,
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        enter(name, campaign, |campaign| {
            campaign.handle(Time::from_ms(now), input()?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Nothing but time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_tick(campaign: *mut tl_campaign, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_tick", campaign, now, || Ok(Input::Tick)) }
}

/// So many of the campaign's agents could take a call now, of so many logged in; an agent whose preview
/// or dial is under way counts as idle. Tell each change.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_staff(
    campaign: *mut tl_campaign,
    now: tl_time,
    idle: u32,
    at_work: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_staff", campaign, now, || Ok(Input::Staff { idle, at_work })) }
}

/// Preview: the agent starts the call. `TL_ERR_ACD_NOT_NOW`: the contact must not be called now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_start(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_start", campaign, now, || Ok(Input::Start(ContactId(contact)))) }
}

/// Preview: the agent passes over the contact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_skip(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_skip", campaign, now, || Ok(Input::Skip(ContactId(contact)))) }
}

/// A person answered the dial, and an agent was there in time (`served` is not 0) or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_answered(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
    served: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        tell("tl_campaign_answered", campaign, now, || {
            Ok(Input::Answered { contact: ContactId(contact), served: served != 0 })
        })
    }
}

/// What a dial came to.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_campaign_outcome {
    /// An agent spoke with the contact.
    TL_CAMPAIGN_REACHED = 1,
    /// The contact answered and no agent was there.
    TL_CAMPAIGN_ABANDONED = 2,
    /// Busy.
    TL_CAMPAIGN_BUSY = 3,
    /// It rang and nobody answered.
    TL_CAMPAIGN_NO_ANSWER = 4,
    /// A machine answered.
    TL_CAMPAIGN_MACHINE = 5,
    /// The network refused for the moment.
    TL_CAMPAIGN_CONGESTION = 6,
    /// No such number.
    TL_CAMPAIGN_INVALID = 7,
    /// The contact does not want to be called, now or ever.
    TL_CAMPAIGN_DO_NOT_CALL = 8,
}

const OUTCOMES: [Outcome; 8] = [
    Outcome::Reached,
    Outcome::Abandoned,
    Outcome::Busy,
    Outcome::NoAnswer,
    Outcome::Machine,
    Outcome::Congestion,
    Outcome::Invalid,
    Outcome::DoNotCall,
];

/// The number of an outcome; 0 for one that the header does not know.
fn number(outcome: Outcome) -> u32 {
    (1..).zip(OUTCOMES).find(|(_, one)| *one == outcome).map_or(0, |(number, _)| number)
}

pub(super) fn outcome(value: u32) -> Result<Outcome, Failure> {
    let at = (value as usize).wrapping_sub(1);
    OUTCOMES.get(at).copied().map_or_else(|| unknown("outcome", value), Ok)
}

/// The dial came to nothing, and nobody spoke: `outcome` is a `tl_campaign_outcome` other than reached,
/// abandoned and do not call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_failed(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
    outcome: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        tell("tl_campaign_failed", campaign, now, || {
            Ok(Input::Failed { contact: ContactId(contact), outcome: self::outcome(outcome)? })
        })
    }
}

/// The conversation is over, a success if `success` is not 0, as you count it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_ended(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
    success: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        tell("tl_campaign_ended", campaign, now, || {
            Ok(Input::Ended { contact: ContactId(contact), success: success != 0 })
        })
    }
}

/// The contact complained, at whatever time: it counts, once, and it is not called again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_complaint(
    campaign: *mut tl_campaign,
    now: tl_time,
    contact: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        tell("tl_campaign_complaint", campaign, now, || Ok(Input::Complaint(ContactId(contact))))
    }
}

/// This number is not to be called again, be it a contact's or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_do_not_call(
    campaign: *mut tl_campaign,
    now: tl_time,
    number: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_do_not_call", campaign, now, || Ok(Input::DoNotCall(number))) }
}

/// Stop dialling; what is under way goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_suspend(
    campaign: *mut tl_campaign,
    now: tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_suspend", campaign, now, || Ok(Input::Suspend)) }
}

/// Go on, after `tl_campaign_suspend` or when it stopped of itself, with a new record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_resume(campaign: *mut tl_campaign, now: tl_time) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_resume", campaign, now, || Ok(Input::Resume)) }
}

/// A new period of the cap begins.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_start_period(
    campaign: *mut tl_campaign,
    now: tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { tell("tl_campaign_start_period", campaign, now, || Ok(Input::StartPeriod)) }
}

/// What an output is about, and which fields of `tl_campaign_output` it fills in besides `kind`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_campaign_output_kind {
    /// A kind newer than this header: skip it.
    TL_CAMPAIGN_UNKNOWN = 0,
    /// Show this contact to an idle agent, and answer `tl_campaign_start` or `_skip`: contact, tag,
    /// tries (which one it would be).
    TL_CAMPAIGN_SHOW = 1,
    /// The agent has taken too long, show the contact no longer: contact, tag.
    TL_CAMPAIGN_SHOW_OVER = 2,
    /// Dial: contact, tag, number, tries (which one it is).
    TL_CAMPAIGN_DIAL = 3,
    /// A contact will not be called again: contact, tag, reason (the `tl_campaign_outcome` of its
    /// last try), tries.
    TL_CAMPAIGN_CONTACT_DONE = 4,
    /// The campaign has decided about itself: reason (`tl_campaign_decision`).
    TL_CAMPAIGN_DECIDED = 5,
    /// Every contact is done.
    TL_CAMPAIGN_EXHAUSTED = 6,
}

/// What a campaign has decided.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_campaign_decision {
    /// Too many complaints: it is suspended.
    TL_CAMPAIGN_SUSPENDED_BY_COMPLAINTS = 1,
    /// Too few successes: it is suspended.
    TL_CAMPAIGN_SUSPENDED_BY_FAILURE = 2,
    /// Many successes and no complaint: it may dial more.
    TL_CAMPAIGN_INTENSIFIED = 3,
}

/// The number of a guard's decision; 0 for one newer than the header.
pub(super) fn news(event: GuardEvent) -> u32 {
    use tl_campaign_decision as D;
    match event {
        GuardEvent::SuspendedByComplaints => D::TL_CAMPAIGN_SUSPENDED_BY_COMPLAINTS as u32,
        GuardEvent::SuspendedByFailure => D::TL_CAMPAIGN_SUSPENDED_BY_FAILURE as u32,
        GuardEvent::Intensified => D::TL_CAMPAIGN_INTENSIFIED as u32,
        _ => 0,
    }
}

/// One thing to do or to know.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_campaign_output {
    /// A `tl_campaign_output_kind`.
    pub kind: u32,
    /// The contact, else `TL_NONE32`.
    pub contact: u32,
    /// The contact's tag.
    pub tag: u64,
    /// The contact's number.
    pub number: u64,
    /// Tries, this one included.
    pub tries: u32,
    /// A value of the enum that the kind names.
    pub reason: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl tl_campaign_output {
    fn new(output: Output) -> Self {
        use tl_campaign_output_kind as K;
        let nothing = Self {
            kind: K::TL_CAMPAIGN_UNKNOWN as u32,
            contact: TL_NONE32,
            tag: 0,
            number: 0,
            tries: 0,
            reason: 0,
            reserved: [0; 2],
        };
        let of =
            |kind: K, ContactId(contact), tag| Self { kind: kind as u32, contact, tag, ..nothing };
        match output {
            Output::Preview { contact, tag, attempt } => {
                Self { tries: attempt.into(), ..of(K::TL_CAMPAIGN_SHOW, contact, tag) }
            }
            Output::PreviewOver { contact, tag } => of(K::TL_CAMPAIGN_SHOW_OVER, contact, tag),
            Output::Dial { contact, tag, number, attempt } => {
                Self { number, tries: attempt.into(), ..of(K::TL_CAMPAIGN_DIAL, contact, tag) }
            }
            Output::Done { contact, tag, outcome, tries } => Self {
                reason: number(outcome),
                tries: tries.into(),
                ..of(K::TL_CAMPAIGN_CONTACT_DONE, contact, tag)
            },
            Output::Guard(event) => {
                Self { kind: K::TL_CAMPAIGN_DECIDED as u32, reason: news(event), ..nothing }
            }
            Output::Exhausted => Self { kind: K::TL_CAMPAIGN_EXHAUSTED as u32, ..nothing },
            _ => nothing,
        }
    }
}

/// Stores the next output in `output`, or returns `TL_DONE` when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_poll(
    campaign: *mut tl_campaign,
    output: *mut tl_campaign_output,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_poll", campaign, |campaign| {
            writable(output, "output")?;
            let Some(next) = campaign.poll() else {
                return Ok(tl_status::TL_DONE);
            };
            store(output, "output", tl_campaign_output::new(next))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores in `at` when the campaign wants `tl_campaign_tick` at the latest; `TL_NONE` when not before
/// the next input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_campaign_deadline(
    campaign: *const tl_campaign,
    at: *mut tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_campaign_deadline", campaign, |campaign| {
            store(at, "at", set64(campaign.deadline().map(Time::ms)))?;
            Ok(tl_status::TL_OK)
        })
    }
}
