//! From footage to tracked poses, a JSON for each video.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use gcl_data::FileError;
use gcl_data::poses::{Track, write_poses};

use super::Poser;
use super::persons::{PoseOptions, persons};
use super::record::PoseRecord;
use crate::detect::{Detector, FollowStop, Following, Model};
use crate::discover::VideoInput;
use crate::networks::NetworkError;
use crate::pipeline::{ExtractError, ExtractOptions, Progress, Summary, VideoOutcome, each_video};
use crate::source::{Colour, open_as};

/// Why an extraction stopped. Finished files are kept, and are not made again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoseExtractError {
    /// A network does not run.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A file cannot be written, or the folder holds poses that were made in another way, or elsewhere.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder cannot be made.
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

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
    let record = PoseRecord::new(&detector.sha256, &poser.sha256, options).open(out)?;
    let record = Mutex::new(record);
    let record = || record.lock().unwrap_or_else(PoisonError::into_inner);
    let finished = |input: &VideoInput, footage: Option<&str>| {
        Ok(record().is_done(&input.id, &input.id.file(out, "json"), footage)?)
    };
    let threads = how.threads_each(inputs.len());
    let job = |input: &VideoInput, footage: Option<String>| {
        let mut source = match open_as(&input.path, how.decoder, Colour::AsCoded, 1) {
            Ok(source) => source,
            Err(error) => return Ok(VideoOutcome::Skipped(error.to_string())),
        };
        let mut finder = Detector::new(&detector.graph, options.detector, threads)?;
        let mut poser = Poser::new(&poser.graph, threads)?;
        let (sure, every) = (options.sure, options.every);
        let following = Following { id: &input.id, sure, every, cancel, progress };
        let followed = following.follow(source.as_mut(), |frame, place| {
            persons(frame, place, &mut finder, &mut poser, options)
        });
        let (tracks, frames) = match followed {
            Ok(followed) => followed,
            Err(FollowStop::Cancelled) => return Ok(VideoOutcome::Cancelled),
            Err(FollowStop::Network(error)) => return Err(error.into()),
            Err(stop) => return Ok(VideoOutcome::Skipped(stop.to_string())),
        };
        let notes = source.notes();
        if let Some(reason) = how.too_damaged(&input.path, frames, &notes) {
            return Ok(VideoOutcome::Skipped(reason));
        }
        let tracks: Vec<Track> = tracks.into_iter().map(|track| options.poses(track)).collect();
        let file = input.id.file(out, "json");
        record().note(&input.id, &file, footage)?;
        write_poses(file, &tracks)?;
        Ok(VideoOutcome::Written { frames, clips: tracks.len(), notes })
    };
    each_video(inputs, out, how, progress, finished, job)
}
