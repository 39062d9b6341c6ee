//! Unlabelled footage to its most anomalous moments: extract, train on the same footage, score it by models
//! that did not see what they score, report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::{Clock, FeatureSet, ScoreSet, VideoId, WallTime, write_left_out};
use gcl_eval::clock_time;
use gcl_eval::report::{Report, ShownMoment};
use gcl_features::discover::discover;
use gcl_features::{ExtractOptions, FeatureWork, Progress, Summary, VideoInput};
use gcl_train::config::RunKind;
use gcl_train::interleave::PairConfig;
use gcl_train::{
    Listener, Method, Model, Preset, RunConfig, RunDir, Samples, TrainError, TrainOptions, train,
};

use crate::edl::write_edl;
use crate::error::{Error, Result};
use crate::facts::{remember_cameras, remember_footage};
use crate::footage;
pub use crate::footage::FootageChange;
use crate::moments::{write_csv, write_json};
use crate::otio::write_otio;
use crate::pair::train_and_score;
use crate::pick::Pick;
use crate::recorded::Recorded;
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

/// What learns from footage: its configuration for these features.
#[derive(Clone, Copy)]
pub enum Learner<'a> {
    /// A method of features.
    Features(&'a dyn Fn(&FeatureSet) -> Result<RunConfig>),
    /// Two models that make each other's labels (Joint-VAD), the one-class model on the clips themselves. Scores
    /// are the weakly-supervised model's; [`Find::folds`] is of no account.
    Pair(&'a dyn Fn(&FeatureSet) -> Result<PairConfig>),
}

impl Learner<'_> {
    /// Refuses a run of another kind.
    fn check(&self, run: &RunDir) -> Result<()> {
        let read = match self {
            Self::Features(_) => run.config::<RunConfig>().map(drop),
            Self::Pair(_) => run.config::<PairConfig>().map(drop),
        };
        match read {
            Err(TrainError::Kind { found, .. }) => {
                Err(other(run, &format!("the run there is of another kind, `{found}`")))
            }
            read => Ok(read?),
        }
    }
}

/// What is to be found, and how.
pub struct Find<'a> {
    /// Video files or folders.
    pub footage: &'a [PathBuf],
    /// The folder of features, run, scores and report; a second call resumes what is there.
    pub out: &'a Path,
    /// How footage is read.
    pub extraction: ExtractOptions,
    /// What to train.
    pub learner: Learner<'a>,
    /// How the training is run.
    pub training: TrainOptions<'a>,
    /// The parts that the footage is cut into, each scored by a model of the others; 0 or 1 scores it by the
    /// model that was trained on all of it. See [`score_own`].
    pub folds: usize,
    /// The cameras of videos, where they are known.
    pub cameras: BTreeMap<VideoId, String>,
    /// The clock times of videos' first frames, where they are known better than from their files ([`Recorded::of`]).
    pub clocks: BTreeMap<VideoId, WallTime>,
    /// Which moments are listed.
    pub pick: Pick,
    /// Whether a model that takes long to train is trained anew where the footage has changed since. Detectors are
    /// quick, and always are.
    pub refit: bool,
    /// Whether each moment becomes a file of its own, in the folder `clips`.
    pub clips: bool,
}

