//! Writes box-track features of the texts of tracks under a folder; the videos' frames come from ground
//! truth, where it states them.
//!
//!     cargo run -p gcl-features --example tracks -- TRACKS FEATURES [TRUTH]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gcl_data::{Truth, TruthFormat};
use gcl_features::Progress;
use gcl_features::tracks::{TrackOptions, extract_tracks};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(tracks), Some(features)) = (args.next(), args.next()) else {
        return Err("usage: tracks TRACKS FEATURES [TRUTH]".into());
    };
    let mut options = TrackOptions::default();
    if let Some(truth) = args.next() {
        let truth = Truth::read(truth, TruthFormat::Auto)?;
        for id in truth.ids() {
            options.frames.extend(truth.frames(id)?.map(|frames| (id.clone(), frames)));
        }
    }
    let start = Instant::now();
    let progress = |event: Progress<'_>| {
        if let Progress::Skipped { id, reason } = event {
            eprintln!("skipped {id}: {reason}");
        }
    };
    let cancel = AtomicBool::new(false);
    let summary = extract_tracks(&tracks, &features, &options, &cancel, &progress)?;
    let (videos, frames) = (summary.extracted, summary.frames);
    println!("{videos} videos, {frames} frames in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
