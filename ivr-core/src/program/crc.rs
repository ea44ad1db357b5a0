/// One entry a byte value, and for each how it looks so many bytes later: with them, eight bytes
/// are taken at once ("slicing-by-8", Kounavis and Berry 2005).
static TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        tables[0][n] = crc;
        n += 1;
    }
    let mut later = 1;
    while later < 8 {
        let mut n = 0;
        while n < 256 {
            let before = tables[later - 1][n];
            tables[later][n] = tables[0][(before & 0xFF) as usize] ^ (before >> 8);
            n += 1;
        }
        later += 1;
    }
    tables
};

/// CRC-32 of IEEE 802.3, reflected, as in zip and PNG.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
    let at = |table: &[u32; 256], word: u32, byte: u32| table[(word >> (8 * byte) & 0xFF) as usize];
    let mut crc = u32::MAX;
    let mut eights = bytes.chunks_exact(8);
    for eight in &mut eights {
        let &[a, b, c, d, e, f, g, h] = eight else { continue };
        let low = crc ^ u32::from_le_bytes([a, b, c, d]);
        let high = u32::from_le_bytes([e, f, g, h]);
        crc = at(t7, low, 0)
            ^ at(t6, low, 1)
            ^ at(t5, low, 2)
            ^ at(t4, low, 3)
            ^ at(t3, high, 0)
            ^ at(t2, high, 1)
            ^ at(t1, high, 2)
            ^ at(t0, high, 3);
    }
    let rest = eights.remainder();
    !rest.iter().fold(crc, |crc, &byte| t0[usize::from(crc as u8 ^ byte)] ^ (crc >> 8))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
        // Of eight kibibytes: eight bytes at once are as good as one by one.
        let bytes: [u8; 8199] = core::array::from_fn(|i| (i * 31 + i / 7) as u8);
        let slow = !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        });
        assert_eq!(super::crc32(&bytes), slow);
    }
}
