//! Object cubes from footage and a detector's boxes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use gcl_data::files::Found;
use gcl_data::tracks::{Detection, read_detections, read_tracks};
use gcl_data::{CubeType, LeftOut, VideoId, resolve_all};
use gcl_features::cubes::{CubeError, CubeRule, CubeSource, Packed, pack_cubes};
use gcl_features::discover::discover;
use gcl_features::source::Decoder;

use crate::error::{Done, Failure, Outcome};
use crate::interrupt;
use crate::progress::Progress;

/// Which cubes are cut.
#[derive(Args, Debug)]
pub struct CubeArgs {
    /// For cubes: a CSV of boxes, with columns `clip` (or `video`, or `id`), `frame` (from 0), `x1`, `y1`, `x2`,
    /// `y2` and optionally `confidence`; or a folder of tracks, as `--net objects` writes.
    #[arg(long, value_name = "FILE|FOLDER")]
    boxes: Option<PathBuf>,
    /// For cubes: frames per cube, an odd number; published: 7 on Ped2 and Avenue, 9 on ShanghaiTech.
    #[arg(long, value_name = "FRAMES", default_value_t = 7, hide_short_help = true)]
    cube_frames: usize,
    /// For cubes: side length in pixels; published: 64. The jigsaw model requires a multiple of 16.
    #[arg(long, value_name = "PIXELS", default_value_t = 64, hide_short_help = true)]
    cube_side: usize,
    /// For cubes: minimum confidence of a box (exclusive), if boxes have one; published: 0.5 on Ped2,
    /// 0.8 elsewhere.
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, hide_short_help = true)]
    confidence: f32,
    /// For cubes: frame stride; published: 1, and 5 for training on ShanghaiTech.
    #[arg(long, value_name = "FRAMES", default_value_t = 1, hide_short_help = true)]
    cube_every: usize,
}

/// Cuts the cubes of all boxes into one file.
pub fn extract(footage: &[PathBuf], out: &Path, args: &CubeArgs, decoder: Decoder) -> Outcome {
    let Some(boxes) = &args.boxes else {
        let text =
            "cubes are cut around boxes; give a detector's CSV or a folder of tracks with --boxes";
        return Err(Failure::Usage(text.to_owned()));
    };
    if out.extension().is_none_or(|extension| extension != "npy") {
        let text = "cubes go into one file; give --out a name that ends with .npy";
        return Err(Failure::Usage(text.to_owned()));
    }
    let rule = CubeRule {
        frames: args.cube_frames,
        size: args.cube_side,
        confidence: args.confidence,
        every: args.cube_every,
        ..CubeRule::default()
    };
    let rule = rule.validate().map_err(|error| Failure::Usage(error.to_string()))?;
    let located =
        |error: &dyn std::fmt::Display| Failure::Data(format!("{}: {error}", boxes.display()));
    let found = discover(footage).map_err(Failure::data)?;
    let (inputs, refused): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|input| input.refused.is_none());
    for input in &refused {
        eprintln!("skipped {}: {}", input.id, input.refused.as_deref().unwrap_or_default());
    }
    let (mut found, left_out) = match boxes.is_dir() {
        true => tracked(boxes)?,
        false => (read_detections(boxes).map_err(Failure::data)?, Vec::new()),
    };
    for (id, reason) in &left_out {
        eprintln!("skipped {id}: {reason}");
    }
    let ids: Vec<VideoId> = inputs.iter().map(|input| input.id.clone()).collect();
    let names = resolve_all(&ids, found.keys()).map_err(|error| located(&error))?;
    let names: Vec<Option<VideoId>> = names.into_iter().map(|name| name.cloned()).collect();
    let (mut videos, mut without) = (Vec::new(), Vec::new());
    for (input, name) in inputs.into_iter().zip(names) {
        match name.and_then(|name| found.remove(&name)) {
            Some(boxes) => videos.push(CubeSource { id: input.id, path: input.path, boxes }),
            None => without.push(input.id),
        }
    }
    if videos.is_empty() {
        return Err(located(&"no box is of any of these videos"));
    }
    for (count, first, what) in [
        (without.len(), without.first(), "videos have no box"),
        (found.len(), found.keys().next(), "videos with boxes are not among the footage"),
    ] {
        if let Some(first) = first {
            eprintln!("{count} {what}, such as {first}");
        }
    }

    let mut progress = Progress::new("cutting", "cubes", 0);
    let mut follow = |cubes: usize| progress.set(cubes as u64);
    let cancel = &interrupt::INTERRUPTED;
    let packed = pack_cubes(&videos, out, &rule, CubeType::Byte, decoder, cancel, &mut follow);
    progress.finish();
    match packed {
        Ok(Packed { cubes: 0, .. }) => Err(located(&"no box is sure and large enough for a cube")),
        Ok(Packed { failed, .. }) => {
            for (id, reason) in &failed {
                eprintln!("skipped {id}: {reason}");
            }
            println!("{}", out.display());
            Ok(Done::all(failed.is_empty() && refused.is_empty() && left_out.is_empty()))
        }
        Err(CubeError::Cancelled) => {
            Err(Failure::Interrupted("interrupted; nothing was written".to_owned()))
        }
        Err(error) => Err(Failure::data(error)),
    }
}

/// The boxes of each video of a folder of tracks, in the order of their frames.
type Boxes = BTreeMap<VideoId, Vec<Detection>>;

/// The boxes of all texts of tracks in a folder and below, and the files that cannot be read.
fn tracked(folder: &Path) -> Result<(Boxes, Vec<LeftOut>), Failure> {
    let Found { files, mut left_out } = Found::below(folder, "txt")?;
    let mut videos = BTreeMap::new();
    for (id, path) in files {
        let file = match read_tracks(path) {
            Ok(file) => file,
            Err(error) => {
                left_out.push((id, error.to_string()));
                continue;
            }
        };
        let mut boxes = Vec::with_capacity(file.boxes);
        for track in file.tracks {
            let own = track.frames.into_iter().zip(track.boxes);
            boxes.extend(own.map(|(frame, bounds)| Detection { frame, bounds, confidence: None }));
        }
        boxes.sort_by_key(|detection| detection.frame);
        videos.insert(id, boxes);
    }
    match left_out.first() {
        Some((_, reason)) if videos.is_empty() => Err(Failure::Data(reason.clone())),
        _ => Ok((videos, left_out)),
    }
}
