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
use media_core::g711::{Gain, Law};
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

/// A law's codes, the linear samples they stand for, and room for what is made of them.
struct Sound {
    law: Law,
    name: &'static str,
    to: Law,
    pcm: Vec<i16>,
    codes: Vec<u8>,
    made_pcm: Vec<i16>,
    made_codes: Vec<u8>,
    copy: Vec<u8>,
}

impl Sound {
    fn new(law: Law, pcm: &[i16]) -> Self {
        let n = pcm.len();
        let mut codes = vec![0; n];
        law.encode(pcm, &mut codes);
        let (name, to) = match law {
            Law::A => ("alaw", Law::Mu),
            Law::Mu => ("ulaw", Law::A),
        };
        let (made_pcm, made_codes, copy) = (vec![0; n], vec![0; n], vec![0; n]);
        Sound { law, name, to, pcm: pcm.to_vec(), codes, made_pcm, made_codes, copy }
    }

    /// All of it in one call, as a share of copying a byte a sample.
    fn shares(&mut self, size: &str) -> std::io::Result<()> {
        let Sound { law, name, to, pcm, codes, made_pcm, made_codes, copy } = self;
        let (law, to, codes) = (*law, *to, &codes[..]);
        let table: [i16; 256] = core::array::from_fn(|code| law.decode_sample(code as u8));
        let portable_encode = match law {
            Law::A => portable::encode_a,
            Law::Mu => portable::encode_mu,
        };
        let half = Gain::new(law, Gain::UNITY / 2);
        let case = |what: &str| format!("g711-{name}-{what} {size}");
        share(&case("encode"), codes, copy, || {
            law.encode(black_box(&pcm[..]), black_box(&mut made_codes[..]));
        })?;
        share(&case("encode portable"), codes, copy, || {
            portable_encode(black_box(&pcm[..]), black_box(&mut made_codes[..]));
        })?;
        share(&case("decode"), codes, copy, || {
            law.decode(black_box(codes), black_box(&mut made_pcm[..]));
        })?;
        share(&case("decode portable"), codes, copy, || {
            portable::decode(&table, black_box(codes), black_box(&mut made_pcm[..]));
        })?;
        share(&case("transcode"), codes, copy, || {
            law.transcode(to, black_box(codes), black_box(&mut made_codes[..]));
        })?;
        share(&case("gain"), codes, copy, || half.apply(black_box(&mut made_codes[..])))
    }
}

/// Ours, and copying the codes, in turn.
fn share(case: &str, codes: &[u8], copy: &mut [u8], ours: impl FnMut()) -> std::io::Result<()> {
    let theirs = || black_box(&mut *copy).copy_from_slice(black_box(codes));
    row(case, "memcpy, a byte a sample", codes.len(), versus(ours, theirs))
}

fn main() -> std::io::Result<()> {
    let pcm = signal::speech(BLOCK, -12.0, 1);
    let spandsp = Spandsp::load();
    for law in [Law::A, Law::Mu] {
        Sound::new(law, &pcm[..FRAME]).shares("20 ms")?;
        Sound::new(law, &pcm).shares("1 Mi samples")?;
        if let Some(library) = &spandsp {
            against_spandsp(law, library, &Sound::new(law, &pcm[..SECONDS]))?;
        }
    }
    Ok(())
}

/// Frame after frame of ten seconds of speech: a branching encoder must not learn one frame.
fn against_spandsp(law: Law, library: &Spandsp, sound: &Sound) -> std::io::Result<()> {
    let mut theirs = library.g711(law == Law::A);
    let table: [i16; 256] = core::array::from_fn(|code| law.decode_sample(code as u8));
    let Sound { name, to, pcm, codes, .. } = sound;
    let (to, pcm, codes) = (*to, &pcm[..], &codes[..]);
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
