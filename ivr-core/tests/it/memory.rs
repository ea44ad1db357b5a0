//! What it takes: half a kibibyte a session, and no allocation once it is made.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use ivr_core::{
    Flow, Input, Op, OpResult, Output, PromptItem, Session, SessionConfig, Value, compile,
};

use crate::driver::MONDAY_TEN;

/// The system's allocator, counting for each thread.
struct Counting;

std::thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Looks at all of an output; the operation it began, and what could end it.
fn look(output: &Output<'_>) -> Option<Op> {
    let mut seen = 0;
    let op = match output {
        Output::Play { op, prompts, .. } => {
            for item in *prompts {
                if let PromptItem::Say(say) = item {
                    seen += say.pieces().map(|piece| piece.text.len()).sum::<usize>();
                }
            }
            Some(*op)
        }
        Output::Query { op, args, .. }
        | Output::Queue { op, attach: args, .. }
        | Output::Transfer { op, attach: args, .. } => {
            for arg in *args {
                if let Value::Text(text) = arg.value().get() {
                    seen += text.len();
                }
            }
            Some(*op)
        }
        Output::Record { op, .. } => Some(*op),
        _ => None,
    };
    std::hint::black_box(seen);
    op
}

#[test]
fn nothing_is_allocated_once_a_program_is_loaded() {
    let sources = [
        include_str!("../../../examples/flows/after-hours.yaml"),
        include_str!("../../../examples/flows/bank.yaml"),
        include_str!("../../../examples/flows/city-hotline.yaml"),
        include_str!("../../../examples/flows/survey.yaml"),
    ];
    let mut outputs = 0;
    for source in sources {
        let program = compile(source, "x").unwrap();
        let before = COUNT.get();
        assert!(before > 0, "the count counts");
        let flow = Flow::load(&program).unwrap();
        for seed in 0..60 {
            let config = SessionConfig { seed, now: MONDAY_TEN, ..SessionConfig::default() };
            let mut session = Session::new(&flow, config).unwrap();
            let (mut now, mut op, mut random) = (MONDAY_TEN, Op(0), seed * 2 + 1);
            for step in 0..100 {
                random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                now = now + 500;
                let found = [("ok", Value::Bool(true)), ("balance", Value::Int(100_150))];
                let input = match random >> 61 {
                    _ if step == 0 => Input::Start,
                    0..=2 => Input::Digit(b"0123456789*#"[(random >> 40) as usize % 12]),
                    3 => Input::Done { op, result: OpResult::QueryOk(&found) },
                    4 => Input::QueueUpdate { op, position: 2, estimate_ms: 90_000 },
                    5 => {
                        now = session.deadline().unwrap_or(now).max(now);
                        Input::Tick
                    }
                    _ => Input::Done { op, result: OpResult::Finished },
                };
                session.handle(&flow, now, input).unwrap();
                while let Some(output) = session.poll(&flow) {
                    op = look(&output).unwrap_or(op);
                    outputs += 1;
                }
            }
            let mut snapshot = [0; 1024];
            let len = session.save(&mut snapshot).unwrap();
            let restored = Session::restore(&flow, &snapshot[..len]).unwrap();
            assert!(restored == session);
        }
        assert_eq!(COUNT.get(), before);
    }
    assert!(outputs > 5_000, "{outputs}");
}

#[test]
fn a_session_fits_in_half_a_kibibyte() {
    assert!(size_of::<Session>() <= 512, "{}", size_of::<Session>());
}
