//! From models to scores: of objects, and of the frames of each video.

use gcl_core::{Device, OneClass, WeaklySupervised};
use gcl_data::VideoId;

use super::objects::{Item, Objects};
use super::snippets::Snippets;
use super::videos::Videos;
use crate::error::{Result, TrainError};

/// A one-class model's score of every object, `size` at a time; `after` is called after each.
///
/// # Errors
/// If objects cannot be read or scored, or a score is not finite.
pub fn object_scores<M: OneClass, X: Objects<Batch = M::Batch>>(
    model: &M,
    objects: &X,
    size: usize,
    device: &Device,
    after: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<f32>> {
    let items: Vec<Item> =
        (0..objects.index().objects().len()).map(|object| Item { object, mirror: false }).collect();
    let mut scores = Vec::with_capacity(items.len());
    for batch in items.chunks(size.max(1)) {
        let own = model.score(objects.fetch(batch, device)?);
        let own = own.map_err(TrainError::core("scoring objects"))?;
        if own.len() != batch.len() {
            let (found, expected) = (own.len(), batch.len());
            return Err(TrainError::Mismatch(format!("{found} scores of {expected} objects")));
        }
        scores.extend(own);
        after()?;
    }
    Ok(scores)
}

/// A one-class model's frame scores of each video, higher = more anomalous: the most anomalous
/// object of each frame, smoothed ([`gcl_data::ObjectIndex::frame_scores`]).
///
/// # Errors
/// If objects cannot be read or scored.
pub fn one_class_frames<M: OneClass, X: Objects<Batch = M::Batch>>(
    model: &M,
    objects: &X,
    batch: usize,
    device: &Device,
) -> Result<Vec<(VideoId, Vec<f32>)>> {
    let scores = object_scores(model, objects, batch, device, &mut || Ok(()))?;
    let frames = objects.index().frame_scores(&scores)?;
    let ids = objects.index().videos().iter().map(|video| video.id.clone());
    Ok(ids.zip(frames).collect())
}

/// A weakly-supervised model's frame scores of each video, in [0, 1]: each snippet's score for all
/// of its frames, unsmoothed; frames after the last snippet take its score.
///
/// # Errors
/// If a video cannot be scored.
pub fn weak_frames(
    weak: &dyn WeaklySupervised,
    snippets: &Snippets,
    videos: &Videos,
    device: &Device,
) -> Result<Vec<(VideoId, Vec<f32>)>> {
    let scores = snippets.score(weak, device)?;
    let outline = videos.outline(&[]);
    let frames = |((id, range), video): (&(VideoId, std::ops::Range<usize>), usize)| {
        let own = &scores[range.clone()];
        let score = |frame: usize| own[(frame / videos.length).min(own.len() - 1)];
        (id.clone(), (0..video).map(score).collect())
    };
    let counts = outline.into_iter().map(|video| video.frames);
    Ok(snippets.videos().iter().zip(counts).map(frames).collect())
}
