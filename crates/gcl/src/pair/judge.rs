//! A test set with its truth: the frame AUC of both models. What is trained never sees it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use gcl_core::{Device, Scaler, WeaklySupervised};
use gcl_data::{FeatureSet, LeftOut, Span, Truth, TruthFormat, VideoId};
use gcl_eval::Pool;
use gcl_train::events::Progress;
use gcl_train::interleave::{
    Followed, Left, ObjectFiles, OneClassSide, PairAuc, PairConfig, Snippets, Videos, weak_frames,
};
use gcl_train::{Event, Listener, TrainError};

use super::data::{PairData, ids};
use super::ready::Ready;
use crate::error::Result;
use crate::judge::check_both_kinds;

/// Test videos whose scores are kept as modules proceed.
const FOLLOWED: usize = 2;

/// Where a test set is.
#[derive(Clone, Debug)]
pub struct TestData {
    /// Its ground truth.
    pub truth: PathBuf,
    /// The truth's format.
    pub format: TruthFormat,
    /// Its features; the training features' folder where absent.
    pub features: Option<PathBuf>,
    /// Its split in the training data's manifest.
    pub split: Option<String>,
    /// Its objects; those of the training data where absent.
    pub objects: ObjectFiles,
}

/// The videos of a test set that the truth knows.
pub(super) struct TestVideos {
    pub(super) videos: Videos,
    pub(super) snippets: Snippets,
    labels: BTreeMap<VideoId, Vec<bool>>,
}

/// The one-class model on a test set's objects, if there is one, and what was left out.
pub(super) struct TestObjects {
    pub(super) side: Option<Box<dyn OneClassSide>>,
    pub(super) left: Left,
    pub(super) left_out: Vec<LeftOut>,
}

impl TestData {
    pub(super) fn open(
        &self,
        training: &PairData,
        features: &FeatureSet,
        config: &PairConfig,
        scaler: Option<&Scaler>,
        device: &Device,
    ) -> Result<(TestVideos, TestObjects)> {
        let truth = Truth::read(&self.truth, self.format)?;
        let given = |own: &Option<PathBuf>, training: &Option<PathBuf>| {
            own.clone().or_else(|| training.clone())
        };
        let (objects, trained) = (&self.objects, &training.objects);
        let files = ObjectFiles {
            poses: given(&objects.poses, &trained.poses),
            tracks: given(&objects.tracks, &trained.tracks),
            cubes: given(&objects.cubes, &trained.cubes),
        };
        let own = PairData {
            features: given(&self.features, &training.features),
            objects: files.clone(),
            split: self.split.clone(),
            ..training.clone()
        };
        let set = own.features()?;
        set.check_like(features.dim(), features.identity())?;
        let mut selected = own.select(&set, false)?;
        let ids = ids(&selected.set);
        let mut labels = BTreeMap::new();
        for (id, name) in ids.iter().zip(truth.match_all(&ids)?) {
            let Some(name) = name else { continue };
            let listed = selected.known.frames.get(id).copied();
            let own = labels_of(&truth, name, &selected.set, id, listed)?;
            selected.known.frames.insert(id.clone(), own.len());
            labels.insert(id.clone(), own);
        }
        let left_out = selected.set.left_out().to_vec();
        selected.set = selected.set.select(|id| labels.contains_key(id)).without(left_out);
        let ready = selected.ready(&files, config, scaler, true, device)?;
        let set = ready.selected.set;
        labels.retain(|id, _| set.index_of(id).is_some());
        check_both_kinds(labels.values().flatten(), &self.truth)?;
        let Ready { videos, snippets, side, left, .. } = ready;
        let objects = TestObjects { side, left, left_out: set.left_out().to_vec() };
        Ok((TestVideos { videos, snippets, labels }, objects))
    }
}

fn labels_of(
    truth: &Truth,
    name: &VideoId,
    set: &FeatureSet,
    id: &VideoId,
    listed: Option<usize>,
) -> Result<Vec<bool>> {
    let own = set.index_of(id).and_then(|i| set.videos().get(i)).and_then(|video| video.frames);
    // Tracks end with their last box: the truth knows the video's end better.
    Ok(match truth.frames(name)? {
        Some(_) => truth.labels(name, None)?,
        None => truth.labels(name, listed.or(own))?,
    })
}

