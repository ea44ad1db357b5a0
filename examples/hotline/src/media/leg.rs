//! One party's media: RTP or SRTP in through the jitter buffer, out again, keys either way, RTCP.

use std::net::SocketAddr;

use media_core::dtmf::{Detection, Detector, Key};
use media_core::g711::Law;
use media_core::jitter::{self, JitterBuffer};
use media_core::rtp::event::{EventReceiver, EventSender, Signal};
use media_core::rtp::{Packet, Receiver, ReceiverConfig, Sender, rtcp};
use serde_json::{Value, json};

use super::ports::PortPair;
use super::sound::FRAME;
use super::srtp::{self, Inbound, Keys, Outbound};
use crate::clock::Clock;
use crate::sdp::Agreed;
use crate::sip::LegId;

/// Samples a second of everything here.
const RATE: u32 = 8000;
/// How long a key is that we send on, in samples: 120 ms.
const KEY_DURATION: u32 = 960;
/// RTCP goes out this often, in ticks: 5 s (RFC 3550 §6.2).
const REPORT_TICKS: u64 = 250;
/// Payload type of comfort noise (RFC 3389).
const COMFORT_NOISE: u8 = 13;
/// Seconds from the epoch of NTP to that of Unix.
const NTP_OFFSET: u64 = 2_208_988_800;
/// The largest datagram looked at; telephone packets are a tenth of it.
const MAX_DATAGRAM: usize = 2048;

/// What stands between a leg and the network where its media is SRTP.
struct Secret {
    keys: Keys,
    out: Outbound,
    inn: Inbound,
}

impl Secret {
    fn new(keys: Keys) -> Box<Secret> {
        Box::new(Secret { keys, out: Outbound::new(&keys.ours), inn: Inbound::new(&keys.theirs) })
    }

    /// Takes over new keys; what goes on with an old one keeps its count of packets.
    fn change(&mut self, keys: Keys) {
        if keys.ours != self.keys.ours {
            self.out = Outbound::new(&keys.ours);
        }
        if keys.theirs != self.keys.theirs {
            self.inn = Inbound::new(&keys.theirs);
        }
        self.keys = keys;
    }
}

/// A party of a call.
pub(crate) struct MediaLeg {
    pub(crate) id: LegId,
    ports: PortPair,
    agreed: Agreed,
    /// Where its RTP really comes from. Behind NAT that is not what its SDP says, so the first
    /// valid packet decides, and nobody else is listened to until the next offer and answer.
    source: Option<SocketAddr>,
    secret: Option<Box<Secret>>,
    clock: Clock,
    /// The law of what arrives: as agreed, unless the far end uses the other one.
    law: Law,
    jitter: Box<JitterBuffer>,
    receiver: Receiver,
    events: EventReceiver,
    detector: Detector,
    /// Once keys came as telephone events, tones in the sound are no second pressing of them.
    has_events: bool,
    sender: Sender,
    keys_out: EventSender,
    /// Instant of the next frame out, in samples from the start.
    out: u64,
    heard_us: u64,
    malformed: u64,
    /// Packets of SRTP or SRTCP that were not what they claim to be, or came twice.
    not_authentic: u64,
}

impl std::fmt::Debug for MediaLeg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let MediaLeg { id, agreed, .. } = self;
        f.debug_struct("MediaLeg").field("id", id).field("agreed", agreed).finish_non_exhaustive()
    }
}

/// What one datagram brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Nothing,
    Key(Key),
}

impl MediaLeg {
    /// What of RTP is to be random (RFC 3550 §5.1), so that nobody guesses it who does not hear the
    /// call, is `seed` where the system has no randomness.
    pub(crate) fn new(
        id: LegId,
        ports: PortPair,
        agreed: Agreed,
        clock: Clock,
        seed: u64,
    ) -> MediaLeg {
        let random = getrandom::u64().unwrap_or(seed);
        let [a, b, c, d, e, f, g, h] = random.to_be_bytes();
        let ssrc = u32::from_be_bytes([a, b, c, d]);
        MediaLeg {
            id,
            ports,
            agreed,
            source: None,
            secret: agreed.srtp.map(|sdes| Secret::new(sdes.keys)),
            clock,
            law: agreed.law,
            jitter: Box::new(JitterBuffer::new(jitter::Config::default())),
            receiver: Receiver::new(ReceiverConfig::default()),
            events: EventReceiver::new(RATE),
            detector: Detector::new(),
            has_events: false,
            // In the lower half, or a far end that loses the first packets of SRTP could miscount
            // how often the numbers began anew (RFC 4568 §6.4).
            sender: Sender::new(
                ssrc,
                u16::from_be_bytes([e, f]) >> 1,
                u32::from_be_bytes([e, f, g, h]),
            ),
            keys_out: EventSender::new(RATE),
            out: 0,
            heard_us: clock.elapsed_us(),
            malformed: 0,
            not_authentic: 0,
        }
    }

