//! What a finished cell leaves in its folder: `cell.json`.

use std::collections::BTreeMap;
use std::path::Path;

use gcl::judge::{Judgement, TestSet};
use gcl_core::rng::{FNV_START, fnv1a};
use gcl_data::file::{At, find_json, remove_file, write_json};
use gcl_data::{Clips, FeatureSet, VideoId};
use gcl_eval::{Measure, Wins};
use gcl_train::{RunConfig, RunState, Samples};
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::error::Result;

const NAME: &str = "cell.json";

/// The file of [`CellResult::wins`].
const WINS: &str = "wins.json";

/// Folders deeper than this are not searched for cells.
const MAX_DEPTH: usize = 4;

/// How well one score agrees with the truth, over all frames of all test videos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// ROC-AUC.
    pub auc: Measure,
    /// Average precision.
    pub average_precision: Measure,
    /// Equal error rate.
    pub equal_error_rate: Measure,
}

/// What a cell was run on; a cell is only taken for finished if this has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    train_videos: usize,
    train_segments: usize,
    test_videos: usize,
    test_segments: usize,
    dim: usize,
    /// Frames judged.
    pub frames: u64,
    /// Abnormal ones among them.
    pub abnormal_frames: u64,
    /// A hash of what both sets of features hold (see [`Samples::fingerprint`]), of how videos were cut
    /// and of the truth. Absent, and so unlike any data, in cells of versions that did not note it.
    fingerprint: Option<u64>,
    /// A hash of the video labels; absent where the method does not use them.
    video_labels: Option<u64>,
}

impl Inputs {
    pub(super) fn of(
        train: &FeatureSet,
        test: &TestSet,
        normal: Option<&BTreeMap<VideoId, bool>>,
    ) -> Result<Inputs> {
        let labels = || test.videos.iter().flat_map(|video| &video.labels);
        Ok(Inputs {
            train_videos: train.videos().len(),
            train_segments: train.total(),
            test_videos: test.videos.len(),
            test_segments: test.features.total(),
            dim: train.dim(),
            frames: labels().count() as u64,
            abnormal_frames: labels().filter(|label| **label).count() as u64,
            fingerprint: Some(fingerprint(train, test)?),
            video_labels: normal.map(|normal| {
                normal.iter().fold(FNV_START, |hash, (id, normal)| {
                    fnv1a(fnv1a(hash, id.as_str().as_bytes()), &[u8::from(*normal)])
                })
            }),
        })
    }

    /// What a run of this configuration depends on.
    pub(super) fn used_by(&self, config: &RunConfig) -> Inputs {
        let video_labels = self.video_labels.filter(|_| config.uses_labels());
        Inputs { video_labels, ..self.clone() }
    }
}

fn fingerprint(train: &FeatureSet, test: &TestSet) -> Result<u64> {
    let mut hash = FNV_START;
    let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes);
    for features in [train, &test.features] {
        add(&Samples::on_disk(features)?.fingerprint().to_le_bytes());
    }
    add(&clip_rule(test.clips));
    for video in &test.videos {
        add(video.id.as_str().as_bytes());
        add(&(video.labels.len() as u64).to_le_bytes());
        let flags: Vec<u8> = video.labels.iter().map(|label| u8::from(*label)).collect();
        add(&flags);
    }
    Ok(hash)
}

/// A clip rule as bytes that stay the same from one version to the next: they are stored.
fn clip_rule(clips: Clips) -> Vec<u8> {
    format!("{} {} {}", clips.length, clips.stride, clips.tail).into_bytes()
}

/// A finished cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellResult {
    /// What was run.
    #[serde(flatten)]
    pub cell: Cell,
    /// What it was run on.
    pub inputs: Inputs,
    /// The score that the method goes by.
    pub score: String,
    /// Every score that the model has, by name, for each state that was judged: `last` is the model
    /// at the end of training; others are there if the run kept them.
    pub states: BTreeMap<String, BTreeMap<String, Measures>>,
    /// How the test videos stand against each other by the method's own score at the end of training, in a file of
    /// its own; absent in cells of versions that did not keep it.
    #[serde(skip)]
    pub wins: Option<Wins>,
}

