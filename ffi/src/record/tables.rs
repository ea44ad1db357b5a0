//! # Recording: its tables
//!
//! What a recording's file holds, beside the sound that `tl_reader_read` makes of it: its blocks as they
//! are stored, the picture's columns, the clock's points, the damaged places; and a whole stretch played.

use media_core::record::tlr::{IndexEntry, PEAK_MS, Shape, Sound, Stretch, TlrError};

use super::channel;
use super::reader::{Reading, nothing_there, tl_reader};
use crate::guard::Failure;
use crate::object::enter;
use crate::pointers::{list, output, store, writable, write_bytes};
use crate::tl_status;
use crate::values::{option32, option64};

/// Milliseconds that one column of a recording's picture covers.
pub const TL_PEAK_MS: u32 = 100;

const _: () = assert!(TL_PEAK_MS == PEAK_MS);

/// Stores 1 in `locked` if the recording is encrypted and was opened without a key for it, else 0: its head
/// is clear, its sound and its marks are not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_is_locked(
    reader: *const tl_reader,
    locked: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_is_locked", reader, |reading| {
            store(locked, "locked", reading.reader.is_locked().into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Where a block of a channel is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_entry {
    /// Its first sample's position.
    pub position: u64,
    /// How many samples it holds.
    pub len: u64,
    /// Where in the file its record begins.
    pub offset: u64,
    /// The channel.
    pub channel: u32,
    /// 0.
    pub reserved: u32,
}

/// Stores as many entries of the index, by channel and position, as there is `room` for, and in `count`
/// how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_list_index(
    reader: *const tl_reader,
    entries: *mut tl_reader_entry,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_list_index", reader, |reading| {
            let entry = |of: &IndexEntry| {
                let IndexEntry { channel, position, len, offset } = *of;
                tl_reader_entry { position, len, offset, channel: channel.into(), reserved: 0 }
            };
            list((entries, room, count), "entries", reading.reader.index().iter().map(entry))
        })
    }
}

/// A part of a channel's picture.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_peaks {
    /// The number of the first column; that of position 0 is 0. Each covers `TL_PEAK_MS`.
    pub first: u64,
    /// The greatest magnitude of each column in 128ths of 32,768, rounded down; lives until the reader is
    /// freed or follows.
    pub levels: *const u8,
    /// Columns.
    pub count: usize,
    /// The channel.
    pub channel: u32,
    /// 0.
    pub reserved: u32,
}

/// As `tl_reader_list_index`, the parts of the pictures that the file holds. `tl_reader_picture` draws
/// one of any width, from the sound too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_list_peaks(
    reader: *const tl_reader,
    parts: *mut tl_reader_peaks,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_list_peaks", reader, |reading| {
            let all = reading.reader.peaks().iter().map(|of| tl_reader_peaks {
                first: of.first,
                levels: of.levels.as_ptr(),
                count: of.levels.len(),
                channel: of.channel.into(),
                reserved: 0,
            });
            list((parts, room, count), "parts", all)
        })
    }
}

/// When a sample of a channel was.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_clock {
    /// A position of the channel.
    pub position: u64,
    /// In microseconds after the start.
    pub micros: u64,
    /// The channel.
    pub channel: u32,
    /// 0.
    pub reserved: u32,
}

/// As `tl_reader_list_index`, the points that tie the channels' clocks to the wall's, in their order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_list_clocks(
    reader: *const tl_reader,
    points: *mut tl_reader_clock,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_list_clocks", reader, |reading| {
            let all = reading.reader.clocks().iter().map(|of| tl_reader_clock {
                position: of.position,
                micros: of.micros,
                channel: of.channel.into(),
                reserved: 0,
            });
            list((points, room, count), "points", all)
        })
    }
}

/// A stretch of a file that holds nothing whole.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_damage {
    /// Its first byte.
    pub from: u64,
    /// The byte after its last.
    pub to: u64,
}

/// As `tl_reader_list_index`, the damaged stretches of the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_list_damage(
    reader: *const tl_reader,
    stretches: *mut tl_reader_damage,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_list_damage", reader, |reading| {
            let all = reading.reader.damage().iter();
            let all = all.map(|of| tl_reader_damage { from: of.start, to: of.end });
            list((stretches, room, count), "stretches", all)
        })
    }
}

