//! What the C border costs: the same work through libtrunkline's functions and through the core.

use std::hint::black_box;
use std::io;
use std::ptr::null;

use acd_core::{
    AgentConfig, AgentRequest, CallConfig, EndedBy, Engine, Input, Limits, Membership, Output,
    QueueConfig, Time,
};
use measure::{Row, versus};
use media_core::g711::Law;
use trunkline::*;

const PEER: &str = "the core, from Rust";

fn save(case: &str, (ours, theirs): (f64, f64)) -> io::Result<()> {
    Row {
        area: "ffi",
        case,
        metric: "time",
        unit: "ns",
        ours: ours * 1e9,
        peer: PEER,
        theirs: Some(theirs * 1e9),
    }
    .save()
}

fn ok(status: tl_status) {
    assert_eq!(status, tl_status::TL_OK);
}

/// A call from its arrival to its end: three inputs, and all their outputs.
fn call() -> (f64, f64) {
    let mut engine = Engine::with_capacity(Limits::default()).expect("the defaults");
    let queue = engine.add_queue(QueueConfig::default()).expect("room");
    let agent = engine.add_agent(AgentConfig::default()).expect("room");
    engine.join_queue(agent, queue, Membership::default()).expect("room");
    let state = AgentRequest::Available;
    engine.handle(Time::ZERO, Input::AgentState { agent, state }).expect("an agent");
    let mut now = Time::ZERO;
    let mut rust = || {
        now = now.plus(1);
        engine.handle(now, Input::Arrive(CallConfig::new(queue))).expect("room");
        while let Some(output) = engine.poll() {
            let input = match black_box(output) {
                Output::Offer { offer, .. } => Input::Accept { offer },
                Output::Connected { call, .. } => Input::Complete { call, by: EndedBy::Agent },
                _ => continue,
            };
            engine.handle(now, input).expect("what was promised");
        }
    };

    let mut acd = std::ptr::null_mut();
    let (mut queue, mut agent) = (0, 0);
    let mut config = std::mem::MaybeUninit::<tl_acd_call>::uninit();
    // SAFETY: every pointer is to a local of the right type, and `config` is filled in before it is
    // read.
    let mut config = unsafe {
        ok(tl_acd_new(null(), &raw mut acd));
        ok(tl_acd_add_queue(acd, null(), &raw mut queue));
        ok(tl_acd_add_agent(acd, null(), &raw mut agent));
        ok(tl_acd_join_queue(acd, agent, queue, null()));
        let available = tl_acd_agent_state::TL_ACD_AVAILABLE as u32;
        ok(tl_acd_set_agent_state(acd, 0, agent, available, 0));
        ok(tl_acd_call_defaults(config.as_mut_ptr()));
        config.assume_init()
    };
    config.queue = queue;
    let mut now = 0;
    let c = || {
        let mut output = std::mem::MaybeUninit::<tl_acd_output>::uninit();
        now += 1;
        // SAFETY: as above; `output` is read only after TL_OK, which fills it in.
        unsafe {
            ok(tl_acd_arrive(acd, now, &raw const config));
            while tl_acd_poll(acd, output.as_mut_ptr()) == tl_status::TL_OK {
                let output = black_box(output.assume_init());
                if output.kind == tl_acd_output_kind::TL_ACD_OFFER as u32 {
                    ok(tl_acd_accept(acd, now, output.offer));
                } else if output.kind == tl_acd_output_kind::TL_ACD_CONNECTED as u32 {
                    let by = tl_acd_ended_by::TL_ACD_BY_AGENT as u32;
                    ok(tl_acd_complete(acd, now, output.call, by));
                }
            }
        }
    };
    let times = versus(c, &mut rust);
    // SAFETY: made above, and not used again.
    ok(unsafe { tl_acd_free(acd) });
    times
}

/// A frame of 20 ms through A-law.
fn frame() -> (f64, f64) {
    let codes: [u8; 160] = std::array::from_fn(|i| (i * 37) as u8);
    let (mut theirs, mut ours) = ([0i16; 160], [0i16; 160]);
    let law = tl_g711_law::TL_G711_ALAW as u32;
    let c = || {
        let codes = black_box(&codes);
        // SAFETY: both arrays hold 160 elements.
        ok(unsafe { tl_g711_decode(law, codes.as_ptr(), codes.len(), ours.as_mut_ptr()) });
        black_box(&ours);
    };
    let rust = || {
        Law::A.decode(black_box(&codes), &mut theirs);
        black_box(&theirs);
    };
    versus(c, rust)
}

fn main() -> io::Result<()> {
    save("call-arrive-accept-complete", call())?;
    save("g711-alaw-decode-160", frame())
}
