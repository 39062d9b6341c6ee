//! Features to one score per frame, by a trained model.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::objects::gaussian;
use gcl_data::{Clips, FeatureSet, Manifest, ScoreInfo, ScoreWriter};
use gcl_train::{Model, ScoreSource, TrainError};

use crate::error::{Error, Result};
use crate::facts::{self, Facts, VideoFacts};
use crate::judge::whole_frames;

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
    model.check(set)?;
    let clips = clip_rule(model, set)?;
    let source = how.source;
    let name = source.name();
    let info = ScoreInfo {
        bounded: matches!(source, ScoreSource::Discriminator | ScoreSource::MeanRank),
        source: match how.smooth > 0.0 {
            true => format!("{name}, smoothed over time (sigma {} frames)", how.smooth),
            false => name.to_owned(),
        },
        model: Some(model.id()?),
    };
    let writer = ScoreWriter::create(out, info)?;
    let mut known = Facts::new();
    let mut features = Vec::new();
    for (index, video) in set.videos().iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            return Err(TrainError::Interrupted.into());
        }
        set.read(index, &mut features)?;
        let segments = model.score(&features)?.get(source)?;
        let listed = how.manifest.and_then(|m| m.videos.get(&video.id)).and_then(|v| v.frames);
        let frames = video.frames.or(listed).unwrap_or_else(|| whole_frames(clips, video.segments));
        let located = |source| Error::Clips { id: video.id.clone(), source };
        let scores = smoothed(clips.expand(&segments, frames).map_err(located)?, how.smooth);
        writer.write(&video.id, &scores)?;
        known.insert(
            video.id.clone(),
            VideoFacts {
                fps: video.fps,
                footage: None,
                features: std::path::absolute(set.dir()).ok(),
            },
        );
        progress(index + 1);
    }
    facts::write(out, &known)
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
fn clip_rule(model: &Model, set: &FeatureSet) -> Result<Clips> {
    let unknown = || TrainError::NoClipLength { path: set.dir().to_owned() };
    Ok(set.clips().or(model.card().clips).ok_or_else(unknown)?)
}
