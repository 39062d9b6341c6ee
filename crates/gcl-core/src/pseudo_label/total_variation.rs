//! The window in which a sequence varies most.

use std::ops::Range;

/// The first of those windows of `share` of the values, and of at least two, over which the sum of the steps
/// from value to value is largest. `None` for fewer than two values, and where no value differs from the next.
///
/// C2FPL and CLAP take ⌊share · T⌋ values, which are none or one of a short video; one has no steps.
///
/// ```
/// use gcl_core::pseudo_label::total_variation::most_varying;
///
/// let values = [0.0, 0.0, 0.1, 0.0, 0.0, 0.9, 0.2, 0.8, 0.8, 0.8];
/// assert_eq!(most_varying(&values, 0.4), Some(4..8));
/// assert_eq!(most_varying(&[1.0; 10], 0.4), None);
/// ```
pub fn most_varying(values: &[f64], share: f64) -> Option<Range<usize>> {
    let window = ((share * values.len() as f64) as usize).max(2);
    let steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let mut best: Option<(f64, usize)> = None;
    for (start, steps) in steps.windows(window - 1).enumerate() {
        let variation: f64 = steps.iter().sum();
        if variation > best.map_or(0.0, |(most, _)| most) {
            best = Some((variation, start));
        }
    }
    best.map(|(_, start)| start..start + window)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_videos_have_a_window_of_two_or_none() {
        assert_eq!(most_varying(&[], 0.2), None);
        assert_eq!(most_varying(&[1.0], 0.2), None);
        assert_eq!(most_varying(&[1.0, 2.0], 0.2), Some(0..2));
        // 5 to 9 segments would make windows of one, 10 to 14 of two.
        for count in 5..15 {
            let mut values = vec![0.0; count];
            values[count - 1] = 1.0;
            assert_eq!(most_varying(&values, 0.2), Some(count - 2..count), "{count}");
        }
        assert_eq!(most_varying(&[1.0, 2.0, 0.0], 1.0), Some(0..3));
    }

    #[test]
    fn the_first_of_equal_windows_is_taken() {
        let values = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(most_varying(&values, 0.3), Some(0..3));
    }
}
