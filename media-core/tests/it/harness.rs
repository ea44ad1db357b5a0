//! What must hold for any bytes whatever: for the property tests, and for `fuzz/`.

use media_core::g711::Law;
use media_core::jitter::{self, Config, JitterBuffer};
use media_core::rtp::event::{EventReceiver, Signal};
use media_core::rtp::rtcp::{self, Message};
use media_core::rtp::{Packet, Receiver, ReceiverConfig, is_rtcp};
use media_core::wav::{Container, Header, Reader};

/// An RTP datagram: what is read can be written, and means the same again.
pub(crate) fn rtp(bytes: &[u8]) {
    let _ = is_rtcp(bytes);
    let Ok(packet) = Packet::parse(bytes) else {
        return;
    };
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.receive(&packet, 1);
    receiver.receive(&packet, 2);
    assert!(packet.payload.len() <= bytes.len());
    let mut again = vec![0; packet.encoded_len()];
    let written = packet.write(&mut again).expect("what was read can be written");
    assert_eq!(Packet::parse(&again[..written]), Ok(packet));
}

/// An RTCP compound: every message within the datagram, and an end after the first error.
pub(crate) fn rtcp(bytes: &[u8]) {
    let mut failed = false;
    for message in rtcp::parse(bytes) {
        assert!(!failed, "nothing comes after an error");
        match message {
            Ok(Message::SenderReport { ssrc, reports, .. })
            | Ok(Message::ReceiverReport { ssrc, reports }) => {
                assert!(reports.iter().count() <= 31);
                let _ = reports.about(ssrc);
            }
            Ok(Message::Description(chunks)) => {
                for chunk in chunks.iter() {
                    chunk.items().for_each(|item| assert!(item.text.len() <= 255));
                }
                let _ = chunks.cname(0);
            }
            Ok(Message::Goodbye { sources, reason }) => {
                assert!(sources.iter().count() <= 31);
                assert!(reason.is_none_or(|reason| reason.len() <= 255));
            }
            Ok(_) => {}
            Err(_) => failed = true,
        }
    }
}

/// Telephone events from packets of any bytes at any time: every release has had its press, and
/// between packets no key is down but the one the receiver names.
pub(crate) fn event(bytes: &[u8]) {
    let mut receiver = EventReceiver::new(8000);
    let (mut now, mut down) = (0_u64, Vec::new());
    for step in bytes.chunks_exact(8) {
        let packet = Packet {
            ssrc: u32::from(step[0] & 1),
            timestamp: u32::from(step[1]) * 160,
            sequence: u16::from(step[2]),
            payload: &step[3..3 + usize::from(step[0] >> 5).min(4)],
            ..Packet::default()
        };
        now += u64::from(step[7]) * 1000;
        let _ = receiver.handle(&packet, now);
        if step[0] & 2 != 0 {
            receiver.tick(now);
        }
        while let Some(signal) = receiver.poll() {
            match signal {
                Signal::Down { event, timestamp, .. } => down.push((event, timestamp)),
                Signal::Up { event, timestamp, .. } => {
                    let at = down.iter().position(|&d| d == (event, timestamp));
                    down.remove(at.expect("a release without a press"));
                }
                _ => {}
            }
        }
        assert_eq!(down.len(), usize::from(receiver.active().is_some()), "{down:?}");
        assert_eq!(receiver.deadline().is_some(), receiver.active().is_some());
    }
}

/// A sound file: the parser stays within it (but for an AU file's comment), and what it read is
/// written and read the same.
pub(crate) fn wav(bytes: &[u8]) {
    if let Ok((header, start)) = Header::parse(bytes) {
        assert!(start <= bytes.len() || header.container == Container::Au);
        assert!(header.format.channels > 0);
        let mut again = [0; Header::MAX_LEN];
        if let Ok(len) = header.write(&mut again) {
            assert_eq!(Header::parse(&again[..len]), Ok((header, len)));
        }
    }
    if let Ok(mut reader) = Reader::new(bytes) {
        let mut samples = [0; 400];
        let mut total = 0;
        while let Ok(n) = reader.read(&mut samples) {
            total += n;
            assert!(total <= bytes.len(), "samples out of nothing");
            if n == 0 {
                break;
            }
        }
    }
}

/// A jitter buffer between any sender and any puller: exactly the samples, and figures that add up.
pub(crate) fn jitter(bytes: &[u8]) {
    let bound = |i: usize| u16::from(bytes.get(i).copied().unwrap_or(0)) * 4;
    let mut buffer = JitterBuffer::new(Config::with_delay(bound(0), bound(1)));
    let (mut now, mut sent, mut pulled) = (0_u64, 0, 0);
    for step in bytes.chunks_exact(8) {
        let [what, a, b, c, d, e, f, g] = *step else { unreachable!("chunks of eight") };
        now = now.saturating_add(u64::from(g) * if what & 1 == 0 { 250 } else { 1 << 20 });
        if what & 2 == 0 {
            let payload = vec![d; usize::from(e) * 4];
            let timestamp = u32::from_be_bytes([if what & 4 == 0 { 0 } else { f }, a, b, c]);
            buffer.insert(&jitter::Packet {
                ssrc: u32::from(what >> 7),
                sequence: u16::from_be_bytes([b, c]),
                timestamp,
                payload: &payload,
                comfort_noise: what & 8 != 0,
                arrival_us: now,
            });
            sent += 1;
        } else {
            let n = usize::from(a) * 4;
            buffer.pull(now, &mut Law::A, &mut vec![0; n]);
            pulled += n as u64;
        }
    }
    let stats = buffer.stats();
    assert_eq!((stats.samples, stats.packets), (pulled, sent));
    let kinds = [stats.voice_samples, stats.concealed_samples, stats.noise_samples];
    assert_eq!(kinds.iter().sum::<u64>() + stats.silent_samples, pulled);
    assert_eq!(stats.taken + stats.duplicate + stats.late + stats.refused, sent);
}
