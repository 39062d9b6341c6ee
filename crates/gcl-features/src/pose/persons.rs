//! The persons of each frame, and what a track of them becomes.

use gcl_data::poses::Track;
use gcl_data::tracks::Detection;
use serde::{Deserialize, Serialize};

use super::{Pose, Poser, Rgb};
use crate::detect::{Detector, DetectorOptions, Found, PERSON};
use crate::frame::Frame;
use crate::networks::NetworkError;
use crate::objects;

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

impl PoseOptions {
    /// A track's poses, with those that are missing between two of them.
    pub(super) fn poses(&self, track: objects::Track<Pose>) -> Track {
        let gap = self.every.max(1).saturating_mul(self.fill.saturating_add(1));
        let keypoints = track.notes.iter().flat_map(|pose| pose.keypoints).flatten().collect();
        Track { id: track.boxes.id, frames: track.boxes.frames, keypoints }.filled(gap)
    }
}

/// The persons of a frame with their poses, each once.
pub(super) fn persons(
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
    for person in found {
        let pose = poser.pose(&rgb, person.bounds)?;
        let known = persons.iter().any(|(_, other)| other.is_same(&pose));
        if pose.person >= options.person && !known {
            persons.push((person.detection(place), pose));
        }
    }
    Ok(persons)
}
