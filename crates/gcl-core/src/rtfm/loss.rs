//! RTFM's losses ([Tian et al., ICCV 2021](https://arxiv.org/abs/2101.10030), §3.3), as its code and
//! Joint-VAD's compute them.

use burn::tensor::{Int, Tensor, TensorData, activation};
use serde::{Deserialize, Serialize};

/// Keeps a norm's gradient defined at 0.
const NORM_FLOOR: f32 = 1e-12;
/// Keeps a logarithm finite.
const LOG_FLOOR: f32 = 1e-12;

/// How features of positive bags are driven away from those of negative bags. `a` and `n` are the
/// norms of the mean of the chosen features of a pair of bags, m the margin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureTerm {
    /// mean (|m − a| + n)²: RTFM's code.
    #[default]
    Squared,
    /// The same plus mean n²: Joint-VAD's code.
    SquaredAndNegative,
    /// mean max(0, m − d⁺ + d⁻), where d is the mean of the chosen features' norms: the paper.
    Hinge,
}

crate::spelled_by_serde!(FeatureTerm);

/// The weights of the loss. Defaults: RTFM's code.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RtfmLoss {
    /// The form of the feature term.
    pub feature_term: FeatureTerm,
    /// The weight of the feature term.
    pub alpha: f32,
    /// The margin m.
    pub margin: f32,
    /// The weight of the squared differences of neighbouring scores of positive bags.
    pub smoothness: f32,
    /// The weight of the norm of the scores of positive bags.
    pub sparsity: f32,
    /// Whether smoothness and sparsity look at each bag alone (differences within bags; mean of
    /// the bags' norms). The codes take all bags of a batch as one sequence.
    pub per_bag: bool,
}

impl Default for RtfmLoss {
    fn default() -> Self {
        RtfmLoss {
            feature_term: FeatureTerm::Squared,
            alpha: 1e-4,
            margin: 100.0,
            smoothness: 8e-4,
            sparsity: 8e-3,
            per_bag: false,
        }
    }
}

/// One kind of bags, after the network.
pub(crate) struct Bags {
    /// `[bags, crops, t, d]`
    pub(crate) features: Tensor<4>,
    /// The mean of the crops' scores, `[bags, t]`.
    pub(crate) scores: Tensor<2>,
    /// 1/k at the k chosen snippets of a bag, else 0, `[bags, t]`.
    pub(crate) chosen: Tensor<2>,
}

impl Bags {
    /// The norm of the mean of the chosen features, `[bags, crops]`.
    fn norm_of_mean(&self) -> Tensor<2> {
        let [bags, crops, t, d] = self.features.dims();
        let chosen = self.chosen.clone().reshape([bags, 1, 1, t]).expand([bags, crops, 1, t]);
        let mean = chosen.reshape([bags * crops, 1, t]);
        let mean = mean.matmul(self.features.clone().reshape([bags * crops, t, d]));
        norm(mean.reshape([bags, crops, d]))
    }

    /// The mean of the chosen features' norms, `[bags, crops]`.
    fn mean_of_norms(&self) -> Tensor<2> {
        let [bags, crops, t, _] = self.features.dims();
        let norms = magnitudes(self.features.clone()).reshape([bags, crops, t]);
        (norms * self.chosen.clone().reshape([bags, 1, t])).sum_dim(2).squeeze_dim(2)
    }

    /// The mean score of the chosen snippets, `[bags]`.
    fn score(&self) -> Tensor<1> {
        (self.scores.clone() * self.chosen.clone()).sum_dim(1).squeeze_dim(1)
    }
}

/// The L2 norm over the last dimension.
fn norm(x: Tensor<3>) -> Tensor<2> {
    x.square().sum_dim(2).squeeze_dim::<2>(2).add_scalar(NORM_FLOOR).sqrt()
}

/// The norm of every snippet's features: `[bags, crops, t, d]` → `[bags · crops, t]`.
pub(crate) fn magnitudes(features: Tensor<4>) -> Tensor<2> {
    let [bags, crops, t, d] = features.dims();
    norm(features.reshape([bags * crops, t, d]))
}

impl RtfmLoss {
    /// The loss of positive and negative bags, `[1]`.
    pub(crate) fn compute(&self, positive: &Bags, negative: &Bags) -> Tensor<1> {
        let (p, n) = (positive.score(), negative.score());
        let bags = (p.dims()[0] + n.dims()[0]) as f32;
        let log = |x: Tensor<1>| x.clamp_min(LOG_FLOOR).log();
        let cross = log(p).sum() + log(n.neg().add_scalar(1.0)).sum();
        let feature = self.feature(positive, negative).mul_scalar(self.alpha);
        let scores = positive.scores.clone();
        cross.neg().div_scalar(bags)
            + feature
            + self.smooth(scores.clone()).mul_scalar(self.smoothness)
            + self.sparse(scores).mul_scalar(self.sparsity)
    }

    fn feature(&self, positive: &Bags, negative: &Bags) -> Tensor<1> {
        let by = |bags: &Bags| match self.feature_term {
            FeatureTerm::Hinge => bags.mean_of_norms(),
            _ => bags.norm_of_mean(),
        };
        let (own, (a, n)) = (by(negative), paired(by(positive), by(negative)));
        match self.feature_term {
            FeatureTerm::Hinge => activation::relu((n - a).add_scalar(self.margin)).mean(),
            term => {
                let distance = a.neg().add_scalar(self.margin).abs();
                let squared = (distance + n).square().mean();
                match term {
                    FeatureTerm::SquaredAndNegative => squared + own.square().mean(),
                    _ => squared,
                }
            }
        }
    }

    fn smooth(&self, scores: Tensor<2>) -> Tensor<1> {
        let [bags, t] = scores.dims();
        let scores = if self.per_bag { scores } else { scores.reshape([1, bags * t]) };
        let length = scores.dims()[1];
        match length {
            0 | 1 => Tensor::zeros([1], &scores.device()),
            _ => {
                let next = scores.clone().narrow(1, 1, length - 1);
                (next - scores.narrow(1, 0, length - 1)).square().sum()
            }
        }
    }

    fn sparse(&self, scores: Tensor<2>) -> Tensor<1> {
        let [bags, t] = scores.dims();
        let rows = if self.per_bag { bags } else { 1 };
        norm(scores.reshape([1, rows, bags * t / rows])).mean()
    }
}

/// Bag i with bag i. Where there are fewer of one kind they are used again from the first.
pub(crate) fn paired(a: Tensor<2>, n: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let (rows_a, rows_n) = (a.dims()[0], n.dims()[0]);
    let repeat = |x: Tensor<2>, have: usize, want: usize| match have < want {
        false => x,
        true => {
            let rows: Vec<i32> = (0..want).map(|i| (i % have) as i32).collect();
            let rows = Tensor::<1, Int>::from_data(TensorData::from(rows.as_slice()), &x.device());
            x.select(0, rows)
        }
    };
    (repeat(a, rows_a, rows_n), repeat(n, rows_n, rows_a))
}
