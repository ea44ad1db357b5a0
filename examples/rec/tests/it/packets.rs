//! A channel of Opus packets goes into an Ogg file as it is.

use std::fs;
use std::path::Path;
use std::process::Command;

use audiopus::coder::Encoder;
use audiopus::{Application, Channels, SampleRate};
use media_core::record::tlr::{Channel, Coding, Head, Options, Writer};
use media_core::record::{Format, Samples};
use ogg::PacketReader;

use super::{done, rec};

/// Packets of 20 ms of a tone, so many.
fn packets(count: usize) -> Vec<Vec<u8>> {
    let opus = Encoder::new(SampleRate::Hz16000, Channels::Mono, Application::Voip).unwrap();
    (0..count * 320)
        .map(|i| ((i as f64 * 0.3).sin() * 9000.0) as i16)
        .collect::<Vec<i16>>()
        .chunks(320)
        .map(|frame| {
            let mut packet = vec![0; 1000];
            let len = opus.encode(frame, &mut packet).unwrap();
            packet.truncate(len);
            packet
        })
        .collect()
}

/// A caller in G.711 and an app that sends these packets, but for those that were lost.
fn call(folder: &Path, packets: &[Vec<u8>], lost: &[usize]) {
    let head = Head {
        channels: vec![
            Channel::telephone(Format::Alaw, "caller"),
            Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() },
        ],
        ..Head::default()
    };
    let file = fs::File::create(folder.join("call.tlr")).unwrap();
    let mut writer = Writer::create(file, &head, Options::new([1; 16])).unwrap();
    for (i, packet) in packets.iter().enumerate() {
        writer.write(0, i as u64 * 160, Samples::Alaw(&[0x55; 160])).unwrap();
        if !lost.contains(&i) {
            writer.packet(1, i as u64 * 960, 960, packet).unwrap();
        }
    }
    writer.finish().unwrap();
}

/// The head and the packets of an Ogg file, and its last granule.
fn read(path: &Path) -> (Vec<u8>, Vec<Vec<u8>>, u64) {
    let mut reader = PacketReader::new(fs::File::open(path).unwrap());
    let head = reader.read_packet_expected().unwrap().data;
    assert!(reader.read_packet_expected().unwrap().data.starts_with(b"OpusTags"));
    let (mut packets, mut granule) = (Vec::new(), 0);
    while let Some(packet) = reader.read_packet().unwrap() {
        granule = packet.absgp_page();
        packets.push(packet.data);
    }
    (head, packets, granule)
}

/// Samples at 48 kHz that a player makes of it; `None` where there is none.
fn heard(path: &Path) -> Option<usize> {
    let wav = path.with_extension("wav");
    let flags = ["--quiet", "--rate", "48000"];
    let output = Command::new("opusdec").args(flags).args([path, &wav]).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wav = fs::read(wav).unwrap();
    let data = wav.windows(4).position(|w| w == b"data").unwrap() + 8;
    Some((wav.len() - data) / 2)
}

#[test]
fn packets_pass_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let packets = packets(150);
    call(folder, &packets, &[]);
    done(folder, &["export", "call.tlr", "app.opus", "--channel", "1"]);
    let (head, copied, granule) = read(&folder.join("app.opus"));
    assert_eq!(head[8..12], [1, 1, 0, 0]);
    assert!(copied == packets);
    assert_eq!(granule, 150 * 960);
    assert!(heard(&folder.join("app.opus")).is_none_or(|len| len == 150 * 960));
    // Both channels together are no longer the app's packets.
    done(folder, &["export", "call.tlr", "both.opus"]);
    assert!(read(&folder.join("both.opus")).1 != packets);
    // A channel alone can be had in any format.
    done(folder, &["export", "call.tlr", "caller.wav", "--channel", "0"]);
    assert_eq!(fs::metadata(folder.join("caller.wav")).unwrap().len(), 44 + 24_000 * 2);
    assert_eq!(
        rec(folder, &["export", "call.tlr", "x.wav", "--channel", "2"]).status.code(),
        Some(3)
    );
}

#[test]
fn lost_packets_are_named_and_take_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let packets = packets(150);
    let lost = [0, 40, 41, 42, 149];
    call(folder, &packets, &lost);
    done(folder, &["export", "call.tlr", "app.ogg", "--channel", "1"]);
    let (_, copied, granule) = read(&folder.join("app.ogg"));
    // The last was lost, too: the channel ends before it.
    assert_eq!(granule, 149 * 960);
    let held: Vec<_> = (1..149).filter(|i| !lost.contains(i)).collect();
    let whole: Vec<_> = copied.iter().filter(|packet| packet.len() > 1).collect();
    assert!(whole.iter().copied().eq(held.iter().map(|i| &packets[*i])));
    // Each lost one is a first byte without a frame.
    assert_eq!(copied.len(), 149);
    assert!(copied[40..43].iter().all(|packet| *packet == [packets[39][0] & 0xfc]));
    assert!(heard(&folder.join("app.ogg")).is_none_or(|len| len as u64 == granule));
}

#[test]
fn a_stretch_begins_with_a_run_up_that_players_skip() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let packets = packets(150);
    call(folder, &packets, &[]);
    let part = ["--from", "1", "--to", "1.5", "--channel", "1"];
    done(folder, &[&["export", "call.tlr", "part.opus"], &part[..]].concat());
    let (head, copied, granule) = read(&folder.join("part.opus"));
    // 80 ms: four packets.
    assert_eq!(u16::from_le_bytes([head[10], head[11]]), 3840);
    assert!(copied == packets[46..75]);
    assert_eq!(granule, 3840 + 24_000);
    assert!(heard(&folder.join("part.opus")).is_none_or(|len| len == 24_000));
}
