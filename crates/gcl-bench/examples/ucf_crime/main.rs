//! GCL's rows of Table 1 and Table 2 on UCF-Crime, beside the paper's numbers:
//!
//!     cargo run --release --example ucf_crime -- --features FEATURES --annotations LISTS
//!     cargo run --release --example ucf_crime -- --stand-in
//!
//! Split and protocol are the paper's: 810 anomalous and 800 normal training videos, 140 and 150 test
//! videos, frame-level AUC over all test frames pooled.

#[path = "../common/mod.rs"]
mod common;

use std::path::Path;

use clap::Parser;
use common::lists::{Split, bare};
use common::stand_in::{self, Size};
use common::{Args, Result, end, required, run};
use gcl::data::lists::read_ucf;
use gcl::data::{FeatureSet, ManifestEntry, Truth, TruthFormat, VideoId};
use gcl_bench::anchors::PaperData;

const WHAT_TO_FETCH: &str = "\
UCF-Crime is needed, or --stand-in to see the way without it.

  annotations  Anomaly_Train.txt, Anomaly_Test.txt and Temporal_Anomaly_Annotation.txt, from Sultani et
               al.: https://github.com/WaqasSultani/AnomalyDetectionCVPR2018 (the videos:
               https://www.crcv.ucf.edu/projects/real-world/). Put them into one folder:
               --annotations DIR
  features     one .npy a video, [T, 2048] or [T, 10, 2048], named as the videos. The paper's are of
               ResNeXt-101 (Kinetics) on 16-frame segments: weights and code of Hara et al.,
               https://github.com/kenshohara/video-classification-3d-cnn-pytorch. I3D features that
               others share (such as RTFM's, https://github.com/tianyu0207/RTFM) work too, and give
               other numbers. --features DIR";

/// Normal and anomalous videos for training and test.
const OFFICIAL: [(usize, usize); 2] = [(800, 810), (150, 140)];

fn main() -> std::process::ExitCode {
    end(benchmark(&Args::parse()))
}

fn benchmark(args: &Args) -> Result<()> {
    let (folder, split) = if args.stand_in {
        // 779,951 training segments are 484 a video; a twentieth of the videos, a tenth as long.
        let [train, test] = OFFICIAL;
        let folder = args.out.join("features");
        let size = Size { train, test, segments: 48 };
        let split = stand_in::write(&folder, "UCF-Crime-stand-in", &size, args.scale, args.dim)?;
        (folder, split)
    } else {
        let Some(folder) = args.features.clone() else { return Err(WHAT_TO_FETCH.into()) };
        let split = official(args, &folder)?;
        split.check(OFFICIAL);
        (folder, split)
    };
    run(args, &split.open(&folder, &args.lists)?, PaperData::UcfCrime)
}

/// The official split. Copies of Anomaly_Train.txt go round that name the anomalous videos alone; the
/// normal ones are then those among the features that no list names.
fn official(args: &Args, features: &Path) -> Result<Split> {
    let lists = required(&args.annotations, "annotations")?;
    let mut videos = read_ucf(&lists.join("Anomaly_Train.txt"), &lists.join("Anomaly_Test.txt"))?;
    let is_normal = |entry: &ManifestEntry| {
        entry.split.as_deref() == Some("train") && entry.label == Some(false)
    };
    if !videos.videos.values().any(is_normal) {
        let known: Vec<String> = videos.videos.keys().map(|id| id.name().to_owned()).collect();
        for video in FeatureSet::open(features)?.videos() {
            let name = bare(&video.id);
            if name.starts_with("Normal") && !known.iter().any(|k| k == name) {
                let (split, label) = (Some("train".to_owned()), Some(false));
                let entry = ManifestEntry { split, label, ..ManifestEntry::default() };
                videos.videos.insert(VideoId::new(name)?, entry);
            }
        }
    }
    let truth = Truth::read(lists.join("Temporal_Anomaly_Annotation.txt"), TruthFormat::Ucf)?;
    Ok(Split { name: "UCF-Crime", videos, truth })
}
