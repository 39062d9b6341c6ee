//! Damaged videos give errors or the frames that can be had, and never a panic, a hang or a flood.

use std::fs;
use std::path::Path;

use gcl_data::VideoNotes;
use gcl_features::source::{Decoder, open};
use gcl_features::{Frame, Pixels};

fn data(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// Frames read, and the error that ended it.
fn decode(bytes: &[u8]) -> (usize, Option<String>) {
    let (frames, read) = decode_noting(bytes);
    (frames, read.err())
}

/// Frames read, and what was noted of them or the error that ended it.
fn decode_noting(bytes: &[u8]) -> (usize, Result<VideoNotes, String>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("video.mp4");
    fs::write(&path, bytes).unwrap();
    let (mut frame, mut frames) = (Frame::default(), 0);
    let mut run = || {
        let mut source = open(&path, Decoder::Native)?;
        while source.next(&mut frame)? {
            frames += 1;
        }
        Ok::<_, gcl_features::source::SourceError>(source.notes())
    };
    let read = run().map_err(|error| error.to_string());
    (frames, read)
}

/// A small generator of its own, so that the cases stay the same for ever (xorshift64).
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as usize
}

#[test]
fn a_file_that_ends_early_gives_what_is_there_at_every_length() {
    for name in ["bframes.mp4", "cropped.mp4"] {
        let whole = data(name);
        let all = decode(&whole).0;
        let mut last = 0;
        for len in (0..whole.len()).step_by(37) {
            let (frames, error) = decode(&whole[..len]);
            assert!(
                error.is_some() || frames < all,
                "{name} cut to {len} bytes gave {frames} frames"
            );
            assert!(error.is_none() || frames == 0, "{name} cut to {len} bytes: {error:?}");
            assert!(
                frames >= last,
                "{name} cut to {len} bytes gave {frames} frames, less than before"
            );
            last = frames;
        }
    }
    // Cut before the first picture, the index itself tells what is missing.
    let whole = data("cropped.mp4");
    let start = whole.windows(4).position(|name| name == b"mdat").unwrap() + 8;
    let error = decode(&whole[..start]).1.unwrap();
    assert!(error.contains("the file ends early"), "{error}");
}

#[test]
fn flipped_bits_neither_panic_nor_shift_frames() {
    let mut noticed = 0;
    for (name, frames) in [("bframes.mp4", 40), ("cropped.mp4", 21), ("baseline.mp4", 24)] {
        let whole = data(name);
        // The bytes of a table that says when pictures are shown: another one may hide some.
        let table = |name: &[u8; 4]| {
            let at = whole.windows(4).position(|found| found == name);
            at.map_or(0..0, |at| {
                let size = u32::from_be_bytes(*whole[at - 4..].first_chunk().unwrap());
                at - 4..at - 4 + size as usize
            })
        };
        for seed in 1..=200 {
            let mut times = false;
            let mut bytes = whole.clone();
            let mut state = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed);
            for _ in 0..=random(&mut state) % 8 {
                let at = random(&mut state) % bytes.len();
                times |= table(b"stts").contains(&at) || table(b"ctts").contains(&at);
                times |= table(b"elst").contains(&at);
                bytes[at] ^= 1 << (random(&mut state) % 8);
            }
            let (found, read) = decode_noting(&bytes);
            match &read {
                Ok(_) if times => assert!(found <= frames, "{name}, seed {seed}"),
                Ok(notes) if notes.damage(found).is_none() => {
                    assert_eq!(found, frames, "{name}, seed {seed}");
                }
                Ok(notes) if !notes.remarks.join(" ").contains("index") => {
                    assert_eq!(found + notes.missing, frames, "{name}, seed {seed}: {notes:?}");
                    noticed += 1;
                }
                _ => noticed += 1,
            }
        }
    }
    assert!(noticed > 100, "only {noticed} of 600 damaged files were noticed");
}

