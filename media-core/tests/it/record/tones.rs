//! A block that begins within a tone brings it along, where it is shorter for it.

use media_core::g711::Law;
#[cfg(feature = "tlr")]
use media_core::record::Format;
#[cfg(feature = "tlr")]
use media_core::record::tlr::{Channel, Coding, Head, Options, Writer};
use media_core::record::{
    BlockError, Level, MEMORY, Samples, SamplesMut, decode, decode_beside, encode, encode_beside,
};
use proptest::prelude::*;

use super::signals::{Noise, speech, tones, turn};

/// The number of blocks that bring a tone along.
const TONED: u8 = 14;
const DEEP: [Level; 2] = [Level::High, Level::Max];

/// Sinusoids of these frequencies and sizes at 8 kHz, in noise.
fn tone(samples: usize, waves: &[(f64, f64)], noise: f64) -> Vec<i16> {
    let wave = |(hertz, size): &(f64, f64)| {
        // The recurrence begins with the second sample.
        let angle = hertz * core::f64::consts::TAU / 8000.0;
        (turn(*hertz), (size * angle.sin()) as i64)
    };
    let mut hiss = Noise(3);
    let clean = tones(samples, &waves.iter().map(wave).collect::<Vec<_>>());
    clean.iter().map(|x| x.saturating_add((noise * hiss.normal()) as i16)).collect()
}

fn codes(law: Law, pcm: &[i16]) -> Vec<u8> {
    pcm.iter().map(|x| law.encode_sample(*x)).collect()
}

/// A block, from which the samples come back.
fn block(samples: Samples<'_>, level: Level) -> Vec<u8> {
    let mut block = vec![0; samples.max_block_len()];
    let len = encode(samples, level, &mut block).unwrap();
    block.truncate(len);
    match samples {
        Samples::Ulaw(s) | Samples::Alaw(s) => {
            let mut back = vec![0; s.len()];
            decode(&block, SamplesMut::G711(&mut back)).unwrap();
            assert!(back == s, "{level:?}: G.711 differs");
        }
        Samples::Pcm16(s) => {
            let mut back = vec![0; s.len()];
            decode(&block, SamplesMut::Pcm16(&mut back)).unwrap();
            assert!(back == s, "{level:?}: PCM differs");
        }
    }
    block
}

/// Of several countries, faint and loud, and what is none of a telephone's.
const PLANS: [&[(f64, f64)]; 8] = [
    &[(425.0, 9000.0)],
    &[(350.0, 5000.0), (440.0, 5000.0)],
    &[(440.0, 3000.0), (480.0, 3000.0)],
    &[(400.0, 700.0), (450.0, 700.0)],
    &[(941.0, 4000.0), (1633.0, 6000.0)],
    &[(50.0, 900.0), (425.3, 9000.0), (850.6, 700.0), (1275.9, 300.0)],
    &[(1400.5, 12_000.0)],
    &[(2100.0, 300.0)],
];

#[test]
fn a_tone_costs_little_from_its_first_sample_on() {
    for plan in PLANS {
        let pcm = tone(4000, plan, 0.0);
        let (ulaw, alaw) = (codes(Law::Mu, &pcm), codes(Law::A, &pcm));
        for samples in [Samples::Ulaw(&ulaw), Samples::Alaw(&alaw)] {
            let block = block(samples, Level::High);
            assert_eq!(block[0] >> 4, TONED, "{plan:?}");
            // 0.6 bits a sample, where it takes most models thousands of them to come to one.
            assert!(block.len() < 300, "{plan:?}, {:?}: {}", samples.format(), block.len());
        }
        assert_eq!(block(Samples::Pcm16(&pcm), Level::High)[0] >> 4, TONED, "{plan:?}");
    }
}

#[test]
fn what_follows_the_tone_is_coded_as_ever() {
    let mut pcm = tone(3000, PLANS[1], 4.0);
    let talk = speech(3000, 4);
    pcm[1700..].copy_from_slice(&talk[1700..]);
    let (both, talk) = (codes(Law::Mu, &pcm), codes(Law::Mu, &talk));
    for level in DEEP {
        let both = block(Samples::Ulaw(&both), level);
        assert_eq!(both[0] >> 4, TONED, "{level:?}");
        let talk = block(Samples::Ulaw(&talk[1700..]), level).len();
        assert!(both.len() < talk * 11 / 10 + 200, "{level:?}: {} and {talk}", both.len());
    }
    assert_ne!(block(Samples::Ulaw(&talk), Level::High)[0] >> 4, TONED);
}

