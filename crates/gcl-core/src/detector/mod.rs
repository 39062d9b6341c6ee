//! Plain detectors to compare against: what a careful reader asks for beside a trained network.
//!
//! One contract for all: fit on unlabelled rows, score rows, higher is more anomalous.

mod isolation_forest;
mod knn;
mod mahalanobis;
mod moments;
mod pca;
mod semi_orthogonal;

pub use isolation_forest::{IsolationForest, IsolationForestSettings};
pub use knn::{NearestNeighbours, NearestNeighboursSettings};
pub use mahalanobis::{Mahalanobis, MahalanobisSettings};
pub use pca::{Pca, PcaSettings};
pub use semi_orthogonal::{SemiOrthogonal, SemiOrthogonalSettings};

use burn::tensor::Device;

use crate::error::{CoreError, Result, ensure_finite};
use crate::state::State;

/// An anomaly detector over feature vectors.
///
/// ```
/// use gcl_core::detector::{Detector, Pca};
///
/// // Points near the first axis; the second direction is what one component leaves over.
/// let rows = [0.0, 0.1, 1.0, -0.1, 2.0, 0.1, 3.0, -0.1];
/// let mut pca = Pca::new(1, 0);
/// pca.fit(&rows, 2)?;
/// let scores = pca.score(&[1.5, 0.0, 1.5, 2.0])?;
/// assert!(scores[0] < 0.1 && scores[1] > 1.5);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub trait Detector: Send {
    /// The detector's name, as the command and its files spell it.
    fn name(&self) -> &'static str;

    /// Learns from rows, row-major `[n, d]`.
    ///
    /// # Errors
    /// If the matrix is empty, ragged or not finite.
    fn fit(&mut self, features: &[f32], d: usize) -> Result<()>;

    /// The score of each row, row-major `[m, d]`; higher is more anomalous. A row's score does not
    /// depend on the other rows.
    ///
    /// # Errors
    /// If the detector is not fitted, or the matrix is ragged, of another d or not finite.
    fn score(&self, features: &[f32]) -> Result<Vec<f32>>;

    /// The fitted state.
    ///
    /// # Errors
    /// If the detector is not fitted.
    fn save(&self) -> Result<State>;

    /// Goes back to a fitted state.
    ///
    /// # Errors
    /// If the state is damaged or of another detector.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// What a configuration says of a detector.
///
/// ```
/// use gcl_core::Device;
/// use gcl_core::detector::{PcaSettings, Settings};
///
/// let settings = PcaSettings { components: 2 };
/// assert!(settings.validate(3).is_ok() && settings.validate(2).is_err());
/// assert_eq!(settings.build(0, &Device::flex())?.name(), "pca");
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub trait Settings {
    /// Refuses settings that make no detector of rows of `dim` values.
    ///
    /// # Errors
    /// [`CoreError::Setting`] naming the setting.
    fn validate(&self, dim: usize) -> Result<()>;

    /// An unfitted detector; every random decision follows from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make none, whatever the rows.
    fn build(&self, seed: u64, device: &Device) -> Result<Box<dyn Detector>>;
}

/// The number of rows of a matrix, after the checks that every detector owes its caller.
fn rows(features: &[f32], d: usize) -> Result<usize> {
    if d == 0 || features.is_empty() || !features.len().is_multiple_of(d) {
        let expected = format!("a positive multiple of the dimension {d}");
        return Err(CoreError::shape("values of a feature matrix", expected, features.len()));
    }
    ensure_finite("feature", features)?;
    Ok(features.len() / d)
}
