//! Features of ready-made clips: what a network alone answers, without decoding and pre-processing.
//!
//!     cargo run --release --example extract_clip -- NET WEIGHTS CLIPS.npy FEATURES.npy [fc6 | fc7] [burn]
//!
//! `CLIPS.npy` holds `[n * 3, T, H, W]`, the network's input; `FEATURES.npy` will hold `[n, d]`.

use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;
use gcl_data::{Npy, write_f32};
use gcl_features::Published;
use gcl_features::networks::{Executor, FcLayer, forward};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [net, weights, clips, out, how @ ..] = &args[..] else {
        return Err("usage: extract_clip NET WEIGHTS CLIPS.npy FEATURES.npy [fc7] [burn]".into());
    };
    let layer = if how.iter().any(|w| w == "fc7") { FcLayer::Fc7 } else { FcLayer::Fc6 };
    let burn = how.iter().any(|w| w == "burn");
    let executor = if burn { Executor::Burn } else { Executor::Auto };
    let network = Published::named(net).ok_or("no such network")?.network(layer);

    let clips = Npy::open(clips)?;
    let [channels, t, h, w] = *clips.shape() else { return Err("the clips need 4 axes".into()) };
    let n = channels / 3;
    let start = Instant::now();
    let loaded = network.load(&gcl_weights::read(weights)?)?;
    eprintln!(
        "{}; sha256 {}",
        loaded.report.to_string().lines().next().unwrap_or(""),
        loaded.sha256
    );
    let mut forward = forward(loaded.graph, [n, 3, t, h, w], &Device::default(), executor)?;
    let ready = start.elapsed();
    let values = clips.to_f32()?;
    let features = forward.run(&values)?;
    let start = Instant::now();
    forward.run(&values)?;
    eprintln!("ready in {ready:.1?}, {n} clips in {:.1?}", start.elapsed());
    write_f32(Path::new(out), &[n, network.dim()], &features)?;
    Ok(())
}
