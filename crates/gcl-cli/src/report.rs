//! `gcl report`: a run to one HTML file.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args};
use gcl_core::Device;
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{ScoreSet, Truth, VideoId};
use gcl_eval::report::{Picture, PictureFormat, Report, ShownMoment, Tile, VideoScores};
use gcl_eval::svg::{Bars, Histogram, LineChart, Series};
use gcl_eval::{Moment, MomentOptions, Ranking, evaluate_stored, find_moments};
use gcl_features::thumbs;
use gcl_train::interleave::InterleaveRun;
use gcl_train::{Event, RunDir};

use super::device;
use super::error::{Done, Failure, Outcome};
use super::eval::read_truth;
use super::facts::{self, Facts};
use super::forms::refuse;
use super::interleave;
use super::report_figures;

/// A moment is where scores reach this quantile of all frames.
const MOMENT_QUANTILE: f64 = 0.95;

/// Bars in the score histogram.
const HISTOGRAM_BINS: usize = 50;

/// The width of a moment's picture, in pixels.
const PICTURE_WIDTH: u32 = 320;

/// Write a run's report as a self-contained HTML file. Several runs of pairs are compared.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl report runs/first
  gcl report runs/first --truth truth.csv

Pairs of models (if ground truth was given to `gcl train`, their runs already contain it):
  gcl report runs/pair
  gcl report runs/weighted runs/unweighted --out comparison.html")]
pub struct ReportArgs {
    /// A run that contains scores, or one or more runs of pairs of models.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Ground truth, if available; the report then includes curves and metrics.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", value_parser = ["auto", "ucf", "masks", "ranges", "flags"])]
    truth_format: String,
    /// Test features; with the ground truth, adds the distributions of all of the model's scores.
    #[arg(long, value_name = "FEATURES", requires = "truth")]
    test: Option<PathBuf>,
    /// Compute device for scoring them; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Output file [default: `report.html` in the run's folder]; required for several runs.
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Maximum number of moments.
    #[arg(long, default_value_t = 20)]
    top: usize,
}

/// Options that mean something for a run with scores.
const SCORES_ONLY: [&str; 5] = ["truth", "truth_format", "test", "device", "top"];

/// Runs the command; `matches` are what was parsed into `args`.
pub fn run(args: ReportArgs, matches: &ArgMatches) -> Outcome {
    let pairs = args.runs.iter().filter(|run| InterleaveRun::is_at(run)).count();
    match (args.runs.as_slice(), pairs) {
        ([run], 0) => of_scores(run, &args),
        (runs, count) if count == runs.len() => {
            refuse(matches, &SCORES_ONLY, "it is not for runs of pairs of models")?;
            match (runs, args.out) {
                ([run], out) => interleave::report::run(run, out),
                (_, Some(out)) => interleave::compare::run(runs, &out),
                (_, None) => {
                    let text = "several runs are compared in a file of their own: give --out";
                    Err(Failure::Usage(text.to_owned()))
                }
            }
        }
        (runs, _) => {
            let other = runs.iter().find(|run| !InterleaveRun::is_at(run));
            let name = other.map_or(String::new(), |run| run.display().to_string());
            let text = "no run of a pair of models, and only those are compared";
            Err(Failure::Usage(format!("{name}: {text}")))
        }
    }
}

/// A run that has scores.
fn of_scores(run: &Path, args: &ReportArgs) -> Outcome {
    let run = RunDir::new(run);
    let device = device::find(&args.device)?;
    let truth = match &args.truth {
        Some(path) => Some(read_truth(path, &args.truth_format)?),
        None => None,
    };
    let contents = Contents {
        truth: truth.as_ref(),
        top: args.top,
        test: args.test.as_deref().map(|test| (test, &device)),
        ..Contents::default()
    };
    let out = args.out.clone().unwrap_or_else(|| run.report());
    let report = write(&run, &contents, &out)?;
    for (id, why) in &report.skipped {
        eprintln!("skipped {id}: {why}");
    }
    println!("{}", out.display());
    match report.skipped.is_empty() {
        true => Ok(Done::Fully),
        false => Ok(Done::WithSkips),
    }
}

/// What a report shows beside what the run's folder holds.
#[derive(Default)]
pub struct Contents<'a> {
    /// The page's title.
    pub title: Option<String>,
    /// Ground truth.
    pub truth: Option<&'a Truth>,
    /// Test features, to judge all of the model's scores, and the device to do it on.
    pub test: Option<(&'a Path, &'a Device)>,
    /// Maximum number of moments.
    pub top: usize,
    /// Videos that were left out, with reasons.
    pub skipped: Vec<(String, String)>,
    /// Further figures.
    pub tiles: Vec<Tile>,
}

