//! Unlabelled footage to its most anomalous moments: extract, train on the same footage, score it by models
//! that did not see what they score, report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::{Clock, FeatureSet, ScoreSet, VideoId};
use gcl_eval::clock_time;
use gcl_eval::report::ShownMoment;
use gcl_features::discover::discover;
use gcl_features::{ExtractOptions, FeatureWork, Progress, Summary};
use gcl_train::{
    Listener, Method, Model, Preset, RunConfig, RunDir, Samples, TrainError, TrainOptions, train,
};

use crate::error::{Error, Result};
use crate::facts::remember_footage;
use crate::moments::{write_csv, write_json};
use crate::report::{self, Contents};
use crate::score::score_own;
use crate::views::Views;

/// The method that [`find`] is best called with where nothing is known of the footage, for features of an
/// extractor: nearest neighbours, unless these are the features that the papers' settings are for. On footage
/// that it is trained on, no other method here is as good on all of the sets measured (`docs/results.md`,
/// "Footage on its own").
#[must_use]
pub fn method(set: &FeatureSet) -> Method {
    match Preset::of_features(set) {
        Preset::Any => Method::Knn,
        preset => preset.method(),
    }
}

/// The fewest clips that can be told apart: as many as the neighbours that a clip is compared with.
const FEWEST: usize = 5;

/// The parts that footage is best cut into for [`Find::folds`].
pub const FOLDS: usize = 10;

/// What is called while [`find`] works.
pub struct Follow<'a> {
    /// Of every step of the extraction, from several threads.
    pub extraction: &'a (dyn Fn(Progress<'_>) + Sync),
    /// Of the extraction's end.
    pub extracted: &'a mut dyn FnMut(&Summary),
    /// Of the training.
    pub training: &'a mut dyn Listener,
    /// Of every scored video, with the number of those done and of all.
    pub scoring: &'a mut dyn FnMut(usize, usize),
}

/// What is to be found, and how.
pub struct Find<'a> {
    /// Video files or folders.
    pub footage: &'a [PathBuf],
    /// The folder of features, run, scores and report; a second call resumes what is there.
    pub out: &'a Path,
    /// How footage is read.
    pub extraction: ExtractOptions,
    /// The configuration to train with, on these features.
    pub configuration: &'a dyn Fn(&FeatureSet) -> Result<RunConfig>,
    /// How the training is run.
    pub training: TrainOptions<'a>,
    /// The parts that the footage is cut into, each scored by a model of the others; 0 or 1 scores it by the
    /// model that was trained on all of it. See [`score_own`].
    pub folds: usize,
    /// The cameras of videos, where they are known.
    pub cameras: BTreeMap<VideoId, String>,
    /// The most moments.
    pub top: usize,
}

gcl_core::brief_debug!(Follow<'_>);
gcl_core::brief_debug!(Find<'_>);

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// The method.
    pub method: Method,
    /// The scores' source, in words.
    pub source: String,
    /// The moments, the most anomalous first.
    pub moments: Vec<ShownMoment>,
    /// The report, a page of HTML.
    pub report: PathBuf,
    /// The same moments as CSV.
    pub table: PathBuf,
    /// What a reader of the scores has to know, where the footage shows several views ([`Views::note`]).
    pub views: Option<String>,
    /// What came of the extraction: among others, videos that cannot be read.
    pub extraction: Summary,
}

/// Finds the most anomalous moments of footage, and writes a report with a picture of each, and the
/// table `moments.csv`; the same as `moments.json`, with the heat maps of where in the picture.
///
/// # Errors
/// If no footage can be read, the folder holds a run with other settings or of other footage, or
/// something cannot be trained, scored or written; [`TrainError::Interrupted`] after a cancel: the
/// same call resumes.
pub fn find<E: FeatureWork>(
    wanted: &Find<'_>,
    extractor: &E,
    follow: &mut Follow<'_>,
) -> Result<Found> {
    let (out, cancel) = (wanted.out, wanted.training.cancel);
    let features = out.join("features");
    let inputs = discover(wanted.footage)?;
    let (options, progress) = (&wanted.extraction, follow.extraction);
    let extraction = extractor.extract_all(&inputs, &features, options, cancel, progress)?;
    (follow.extracted)(&extraction);
    if extraction.cancelled {
        return Err(TrainError::Interrupted.into());
    }
    if extraction.extracted + extraction.already_done == 0 && !extraction.skipped.is_empty() {
        return Err(Error::NothingExtracted { videos: extraction.skipped.len() });
    }
    // Only this footage, whatever an earlier call left in the folder.
    let set = FeatureSet::open(&features)?.select(|id| inputs.iter().any(|input| input.id == *id));
    if set.total() < FEWEST {
        let text = format!(
            "the footage has {} clips; telling what is unusual takes at least {FEWEST}",
            set.total()
        );
        return Err(Error::Setting(text));
    }
    let run = RunDir::new(out);
    let config = (wanted.configuration)(&set)?;
    let model = train_or_load(&set, &run, &config, &wanted.training, follow.training)?;
    let videos = set.videos().len();
    let mut scored = |done| (follow.scoring)(done, videos);
    let (folds, options) = (wanted.folds, &wanted.training);
    let views = Views::new(&set, &wanted.cameras);
    score_own(&run, &model, &set, folds, &views, options, follow.training, &mut scored)?;
    remember_footage(&inputs, &run.scores())?;

    let skipped = extraction.skipped.iter().map(|(id, why)| (id.to_string(), why.clone()));
    let contents = Contents {
        title: Some("The most anomalous moments".to_owned()),
        top: wanted.top,
        skipped: skipped.collect(),
        warnings: views.note().into_iter().collect(),
        device: Some(&wanted.training.device),
        ..Contents::default()
    };
    let moments = report::write(&run, &contents, &run.report())?.moments;
    let table = out.join("moments.csv");
    write_csv(&moments, &table)?;
    write_json(&moments, &out.join("moments.json"))?;
    let source =
        ScoreSet::open(run.scores())?.info().map_or_else(String::new, |i| i.source.clone());
    let (method, report, views) = (config.method, run.report(), views.note());
    Ok(Found { method, source, moments, report, table, views, extraction })
}

/// A trained model: the run's own if it is finished, else trained from wherever it stands. A run that
/// exists keeps its configuration: another one is refused rather than ignored.
///
/// # Errors
/// If the run has another configuration, or its model was trained on other features; else as
/// [`gcl_train::train`].
pub fn train_or_load(
    set: &FeatureSet,
    run: &RunDir,
    config: &RunConfig,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let other = |what: &str| {
        let text = format!("{}: {what}; choose another folder", run.path().display());
        Err(Error::Setting(text))
    };
    if !run.exists() {
        return Ok(run.start(config, || train(set, run, options, listener))?);
    }
    if run.config::<RunConfig>()? != *config {
        return other("the run there has other settings (config.toml)");
    }
    if run.model().join("model.json").exists() {
        let model = Model::load(run.path(), &options.device)?;
        return match model.card().trained_on == Samples::on_disk(set)?.fingerprint() {
            true => Ok(model),
            false => other("the model there was trained on other footage"),
        };
    }
    Ok(train(set, run, options, listener)?)
}

/// A moment's start or end: a time where the clock is known, else a frame.
pub fn when(frame: usize, clock: Option<&Clock>) -> String {
    let time = clock.and_then(|clock| clock.seconds(frame)).and_then(clock_time);
    time.unwrap_or_else(|| format!("frame {frame}"))
}
