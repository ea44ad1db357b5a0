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
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a time limit");
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
            samples: packets
                .iter()
                .flat_map(|p| p[12..].iter().map(|&b| law.decode(b)))
                .collect(),
        }
    }
}

impl Heard {
    /// Root mean square of all that was heard.
    pub(crate) fn level(&self) -> f64 {
        let energy: f64 = self.samples.iter().map(|&s| f64::from(s).powi(2)).sum();
        (energy / self.samples.len().max(1) as f64).sqrt()
    }

    /// How well a piece of what was said is found in what was heard: 1 is a perfect copy.
    pub(crate) fn likeness(&self, said: &[i16]) -> f64 {
        let energy = |samples: &[i16]| samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
        let ours = energy(said);
        self.samples
            .windows(said.len())
            .map(|window| {
                let product: f64 = window
                    .iter()
                    .zip(said)
                    .map(|(&a, &b)| f64::from(a) * f64::from(b))
                    .sum();
                product / (ours * energy(window)).sqrt().max(1.0)
            })
            .fold(0.0, f64::max)
    }
}

/// The loudest `length` samples: where a comparison says most.
pub(crate) fn loudest(samples: &[i16], length: usize) -> &[i16] {
    samples
        .chunks_exact(length)
        .max_by_key(|chunk| {
            chunk
                .iter()
                .map(|&s| u64::from(s.unsigned_abs()))
                .sum::<u64>()
        })
        .expect("long enough")
}
