//! # Routing: a call centre from a text
//!
//! Queues, rules, agents and limits written down in TOML or JSON, with the fields of the structs above by
//! their own names, and the values of their enums as words (docs/c-api.md has the whole of it):
//!
//! ```toml
//! [[queue]]
//! name = "sales"
//! strategy = "round-robin"
//! wrap_up_ms = 5000
//!
//! [[agent]]
//! name = "ann"
//! tag = 101
//! queues = ["sales"]
//! ```

mod relax;
mod schema;
mod sim;
mod sim_schema;
mod tree;

pub use sim::*;

use core::ffi::{c_char, c_void};

use acd_core::{Engine, EngineStorage, Limits, RelaxStep, Skill};

use self::relax::Step;
use self::schema::{Centre, Wrong};
use super::engine::{lay, tl_acd};
use super::limits::tl_acd_limits;
use super::log::Routing;
use crate::config::store_grown;
use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{c_text, c_text_or, lend, store, text};
use crate::tl_status;

/// A text that was read: the call centre it describes, and what is wrong with it.
#[derive(Debug)]
pub struct tl_acd_text {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Read {
    centre: Option<Centre>,
    messages: String,
    /// Of the engine that was made last.
    handles: Handles,
}

/// The handles of what has a name, in the order of the text.
#[derive(Debug, Default)]
struct Handles {
    rules: Vec<u64>,
    queues: Vec<u64>,
    agents: Vec<u64>,
}

impl Kind for tl_acd_text {
    const MAGIC: u32 = u32::from_le_bytes(*b"tTxt");
    type Value = Read;
}

impl Read {
    fn new(source: &str, file: &str) -> Self {
        let mut wrong = Wrong::default();
        let centre = match tree::parse(source) {
            Ok(root) => Some(schema::read(&root, &mut wrong)),
            Err((line, what)) => {
                wrong.say(line, what);
                None
            }
        };
        // A configuration that the engine would refuse is refused with its line.
        for queue in centre.iter().flat_map(|centre| &centre.queues) {
            if let Err(failure) = queue.config.config() {
                wrong.say(queue.line, failure.text());
            }
        }
        for agent in centre.iter().flat_map(|centre| &centre.agents) {
            if let Err(failure) = agent.config.config() {
                wrong.say(agent.line, failure.text());
            }
        }
        let messages = wrong.messages(file);
        let centre = centre.filter(|_| messages.is_empty());
        Self { centre, messages, handles: Handles::default() }
    }

