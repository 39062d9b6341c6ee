//! A run's events on the terminal, and its test set beside it.

use gcl::judge::TestSet;
use gcl_train::interleave::threshold::Stop;
use gcl_train::{Event, Listener, RunDir, RunState, ScoreSource, Scorer, TestAuc, TrainError};

use super::progress::Progress;

/// Shows a run on the terminal.
pub struct Terminal<'a> {
    /// How far it is, once it has started.
    progress: Option<Progress>,
    /// The test set, and the score that the run's model gives.
    judge: Option<(&'a TestSet, ScoreSource)>,
    /// For a pair: the steps of all stages so far, of which there are as many as it needs.
    steps: Option<u64>,
}

impl<'a> Terminal<'a> {
    /// Nothing done yet.
    pub fn new(judge: Option<(&'a TestSet, ScoreSource)>) -> Terminal<'a> {
        Terminal { progress: None, judge, steps: None }
    }

    /// The same for a pair of models.
    pub fn pair() -> Terminal<'a> {
        Terminal { progress: None, judge: None, steps: Some(0) }
    }

    /// Takes the bar away, and leaves a line.
    pub fn finish(self) {
        if let Some(mut progress) = self.progress
            && self.steps != Some(0)
        {
            if self.steps.is_some() {
                progress.name("training");
            }
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
        if let Event::Started { phases, .. } = event {
            self.progress().set_total(phases.iter().map(|p| p.steps).sum());
        }
        if let Some(text) = line(event) {
            self.progress().say(&text);
        }
    }

    fn step(&mut self, step: &gcl_train::events::Progress) {
        let gcl_train::events::Progress { phase, step, steps } = step;
        if let Some(so_far) = &mut self.steps {
            *so_far += 1;
            let done = *so_far;
            self.progress().name(&format!("{phase} {step}/{steps}"));
            self.progress().set(done);
        } else {
            // Other trainings follow the first, on a clock of their own.
            if let Some(done) = self.progress.take_if(|progress| *step < progress.done()) {
                done.finish();
            }
            self.progress().name(phase);
            self.progress().set_total(*steps);
            self.progress().set(*step);
        }
    }

    fn evaluate(&mut self, networks: &Scorer<'_>) -> Result<Option<TestAuc>, TrainError> {
        let Some((test, score)) = self.judge else { return Ok(None) };
        Ok(Some(test.auc(|features| networks.score(features), score)?))
    }
}

/// Says what `--resume` has to do.
pub fn say_resumed(run: &RunDir) {
    match run.is_finished() {
        true => eprintln!("{} is finished: nothing is left to train", run.path().display()),
        false => eprintln!("resuming {}", run.path().display()),
    }
}

/// An AUC of which there may be none.
pub fn auc(auc: Option<f64>) -> String {
    auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"))
}

/// The AUCs of a run's states, on standard error.
pub fn print(results: &[(RunState, TestAuc)]) {
    eprintln!("frame AUC       generator  discriminator  score");
    for (state, found) in results {
        let [g, d, s] = [found.generator, found.discriminator, found.score].map(auc);
        let note = if *state == RunState::Oracle { "  (chosen by these labels)" } else { "" };
        eprintln!("  {:12}  {g:>9}  {d:>13}  {s:>5}{note}", state.name());
    }
}

/// An event as text; `None` if it needs none.
fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started { videos, segments, dim, phases } => {
            let of = format!("{segments} segments of {videos} videos, {dim} dimensions");
            let phases = phases
                .iter()
                .map(|p| format!("\n  {}: {} steps on {} segments", p.name, p.steps, p.segments));
            format!("training on {of}{}", phases.collect::<String>())
        }
        Event::PairStarted { videos, snippets, objects, scored, threshold } => format!(
            "{videos} videos, {snippets} snippets, {objects} objects to train on, {scored} to \
             score; T_ws {threshold}"
        ),
        Event::Loop(r) => format!(
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
        Event::Judged(j) => {
            format!("  test AUC: one-class {}, weak {}", auc(j.auc.one_class), auc(j.auc.weak))
        }
        Event::Module(m) => {
            format!("module {} done: T_ws {} -> {}", m.module, m.threshold, m.next)
        }
        Event::Round { round, loss } => format!("round {round}: loss {loss:.4}"),
        Event::PairFinished { modules, loops, stop } => {
            let why = match stop {
                Stop::Converged => "the threshold has converged",
                Stop::MaxModules => "as many as allowed",
                Stop::NoAgreement => "the one-class models agree on no snippet",
            };
            format!("finished after {modules} modules, {loops} loops: {why}")
        }
        Event::Warning { text } => format!("warning: {text}"),
        Event::Followed(_) | Event::Epoch(_) | Event::Finished { .. } => return None,
    })
}
