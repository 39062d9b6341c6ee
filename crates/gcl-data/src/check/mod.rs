//! Whether features, scores, ground truth and manifest match, video by video.

mod report;

use std::collections::{BTreeMap, BTreeSet};

pub use report::{CheckReport, CheckRow, Problem};

use crate::features::FeatureSet;
use crate::id::VideoId;
use crate::manifest::Manifest;
use crate::scores::ScoreSet;
use crate::truth::{Truth, TruthError};

/// The parts to compare; any may be absent.
///
/// Every video of one part must be in all others. A video of the manifest's split `train` needs neither
/// truth nor scores.
///
/// ```
/// use gcl_data::{Check, Manifest, ManifestEntry, Truth, VideoId};
///
/// let id = VideoId::new("test/01")?;
/// let truth = Truth::from_labels([(id.clone(), vec![false; 100])]);
/// let mut manifest = Manifest::default();
/// manifest.videos.insert(id, ManifestEntry { frames: Some(99), ..Default::default() });
///
/// let check = Check { truth: Some(&truth), manifest: Some(&manifest), ..Default::default() };
/// let report = check.run()?;
/// assert!(!report.is_ok());
/// println!("{report}"); // names the video and both lengths
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Check<'a> {
    /// Features.
    pub features: Option<&'a FeatureSet>,
    /// Scores.
    pub scores: Option<&'a ScoreSet>,
    /// Ground truth.
    pub truth: Option<&'a Truth>,
    /// The list of videos.
    pub manifest: Option<&'a Manifest>,
}

impl Check<'_> {
    /// Compares the parts, and reads the features: each must be a finite number, and each object have its place. Scores are not read.
    ///
    /// # Errors
    /// [`TruthError::Resolve`] if a video matches several of the truth's names, or two videos match the
    /// same one; everything else is a [`Problem`] in the report.
    pub fn run(&self) -> Result<CheckReport, TruthError> {
        let mut ids = BTreeSet::new();
        ids.extend(self.features.into_iter().flat_map(|f| f.videos()).map(|v| v.id.clone()));
        ids.extend(self.features.into_iter().flat_map(|f| f.left_out()).map(|(id, _)| id.clone()));
        ids.extend(self.scores.into_iter().flat_map(|s| s.videos()).map(|(id, _)| id.clone()));
        ids.extend(self.manifest.into_iter().flat_map(|m| m.videos.keys()).cloned());
        // Training videos do not take part in the match: their names may be those of test videos.
        let ids: Vec<VideoId> = ids.into_iter().collect();
        let tested: Vec<VideoId> = ids.iter().filter(|id| !self.is_train(id)).cloned().collect();
        let names = match self.truth {
            Some(truth) => truth.match_all(&tested)?,
            None => vec![None; tested.len()],
        };
        let names: BTreeMap<&VideoId, Option<&VideoId>> = tested.iter().zip(names).collect();
        let mut rows: Vec<CheckRow> = ids
            .iter()
            .map(|id| self.row(id, names.get(id).copied().flatten()))
            .collect::<Result<_, _>>()?;
        let taken: BTreeSet<&VideoId> = names.values().flatten().copied().collect();
        for name in self.truth.into_iter().flat_map(Truth::ids).filter(|id| !taken.contains(id)) {
            // Where there is nothing but truth, its own lengths are all there is to say.
            let alone = self.features.is_none() && self.scores.is_none() && self.manifest.is_none();
            let mut row = CheckRow::new(name.clone());
            row.truth_frames = self.truth.map(|truth| truth.frames(name)).transpose()?.flatten();
            if !alone {
                row.problems.push(Problem::OnlyInTruth);
            }
            rows.push(row);
        }
        Ok(CheckReport { rows })
    }

    fn is_train(&self, id: &VideoId) -> bool {
        let entry = self.manifest.and_then(|manifest| manifest.videos.get(id));
        entry.and_then(|entry| entry.split.as_deref()) == Some("train")
    }

    /// One video; `name` is what the truth calls it.
    fn row(&self, id: &VideoId, name: Option<&VideoId>) -> Result<CheckRow, TruthError> {
        let mut row = CheckRow::new(id.clone());
        let train = self.is_train(id);
        if let Some(features) = self.features {
            match features.index_of(id).and_then(|i| Some((i, features.videos().get(i)?))) {
                None => {
                    row.problems.push(
                        match features.left_out().iter().find(|(bad, _)| bad == id) {
                            Some((_, what)) => Problem::Features { what: what.clone() },
                            None => Problem::NoFeatures,
                        },
                    );
                }
                Some((i, video)) => {
                    row.feature_frames = video.frames;
                    // Objects follow from no number of frames.
                    row.segments = Some(video.segments).filter(|_| !features.rows_are_objects());
                    let read = features.read(i, &mut Vec::new());
                    if let Err(error) = read.and_then(|()| features.object_rows(i)) {
                        row.problems.push(Problem::Features { what: error.to_string() });
                    }
                }
            }
        }
        if let Some(scores) = self.scores {
            row.score_frames = scores.frames(id);
            if row.score_frames.is_none() && !train {
                row.problems.push(Problem::NoScores);
            }
        }
        if let Some(manifest) = self.manifest {
            match manifest.videos.get(id) {
                None => row.problems.push(Problem::NotInManifest),
                Some(entry) => row.manifest_frames = entry.frames,
            }
        }
        match (self.truth, name) {
            (Some(truth), Some(name)) => self.add_truth(&mut row, truth, name)?,
            (Some(_), None) if !train => row.problems.push(Problem::NoTruth),
            _ => {}
        }
        self.compare(&mut row);
        Ok(row)
    }

    /// The truth's length, and whether its labels fit the video's.
    fn add_truth(
        &self,
        row: &mut CheckRow,
        truth: &Truth,
        name: &VideoId,
    ) -> Result<(), TruthError> {
        row.truth_frames = truth.frames(name)?;
        // A differing length is reported by `compare`, together with all other lengths.
        let frames = row.truth_frames.or(row.frames());
        match truth.labels(name, frames) {
            Ok(labels) => row.abnormal = Some(labels.iter().filter(|label| **label).count()),
            Err(e) => row.problems.push(Problem::Truth { what: e.to_string() }),
        }
        Ok(())
    }

    /// All lengths of one video against the first that is known.
    fn compare(&self, row: &mut CheckRow) {
        let Some(expected) = row.frames() else { return };
        let lengths = [
            ("scores", row.score_frames),
            ("truth", row.truth_frames),
            ("manifest", row.manifest_frames),
        ];
        for (part, found) in lengths {
            if let Some(found) = found.filter(|found| *found != expected) {
                row.problems.push(Problem::Frames { part: part.to_owned(), expected, found });
            }
        }
        let clips = self.features.and_then(FeatureSet::clips);
        if let Some((clips, found)) = clips.zip(row.segments) {
            let expected = clips.count(expected);
            if found != expected {
                row.problems.push(Problem::Segments { expected, found });
            }
        }
    }
}
