//! # Routing: a call centre to experiment with
//!
//! Random callers and agents around the very engine that runs in production, from a text in TOML or
//! JSON: the queues as in `tl_acd_text_new`, who calls, and who answers (docs/c-api.md has the whole of
//! it). The same seed gives the same day. Takes memory from the allocator.

use core::ffi::{c_char, c_void};

use acd_core::sim::{CallRecord, Centre, Estimate, Fate, Playing, Report, Tally};
use acd_core::{Engine, Output, Time};

use super::schema::Wrong;
use super::{FILE, sim_schema, tree};
use crate::acd::query::tl_acd_queue_counters;
use crate::acd::stats::tl_stats;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::{c_text_or, lend, list, store, store_if_wanted, text, writable};
use crate::tl_status;
use crate::values::{set32, tl_time};

/// A call centre to experiment with, and what came of the last run.
#[derive(Debug)]
pub struct tl_sim {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Simulated {
    centre: Option<Centre>,
    messages: String,
    report: Option<Report>,
    playing: Option<Playing>,
}

impl Kind for tl_sim {
    const MAGIC: u32 = u32::from_le_bytes(*b"tSim");
    type Value = Simulated;
}

impl Simulated {
    fn new(source: &str, file: &str) -> Self {
        let mut wrong = Wrong::default();
        let centre = match tree::parse(source) {
            Ok(root) => Some(sim_schema::read(&root, &mut wrong)),
            Err((line, what)) => {
                wrong.say(line, what);
                None
            }
        };
        let messages = wrong.messages(file);
        let centre = centre.filter(|_| messages.is_empty());
        Self { centre, messages, report: None, playing: None }
    }

    fn centre(&self) -> Result<&Centre, Failure> {
        let wrong = || Failure::first_of(tl_status::TL_ERR_ACD_TEXT, &self.messages);
        self.centre.as_ref().ok_or_else(wrong)
    }

    fn report(&self) -> Result<&Report, Failure> {
        self.centre()?;
        self.report.as_ref().ok_or_else(|| Failure::argument("nothing has been run yet"))
    }

    fn playing(&mut self) -> Result<&mut Playing, Failure> {
        self.centre()?;
        self.playing.as_mut().ok_or_else(|| Failure::argument("nothing has been started"))
    }
}

/// Reads a text of `len` bytes: JSON if it begins with a brace, else TOML. `file` is the name that
/// messages show, with a NUL; it may be NULL. A text with errors gives an object too: ask it for its
/// messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_new(
    source: *const c_char,
    len: usize,
    file: *const c_char,
    sim: *mut *mut tl_sim,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_sim_new", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        object::create(sim, |_| Ok(()), |()| Ok(Simulated::new(source, file)))
    })
}

/// How many bytes a simulation takes. Who is in it, and what came of it, is kept in memory from the
/// allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_sim_size() -> usize {
    object::fixed_size::<tl_sim>()
}

/// As `tl_sim_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_init(
    memory: *mut c_void,
    size: usize,
    source: *const c_char,
    len: usize,
    file: *const c_char,
    sim: *mut *mut tl_sim,
) -> tl_status {
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_sim_init", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        let block = (memory.cast(), size);
        object::init(block, sim, |_| Ok(()), |()| Ok(Simulated::new(source, file)))
    })
}

/// Ends a simulation. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_free(sim: *mut tl_sim) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_sim_free", sim) }
}

/// Stores where the messages are, `*len` bytes of text without a NUL that live as long as the object:
/// one line for each error, with file and line. None is 0 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_messages(
    sim: *const tl_sim,
    messages: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_sim_messages", sim, |this| {
            lend((messages, "messages"), len, this.messages.as_bytes())
        })
    }
}

