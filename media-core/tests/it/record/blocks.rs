//! Blocks come back bit for bit, never grow, and no bytes make the decoder panic.

use media_core::record::{
    BlockError, Format, Level, MAX_HEADER, MEMORY, Samples, SamplesMut, block_info, decode, encode,
    encode_beside,
};
use proptest::prelude::*;

use super::signals::{Noise, corpus, speech, tones, ulaw};

const LEVELS: [Level; 4] = [Level::Live, Level::Fast, Level::High, Level::Max];

fn packed(samples: Samples<'_>, level: Level) -> Vec<u8> {
    let mut block = vec![0xaa; samples.max_block_len()];
    let len = encode(samples, level, &mut block).unwrap();
    block.truncate(len);
    block
}

/// Round trip; returns the block's length.
fn round_trip(samples: Samples<'_>, level: Level) -> usize {
    let block = packed(samples, level);
    assert!(block.len() <= samples.len() * samples.format().bytes() + MAX_HEADER);
    let info = block_info(&block).unwrap();
    assert_eq!((info.format, info.samples), (samples.format(), samples.len()));
    match samples {
        Samples::Ulaw(s) | Samples::Alaw(s) => {
            let mut back = vec![0x55; s.len()];
            decode(&block, SamplesMut::G711(&mut back)).unwrap();
            assert!(back == s, "{level:?}: G.711 differs");
        }
        Samples::Pcm16(s) => {
            let mut back = vec![0x55; s.len()];
            decode(&block, SamplesMut::Pcm16(&mut back)).unwrap();
            assert!(back == s, "{level:?}: PCM differs");
        }
    }
    block.len()
}

/// Lengths of the blocks of all levels, of which none is longer than the one below.
fn lengths(samples: Samples<'_>) -> [usize; LEVELS.len()] {
    let sizes = LEVELS.map(|level| round_trip(samples, level));
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    sizes
}

#[test]
fn speech_comes_back_at_every_level_in_every_format() {
    let pcm = speech(16_000, 1);
    let bytes = ulaw(&pcm);
    for level in LEVELS {
        assert!(round_trip(Samples::Ulaw(&bytes), level) < bytes.len() * 7 / 10);
        round_trip(Samples::Alaw(&bytes), level);
        assert!(round_trip(Samples::Pcm16(&pcm), level) < pcm.len() * 2 * 7 / 10);
    }
}

#[test]
fn short_constant_and_extreme_blocks_come_back() {
    let square: Vec<i16> = (0..4000).map(|i| if i / 7 % 2 == 0 { 32767 } else { -32768 }).collect();
    let codes: Vec<u8> = (0..4000).map(|i| if i / 5 % 2 == 0 { 0x80 } else { 0x00 }).collect();
    let jumps: Vec<i16> = (0..4000).map(|i: i32| if i % 500 == 0 { -32768 } else { 7 }).collect();
    for level in LEVELS {
        for len in 0..40 {
            let bytes = Noise(len).bytes(len as usize);
            round_trip(Samples::Ulaw(&bytes), level);
            round_trip(Samples::Alaw(&bytes), level);
        }
        for value in [i16::MIN, -1, 0, 1, i16::MAX] {
            assert!(round_trip(Samples::Pcm16(&[value; 8000]), level) < 8);
        }
        for code in 0..=255 {
            assert!(round_trip(Samples::Ulaw(&[code; 300]), level) < 8);
        }
        round_trip(Samples::Pcm16(&square), level);
        round_trip(Samples::Pcm16(&jumps), level);
        round_trip(Samples::Ulaw(&codes), level);
    }
}

#[test]
fn silence_between_words_costs_next_to_nothing() {
    // A word, then two seconds of digital silence: the silence costs under a hundredth of a bit
    // a sample.
    let word = ulaw(&speech(4000, 9));
    let mut call = word.clone();
    call.resize(word.len() + 16_000, 0xff);
    for level in LEVELS {
        let extra =
            round_trip(Samples::Ulaw(&call), level) - round_trip(Samples::Ulaw(&word), level);
        assert!(extra * 8 <= 160, "{level:?}: {extra} bytes");
    }
}

#[test]
fn noise_is_stored_raw() {
    let bytes = Noise(3).bytes(8000);
    let pcm: Vec<i16> = bytes.chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
    for level in LEVELS {
        assert!(round_trip(Samples::Ulaw(&bytes), level) <= 8000 + 3);
        assert!(round_trip(Samples::Pcm16(&pcm), level) <= 8000 + 3);
    }
}

#[test]
fn the_corpus_comes_back() {
    for (level, seconds) in LEVELS.into_iter().zip([20, 10, 2, 1]) {
        for (name, bytes) in corpus(seconds) {
            let mut total = 0;
            for block in bytes.chunks(8000) {
                total += round_trip(Samples::Ulaw(block), level);
            }
            assert!(total < bytes.len(), "{name} at {level:?}: {total}");
        }
    }
}

#[test]
fn each_level_is_smaller_than_the_one_before() {
    let sizes = lengths(Samples::Ulaw(&ulaw(&speech(24_000, 3))));
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
}

