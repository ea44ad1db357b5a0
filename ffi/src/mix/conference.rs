//! # Mixing: conferences
//!
//! A matrix of gains between as many parties as are asked for when it is made, with any number of
//! supervisors who monitor, whisper or barge in. Each frame costs a pass for every pair that hears each
//! other; where all hear all and they are many, `tl_mix_total` and `tl_mix_others` cost two for each
//! party.

use core::ffi::c_void;

use media_core::mix::{Conference, Fade, Gain};

use super::{MOST, frame, supervision, voice};
use crate::arena::Arena;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, output, store};
use crate::tl_status;

/// A call of any number of parties.
#[derive(Debug)]
pub struct tl_conference {
    _opaque: [u8; 0],
}

impl Kind for tl_conference {
    const MAGIC: u32 = u32::from_le_bytes(*b"tCnf");
    type Value = Conference<'static>;
}

fn lay(arena: &mut Arena, parties: u32) -> Result<&'static mut [Fade], Failure> {
    let cells = (parties as usize).checked_mul(parties as usize);
    let too_many = || Failure::argument(format_args!("parties is {parties}"));
    arena.table(cells.filter(|_| parties > 0).ok_or_else(too_many)?, Fade::default())
}

fn build(cells: &'static mut [Fade], parties: u32) -> Result<Conference<'static>, Failure> {
    let short = || Failure::argument(format_args!("parties is {parties}"));
    Conference::new(cells, parties as usize).ok_or_else(short)
}

/// Stores in `size` how many bytes a conference of so many parties takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_size(parties: u32, size: *mut usize) -> tl_status {
    guard("tl_conference_size", || {
        let needed = object::size::<tl_conference, _>(|arena| lay(arena, parties))?;
        // SAFETY: the header's contract for pointers.
        unsafe { store(size, "size", needed) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a conference of so many parties, of whom nobody hears anybody, in the caller's block of `size`
/// bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_init(
    memory: *mut c_void,
    size: usize,
    parties: u32,
    conference: *mut *mut tl_conference,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_conference_init", || unsafe {
        let tables = |arena: &mut Arena| lay(arena, parties);
        object::init((memory.cast(), size), conference, tables, |cells| build(cells, parties))
    })
}

/// As `tl_conference_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_new(
    parties: u32,
    conference: *mut *mut tl_conference,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_conference_new", || unsafe {
        object::create(conference, |arena| lay(arena, parties), |cells| build(cells, parties))
    })
}

/// Ends a conference. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_free(conference: *mut tl_conference) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_conference_free", conference) }
}

/// Party numbers, if there are such parties.
fn both(of: &Conference<'_>, one: u32, other: u32) -> Result<(usize, usize), Failure> {
    let (a, b) = (one as usize, other as usize);
    if a < of.parties() && b < of.parties() {
        return Ok((a, b));
    }
    let text = format_args!("parties {one} and {other} of {}", of.parties());
    Err(Failure::argument(text))
}

/// From the next sample on, `to` hears `from` with this gain, fading over 5 ms. Parties count from 0; a
/// party may be routed to itself (an echo test).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_route(
    conference: *mut tl_conference,
    from: u32,
    to: u32,
    gain: u16,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_conference_route", conference, |this| {
            let (from, to) = both(this, from, to)?;
            this.route(from, to, Gain::from_q12(gain));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Both hear each other, as they speak.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_join(
    conference: *mut tl_conference,
    one: u32,
    other: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_conference_join", conference, |this| {
            let (one, other) = both(this, one, other)?;
            this.join(one, other);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the gain from one party to another, once the fade is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_get_gain(
    conference: *const tl_conference,
    from: u32,
    to: u32,
    gain: *mut u16,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_conference_get_gain", conference, |this| {
            let (from, to) = both(this, from, to)?;
            store(gain, "gain", this.gain(from, to).q12())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Changes what a supervisor hears of all others and who of them hears it: `what` is a
/// `tl_supervision`; whispering, `agent` alone does. Between the others nothing changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_supervise(
    conference: *mut tl_conference,
    supervisor: u32,
    agent: u32,
    what: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_conference_supervise", conference, |this| {
            let (supervisor, agent) = both(this, supervisor, agent)?;
            this.supervise(supervisor, agent, supervision(what)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// One frame of `samples` samples, at most 1,024: what each said, in `voices`, into what each hears, in
/// `ears`; both have a pointer for each party. A voice that is NULL is silent, an ear that is NULL is not
/// wanted, and no two of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_conference_mix(
    conference: *mut tl_conference,
    voices: *const *const i16,
    ears: *const *mut i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_conference_mix", conference, |this| {
            let parties = this.parties();
            let voices = input(voices, parties, "voices")?;
            let ears = input(ears, parties, "ears")?;
            frame(samples)?;
            // All are looked at before anything is mixed.
            for (said, ear) in voices.iter().zip(ears) {
                voice(*said, samples)?;
                if !ear.is_null() {
                    output(*ear, samples, "an ear")?;
                }
            }
            let mut unwanted = [0; MOST];
            for (to, ear) in ears.iter().enumerate() {
                let ear = match ear {
                    none if none.is_null() => &mut unwanted[..samples],
                    ear => output(*ear, samples, "an ear")?,
                };
                this.hear(to, voices.iter().map(|said| voice(*said, samples).unwrap_or(&[])), ear);
            }
            Ok(tl_status::TL_OK)
        })
    }
}
