//! From a weakly-supervised model to the scores of each video's frames.

use gcl_core::{Device, WeaklySupervised};
use gcl_data::VideoId;

use super::snippets::Snippets;
use super::videos::Videos;
use crate::error::Result;

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
