//! Means, spreads and rank correlation, for tables over seeds and videos.

use crate::{EvalError, Measure, Reason};

/// Arithmetic mean; undefined for no values.
pub fn mean(values: &[f64]) -> Measure {
    if values.is_empty() {
        return Measure::undefined(Reason::TooFew);
    }
    Measure::Value(values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation (divisor n − 1); undefined for fewer than two values.
pub fn std_dev(values: &[f64]) -> Measure {
    match mean(values) {
        Measure::Value(mean) if values.len() > 1 => {
            let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
            Measure::Value((squares / (values.len() - 1) as f64).sqrt())
        }
        _ => Measure::undefined(Reason::TooFew),
    }
}

/// Spearman's rank correlation, tied values sharing their mean rank; -1 to 1.
/// Undefined for fewer than two pairs, or if either side is constant.
///
/// ```
/// // The same order, whatever the distances.
/// let rho = gcl_eval::stats::spearman(&[1.0, 2.0, 30.0], &[0.1, 0.2, 0.25])?;
/// assert_eq!(rho.value(), Some(1.0));
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// [`EvalError::Length`] if the sides differ in length, [`EvalError::NonFinite`] for a NaN or an
/// infinity.
pub fn spearman(a: &[f64], b: &[f64]) -> Result<Measure, EvalError> {
    if a.len() != b.len() {
        return Err(EvalError::Length { scores: a.len(), labels: b.len() });
    }
    for side in [a, b] {
        if let Some((frame, value)) = side.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(EvalError::NonFinite { frame, value: *value as f32 });
        }
    }
    if a.len() < 2 {
        return Ok(Measure::undefined(Reason::TooFew));
    }
    let (a, b) = (centred_ranks(a), centred_ranks(b));
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let spread = dot(&a, &a) * dot(&b, &b);
    if spread == 0.0 {
        return Ok(Measure::undefined(Reason::Constant));
    }
    Ok(Measure::Value((dot(&a, &b) / spread.sqrt()).clamp(-1.0, 1.0)))
}

/// Ranks minus their mean, tied values sharing their mean rank.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().map(|v| v + 0.0).zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = start as f64 + (group.len() as f64 - 1.0) / 2.0;
        for (_, position) in group {
            if let Some(slot) = ranks.get_mut(*position) {
                *slot = rank - middle;
            }
        }
        start += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn mean_and_spread() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), Measure::Value(5.0));
        let std = std_dev(&values).value().unwrap();
        assert!((std - (32.0f64 / 7.0).sqrt()).abs() < 1e-15);
        assert_eq!(mean(&[]).value(), None);
        assert_eq!(std_dev(&[1.0]).value(), None);
    }

    #[test]
    fn rank_correlation() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 10.0, 1e9]), Ok(Measure::Value(1.0)));
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Ok(Measure::Value(-1.0)));
        // Ranks (0, 1.5, 1.5, 3) against (0, 1, 2, 3): 4.5 / sqrt(4.5 * 5).
        let tied = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((tied.value().unwrap() - 4.5 / 22.5f64.sqrt()).abs() < 1e-15);
        let constant = spearman(&[1.0, 1.0], &[1.0, 2.0]).unwrap();
        assert_eq!(constant, Measure::undefined(Reason::Constant));
        assert!(spearman(&[1.0], &[]).is_err());
        assert!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
    }
}
