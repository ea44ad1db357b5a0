//! Tables of 256 codes, worked out at compile time.

use super::scalar;

pub(super) static DECODE_A: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = scalar::decode_a(code as u8);
        code += 1;
    }
    table
};

pub(super) static DECODE_MU: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = scalar::decode_mu(code as u8);
        code += 1;
    }
    table
};

/// G.711 table 3: the A-law position, counted from 0 at silence, of each µ-law position.
#[rustfmt::skip]
const A_OF_MU: [u8; 128] = [
      0,   0,   1,   1,   2,   2,   3,   3,   4,   4,   5,   5,   6,   6,   7,   7,
      8,   9,  10,  11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,
     24,  26,  28,  30,  32,  33,  34,  35,  36,  37,  38,  39,  40,  41,  42,  43,
     45,  47,  48,  49,  50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,
     63,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,
     79,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
     96,  97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
];

/// G.711 table 4: the µ-law position of each A-law position.
#[rustfmt::skip]
const MU_OF_A: [u8; 128] = [
      1,   3,   5,   7,   9,  11,  13,  15,  16,  17,  18,  19,  20,  21,  22,  23,
     24,  25,  26,  27,  28,  29,  30,  31,  32,  32,  33,  33,  34,  34,  35,  35,
     36,  37,  38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,  48,  49,  49,
     50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  62,  63,  64,  64,
     65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,  79,  80,
     80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
     96,  97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
];

/// The bits of a code that stand for sign and position 0: XOR turns a code into those and back.
pub(super) const FLIP_A: u8 = 0xd5;
pub(super) const FLIP_MU: u8 = 0xff;

const fn by_position(position: &[u8; 128], from: u8, to: u8) -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let plain = code as u8 ^ from;
        table[code] = ((plain & 0x80) | position[(plain & 0x7f) as usize]) ^ to;
        code += 1;
    }
    table
}

pub(super) static MU_TO_A: [u8; 256] = by_position(&A_OF_MU, FLIP_MU, FLIP_A);
pub(super) static A_TO_MU: [u8; 256] = by_position(&MU_OF_A, FLIP_A, FLIP_MU);