/// Stores the position of the channel's sample nearest to a time, in microseconds after the start, by the
/// channel's own clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_position_at(
    reader: *const tl_reader,
    channel: u32,
    micros: u64,
    position: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_position_at", reader, |reading| {
            let channel = known(reading, channel)?;
            store(position, "position", reading.reader.position_at(channel, micros))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores when a sample of the channel was, in microseconds after the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_micros_at(
    reader: *const tl_reader,
    channel: u32,
    position: u64,
    micros: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_micros_at", reader, |reading| {
            let channel = known(reading, channel)?;
            store(micros, "micros", reading.reader.micros_at(channel, position))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A channel that there is.
fn known(reading: &Reading, number: u32) -> Result<u8, Failure> {
    let at = channel(number)?;
    if usize::from(at) < reading.reader.head().channels.len() {
        return Ok(at);
    }
    Err(TlrError::Channel(at).into())
}

/// The sound of a block as it was recorded.
fn stored(reading: &mut Reading, number: u32) -> Result<Sound, Failure> {
    let entry = reading.reader.index().get(number as usize).copied();
    Ok(reading.reader.sound(&entry.ok_or_else(|| nothing_there("entry", number))?)?)
}

/// Writes the sound of entry `number` of the index, from 0 on, into `bytes`, which has room for `room`,
/// bit for bit as it was recorded, and stores its length in `len`: G.711 codes, or samples of 16 bits,
/// the low byte first. A block of packets is `TL_ERR_RECORD_FORMAT`, and one with too little room
/// `TL_ERR_BUFFER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_read_block(
    reader: *mut tl_reader,
    number: u32,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_read_block", reader, |reading| {
            writable(len, "len")?;
            let sound = match stored(reading, number)? {
                Sound::G711(codes) => codes,
                Sound::Pcm16(samples) => samples.iter().flat_map(|x| x.to_le_bytes()).collect(),
                _ => return Err(not_so(reading, number)),
            };
            write_bytes((bytes, room, len), |place| Ok(filled(place, &sound)))
        })
    }
}

/// The channel of an entry is stored in another way.
fn not_so(reading: &Reading, number: u32) -> Failure {
    let entry = reading.reader.index().get(number as usize);
    TlrError::Format(entry.map_or(0, |entry| entry.channel)).into()
}

/// Puts bytes into a place if they fit, and says how many they are.
fn filled(place: &mut [u8], bytes: &[u8]) -> usize {
    if let Some(place) = place.get_mut(..bytes.len()) {
        place.copy_from_slice(bytes);
    }
    bytes.len()
}

/// A packet of a block.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_packet {
    /// Samples of the channel's clock that it covers.
    pub samples: u32,
    /// Its length in bytes; the packets of a block follow each other.
    pub len: u32,
}

/// As `tl_reader_read_block`, a block of packets (Opus): their bytes one after the other, and as many of
/// their sizes as there is `packet_room` for in `packets`; in `count` how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_read_packets(
    reader: *mut tl_reader,
    number: u32,
    packets: *mut tl_reader_packet,
    packet_room: usize,
    count: *mut usize,
    bytes: *mut u8,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_read_packets", reader, |reading| {
            writable(len, "len")?;
            let Sound::Packets(all) = stored(reading, number)? else {
                return Err(not_so(reading, number));
            };
            let sizes = all.iter().map(|(samples, packet)| tl_reader_packet {
                samples: *samples,
                len: packet.len() as u32,
            });
            list((packets, packet_room, count), "packets", sizes)?;
            let whole: Vec<u8> = all.iter().flat_map(|(_, packet)| packet).copied().collect();
            write_bytes((bytes, room, len), |place| Ok(filled(place, &whole)))
        })
    }
}

/// The shape of a stretch that is played.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_shape {
    /// Samples a second: those of the quickest channel.
    pub rate: u32,
    /// Channels, interleaved.
    pub channels: u32,
    /// Samples of each.
    pub frames: u64,
}

impl From<Shape> for tl_reader_shape {
    fn from(of: Shape) -> Self {
        let Shape { rate, channels, frames } = of;
        Self { rate, channels: channels.into(), frames }
    }
}

/// Plays the stretch from `from_us` to `to_us` (`TL_NONE`: the end), in microseconds after the start, into
/// `pcm`, which has room for `room` samples, of all channels together: the channels side by side,
/// interleaved, or added up when `mixed` is 1; or `channel` alone, unless it is `TL_NONE32`. Each channel
/// stands at the times of the wall's clock. Stores the shape of it in `shape`; with too little room it
/// returns `TL_ERR_BUFFER`, and stores that too. See `tl_reader_export_wav` for what needs which feature.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_play(
    reader: *mut tl_reader,
    from_us: u64,
    to_us: u64,
    mixed: u32,
    channel: u32,
    pcm: *mut i16,
    room: usize,
    shape: *mut tl_reader_shape,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_play", reader, |reading| {
            writable(shape, "shape")?;
            let (to, channel) = (option64(to_us), option32(channel).map(self::channel));
            let (mixed, channel) = (mixed != 0, channel.transpose()?);
            let stretch = Stretch { from: from_us, to, mixed, channel };
            let of = reading.reader.shape(&stretch)?;
            let pcm = output(pcm, room, "pcm")?;
            let needed = of.frames.saturating_mul(of.channels.into());
            store(shape, "shape", of.into())?;
            if needed > room as u64 {
                let text = format_args!("the stretch takes {needed} samples, not {room}");
                return Err(Failure::new(tl_status::TL_ERR_BUFFER, text));
            }
            let mut rest = pcm;
            reading.reader.play(&stretch, |frames| {
                let (now, later) = core::mem::take(&mut rest).split_at_mut(frames.len());
                now.copy_from_slice(frames);
                rest = later;
                Ok(())
            })?;
            Ok(tl_status::TL_OK)
        })
    }
}
