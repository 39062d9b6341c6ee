//! Objects that a detector finds, followed over time: tracks as text, and features that train like any others.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_data::tracks::{SNIPPET_FEATURES, snippet_features, write_tracks};
use gcl_data::{BoxTrack, Clips, ExtractorIdentity, FeatureMeta, is_finished, write_features};
use serde_json::{Map, Value};

use super::{Detector, DetectorOptions, FollowStop, Following, Model};
use crate::discover::VideoInput;
use crate::extractor::ExtractorError;
use crate::networks::NetworkError;
use crate::objects::tracks_file;
use crate::pipeline::{ExtractError, ExtractOptions, Progress, Summary, VideoOutcome, each_video};
use crate::source::{Colour, open_as};
use crate::tracks::TrackOptions;

/// The classes of what moves by itself: bicycle, person, cattle, cat, vehicle, dog, car.
const MOVING: [usize; 7] = [1, super::PERSON, 6, 8, 18, 20, 23];

/// How objects are found and followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectOptions {
    /// How they are looked for.
    pub detector: DetectorOptions,
    /// The confidence from which on a box starts a track; less sure ones continue tracks.
    pub sure: f32,
}

impl DetectOptions {
    /// The identity that features used together must share.
    pub fn identity(&self, model: &Model, clips: Clips) -> ExtractorIdentity {
        let mut identity = TrackOptions { clips, ..TrackOptions::default() }.identity();
        identity.name = "detected-objects".to_owned();
        identity.version = "1".to_owned();
        let options = serde_json::to_value(self.detector).ok();
        let options = options.and_then(|value| value.as_object().cloned());
        let sure = Map::from_iter([("sure".to_owned(), Value::from(self.sure))]);
        identity.parameters.extend(options.unwrap_or_default().into_iter().chain(sure));
        identity.weights_sha256 = Some(model.sha256.clone());
        identity
    }
}

/// Finds what moves by itself (persons, bicycles, vehicles, animals) in every frame of `inputs`, follows it, and writes
/// for each video its tracks, `<out>/tracks/<id>.txt` ([`gcl_data::read_tracks`]), and what all boxes of each clip do
/// ([`snippet_features`]), `<id>.npy` and `<id>.json`.
///
/// What is true of [`extract`](crate::extract) is true here.
///
/// # Errors
/// [`ExtractError`], for the first failure that would affect every video.
pub fn extract_detected(
    inputs: &[VideoInput],
    out: &Path,
    model: &Model,
    options: &DetectOptions,
    how: &ExtractOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, ExtractError> {
    let clips = how.clips.of_fixed_length()?;
    let identity = options.identity(model, clips);
    let threads = how.threads_each(inputs.len());
    let finished = |input: &VideoInput, footage: Option<&str>| {
        let features = is_finished(out, &input.id, &identity, footage)?;
        Ok(features && tracks_file(out, &input.id).exists())
    };
    let job = |input: &VideoInput, footage: Option<String>| {
        let failed = |error: NetworkError| ExtractError::Extractor {
            id: input.id.clone(),
            source: ExtractorError::from(error),
        };
        let skip =
            |what: String| Ok(VideoOutcome::Skipped(format!("{}: {what}", input.path.display())));
        let mut source = match open_as(&input.path, how.decoder, Colour::AsCoded, 1) {
            Ok(source) => source,
            Err(error) => return Ok(VideoOutcome::Skipped(error.to_string())),
        };
        let mut detector =
            Detector::new(&model.graph, options.detector, threads).map_err(failed)?;
        let id = &input.id;
        let following = Following { id, sure: options.sure, every: 1, cancel, progress };
        let followed = following.follow(source.as_mut(), |frame, place| {
            let found = detector.detect(frame)?;
            let moving = found.into_iter().filter(|found| MOVING.contains(&found.class));
            Ok(moving.map(|found| (found.detection(place), ())).collect())
        });
        let (tracks, frames) = match followed {
            Ok(followed) => followed,
            Err(FollowStop::Cancelled) => return Ok(VideoOutcome::Cancelled),
            Err(FollowStop::Network(error)) => return Err(failed(error)),
            Err(stop) => return Ok(VideoOutcome::Skipped(stop.to_string())),
        };
        let (info, notes) = (source.info().clone(), source.notes());
        if let Some(reason) = how.too_damaged(&input.path, frames, &notes) {
            return Ok(VideoOutcome::Skipped(reason));
        }
        let tracks: Vec<BoxTrack> = tracks.into_iter().map(|track| track.boxes).collect();
        let TrackOptions { lag, max_gap, .. } = TrackOptions::default();
        let values = match snippet_features(&tracks, frames, clips, lag, max_gap) {
            Ok(values) => values,
            Err(error) => return skip(error.to_string()),
        };
        if values.is_empty() {
            return skip(format!("{frames} frames are too few for a clip of {}", clips.length));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return skip(format!("a feature is {value}; some boxes are too small"));
        }
        write_tracks(tracks_file(out, id), &tracks)?;
        let fps = info.fps.filter(|fps| fps.is_finite() && *fps > 0.0);
        let (extractor, decoder) = (identity.clone(), info.decoder);
        let rows = values.len() / SNIPPET_FEATURES;
        let video = notes.clone();
        let meta = FeatureMeta { extractor, decoder, frames, fps, footage, regions: None, video };
        write_features(out, id, &[rows, SNIPPET_FEATURES], &values, &meta)?;
        Ok(VideoOutcome::Written { frames, clips: rows, notes })
    };
    each_video(inputs, out, how, progress, finished, job)
}
