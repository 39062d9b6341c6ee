//! STG-NF's weights under the names and shapes of the published checkpoints.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

use super::StgNf;
use super::flow::{Flow, FlowStep, replace};
use crate::cooperative::to_host;
use crate::error::{CoreError, Result};
use crate::norm::BatchNorm;

/// Tensors by name: shape, and values in row-major order.
pub type NamedTensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// One tensor of a checkpoint: where it stands here, and its shape there.
type Slot<'a> = (String, Vec<usize>, &'a mut Param<Tensor<1>>);

fn norm_slots<'a>(prefix: &str, norm: &'a mut BatchNorm) -> Vec<Slot<'a>> {
    let slot = |name: &str, p| (format!("{prefix}.{name}"), vec![2], p);
    vec![
        slot("weight", &mut norm.gamma),
        slot("bias", &mut norm.beta),
        slot("running_mean", &mut norm.mean),
        slot("running_var", &mut norm.variance),
    ]
}

fn step_slots<'a>(prefix: &str, step: &'a mut FlowStep, kernel: usize) -> Vec<Slot<'a>> {
    let block = &mut step.block;
    let wide = block.gcn_weight.shape().num_elements();
    let mut slots: Vec<Slot<'a>> = Vec::new();
    let mut add = |name: &str, shape: &[usize], parameter| {
        slots.push((format!("{prefix}.{name}"), shape.to_vec(), parameter));
    };
    add("actnorm.bias", &[1, 2, 1, 1], &mut step.bias);
    add("actnorm.logs", &[1, 2, 1, 1], &mut step.logs);
    add("block.0.gcn.conv.weight", &[wide, 1, 1, 1], &mut block.gcn_weight);
    add("block.0.gcn.conv.bias", &[wide], &mut block.gcn_bias);
    add("block.0.tcn.2.weight", &[2, 2, kernel, 1], &mut block.tcn_weight);
    add("block.0.tcn.2.bias", &[2], &mut block.tcn_bias);
    if let Some(way) = &mut block.residual {
        add("block.0.residual.0.weight", &[2, 1, 1, 1], &mut way.weight);
        add("block.0.residual.0.bias", &[2], &mut way.bias);
        slots.extend(norm_slots(&format!("{prefix}.block.0.residual.1"), &mut way.norm));
    }
    slots.extend(norm_slots(&format!("{prefix}.block.0.tcn.0"), &mut block.norm_in));
    slots.extend(norm_slots(&format!("{prefix}.block.0.tcn.3"), &mut block.norm_out));
    slots
}

/// Every tensor of a flow.
pub(super) fn slots(flow: &mut Flow, kernel: usize) -> Vec<Slot<'_>> {
    let steps = flow.steps.iter_mut().enumerate();
    steps.flat_map(|(i, step)| step_slots(&format!("flow.layers.{i}"), step, kernel)).collect()
}

impl StgNf {
    /// The weights under their published names, priors included.
    ///
    /// Left out are the `num_batches_tracked` counters, which nothing reads.
    ///
    /// # Errors
    /// If the weights cannot be read from the device, or are not finite.
    pub fn to_published(&self) -> Result<NamedTensors> {
        let mut flow = self.learner.module().clone();
        let mut tensors = NamedTensors::new();
        for (name, shape, parameter) in slots(&mut flow, self.config.kernel) {
            let values = to_host(&name, parameter.val().inner())?;
            tensors.insert(name, (shape, values));
        }
        let (half, r) =
            (2 * self.config.frames * self.config.skeleton.joints, self.config.prior_mean);
        let shape =
            |lead: &[usize]| [lead, &[4, self.config.frames, self.config.skeleton.joints]].concat();
        let prior = |mean: f32| [vec![mean; half], vec![0.0; half]].concat();
        tensors.insert("prior_h".to_owned(), (shape(&[1]), prior(0.0)));
        tensors.insert("prior_h_normal".to_owned(), (shape(&[]), prior(r)));
        tensors.insert("prior_h_abnormal".to_owned(), (shape(&[]), prior(-r)));
        Ok(tensors)
    }

    /// Takes weights with published names, and the prior's mean with them; the optimizer starts
    /// afresh. Names that the model does not know are ignored (`num_batches_tracked`).
    ///
    /// # Errors
    /// [`CoreError::State`] naming what is missing, [`CoreError::Shape`] for another shape,
    /// [`CoreError::NotFinite`] for a value that is not finite; the model is then as before.
    pub fn load_published(&mut self, tensors: &NamedTensors) -> Result<()> {
        let mut flow = self.learner.module().clone();
        for (name, expected, parameter) in slots(&mut flow, self.config.kernel) {
            let (shape, values) = tensors
                .get(&name)
                .ok_or_else(|| CoreError::State(format!("tensor `{name}` is missing")))?;
            let count = expected.iter().product::<usize>();
            if *shape != expected || values.len() != count {
                let (expected, found) = (format!("{expected:?}"), format!("{shape:?}"));
                return Err(CoreError::shape(format!("tensor `{name}`"), expected, found));
            }
            crate::error::ensure_finite(&name, values)?;
            let statistic = name.ends_with(".running_mean") || name.ends_with(".running_var");
            let values = TensorData::from(values.as_slice());
            let value = Tensor::<1>::from_data(values, &self.device).autodiff();
            *parameter = match statistic {
                true => parameter.clone().map(|_| value),
                false => replace(parameter.clone(), value),
            };
        }
        if tensors
            .keys()
            .any(|name| name.starts_with(&format!("flow.layers.{}.", flow.steps.len())))
        {
            let expected = flow.steps.len();
            return Err(CoreError::shape("steps of the flow", expected, "more"));
        }
        if let Some((_, prior)) = tensors.get("prior_h_normal") {
            let found = prior.first().copied().unwrap_or(f32::NAN);
            if found != self.config.prior_mean {
                return Err(CoreError::setting(
                    "prior_mean",
                    format!("the checkpoint's {found}"),
                    self.config.prior_mean,
                ));
            }
        }
        self.learner.set_module(flow);
        self.learner.reset_optimizer()?;
        self.initialised = true;
        Ok(())
    }
}
