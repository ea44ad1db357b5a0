//! Bytes of any kind, and valid ones damaged: what `fuzz/` looks for, on a stable compiler.

use crate::harness;
use media_core::g711::Law;
use media_core::rtp::rtcp::{CNAME, Report, SenderInfo, Writer};
use media_core::rtp::{Extension, Packet};
use media_core::wav::{Container, Encoding, Format, Header};
use proptest::prelude::*;

/// Something valid of each kind, for damage to get past the first checks.
fn valid(kind: u8) -> Vec<u8> {
    let mut out = vec![0; 400];
    let len = match kind {
        0 => {
            let extension = Some(Extension { profile: 0xbede, data: &[1, 2, 3, 4] });
            let packet = Packet { extension, payload: &[0xd5; 160], ..Packet::default() };
            packet.write(&mut out).expect("it fits")
        }
        1 => {
            let mut writer = Writer::new(&mut out);
            let reports = [Report { ssrc: 7, lost: -3, ..Report::default() }; 2];
            writer.sender_report(1, &SenderInfo::default(), &reports).expect("it fits");
            writer.description(1, CNAME, b"somebody").expect("it fits");
            writer.goodbye(&[1, 2], b"gone").expect("it fits");
            writer.finish()
        }
        _ => {
            let encoding = [Encoding::Pcm16, Encoding::G711(Law::A)][usize::from(kind & 1)];
            let format = Format { encoding, channels: 2, rate: 8000 };
            let container = if kind < 6 { Container::Wav } else { Container::Au };
            let size = if kind & 2 == 0 { 100 } else { 1 << 33 };
            let header = Header { container, format, data_bytes: Some(size) };
            header.write(&mut out[..Header::MAX_LEN]).expect("it fits") + 100
        }
    };
    out.truncate(len);
    out
}

fn all(bytes: &[u8]) {
    harness::rtp(bytes);
    harness::rtcp(bytes);
    harness::event(bytes);
    harness::wav(bytes);
    harness::jitter(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        all(&bytes);
    }

    #[test]
    fn damaged_bytes(
        kind in 0u8..8,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = valid(kind);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        all(&bytes);
    }
}
