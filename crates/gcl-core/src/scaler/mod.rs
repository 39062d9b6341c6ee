//! Feature scaling, fitted on the training features and stored with the model.

mod base64_f32;
pub mod center;
mod half_whiten;

use serde::{Deserialize, Serialize};

pub use half_whiten::Directions;

use center::Mean;

use crate::error::{CoreError, Result, ensure_finite};

/// Which scaling to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScalerKind {
    /// Features as they are, as the paper uses them.
    Raw,
    /// Subtract the mean, then one scalar for all, so that the mean L2 norm is √d.
    CenterScalar,
    /// Subtract the mean, divide each principal direction by the fourth root of its variance, then
    /// one scalar for all, so that the mean L2 norm is √d.
    #[default]
    HalfWhiten,
    /// Subtract the mean and divide by the standard deviation, dimension by dimension.
    ZScore,
}

crate::spelled_by_serde!(ScalerKind);

/// A fitted scaling: x ↦ (x − shift) · factor, dimension by dimension, with the principal directions
/// rescaled before the multiplication where the kind has them.
///
/// ```
/// use gcl_core::{Scaler, ScalerKind};
///
/// let mut rows = [1.0, 10.0, 3.0, 30.0]; // two rows of two dimensions
/// let scaler = Scaler::fit(ScalerKind::ZScore, &rows, 2)?;
/// scaler.apply(&mut rows)?;
/// assert_eq!(rows, [-1.0, -1.0, 1.0, 1.0]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Which scaling this is.
    pub kind: ScalerKind,
    /// Subtracted from each row, `[d]`.
    pub shift: Vec<f32>,
    /// Multiplied with each row, `[d]`.
    pub factor: Vec<f32>,
    /// The principal directions, for half-whitening of data that varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directions: Option<Directions>,
    /// Videos of at least this many rows are centred on their own mean, [`Scaler::center_video`]; 0 is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub center_videos: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Scaler {
    /// Fits a scaling to training features, row-major `[n, d]`.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for no rows or a ragged matrix, [`CoreError::NotFinite`] for NaN.
    pub fn fit(kind: ScalerKind, features: &[f32], d: usize) -> Result<Scaler> {
        Scaler::fit_passes::<CoreError>(kind, d, |take| take(features))
    }

    /// As [`Scaler::fit`], for features that do not fit into memory: `pass` calls the function that it
    /// is given with all of them, in order and in blocks of whole rows. `pass` is called twice where the
    /// scaling needs the mean first. The result does not depend on how the rows are cut into blocks.
    ///
    /// # Errors
    /// As [`Scaler::fit`], and any error of `pass`.
    pub fn fit_passes<E: From<CoreError>>(
        kind: ScalerKind,
        d: usize,
        mut pass: impl FnMut(&mut dyn FnMut(&[f32]) -> Result<()>) -> std::result::Result<(), E>,
    ) -> std::result::Result<Scaler, E> {
        let mut rows = 0usize;
        let mut sums = vec![0.0; d];
        pass(&mut |features| {
            if d == 0 || features.is_empty() || !features.len().is_multiple_of(d) {
                let expected = format!("a positive multiple of the dimension {d}");
                let what = "values to fit a scaler to";
                return Err(CoreError::shape(what, expected, features.len()));
            }
            ensure_finite("feature", features)?;
            rows += features.len() / d;
            add_columns(&mut sums, features, |_, x| x);
            Ok(())
        })?;
        if rows == 0 {
            return Err(CoreError::shape("rows to fit a scaler to", "at least 1", 0).into());
        }
        let n = rows as f64;
        let mean: Vec<f64> = sums.into_iter().map(|s| s / n).collect();
        let mut directions = None;
        let (shift, factor) = match kind {
            ScalerKind::Raw => (vec![0.0; d], vec![1.0; d]),
            ScalerKind::HalfWhiten => {
                let mut centred = sample(rows, d, &mean, &mut pass)?;
                let fitted = Directions::fit(&centred, d);
                let mut scale = 1.0;
                if let Some((found, rest)) = fitted {
                    centred.chunks_exact_mut(d).for_each(|row| found.apply(row));
                    let lengths = centred.chunks_exact(d).map(|row| {
                        row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt() * rest
                    });
                    let mean_length = lengths.sum::<f64>() / (centred.len() / d) as f64;
                    scale = rest * (d as f64).sqrt() / mean_length;
                    directions = Some(found);
                }
                (mean, vec![scale; d])
            }
            ScalerKind::CenterScalar => {
                let mut lengths = 0.0;
                pass(&mut |features| {
                    for row in features.chunks_exact(d) {
                        let squares =
                            row.iter().zip(&mean).map(|(&x, m)| (f64::from(x) - m).powi(2));
                        lengths += squares.sum::<f64>().sqrt();
                    }
                    Ok(())
                })?;
                let mean_length = lengths / n;
                let scale = if mean_length > 1e-12 { (d as f64).sqrt() / mean_length } else { 1.0 };
                (mean, vec![scale; d])
            }
            ScalerKind::ZScore => {
                let mut squares = vec![0.0; d];
                pass(&mut |features| {
                    add_columns(&mut squares, features, |j, x| (x - mean[j]).powi(2));
                    Ok(())
                })?;
                let inverse = |s: f64| if s / n > 1e-20 { 1.0 / (s / n).sqrt() } else { 1.0 };
                let factor = squares.into_iter().map(inverse).collect();
                (mean, factor)
            }
        };
        let narrow = |v: Vec<f64>| v.into_iter().map(|x| x as f32).collect();
        Ok(Scaler {
            kind,
            shift: narrow(shift),
            factor: narrow(factor),
            directions,
            center_videos: 0,
        })
    }

    /// The feature dimension d.
    pub fn dim(&self) -> usize {
        self.shift.len()
    }

    /// Checks that the scaler is one for rows of `d` dimensions; one from a damaged file may not be.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if shift, factor or directions are of another dimension than `d`, or
    /// `d` is 0.
    pub fn check(&self, d: usize) -> Result<()> {
        let (shift, factor) = (self.shift.len(), self.factor.len());
        if d == 0 || shift != d || factor != d {
            let expected = format!("as many as dimensions, {d}");
            let found = format!("a shift of {shift} and a factor of {factor}");
            return Err(CoreError::shape("values of a scaler", expected, found));
        }
        match &self.directions {
            Some(directions) if !directions.fits(d) => {
                let expected = format!("one gain for each {d} values");
                Err(CoreError::shape("directions of a scaler", expected, directions.sizes()))
            }
            _ => Ok(()),
        }
    }

    /// Moves the rows of a long video, row-major `[n, d]`, so that their mean is that of the training rows.
    /// A video of fewer than [`center_videos`](Scaler::center_videos) rows stays as it is.
    ///
    /// From one day to another the light, the season and the furniture change more of a feature than most
    /// events do. What a long video always shows is its own normal.
    ///
    /// # Errors
    /// As [`Scaler::apply`].
    pub fn center_video(&self, features: &mut [f32]) -> Result<()> {
        self.check_rows(features)?;
        let (d, rows) = (self.dim(), features.len() / self.dim());
        if self.centers(rows) {
            let mut mean = Mean::new(d);
            mean.add(features);
            self.center_part(features, &mean.get(), rows)?;
        }
        Ok(())
    }

    /// Whether a video of so many rows is centred on its own mean.
    fn centers(&self, rows: usize) -> bool {
        self.kind != ScalerKind::Raw && self.center_videos > 0 && rows >= self.center_videos
    }

    /// As [`Scaler::center_video`], for some rows of a video of `segments` rows with this `mean`, `[d]`.
    ///
    /// # Errors
    /// As [`Scaler::apply`], and [`CoreError::Shape`] for a mean of another dimension.
    pub fn center_part(&self, part: &mut [f32], mean: &[f32], segments: usize) -> Result<()> {
        self.check_rows(part)?;
        let d = self.dim();
        if mean.len() != d {
            return Err(CoreError::shape("values of a mean", d, mean.len()));
        }
        if self.centers(segments) {
            center::subtract(part, &center::offset(mean, &self.shift));
        }
        Ok(())
    }

    /// Scales rows in place, row-major `[n, d]`.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if the length is not a multiple of d, or as [`Scaler::check`].
    pub fn apply(&self, features: &mut [f32]) -> Result<()> {
        self.check_rows(features)?;
        if self.kind == ScalerKind::Raw {
            return Ok(());
        }
        for row in features.chunks_exact_mut(self.dim()) {
            center::subtract(row, &self.shift);
            if let Some(directions) = &self.directions {
                directions.apply(row);
            }
            row.iter_mut().zip(&self.factor).for_each(|(x, factor)| *x *= factor);
        }
        Ok(())
    }

    fn check_rows(&self, features: &[f32]) -> Result<()> {
        let d = self.dim();
        self.check(d)?;
        match features.len().is_multiple_of(d) {
            true => Ok(()),
            false => {
                let expected = format!("a multiple of the dimension {d}");
                Err(CoreError::shape("values to scale", expected, features.len()))
            }
        }
    }
}

