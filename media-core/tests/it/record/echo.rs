//! One party's voice, come back on the other's channel, costs little beside it.

use std::io::Cursor;

use media_core::g711::Law;
use media_core::record::tlr::{
    Channel, Head, Options, Reader, Sound, Unlock, Writer, recover, verify,
};
use media_core::record::{
    BlockError, Format, Level, MEMORY, Samples, SamplesMut, decode, decode_beside, encode_beside,
    encode_in, find_echo,
};
use proptest::prelude::*;

use super::signals::{Noise, corpus, speech};

const LEVELS: [Level; 4] = [Level::Live, Level::Fast, Level::High, Level::Max];

/// What a hybrid returns: a delayed, dull, faint copy, over what the other party says and the
/// line's noise. `near` and `voice` have one length.
fn with_echo(near: &[i16], voice: &[i16], delay: usize, gain: f64) -> Vec<i16> {
    let path = [0.1, 0.5, 1.0, -0.6, 0.3, 0.2, -0.1, 0.05];
    let mut noise = Noise(99);
    (0..near.len())
        .map(|i| {
            let echo: f64 = (path.iter().enumerate())
                .filter_map(|(k, p)| Some(p * f64::from(voice[i.checked_sub(delay + k)?])))
                .sum();
            let sum = f64::from(near[i]) + gain * echo + 2.0 * noise.normal();
            sum.clamp(-32000.0, 32000.0) as i16
        })
        .collect()
}

fn codes(law: Law, pcm: &[i16]) -> Vec<u8> {
    pcm.iter().map(|x| law.encode_sample(*x)).collect()
}

/// The agent is silent while the caller's voice comes back on its channel, in the other law; blocks
/// of so many samples.
pub(super) fn call_with_echo(len: usize, level: Level, block: usize) -> Vec<u8> {
    let voice = speech(len, 21);
    let heard = codes(Law::Mu, &voice);
    let back: Vec<i16> = heard.iter().map(|c| Law::Mu.decode_sample(*c)).collect();
    let line = codes(Law::A, &with_echo(&vec![0; len], &back, 90, 0.1));
    let head = Head {
        channels: vec![
            Channel::telephone(Format::Alaw, "agent"),
            Channel::telephone(Format::Ulaw, "caller"),
        ],
        ..Head::default()
    };
    let block_ms = block as u32 / 8;
    let options = Options { level, block_ms, echo: true, ..Options::new([8; 16]) };
    let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
    for (i, (a, b)) in line.chunks(80).zip(heard.chunks(80)).enumerate() {
        writer.write(0, i as u64 * 80, Samples::Alaw(a)).unwrap();
        writer.write(1, i as u64 * 80, Samples::Ulaw(b)).unwrap();
    }
    writer.finish().unwrap()
}

/// Records of pairs in a file.
pub(super) fn pairs(file: &[u8]) -> usize {
    let (mut at, mut pairs) = (32, 0);
    while at + 24 <= file.len() {
        pairs += usize::from(file[at + 2] & 0x7f == 12);
        at += 24 + u32::from_le_bytes([file[at + 3], file[at + 4], file[at + 5], 0]) as usize;
    }
    pairs
}

/// Bytes of a block alone and beside the other channel, which comes back from both.
fn alone_and_beside(line: Samples<'_>, other: Samples<'_>, shift: i32, level: Level) -> [usize; 2] {
    let mut memory = vec![0.0; MEMORY];
    let mut block = vec![0; line.max_block_len()];
    let alone = encode_in(line, level, &mut memory, &mut block).unwrap();
    let beside = encode_beside(line, other, shift, level, &mut memory, &mut block).unwrap();
    block.truncate(beside);
    // Working memory holds nothing that matters.
    memory.fill(f64::NAN);
    match line {
        Samples::Ulaw(s) | Samples::Alaw(s) => {
            let mut back = vec![0; s.len()];
            decode_beside(&block, other, &mut memory, SamplesMut::G711(&mut back)).unwrap();
            assert!(back == s, "{level:?}");
        }
        Samples::Pcm16(s) => {
            let mut back = vec![0; s.len()];
            decode_beside(&block, other, &mut memory, SamplesMut::Pcm16(&mut back)).unwrap();
            assert!(back == s, "{level:?}");
        }
    }
    [alone, beside]
}

