//! Nothing allocates in the path of a frame: counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use media_core::dtmf::Detector;
use media_core::g711::Law;
use media_core::jitter::{self, Config, JitterBuffer};
use media_core::rtp::Packet;

/// The system's allocator, counting for each thread, and what the thread has in use.
struct Counting;

std::thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static IN_USE: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        IN_USE.set(IN_USE.get() + layout.size() as i64);
        PEAK.set(PEAK.get().max(IN_USE.get()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.set(IN_USE.get() - layout.size() as i64);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Allocations of this thread while `run` runs.
fn allocations(run: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    run();
    COUNT.get() - before
}

/// The most this thread had in use at once while `run` ran, beyond what it had before.
pub(super) fn most_in_use(run: impl FnOnce()) -> i64 {
    let (before, peak) = (IN_USE.get(), PEAK.get());
    PEAK.set(before);
    run();
    let most = PEAK.get();
    PEAK.set(most.max(peak));
    most - before
}

#[test]
fn the_count_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1_u8; 100]))), 1);
    let twice = || (0..2).for_each(|_| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!(most_in_use(twice), 100);
}

#[test]
fn a_leg_allocates_nothing() {
    let mut buffer = JitterBuffer::new(Config::default());
    let mut detector = Detector::new();
    let (mut law, mut frame, mut codes, mut datagram) = (Law::Mu, [0; 160], [0x55; 160], [0; 400]);
    let count = allocations(|| {
        for i in 0..3000_u32 {
            // Every 13th is lost, every 7th comes late, a pause in between.
            let sent = i ^ u32::from(i % 7 == 0);
            let packet = Packet {
                ssrc: 1 + i / 1000,
                sequence: sent as u16,
                timestamp: sent * 160,
                payload: &codes,
                ..Packet::default()
            };
            let len = packet.write(&mut datagram).expect("it fits");
            if i % 13 != 0 && i % 100 < 80 {
                let packet = Packet::parse(&datagram[..len]).expect("what was written");
                buffer.insert(&jitter::Packet {
                    ssrc: packet.ssrc,
                    sequence: packet.sequence,
                    timestamp: packet.timestamp,
                    payload: packet.payload,
                    comfort_noise: false,
                    arrival_us: u64::from(i) * 20_000,
                });
            }
            buffer.pull(u64::from(i) * 20_000, &mut law, &mut frame);
            detector.detect(&frame, |_| {});
            law.encode(&frame, &mut codes);
        }
    });
    let stats = buffer.stats();
    assert!(stats.voice_samples > 0 && stats.concealed_samples > 0 && stats.restarts == 2);
    assert_eq!(count, 0);
}

#[cfg(feature = "resample")]
#[test]
fn a_stream_that_is_resampled_allocates_nothing() {
    use media_core::resample::Resampler;
    for (from, to) in [(8_000, 16_000), (44_100, 8_000), (48_000, 8_000), (8_000, 48_000)] {
        let mut stream = Resampler::new(from, to).expect("usual rates");
        let input = vec![1000; from as usize / 50];
        let mut out = Vec::with_capacity(to as usize * 2);
        // The first block may make what the FFT keeps.
        stream.process(&input, &mut out);
        let count = allocations(|| {
            for _ in 0..50 {
                stream.process(&input, &mut out);
            }
        });
        assert_eq!(count, 0, "{from} to {to}");
        assert!(out.len() > to as usize - to as usize / 10, "{from} to {to}");
    }
}

#[cfg(feature = "opus")]
#[test]
fn opus_allocates_nothing_a_frame() {
    use media_core::jitter::Decoder as _;
    use media_core::opus::{Decoder, Encoder, Settings};
    let mut encoder = Encoder::new(Settings::default()).expect("usual settings");
    let mut decoder = Decoder::new().expect("there is memory");
    let (mut packet, mut out) = ([0; 400], [0; 960]);
    let count = allocations(|| {
        for _ in 0..50 {
            let len = encoder.encode(&[500; 160], &mut packet).expect("it fits");
            assert_eq!(decoder.decode(&packet[..len], &mut out), 160);
        }
    });
    assert_eq!(count, 0);
}
