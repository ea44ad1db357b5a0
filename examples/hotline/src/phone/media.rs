//! A call's sound: a mouth that sends a packet every 20 ms and an ear that keeps all it hears.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use media_core::g711::Law;
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use super::keys::{self, KeysBy};
use super::packet::{Event, Packet};
use super::sdp::Remote;
use super::voice::{RATE, Voice};

/// Samples in one packet.
const FRAME: usize = RATE / 50;

/// Packets that one key press lasts, and the pause after it.
const PRESS_FRAMES: usize = 6;
const PAUSE_FRAMES: usize = 5;

/// A sender whose clock is off its packets' arrival by more samples than this has begun anew.
const ASTRAY: i64 = RATE as i64;

/// Sound and when it began.
#[derive(Debug, Clone)]
pub(crate) struct Sound {
    /// When the first sample was spoken or heard.
    pub(crate) start: Instant,
    /// At 8000 a second.
    pub(crate) samples: Vec<i16>,
}

impl Sound {
    /// What was spoken or heard from one moment to another.
    pub(crate) fn between(&self, from: Instant, to: Instant) -> &[i16] {
        let place = |at: Instant| {
            let since = at.saturating_duration_since(self.start).as_micros();
            (since as usize * RATE / 1_000_000).min(self.samples.len())
        };
        &self.samples[place(from)..place(to).max(place(from))]
    }
}

/// The two directions of one call's sound. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Media {
    shared: Arc<Shared>,
    start: Instant,
    tasks: [JoinHandle<()>; 2],
}

#[derive(Debug, Default)]
struct Shared {
    wishes: Mutex<Wishes>,
    said: Mutex<Vec<i16>>,
    ear: Mutex<Ear>,
    all_pressed: Notify,
}

/// What the phone's owner wants said.
#[derive(Debug, Default)]
struct Wishes {
    talk: bool,
    keys: VecDeque<u8>,
}

/// A poisoned lock means that another thread panicked, which the tests see there.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port for RTP, even as RFC 3550 §11 asks.
pub(crate) async fn port(ip: IpAddr) -> std::io::Result<UdpSocket> {
    // Every other port is even; held until one is found, odd ones do not come again.
    let mut odd = Vec::new();
    loop {
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0)).await?;
        if socket.local_addr()?.port() % 2 == 0 {
            return Ok(socket);
        }
        odd.push(socket);
    }
}

impl Media {
    /// Begins to send and to listen.
    pub(crate) fn start(socket: UdpSocket, remote: Remote, voice: Voice, by: KeysBy) -> Media {
        let shared = Arc::new(Shared::default());
        let socket = Arc::new(socket);
        let start = Instant::now();
        let mouth = Mouth::new(remote, voice, by);
        Media {
            start,
            tasks: [
                tokio::spawn(speak(mouth, Arc::clone(&socket), Arc::clone(&shared))),
                tokio::spawn(listen(socket, start, remote, Arc::clone(&shared))),
            ],
            shared,
        }
    }

    /// Speaks from now on, or is silent.
    pub(crate) fn talk(&self, talk: bool) {
        lock(&self.shared.wishes).talk = talk;
    }

    /// Presses keys, and returns when the last was let go. Characters that are no key are left
    /// out.
    pub(crate) async fn press(&self, keys: &str) {
        let pressed = self.shared.all_pressed.notified();
        let codes: Vec<u8> = keys.chars().filter_map(keys::code).collect();
        if !codes.is_empty() {
            lock(&self.shared.wishes).keys.extend(codes);
            pressed.await;
        }
    }

    /// Ends both directions; what was said and heard stays.
    pub(crate) fn stop(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }

    /// All that was said so far, as it was before the codec.
    pub(crate) fn said(&self) -> Sound {
        Sound { start: self.start, samples: lock(&self.shared.said).clone() }
    }

    /// All that was heard so far, each packet where its timestamp puts it.
    pub(crate) fn heard(&self) -> Sound {
        Sound { start: self.start, samples: lock(&self.shared.ear).timeline.clone() }
    }

    /// What was heard from sample number `place` on.
    pub(crate) fn heard_since(&self, place: usize) -> Vec<i16> {
        lock(&self.shared.ear).timeline.get(place..).unwrap_or_default().to_vec()
    }

    /// The keys that were heard as RFC 4733 events.
    #[cfg(test)]
    pub(crate) fn keys_heard(&self) -> String {
        lock(&self.shared.ear).keys.clone()
    }

