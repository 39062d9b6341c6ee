//! Feature files of many videos: in parallel, resumable, each file written atomically.

pub(crate) mod footage;
mod shard;
mod stream;
mod video;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fs, thread};

use gcl_data::{At, Clips, FeatureError, FileError, VideoId, VideoNotes, is_finished};
pub use shard::{Shard, ShardError};
pub(crate) use video::{REPORT_EVERY, VideoOutcome};

use crate::areas::Areas;
use crate::discover::VideoInput;
use crate::extractor::{Extractor, ExtractorError};
use crate::source::Decoder;

/// The options of an extraction.
#[derive(Debug, Clone)]
pub struct ExtractOptions {
    /// The rule that cuts a video into clips.
    pub clips: Clips,
    /// The share of the videos to process; all of them if `None`.
    pub shard: Option<Shard>,
    /// Videos that are processed at the same time, at least 1. Features do not depend on it.
    pub threads: usize,
    /// Which decoders may be used.
    pub decoder: Decoder,
    /// The largest share of a video's frames that may be filled in for lost ones; a video of which more is lost is
    /// skipped.
    pub max_loss: f64,
    /// Which part of the pictures is looked at; features depend on it, and say so.
    pub areas: Areas,
}

/// The largest share of lost frames unless told otherwise: beyond half of them, most of what would be described is not
/// the camera's.
pub const MAX_LOSS: f64 = 0.5;

impl ExtractOptions {
    /// Threads that each of so many videos has for itself: a lone one has all cores.
    pub(crate) fn threads_each(&self, videos: usize) -> usize {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (cores / self.threads.min(videos).max(1)).max(1)
    }

    /// Why a video that was read to its end is skipped for what was lost of it, if it is.
    pub(crate) fn too_damaged(
        &self,
        path: &Path,
        frames: usize,
        notes: &VideoNotes,
    ) -> Option<String> {
        let loss = notes.loss(frames);
        let damage = notes.damage(frames).filter(|_| loss > self.max_loss)?;
        let (path, most) = (path.display(), self.max_loss);
        Some(format!(
            "{path}: {damage}; that is {loss:.2} of its frames, more than the {most} that may be lost"
        ))
    }
}

impl Default for ExtractOptions {
    /// Clips of 16 frames, no shard, as many threads as there are cores.
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (clips, decoder) = (Clips::default(), Decoder::Auto);
        Self { clips, shard: None, threads, decoder, max_loss: MAX_LOSS, areas: Areas::default() }
    }
}

/// A progress event of an extraction. Events of different videos interleave.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress<'a> {
    /// A video was opened.
    Started {
        /// The video.
        id: &'a VideoId,
        /// Its number of frames, where the file says.
        frames: Option<usize>,
    },
    /// Further frames of a video were decoded.
    Frames {
        /// The video.
        id: &'a VideoId,
        /// Frames since the last event.
        frames: usize,
    },
    /// A video's features are written.
    Finished {
        /// The video.
        id: &'a VideoId,
        /// All its frames.
        frames: usize,
        /// Its clips.
        clips: usize,
    },
    /// A video's features were there already.
    AlreadyDone {
        /// The video.
        id: &'a VideoId,
    },
    /// A video was left out.
    Skipped {
        /// The video.
        id: &'a VideoId,
        /// Why.
        reason: &'a str,
    },
}

/// The result of an extraction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Videos whose features were written.
    pub extracted: usize,
    /// Videos whose features existed already.
    pub already_done: usize,
    /// Videos without features, sorted by id, with the reason for each.
    pub skipped: Vec<(VideoId, String)>,
    /// Videos whose features were written although something of them was lost or odd, sorted by id, and what.
    pub damaged: Vec<(VideoId, String)>,
    /// Lines of texts of tracks that are no boxes, by video; the others were taken.
    pub bad_lines: Vec<(VideoId, usize)>,
    /// Frames of the videos whose features were written.
    pub frames: usize,
    /// Whether the extraction was cancelled before its end; running it again resumes it.
    pub cancelled: bool,
}

