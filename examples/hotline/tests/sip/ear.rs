//! What a caller hears: a socket at the port that its SDP named.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::g711::Law;

/// Listens until it is asked what it heard.
#[derive(Debug)]
pub(crate) struct Ear {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

/// The RTP of one stream, in the order of its sequence numbers.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) packets: usize,
    pub(crate) streams: usize,
    pub(crate) samples: Vec<i16>,
}

impl Ear {
    /// Listens for the only call of a sipp whose media port is `media`.
    pub(crate) fn beside(media: u16) -> Ear {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, media + 4)).expect("a media port");
        socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a time limit");
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut packets = Vec::new();
            let mut buffer = [0; 2048];
            while !asked.load(Ordering::Relaxed) {
                if let Ok(length) = socket.recv(&mut buffer) {
                    packets.push(buffer[..length].to_vec());
                }
            }
            packets
        });
        Ear { stop, thread }
    }

    /// What came in `law` until now.
    pub(crate) fn heard(self, law: Law) -> Heard {
        self.stop.store(true, Ordering::Relaxed);
        let mut packets = self.thread.join().expect("the listener does not panic");
        packets.retain(|p| p.len() > 12 && p[0] == 0x80 && p[1] & 0x7F == law.payload_type());
        let mut sources: Vec<&[u8]> = packets.iter().map(|p| &p[8..12]).collect();
        sources.sort_unstable();
        sources.dedup();
        Heard {
            packets: packets.len(),
            streams: sources.len(),
            samples: packets.iter().flat_map(|p| p[12..].iter().map(|&b| law.decode(b))).collect(),
        }
    }
}

impl Heard {
    /// Root mean square of all that was heard.
    pub(crate) fn level(&self) -> f64 {
        let energy: f64 = self.samples.iter().map(|&s| f64::from(s).powi(2)).sum();
        (energy / self.samples.len().max(1) as f64).sqrt()
    }

    /// The share of the words in `said` that were heard, in their place.
    ///
    /// Jitter buffers stretch and cut speech by a few pitch periods as the network makes them, so
    /// it is looked for in pieces of 10 ms, each near where the whole says it should be. By chance
    /// an eighth of them is found.
    pub(crate) fn share_of(&self, said: &[i16]) -> f64 {
        let long = loud_pieces(said, 320).step_by(8);
        let (_, delay) = long
            .filter_map(|(at, piece)| {
                let (likeness, found) = best(&self.samples, piece)?;
                Some((likeness, found.checked_sub(at)?))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .expect("something was heard after it was said");
        let (mut all, mut found) = (0, 0);
        for (at, piece) in loud_pieces(said, 80) {
            let place = at + delay;
            let around = place.saturating_sub(DRIFT)..(place + DRIFT + 80).min(self.samples.len());
            let near = self.samples.get(around).unwrap_or_default();
            all += 1;
            found += usize::from(best(near, piece).is_some_and(|(likeness, _)| likeness > 0.8));
        }
        assert!(all > 100, "too little was said to tell");
        f64::from(found as u32) / f64::from(all)
    }
}

/// How far a piece may have drifted, in samples: 60 ms.
const DRIFT: usize = 480;
/// The level (RMS) from which a piece counts as speech.
const LOUD: f64 = 1000.0;

/// The pieces of this length that are loud enough to tell, and where they stand.
fn loud_pieces(samples: &[i16], length: usize) -> impl Iterator<Item = (usize, &[i16])> {
    let starts = (0..samples.len()).step_by(length);
    let pieces = starts.zip(samples.chunks_exact(length));
    pieces.filter(move |(_, piece)| energy(piece) > length as f64 * LOUD * LOUD)
}

/// The stretch that is most like a piece: its correlation, 1 being a perfect copy, and its place.
fn best(samples: &[i16], piece: &[i16]) -> Option<(f64, usize)> {
    let ours = energy(piece);
    let stretches = samples.windows(piece.len()).enumerate().map(|(at, stretch)| {
        let pairs = stretch.iter().zip(piece);
        let product: i64 = pairs.map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
        (product as f64 / (ours * energy(stretch)).sqrt().max(1.0), at)
    });
    stretches.max_by(|a, b| a.0.total_cmp(&b.0))
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|&s| i64::from(s) * i64::from(s)).sum::<i64>() as f64
}

#[test]
fn other_words_are_not_taken_for_those_that_were_said() {
    let noise = |seed: u32| {
        let mut state = seed;
        (0..32_000).map(move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 18) as i16 - 8192
        })
    };
    let said: Vec<i16> = noise(1).collect();
    let hears = |samples: Vec<i16>| Heard { packets: 0, streams: 1, samples }.share_of(&said);
    // Late, and stretched by a sample now and then.
    let late = noise(2).take(4000).chain(said.iter().copied());
    let late = late.enumerate().filter(|(n, _)| n % 997 != 0).map(|(_, s)| s).collect();
    assert!(hears(late) > 0.9);
    assert!(hears(noise(3).collect()) < 0.2);
}
