//! Scores of the training footage by models that did not see what they score.
//!
//! A model knows what it was trained on. The nearest neighbours of a segment of a long event are the event's
//! own segments, and a generator reconstructs what it has learned by heart: without labels, what is scored is
//! mostly what was trained on. So the segments are cut into [`folds`], and each fold is scored by a model
//! that was trained on the others (cross-fitting; scikit-learn's `cross_val_predict`). Measured in
//! `docs/results.md`.

mod folds;

use std::fs::create_dir_all;
use std::path::Path;
use std::sync::atomic::Ordering;

use gcl_core::{Scaler, ScalerKind};
use gcl_data::{At, FeatureSet, Npy, write_f32};

use crate::config::RunConfig;
use crate::error::{Doing, Result, TrainError};
use crate::events::{Listener, Progress};
use crate::model::{Model, ModelCard};
use crate::run::{TrainOptions, train_on};
use crate::samples::{SampleVideo, Samples};
use crate::sink::Sink;
pub use folds::{Piece, folds};

/// What [`cross_fit()`] gives.
#[derive(Debug, Clone, PartialEq)]
pub enum CrossFit {
    /// One score per segment, for each video in the set's order.
    Scores(Vec<Vec<f32>>),
    /// There are fewer than 10 segments a fold.
    TooLittle,
    /// The features are larger than the memory limit.
    TooLarge,
}

impl CrossFit {
    /// The scores, if there are any.
    #[must_use]
    pub fn scores(self) -> Option<Vec<Vec<f32>>> {
        match self {
            Self::Scores(scores) => Some(scores),
            Self::TooLittle | Self::TooLarge => None,
        }
    }
}

/// Scores each segment of the set that `model` was trained on by a model of the same configuration that was
/// trained on the other folds: one score per segment, for each video in the set's order. Each scales features by its own directions. Finished folds are kept in the folder `kept`, by the model's id, and a second call goes on from there; one that
/// is cancelled loses the fold it was at. The listener hears how far each
/// fold's training is, and nothing else: what there is to say, the whole model's training said.
///
/// No scores, but why, where there is nothing to leave out: for fewer than 10 segments a fold, and for features larger
/// than the options' memory limit, in which one event is a small part.
///
/// # Errors
/// As [`train`](crate::train()).
pub fn cross_fit(
    model: &Model,
    set: &FeatureSet,
    count: usize,
    kept: &Path,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<CrossFit> {
    let videos = set.videos();
    let segments: Vec<usize> = videos.iter().map(|video| video.segments).collect();
    let pieces = folds(&segments, count);
    let bytes = 4 * (set.total() as u64).saturating_mul(set.dim() as u64);
    if pieces.iter().all(|piece| piece.fold == 0) {
        return Ok(CrossFit::TooLittle);
    }
    if bytes > options.memory_limit {
        return Ok(CrossFit::TooLarge);
    }
    let mut features = Vec::with_capacity(videos.len());
    let mut length = 0.0;
    for index in 0..videos.len() {
        let mut rows = Vec::new();
        set.read(index, &mut rows)?;
        model.card().scaler.center_video(&mut rows).doing("centring features")?;
        let mut scaled = rows.clone();
        model.card().scaler.apply(&mut scaled).doing("scaling features")?;
        length += lengths(&scaled, set.dim());
        features.push(rows);
    }
    let length = length / set.total() as f64;
    let footage = Footage { set, dim: set.dim(), features: &features, length };
    // A fold of another model is another one's.
    let kept = &kept.join(model.id()?);
    create_dir_all(kept).at(kept)?;
    let mut scores: Vec<Vec<f32>> = segments.iter().map(|&count| vec![0.0; count]).collect();
    let mut steps = Steps { listener, fold: 0, count, before: 0, own: 0 };
    for fold in 0..count {
        (steps.fold, steps.before, steps.own) = (fold, steps.before + steps.own, 0);
        if options.cancel.load(Ordering::Relaxed) {
            return Err(TrainError::Interrupted);
        }
        let own: Vec<&Piece> = pieces.iter().filter(|piece| piece.fold == fold).collect();
        let path = kept.join(format!("{fold}-of-{count}.npy"));
        let segments = own.iter().map(|piece| piece.segments.len()).sum();
        let found = match read(&path, segments) {
            Some(found) => found,
            None => {
                let others: Vec<&Piece> =
                    pieces.iter().filter(|piece| piece.fold != fold).collect();
                let found = footage.score(model.card(), &others, &own, options, &mut steps)?;
                write_f32(&path, &[found.len()], &found)?;
                found
            }
        };
        let mut rest = found.as_slice();
        for piece in own {
            let (here, after) = rest.split_at(piece.segments.len());
            scores[piece.video][piece.segments.clone()].copy_from_slice(here);
            rest = after;
        }
    }
    Ok(CrossFit::Scores(scores))
}

/// Features of a set, a matrix for each video, long ones centred.
struct Footage<'a> {
    set: &'a FeatureSet,
    dim: usize,
    features: &'a [Vec<f32>],
    /// The mean length of all rows, scaled by the whole model.
    length: f64,
}

