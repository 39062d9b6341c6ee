//! A test set with its truth: judges a run as it goes, and the states that it leaves.

use std::path::{Path, PathBuf};

use clap::Args;
use gcl::judge::check_both_kinds;
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{Clips, FeatureSet};
use gcl_train::{RunDir, ScoreSource, SegmentScores, TestAuc, TrainError};
use serde::{Deserialize, Serialize};

use super::error::Failure;
use super::eval;

/// Where a run's test set is.
#[derive(Args, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TestArgs {
    /// Features of a test set on which to evaluate the run during training. Training does not depend on
    /// it; the epoch that is best on it is saved as `model-oracle`, and results.json contains the AUCs.
    #[arg(long, value_name = "FEATURES", requires = "truth")]
    pub test: Option<PathBuf>,
    /// Ground truth of the test set; see `gcl eval`.
    #[arg(long, value_name = "TRUTH")]
    pub truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", hide_short_help = true,
          value_parser = ["auto", "ucf", "masks", "ranges", "flags"])]
    pub truth_format: String,
}

impl TestArgs {
    /// Refuses a truth without features.
    pub fn both_or_none(&self) -> Result<(), Failure> {
        match self.truth.is_some() && self.test.is_none() {
            false => Ok(()),
            true => {
                let text = "--truth is of a test set; give its features with --test";
                Err(Failure::Usage(text.to_owned()))
            }
        }
    }

    /// The test set, if there is one, for a run on `training` features.
    pub fn open(
        &self,
        training: &FeatureSet,
        clips: Option<Clips>,
    ) -> Result<Option<TestSet>, Failure> {
        let (Some(test), Some(truth)) = (&self.test, &self.truth) else { return Ok(None) };
        let set = FeatureSet::open_with(test, clips.or_else(|| training.clips()))?;
        TestSet::new(set, training, truth, &self.truth_format).map(Some)
    }

    /// Remembers the test set in a run's folder, so that a resumed run uses it again.
    pub fn remember(&self, run: &RunDir) -> Result<(), Failure> {
        let path = remembered(run);
        if self.test.is_none() {
            // What a start that failed may have left is not this run's.
            return match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Failure::io(&path)(e)),
                _ => Ok(()),
            };
        }
        let absolute = |path: &Option<PathBuf>| match path {
            Some(path) => std::path::absolute(path).map(Some).map_err(Failure::io(path)),
            None => Ok(None),
        };
        let (test, truth) = (absolute(&self.test)?, absolute(&self.truth)?);
        let known = TestArgs { test, truth, truth_format: self.truth_format.clone() };
        write_json(&path, &known)
    }

    /// The test set that a run was started with.
    pub fn of_run(run: &RunDir) -> Result<TestArgs, Failure> {
        let path = remembered(run);
        if !path.exists() {
            return Ok(TestArgs::default());
        }
        let text = std::fs::read(&path).map_err(Failure::io(&path))?;
        let located = |e| Failure::Data(format!("{}: {e}", path.display()));
        serde_json::from_slice(&text).map_err(located)
    }
}

fn remembered(run: &RunDir) -> PathBuf {
    run.path().join("test.json")
}

/// Writes a file of JSON for people to read too.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_vec_pretty(value).map_err(Failure::data)?;
    write_bytes_atomic(path, &json).map_err(Failure::io(path))
}

/// Test features and their labels, of which some are abnormal and some normal.
pub struct TestSet(gcl::judge::TestSet);

impl TestSet {
    fn new(
        set: FeatureSet,
        training: &FeatureSet,
        truth: &Path,
        format: &str,
    ) -> Result<TestSet, Failure> {
        set.check_like(training.dim(), training.identity())?;
        let unknown = || TrainError::NoClipLength { path: set.dir().to_owned() };
        let clips = set.clips().ok_or_else(unknown)?;
        let truth = eval::read_truth(truth, format)?;
        let test = gcl::judge::TestSet::new(set, clips, &truth, None)?;
        for id in &test.without_truth {
            eprintln!("test set: skipped {id}: the truth has no such video");
        }
        let labels = test.videos.iter().flat_map(|video| &video.labels);
        check_both_kinds(labels, test.features.dir())?;
        Ok(TestSet(test))
    }

    /// The frame-level AUCs of whatever scores a video's segments.
    pub fn judge(
        &self,
        scorer: impl Fn(&[f32]) -> Result<SegmentScores, TrainError>,
        source: ScoreSource,
    ) -> Result<TestAuc, TrainError> {
        let sources = [ScoreSource::Generator, ScoreSource::Discriminator, source];
        let pools = gcl::judge::pooled(&self.0, scorer, sources, |_, _, _| {})?;
        let [generator, discriminator, score] =
            pools.map(|pool| pool.and_then(|pool| pool.rank().auc().value()));
        Ok(TestAuc { generator, discriminator, score })
    }

    /// How many videos and frames are judged.
    pub fn size(&self) -> (usize, usize) {
        let videos = &self.0.videos;
        (videos.len(), videos.iter().map(|video| video.labels.len()).sum())
    }
}
