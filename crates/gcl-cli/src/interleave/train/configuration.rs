//! From the command's options to the configuration of a pair.

use gcl_data::poses::Points;
use gcl_data::tracks::BOX_POINTS;
use gcl_data::{FeatureSet, PackedCubes};
use gcl_train::interleave::{
    Choice, InterleavePreset, OneClassKind, PairConfig, PairMethod, WeakKind,
};

use super::{Common, Occ, PairMethodName as Method, PairOnlyArgs, Ws};
use crate::error::Failure;

/// The configuration that the options mean for these features.
pub fn configuration(
    common: &Common,
    pair: &PairOnlyArgs,
    features: &FeatureSet,
) -> Result<PairConfig, Failure> {
    let method = match common.method {
        Method::Interleave => PairMethod::Interleave,
        Method::StgNf | Method::Jigsaw | Method::OneClass => PairMethod::OneClass,
        Method::Rtfm | Method::Sultani => PairMethod::Weak,
    };
    let one_class = match (common.method, pair.occ) {
        (Method::StgNf, _) | (Method::Interleave | Method::OneClass, Occ::StgNf) => {
            OneClassKind::StgNf
        }
        (Method::Jigsaw, _) | (Method::Interleave | Method::OneClass, Occ::Jigsaw) => {
            OneClassKind::Jigsaw
        }
        _ => OneClassKind::Ae,
    };
    let weak = match (common.method, pair.ws) {
        (Method::Sultani, _) | (Method::Interleave, Ws::Sultani) => WeakKind::Sultani,
        _ => WeakKind::Rtfm,
    };
    let files = &pair.files;
    let boxes = files.tracks.is_some() || files.poses.is_none() && is_boxes(features);
    let cube = match (&files.cubes, one_class) {
        (Some(path), OneClassKind::Jigsaw) => {
            let cubes = PackedCubes::open(path).map_err(Failure::data)?;
            let at = |i: usize| cubes.shape().get(i).copied().unwrap_or(0);
            (at(1), at(2))
        }
        _ => (9, 64),
    };
    let preset = match common.preset.as_str() {
        "paper" => InterleavePreset::Paper,
        "any" => {
            let text = "--preset any is for training on features alone; a pair has paper and \
                        joint-vad-code";
            return Err(Failure::Usage(text.to_owned()));
        }
        _ => InterleavePreset::JointVadCode,
    };
    let points = if boxes { BOX_POINTS } else { Points { joints: 18, channels: 3 } };
    let (dim, seed) = (features.dim(), common.seed);
    let choice = Choice { method, preset, one_class, weak, dim, points, cube, seed };
    Ok(PairConfig::new(choice).with(&common.set)?)
}

/// Whether the features were made of box tracks.
fn is_boxes(features: &FeatureSet) -> bool {
    features.identity().is_some_and(|identity| identity.name == "box-tracks")
}
