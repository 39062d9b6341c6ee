//! Small multiples: one video's scores at several times of training.

use super::Chart;
use super::axis::Axis;
use super::line::extent;
use super::path::{self, px};
use super::plot::Plot;
use crate::escape::escape;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 150.0;
const COLUMNS: usize = 2;

/// One of several small plots.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// What is different about it, such as `epoch 3`.
    pub title: String,
    /// One score per frame.
    pub scores: Vec<f32>,
}

/// Small plots of one video's frame scores, side by side on common axes, with the truth shaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panels {
    /// What the chart shows.
    pub title: String,
    /// The plots, in reading order.
    pub panels: Vec<Panel>,
    /// One label per frame, `true` = abnormal; empty if unknown.
    pub truth: Vec<bool>,
    /// Frames per second; frame numbers are shown if absent or not positive.
    pub fps: Option<f64>,
}

impl Panels {
    /// Draws the chart, 960 pixels wide, two plots in a row.
    pub fn chart(&self) -> Chart {
        let frames = self.panels.iter().map(|p| p.scores.len()).max().unwrap_or(0).max(1) as f64;
        let scores = self.panels.iter().flat_map(|p| &p.scores);
        let (low, high) = extent(scores.map(|s| f64::from(*s)));
        let mut body = String::new();
        for (i, panel) in self.panels.iter().enumerate() {
            let (row, column) = (i / COLUMNS, i % COLUMNS);
            let drawn = self.draw(panel, frames, (low, high));
            let (x, y) = (px(column as f64 * WIDTH), px(row as f64 * HEIGHT));
            let title = escape(&panel.title);
            body.push_str(&format!(
                "<g transform=\"translate({x} {y})\" role=\"group\" aria-label=\"{title}\">{drawn}</g>"
            ));
        }
        let rows = self.panels.len().div_ceil(COLUMNS).max(1);
        let titles: Vec<&str> = self.panels.iter().map(|p| p.title.as_str()).collect();
        Chart {
            title: self.title.clone(),
            description: format!("Scores at {}.", titles.join(", ")),
            width: WIDTH * COLUMNS as f64,
            height: HEIGHT * rows as f64,
            body,
        }
    }

    fn draw(&self, panel: &Panel, frames: f64, (low, high): (f64, f64)) -> String {
        let x = Axis::frames(frames, self.fps, 6);
        let y = Axis::padded(low, high, 3, "score");
        let mut plot = Plot::new(WIDTH, HEIGHT, 22.0, x, y);
        let (left, right) = (plot.left(), plot.right());
        plot.shade(&self.truth, frames);
        let place = |i: usize| left + (i as f64 + 0.5) / frames * (right - left);
        let points = panel.scores.iter().enumerate();
        let data = path::line(points.map(|(i, s)| (place(i), plot.y(f64::from(*s)))));
        plot.path("line s0", &data);
        plot.text("name", left, 14.0, "start", &panel.title);
        plot.into_body()
    }
}
