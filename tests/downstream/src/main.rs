//! Trains a generator and a discriminator on random vectors and scores them, with `gcl_core` alone.

use gcl_core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, Device, DiscriminatorConfig,
    RmsPropConfig, Tensor, rng,
};
use rand::RngExt;

const D: usize = 32;
const N: usize = 512;
const ODD: usize = 25;

fn main() -> Result<(), gcl_core::CoreError> {
    let device = Device::flex();

    // 512 random vectors; the last 25 are further from the origin.
    let mut random = rng::stream(1, "vectors", 0);
    let vectors: Vec<f32> = (0..N * D)
        .map(|i| (random.random::<f32>() - 0.5) * if i / D >= N - ODD { 6.0 } else { 1.0 })
        .collect();
    let batch = Tensor::<1>::from_floats(vectors.as_slice(), &device).reshape([N, D]);

    let config = CooperativeConfig {
        optimizer: RmsPropConfig { learning_rate: 1e-3, ..Default::default() },
        ..Default::default()
    };
    let (generator, discriminator) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
    let mut pair = CooperativePair::new(&generator, &discriminator, config, 7, &device)?;
    for step in 0..200 {
        let report = pair.step(batch.clone(), None, &mut rng::stream(7, "targets", step))?;
        if step % 50 == 0 {
            println!(
                "step {step}: D {:.4}, G {:.4}",
                report.loss_discriminator, report.loss_generator
            );
        }
    }

    let scores = pair.probabilities(batch)?;
    let mean = |s: &[f32]| s.iter().sum::<f32>() / s.len() as f32;
    let (usual, odd) = (mean(&scores[..N - ODD]), mean(&scores[N - ODD..]));
    println!("mean score: {usual:.3} of the usual vectors, {odd:.3} of the odd ones");
    assert!(odd > usual + 0.3, "the odd vectors do not stand out");
    Ok(())
}