gcl_core::brief_debug!(Follow<'_>);
gcl_core::brief_debug!(Learner<'_>);
gcl_core::brief_debug!(Find<'_>);

impl Find<'_> {
    /// Refuses a folder that holds a run of another kind than this, before anything is extracted, and says how the
    /// footage differs from that of the run; `None` if it does not, or nothing tells.
    ///
    /// # Errors
    /// [`Error::Setting`] for a run of another kind, [`Error::OtherFootage`] for one of other footage whose model takes
    /// long to train, unless [`refit`](Self::refit) says to; else if what is there cannot be read.
    pub fn check(&self, videos: &[VideoInput]) -> Result<Option<FootageChange>> {
        let run = RunDir::new(self.out);
        if !run.exists() {
            return Ok(None);
        }
        self.learner.check(&run)?;
        report::check_marks(&run)?;
        let Some(known) = footage::read(self.out)? else { return Ok(None) };
        let Some(change) = FootageChange::between(&known, &footage::of(videos)) else {
            return Ok(None);
        };
        let method = match self.learner {
            Learner::Features(_) => {
                let config = run.config::<RunConfig>()?;
                config.detector.is_none().then_some(config.method.name())
            }
            Learner::Pair(_) => Some(run.config::<PairConfig>()?.method.name()),
        };
        match method.filter(|_| !self.refit) {
            Some(method) => {
                let change = Box::new(change);
                Err(Error::OtherFootage { path: self.out.to_owned(), change, method })
            }
            None => Ok(Some(change)),
        }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// The method's name.
    pub method: &'static str,
    /// The scores' source, in words.
    pub source: String,
    /// Whether anything stands out, in words.
    pub answer: String,
    /// The moments, the most anomalous first.
    pub moments: Vec<ShownMoment>,
    /// What has to be known of which moments are listed, in sentences: why there are fewer than were asked for.
    pub listed: Vec<String>,
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
/// table `moments.csv`; the same as `moments.json`, with the heat maps of where in the picture, and for video editors as
/// `moments.edl` and `moments.otio`.
///
/// Where the folder holds a run of other footage, only what is new or changed is extracted, and the model is fitted anew
/// on all of it ([`Find::check`]).
///
/// # Errors
/// If no footage can be read, the folder holds a run with other settings, or of other footage whose model is not to be
/// trained anew, or something cannot be trained, scored or written; [`TrainError::Interrupted`] after a cancel: the
/// same call resumes.
pub fn find<E: FeatureWork>(
    wanted: &Find<'_>,
    extractor: &E,
    follow: &mut Follow<'_>,
) -> Result<Found> {
    let (out, cancel) = (wanted.out, wanted.training.cancel);
    let features = out.join("features");
    let (run, inputs) = (RunDir::new(out), discover(wanted.footage)?);
    let changed = wanted.check(&inputs)?.is_some();
    let recorded = Recorded::of(&inputs, &wanted.clocks)?;
    let (options, progress) = (&wanted.extraction, follow.extraction);
    let mut extraction = extractor.extract_all(&inputs, &features, options, cancel, progress)?;
    // Only this footage, whatever an earlier call left in the folder.
    let set = FeatureSet::open(&features)
        .map(|set| set.select(|id| inputs.iter().any(|input| input.id == *id)));
    extraction.skipped.extend(set.iter().flat_map(|set| set.left_out().iter().cloned()));
    (follow.extracted)(&extraction);
    if extraction.cancelled {
        return Err(TrainError::Interrupted.into());
    }
    if extraction.extracted + extraction.already_done == 0 && !extraction.skipped.is_empty() {
        return Err(Error::NothingExtracted { videos: extraction.skipped.len() });
    }
    let set = set?;
    if set.total() < FEWEST {
        let text = format!(
            "the footage has {} clips; telling what is unusual takes at least {FEWEST}",
            set.total()
        );
        return Err(Error::Setting(text));
    }
    let clocks = set.videos().iter().map(|video| {
        let clock = Clock::new(video.fps, video.notes.times.clone());
        (video.id.as_str(), clock, recorded.starts.get(&video.id).copied())
    });
    wanted.pick.check_clocks(clocks)?;
    let begin = || match run.exists() {
        true => Ok(()),
        false => footage::write(out, &footage::of(&inputs)),
    };
    let options = &wanted.training;
    let views = Views::new(&set, &wanted.cameras)?;
    let method = match wanted.learner {
        Learner::Features(configuration) => {
            let config = configuration(&set)?;
            if changed {
                // How long it trains may follow from how much there is.
                let mut before = run.config::<RunConfig>()?;
                before.training.budget = config.training.budget;
                start_anew(&run, &before, &config)?;
            }
            begin()?;
            let model = train_or_load(&set, &run, &config, options, follow.training)?;
            let videos = set.videos().len();
            let mut scored = |done| (follow.scoring)(done, videos);
            let (folds, follow) = (wanted.folds, &mut *follow.training);
            score_own(&run, &model, &set, folds, &views, options, follow, &mut scored)?;
            config.method.name()
        }
        Learner::Pair(configuration) => {
            let config = configuration(&set)?;
            if changed {
                start_anew(&run, &run.config::<PairConfig>()?, &config)?;
            }
            begin()?;
            check_config(&run, &config)?;
            train_and_score(&set, &run, &config, options, follow.training)?;
            config.method.name()
        }
    };
    remember_footage(&inputs, &recorded, &run.scores())?;
    remember_cameras(&views.names(&set), &run.scores())?;

    write_left_out(&run.scores(), &extraction.skipped)?;
    let clips = out.join("clips");
    let contents = Contents {
        title: Some("The most anomalous moments".to_owned()),
        pick: wanted.pick,
        warnings: views.note().into_iter().chain(recorded.note()).collect(),
        device: Some(&wanted.training.device),
        clips: wanted.clips.then_some((clips.as_path(), cancel)),
        ..Contents::default()
    };
    let Report { answer, moments, listed, .. } = report::write(&run, &contents, &run.report())?;
    let table = out.join("moments.csv");
    write_csv(&moments, &table)?;
    write_json(&moments, &out.join("moments.json"))?;
    write_edl(&moments, "The most anomalous moments", &out.join("moments.edl"))?;
    let path = |video: &str| {
        let input = inputs.iter().find(|input| input.id.as_str() == video);
        input.map(|input| input.path.clone())
    };
    write_otio(&moments, "The most anomalous moments", path, &out.join("moments.otio"))?;
    let source =
        ScoreSet::open(run.scores())?.info().map_or_else(String::new, |i| i.source.clone());
    let (report, views) = (run.report(), views.note());
    Ok(Found { method, source, answer, moments, listed, report, table, views, extraction })
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
    check_config(run, config)?;
    if !run.exists() {
        return Ok(run.start(config, || train(set, run, options, listener))?);
    }
    if run.model().join("model.json").exists() {
        let model = Model::load(run.path(), &options.device)?;
        return match model.card().trained_on == Samples::on_disk(set)?.fingerprint() {
            true => Ok(model),
            false => Err(other(run, "the model there was trained on other footage")),
        };
    }
    Ok(train(set, run, options, listener)?)
}

/// Refuses a configuration that is not that of the run that is there.
fn check_config<C: RunKind + PartialEq>(run: &RunDir, config: &C) -> Result<()> {
    match run.exists() && run.config::<C>()? != *config {
        true => Err(other_settings(run)),
        false => Ok(()),
    }
}

/// Clears a run whose footage has changed, if it was made with the settings that are asked for now.
fn start_anew<C: PartialEq>(run: &RunDir, before: &C, now: &C) -> Result<()> {
    match before == now {
        true => Ok(run.clear()?),
        false => Err(other_settings(run)),
    }
}

fn other_settings(run: &RunDir) -> Error {
    other(run, "the run there has other settings (config.toml)")
}

fn other(run: &RunDir, what: &str) -> Error {
    Error::Setting(format!("{}: {what}; choose another folder", run.path().display()))
}

/// A moment's start: a time where the clock is known, else a frame.
pub fn when(frame: usize, clock: Option<&Clock>) -> String {
    let time = clock.and_then(|clock| clock.seconds(frame)).and_then(clock_time);
    time.unwrap_or_else(|| format!("frame {frame}"))
}

/// A moment's end, given one past its last frame: a time where the clock is known, else the last frame.
pub fn until(end: usize, clock: Option<&Clock>) -> String {
    let time = clock.and_then(|clock| clock.seconds(end)).and_then(clock_time);
    time.unwrap_or_else(|| format!("frame {}", end.saturating_sub(1)))
}
