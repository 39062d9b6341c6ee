//! Means and spreads, for tables over seeds and videos.

use crate::{Measure, Reason};

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
}