impl CellResult {
    pub(super) fn new(cell: &Cell, inputs: Inputs, score: &str) -> CellResult {
        let (cell, score) = (cell.clone(), score.to_owned());
        CellResult { cell, inputs, score, states: BTreeMap::new(), wins: None }
    }

    /// Adds what a state's scores are worth.
    pub(super) fn add(&mut self, state: RunState, judged: &[Judgement]) {
        let measures = |judgement: &Judgement| Measures {
            auc: judgement.evaluation.micro_auc,
            average_precision: judgement.evaluation.average_precision,
            equal_error_rate: judgement.evaluation.equal_error_rate,
        };
        if state == RunState::Last {
            let own = judged.iter().find(|judgement| judgement.source.name() == self.score);
            self.wins = own.map(|judgement| judgement.evaluation.wins.clone());
        }
        let by_name = judged.iter().map(|j| (j.source.name().to_owned(), measures(j)));
        self.states.insert(state.name().to_owned(), by_name.collect());
    }

    /// The measures of a score in a state.
    pub fn measures(&self, state: &str, source: &str) -> Option<Measures> {
        self.states.get(state)?.get(source).copied()
    }

    /// The measures of the method's own score at the end of training.
    pub fn own(&self) -> Option<Measures> {
        self.measures("last", &self.score)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        // First, since the other file says that the cell is finished.
        if let Some(wins) = &self.wins {
            write_json(&folder.join(WINS), wins)?;
        }
        Ok(write_json(&folder.join(NAME), self)?)
    }

    pub(super) fn remove(folder: &Path) -> Result<()> {
        Ok(remove_file(&folder.join(NAME))?)
    }

    /// The result in a cell's folder; `None` if it is not finished.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn read(folder: &Path) -> Result<Option<CellResult>> {
        let Some(found) = find_json(&folder.join(NAME), "a finished cell")? else {
            return Ok(None);
        };
        let wins = find_json(&folder.join(WINS), "comparisons of test videos")?;
        Ok(Some(CellResult { wins, ..found }))
    }
}

/// Every finished cell in a folder and below, in order of data set, method, preset, variant and
/// seed. Folders of several machines can be put side by side; a cell that is there twice counts
/// once.
///
/// # Errors
/// If a folder cannot be read or a result is damaged.
pub fn collect(folder: &Path) -> Result<Vec<CellResult>> {
    let mut found = BTreeMap::new();
    search(folder, MAX_DEPTH, &mut found)?;
    Ok(found.into_values().collect())
}

type Found = BTreeMap<(String, usize, String, String, u64), CellResult>;

fn search(folder: &Path, depth: usize, found: &mut Found) -> Result<()> {
    if let Some(result) = CellResult::read(folder)? {
        let cell = &result.cell;
        let methods = gcl_train::Method::ALL;
        let method = methods.iter().position(|m| *m == cell.method).unwrap_or(methods.len());
        let (data, preset) = (cell.data.clone(), cell.preset.name());
        let key = (data, method, preset.to_owned(), cell.settings.join(","), cell.seed);
        found.entry(key).or_insert(result);
        return Ok(());
    }
    if depth == 0 {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).at(folder)?;
    for entry in entries {
        let entry = entry.at(folder)?;
        // Links are not followed, so that no circle can be walked.
        if entry.file_type().at(entry.path())?.is_dir() {
            search(&entry.path(), depth - 1, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use gcl_data::Tail;

    use super::*;

    #[test]
    fn the_stored_clip_rule_does_not_depend_on_names_in_the_code() {
        let clips = Clips { length: 16, stride: 8, tail: Tail::PaperResnext };
        assert_eq!(clip_rule(clips), b"16 8 paper-resnext");
    }
}
