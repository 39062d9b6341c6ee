//! Points on a plane, coloured by class.

use super::Chart;
use super::axis::Axis;
use super::line::extent;
use super::path::px;
use super::plot::Plot;

/// Fewer points than this are drawn larger.
const FEW: usize = 300;

/// A class of points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cloud {
    /// Name in the legend.
    pub name: String,
    /// Its points; those that are not finite are left out.
    pub points: Vec<(f32, f32)>,
}

/// Points on a plane whose axes mean nothing, as those of t-SNE.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// What the chart shows.
    pub title: String,
    /// The classes; later ones are drawn over earlier ones. Colours repeat after six.
    pub clouds: Vec<Cloud>,
}

impl Scatter {
    /// Draws the chart, about 400 × 430 with the legend; both axes have one scale.
    pub fn chart(&self) -> Chart {
        let finite = |p: &&(f32, f32)| p.0.is_finite() && p.1.is_finite();
        let points = || self.clouds.iter().flat_map(|c| &c.points).filter(finite);
        let span = |pick: fn(&(f32, f32)) -> f32| {
            let (low, high) = extent(points().map(|p| f64::from(pick(p))));
            if low <= high { ((low + high) / 2.0, high - low) } else { (0.0, 1.0) }
        };
        let ((x, width), (y, height)) = (span(|p| p.0), span(|p| p.1));
        let half = (width.max(height) * 0.53).max(f64::from(f32::MIN_POSITIVE));
        let axis = |middle: f64| {
            let mut axis = Axis::linear(middle - half, middle + half, 4, "");
            axis.ticks.clear();
            axis
        };
        let class = if points().count() < FEW { "dots few" } else { "dots" };
        let room = 32.0;
        let mut plot = Plot::square(460.0, room, axis(x), axis(y));
        for (i, cloud) in self.clouds.iter().enumerate() {
            // A line of no length with a round cap is a dot, and far shorter than a circle.
            let dots: String = cloud
                .points
                .iter()
                .filter(finite)
                .map(|p| format!("M{} {}h0", px(plot.x(p.0.into())), px(plot.y(p.1.into()))))
                .collect();
            plot.path(&format!("{class} s{}", i % 6), &dots);
        }
        let names: Vec<String> =
            self.clouds.iter().map(|c| format!("{} ({})", c.name, c.points.len())).collect();
        plot.wrapped_legend(names.iter().map(String::as_str), |i, x, y| {
            format!("<path class=\"{class} s{}\" d=\"M{} {}h0\"/>", i % 6, px(x + 12.0), px(y))
        });
        let counts = names.join(", ");
        plot.chart(&self.title, &format!("Points: {counts}.")).cropped()
    }
}
