//! Gaussian smoothing as SciPy's `gaussian_filter1d` does it by default.

/// Smooths `values` in place with a Gaussian of `sigma` samples: weights up to ⌊4σ + ½⌋ samples away,
/// scaled to a sum of 1, and the sequence continued at its ends by its mirror image (`d c b a | a b c d |
/// d c b a`). A `sigma` that is not a positive number changes nothing.
pub fn gaussian(values: &mut Vec<f64>, sigma: f64) {
    let n = values.len();
    if n == 0 || !(sigma.is_finite() && sigma > 0.0) {
        return;
    }
    let reach = (4.0 * sigma + 0.5).min(n as f64 * 64.0) as usize;
    let raw: Vec<f64> = (0..=reach).map(|d| (-0.5 * (d as f64 / sigma).powi(2)).exp()).collect();
    let [centre, sides @ ..] = raw.as_slice() else { return };
    let total = centre + 2.0 * sides.iter().sum::<f64>();
    // The sequence with its mirror images, so that every sample has all its neighbours.
    let at = |i: usize| {
        // Position `i` of the longer sequence is sample `i - reach`, mirrored with period 2n.
        let folded = (i + 2 * n * (reach / (2 * n) + 1) - reach) % (2 * n);
        values.get(folded.min(2 * n - 1 - folded)).copied().unwrap_or(0.0)
    };
    let longer: Vec<f64> = (0..n + 2 * reach).map(at).collect();
    let smooth = longer.windows(2 * reach + 1).map(|window| {
        let (before, rest) = window.split_at(reach);
        let [here, after @ ..] = rest else { return 0.0 };
        let pairs = before.iter().rev().zip(after).zip(sides);
        let sum: f64 = pairs.map(|((a, b), weight)| (a + b) * weight).sum();
        (here * centre + sum) / total
    });
    *values = smooth.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_a_step_meets_its_mirror() {
        let mut flat = vec![2.5; 7];
        gaussian(&mut flat, 6.0);
        assert!(flat.iter().all(|v| (v - 2.5).abs() < 1e-12));
        let mut one = vec![3.0];
        gaussian(&mut one, 2.0);
        assert!((one[0] - 3.0).abs() < 1e-12);
        // With σ = ½ the reach is 2: weights 1, e⁻², e⁻⁸ over their sum; the first sample meets itself.
        let (a, b) = ((-2f64).exp(), (-8f64).exp());
        let total = 1.0 + 2.0 * (a + b);
        let mut peak = vec![1.0, 0.0, 0.0, 0.0];
        gaussian(&mut peak, 0.5);
        for (found, expected) in peak.iter().zip([1.0 + a, a + b, b, 0.0]) {
            assert!((found - expected / total).abs() < 1e-15, "{found}");
        }
        let mut same = vec![1.0, 5.0];
        gaussian(&mut same, 0.0);
        gaussian(&mut same, f64::NAN);
        assert_eq!(same, [1.0, 5.0]);
    }
}
