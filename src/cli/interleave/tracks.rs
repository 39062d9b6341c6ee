//! `gcl extract TRACKS --net box-tracks`: clip features from tracks of boxes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Parser;
use gcl_data::Manifest;
use gcl_features::Progress as Step;
use gcl_features::tracks::{TrackOptions, extract_tracks};

use crate::cli::error::{Done, Failure, Outcome};
use crate::cli::interrupt;

/// Clip features from tracks of boxes: texts of `frame person state x1 y1 x2 y2`, one a video.
#[derive(Parser, Debug)]
#[command(after_help = "Example:
  gcl extract tracks --net box-tracks --out features")]
pub struct TracksArgs {
    /// The folder of tracks.
    tracks: PathBuf,
    /// The folder for the features.
    #[arg(long, short)]
    out: PathBuf,
    /// The extractor.
    #[arg(long, value_parser = ["box-tracks"])]
    net: String,
    /// A manifest with the number of frames of each video; without it, a video ends with its last
    /// box.
    #[arg(long)]
    manifest: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: TracksArgs) -> Outcome {
    debug_assert_eq!(args.net, "box-tracks");
    let frames = match &args.manifest {
        Some(path) => {
            let videos = Manifest::read(path)?.videos;
            videos.into_iter().filter_map(|(id, entry)| Some((id, entry.frames?))).collect()
        }
        None => BTreeMap::new(),
    };
    let options = TrackOptions { frames, ..TrackOptions::default() };
    let tell = |step: Step<'_>| {
        if let Step::Skipped { id, reason } = step {
            eprintln!("skipped {id}: {reason}");
        }
    };
    let cancel = &interrupt::INTERRUPTED;
    let summary =
        extract_tracks(&args.tracks, &args.out, &options, cancel, &tell).map_err(Failure::data)?;
    if interrupt::requested() {
        return Err(Failure::Interrupted("interrupted; run again to go on".to_owned()));
    }
    println!("{}", args.out.display());
    match summary.skipped.is_empty() {
        true => Ok(Done::Fully),
        false => Ok(Done::WithSkips),
    }
}
