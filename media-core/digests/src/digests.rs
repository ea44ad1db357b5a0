//! Digests of what the recording codec and G.711 compute, line by line: they must not depend on the
//! machine. `known.txt` holds them.

use media_core::g711::Law;
use media_core::record::{
    Level, MEMORY, Samples, SamplesMut, decode_beside, encode_beside, encode_in,
};

use super::signals;

const LEVELS: [Level; 4] = [Level::Live, Level::Fast, Level::High, Level::Max];

/// FNV-1a, 64 bits.
fn digest(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// Linear samples of several kinds, half a second each.
fn sounds() -> [(&'static str, Vec<i16>); 5] {
    let mut noise = signals::Noise(7);
    // A chord of triangles: no function of a mathematics library.
    let triangle = |i: i32, period: i32| ((i % period) * 8000 / period - 4000).abs() - 2000;
    let chord = (0..4000).map(|i| (triangle(i, 37) + triangle(i, 53) + triangle(i, 91)) as i16);
    let bytes = noise.bytes(8000);
    let pairs = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]));
    // 350 and 440 Hz, to begin with.
    let mut tone = signals::tones(4000, &[(2_066_856_882, 1800), (2_020_526_066, 2200)]);
    tone[2900..].copy_from_slice(&signals::speech(1100, 3));
    let steps = (0..4000).map(|i| if i / 700 % 2 == 0 { i16::MIN } else { i16::MAX });
    [
        ("speech", signals::speech(4000, 2)),
        ("chord", chord.collect()),
        ("noise", pairs.collect()),
        ("steps", steps.collect()),
        ("tone", tone),
    ]
}

/// A block's digest; the samples come back from it on this machine, too.
fn block(samples: Samples<'_>, other: Option<Samples<'_>>, level: Level) -> u64 {
    let mut memory = vec![0.0; MEMORY];
    let mut block = vec![0; samples.max_block_len()];
    let len = match other {
        Some(other) => encode_beside(samples, other, 82, level, &mut memory, &mut block),
        None => encode_in(samples, level, &mut memory, &mut block),
    };
    block.truncate(len.expect("there is room"));
    let heard = other.unwrap_or(Samples::Pcm16(&[]));
    match samples {
        Samples::Ulaw(codes) | Samples::Alaw(codes) => {
            let mut back = vec![0; codes.len()];
            decode_beside(&block, heard, &mut memory, SamplesMut::G711(&mut back)).expect("ours");
            assert!(back == codes);
        }
        Samples::Pcm16(linear) => {
            let mut back = vec![0; linear.len()];
            decode_beside(&block, heard, &mut memory, SamplesMut::Pcm16(&mut back)).expect("ours");
            assert!(back == linear);
        }
    }
    digest(block)
}

fn record(lines: &mut Vec<String>) {
    let sounds = sounds();
    let voice = &sounds[0].1;
    for (name, sound) in &sounds {
        // The voice comes back on it, 90 samples later and a quarter as loud, or next to a tone less.
        let faint = if *name == "tone" { 64 } else { 4 };
        let heard = |i: usize| i.checked_sub(90).map_or(0, |i| voice[i] / faint);
        let line: Vec<i16> =
            sound.iter().enumerate().map(|(i, x)| x.saturating_add(heard(i))).collect();
        let [ulaw, alaw] = [Law::Mu, Law::A]
            .map(|law| line.iter().map(|x| law.encode_sample(*x)).collect::<Vec<u8>>());
        let formats = [
            ("ulaw", Samples::Ulaw(&ulaw)),
            ("alaw", Samples::Alaw(&alaw)),
            ("pcm16", Samples::Pcm16(&line)),
        ];
        for (format, samples) in formats {
            for level in LEVELS {
                let alone = block(samples, None, level);
                let beside = block(samples, Some(Samples::Pcm16(voice)), level);
                lines.push(format!("{name} {format} {level:?} {alone:016x} {beside:016x}"));
            }
        }
    }
}

/// Whole slices, which vector units work on, and the same sample by sample.
fn g711(lines: &mut Vec<String>) {
    let linear: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    let codes: Vec<u8> = (0..8192_u32).map(|i| (i % 256) as u8).collect();
    for law in [Law::Mu, Law::A] {
        let mut coded = vec![0; linear.len()];
        law.encode(&linear, &mut coded);
        assert!(linear.iter().zip(&coded).all(|(x, code)| law.encode_sample(*x) == *code));
        let mut decoded = vec![0; codes.len()];
        law.decode(&codes, &mut decoded);
        assert!(codes.iter().zip(&decoded).all(|(code, x)| law.decode_sample(*code) == *x));
        let to = if law == Law::A { Law::Mu } else { Law::A };
        let mut other = vec![0; codes.len()];
        law.transcode(to, &codes, &mut other);
        assert!(codes.iter().zip(&other).all(|(a, b)| law.transcode_sample(to, *a) == *b));
        let decoded = digest(decoded.iter().flat_map(|x| x.to_le_bytes()));
        lines.push(format!(
            "g711 {law:?} {:016x} {decoded:016x} {:016x}",
            digest(coded),
            digest(other)
        ));
    }
}

/// All of them, in the order of `known.txt`.
pub(super) fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    g711(&mut lines);
    record(&mut lines);
    lines
}
