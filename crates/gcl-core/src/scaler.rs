//! Feature scaling, fitted on the training features and stored with the model.

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result, ensure_finite};

/// Which scaling to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScalerKind {
    /// Features as they are, as the paper uses them.
    Raw,
    /// Subtract the mean, then one scalar for all, so that the mean L2 norm is √d.
    #[default]
    CenterScalar,
    /// Subtract the mean and divide by the standard deviation, dimension by dimension.
    ZScore,
}

/// A fitted scaling: x ↦ (x − shift) · factor, dimension by dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Which scaling this is.
    pub kind: ScalerKind,
    /// What is subtracted, `[d]`.
    pub shift: Vec<f32>,
    /// What is multiplied with, `[d]`.
    pub factor: Vec<f32>,
}

impl Scaler {
    /// Fits a scaling to training features, row-major `[n, d]`.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for no rows or a ragged matrix, [`CoreError::NotFinite`] for NaN.
    pub fn fit(kind: ScalerKind, features: &[f32], d: usize) -> Result<Scaler> {
        Scaler::fit_passes::<CoreError>(kind, d, |take| take(features))
    }

    /// As [`Scaler::fit`], for features that do not fit into memory: `pass` hands all of them, in
    /// order and in blocks of whole rows, to the function that it is given. It is called twice
    /// where the scaling needs the mean first. How the rows are cut into blocks changes no bit.
    ///
    /// # Errors
    /// As [`Scaler::fit`], and whatever `pass` answers.
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
        let (shift, factor) = match kind {
            ScalerKind::Raw => (vec![0.0; d], vec![1.0; d]),
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
        Ok(Scaler { kind, shift: narrow(shift), factor: narrow(factor) })
    }

    /// The feature dimension d.
    pub fn dim(&self) -> usize {
        self.shift.len()
    }

    /// Scales rows in place, row-major `[n, d]`.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if the length is not a multiple of d.
    pub fn apply(&self, features: &mut [f32]) -> Result<()> {
        let d = self.dim();
        if d == 0 || !features.len().is_multiple_of(d) {
            let expected = format!("a multiple of the dimension {d}");
            return Err(CoreError::shape("values to scale", expected, features.len()));
        }
        if self.kind == ScalerKind::Raw {
            return Ok(());
        }
        for row in features.chunks_exact_mut(d) {
            for ((x, shift), factor) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *x = (*x - shift) * factor;
            }
        }
        Ok(())
    }
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
        let mut x = vec![4.0; 6];
        Scaler::fit(ScalerKind::CenterScalar, &x, 3).unwrap().apply(&mut x).unwrap();
        assert_eq!(x, [0.0; 6]);
        assert!(Scaler::fit(ScalerKind::Raw, &[], 2).is_err());
        assert!(Scaler::fit(ScalerKind::Raw, &[1.0, f32::NAN], 2).is_err());
        assert!(Scaler::fit(ScalerKind::Raw, &[1.0; 3], 2).is_err());
    }

    #[test]
    fn blocks_change_no_bit() {
        let x: Vec<f32> = (0..60u16).map(|i| (f32::from(i) * 0.7).sin() * 3.0).collect();
        for kind in [ScalerKind::Raw, ScalerKind::CenterScalar, ScalerKind::ZScore] {
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
}