#[test]
fn an_echo_is_found_and_costs_less() {
    let len = 24_000;
    let voice: Vec<i16> =
        codes(Law::Mu, &speech(len, 21)).iter().map(|c| Law::Mu.decode_sample(*c)).collect();
    for delay in [0, 40, 800, 2400] {
        let line = codes(Law::Mu, &with_echo(&vec![0; len], &voice, delay, 0.1));
        let (line, other) = (Samples::Ulaw(&line), Samples::Pcm16(&voice));
        let shift = find_echo(line, other).unwrap();
        // The strongest tap is the third.
        assert!((shift + 8 - delay as i32 - 2).abs() <= 1, "{delay}: {shift}");
        if delay != 800 {
            continue;
        }
        for level in LEVELS {
            let [alone, beside] = alone_and_beside(line, other, shift, level);
            assert!(beside * 100 < alone * 92, "{level:?}: {alone} alone, {beside} beside");
        }
    }
}

#[test]
fn echoes_on_the_corpus_cost_less_and_other_lines_no_more() {
    let files = corpus(24);
    let find = |name: &str| files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes);
    let (Some(a), Some(b)) = (find("conv_line_a"), find("conv_line_b")) else {
        return;
    };
    let linear = |s: &[u8]| s.iter().map(|c| Law::Mu.decode_sample(*c)).collect::<Vec<i16>>();
    // A voice 30 dB fainter and 75 ms later on a quiet line, and 20 dB under another's words.
    let cases =
        [("noise_line", "spk_en_f_allison", 0.03, 96), ("conv_line_a", "conv_line_b", 0.1, 99)];
    for (near, far, gain, most) in cases {
        let (Some(near), Some(far)) = (find(near), find(far)) else {
            continue;
        };
        let line = codes(Law::Mu, &with_echo(&linear(near), &linear(far), 600, gain));
        let (mut alone, mut beside) = (0, 0);
        for (line, other) in line.chunks(16_000).zip(far.chunks(16_000)) {
            let (line, other) = (Samples::Ulaw(line), Samples::Ulaw(other));
            let sizes = alone_and_beside(line, other, 594, Level::Live);
            alone += sizes[0];
            beside += sizes[1];
        }
        assert!(beside * 100 < alone * most, "{alone} alone, {beside} beside");
    }
    // Without an echo the writer leaves them as they are.
    let plain = |echo| {
        let channels = ["a", "b"].map(|name| Channel::telephone(Format::Ulaw, name));
        let head = Head { channels: channels.into(), ..Head::default() };
        let options = Options { echo, ..Options::new([8; 16]) };
        let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
        for (i, (a, b)) in a.chunks(160).zip(b.chunks(160)).enumerate() {
            writer.write(0, i as u64 * 160, Samples::Ulaw(a)).unwrap();
            writer.write(1, i as u64 * 160, Samples::Ulaw(b)).unwrap();
        }
        writer.finish().unwrap().len()
    };
    assert!(plain(true) <= plain(false) + 8);
}

#[test]
fn both_parties_come_back_from_pairs_by_index_by_scan_and_after_a_cut() {
    let file = call_with_echo(24_000, Level::Fast, 4000);
    assert_eq!(pairs(&file), 6);
    let report = verify(Cursor::new(&file)).unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.samples, [24_000, 24_000]);
    let sound = |file: &[u8], channel: u8| {
        let mut reader = Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap();
        let mut all = Vec::new();
        for entry in reader.index().to_vec().iter().filter(|entry| entry.channel == channel) {
            let Sound::G711(codes) = reader.sound(entry).unwrap() else { panic!("not G.711") };
            all.extend(codes);
        }
        all
    };
    let want = codes(Law::Mu, &speech(24_000, 21));
    assert!(sound(&file, 1) == want);
    assert_eq!(sound(&file, 0).len(), 24_000);
    let cut = &file[..file.len() * 2 / 3];
    let mut saved = Vec::new();
    recover(Cursor::new(cut), &mut saved, &Unlock::Nothing, None).unwrap();
    assert!(verify(Cursor::new(&saved)).unwrap().is_intact());
    for file in [cut, &saved] {
        let whole = sound(file, 1);
        assert!(whole.len() >= 12_000 && want.starts_with(&whole));
        assert!(sound(file, 0).len() == whole.len());
    }
    // Linear samples of both, one after the other, are not mistaken for each other.
    let mut reader = Reader::open(Cursor::new(&file), &Unlock::Nothing).unwrap();
    let (mut a, mut b) = ([0; 100], [0; 100]);
    reader.read(0, 2000, &mut a).unwrap();
    reader.read(1, 2000, &mut b).unwrap();
    assert!(b.iter().zip(&want[2000..]).all(|(x, c)| *x == Law::Mu.decode_sample(*c)));
    assert_ne!(a, b);
}

