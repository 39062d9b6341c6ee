//! The data of a plan: features to train on, features to judge, and the truth.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::{Clips, FeatureSet, Manifest, Tail, Truth, TruthFormat, VideoId};
use gcl_train::Preset;

use super::error::{BenchmarkError, Result};
use super::result::Inputs;

/// The extractor whose features the paper's settings fit.
const PAPER_EXTRACTOR: &str = "resnext101";

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
        let train = FeatureSet::open_with(&self.train, self.clips)?;
        let test = FeatureSet::open_with(&self.test, self.clips)?;
        same_extractor(&train, &test).map_err(wrong)?;
        let truth = Truth::read(&self.truth, self.truth_format)?;
        let manifest = self.manifest.as_ref().map(Manifest::read).transpose()?;
        let clips = test.clips().or(train.clips()).ok_or_else(|| {
            wrong("plain .npy files do not say how many frames a clip has; give clip-length".into())
        })?;
        let normal = self.labels.as_deref().map(normal_videos).transpose()?;
        let test = TestSet::new(test, clips, &truth, manifest.as_ref())?;
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
        preset_of(&self.train)
    }
}

/// The preset that features call for: the paper's settings fit those of its own extractor.
pub fn preset_of(features: &FeatureSet) -> Preset {
    match features.identity() {
        Some(identity) if identity.name == PAPER_EXTRACTOR => Preset::Paper,
        _ => Preset::Any,
    }
}

/// Which videos a manifest calls normal or not; its labels say whether a video holds an anomaly.
///
/// # Errors
/// If the manifest cannot be read.
pub fn normal_videos(manifest: &Path) -> Result<BTreeMap<VideoId, bool>> {
    let videos = Manifest::read(manifest)?.videos;
    Ok(videos.into_iter().filter_map(|(id, entry)| Some((id, !entry.label?))).collect())
}

/// Refuses test features that are not of the training features' kind: of another dimension or, where both
/// say what made them, of another extractor.
///
/// # Errors
/// The folder and the difference, in words.
pub fn same_extractor(train: &FeatureSet, test: &FeatureSet) -> std::result::Result<(), String> {
    let dir = test.dir().display();
    let (a, b) = (train.dim(), test.dim());
    if a != b {
        return Err(format!("{dir}: features of {b} dimensions, the training features have {a}"));
    }
    let (Some(a), Some(b)) = (train.identity(), test.identity()) else { return Ok(()) };
    match a.difference(b) {
        None => Ok(()),
        Some((what, expected, found)) => Err(format!(
            "{dir}: other features than the training ones: the extractor's {what} was {expected} and \
             is {found}"
        )),
    }
}

/// A video to judge by.
#[derive(Clone, Debug, PartialEq)]
pub struct TestVideo {
    /// Its position in the features.
    pub index: usize,
    /// The video.
    pub id: VideoId,
    /// One label a frame, `true` = abnormal.
    pub labels: Vec<bool>,
    /// Frames a second, where known.
    pub fps: Option<f64>,
}

/// Test features with their truth.
pub struct TestSet {
    /// The features.
    pub features: FeatureSet,
    /// How their videos were cut.
    pub clips: Clips,
    /// The videos that have a truth, in order of id.
    pub videos: Vec<TestVideo>,
    /// Videos with features that the truth does not name.
    pub without_truth: Vec<VideoId>,
    /// Videos of the truth without features. A result over fewer videos than the test set has is
    /// not comparable with one over all of them.
    pub without_features: Vec<VideoId>,
}

gcl_core::brief_debug!(TestSet);

impl TestSet {
    /// Lines features up with the truth. A video's number of frames is what its features say, else
    /// the manifest, else the truth, else what its clips cover.
    ///
    /// # Errors
    /// If a name is not clear, or numbers of frames differ.
    pub fn new(
        features: FeatureSet,
        clips: Clips,
        truth: &Truth,
        manifest: Option<&Manifest>,
    ) -> Result<TestSet> {
        let ids: Vec<VideoId> = features.videos().iter().map(|video| video.id.clone()).collect();
        let names = truth.match_all(&ids)?;
        let mut videos = Vec::new();
        let mut without_truth = Vec::new();
        for (index, (video, name)) in features.videos().iter().zip(&names).enumerate() {
            let Some(name) = name else {
                without_truth.push(video.id.clone());
                continue;
            };
            let listed = manifest.and_then(|m| m.videos.get(&video.id)).and_then(|v| v.frames);
            let frames = match video.frames.or(listed) {
                Some(frames) => frames,
                None => truth.frames(name)?.unwrap_or_else(|| whole_frames(clips, video.segments)),
            };
            let labels = truth.labels(name, Some(frames))?;
            videos.push(TestVideo { index, id: video.id.clone(), labels, fps: video.fps });
        }
        let found: std::collections::BTreeSet<&VideoId> = names.iter().flatten().copied().collect();
        let without_features = truth.ids().filter(|id| !found.contains(id)).cloned().collect();
        Ok(TestSet { features, clips, videos, without_truth, without_features })
    }

    /// One score a frame of a video, from one a segment.
    ///
    /// # Errors
    /// If there are not as many segments as the video's frames give.
    pub fn expand(&self, video: &TestVideo, segments: &[f32]) -> Result<Vec<f32>> {
        let located = |source| BenchmarkError::Clips { id: video.id.clone(), source };
        self.clips.expand(segments, video.labels.len()).map_err(located)
    }
}

/// The frames of a video whose clips are all whole: what is assumed where nothing says more.
pub fn whole_frames(clips: Clips, segments: usize) -> usize {
    let before = segments.saturating_sub(1).saturating_mul(clips.stride);
    // This one rule leaves the last clip of a video out.
    let left_out = if clips.tail == Tail::PaperResnext { clips.stride } else { 0 };
    before.saturating_add(clips.length).saturating_add(left_out)
}