    fn centre(&self) -> Result<&Centre, Failure> {
        let wrong = || Failure::first_of(tl_status::TL_ERR_ACD_TEXT, &self.messages);
        self.centre.as_ref().ok_or_else(wrong)
    }
}

/// Sets up an engine in these tables.
type Build<'b> = &'b mut dyn FnMut(EngineStorage<'static>) -> Result<Routing, Failure>;

impl Read {
    /// Has an engine made as large as the text needs, wherever it lives, and keeps its handles.
    fn make(&mut self, place: impl FnOnce(Limits, Build<'_>) -> Outcome) -> Outcome {
        let centre = self.centre()?;
        let limits = centre.raised().limits()?;
        let mut handles = Handles::default();
        let made = place(limits, &mut |storage| {
            let mut engine = Engine::new(storage, limits.ring_max)?;
            handles = centre.set_up(&mut engine)?;
            Ok(Routing::new(engine))
        })?;
        self.handles = handles;
        Ok(made)
    }
}

impl Centre {
    /// The limits as written, raised to what the text itself needs.
    fn raised(&self) -> tl_acd_limits {
        let mut limits = self.limits;
        let memberships: usize = self.agents.iter().map(|agent| agent.queues.len()).sum();
        let most = |limit: u32, need: usize| limit.max(u32::try_from(need).unwrap_or(u32::MAX));
        limits.queues = most(limits.queues, self.queues.len());
        limits.agents = most(limits.agents, self.agents.len());
        if limits.memberships > 0 {
            limits.memberships = most(limits.memberships, memberships);
        } else {
            limits.memberships = most(limits.agents.saturating_mul(2), memberships);
        }
        let mut profiles: Vec<_> =
            self.agents.iter().map(|agent| self.skills(&agent.skills)).collect();
        profiles.sort_unstable_by_key(|skills| {
            skills.iter().map(|s| (s.skill, s.level)).collect::<Vec<_>>()
        });
        profiles.dedup();
        profiles.retain(|skills| !skills.is_empty());
        limits.profiles = most(limits.profiles, profiles.len() + 1);
        let (classes, asked) = self.classes_of_steps();
        limits.classes = most(limits.classes, classes + 1);
        let of_rules = self.rules.iter().map(|rule| &rule.steps[..]);
        let of_queues = self.queues.iter().map(|queue| self.steps_of(queue));
        limits.steps = most(limits.steps, of_rules.chain(of_queues).map(<[_]>::len).sum());
        limits.rules = most(limits.rules, self.rules.len());
        if limits.skills > 0 {
            let has: usize = profiles.iter().map(Vec::len).sum();
            limits.skills = most(limits.skills, has + asked);
        }
        limits
    }

    /// Skills by their numbers, in the order of these.
    fn skills(&self, named: &[(usize, String, u8)]) -> Vec<Skill> {
        let number = |name: &str| self.skills.iter().find(|(known, _)| known == name);
        let all = named.iter().filter_map(|(_, name, level)| {
            number(name).map(|(_, skill)| Skill { skill: *skill, level: *level })
        });
        let mut all: Vec<_> = all.collect();
        all.sort_unstable_by_key(|skill| skill.skill);
        all
    }

    /// As the engine has them, classes made where they are not known yet.
    fn relaxation(
        &self,
        steps: &[Step],
        engine: &mut Engine<'_>,
    ) -> Result<Vec<RelaxStep>, Failure> {
        let mut own = Vec::new();
        for step in steps {
            let class = match &step.needs {
                Some(needs) => Some(engine.add_class(&self.skills(needs))?),
                None => None,
            };
            own.push(RelaxStep { class, ..step.step.step()? });
        }
        Ok(own)
    }

    /// Sets up an engine, and says which handles what has a name has.
    fn set_up(&self, engine: &mut Engine<'_>) -> Result<Handles, Failure> {
        engine.set_call_order(super::strategy::call_order(self.call_order)?);
        if let Some(seed) = self.seed {
            engine.set_seed(seed);
        }
        let mut rules = Vec::new();
        for rule in &self.rules {
            let steps = self.relaxation(&rule.steps, engine)?;
            rules.push(engine.add_rule(&steps)?.raw());
        }
        let mut queues = Vec::new();
        for queue in &self.queues {
            queues.push(engine.add_queue(queue.config.config()?)?);
        }
        let find = |name: &str| {
            self.queues.iter().zip(&queues).find(|(q, _)| q.name == name).map(|(_, id)| *id)
        };
        // Only now does every name have its handle.
        for (queue, id) in self.queues.iter().zip(&queues) {
            if let Some(to) = queue.overflow.as_ref().and_then(|(_, name)| find(name)) {
                let config =
                    super::queue::tl_acd_queue_config { overflow_queue: to.raw(), ..queue.config };
                engine.set_queue(*id, config.config()?)?;
            }
            let steps = self.relaxation(self.steps_of(queue), engine)?;
            engine.set_relaxation(*id, &steps)?;
        }
        let mut agents = Vec::new();
        for agent in &self.agents {
            let mut config = agent.config.config()?;
            config.profile = engine.add_profile(&self.skills(&agent.skills))?;
            let id = engine.add_agent(config)?;
            for (_, name, place) in &agent.queues {
                if let Some(queue) = find(name) {
                    engine.join_queue(id, queue, place.config()?)?;
                }
            }
            agents.push(id.raw());
        }
        Ok(Handles { rules, queues: queues.iter().map(|id| id.raw()).collect(), agents })
    }
}

/// What messages call a text without a name.
const FILE: &str = "config";

/// Reads a text of `len` bytes: JSON if it begins with a brace, else TOML. `file` is the name that
/// messages show, with a NUL; it may be NULL. A text with errors gives an object too: ask it for its
/// messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_new(
    source: *const c_char,
    len: usize,
    file: *const c_char,
    read: *mut *mut tl_acd_text,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_acd_text_new", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        object::create(read, |_| Ok(()), |()| Ok(Read::new(source, file)))
    })
}

/// How many bytes a text that was read takes. What it says is kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_acd_text_size() -> usize {
    object::fixed_size::<tl_acd_text>()
}