#[test]
fn parties_out_of_step_are_recorded_all_the_same() {
    // Gaps, pauses, a late party, one that falls silent: with and without pairs the same sound.
    let voice = codes(Law::Mu, &speech(40_000, 21));
    let heard: Vec<i16> = voice.iter().map(|c| Law::Mu.decode_sample(*c)).collect();
    let line = codes(Law::Mu, &with_echo(&[0; 40_000], &heard, 120, 0.2));
    let record = |echo| {
        let channels = ["a", "b"].map(|name| Channel::telephone(Format::Ulaw, name));
        let head = Head { channels: channels.into(), ..Head::default() };
        let options = Options { echo, block_ms: 500, ..Options::new([8; 16]) };
        let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
        for (i, (frame, echo)) in voice.chunks(160).zip(line.chunks(160)).enumerate() {
            let at = i as u64 * 160;
            if !(60..75).contains(&i) {
                writer.write(0, at, Samples::Ulaw(frame)).unwrap();
            }
            match i {
                0..30 | 200.. => {}
                120 => writer.pause(1, at).unwrap(),
                140 => writer.resume(1, at).unwrap(),
                _ => writer.write(1, at, Samples::Ulaw(echo)).unwrap(),
            }
        }
        writer.finish().unwrap()
    };
    let heard = |file: &[u8], channel| {
        let mut reader = Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap();
        let mut out = vec![0; 40_000];
        (reader.read(channel, 0, &mut out).unwrap(), out, reader.marks().to_vec())
    };
    let (with, without) = (record(true), record(false));
    assert!(pairs(&with) > 2, "{}", pairs(&with));
    assert!(with.len() < without.len());
    for channel in [0, 1] {
        assert!(heard(&with, channel) == heard(&without, channel), "{channel}");
    }
}

#[test]
fn a_block_beside_another_is_not_read_without_it() {
    let voice = speech(4000, 2);
    let bytes = codes(Law::Mu, &with_echo(&[0; 4000], &voice, 90, 0.2));
    let (samples, voice) = (Samples::Ulaw(&bytes), Samples::Pcm16(&voice));
    let mut block = vec![0; 5000];
    let alone = encode_in(samples, Level::Live, &mut [], &mut block).unwrap();
    let len = encode_beside(samples, voice, 82, Level::Live, &mut [], &mut block).unwrap();
    assert!(len < alone, "{len}");
    let mut back = vec![0; 4000];
    let result = decode(&block[..len], SamplesMut::G711(&mut back));
    assert_eq!(result, Err(BlockError::Beside));
    let result =
        decode_beside(&block[..3], voice, &mut [], SamplesMut::G711(&mut back)).unwrap_err();
    assert_eq!(result, BlockError::Truncated);
    let result = encode_beside(samples, voice, 0, Level::Max, &mut [0.0; 9], &mut block);
    assert_eq!(result, Err(BlockError::NoMemory { need: MEMORY, room: 9 }));
}

/// As for the other codings: whatever machine made a block, these are its bits.
#[test]
fn blocks_beside_another_are_the_same_bits_everywhere() {
    let voice = codes(Law::Mu, &speech(4000, 2));
    let heard: Vec<i16> = voice.iter().map(|c| Law::Mu.decode_sample(*c)).collect();
    let line = codes(Law::Mu, &with_echo(&[0; 4000], &heard, 90, 0.2));
    let mut memory = vec![0.0; MEMORY];
    let sums = LEVELS.map(|level| {
        let (line, other) = (Samples::Ulaw(&line), Samples::Ulaw(&voice));
        let mut block = vec![0; 5000];
        let len = encode_beside(line, other, 82, level, &mut memory, &mut block).unwrap();
        block[..len].iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
        })
    });
    let known = ["97d4c4a192601a75", "e31c3b3f62bbba24", "f4129ba75bd3cc86", "ede90f8a411b2468"];
    assert_eq!(sums.map(|sum| format!("{sum:016x}")), known);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_bytes_beside_any_come_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..500),
        other in proptest::collection::vec(any::<i16>(), 0..500),
        shift in prop_oneof![any::<i32>(), -600..600_i32],
    ) {
        let pcm: Vec<i16> = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        for level in LEVELS {
            for samples in [Samples::Ulaw(&bytes), Samples::Alaw(&bytes), Samples::Pcm16(&pcm)] {
                alone_and_beside(samples, Samples::Pcm16(&other), shift, level);
            }
        }
    }

    #[test]
    fn any_block_beside_another_decodes_or_errs(
        first in any::<u8>(),
        rest in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let block: Vec<u8> = std::iter::once(first % 224).chain(rest).collect();
        super::survive::block(&block);
    }
}