/// Writes a run's report; answers with what it shows.
pub fn write(run: &RunDir, contents: &Contents<'_>, out: &Path) -> Result<Report, Failure> {
    let config = run.config()?;
    let scores = ScoreSet::open(run.scores())?;
    let facts = facts::read(&run.scores())?;
    let title = format!("{} on {} videos", config.method, scores.videos().len());
    let mut report = Report::new(contents.title.clone().unwrap_or(title));
    let source = scores.info().map_or("unknown", |info| info.source.as_str());
    report.subtitle =
        format!("{}, seed {}, scored by {source}", config.method.about(), config.seed);
    report.skipped = contents.skipped.clone();
    report.tiles = contents.tiles.clone();
    report.config = settings(&toml::to_string(&config).map_err(Failure::data)?);

    let events = run.events()?;
    report.training = training_charts(&events);
    for event in &events {
        if let Event::Warning { text } = event {
            report.warnings.push(text.clone());
        }
    }

    let ids: Vec<VideoId> = scores.videos().iter().map(|(id, _)| id.clone()).collect();
    let names = match contents.truth {
        Some(truth) => truth.match_all(&ids)?,
        None => vec![None; ids.len()],
    };
    for (id, name) in ids.iter().zip(names) {
        let values = scores.read(id)?;
        let labels = match (contents.truth, name) {
            (Some(truth), Some(name)) => Some(truth.labels(name, Some(values.len()))?),
            _ => None,
        };
        let fps = facts.get(id).and_then(|f| f.fps);
        report.videos.push(VideoScores {
            video: id.to_string(),
            scores: values,
            truth: labels,
            fps,
        });
    }
    if let Some(truth) = contents.truth {
        let judged = evaluate_stored(&scores, truth)?;
        for (ids, why) in [
            (&judged.without_truth, "the truth has no such video"),
            (&judged.without_scores, "the truth has it, the scores do not"),
        ] {
            report.skipped.extend(ids.iter().map(|id| (id.to_string(), why.to_owned())));
        }
        report.histogram = score_histogram(&judged.ranking);
        report.evaluation = Some(judged.evaluation);
    }
    if let (Some((test, device)), Some(truth)) = (contents.test, contents.truth) {
        report.figures.push(report_figures::distributions(run, test, truth, device)?);
    }
    report.figures.extend(report_figures::convergence(run, contents.truth)?);
    report.moments = moments(&report.videos, &facts, contents.top)?;
    write_bytes_atomic(out, report.render().as_bytes()).map_err(Failure::io(out))?;
    Ok(report)
}

/// The most anomalous moments, with pictures where the footage is at hand.
fn moments(videos: &[VideoScores], facts: &Facts, top: usize) -> Result<Vec<ShownMoment>, Failure> {
    let options = MomentOptions { top, quantile: MOMENT_QUANTILE, ..MomentOptions::default() };
    let found = find_moments(videos.iter().map(|v| (v.video.as_str(), &v.scores)), &options)?;
    let mut shown: Vec<ShownMoment> = found
        .into_iter()
        .map(|moment| {
            let video = videos.iter().find(|v| v.video == moment.video);
            ShownMoment { fps: video.and_then(|v| v.fps), moment, picture: None }
        })
        .collect();
    add_pictures(&mut shown, facts);
    Ok(shown)
}

/// Decodes each video once for all of its moments. A picture that fails is left out: it is a help
/// and not the result.
fn add_pictures(moments: &mut [ShownMoment], facts: &Facts) {
    for (id, known) in facts {
        let Some(footage) = &known.footage else { continue };
        let here = |m: &Moment| m.video == id.as_str();
        let frames: Vec<usize> = moments
            .iter()
            .filter(|shown| here(&shown.moment))
            .map(|shown| shown.moment.peak_frame)
            .collect();
        if frames.is_empty() {
            continue;
        }
        let Ok(images) = thumbs::frames_at(footage, &frames) else {
            eprintln!("no pictures of {id}: {} cannot be decoded", footage.display());
            continue;
        };
        for shown in moments.iter_mut().filter(|shown| here(&shown.moment)) {
            let image = images.iter().find(|(frame, _)| *frame == shown.moment.peak_frame);
            shown.picture = image
                .and_then(|(_, image)| thumbs::jpeg(image, PICTURE_WIDTH, 80).ok())
                .map(|bytes| Picture { format: PictureFormat::Jpeg, bytes });
        }
    }
}

/// Scores of normal and abnormal frames, side by side.
fn score_histogram(ranking: &Ranking) -> Option<Histogram> {
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
fn training_charts(events: &[Event]) -> Vec<LineChart> {
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

/// A configuration as rows of a table.
pub fn settings(toml: &str) -> Vec<(String, String)> {
    let mut table = String::new();
    let mut rows = Vec::new();
    for line in toml.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            table = format!("{name}.");
        } else if let Some((key, value)) = line.split_once('=') {
            rows.push((format!("{table}{}", key.trim()), value.trim().to_owned()));
        }
    }
    rows
}
