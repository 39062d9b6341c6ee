//! Joint-VAD's experiments (ECCV 2024): ShanghaiTech and UBnormal without labels, one-class and
//! weakly supervised (Table 1), pairs of models (Tables 2 and 3), both ingredients (Table 4), epochs
//! a step (Table 5), R and Q swept; published figures beside.
//!
//! `cargo run --release --example joint_vad -- --stand-in`
//! `cargo run --release --example joint_vad -- shanghaitech DATA OUT [SEEDS]`
//!
//! It drives the `gcl` command, which must be built; without data it says what to get.

mod anchors;
mod stand_in;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use anchors::{Row, rows};

/// Where a data set is, and what the paper says of it.
struct DataSet {
    name: &'static str,
    /// R, as `--set` wants it.
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
fn run(data: &DataSet, row: &Row, seed: u64, out: &Path) -> Result<(), Box<dyn Error>> {
    let folder = &data.folder;
    let cubes = folder.join("cubes.npy");
    if row.occ == "jigsaw" && !cubes.exists() {
        println!("{:44} skipped: no cubes.npy", row.name);
        return Ok(());
    }
    let run = out.join("runs").join(format!("{}-{}-{seed}", data.name, row.name.replace(' ', "-")));
    let path = |name: &str| folder.join(name).display().to_string();
    let mut args: Vec<String> = vec!["train".into()];
    let resumes = run.join("config.toml").exists();
    match resumes {
        true => args.push("--resume".into()),
        false => {
            args.extend(["--method=interleave".into(), format!("--occ={}", row.occ)]);
            args.extend([format!("--ws={}", row.ws), format!("--seed={seed}")]);
            args.push(format!("--set=interleave.threshold.share={}", data.share));
            if row.occ == "stg-nf" && !data.small {
                let kernel = (data.frames / 2 + 1) | 1;
                args.push(format!("--set=one_class.model.frames={}", data.frames));
                args.push(format!("--set=one_class.model.kernel={kernel}"));
            }
            if row.occ == "stg-nf" && data.small {
                args.push(format!("--set={}", stand_in::SMALL_FLOW));
            }
            if data.small {
                args.extend(stand_in::SMALL.iter().map(|set| format!("--set={set}")));
            }
            args.extend(row.set.iter().map(|set| format!("--set={set}")));
        }
    }
    args.push(format!("--features={}", path("i3d")));
    args.push("--clip-length=16".into());
    args.extend([format!("--manifest={}", path("videos.csv")), "--split=train".into()]);
    args.extend(["--test-split=test".into(), format!("--truth={}", path("truth"))]);
    match row.occ {
        "jigsaw" => args.push(format!("--cubes={}", cubes.display())),
        "stg-nf" if data.small => args.push(format!("--tracks={}", path("tracks"))),
        "stg-nf" => args.push(format!("--poses={}", path("poses"))),
        _ => {}
    }
    args.push(format!("--out={}", run.display()));
    let results = run.join("results.json");
    if !results.exists() {
        let log = std::fs::File::create(out.join("log.txt"))?;
        let status =
            Command::new(gcl()?).args(&args).stdout(log.try_clone()?).stderr(log).status()?;
        if !status.success() {
            return Err(format!("gcl {}: {status}; see log.txt", args.join(" ")).into());
        }
    }
    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(&results)?)?;
    let percent = |name: &str| results["last"][name].as_f64().map(|auc| 100.0 * auc);
    let show = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.2}"));
    let published = row.published(data.name);
    println!(
        "{:44} {:>9} {:>9} {:>9} {:>9}",
        row.name,
        show(percent("one_class")),
        show(published[0]),
        show(percent("weak")),
        show(published[1])
    );
    Ok(())
}

/// The command: `GCL` in the environment, or the one built beside this example.
fn gcl() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(path) = std::env::var_os("GCL") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let beside = own.parent().and_then(Path::parent).map(|folder| folder.join("gcl"));
    match beside {
        Some(path) if path.exists() => Ok(path),
        _ => Err("build the command first (cargo build --release), or name it in GCL".into()),
    }
}
