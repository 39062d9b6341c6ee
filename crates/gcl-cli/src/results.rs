//! How good each state of a finished run is on its test set: results.json.

use std::collections::BTreeMap;

use gcl_core::Device;
use gcl_train::{Event, Model, RunDir, RunState, TestAuc};
use serde::Serialize;

use super::error::Failure;
use super::test_set::{TestSet, write_json};

/// What results.json holds. `oracle` was chosen with the test set's labels: an upper bound.
#[derive(Default, Serialize)]
struct Results {
    test_videos: usize,
    test_frames: usize,
    states: BTreeMap<&'static str, StateResult>,
}

#[derive(Default, Serialize)]
struct StateResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u64>,
    /// Rank agreement with baseline detectors, by which `chosen` was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<f64>,
    auc: TestAuc,
}

impl Results {
    /// When each state was, by the run's events.
    fn of(run: &RunDir) -> Result<Results, Failure> {
        let mut results = Results::default();
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

/// Judges every state that a run left, writes results.json, and prints the AUCs.
pub fn write(test: &TestSet, run: &RunDir, device: &Device) -> Result<(), Failure> {
    let mut results = Results::of(run)?;
    let mut found = Vec::new();
    for state in RunState::ALL {
        let folder = run.model_of(state);
        if !folder.join("model.json").exists() {
            continue;
        }
        let model = Model::load(&folder, device)?;
        let auc = test.judge(|features| model.score(features), model.card().config.score)?;
        results.states.entry(state.name()).or_default().auc = auc;
        found.push((state, auc));
    }
    (results.test_videos, results.test_frames) = test.size();
    write_json(&run.results(), &results)?;
    print(&found);
    Ok(())
}

/// The AUCs of a run's states, on standard error.
fn print(results: &[(RunState, TestAuc)]) {
    eprintln!("frame AUC       generator  discriminator  score");
    for (state, auc) in results {
        let show = |auc: Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"));
        let [g, d, s] = [auc.generator, auc.discriminator, auc.score].map(show);
        let note = if *state == RunState::Oracle { "  (chosen by these labels)" } else { "" };
        eprintln!("  {:12}  {g:>9}  {d:>13}  {s:>5}{note}", state.name());
    }
}
