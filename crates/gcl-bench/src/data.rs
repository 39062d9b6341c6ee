//! The data of a plan: features to train on, features to judge, and the truth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gcl::judge::TestSet;
use gcl_data::{Clips, FeatureSet, Manifest, Truth, TruthFormat, VideoId};
use gcl_train::Preset;

use super::error::{BenchmarkError, Result};
use super::result::Inputs;

/// Where a data set lies.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Its name in tables and folders.
    pub name: String,
    /// The features to train on.
    pub train: PathBuf,
    /// The features to judge.
    pub test: PathBuf,
    /// The ground truth of the test videos.
    pub truth: PathBuf,
    /// Its format.
    pub truth_format: TruthFormat,
    /// How plain `.npy` features were cut.
    pub clips: Option<Clips>,
    /// A manifest with the numbers of frames of plain `.npy` features' videos.
    pub manifest: Option<PathBuf>,
    /// A manifest whose column `label` says which training videos are normal, for methods that use
    /// video labels.
    pub labels: Option<PathBuf>,
}

/// A data set, opened and lined up.
pub struct OpenData {
    /// Its name.
    pub name: String,
    /// The features to train on.
    pub train: FeatureSet,
    /// What to judge by.
    pub test: TestSet,
    /// Which training videos are normal, for methods that use it.
    pub normal: Option<BTreeMap<VideoId, bool>>,
    /// What finished cells compare.
    pub(super) inputs: Inputs,
}

gcl_core::brief_debug!(OpenData);

impl DataSet {
    /// Opens and lines up everything.
    ///
    /// # Errors
    /// If something cannot be read, or features and truth do not fit each other.
    pub fn open(&self) -> Result<OpenData> {
        let wrong = |problem: String| BenchmarkError::Data { name: self.name.clone(), problem };
        if self.name.is_empty() || self.name.contains(['/', '\\']) || self.name.starts_with('.') {
            return Err(wrong("the name must do as a folder's name".to_owned()));
        }
        let train = FeatureSet::open_with(&self.train, self.clips)?.readable()?;
        let test = FeatureSet::open_with(&self.test, self.clips)?.readable()?;
        let truth = Truth::read(&self.truth, self.truth_format)?;
        let manifest = self.manifest.as_ref().map(Manifest::read).transpose()?;
        let labels = self.labels.as_ref().map(Manifest::read).transpose()?;
        let normal = labels.map(|manifest| manifest.normal_videos());
        let test = TestSet::like(&train, test, &truth, manifest.as_ref())?;
        if test.videos.is_empty() {
            return Err(wrong("the truth names none of the test videos".to_owned()));
        }
        OpenData::new(self.name.clone(), train, test, normal)
    }
}

impl OpenData {
    /// Data that is lined up already. Features are looked at, so that cells can tell other data of the
    /// same size from this.
    ///
    /// # Errors
    /// If features cannot be read.
    pub fn new(
        name: String,
        train: FeatureSet,
        test: TestSet,
        normal: Option<BTreeMap<VideoId, bool>>,
    ) -> Result<OpenData> {
        let inputs = Inputs::of(&train, &test, normal.as_ref())?;
        Ok(OpenData { name, train, test, normal, inputs })
    }

    /// The preset that the features call for.
    pub fn preset(&self) -> Preset {
        Preset::of_features(&self.train)
    }
}
