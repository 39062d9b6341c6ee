//! Which files of a folder are a video's features: one, or one for each crop; and in which order their axes are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::error::FeatureError;
use crate::file::FileError;
use crate::files::Found;
use crate::id::VideoId;
use crate::left_out::LeftOut;
use crate::npy::{is_numbers, open_any};
use crate::published::crop;

/// What `video_features` writes beside a video's features: its frame rate, and the time of each row.
const SIDE: [&str; 2] = ["_fps", "_timestamps_ms"];

/// Two streams that it extracts from one video.
const STREAMS: (&str, &str) = ("_rgb", "_flow");

/// How many crops published features have.
const CROPS: [usize; 3] = [1, 5, 10];

/// The files of one video.
#[derive(Debug)]
pub(super) struct Listed {
    pub id: VideoId,
    pub paths: Vec<PathBuf>,
    /// The files are streams of the video, to be joined along the last axis, and not its crops.
    pub streams: bool,
}

/// The videos of a folder with the files of each, and what is to be said of them.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub videos: Vec<Listed>,
    /// Arrays of three axes have the crops in front, `[crops, T, d]`.
    pub crops_first: bool,
    pub notes: Vec<String>,
    pub left_out: Vec<LeftOut>,
}

/// Lists the features in `dir` and below: `.npy` files; where there is none, `.npz`; where there is none, `.mat`; where
/// there is none, HDF5 (`.h5`, `.hdf5`); where there is none, texts of numbers, `.txt` or `.csv`.
pub(super) fn list(dir: &Path) -> Result<Listing, FeatureError> {
    let mut files: BTreeMap<VideoId, PathBuf> = BTreeMap::new();
    let mut listing = Listing::default();
    for extension in ["npy", "npz", "mat", "h5", "hdf5", "txt", "csv"] {
        let found = Found::below(dir, extension)?;
        files = found.files.into_iter().collect();
        let text = ["txt", "csv"].contains(&extension);
        if text && !files.values().any(|path| is_numbers(path)) {
            files.clear();
        }
        if !files.is_empty() {
            listing.left_out = found.left_out;
            break;
        }
    }
    side_files(&mut files, &mut listing.notes);
    join_streams(&mut files, &mut listing)?;
    group(files, &mut listing);
    listing.videos.sort_by(|a, b| a.id.cmp(&b.id));
    listing.crops_first = crops_first(&mut listing)?;
    Ok(listing)
}

/// Whether a file has a description, and so no part of its name says what it is.
fn is_described(path: &Path) -> bool {
    path.with_extension("json").exists()
}

/// Takes out the files that are no features but stand beside some.
fn side_files(files: &mut BTreeMap<VideoId, PathBuf>, notes: &mut Vec<String>) {
    let beside = |id: &VideoId| {
        let stem = SIDE.iter().find_map(|side| id.as_str().strip_suffix(side));
        stem.is_some_and(|stem| {
            let is_side = |id: &VideoId| SIDE.iter().any(|side| id.as_str().ends_with(side));
            // `v_rgb`, `v_flow`, `v_clip`: the model's name behind the video's.
            let near = |id: &VideoId| {
                let rest = id.as_str().strip_prefix(stem);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_')) && !is_side(id)
            };
            VideoId::new(stem).is_ok_and(|first| {
                files
                    .range(first..)
                    .map(|(id, _)| id)
                    .take_while(|id| id.as_str().starts_with(stem))
                    .any(near)
            })
        })
    };
    let side = files.iter().filter(|(id, path)| !is_described(path) && beside(id));
    let side: BTreeSet<VideoId> = side.map(|(id, _)| id.clone()).collect();
    if let Some(first) = side.first() {
        notes.push(format!(
            "{} files beside features are passed over: frame rates and times of rows, such as {first}",
            side.len()
        ));
    }
    files.retain(|id, _| !side.contains(id));
}

