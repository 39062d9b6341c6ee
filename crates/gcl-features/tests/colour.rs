//! Frames become RGB bit for bit as FFmpeg makes them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use gcl_features::source::{Decoder, open};
use gcl_features::{Frame, Matrix, Pixels};

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
