//! The ranking loss ([Sultani et al., CVPR 2018](https://arxiv.org/abs/1801.04264), §3.2 and Eq. 6–7).

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};
use crate::rtfm::paired;

/// Which positive bag is ranked against which negative one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Each against each: a sum over positive bags, and a mean over negative ones.
    #[default]
    All,
    /// Bag i against bag i, and a mean over the pairs, as a re-implementation does.
    OneToOne,
}

crate::spelled_by_serde!(Pairing);

/// The weights of the loss. Defaults: the published code's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SultaniLoss {
    /// Which bags are ranked against each other.
    pub pairing: Pairing,
    /// The weight of the sum of all scores of positive bags.
    pub sparsity: f32,
    /// The weight of the squared differences of neighbouring scores of positive bags.
    pub smoothness: f32,
    /// The weight of the sum of all squared weights.
    pub penalty: f32,
}

impl Default for SultaniLoss {
    fn default() -> Self {
        let pairing = Pairing::All;
        SultaniLoss { pairing, sparsity: 8e-5, smoothness: 8e-5, penalty: 1e-3 }
    }
}

impl SultaniLoss {
    pub(super) fn check(&self) -> Result<()> {
        let weights = [self.sparsity, self.smoothness, self.penalty];
        match weights.into_iter().find(|w| !(*w >= 0.0 && w.is_finite())) {
            None => Ok(()),
            Some(weight) => Err(CoreError::setting("loss", "weights of 0 or more", weight)),
        }
    }

    /// The loss of scores `[bags, t]`, `[1]`.
    pub(super) fn compute(
        &self,
        positive: Tensor<2>,
        negative: Tensor<2>,
        squared_weights: Tensor<1>,
    ) -> Tensor<1> {
        let [_, t] = positive.dims();
        // The largest score of each bag, as a column.
        let (p, n) = (positive.clone().max_dim(1), negative.max_dim(1));
        let hinge = |p: Tensor<2>, n: Tensor<2>| activation::relu((n - p).add_scalar(1.0));
        let ranking = match self.pairing {
            Pairing::All => {
                let negatives = n.dims()[0] as f32;
                hinge(p, n.swap_dims(0, 1)).sum().div_scalar(negatives)
            }
            Pairing::OneToOne => {
                let (p, n) = paired(p, n);
                hinge(p, n).mean()
            }
        };
        let sparse = positive.clone().sum().mul_scalar(self.sparsity);
        let regular = ranking + sparse + squared_weights.mul_scalar(self.penalty);
        match t {
            0 | 1 => regular,
            _ => {
                let step = positive.clone().narrow(1, 1, t - 1) - positive.narrow(1, 0, t - 1);
                regular + step.square().sum().mul_scalar(self.smoothness)
            }
        }
    }
}