/// Plays the centre once, to the end of its last call: may take long. What came of it can be asked
/// afterwards. With errors in the text: `TL_ERR_ACD_TEXT`, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_run(sim: *mut tl_sim, seed: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_sim_run", sim, |this| {
            this.report = Some(this.centre()?.run(seed)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Starts a run from its beginning, to be played piece by piece and looked at in between. What came of
/// the last run can still be asked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_start(sim: *mut tl_sim, seed: u64) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_sim_start", sim, |this| {
            this.playing = Some(this.centre()?.start(seed)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Plays what happens until an instant, which is included; the run began at 0. `TL_DONE`: nothing is left
/// to happen. If `stats` is not NULL, it counts everything the engine says on the way, so that a day that
/// is not there has the reports of a real one; in them the queues' handles count from 0 on, in the order
/// of the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_play_until(
    sim: *mut tl_sim,
    until: tl_time,
    stats: *mut tl_stats,
) -> tl_status {
    let name = "tl_sim_play_until";
    let until = Time::from_ms(until);
    let left = |more: bool| if more { tl_status::TL_OK } else { tl_status::TL_DONE };
    if stats.is_null() {
        // SAFETY: the header's contract for objects.
        return unsafe { enter(name, sim, |this| Ok(left(this.playing()?.play_until(until)?))) };
    }
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both(name, (sim.cast_const(), stats.cast_const()), |this, numbers| {
            let see = |_: &Engine<'_>, at, output: &Output| numbers.see(at, output);
            Ok(left(this.playing()?.watch_until(until, see)?))
        })
    }
}

/// Stores how the queue at this place in the text, from 0 on, stands in the run that is being played, as
/// `tl_acd_get_queue`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_get_queue(
    sim: *const tl_sim,
    place: u32,
    counters: *mut tl_acd_queue_counters,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_sim_get_queue", sim, |this| {
            writable(counters, "counters")?;
            let missing = || Failure::argument(format_args!("there is no queue at {place}"));
            let (of, staff) = this.playing()?.queue(place as usize).ok_or_else(missing)?;
            store(counters, "counters", tl_acd_queue_counters::new(&of, &staff))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends the run that is being played where it is: what came of it until then can be asked as after
