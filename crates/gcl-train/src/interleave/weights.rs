//! Object weights before any model has been trained.

use gcl_core::rng;
use gcl_data::ObjectIndex;
use rand_distr::{Beta, Distribution};
use serde::{Deserialize, Serialize};

use crate::error::{Result, TrainError};

/// How the first weights are drawn (Joint-VAD §3.2). The paper's w is drawn from Beta(1, 5): mostly
/// near 0, normal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialWeights {
    /// One draw an object, as the paper reads: 1 − w is 0.833 on average.
    #[default]
    PerObject,
    /// One draw for each frame of an object, of which the most anomalous counts, as the published
    /// code: about 0.48 on average for windows of 24 frames.
    PerFrameMin,
}

/// How normal each object counts at the start, 1 − w, in [0, 1].
///
/// # Errors
/// Never for the constants in use; an error of the distribution is passed on.
pub fn initial_weights(index: &ObjectIndex, rule: InitialWeights, seed: u64) -> Result<Vec<f32>> {
    // 1 − Beta(1, 5) is Beta(5, 1).
    let beta = Beta::new(5.0f64, 1.0).map_err(|e| TrainError::Config(e.to_string()))?;
    let mut random = rng::stream(seed, "interleave:weights", 0);
    let mut draw = |count: usize| {
        let least = (0..count).fold(1.0f64, |least, _| least.min(beta.sample(&mut random)));
        least as f32
    };
    let weights = index.objects().iter().map(|place| match rule {
        InitialWeights::PerObject => draw(1),
        InitialWeights::PerFrameMin => draw(place.span.len().max(1)),
    });
    Ok(weights.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::{ObjectPlace, ObjectVideo, Span, VideoId};

    use super::*;

    #[test]
    fn means_are_those_of_the_paper_and_the_code() {
        let video = ObjectVideo { id: VideoId::new("a").unwrap(), frames: 40, snippets: 3 };
        for (frames, expected) in [(24usize, 0.484), (16, 0.523)] {
            let span = Span { start: 0, end: frames };
            let place = ObjectPlace { video: 0, span, centre: frames / 2 };
            let index = ObjectIndex::new(vec![video.clone()], vec![place; 20_000], 16).unwrap();
            let mean = |rule| {
                let weights = initial_weights(&index, rule, 3).unwrap();
                assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
                weights.iter().map(|&w| f64::from(w)).sum::<f64>() / 20_000.0
            };
            assert!((mean(InitialWeights::PerObject) - 5.0 / 6.0).abs() < 0.005);
            assert!((mean(InitialWeights::PerFrameMin) - expected).abs() < 0.01);
        }
    }
}
