//! Counting scores into bins.

/// Most bins that scores are sorted into.
pub const MAX_BINS: usize = 1000;

/// Number of values in each of `bins` equal bins, at most [`MAX_BINS`], over `[low, high]`; the last bin
/// includes `high`.
/// Values outside count in the nearest bin, NaN in none. If `low` is not below `high`, all values count
/// in the first bin.
pub fn bin_counts(
    values: impl IntoIterator<Item = f32>,
    low: f32,
    high: f32,
    bins: usize,
) -> Vec<u64> {
    let bins = bins.min(MAX_BINS);
    let mut counts = vec![0u64; bins];
    let (low, width) = (f64::from(low), f64::from(high) - f64::from(low));
    for value in values {
        let part = if width > 0.0 { (f64::from(value) - low) / width } else { 0.0 };
        // A cast to usize takes negative numbers to 0.
        let bin = ((part * bins as f64) as usize).min(bins.saturating_sub(1));
        if let Some(count) = counts.get_mut(bin)
            && !value.is_nan()
        {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_fall_where_documented() {
        let values = [0.0, 0.24, 0.25, 0.5, 1.0, -3.0, 9.0, f32::NAN];
        assert_eq!(bin_counts(values, 0.0, 1.0, 4), [3, 1, 1, 2]);
        assert_eq!(bin_counts([5.0, 5.0], 5.0, 5.0, 3), [2, 0, 0]);
        assert!(bin_counts([1.0], 0.0, 1.0, 0).is_empty());
        assert_eq!(bin_counts([1.0], 0.0, 1.0, usize::MAX).len(), MAX_BINS);
    }
}
