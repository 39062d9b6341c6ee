//! Gradient clipping by the norm over all parameters of a module.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Scales all gradients by one factor so that their common L2 norm is at most `limit`, as
/// PyTorch's `clip_grad_norm_`; returns the norm before. (Burn clips each parameter by itself.)
pub(crate) fn clip_norm<M: Module>(
    module: &M,
    gradients: GradientsParams,
    limit: f32,
) -> (GradientsParams, f32) {
    let mut squares = Squares { gradients: &gradients, sum: 0.0 };
    module.visit(&mut squares);
    let norm = squares.sum.sqrt() as f32;
    let factor = limit / (norm + 1e-6);
    // Also leaves a norm alone that is not finite: the caller refuses it.
    if !(factor < 1.0 && norm.is_finite()) {
        return (gradients, norm);
    }
    let mut scale = Scale { gradients, factor };
    module.visit(&mut scale);
    (scale.gradients, norm)
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: f64,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sum += f64::from(gradient.square().sum().into_scalar::<f32>());
        }
    }
}

struct Scale {
    gradients: GradientsParams,
    factor: f32,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}
