//! A busy day in the words of Asterisk and FreeSWITCH.

use std::ffi::{CString, c_char};
use std::ptr::{null, null_mut};

use acd_core::render::{self, AmiText, CallCenterText, Follower, Names, QueueLogText};
use acd_core::{
    AgentConfig, AgentId, AgentRequest, CallConfig, CallId, EndedBy, Engine, Input, Limits,
    Membership, Output, QueueConfig, QueueId, Time,
};
use trunkline::*;

const QUEUES: [&str; 2] = ["sales", "support"];
const AGENTS: u64 = 5;

/// Names by number, the same for both sides.
struct Directory {
    queues: Vec<QueueId>,
    callers: Vec<String>,
    agents: Vec<String>,
}

impl Names for Directory {
    fn queue(&self, queue: QueueId) -> &str {
        self.queues.iter().position(|one| *one == queue).map_or("", |at| QUEUES[at])
    }

    fn caller(&self, tag: u64) -> render::Channel<'_> {
        let text = self.callers.get(tag as usize).map_or("", String::as_str);
        render::Channel { uniqueid: text, caller_id_num: text, ..Default::default() }
    }

    fn agent(&self, tag: u64) -> render::AgentName<'_> {
        let text = self.agents.get(tag as usize).map_or("", String::as_str);
        render::AgentName { name: text, interface: text, ..Default::default() }
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// The engine of Rust tells what to do; both engines are told it.
struct Twins {
    engine: Engine<'static>,
    follower: Follower<'static>,
    acd: *mut tl_acd,
    following: *mut tl_acd_follower,
    now: u64,
}

fn ok(status: tl_status) {
    assert_eq!(status, tl_status::TL_OK);
}

impl Twins {
    fn new() -> Self {
        let (mut acd, mut following) = (null_mut(), null_mut());
        // SAFETY: NULL is the defaults, and the places are there.
        unsafe {
            ok(tl_acd_new(null(), &raw mut acd));
            ok(tl_acd_follower_new(null(), &raw mut following));
        }
        let limits = Limits { queues: 16, agents: 64, calls: 256, ..Limits::default() };
        let engine = Engine::with_capacity(limits).expect("limits");
        let follower = Follower::with_capacity(limits);
        Self { engine, follower, acd, following, now: 1_700_000_000_000 }
    }

    /// Both say the same about everything polled; what was said comes back.
    fn told(
        &mut self,
        names: &Directory,
        theirs: &tl_acd_names,
        heard: &mut [String; 3],
    ) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some((at, output)) = self.engine.poll_at() {
            let seen = self.follower.see(&self.engine, at, &output);
            let mut rust = [String::new(), String::new(), String::new()];
            let (ami, rest) = rust.split_at_mut(1);
            let (log, centre) = rest.split_at_mut(1);
            render::ami::render(&seen, &self.engine, names, &mut AmiText(&mut ami[0])).unwrap();
            render::queue_log::render(&seen, names, &mut QueueLogText(&mut log[0])).unwrap();
            let centre = &mut CallCenterText(&mut centre[0]);
            render::callcenter::render(&seen, names, centre).unwrap();

            let mut polled = std::mem::MaybeUninit::uninit();
            let (mut text, mut len) = (vec![0u8; 1 << 16], [0usize; 3]);
            let mut c = [const { String::new() }; 3];
            // SAFETY: live objects, and places as large as is said.
            unsafe {
                ok(tl_acd_poll(self.acd, polled.as_mut_ptr()));
                ok(tl_acd_follower_see(self.following, self.acd));
                for words in 0..3 {
                    let to = text.as_mut_ptr().cast::<c_char>();
                    let (room, len) = (text.len(), &raw mut len[words]);
                    let (follower, acd) = (self.following, self.acd);
                    ok(match words {
                        0 => tl_acd_render_ami(follower, acd, theirs, to, room, len),
                        1 => tl_acd_render_queue_log(follower, theirs, to, room, len),
                        _ => tl_acd_render_callcenter(follower, theirs, to, room, len),
                    });
                    c[words] = String::from_utf8(text[..*len].to_vec()).unwrap();
                }
            }
            assert_eq!(rust, c, "at {output:?}");
            for (heard, said) in heard.iter_mut().zip(&rust) {
                heard.push_str(said);
            }
            outputs.push(output);
        }
        outputs
    }
}