    /// The packets of audio that were heard.
    #[cfg(test)]
    pub(crate) fn packets_heard(&self) -> u64 {
        lock(&self.shared.ear).packets
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn speak(mut mouth: Mouth, socket: Arc<UdpSocket>, shared: Arc<Shared>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    // A late phone catches up: its clock goes on as a real one's would.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        ticks.tick().await;
        let (frame, packets) = {
            let mut wishes = lock(&shared.wishes);
            mouth.frame(&mut wishes, &shared.all_pressed)
        };
        lock(&shared.said).extend(frame);
        for packet in packets {
            // A far end that has hung up already makes the kernel say so; the call's end is SIP's.
            let _ = socket.send_to(&packet, mouth.remote.address).await;
        }
    }
}

async fn listen(socket: Arc<UdpSocket>, start: Instant, remote: Remote, shared: Arc<Shared>) {
    let mut datagram = [0; 2048];
    loop {
        if let Ok((length, _)) = socket.recv_from(&mut datagram).await {
            let arrival = start.elapsed();
            if let Some(packet) = Packet::read(&datagram[..length]) {
                lock(&shared.ear).hear(arrival, &packet, remote.law);
            }
        }
    }
}

/// Makes the packets of one stream.
#[derive(Debug)]
struct Mouth {
    remote: Remote,
    voice: Voice,
    by: KeysBy,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    first: bool,
    press: Option<Press>,
}

/// A key that is down, or the pause after it.
#[derive(Debug, Clone, Copy)]
struct Press {
    code: u8,
    frame: usize,
    timestamp: u32,
}

impl Mouth {
    fn new(remote: Remote, mut voice: Voice, by: KeysBy) -> Mouth {
        let by = if remote.event.is_none() { KeysBy::InBand } else { by };
        let ssrc = voice.number();
        Mouth {
            remote,
            by,
            sequence: voice.number() as u16,
            timestamp: voice.number(),
            voice,
            ssrc,
            first: true,
            press: None,
        }
    }

    /// The next 20 ms: what is said, and the packets that carry it.
    fn frame(&mut self, wishes: &mut Wishes, all_pressed: &Notify) -> ([i16; FRAME], Vec<Vec<u8>>) {
        let mut frame = [0; FRAME];
        if self.press.is_none() {
            let next = wishes.keys.pop_front();
            self.press = next.map(|code| Press { code, frame: 0, timestamp: self.timestamp });
        }
        let mut packets = Vec::new();
        match self.press {
            Some(press) if press.frame < PRESS_FRAMES && self.by == KeysBy::TelephoneEvent => {
                packets = self.event_packets(press);
            }
            Some(press) if press.frame < PRESS_FRAMES => {
                keys::tones(press.code, press.frame * FRAME, &mut frame);
                packets.push(self.audio_packet(&frame));
            }
            Some(_) => packets.push(self.audio_packet(&frame)),
            None => {
                if wishes.talk {
                    self.voice.speak(&mut frame);
                }
                packets.push(self.audio_packet(&frame));
            }
        }
        self.timestamp = self.timestamp.wrapping_add(FRAME as u32);
        if let Some(press) = &mut self.press {
            press.frame += 1;
            if press.frame == PRESS_FRAMES + PAUSE_FRAMES {
                self.press = None;
                if wishes.keys.is_empty() {
                    all_pressed.notify_waiters();
                }
            }
        }
        (frame, packets)
    }

    fn audio_packet(&mut self, frame: &[i16; FRAME]) -> Vec<u8> {
        let mut codes = [0; FRAME];
        self.remote.law.encode(frame, &mut codes);
        let marker = std::mem::take(&mut self.first);
        self.packet(marker, self.remote.law.payload_type(), self.timestamp, &codes)
    }

    /// One packet of a key that is down, three when it is let go (RFC 4733 §2.5.1.4).
    fn event_packets(&mut self, press: Press) -> Vec<Vec<u8>> {
        let Some(payload_type) = self.remote.event else {
            return Vec::new();
        };
        let end = press.frame + 1 == PRESS_FRAMES;
        let duration = ((press.frame + 1) * FRAME) as u16;
        let payload = Event { code: press.code, end, duration }.write();
        (0..if end { 3 } else { 1 })
            .map(|_| self.packet(press.frame == 0, payload_type, press.timestamp, &payload))
            .collect()
    }

    fn packet(
        &mut self,
        marker: bool,
        payload_type: u8,
        timestamp: u32,
        payload: &[u8],
    ) -> Vec<u8> {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        Packet { marker, payload_type, sequence, timestamp, ssrc: self.ssrc, payload }.write()
    }
}

/// What a phone has heard.
#[derive(Debug, Default)]
struct Ear {
    timeline: Vec<i16>,
    keys: String,
    packets: u64,
    stream: Option<Stream>,
    last_event: Option<u32>,
}

/// Where the timestamps of the current sender lie on the timeline.
#[derive(Debug, Clone, Copy)]
struct Stream {
    ssrc: u32,
    timestamp: u32,
    place: i64,
}

impl Ear {
    fn hear(&mut self, arrival: Duration, packet: &Packet<'_>, law: Law) {
        if packet.payload_type != law.payload_type() {
            self.hear_event(packet);
            return;
        }
        let now = (arrival.as_micros() * RATE as u128 / 1_000_000) as i64;
        let place_in = |stream: Stream| {
            stream.place + i64::from(packet.timestamp.wrapping_sub(stream.timestamp) as i32)
        };
        let stream = self
            .stream
            .filter(|s| s.ssrc == packet.ssrc && (place_in(*s) - now).abs() <= ASTRAY)
            .unwrap_or(Stream { ssrc: packet.ssrc, timestamp: packet.timestamp, place: now });
        let place = place_in(stream).max(0) as usize;
        self.stream =
            Some(Stream { place: place as i64, timestamp: packet.timestamp, ssrc: packet.ssrc });
        self.packets += 1;

        let end = place + packet.payload.len();
        if self.timeline.len() < end {
            self.timeline.resize(end, 0);
        }
        law.decode(packet.payload, &mut self.timeline[place..end]);
    }

