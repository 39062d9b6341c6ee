//! What a judged training leaves beside its model: results.json.

use std::path::Path;

use gcl_train::interleave::InterleaveEvent;
use serde::Serialize;

use crate::error::Failure;

/// What results.json holds. `oracle` was chosen with the test set's labels: an upper bound.
#[derive(Serialize)]
pub struct Results {
    pub test_videos: usize,
    pub test_frames: usize,
    pub last: Auc,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oracle: Option<Auc>,
    pub thresholds: Vec<usize>,
}

/// Frame AUCs.
#[derive(Clone, Copy, Serialize)]
pub struct Auc {
    pub one_class: Option<f64>,
    pub weak: Option<f64>,
}

/// Each model's best loop; none unless every loop was judged.
pub fn best_loops(events: &[InterleaveEvent]) -> Option<Auc> {
    let judged = events.iter().filter_map(|event| match event {
        InterleaveEvent::Judged(j) => Some(Auc { one_class: j.one_class, weak: j.weak }),
        _ => None,
    });
    let judged: Vec<Auc> = judged.collect();
    let loops = events.iter().filter(|event| matches!(event, InterleaveEvent::Loop(_))).count();
    let best = |of: fn(&Auc) -> Option<f64>| judged.iter().filter_map(of).reduce(f64::max);
    (judged.len() == loops)
        .then(|| Auc { one_class: best(|a| a.one_class), weak: best(|a| a.weak) })
}

impl Results {
    /// Writes results.json into a run's folder, and tells the AUCs on standard error.
    pub fn write(&self, run: &Path) -> Result<(), Failure> {
        let show = |auc: Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"));
        let Auc { one_class, weak } = self.last;
        eprintln!("frame AUC: one-class {}, weak {}", show(one_class), show(weak));
        if let Some(best) = self.oracle {
            let (one_class, weak) = (show(best.one_class), show(best.weak));
            eprintln!("best loops, chosen by these labels: one-class {one_class}, weak {weak}");
        }
        let json = serde_json::to_vec_pretty(self).map_err(Failure::data)?;
        let path = run.join("results.json");
        gcl_data::atomic::write_bytes_atomic(&path, &json).map_err(Failure::io(&path))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_best_loop_is_known_only_if_all_were_judged() {
        let event = |json: &str| serde_json::from_str::<InterleaveEvent>(json).unwrap();
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
    }
}
