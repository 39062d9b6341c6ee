//! Calibration: whether a score of 0.8 means abnormal eight times in ten.

use serde::{Deserialize, Serialize};

use crate::{EvalError, MAX_BINS, Measure, Reason};

/// The frames whose scores fall into one bin of [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Lower end of the bin, included.
    pub low: f64,
    /// Upper end of the bin, excluded except in the last bin.
    pub high: f64,
    /// Number of frames in it.
    pub frames: u64,
    /// Their mean score; undefined for an empty bin.
    pub mean_score: Measure,
    /// The share of them that is abnormal; undefined for an empty bin.
    pub abnormal_share: Measure,
}

/// How far scores are from being probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Equal bins over [0, 1], in order.
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error: Σ (frames in bin / frames) · |mean score − abnormal share|.
    pub expected_error: Measure,
}

/// Sorts frames into `bins` equal bins by score and compares each bin's mean score with the share
/// of its frames that is abnormal.
///
/// ```
/// // Scores of 0.9 that are right half of the time.
/// let calibration = gcl_eval::calibration(&[0.9, 0.9], &[true, false], 10)?;
/// let error = calibration.expected_error.value().unwrap_or_default();
/// assert!((error - 0.4).abs() < 1e-6);
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// [`EvalError::Length`] if lengths differ, [`EvalError::NotProbability`] for a score outside
/// [0, 1] or NaN, [`EvalError::Setting`] unless `bins` is 1 to [`MAX_BINS`].
pub fn calibration(scores: &[f32], labels: &[bool], bins: usize) -> Result<Calibration, EvalError> {
    if scores.len() != labels.len() {
        return Err(EvalError::Length { scores: scores.len(), labels: labels.len() });
    }
    if !(1..=MAX_BINS).contains(&bins) {
        let (expected, found) = ("1 to 1000", bins.to_string());
        return Err(EvalError::Setting { name: "number of bins", expected, found });
    }
    let mut sums = vec![(0u64, 0u64, 0.0f64); bins];
    for (frame, (&score, &label)) in scores.iter().zip(labels).enumerate() {
        if !(0.0..=1.0).contains(&score) {
            return Err(EvalError::NotProbability { frame, value: score });
        }
        let bin = ((f64::from(score) * bins as f64) as usize).min(bins - 1);
        if let Some((frames, abnormal, total)) = sums.get_mut(bin) {
            *frames += 1;
            *abnormal += u64::from(label);
            *total += f64::from(score);
        }
    }
    let gaps: f64 = sums.iter().map(|(_, abnormal, total)| (total - *abnormal as f64).abs()).sum();
    let expected_error = match scores.len() {
        0 => Measure::undefined(Reason::NoFrames),
        frames => Measure::Value(gaps / frames as f64),
    };
    let edge = |bin: usize| bin as f64 / bins as f64;
    let bins = sums.iter().enumerate().map(|(bin, &(frames, abnormal, total))| {
        let per_frame = |sum: f64| match frames {
            0 => Measure::undefined(Reason::NoFrames),
            _ => Measure::Value(sum / frames as f64),
        };
        ReliabilityBin {
            low: edge(bin),
            high: edge(bin + 1),
            frames,
            mean_score: per_frame(total),
            abnormal_share: per_frame(abnormal as f64),
        }
    });
    Ok(Calibration { bins: bins.collect(), expected_error })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bins_and_error() {
        let scores = [0.0, 0.25, 0.75, 1.0];
        let result = calibration(&scores, &[false, true, true, true], 2).unwrap();
        let [low, high] = result.bins.as_slice() else { unreachable!("two bins") };
        assert_eq!((low.frames, low.mean_score), (2, Measure::Value(0.125)));
        assert_eq!(low.abnormal_share, Measure::Value(0.5));
        assert_eq!((high.frames, high.mean_score), (2, Measure::Value(0.875)));
        // (2/4)|0.125 - 0.5| + (2/4)|0.875 - 1|
        assert_eq!(result.expected_error, Measure::Value(0.25));
    }

    #[test]
    fn refuses_what_is_no_probability() {
        for (frame, score) in [(0, 1.5), (0, -0.1), (0, f32::NAN)] {
            let error = calibration(&[score], &[true], 10).unwrap_err();
            assert!(matches!(error, EvalError::NotProbability { frame: f, .. } if f == frame));
        }
        assert!(matches!(calibration(&[], &[], 0), Err(EvalError::Setting { .. })));
        assert!(matches!(calibration(&[], &[], usize::MAX), Err(EvalError::Setting { .. })));
        assert_eq!(calibration(&[], &[], 3).unwrap().expected_error.value(), None);
    }
}
