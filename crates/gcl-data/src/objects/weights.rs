//! Snippet scores back to objects, as the weights of the one-class loss.

use serde::{Deserialize, Serialize};

use super::{ObjectError, ObjectIndex};

/// How an object's weight is computed from those of its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightReduce {
    /// Their smallest, as published.
    #[default]
    Min,
    /// Their mean.
    Mean,
    /// That of the centre frame: the paper's "snippet that contains" the object.
    Centre,
}

/// Which frames' weights belong to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightRule {
    /// Those of its own video.
    #[default]
    PerVideo,
    /// Those that the published code reads: its slices advance by frames in an array that advances by
    /// whole snippets, so that they lag further behind from video to video. Only for comparisons with
    /// that code; videos must be in the order of its list.
    CodeExact,
}

crate::spelled_by_serde!(WeightReduce, WeightRule);

impl ObjectIndex {
    /// The weight of each object, from a score in [0, 1] for each snippet: how normal it is, 1 − score,
    /// over the object's frames (Joint-VAD, Eq. 6).
    ///
    /// A snippet's score applies to each of its frames. Frames after the last snippet have weight 0;
    /// frames after the video's end are ignored.
    ///
    /// # Errors
    /// [`ObjectError`] for another number of scores, for a score outside [0, 1], and where the published code would run past its array's end.
    pub fn object_weights(
        &self,
        scores: &[f32],
        reduce: WeightReduce,
        rule: WeightRule,
    ) -> Result<Vec<f32>, ObjectError> {
        let (expected, found) = (self.snippets(), scores.len());
        if found != expected {
            return Err(ObjectError::count("snippets", expected, found));
        }
        if let Some(position) = scores.iter().position(|s| !(0.0..=1.0).contains(s)) {
            let value = scores.get(position).copied().unwrap_or(f32::NAN);
            return Err(ObjectError::bad_score("snippet", position, value));
        }
        let code = match rule {
            WeightRule::PerVideo => None,
            WeightRule::CodeExact => Some(self.code_slices()?),
        };
        let frame = |video: usize, frame: usize| {
            let snippet = match &code {
                Some(starts) => (starts.get(video).copied().unwrap_or(0) + frame) / self.length(),
                None => {
                    let own = self.snippets_of(video);
                    let snippet = own.start + frame / self.length();
                    if own.contains(&snippet) { snippet } else { usize::MAX }
                }
            };
            scores.get(snippet).map_or(0.0, |score| 1.0 - score)
        };
        let weight = |place: &super::ObjectPlace| {
            let frames = self.videos().get(place.video).map_or(0, |video| video.frames);
            let span = place.span.start..place.span.end.min(frames);
            let count = span.len() as f64;
            let mut weights = span.map(|f| frame(place.video, f));
            match reduce {
                WeightReduce::Min => weights.fold(1.0, f32::min),
                WeightReduce::Mean => (weights.map(f64::from).sum::<f64>() / count) as f32,
                WeightReduce::Centre => {
                    weights.nth(place.centre - place.span.start).unwrap_or_default()
                }
            }
        };
        Ok(self.objects().iter().map(weight).collect())
    }

    /// Where the published code's slice of each video starts, in frames of its array of repeated
    /// scores.
    fn code_slices(&self) -> Result<Vec<usize>, ObjectError> {
        let frames = self.snippets() * self.length();
        let mut end = 0;
        let start = |video: &super::ObjectVideo| {
            let start = end;
            end += video.frames;
            if end <= frames {
                return Ok(start);
            }
            Err(ObjectError(format!(
                "video {}: the published code's slice ends at frame {end} of {frames}; its order of \
                 videos does not fit",
                video.id
            )))
        };
        self.videos().iter().map(start).collect()
    }
}
