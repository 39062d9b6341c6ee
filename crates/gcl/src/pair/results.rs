//! What a judged training leaves beside its model: `results.json`.

use gcl_data::file::write_json;
use gcl_train::interleave::{FittedPair, PairAuc};
use gcl_train::{Event, RunDir};
use serde::{Deserialize, Serialize};

use super::judge::Judging;
use crate::error::Result;

/// How good a pair is on a test set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairResults {
    /// Videos that were judged.
    pub test_videos: usize,
    /// Their frames.
    pub test_frames: usize,
    /// Frame AUCs at the end of training, 0 to 1.
    pub last: PairAuc,
    /// Of each model, the best loop's: chosen with the test set's labels, so an upper bound. Absent
    /// unless every loop was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oracle: Option<PairAuc>,
    /// T_ws of every module.
    pub thresholds: Vec<usize>,
}

impl PairResults {
    /// Judges trained models and writes the results into their run.
    pub(super) fn write(
        judging: &mut Judging,
        fitted: &FittedPair,
        run: &RunDir,
    ) -> Result<PairResults> {
        // Not the log's last line: another test set may have judged an earlier part of the run.
        let last = judging.judge(fitted.one_class(), fitted.weak())?;
        let (test_videos, test_frames) = judging.test.size();
        let (oracle, thresholds) = (best_loops(&run.events()?), fitted.thresholds().to_vec());
        let results = PairResults { test_videos, test_frames, last, oracle, thresholds };
        write_json(&run.results(), &results)?;
        Ok(results)
    }
}

/// Each model's best loop; none unless every loop was judged.
fn best_loops(events: &[Event]) -> Option<PairAuc> {
    let judged = events.iter().filter_map(|event| match event {
        Event::Judged(judged) => Some(judged.auc),
        _ => None,
    });
    let judged: Vec<PairAuc> = judged.collect();
    let loops = events.iter().filter(|event| matches!(event, Event::Loop(_))).count();
    let best = |of: fn(&PairAuc) -> Option<f64>| judged.iter().filter_map(of).reduce(f64::max);
    let complete = loops > 0 && judged.len() == loops;
    complete.then(|| PairAuc { one_class: best(|a| a.one_class), weak: best(|a| a.weak) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_best_loop_is_known_only_if_all_were_judged() {
        let event = |json: &str| serde_json::from_str::<Event>(json).unwrap();
        let judged = |number: usize, auc: f64| {
            event(&format!(
                r#"{{"event":"judged","module":1,"loop":{number},"one_class":{auc},"weak":null}}"#
            ))
        };
        let ended = |number: usize| {
            event(&format!(
                r#"{{"event":"loop","module":1,"loop":{number},"loss_one_class":1.0,"loss_weak":1.0,
                "threshold":9,"agreed":9,"anomalous":9,"normal":9,"moved":1.0,"mean_weight":1.0}}"#
            ))
        };
        let all = [ended(1), judged(1, 0.75), ended(2), judged(2, 0.5)];
        assert_eq!(best_loops(&all).unwrap().one_class, Some(0.75));
        let one = [ended(1), ended(2), judged(2, 0.5)];
        assert!(best_loops(&one).is_none(), "the first loop was not judged");
        assert!(best_loops(&[]).is_none(), "a model alone has no loops");
    }
}
