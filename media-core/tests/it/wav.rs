//! WAV and AU: exact in writing, tolerant in reading, whole after a crash.

use media_core::g711::Law;
use media_core::wav::{Container, Encoding, Format, Header, HeaderError};
use proptest::prelude::*;

const ENCODINGS: [Encoding; 3] = [Encoding::Pcm16, Encoding::G711(Law::A), Encoding::G711(Law::Mu)];

fn format(encoding: Encoding, channels: u16) -> Format {
    Format { encoding, channels, rate: 8000 }
}

fn bytes(header: &Header) -> Vec<u8> {
    let mut out = [0; Header::MAX_LEN];
    let len = header.write(&mut out).unwrap();
    out[..len].to_vec()
}

#[test]
fn a_plain_header_is_the_44_bytes_everybody_writes() {
    let header = Header::new(format(Encoding::Pcm16, 2), Some(32_000));
    let mut expected = Vec::new();
    expected.extend(b"RIFF");
    expected.extend((32_000_u32 + 36).to_le_bytes());
    expected.extend(b"WAVEfmt ");
    expected.extend([16, 0, 0, 0, 1, 0, 2, 0]);
    expected.extend(8000_u32.to_le_bytes());
    expected.extend(32_000_u32.to_le_bytes());
    expected.extend([4, 0, 16, 0]);
    expected.extend(b"data");
    expected.extend(32_000_u32.to_le_bytes());
    assert_eq!(bytes(&header), expected);
}

#[test]
fn headers_come_back() {
    for encoding in ENCODINGS {
        for channels in [1, 2] {
            for data_bytes in [None, Some(2), Some(320), Some(u64::from(u32::MAX)), Some(1 << 40)] {
                for container in [Container::Wav, Container::Au] {
                    if container == Container::Au && data_bytes > Some(0xFFFF_FFF0) {
                        continue; // AU has no 64-bit size: such a file says "unknown".
                    }
                    let header =
                        Header { container, format: format(encoding, channels), data_bytes };
                    let written = bytes(&header);
                    assert_eq!(Header::parse(&written), Ok((header, written.len())));
                    // Every shorter beginning asks for more, and for no more than there is.
                    // (The last four bytes of an AU header are an annotation, and not needed.)
                    let needed = if container == Container::Au { 24 } else { written.len() };
                    for cut in 0..needed {
                        let Err(HeaderError::Incomplete { need }) = Header::parse(&written[..cut])
                        else {
                            panic!("{cut} bytes are no header");
                        };
                        assert!(need > cut && need <= written.len());
                    }
                }
            }
        }
    }
}

#[test]
fn a_growing_header_keeps_its_length() {
    for encoding in ENCODINGS {
        let mut lengths = [0, 1, 5_000_000_000].map(|data| {
            let mut out = [0; Header::MAX_LEN];
            let header = Header::new(format(encoding, 1), Some(data));
            let len = header.write_growing(&mut out).unwrap();
            let back = Header::parse(&out[..len]).unwrap().0;
            // A size of zero is what a killed writer leaves: everything up to the end.
            assert_eq!(back.data_bytes, (data > 0).then_some(data));
            len
        });
        lengths.sort_unstable();
        assert_eq!(lengths[0], lengths[2]);
    }
}

#[test]
fn refusals_say_why() {
    let mut out = [0; Header::MAX_LEN];
    let silent = Header::new(Format { channels: 0, ..format(Encoding::Pcm16, 1) }, None);
    assert_eq!(silent.write(&mut out), Err(HeaderError::Malformed { at: 0 }));
    let fine = Header::new(format(Encoding::Pcm16, 1), Some(0));
    assert_eq!(fine.write(&mut out[..10]), Err(HeaderError::NoRoom { need: 44 }));
    assert_eq!(Header::parse(b"OggS----"), Err(HeaderError::NotSound));
    let mut float = bytes(&fine);
    float[20] = 3;
    assert_eq!(Header::parse(&float), Err(HeaderError::Coding { tag: 3 }));
}

