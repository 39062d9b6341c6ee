//! PoseLift (WACV 2025), real shoplifting as pose tracks: STG-NF trained on the normal videos, beside the
//! published figures, and the pair of STG-NF and RTFM that trains on all videos without labels.
//!
//! `cargo run --release --example poselift -- DATA OUT [SEEDS]`
//!
//! The last state is judged; no test label selects anything. Without data it says what to get.

#[path = "../common/pair.rs"]
mod pair;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl::data::tracks::write_tracks;
use gcl::data::{BoxTrack, PoseSet, TruthFormat};
use gcl::features::tracks::{TrackOptions, extract_tracks};
use gcl::pair::{PairChoice, PairData, TestData};
use gcl::train::interleave::{InterleavePreset, ObjectFiles, OneClassKind, PairMethod, WeakKind};
use gcl_bench::Spread;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HELP: &str = "usage: poselift DATA OUT [SEEDS]

DATA is PoseLift as its authors give it out (https://github.com/TeCSAR-UNCC/PoseLift, Apache-2.0):
  pose/train, pose/test     CC_VVV_alphapose_tracked_person.json
  gt/test_frame_mask        CC_VVVV.npy, one 0/1 per frame
OUT keeps the runs; an interrupted example resumes where it stopped. SEEDS is 5 if left out.";

/// Frame AUC that the data set's paper reports, in percent: trained on the normal videos.
const PUBLISHED: [(&str, f64); 3] = [("STG-NF", 67.46), ("TSGAD", 63.35), ("GEPC", 60.61)];

/// What is trained, and on what.
struct Row {
    name: &'static str,
    folder: &'static str,
    method: PairMethod,
    data: PairData,
    test: ObjectFiles,
    settings: &'static [&'static str],
}

fn main() -> Result<()> {
    gcl::process::prepare();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (data, out, seeds) = match args.as_slice() {
        [data, out] => (Path::new(data), Path::new(out), 5),
        [data, out, seeds] => (Path::new(data), Path::new(out), seeds.parse()?),
        _ => {
            println!("{HELP}");
            return Ok(());
        }
    };
    let (poses, truth) = (data.join("pose"), data.join("gt/test_frame_mask"));
    if let Some(missing) = [&poses, &truth].into_iter().find(|path| !path.exists()) {
        println!("{} is not there\n\n{HELP}", missing.display());
        return Ok(());
    }
    for row in rows(&poses, out)? {
        let mut found = [Vec::new(), Vec::new()];
        let test = TestData {
            truth: truth.clone(),
            format: TruthFormat::Masks,
            features: None,
            split: None,
            objects: row.test.clone(),
        };
        for seed in 0..seeds {
            let choice = PairChoice {
                method: row.method,
                one_class: OneClassKind::StgNf,
                weak: WeakKind::Rtfm,
                preset: InterleavePreset::default(),
                seed,
                settings: row.settings.iter().map(|&set| set.to_owned()).collect(),
            };
            let folder = out.join("runs").join(format!("{}-{seed}", row.folder));
            let last = pair::results(choice, &row.data, &test, &folder)?.last;
            eprintln!("{}, seed {seed}: {:?} {:?}", row.name, last.one_class, last.weak);
            found[0].extend(last.one_class);
            found[1].extend(last.weak);
        }
        for (model, aucs) in ["one-class", "weakly supervised"].into_iter().zip(&found) {
            if let Some(spread) = Spread::of(aucs) {
                println!("{}, {model}: frame AUC {} %, {seeds} seeds", row.name, spread.percent());
            }
        }
    }
    for (method, auc) in PUBLISHED {
        println!("published, {method}: {auc} %");
    }
    Ok(())
}

/// STG-NF on the normal videos, as published, and the pair on all of them.
fn rows(poses: &Path, out: &Path) -> Result<Vec<Row>> {
    let objects = |part: &Path| ObjectFiles { poses: Some(part.to_owned()), ..Default::default() };
    let alone = PairData { objects: objects(&poses.join("train")), ..PairData::default() };
    let pair = PairData {
        features: Some(box_features(poses, out)?),
        objects: objects(poses),
        ..PairData::default()
    };
    Ok(vec![
        Row {
            name: "STG-NF on normal videos",
            folder: "alone",
            method: PairMethod::OneClass,
            data: alone,
            test: objects(&poses.join("test")),
            settings: &["alone.epochs=8"],
        },
        Row {
            name: "STG-NF and RTFM, no labels",
            folder: "pair",
            method: PairMethod::default(),
            data: pair,
            test: objects(poses),
            settings: &[],
        },
    ])
}

/// What the weakly-supervised model sees: clip features of the boxes around the persons, since the data set has
/// no pictures.
fn box_features(poses: &Path, out: &Path) -> Result<PathBuf> {
    let (tracks, features) = (out.join("tracks"), out.join("boxes"));
    for video in PoseSet::open(poses)?.read() {
        let (id, persons) = video?;
        let boxes: Vec<BoxTrack> = persons.iter().map(BoxTrack::from).collect();
        let path = id.file(&tracks, "txt");
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        write_tracks(path, &boxes)?;
    }
    let never = AtomicBool::new(false);
    let summary = extract_tracks(&tracks, &features, &TrackOptions::default(), &never, &|_| ())?;
    match summary.skipped.first() {
        Some((id, reason)) => Err(format!("{id}: {reason}").into()),
        None => Ok(features),
    }
}
