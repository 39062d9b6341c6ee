//! Joint-VAD's experiments (ECCV 2024): ShanghaiTech and UBnormal without labels, one-class and
//! weakly supervised (Table 1), pairs of models (Tables 2 and 3), both ingredients (Table 4), epochs
//! a step (Table 5), R and Q swept; published figures beside.
//!
//! `cargo run --release --example joint_vad -- --stand-in`
//! `cargo run --release --example joint_vad -- shanghaitech DATA OUT [SEEDS]`
//!
//! Without data it lists the files to get.

mod anchors;
#[path = "../common/pair.rs"]
mod pair;
mod stand_in;

use std::error::Error;
use std::path::{Path, PathBuf};

use gcl::data::TruthFormat;
use gcl::pair::{PairChoice, PairData, TestData};
use gcl::train::interleave::{ObjectFiles, OneClassKind};

use anchors::{Row, rows};
use pair::results;

/// Where a data set is, and what the paper says of it.
struct DataSet {
    name: &'static str,
    /// R, as the settings have it.
    share: &'static str,
    /// Frames of a pose window.
    frames: usize,
    folder: PathBuf,
    small: bool,
}

const HELP: &str = "usage: joint_vad --stand-in | joint_vad shanghaitech|ubnormal DATA OUT [SEEDS]

DATA holds
  videos.csv       a manifest: id, split (train or test), label (0 normal, 1 anomalous), frames
  poses/           AlphaPose's tracked persons, VIDEO_alphapose_tracked_person.json: STG-NF's authors
                   give them out for both data sets
  i3d/             I3D features, ten crops, VIDEO.npy [T, 10, 2048], one for 16 frames: RTFM's authors
                   give them out for ShanghaiTech; extract UBnormal's with the same network
  truth/           frame masks of the test videos: ShanghaiTech's weakly-supervised (Zhong) split
  cubes.npy        optional, for Jigsaw: see gcl-features' cubes
The published UBnormal runs take R = 30 % and windows of 16 frames, those on ShanghaiTech 15 % and 24.";

fn main() -> Result<(), Box<dyn Error>> {
    gcl::process::prepare();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (data, out, seeds) = match words.as_slice() {
        ["--stand-in"] => {
            let out = std::env::temp_dir().join(format!("joint-vad-{}", std::process::id()));
            println!("stand-in: generated tracks and features; its numbers mean nothing");
            (stand_in::make(&out)?, out, 1)
        }
        [name @ ("shanghaitech" | "ubnormal"), data, out, rest @ ..] => {
            let seeds = rest.first().map_or(Ok(1), |n| n.parse())?;
            (real(name, Path::new(data)), PathBuf::from(out), seeds)
        }
        _ => {
            println!("{HELP}");
            return Ok(());
        }
    };
    let wanted = ["videos.csv", "i3d", "truth"].map(|name| data.folder.join(name));
    if let Some(missing) = wanted.iter().find(|path| !path.exists()) {
        println!("{} is not there\n\n{HELP}", missing.display());
        return Ok(());
    }
    println!("{:44} {:>9} {:>9} {:>9} {:>9}", "", "one-class", "published", "weak", "published");
    for row in rows() {
        for seed in 0..seeds {
            run(&data, &row, seed, &out)?;
        }
    }
    Ok(())
}

fn real(name: &str, folder: &Path) -> DataSet {
    let (name, share, frames) = match name {
        "ubnormal" => ("ubnormal", "0.30", 16),
        _ => ("shanghaitech", "0.15", 24),
    };
    DataSet { name, share, frames, folder: folder.to_owned(), small: false }
}

/// Trains a row's pair, judges it by its last loop, and prints a line.
fn run(set: &DataSet, row: &Row, seed: u64, out: &Path) -> Result<(), Box<dyn Error>> {
    let path = |name: &str| set.folder.join(name);
    if row.occ == OneClassKind::Jigsaw && !path("cubes.npy").exists() {
        println!("{:44} skipped: no cubes.npy", row.name);
        return Ok(());
    }
    let objects = match row.occ {
        OneClassKind::Jigsaw => {
            ObjectFiles { cubes: Some(path("cubes.npy")), ..ObjectFiles::default() }
        }
        OneClassKind::StgNf if set.small => {
            ObjectFiles { tracks: Some(path("tracks")), ..ObjectFiles::default() }
        }
        OneClassKind::StgNf => ObjectFiles { poses: Some(path("poses")), ..ObjectFiles::default() },
        OneClassKind::Ae => ObjectFiles::default(),
    };
    let data = PairData {
        features: Some(path("i3d")),
        clip_length: Some(16),
        objects,
        manifest: Some(path("videos.csv")),
        frames: None,
        split: Some("train".to_owned()),
    };
    let test = TestData {
        truth: path("truth"),
        format: TruthFormat::Auto,
        features: None,
        split: Some("test".to_owned()),
        objects: ObjectFiles::default(),
    };
    let folder = format!("{}-{}-{seed}", set.name, row.name.replace(' ', "-"));
    let results = results(choice(set, row, seed), &data, &test, &out.join("runs").join(folder))?;
    let percent = |auc: Option<f64>| auc.map(|auc| 100.0 * auc);
    let show = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.2}"));
    let published = row.published(set.name);
    println!(
        "{:44} {:>9} {:>9} {:>9} {:>9}",
        row.name,
        show(percent(results.last.one_class)),
        show(published[0]),
        show(percent(results.last.weak)),
        show(published[1])
    );
    Ok(())
}

/// The models of a row, and its settings.
fn choice(set: &DataSet, row: &Row, seed: u64) -> PairChoice {
    let mut settings = vec![format!("interleave.threshold.share={}", set.share)];
    if row.occ == OneClassKind::StgNf && !set.small {
        settings.push(format!("one_class.model.frames={}", set.frames));
        settings.push(format!("one_class.model.kernel={}", (set.frames / 2 + 1) | 1));
    }
    if row.occ == OneClassKind::StgNf && set.small {
        settings.push(stand_in::SMALL_FLOW.to_owned());
    }
    if set.small {
        settings.extend(stand_in::SMALL.map(str::to_owned));
    }
    settings.extend(row.set.iter().map(|&set| set.to_owned()));
    let (method, preset) = Default::default();
    PairChoice { method, one_class: row.occ, weak: row.ws, preset, seed, settings }
}
