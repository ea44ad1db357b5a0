//! What two hundred random worlds say and come to, as a few numbers that no machine may change.

use crate::desk::line;
use crate::world::World;

/// The words, the states, and the snapshots.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) words: u64,
    pub(crate) states: u64,
    pub(crate) snapshots: u64,
}

pub(crate) const KNOWN: Digest = Digest {
    words: 0x2ed8_45f7_4f12_92d9,
    states: 0x9381_ee82_8fa8_fa2c,
    snapshots: 0xb74f_c7a4_5fe4_43de,
};

/// What was said since, by tags alone.
pub(crate) fn told(world: &mut World) -> String {
    let lines = world
        .said
        .drain(..)
        .filter_map(|(at, output)| line(&output).map(|line| format!("{} {line}\n", at.ms())));
    lines.collect()
}

/// FNV-1a, 64 bits.
fn fold(sum: &mut u64, bytes: &[u8]) {
    for byte in bytes {
        *sum = (*sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
}

pub(crate) fn digest() -> Digest {
    let mut random = 7_u64;
    let mut draw = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as u32
    };
    let start = 0xCBF2_9CE4_8422_2325;
    let mut digest = Digest { words: start, states: start, snapshots: start };
    for _ in 0..200 {
        let seed = (draw() as u8, draw() as u8, draw() as u16);
        let mut world = World::new(seed, false);
        for _ in 0..100 {
            world.step((draw() as u8, draw() as u16, draw() as u16));
            fold(&mut digest.words, told(&mut world).as_bytes());
            fold(&mut digest.states, &world.engine.state_hash().to_le_bytes());
        }
        let mut bytes = vec![0; world.engine.snapshot(&mut []).expect("drained")];
        world.engine.snapshot(&mut bytes).expect("drained");
        fold(&mut digest.snapshots, &bytes);
    }
    digest
}