/// As `tl_acd_text_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_init(
    memory: *mut c_void,
    size: usize,
    source: *const c_char,
    len: usize,
    file: *const c_char,
    read: *mut *mut tl_acd_text,
) -> tl_status {
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_acd_text_init", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        let block = (memory.cast(), size);
        object::init(block, read, |_| Ok(()), |()| Ok(Read::new(source, file)))
    })
}

/// Ends a text that was read. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_free(read: *mut tl_acd_text) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_text_free", read) }
}

/// Stores where the messages are, `*len` bytes of text without a NUL that live as long as the object:
/// one line for each error, with file and line. None is 0 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_messages(
    read: *const tl_acd_text,
    messages: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_text_messages", read, |this| {
            lend((messages, "messages"), len, this.messages.as_bytes())
        })
    }
}

/// Stores the limits of the call centre: those of the text, raised to what it needs itself. With
/// errors in the text: `TL_ERR_ACD_TEXT`, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_limits(
    read: *const tl_acd_text,
    limits: *mut tl_acd_limits,
    struct_size: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_text_limits", read, |this| {
            store_grown(limits, "limits", struct_size, &this.centre()?.raised())
        })
    }
}

/// Makes an engine with all queues, rules and agents of the text, everybody logged out. Can be done
/// more than once; `tl_acd_text_queue`, `tl_acd_text_rule` and `tl_acd_text_agent` speak of the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_make(
    read: *mut tl_acd_text,
    acd: *mut *mut tl_acd,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_text_make", read, |this| {
            this.make(|limits, build| object::create(acd, |arena| lay(arena, limits), build))
        })
    }
}

/// The same in the caller's block of `size` bytes, aligned to `TL_ALIGN`: as many as `tl_acd_size` says
/// for `tl_acd_text_limits`. The engine needs the text no longer than it has names to ask for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_make_init(
    read: *mut tl_acd_text,
    memory: *mut c_void,
    size: usize,
    acd: *mut *mut tl_acd,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and blocks of memory.
    unsafe {
        enter("tl_acd_text_make_init", read, |this| {
            let block = (memory.cast(), size);
            this.make(|limits, build| object::init(block, acd, |arena| lay(arena, limits), build))
        })
    }
}

fn handle<'a>(
    names: impl Iterator<Item = &'a str>,
    handles: &[u64],
    (what, name): (&str, &str),
) -> Result<u64, Failure> {
    let found = names.zip(handles).find(|(known, _)| *known == name);
    found
        .map(|(_, handle)| *handle)
        .ok_or_else(|| Failure::argument(format_args!("there is no {what} {name}")))
}

/// Stores the handle of the queue of this name, with a NUL, in the engine that was made last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_queue(
    read: *const tl_acd_text,
    name: *const c_char,
    queue: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_acd_text_queue", read, |this| {
            let names = this.centre()?.queues.iter().map(|queue| queue.name.as_str());
            let found = handle(names, &this.handles.queues, ("queue", c_text(name, "name")?))?;
            store(queue, "queue", found)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the handle of the rule of this name, with a NUL, in the engine that was made last: for
/// `tl_acd_call.rule` and `tl_acd_set_rule`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_rule(
    read: *const tl_acd_text,
    name: *const c_char,
    rule: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_acd_text_rule", read, |this| {
            let names = this.centre()?.rules.iter().map(|rule| rule.name.as_str());
            let found = handle(names, &this.handles.rules, ("rule", c_text(name, "name")?))?;
            store(rule, "rule", found)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the handle of the agent of this name, with a NUL, in the engine that was made last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_agent(
    read: *const tl_acd_text,
    name: *const c_char,
    agent: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_acd_text_agent", read, |this| {
            let names = this.centre()?.agents.iter().map(|agent| agent.name.as_str());
            let found = handle(names, &this.handles.agents, ("agent", c_text(name, "name")?))?;
            store(agent, "agent", found)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the number of the skill of this name, with a NUL: for `tl_acd_add_class`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_text_skill(
    read: *const tl_acd_text,
    name: *const c_char,
    skill: *mut u16,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_acd_text_skill", read, |this| {
            let name = c_text(name, "name")?;
            let known = this.centre()?.skills.iter().find(|(known, _)| known == name);
            let missing = || Failure::argument(format_args!("there is no skill {name}"));
            store(skill, "skill", known.ok_or_else(missing)?.1)?;
            Ok(tl_status::TL_OK)
        })
    }
}
