//! An interleaved run on the terminal: a line a loop, and a bar within it.

use gcl_core::{Device, OneClass, WeaklySupervised};
use gcl_train::TrainError;
use gcl_train::interleave::events::{Pulse, Stage};
use gcl_train::interleave::{Followed, InterleaveEvent, InterleaveListener, Objects};

use super::judge::TestVideos;
use crate::progress::Progress;

/// Shows a run, and judges it where there is a test set.
pub struct Terminal<'a, X> {
    pub progress: Progress,
    /// Steps of all stages so far: how many there will be is not known.
    pub steps: u64,
    pub test: Option<(&'a TestVideos, X)>,
    pub device: Device,
}

impl<M: OneClass, X: Objects<Batch = M::Batch>> InterleaveListener<M> for Terminal<'_, X> {
    fn event(&mut self, event: &InterleaveEvent) {
        if let Some(text) = line(event) {
            self.progress.say(&text);
        }
    }

    fn pulse(&mut self, pulse: &Pulse) {
        let stage = match pulse.stage {
            Stage::OneClass => "one-class",
            Stage::Scoring => "scoring",
            Stage::Weak => "weak",
        };
        let (module, number) = (pulse.module, pulse.number);
        self.progress.name(&format!("{module}.{number} {stage} {}/{}", pulse.step, pulse.steps));
        self.steps += 1;
        self.progress.set(self.steps);
    }

    fn judge(
        &mut self,
        one_class: &M,
        weak: &dyn WeaklySupervised,
    ) -> Result<Option<[Option<f64>; 2]>, TrainError> {
        let Some((test, objects)) = &self.test else { return Ok(None) };
        Ok(Some([
            test.one_class(one_class, objects, &self.device)?,
            test.weak(weak, &self.device)?,
        ]))
    }

    fn follow(
        &mut self,
        module: usize,
        weak: &dyn WeaklySupervised,
    ) -> Result<Vec<Followed>, TrainError> {
        match &self.test {
            None => Ok(Vec::new()),
            Some((test, _)) => test.follow(module, weak, &self.device),
        }
    }
}

/// An event in words.
pub fn line(event: &InterleaveEvent) -> Option<String> {
    let auc = |auc: &Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"));
    Some(match event {
        InterleaveEvent::Started { videos, snippets, objects, scored, threshold } => format!(
            "{videos} videos, {snippets} snippets, {objects} objects to train on, {scored} to \
             score; T_ws {threshold}"
        ),
        InterleaveEvent::Loop(r) => format!(
            "module {} loop {}: one-class loss {:.4}, weak loss {:.4}; {} anomalous ({:.0} % new), \
             {} agreed on, mean weight {:.3}",
            r.module,
            r.number,
            r.loss_one_class,
            r.loss_weak,
            r.anomalous,
            100.0 * r.moved,
            r.agreed,
            r.mean_weight
        ),
        InterleaveEvent::Judged(j) => {
            format!("  test AUC: one-class {}, weak {}", auc(&j.one_class), auc(&j.weak))
        }
        InterleaveEvent::Module(m) => {
            format!("module {} done: T_ws {} -> {}", m.module, m.threshold, m.next)
        }
        InterleaveEvent::Epoch { epoch, loss } => format!("epoch {epoch}: loss {loss:.4}"),
        InterleaveEvent::Finished { modules, loops, stop: Some(stop) } => {
            format!("finished after {modules} modules, {loops} loops: {stop:?}")
        }
        InterleaveEvent::Finished { .. } | InterleaveEvent::Followed(_) => return None,
    })
}
