//! Frames become RGB bit for bit as FFmpeg makes them.

use std::fs;
use std::path::{Path, PathBuf};

use gcl_features::source::{Colour, Decoder, FrameSource, ffmpeg, open, open_as};
use gcl_features::{Frame, Matrix, Pixels};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/colour")
}

/// The frame's planes with another matrix, which Y4M cannot carry.
fn with_matrix(frame: &Frame, matrix: Matrix) -> Frame {
    let Pixels::Yuv { y, u, v, step, full_range, .. } = frame.pixels().clone() else {
        panic!("no planes")
    };
    let pixels = Pixels::Yuv { y, u, v, step, full_range, matrix };
    Frame::new(frame.width(), frame.height(), pixels).unwrap()
}

#[test]
fn every_layout_range_matrix_and_odd_size_is_as_ffmpeg_converts_it() {
    let mut cases = 0;
    for entry in fs::read_dir(golden()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "y4m") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let matrix = match name.rsplit('-').next().unwrap() {
            "bt601" => Matrix::Bt601,
            "bt709" => Matrix::Bt709,
            "fcc" => Matrix::Fcc,
            "smpte240" => Matrix::Smpte240,
            "bt2020" => Matrix::Bt2020,
            other => panic!("{other}"),
        };
        let mut frame = Frame::default();
        assert!(open(&path, Decoder::Native).unwrap().next(&mut frame).unwrap());
        let found = with_matrix(&frame, matrix).to_rgb();
        let expected = fs::read(path.with_extension("rgb")).unwrap();
        let differ = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
        assert_eq!((found.len(), differ), (expected.len(), 0), "{name}");
        cases += 1;
    }
    assert_eq!(cases, 66);
}

#[test]
fn any_layout_and_size_is_converted_without_a_fault() {
    for width in 1..12usize {
        for height in 1..12usize {
            for step in [(1, 1), (2, 1), (2, 2), (1, 2), (4, 1), (4, 4), (0, 0), (3, 5)] {
                for full_range in [false, true] {
                    let (columns, rows) = (
                        width.div_ceil(usize::max(step.0, 1)),
                        height.div_ceil(usize::max(step.1, 1)),
                    );
                    let fill = |n: usize, level: usize| (0..n).map(|i| (i * level) as u8).collect();
                    let (y, matrix) = (fill(width * height, 37), Matrix::Bt709);
                    let (u, v) = (fill(columns * rows, 91), fill(columns * rows, 53));
                    let pixels = Pixels::Yuv { y, u, v, step, full_range, matrix };
                    let frame = Frame::new(width, height, pixels).unwrap();
                    assert_eq!(frame.to_rgb().len(), width * height * 3);
                }
            }
        }
    }
}

/// FFmpeg's `framecrc`: Adler-32 that starts from 0.
fn crc(bytes: &[u8]) -> String {
    let (mut a, mut b) = (0u32, 0u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    format!("0x{:08x}", (b << 16) | a)
}

#[test]
fn h264_becomes_rgb_as_ffmpeg_makes_it() {
    for name in ["bframes", "cropped", "baseline", "bt709"] {
        let expected = fs::read_to_string(data(&format!("{name}.rgb.crc"))).unwrap();
        let mut source = open(&data(&format!("{name}.mp4")), Decoder::Native).unwrap();
        let (mut frame, mut found) = (Frame::default(), Vec::new());
        while source.next(&mut frame).unwrap() {
            found.push(crc(&frame.to_rgb()));
        }
        assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{name}");
        let Pixels::Yuv { matrix, .. } = frame.pixels() else { panic!("no planes") };
        assert_eq!(*matrix == Matrix::Bt709, name == "bt709", "{name}");
    }
}

/// Every frame of a video, once by the decoder asked for and once as FFmpeg's own `rgb24`; how many there are.
fn compare(path: &Path, decoder: Decoder) -> usize {
    let mut ours = open(path, decoder).unwrap();
    let mut theirs = open_as(path, Decoder::Ffmpeg, Colour::Rgb, 1).unwrap();
    let (size, rate) = ((ours.info().width, ours.info().height), ours.info().fps.unwrap());
    assert_eq!(size, (theirs.info().width, theirs.info().height), "{}", path.display());
    assert!((rate - theirs.info().fps.unwrap()).abs() < 0.01, "{}", path.display());
    let (mut a, mut b, mut frames) = (Frame::default(), Frame::default(), 0);
    let next = |source: &mut dyn FrameSource, frame: &mut Frame| source.next(frame).unwrap();
    while next(ours.as_mut(), &mut a) {
        assert!(next(theirs.as_mut(), &mut b), "{}: {frames} frames", path.display());
        let Pixels::Rgb(expected) = b.pixels() else { panic!("not RGB") };
        assert!(a.to_rgb() == *expected, "{}: frame {frames} differs", path.display());
        frames += 1;
    }
    assert!(!next(theirs.as_mut(), &mut b), "{}", path.display());
    frames
}

#[test]
fn ffmpegs_rgb_is_what_its_planes_become() {
    if ffmpeg::version().is_none() {
        eprintln!("SKIPPED: no ffmpeg on the PATH");
        return;
    }
    assert_eq!(compare(&data("bt709.mp4"), Decoder::Native), 6);
    assert_eq!(compare(&data("mpeg4.mp4"), Decoder::Ffmpeg), 12);
    assert_eq!(compare(&data("fragmented.mp4"), Decoder::Ffmpeg), 40);
    // What is broken is said in this form too.
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.avi");
    fs::write(&text, "not a video").unwrap();
    let error = open_as(&text, Decoder::Auto, Colour::Rgb, 1).err().unwrap().to_string();
    assert!(error.contains("text.avi: damaged after 0 frames"), "{error}");
    let mut cut = fs::read(data("mpeg4.mp4")).unwrap();
    let end = cut.windows(4).position(|name| name == b"moov").unwrap() - 4;
    cut.drain(end - 400..end - 4);
    let path = dir.path().join("cut.mp4");
    fs::write(&path, cut).unwrap();
    let mut frame = Frame::default();
    let mut run = || {
        let mut source = open_as(&path, Decoder::Ffmpeg, Colour::Rgb, 1)?;
        while source.next(&mut frame)? {}
        Ok::<_, gcl_features::SourceError>(())
    };
    assert!(run().unwrap_err().to_string().contains("damaged"));
}

#[test]
fn real_videos_are_rgb_as_ffmpeg_makes_it() {
    let Some(root) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: GCL_DATA not set (real videos)");
        return;
    };
    if ffmpeg::version().is_none() {
        eprintln!("SKIPPED: no ffmpeg on the PATH");
        return;
    }
    for (name, decoder, frames) in [
        ("ucf-crime/videos/Normal_Videos_006_x264.mp4", Decoder::Native, 450),
        ("ucf-crime/videos/RoadAccidents002_x264.mp4", Decoder::Native, 347),
        ("i3d/01_002.avi", Decoder::Ffmpeg, 481),
    ] {
        assert_eq!(compare(&root.join(name), decoder), frames, "{name}");
    }
}
