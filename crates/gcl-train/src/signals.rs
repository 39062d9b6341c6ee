//! Signals of a run's health that need no labels, taken now and then on a few training segments.
//!
//! A pair of networks can collapse without its losses showing it, and the two networks then agree
//! with each other. What they do not agree with are baseline detectors, fitted on the same segments.

use gcl_core::detector::{Detector, Mahalanobis, NearestNeighbours};
use gcl_core::{CooperativePair, Device};
use serde::{Deserialize, Serialize};

use crate::agreement::{correlation, ranks};
use crate::config::{RunConfig, ScoreSource, Training};
use crate::error::{Doing, Result};
use crate::events::EpochReport;
use crate::model::mean_ranks;
use crate::rank::RankScale;
use crate::samples::Samples;
use crate::training_scores::{Networks, TrainingScores};

/// At most this many segments are looked at.
const SEGMENTS: usize = 4096;

/// Agreement over fewer segments than these says nothing.
const FEWEST: usize = 16;

/// A look costs about as much as training on a quarter of its segments; so many times its segments
/// train between two looks, for a twentieth of the time at most.
const SPACING: usize = 5;

/// What a look at the networks found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// Spearman's rank correlation of G's errors with the mean rank of the baseline detectors; absent where
    /// G does not train.
    pub generator: Option<f64>,
    /// The same of D's log-odds; absent where D does not train.
    pub discriminator: Option<f64>,
    /// The same of the score that the run's model gives.
    pub score: Option<f64>,
    /// Spearman's rank correlation of D's log-odds with G's errors. For interest only: collapsed
    /// pairs agree.
    pub between: Option<f64>,
    /// 1 − (G's squared error / the segments' variance); absent where G does not train.
    #[serde(default)]
    pub generator_r2: Option<f64>,
}

/// The segments that are looked at, and what baseline detectors say about them.
pub(crate) struct Probe {
    rows: Vec<f32>,
    dim: usize,
    /// The mean rank of each segment over the detectors.
    plain: Vec<f64>,
    score: ScoreSource,
    training: Training,
}

/// A look: the signals, and the distributions of both networks' scores on the segments.
pub(crate) struct Look {
    pub signals: Signals,
    pub generator: Option<RankScale>,
    pub discriminator: Option<RankScale>,
}

impl Probe {
    /// Draws the segments and asks the detectors, once; `None` for very few segments.
    pub fn new(config: &RunConfig, samples: &Samples, device: &Device) -> Result<Option<Probe>> {
        if samples.len() < FEWEST {
            return Ok(None);
        }
        let dim = samples.dim();
        let rows = samples.subsample(SEGMENTS, config.seed, "signals")?;
        let mut plain = vec![0.0; rows.len() / dim];
        let doing = "fitting the baseline detectors to compare with";
        for mut detector in plain_detectors(device).doing(doing)? {
            detector.fit(&rows, dim).doing(doing)?;
            let scores = detector.score(&rows).doing(doing)?;
            plain.iter_mut().zip(ranks(&scores)).for_each(|(sum, rank)| *sum += rank);
        }
        let (score, training) = (config.score, config.training);
        Ok(Some(Probe { rows, dim, plain, score, training }))
    }

    /// Whether the networks are looked at after this epoch of a phase of so many steps and segments:
    /// after the phase's last one always, else where enough segments were trained on since the last
    /// look. It follows from the position alone, so a resumed run looks at the same places.
    pub fn is_due(&self, epoch: &EpochReport, steps: u64, segments: usize) -> bool {
        let (batches, size) = self.training.batches(segments);
        // A whole epoch of few segments can be less than one batch.
        let size = size.min(segments).max(1);
        let spacing = (SPACING * self.rows.len() / self.dim).div_ceil(size).max(1) as u64;
        let before = epoch.epoch.saturating_sub(1).saturating_mul(batches as u64);
        epoch.step >= steps || epoch.step / spacing > before / spacing
    }

