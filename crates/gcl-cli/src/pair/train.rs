//! `gcl pair train`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use gcl::pair::{PairChoice, PairResults, Start, TestData};
use gcl_data::{Claim, TruthFormat};
use gcl_train::RunDir;
use gcl_train::interleave::{InterleavePreset, ObjectFiles, OneClassKind, PairMethod, WeakKind};

use super::args::{DataArgs, one_class, weak};
use crate::error::{Done, Failure, Outcome};
use crate::terminal::{Terminal, auc, say_resumed};
use crate::values::{named, truth_formats};
use crate::{device, interrupt};

/// Train a pair of models, or one of them alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl pair train i3d --poses poses --out runs/pair
  gcl pair train c3d --occ ae --ws sultani --clip-length 16 --out runs/ae
  gcl pair train features --occ jigsaw --cubes cubes.npy --out runs/puzzles
  gcl pair train boxes --tracks tracks --out runs/tracks \\
      --manifest videos.csv --split train --test-split test --truth masks
  gcl pair train --alone one-class --poses poses --out runs/flow
  gcl pair train i3d --poses poses --out runs/pair --resume")]
pub struct TrainArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Folder for the run.
    #[arg(long, short)]
    out: PathBuf,
    /// The one-class model.
    #[arg(long, default_value = "stg-nf", value_parser = one_class())]
    occ: OneClassKind,
    /// The weakly-supervised model.
    #[arg(long, default_value = "rtfm", value_parser = weak())]
    ws: WeakKind,
    /// Train only one of the two, supervised, as its own paper does.
    #[arg(long, value_name = "MODEL", value_parser = alone())]
    alone: Option<PairMethod>,
    /// Hyperparameters: `paper` follows the paper's text, `joint-vad-code` the authors' code.
    #[arg(long, default_value = "joint-vad-code",
          value_parser = named::<InterleavePreset>(InterleavePreset::ALL.map(InterleavePreset::name)))]
    preset: InterleavePreset,
    /// Random seed; the same seed gives the same result.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Override one configuration value, for example interleave.loops.most=3; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Resume an interrupted run with the same data.
    #[arg(long, conflicts_with_all = ["occ", "ws", "alone", "preset", "seed", "set"])]
    resume: bool,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    #[command(flatten)]
    test: TestArgs,
}

/// One of the two models.
fn alone() -> impl TypedValueParser<Value = PairMethod> {
    let help = [
        (PairMethod::OneClass, "the one-class model, on videos labelled normal"),
        (PairMethod::Weak, "the weakly-supervised model, with a label for each video"),
    ];
    named(help.map(|(method, help)| PossibleValue::new(method.name()).help(help)))
}

/// A test set on which every loop is judged; nothing that is trained depends on it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Test set")]
struct TestArgs {
    /// Ground truth of the test set; see `gcl eval`.
    #[arg(long, value_name = "TRUTH")]
    truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", hide_short_help = true, value_parser = truth_formats())]
    truth_format: TruthFormat,
    /// Features of the test set [default: the training features' folder]
    #[arg(long, value_name = "FEATURES", requires = "truth")]
    test: Option<PathBuf>,
    /// Split of the test set in the manifest.
    #[arg(long, value_name = "SPLIT", requires = "truth")]
    test_split: Option<String>,
    /// Poses of the test set [default: the training folder]
    #[arg(long, value_name = "FOLDER", requires = "truth")]
    test_poses: Option<PathBuf>,
    /// Tracks of the test set [default: the training folder]
    #[arg(long, value_name = "FOLDER", requires = "truth")]
    test_tracks: Option<PathBuf>,
    /// Cubes of the test set [default: the training file]
    #[arg(long, value_name = "FILE", requires = "truth")]
    test_cubes: Option<PathBuf>,
}

impl TestArgs {
    fn data(self) -> Option<TestData> {
        let (truth, format) = (self.truth?, self.truth_format);
        let (poses, tracks, cubes) = (self.test_poses, self.test_tracks, self.test_cubes);
        let objects = ObjectFiles { poses, tracks, cubes };
        let (features, split) = (self.test, self.test_split);
        Some(TestData { truth, format, features, split, objects })
    }
}

/// Runs the command.
pub fn run(args: TrainArgs) -> Outcome {
    let device = device::find(&args.device)?;
    let _claim = Claim::alone(&args.out)?;
    let run = RunDir::new(&args.out);
    if args.resume && run.exists() {
        say_resumed(&run);
    }
    let start = match args.resume {
        true => Start::Resume,
        false => Start::New(PairChoice {
            method: args.alone.unwrap_or_default(),
            one_class: args.occ,
            weak: args.ws,
            preset: args.preset,
            seed: args.seed,
            settings: args.set,
        }),
    };
    let (data, test) = (args.data.data(), args.test.data());
    let mut terminal = Terminal::pair();
    let (cancel, test) = (&interrupt::INTERRUPTED, test.as_ref());
    let trained = gcl::pair::train(&data, test, &start, &args.out, &device, cancel, &mut terminal);
    terminal.finish();
    let trained = trained.map_err(Failure::from).map_err(Failure::resumable)?;
    if let Some(results) = &trained.results {
        print(results);
    }
    println!("{}", args.out.display());
    Ok(Done::all(trained.left_out.is_empty()))
}

/// The AUCs, on standard error.
fn print(results: &PairResults) {
    let (one_class, weak) = (auc(results.last.one_class), auc(results.last.weak));
    eprintln!("frame AUC: one-class {one_class}, weak {weak}");
    if let Some(best) = results.oracle {
        let (one_class, weak) = (auc(best.one_class), auc(best.weak));
        eprintln!("best loops, chosen by these labels: one-class {one_class}, weak {weak}");
    }
}