impl Drop for Twins {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and freed once.
        unsafe {
            ok(tl_acd_follower_free(self.following));
            ok(tl_acd_free(self.acd));
        }
    }
}

#[test]
fn a_day_in_all_words() {
    let mut twins = Twins::new();
    let mut directory = Directory {
        queues: Vec::new(),
        callers: (0..1_000).map(|tag| format!("5550{tag:03}")).collect(),
        agents: (0..AGENTS).map(|tag| format!("SIP/{tag}")).collect(),
    };
    let mut agents = Vec::new();
    for _ in QUEUES {
        let config = QueueConfig { max_wait_ms: Some(90_000), ..QueueConfig::default() };
        directory.queues.push(twins.engine.add_queue(config).expect("room"));
        let mut handle = 0;
        // SAFETY: live objects and places; `config` is filled in before it is read.
        unsafe {
            let mut config = std::mem::MaybeUninit::<tl_acd_queue_config>::uninit();
            ok(tl_acd_queue_defaults(config.as_mut_ptr(), size_of_val(&config)));
            let mut config = config.assume_init();
            config.max_wait_ms = 90_000;
            ok(tl_acd_add_queue(twins.acd, &raw const config, &raw mut handle));
        }
        assert_eq!(handle, directory.queues.last().expect("just made").raw());
    }
    for tag in 0..AGENTS {
        let agent =
            twins.engine.add_agent(AgentConfig { tag, ..Default::default() }).expect("room");
        agents.push(agent);
        let mut handle = 0;
        // SAFETY: as above.
        unsafe {
            let mut config = std::mem::MaybeUninit::<tl_acd_agent_config>::uninit();
            ok(tl_acd_agent_defaults(config.as_mut_ptr(), size_of_val(&config)));
            let mut config = config.assume_init();
            config.tag = tag;
            ok(tl_acd_add_agent(twins.acd, &raw const config, &raw mut handle));
            for &queue in &directory.queues {
                twins.engine.join_queue(agent, queue, Membership::default()).expect("room");
                ok(tl_acd_join_queue(twins.acd, handle, queue.raw(), null()));
            }
        }
    }

    let texts: Vec<CString> = QUEUES
        .iter()
        .map(ToString::to_string)
        .chain(directory.callers.iter().cloned())
        .chain(directory.agents.iter().cloned())
        .map(|text| CString::new(text).expect("no NUL"))
        .collect();
    let (queue_texts, rest) = texts.split_at(QUEUES.len());
    let (caller_texts, agent_texts) = rest.split_at(directory.callers.len());
    let queues: Vec<_> = (directory.queues.iter().zip(queue_texts))
        .map(|(queue, name)| tl_acd_queue_name { queue: queue.raw(), name: name.as_ptr() })
        .collect();
    // SAFETY: all 0 is what the header calls a good start.
    let mut callers: Vec<tl_acd_caller> = vec![unsafe { std::mem::zeroed() }; caller_texts.len()];
    for ((tag, one), text) in (0..).zip(&mut callers).zip(caller_texts) {
        one.tag = tag;
        one.channel.uniqueid = text.as_ptr();
        one.channel.caller_id_num = text.as_ptr();
    }
    // SAFETY: as above.
    let mut named: Vec<tl_acd_agent_name> = vec![unsafe { std::mem::zeroed() }; agent_texts.len()];
    for ((tag, one), text) in (0..).zip(&mut named).zip(agent_texts) {
        one.tag = tag;
        (one.name, one.interface) = (text.as_ptr(), text.as_ptr());
    }
    named.reverse(); // in no order that could be searched by halving
    let names = tl_acd_names {
        struct_size: size_of::<tl_acd_names>() as u32,
        form: 0,
        queues: queues.as_ptr(),
        queue_count: queues.len(),
        callers: callers.as_ptr(),
        caller_count: callers.len(),
        agents: named.as_ptr(),
        agent_count: named.len(),
        reasons: null(),
        reason_count: 0,
    };

    let mut dice = Dice(7);
    let (mut offers, mut talking) = (Vec::new(), Vec::<CallId>::new());
    let (mut waiting, mut tag) = (Vec::<CallId>::new(), 0);
    let mut heard = [const { String::new() }; 3];
    for _ in 0..4_000 {
        twins.now += dice.roll(4_000);
        let now = Time::from_ms(twins.now);
        let pick = |of: &[AgentId], dice: &mut Dice| of[dice.roll(of.len() as u64) as usize];
        let (input, status);
        // SAFETY: live objects; a struct is filled in before it is read.
        unsafe {
            match dice.roll(9) {
                0 | 1 if tag < 1_000 => {
                    let queue = directory.queues[dice.roll(2) as usize];
                    input = Input::Arrive(CallConfig { tag, ..CallConfig::new(queue) });
                    let mut call = std::mem::MaybeUninit::<tl_acd_call>::uninit();
                    ok(tl_acd_call_defaults(call.as_mut_ptr(), size_of_val(&call)));
                    let mut call = call.assume_init();
                    (call.queue, call.tag) = (queue.raw(), tag);
                    tag += 1;
                    status = tl_acd_arrive(twins.acd, twins.now, &raw const call);
                }
                2 | 3 if !offers.is_empty() => {
                    let offer = offers.pop().expect("one");
                    input = Input::Accept { offer };
                    status = tl_acd_accept(twins.acd, twins.now, offer.raw());
                }
                4 | 5 if !talking.is_empty() => {
                    let call = talking.swap_remove(dice.roll(talking.len() as u64) as usize);
                    let by = tl_acd_ended_by::TL_ACD_BY_AGENT as u32;
                    input = Input::Complete { call, by: EndedBy::Agent };
                    status = tl_acd_complete(twins.acd, twins.now, call.raw(), by);
                }
                6 if !waiting.is_empty() => {
                    let call = waiting.swap_remove(dice.roll(waiting.len() as u64) as usize);
                    input = Input::Hangup { call };
                    status = tl_acd_hangup(twins.acd, twins.now, call.raw());
                }
                7 => {
                    let agent = pick(&agents, &mut dice);
                    let (state, number, reason) = match dice.roll(6) {
                        0 => (AgentRequest::LoggedOut, 1, 0),
                        1 => (AgentRequest::NotReady(4), 3, 4),
                        _ => (AgentRequest::Available, 2, 0),
                    };
                    input = Input::AgentState { agent, state };
                    status =
                        tl_acd_set_agent_state(twins.acd, twins.now, agent.raw(), number, reason);
                }
                _ => {
                    input = Input::Tick;
                    status = tl_acd_tick(twins.acd, twins.now);
                }
            }
        }
        // An offer or call may be gone by now: then it is for both.
        let accepted = twins.engine.handle(now, input).is_ok();
        assert_eq!(accepted, status == tl_status::TL_OK, "{input:?}");
        for output in twins.told(&directory, &names, &mut heard) {
            match output {
                Output::Joined { call, .. } => waiting.push(call),
                Output::Offer { offer, .. } => offers.push(offer),
                Output::Connected { call, .. } => talking.push(call),
                _ => {}
            }
        }
    }
    let [ami, log, centre] = &heard;
    for event in ["QueueCallerAbandon", "AgentRingNoAnswer", "AgentComplete", "QueueMemberPause"] {
        assert!(ami.contains(event), "no {event} in this day");
    }
    for event in ["EXITWITHTIMEOUT", "RINGNOANSWER", "COMPLETEAGENT", "AGENTLOGOFF"] {
        assert!(log.contains(event), "no {event} in this day");
    }
    for event in ["bridge-agent-fail", "member-queue-end", "agent-status-change"] {
        assert!(centre.contains(event), "no {event} in this day");
    }
}
