//! Keys of a telephone: their names, event codes (RFC 4733 §3.2) and tones (ITU-T Q.23).

use std::f32::consts::TAU;

use super::voice::RATE;

/// How a phone sends the keys that are pressed on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeysBy {
    /// As RFC 4733 events, or as tones should the far end not take events.
    TelephoneEvent,
    /// As tones in the audio.
    InBand,
}

/// The keys in the order of their event codes.
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

const LAYOUT: &[u8; 16] = b"123A456B789C*0#D";
const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// Peak of each of the two tones: together about -9 dBm0.
const PEAK: f32 = 5800.0;

/// The event code of a key.
pub(crate) fn code(key: char) -> Option<u8> {
    KEYS.iter().position(|&k| char::from(k) == key.to_ascii_uppercase()).map(|at| at as u8)
}

/// The key of an event code.
pub(crate) fn key(code: u8) -> Option<char> {
    KEYS.get(usize::from(code)).map(|&k| char::from(k))
}

/// The samples of a key's tones from sample number `from` of the press.
pub(crate) fn tones(code: u8, from: usize, out: &mut [i16]) {
    let at = KEYS.get(usize::from(code)).and_then(|k| LAYOUT.iter().position(|l| l == k));
    let Some(at) = at else {
        return out.fill(0);
    };
    let (row, column) = (ROWS[at / 4], COLUMNS[at % 4]);
    for (i, sample) in out.iter_mut().enumerate() {
        let t = (from + i) as f32 / RATE as f32;
        *sample = (PEAK * ((TAU * row * t).sin() + (TAU * column * t).sin())) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_those_of_the_standard() {
        assert_eq!(
            (code('0'), code('9'), code('*'), code('#')),
            (Some(0), Some(9), Some(10), Some(11))
        );
        assert_eq!((code('d'), code('x')), (Some(15), None));
        assert_eq!((key(10), key(16)), (Some('*'), None));
    }

    #[test]
    fn tones_carry_the_two_frequencies_of_the_key() {
        let mut out = [0; 800];
        tones(5, 0, &mut out);
        let power = |hz: f32| {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, &s) in out.iter().enumerate() {
                let angle = TAU * hz * i as f32 / RATE as f32;
                re += f32::from(s) * angle.cos();
                im += f32::from(s) * angle.sin();
            }
            (re * re + im * im).sqrt() / 400.0
        };
        for hz in ROWS.into_iter().chain(COLUMNS) {
            let expected = hz == 770.0 || hz == 1336.0;
            assert_eq!(power(hz) > PEAK * 0.9, expected, "{hz} Hz: {}", power(hz));
        }
    }
}