#[test]
fn two_second_blocks_of_tones_cost_little_beside_one_long_block() {
    // Ringing, in the noise of a line: most blocks begin within it.
    let mut pcm = tone(96_000, &[(450.0, 8000.0)], 15.0);
    let quiet = tone(96_000, &[], 15.0);
    for (i, x) in pcm.iter_mut().enumerate() {
        if i % 20_000 >= 14_000 {
            *x = quiet[i];
        }
    }
    let bytes = codes(Law::Mu, &pcm);
    let long = block(Samples::Ulaw(&bytes), Level::Max).len();
    let short: usize =
        bytes.chunks(16_000).map(|part| block(Samples::Ulaw(part), Level::Max).len()).sum();
    assert!(short * 1000 <= long * 1025, "{short} beside {long}");
}

/// A line that hums at first, where the other party's voice comes back: both channels.
fn hum_and_voice(len: usize) -> [Vec<u8>; 2] {
    let voice = codes(Law::Mu, &speech(len, 21));
    let heard = |i: usize| i.checked_sub(90).map_or(0, |i| Law::Mu.decode_sample(voice[i]));
    let mut line = tone(len, &[(50.0, 9000.0)], 2.0);
    for (i, x) in line.iter_mut().enumerate() {
        *x = if i < 500 { *x + heard(i) / 12 } else { heard(i) };
    }
    [codes(Law::A, &line), voice]
}

#[test]
fn beside_another_channel_there_may_be_a_tone_too() {
    let [line, voice] = hum_and_voice(2000);
    let (samples, other) = (Samples::Alaw(&line), Samples::Ulaw(&voice));
    let mut memory = vec![0.0; MEMORY];
    for (level, coding) in DEEP.into_iter().zip([12, 13]) {
        let mut block = vec![0; samples.max_block_len()];
        let len = encode_beside(samples, other, 82, level, &mut memory, &mut block).unwrap();
        // The header's three bytes, and the coding that follows the tone.
        assert_eq!((block[0] >> 4, block[3] >> 4), (TONED, coding), "{level:?}");
        let mut back = vec![0; line.len()];
        let out = SamplesMut::G711(&mut back);
        decode_beside(&block[..len], other, &mut memory, out).unwrap();
        assert!(back == line, "{level:?}");
        let out = SamplesMut::G711(&mut back);
        assert_eq!(decode(&block[..len], out), Err(BlockError::Beside));
    }
}

/// A call whose blocks begin within a tone: of linear samples, too, unless one is coded beside another.
#[cfg(feature = "tlr")]
pub(super) fn call(len: usize, level: Level, echo: bool) -> Vec<u8> {
    let [line, voice] = hum_and_voice(len);
    let pcm = tone(len, PLANS[1], 4.0);
    let channel = |coding| Channel { coding, rate: 8000, name: String::new() };
    let head = Head {
        channels: [Format::Alaw, Format::Ulaw, Format::Pcm16]
            .map(|format| channel(Coding::Lossless(format)))
            .into(),
        ..Head::default()
    };
    let options = Options { level, echo, ..Options::new([8; 16]) };
    let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
    for at in (0..len).step_by(100) {
        let (position, end) = (at as u64, len.min(at + 100));
        writer.write(0, position, Samples::Alaw(&line[at..end])).unwrap();
        writer.write(1, position, Samples::Ulaw(&voice[at..end])).unwrap();
        if !echo {
            writer.write(2, position, Samples::Pcm16(&pcm[at..end])).unwrap();
        }
    }
    let file = writer.finish().unwrap();
    // The format, the number of samples, and what follows the tone: of each such block.
    let toned = |format: u8, coding: u8| {
        let front = [TONED << 4 | format, 0xdc, 0x0b];
        file.windows(4).any(|bytes| bytes[..3] == front && bytes[3] >> 4 == coding)
    };
    let deep = u8::from(level == Level::Max);
    assert_eq!(len, 1500, "which the bytes looked for say");
    assert!(if echo { toned(1, 12 + deep) } else { toned(1, 10 + deep) && toned(2, 10 + deep) });
    file
}

