//! Thresholds that split scores into two groups.

/// The upper side's smallest score at the split with the largest between-class variance; `None` if
/// all scores are equal.
pub(super) fn otsu(scores: &[f32]) -> Option<f64> {
    let mut sorted: Vec<f64> = scores.iter().map(|&s| f64::from(s)).collect();
    sorted.sort_by(f64::total_cmp);
    let (n, total) = (sorted.len() as f64, sorted.iter().sum::<f64>());
    let (mut below, mut best) = (0.0, None::<(f64, f64)>);
    for (i, pair) in sorted.windows(2).enumerate() {
        below += pair[0];
        let count = (i + 1) as f64;
        let gap = (total - below) / (n - count) - below / count;
        let between = count * (n - count) * gap * gap;
        if pair[0] < pair[1] && best.is_none_or(|(most, _)| between > most) {
            best = Some((between, pair[1]));
        }
    }
    best.map(|(_, threshold)| threshold)
}

/// The lowest point between the two modes that are left after smoothing away all others (Prewitt
/// and Mendelsohn's minimum method); `None` if fewer than two modes are left.
pub(super) fn valley(values: &[f32], bins: usize) -> Option<f64> {
    let min = f64::from(values.iter().copied().fold(f32::INFINITY, f32::min));
    let max = f64::from(values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let width = (max - min) / bins as f64;
    if width <= 0.0 {
        return None;
    }
    let mut counts = vec![0.0; bins];
    for &v in values {
        counts[(((f64::from(v) - min) / width) as usize).min(bins - 1)] += 1.0;
    }
    for _ in 0..MAX_SMOOTHINGS {
        let modes = modes(&counts);
        match modes[..] {
            [first, second] => {
                let lowest = (first..=second).min_by(|&a, &b| counts[a].total_cmp(&counts[b]))?;
                return Some(min + (lowest as f64 + 0.5) * width);
            }
            [] | [_] => return None,
            _ => counts = smooth(&counts),
        }
    }
    None
}

/// Smoothings after which a histogram with more than two modes is taken to have none that count.
const MAX_SMOOTHINGS: usize = 10_000;

/// The local maxima; a plateau counts once, at its left end.
fn modes(counts: &[f64]) -> Vec<usize> {
    let mut modes = Vec::new();
    let mut rising = true;
    let mut top = 0;
    for i in 1..=counts.len() {
        let (before, now) = (counts[i - 1], counts.get(i).copied().unwrap_or(f64::NEG_INFINITY));
        if now > before {
            (rising, top) = (true, i);
        } else if now < before {
            if rising && before > 0.0 {
                modes.push(top);
            }
            rising = false;
        }
    }
    modes
}

/// A three-bin mean, edges repeated.
fn smooth(counts: &[f64]) -> Vec<f64> {
    let last = counts.len() - 1;
    let at = |i: usize| counts[i.min(last)];
    (0..=last).map(|i| (at(i.saturating_sub(1)) + at(i) + at(i + 1)) / 3.0).collect()
}