#[test]
fn strange_files_are_read() {
    let plain = bytes(&Header::new(format(Encoding::Pcm16, 1), Some(8)));
    let (riff, rest) = plain.split_at(12);
    let (fmt, data) = rest.split_at(24);
    let extensible: Vec<u8> = {
        let mut chunk = fmt.to_vec();
        chunk[4] = 40;
        chunk[8..10].copy_from_slice(&[0xFE, 0xFF]);
        chunk.extend([22, 0, 16, 0, 0, 0, 0, 0, 1, 0]);
        chunk.extend([0; 14]);
        chunk
    };
    let odd = [b"LIST\x03\0\0\0abc".as_slice(), b"\0"].concat();
    for file in [
        [riff, &odd, fmt, data].concat(),
        [riff, &odd[..11], fmt, data].concat(), // the pad byte forgotten
        [riff, &extensible, &odd, data].concat(),
    ] {
        let (header, start) = Header::parse(&file).unwrap();
        assert_eq!((header.format, header.data_bytes), (format(Encoding::Pcm16, 1), Some(8)));
        assert_eq!(start, file.len());
    }
    assert!(matches!(
        Header::parse(&[riff, data].concat()),
        Err(HeaderError::Malformed { at: 12 })
    ));
    // The oldest kind of format chunk, without a field for the bits.
    let mut old = fmt[..22].to_vec();
    (old[4], old[8]) = (14, 7);
    let (header, start) = Header::parse(&[riff, &old, data].concat()).unwrap();
    assert_eq!((header.format, start), (format(Encoding::G711(Law::Mu), 1), 12 + 22 + 8));
    old[8] = 1;
    let without_bits = Header::parse(&[riff, &old, data].concat());
    assert_eq!(without_bits, Err(HeaderError::Coding { tag: 1 }));
    // A format that goes on into the next chunk.
    for size in [0, 13] {
        old[4] = size;
        let short = Header::parse(&[riff, &old, data].concat());
        assert_eq!(short, Err(HeaderError::Malformed { at: 16 }));
    }
}

#[test]
fn a_length_that_was_never_written_is_up_to_the_end() {
    let long = bytes(&Header::new(format(Encoding::Pcm16, 1), Some(1 << 40)));
    for name in [b"RF64", b"BW64"] {
        let mut file = long.clone();
        file[..4].copy_from_slice(name);
        assert_eq!(Header::parse(&file).unwrap().0.data_bytes, Some(1 << 40));
        // ffmpeg leaves zeros in a pipe, others ones.
        for unknown in [0, 0xFF] {
            file[20..44].fill(unknown);
            assert_eq!(Header::parse(&file).unwrap().0.data_bytes, None);
        }
        file[16] = 15;
        assert_eq!(Header::parse(&file), Err(HeaderError::Malformed { at: 16 }));
    }
    let au = |size: u32| {
        let mut file = b".snd\0\0\0\x20".to_vec();
        file.extend([size, 1, 8000, 1].map(u32::to_be_bytes).concat());
        file
    };
    for (size, known) in [(0, None), (u32::MAX, None), (7, Some(7))] {
        let (header, start) = Header::parse(&au(size)).unwrap();
        // The comment of eight bytes is not there yet, and not needed.
        assert_eq!((header.data_bytes, start), (known, 32));
    }
    let mut none = au(7);
    none[7] = 23;
    assert_eq!(Header::parse(&none), Err(HeaderError::Malformed { at: 4 }));
}

#[test]
fn no_length_is_too_long() {
    for encoding in ENCODINGS {
        for data in [u64::MAX - 100, u64::MAX - 2, u64::MAX - 1] {
            let header = Header::new(format(encoding, 1), Some(data));
            let written = bytes(&header);
            assert_eq!(Header::parse(&written), Ok((header, written.len())));
        }
    }
}

#[cfg(feature = "std")]
mod files {
    use super::*;
    use media_core::wav::{Reader, Writer};
    use std::io::{Cursor, Seek, SeekFrom, Write};

