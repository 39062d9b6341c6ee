//! The generator's targets for samples that the discriminator labels anomalous: the pseudo-targets of
//! negative learning ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962), §3.2.5, §4.2).

use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};
use crate::rng::HostRng;

/// The pseudo-target of an anomalous sample. A normal sample's target is always itself.
///
/// ```
/// use gcl_core::target::NegativeTarget;
/// use gcl_core::{Device, Tensor, rng};
///
/// let features = Tensor::<2>::from_floats([[0.5, 0.5], [3.0, -3.0]], &Device::flex());
/// let ones = NegativeTarget::Ones { value: 1.0 };
/// let pseudo = ones.build(features, &[false, true], &mut rng::stream(1, "target", 0));
/// assert_eq!(pseudo.target.into_data().try_to_vec::<f32>()?, [0.5, 0.5, 1.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum NegativeTarget {
    /// The same number in every dimension; 1 is the paper's best.
    Ones {
        /// The number.
        #[serde(default = "one")]
        value: f32,
    },
    /// A normal sample of the same batch, drawn anew for each anomalous one. A batch without
    /// normal samples keeps its own features.
    Replace,
    /// The feature plus N(0, σ²) noise in every dimension (paper: σ = 1.5 and 6, feature units).
    Gaussian {
        /// The noise's standard deviation.
        sigma: f32,
    },
    /// No negative learning: anomalous samples are left out of the loss (the paper's "GCL w/o NL").
    Exclude {
        /// What the loss is divided by.
        #[serde(default)]
        divisor: ExcludeDivisor,
    },
}

fn one() -> f32 {
    1.0
}

crate::spelling::spelled_as_table!(NegativeTarget);

/// The divisor of a loss from which samples were left out. Unspecified in the paper; see
/// `docs/method.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExcludeDivisor {
    /// The number of samples left in.
    #[default]
    Kept,
    /// The batch size.
    Batch,
}

crate::spelled_by_serde!(ExcludeDivisor);

/// A batch's targets, and the weight of each sample in the loss.
#[derive(Clone, Debug)]
pub struct PseudoTarget {
    /// The targets t, `[batch, d]`.
    pub target: Tensor<2>,
    /// The weight of each sample, `[batch]`; `None` is 1 / batch for all.
    pub weight: Option<Tensor<1>>,
}

impl NegativeTarget {
    /// Refuses settings without sense.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a value that is not finite, or a sigma that is not at least 0.
    pub fn validate(&self) -> Result<()> {
        match *self {
            NegativeTarget::Ones { value } if !value.is_finite() => {
                Err(CoreError::setting("value", "a finite number", value))
            }
            NegativeTarget::Gaussian { sigma } if !(sigma.is_finite() && sigma >= 0.0) => {
                Err(CoreError::setting("sigma", "a finite number of at least 0", sigma))
            }
            _ => Ok(()),
        }
    }

    /// The targets for a batch with these pseudo-labels (Eq. 5: t = f where l_D = 0).
    ///
    /// # Shapes
    /// - features: `[batch, d]`
    /// - anomalous: one per sample
    ///
    /// `rng` is drawn from in sample order, only for anomalous samples.
    pub fn build(
        &self,
        features: Tensor<2>,
        anomalous: &[bool],
        rng: &mut HostRng,
    ) -> PseudoTarget {
        if !anomalous.contains(&true) {
            return PseudoTarget { target: features, weight: None };
        }
        let device = features.device();
        match *self {
            NegativeTarget::Ones { value } => {
                let mark: Vec<f32> = anomalous.iter().map(|&a| f32::from(u8::from(a))).collect();
                let mark =
                    Tensor::<2>::from_data(TensorData::new(mark, [anomalous.len(), 1]), &device);
                let keep = mark.clone().neg().add_scalar(1.0);
                PseudoTarget { target: features * keep + mark.mul_scalar(value), weight: None }
            }
            NegativeTarget::Replace => {
                let rows = replacement_rows(anomalous, rng);
                let rows = Tensor::<1, Int>::from_data(TensorData::from(rows.as_slice()), &device);
                PseudoTarget { target: features.select(0, rows), weight: None }
            }
            NegativeTarget::Gaussian { sigma } => {
                let [batch, d] = features.dims();
                let mut noise = vec![0.0f32; batch * d];
                for (row, _) in noise.chunks_exact_mut(d).zip(anomalous).filter(|(_, a)| **a) {
                    row.fill_with(|| rng.sample::<f32, _>(StandardNormal) * sigma);
                }
                let noise = Tensor::from_data(TensorData::new(noise, [batch, d]), &device);
                PseudoTarget { target: features + noise, weight: None }
            }
            NegativeTarget::Exclude { divisor } => {
                let weight = exclude_weights(anomalous, divisor);
                let weight = Tensor::from_data(TensorData::from(weight.as_slice()), &device);
                PseudoTarget { target: features, weight: Some(weight) }
            }
        }
    }
}

/// For each sample the row of the batch that is its target.
fn replacement_rows(anomalous: &[bool], rng: &mut HostRng) -> Vec<i64> {
    let normal: Vec<usize> = (0..anomalous.len()).filter(|&i| !anomalous[i]).collect();
    (0..anomalous.len())
        .map(|i| match anomalous[i] && !normal.is_empty() {
            true => normal[rng.random_range(0..normal.len())] as i64,
            false => i as i64,
        })
        .collect()
}

fn exclude_weights(anomalous: &[bool], divisor: ExcludeDivisor) -> Vec<f32> {
    let kept = anomalous.iter().filter(|&&a| !a).count();
    let share = match divisor {
        ExcludeDivisor::Kept => 1.0 / kept.max(1) as f32,
        ExcludeDivisor::Batch => 1.0 / anomalous.len() as f32,
    };
    anomalous.iter().map(|&a| if a { 0.0 } else { share }).collect()
}
