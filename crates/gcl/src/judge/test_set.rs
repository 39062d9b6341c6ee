//! Test features with their truth, lined up.

use std::path::Path;

use gcl_data::{Clips, FeatureSet, Manifest, Tail, Truth, VideoId};
use gcl_train::{ScoreSource, SegmentScores, TestAuc, TrainError};

use super::scores::pooled;
use crate::error::{Error, Result};

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
            let frames = match video.frames.or(listed).or(truth.frames(name)?) {
                Some(frames) => frames,
                None => frames_of_clips(&video.id, clips, video.segments)?,
            };
            let labels = truth.labels(name, Some(frames))?;
            videos.push(TestVideo { index, id: video.id.clone(), labels, fps: video.fps });
        }
        let found: std::collections::BTreeSet<&VideoId> = names.iter().flatten().copied().collect();
        let without_features = truth.ids().filter(|id| !found.contains(id)).cloned().collect();
        Ok(TestSet { features, clips, videos, without_truth, without_features })
    }

    /// A test set for a model of `training` features, which must be of the same kind. Videos without
    /// truth are listed and left out.
    ///
    /// # Errors
    /// If the features are of another kind or without a clip rule, or as [`TestSet::new`].
    pub fn like(
        training: &FeatureSet,
        features: FeatureSet,
        truth: &Truth,
        manifest: Option<&Manifest>,
    ) -> Result<TestSet> {
        features.check_like(training.dim(), training.identity())?;
        let unknown = || TrainError::NoClipLength { path: features.dir().to_owned() };
        let clips = features.clips().or(training.clips()).ok_or_else(unknown)?;
        TestSet::new(features, clips, truth, manifest)
    }

    /// The frame AUCs of whatever scores a video's segments: of both networks, and by `source`.
    ///
    /// # Errors
    /// If a video cannot be read, scored or judged.
    pub fn auc(
        &self,
        scorer: impl Fn(&[f32]) -> gcl_train::Result<SegmentScores>,
        source: ScoreSource,
    ) -> Result<TestAuc> {
        let sources = [ScoreSource::Generator, ScoreSource::Discriminator, source];
        let pools = pooled(self, scorer, sources, |_, _, _| {})?;
        let [generator, discriminator, score] =
            pools.map(|pool| pool.and_then(|pool| pool.rank().auc().value()));
        Ok(TestAuc { generator, discriminator, score })
    }

    /// One score a frame of a video, from one a row of its features.
    ///
    /// # Errors
    /// If there are not as many segments as the video's frames give.
    pub fn expand(&self, video: &TestVideo, segments: &[f32]) -> Result<Vec<f32>> {
        let located = |source| Error::Clips { id: video.id.clone(), source };
        let segments = &self.features.clip_scores(video.index, segments.to_vec())?;
        self.clips.expand(segments, video.labels.len()).map_err(located)
    }
}

/// Refuses labels of which all are normal or all abnormal; `path` is where they come from.
///
/// # Errors
/// [`Error::File`] naming `path`.
pub fn check_both_kinds<'a>(
    mut labels: impl Iterator<Item = &'a bool> + Clone,
    path: &Path,
) -> Result<()> {
    match labels.clone().any(|&label| label) && labels.any(|&label| !label) {
        true => Ok(()),
        false => Err(Error::data(path)(
            "by its truth the test set has no abnormal or no normal frame, so no AUC",
        )),
    }
}

/// [`whole_frames`] of a video of which nothing else says how many it has.
///
/// # Errors
/// [`Error::Setting`] for equal parts, which say nothing of a video's length.
pub(crate) fn frames_of_clips(id: &VideoId, clips: Clips, segments: usize) -> Result<usize> {
    match clips.parts() {
        None => Ok(whole_frames(clips, segments)),
        Some(_) => Err(Error::Setting(format!(
            "video {id}: its features are {clips}, so its number of frames must be known: give a manifest with \
             the columns id,frames"
        ))),
    }
}

/// The frames of a video whose clips are all whole: what is assumed where nothing says more.
pub fn whole_frames(clips: Clips, segments: usize) -> usize {
    let before = segments.saturating_sub(1).saturating_mul(clips.stride);
    // This one rule leaves the last clip of a video out.
    let left_out = if clips.tail == Tail::PaperResnext { clips.stride } else { 0 };
    before.saturating_add(clips.length).saturating_add(left_out)
}
