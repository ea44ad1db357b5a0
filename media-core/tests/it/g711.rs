//! Every input and every code against the tables of G.711, written down here in their own form.

use media_core::g711::{Gain, Law};

/// End points of the positive segments and their numbers of steps, tables 1a and 2a of G.711, in
/// units of the Recommendation's uniform code.
const SEGMENTS_A: [(u16, u16); 8] =
    [(32, 16), (64, 16), (128, 16), (256, 16), (512, 16), (1024, 16), (2048, 16), (4096, 16)];
const SEGMENTS_MU: [(u16, u16); 8] =
    [(31, 16), (95, 16), (223, 16), (479, 16), (991, 16), (2015, 16), (4063, 16), (8159, 16)];

/// Decision values x(0), x(1) … of one sign.
fn decisions(law: Law) -> Vec<u16> {
    let mut values = vec![0];
    let segments = match law {
        Law::A => SEGMENTS_A,
        Law::Mu => {
            // µ-law's first interval is half as wide as the rest of its segment.
            values.push(1);
            SEGMENTS_MU
        }
    };
    for (end, steps) in segments {
        let start = *values.last().expect("never empty");
        let left = steps - (values.len() as u16 - 1) % 16;
        let width = (end - start) / left;
        values.extend((1..=left).map(|n| start + n * width));
    }
    assert_eq!(values.len(), 129);
    values
}

/// 16-bit samples are this many times the Recommendation's units: A-law's table counts to 4,096,
/// µ-law's to 8,159.
fn scale(law: Law) -> i32 {
    match law {
        Law::A => 8,
        Law::Mu => 4,
    }
}

fn flip(law: Law) -> u8 {
    law.silence()
}

#[test]
fn every_sample_gets_the_code_of_its_interval() {
    for law in [Law::A, Law::Mu] {
        let decisions = decisions(law);
        for sample in i16::MIN..=i16::MAX {
            let magnitude = if sample < 0 { !sample } else { sample };
            let units = i32::from(magnitude) / scale(law);
            let position = decisions[..128]
                .iter()
                .rposition(|&x| i32::from(x) <= units)
                .expect("the first is 0");
            let sign = if sample < 0 { 0x80 } else { 0 };
            let expected = (position as u8 | sign) ^ flip(law);
            assert_eq!(law.encode_sample(sample), expected, "{law:?} {sample}");
        }
    }
}

#[test]
fn every_code_stands_for_the_middle_of_its_interval() {
    for law in [Law::A, Law::Mu] {
        let decisions = decisions(law);
        for code in 0..=255u8 {
            let plain = code ^ flip(law);
            let position = usize::from(plain & 0x7f);
            let (from, to) = (decisions[position], decisions[position + 1]);
            let middle = if law == Law::Mu && position == 0 {
                0
            } else {
                i32::from(from + to) * scale(law) / 2
            };
            let expected = if plain & 0x80 == 0 { middle } else { -middle };
            assert_eq!(i32::from(law.decode_sample(code)), expected, "{law:?} {code}");
        }
    }
}

#[test]
fn slices_equal_samples_at_every_length_and_place() {
    let pcm: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    for law in [Law::A, Law::Mu] {
        let one_by_one: Vec<u8> = pcm.iter().map(|&x| law.encode_sample(x)).collect();
        let mut codes = vec![0; pcm.len()];
        assert_eq!(law.encode(&pcm, &mut codes), pcm.len());
        assert_eq!(codes, one_by_one);

        let mut decoded = vec![0; codes.len()];
        assert_eq!(law.decode(&codes, &mut decoded), codes.len());
        let expected: Vec<i16> = codes.iter().map(|&c| law.decode_sample(c)).collect();
        assert_eq!(decoded, expected);

        for start in 0..33 {
            for length in 0..100 {
                let from = 32_700 + start;
                let mut codes = [0xaa; 101];
                law.encode(&pcm[from..from + length], &mut codes);
                assert_eq!(codes[..length], one_by_one[from..from + length]);
                assert!(codes[length..].iter().all(|&c| c == 0xaa));
                let mut back = [1; 101];
                law.decode(&codes[..length], &mut back);
                assert_eq!(back[..length], expected[from..from + length]);
                assert!(back[length..].iter().all(|&s| s == 1));
            }
        }
    }
}

#[test]
fn a_code_survives_decoding_and_encoding() {
    for law in [Law::A, Law::Mu] {
        for code in 0..=255 {
            let again = law.encode_sample(law.decode_sample(code));
            // µ-law has two zeros and encodes the positive one.
            let expected = if law == Law::Mu && code == 0x7f { 0xff } else { code };
            assert_eq!(again, expected, "{law:?} {code:02x}");
        }
    }
}

