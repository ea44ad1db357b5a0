//! Mixing saturates, and no gain ever jumps.

use media_core::mix::{self, Bridge, Conference, FADE_SAMPLES, Fade, Gain, Supervision};

#[test]
fn decibels_become_factors() {
    for db in -59..=18_i8 {
        let exact = 4096.0 * 10_f64.powf(f64::from(db) / 20.0);
        let ours = f64::from(Gain::from_db(db).q12());
        let most = f64::from(Gain::MAX.q12());
        assert!((ours - exact.min(most)).abs() <= 0.51 + exact * 5e-4, "{db} dB: {ours} {exact}");
    }
    assert_eq!(Gain::from_db(0), Gain::UNITY);
    assert_eq!(Gain::from_db(-60), Gain::SILENT);
    assert_eq!(Gain::from_db(i8::MAX), Gain::MAX);
    assert_eq!(Gain::from_db(i8::MIN), Gain::SILENT);
    assert_eq!(Gain::from_q12(u16::MAX), Gain::MAX);
}

#[test]
fn sums_saturate() {
    for (a, b) in [(i16::MAX, 1), (i16::MIN, -1), (i16::MIN, i16::MIN), (-5, 7)] {
        let exact = (i32::from(a) + i32::from(b)).clamp(-32_768, 32_767) as i16;
        let mut out = [a];
        mix::add(&mut out, &[b]);
        assert_eq!(out, [exact]);
        out = [a];
        mix::add_scaled(&mut out, &[b], Gain::UNITY);
        assert_eq!(out, [exact]);
    }
    assert_eq!(Gain::MAX.scale(i16::MIN), i16::MIN);
}

/// What one hears of many is their sum, limited once: not what is limited on the way, and the same
/// in whatever order they are. Voices of other lengths than the ear's are silent where they end.
#[test]
fn a_mix_is_limited_once() {
    let voices: [&[i16]; 5] =
        [&[30_000; 300], &[30_000; 200], &[-30_000; 300], &[-20_000; 500], &[i16::MIN; 250]];
    for gains in [[0; 5], [12, 0, 12, 0, 0], [18, -6, 18, 3, -60], [-60, 0, 0, -60, -60]] {
        for order in [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3], [2, 3, 4, 0, 1]] {
            let mut memory = [Fade::default(); 36];
            let mut call = Conference::new(&mut memory, 6).unwrap();
            for (at, from) in order.into_iter().enumerate() {
                call.route(at, 5, Gain::from_db(gains[from]));
            }
            let order = order.map(|from| voices[from]);
            call.hear(5, order.map(|v| &v[..FADE_SAMPLES]), &mut [0; FADE_SAMPLES]);
            let mut ear = [1; 350];
            call.hear(5, order, &mut ear);
            for (n, &heard) in ear.iter().enumerate() {
                let said = voices.map(|voice| voice.get(n).map_or(0, |&s| i64::from(s)));
                let amplified = said
                    .iter()
                    .zip(gains)
                    .map(|(s, db)| (s * i64::from(Gain::from_db(db).q12()) + 2048) >> 12);
                let exact = amplified.sum::<i64>().clamp(-32_768, 32_767);
                assert_eq!(i64::from(heard), exact, "{gains:?} at {n}");
            }
        }
    }
}

#[test]
fn everybody_hears_the_others() {
    let voices = [[30_000_i16, 5], [20_000, 6], [-10_000, 7]];
    let mut sum = [0; 2];
    for voice in &voices {
        mix::total(&mut sum, voice);
    }
    let mut out = [0; 2];
    mix::others(&sum, &voices[2], &mut out);
    assert_eq!(out, [i16::MAX, 11]);
    mix::others(&sum, &voices[0], &mut out);
    assert_eq!(out, [10_000, 13]);
}

/// No step of a faded steady signal is larger than the line of the fade makes it.
fn assert_smooth(samples: &[i16], full: i16) {
    let step = i32::from(full) / FADE_SAMPLES as i32 + 2;
    for pair in samples.windows(2) {
        let jump = (i32::from(pair[1]) - i32::from(pair[0])).abs();
        assert!(jump <= step, "a click: {pair:?}");
    }
}

#[test]
fn a_fade_is_a_line_in_frames_of_any_size() {
    for size in [1, 7, 80, 160] {
        let mut fade = Fade::new(Gain::SILENT);
        let mut heard = vec![0];
        for i in 0..480 / size {
            match i * size {
                n if n < size => fade.to(Gain::UNITY),
                n if (140..140 + size).contains(&n) => fade.to(Gain::from_db(-6)),
                // Turned round half-way.
                n if (150..150 + size).contains(&n) => fade.to(Gain::UNITY),
                n if (280..280 + size).contains(&n) => fade.to(Gain::SILENT),
                _ => {}
            }
            let mut frame = vec![8000; size];
            fade.apply(&mut frame);
            heard.extend(frame);
        }
        assert_smooth(&heard, 8000);
        assert_eq!(heard[FADE_SAMPLES], 8000);
        assert_eq!(heard.last(), Some(&0));
        assert!(fade.is_still());
    }
}

