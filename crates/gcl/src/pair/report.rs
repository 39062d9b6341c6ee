//! The report of one run: the course of the threshold, labels and losses, and AUCs and test videos'
//! scores where there was a test set.

use std::path::Path;

use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::{Figure, Report, Tile};
use gcl_eval::svg::{LineChart, Panel, Panels};
use gcl_train::RunDir;
use gcl_train::config::to_toml;
use gcl_train::interleave::threshold::Stop;
use gcl_train::interleave::{Followed, LoopReport, PairAuc, PairConfig};

use super::course::{Course, Points, chart};
use crate::error::Result;
use crate::report::settings;

/// Writes one run's report to `out`, as a page of HTML that needs no other file.
///
/// # Errors
/// If there is no run of a pair, or something cannot be read or written.
pub fn report(run: &RunDir, out: &Path) -> Result<()> {
    let config: PairConfig = run.config()?;
    let course = Course::of(run.events()?);
    let mut report = Report::new(format!("Interleaved training, {}", run.path().display()));
    report.subtitle = format!(
        "R = {} %, {} loops, seed {}",
        100.0 * config.interleave.threshold.share,
        course.loops.len(),
        config.interleave.seed
    );
    report.config = settings(&to_toml(&config)?);
    report.tiles = tiles(&course);
    report.training = charts(&course);
    report.skipped = run.left_out()?.into_iter().map(|(id, why)| (id.to_string(), why)).collect();
    report.figures.extend(proceeding(&course.followed));
    Ok(write_bytes_atomic(out, report.render().as_bytes())?)
}

const ONE_CLASS: fn(&PairAuc) -> Option<f64> = |auc| auc.one_class;
const WEAK: fn(&PairAuc) -> Option<f64> = |auc| auc.weak;

/// The course of the threshold, labels and losses.
pub(crate) fn charts(course: &Course) -> Vec<LineChart> {
    let x = "loop, over all modules";
    let auc = "frame AUC, %";
    let modules = course.thresholds.len() > 1;
    let thresholds = if modules { course.thresholds.clone() } else { Points::new() };
    let by_module = [course.auc_by_module(ONE_CLASS), course.auc_by_module(WEAK)];
    // Where training ended by itself, the last module is marked (Joint-VAD, Figure 4).
    let end = |points: &Points| match course.stop {
        Some(Stop::Converged) => points.last().map(|last| vec![*last]).unwrap_or_default(),
        _ => Points::new(),
    };
    let last = &course.thresholds[..course.thresholds.len().saturating_sub(1)];
    let stopped = [end(&last.to_vec()), end(&by_module[1])];
    let [one_class, weak] = by_module;
    let [stop_threshold, stop_weak] = stopped;
    let by_loop = |title, y, name, value: fn(&LoopReport) -> f64| {
        chart(title, x, y, vec![(name, course.by_loop(value))])
    };
    let all = [
        chart(
            "Threshold of each module",
            "module",
            "snippets (T_ws)",
            vec![("T_ws", thresholds), ("stopped", stop_threshold)],
        ),
        chart(
            "Test AUC at the end of each module",
            "module",
            auc,
            vec![("one-class", one_class), ("weak", weak), ("stopped", stop_weak)],
        ),
        chart(
            "Test AUC",
            x,
            auc,
            vec![("one-class", course.auc(ONE_CLASS)), ("weak", course.auc(WEAK))],
        ),
        chart(
            "Snippets",
            x,
            "snippets",
            vec![
                ("threshold", course.by_loop(|r| r.threshold as f64)),
                ("agreed on", course.by_loop(|r| r.agreed as f64)),
                ("labelled anomalous", course.by_loop(|r| r.anomalous as f64)),
            ],
        ),
        by_loop("New among the anomalous labels", "share", "new", |r| r.moved),
        by_loop("Loss of the one-class model", "loss", "one-class", |r| r.loss_one_class),
        by_loop("Loss of the weakly-supervised model", "loss", "weak", |r| r.loss_weak),
        chart("Loss", "round", "loss", vec![("loss", course.rounds.clone())]),
    ];
    all.into_iter().filter(|chart| !chart.series.is_empty()).collect()
}

/// Test videos' scores as modules proceed (Joint-VAD, Figure 2).
fn proceeding(followed: &[Followed]) -> Option<Figure> {
    let mut videos: Vec<&str> = followed.iter().map(|one| one.video.as_str()).collect();
    videos.sort_unstable();
    videos.dedup();
    let panels = |video: &&str| {
        let own: Vec<&Followed> = followed.iter().filter(|one| one.video == *video).collect();
        let frames = own.first().map_or(0, |one| one.weak.len());
        let stretches = own.first().map_or(&[][..], |one| &one.abnormal);
        let abnormal = |frame| stretches.iter().any(|[from, to]| (*from..*to).contains(&frame));
        let panel = |one: &&Followed| Panel {
            title: format!("module {}", one.module),
            scores: one.weak.clone(),
        };
        Panels {
            title: (*video).to_owned(),
            panels: own.iter().map(panel).collect(),
            truth: (0..frames).map(abnormal).collect(),
            fps: None,
        }
    };
    (!videos.is_empty()).then(|| Figure {
        title: "Scores as modules proceed".to_owned(),
        caption:
            "Of the weakly-supervised model, at the end of each module; the truth is shaded, and \
                  changed nothing that was trained. The test videos with the most even mix."
                .to_owned(),
        charts: videos.iter().map(panels).map(|panels| panels.chart()).collect(),
    })
}

fn tiles(course: &Course) -> Vec<Tile> {
    let tile =
        |label: &str, value: String, note: String| Tile { label: label.to_owned(), value, note };
    let mut tiles = Vec::new();
    if let (Some(first), Some(last)) = (course.loops.first(), course.loops.last()) {
        let note = format!("{} at first", first.threshold);
        tiles.push(tile("T_ws", last.threshold.to_string(), note));
    }
    for (label, value) in [("AUC, one-class", ONE_CLASS), ("AUC, weak", WEAK)] {
        let found: Vec<Option<f64>> =
            course.judged.iter().map(|judged| value(&judged.auc)).collect();
        let best = found.iter().copied().flatten().reduce(f64::max);
        if let (Some(last), Some(best)) = (found.last().copied().flatten(), best) {
            let note = format!("last loop; {best:.4} at best, chosen by these labels");
            tiles.push(tile(label, format!("{last:.4}"), note));
        }
    }
    tiles
}