/// `tl_sim_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_finish(sim: *mut tl_sim) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_sim_finish", sim, |this| {
            this.playing()?;
            this.report = this.playing.take().map(Playing::finish);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Counts and sums of some calls of a run.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_sim_tally {
    /// Calls that came.
    pub offered: u64,
    /// Calls answered.
    pub answered: u64,
    /// Calls whose caller hung up before that.
    pub abandoned: u64,
    /// Calls refused, or that left some other way.
    pub left: u64,
    /// Calls that did not find an agent at once.
    pub waited: u64,
    /// Answered within the service level of their queue.
    pub in_level: u64,
    /// Waits of all calls, in seconds.
    pub wait_s: f64,
    /// Waits of the answered calls, in seconds.
    pub answer_s: f64,
    /// Talk of the answered calls, in seconds.
    pub talk_s: f64,
    /// Share of the offered calls answered within the service level.
    pub service_level: f64,
    /// Share of the offered calls whose caller hung up.
    pub abandonment: f64,
    /// Share of the offered calls that had to wait.
    pub wait_probability: f64,
    /// Average wait of all calls, in seconds.
    pub average_wait_s: f64,
    /// Average wait of the answered calls, in seconds.
    pub average_answer_s: f64,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

impl tl_sim_tally {
    fn new(of: &Tally) -> Self {
        Self {
            offered: of.offered,
            answered: of.answered,
            abandoned: of.abandoned,
            left: of.left,
            waited: of.waited,
            in_level: of.in_level,
            wait_s: of.wait_s,
            answer_s: of.answer_s,
            talk_s: of.talk_s,
            service_level: of.service_level(),
            abandonment: of.abandonment(),
            wait_probability: of.wait_probability(),
            average_wait_s: of.average_wait_s(),
            average_answer_s: of.average_answer_s(),
            reserved: [0; 2],
        }
    }
}

/// Stores the numbers of all counted calls of the last run, and in `occupancy`, which may be NULL, the
/// agents' time on calls as a share of their time logged in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_get_total(
    sim: *const tl_sim,
    tally: *mut tl_sim_tally,
    occupancy: *mut f64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_sim_get_total", sim, |this| {
            writable(tally, "tally")?;
            let report = this.report()?;
            store_if_wanted(occupancy, "occupancy", report.occupancy())?;
            store(tally, "tally", tl_sim_tally::new(&report.total))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores as many rows, one for each stream of calls in the order of the text, as there is `room` for,
/// and in `count` how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_list_streams(
    sim: *const tl_sim,
    rows: *mut tl_sim_tally,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_sim_list_streams", sim, |this| {
            let all = this.report()?.streams.iter().map(tl_sim_tally::new);
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_sim_list_streams`, one row for each interval, the calls by when they came.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_list_intervals(
    sim: *const tl_sim,
    rows: *mut tl_sim_tally,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_sim_list_intervals", sim, |this| {
            let all = this.report()?.intervals.iter().map(tl_sim_tally::new);
            list((rows, room, count), "rows", all)
        })
    }
}

/// An agent of a run.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_sim_agent {
    /// Seconds on calls.
    pub busy_s: f64,
    /// Seconds logged in.
    pub there_s: f64,
}

/// As `tl_sim_list_streams`, one row for each agent, group after group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_list_agents(
    sim: *const tl_sim,
    rows: *mut tl_sim_agent,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_sim_list_agents", sim, |this| {
            let all = this.report()?.agents.iter();
            let all = all.map(|&(busy_s, there_s)| tl_sim_agent { busy_s, there_s });
            list((rows, room, count), "rows", all)
        })
    }
}

/// As `tl_sim_list_streams`, how many calls of the first stream the first group answered, the second
/// group, ..., then those of the second stream, and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_list_answered(
    sim: *const tl_sim,
    calls: *mut u64,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_sim_list_answered", sim, |this| {
            let all = this.report()?.answered_by.iter().flatten().copied();
            list((calls, room, count), "calls", all)
        })
    }
}

/// What became of a call.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_sim_fate {
    /// An agent answered it.
    TL_SIM_ANSWERED = 1,
    /// Its caller hung up before that.
    TL_SIM_ABANDONED = 2,
    /// It was refused, left some other way, or waited still when everybody had gone home.
    TL_SIM_LEFT = 3,
}

/// One call of a run.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_sim_call {
    /// When it came; the run begins at 0.
    pub came: tl_time,
    /// How long it waited.
    pub waited_ms: u64,
    /// How long it talked.
    pub talked_ms: u64,
    /// Which stream it is of.
    pub stream: u32,
    /// A `tl_sim_fate`.
    pub fate: u32,
    /// The agent that answered, counted group after group; else `TL_NONE32`.
    pub agent: u32,
    /// 0.
    pub reserved: u32,
}

impl tl_sim_call {
    fn new(of: &CallRecord) -> Self {
        let fate = match of.fate {
            Fate::Answered => tl_sim_fate::TL_SIM_ANSWERED,
            Fate::Abandoned => tl_sim_fate::TL_SIM_ABANDONED,
            Fate::Left => tl_sim_fate::TL_SIM_LEFT,
        };
        Self {
            came: of.came.ms(),
            waited_ms: of.waited_ms,
            talked_ms: of.talked_ms,
            stream: of.stream,
            fate: fate as u32,
            agent: set32(of.agent),
            reserved: 0,
        }
    }
}

/// As `tl_sim_list_streams`, every counted call in the order in which they came, if the text has
/// `keep_calls = true`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_list_calls(
    sim: *const tl_sim,
    rows: *mut tl_sim_call,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_sim_list_calls", sim, |this| {
            let all = this.report()?.calls.iter().map(tl_sim_call::new);
            list((rows, room, count), "rows", all)
        })
    }
}

/// An average over several runs.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_sim_estimate {
    /// The average.
    pub mean: f64,
    /// Its standard error; the truth is within two of them 19 times out of 20. Infinite after one
    /// run.
    pub error: f64,
}

/// Several runs together.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_sim_study_result {
    /// Share of the offered calls answered within the service level.
    pub service_level: tl_sim_estimate,
    /// Share of the offered calls abandoned.
    pub abandonment: tl_sim_estimate,
    /// Share of the offered calls that waited.
    pub wait_probability: tl_sim_estimate,
    /// Average wait of all calls, in seconds.
    pub average_wait_s: tl_sim_estimate,
    /// Average wait of the answered calls, in seconds.
    pub average_answer_s: tl_sim_estimate,
    /// Agents' time on calls over their time logged in.
    pub occupancy: tl_sim_estimate,
}

/// Plays the centre so many times, from seed `first_seed` and those after it, and stores the averages
/// and how sure they are: takes as long as so many `tl_sim_run`. What the last run left stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_sim_study(
    sim: *const tl_sim,
    first_seed: u64,
    runs: u32,
    result: *mut tl_sim_study_result,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_sim_study", sim, |this| {
            writable(result, "result")?;
            let study = this.centre()?.study(first_seed, runs)?;
            let of = |of: Estimate| tl_sim_estimate { mean: of.mean, error: of.error };
            let filled = tl_sim_study_result {
                service_level: of(study.service_level),
                abandonment: of(study.abandonment),
                wait_probability: of(study.wait_probability),
                average_wait_s: of(study.average_wait_s),
                average_answer_s: of(study.average_answer_s),
                occupancy: of(study.occupancy),
            };
            store(result, "result", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}
