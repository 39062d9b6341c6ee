//! The paper's figures as far as a single run has them, for its report.

use std::path::Path;

use gcl_bench::{EpochAuc, TestSet, read_epochs};
use gcl_core::Device;
use gcl_data::{FeatureSet, Truth};
use gcl_eval::report::Figure;
use gcl_eval::svg::{LineChart, Panel, Panels, Series};
use gcl_train::{Model, RunDir};

use super::error::Failure;
use super::reproduce::{HISTOGRAMS, PANELS, evenly, histograms};

/// How each of the model's scores is distributed over test features (Figure 4).
pub fn distributions(
    run: &RunDir,
    test: &Path,
    truth: &Truth,
    device: &Device,
) -> Result<Figure, Failure> {
    let model = Model::load(run.path(), device)?;
    let features = FeatureSet::open_with(test, None)?;
    model.check(&features)?;
    let clips = features.clips().or(model.card().clips).ok_or_else(|| {
        Failure::Usage(format!("{}: nothing says how videos were cut", test.display()))
    })?;
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
pub fn convergence(run: &RunDir, truth: Option<&Truth>) -> Result<Vec<Figure>, Failure> {
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
