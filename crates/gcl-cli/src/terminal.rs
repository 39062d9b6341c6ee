//! A run's events on the terminal, and its test set beside it.

use gcl_train::{Event, Listener, ScoreSource, Scorer, TestAuc, TrainError};

use super::progress::Progress;
use super::test_set::TestSet;

/// Shows a run on the terminal.
pub struct Terminal<'a> {
    /// How far it is, once it has started.
    progress: Option<Progress>,
    /// The test set, and the score that the run's model gives.
    judge: Option<(&'a TestSet, ScoreSource)>,
}

impl<'a> Terminal<'a> {
    /// Nothing done yet.
    pub fn new(judge: Option<(&'a TestSet, ScoreSource)>) -> Terminal<'a> {
        Terminal { progress: None, judge }
    }

    /// Takes the bar away, and leaves a line.
    pub fn finish(self) {
        if let Some(progress) = self.progress {
            progress.finish();
        }
    }

    /// The bar. It begins with the training, which may come long after this listener.
    fn progress(&mut self) -> &mut Progress {
        self.progress.get_or_insert_with(|| Progress::new("training", "steps", 0))
    }
}

impl Listener for Terminal<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { videos, segments, dim, phases } => {
                let progress = self.progress();
                progress.set_total(phases.iter().map(|p| p.steps).sum());
                progress.say(&format!(
                    "training on {segments} segments of {videos} videos, {dim} dimensions"
                ));
                for phase in phases {
                    let (name, segments, steps) = (&phase.name, phase.segments, phase.steps);
                    progress.say(&format!("  {name}: {steps} steps on {segments} segments"));
                }
            }
            Event::Warning { text } => self.progress().say(&format!("warning: {text}")),
            // The others need no line, or are of pairs.
            _ => {}
        }
    }

    fn step(&mut self, step: &gcl_train::events::Progress) {
        let progress = self.progress();
        progress.name(&step.phase);
        progress.set_total(step.steps);
        progress.set(step.step);
    }

    fn evaluate(&mut self, networks: &Scorer<'_>) -> Result<Option<TestAuc>, TrainError> {
        let judge = |(test, score): (&TestSet, ScoreSource)| {
            test.judge(|features| networks.score(features), score)
        };
        self.judge.map(judge).transpose()
    }
}
