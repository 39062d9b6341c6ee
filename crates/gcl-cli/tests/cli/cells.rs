//! Cells that are interrupted: their judged epochs are whole in the end.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gcl::core::Device;
use gcl::data::{TruthFormat, VideoId};
use gcl::judge::{Epochs, read_epochs};
use gcl::train::events::Progress;
use gcl::train::{Event, Method, Preset, TrainError};
use gcl_bench::{
    BenchmarkError, Cell, CellOptions, DataSet, OpenData, Outcome, Variant, Watcher, cells_of,
    run_cell,
};

use super::support::{features, truth};

/// Interrupts after a step, and notes whether training began at the beginning.
struct Until {
    step: u64,
    cancel: AtomicBool,
    anew: AtomicBool,
}

impl Watcher for Until {
    fn step(&self, _: &Cell, progress: &Progress) {
        if progress.step >= self.step {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }

    fn event(&self, _: &Cell, event: &Event) {
        if matches!(event, Event::Started { .. }) {
            self.anew.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether epochs are judged, and the video that is followed.
type Asked = (bool, Option<&'static str>);

struct Case {
    data: OpenData,
    cell: Cell,
}

impl Case {
    fn new(at: &Path) -> Case {
        features(&at.join("f"), 3);
        truth(&at.join("truth.csv"), 3);
        let set = DataSet {
            name: "data".to_owned(),
            train: at.join("f"),
            test: at.join("f"),
            truth: at.join("truth.csv"),
            truth_format: TruthFormat::Auto,
            clips: None,
            manifest: None,
            labels: None,
        };
        let settings = vec!["training.budget.min_steps=90".to_owned()];
        let variant = Variant { name: String::new(), settings };
        let mut cells = cells_of("data", &[Method::GclB], Preset::Any, &[variant], &[0]);
        Case { data: set.open().unwrap(), cell: cells.remove(0) }
    }

    /// Runs the cell until a step, or to its end; answers with how it ended, and whether it began anew.
    fn run(&self, root: &Path, (epochs, follow): Asked, step: Option<u64>) -> (Outcome, bool) {
        let (cancel, anew) = (AtomicBool::new(false), AtomicBool::new(false));
        let until = Until { step: step.unwrap_or(u64::MAX), cancel, anew };
        let options = CellOptions {
            device: Device::flex(),
            cancel: &until.cancel,
            save_every: Duration::from_secs(600),
            memory_limit: u64::MAX,
            epochs,
            follow: follow.map(|id| VideoId::new(id).unwrap()),
            jobs: 1,
        };
        let outcome = run_cell(&self.cell, &self.data, root, &options, &until);
        let anew = until.anew.load(Ordering::Relaxed);
        (outcome, anew)
    }

    fn interrupt(&self, root: &Path, asked: Asked, step: u64) {
        let (outcome, _) = self.run(root, asked, Some(step));
        let Outcome::Failed(BenchmarkError::Train(TrainError::Interrupted)) = outcome else {
            panic!("not interrupted: {outcome:?}");
        };
        assert!(root.join(self.cell.name()).join("state").exists());
    }

    /// Runs the cell to its end; answers with its epochs, and whether it began anew.
    fn finish(&self, root: &Path, asked: Asked) -> (Option<Epochs>, bool) {
        let (outcome, anew) = self.run(root, asked, None);
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        (read_epochs(&root.join(self.cell.name())).unwrap(), anew)
    }
}

#[test]
fn no_epoch_is_missing_after_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let case = Case::new(at);
    let asked = (true, Some("video2"));
    let (whole, _) = case.finish(&at.join("whole"), asked);
    let whole = whole.unwrap();
    assert!(whole.epochs.len() > 10, "{}", whole.epochs.len());
    assert!(whole.epochs.iter().all(|epoch| epoch.followed.len() == 320));
    assert_eq!(whole.followed, Some(VideoId::new("video2").unwrap()));

    // Interrupted unwatched, unfollowed, following another video: nothing of that is put before it.
    for (name, before) in
        [("bare", (false, None)), ("judged", (true, None)), ("other", (true, Some("video0")))]
    {
        let root = at.join(name);
        case.interrupt(&root, before, 60);
        assert_eq!(case.finish(&root, asked), (Some(whole.clone()), true), "{name}");
        assert!(matches!(case.run(&root, asked, None).0, Outcome::Kept(_)));
    }
    // The same question goes on where it stood, even from before the first judged epoch.
    for step in [1, 60] {
        let root = at.join(format!("same{step}"));
        case.interrupt(&root, asked, step);
        assert_eq!(case.finish(&root, asked), (Some(whole.clone()), false), "{step}");
    }
    // A part that ran unwatched leaves a gap, whether it came to the end or not.
    for (name, end) in [("gap", Some(80)), ("end", None)] {
        let root = at.join(name);
        case.interrupt(&root, asked, 40);
        match end {
            Some(step) => case.interrupt(&root, (false, None), step),
            None => assert_eq!(case.finish(&root, (false, None)), (None, false)),
        }
        assert_eq!(case.finish(&root, asked), (Some(whole.clone()), true), "{name}");
    }
}
