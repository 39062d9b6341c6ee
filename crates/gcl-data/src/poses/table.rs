//! The poses of a file by person and frame, as they are read.

use std::collections::BTreeMap;

use super::item::{Pose, frame_of};
use super::link::link;
use super::{POSE_VALUES, PoseFile, Track};

pub(super) type Values = [f32; POSE_VALUES];
pub(super) type PersonFrames = BTreeMap<u32, Values>;

/// What was read so far.
#[derive(Default)]
pub(super) struct PoseTable {
    persons: BTreeMap<u32, PersonFrames>,
    /// Poses that no tracker gave to a person, by frame.
    loose: BTreeMap<u32, Vec<Values>>,
    /// Poses without key-points.
    empty: usize,
    /// Poses of COCO's annotations, whose pictures may be named behind them.
    annotations: Vec<Pose>,
    /// COCO's pictures: the number of each and its frame.
    images: BTreeMap<String, u32>,
}

impl PoseTable {
    /// Adds one pose.
    pub(super) fn add(
        &mut self,
        person: Option<u32>,
        frame: u32,
        pose: &Pose,
    ) -> Result<(), String> {
        let who = person.map_or_else(|| "a person".to_owned(), |person| format!("person {person}"));
        let located = |what: String| format!("{who}, frame {frame}: {what}");
        let Some(values) = pose.keypoints().map_err(located)? else {
            self.empty += 1;
            return Ok(());
        };
        let Some(person) = person else {
            self.loose.entry(frame).or_default().push(values);
            return Ok(());
        };
        match self.persons.entry(person).or_default().insert(frame, values) {
            None => Ok(()),
            Some(_) => Err(located("the frame appears twice".to_owned())),
        }
    }

    /// Adds a pose that says whose it is, if anyone's.
    pub(super) fn add_own(&mut self, frame: Option<u32>, pose: &Pose) -> Result<(), String> {
        let of = || "a pose without `image_id`: it is of no frame".to_owned();
        let frame = match (frame, &pose.image) {
            (Some(frame), _) => frame,
            (None, Some(image)) => match self.images.get(image) {
                Some(frame) => *frame,
                None => frame_of(image)?,
            },
            (None, None) => return Err(of()),
        };
        let person = pose.person.clone().transpose()?.flatten();
        self.add(person, frame, pose)
    }

    /// Keeps a pose until all pictures are known.
    pub(super) fn add_later(&mut self, pose: Pose) {
        self.annotations.push(pose);
    }

    /// Notes which frame a picture's number stands for.
    pub(super) fn add_image(&mut self, id: String, name: &str) -> Result<(), String> {
        self.images.insert(id, frame_of(name)?);
        Ok(())
    }

    /// All poses, those of nobody linked where the file tells no person from another.
    pub(super) fn finish(mut self) -> Result<PoseFile, String> {
        for pose in std::mem::take(&mut self.annotations) {
            self.add_own(None, &pose)?;
        }
        let Self { mut persons, loose, empty, .. } = self;
        let linked = persons.is_empty() && !loose.is_empty();
        let mut dropped = empty;
        match linked {
            true => persons = link(&loose)?,
            false => dropped += loose.values().map(Vec::len).sum::<usize>(),
        }
        let track = |(id, poses): (u32, PersonFrames)| Track {
            id,
            frames: poses.keys().copied().collect(),
            keypoints: poses.into_values().flatten().collect(),
        };
        let tracks =
            persons.into_iter().filter(|(_, poses)| !poses.is_empty()).map(track).collect();
        Ok(PoseFile { tracks, linked, dropped })
    }
}
