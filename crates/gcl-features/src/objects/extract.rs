//! Objects of many videos: tracks as text, and features that train like any others.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::tracks::{SNIPPET_FEATURES, snippet_features, write_tracks};
use gcl_data::{
    Clips, ExtractorIdentity, FeatureMeta, ObjectRow, VideoId, is_finished, write_features,
    write_object_rows,
};
use serde_json::json;

use super::windows::WINDOW_VALUES;
use super::{FollowError, Followed, Follower, ObjectWindow};
use crate::areas::Masked;
use crate::discover::VideoInput;
use crate::frame::Frame;
use crate::pipeline::{
    ExtractError, ExtractOptions, FeatureWork, Progress, REPORT_EVERY, Summary, VideoOutcome,
    each_video,
};
use crate::source::{Colour, FrameSource, SourceError, open_as};
use crate::tracks::TrackOptions;

/// Frames per second of footage that does not say, such as folders of frames.
const FPS: f64 = 25.0;

/// What a row of features is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFeatures {
    /// A clip, described by all boxes in it ([`snippet_features`]): 48 values.
    Clips,
    /// An object in a clip ([`Followed::windows`]): 8 values. A clip's score is that of its most anomalous
    /// object.
    Windows,
}

gcl_data::named!(ObjectFeatures: Clips = "objects", Windows = "object-windows");

impl ObjectFeatures {
    /// The identity that features used together must share.
    pub fn identity(self, clips: Clips) -> ExtractorIdentity {
        let mut identity = TrackOptions { clips, ..TrackOptions::default() }.identity();
        identity.name = self.name().to_owned();
        identity.version = "1".to_owned();
        match self {
            Self::Clips => identity,
            Self::Windows => {
                identity.parameters =
                    [("values".to_owned(), json!(WINDOW_VALUES))].into_iter().collect();
                identity.of_objects()
            }
        }
    }
}

/// Where the tracks of a video are in a folder of object features.
pub fn tracks_file(out_dir: &Path, id: &VideoId) -> PathBuf {
    id.file(&out_dir.join("tracks"), "txt")
}

