//! G.711 beside memcpy and, where it is installed, Debian's spandsp.

#[path = "../tests/it/signal.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod signal;
#[path = "peer/spandsp.rs"]
mod spandsp;

/// The code for processors without the vector kernels, as it stands.
#[path = "../src/g711/portable.rs"]
#[allow(dead_code, unreachable_pub, reason = "a part of the crate, looked at from outside")]
mod portable;
#[path = "../src/g711/scalar.rs"]
#[allow(dead_code, unreachable_pub, reason = "a part of the crate, looked at from outside")]
mod scalar;

use std::hint::black_box;

use measure::{Row, versus};
use media_core::g711::Law;
use spandsp::Spandsp;

/// 20 ms, as calls have it, and a block that no first-level cache holds.
const FRAME: usize = 160;
const BLOCK: usize = 1 << 20;
/// Ten seconds.
const SECONDS: usize = 80_000;

fn row(case: &str, peer: &str, samples: usize, (ours, theirs): (f64, f64)) -> std::io::Result<()> {
    let million = samples as f64 / 1e6;
    Row {
        area: "media",
        case,
        metric: "samples a second",
        unit: "M/s",
        ours: million / ours,
        peer,
        theirs: Some(million / theirs),
    }
    .save()
}

fn main() -> std::io::Result<()> {
    let pcm = signal::speech(BLOCK, -12.0, 1);
    let mut codes = vec![0u8; BLOCK];
    let mut other = vec![0u8; BLOCK];
    let mut out = vec![0i16; BLOCK];
    let mut copy = vec![0i16; BLOCK];
    let spandsp = Spandsp::load();

    for law in [Law::A, Law::Mu] {
        let (name, to) = match law {
            Law::A => ("alaw", Law::Mu),
            Law::Mu => ("ulaw", Law::A),
        };
        law.encode(&pcm, &mut codes);
        for (length, size) in [(FRAME, "20 ms"), (BLOCK, "1 Mi samples")] {
            let (pcm, codes) = (&pcm[..length], &mut codes[..length].to_vec());
            let (out, copy) = (&mut out[..length], &mut copy[..length]);
            let other = &mut other[..length];
            row(
                &format!("g711-{name}-encode {size}"),
                "memcpy of the samples",
                length,
                versus(
                    || {
                        law.encode(black_box(pcm), black_box(codes));
                    },
                    || black_box(&mut *copy).copy_from_slice(black_box(pcm)),
                ),
            )?;
            row(
                &format!("g711-{name}-decode {size}"),
                "memcpy of the samples",
                length,
                versus(
                    || {
                        law.decode(black_box(codes), black_box(out));
                    },
                    || black_box(&mut *copy).copy_from_slice(black_box(pcm)),
                ),
            )?;
            let input = codes.clone();
            row(
                &format!("g711-{name}-transcode {size}"),
                "memcpy of the codes",
                length,
                versus(
                    || {
                        law.transcode(to, black_box(&input), black_box(other));
                    },
                    || black_box(&mut *codes).copy_from_slice(black_box(&input)),
                ),
            )?;
        }
        if let Some(library) = &spandsp {
            against_spandsp(law, name, library, &pcm[..SECONDS])?;
        }
    }
    Ok(())
}

/// Frame after frame of ten seconds of speech: a branching encoder must not learn one frame.
fn against_spandsp(law: Law, name: &str, library: &Spandsp, pcm: &[i16]) -> std::io::Result<()> {
    let mut theirs = library.g711(law == Law::A);
    let table: [i16; 256] = core::array::from_fn(|code| law.decode_sample(code as u8));
    let to = if law == Law::A { Law::Mu } else { Law::A };
    let mut codes = vec![0; SECONDS];
    law.encode(pcm, &mut codes);
    let codes = &codes[..];
    let report = |what: &str, times| {
        let case = format!("g711-{name}-{what}");
        row(&case, "spandsp 0.0.6 (Debian)", SECONDS, times)
    };
    let (mut a, mut b) = ([0u8; FRAME], [0u8; FRAME]);
    let portable_encode = match law {
        Law::A => portable::encode_a,
        Law::Mu => portable::encode_mu,
    };
    report(
        "encode",
        versus(
            || {
                frames(pcm, |f| {
                    law.encode(f, black_box(&mut a));
                });
            },
            || frames(pcm, |f| theirs.encode(f, black_box(&mut b))),
        ),
    )?;
    report(
        "encode portable",
        versus(
            || frames(pcm, |f| portable_encode(f, black_box(&mut a))),
            || frames(pcm, |f| theirs.encode(f, black_box(&mut b))),
        ),
    )?;
    let (mut x, mut y) = ([0i16; FRAME], [0i16; FRAME]);
    report(
        "decode",
        versus(
            || {
                frames(codes, |f| {
                    law.decode(f, black_box(&mut x));
                });
            },
            || frames(codes, |f| theirs.decode(f, black_box(&mut y))),
        ),
    )?;
    report(
        "decode portable",
        versus(
            || frames(codes, |f| portable::decode(&table, f, black_box(&mut x))),
            || frames(codes, |f| theirs.decode(f, black_box(&mut y))),
        ),
    )?;
    report(
        "transcode",
        versus(
            || {
                frames(codes, |f| {
                    law.transcode(to, f, black_box(&mut a));
                });
            },
            || frames(codes, |f| theirs.transcode(f, black_box(&mut b))),
        ),
    )
}

fn frames<T>(all: &[T], run: impl FnMut(&[T])) {
    black_box(all).chunks_exact(FRAME).for_each(run);
}