    /// The law agreed for what is sent.
    pub(crate) fn law(&self) -> Law {
        self.agreed.law
    }

    /// What the far end agreed to in a later offer and answer.
    pub(crate) fn change(&mut self, agreed: Agreed) {
        if agreed.remote != self.agreed.remote {
            self.source = None;
        }
        match (&mut self.secret, agreed.srtp) {
            (Some(secret), Some(sdes)) => secret.change(sdes.keys),
            (secret, srtp) => *secret = srtp.map(|sdes| Secret::new(sdes.keys)),
        }
        let held = !self.is_two_way();
        self.agreed = agreed;
        if held && self.is_two_way() {
            // It was silent because it was on hold.
            self.heard_us = self.clock.elapsed_us();
        }
    }

    fn is_two_way(&self) -> bool {
        self.agreed.send && self.agreed.hear
    }

    /// Microseconds since the far end was last heard; while one side is on hold it may be silent.
    pub(crate) fn silent_us(&self) -> u64 {
        if self.is_two_way() { self.clock.elapsed_us().saturating_sub(self.heard_us) } else { 0 }
    }

    /// Waits for the next datagram and takes it in. Cancel-safe.
    pub(crate) async fn receive(&mut self) -> Received {
        let mut rtp = [0; MAX_DATAGRAM];
        let mut rtcp = [0; MAX_DATAGRAM];
        let got = tokio::select! {
            got = self.ports.rtp.recv_from(&mut rtp) => got.map(|(n, from)| Some((n, from))),
            got = self.ports.rtcp.recv_from(&mut rtcp) => got.map(|(n, _)| {
                self.take_report(&mut rtcp[..n]);
                None
            }),
        };
        match got {
            Ok(Some((n, from))) => self.take(&mut rtp[..n], from),
            // An error is a "port unreachable" that came back for something we sent earlier.
            Ok(None) | Err(_) => Received::Nothing,
        }
    }

    fn take(&mut self, datagram: &mut [u8], from: SocketAddr) -> Received {
        let now = self.clock.elapsed_us();
        if self.source.is_some_and(|source| source != from) {
            return Received::Nothing;
        }
        let Some(datagram) = self.decrypted(datagram, Inbound::rtp) else {
            return Received::Nothing;
        };
        let Ok(packet) = Packet::parse(datagram) else {
            self.malformed += 1;
            return Received::Nothing;
        };
        let kind = packet.payload_type;
        let is_event = Some(kind) == self.agreed.events;
        let law = Law::from_payload_type(kind);
        if !is_event && law.is_none() && kind != COMFORT_NOISE {
            return Received::Nothing;
        }
        self.source = Some(from);
        self.heard_us = now;
        self.receiver.receive(&packet, now);
        if is_event {
            return self.take_event(&packet, now);
        }
        self.law = law.unwrap_or(self.law);
        self.jitter.insert(&jitter::Packet {
            ssrc: packet.ssrc,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            payload: packet.payload,
            comfort_noise: law.is_none(),
            arrival_us: now,
        });
        Received::Nothing
    }

