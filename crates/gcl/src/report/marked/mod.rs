//! Moments that somebody has marked as not interesting, and those like them.

mod list;
mod rows;

use gcl_core::Device;
use gcl_data::FeatureSet;
use gcl_eval::Moment;
use gcl_eval::report::VideoScores;
use gcl_train::RunDir;

use super::kind::Kind;
use super::places::segment_at;
use crate::error::{Error, Result};
use crate::facts::Facts;
use list::{Mark, NAME};
use rows::Rows;

/// A moment is like a marked one if it is less than this times as far from it as from the typical clip of the footage.
const ALIKE: f64 = 0.5;

/// What is marked, ready to be compared with.
pub(super) struct Marked {
    marks: Vec<Mark>,
    /// The scaled features of the clips at the marked moments' peaks.
    rows: Vec<Vec<f32>>,
    /// Those of all footage.
    all: Option<Rows>,
    /// Some clips of all footage.
    sample: Vec<Vec<f32>>,
}

/// Reads what is marked in a run's folder, to refuse a wrong list before anything else is done.
///
/// # Errors
/// [`Error::Data`] with the line that is no moment.
pub(crate) fn check(run: &RunDir) -> Result<()> {
    list::read(&run.path().join(NAME)).map(drop)
}

impl Marked {
    /// What is marked in a run's folder; `None` if nothing is.
    ///
    /// # Errors
    /// If the list, the features that were scored or the model cannot be read, or rows of features are no clips.
    pub(super) fn read(
        run: &RunDir,
        kind: &Kind,
        videos: &[VideoScores],
        facts: &Facts,
        device: Option<&Device>,
    ) -> Result<Option<Self>> {
        let marks = list::read(&run.path().join(NAME))?;
        if marks.is_empty() {
            return Ok(None);
        }
        let folder = facts.values().find_map(|known| known.features.as_deref());
        // Without features, what is marked itself is left out all the same.
        let (Some(folder), Some(device)) = (folder, device) else {
            return Ok(Some(Self { marks, rows: Vec::new(), all: None, sample: Vec::new() }));
        };
        let set = FeatureSet::open(folder)?;
        if set.rows_are_objects() {
            let text =
                "rows of features are objects, and of clips alone it can be said which are alike";
            return Err(Error::data(folder)(text));
        }
        let mut all = Rows::new(set, kind.scaler(run, device)?);
        let sample = all.sample()?;
        let mut rows = Vec::new();
        for mark in &marks {
            let frames = frames(videos, &mark.video);
            rows.extend(all.at(&mark.video, mark.peak_frame, frames, segment_at)?);
        }
        Ok(Some(Self { marks, rows, all: Some(all), sample }))
    }

    /// Whether a moment is a marked one, or like one.
    pub(super) fn holds(&mut self, moment: &Moment, videos: &[VideoScores]) -> Result<bool> {
        let overlaps = |mark: &Mark| {
            mark.video == moment.video
                && mark.start_frame < moment.end
                && moment.start < mark.end_frame
        };
        if self.marks.iter().any(overlaps) {
            return Ok(true);
        }
        let Some(all) = &mut self.all else { return Ok(false) };
        let frames = frames(videos, &moment.video);
        let row = all.at(&moment.video, moment.peak_frame, frames, segment_at)?;
        let Some(row) = row else { return Ok(false) };
        let limit = ALIKE * rows::typical_distance(&row, &self.sample);
        Ok(self.rows.iter().any(|marked| rows::distance(&row, marked) < limit))
    }

    /// How many are left out, in words.
    pub(super) fn note(&self, left_out: usize) -> Option<String> {
        let moments = match left_out {
            0 => return None,
            1 => "1 moment is left out that is marked".to_owned(),
            _ => format!("{left_out} moments are left out that are marked"),
        };
        Some(format!(
            "{moments} in {NAME} ({} marks), or less than half as far from a marked one, in scaled features, as from the \
             typical clip.",
            self.marks.len(),
        ))
    }
}

/// The number of a video's frames.
fn frames(videos: &[VideoScores], video: &str) -> usize {
    videos.iter().find(|known| known.video == video).map_or(0, |known| known.scores.len())
}
