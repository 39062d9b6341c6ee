//! The charts of a run's scores and of its training.

use gcl_eval::Ranking;
use gcl_eval::svg::{Bars, Histogram, LineChart, Series};
use gcl_train::Event;

/// Bars in the score histogram.
const HISTOGRAM_BINS: usize = 50;

/// Scores of normal and abnormal frames, side by side.
pub(super) fn score_histogram(ranking: &Ranking) -> Option<Histogram> {
    let (low, high) = ranking.range()?;
    let (normal, abnormal) = ranking.histogram(HISTOGRAM_BINS);
    Some(Histogram {
        title: "Scores of normal and abnormal frames".to_owned(),
        x_label: "score".to_owned(),
        low: f64::from(low),
        high: f64::from(high),
        series: vec![
            Bars { name: "normal".to_owned(), counts: normal },
            Bars { name: "abnormal".to_owned(), counts: abnormal },
        ],
    })
}

/// Losses and label shares by epoch, one chart each.
pub(super) fn training_charts(events: &[Event]) -> Vec<LineChart> {
    let epochs: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Epoch(report) => Some(report),
            _ => None,
        })
        .enumerate()
        .collect();
    let series = |name: &str, value: fn(&gcl_train::events::EpochReport) -> Option<f64>| Series {
        name: name.to_owned(),
        points: epochs
            .iter()
            .filter_map(|(i, epoch)| Some((*i as f64 + 1.0, value(epoch)?)))
            .collect(),
    };
    let charts = [
        (
            "Losses",
            "loss",
            None,
            [
                series("generator", |e| e.loss_generator),
                series("discriminator", |e| e.loss_discriminator),
            ],
        ),
        (
            "Labelled anomalous",
            "share of segments",
            Some((0.0, 1.0)),
            [
                series("by the generator", |e| e.labelled_by_generator),
                series("by the discriminator", |e| e.labelled_by_discriminator),
            ],
        ),
    ];
    charts
        .into_iter()
        .map(|(title, y_label, y_range, series)| LineChart {
            title: title.to_owned(),
            x_label: "epoch, over all phases".to_owned(),
            y_label: y_label.to_owned(),
            y_range,
            series: series.into_iter().filter(|s| !s.points.is_empty()).collect(),
        })
        .filter(|chart| !chart.series.is_empty())
        .collect()
}