/// Whether some part of a frame is zero in all three planes, as what was never decoded is.
fn has_hole(frame: &Frame) -> bool {
    let Pixels::Yuv { u, v, .. } = frame.pixels() else { return false };
    u.iter().zip(v).filter(|(u, v)| (**u, **v) == (0, 0)).count() >= 16
}

#[test]
fn a_slice_that_ends_too_soon_is_noticed_and_leaves_no_hole() {
    let (mut noticed, mut partial) = (0, 0);
    for name in ["bframes.mp4", "baseline.mp4"] {
        let whole = data(name);
        let pictures = whole.windows(4).position(|found| found == b"mdat").unwrap() + 4;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("video.mp4");
        for seed in 1..=100 {
            let mut bytes = whole.clone();
            let mut state = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed);
            // Behind the first picture's head, of which all others are made.
            let at = pictures + 800 + random(&mut state) % 1200;
            bytes[at..at + 8].fill_with(|| random(&mut state) as u8);
            fs::write(&path, bytes).unwrap();
            let (mut frame, mut frames) = (Frame::default(), 0);
            let Ok(mut source) = open(&path, Decoder::Native) else {
                noticed += 1;
                continue;
            };
            while source.next(&mut frame).unwrap() {
                frames += 1;
                assert!(!has_hole(&frame), "{name}, seed {seed}, frame {frames}");
            }
            noticed += usize::from(source.notes().damage(frames).is_some());
            partial += usize::from(source.notes().partial > 0);
        }
    }
    assert!(noticed > 90, "only {noticed} of 200 damaged files were noticed");
    assert!(partial > 10, "only {partial} of 200 files had pictures that were damaged in part");
}

#[test]
fn no_container_panics_or_floods_whatever_is_flipped_or_cut() {
    for name in ["fragmented.mp4", "bframes.mkv", "bframes.ts", "bframes.264", "segment.ts"] {
        let whole = data(name);
        let mut seen = 0;
        for seed in 1..=200u64 {
            let mut bytes = whole.clone();
            let mut state = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed);
            for _ in 0..=random(&mut state) % 12 {
                let at = random(&mut state) % bytes.len();
                bytes[at] ^= 1 << (random(&mut state) % 8);
            }
            if seed % 3 == 0 {
                bytes.truncate(random(&mut state) % whole.len());
            }
            let (frames, _) = decode(&bytes);
            assert!(frames < 2000, "{name}, seed {seed}: {frames} frames");
            seen += frames;
        }
        assert!(seen > 2000, "{name}: only {seen} frames of 200 damaged files");
    }
}

#[test]
fn tables_that_lie_are_refused_before_they_cost_memory() {
    let whole = data("bframes.mp4");
    let at = |name: &[u8; 4]| whole.windows(4).position(|found| found == name).unwrap();
    for (name, offset, value, reason) in [
        // Four thousand million pictures of one size.
        (b"stsz", 8, [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff].as_slice(), "do not fit the file"),
        (b"stsz", 12, &[0xff, 0xff, 0xff, 0xff], "shorter than its entry count"),
        (b"stco", 12, &[0x7f, 0xff, 0xff, 0xff], "the file ends early"),
        (b"stsc", 12, &[0, 0, 0, 9], "out of order"),
        (b"stsc", 16, &[0, 0, 0, 1], "the index places 1 of 40 pictures"),
        (b"stts", 8, &[0xff, 0, 0, 0], "shorter than its entry count"),
        (b"avcC", 4, &[9], "configurationVersion"),
        (b"moov", 0, b"free", "no index"),
        (b"mdat", 0, b"moof", "fragmented"),
        (b"moov", 4, &[0x7f, 0xff, 0xff, 0xff], "does not fit its parent"),
    ] {
        let mut bytes = whole.clone();
        let start = at(name) + offset;
        bytes[start..start + value.len()].copy_from_slice(value);
        let error = decode(&bytes).1.expect(reason);
        assert!(error.contains(reason), "{error}");
    }
}
