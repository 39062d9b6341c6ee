//! Excerpts show exactly their frames, at their times.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::h264::Encoder;
use crate::mp4::{Track, movie};
use gcl_data::VideoNotes;
use gcl_features::Frame;
use gcl_features::source::excerpt::{Excerpt, ExcerptError, excerpt_by_ffmpeg, excerpts};
use gcl_features::source::{Decoder, ffmpeg, open};
use image::{Rgb, RgbImage};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// All frames, the notes, the rate.
fn all(path: &Path) -> (Vec<Frame>, VideoNotes, Option<f64>) {
    let mut source = open(path, Decoder::Native).unwrap();
    let (mut frames, mut frame) = (Vec::new(), Frame::default());
    while source.next(&mut frame).unwrap() {
        frames.push(frame.clone());
    }
    (frames, source.notes(), source.info().fps)
}

fn cut(path: &Path, frames: usize, wanted: &[Excerpt]) -> Result<(), ExcerptError> {
    excerpts(path, frames, wanted, &AtomicBool::new(false))
}

/// Cuts a video in many places and compares each excerpt with what the video shows there.
fn check(path: &Path, out: &Path) {
    let (frames, notes, fps) = all(path);
    let count = frames.len();
    let ranges = (0..count)
        .step_by(3)
        .flat_map(|start| [1, 2, 7, count].map(|length| start..(start + length).min(count)));
    let wanted: Vec<Excerpt> = ranges
        .enumerate()
        .map(|(n, frames)| Excerpt { frames, file: out.join(format!("{n}.mp4")) })
        .collect();
    cut(path, count, &wanted).unwrap();
    for Excerpt { frames: range, file } in wanted {
        let (found, own, rate) = all(&file);
        let name = format!("{}, {range:?}", path.display());
        assert_eq!(found.len(), range.len(), "{name}");
        assert!(found == frames[range.clone()], "{name}");
        assert_eq!((own.concealed, own.missing, &own.remarks[..]), (0, 0, &[][..]), "{name}");
        assert_eq!(own.turned, notes.turned, "{name}");
        if let (None, Some(fps), Some(rate)) = (&notes.times, fps, rate) {
            // Of a few frames, the rate is known as well as their times are.
            let length = range.len() as f64 - 1.0;
            let wrong = (length / rate - length / fps).abs();
            assert!(wrong < 0.006, "{name}: {rate} and {fps} a second");
        }
    }
}

#[test]
fn they_decode_to_the_same_frames() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "bframes.mp4",
        "bframes.mkv",
        "baseline.mp4",
        "cropped.mp4",
        "fragmented.mp4",
        "hevc.mp4",
        "hevc.mkv",
        "hevc10.mp4",
        "hevc-slices.mp4",
    ] {
        check(&data(name), &dir.path().join(name));
    }
}

#[test]
fn turns_gaps_and_edit_lists_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let encoder = Encoder { width: 3, height: 2, fields: false };
    let pictures = (1..=20).flat_map(|n| encoder.picture(n, move |x, y| (n * 9 + x + y) as u8));
    let track = Track::new(&encoder, pictures.collect());
    for (name, change) in [
        ("turned", (|track| track.turn = [0, 1, -1, 0]) as fn(&mut Track)),
        ("edited", |track| track.edits = vec![(1100, 300)]),
        ("uneven", |track| track.steps[7] = 60_000),
    ] {
        let mut track = track.clone();
        change(&mut track);
        let path = dir.path().join(format!("{name}.mp4"));
        fs::write(&path, movie(&[track])).unwrap();
        check(&path, &dir.path().join(name));
    }
    let uneven = Excerpt { frames: 5..12, file: dir.path().join("gap.mp4") };
    cut(&dir.path().join("uneven.mp4"), 20, std::slice::from_ref(&uneven)).unwrap();
    let times = all(&uneven.file).1.times.expect("times of their own");
    for (frame, seconds) in [(0, 0.0), (2, 0.2), (3, 60.2), (6, 60.5)] {
        assert!((times.seconds(frame) - seconds).abs() < 0.01, "{frame}: {}", times.seconds(frame));
    }
}

#[test]
fn jpegs_are_copied_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut stream = Vec::new();
    for n in 0..12u8 {
        let picture = RgbImage::from_fn(48, 32, |x, y| Rgb([20 * n, x as u8, y as u8]));
        stream.extend(gcl_features::thumbs::jpeg(&picture, 48, 90).unwrap());
    }
    let path = dir.path().join("camera.mjpeg");
    fs::write(&path, stream).unwrap();
    check(&path, &dir.path().join("cut"));
}

#[test]
fn what_cannot_be_copied_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = || dir.path().join("out.mp4");
    let refused = |path: &Path, frames: usize, range: std::ops::Range<usize>| {
        let excerpt = Excerpt { frames: range, file: file() };
        cut(path, frames, &[excerpt]).unwrap_err().to_string()
    };
    let bframes = data("bframes.mp4");
    let count = all(&bframes).0.len();
    assert!(refused(&bframes, count + 1, 0..2).contains("coded pictures for"));
    assert!(refused(&bframes, count, count..count + 1).contains("no frames"));
    assert!(refused(&bframes, count, 3..3).contains("no frames 3..3"));
    assert!(refused(&data("bframes.ts"), count, 0..2).contains("behind start codes"));
    assert!(refused(&data("README.md"), 1, 0..1).contains("no built-in reader"));
    assert!(refused(dir.path(), 1, 0..1).contains("a folder of pictures"));
    let cancelled = AtomicBool::new(true);
    let excerpt = [Excerpt { frames: 0..2, file: file() }];
    let found = excerpts(&bframes, count, &excerpt, &cancelled);
    assert!(matches!(found, Err(ExcerptError::Cancelled)));
    assert!(!file().exists());
}

#[test]
fn ffmpeg_takes_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("out.mp4");
    if ffmpeg::version().is_none() {
        let error = excerpt_by_ffmpeg(&data("bframes.ts"), (0.2, 0.6), &file).unwrap_err();
        assert!(error.to_string().contains("no `ffmpeg` on the PATH"), "{error}");
        eprintln!("SKIPPED: no ffmpeg");
        return;
    }
    // Copied, from the key picture before on.
    excerpt_by_ffmpeg(&data("bframes.ts"), (0.2, 0.6), &file).unwrap();
    assert!(!all(&file).0.is_empty());
    // Coded anew.
    let y4m = dir.path().join("raw.y4m");
    let frame = [&b"FRAME\n"[..], &[90; 64 * 48]].concat();
    fs::write(&y4m, [&b"YUV4MPEG2 W64 H48 F10:1 Cmono\n"[..], &frame.repeat(20)].concat()).unwrap();
    excerpt_by_ffmpeg(&y4m, (0.5, 1.5), &file).unwrap();
    assert_eq!(open(&file, Decoder::Auto).unwrap().info().width, 64);
    assert!(excerpt_by_ffmpeg(&data("README.md"), (0.0, 1.0), &file).is_err());
}
