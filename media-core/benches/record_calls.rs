//! A thousand two-party calls recorded at once on one core: processor time, not the clock's, and memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use measure::Row;
use media_core::record::tlr::{Channel, Head, Options, Writer};
use media_core::record::{Format, Level, Samples};

#[path = "../tests/it/record/signals.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod signals;

const CALLS: usize = 1000;
/// Seconds that all calls last.
const SECONDS: usize = 20;
const FRAME: usize = 160;

/// The system's allocator, counting the bytes in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// A file that takes everything and keeps its length.
#[derive(Default)]
struct Sink(usize);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn writer(id: usize) -> Writer<Sink> {
    let channels = ["caller", "agent"].map(|name| Channel::telephone(Format::Ulaw, name));
    let head = Head { channels: channels.into(), ..Head::default() };
    let options = Options { level: Level::Live, ..Options::new((id as u128).to_le_bytes()) };
    Writer::create(Sink::default(), &head, options).expect("a sink takes all")
}

/// Both parties' frame with this number.
fn frame(writer: &mut Writer<Sink>, sound: &[Vec<u8>; 2], shift: usize, number: usize) {
    for (channel, sound) in (0..).zip(sound) {
        let at = (number * FRAME + shift * 80) % (sound.len() - FRAME);
        let samples = Samples::Ulaw(&sound[at..at + FRAME]);
        writer.write(channel, (number * FRAME) as u64, samples).expect("a sink takes all");
    }
}

/// Seconds this thread has had a processor, where the system tells; else those that passed.
fn busy(since: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| since.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn row(case: &str, metric: &str, unit: &str, ours: f64) {
    let row = Row { area: "record", case, metric, unit, ours, peer: "-", theirs: None };
    row.save().expect("the summary can be written");
}

fn main() {
    let corpus = signals::corpus(60);
    let find = |name: &str| corpus.iter().find(|(known, _)| known == name);
    let sound = match (find("conv_line_a"), find("conv_line_b")) {
        (Some((_, a)), Some((_, b))) => [a.clone(), b.clone()],
        _ => [1, 2].map(|seed| signals::ulaw(&signals::speech(60 * 8000, seed))),
    };
    let before = IN_USE.load(Ordering::Relaxed);
    let mut writers: Vec<_> = (0..CALLS).map(writer).collect();
    let start = Instant::now();
    let idle = busy(start);
    for number in 0..SECONDS * 50 {
        for (call, writer) in writers.iter_mut().enumerate() {
            frame(writer, &sound, call, number);
        }
    }
    let took = busy(start) - idle;
    let bytes = (IN_USE.load(Ordering::Relaxed) - before) as f64 / CALLS as f64;
    row("1000-calls-live", "share of one core", "%", took / SECONDS as f64 * 100.0);
    row("1000-calls-live", "memory a call", "KiB", bytes / 1024.0);
    drop(writers);

    // Index and picture are written in parts: an hour needs no more than a minute.
    let before = IN_USE.load(Ordering::Relaxed);
    let mut long = writer(0);
    (0..3600 * 50).for_each(|number| frame(&mut long, &sound, 0, number));
    let bytes = IN_USE.load(Ordering::Relaxed) - before;
    row("one-call-live-an-hour", "memory a call", "KiB", bytes as f64 / 1024.0);
}
