//! Running the binary, and small footage and features to run it on.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use gcl::data::{Clips, ExtractorIdentity, FeatureMeta, VideoId, write_features};
use rand::{RngExt, SeedableRng};

/// The binary with arguments, in a folder.
pub fn gcl(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcl"));
    command.current_dir(folder).args(args);
    command
}

/// Runs it and expects an exit code.
pub fn run(folder: &Path, args: &[&str], code: i32) -> Output {
    let output = gcl(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "gcl {args:?}\n{}", stderr(&output));
    output
}

/// Starts a training of `f` in `r` that does not end by itself, and waits until it has written `begun`.
pub fn endless(folder: &Path, options: &[&str], begun: &str) -> Child {
    let start = ["train", "f", "--out", "r", "--method", "gcl-pt"];
    let budget = ["--set", "training.budget.max_steps=unlimited"];
    let epochs = ["--set", "training.budget.epochs=100000"];
    let args = [&start[..], &budget, &epochs, options].concat();
    let child = gcl(folder, &args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    while !folder.join(begun).exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub const D: usize = 8;

/// Features of `videos` videos of 320 frames; in the last one, segments 5 and 6 lie apart.
pub fn features(folder: &Path, videos: usize) {
    let meta = FeatureMeta {
        extractor: ExtractorIdentity {
            name: "made-up".to_owned(),
            version: "1".to_owned(),
            parameters: serde_json::Map::new(),
            preprocessing: serde_json::Map::new(),
            weights_sha256: None,
            random_weights: false,
            clips: Clips::default(),
            crops: 1,
        },
        decoder: "none".to_owned(),
        frames: 320,
        fps: Some(25.0),
        footage: None,
        regions: None,
        video: Default::default(),
    };
    for v in 0..videos {
        let mut rng = rand::rngs::ChaCha8Rng::seed_from_u64(v as u64);
        let odd = |segment| v + 1 == videos && (5..7).contains(&segment);
        let rows: Vec<f32> = (0..20 * D)
            .map(|i| {
                rng.sample::<f32, _>(rand_distr::StandardNormal)
                    + if odd(i / D) { 6.0 } else { 0.0 }
            })
            .collect();
        let id = VideoId::new(format!("video{v}")).unwrap();
        write_features(folder, &id, &[20, D], &rows, &meta).unwrap();
    }
}

/// The truth of [`features`], as CSV.
pub fn truth(path: &Path, videos: usize) {
    let mut text = String::from("id,start,end,frames\n");
    for v in 0..videos {
        let range = if v + 1 == videos { "80,112" } else { "," };
        text += &format!("video{v},{range},320\n");
    }
    fs::write(path, text).unwrap();
}

/// A Y4M video: a bright square that wanders; from frame `odd` on it jumps about.
pub fn video(path: &Path, frames: usize, odd: Option<usize>) {
    let (width, height) = (48, 32);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut out = Vec::new();
    writeln!(out, "YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 Cmono").unwrap();
    for t in 0..frames {
        writeln!(out, "FRAME").unwrap();
        let jumps = odd.is_some_and(|odd| (odd..odd + 32).contains(&t));
        let x = if jumps { (t * 29) % 40 } else { (t / 2) % 40 };
        let y = if jumps { (t * 17) % 24 } else { 12 };
        for row in 0..height {
            for column in 0..width {
                let inside = (x..x + 8).contains(&column) && (y..y + 8).contains(&row);
                out.push(if inside { 220 } else { 60 + ((column + row) % 7) as u8 });
            }
        }
    }
    fs::write(path, out).unwrap();
}
