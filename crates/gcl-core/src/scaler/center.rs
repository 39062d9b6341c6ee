//! Centring a long video on its own mean.

use super::add_columns;

/// What to subtract from a video's rows `[n, d]` so that their mean is `mean`, `[d]`; `None` for fewer than `least`
/// of them, or if `least` is 0.
pub fn offset(features: &[f32], mean: &[f32], least: usize) -> Option<Vec<f32>> {
    let rows = features.len().checked_div(mean.len())?;
    if least == 0 || rows < least {
        return None;
    }
    let mut sums = vec![0.0; mean.len()];
    add_columns(&mut sums, features, |_, x| x);
    let from_mean = |(sum, &mean): (f64, &f32)| (sum / rows as f64) as f32 - mean;
    Some(sums.into_iter().zip(mean).map(from_mean).collect())
}

/// Subtracts an offset, `[d]`, from each row, row-major `[n, d]`.
pub fn subtract(features: &mut [f32], offset: &[f32]) {
    for row in features.chunks_exact_mut(offset.len().max(1)) {
        row.iter_mut().zip(offset).for_each(|(x, offset)| *x -= offset);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Scaler, ScalerKind};

    #[test]
    fn long_videos_are_moved_to_the_training_mean_and_short_ones_are_not() {
        let training = [0.0, 10.0, 2.0, 30.0];
        let mut scaler = Scaler::fit(ScalerKind::CenterScalar, &training, 2).unwrap();
        scaler.center_videos = 3;
        let another_day = [100.0, 0.0, 101.0, 1.0, 105.0, 2.0];
        let (mut long, mut short) = (another_day, another_day[..4].to_vec());
        scaler.center_video(&mut long).unwrap();
        assert_eq!(long, [-1.0, 19.0, 0.0, 20.0, 4.0, 21.0]);
        let mut part = another_day[2..4].to_vec();
        scaler.center_part(&mut part, &[102.0, 1.0], 2).unwrap();
        assert_eq!(part, another_day[2..4]);
        scaler.center_part(&mut part, &[102.0, 1.0], 3).unwrap();
        assert_eq!(part, long[2..4]);
        assert!(scaler.center_part(&mut part, &[102.0], 3).is_err());
        scaler.center_video(&mut short).unwrap();
        assert_eq!(short, another_day[..4]);
        assert!(scaler.center_video(&mut [0.0; 3]).is_err());
        scaler.center_videos = 0;
        let mut left = another_day;
        scaler.center_video(&mut left).unwrap();
        assert_eq!(left, another_day);
    }

    #[test]
    fn the_training_videos_own_mean_moves_no_bit() {
        let rows: Vec<f32> = (0..60u8).map(|i| (f32::from(i) * 0.7).sin()).collect();
        let scaler = Scaler::fit(ScalerKind::CenterScalar, &rows, 3).unwrap();
        assert_eq!(offset(&rows, &scaler.shift, 1).unwrap(), [0.0; 3]);
    }
}
