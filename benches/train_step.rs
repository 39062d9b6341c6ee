//! One GCL iteration at the paper's size (batch 8192, 2048 dimensions), on every CPU device in the
//! binary: `cargo bench --bench train_step`. Prints the median of a few runs and their range.

use std::time::Instant;

use gcl::core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, Device, DiscriminatorConfig, Tensor, rng,
};
use rand::RngExt;

const D: usize = 2048;
const BATCH: usize = 8192;
const RUNS: usize = 7;

fn main() -> Result<(), gcl::core::CoreError> {
    let devices: Vec<(&str, Device)> = vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex()),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        ("ndarray", Device::ndarray()),
    ];
    let mut random = rng::stream(1, "bench", 0);
    let values: Vec<f32> = (0..BATCH * D).map(|_| random.random()).collect();
    for (name, device) in devices {
        let batch = Tensor::<1>::from_floats(values.as_slice(), &device).reshape([BATCH, D]);
        let (g, d) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
        let config = CooperativeConfig::default();
        let mut pair = CooperativePair::new(&g, &d, config, 1, &device)?;
        let mut times = Vec::new();
        // The first iteration also fills the allocator, and does not count.
        for i in 0..=RUNS {
            let start = Instant::now();
            let report =
                pair.step(batch.clone(), None, &mut rng::stream(1, "targets", i as u64))?;
            let seconds = start.elapsed().as_secs_f64();
            assert!(report.loss_generator.is_finite());
            if i > 0 {
                times.push(seconds);
            }
        }
        times.sort_by(f64::total_cmp);
        let (median, low, high) = (times[RUNS / 2], times[0], times[RUNS - 1]);
        println!(
            "{name}: {:.0} ms an iteration ({:.0} to {:.0})",
            1e3 * median,
            1e3 * low,
            1e3 * high
        );
    }
    Ok(())
}
