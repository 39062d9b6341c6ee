//! From footage to tracked poses, a JSON for each video.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use gcl_data::poses::write_poses;
use gcl_data::{PoseError, VideoId};
use gcl_kernels::Graph;

use super::Poser;
use super::follow::{Followed, PoseOptions, follow};
use super::record::{PoseRecord, RecordError};
use crate::detect::Detector;
use crate::discover::VideoInput;
use crate::networks::NetworkError;
use crate::pipeline::footage::hash_of;
use crate::pipeline::{ExtractOptions, Progress, Summary, share};

/// A network and the sum of the file that it came from.
#[derive(Debug)]
pub struct Model {
    /// The graph with its weights.
    pub graph: Graph,
    /// SHA-256 of the weight file, 64 hex digits.
    pub sha256: String,
}

/// Why an extraction stopped. Finished files are kept, and are not made again.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum PoseExtractError {
    /// A network does not run.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A file cannot be written.
    #[error(transparent)]
    Poses(#[from] PoseError),
    /// The folder holds poses that were made in another way, or elsewhere.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What comes of a video.
type Outcome = Result<Followed, PoseExtractError>;

/// Writes the poses of all persons in `inputs` to `<id>.json` in `out`, in AlphaPose's form, which
/// [`PoseSet`](gcl_data::poses::PoseSet) reads.
///
/// [`SsdMobileNetV2`](crate::detect::SsdMobileNetV2) finds persons in each frame, [`BlazePoseLite`](super::BlazePoseLite)
/// their joints, and a [`Tracker`](crate::objects::Tracker) joins them over time. Videos that are done are not done again;
/// one that cannot be decoded to its end is skipped and reported. Of `how`, the clip rule plays no part. Setting `cancel`
/// stops within a frame. The same videos give the same bytes, whatever the threads, shards and interruptions.
///
/// # Errors
/// [`PoseExtractError`], for the first failure that would affect every video.
pub fn extract_poses(
    inputs: &[VideoInput],
    out: &Path,
    [detector, poser]: [&Model; 2],
    options: &PoseOptions,
    how: &ExtractOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, PoseExtractError> {
    let record = PoseRecord::new(&detector.sha256, &poser.sha256, options);
    let record = record.open(out)?;
    let mut summary = Summary::default();
    let mut todo: Vec<(&VideoInput, PathBuf, Option<String>)> = Vec::new();
    for input in share(inputs, how.shard) {
        let (path, footage) = (input.id.file(out, "json"), hash_of(&input.path));
        if record.is_done(&input.id, &path, footage.as_deref())? {
            summary.already_done += 1;
            progress(Progress::AlreadyDone { id: &input.id });
        } else {
            todo.push((input, path, footage));
        }
    }
    let workers = how.threads.clamp(1, todo.len().max(1));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // Networks of their own for each video at a time; a lone video has all cores.
    let threads = if workers == 1 { cores } else { 1 };
    let networks = || -> Result<_, NetworkError> {
        let finder = Detector::new(&detector.graph, options.detector, threads)?;
        Ok((finder, Poser::new(&poser.graph, threads)?))
    };
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let shared = Mutex::new((summary, record, None));
    let work = || {
        let fail = |error: PoseExtractError| {
            failed.store(true, Ordering::Relaxed);
            shared.lock().unwrap_or_else(PoisonError::into_inner).2.get_or_insert(error);
        };
        let (mut detector, mut poser) = match networks() {
            Ok(networks) => networks,
            Err(error) => return fail(error.into()),
        };
        while !failed.load(Ordering::Relaxed) {
            let Some((input, path, footage)) = todo.get(next.fetch_add(1, Ordering::Relaxed))
            else {
                break;
            };
            let networks = (&mut detector, &mut poser);
            let outcome: Outcome =
                follow(input, networks, options, how.decoder, cancel, progress).map_err(Into::into);
            let done = outcome.and_then(|outcome| {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if let Followed::Tracks { tracks, .. } = &outcome {
                    shared.1.note(&input.id, path, footage.clone())?;
                    write_poses(path, tracks)?;
                }
                add(&mut shared.0, &input.id, outcome, progress);
                Ok(())
            });
            if let Err(error) = done {
                return fail(error);
            }
        }
    };
    thread::scope(|scope| {
        (0..workers).for_each(|_| drop(scope.spawn(&work)));
    });
    let (mut summary, _, error) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.skipped.sort();
    error.map_or(Ok(summary), Err)
}

fn add(
    summary: &mut Summary,
    id: &VideoId,
    outcome: Followed,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) {
    match outcome {
        Followed::Tracks { frames, tracks } => {
            summary.extracted += 1;
            summary.frames += frames;
            progress(Progress::Finished { id, frames, clips: tracks.len() });
        }
        Followed::Skipped(reason) => {
            progress(Progress::Skipped { id, reason: &reason });
            summary.skipped.push((id.clone(), reason));
        }
        Followed::Cancelled => summary.cancelled = true,
    }
}
