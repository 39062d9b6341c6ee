//! A run's report: one page of HTML.

mod answer;
mod cells;
mod charts;
mod clips;
mod figures;
mod kind;
mod marked;
mod moments;
mod objects;
mod overview;
mod pictures;
mod places;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_core::Device;
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{ScoreSet, Truth, VideoId, read_left_out};
use gcl_eval::evaluate_stored;
use gcl_eval::report::{Report, Tile, VideoScores};
use gcl_train::{Event, RunDir};

use crate::error::{Error, Result};
use crate::facts::{self, VideoFacts};
use crate::pick::Pick;
use answer::answer;
use charts::score_histogram;
use clips::add_clips;
pub use figures::{HISTOGRAMS, PANELS, evenly, histograms};
use kind::Kind;
use marked::Marked;
pub(crate) use marked::check as check_marks;
use moments::{Moments, moments};
use places::add_places;

/// Most moments whose places in the picture are found: each takes as long as scoring some hundred clips.
const PLACED: usize = 200;

/// What a report shows beside what the run's folder holds.
#[derive(Debug, Default)]
pub struct Contents<'a> {
    /// The page's title.
    pub title: Option<String>,
    /// Ground truth.
    pub truth: Option<&'a Truth>,
    /// Test features, to judge all of the model's scores, and the device to do it on.
    pub test: Option<(&'a Path, &'a Device)>,
    /// The device on which to find where in the picture moments are; without one that is left out.
    pub device: Option<&'a Device>,
    /// Which moments are shown.
    pub pick: Pick,
    /// The folder for moments as files of their own, which are then played by the page if the folder is beside it; and
    /// what cancels that.
    pub clips: Option<(&'a Path, &'a AtomicBool)>,
    /// What a reader has to know first.
    pub warnings: Vec<String>,
    /// Further figures.
    pub tiles: Vec<Tile>,
}

/// Writes the report of a run that has scores, as a page of HTML that needs no other file; returns
/// what it shows.
///
/// # Errors
/// If the run, its scores, the truth or the test features cannot be read or do not fit together, or
/// the page cannot be written.
pub fn write(run: &RunDir, contents: &Contents<'_>, out: &Path) -> Result<Report> {
    let kind = Kind::of(run)?;
    if !run.scores().exists() {
        return Err(Error::data(run.path())("no scores here yet; score the run first"));
    }
    let scores = ScoreSet::open(run.scores())?;
    let facts = facts::read(&run.scores())?;
    let title = format!("{} on {} videos", kind.method(), scores.videos().len());
    let mut report = Report::new(contents.title.clone().unwrap_or(title));
    let source = scores.info().map_or("unknown", |info| info.source.as_str());
    let (about, seed) = kind.about();
    report.subtitle = format!("{about}, seed {seed}, scored by {source}");
    let mut left_out = [run.left_out()?, read_left_out(&run.scores())?].concat();
    left_out.sort();
    left_out.dedup();
    report.skipped = left_out.into_iter().map(|(id, why)| (id.to_string(), why)).collect();
    report.tiles = contents.tiles.clone();
    report.config = kind.settings()?;

    report.warnings.extend(contents.warnings.iter().cloned());
    let events = run.events()?;
    report.training = kind.charts(&events);
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
        let known = facts.get(id);
        if let Some(damage) = known.and_then(|known| known.damage.as_ref()) {
            report.damaged.push((id.to_string(), damage.clone()));
        }
        report.videos.push(VideoScores {
            video: id.to_string(),
            scores: values,
            truth: labels,
            clock: known.and_then(VideoFacts::clock),
            recorded: known.and_then(|known| known.recorded),
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
        report.figures.push(figures::distributions(run, test, truth, device)?);
    }
    report.figures.extend(figures::convergence(run, contents.truth)?);
    let marked = Marked::read(run, &kind, &report.videos, &facts, contents.device)?;
    let Moments { mut shown, motion, missing, unmarked } =
        moments(&report.videos, &facts, &contents.pick, marked)?;
    report.listed.extend(unmarked);
    report.warnings.extend(missing);
    if let Some(device) = contents.device {
        let more = shown.len().saturating_sub(PLACED);
        if more > 0 {
            let text = format!("Where in the picture is said of the first {PLACED} moments.");
            report.listed.push(text);
        }
        let added = {
            let moments = shown.iter_mut().zip(&motion).take(PLACED).collect();
            add_places(moments, &report.videos, &facts, (run, &kind, device), source)
        };
        // As a picture, a place is a help and not the result.
        let missing = added.err().map(|error| format!("no places in the picture: {error}"));
        report.warnings.extend(missing);
    }
    if let Some((folder, cancel)) = contents.clips {
        let base = out.parent().unwrap_or(Path::new(""));
        let missing = add_clips(&mut shown, &report.videos, &facts, (folder, base), cancel)?;
        report.warnings.extend(missing);
    }
    report.listed.extend(contents.pick.fewer(shown.len(), &report.videos));
    report.answer = answer(&mut shown, &report.videos, &scores);
    report.tables = overview::tables(&shown, &report.videos, &facts);
    report.moments = shown;
    write_bytes_atomic(out, report.render().as_bytes())?;
    Ok(report)
}

/// A configuration as rows of a table.
pub(crate) fn settings(toml: &str) -> Vec<(String, String)> {
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
