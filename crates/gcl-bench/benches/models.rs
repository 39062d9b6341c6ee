//! Training steps of the interleaving's models at their published sizes, on the CPU:
//! `cargo bench --bench models -- [stg-nf|rtfm|sultani|jigsaw] [steps]`. Prints a line a model: its
//! name, then the milliseconds of each step but the first. `python/models.py` compares them with
//! PyTorch's.

use std::time::Instant;

use gcl::core::stg_nf::StgNfConfig;
use gcl::core::{
    Device, Jigsaw, JigsawConfig, OneClass, Rtfm, RtfmConfig, StgNf, Sultani, SultaniConfig,
    Tensor, WeaklySupervised, rng,
};
use rand::RngExt;

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    let mut random = rng::stream(1, "bench", 0);
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.random()).collect();
    Tensor::<1>::from_floats(values.as_slice(), device).reshape(shape)
}

type Step = Box<dyn FnMut(u64) -> gcl::core::error::Result<f32>>;

fn one_class<M: OneClass + 'static>(mut model: M, batch: M::Batch, size: usize) -> Step {
    let weights = vec![0.5; size];
    Box::new(move |i| model.train_step(batch.clone(), &weights, &mut rng::stream(1, "step", i)))
}

fn weakly<M: WeaklySupervised + 'static>(mut model: M, bags: Tensor<4>) -> Step {
    Box::new(move |i| model.train_step(bags.clone(), bags.clone(), &mut rng::stream(1, "step", i)))
}

fn build(name: &str, device: &Device) -> gcl::core::error::Result<Step> {
    Ok(match name {
        "stg-nf" => {
            let windows = random([256, 2, 24, 18], device);
            one_class(StgNf::new(StgNfConfig::new(24), 1, device)?, windows, 256)
        }
        "rtfm" => {
            let bags = random([32, 10, 16, 2048], device);
            weakly(Rtfm::new(RtfmConfig::joint_vad(2048), 1, device)?, bags)
        }
        "sultani" => {
            let bags = random([30, 1, 32, 4096], device);
            weakly(Sultani::new(SultaniConfig::new(4096), 1, device)?, bags)
        }
        _ => {
            let cubes = random([4, 3, 7, 64, 64], device);
            one_class(Jigsaw::new(JigsawConfig::new(7), 1, device)?, cubes, 4)
        }
    })
}

fn main() -> Result<(), gcl::core::CoreError> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let chosen = arguments.first().cloned();
    let steps = arguments.get(1).and_then(|s| s.parse().ok()).unwrap_or(5u64);
    let names = ["stg-nf", "rtfm", "sultani", "jigsaw"];
    for name in names.into_iter().filter(|name| chosen.as_deref().is_none_or(|c| c == *name)) {
        let mut step = build(name, &Device::flex())?;
        let mut line = name.to_owned();
        // The first step also fills the allocator, and does not count.
        for i in 0..=steps {
            let start = Instant::now();
            step(i)?;
            if i > 0 {
                line += &format!(" {:.2}", 1e3 * start.elapsed().as_secs_f64());
            }
        }
        println!("{line}");
    }
    Ok(())
}
