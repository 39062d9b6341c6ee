//! Average precision.

use crate::{EvalError, Measure, Ranking};

impl Ranking {
    /// Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from high to low, where Rₙ and
    /// Pₙ are recall and precision of the rule "score ≥ the n-th score"; no interpolation.
    /// Its chance level is the share of abnormal frames. Undefined unless both classes are present.
    pub fn average_precision(&self) -> Measure {
        if let Some(undefined) = self.lacking() {
            return undefined;
        }
        let (mut flagged, mut hits, mut sum) = (0u64, 0u64, 0.0);
        for tie in self.ties() {
            flagged += tie.abnormal + tie.normal;
            hits += tie.abnormal;
            sum += tie.abnormal as f64 * (hits as f64 / flagged as f64);
        }
        Measure::Value(sum / self.abnormal_frames() as f64)
    }
}

/// [`Ranking::average_precision`] of one list of frames.
///
/// ```
/// let (scores, labels) = ([0.9, 0.8, 0.7, 0.1], [true, false, true, false]);
/// // Precision 1 at half of the recall, and 2/3 at the other half.
/// let precision = gcl_eval::average_precision(&scores, &labels)?.value();
/// assert_eq!(precision, Some(0.5 * (1.0 + 2.0 / 3.0)));
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// As [`Ranking::new`].
pub fn average_precision(scores: &[f32], labels: &[bool]) -> Result<Measure, EvalError> {
    Ok(Ranking::new(scores, labels)?.average_precision())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ties_are_flagged_together() {
        // Score 3: precision 1, recall 1/2. Score 2: precision 2/3, recall 1.
        let ap = average_precision(&[3.0, 2.0, 2.0, 1.0], &[true, true, false, false]).unwrap();
        assert_eq!(ap, Measure::Value(0.5 + 0.5 * (2.0 / 3.0)));
    }
}