/// Finds and follows the objects of `inputs`, and writes for each video its tracks,
/// `<out_dir>/tracks/<id>.txt` ([`gcl_data::read_tracks`]), and features, `<id>.npy` and `<id>.json`; where
/// rows are objects also their places, `<id>.csv`.
///
/// What is true of [`extract`](crate::extract) is true here: finished videos are not decoded again, one that
/// cannot be read or has no feature is skipped and reported, `cancel` stops within a frame, and results do not
/// depend on threads, shards and interruptions.
///
/// # Errors
/// [`ExtractError`], for the first failure that would affect every video.
pub fn extract_objects(
    inputs: &[VideoInput],
    out_dir: &Path,
    what: ObjectFeatures,
    options: &ExtractOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, ExtractError> {
    let mut identity = what.identity(options.clips.of_fixed_length()?);
    options.areas.mark(&mut identity);
    // More were slower where it was measured: see docs/extraction.md.
    let threads = 1;
    let job = Job { what, identity: &identity, options, threads, out_dir, cancel, progress };
    let finished = |input: &VideoInput, footage: Option<&str>| {
        let features = is_finished(out_dir, &input.id, &identity, footage)?;
        Ok(features && tracks_file(out_dir, &input.id).exists())
    };
    each_video(inputs, out_dir, options, progress, finished, |input, footage| {
        job.run(input, footage)
    })
}

impl FeatureWork for ObjectFeatures {
    fn extract_all(
        &self,
        inputs: &[VideoInput],
        out_dir: &Path,
        options: &ExtractOptions,
        cancel: &AtomicBool,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Summary, ExtractError> {
        extract_objects(inputs, out_dir, *self, options, cancel, progress)
    }
}

/// What all videos of an extraction share.
struct Job<'a> {
    what: ObjectFeatures,
    identity: &'a ExtractorIdentity,
    options: &'a ExtractOptions,
    /// Threads that decode a video.
    threads: usize,
    out_dir: &'a Path,
    cancel: &'a AtomicBool,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// Why a video is left out.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{}: {source}", path.display())]
    Follow { path: PathBuf, source: FollowError },
    #[error("cancelled")]
    Cancelled,
}

impl Job<'_> {
    fn run(
        &self,
        input: &VideoInput,
        footage: Option<String>,
    ) -> Result<VideoOutcome, ExtractError> {
        let skip =
            |what: String| Ok(VideoOutcome::Skipped(format!("{}: {what}", input.path.display())));
        let opened = open_as(&input.path, self.options.decoder, Colour::AsCoded, self.threads);
        let opened = opened.map_err(Left::from);
        let followed = opened.and_then(|source| {
            let mut source = Masked::wrap(source, &self.options.areas);
            let followed = self.follow(input, source.as_mut())?;
            Ok((followed, source.info().clone(), source.notes()))
        });
        let (followed, info, video) = match followed {
            Ok(found) => found,
            Err(Left::Cancelled) => return Ok(VideoOutcome::Cancelled),
            Err(left) => return Ok(VideoOutcome::Skipped(left.to_string())),
        };
        let (frames, clips) = (followed.frames, self.options.clips);
        if let Some(reason) = self.options.too_damaged(&input.path, frames, &video) {
            return Ok(VideoOutcome::Skipped(reason));
        }
        if clips.count(frames) == 0 {
            return skip(format!("{frames} frames are too few for a clip of {}", clips.length));
        }
        let (values, dim, places) = match self.what {
            ObjectFeatures::Clips => {
                let TrackOptions { lag, max_gap, .. } = TrackOptions::default();
                match snippet_features(&followed.boxes(), frames, clips, lag, max_gap) {
                    Ok(values) => (values, SNIPPET_FEATURES, None),
                    Err(error) => return skip(error.to_string()),
                }
            }
            ObjectFeatures::Windows => {
                let windows = followed.windows(clips);
                let values: Vec<f32> = windows.iter().flat_map(|window| window.values).collect();
                (values, WINDOW_VALUES, Some(windows.iter().map(row).collect::<Vec<_>>()))
            }
        };
        if values.is_empty() {
            return skip("nothing moves in it".to_owned());
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return skip(format!("a feature is {value}; some boxes are too small"));
        }
        write_tracks(tracks_file(self.out_dir, &input.id), &followed.boxes())?;
        if let Some(places) = places {
            write_object_rows(self.out_dir, &input.id, &places)?;
        }
        let meta = FeatureMeta {
            extractor: self.identity.clone(),
            decoder: info.decoder,
            frames,
            fps: info.fps.filter(|fps| fps.is_finite() && *fps > 0.0),
            footage,
            regions: None,
            video: video.clone(),
        };
        let rows = values.len() / dim;
        write_features(self.out_dir, &input.id, &[rows, dim], &values, &meta)?;
        Ok(VideoOutcome::Written { frames, clips: rows, notes: video })
    }

    fn follow(&self, input: &VideoInput, source: &mut dyn FrameSource) -> Result<Followed, Left> {
        let (id, located) = (&input.id, |source| Left::Follow { path: input.path.clone(), source });
        (self.progress)(Progress::Started { id, frames: source.info().frames });
        let fps = source.info().fps.filter(|fps| fps.is_finite() && *fps > 0.0).unwrap_or(FPS);
        let mut follower = Follower::new(fps).map_err(located)?;
        let mut frame = Frame::default();
        let mut read = 0;
        while source.next(&mut frame)? {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(Left::Cancelled);
            }
            follower.push(&frame).map_err(located)?;
            read += 1;
            if read % REPORT_EVERY == 0 {
                (self.progress)(Progress::Frames { id, frames: REPORT_EVERY });
            }
        }
        (self.progress)(Progress::Frames { id, frames: read % REPORT_EVERY });
        follower.finish().map_err(located)
    }
}

fn row(window: &ObjectWindow) -> ObjectRow {
    let &ObjectWindow { clip, track, frame, bounds, .. } = window;
    ObjectRow { segment: clip, object: track, frame, bounds }
}
