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
    let (method, one_class, weak) = models(common.method, pair.occ, pair.ws);
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

/// What is trained, and with which models. A method that is one model alone names it; the model
/// that it leaves out still has settings in the configuration.
fn models(method: Method, occ: Occ, ws: Ws) -> (PairMethod, OneClassKind, WeakKind) {
    let (occ, ws) = (occ.kind(), ws.kind());
    match method {
        Method::Interleave => (PairMethod::Interleave, occ, ws),
        Method::OneClass => (PairMethod::OneClass, occ, WeakKind::Rtfm),
        Method::StgNf => (PairMethod::OneClass, OneClassKind::StgNf, WeakKind::Rtfm),
        Method::Jigsaw => (PairMethod::OneClass, OneClassKind::Jigsaw, WeakKind::Rtfm),
        Method::Rtfm => (PairMethod::Weak, OneClassKind::Ae, WeakKind::Rtfm),
        Method::Sultani => (PairMethod::Weak, OneClassKind::Ae, WeakKind::Sultani),
    }
}

impl Occ {
    /// The library's model. There is no other arm: a model without a line here does not compile.
    fn kind(self) -> OneClassKind {
        match self {
            Occ::Ae => OneClassKind::Ae,
            Occ::StgNf => OneClassKind::StgNf,
            Occ::Jigsaw => OneClassKind::Jigsaw,
        }
    }
}

impl Ws {
    /// The library's model.
    fn kind(self) -> WeakKind {
        match self {
            Ws::Rtfm => WeakKind::Rtfm,
            Ws::Sultani => WeakKind::Sultani,
        }
    }
}

/// Whether the features were made of box tracks.
fn is_boxes(features: &FeatureSet) -> bool {
    features.identity().is_some_and(|identity| identity.name == "box-tracks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_models_trains_those_models() {
        let pair = models(Method::Interleave, Occ::Jigsaw, Ws::Sultani);
        assert_eq!(pair, (PairMethod::Interleave, OneClassKind::Jigsaw, WeakKind::Sultani));
        // A method that names its model is not swayed by the options of pairs.
        let flow = models(Method::StgNf, Occ::Ae, Ws::Sultani);
        assert_eq!(flow, (PairMethod::OneClass, OneClassKind::StgNf, WeakKind::Rtfm));
        let alone = models(Method::OneClass, Occ::Ae, Ws::Sultani);
        assert_eq!(alone, (PairMethod::OneClass, OneClassKind::Ae, WeakKind::Rtfm));
        let weak = models(Method::Sultani, Occ::StgNf, Ws::Rtfm);
        assert_eq!(weak, (PairMethod::Weak, OneClassKind::Ae, WeakKind::Sultani));
    }
}
