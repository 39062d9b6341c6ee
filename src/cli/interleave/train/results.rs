//! What a judged training leaves beside its model: results.json.

use std::path::Path;

use gcl_train::interleave::InterleaveEvent;
use serde::Serialize;

use crate::cli::error::Failure;

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

/// The last loop's AUCs, and each model's best loop.
pub fn last_and_best(events: &[InterleaveEvent]) -> Option<(Auc, Auc)> {
    let judged = events.iter().filter_map(|event| match event {
        InterleaveEvent::Judged(j) => Some(Auc { one_class: j.one_class, weak: j.weak }),
        _ => None,
    });
    let judged: Vec<Auc> = judged.collect();
    let best = |of: fn(&Auc) -> Option<f64>| judged.iter().filter_map(of).reduce(f64::max);
    let oracle = Auc { one_class: best(|a| a.one_class), weak: best(|a| a.weak) };
    Some((*judged.last()?, oracle))
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
