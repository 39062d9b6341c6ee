//! Where moments of objects are: the box of the object that gives a moment its score.

use std::collections::BTreeMap;
use std::path::Path;

use gcl_data::tracks::Bounds;
use gcl_data::{FeatureSet, ObjectRow, VideoId};
use gcl_eval::Moment;
use gcl_eval::report::VideoScores;

use super::places::segment_at;
use crate::error::Result;
use crate::facts::{Facts, VideoFacts};

/// Objects by the number of their video among the report's, opened when a moment asks for them.
pub(super) struct Objects<'a> {
    videos: &'a [VideoScores],
    facts: &'a Facts,
    sets: BTreeMap<&'a Path, FeatureSet>,
}

impl<'a> Objects<'a> {
    pub(super) fn new(videos: &'a [VideoScores], facts: &'a Facts) -> Self {
        Self { videos, facts, sets: BTreeMap::new() }
    }

    /// The box, in pixels of the video, of the object that gives a moment's peak its score. The peak moves to the
    /// frame of that box where its score is the same. `None` where no objects were scored.
    ///
    /// # Errors
    /// If the features that were scored are not there any more, or their list of objects is damaged.
    pub(super) fn point_at(&mut self, moment: &mut Moment) -> Result<Option<Bounds>> {
        let Some(scored) = self.videos.iter().find(|video| video.video == moment.video) else {
            return Ok(None);
        };
        let known = self.facts.iter().find(|(id, _)| id.as_str() == moment.video);
        let Some((id, VideoFacts { features: Some(dir), objects, .. })) = known else {
            return Ok(None);
        };
        if objects.is_empty() {
            return Ok(None);
        }
        let set = match self.sets.remove(dir.as_path()) {
            Some(set) => set,
            None => FeatureSet::open(dir)?,
        };
        let row = row_at(&set, id, objects, (moment.peak_frame, scored.scores.len()));
        self.sets.insert(dir, set);
        Ok(row?.map(|ObjectRow { frame, bounds, .. }| {
            let score = |frame: usize| scored.scores.get(frame);
            let frame = frame as usize;
            if score(frame) == score(moment.peak_frame) {
                moment.peak_frame = frame;
            }
            bounds
        }))
    }
}

/// The place of the object that gives a frame of so many its score.
fn row_at(
    set: &FeatureSet,
    id: &VideoId,
    objects: &[Option<u32>],
    (frame, frames): (usize, usize),
) -> Result<Option<ObjectRow>> {
    let (Some(index), Some(clips)) = (set.index_of(id), set.clips()) else { return Ok(None) };
    let segment = segment_at(frame, frames, clips);
    let Some(object) = objects.get(segment).copied().flatten() else { return Ok(None) };
    let rows = set.object_rows(index)?.unwrap_or_default();
    Ok(rows.into_iter().find(|row| (row.segment, row.object) == (segment, object)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::{Clips, ExtractorIdentity, FeatureMeta, write_features, write_object_rows};

    use super::*;

    /// Two objects in the first of three clips, none in the second, one of them in the third.
    fn write(dir: &Path, id: &VideoId) {
        let row = |segment, object, frame, left| {
            let bounds = [left, 10.0, left + 5.0, 20.0];
            ObjectRow { segment, object, frame, bounds }
        };
        let rows = [row(0, 1, 7, 0.0), row(0, 2, 12, 40.0), row(2, 1, 40, 80.0)];
        let extractor = ExtractorIdentity {
            name: "things".to_owned(),
            version: "1".to_owned(),
            parameters: Default::default(),
            preprocessing: Default::default(),
            weights_sha256: None,
            random_weights: false,
            clips: Clips::default(),
            crops: 1,
        };
        let extractor = extractor.of_objects();
        let decoder = "none".to_owned();
        let (fps, footage, regions, video) = (None, None, None, Default::default());
        let meta = FeatureMeta { extractor, decoder, frames: 48, fps, footage, regions, video };
        write_object_rows(dir, id, &rows).unwrap();
        write_features(dir, id, &[3, 1], &[0.1, 0.9, 0.4], &meta).unwrap();
    }

    #[test]
    fn the_highest_scoring_object_at_the_peak() {
        let dir = tempfile::tempdir().unwrap();
        let id = VideoId::new("a/01").unwrap();
        write(dir.path(), &id);
        let scores: Vec<f32> =
            (0..48).map(|frame| [0.9, 0.1, 0.4][frame / 16] + f32::from(frame == 44)).collect();
        let videos = [VideoScores { video: id.to_string(), scores, ..VideoScores::default() }];
        let facts = |objects: &[Option<u32>], dir: &Path| {
            let features = Some(dir.to_owned());
            let facts = VideoFacts { features, objects: objects.to_vec(), ..VideoFacts::default() };
            Facts::from([(id.clone(), facts)])
        };
        let found = |facts: &Facts, peak_frame| {
            let (video, score) = (id.to_string(), 1.0);
            let mut moment = Moment { video, start: 0, end: 48, peak_frame, score };
            let bounds = Objects::new(&videos, facts).point_at(&mut moment);
            bounds.map(|bounds| (bounds, moment.peak_frame))
        };
        let known = facts(&[Some(2), None, Some(1)], dir.path());
        assert_eq!(found(&known, 8).unwrap(), (Some([40.0, 10.0, 45.0, 20.0]), 12));
        // Nobody is in this clip.
        assert_eq!(found(&known, 20).unwrap(), (None, 20));
        // The peak stays where no other frame scores as high.
        assert_eq!(found(&known, 44).unwrap(), (Some([80.0, 10.0, 85.0, 20.0]), 44));
        // Clips were scored, and not objects.
        assert_eq!(found(&facts(&[], dir.path()), 8).unwrap(), (None, 8));
        let gone = facts(&[Some(2)], &dir.path().join("gone"));
        assert!(found(&gone, 8).is_err());
    }
}
