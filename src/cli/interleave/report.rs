//! `gcl report RUN` of an interleaved run: the threshold's course, labels, losses, and AUCs where a
//! truth was given.

use std::path::PathBuf;

use clap::Parser;
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::{Report, Tile};
use gcl_eval::svg::{LineChart, Series};
use gcl_train::interleave::{InterleaveEvent, InterleaveRun, Judgement, LoopReport};

use crate::cli::error::{Done, Failure, Outcome};

/// Write an interleaved run's report: one HTML file that needs nothing else.
#[derive(Parser, Debug)]
pub struct PairReportArgs {
    /// The run.
    run: PathBuf,
    /// The file; the run's own `report.html` unless given.
    #[arg(long, short)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: PairReportArgs) -> Outcome {
    let run = InterleaveRun::new(&args.run);
    let config = run.config()?;
    let events = run.events()?;
    let loops: Vec<&LoopReport> = events
        .iter()
        .filter_map(
            |event| if let InterleaveEvent::Loop(report) = event { Some(report) } else { None },
        )
        .collect();
    let judged: Vec<&Judgement> = events
        .iter()
        .filter_map(|event| if let InterleaveEvent::Judged(j) = event { Some(j) } else { None })
        .collect();
    let mut report = Report::new(format!("Interleaved training, {}", args.run.display()));
    report.subtitle = format!(
        "R = {} %, {} loops, seed {}",
        100.0 * config.interleave.threshold.share,
        loops.len(),
        config.interleave.seed
    );
    let text = toml::to_string(&config).map_err(Failure::data)?;
    report.config = crate::cli::report::settings(&text);
    report.tiles = tiles(&loops, &judged);
    report.training = charts(&loops, &judged);
    report.training.extend(epochs(&events));
    let modules = thresholds(&events);
    if !modules.is_empty() {
        report.training.insert(
            0,
            chart("Threshold of each module", "module", "snippets (T_ws)", vec![("T_ws", modules)]),
        );
    }
    let out = args.out.unwrap_or_else(|| run.dir().report());
    write_bytes_atomic(&out, report.render().as_bytes()).map_err(Failure::io(&out))?;
    println!("{}", out.display());
    Ok(Done::Fully)
}

type Points = Vec<(f64, f64)>;

fn chart(title: &str, x: &str, y: &str, series: Vec<(&str, Points)>) -> LineChart {
    let series = series
        .into_iter()
        .filter(|(_, points)| !points.is_empty())
        .map(|(name, points)| Series { name: name.to_owned(), points });
    LineChart {
        title: title.to_owned(),
        x_label: x.to_owned(),
        y_label: y.to_owned(),
        y_range: None,
        series: series.collect(),
    }
}

/// T_ws by module, the one that a next module would have had among them.
fn thresholds(events: &[InterleaveEvent]) -> Points {
    let mut points = Points::new();
    for event in events {
        match event {
            InterleaveEvent::Started { threshold, .. } => points.push((1.0, *threshold as f64)),
            InterleaveEvent::Module(m) => points.push((m.module as f64 + 1.0, m.next as f64)),
            _ => {}
        }
    }
    points
}

fn charts(loops: &[&LoopReport], judged: &[&Judgement]) -> Vec<LineChart> {
    let of = |value: &dyn Fn(&LoopReport) -> f64| -> Points {
        loops.iter().enumerate().map(|(i, report)| (i as f64 + 1.0, value(report))).collect()
    };
    let auc = |value: fn(&Judgement) -> Option<f64>| -> Points {
        let all = judged.iter().enumerate();
        all.filter_map(|(i, j)| Some((i as f64 + 1.0, 100.0 * value(j)?))).collect()
    };
    let x = "loop, over all modules";
    let all = [
        chart(
            "Test AUC",
            x,
            "frame AUC, %",
            vec![("one-class", auc(|j| j.one_class)), ("weak", auc(|j| j.weak))],
        ),
        chart(
            "Snippets",
            x,
            "snippets",
            vec![
                ("threshold", of(&|r| r.threshold as f64)),
                ("agreed on", of(&|r| r.agreed as f64)),
                ("labelled anomalous", of(&|r| r.anomalous as f64)),
            ],
        ),
        chart("New among the anomalous labels", x, "share", vec![("new", of(&|r| r.moved))]),
        chart(
            "Loss of the one-class model",
            x,
            "loss",
            vec![("one-class", of(&|r| r.loss_one_class))],
        ),
        chart(
            "Loss of the weakly-supervised model",
            x,
            "loss",
            vec![("weak", of(&|r| r.loss_weak))],
        ),
    ];
    all.into_iter().filter(|chart| !chart.series.is_empty()).collect()
}

/// The losses of a model that trained alone.
fn epochs(events: &[InterleaveEvent]) -> Option<LineChart> {
    let points: Points = events
        .iter()
        .filter_map(|event| match event {
            InterleaveEvent::Epoch { epoch, loss } => Some((*epoch as f64, *loss)),
            _ => None,
        })
        .collect();
    (!points.is_empty()).then(|| chart("Loss", "round", "loss", vec![("loss", points)]))
}

fn tiles(loops: &[&LoopReport], judged: &[&Judgement]) -> Vec<Tile> {
    let tile =
        |label: &str, value: String, note: String| Tile { label: label.to_owned(), value, note };
    let mut tiles = Vec::new();
    if let (Some(first), Some(last)) = (loops.first(), loops.last()) {
        let note = format!("{} at first", first.threshold);
        tiles.push(tile("T_ws", last.threshold.to_string(), note));
    }
    let one_class: Vec<_> = judged.iter().map(|judgement| judgement.one_class).collect();
    let weak: Vec<_> = judged.iter().map(|judgement| judgement.weak).collect();
    for (label, found) in [("AUC, one-class", one_class), ("AUC, weak", weak)] {
        let best = found.iter().copied().flatten().reduce(f64::max);
        if let (Some(last), Some(best)) = (found.last().copied().flatten(), best) {
            let note = format!("last loop; {best:.4} at best, chosen by these labels");
            tiles.push(tile(label, format!("{last:.4}"), note));
        }
    }
    tiles
}
