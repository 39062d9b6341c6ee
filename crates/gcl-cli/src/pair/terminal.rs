//! A pair's training on the terminal: a line per loop, and a bar within it.

use gcl_train::interleave::threshold::Stop;
use gcl_train::{Event, Listener};

use crate::progress::Progress;

/// Shows a training.
pub struct Terminal {
    progress: Progress,
    /// Steps of all stages so far, of which there are as many as a pair needs.
    steps: u64,
}

impl Terminal {
    /// Nothing done yet.
    pub fn new() -> Terminal {
        Terminal { progress: Progress::new("training", "steps", 0), steps: 0 }
    }

    /// Takes the bar away, and leaves a line.
    pub fn finish(mut self) {
        if self.steps > 0 {
            self.progress.name("training");
            self.progress.finish();
        }
    }
}

impl Listener for Terminal {
    fn event(&mut self, event: &Event) {
        if let Some(text) = line(event) {
            self.progress.say(&text);
        }
    }

    fn step(&mut self, progress: &gcl_train::events::Progress) {
        let gcl_train::events::Progress { phase, step, steps } = progress;
        self.progress.name(&format!("{phase} {step}/{steps}"));
        self.steps += 1;
        self.progress.set(self.steps);
    }
}

/// An event as a line of text.
fn line(event: &Event) -> Option<String> {
    let auc = |auc: &Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"));
    Some(match event {
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
            let (one_class, weak) = (auc(&j.auc.one_class), auc(&j.auc.weak));
            format!("  test AUC: one-class {one_class}, weak {weak}")
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
        Event::Followed(_) | Event::Started { .. } | Event::Epoch(_) | Event::Finished { .. } => {
            return None;
        }
    })
}
