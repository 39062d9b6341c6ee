//! Statistics of a handful of numbers, summed in double precision.

/// The mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f32>) -> f32 {
    moments(values).0 as f32
}

/// The population's standard deviation; 0 of nothing.
pub(super) fn std(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let (mean, count) = moments(values.clone());
    let squares: f64 = values.map(|v| (f64::from(v) - mean).powi(2)).sum();
    (squares / count.max(1.0)).sqrt() as f32
}

fn moments(values: impl Iterator<Item = f32>) -> (f64, f64) {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + f64::from(v), count + 1.0));
    (if count > 0.0 { sum / count } else { 0.0 }, count)
}

/// Mean, standard deviation, smallest, median (of an even number the mean of the middle two) and
/// largest. Sorts the values; zeros if there is none.
pub(super) fn summary(values: &mut [f32]) -> [f32; 5] {
    values.sort_by(f32::total_cmp);
    let (Some(&least), Some(&most)) = (values.first(), values.last()) else { return [0.0; 5] };
    let middle = |i: usize| values.get(i).copied().unwrap_or(least);
    let median = 0.5 * (middle((values.len() - 1) / 2) + middle(values.len() / 2));
    [mean(values.iter().copied()), std(values.iter().copied()), least, median, most]
}
