//! Training a pair, or one of its models, in a run's folder.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_core::Device;
use gcl_data::{FeatureSet, LeftOut};
use gcl_train::interleave::{Pair, PairConfig, PairMethod, Supervision};
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

/// What came of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// How good it is on the test set, if there is one.
    pub results: Option<PairResults>,
    /// Videos whose features or objects cannot be read, those of the test set too: they took no part.
    pub left_out: Vec<LeftOut>,
}

/// Trains in the folder `out`. With a test set, every loop is judged, and the results are written
/// to `results.json` and returned; the test set changes nothing that is trained. A video with a file that cannot be
/// read is left out, which is said before training starts.
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
) -> Result<Trained> {
    let features = data.features()?;
    let run = RunDir::new(out);
    let config = configuration(data, &features, start, &run)?;
    config.check_features(features.dim())?;
    let normal_only = config.supervision == Supervision::NormalVideos;
    let selected = data.select(&features, normal_only)?;
    let own = selected.ready(&data.objects, &config, None, false, device)?;
    let selected = own.selected;
    let labels = selected.anomalous(config.supervision)?;
    let (scaler, own_left_out) = (own.scaler, selected.set.left_out().to_vec());
    let test = test.map(|test| test.open(data, &features, &config, scaler.as_ref(), device));
    let (test, judged) = test.transpose()?.unzip();
    let mut warn = |text: String| listener.event(&Event::Warning { text });
    features.notes().iter().map(ToString::to_string).for_each(&mut warn);
    if data.manifest.is_none() && config.method == PairMethod::OneClass {
        let videos = selected.set.videos().len();
        warn(format!(
            "no manifest says which videos are normal: all {videos} train as normal ones"
        ));
    }
    let mut left_out = own_left_out.clone();
    let mut said = own.left.lines();
    let mut judging = test.map(|test| Judging { test, side: None, device: device.clone() });
    if let (Some(judging), Some(judged)) = (&mut judging, judged) {
        left_out.extend(judged.left_out);
        said.extend(judged.left.lines());
        judging.side = judged.side;
    }
    left_out.sort();
    left_out.dedup();
    let skipped = left_out.iter().map(|(id, reason)| format!("skipped {id}: {reason}"));
    skipped.chain(said).for_each(&mut warn);
    let pair = Pair::new(config.clone()).device(device).labels(labels);
    let (side, snippets) = (own.side, own.snippets);
    let fit = || {
        run.keep_left_out(&own_left_out)?;
        match &mut judging {
            Some(judging) => {
                pair.fit_in(Some(&run), side, snippets, cancel, &mut Judge { judging, listener })
            }
            None => pair.fit_in(Some(&run), side, snippets, cancel, listener),
        }
    };
    let fitted = match start {
        Start::New(_) => run.start(&config, fit),
        Start::Resume => fit(),
    }?;
    fitted.save(&run.model(), &config, scaler, selected.set.identity().cloned())?;
    let write = |mut judging| PairResults::write(&mut judging, &fitted, &run);
    Ok(Trained { results: judging.map(write).transpose()?, left_out })
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
