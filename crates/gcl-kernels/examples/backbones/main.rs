//! Times the video backbones on made-up weights.
//!
//! `backbones <network> <batch> <threads> profile` prints the time of each sort of step, and of each step;
//! `backbones <network> <batch> <threads> serve` answers every line of its input with the milliseconds
//! of one run (`bench/compare.py` runs it in turn with PyTorch), the line `save <path>` by writing the
//! outputs there as little-endian floats.

mod networks;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use gcl_kernels::{Isa, Plan, PlanOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, batch, threads, mode, isa @ ..] = &args[..] else {
        return Err(
            "backbones <network> <batch> <threads> profile | serve [instruction set]".into()
        );
    };
    let network = networks::NETWORKS.iter().find(|n| n.0 == name).ok_or("no such network")?;
    let (batch, threads): (usize, usize) = (batch.parse()?, threads.parse()?);
    let [t, h, w] = network.1;
    let isa = match isa.first() {
        Some(name) => {
            Isa::available().into_iter().find(|i| i.name() == name).ok_or("no such set")?
        }
        None => Isa::best(),
    };
    let options = PlanOptions { threads, isa };
    let start = Instant::now();
    let graph = (network.2)()?;
    let built = start.elapsed();
    let mut plan = Plan::with(&graph, [batch, 3, t, h, w], &options)?;
    eprintln!(
        "{} M weights; built {built:.0?}, planned {:.0?}",
        graph.parameters() / 1_000_000,
        start.elapsed() - built
    );
    drop(graph);
    let clips = networks::made_up(0, batch * 3 * t * h * w, 1.0);
    match &mode[..] {
        "profile" => profile(&mut plan, &clips)?,
        "serve" => serve(&mut plan, &clips)?,
        _ => return Err("profile or serve".into()),
    }
    Ok(())
}

/// Least time of each step over ten runs.
fn profile(plan: &mut Plan, clips: &[f32]) -> Result<(), Box<dyn Error>> {
    let mut best = plan.profile(clips)?;
    for _ in 0..20 {
        for (best, step) in best.iter_mut().zip(plan.profile(clips)?) {
            best.time = best.time.min(step.time);
        }
    }
    let mut kinds: BTreeMap<String, (Duration, u64)> = BTreeMap::new();
    for step in &best {
        let ms = step.time.as_secs_f64() * 1e3;
        let rate = step.operations as f64 / ms / 1e6;
        println!("{:22} {:10} {ms:8.3} ms {rate:8.1} GFLOP/s", step.name, step.kind);
        let layer = step.name.split_once('.').map_or("", |(layer, _)| layer);
        for key in [format!("{:10}", step.kind), format!("{:10} {layer}", step.kind), "all".into()]
        {
            let sum = kinds.entry(key).or_default();
            *sum = (sum.0 + step.time, sum.1 + step.operations);
        }
    }
    println!();
    for (kind, (time, operations)) in kinds {
        let ms = time.as_secs_f64() * 1e3;
        let rate = operations as f64 / ms / 1e6;
        println!("{kind:20} {ms:8.2} ms {:8.2} GFLOP {rate:8.1} GFLOP/s", operations as f64 / 1e9);
    }
    Ok(())
}

fn serve(plan: &mut Plan, clips: &[f32]) -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lock().lines() {
        let start = Instant::now();
        let outputs = plan.run(clips)?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        if let Some(path) = line?.strip_prefix("save ") {
            let values = outputs.iter().flat_map(|o| &o.data);
            std::fs::write(path, values.flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
        }
        println!("{ms}");
        std::io::stdout().flush()?;
    }
    Ok(())
}
