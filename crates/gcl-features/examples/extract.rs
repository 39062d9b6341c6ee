//! Writes `gradient` features of the videos under a path, and says how long it took.
//!
//!     cargo run --release -p gcl-features --example extract -- VIDEOS FEATURES [THREADS]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gcl_features::gradient::Gradient;
use gcl_features::{ExtractOptions, Progress, discover, extract};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(videos), Some(features)) = (args.next(), args.next()) else {
        return Err("usage: extract VIDEOS FEATURES [THREADS]".into());
    };
    let mut options = ExtractOptions::default();
    if let Some(threads) = args.next() {
        options.threads = threads.to_string_lossy().parse()?;
    }
    let start = Instant::now();
    let inputs = discover(&[videos])?;
    let progress = |event: Progress<'_>| {
        if let Progress::Skipped { id, reason } = event {
            eprintln!("skipped {id}: {reason}");
        }
    };
    let cancel = AtomicBool::new(false);
    let summary = extract(&inputs, &features, &Gradient, &options, &cancel, &progress)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} videos, {} done before, {} skipped, {} frames in {seconds:.2} s: {:.0} a second",
        summary.extracted,
        summary.already_done,
        summary.skipped.len(),
        summary.frames,
        summary.frames as f64 / seconds
    );
    Ok(())
}
