//! One video's scores over time.

use super::Chart;
use super::axis::Axis;
use super::line::extent;
use super::path::{self, px};
use super::plot::Plot;

/// A numbered stretch of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// First frame, counted from 0.
    pub start: usize,
    /// One past the last frame.
    pub end: usize,
    /// The number written above it.
    pub number: usize,
}

/// One video's frame scores over time, with the truth shaded where it is known. A long video is drawn
/// as the mean of each pixel column, within a band from its lowest to its highest score.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timeline<'a> {
    /// What the chart shows, usually the video's id.
    pub title: &'a str,
    /// One score per frame; scores that are not finite leave gaps.
    pub scores: &'a [f32],
    /// One label per frame, `true` = abnormal.
    pub truth: Option<&'a [bool]>,
    /// Frames per second; frame numbers are shown if absent or not positive.
    pub fps: Option<f64>,
    /// Range of the score axis; from the scores if absent.
    pub range: Option<(f64, f64)>,
    /// Stretches to point out.
    pub marks: &'a [Mark],
}

impl Timeline<'_> {
    /// Draws the chart, 960 × 220.
    pub fn chart(&self) -> Chart {
        let frames = self.scores.len().max(1) as f64;
        let x = Axis::frames(frames, self.fps, 8);
        let (low, high) =
            self.range.unwrap_or_else(|| extent(self.scores.iter().map(|s| f64::from(*s))));
        let y = Axis::padded(low, high, 6, "score");
        let mut plot = Plot::new(960.0, 220.0, 20.0, x, y);
        let (left, right) = (plot.left(), plot.right());
        let column = |frame: f64| left + frame / frames * (right - left);

        plot.shade(self.truth.unwrap_or_default(), frames);

        let points = self.scores.iter().enumerate();
        let points = points.map(|(i, s)| (column(i as f64 + 0.5), plot.y(f64::from(*s))));
        if frames > 2.0 * (right - left) {
            let summary = path::summary(points);
            plot.path("band f0", &summary.band);
            plot.path("line s0", &summary.mean);
        } else {
            let data = path::line(points);
            plot.path("line s0", &data);
        }

        let top = px(plot.top());
        for mark in self.marks {
            let (start, end) = (column(mark.start as f64), column(mark.end as f64).min(right));
            let width = (end - start).max(3.0);
            plot.path("mark", &format!("M{} {top}h{}v3h{}z", px(start), px(width), px(-width)));
            let number = mark.number.to_string();
            plot.text("mark", start + width / 2.0, plot.top() - 4.0, "middle", &number);
        }
        plot.chart(self.title, &self.describe())
    }

    fn describe(&self) -> String {
        let (low, high) = extent(self.scores.iter().map(|s| f64::from(*s)));
        let frames = self.scores.len();
        if low > high {
            return format!("Scores of {frames} frames");
        }
        let abnormal = match self.truth {
            Some(truth) => format!(", {} of them abnormal", truth.iter().filter(|t| **t).count()),
            None => String::new(),
        };
        format!("Scores of {frames} frames from {low:.4} to {high:.4}{abnormal}")
    }
}