#[test]
fn two_second_blocks_cost_little_beside_one_long_block() {
    let mut files = corpus(20);
    files.push(("generated".into(), ulaw(&speech(160_000, 3))));
    for level in [Level::Fast, Level::High] {
        for (name, bytes) in &files {
            let long = packed(Samples::Ulaw(bytes), level).len();
            let short: usize =
                bytes.chunks(16_000).map(|b| packed(Samples::Ulaw(b), level).len()).sum();
            assert!(short * 1000 <= long * 1025, "{name} at {level:?}: {short} beside {long}");
        }
    }
}

#[test]
fn errors_say_what_is_missing() {
    let mut out = [0; 8];
    let err = encode(Samples::Ulaw(&[0; 9]), Level::Live, &mut out).unwrap_err();
    assert_eq!(err, BlockError::NoRoom { need: 9 + MAX_HEADER, room: 8 });
    assert_eq!(out, [0; 8]);
    let block = packed(Samples::Alaw(&[1, 2, 3]), Level::Live);
    let err = decode(&block, SamplesMut::Pcm16(&mut [0; 3])).unwrap_err();
    assert_eq!(err, BlockError::WrongFormat(Format::Alaw));
    let err = decode(&block, SamplesMut::G711(&mut [0; 2])).unwrap_err();
    assert_eq!(err, BlockError::NoRoom { need: 3, room: 2 });
    assert_eq!(block_info(&[]), Err(BlockError::Truncated));
    assert_eq!(block_info(&[0x0f, 0]), Err(BlockError::UnknownCoding(0x0f)));
    assert_eq!(block_info(&[0xf0, 0]), Err(BlockError::UnknownCoding(0xf0)));
    assert_eq!(block_info(&[0, 0x81]), Err(BlockError::Truncated));
    assert_eq!(block_info(&[0, 0xff, 0xff, 0xff, 0x7f]), Err(BlockError::TooLong(0xfff_ffff)));
}

/// Sounds that a least-squares predictor follows badly, and others that it follows well.
fn odd_sounds() -> Vec<(&'static str, Vec<i16>)> {
    let mut noise = Noise(5);
    let each = |f: &mut dyn FnMut(i64) -> i64| (0..8000).map(|i| f(i) as i16).collect();
    let mut tone = [0.0, 900.0];
    vec![
        ("sawtooth", each(&mut |i| i * 37 % 20_001 - 10_000)),
        ("short sawtooth", each(&mut |i| i * 911 % 20_001 - 10_000)),
        ("square", each(&mut |i| if i / 40 % 2 == 0 { 12_000 } else { -12_000 })),
        ("clicks", each(&mut |i| if i % 700 == 699 { 30_000 } else { i % 3 })),
        ("ramp", each(&mut |i| i * 4 - 16_000)),
        (
            "loud and quiet",
            each(&mut |i| noise.normal() as i64 * [3, 3000][(i / 900 % 2) as usize]),
        ),
        (
            "tone",
            each(&mut |_| {
                tone = [tone[1], 1.9 * tone[1] - tone[0]];
                tone[1] as i64
            }),
        ),
        ("speech", speech(8000, 6)),
        ("tone, then speech", [tones(3000, &[(2_066_856_882, 1800)]), speech(5000, 8)].concat()),
    ]
}

#[test]
fn no_level_is_longer_than_the_one_below() {
    for (name, pcm) in odd_sounds() {
        let (ulaw, other) = (ulaw(&pcm), speech(8000, 7));
        for samples in [Samples::Pcm16(&pcm), Samples::Ulaw(&ulaw), Samples::Alaw(&ulaw)] {
            lengths(samples);
            let (other, mut memory) = (Samples::Pcm16(&other), vec![0.0; MEMORY]);
            let mut block = vec![0; samples.max_block_len()];
            let sizes = LEVELS.map(|level| {
                encode_beside(samples, other, 40, level, &mut memory, &mut block).unwrap()
            });
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{name} beside another: {sizes:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let pcm: Vec<i16> = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        for samples in [Samples::Ulaw(&bytes), Samples::Alaw(&bytes), Samples::Pcm16(&pcm)] {
            lengths(samples);
        }
    }

    #[test]
    fn any_steps_come_back(steps in proptest::collection::vec((any::<i16>(), 1_usize..60), 0..40)) {
        let pcm: Vec<i16> = steps.iter().flat_map(|&(x, n)| std::iter::repeat_n(x, n)).collect();
        lengths(Samples::Pcm16(&pcm));
        lengths(Samples::Ulaw(&ulaw(&pcm)));
    }

    #[test]
    fn any_block_decodes_or_errs(
        first in any::<u8>(),
        rest in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let block: Vec<u8> = std::iter::once(first & 0xf3).chain(rest).collect();
        let _ = decode(&block, SamplesMut::G711(&mut [0; 5000]));
        let _ = decode(&block, SamplesMut::Pcm16(&mut [0; 5000]));
    }

    #[test]
    fn a_damaged_block_decodes_or_errs(at in 0_usize..2000, flip in 1_u8..=255, cut in 0_usize..2000) {
        let pcm = speech(2000, 4);
        for (samples, level) in LEVELS.iter().flat_map(|l| [(Samples::Pcm16(&pcm), *l)]) {
            let mut block = packed(samples, level);
            let at = at % block.len();
            block[at] ^= flip;
            block.truncate(block.len() - cut % block.len());
            let _ = decode(&block, SamplesMut::G711(&mut [0; 2000]));
            let _ = decode(&block, SamplesMut::Pcm16(&mut [0; 2000]));
        }
    }
}
