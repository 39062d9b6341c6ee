//! What a finished run should tell a user who has no labels to notice it by.

use gcl_core::{CooperativePair, Device};

use crate::config::Loop;
use crate::error::{Result, TrainError};
use crate::events::EpochReport;
use crate::samples::Samples;

/// Rows scored at once.
const CHUNK: usize = 1024;

/// The share of segments labelled by D above which a run is suspect.
const LABELLED_LIMIT: f64 = 0.25;

/// G's R² below which a run is suspect.
const R2_LIMIT: f64 = -0.5;

/// 1 − (G's squared error / the data's variance) over all training segments.
///
/// # Errors
/// If a reconstruction is not finite.
pub fn generator_r2(pair: &CooperativePair, samples: &Samples) -> Result<f64> {
    let (d, features) = (samples.dim(), samples.features());
    let mut mean = vec![0.0f64; d];
    for row in features.chunks_exact(d) {
        mean.iter_mut().zip(row).for_each(|(m, &x)| *m += f64::from(x));
    }
    mean.iter_mut().for_each(|m| *m /= samples.len() as f64);
    let (mut error, mut variance) = (0.0, 0.0);
    for chunk in features.chunks(CHUNK * d) {
        let device: &Device = pair.device();
        let data = burn::tensor::TensorData::new(chunk.to_vec(), [chunk.len() / d, d]);
        let reconstruction = pair.reconstruct(gcl_core::Tensor::from_data(data, device));
        let values = reconstruction.into_data().convert::<f32>();
        let values = values.try_to_vec::<f32>().map_err(|e| {
            TrainError::Mismatch(format!("the generator's reconstruction is unreadable: {e:?}"))
        })?;
        for (i, (&x, &y)) in chunk.iter().zip(&values).enumerate() {
            error += (f64::from(x) - f64::from(y)).powi(2);
            variance += (f64::from(x) - mean[i % d]).powi(2);
        }
    }
    Ok(if variance > 0.0 { 1.0 - error / variance } else { 1.0 })
}

/// The warnings that a run's last epoch and R² call for.
pub fn warnings(kind: Loop, last: Option<&EpochReport>, r2: f64) -> Vec<String> {
    let mut warnings = Vec::new();
    if let (Loop::Cooperate, Some(share)) = (kind, last.and_then(|e| e.labelled_by_discriminator))
        && share > LABELLED_LIMIT
    {
        warnings.push(format!(
            "the discriminator calls {:.0} % of the segments anomalous; anomalies are rarely that \
             common, so the networks may have collapsed. Compare with a plain detector (--method \
             knn), or use --preset any",
            100.0 * share
        ));
    }
    if r2 < R2_LIMIT {
        warnings.push(format!(
            "the generator reconstructs the training segments far worse than their mean would (R² \
             {r2:.2}), so the networks may have collapsed. Compare with a plain detector (--method \
             knn), or use --preset any"
        ));
    }
    warnings
}
