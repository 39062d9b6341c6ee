//! A run's events on the terminal, and its test set beside it.

use gcl_train::{Event, Listener, ScoreSource, Scorer, TestAuc, TrainError};

use super::progress::Progress;
use super::test_set::TestSet;

/// Shows a run on the terminal.
pub struct Terminal<'a> {
    /// How far it is.
    pub progress: Progress,
    /// The test set, and the score that the run's model gives.
    pub judge: Option<(&'a TestSet, ScoreSource)>,
}

impl Listener for Terminal<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { videos, segments, dim, phases } => {
                self.progress.set_total(phases.iter().map(|p| p.steps).sum());
                self.progress.say(&format!(
                    "training on {segments} segments of {videos} videos, {dim} dimensions"
                ));
                for phase in phases {
                    let (name, segments, steps) = (&phase.name, phase.segments, phase.steps);
                    self.progress.say(&format!("  {name}: {steps} steps on {segments} segments"));
                }
            }
            Event::Warning { text } => self.progress.say(&format!("warning: {text}")),
            Event::Epoch(_) | Event::Finished { .. } => {}
        }
    }

    fn step(&mut self, progress: &gcl_train::events::Progress) {
        self.progress.name(&progress.phase);
        self.progress.set_total(progress.steps);
        self.progress.set(progress.step);
    }

    fn evaluate(&mut self, networks: &Scorer<'_>) -> Result<Option<TestAuc>, TrainError> {
        let judge = |(test, score): (&TestSet, ScoreSource)| {
            test.judge(|features| networks.score(features), score)
        };
        self.judge.map(judge).transpose()
    }
}
