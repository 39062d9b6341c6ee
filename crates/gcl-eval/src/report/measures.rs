//! Agreement with the truth, score distributions and training curves.

use super::html::Section;
use super::{Report, Tile};
use crate::svg::{LineChart, roc_chart};
use crate::table::grouped;
use crate::{Evaluation, Measure};

/// The tiles that an evaluation adds.
pub(super) fn tiles(evaluation: &Evaluation) -> Vec<Tile> {
    let tile = |label: &str, measure: Measure, note: String| {
        let (value, note) = match measure {
            Measure::Value(value) => (format!("{value:.4}"), note),
            Measure::Undefined { reason } => ("–".to_owned(), format!("undefined: {reason}")),
        };
        Tile { label: label.to_owned(), value, note }
    };
    let frames = evaluation.frames;
    let share = evaluation.abnormal_frames as f64 / frames.max(1) as f64;
    let (defined, videos) = (evaluation.macro_videos, evaluation.videos.len());
    vec![
        tile("Frame-level AUC", evaluation.micro_auc, format!("all {} frames", grouped(frames))),
        tile("Average precision", evaluation.average_precision, format!("chance is {share:.4}")),
        tile("Equal error rate", evaluation.equal_error_rate, "lower is better".to_owned()),
        tile("Mean AUC by video", evaluation.macro_auc, format!("{defined} of {videos} videos")),
    ]
}

pub(super) fn section(report: &Report) -> Option<Section> {
    let curve = report.evaluation.as_ref().filter(|e| !e.roc.is_empty());
    let curve = curve.map(|e| roc_chart(&e.roc, e.micro_auc));
    let histogram = report.histogram.as_ref().map(|h| h.chart());
    let charts: String = curve.iter().chain(&histogram).map(|c| figure(&c.inline())).collect();
    if charts.is_empty() {
        return None;
    }
    let title = if curve.is_some() { "Agreement with the truth" } else { "Scores" };
    Some(Section::new("measures", title, format!("<div class=\"charts\">\n{charts}</div>\n")))
}

pub(super) fn training(charts: &[LineChart]) -> Option<Section> {
    let drawn: String = charts
        .iter()
        .map(|c| {
            let title = crate::escape::escape(&c.title);
            figure(&format!("<figcaption>{title}</figcaption>{}", c.chart().inline()))
        })
        .collect();
    let body = format!("<div class=\"charts even\">\n{drawn}</div>\n");
    (!charts.is_empty()).then(|| Section::new("training", "Training", body))
}

fn figure(content: &str) -> String {
    format!("<figure>{content}</figure>\n")
}
