//! Small shapes on a device: values that must be flex's, but for rounding.

use std::error::Error;

use gcl::core::stg_nf::{Skeleton, StgNfConfig};
use gcl::core::{Device, OneClass, StgNf, Tensor, rng};
use gcl::features::networks::{Executor, Network, ResNeXt3d, Shortcut, forward};
use gcl_bench::measure::{GclStep, made_up};

/// Values of a device, and how far from flex's they may be.
pub struct Values {
    /// What was computed.
    pub what: &'static str,
    /// The values.
    pub values: Vec<f64>,
    /// The largest difference allowed, relative to the largest value.
    pub tolerance: f64,
}

impl Values {
    /// The largest difference, relative to the largest value here.
    pub fn difference(&self, other: &Values) -> f64 {
        let scale = self.values.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let pairs = self.values.iter().zip(&other.values);
        let most = pairs
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |m: f64, d| if d.is_nan() { d } else { m.max(d) });
        if self.values.len() == other.values.len() { most / scale } else { f64::NAN }
    }
}

/// Losses of training steps and features of a network.
///
/// Tolerances: 1e-4 for what one pass computes; 1e-3 for losses after further steps, in which rounding grows.
pub fn values(device: &Device) -> Result<Vec<Values>, Box<dyn Error>> {
    let losses = gcl_losses(device)?;
    Ok(vec![
        Values { what: "GCL, first losses", values: losses[..2].to_vec(), tolerance: 1e-4 },
        Values { what: "GCL, losses of four iterations", values: losses, tolerance: 1e-3 },
        Values { what: "STG-NF, losses of three steps", values: stg_nf(device)?, tolerance: 1e-3 },
        Values { what: "ResNeXt in 3D, features", values: features(device)?, tolerance: 1e-4 },
    ])
}

/// Both losses of four iterations, 64 segments of 48 dimensions.
fn gcl_losses(device: &Device) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut step = GclStep::new(64, 48, device)?;
    let mut losses = Vec::new();
    for _ in 0..4 {
        let report = step.run()?;
        losses.extend([report.loss_discriminator, report.loss_generator]);
    }
    Ok(losses)
}

/// Three steps on eight windows of eight frames and five joints.
fn stg_nf(device: &Device) -> Result<Vec<f64>, Box<dyn Error>> {
    let config = StgNfConfig { steps: 2, skeleton: Skeleton::full(5), ..StgNfConfig::new(8) };
    let mut model = StgNf::new(config, 1, device)?;
    let windows: Vec<f32> = made_up(2, 8 * 2 * 8 * 5).collect();
    let windows = Tensor::<1>::from_floats(windows.as_slice(), device).reshape([8, 2, 8, 5]);
    let mut losses = Vec::new();
    for i in 0..3 {
        let mut random = rng::stream(1, "step", i);
        losses.push(f64::from(model.train_step(windows.clone(), &[0.5; 8], &mut random)?));
    }
    Ok(losses)
}

/// Features of two clips of a narrow ResNeXt.
fn features(device: &Device) -> Result<Vec<f64>, Box<dyn Error>> {
    let (blocks, planes) = ([1; 4], [32; 4]);
    let network = ResNeXt3d { stem: 4, blocks, planes, cardinality: 2, shortcut: Shortcut::B };
    let graph = network.random(1)?;
    let mut network = forward(graph, [2, 3, 8, 32, 32], device, Executor::Auto)?;
    let clips: Vec<f32> = made_up(5, 2 * 3 * 8 * 32 * 32).collect();
    Ok(network.run(&clips)?.into_iter().map(f64::from).collect())
}
