//! Lines with a spread around them, such as a mean over seeds.

use super::Chart;
use super::axis::Axis;
use super::line::extent;
use super::path::{self, px};
use super::plot::Plot;

/// One place of a [`Band`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BandPoint {
    /// Where.
    pub x: f64,
    /// The lower end of the spread.
    pub low: f64,
    /// The value on the line.
    pub middle: f64,
    /// The upper end of the spread.
    pub high: f64,
}

/// A named line with its spread.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Band {
    /// Name in the legend.
    pub name: String,
    /// The points, x not decreasing. One that is not finite leaves a gap.
    pub points: Vec<BandPoint>,
}

/// Lines with spreads over a common axis: AUC over epochs or over a share of labels, say, each the
/// mean of several seeds within one standard deviation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BandChart {
    /// What the chart shows.
    pub title: String,
    /// What the x axis measures, with its unit.
    pub x_label: String,
    /// What the y axis measures, with its unit.
    pub y_label: String,
    /// Range of the y axis; from the data if absent.
    pub y_range: Option<(f64, f64)>,
    /// A value to compare with, drawn as a dashed line, and its name.
    pub guide: Option<(f64, String)>,
    /// Whether each point is marked, as suits few of them.
    pub dots: bool,
    /// The lines. Colours repeat after six.
    pub series: Vec<Band>,
}

impl BandChart {
    /// Draws the chart, 540 pixels wide and 300 high, the legend added above.
    pub fn chart(&self) -> Chart {
        let points = || self.series.iter().flat_map(|s| &s.points);
        let (low, high) = extent(points().map(|p| p.x));
        let x = Axis::linear(low, high, 7, &self.x_label);
        let y = match self.y_range {
            Some((low, high)) => Axis::linear(low, high, 5, &self.y_label),
            None => {
                let guide = self.guide.iter().map(|(value, _)| *value);
                let (low, high) =
                    extent(points().flat_map(|p| [p.low, p.middle, p.high]).chain(guide));
                Axis::padded(low, high, 5, &self.y_label)
            }
        };
        let names = || self.series.iter().map(|s| s.name.as_str());
        let room = Plot::legend_room(540.0, names());
        let mut plot = Plot::new(540.0, 268.0 + room, room, x, y);
        if let Some((value, name)) = &self.guide {
            let (y, left, right) = (plot.y(*value), plot.left(), plot.right());
            plot.path("guide", &format!("M{} {}H{}", px(left), px(y), px(right)));
            plot.text("tick", right - 4.0, y - 4.0, "end", name);
        }
        for (i, series) in self.series.iter().enumerate() {
            let edge = |pick: fn(&BandPoint) -> f64| {
                series
                    .points
                    .iter()
                    .filter(|p| p.low.is_finite() && p.high.is_finite())
                    .map(move |p| (p.x, pick(p)))
            };
            if edge(|p| p.high - p.low).any(|(_, width)| width > 0.0) {
                let place = |(x, y)| format!("{} {}", px(plot.x(x)), px(plot.y(y)));
                let upper: Vec<String> = edge(|p| p.high).map(place).collect();
                let lower: Vec<String> = edge(|p| p.low).map(place).collect();
                let back: Vec<String> = lower.into_iter().rev().collect();
                let data = format!("M{}L{}z", upper.join("L"), back.join("L"));
                plot.path(&format!("spread f{}", i % 6), &data);
            }
        }
        for (i, series) in self.series.iter().enumerate() {
            let places = series.points.iter().map(|p| (plot.x(p.x), plot.y(p.middle)));
            let data = path::line(places.clone());
            let lone = series.points.len() == 1;
            let dots: String = places
                .filter(|(x, y)| (self.dots || lone) && x.is_finite() && y.is_finite())
                .map(|(x, y)| {
                    let (x, y) = (px(x), px(y));
                    format!("<circle class=\"f{}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>", i % 6)
                })
                .collect();
            plot.path(&format!("line s{}", i % 6), &data);
            plot.raw(&dots);
        }
        plot.wrapped_legend(names(), |i, x, y| {
            format!("<path class=\"line s{}\" d=\"M{} {}h18\"/>", i % 6, px(x), px(y))
        });
        plot.chart(&self.title, &self.describe())
    }

    fn describe(&self) -> String {
        let last = |s: &Band| {
            let point = s.points.iter().rev().find(|p| p.middle.is_finite())?;
            let half = (point.high - point.low) / 2.0;
            let spread = if half > 0.0 { format!(" ± {half:.4}") } else { String::new() };
            Some(format!("{} {:.4}{spread}", s.name, point.middle))
        };
        let ends = self.series.iter().filter_map(last);
        format!("Last values: {}.", ends.collect::<Vec<_>>().join(", "))
    }
}
