//! Centring a long video on its own mean.

use super::add_columns;

/// The mean of rows that come in blocks.
///
/// ```
/// let mut mean = gcl_core::scaler::center::Mean::new(2);
/// mean.add(&[1.0, 10.0]);
/// mean.add(&[3.0, 30.0, 5.0, 20.0]);
/// assert_eq!(mean.get(), [3.0, 20.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Mean {
    sums: Vec<f64>,
    rows: usize,
}

impl Mean {
    /// Of no rows of `d` dimensions yet.
    pub fn new(d: usize) -> Self {
        Self { sums: vec![0.0; d], rows: 0 }
    }

    /// Takes whole rows, row-major `[n, d]`.
    pub fn add(&mut self, features: &[f32]) {
        self.rows += features.len().checked_div(self.sums.len()).unwrap_or(0);
        add_columns(&mut self.sums, features, |_, x| x);
    }

    /// The mean, `[d]`; 0 of no rows.
    pub fn get(&self) -> Vec<f32> {
        let rows = self.rows.max(1) as f64;
        self.sums.iter().map(|sum| (sum / rows) as f32).collect()
    }
}

/// The offset between two means, `[d]`.
pub fn offset(own: &[f32], all: &[f32]) -> Vec<f32> {
    own.iter().zip(all).map(|(own, all)| own - all).collect()
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
        let mut mean = Mean::new(3);
        mean.add(&rows);
        assert_eq!(offset(&mean.get(), &scaler.shift), [0.0; 3]);
    }
}
