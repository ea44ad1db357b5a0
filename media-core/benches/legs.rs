//! What a G.711 leg costs, stage by stage, and how many of them one core carries in real time:
//! parse → jitter buffer → mix → encode → packet, 20 ms at a time.

#[path = "peer/speexdsp.rs"]
mod speexdsp;

use std::hint::black_box;

use measure::{Row, seconds_per_call, versus};
use media_core::g711::Law;
use media_core::jitter::{self, Config, JitterBuffer};
use media_core::mix::{Bridge, Gain};
use media_core::rtp::Packet;
use speexdsp::{SpeexGot, SpeexJitter};

const FRAME: usize = 160;

/// Twenty seconds of packets, and when each arrives: jitter of up to 30 ms, 1 % lost.
struct Stream {
    packets: Vec<(u64, u16)>,
    codes: Vec<u8>,
}

fn stream() -> Stream {
    let mut random = 1_u32;
    let mut next = move || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random >> 16
    };
    let mut packets: Vec<_> = (0..1000_u16)
        .filter_map(|i| {
            let delay = u64::from(next() % 30) * 1000;
            (next() % 100 > 0).then_some((u64::from(i) * 20_000 + delay, i))
        })
        .collect();
    packets.sort_unstable();
    // A buzz in words of 600 ms.
    let voice = |i: usize| {
        let loud = if i / 160 % 50 < 30 { 12_000 } else { 30 };
        ((i % 64) as i32 * loud / 64 - loud / 2) as i16
    };
    let pcm: Vec<i16> = (0..1000 * FRAME).map(voice).collect();
    let mut codes = vec![0; pcm.len()];
    Law::A.encode(&pcm, &mut codes);
    Stream { packets, codes }
}

fn ours(stream: &Stream) {
    let mut buffer = JitterBuffer::new(Config::default());
    let mut frame = [0; FRAME];
    let mut packets = stream.packets.iter().peekable();
    for tick in 0..1000_u64 {
        let now = tick * 20_000;
        while let Some(&(arrival_us, i)) = packets.next_if(|p| p.0 <= now) {
            buffer.insert(&jitter::Packet {
                ssrc: 1,
                sequence: i,
                timestamp: u32::from(i) * FRAME as u32,
                payload: &stream.codes[usize::from(i) * FRAME..][..FRAME],
                comfort_noise: false,
                arrival_us,
            });
        }
        buffer.pull(now, &mut Law::A, &mut frame);
        black_box(&frame);
    }
}

/// The same through speexdsp, which holds payloads and leaves concealment to others: without any.
fn theirs(stream: &Stream) {
    let Some(mut buffer) = SpeexJitter::open(FRAME as i32, 0) else {
        return;
    };
    let (mut payload, mut frame) = ([0; FRAME], [0; FRAME]);
    let mut packets = stream.packets.iter().peekable();
    for tick in 0..1000_u64 {
        while let Some(&(_, i)) = packets.next_if(|p| p.0 <= tick * 20_000) {
            let codes = &stream.codes[usize::from(i) * FRAME..][..FRAME];
            buffer.put(i, u32::from(i) * FRAME as u32, FRAME as u32, codes);
        }
        if let SpeexGot::Packet = buffer.get(FRAME as u32, &mut payload) {
            Law::A.decode(&payload, &mut frame);
        }
        black_box(&frame);
    }
}

fn row(case: &str, metric: &str, unit: &str, ours: f64, peer: &str, theirs: Option<f64>) {
    let row = Row { area: "media", case, metric, unit, ours, peer, theirs };
    row.save().expect("the summary can be written");
}

fn main() {
    let stream = stream();
    let sent = stream.packets.len() as f64;
    let peer = SpeexJitter::open(FRAME as i32, 0).is_some();
    let (jitter, speex) = versus(|| ours(&stream), || theirs(&stream));
    let jitter = jitter / sent;
    row(
        "jitter-put-and-get",
        "time per packet",
        "ns",
        jitter * 1e9,
        "speexdsp 1.2 without concealment",
        peer.then_some(speex / sent * 1e9),
    );

    let packet = Packet { payload: &stream.codes[..FRAME], ..Packet::default() };
    let mut datagram = [0; 200];
    let len = packet.write(&mut datagram).expect("it fits");
    let parse = seconds_per_call(|| {
        let _ = black_box(Packet::parse(black_box(&datagram[..len])));
    });
    let mut bridge = Bridge::<3>::supervised();
    bridge.route(0, 2, Gain::UNITY);
    let (a, b, c) = ([100; FRAME], [200; FRAME], [300; FRAME]);
    let mut ears = [[0; FRAME]; 3];
    let mix = seconds_per_call(|| {
        let [x, y, z] = &mut ears;
        bridge.mix([black_box(&a), &b, &c], [x, y, z]);
        black_box(&ears);
    }) / 3.0;
    let mut codes = [0; FRAME];
    let encode = seconds_per_call(|| {
        Law::A.encode(black_box(&a), &mut codes);
        black_box(&codes);
    });
    let mut out = [0; 200];
    let write = seconds_per_call(|| {
        let _ = black_box(black_box(&packet).write(&mut out));
    });
    for (stage, seconds) in [
        ("parse", parse),
        ("jitter buffer and decode", jitter),
        ("mix", mix),
        ("encode", encode),
        ("packet", write),
    ] {
        row("leg", stage, "ns per 20 ms", seconds * 1e9, "-", None);
    }
    let all = parse + jitter + mix + encode + write;
    row("leg", "legs one core carries", "legs", 0.020 / all, "-", None);
}
