//! Recordings made before `high` and `max` learnt to begin a block quickly are read as they are.

use std::io::Cursor;

use media_core::record::Level;
use media_core::record::tlr::{Options, Reader, Sound, Unlock, reseal, verify};

use super::echo::{call_with_echo, pairs};

/// [`call_with_echo`] of a quarter of a second, as it was written then: a block alone, and one beside.
pub(super) const FILES: [(&str, &[u8]); 2] =
    [("high", include_bytes!("before/high.tlr")), ("max", include_bytes!("before/max.tlr"))];

/// The header's flag of files that may hold what readers of then do not know.
const QUICK: u8 = 8;

fn sound(file: &[u8]) -> Vec<Sound> {
    let mut reader = Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap();
    reader.index().to_vec().iter().map(|entry| reader.sound(entry).unwrap()).collect()
}

#[test]
fn a_file_of_before_sounds_as_it_did_and_one_of_now_is_smaller() {
    for ((name, file), level) in FILES.into_iter().zip([Level::High, Level::Max]) {
        assert!(verify(Cursor::new(file)).unwrap().is_intact(), "{name}");
        assert_eq!((pairs(file), file[10] & QUICK), (1, 0), "{name}");
        let now = call_with_echo(2000, level, 2000);
        assert_eq!((pairs(&now), now[10] & QUICK), (1, QUICK), "{name}");
        assert!(sound(file) == sound(&now), "{name}");
        if level == Level::Max {
            assert!(now.len() < file.len(), "{} was {}", now.len(), file.len());
        }
    }
}

#[test]
fn a_copy_says_what_its_blocks_are() {
    let live = call_with_echo(2000, Level::Live, 2000);
    assert_eq!(live[10] & QUICK, 0);
    let now = call_with_echo(2000, Level::High, 2000);
    for (file, flag) in [(FILES[0].1, 0), (&live, 0), (&now, QUICK)] {
        let mut reader = Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap();
        // Whatever level is asked for: nothing is coded anew.
        let options = Options { level: Level::Max, ..Options::new([2; 16]) };
        let copy = reseal(&mut reader, Vec::new(), options, &[], |_, _| ()).unwrap();
        assert_eq!(copy[10] & QUICK, flag);
        assert!(sound(&copy) == sound(file));
    }
}
