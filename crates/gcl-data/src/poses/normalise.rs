//! Windows as a flow reads them.

use super::{WindowError, Windows};

/// A change made to a window's pixels before normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Augment {
    /// None.
    #[default]
    None,
    /// x becomes −x: the window seen in a mirror. Left and right joints keep their names.
    Mirror,
}

/// The size of the pictures that pixels are divided by. STG-NF takes 856×480 whatever the data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
}

impl Default for Resolution {
    fn default() -> Self {
        Self { width: 856.0, height: 480.0 }
    }
}

impl Windows {
    /// Replaces `out` by the windows in `indices`, normalised as a flow reads them: `[n, 2, T, V]`,
    /// channels x and y.
    ///
    /// Pixels are augmented, divided by the picture's width and height, centred on the window's mean x
    /// and mean y, and **both** divided by the (population) standard deviation of y over the window, in
    /// double precision.
    ///
    /// # Errors
    /// [`WindowError::Refused`] for a window that does not exist or a picture of no size.
    pub fn normalised(
        &self,
        indices: &[usize],
        augment: Augment,
        resolution: Resolution,
        out: &mut Vec<f32>,
    ) -> Result<(), WindowError> {
        let Resolution { width, height } = resolution;
        if !(width.is_finite() && width > 0.0 && height.is_finite() && height > 0.0) {
            return Err(WindowError::Refused(format!(
                "a picture of {width} by {height} pixels; both must be positive numbers"
            )));
        }
        out.clear();
        out.reserve(indices.len() * 2 * self.rule().length * self.points().joints);
        let sign = if augment == Augment::Mirror { -1.0 } else { 1.0 };
        for &index in indices {
            let points = self.pixels(index)?.chunks_exact(self.points().channels);
            let n = points.len() as f64;
            let axis = |axis: usize, scale: f64| {
                let value = move |p: &[f32]| f64::from(p.get(axis).copied().unwrap_or(0.0)) / scale;
                points.clone().map(value)
            };
            let (x, y) = (axis(0, sign * width), axis(1, height));
            let mean_x = x.clone().sum::<f64>() / n;
            let mean_y = y.clone().sum::<f64>() / n;
            let spread = y.clone().map(|y| (y - mean_y).powi(2)).sum::<f64>() / n;
            let deviation = spread.sqrt();
            out.extend(x.map(|x| ((x - mean_x) / deviation) as f32));
            out.extend(y.map(|y| ((y - mean_y) / deviation) as f32));
        }
        Ok(())
    }
}
