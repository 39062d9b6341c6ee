//! What the networks say about training segments: the distributions that ranks are taken in, and
//! how well G reconstructs.

use gcl_core::CooperativePair;

use crate::error::{Result, TrainError};
use crate::rank::RankScale;
use crate::samples::{Samples, tensor};

/// Segments scored at once.
const CHUNK: usize = 512;

/// Scores of training segments, in order.
#[derive(Default)]
pub(crate) struct TrainingScores {
    /// G's errors.
    pub errors: Vec<f32>,
    /// D's log-odds; none where D does not train.
    pub logits: Option<Vec<f32>>,
}

impl TrainingScores {
    /// The scores of all segments.
    pub fn of_all(
        pair: &CooperativePair,
        with_discriminator: bool,
        samples: &Samples,
    ) -> Result<TrainingScores> {
        let mut scores = TrainingScores::new(with_discriminator);
        samples.for_each_block(|rows| scores.add(pair, rows, samples.dim()))?;
        Ok(scores)
    }

    /// The scores of scaled rows, row-major `[rows, d]`.
    pub fn of_rows(
        pair: &CooperativePair,
        with_discriminator: bool,
        rows: &[f32],
        dim: usize,
    ) -> Result<TrainingScores> {
        let mut scores = TrainingScores::new(with_discriminator);
        scores.add(pair, rows, dim)?;
        Ok(scores)
    }

    fn new(with_discriminator: bool) -> TrainingScores {
        let logits = with_discriminator.then(Vec::new);
        TrainingScores { errors: Vec::new(), logits }
    }

    fn add(&mut self, pair: &CooperativePair, rows: &[f32], dim: usize) -> Result<()> {
        let core = || TrainError::core("scoring the training segments");
        for chunk in rows.chunks(CHUNK * dim) {
            let batch = tensor(chunk.to_vec(), dim, pair.device());
            self.errors.extend(pair.errors(batch.clone()).map_err(core())?);
            if let Some(logits) = &mut self.logits {
                logits.extend(pair.logits(batch).map_err(core())?);
            }
        }
        Ok(())
    }

    /// The distributions of G's errors and D's log-odds.
    pub fn into_ranks(self) -> Result<(RankScale, Option<RankScale>)> {
        Ok((RankScale::new(self.errors)?, self.logits.map(RankScale::new).transpose()?))
    }
}

/// 1 − (G's squared error / the data's variance) over all training segments.
///
/// # Errors
/// If a file cannot be read, or a reconstruction is not finite.
pub fn generator_r2(pair: &CooperativePair, samples: &Samples) -> Result<f64> {
    r2(pair, samples.dim(), |take| samples.for_each_block(take))
}

/// The same over scaled rows, row-major `[rows, d]`.
pub(crate) fn r2_of_rows(pair: &CooperativePair, rows: &[f32], dim: usize) -> Result<f64> {
    r2(pair, dim, |take| take(rows))
}

fn r2(
    pair: &CooperativePair,
    dim: usize,
    pass: impl Fn(&mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()>,
) -> Result<f64> {
    let (mut mean, mut count) = (vec![0.0f64; dim], 0.0);
    pass(&mut |rows| {
        for row in rows.chunks_exact(dim) {
            mean.iter_mut().zip(row).for_each(|(m, &x)| *m += f64::from(x));
            count += 1.0;
        }
        Ok(())
    })?;
    mean.iter_mut().for_each(|m| *m /= count);
    let (mut error, mut variance) = (0.0, 0.0);
    pass(&mut |rows| {
        for chunk in rows.chunks(CHUNK * dim) {
            let answer = pair.reconstruct(tensor(chunk.to_vec(), dim, pair.device()));
            let answer = answer.into_data().convert::<f32>().try_to_vec::<f32>().map_err(|e| {
                let problem = format!("the generator's reconstruction is unreadable: {e:?}");
                TrainError::Mismatch(problem)
            })?;
            for (row, answer) in chunk.chunks_exact(dim).zip(answer.chunks_exact(dim)) {
                for ((&x, &y), mean) in row.iter().zip(answer).zip(&mean) {
                    error += (f64::from(x) - f64::from(y)).powi(2);
                    variance += (f64::from(x) - mean).powi(2);
                }
            }
        }
        Ok(())
    })?;
    Ok(if variance > 0.0 { 1.0 - error / variance } else { 1.0 })
}
