//! Gaussian smoothing of a score sequence.

/// Scores smoothed with a Gaussian of `sigma` frames, cut at 4 σ. Near the ends, and around scores
/// that are not finite, the weights that remain are scaled to a sum of one, so that a constant stays
/// constant. A `sigma` of 0 changes nothing.
pub(crate) fn gaussian(scores: &[f32], sigma: f64) -> Vec<f32> {
    if sigma <= 0.0 {
        return scores.to_vec();
    }
    let reach = ((4.0 * sigma).ceil() as usize).min(scores.len());
    let weights: Vec<f64> =
        (0..=reach).map(|d| (-0.5 * (d as f64 / sigma).powi(2)).exp()).collect();
    let at = |frame: usize| {
        let before = scores.get(frame.saturating_sub(reach)..frame).unwrap_or_default();
        let after = scores.get(frame..).unwrap_or_default();
        let pairs =
            before.iter().rev().zip(weights.iter().skip(1)).chain(after.iter().zip(&weights));
        let (mut sum, mut total) = (0.0, 0.0);
        for (score, weight) in pairs.filter(|(s, _)| s.is_finite()) {
            sum += weight * f64::from(*score);
            total += weight;
        }
        (sum / total) as f32 // NaN where no finite score is in reach
    };
    (0..scores.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_stay_and_peaks_spread_evenly() {
        assert!(gaussian(&[0.5; 40], 3.0).iter().all(|s| (s - 0.5).abs() < 1e-6));
        let mut peak = [0.0; 41];
        peak[20] = 1.0;
        let smooth = gaussian(&peak, 2.0);
        let expected = 1.0 / (2.0 * (2.0 * std::f64::consts::PI).sqrt());
        assert!((f64::from(smooth[20]) - expected).abs() < 1e-4);
        assert!((smooth[17] - smooth[23]).abs() < 1e-9 && smooth[23] > 0.0);
        assert_eq!(smooth[0], 0.0);
        assert_eq!(gaussian(&peak, 0.0), peak);
        assert!(gaussian(&[], 2.0).is_empty());
    }
}
