//! The networks' forward pass by batch, by the way that `gcl extract` takes, on random weights:
//! `cargo bench --bench extract -- [NETWORKS] [BATCHES]`, both separated by commas.

#[path = "common/serve.rs"]
mod serve;

use gcl::core::Device;
use gcl::features::Published;
use gcl::features::networks::Weights;
use gcl_bench::measure::{Budget, Extraction, time};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gcl::process::prepare();
    let arguments = serve::arguments();
    let chosen = arguments.first().map_or("", String::as_str);
    let batches = arguments.get(1).map_or("1,8,32", String::as_str);
    let batches = batches.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    for &network in Published::ALL {
        if !chosen.is_empty() && !chosen.split(',').any(|name| name == network.name) {
            continue;
        }
        for &batch in &batches {
            let weights = Weights::Random { seed: 0 };
            let extraction = Extraction::new(network, &weights, batch, &Device::flex())?;
            let timing = time(Budget::seconds(3.0), || extraction.run())?.per(batch);
            println!(
                "{}, {batch} at once: {:.1} ms a clip (least {:.1}), {:.0} frames/s",
                network.name,
                1e3 * timing.median,
                1e3 * timing.least,
                extraction.frames as f64 / timing.median
            );
        }
    }
    Ok(())
}