impl TestVideos {
    /// How many videos and frames are judged.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.labels.len(), self.labels.values().map(Vec::len).sum())
    }

    fn auc(&self, scores: &[(VideoId, Vec<f32>)]) -> gcl_train::Result<Option<f64>> {
        let mut pool = Pool::default();
        for (id, frames) in scores {
            let wrong =
                |e: &dyn std::fmt::Display| TrainError::Evaluation(format!("video `{id}`: {e}"));
            let labels = self.labels.get(id).ok_or_else(|| wrong(&"no truth"))?;
            pool.push(frames, labels).map_err(|e| wrong(&e))?;
        }
        Ok(pool.rank().auc().value())
    }

    /// The videos with the most even mix of normal and abnormal frames.
    fn followed(&self) -> Vec<&VideoId> {
        let weight = |labels: &[bool]| {
            let abnormal = labels.iter().filter(|label| **label).count();
            abnormal.min(labels.len() - abnormal)
        };
        let mut mixed: Vec<_> =
            self.labels.iter().map(|(id, labels)| (Reverse(weight(labels)), id)).collect();
        mixed.sort();
        mixed.into_iter().take(FOLLOWED).map(|(_, id)| id).collect()
    }
}

/// A test set with the one-class model's objects in it.
pub(super) struct Judging {
    pub(super) test: TestVideos,
    /// The one-class model on the test set's objects, if there is one.
    pub(super) side: Option<Box<dyn OneClassSide>>,
    pub(super) device: Device,
}

impl Judging {
    /// The frame AUCs of the models that there are.
    pub(super) fn judge(
        &mut self,
        one_class: Option<&dyn OneClassSide>,
        weak: Option<&dyn WeaklySupervised>,
    ) -> gcl_train::Result<PairAuc> {
        let mut auc = PairAuc::default();
        if let (Some(trained), Some(side)) = (one_class, &mut self.side) {
            side.load(&trained.save()?)?;
            auc.one_class = self.test.auc(&side.frames()?)?;
        }
        if let Some(weak) = weak {
            auc.weak = self.test.auc(&self.weak_frames(weak)?)?;
        }
        Ok(auc)
    }

    fn weak_frames(
        &self,
        weak: &dyn WeaklySupervised,
    ) -> gcl_train::Result<Vec<(VideoId, Vec<f32>)>> {
        weak_frames(weak, &self.test.snippets, &self.test.videos, &self.device)
    }
}

pub(super) struct Judge<'a> {
    pub(super) judging: &'a mut Judging,
    pub(super) listener: &'a mut dyn Listener,
}

impl Listener for Judge<'_> {
    fn event(&mut self, event: &Event) {
        self.listener.event(event);
    }

    fn step(&mut self, progress: &Progress) {
        self.listener.step(progress);
    }

    fn judge(
        &mut self,
        one_class: &dyn OneClassSide,
        weak: &dyn WeaklySupervised,
    ) -> gcl_train::Result<Option<PairAuc>> {
        self.judging.judge(Some(one_class), Some(weak)).map(Some)
    }

    fn follow(
        &mut self,
        module: usize,
        weak: &dyn WeaklySupervised,
    ) -> gcl_train::Result<Vec<Followed>> {
        let test = &self.judging.test;
        let followed = test.followed();
        let scores = self.judging.weak_frames(weak)?;
        let scores = scores.into_iter().filter(|(id, _)| followed.contains(&id));
        let follow = |(id, weak): (VideoId, Vec<f32>)| {
            let abnormal = test.labels.get(&id).map_or(Vec::new(), |own| Span::runs(own));
            let abnormal = abnormal.iter().map(|span| [span.start, span.end]).collect();
            Followed { module, video: id.to_string(), weak, abnormal }
        };
        Ok(scores.map(follow).collect())
    }
}
