//! Object scores to frame scores and snippet scores.

use serde::{Deserialize, Serialize};

use super::smooth::gaussian;
use super::{ObjectError, ObjectIndex, ObjectVideo};

/// The Gaussian filters that smooth a video's frame scores, one after the other.
pub const SIGMAS: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

/// How object scores become a snippet's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SnippetRule {
    /// The published code's: the mean of the smoothed frame scores ([`ObjectIndex::frame_scores`]) over
    /// the snippet's frames; a last snippet that the video's end cuts short counts its last frame for
    /// the missing ones.
    #[default]
    Frames,
    /// The paper's (Eq. 3): the mean over the objects whose centre is in the snippet. A snippet without
    /// an object takes the smallest finite score of all objects.
    Objects,
}

crate::spelled_by_serde!(SnippetRule);

impl ObjectIndex {
    /// One score per frame of each video from one per object, higher = more anomalous, as STG-NF and
    /// Joint-VAD evaluate and label.
    ///
    /// A frame's score is the largest score of the objects centred on it; frames without an object get
    /// the smallest finite frame score of **all** videos, the most normal; +∞ becomes the largest finite
    /// frame score. Then each video is smoothed separately with [`SIGMAS`].
    ///
    /// # Errors
    /// [`ObjectError`] for another number of scores, a NaN, or no finite score.
    pub fn frame_scores(&self, scores: &[f32]) -> Result<Vec<Vec<f32>>, ObjectError> {
        let smooth = self.smooth_frames(scores)?;
        Ok(smooth.into_iter().map(|v| v.into_iter().map(|s| s as f32).collect()).collect())
    }

    /// One score per snippet, video after video, from one per object.
    ///
    /// # Errors
    /// As [`ObjectIndex::frame_scores`].
    pub fn snippet_scores(
        &self,
        scores: &[f32],
        rule: SnippetRule,
    ) -> Result<Vec<f32>, ObjectError> {
        match rule {
            SnippetRule::Frames => self.mean_of_frames(scores),
            SnippetRule::Objects => self.mean_of_objects(scores),
        }
    }

    fn mean_of_frames(&self, scores: &[f32]) -> Result<Vec<f32>, ObjectError> {
        let mut out = Vec::with_capacity(self.snippets());
        for (frames, video) in self.smooth_frames(scores)?.iter().zip(self.videos()) {
            let last = frames.last().copied().unwrap_or(0.0);
            for snippet in frames.chunks(self.length()).take(video.snippets) {
                let missing = (self.length() - snippet.len()) as f64;
                let sum = snippet.iter().sum::<f64>() + missing * last;
                out.push((sum / self.length() as f64) as f32);
            }
        }
        Ok(out)
    }

    fn mean_of_objects(&self, scores: &[f32]) -> Result<Vec<f32>, ObjectError> {
        self.check(scores)?;
        let bounds = finite(scores.iter()).ok_or_else(|| ObjectError::no_score(scores.len()))?;
        let mut sums = vec![(0.0, 0usize); self.snippets()];
        for (place, &score) in self.objects().iter().zip(scores) {
            let snippets = self.snippets_of(place.video);
            // Objects after the last snippet's frames are in none.
            let snippet = snippets.start + place.centre / self.length();
            if snippets.contains(&snippet)
                && let Some((sum, count)) = sums.get_mut(snippet)
            {
                *sum += f64::from(bounds.clamp(score));
                *count += 1;
            }
        }
        let mean = |(sum, count): (f64, usize)| match count {
            0 => bounds.least,
            n => (sum / n as f64) as f32,
        };
        Ok(sums.into_iter().map(mean).collect())
    }

    /// Smoothed frame scores in double precision.
    fn smooth_frames(&self, scores: &[f32]) -> Result<Vec<Vec<f64>>, ObjectError> {
        self.check(scores)?;
        // -infinity stands for an empty frame until all videos are seen.
        let empty = |video: &ObjectVideo| vec![f32::NEG_INFINITY; video.frames];
        let mut frames: Vec<Vec<f32>> = self.videos().iter().map(empty).collect();
        for (place, &score) in self.objects().iter().zip(scores) {
            let slot = frames.get_mut(place.video).and_then(|v| v.get_mut(place.centre));
            if let Some(slot) = slot {
                *slot = slot.max(score);
            }
        }
        let bounds =
            finite(frames.iter().flatten()).ok_or_else(|| ObjectError::no_score(scores.len()))?;
        let smooth = |video: Vec<f32>| {
            let mut video = video.into_iter().map(|s| f64::from(bounds.clamp(s))).collect();
            SIGMAS.iter().for_each(|&sigma| gaussian(&mut video, sigma));
            video
        };
        Ok(frames.into_iter().map(smooth).collect())
    }

    /// Checks that there is one score per object, none of them NaN.
    fn check(&self, scores: &[f32]) -> Result<(), ObjectError> {
        let (expected, found) = (self.objects().len(), scores.len());
        if found != expected {
            return Err(ObjectError::count("objects", expected, found));
        }
        match scores.iter().position(|s| s.is_nan()) {
            None => Ok(()),
            Some(position) => Err(ObjectError::bad_score("object", position, f32::NAN)),
        }
    }
}

/// The smallest and the largest finite score.
struct FiniteRange {
    least: f32,
    most: f32,
}

impl FiniteRange {
    fn clamp(&self, score: f32) -> f32 {
        score.clamp(self.least, self.most)
    }
}

/// The bounds of all finite scores, if there is one.
fn finite<'a>(scores: impl Iterator<Item = &'a f32>) -> Option<FiniteRange> {
    let mut bounds: Option<FiniteRange> = None;
    for &score in scores.filter(|s| s.is_finite()) {
        let FiniteRange { least, most } =
            bounds.unwrap_or(FiniteRange { least: score, most: score });
        bounds = Some(FiniteRange { least: least.min(score), most: most.max(score) });
    }
    bounds
}