#[test]
fn supervision_is_heard_by_whom_it_should_be() {
    // Who hears what of 1 (caller), 10 (agent), 100 (supervisor).
    for (what, ears) in [
        (Supervision::Away, [10, 1, 0]),
        (Supervision::Monitor, [10, 1, 11]),
        (Supervision::Whisper, [10, 101, 11]),
        (Supervision::Barge, [110, 101, 11]),
    ] {
        let mut bridge = Bridge::supervised();
        bridge.supervise(what);
        let voices = [[1_i16; 160], [10; 160], [100; 160]];
        let mut out = [[99; 160]; 3];
        let [a, b, c] = &mut out;
        bridge.mix([&voices[0], &voices[1], &voices[2]], [a, b, c]);
        assert_eq!(out.map(|ear| ear[159]), ears, "{what:?}");
    }
}

#[test]
fn joining_and_leaving_does_not_click() {
    let mut bridge = Bridge::<2>::new();
    let mut heard = vec![0];
    for i in 0..12 {
        match i {
            2 => bridge.join(0, 1),
            6 => bridge.route(0, 1, Gain::SILENT),
            _ => {}
        }
        let (voice, mut out) = ([16_000; 80], [[0; 80]; 2]);
        let [a, b] = &mut out;
        bridge.mix([&voice, &[0; 80]], [a, b]);
        heard.extend(out[1]);
    }
    assert_smooth(&heard, 16_000);
    assert_eq!(heard[400], 16_000);
    assert_eq!(heard.last(), Some(&0));
    // What does not exist is nobody.
    bridge.route(7, 0, Gain::UNITY);
    assert_eq!(bridge.gain(7, 0), Gain::SILENT);
}

#[test]
fn a_short_frame_is_followed_by_silence() {
    let mut bridge = Bridge::supervised();
    let mut out = [[99_i16; 160]; 3];
    let [a, b, c] = &mut out;
    bridge.mix([&[5; 80], &[], &[]], [a, b, c]);
    assert_eq!((out[1][79], out[1][80], out[0][0], out[2][0]), (5, 0, 0, 0));
}

/// Between three, a conference is what the bridge is, sample by sample, while the supervisor comes,
/// changes and goes in the middle of fades.
#[test]
fn a_conference_of_three_is_the_bridge() {
    let mut bridge = Bridge::supervised();
    let mut memory = [Fade::new(Gain::MAX); 10];
    let mut conference = Conference::new(&mut memory, 3).unwrap();
    conference.join(0, 1);
    // The bridge begins with caller and agent joined, the conference fades them in.
    conference.mix(&[&[0; 160][..]; 3], &mut [&mut [0; 160], &mut [0; 160], &mut [0; 160]]);
    use Supervision::{Away, Barge, Monitor, Whisper};
    let mut random = 1_u32;
    for what in [Away, Monitor, Whisper, Barge, Whisper, Away, Barge, Monitor] {
        bridge.supervise(what);
        conference.supervise(2, 1, what);
        for samples in [24, 160] {
            let mut voice = || {
                let mut voice = vec![0_i16; samples];
                for sample in &mut voice {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *sample = (random >> 16) as i16;
                }
                voice
            };
            let voices = [voice(), voice(), voice()];
            let voices = voices.each_ref().map(|voice| &voice[..]);
            let mut ears = [vec![9; samples], vec![9; samples], vec![9; samples]];
            let mut others = ears.clone();
            let [a, b, c] = &mut ears;
            bridge.mix(voices, [a, b, c]);
            conference.mix(&voices, &mut others.each_mut().map(|ear| &mut ear[..]));
            assert_eq!(ears, others, "{what:?}");
        }
    }
}

#[test]
fn supervisors_of_one_conference_are_apart() {
    let mut memory = vec![Fade::default(); 25];
    assert!(Conference::new(&mut memory, 6).is_none());
    assert!(Conference::new(&mut memory, usize::MAX).is_none());
    let mut call = Conference::new(&mut memory, 5).unwrap();
    call.join(0, 1);
    call.supervise(3, 1, Supervision::Whisper);
    call.supervise(4, 0, Supervision::Whisper);
    call.route(2, 2, Gain::from_db(-6));
    // Of the second supervisor nobody but the caller is to hear anything.
    let voices = [[1_i16; 80], [10; 80], [100; 80], [1000; 80], [10_000; 80]];
    let mut ears = [[0; 80]; 5];
    call.mix(&voices.each_ref().map(|v| &v[..]), &mut ears.each_mut().map(|e| &mut e[..]));
    assert_eq!(ears.map(|ear| ear[79]), [10_010, 1001, 50, 111, 1111]);
    // Those who leave are heard no more; who does not exist neither hears nor speaks.
    call.supervise(3, 1, Supervision::Away);
    call.route(5, 0, Gain::UNITY);
    call.route(0, usize::MAX, Gain::UNITY);
    assert_eq!(call.gain(3, 1), Gain::SILENT);
    assert_eq!(call.gain(4, 3), Gain::SILENT);
    assert_eq!((call.gain(0, 5), call.gain(usize::MAX, 0)), (Gain::SILENT, Gain::SILENT));
    for stranger in [5, usize::MAX / 4, usize::MAX] {
        let mut ear = [7; 4];
        call.hear(stranger, voices.each_ref().map(|v| &v[..]), &mut ear);
        assert_eq!(ear, [0; 4]);
    }
}
