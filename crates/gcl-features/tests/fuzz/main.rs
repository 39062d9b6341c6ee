//! Damaged and hostile files for every reader of footage: see `tests/fuzz` of the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/avi.rs"]
mod avi;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../../../tests/fuzz/mod.rs"]
mod fuzz;
#[path = "../common/h264.rs"]
mod h264;
#[path = "../common/mp4.rs"]
mod mp4;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gcl_features::source::{self, Decoder};
use gcl_features::{Frame, SourceError};
use image::{DynamicImage, ImageFormat};

use fuzz::Target;
use h264::Encoder;

/// Frames that are decoded of a file.
const FRAMES: usize = 64;

/// Reads a video to its end, or so many frames of it.
fn watch(path: &Path) -> Result<(), SourceError> {
    let mut video = source::open(path, Decoder::Native)?;
    let mut frame = Frame::default();
    for _ in 0..FRAMES {
        if !video.next(&mut frame)? {
            break;
        }
    }
    drop(video.notes());
    Ok(())
}

fn data(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

/// Coded video: a few bytes may state pictures of the largest size, and sixteen to refer to.
fn coded(name: &str, corpus: Vec<Vec<u8>>) {
    let time = Duration::from_secs(10);
    Target { name, corpus, factor: 64, base: 1 << 30, time, ..Target::default() }.run(watch);
}

/// A few small pictures, quickly decoded, in MP4.
fn small(fields: bool) -> Vec<u8> {
    let encoder = Encoder { width: 1, height: 2, fields };
    let luma = |n: u32| move |x: u32, y: u32| (n * 40 + x + y) as u8;
    let samples = (0..4).map(|n| encoder.picture(n, luma(n)).concat()).collect();
    mp4::movie(&[mp4::Track::new(&encoder, samples)])
}

#[test]
fn mp4_files() {
    coded("mp4", vec![small(false), small(true), data("bframes.mp4")]);
    coded("hevc mp4", vec![data("hevc.mp4"), data("hevc10.mp4"), data("hevc-slices.mp4")]);
}

#[test]
fn fragmented_mp4_files() {
    coded("fragments", vec![data("fragmented.mp4")]);
}

#[test]
fn byte_streams() {
    coded("annexb", vec![data("bframes.264")]);
    coded("hevc", vec![data("hevc.265"), data("hevc-tiles.265")]);
}

#[test]
fn matroska_files() {
    coded("mkv", vec![data("bframes.mkv"), data("hevc.mkv")]);
}

#[test]
fn avi_files() {
    let mut dropped = avi::jpegs(4);
    dropped[2].clear();
    coded("avi", vec![avi::avi(b"MJPG", &dropped), avi::avi(b"H264", &[data("bframes.264")])]);
}

#[test]
fn jpeg_streams() {
    coded("mjpeg", vec![avi::jpegs(3).concat()]);
}

#[test]
fn transport_streams() {
    // The last one's slices state that they refer to billions of pictures.
    let part = |name| data(name)[..188 * 20].to_vec();
    let corpus =
        vec![data("segment.ts"), part("bframes.ts"), part("hevc.ts"), data("references.ts")];
    coded("ts", corpus);
}

#[test]
fn raw_video() {
    let corpus = [
        [b"YUV4MPEG2 W4 H4 F10:1 Cmono\n".to_vec(), b"FRAME\n0123456789abcdef".repeat(5)].concat(),
        [
            b"YUV4MPEG2 W4 H2 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n".to_vec(),
            b"FRAME\n0123456789ab".repeat(3),
        ]
        .concat(),
    ];
    let words = &["FRAME\n", " W16384", " H16384", " C444", " C422", " F1:0", "YUV4MPEG2 "];
    // What is allocated before a plane is read, three times and for the frame before.
    Target { name: "y4m", corpus: corpus.into(), words, base: 32 << 20, ..Target::default() }
        .run(watch);
}

#[test]
fn pictures() {
    let picture = |deep: bool| match deep {
        false => DynamicImage::ImageRgb8(image::RgbImage::from_fn(9, 7, |x, y| {
            image::Rgb([x as u8, y as u8, 9])
        })),
        true => DynamicImage::ImageLuma16(image::ImageBuffer::from_fn(9, 7, |x, y| {
            image::Luma([(x * y) as u16])
        })),
    };
    let coded = |deep, format| {
        let mut bytes = Cursor::new(Vec::new());
        picture(deep).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    for (name, corpus) in [
        ("jpeg", vec![coded(false, ImageFormat::Jpeg)]),
        ("png", vec![coded(false, ImageFormat::Png), coded(true, ImageFormat::Png)]),
        ("tiff", vec![coded(false, ImageFormat::Tiff), coded(true, ImageFormat::Tiff)]),
        ("bmp", vec![coded(false, ImageFormat::Bmp)]),
    ] {
        // A header of a few bytes may state the largest picture.
        let (base, time) = (1 << 30, Duration::from_secs(10));
        Target { name, file: "1.png", corpus, base, time, ..Target::default() }
            .run(|path| watch(path.parent().unwrap()));
    }
}