/// Joins the features of two streams of one video, which would count twice: `NAME_rgb` and `NAME_flow` are `NAME`.
fn join_streams(
    files: &mut BTreeMap<VideoId, PathBuf>,
    listing: &mut Listing,
) -> Result<(), FeatureError> {
    let (mut pairs, mut single) = (Vec::new(), Vec::new());
    for (id, _) in files.iter().filter(|(_, path)| !is_described(path)) {
        for (own, other) in [STREAMS, (STREAMS.1, STREAMS.0)] {
            let Some(stem) = id.as_str().strip_suffix(own) else { continue };
            let Ok(other) = VideoId::new(format!("{stem}{other}")) else { continue };
            match VideoId::new(stem) {
                Ok(stem) if files.contains_key(&other) && !files.contains_key(&stem) => {
                    // Each pair once.
                    if own == STREAMS.0 {
                        pairs.push((stem, [id.clone(), other]));
                    }
                }
                _ => single.push((id.clone(), other)),
            }
        }
    }
    let Some((_, [rgb, flow])) = pairs.first() else { return Ok(()) };
    if pairs.len() <= single.len() {
        return Err(FeatureError::Differs(format!(
            "{rgb} and {flow} are two streams of one video, which would count twice, and other videos have one \
             stream alone; keep those of one stream in the folder"
        )));
    }
    listing.notes.push(format!(
        "the streams `{}` and `{}` of {} videos are joined, a row of both a clip; for one stream alone, keep only \
         its files in the folder",
        STREAMS.0,
        STREAMS.1,
        pairs.len()
    ));
    for (id, other) in single {
        let Some(path) = files.remove(&id) else { continue };
        let what =
            format!("{}: there is no {other}; other videos have both streams", path.display());
        listing.left_out.push((id, what));
    }
    for (id, streams) in pairs {
        let paths = streams.iter().filter_map(|stream| files.remove(stream)).collect();
        listing.videos.push(Listed { id, paths, streams: true });
    }
    Ok(())
}

/// Joins files that are one crop each: `NAME__0` to `NAME__9` are the crops of `NAME`.
fn group(files: BTreeMap<VideoId, PathBuf>, listing: &mut Listing) {
    let mut videos: BTreeMap<VideoId, Vec<(usize, PathBuf)>> = BTreeMap::new();
    let zero =
        |stem: &str| VideoId::new(format!("{stem}__0")).is_ok_and(|id| files.contains_key(&id));
    for (id, path) in &files {
        let described = is_described(path);
        let own = match crop(id.as_str()) {
            // Crops are counted from 0; other numbers belong to a name.
            Some((stem, number)) if !described && zero(stem) => {
                VideoId::new(stem).ok().map(|stem| (stem, number))
            }
            _ => None,
        };
        let (video, number) = own.unwrap_or_else(|| (id.clone(), 0));
        videos.entry(video).or_default().push((number, path.clone()));
    }
    let mut joined = None;
    for (id, mut crops) in videos {
        crops.sort();
        if !crops.iter().enumerate().all(|(i, (number, _))| i == *number) {
            let numbers: Vec<String> = crops.iter().map(|(n, _)| format!("__{n}")).collect();
            let what = format!(
                "video {id} has the crops {}; some are missing or twice",
                numbers.join(" ")
            );
            listing.left_out.push((id, what));
            continue;
        }
        if !files.contains_key(&id) {
            joined = joined.max(Some(crops.len()));
        }
        let paths = crops.into_iter().map(|(_, path)| path).collect();
        listing.videos.push(Listed { id, paths, streams: false });
    }
    if let Some(crops) = joined {
        let last = crops - 1;
        listing.notes.push(format!("files `__0` to `__{last}` are read as the crops of one video"));
    }
}

/// Whether arrays of three axes are `[crops, T, d]`. Told by the axis that is the same for all videos, or by the
/// only axis that may count crops; refused where both may.
fn crops_first(listing: &mut Listing) -> Result<bool, FeatureError> {
    let mut shapes: Vec<[usize; 3]> = Vec::new();
    let mut flat = 0;
    for Listed { paths, .. } in &listing.videos {
        let [path] = paths.as_slice() else { return Ok(false) };
        if is_described(path) {
            return Ok(false);
        }
        // One that cannot be read, or is of other axes, is left out later and says nothing of the others.
        match open_any(path).as_ref().map(|npy| npy.shape()) {
            Ok(&[a, b, c]) => shapes.push([a, b, c]),
            Ok([_, _]) => flat += 1,
            _ => {}
        }
        if flat > 1 && shapes.is_empty() {
            return Ok(false);
        }
    }
    if flat >= shapes.len() {
        return Ok(false);
    }
    let Some(&[first, second, dim]) = shapes.first() else { return Ok(false) };
    let same = |axis: usize, size: usize| shapes.iter().all(|shape| shape[axis] == size);
    let crops_first = match (same(0, first), same(1, second)) {
        (true, false) => true,
        (false, _) => false,
        (true, true) if !CROPS.contains(&first) || second == 1 => false,
        (true, true) => {
            let path = listing.videos.first().and_then(|video| video.paths.first());
            let what = format!(
                "shape {:?} may be {first} clips of {second} crops or {second} clips of {first}, and no other \
                 video here tells which; save {first} files `NAME__0.npy` ... of one crop each, [clips, d]",
                [first, second, dim]
            );
            return Err(FileError::new(path.cloned().unwrap_or_default(), what).into());
        }
    };
    if crops_first {
        listing.notes.push(format!(
            "arrays are read as [crops, clips, d]: {first} is the same for all {} videos",
            shapes.len()
        ));
    }
    Ok(crops_first)
}