    /// What a datagram holds: itself, or what is encrypted in it.
    fn decrypted<'a>(
        &mut self,
        datagram: &'a mut [u8],
        decrypt: fn(&mut Inbound, &mut [u8]) -> Option<usize>,
    ) -> Option<&'a [u8]> {
        let len = match &mut self.secret {
            Some(secret) => decrypt(&mut secret.inn, datagram),
            None => Some(datagram.len()),
        };
        self.not_authentic += u64::from(len.is_none());
        datagram.get(..len?)
    }

    fn take_event(&mut self, packet: &Packet<'_>, now: u64) -> Received {
        if self.events.handle(packet, now).is_err() {
            self.malformed += 1;
        }
        self.poll_events()
    }

    fn poll_events(&mut self) -> Received {
        let mut received = Received::Nothing;
        while let Some(signal) = self.events.poll() {
            if let Signal::Down { event, .. } = signal
                && let Some(key) = Key::from_event(event)
            {
                self.has_events = true;
                received = Received::Key(key);
            }
        }
        received
    }

    fn take_report(&mut self, datagram: &mut [u8]) {
        let now = self.clock.elapsed_us();
        let Some(datagram) = self.decrypted(datagram, Inbound::rtcp) else {
            return;
        };
        for message in rtcp::parse(datagram) {
            match message {
                Ok(rtcp::Message::SenderReport { ssrc, info, .. }) => {
                    self.receiver.sender_report(ssrc, &info, now);
                }
                Ok(_) => {}
                Err(_) => self.malformed += 1,
            }
        }
    }

    /// The next 20 ms of this party's voice, and the key that begins in it, if any.
    pub(crate) fn pull(&mut self, out: &mut [i16; FRAME]) -> Option<Key> {
        let now = self.clock.elapsed_us();
        self.jitter.pull(now, &mut self.law, out);
        self.events.tick(now);
        let late = match self.poll_events() {
            Received::Key(key) => Some(key),
            Received::Nothing => None,
        };
        let mut tone = None;
        self.detector.detect(out, |detection| {
            if let Detection::Down { key, .. } = detection {
                tone = Some(key);
            }
        });
        late.or(tone.filter(|_| !self.has_events))
    }

    /// Presses a key towards this party, if it takes telephone events.
    pub(crate) fn press(&mut self, key: Key) {
        if self.agreed.events.is_some() {
            // Busy means keys come faster than a person presses them: the rest is dropped.
            self.keys_out.start(key.event(), self.out, KEY_DURATION).ok();
        }
    }

    /// Sends 20 ms of sound, or of the key being pressed, and the reports when they are due.
    pub(crate) fn send(&mut self, frame: &[i16; FRAME]) {
        let now = self.out;
        self.out += FRAME as u64;
        if self.agreed.send {
            let mut keys = false;
            while let Some(event) = self.keys_out.poll(now) {
                keys = true;
                if let Some(kind) = self.agreed.events {
                    self.emit(kind, event.marker, event.clock, &event.payload);
                }
            }
            if !keys && self.keys_out.active().is_none() {
                let mut codes = [0; FRAME];
                self.agreed.law.encode(frame, &mut codes);
                self.emit(self.agreed.law.payload_type(), now == 0, now, &codes);
            }
        }
        if (now / FRAME as u64) % REPORT_TICKS == REPORT_TICKS - 1 {
            self.report(false);
        }
    }

    fn emit(&mut self, kind: u8, marker: bool, clock: u64, payload: &[u8]) {
        let mut datagram = [0; 12 + FRAME + srtp::OVERHEAD];
        let packet = self.sender.packet(kind, marker, clock, payload);
        let Ok(length) = packet.write(&mut datagram) else {
            return;
        };
        self.sender.sent(&packet);
        let Some(length) = self.encrypted(&mut datagram, length, Outbound::rtp) else {
            return;
        };
        let to = self.source.unwrap_or(self.agreed.remote);
        // A full socket buffer loses the packet, as any network may.
        self.ports.rtp.try_send_to(&datagram[..length], to).ok();
    }

    /// Encrypts the packet in the first `length` bytes, if that was agreed; how long it is then.
    fn encrypted(
        &mut self,
        buffer: &mut [u8],
        length: usize,
        encrypt: fn(&mut Outbound, &mut [u8], usize) -> Option<usize>,
    ) -> Option<usize> {
        match &mut self.secret {
            Some(secret) => encrypt(&mut secret.out, buffer, length),
            None => Some(length),
        }
    }

    /// Sender report, receiver report and our name; with a goodbye at the end of the call.
    fn report(&mut self, goodbye: bool) {
        let ms = self.clock.now_ms();
        let ntp = ((ms / 1000 + NTP_OFFSET) << 32) | (((ms % 1000) << 32) / 1000);
        let about: Vec<_> = self.receiver.report(self.clock.elapsed_us()).into_iter().collect();
        let ssrc = self.sender.ssrc();
        let mut out = [0; 256];
        let mut writer = rtcp::Writer::new(&mut out);
        let written = writer
            .sender_report(ssrc, &self.sender.info(ntp, self.out), &about)
            .and_then(|()| writer.description(ssrc, rtcp::CNAME, b"trunkline"))
            .and_then(|()| if goodbye { writer.goodbye(&[ssrc], b"") } else { Ok(()) });
        if written.is_err() {
            return;
        }
        let length = writer.finish();
        let Some(length) = self.encrypted(&mut out, length, Outbound::rtcp) else {
            return;
        };
        let mut to = self.source.unwrap_or(self.agreed.remote);
        to.set_port(to.port().saturating_add(1));
        self.ports.rtcp.try_send_to(&out[..length], to).ok();
    }

    /// Says goodbye and tells how the call went, for the recording's metadata.
    pub(crate) fn finish(mut self) -> Value {
        self.report(true);
        let network = self.receiver.statistics();
        let buffer = self.jitter.stats();
        json!({
            "law": self.law.name(),
            "srtp": self.secret.as_ref().map(|secret| secret.keys.theirs.suite().name()),
            "not_authentic": self.not_authentic,
            "packets": network.received,
            "lost": network.lost,
            "reordered": network.reordered,
            "duplicates": network.duplicates,
            "malformed": self.malformed,
            "jitter_ms": f64::from(network.jitter) / 8.0,
            "late": buffer.late,
            "concealed_ms": buffer.concealed_samples / 8,
            "playout_delay_ms": buffer.delay_ms,
        })
    }
}

#[cfg(test)]
#[path = "leg_tests.rs"]
mod tests;
