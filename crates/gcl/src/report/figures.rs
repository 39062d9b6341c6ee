//! The paper's figures as far as a single run has them, for its report.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{FeatureSet, Truth};
use gcl_eval::report::Figure;
use gcl_eval::svg::{Bars, Histogram, LineChart, Panel, Panels, Series};
use gcl_train::{Model, RunDir, ScoreSource};

use crate::error::Result;
use crate::judge::{EpochAuc, Judgement, TestSet, judge, read_epochs};
use crate::score::clip_rule;

const BINS: usize = 50;

/// The share of frames that the axis of a histogram spans; the rest are counted in its last bar.
const SHOWN: f64 = 0.995;

/// Plots of a video's scores as training proceeds.
pub const PANELS: usize = 6;

/// How each of the model's scores is distributed over test features (Figure 4).
pub(super) fn distributions(
    run: &RunDir,
    test: &Path,
    truth: &Truth,
    device: &Device,
) -> Result<Figure> {
    let model = Model::load(run.path(), device)?;
    let features = FeatureSet::open_with(test, None)?;
    model.check(&features)?;
    let clips = clip_rule(&model, &features)?;
    let test = TestSet::new(features, clips, truth, None)?;
    let charts = histograms(&model, &test, "")?;
    Ok(Figure {
        title: "Score distributions".to_owned(),
        caption: HISTOGRAMS.to_owned(),
        charts: charts.iter().map(|(_, chart)| chart.chart()).collect(),
    })
}

/// What the judged epochs say, where the run has them: AUC over epochs (Figure 5), and a video's
/// scores as training proceeded (Figure 7).
pub(super) fn convergence(run: &RunDir, truth: Option<&Truth>) -> Result<Vec<Figure>> {
    let found = read_epochs(run.path())?.filter(|found| !found.epochs.is_empty());
    let Some(found) = found else { return Ok(Vec::new()) };
    let series = |name: &str, value: fn(&EpochAuc) -> Option<f64>| Series {
        name: name.to_owned(),
        points: (1u32..)
            .zip(&found.epochs)
            .filter_map(|(i, epoch)| Some((f64::from(i), value(epoch)?)))
            .collect(),
    };
    let both = [
        series("generator", |epoch| epoch.generator.value()),
        series("discriminator", |epoch| epoch.discriminator.and_then(|auc| auc.value())),
    ];
    let chart = LineChart {
        title: "Frame AUC on the test set".to_owned(),
        x_label: "judged epoch, over all phases".to_owned(),
        y_label: "AUC".to_owned(),
        series: both.into_iter().filter(|s| !s.points.is_empty()).collect(),
        ..LineChart::default()
    };
    let mut figures = vec![Figure {
        title: "Convergence".to_owned(),
        caption: "Judged by the truth while it trained, which did not change what was trained."
            .to_owned(),
        charts: vec![chart.chart()],
    }];
    let epochs: Vec<&EpochAuc> = found.last_phase().filter(|e| !e.followed.is_empty()).collect();
    if let (Some(video), false) = (&found.followed, epochs.is_empty()) {
        let panel = |epoch: &EpochAuc| Panel {
            title: format!("epoch {}", epoch.epoch),
            scores: epoch.followed.clone(),
        };
        let frames = epochs.first().map(|epoch| epoch.followed.len());
        let labels = truth.and_then(|truth| truth.labels(video, frames).ok()).unwrap_or_default();
        let panels = Panels {
            title: video.to_string(),
            panels: evenly(&epochs, PANELS).into_iter().map(panel).collect(),
            truth: labels,
            fps: None,
        };
        figures.push(Figure {
            title: "Scores as training proceeded".to_owned(),
            caption: String::new(),
            charts: vec![panels.chart()],
        });
    }
    Ok(figures)
}

/// What [`histograms`] show.
pub const HISTOGRAMS: &str = "Test frames; each class as shares of its own. The last bar holds the highest \
                              half percent of all frames, whatever their scores.";

/// How each of a model's own scores is distributed over a test set, under the score's name after
/// `prefix`.
///
/// # Errors
/// If a video cannot be read, scored or judged.
pub fn histograms(model: &Model, test: &TestSet, prefix: &str) -> Result<Vec<(String, Histogram)>> {
    let judged = judge(model, test)?;
    let own = judged.iter().filter(|judged| judged.source != ScoreSource::MeanRank);
    let named = own.map(|judged| (format!("{prefix}{}", judged.source.name()), judged));
    Ok(named.map(|(name, judged)| (name.clone(), histogram(judged, &name))).collect())
}

/// A score's distribution, the longest half percent of its tail gathered in the last bar.
fn histogram(judged: &Judgement, name: &str) -> Histogram {
    let (low, _) = judged.ranking.range().unwrap_or((0.0, 1.0));
    let high = judged.ranking.quantile(SHOWN).unwrap_or(1.0);
    let (normal, abnormal) = judged.ranking.histogram_over(low, high, BINS);
    let bars = |name: &str, counts| Bars { name: name.to_owned(), counts };
    Histogram {
        title: format!("{name}: AUC {}", judged.evaluation.micro_auc),
        x_label: match judged.source {
            ScoreSource::Generator => "reconstruction error".to_owned(),
            ScoreSource::Discriminator => "probability of being anomalous".to_owned(),
            ScoreSource::MeanRank => "mean rank".to_owned(),
            ScoreSource::Detector => "score".to_owned(),
        },
        low: f64::from(low),
        high: f64::from(high),
        series: vec![bars("normal", normal), bars("abnormal", abnormal)],
    }
}

/// At most so many items: the first, the last, and evenly spaced ones between.
pub fn evenly<T: Copy>(items: &[T], count: usize) -> Vec<T> {
    let count = items.len().min(count);
    let pick = |i: usize| items.get(i * (items.len() - 1) / (count - 1).max(1)).copied();
    (0..count).filter_map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn panels_reach_from_the_first_to_the_last() {
        let items: Vec<usize> = (0..11).collect();
        assert_eq!(evenly(&items, 6), [0, 2, 4, 6, 8, 10]);
        assert_eq!(evenly(&items[..3], 6), [0, 1, 2]);
        assert_eq!(evenly(&items[..1], 6), [0]);
        assert_eq!(evenly(&items, 1), [0]);
        assert!(evenly::<usize>(&[], 6).is_empty());
    }
}