    #[test]
    fn samples_come_back() {
        let samples: Vec<i16> = (0..5001_i32).map(|i| (i * 37 % 30_000 - 15_000) as i16).collect();
        for (encoding, au) in ENCODINGS.into_iter().flat_map(|e| [(e, false), (e, true)]) {
            let (to, format) = (Cursor::new(Vec::new()), format(encoding, 1));
            let writer = if au { Writer::new_au(to, format) } else { Writer::new(to, format) };
            let mut writer = writer.unwrap();
            for piece in samples.chunks(333) {
                writer.write(piece).unwrap();
            }
            let file = writer.finish().unwrap().into_inner();
            if au {
                assert_eq!(file.len(), 28 + samples.len() * encoding.bytes());
            } else {
                assert_eq!(file.len() % 2, 0);
            }
            let mut reader = Reader::new(file.as_slice()).unwrap();
            let expected = (samples.len() * encoding.bytes()) as u64;
            assert_eq!(reader.header().data_bytes, Some(expected));
            let mut back = vec![0; 6000];
            assert_eq!(reader.read(&mut back).unwrap(), samples.len());
            for (&sample, &back) in samples.iter().zip(&back) {
                let exact = match encoding {
                    Encoding::Pcm16 => sample,
                    Encoding::G711(law) => law.decode_sample(law.encode_sample(sample)),
                };
                assert_eq!(back, exact);
            }
        }
    }

    /// Whatever is missing of its end: a header that is not whole is refused, and of the samples
    /// there is what is left.
    #[test]
    fn a_file_cut_anywhere_gives_what_is_left() {
        for (encoding, au) in ENCODINGS.into_iter().flat_map(|e| [(e, false), (e, true)]) {
            let (to, format) = (Cursor::new(Vec::new()), format(encoding, 2));
            let writer = if au { Writer::new_au(to, format) } else { Writer::new(to, format) };
            let mut writer = writer.unwrap();
            writer.write(&[1000; 50]).unwrap();
            let file = writer.finish().unwrap().into_inner();
            let start = Header::parse(&file).unwrap().1;
            for cut in 0..file.len() {
                let mut back = [0; 60];
                match Reader::new(&file[..cut]) {
                    Ok(mut reader) => {
                        assert!(cut >= start);
                        let n = reader.read(&mut back).unwrap();
                        assert_eq!(n, (cut - start) / encoding.bytes());
                        assert!(back[..n].iter().all(|&s| s.abs_diff(1000) < 40));
                    }
                    Err(error) => assert!(cut < start, "{encoding:?} cut at {cut}: {error}"),
                }
            }
        }
    }

    /// A file that stops taking bytes, as if the program had been killed.
    struct Killed {
        file: Cursor<Vec<u8>>,
        left: usize,
    }

    impl Write for Killed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let n = bytes.len().min(self.left);
            self.left -= n;
            let _ = self.file.write(&bytes[..n])?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Killed {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            if self.left > 0 { self.file.seek(to) } else { Ok(0) }
        }
    }

    #[test]
    fn a_killed_writer_leaves_a_readable_file() {
        for left in (Header::MAX_LEN..40_000).step_by(997) {
            let file = Killed { file: Cursor::new(Vec::new()), left };
            let mut writer = Writer::new(file, format(Encoding::Pcm16, 1)).unwrap();
            for i in 0..200 {
                writer.write(&[i; 160]).unwrap();
            }
            let file = writer.finish().unwrap().file.into_inner();
            let mut reader = Reader::new(file.as_slice()).unwrap();
            let mut back = vec![0; 40_000];
            let n = reader.read(&mut back).unwrap();
            // No more than the last second is missing.
            assert!(n * 2 + 16_100 >= file.len(), "{left}: {n}");
            assert!(back[..n].iter().enumerate().all(|(i, &s)| usize::from(s as u16) == i / 160));
        }
    }

    proptest! {
        #[test]
        fn the_reader_survives_any_file(mut file in prop::collection::vec(any::<u8>(), 0..300), wav: bool) {
            if wav && file.len() > 12 {
                file[..4].copy_from_slice(b"RIFF");
                file[8..12].copy_from_slice(b"WAVE");
            }
            if let Ok(mut reader) = Reader::new(file.as_slice()) {
                let _ = reader.read(&mut [0; 400]);
            }
        }
    }
}

proptest! {
    #[test]
    fn the_parser_survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Header::parse(&bytes);
    }

    #[test]
    fn the_parser_survives_any_damage(at in 0_usize..80, value: u8, long: bool) {
        let data = if long { 1 << 33 } else { 100 };
        let mut file = bytes(&Header::new(format(Encoding::G711(Law::A), 1), Some(data)));
        let at = at % file.len();
        file[at] = value;
        if let Ok((header, start)) = Header::parse(&file) {
            prop_assert!(start <= file.len() && header.format.channels > 0);
        }
    }
}
