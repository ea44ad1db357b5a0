//! Capture files for sipp to play: keys by RFC 4733, keys as tones, and audio.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::g711::Law;

/// How a stream announces itself and goes on from packet to packet.
#[derive(Debug)]
pub(crate) struct Stream {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    now: Duration,
    packets: Vec<(Duration, Vec<u8>)>,
}

const FRAME: Duration = Duration::from_millis(20);
/// Samples in a frame at 8 kHz.
const SAMPLES: u32 = 160;

impl Stream {
    /// A sender that begins near both wraps.
    pub(crate) fn new() -> Stream {
        Stream {
            ssrc: 0x1122_3344,
            sequence: 65_530,
            timestamp: 0xFFFF_F000,
            now: Duration::ZERO,
            packets: Vec::new(),
        }
    }

    fn packet(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) {
        let mut packet = vec![0x80, u8::from(marker) << 7 | payload_type];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.packets.push((self.now, packet));
    }

    fn frame_passes(&mut self) {
        self.now += FRAME;
        self.timestamp = self.timestamp.wrapping_add(SAMPLES);
    }

    /// The same sender later in the same call: its numbers have gone on.
    pub(crate) fn later() -> Stream {
        let mut stream = Stream::new();
        stream.sequence = stream.sequence.wrapping_add(1_000);
        stream.timestamp = stream.timestamp.wrapping_add(1_000 * SAMPLES);
        stream
    }

    /// Nothing is sent for this long.
    pub(crate) fn silence(mut self, frames: u32) -> Stream {
        (0..frames).for_each(|_| self.frame_passes());
        self
    }

    /// Keys as RFC 4733 wants them: one timestamp an event, its duration growing, the end three
    /// times; 100 ms each with a gap of 100 ms.
    pub(crate) fn events(mut self, keys: &str, payload_type: u8) -> Stream {
        for key in keys.chars() {
            let code = match key {
                '*' => 10,
                '#' => 11,
                digit => digit.to_digit(10).expect("a key") as u8,
            };
            let start = self.timestamp;
            for i in 1..=5u16 {
                let [high, low] = (i * SAMPLES as u16).to_be_bytes();
                self.packet(payload_type, i == 1, start, &[code, 10, high, low]);
                self.frame_passes();
            }
            for _ in 0..3 {
                let [high, low] = (5 * SAMPLES as u16).to_be_bytes();
                self.packet(payload_type, false, start, &[code, 0x80 | 10, high, low]);
            }
            self = self.silence(5);
        }
        self
    }

    /// Keys as tones in the audio (Q.23), 100 ms each with 100 ms of quiet before and after.
    pub(crate) fn tones(mut self, keys: &str, law: Law) -> Stream {
        self = self.audio(&[0; 800], law);
        for key in keys.chars() {
            let at = "123A456B789C*0#D".find(key).expect("a key");
            let row = [697.0, 770.0, 852.0, 941.0][at / 4];
            let column = [1209.0, 1336.0, 1477.0, 1633.0][at % 4];
            let tone: Vec<i16> = (0..800)
                .map(|n| {
                    let t = f64::from(n) / 8000.0 * std::f64::consts::TAU;
                    // About -10 dBm0 a frequency.
                    (5000.0 * (t * row).sin() + 5000.0 * (t * column).sin()) as i16
                })
                .collect();
            self = self.audio(&tone, law).audio(&[0; 800], law);
        }
        self
    }

    /// Audio in frames of 20 ms.
    pub(crate) fn audio(mut self, samples: &[i16], law: Law) -> Stream {
        for frame in samples.chunks(SAMPLES as usize) {
            let payload: Vec<u8> = frame.iter().map(|&s| law.encode(s)).collect();
            let first = self.packets.is_empty();
            let timestamp = self.timestamp;
            self.packet(law.payload_type(), first, timestamp, &payload);
            self.frame_passes();
        }
        self
    }

    /// Writes the capture: Ethernet, IPv4, UDP, as sipp wants it.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let mut file = Vec::new();
        for word in [0xA1B2_C3D4u32, 0x0004_0002, 0, 0, 65_535, 1] {
            file.extend(word.to_le_bytes());
        }
        for (at, rtp) in &self.packets {
            let udp_length = 8 + rtp.len() as u16;
            let mut ip = vec![0x45, 0];
            ip.extend((20 + udp_length).to_be_bytes());
            ip.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
            let sum: u32 =
                ip.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
            let checksum = !((sum & 0xFFFF) + (sum >> 16)) as u16;
            ip[10..12].copy_from_slice(&checksum.to_be_bytes());
            let mut frame = vec![0; 12];
            frame.extend([0x08, 0x00]);
            frame.extend(ip);
            frame.extend([0x13, 0x8C, 0x13, 0x8C]);
            frame.extend(udp_length.to_be_bytes());
            frame.extend([0, 0]);
            frame.extend(rtp);
            file.extend((at.as_secs() as u32).to_le_bytes());
            file.extend(at.subsec_micros().to_le_bytes());
            file.extend((frame.len() as u32).to_le_bytes());
            file.extend((frame.len() as u32).to_le_bytes());
            file.extend(frame);
        }
        let path = folder.join(format!("{name}.pcap"));
        fs::write(&path, file).expect("a capture file");
        path
    }
}

/// The samples of a capture of A-law RTP, such as the one that comes with sipp.
pub(crate) fn samples_of(path: &Path) -> Vec<i16> {
    let file = fs::read(path).expect("the capture can be read");
    let mut samples = Vec::new();
    let mut rest = &file[24..];
    while rest.len() > 16 {
        let length = u32::from_le_bytes(rest[8..12].try_into().expect("four bytes")) as usize;
        let frame = &rest[16..16 + length];
        // Ethernet 14, IPv4 20, UDP 8, RTP 12.
        samples.extend(frame[54..].iter().map(|&b| Law::A.decode(b)));
        rest = &rest[16 + length..];
    }
    samples
}
