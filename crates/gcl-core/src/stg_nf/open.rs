//! A model from a published checkpoint: its size follows from the tensors' shapes.

use burn::tensor::Device;

use super::published::NamedTensors;
use super::{StgNf, StgNfConfig};
use crate::error::{CoreError, Result};

impl StgNfConfig {
    /// The settings that published weights of 18 joints were trained with, as far as their shapes
    /// and priors say.
    ///
    /// # Errors
    /// [`CoreError::State`] if a tensor that says so is missing or has another shape.
    pub fn of_published(tensors: &NamedTensors) -> Result<StgNfConfig> {
        let get = |name: &str| {
            let missing = || CoreError::State(format!("tensor `{name}` is missing"));
            tensors.get(name).ok_or_else(missing)
        };
        let shape = |name: &str| get(name).map(|(shape, _)| shape.as_slice());
        let odd = |name: &str, shape: &[usize]| {
            Err(CoreError::State(format!("tensor `{name}` has shape {shape:?}")))
        };
        let prior = "prior_h_normal";
        let &[4, frames, 18] = shape(prior)? else { return odd(prior, shape(prior)?) };
        let temporal = "flow.layers.0.block.0.tcn.2.weight";
        let &[2, 2, kernel, 1] = shape(temporal)? else { return odd(temporal, shape(temporal)?) };
        let step = |i: &usize| tensors.contains_key(&format!("flow.layers.{i}.actnorm.logs"));
        let config = StgNfConfig {
            steps: (0..256).take_while(step).count(),
            prior_mean: get(prior)?.1.first().copied().unwrap_or(f32::NAN),
            kernel,
            ..StgNfConfig::new(frames)
        };
        config.validate()?;
        Ok(config)
    }
}

impl StgNf {
    /// A model with published weights ([`StgNf::load_published`]).
    ///
    /// # Errors
    /// As [`StgNfConfig::of_published`] and [`StgNf::load_published`].
    pub fn from_published(tensors: &NamedTensors, device: &Device) -> Result<StgNf> {
        let mut model = StgNf::new(StgNfConfig::of_published(tensors)?, 0, device)?;
        model.load_published(tensors)?;
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::golden::devices;

    #[test]
    fn a_model_comes_back_from_its_published_tensors() {
        for (_, device) in devices() {
            let config =
                StgNfConfig { steps: 3, kernel: 7, prior_mean: 10.0, ..StgNfConfig::new(16) };
            let tensors = StgNf::new(config.clone(), 5, &device).unwrap().to_published().unwrap();
            let back = StgNf::from_published(&tensors, &device).unwrap();
            assert_eq!(back.config(), &config);
            assert_eq!(back.to_published().unwrap(), tensors);
            for name in [
                "prior_h_normal",
                "flow.layers.0.block.0.tcn.2.weight",
                "flow.layers.1.actnorm.bias",
            ] {
                let mut less = tensors.clone();
                less.remove(name);
                assert!(StgNf::from_published(&less, &device).is_err(), "{name}");
            }
        }
    }
}
