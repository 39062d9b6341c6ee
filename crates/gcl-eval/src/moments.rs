//! From frame scores to the most anomalous moments, for human review.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::EvalError;
use crate::error::all_finite;
use crate::ranking::{from_key, sort, to_key};
use crate::smooth::gaussian;

/// Widest smoothing that [`MomentOptions::sigma`] may ask for, in frames.
pub const MAX_SIGMA: f64 = 1000.0;

/// The definition of a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MomentOptions {
    /// Gaussian smoothing of each video's scores, σ in frames, 0 to [`MAX_SIGMA`]; 0 = none.
    pub sigma: f64,
    /// A moment is where scores reach this quantile of all frames of all videos, 0 to 1.
    pub quantile: f64,
    /// At most this many moments are kept, the highest first.
    pub top: usize,
    /// Moments of one video that are fewer than this many frames apart are merged.
    pub min_gap: usize,
}

impl Default for MomentOptions {
    /// No smoothing, the top 2 % of frames, at most 20 moments at least 50 frames apart.
    fn default() -> Self {
        Self { sigma: 0.0, quantile: 0.98, top: 20, min_gap: 50 }
    }
}

/// A span of a video with high scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The video's id.
    pub video: String,
    /// First frame, counted from 0.
    pub start: usize,
    /// One past the last frame.
    pub end: usize,
    /// The middle one of the first frames in a row with the highest score, which where clips are scored are a
    /// whole clip's.
    pub peak_frame: usize,
    /// The score there, after smoothing.
    pub score: f32,
}

/// Finds the most anomalous moments of (id, scores) pairs, one score per frame, higher = more anomalous.
///
/// The threshold is the quantile over the pooled frames of all videos. Frames at the lowest score are
/// never part of a moment, so scores that are all equal give none. Moments are ordered by score from
/// high to low, then by video and start, so equal input gives equal output.
///
/// ```
/// use gcl_eval::{MomentOptions, find_moments};
///
/// let mut scores = vec![0.1; 1000];
/// scores[400..410].fill(0.8);
/// scores[405] = 0.9;
/// let moments = find_moments([("camera-1", scores)], &MomentOptions::default())?;
/// assert_eq!((moments.len(), moments[0].peak_frame), (1, 405));
/// assert_eq!((moments[0].start, moments[0].end), (400, 410));
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// [`EvalError::Setting`] for an option out of range, [`EvalError::InVideo`] for a score that is not
/// finite.
pub fn find_moments<I, V, S>(videos: I, options: &MomentOptions) -> Result<Vec<Moment>, EvalError>
where
    I: IntoIterator<Item = (V, S)>,
    V: Into<String>,
    S: AsRef<[f32]>,
{
    let in_range = |name, value: f64, high: f64, expected| {
        let found = value.to_string();
        let wrong = EvalError::Setting { name, expected, found };
        if (0.0..=high).contains(&value) { Ok(()) } else { Err(wrong) }
    };
    in_range("sigma", options.sigma, MAX_SIGMA, "0 to 1000 frames")?;
    in_range("quantile", options.quantile, 1.0, "0 to 1")?;

    let mut smoothed: Vec<(String, Vec<f32>)> = Vec::new();
    for (video, scores) in videos {
        let video = video.into();
        all_finite(scores.as_ref()).map_err(|e| e.in_video(&video))?;
        smoothed.push((video, gaussian(scores.as_ref(), options.sigma)));
    }
    let mut keys: Vec<u32> = smoothed.iter().flat_map(|(_, s)| s).map(|s| to_key(*s)).collect();
    sort(&mut keys);
    let position = (keys.len().saturating_sub(1) as f64 * options.quantile).ceil() as usize;
    let (Some(lowest), Some(threshold)) = (keys.first(), keys.get(position)) else {
        return Ok(Vec::new());
    };
    let (lowest, threshold) = (from_key(*lowest), from_key(*threshold));

    let mut moments = Vec::new();
    for (video, scores) in &smoothed {
        let mut open: Option<Moment> = None;
        // The frames in a row with the open moment's highest score.
        let mut peak = 0..0;
        for (frame, &score) in scores.iter().enumerate() {
            if score < threshold || score <= lowest {
                continue;
            }
            match &mut open {
                Some(moment) if frame - moment.end < options.min_gap.max(1) => {
                    moment.end = frame + 1;
                    if score > moment.score {
                        moment.score = score;
                        peak = frame..frame;
                    }
                    if score == moment.score && peak.end == frame {
                        peak.end = frame + 1;
                        moment.peak_frame = peak.start + peak.len() / 2;
                    }
                }
                _ => {
                    let (video, start, end) = (video.clone(), frame, frame + 1);
                    let next = Moment { video, start, end, peak_frame: frame, score };
                    peak = frame..end;
                    moments.extend(open.replace(next));
                }
            }
        }
        moments.extend(open);
    }
    moments.sort_by(by_score);
    moments.truncate(options.top);
    Ok(moments)
}

fn by_score(a: &Moment, b: &Moment) -> Ordering {
    b.score
        .total_cmp(&a.score)
        .then_with(|| a.video.cmp(&b.video))
        .then_with(|| a.start.cmp(&b.start))
}
