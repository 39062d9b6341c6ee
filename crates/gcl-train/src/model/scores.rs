//! What a model says about a video's segments.

use gcl_core::{CooperativePair, Scaler};

use crate::config::ScoreSource;
use crate::error::{Doing, Result, TrainError};
use crate::rank::RankScale;
use crate::samples::in_batches;

/// The scores of one video's segments, from every network that the model has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentScores {
    /// D's probabilities.
    pub discriminator: Option<Vec<f32>>,
    /// G's reconstruction errors.
    pub generator: Option<Vec<f32>>,
    /// The mean rank of both.
    pub mean_rank: Option<Vec<f32>>,
    /// A baseline detector's scores.
    pub detector: Option<Vec<f32>>,
}

impl SegmentScores {
    /// The scores of one source, if there are any.
    pub fn of(&self, source: ScoreSource) -> Option<&[f32]> {
        let scores = match source {
            ScoreSource::Discriminator => &self.discriminator,
            ScoreSource::Generator => &self.generator,
            ScoreSource::MeanRank => &self.mean_rank,
            ScoreSource::Detector => &self.detector,
        };
        scores.as_deref()
    }

    /// The scores of one source.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the sources that there are.
    pub fn get(self, source: ScoreSource) -> Result<Vec<f32>> {
        self.of(source).map(<[f32]>::to_vec).ok_or_else(|| {
            let present = ScoreSource::ALL.into_iter().filter(|source| self.of(*source).is_some());
            let names = present.map(ScoreSource::name).collect::<Vec<_>>().join(", ");
            TrainError::Config(format!("the model has no score `{source}`; it has {names}"))
        })
    }
}

/// Two networks that score: a model's, or those of a run in progress.
pub struct Scorer<'a> {
    pub(crate) pair: &'a CooperativePair,
    pub(crate) scaler: &'a Scaler,
    /// The distribution of G's errors on training segments; absent where G does not train.
    pub(crate) generator: Option<&'a RankScale>,
    /// The distribution of D's log-odds on training segments; absent where D does not train.
    pub(crate) discriminator: Option<&'a RankScale>,
}

gcl_core::brief_debug!(Scorer<'_>);

impl Scorer<'_> {
    /// Scores one video's segments, in order, from unscaled features, row-major `[segments, d]`.
    ///
    /// # Errors
    /// If the features are of another dimension, or a score is not finite.
    pub fn score(&self, features: &[f32]) -> Result<SegmentScores> {
        let mut features = features.to_vec();
        self.scaler.center_video(&mut features).doing("centring features")?;
        self.score_centred(features)
    }

    /// Scores rows that are centred, if they are to be.
    pub(super) fn score_centred(&self, mut rows: Vec<f32>) -> Result<SegmentScores> {
        self.scaler.apply(&mut rows).doing("scaling features")?;
        let (with_generator, with_discriminator) =
            (self.generator.is_some(), self.discriminator.is_some());
        let mut errors = Vec::new();
        let (mut probabilities, mut logits) = (Vec::new(), Vec::new());
        // Cut from each video's start, so a video's scores never depend on what else is scored.
        for (_, batch) in in_batches(&rows, self.scaler.dim(), self.pair.device()) {
            if with_generator {
                errors.extend(self.pair.errors(batch.clone()).doing("scoring")?);
            }
            if with_discriminator {
                let (probability, logit) = self.pair.judge(batch).doing("scoring")?;
                probabilities.extend(probability);
                logits.extend(logit);
            }
        }
        let mean_rank = match (self.generator, self.discriminator) {
            (Some(g), Some(d)) => Some(mean_ranks(g, d, &errors, &logits)),
            _ => None,
        };
        Ok(SegmentScores {
            discriminator: with_discriminator.then_some(probabilities),
            generator: with_generator.then_some(errors),
            mean_rank,
            detector: None,
        })
    }
}

/// The mean of both networks' ranks, each in its own distribution.
pub(crate) fn mean_ranks(g: &RankScale, d: &RankScale, errors: &[f32], logits: &[f32]) -> Vec<f32> {
    errors.iter().zip(logits).map(|(&e, &l)| 0.5 * (g.rank(e) + d.rank(l))).collect()
}
