//! Batch normalisation whose running statistics change only in an explicit update: burn's layer changes them in
//! every forward pass of training, also in that of a step that is then refused.

use burn::module::{Module, Param, ParamId};
use burn::tensor::module::{batch_norm, batch_norm_train};
use burn::tensor::{Device, Tensor};

/// Added to a variance.
pub(crate) const EPSILON: f64 = 1e-5;
/// The weight of a new batch in the running statistics.
const MOMENTUM: f32 = 0.1;

/// Scale, shift and running statistics of batch normalisation over dimension 1.
///
/// Semantics are PyTorch's: a batch is normalised by its biased variance, the running variance
/// follows the unbiased one. A forward pass changes nothing: the statistics of a batch come back, and
/// are followed once the training step is known to be sound.
#[derive(Module, Debug)]
pub(crate) struct BatchNorm {
    pub(crate) gamma: Param<Tensor<1>>,
    pub(crate) beta: Param<Tensor<1>>,
    pub(crate) mean: Param<Tensor<1>>,
    pub(crate) variance: Param<Tensor<1>>,
}

/// The statistics of one batch, `[channels]` each, without gradient.
#[derive(Clone, Debug)]
pub(crate) struct BatchStatistics {
    pub(crate) mean: Tensor<1>,
    /// Biased: over the number of values.
    pub(crate) variance: Tensor<1>,
    /// How many values of a channel they were taken from.
    pub(crate) count: usize,
}

impl BatchNorm {
    /// Normalisation of `channels` with scale `gamma`, shift 0, running mean 0 and variance 1.
    pub(crate) fn new(channels: usize, gamma: f32, device: &Device) -> BatchNorm {
        // Off the autodiff graph: statistics are no parameters.
        let inner = device.clone().inner();
        let fixed = |value: f32| {
            let values = Tensor::<1>::full([channels], value, &inner).autodiff();
            Param::initialized(ParamId::new(), values)
        };
        BatchNorm {
            gamma: Param::from_tensor(Tensor::full([channels], gamma, device)),
            beta: Param::from_tensor(Tensor::zeros([channels], device)),
            mean: fixed(0.0),
            variance: fixed(1.0),
        }
    }

    /// Normalises with the batch's own statistics, and returns them.
    ///
    /// `repeats` is how many times each value stands for itself in the batch (1 but where a
    /// dimension along which all values are equal was left out).
    pub(crate) fn train<const D: usize>(
        &self,
        x: Tensor<D>,
        repeats: usize,
    ) -> (Tensor<D>, BatchStatistics) {
        let count = x.shape().num_elements() / x.dims()[1].max(1) * repeats;
        let out = batch_norm_train(x, self.gamma.val(), self.beta.val(), EPSILON);
        let (mean, variance) = (out.mean.detach().inner(), out.variance.detach().inner());
        (out.output, BatchStatistics { mean, variance, count })
    }

    /// Normalises with the running statistics.
    pub(crate) fn infer<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        batch_norm(x, gamma, beta, self.mean.val(), self.variance.val(), EPSILON)
    }

    /// The same normalisation with running statistics that have followed a batch.
    pub(crate) fn follow(mut self, batch: BatchStatistics) -> BatchNorm {
        let unbiased = batch.count as f32 / (batch.count.max(2) - 1) as f32;
        self.mean = towards(self.mean, batch.mean);
        self.variance = towards(self.variance, batch.variance.mul_scalar(unbiased));
        self
    }

    /// The same normalisation as burn's layer, for reference networks.
    #[cfg(test)]
    pub(crate) fn layer(&self) -> burn::nn::BatchNorm {
        let gamma = self.gamma.val();
        let layer = burn::nn::BatchNormConfig::new(gamma.dims()[0]).with_epsilon(EPSILON);
        burn::nn::BatchNorm {
            gamma: Param::from_tensor(gamma.clone()),
            beta: Param::from_tensor(self.beta.val()),
            running_mean: burn::module::RunningState::new(self.mean.val()),
            running_var: burn::module::RunningState::new(self.variance.val()),
            ..layer.init(&gamma.device())
        }
    }
}

fn towards(running: Param<Tensor<1>>, batch: Tensor<1>) -> Param<Tensor<1>> {
    running.map(|old| {
        let old = old.inner();
        let new = old.mul_scalar(1.0 - MOMENTUM) + batch.mul_scalar(MOMENTUM);
        new.autodiff()
    })
}
