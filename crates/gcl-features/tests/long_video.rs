//! Memory does not grow with a video's length. One test, so that nothing else shares its process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use common::devices;
use gcl_data::{Npy, VideoId};
use gcl_features::networks::{C3d, Executor, FcLayer, NetworkExtractor, RunOptions, Weights};
use gcl_features::preprocess::{Preprocess, Resize};
use gcl_features::{ExtractOptions, Extractor, ExtractorError, Frame, Preset, VideoInput, extract};

/// Many values a clip: 80 kB, so that a video's features are far larger than all else.
struct Wide;

impl Extractor for Wide {
    type Prepared = u8;
    fn name(&self) -> &str {
        "wide"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn dim(&self) -> usize {
        20_000
    }
    fn prepare(&self, frame: &Frame) -> Result<u8, ExtractorError> {
        Ok(frame.luma()[0])
    }
    fn describe(&self, clips: &[Vec<&u8>]) -> Result<Vec<f32>, ExtractorError> {
        Ok(clips.iter().flat_map(|clip| vec![f32::from(*clip[0]); self.dim()]).collect())
    }
}

fn video(path: &Path, frames: usize) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    out.write_all(b"YUV4MPEG2 W24 H20 F25:1 Cmono\n").unwrap();
    for n in 0..frames {
        out.write_all(b"FRAME\n").unwrap();
        let row: Vec<u8> = (0..24 * 20).map(|i| (i * 7 + n * 3) as u8).collect();
        out.write_all(&row).unwrap();
    }
}

/// The most memory that this process had so far, in kB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Peak memory after a short video, and after a long one.
fn peaks<E: Extractor>(dir: &Path, extractor: &E, frames: [usize; 2]) -> [usize; 2] {
    frames.map(|frames| {
        let (path, id) = (dir.join("v.y4m"), VideoId::new(format!("v{frames}")).unwrap());
        video(&path, frames);
        let out = dir.join(extractor.name());
        let (options, cancel) = (ExtractOptions::default(), AtomicBool::new(false));
        extract(&[VideoInput::new(id, path)], &out, extractor, &options, &cancel, &|_| {}).unwrap();
        let npy = Npy::open(out.join(format!("v{frames}.npy"))).unwrap();
        assert_eq!(npy.shape(), [frames.div_ceil(16), extractor.dim()]);
        peak()
    })
}

#[test]
fn memory_stays_flat() {
    let dir = tempfile::tempdir().unwrap();
    let (_, device) = devices().remove(0);
    let options = RunOptions { device, executor: Executor::Auto, batch: 4, frames: 16 };
    let sizes = C3d { widths: [2; 8], fc: 8, crop: 16, layer: FcLayer::Fc6 };
    let preset = Preset::named("c3d-eko").unwrap().preprocess;
    let preprocess = Preprocess { resize: Resize::ShortSide(18), crop: 16, ..preset };
    let random = Weights::Random { seed: 1 };
    let tiny = NetworkExtractor::new("tiny", &sizes, &random, preprocess, &options).unwrap();

    // 40 MB of frames and 200 kB of features; then 160 MB of features.
    let [short, long] = peaks(dir.path(), &tiny, [2_000, 80_000]);
    eprintln!("network: peak {short} kB after 2,000 frames, {long} kB after 80,000");
    assert!(long < short + 4_000, "network: {short} to {long} kB");
    let [short, long] = peaks(dir.path(), &Wide, [320, 32_000]);
    eprintln!("wide features: peak {short} kB after 320 frames, {long} kB after 32,000");
    assert!(long < short + 4_000, "wide features: {short} to {long} kB");
}
