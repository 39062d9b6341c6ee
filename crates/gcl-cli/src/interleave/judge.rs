//! A test set with its truth: the frame AUC of both models. What is trained never sees it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use gcl_core::{Device, OneClass, Scaler, WeaklySupervised};
use gcl_data::{FeatureSet, Truth, VideoId};
use gcl_eval::Pool;
use gcl_train::TrainError;
use gcl_train::interleave::{
    Followed, Objects, PairConfig, Snippets, Videos, one_class_frames, weak_frames,
};

use super::data::{Known, ObjectArgs, VideoArgs, snippets};
use crate::error::Failure;
use crate::eval::read_truth;
use crate::test_set::TestArgs;

/// Where the test set of a pair is, beyond its truth and features.
#[derive(Args, Debug, Clone, Default)]
pub struct TestPlace {
    /// Split of the test set in the manifest.
    #[arg(long, value_name = "SPLIT", requires = "truth")]
    pub test_split: Option<String>,
    /// Poses of the test set [default: the training folder]
    #[arg(long, value_name = "FOLDER", requires = "truth")]
    pub test_poses: Option<PathBuf>,
    /// Tracks of the test set [default: the training folder]
    #[arg(long, value_name = "FOLDER", requires = "truth")]
    pub test_tracks: Option<PathBuf>,
    /// Cubes of the test set [default: the training file]
    #[arg(long, value_name = "FILE", requires = "truth")]
    pub test_cubes: Option<PathBuf>,
}

/// All that says where the test set is.
pub struct TestFiles<'a> {
    pub test: TestArgs,
    pub place: TestPlace,
    /// The training objects.
    pub training: &'a ObjectArgs,
    pub about: &'a VideoArgs,
}

/// Test videos whose scores are kept as modules proceed.
const FOLLOWED: usize = 2;

/// The videos of a test set that the truth knows.
pub struct TestVideos {
    pub videos: Videos,
    pub snippets: Snippets,
    pub files: ObjectArgs,
    labels: BTreeMap<VideoId, Vec<bool>>,
}

impl TestFiles<'_> {
    /// Opens the test set, if there is one.
    pub fn open(
        &self,
        features: &FeatureSet,
        config: &PairConfig,
        scaler: &Scaler,
    ) -> Result<Option<TestVideos>, Failure> {
        let Some(truth) = &self.test.truth else { return Ok(None) };
        let truth = read_truth(truth, &self.test.truth_format)?;
        let set = match &self.test.test {
            Some(folder) => self.about.features(folder)?,
            None => features.clone(),
        };
        if let (Some(a), Some(b)) = (features.identity(), set.identity())
            && let Some((what, expected, found)) = a.difference(b)
        {
            return Err(Failure::Data(format!(
                "{}: other features than the training ones: the extractor's {what} was {expected} \
                 and is {found}",
                set.dir().display()
            )));
        }
        let ids: Vec<VideoId> = set.videos().iter().map(|video| video.id.clone()).collect();
        let known: Known = self.about.known(&ids)?;
        let set = known.select(&set, self.place.test_split.as_deref(), false)?;
        let ids: Vec<VideoId> = set.videos().iter().map(|video| video.id.clone()).collect();
        let (mut frames, mut labels) = (known.frames().clone(), BTreeMap::new());
        for (id, name) in ids.iter().zip(truth.match_all(&ids)?) {
            let Some(name) = name else { continue };
            let own = labels_of(&truth, name, &set, id, frames.get(id).copied())?;
            frames.insert(id.clone(), own.len());
            labels.insert(id.clone(), own);
        }
        let set = set.select(|id| labels.contains_key(id));
        let mut flags = labels.values().flatten();
        if !(flags.clone().any(|&label| label) && flags.any(|&label| !label)) {
            let text = "by its truth the test set has no abnormal or no normal frame, so no AUC";
            return Err(Failure::Data(text.to_owned()));
        }
        let videos = Videos::of(&set, &frames)?;
        let snippets = snippets(&set, config, Some(scaler))?.0;
        let given = |own: &Option<PathBuf>, training: &Option<PathBuf>| {
            own.clone().or_else(|| training.clone())
        };
        let files = ObjectArgs {
            poses: given(&self.place.test_poses, &self.training.poses),
            tracks: given(&self.place.test_tracks, &self.training.tracks),
            cubes: given(&self.place.test_cubes, &self.training.cubes),
        };
        Ok(Some(TestVideos { videos, snippets, files, labels }))
    }
}

