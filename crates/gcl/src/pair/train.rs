//! Training a pair, or one of its models, in a run's folder.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_core::Device;
use gcl_data::FeatureSet;
use gcl_train::interleave::{
    ObjectFiles, ObjectSource, Pair, PairConfig, PairMethod, Snippets, Supervision, Videos,
};
use gcl_train::{Event, Listener, RunDir, TrainError};

use super::choice::PairChoice;
use super::data::PairData;
use super::judge::{Judge, Judging, TestData};
use super::results::PairResults;
use crate::error::{Error, Result};

/// Whether a run begins or continues.
#[derive(Clone, Debug)]
pub enum Start {
    /// A new run of these models.
    New(PairChoice),
    /// The run in the folder, from its last saved state, with the configuration that it has.
    Resume,
}

/// Trains in the folder `out`. With a test set, every loop is judged, and the results are written
/// to `results.json` and returned; the test set changes nothing that is trained.
///
/// # Errors
/// Before anything is written: if data cannot be read or does not fit together, or if the folder
/// holds a run where a new one should start, or none where one should be resumed. Later:
/// [`TrainError::Interrupted`](gcl_train::TrainError::Interrupted) after a cancel, with the state
/// saved, or what went wrong.
pub fn train(
    data: &PairData,
    test: Option<&TestData>,
    start: &Start,
    out: &Path,
    device: &Device,
    cancel: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Option<PairResults>> {
    let features = data.features()?;
    let run = RunDir::new(out);
    let config = configuration(data, &features, start, &run)?;
    config.check_features(features.dim())?;
    let normal_only = config.supervision == Supervision::NormalVideos;
    let selected = data.select(&features, normal_only)?;
    let videos = selected.videos()?;
    let (snippets, scaler) = selected.snippets(&config, None)?;
    let labels = selected.anomalous(config.supervision)?;
    // None where the one-class model is not trained.
    let open = |files: &ObjectFiles, videos: &Videos, snippets: &Snippets, score_only| {
        let source = ObjectSource { files, videos, snippets, score_only };
        let (settings, seed) = (config.one_class.settings(), config.interleave.seed);
        let side = || settings.open(&source, seed, device);
        config.has_one_class().then(side).transpose()
    };
    let own = open(&data.objects, &videos, &snippets, false)?;
    let test = test.map(|test| test.open(data, &features, &config, scaler.as_ref())).transpose()?;
    let judged = match &test {
        Some(test) => open(&test.files, &test.videos, &test.snippets, true)?,
        None => None,
    };
    let mut warn = |text: String| listener.event(&Event::Warning { text });
    features.notes().iter().cloned().for_each(&mut warn);
    if data.manifest.is_none() && config.method == PairMethod::OneClass {
        let videos = selected.set.videos().len();
        warn(format!(
            "no manifest says which videos are normal: all {videos} train as normal ones"
        ));
    }
    for (_, left) in own.iter().chain(&judged) {
        for text in left.lines() {
            listener.event(&Event::Warning { text });
        }
    }
    let side = judged.map(|(side, _)| side);
    let mut judging = test.map(|test| Judging { test, side, device: device.clone() });
    let pair = Pair::new(config.clone()).device(device).labels(labels);
    let own = own.map(|(side, _)| side);
    let fit = || match &mut judging {
        Some(judging) => {
            pair.fit_in(Some(&run), own, snippets, cancel, &mut Judge { judging, listener })
        }
        None => pair.fit_in(Some(&run), own, snippets, cancel, listener),
    };
    let fitted = match start {
        Start::New(_) => run.start(&config, fit),
        Start::Resume => fit(),
    }?;
    fitted.save(&run.model(), &config, scaler, selected.set.identity().cloned())?;
    judging.map(|mut judging| PairResults::write(&mut judging, &fitted, &run)).transpose()
}

fn configuration(
    data: &PairData,
    features: &FeatureSet,
    start: &Start,
    run: &RunDir,
) -> Result<PairConfig> {
    match (start, run.exists()) {
        (Start::New(choice), false) => choice.config(data, features),
        (Start::New(_), true) => Err(TrainError::RunExists { path: run.path().to_owned() }.into()),
        (Start::Resume, true) => Ok(run.config()?),
        (Start::Resume, false) => Err(Error::NoRun { path: run.path().to_owned() }),
    }
}
