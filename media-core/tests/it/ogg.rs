//! As much of Ogg (RFC 3533) and of Opus in it (RFC 7845) as it takes to talk to opus-tools.

/// The check sum of a page: CRC-32 of polynomial 04c11db7, unreflected, from zero.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc: u32, &byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            (crc << 1) ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

fn page(out: &mut Vec<u8>, kind: u8, granule: u64, number: u32, packet: &[u8]) {
    let start = out.len();
    out.extend(b"OggS\0");
    out.push(kind);
    out.extend(granule.to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend([0; 4]);
    let lacing = packet.len() / 255 + 1;
    out.push(lacing as u8);
    out.extend((0..lacing).map(|i| (packet.len() - i * 255).min(255) as u8));
    out.extend(packet);
    let crc = checksum(&out[start..]);
    out[start + 22..start + 26].copy_from_slice(&crc.to_le_bytes());
}

/// A file of these packets, each of `ticks` at 48 kHz, a packet a page.
pub(crate) fn write(packets: &[Vec<u8>], ticks: u64) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(0_u16.to_le_bytes());
    head.extend(8000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    let tags = [b"OpusTags".as_slice(), &[0; 8]].concat();
    let mut out = Vec::new();
    page(&mut out, 2, 0, 0, &head);
    page(&mut out, 0, 0, 1, &tags);
    for (i, packet) in packets.iter().enumerate() {
        let kind = if i + 1 == packets.len() { 4 } else { 0 };
        page(&mut out, kind, (i as u64 + 1) * ticks, i as u32 + 2, packet);
    }
    out
}

/// A file's packets, without its two headers, and the samples at 48 kHz to skip at the start.
pub(crate) fn read(mut file: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let (mut packets, mut packet) = (Vec::new(), Vec::new());
    while file.len() > 27 {
        assert_eq!(&file[..4], b"OggS");
        let lacing = usize::from(file[26]);
        let (lengths, mut body) = file[27..].split_at(lacing);
        for &length in lengths {
            let (piece, rest) = body.split_at(usize::from(length));
            packet.extend(piece);
            body = rest;
            if length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        file = body;
    }
    let head = packets.remove(0);
    assert_eq!(&head[..8], b"OpusHead");
    packets.remove(0);
    (packets, usize::from(u16::from_le_bytes([head[10], head[11]])))
}