fn labels_of(
    truth: &Truth,
    name: &VideoId,
    set: &FeatureSet,
    id: &VideoId,
    listed: Option<usize>,
) -> Result<Vec<bool>, Failure> {
    let own = set.index_of(id).and_then(|i| set.videos().get(i)).and_then(|video| video.frames);
    // Tracks end with their last box: the truth knows the video's end better.
    Ok(match truth.frames(name)? {
        Some(_) => truth.labels(name, None)?,
        None => truth.labels(name, listed.or(own))?,
    })
}

impl TestVideos {
    /// How many videos and frames are judged.
    pub fn size(&self) -> (usize, usize) {
        (self.labels.len(), self.labels.values().map(Vec::len).sum())
    }

    /// The one-class model's frame AUC.
    pub fn one_class<M: OneClass, X: Objects<Batch = M::Batch>>(
        &self,
        model: &M,
        objects: &X,
        device: &Device,
    ) -> Result<Option<f64>, TrainError> {
        self.auc(&one_class_frames(model, objects, 1024, device)?)
    }

    /// The weakly-supervised model's frame AUC.
    pub fn weak(
        &self,
        weak: &dyn WeaklySupervised,
        device: &Device,
    ) -> Result<Option<f64>, TrainError> {
        self.auc(&weak_frames(weak, &self.snippets, &self.videos, device)?)
    }

    /// The weakly-supervised model's scores of the [`FOLLOWED`] videos with the most even mix of normal
    /// and abnormal frames.
    pub fn follow(
        &self,
        module: usize,
        weak: &dyn WeaklySupervised,
        device: &Device,
    ) -> Result<Vec<Followed>, TrainError> {
        let weight = |labels: &[bool]| {
            let abnormal = labels.iter().filter(|label| **label).count();
            abnormal.min(labels.len() - abnormal)
        };
        let mut mixed: Vec<_> =
            self.labels.iter().map(|(id, labels)| (Reverse(weight(labels)), id)).collect();
        mixed.sort();
        let chosen: Vec<&VideoId> = mixed.into_iter().take(FOLLOWED).map(|(_, id)| id).collect();
        let scores = weak_frames(weak, &self.snippets, &self.videos, device)?;
        let scores = scores.into_iter().filter(|(id, _)| chosen.contains(&id));
        Ok(scores
            .map(|(id, weak)| {
                let abnormal =
                    self.labels.get(&id).map(|labels| stretches(labels)).unwrap_or_default();
                Followed { module, video: id.to_string(), weak, abnormal }
            })
            .collect())
    }

    fn auc(&self, scores: &[(VideoId, Vec<f32>)]) -> Result<Option<f64>, TrainError> {
        let mut pool = Pool::default();
        for (id, frames) in scores {
            let wrong =
                |e: &dyn std::fmt::Display| TrainError::Mismatch(format!("video `{id}`: {e}"));
            let labels = self.labels.get(id).ok_or_else(|| wrong(&"no truth"))?;
            pool.push(frames, labels).map_err(|e| wrong(&e))?;
        }
        Ok(pool.rank().auc().value())
    }
}

/// Stretches of abnormal frames, each from its first frame to one past its last.
fn stretches(labels: &[bool]) -> Vec<[usize; 2]> {
    let mut found: Vec<[usize; 2]> = Vec::new();
    for (frame, _) in labels.iter().enumerate().filter(|(_, label)| **label) {
        match found.last_mut() {
            Some([_, end]) if *end == frame => *end += 1,
            _ => found.push([frame, frame + 1]),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_whole_and_apart() {
        let labels = [true, true, false, true, false, false, true, true];
        assert_eq!(stretches(&labels), [[0, 2], [3, 4], [6, 8]]);
        assert!(stretches(&[]).is_empty());
    }
}