/// Why an extraction stopped. Finished feature files are kept, and are not extracted again.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum ExtractError {
    /// The folder of features cannot be read or written, or holds features made in another way.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A folder, tracks or a list of objects cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The extractor failed.
    #[error("{id}: {source}")]
    Extractor { id: VideoId, source: ExtractorError },
    /// The tracks of a video cannot be written.
    #[error(transparent)]
    Tracks(#[from] gcl_data::TrackError),
    /// The clip rule is out of range.
    #[error(transparent)]
    Clips(#[from] gcl_data::ClipError),
}

/// Writes the features of `inputs` to `out_dir`: `<id>.npy` and `<id>.json` for each video.
///
/// Videos whose features exist already are not extracted again. One of which nothing can be decoded, or more is lost than
/// [`ExtractOptions::max_loss`], or that has too few frames for a clip, is skipped and reported, and leaves no file; what was
/// lost of the others is counted and said. Features are
/// written clip by clip, to a temporary file until the video's end. Setting `cancel` stops the work within
/// a frame, or a batch of clips; finished files are kept. The same videos give the same bytes, whatever the
/// threads, shards and interruptions.
///
/// ```
/// use std::sync::atomic::AtomicBool;
///
/// use gcl_features::{ExtractOptions, discover, extract, gradient::Gradient};
///
/// # let dir = tempfile::tempdir()?;
/// # let (footage, out) = (dir.path().join("camera.y4m"), dir.path().join("features"));
/// // 20 grey frames of 64 × 48 pixels, in place of a recording.
/// let frame = [&b"FRAME\n"[..], &[128; 64 * 48]].concat();
/// std::fs::write(&footage, [&b"YUV4MPEG2 W64 H48 F25:1 Cmono\n"[..], &frame.repeat(20)].concat())?;
/// let videos = discover(&[footage])?;
/// let options = ExtractOptions::default();
/// let summary = extract(&videos, &out, &Gradient, &options, &AtomicBool::new(false), &|_| ())?;
/// assert_eq!((summary.extracted, summary.frames), (1, 20));
/// assert!(out.join("camera.npy").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ExtractError`], for the first failure that would affect every video.
pub fn extract<E: Extractor>(
    inputs: &[VideoInput],
    out_dir: &Path,
    extractor: &E,
    options: &ExtractOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, ExtractError> {
    let mut identity = extractor.identity(options.clips.of_fixed_length()?);
    options.areas.mark(&mut identity);
    // More were slower where it was measured: see docs/extraction.md.
    let threads = 1;
    let job =
        video::Job { extractor, identity: &identity, options, threads, out_dir, cancel, progress };
    let finished = |input: &VideoInput, footage: Option<&str>| {
        Ok(is_finished(out_dir, &input.id, &identity, footage)?)
    };
    each_video(inputs, out_dir, options, progress, finished, |input, footage| {
        job.run(input, footage)
    })
}

/// Runs `job` for every video of the shard that is not `finished`, both given the video and the hash of its
/// footage; some at a time, the largest first.
pub(crate) fn each_video<E: From<ExtractError> + Send>(
    inputs: &[VideoInput],
    out_dir: &Path,
    options: &ExtractOptions,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    finished: impl Fn(&VideoInput, Option<&str>) -> Result<bool, E>,
    job: impl Fn(&VideoInput, Option<String>) -> Result<VideoOutcome, E> + Sync,
) -> Result<Summary, E> {
    fs::create_dir_all(out_dir).at(out_dir).map_err(ExtractError::File)?;

    // Features of another kind in the folder are found before any work is done.
    let mut summary = Summary::default();
    let mut todo = Vec::new();
    for input in share(inputs, options.shard) {
        if input.refused.is_some() {
            todo.push((0, input, None));
            continue;
        }
        let footage = footage::hash_of(&input.path);
        if finished(input, footage.as_deref())? {
            summary.already_done += 1;
            progress(Progress::AlreadyDone { id: &input.id });
        } else {
            todo.push((video::bytes(&input.path), input, footage));
        }
    }
    // A long video that starts last would keep one thread busy while the others have nothing to do.
    todo.sort_by(|(a, x, _), (b, y, _)| b.cmp(a).then_with(|| x.id.cmp(&y.id)));

    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let results = Mutex::new((summary, None));
    thread::scope(|scope| {
        for _ in 0..options.threads.clamp(1, todo.len().max(1)) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let Some((_, input, footage)) = todo.get(next.fetch_add(1, Ordering::Relaxed))
                    else {
                        break;
                    };
                    let outcome = match input.refused.clone() {
                        Some(reason) => Ok(VideoOutcome::Skipped(reason)),
                        None => job(input, footage.clone()),
                    };
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    match outcome {
                        Ok(outcome) => results.0.add(&input.id, outcome, progress),
                        Err(error) => {
                            failed.store(true, Ordering::Relaxed);
                            results.1.get_or_insert(error);
                        }
                    }
                }
            });
        }
    });
    let (mut summary, error) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.skipped.sort();
    summary.damaged.sort();
    error.map_or(Ok(summary), Err)
}

/// Whatever writes features of videos to a folder: every [`Extractor`] by [`extract`], and
/// [`ObjectFeatures`](crate::objects::ObjectFeatures).
pub trait FeatureWork {
    /// Writes the features of `inputs` to `out_dir`, as [`extract`] does.
    ///
    /// # Errors
    /// [`ExtractError`], for the first failure that would affect every video.
    fn extract_all(
        &self,
        inputs: &[VideoInput],
        out_dir: &Path,
        options: &ExtractOptions,
        cancel: &AtomicBool,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Summary, ExtractError>;
}

impl<E: Extractor> FeatureWork for E {
    fn extract_all(
        &self,
        inputs: &[VideoInput],
        out_dir: &Path,
        options: &ExtractOptions,
        cancel: &AtomicBool,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Summary, ExtractError> {
        extract(inputs, out_dir, self, options, cancel, progress)
    }
}

impl Summary {
    fn add(
        &mut self,
        id: &VideoId,
        outcome: VideoOutcome,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) {
        match outcome {
            VideoOutcome::Written { frames, clips, notes } => {
                self.extracted += 1;
                self.frames += frames;
                if let Some(damage) = notes.damage(frames) {
                    self.damaged.push((id.clone(), damage.to_string()));
                }
                progress(Progress::Finished { id, frames, clips });
            }
            VideoOutcome::Skipped(reason) => {
                progress(Progress::Skipped { id, reason: &reason });
                self.skipped.push((id.clone(), reason));
            }
            VideoOutcome::Cancelled => self.cancelled = true,
        }
    }
}

/// The videos of a shard, by their place in the list sorted by id.
pub(crate) fn share(
    inputs: &[VideoInput],
    shard: Option<Shard>,
) -> impl Iterator<Item = &VideoInput> {
    let mut sorted: Vec<&VideoInput> = inputs.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    sorted
        .into_iter()
        .enumerate()
        .filter(move |(position, _)| shard.is_none_or(|shard| shard.holds(*position)))
        .map(|(_, input)| input)
}