    /// One key per timestamp, however many packets tell of it.
    fn hear_event(&mut self, packet: &Packet<'_>) {
        let key = Event::read(packet.payload).and_then(|event| keys::key(event.code));
        if let Some(key) = key.filter(|_| self.last_event != Some(packet.timestamp)) {
            self.last_event = Some(packet.timestamp);
            self.keys.push(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(event: Option<u8>) -> Remote {
        Remote { address: SocketAddr::from(([127, 0, 0, 1], 4000)), law: Law::A, event }
    }

    /// Runs a mouth and hears it packet by packet in the order `order` puts them into.
    fn through(
        event: Option<u8>,
        keys: &str,
        frames: usize,
        order: impl Fn(&mut Vec<(Duration, Vec<u8>)>),
    ) -> (Vec<i16>, Ear) {
        let mut mouth = Mouth::new(remote(event), Voice::new(1), KeysBy::TelephoneEvent);
        let mut wishes = Wishes { talk: true, keys: keys.chars().filter_map(keys::code).collect() };
        let (mut said, mut sent) = (Vec::new(), Vec::new());
        for i in 0..frames {
            let (frame, packets) = mouth.frame(&mut wishes, &Notify::new());
            said.extend(frame);
            let at = Duration::from_millis(20 * i as u64);
            sent.extend(packets.into_iter().map(|p| (at, p)));
        }
        order(&mut sent);
        let mut ear = Ear::default();
        for (at, bytes) in sent {
            ear.hear(at, &Packet::read(&bytes).unwrap(), Law::A);
        }
        (said, ear)
    }

    fn assert_same(said: &[i16], heard: &[i16]) {
        assert_eq!(said.len(), heard.len());
        for (&s, &h) in said.iter().zip(heard) {
            assert!((i32::from(s) - i32::from(h)).abs() <= 16 + i32::from(s).abs() / 16);
        }
    }

    #[test]
    fn what_is_said_is_heard_in_its_place_whatever_the_order() {
        let (said, ear) = through(None, "", 200, |sent| {
            // Within half a second, backwards.
            sent[1..].chunks_mut(25).for_each(<[_]>::reverse);
        });
        assert_same(&said, &ear.timeline);
        assert_eq!(ear.packets, 200);
    }

    #[test]
    fn a_lost_packet_leaves_a_gap_of_its_length() {
        let (mut said, ear) = through(None, "", 100, |sent| drop(sent.remove(50)));
        said[50 * FRAME..51 * FRAME].fill(0);
        assert_same(&said, &ear.timeline);
    }

    #[test]
    fn keys_arrive_once_each_as_events() {
        let (said, ear) = through(Some(101), "19*#5", 100, |_| ());
        assert_eq!(ear.keys, "19*#5");
        assert_eq!(said.len(), ear.timeline.len());
    }

    #[test]
    fn without_events_keys_are_tones() {
        let (said, ear) = through(None, "5", 30, |_| ());
        let mut tones = [0; PRESS_FRAMES * FRAME];
        keys::tones(5, 0, &mut tones);
        assert_eq!(said[..tones.len()], tones);
        assert_eq!(ear.keys, "");
    }

    #[test]
    fn a_sender_that_begins_anew_is_placed_by_its_arrival() {
        let mut ear = Ear::default();
        let mut hear = |ms, ssrc, timestamp| {
            let payload = [Law::A.encode_sample(1000); FRAME];
            let packet = Packet {
                marker: false,
                payload_type: 8,
                sequence: 0,
                timestamp,
                ssrc,
                payload: &payload,
            };
            ear.hear(Duration::from_millis(ms), &packet, Law::A);
        };
        hear(0, 1, 1000);
        hear(1000, 2, 77);
        hear(1500, 2, 1_000_000);
        let heard: Vec<usize> =
            (0..ear.timeline.len()).step_by(FRAME).filter(|&i| ear.timeline[i] > 0).collect();
        assert_eq!(heard, [0, 8000, 12_000]);
    }
}
