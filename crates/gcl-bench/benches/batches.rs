//! Steps a second with the features in memory and on disk, in turn, and the anonymous memory that
//! they take: `cargo bench --bench batches -- FOLDER [memory|disk|both] [STEPS] [ROUNDS]`.
//!
//! FOLDER holds features, best of the paper's size (779,951 segments of 2,048 dimensions); training
//! is GCL_B under preset `paper`.

use std::time::Instant;

use gcl::core::Device;
use gcl::data::FeatureSet;
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset, RunConfig, Samples, Trainer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(folder) = args.first() else {
        println!("no folder of features given; see benches/batches.rs");
        return Ok(());
    };
    let which = args.get(1).map_or("both", String::as_str);
    let number = |i: usize, default| args.get(i).map_or(Ok(default), |a| a.parse::<usize>());
    let (steps, rounds) = (number(2, 5)?, number(3, 4)?);

    let set = FeatureSet::open(folder)?;
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    println!("{} videos, {} segments of {}", set.videos().len(), data.segments, data.dim);
    let mut trainers = Vec::new();
    for (name, limit) in [("disk", 0), ("memory", u64::MAX)] {
        if which == name || which == "both" {
            let start = Instant::now();
            let samples = Samples::open(&set, limit)?;
            println!("{name}: opened in {:.1} s", start.elapsed().as_secs_f64());
            // A batch's rows, spread over all videos as shuffling spreads them.
            let rows: Vec<u32> =
                (0..8125u64).map(|i| (i * 2_654_435_761 % data.segments as u64) as u32).collect();
            for _ in 0..3 {
                let start = Instant::now();
                let bytes = 4 * samples.gather(&rows)?.len();
                let seconds = start.elapsed().as_secs_f64();
                println!("{name}: a batch of {} MB in {:.0} ms", bytes >> 20, 1e3 * seconds);
            }
            let config = RunConfig::new(Method::GclB, Preset::Paper, 1, data);
            trainers.push((name, Trainer::new(config, samples, &Device::flex())?));
        }
    }
    let mut rates = vec![Vec::new(); trainers.len()];
    for round in 0..=rounds {
        for ((name, trainer), rates) in trainers.iter_mut().zip(&mut rates) {
            let (start, busy) = (Instant::now(), processor_seconds());
            for _ in 0..steps {
                trainer.advance()?;
            }
            let rate = steps as f64 / start.elapsed().as_secs_f64();
            let busy = (processor_seconds() - busy) / steps as f64;
            println!("{name}: {rate:.3} steps/s, {busy:.2} processor s a step, {}", memory());
            // The first round fills allocator and page cache, and does not count.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    for ((name, _), rates) in trainers.iter().zip(&mut rates) {
        rates.sort_by(f64::total_cmp);
        let (low, high) = (rates[0], rates[rates.len() - 1]);
        println!("{name}: median {:.3} steps/s ({low:.3} to {high:.3})", rates[rates.len() / 2]);
    }
    Ok(())
}

/// The process's anonymous memory now and its peak of all memory, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = |line: &&str| line.starts_with("RssAnon") || line.starts_with("VmHWM");
    let lines: Vec<String> = status
        .lines()
        .filter(wanted)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    lines.join(", ")
}

/// Processor time of all threads so far, where the system tells: unlike the rate, it says the same
/// on a machine that others use too.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}
