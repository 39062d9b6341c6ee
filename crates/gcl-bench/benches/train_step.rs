//! One GCL iteration at the paper's size (batch 8192, 2048 dimensions), on every CPU device in the
//! binary: `cargo bench --bench train_step`. Prints the median of a few runs, the least, and what the
//! matrix products alone make of it.
//!
//! For `python/side_by_side.py`: `-- products` prints these products as JSON; `-- serve FOLDER` writes
//! the first weights into a folder, and answers every line with the milliseconds of one iteration on `flex`
//! and the two losses.

#[path = "common/serve.rs"]
mod serve;

use std::time::{Duration, Instant};

use gcl::core::Device;
use gcl_bench::measure::{Budget, GclStep, operations, products, time};

const D: usize = 2048;
const BATCH: usize = 8192;
const RUNS: Budget = Budget { time: Duration::MAX, fewest: 7, most: 7 };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gcl::process::prepare();
    match &serve::arguments().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["products"] => println!("{}", serde_json::to_string(&products(BATCH, D))?),
        ["serve", folder] => {
            let mut step = GclStep::new(BATCH, D, &Device::flex())?;
            for (name, bytes) in ["generator", "discriminator"].iter().zip(step.weights()?) {
                std::fs::write(format!("{folder}/{name}.safetensors"), bytes)?;
            }
            serve::serve(|_| {
                let start = Instant::now();
                let report = step.run()?;
                let ms = 1e3 * start.elapsed().as_secs_f64();
                Ok(format!("{ms} {} {}", report.loss_discriminator, report.loss_generator))
            })?;
        }
        _ => all_devices()?,
    }
    Ok(())
}

fn all_devices() -> Result<(), Box<dyn std::error::Error>> {
    let devices: Vec<(&str, Device)> = vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex()),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        ("ndarray", Device::ndarray()),
    ];
    for (name, device) in devices {
        let mut step = GclStep::new(BATCH, D, &device)?;
        let timing = time(RUNS, || step.run())?;
        println!(
            "{name}: {:.0} ms an iteration (least {:.0}), {:.0} GFLOP/s",
            1e3 * timing.median,
            1e3 * timing.least,
            operations(BATCH, D) / timing.median / 1e9
        );
    }
    Ok(())
}