#[test]
fn a_block_of_before_comes_back() {
    let mut pcm = tones(600, &[(2_066_856_882, 1800), (2_020_526_066, 2200)]);
    pcm.extend(speech(1600, 3));
    let bytes = codes(Law::Mu, &pcm);
    for block in [&include_bytes!("before/tone-high")[..], include_bytes!("before/tone-max")] {
        assert_eq!(block[0] >> 4, TONED);
        let mut back = vec![0; bytes.len()];
        decode(block, SamplesMut::G711(&mut back)).unwrap();
        assert!(back == bytes);
    }
}

#[test]
fn a_tone_that_is_cut_short_or_none_is_an_error() {
    let bytes = codes(Law::Mu, &tone(1000, PLANS[1], 0.0));
    let whole = block(Samples::Ulaw(&bytes), Level::High);
    let mut back = vec![0; bytes.len()];
    // Header, coding, two numbers of two bytes and one, and two sinusoids.
    for len in 0..3 + 1 + 3 + 20 {
        let err = decode(&whole[..len], SamplesMut::G711(&mut back)).unwrap_err();
        assert_eq!(err, BlockError::Truncated, "{len}");
    }
    for then in 0..=255_u8 {
        let mut other = whole.clone();
        other[3] = then;
        let read = decode(&other, SamplesMut::G711(&mut back));
        let known = (10..14).contains(&(then >> 4)) && (1..5).contains(&(then & 15));
        assert_eq!(read == Err(BlockError::UnknownCoding(then)), !known, "{then:#x}: {read:?}");
    }
}

prop_compose! {
    fn any_tone()(
        waves in proptest::collection::vec((30.0..3950.0_f64, 20.0..6000.0_f64), 1..5),
        noise in prop_oneof![Just(0.0), 0.0..40.0_f64],
        ends in 0_usize..1400,
        seed in any::<u64>(),
    ) -> Vec<i16> {
        let mut pcm = tone(1400, &waves, noise);
        if seed % 3 > 0 {
            pcm[ends..].copy_from_slice(&speech(1400 - ends, seed));
        }
        pcm
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_tone_comes_back_and_no_level_is_longer_than_the_one_below(pcm in any_tone()) {
        let (ulaw, alaw) = (codes(Law::Mu, &pcm), codes(Law::A, &pcm));
        for samples in [Samples::Ulaw(&ulaw), Samples::Alaw(&alaw), Samples::Pcm16(&pcm)] {
            let levels = [Level::Live, Level::Fast, Level::High, Level::Max];
            let sizes = levels.map(|level| block(samples, level).len());
            prop_assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        }
    }
}

proptest! {
    #[test]
    #[cfg(feature = "tlr")]
    fn any_sinusoids_come_back(bytes in proptest::collection::vec(any::<u8>(), 12..700)) {
        super::survive::tone(&bytes);
    }

    #[test]
    fn any_bytes_for_a_tone_decode_or_err(
        format in 0_u8..3,
        coding in 10_u8..14,
        waves in 1_u8..5,
        numbers in (prop_oneof![0_u32..2000, any::<u32>()], any::<u32>()),
        starts in proptest::collection::vec(prop_oneof![Just(0x80_u8), Just(0x7f), any::<u8>()], 40),
        rest in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut block = vec![TONED << 4 | format, 0x90, 3, coding << 4 | waves];
        for mut number in [numbers.0, numbers.1] {
            while number > 0x7f {
                block.push(number as u8 | 0x80);
                number >>= 7;
            }
            block.push(number as u8);
        }
        block.extend_from_slice(&starts[..usize::from(waves) * 10]);
        block.extend(rest);
        let (mut memory, other) = (vec![0.0; MEMORY], Samples::Pcm16(&[9; 300]));
        let read = if format == 2 {
            decode_beside(&block, other, &mut memory, SamplesMut::Pcm16(&mut [0; 400]))
        } else {
            decode_beside(&block, other, &mut memory, SamplesMut::G711(&mut [0; 400]))
        };
        prop_assert!(read.is_ok() || coding > 11 && read == Err(BlockError::Truncated), "{read:?}");
    }
}
