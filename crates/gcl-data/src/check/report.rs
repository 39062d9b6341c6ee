//! The result of a check, as a table and as data.

use std::fmt;

use serde::Serialize;

use crate::id::VideoId;

/// A mismatch between the parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum Problem {
    /// There are features, but not of this video.
    #[error("no features")]
    NoFeatures,
    /// There are scores, but not of this video.
    #[error("no scores")]
    NoScores,
    /// There is truth, but not for this video.
    #[error("no truth")]
    NoTruth,
    /// There is a manifest, but this video is not in it.
    #[error("not in the manifest")]
    NotInManifest,
    /// Only the truth has the video.
    #[error("only in the truth")]
    OnlyInTruth,
    /// A part has another number of frames than the video.
    #[error(
        "{part}: {found} frames, {} {} than {expected}",
        expected.abs_diff(*found), if found > expected { "more" } else { "fewer" }
    )]
    Frames { part: String, expected: usize, found: usize },
    /// The number of clips does not follow from the number of frames.
    #[error("{found} clips, but its frames make {expected}")]
    Segments { expected: usize, found: usize },
    /// The features cannot be read, or are not all finite numbers.
    #[error("{what}")]
    Features { what: String },
    /// The truth cannot be applied to the video.
    #[error("{what}")]
    Truth { what: String },
}

/// One video of a [`CheckReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckRow {
    /// The video.
    pub id: VideoId,
    /// Frames according to its features' description.
    pub feature_frames: Option<usize>,
    /// Clips in its feature file.
    pub segments: Option<usize>,
    /// Its number of scores.
    pub score_frames: Option<usize>,
    /// Frames according to its ground truth.
    pub truth_frames: Option<usize>,
    /// Frames according to the manifest.
    pub manifest_frames: Option<usize>,
    /// Frames that are abnormal in the ground truth.
    pub abnormal: Option<usize>,
    /// The mismatches.
    pub problems: Vec<Problem>,
}

impl CheckRow {
    pub(super) fn new(id: VideoId) -> Self {
        Self {
            id,
            feature_frames: None,
            segments: None,
            score_frames: None,
            truth_frames: None,
            manifest_frames: None,
            abnormal: None,
            problems: Vec::new(),
        }
    }

    /// The video's frames, from the first part that has them: features, scores, truth, manifest.
    pub fn frames(&self) -> Option<usize> {
        self.feature_frames.or(self.score_frames).or(self.truth_frames).or(self.manifest_frames)
    }
}

/// The result of a check, video by video. `Display` prints a table with a line for each video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The videos, sorted by id; those that only the truth has come last.
    pub rows: Vec<CheckRow>,
}

impl CheckReport {
    /// Whether everything matches.
    pub fn is_ok(&self) -> bool {
        self.rows.iter().all(|row| row.problems.is_empty())
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.id.as_str().chars().count()).max();
        let width = width.unwrap_or(0).max("video".len());
        let head = ["clips", "frames", "truth", "abnormal"];
        let [clips, frames, truth, abnormal] = head;
        writeln!(f, "{:width$} {clips:>7} {frames:>9} {truth:>9} {abnormal:>9}  status", "video")?;
        for row in &self.rows {
            let text = |n: Option<usize>| n.map_or("-".to_owned(), |n| n.to_string());
            let problems: Vec<String> = row.problems.iter().map(ToString::to_string).collect();
            let status = if problems.is_empty() { "ok".to_owned() } else { problems.join("; ") };
            writeln!(
                f,
                "{:width$} {:>7} {:>9} {:>9} {:>9}  {status}",
                row.id,
                text(row.segments),
                text(row.frames()),
                text(row.truth_frames),
                text(row.abnormal),
            )?;
        }
        let bad = self.rows.iter().filter(|row| !row.problems.is_empty()).count();
        write!(f, "{} videos, {bad} with problems", self.rows.len())
    }
}
