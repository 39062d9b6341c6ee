//! GCL's rows of Table 1 on ShanghaiTech, and the ablations, beside the paper's numbers:
//!
//!     cargo run --release --example shanghaitech -- --features FEATURES --annotations LISTS
//!     cargo run --release --example shanghaitech -- --stand-in
//!
//! Split and protocol are those of Zhong et al. (CVPR 2019): 175 normal and 63 anomalous training videos,
//! 155 and 44 test videos, 142,060 test frames of which 7,962 are abnormal, frame-level AUC over all of
//! them pooled. Numbers on the original split (330 training, 107 test videos) are not comparable.

#[path = "../common/mod.rs"]
mod common;

use clap::Parser;
use common::lists::Split;
use common::stand_in::{self, Size};
use common::{Args, Result, end, required, run};
use gcl::data::lists::read_zhong;
use gcl::data::{Truth, TruthFormat};
use gcl_bench::anchors::PaperData;

const WHAT_TO_FETCH: &str = "\
ShanghaiTech Campus is needed, or --stand-in to see the way without it.

  videos       https://svip-lab.github.io/dataset/campus_dataset.html
  annotations  SH_Train.txt and SH_Test.txt, the split of Zhong et al., as in
               https://github.com/tianyu0207/RTFM (list/), and a folder `masks-weak` or `masks` with a
               0/1 .npy a test video, one value a frame, as in https://github.com/benedictstar/Joint-VAD.
               Put them into one folder: --annotations DIR
  features     one .npy a video, [T, 2048] or [T, 10, 2048], named as the videos (01_0014.npy). The
               paper's are of ResNeXt-101 (Kinetics) on 16-frame segments: weights and code of Hara et
               al., https://github.com/kenshohara/video-classification-3d-cnn-pytorch. I3D features
               that others share (such as RTFM's) work too, and give other numbers. --features DIR";

/// Normal and anomalous videos for training and test.
const OFFICIAL: [(usize, usize); 2] = [(175, 63), (155, 44)];

fn main() -> std::process::ExitCode {
    end(benchmark(&Args::parse()))
}

fn benchmark(args: &Args) -> Result<()> {
    let (folder, split) = if args.stand_in {
        let [train, test] = OFFICIAL;
        let folder = args.out.join("features");
        let size = Size { train, test, segments: 45 };
        let scale = (args.scale * 4.0).min(1.0); // a small set is not made much smaller
        let split = stand_in::write(&folder, "ShanghaiTech-stand-in", &size, scale, args.dim)?;
        (folder, split)
    } else {
        let Some(folder) = args.features.clone() else { return Err(WHAT_TO_FETCH.into()) };
        let split = official(args)?;
        split.check(OFFICIAL);
        (folder, split)
    };
    run(args, &split.open(&folder, &args.lists)?, PaperData::ShanghaiTech)
}

/// The official split.
fn official(args: &Args) -> Result<Split> {
    let lists = required(&args.annotations, "annotations")?;
    let masks = ["masks-weak", "masks"].map(|folder| lists.join(folder));
    let masks = masks
        .iter()
        .find(|folder| folder.is_dir())
        .ok_or_else(|| format!("{}: no folder `masks-weak` or `masks` in it", lists.display()))?;
    Ok(Split {
        name: "ShanghaiTech",
        videos: read_zhong(&lists.join("SH_Train.txt"), &lists.join("SH_Test.txt"))?,
        truth: Truth::read(masks, TruthFormat::Masks)?,
    })
}