/// Where tables 3 and 4 of G.711 are not decoding and encoding again, they choose a neighbour;
/// these are the properties that define their choice.
#[test]
fn conversions_follow_tables_3_and_4() {
    let (a, mu) = (Law::A, Law::Mu);
    for code in 0..=255 {
        for (from, to) in [(a, mu), (mu, a)] {
            let there = from.transcode_sample(to, code);
            assert_eq!(there & 0x80, code & 0x80, "the sign stays");
            let (x, y) = (from.decode_sample(code), to.decode_sample(there));
            let again = to.encode_sample(x);
            let off = i16::from((again ^ flip(to)) & 0x7f) - i16::from((there ^ flip(to)) & 0x7f);
            assert!(off.abs() <= 1, "{from:?} {code:02x} {x} {y}");
            assert_eq!(from.transcode_sample(from, code), code);
        }
    }
    // Note 1 to table 3: seven bits of µ → A → µ come back but for the pairs that share a code.
    let lost = (0..128u8)
        .filter(|&p| {
            let code = p ^ flip(mu);
            a.transcode_sample(mu, mu.transcode_sample(a, code)) != code
        })
        .count();
    assert_eq!(lost, 8);
    let lost = (0..128u8)
        .filter(|&p| {
            let code = p ^ flip(a);
            mu.transcode_sample(a, a.transcode_sample(mu, code)) != code
        })
        .count();
    assert_eq!(lost, 8);
    // Rows of the printed tables (position counted from 1 there).
    for (m, expected) in [(1, 1), (17, 9), (34, 27), (48, 44), (49, 46), (82, 82), (128, 128)] {
        let code = (m - 1) ^ flip(mu) | 0x80;
        let got = (mu.transcode_sample(a, code) ^ flip(a)) + 1;
        assert_eq!(got, expected, "µ {m}");
    }
}

#[test]
fn transcoding_slices_equals_samples() {
    let codes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for (from, to) in [(Law::A, Law::Mu), (Law::Mu, Law::A), (Law::A, Law::A)] {
        let expected: Vec<u8> = codes.iter().map(|&c| from.transcode_sample(to, c)).collect();
        for start in 0..33 {
            let mut out = vec![0x11; 1000];
            let n = from.transcode(to, &codes[start..], &mut out);
            assert_eq!(n, 1000 - start);
            assert_eq!(out[..n], expected[start..]);
            assert!(out[n..].iter().all(|&c| c == 0x11));
        }
    }
}

#[test]
fn gain_is_exact_at_unity_and_limited_at_the_top() {
    for law in [Law::A, Law::Mu] {
        let all: Vec<u8> = (0..=255).collect();
        let mut codes = all.clone();
        Gain::new(law, Gain::UNITY).apply(&mut codes);
        assert_eq!(codes, all);
        Gain::new(law, u32::MAX).apply(&mut codes);
        let loudest = [law.encode_sample(i16::MAX), law.encode_sample(i16::MIN)];
        let zeros = [0, -1].map(|x| law.encode_sample(x));
        assert!(codes.iter().all(|c| loudest.contains(c) || zeros.contains(c)));
        Gain::new(law, 0).apply(&mut codes);
        assert!(codes.iter().all(|&c| c == law.silence()));
    }
}

/// Vectors and what they leave: every code at every place, by every twentieth factor there is
/// between silence and +24 dB.
#[test]
fn gain_of_slices_equals_gain_of_samples() {
    let codes: Vec<u8> = (0..=255).cycle().take(256 + 33).collect();
    for law in [Law::A, Law::Mu] {
        for factor in (0..=16 * Gain::UNITY).step_by(20) {
            let gain = Gain::new(law, factor);
            let mut one_by_one = codes.clone();
            one_by_one.chunks_mut(1).for_each(|code| gain.apply(code));
            let start = factor as usize % 33;
            for length in [256, 160, factor as usize % 100] {
                let mut slice = codes.clone();
                gain.apply(&mut slice[start..start + length]);
                assert_eq!(slice[start..start + length], one_by_one[start..start + length]);
                assert_eq!(slice[..start], codes[..start]);
                assert_eq!(slice[start + length..], codes[start + length..]);
            }
        }
    }
}

#[test]
fn names_and_payload_types() {
    for law in [Law::A, Law::Mu] {
        assert_eq!(Law::from_payload_type(law.payload_type()), Some(law));
        assert_eq!(law.encode_sample(0), law.silence());
    }
    assert_eq!((Law::Mu.payload_type(), Law::A.payload_type()), (0, 8));
    assert_eq!(Law::from_payload_type(3), None);
}