/// At most [`half_whiten::ROWS`] rows, evenly spaced over all `n`, centred: `[rows, d]`.
fn sample<E: From<CoreError>>(
    n: usize,
    d: usize,
    mean: &[f64],
    pass: &mut impl FnMut(&mut dyn FnMut(&[f32]) -> Result<()>) -> std::result::Result<(), E>,
) -> std::result::Result<Vec<f32>, E> {
    let count = n.min(half_whiten::ROWS);
    let mut sample = Vec::with_capacity(count * d);
    let (mut row, mut taken) = (0usize, 0usize);
    pass(&mut |features| {
        for values in features.chunks_exact(d) {
            if row == (taken as u128 * n as u128 / count as u128) as usize {
                let centred = values.iter().zip(mean).map(|(&x, m)| (f64::from(x) - m) as f32);
                sample.extend(centred);
                taken += 1;
            }
            row += 1;
        }
        Ok(())
    })?;
    Ok(sample)
}

fn add_columns(sums: &mut [f64], features: &[f32], value: impl Fn(usize, f64) -> f64) {
    for row in features.chunks_exact(sums.len()) {
        for (j, (&x, sum)) in row.iter().zip(sums.iter_mut()).enumerate() {
            *sum += value(j, f64::from(x));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    #[test]
    fn one_scalar_makes_the_mean_length_root_d() {
        let mut x = vec![1.0, 10.0, 3.0, 10.0, 5.0, 40.0];
        Scaler::fit(ScalerKind::CenterScalar, &x, 2).unwrap().apply(&mut x).unwrap();
        let lengths = x.chunks(2).map(|r| (r[0] * r[0] + r[1] * r[1]).sqrt());
        approx::assert_relative_eq!(lengths.sum::<f32>() / 3.0, 2f32.sqrt(), epsilon = 1e-5);
        assert!((x[0] + x[2] + x[4]).abs() < 1e-5);
        approx::assert_relative_eq!((x[2] - x[0]) / (x[5] - x[1]), 2.0 / 30.0, epsilon = 1e-5);
    }

    #[test]
    fn z_score_leaves_a_constant_dimension_finite() {
        let mut x = vec![1.0, 7.0, 3.0, 7.0];
        Scaler::fit(ScalerKind::ZScore, &x, 2).unwrap().apply(&mut x).unwrap();
        assert_eq!(x, [-1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn constant_features_and_bad_shapes() {
        for kind in [ScalerKind::CenterScalar, ScalerKind::HalfWhiten] {
            let mut x = vec![4.0; 6];
            Scaler::fit(kind, &x, 3).unwrap().apply(&mut x).unwrap();
            assert_eq!(x, [0.0; 6]);
            assert!(Scaler::fit(kind, &[1.0, 2.0, 3.0], 3).unwrap().apply(&mut x).is_ok());
            assert!(x.iter().all(|v| v.is_finite()));
        }
        assert!(Scaler::fit(ScalerKind::Raw, &[], 2).is_err());
        assert!(Scaler::fit(ScalerKind::Raw, &[1.0, f32::NAN], 2).is_err());
        assert!(Scaler::fit(ScalerKind::Raw, &[1.0; 3], 2).is_err());
    }

    #[test]
    fn blocks_change_no_bit() {
        let x: Vec<f32> = (0..60u16).map(|i| (f32::from(i) * 0.7).sin() * 3.0).collect();
        let centred = [ScalerKind::CenterScalar, ScalerKind::HalfWhiten, ScalerKind::ZScore];
        for kind in centred.into_iter().chain([ScalerKind::Raw]) {
            let whole = Scaler::fit(kind, &x, 3).unwrap();
            for block in [3, 6, 21, 57] {
                let pass = |take: &mut dyn FnMut(&[f32]) -> Result<()>| -> Result<()> {
                    x.chunks(block).try_for_each(take)
                };
                assert_eq!(Scaler::fit_passes(kind, 3, pass).unwrap(), whole, "{kind:?} {block}");
            }
        }
        assert!(Scaler::fit_passes(ScalerKind::Raw, 3, |_| -> Result<()> { Ok(()) }).is_err());
    }
    /// Rows along three known directions, of standard deviations 8, 2 and 0.5.
    fn stretched(rows: usize) -> Vec<f32> {
        let mut rng = crate::rng::stream(1, "test", 0);
        let mut normal = || -> f32 { StandardNormal.sample(&mut rng) };
        let row = |_| {
            let (a, b, c) = (8.0 * normal(), 2.0 * normal(), 0.5 * normal());
            [a * 0.6 - b * 0.8 + 3.0, a * 0.8 + b * 0.6, c]
        };
        (0..rows).flat_map(row).collect()
    }

    #[test]
    fn half_whitening_takes_the_root_of_each_deviation() {
        let mut x = stretched(20_000);
        let scaler = Scaler::fit(ScalerKind::HalfWhiten, &x, 3).unwrap();
        scaler.apply(&mut x).unwrap();
        let deviation = |along: [f32; 3]| {
            let squares =
                x.chunks(3).map(|r| r.iter().zip(along).map(|(v, a)| v * a).sum::<f32>().powi(2));
            (squares.sum::<f32>() / (x.len() / 3) as f32).sqrt()
        };
        let (a, b) = (deviation([0.6, 0.8, 0.0]), deviation([-0.8, 0.6, 0.0]));
        let mean_variance = (64.0 + 4.0 + 0.25) / 3.0;
        let expected = |s: f64| s / (0.9 * s * s + 0.1 * mean_variance).powf(0.25);
        approx::assert_relative_eq!(
            f64::from(a / b),
            expected(8.0) / expected(2.0),
            epsilon = 0.05
        );
        let lengths = x.chunks(3).map(|r| r.iter().map(|v| v * v).sum::<f32>().sqrt());
        let mean = lengths.sum::<f32>() / 20_000.0;
        approx::assert_relative_eq!(mean, 3f32.sqrt(), epsilon = 0.02);
    }

    #[test]
    fn directions_survive_json_and_lies_are_refused() {
        let x = stretched(50);
        let scaler = Scaler::fit(ScalerKind::HalfWhiten, &x, 3).unwrap();
        let json = serde_json::to_string(&scaler).unwrap();
        let back: Scaler = serde_json::from_str(&json).unwrap();
        assert_eq!(back, scaler);
        assert!(back.check(3).is_ok() && back.check(4).is_err());
        let mut lying = back;
        lying.shift.push(0.0);
        lying.factor.push(1.0);
        assert!(lying.apply(&mut [0.0; 4]).is_err());
        assert!(lying.check(4).is_err());
    }

    #[test]
    fn a_scaler_that_lacks_values_scales_nothing() {
        let x = stretched(50);
        for kind in [ScalerKind::Raw, ScalerKind::CenterScalar, ScalerKind::ZScore] {
            let whole = Scaler::fit(kind, &x, 3).unwrap();
            for factors in [0, 2, 4] {
                let mut damaged = whole.clone();
                damaged.factor.resize(factors, 1.0);
                let mut row = [1.0, 2.0, 3.0];
                assert!(matches!(damaged.apply(&mut row), Err(CoreError::Shape { .. })));
                assert_eq!(row, [1.0, 2.0, 3.0], "{kind:?}");
            }
            let mut empty = whole;
            (empty.shift, empty.factor) = (Vec::new(), Vec::new());
            assert!(empty.check(0).is_err() && empty.apply(&mut [1.0]).is_err());
        }
    }
}
