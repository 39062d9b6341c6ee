//! Features to one score per frame, by a trained model.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::objects::gaussian;
use gcl_data::{At, Clips, FeatureSet, Manifest, ScoreInfo, ScoreWriter, VideoId, resolve_all};
use gcl_train::{
    CrossFit, Listener, Model, RunDir, ScoreSource, TrainError, TrainOptions, cross_fit,
};

use crate::error::{Error, Result};
use crate::facts::{self, Facts, VideoFacts};
use crate::judge::frames_of_clips;
use crate::views::Views;

/// How a set is scored.
#[derive(Clone, Copy, Debug)]
pub struct Scoring<'a> {
    /// Which score.
    pub source: ScoreSource,
    /// Frames of videos whose features do not say.
    pub manifest: Option<&'a Manifest>,
    /// The standard deviation of smoothing over time, in frames; 0 is none.
    pub smooth: f64,
}

/// Scores every video of a set into the folder `out`. `progress` is called after each video with
/// the number of those that are done.
///
/// # Errors
/// If the features are not of the model's kind, do not say how videos were cut, or cannot be read;
/// if a score is not finite or cannot be written; [`TrainError::Interrupted`] after a cancel.
pub fn score(
    model: &Model,
    set: &FeatureSet,
    how: &Scoring<'_>,
    out: &Path,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(usize),
) -> Result<()> {
    write(model, set, how, "", out, cancel, &mut rows(model, set, how.source), progress)
}

/// The scores of the rows of a set's video, by its place.
fn rows(
    model: &Model,
    set: &FeatureSet,
    source: ScoreSource,
) -> impl FnMut(usize) -> Result<Vec<f32>> {
    let mut features = Vec::new();
    move |index| {
        set.read(index, &mut features)?;
        let scores = model.score(&features);
        let of_video = |error: TrainError| error.of_video(&set.videos()[index].id);
        Ok(scores.map_err(of_video)?.get(source)?)
    }
}

/// Scores every video of the set that a model was trained on, each segment by a model that was trained on the
/// other of `folds` parts ([`cross_fit()`]); by the model itself where there is too little to leave anything out,
/// too much to hold in memory, or only one fold asked for. Finished folds are kept in the run's folder. Where the
/// footage shows several views, their scores are put on one scale ([`Views::level`]).
///
/// # Errors
/// As [`score`] and [`cross_fit()`].
#[allow(clippy::too_many_arguments)] // two callers
pub fn score_own(
    run: &RunDir,
    model: &Model,
    set: &FeatureSet,
    folds: usize,
    views: &Views,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
    progress: &mut dyn FnMut(usize),
) -> Result<()> {
    let source = model.card().config.score;
    let how = Scoring { source, manifest: None, smooth: 0.0 };
    let kept = run.cross_fit();
    let crossed = match folds {
        0 | 1 => None,
        _ => Some(cross_fit(model, set, folds, &kept, options, listener)?),
    };
    let note = match &crossed {
        None => String::new(),
        Some(CrossFit::TooLittle) => {
            format!(", not cross-fitted: fewer than 10 clips for each of {folds} parts")
        }
        Some(CrossFit::TooLarge) => {
            ", not cross-fitted: more features than the memory limit".to_owned()
        }
        Some(CrossFit::Scores(_)) => format!(", cross-fitted in {folds} folds"),
    };
    let mut crossed = crossed.and_then(CrossFit::scores);
    // Scores of a call that asked for another number of folds give way to these.
    if run.scores().exists() {
        std::fs::remove_dir_all(run.scores()).at(run.scores())?;
    }
    let mut by_model = rows(model, set, source);
    let mut rows = |index: usize| match &mut crossed {
        None => by_model(index),
        Some(scores) => Ok(std::mem::take(&mut scores[index])),
    };
    let (out, cancel) = (run.scores(), options.cancel);
    if views.note().is_none() {
        return write(model, set, &how, &note, &out, cancel, &mut rows, progress);
    }
    let mut all = (0..set.videos().len()).map(rows).collect::<Result<Vec<_>>>()?;
    views.level(&mut all);
    if is_bounded(source) {
        all.iter_mut().flatten().for_each(|score| *score = score.clamp(0.0, 1.0));
    }
    let note = format!("{note}, views on one scale");
    let mut rows = |index: usize| Ok(std::mem::take(&mut all[index]));
    write(model, set, &how, &note, &out, cancel, &mut rows, progress)
}

