//! Lines over a common axis.

use super::Chart;
use super::axis::Axis;
use super::path;
use super::plot::Plot;

const WIDTH: f64 = 540.0;
/// What is below the legend.
const PLOT: f64 = 268.0;

/// A named line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// (x, y) points, x not decreasing. A y that is not finite leaves a gap.
    pub points: Vec<(f64, f64)>,
}

/// Several lines over a common axis, such as a loss over epochs.
///
/// ```
/// use gcl_eval::svg::{LineChart, Series};
///
/// let loss = Series { name: "generator".to_owned(), points: vec![(1.0, 0.9), (2.0, 0.4)] };
/// let chart = LineChart {
///     title: "Loss".to_owned(),
///     x_label: "epoch".to_owned(),
///     series: vec![loss],
///     ..Default::default()
/// };
/// assert!(chart.chart().standalone().starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// What the chart shows.
    pub title: String,
    /// What the x axis measures, with its unit.
    pub x_label: String,
    /// What the y axis measures, with its unit.
    pub y_label: String,
    /// Range of the y axis; from the data if absent.
    pub y_range: Option<(f64, f64)>,
    /// The lines. Colours repeat after six.
    pub series: Vec<Series>,
}

impl LineChart {
    /// Draws the chart, 540 × 300; higher where the legend takes more than one row.
    pub fn chart(&self) -> Chart {
        let xs = self.series.iter().flat_map(|s| &s.points).map(|p| p.0);
        let ys = self.series.iter().flat_map(|s| &s.points).map(|p| p.1);
        let (low, high) = extent(xs);
        let x = Axis::linear(low, high, 7, &self.x_label);
        let y = match self.y_range {
            Some((low, high)) => Axis::linear(low, high, 5, &self.y_label),
            None => {
                let (low, high) = extent(ys);
                Axis::padded(low, high, 5, &self.y_label)
            }
        };
        let names = || self.series.iter().map(|s| s.name.as_str());
        let room = Plot::legend_room(WIDTH, names());
        let mut plot = Plot::new(WIDTH, PLOT + room, room, x, y);
        for (i, series) in self.series.iter().enumerate() {
            let points = series.points.iter().map(|p| (plot.x(p.0), plot.y(p.1)));
            let data = path::line(points);
            plot.path(&format!("line s{}", i % 6), &data);
            if let [(x, y)] = series.points.as_slice()
                && x.is_finite()
                && y.is_finite()
            {
                let (x, y) = (path::px(plot.x(*x)), path::px(plot.y(*y)));
                plot.raw(&format!("<circle class=\"f{}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>", i % 6));
            }
        }
        let mark = |i: usize, x: f64, y: f64| {
            format!("<path class=\"line s{}\" d=\"M{} {}h18\"/>", i % 6, path::px(x), path::px(y))
        };
        plot.wrapped_legend(names(), mark);
        plot.chart(&self.title, &self.describe())
    }

    fn describe(&self) -> String {
        let last = |s: &Series| s.points.iter().rev().find(|p| p.1.is_finite()).map(|p| p.1);
        let ends = self.series.iter().filter_map(|s| Some(format!("{} {:.4}", s.name, last(s)?)));
        format!("Last values: {}.", ends.collect::<Vec<_>>().join(", "))
    }
}

/// Lowest and highest finite value; an unusable range if there is none.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}
