//! From a choice of models to the configuration of a pair.

use gcl_data::poses::Points;
use gcl_data::tracks::BOX_POINTS;
use gcl_data::{FeatureSet, PackedCubes};
use gcl_train::interleave::{
    Choice, InterleavePreset, OneClassKind, PairConfig, PairMethod, WeakKind,
};

use super::data::PairData;
use crate::error::{Error, Result};

/// Frames, and pixels of a side, of cubes where there is no file to say so.
const CUBE: (usize, usize) = (9, 64);

/// Which models to train, and with which settings.
#[derive(Clone, Debug, PartialEq)]
pub struct PairChoice {
    /// Both models interleaved, or one of them alone.
    pub method: PairMethod,
    /// The one-class model.
    pub one_class: OneClassKind,
    /// The weakly-supervised model.
    pub weak: WeakKind,
    /// Where settings come from.
    pub preset: InterleavePreset,
    /// Every random decision follows from this number.
    pub seed: u64,
    /// Changes, as `interleave.loops.most=3`.
    pub settings: Vec<String>,
}

impl PairChoice {
    /// The configuration for this data, whose features are opened already.
    ///
    /// # Errors
    /// If a setting is wrong, or the file of cubes cannot be read.
    pub fn config(&self, data: &PairData, features: &FeatureSet) -> Result<PairConfig> {
        let objects = &data.objects;
        if !features.has_features()
            && (self.method != PairMethod::OneClass || self.one_class == OneClassKind::Ae)
        {
            let text = "features are missing: only a one-class model of poses, boxes or cubes trains without \
                        them, alone";
            return Err(Error::Setting(text.to_owned()));
        }
        let of_boxes = features.identity().is_some_and(|identity| identity.name == "box-tracks");
        let boxes = objects.tracks.is_some() || objects.poses.is_none() && of_boxes;
        let cube = match &objects.cubes {
            Some(path) if self.one_class == OneClassKind::Jigsaw => {
                let cubes = PackedCubes::open(path)?;
                let at = |i: usize| cubes.shape().get(i).copied().unwrap_or(0);
                (at(1), at(2))
            }
            _ => CUBE,
        };
        let choice = Choice {
            method: self.method,
            preset: self.preset,
            one_class: self.one_class,
            weak: self.weak,
            dim: features.dim(),
            points: if boxes { BOX_POINTS } else { Points { joints: 18, channels: 3 } },
            cube,
            seed: self.seed,
        };
        let mut settings = self.settings.clone();
        // Without a manifest there is no label to choose normal videos by.
        let given = settings.iter().any(|setting| setting.starts_with("supervision"));
        if self.method == PairMethod::OneClass && data.manifest.is_none() && !given {
            settings.push("supervision=none".to_owned());
        }
        Ok(PairConfig::new(choice).with(&settings)?)
    }
}