/// Whether a source's scores are shares.
fn is_bounded(source: ScoreSource) -> bool {
    matches!(source, ScoreSource::Discriminator | ScoreSource::MeanRank)
}

/// Writes every video's frame scores from those of its rows.
#[allow(clippy::too_many_arguments)] // two callers, here
fn write(
    model: &Model,
    set: &FeatureSet,
    how: &Scoring<'_>,
    note: &str,
    out: &Path,
    cancel: &AtomicBool,
    rows: &mut dyn FnMut(usize) -> Result<Vec<f32>>,
    progress: &mut dyn FnMut(usize),
) -> Result<()> {
    model.check(set)?;
    let clips = clip_rule(model, set)?;
    let source = how.source;
    let name = source.name();
    let info = ScoreInfo {
        bounded: is_bounded(source),
        source: match how.smooth > 0.0 {
            true => format!("{name}{note}, smoothed over time (sigma {} frames)", how.smooth),
            false => format!("{name}{note}"),
        },
        model: Some(model.id()?),
    };
    let writer = ScoreWriter::create(out, info)?;
    let mut known = Facts::new();
    let (listed, areas) = (listed_frames(set, how.manifest)?, facts::areas(set)?);
    for (index, video) in set.videos().iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            return Err(TrainError::Interrupted.into());
        }
        let of_rows = rows(index)?;
        let objects = set.clip_objects(index, &of_rows)?;
        let segments = set.clip_scores(index, of_rows)?;
        let listed = listed.get(index).copied().flatten();
        let frames = match video.frames.or(listed) {
            Some(frames) => frames,
            None => frames_of_clips(&video.id, clips, video.segments)?,
        };
        let located = |source| Error::Clips { id: video.id.clone(), source };
        let scores = smoothed(clips.expand(&segments, frames).map_err(located)?, how.smooth);
        writer.write(&video.id, &scores)?;
        known.insert(
            video.id.clone(),
            VideoFacts {
                fps: video.fps,
                times: video.notes.times.clone(),
                damage: video.notes.damage(frames).map(|damage| damage.to_string()),
                footage: None,
                recorded: None,
                areas: areas.clone(),
                camera: None,
                features: std::path::absolute(set.dir()).ok(),
                objects,
            },
        );
        progress(index + 1);
    }
    writer.leave_out(set.left_out())?;
    facts::write(out, &known)
}

/// The frames that a manifest has for each of a set's videos, by [`gcl_data::resolve()`]'s rules.
fn listed_frames(set: &FeatureSet, manifest: Option<&Manifest>) -> Result<Vec<Option<usize>>> {
    let Some(manifest) = manifest else { return Ok(Vec::new()) };
    let ids: Vec<VideoId> = set.videos().iter().map(|video| video.id.clone()).collect();
    let names = resolve_all(&ids, manifest.videos.keys()).map_err(Error::data(set.dir()))?;
    let frames = |name: Option<&VideoId>| manifest.videos.get(name?)?.frames;
    Ok(names.into_iter().map(frames).collect())
}

/// One video's frame scores, smoothed over time.
fn smoothed(scores: Vec<f32>, sigma: f64) -> Vec<f32> {
    if sigma <= 0.0 {
        return scores;
    }
    let mut wide: Vec<f64> = scores.into_iter().map(f64::from).collect();
    gaussian(&mut wide, sigma);
    wide.into_iter().map(|score| score as f32).collect()
}

/// How the set's videos were cut: as it says, or as the model's training features were.
pub(crate) fn clip_rule(model: &Model, set: &FeatureSet) -> Result<Clips> {
    let unknown = || TrainError::NoClipLength { path: set.dir().to_owned() };
    Ok(set.clips().or(model.card().clips).ok_or_else(unknown)?)
}