impl Footage<'_> {
    fn rows(&self, piece: &Piece) -> &[f32] {
        &self.features[piece.video][piece.segments.start * self.dim..piece.segments.end * self.dim]
    }

    /// The scores of `own` by a model of `others`.
    fn score(
        &self,
        card: &ModelCard,
        others: &[&Piece],
        own: &[&Piece],
        options: &TrainOptions<'_>,
        steps: &mut Steps<'_>,
    ) -> Result<Vec<f32>> {
        let mut rows = Vec::new();
        let mut videos = Vec::new();
        for piece in others {
            let start = rows.len() / self.dim;
            rows.extend_from_slice(self.rows(piece));
            let id = self.set.videos()[piece.video].id.clone();
            let segments = start..rows.len() / self.dim;
            videos.push(SampleVideo { id, segments, normal: None });
        }
        let end = rows.len();
        let scaler = Scaler::fit(card.config.scaler, &rows, self.dim);
        for piece in own {
            rows.extend_from_slice(self.rows(piece));
        }
        scaler.and_then(|scaler| scaler.apply(&mut rows)).doing("scaling features")?;
        // In one unit for all folds, however unusual what one leaves out: their scores are compared.
        let length = lengths(&rows, self.dim) / (rows.len() / self.dim) as f64;
        let gain = (self.length / length.max(f64::MIN_POSITIVE)) as f32;
        rows.iter_mut().for_each(|x| *x *= gain);
        let left_out = rows.split_off(end);

        let samples = Samples::new(rows, self.dim, videos)?;
        let (scaler, center_videos) = (ScalerKind::Raw, 0);
        let config = RunConfig { scaler, center_videos, ..card.config.clone() };
        let model = train_on(samples, config, None, Sink::new(None), options, steps)?;
        let mut rest = left_out.as_slice();
        let mut scores = Vec::new();
        for piece in own {
            let (here, after) = rest.split_at(piece.segments.len() * self.dim);
            scores.extend(model.score(here)?.get(card.config.score)?);
            rest = after;
        }
        Ok(scores)
    }
}

/// The sum of rows' lengths.
fn lengths(rows: &[f32], dim: usize) -> f64 {
    let length = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    rows.chunks_exact(dim).map(length).sum()
}

/// Passes on how far the trainings of all folds are.
struct Steps<'a> {
    listener: &'a mut dyn Listener,
    /// The fold, from 0, and how many there are.
    fold: usize,
    count: usize,
    /// Steps of the folds before this one that were trained, and of this one.
    before: u64,
    own: u64,
}

impl Listener for Steps<'_> {
    fn step(&mut self, progress: &Progress) {
        self.own = progress.steps;
        let left = (self.count - self.fold) as u64 * progress.steps;
        self.listener.step(&Progress {
            phase: format!("{}, fold {} of {}", progress.phase, self.fold + 1, self.count),
            step: self.before + progress.step,
            steps: self.before + left,
        });
    }
}

/// A fold's scores from an earlier call; `None` if there are none, or they are damaged.
fn read(path: &Path, segments: usize) -> Option<Vec<f32>> {
    let mut scores = Vec::new();
    let file = Npy::open(path).ok().filter(|file| file.rows() == segments)?;
    file.read_rows(0..segments, &mut scores).ok()?;
    Some(scores)
}
