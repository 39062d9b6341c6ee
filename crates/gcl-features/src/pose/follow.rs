//! One video: decode, detect, find joints, join over time.

use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::poses::Track;
use gcl_data::tracks::Detection;
use serde::{Deserialize, Serialize};

use super::{Pose, Poser, Rgb};
use crate::detect::{Detector, DetectorOptions, Found, PERSON};
use crate::discover::VideoInput;
use crate::frame::Frame;
use crate::networks::NetworkError;
use crate::objects::{Tracker, TrackerOptions};
use crate::pipeline::Progress;
use crate::source::{Colour, Decoder, open_as};

/// Frames between two progress events.
const REPORT_EVERY: usize = 16;
/// Frames per second where a video does not say.
const FPS: f64 = 25.0;

/// How poses come from footage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PoseOptions {
    /// How persons are looked for.
    pub detector: DetectorOptions,
    /// The confidence from which on a box starts a track; less sure ones continue tracks.
    pub sure: f32,
    /// The least probability that a box holds a person, by the network of poses.
    pub person: f32,
    /// Every so many-th frame is looked at.
    pub every: u32,
    /// The most frames looked at for which a person may be missed and be filled in from before and after.
    pub fill: u32,
}

impl Default for PoseOptions {
    /// 0.4 to start a track, 0.5 for a person, every frame, 5 of them filled in.
    fn default() -> Self {
        let detector = DetectorOptions::default();
        Self { detector, sure: 0.4, person: 0.5, every: 1, fill: 5 }
    }
}

/// What comes of a video.
pub(super) enum Followed {
    Tracks { frames: usize, tracks: Vec<Track> },
    Skipped(String),
    Cancelled,
}

pub(super) fn follow(
    input: &VideoInput,
    (detector, poser): (&mut Detector, &mut Poser),
    options: &PoseOptions,
    decoder: Decoder,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Followed, NetworkError> {
    let mut source = match open_as(&input.path, decoder, Colour::AsCoded) {
        Ok(source) => source,
        Err(error) => return Ok(Followed::Skipped(error.to_string())),
    };
    let id = &input.id;
    progress(Progress::Started { id, frames: source.info().frames });
    let fps = source.info().fps.filter(|fps| fps.is_finite() && *fps > 0.0).unwrap_or(FPS);
    let tracker = TrackerOptions { fps, sure: options.sure, ..TrackerOptions::default() };
    let mut tracker = match Tracker::new(tracker) {
        Ok(tracker) => tracker,
        Err(error) => return Ok(Followed::Skipped(error.to_string())),
    };
    let (mut frame, mut frames, mut tracks) = (Frame::default(), 0usize, Vec::new());
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Ok(Followed::Cancelled);
        }
        match source.next(&mut frame) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Ok(Followed::Skipped(error.to_string())),
        }
        let place = frames as u32;
        if place.is_multiple_of(options.every.max(1)) {
            let seen = persons(&frame, place, detector, poser, options)?;
            match tracker.push(place, seen) {
                Ok(ended) => tracks.extend(ended),
                Err(error) => return Ok(Followed::Skipped(error.to_string())),
            }
        }
        frames += 1;
        if frames.is_multiple_of(REPORT_EVERY) {
            progress(Progress::Frames { id, frames: REPORT_EVERY });
        }
    }
    progress(Progress::Frames { id, frames: frames % REPORT_EVERY });
    tracks.extend(tracker.finish());
    tracks.sort_by_key(|track| track.boxes.id);
    let gap = options.every.max(1).saturating_mul(options.fill.saturating_add(1));
    let track = |track: crate::objects::Track<Pose>| {
        let keypoints = track.notes.iter().flat_map(|pose| pose.keypoints).flatten().collect();
        Track { id: track.boxes.id, frames: track.boxes.frames, keypoints }.filled(gap)
    };
    Ok(Followed::Tracks { frames, tracks: tracks.into_iter().map(track).collect() })
}

/// The persons of a frame with their poses, each once.
fn persons(
    frame: &Frame,
    place: u32,
    detector: &mut Detector,
    poser: &mut Poser,
    options: &PoseOptions,
) -> Result<Vec<(Detection, Pose)>, NetworkError> {
    let found: Vec<Found> =
        detector.detect(frame)?.into_iter().filter(|found| found.class == PERSON).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let pixels = frame.to_rgb();
    let rgb = Rgb::new(frame, &pixels);
    let mut persons: Vec<(Detection, Pose)> = Vec::new();
    for Found { bounds, confidence, .. } in found {
        let pose = poser.pose(&rgb, bounds)?;
        let known = persons.iter().any(|(_, other)| other.is_same(&pose));
        if pose.person >= options.person && !known {
            persons.push((Detection { frame: place, bounds, confidence: Some(confidence) }, pose));
        }
    }
    Ok(persons)
}
