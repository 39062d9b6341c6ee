//! The arguments of a test set with its truth, by which a run is judged as it goes.

use std::path::PathBuf;

use clap::Args;
use gcl::judge::{TestSet, check_both_kinds};
use gcl_data::file::{At, find_json, remove_file, write_json};
use gcl_data::{Clips, FeatureSet, Truth, TruthFormat, VideoId};
use gcl_train::RunDir;
use serde::{Deserialize, Serialize};

use super::error::Failure;
use super::train::say_of;
use super::values::truth_formats;

/// Videos named one by one.
const LISTED: usize = 10;

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
    #[arg(long, default_value = "auto", hide_short_help = true, value_parser = truth_formats())]
    pub truth_format: TruthFormat,
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
        let features = FeatureSet::open_with(test, clips.or_else(|| training.clips()))?;
        let features = features.readable()?;
        say_of(&features);
        let truth = Truth::read(truth, self.truth_format)?;
        let test = TestSet::like(training, features, &truth, None)?;
        list_unjudged("test set: ", &test.without_truth, "the truth has no such video");
        let labels = test.videos.iter().flat_map(|video| &video.labels);
        check_both_kinds(labels, test.features.dir())?;
        Ok(Some(test))
    }

    /// Remembers the test set in a run's folder, so that a resumed run uses it again.
    pub fn remember(&self, run: &RunDir) -> Result<(), Failure> {
        let path = remembered(run);
        if self.test.is_none() {
            // What a start that failed may have left is not this run's.
            return Self::forget(run);
        }
        let absolute = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| std::path::absolute(path).at(path)).transpose()
        };
        let (test, truth) = (absolute(&self.test)?, absolute(&self.truth)?);
        Ok(write_json(&path, &TestArgs { test, truth, truth_format: self.truth_format })?)
    }

    /// Forgets it, where no run came of it.
    pub fn forget(run: &RunDir) -> Result<(), Failure> {
        Ok(remove_file(&remembered(run))?)
    }

    /// The test set that a run was started with.
    pub fn of_run(run: &RunDir) -> Result<TestArgs, Failure> {
        Ok(find_json(&remembered(run), "a test set's place")?.unwrap_or_default())
    }
}

fn remembered(run: &RunDir) -> PathBuf {
    run.path().join("test.json")
}

/// Names at most [`LISTED`] of the videos that are not judged, and the number of the others. `of` says of which data,
/// in front.
pub fn list_unjudged(of: &str, ids: &[VideoId], reason: &str) {
    for id in ids.iter().take(LISTED) {
        eprintln!("{of}skipped {id}: {reason}");
    }
    if ids.len() > LISTED {
        eprintln!("{of}skipped {} more: {reason}", ids.len() - LISTED);
    }
}
