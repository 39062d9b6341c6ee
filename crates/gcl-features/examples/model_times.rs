//! Milliseconds of a detection and of a pose on one thread, the median of many runs:
//!
//!     cargo run --release --example model_times -- ssd.tflite pose_landmark_lite.tflite
//!
//! `benches/python/tflite.py` runs it beside LiteRT.

use std::error::Error;
use std::time::Instant;

use gcl_features::detect::{SSD, SsdMobileNetV2};
use gcl_features::networks::{Network, PublishedModel};
use gcl_features::pose::{BLAZEPOSE, BlazePoseLite};
use gcl_kernels::{Plan, PlanOptions};

const RUNS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [ssd, pose] = &args[..] else { return Err("model_times <ssd> <pose>".into()) };
    time(SSD, &SsdMobileNetV2, ssd, 300)?;
    time(BLAZEPOSE, &BlazePoseLite, pose, 256)
}

fn time(
    model: PublishedModel,
    network: &impl Network,
    path: &str,
    side: usize,
) -> Result<(), Box<dyn Error>> {
    let graph = model.load(network, &gcl_weights::read(path)?)?.loaded.graph;
    let options = PlanOptions { threads: 1, ..PlanOptions::default() };
    let mut plan = Plan::with(&graph, [1, 3, 1, side, side], &options)?;
    let picture: Vec<f32> = (0..3 * side * side).map(|i| (i % 255) as f32 / 255.0).collect();
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        plan.run(&picture)?;
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    println!("{} {:.2}", model.network, times[RUNS / 2]);
    Ok(())
}
