//! What the networks say about training segments: the distributions that ranks are taken in, and
//! how well G reconstructs.

use gcl_core::CooperativePair;

use crate::config::Loop;
use crate::error::{Doing, Result, TrainError};
use crate::samples::{Samples, in_batches};

/// The networks that have something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Networks {
    pub generator: bool,
    pub discriminator: bool,
}

impl Networks {
    /// Those that a loop trains.
    pub fn of(kind: Loop) -> Networks {
        let (generator, discriminator) = (kind.trains_generator(), kind.trains_discriminator());
        Networks { generator, discriminator }
    }
}

/// Scores of training segments, in order.
pub(crate) struct TrainingScores {
    /// G's errors; none where G does not train.
    pub errors: Option<Vec<f32>>,
    /// D's log-odds; none where D does not train.
    pub logits: Option<Vec<f32>>,
    /// The sum of the segments, dimension by dimension.
    sum: Vec<f64>,
    /// The sum of G's squared errors, over segments and dimensions.
    squared_error: f64,
}

impl TrainingScores {
    /// The scores of all segments.
    pub fn of_all(
        pair: &CooperativePair,
        networks: Networks,
        samples: &Samples,
    ) -> Result<TrainingScores> {
        let mut scores = TrainingScores::new(networks, samples.dim());
        samples.for_each_block(|rows| scores.add(pair, rows))?;
        Ok(scores)
    }

    /// The scores of scaled rows, row-major `[rows, d]`.
    pub fn of_rows(
        pair: &CooperativePair,
        networks: Networks,
        rows: &[f32],
        dim: usize,
    ) -> Result<TrainingScores> {
        let mut scores = TrainingScores::new(networks, dim);
        scores.add(pair, rows)?;
        Ok(scores)
    }

    fn new(networks: Networks, dim: usize) -> TrainingScores {
        let (errors, logits) =
            (networks.generator.then(Vec::new), networks.discriminator.then(Vec::new));
        TrainingScores { errors, logits, sum: vec![0.0; dim], squared_error: 0.0 }
    }

    fn add(&mut self, pair: &CooperativePair, rows: &[f32]) -> Result<()> {
        let dim = self.sum.len();
        for (values, batch) in in_batches(rows, dim, pair.device()) {
            if let Some(logits) = &mut self.logits {
                logits.extend(pair.logits(batch.clone()).doing("scoring the training segments")?);
            }
            let Some(known) = &mut self.errors else { continue };
            let (answer, errors) =
                pair.reconstruct_with_errors(batch).doing("scoring the training segments")?;
            known.extend(errors);
            let answer = answer.into_data().convert::<f32>().try_to_vec::<f32>().map_err(|e| {
                let problem = format!("the generator's reconstruction is unreadable: {e}");
                TrainError::Mismatch(problem)
            })?;
            for row in values.chunks_exact(dim) {
                self.sum.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
            }
            for (&x, &y) in values.iter().zip(&answer) {
                self.squared_error += (f64::from(x) - f64::from(y)).powi(2);
            }
        }
        Ok(())
    }

    /// 1 − (G's squared error / the segments' variance), of the scores of all segments; none without G's.
    pub fn r2_of_all(&self, samples: &Samples) -> Result<Option<f64>> {
        let Some(mean) = self.mean() else { return Ok(None) };
        let mut variance = 0.0;
        samples.for_each_block(|rows| {
            add_variance(&mut variance, rows, &mean);
            Ok(())
        })?;
        Ok(Some(self.r2(variance)))
    }

    /// The same, of the scores of these rows.
    pub fn r2_of_rows(&self, rows: &[f32]) -> Option<f64> {
        let mut variance = 0.0;
        add_variance(&mut variance, rows, &self.mean()?);
        Some(self.r2(variance))
    }

    fn mean(&self) -> Option<Vec<f64>> {
        let count = self.errors.as_ref()?.len() as f64;
        Some(self.sum.iter().map(|sum| sum / count).collect())
    }

    fn r2(&self, variance: f64) -> f64 {
        if variance > 0.0 { 1.0 - self.squared_error / variance } else { 1.0 }
    }
}

fn add_variance(variance: &mut f64, rows: &[f32], mean: &[f64]) {
    for row in rows.chunks_exact(mean.len()) {
        for (&x, mean) in row.iter().zip(mean) {
            *variance += (f64::from(x) - mean).powi(2);
        }
    }
}

/// 1 − (G's squared error / the data's variance) over all training segments.
///
/// # Errors
/// If a file cannot be read, or a reconstruction is not finite.
pub fn generator_r2(pair: &CooperativePair, samples: &Samples) -> Result<f64> {
    let networks = Networks { generator: true, discriminator: false };
    let r2 = TrainingScores::of_all(pair, networks, samples)?.r2_of_all(samples)?;
    r2.ok_or_else(|| TrainError::Mismatch("the generator has no errors".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_core::{AutoencoderConfig, CooperativeConfig, Device, DiscriminatorConfig};
    use gcl_data::VideoId;

    use super::*;
    use crate::samples::{SampleVideo, tensor};

    #[test]
    fn r2_is_one_less_the_share_of_the_variance_that_is_left() {
        const D: usize = 6;
        let (g, d) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
        let device = Device::flex();
        let pair = CooperativePair::new(&g, &d, CooperativeConfig::default(), 3, &device).unwrap();
        // More than two blocks, the last one short.
        let rows: Vec<f32> = (0..2100 * D).map(|i| (i as f32 * 0.37).sin() + 2.0).collect();
        let id = VideoId::new("v").unwrap();
        let video = SampleVideo { id, segments: 0..2100, normal: None };
        let samples = Samples::new(rows.clone(), D, vec![video]).unwrap();

        let mut mean = [0.0; D];
        rows.iter().enumerate().for_each(|(i, &x)| mean[i % D] += f64::from(x));
        let (mut error, mut variance) = (0.0, 0.0);
        for chunk in rows.chunks(512 * D) {
            let answer = pair.reconstruct(tensor(chunk.to_vec(), D, &device)).into_data();
            let answer = answer.try_to_vec::<f32>().unwrap();
            for (i, (&x, y)) in chunk.iter().zip(answer).enumerate() {
                error += (f64::from(x) - f64::from(y)).powi(2);
                variance += (f64::from(x) - mean[i % D] / 2100.0).powi(2);
            }
        }
        let expected = 1.0 - error / variance;
        assert_eq!(generator_r2(&pair, &samples).unwrap(), expected);
        let networks = Networks { generator: true, discriminator: true };
        let scores = TrainingScores::of_rows(&pair, networks, &rows, D).unwrap();
        assert_eq!(scores.r2_of_rows(&rows), Some(expected));
        let networks = Networks { generator: false, discriminator: true };
        let scores = TrainingScores::of_rows(&pair, networks, &rows, D).unwrap();
        assert!(scores.errors.is_none() && scores.r2_of_rows(&rows).is_none());
        assert_eq!(scores.logits.map(|l| l.len()), Some(2100));
    }
}