    /// Looks at the networks.
    pub fn look(&self, pair: &CooperativePair, networks: Networks) -> Result<Look> {
        let scores = TrainingScores::of_rows(pair, networks, &self.rows, self.dim)?;
        let agreement = |scores: &[f64]| correlation(scores, &self.plain);
        let scale = |scores: &Option<Vec<f32>>| scores.clone().map(RankScale::new).transpose();
        let (generator, discriminator) = (scale(&scores.errors)?, scale(&scores.logits)?);
        let (errors, odds) =
            (scores.errors.as_deref().map(ranks), scores.logits.as_deref().map(ranks));
        let mut signals = Signals {
            generator: errors.as_deref().and_then(agreement),
            discriminator: odds.as_deref().and_then(agreement),
            generator_r2: scores.r2_of_rows(&self.rows),
            ..Signals::default()
        };
        if let (Some(errors), Some(odds)) = (errors, odds) {
            signals.between = correlation(&errors, &odds);
        }
        signals.score = match self.score {
            ScoreSource::Discriminator => signals.discriminator,
            ScoreSource::Generator | ScoreSource::Detector => signals.generator,
            ScoreSource::MeanRank => match (&generator, &discriminator, &scores) {
                (Some(g), Some(d), TrainingScores { errors: Some(e), logits: Some(l), .. }) => {
                    agreement(&ranks(&mean_ranks(g, d, e, l)))
                }
                _ => None,
            },
        };
        Ok(Look { signals, generator, discriminator })
    }
}

/// The detectors whose mean rank networks are compared with.
fn plain_detectors(device: &Device) -> gcl_core::Result<Vec<Box<dyn Detector>>> {
    let neighbours = NearestNeighbours::new(5, device)?;
    Ok(vec![Box::new(neighbours), Box::new(Mahalanobis::new(0.1)?)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{DataFacts, LastBatch, Method, Preset};

    #[test]
    fn looks_are_spaced_and_a_phase_ends_with_one() {
        let data = DataFacts { dim: 8, segments: 4096 };
        let training = RunConfig::new(Method::GclB, Preset::Paper, 0, data).training;
        let with = |segments: usize, batch, last_batch| Probe {
            rows: vec![0.0; segments],
            dim: 1,
            plain: Vec::new(),
            score: ScoreSource::Generator,
            training: Training { batch, last_batch, ..training },
        };
        let probe = |segments, batch| with(segments, batch, LastBatch::Even);
        let due = |probe: &Probe, segments: usize, steps: u64| -> Vec<u64> {
            let (batches, _) = probe.training.batches(segments);
            let epochs = (1..=steps.div_ceil(batches as u64)).map(|epoch| EpochReport {
                epoch,
                step: (epoch * batches as u64).min(steps),
                ..EpochReport::default()
            });
            epochs.filter(|e| probe.is_due(e, steps, segments)).map(|e| e.epoch).collect()
        };
        // UCF-Crime: every epoch of 96 steps.
        assert_eq!(due(&probe(4096, 8192), 779_951, 1440), (1..=15).collect::<Vec<_>>());
        // ShanghaiTech: epochs of 2 steps, a look at most every 4 steps.
        assert_eq!(due(&probe(4096, 8192), 10_986, 13), [2, 4, 6, 7]);
        // 400 segments in 2 batches of 200: every 10 steps.
        assert_eq!(due(&probe(400, 256), 400, 44), [5, 10, 15, 20, 22]);
        // The same with the last 144 sitting out: epochs of one step, a look every 8 of 256.
        let dropped = with(400, 256, LastBatch::Drop);
        assert_eq!(due(&dropped, 400, 44), [8, 16, 24, 32, 40, 44]);
        // Less than one batch: every 5 steps of all 400.
        let few = with(400, 8192, LastBatch::Drop);
        assert_eq!(due(&few, 400, 12), [5, 10, 12]);
    }
}
