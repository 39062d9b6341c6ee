//! Lines over a common axis.

use super::Chart;
use super::bands::{Band, BandChart, BandPoint};

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
        let band = |series: &Series| {
            let point = |&(x, y): &(f64, f64)| BandPoint { x, low: y, middle: y, high: y };
            Band { name: series.name.clone(), points: series.points.iter().map(point).collect() }
        };
        let chart = BandChart {
            title: self.title.clone(),
            x_label: self.x_label.clone(),
            y_label: self.y_label.clone(),
            y_range: self.y_range,
            series: self.series.iter().map(band).collect(),
            ..BandChart::default()
        };
        chart.chart()
    }
}

/// Lowest and highest finite value; an unusable range if there is none.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}
