//! How good each state of a finished run is on its test set: results.json.

use std::collections::BTreeMap;

use gcl_core::Device;
use gcl_data::file::write_json;
use gcl_train::{Event, Model, RunDir, RunState, TestAuc};
use serde::Serialize;

use super::test_set::TestSet;
use crate::error::Result;

/// What results.json holds. `oracle` was chosen with the test set's labels: an upper bound.
#[derive(Debug, Default, Serialize)]
pub struct RunResults {
    /// The videos that were judged.
    pub test_videos: usize,
    /// Their frames.
    pub test_frames: usize,
    /// The run's states by name.
    pub states: BTreeMap<&'static str, StateResult>,
}

/// When a state was, and how good it is.
#[derive(Debug, Default, Serialize)]
pub struct StateResult {
    /// The phase's name.
    pub phase: Option<String>,
    /// The epoch within its phase, counted from 1.
    pub epoch: Option<u64>,
    /// The phase's steps until then.
    pub step: Option<u64>,
    /// Rank agreement with baseline detectors, by which `chosen` was chosen.
    pub agreement: Option<f64>,
    /// The frame AUCs.
    pub auc: TestAuc,
}

impl RunResults {
    /// When each state was, by the run's events.
    fn of(run: &RunDir) -> Result<RunResults> {
        let mut results = RunResults::default();
        for event in run.events()? {
            match event {
                Event::Epoch(epoch) => {
                    let last = results.states.entry(RunState::Last.name()).or_default();
                    last.agreement = epoch.signals.and_then(|signals| signals.score);
                    last.phase = Some(epoch.phase);
                    (last.epoch, last.step) = (Some(epoch.epoch), Some(epoch.step));
                }
                Event::Finished { chosen, oracle, .. } => {
                    for (state, kept) in [(RunState::Chosen, chosen), (RunState::Oracle, oracle)] {
                        let Some(kept) = kept else { continue };
                        let result = results.states.entry(state.name()).or_default();
                        result.phase = Some(kept.phase);
                        (result.epoch, result.step) = (Some(kept.epoch), Some(kept.step));
                        result.agreement = (state == RunState::Chosen).then_some(kept.value);
                    }
                }
                _ => {}
            }
        }
        Ok(results)
    }
}

/// Judges every state that a run left, and writes results.json; gives the AUCs in the states' order.
///
/// # Errors
/// If the run or a model of it cannot be read, or a video cannot be scored or judged.
pub fn judge_states(
    test: &TestSet,
    run: &RunDir,
    device: &Device,
) -> Result<Vec<(RunState, TestAuc)>> {
    let mut results = RunResults::of(run)?;
    let mut found = Vec::new();
    for state in RunState::ALL {
        let folder = run.model_of(state);
        if !folder.join("model.json").exists() {
            continue;
        }
        let model = Model::load(&folder, device)?;
        let auc = test.auc(|features| model.score(features), model.card().config.score)?;
        results.states.entry(state.name()).or_default().auc = auc;
        found.push((state, auc));
    }
    results.test_videos = test.videos.len();
    results.test_frames = test.videos.iter().map(|video| video.labels.len()).sum();
    write_json(&run.results(), &results)?;
    Ok(found)
}
