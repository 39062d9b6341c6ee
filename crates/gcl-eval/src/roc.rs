//! The receiver operating characteristic and the area under it.

use crate::{EvalError, Measure, Ranking};

/// A point of the ROC curve: what is flagged by the rule "score ≥ threshold".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// The threshold; infinite at the curve's origin, where nothing is flagged.
    pub threshold: f32,
    /// Share of the normal frames that are flagged, 0 to 1.
    pub false_positive_rate: f64,
    /// Share of the abnormal frames that are flagged, 0 to 1.
    pub true_positive_rate: f64,
}

impl Ranking {
    /// Area under the ROC curve: the chance that an abnormal frame scores higher than a normal one,
    /// ties counting one half. Counted in integers, so exact up to one final rounding.
    /// Undefined unless both classes are there.
    pub fn auc(&self) -> Measure {
        if let Some(undefined) = self.lacking() {
            return undefined;
        }
        // Twice the number of (abnormal, normal) pairs in the right order, ties counting once.
        let (mut twice_won, mut below, mut not_above) = (0u128, 0usize, 0usize);
        for key in &self.abnormal {
            while self.normal.get(below).is_some_and(|n| n < key) {
                below += 1;
            }
            not_above = not_above.max(below);
            while self.normal.get(not_above).is_some_and(|n| n <= key) {
                not_above += 1;
            }
            twice_won += (below + not_above) as u128;
        }
        let pairs = u128::from(self.abnormal_frames()) * u128::from(self.normal_frames());
        Measure::Value(twice_won as f64 / (2 * pairs) as f64)
    }

    /// The ROC curve from (0, 0) to (1, 1), one point a distinct score, without the points that lie
    /// on a straight line between their neighbours. Empty unless both classes are there.
    pub fn roc_curve(&self) -> Vec<RocPoint> {
        if self.lacking().is_some() {
            return Vec::new();
        }
        let (normal, abnormal) = (self.normal_frames(), self.abnormal_frames());
        let mut kept = vec![(f32::INFINITY, 0u64, 0u64)];
        let (mut flagged_normal, mut flagged_abnormal) = (0, 0);
        for tie in self.ties() {
            flagged_normal += tie.normal;
            flagged_abnormal += tie.abnormal;
            let point = (tie.score, flagged_normal, flagged_abnormal);
            if let [.., before, last] = kept.as_slice()
                && collinear(before, last, &point)
            {
                kept.pop();
            }
            kept.push(point);
        }
        kept.into_iter()
            .map(|(threshold, n, a)| RocPoint {
                threshold,
                false_positive_rate: n as f64 / normal as f64,
                true_positive_rate: a as f64 / abnormal as f64,
            })
            .collect()
    }
}

/// Whether `b` lies on the line from `a` to `c`, exactly. Counts never decrease from a to b to c.
fn collinear(a: &(f32, u64, u64), b: &(f32, u64, u64), c: &(f32, u64, u64)) -> bool {
    u128::from(b.1 - a.1) * u128::from(c.2 - b.2) == u128::from(c.1 - b.1) * u128::from(b.2 - a.2)
}

/// [`Ranking::auc`] of one list of frames.
///
/// ```
/// let auc = gcl_eval::roc_auc(&[0.2, 0.7, 0.7, 0.9], &[false, false, true, true])?;
/// assert_eq!(auc.value(), Some(0.875)); // a tie counts one half
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// As [`Ranking::new`].
pub fn roc_auc(scores: &[f32], labels: &[bool]) -> Result<Measure, EvalError> {
    Ok(Ranking::new(scores, labels)?.auc())
}

/// [`Ranking::roc_curve`] of one list of frames.
///
/// # Errors
/// As [`Ranking::new`].
pub fn roc_curve(scores: &[f32], labels: &[bool]) -> Result<Vec<RocPoint>, EvalError> {
    Ok(Ranking::new(scores, labels)?.roc_curve())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Reason;

    #[test]
    fn counts_pairs_with_ties_as_halves() {
        // Pairs: 3>1, 3>2, 2>1, 2=2 -> 3.5 of 4.
        let auc = roc_auc(&[1.0, 2.0, 2.0, 3.0], &[false, false, true, true]).unwrap();
        assert_eq!(auc, Measure::Value(0.875));
    }

    #[test]
    fn one_class_is_undefined() {
        let reason = |labels: &[bool]| match roc_auc(&vec![0.0; labels.len()], labels).unwrap() {
            Measure::Undefined { reason } => Some(reason),
            Measure::Value(_) => None,
        };
        assert_eq!(reason(&[]), Some(Reason::NoFrames));
        assert_eq!(reason(&[false]), Some(Reason::NoAbnormalFrame));
        assert_eq!(reason(&[true, true]), Some(Reason::NoNormalFrame));
        assert_eq!(reason(&[true, false]), None);
        assert!(roc_curve(&[1.0], &[true]).unwrap().is_empty());
    }

    #[test]
    fn bad_input_is_named() {
        assert_eq!(
            roc_auc(&[0.0], &[true, false]),
            Err(EvalError::Length { scores: 1, labels: 2 })
        );
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = roc_auc(&[0.0, bad], &[true, false]).unwrap_err();
            assert!(matches!(error, EvalError::NonFinite { frame: 1, .. }), "{error}");
        }
    }

    #[test]
    fn curve_leaves_straight_stretches_out() {
        let scores = [5.0, 4.0, 3.0, 2.0, 2.0];
        let labels = [true, true, false, true, false];
        let curve = roc_curve(&scores, &labels).unwrap();
        let corners: Vec<_> = curve
            .iter()
            .map(|p| (p.threshold, p.false_positive_rate, p.true_positive_rate))
            .collect();
        let two_thirds = 2.0 / 3.0;
        assert_eq!(
            corners,
            [
                (f32::INFINITY, 0.0, 0.0),
                (4.0, 0.0, two_thirds),
                (3.0, 0.5, two_thirds),
                (2.0, 1.0, 1.0)
            ]
        );
    }
}
