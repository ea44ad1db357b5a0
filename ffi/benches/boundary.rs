//! What the C border costs: the same work through libtrunkline's functions and through the core.

use std::hint::black_box;
use std::io;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use acd_core::{
    AgentConfig, AgentRequest, CallConfig, EndedBy, Engine, Input, Limits, Membership, Output,
    QueueConfig, Time,
};
use measure::{Row, versus};
use media_core::dtmf::Detector;
use media_core::g711::Law;
use media_core::jitter::{Config, JitterBuffer};
use media_core::rtp::Packet;
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

    let mut acd = null_mut();
    let (mut queue, mut agent) = (0, 0);
    let mut config = MaybeUninit::<tl_acd_call>::uninit();
    // SAFETY: every pointer is to a local of the right type, and `config` is filled in before it is
    // read.
    let mut config = unsafe {
        ok(tl_acd_new(null(), &raw mut acd));
        ok(tl_acd_add_queue(acd, null(), &raw mut queue));
        ok(tl_acd_add_agent(acd, null(), &raw mut agent));
        ok(tl_acd_join_queue(acd, agent, queue, null()));
        let available = tl_acd_agent_state::TL_ACD_AVAILABLE as u32;
        ok(tl_acd_set_agent_state(acd, 0, agent, available, 0));
        ok(tl_acd_call_defaults(config.as_mut_ptr(), size_of_val(&config)));
        config.assume_init()
    };
    config.queue = queue;
    let mut now = 0;
    let c = || {
        let mut output = MaybeUninit::<tl_acd_output>::uninit();
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

/// One event alone: an agent goes for a break or comes back, and what the engine says of it.
fn event() -> (f64, f64) {
    let mut engine = Engine::with_capacity(Limits::default()).expect("the defaults");
    let agent = engine.add_agent(AgentConfig::default()).expect("room");
    let (mut now, mut away) = (0, false);
    let mut rust = || {
        (now, away) = (now + 1, !away);
        let state = if away { AgentRequest::NotReady(1) } else { AgentRequest::Available };
        engine.handle(Time::from_ms(now), Input::AgentState { agent, state }).expect("an agent");
        while let Some(output) = engine.poll() {
            black_box(output);
        }
    };

    let (mut acd, mut agent) = (null_mut(), 0);
    // SAFETY: every pointer is to a local of the right type; NULL is the defaults.
    unsafe {
        ok(tl_acd_new(null(), &raw mut acd));
        ok(tl_acd_add_agent(acd, null(), &raw mut agent));
    }
    let (mut now, mut away) = (0, false);
    let c = || {
        (now, away) = (now + 1, !away);
        let state = if away {
            tl_acd_agent_state::TL_ACD_NOT_READY
        } else {
            tl_acd_agent_state::TL_ACD_AVAILABLE
        };
        let mut output = MaybeUninit::<tl_acd_output>::uninit();
        // SAFETY: as above; `output` is looked at only after TL_OK, which fills it in.
        unsafe {
            ok(tl_acd_set_agent_state(acd, now, agent, state as u32, away.into()));
            while tl_acd_poll(acd, output.as_mut_ptr()) == tl_status::TL_OK {
                black_box(output.assume_init());
            }
        }
    };
    let times = versus(c, &mut rust);
    // SAFETY: made above, and not used again.
    ok(unsafe { tl_acd_free(acd) });
    times
}

/// A frame of 20 ms all the way: a packet comes in, waits in the jitter buffer, is decoded, listened
/// to for keys, encoded and sent on.
fn path() -> (f64, f64) {
    const STEP_US: u64 = 20_000;
    let speech: [u8; 160] = std::array::from_fn(|i| 0x55 ^ ((i * 37) as u8 & 0x3F));
    let packet = |n: u32| Packet {
        payload_type: 8,
        sequence: n as u16,
        timestamp: n.wrapping_mul(160),
        ssrc: 7,
        payload: &speech,
        ..Packet::default()
    };
    let (mut datagram, mut out) = ([0; 200], [0; 200]);

    let mut buffer = JitterBuffer::new(Config::default());
    let mut detector = Detector::default();
    let mut n = 0;
    let mut rust = || {
        n += 1;
        let at = u64::from(n) * STEP_US;
        let len = packet(n).write(&mut datagram).expect("room");
        let came = Packet::parse(black_box(&datagram[..len])).expect("RTP");
        let _ = buffer.insert(&media_core::jitter::Packet {
            ssrc: came.ssrc,
            sequence: came.sequence,
            timestamp: came.timestamp,
            payload: came.payload,
            comfort_noise: false,
            arrival_us: at,
        });
        let (mut pcm, mut codes) = ([0; 160], [0; 160]);
        buffer.pull(at, &mut Law::A, &mut pcm);
        detector.detect(&pcm, |key| {
            black_box(key);
        });
        Law::A.encode(&pcm, &mut codes);
        let sent = Packet { payload: &codes, ssrc: 8, ..packet(n) };
        black_box(sent.write(&mut out).expect("room"));
    };

    let (mut jitter, mut dtmf) = (null_mut(), null_mut());
    // SAFETY: NULL is the defaults, the places are there.
    unsafe {
        ok(tl_jitter_new(null(), &raw mut jitter));
        ok(tl_dtmf_new(&raw mut dtmf));
    }
    let (mut datagram, mut out) = ([0; 200], [0; 200]);
    let mut n = 0;
    let c = || {
        n += 1;
        let at = u64::from(n) * STEP_US;
        let len = packet(n).write(&mut datagram).expect("room");
        let mut came = MaybeUninit::<tl_rtp_packet>::uninit();
        let mut event = MaybeUninit::<tl_dtmf_event>::uninit();
        let (mut pcm, mut codes, mut sent) = ([0; 160], [0u8; 160], 0);
        // SAFETY: live objects, and arrays as long as is said; what is filled in is read only after
        // TL_OK.
        unsafe {
            ok(tl_rtp_parse(black_box(&datagram).as_ptr(), len, came.as_mut_ptr()));
            let mut came = came.assume_init();
            let packet = tl_jitter_packet {
                ssrc: came.ssrc,
                timestamp: came.timestamp,
                sequence: came.sequence,
                comfort_noise: 0,
                reserved: 0,
                payload: came.payload,
                payload_len: came.payload_len,
                arrival_us: at,
            };
            ok(tl_jitter_insert(jitter, &raw const packet, null_mut()));
            ok(tl_jitter_pull(jitter, at, pcm.as_mut_ptr(), 160, null_mut()));
            ok(tl_dtmf_listen(dtmf, pcm.as_ptr(), 160));
            while tl_dtmf_poll(dtmf, event.as_mut_ptr()) == tl_status::TL_OK {
                black_box(event.assume_init());
            }
            let law = tl_g711_law::TL_G711_ALAW as u32;
            ok(tl_g711_encode(law, pcm.as_ptr(), 160, codes.as_mut_ptr()));
            (came.payload, came.ssrc) = (codes.as_ptr(), 8);
            ok(tl_rtp_write(&raw const came, out.as_mut_ptr(), out.len(), &raw mut sent));
        }
        black_box(sent);
    };
    let times = versus(c, &mut rust);
    // SAFETY: made above, and not used again.
    unsafe {
        ok(tl_jitter_free(jitter));
        ok(tl_dtmf_free(dtmf));
    }
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

/// A block of the allocator taken and given back: what `tl_memory_use` costs a library that never calls
/// it, and what taking from a region costs. Nobody else takes anything meanwhile.
#[cfg(feature = "memory")]
fn memory() -> io::Result<()> {
    use std::alloc::{GlobalAlloc, Layout, System, alloc, dealloc};

    const REGION: usize = 1 << 20;
    let save = |case: &str| {
        let layout = Layout::new::<[u64; 8]>();
        // SAFETY: each block is given back to where it came from, with its layout.
        let ours = || unsafe { dealloc(black_box(alloc(layout)), layout) };
        // SAFETY: as above.
        let theirs = || unsafe { System.dealloc(black_box(System.alloc(layout)), layout) };
        let (ours, theirs) = versus(ours, theirs);
        let peer = "the system's allocator";
        let (ours, theirs) = (ours * 1e9, Some(theirs * 1e9));
        Row { area: "ffi", case, metric: "time", unit: "ns", ours, peer, theirs }.save()
    };
    save("allocate-64-no-region")?;
    let layout = Layout::from_size_align(REGION, TL_ALIGN).expect("a layout");
    // SAFETY: the region is used until the process ends, as what `save` keeps may lie in it.
    ok(unsafe { tl_memory_use(System.alloc(layout).cast(), REGION) });
    save("allocate-64-region")
}

#[cfg(not(feature = "memory"))]
fn memory() -> io::Result<()> {
    Ok(())
}

fn main() -> io::Result<()> {
    save("call-arrive-accept-complete", call())?;
    save("acd-event-agent-state", event())?;
    save("media-path-20-ms-frame", path())?;
    save("g711-alaw-decode-160", frame())?;
    memory()
}
