//! The result of a check, as a table and as data.

use std::fmt;

use serde::Serialize;

use crate::id::VideoId;

/// A mismatch between the parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum Problem {
    /// There are features, but not of this video.
    NoFeatures,
    /// There are scores, but not of this video.
    NoScores,
    /// There is truth, but not for this video.
    NoTruth,
    /// There is a manifest, but this video is not in it.
    NotInManifest,
    /// Only the truth has the video.
    OnlyInTruth,
    /// A part has another number of frames than the video.
    Frames { part: String, expected: usize, found: usize },
    /// The number of clips does not follow from the number of frames.
    Segments { expected: usize, found: usize },
    /// The features cannot be read, or are not all finite numbers.
    Features { what: String },
    /// The truth cannot be applied to the video.
    Truth { what: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFeatures => f.write_str("no features"),
            Self::NoScores => f.write_str("no scores"),
            Self::NoTruth => f.write_str("no truth"),
            Self::NotInManifest => f.write_str("not in the manifest"),
            Self::OnlyInTruth => f.write_str("only in the truth"),
            Self::Frames { part, expected, found } => {
                let (more, by) = ("fewer", expected.abs_diff(*found));
                let more = if found > expected { "more" } else { more };
                write!(f, "{part}: {found} frames, {by} {more} than {expected}")
            }
            Self::Segments { expected, found } => {
                write!(f, "{found} clips, but its frames make {expected}")
            }
            Self::Features { what } | Self::Truth { what } => f.write_str(what),
        }
    }
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
