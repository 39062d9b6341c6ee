//! `gcl sweep`: methods × settings × seeds, judged, in one table.

use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use gcl_bench::{
    BenchmarkError, Cell, CellOptions, DataSet, OpenData, Outcome as CellOutcome, Plan,
    PresetChoice, Table, Watcher, collect, parse_seeds, run_cells, vary,
};
use gcl_data::{Claim, LeftOut, TruthFormat};
use gcl_features::Shard;
use gcl_train::events::Progress as Steps;
use gcl_train::{Event, Method};

use super::error::{Done, Failure, Outcome};
use super::progress::Progress;
use super::run_args::RunArgs;
use super::test_set::list_unjudged;
use super::train::ClipArgs;
use super::values::truth_formats;

/// Train and evaluate many runs: methods, settings and seeds over one or more data sets.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl sweep --train features/train --test features/test --truth truth.csv --out sweep \\
      --methods ae,gcl-b,gcl-pt --seeds 0..5 --set training.batch=128,256
  gcl sweep --plan plan.toml --out sweep --shard 1/2
  gcl sweep --collect --out sweep

Every cell is a run in its own folder, named after its settings. Rerun the same command to resume an
interrupted sweep. DIR/sweep.csv has one line per cell; DIR/sweep.md, which is also printed, has the
mean and standard deviation over seeds, the AUC's 95 % interval over test videos and seeds, and which methods differ
from the best one by more than that.")]
pub struct SweepArgs {
    /// Folder for all runs.
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// TOML file that describes the runs, for one or more data sets; see the documentation of
    /// `gcl_bench::Plan::read`. Replaces the options below, up to --labels.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["train", "test", "truth", "name",
          "methods", "preset", "seeds", "set", "clip_length", "manifest", "labels"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    /// Methods, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "gcl-pt")]
    methods: Vec<Method>,
    /// Presets, separated by commas: auto, any, paper.
    #[arg(long, value_delimiter = ',', default_value = "auto")]
    preset: Vec<PresetChoice>,
    /// Seeds: a range such as 0..5 (0 to 4), or a list such as 0,3,7.
    #[arg(long, default_value = "0..3")]
    seeds: String,
    /// Values of one setting to try; repeated options form a grid.
    #[arg(long = "set", value_name = "KEY=V1,V2,…")]
    set: Vec<String>,
    /// Run only the I-th of N parts of the cells.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Only collect the finished cells in DIR and below, from all shards.
    #[arg(long, conflicts_with_all = ["plan", "train", "shard"])]
    collect: bool,
    /// Also evaluate after every epoch (epochs.json in each run's folder).
    #[arg(long)]
    epochs: bool,
    #[command(flatten)]
    how: RunArgs,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// One data set on the command line.
#[derive(Args, Debug, Clone)]
pub struct DataArgs {
    /// Features to train on.
    #[arg(long, alias = "features", value_name = "FEATURES")]
    pub train: Option<PathBuf>,
    /// Features to evaluate on.
    #[arg(long, value_name = "FEATURES")]
    pub test: Option<PathBuf>,
    /// Ground truth of the test videos.
    #[arg(long)]
    pub truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", value_parser = truth_formats())]
    pub truth_format: TruthFormat,
    /// Name of the data set in tables and folders.
    #[arg(long, default_value = "data")]
    pub name: String,
    #[command(flatten)]
    pub clips: ClipArgs,
    /// Manifest with the number of frames of each video, for plain .npy features.
    #[arg(long)]
    pub manifest: Option<PathBuf>,
    /// Manifest whose column `label` states which training videos are normal, for methods that use
    /// video labels.
    #[arg(long, value_name = "MANIFEST")]
    pub labels: Option<PathBuf>,
}

impl DataArgs {
    /// The data set that the arguments name.
    pub fn data_set(&self) -> Result<DataSet, Failure> {
        let (Some(train), Some(test), Some(truth)) = (&self.train, &self.test, &self.truth) else {
            return Err(Failure::Usage("give --train, --test and --truth".to_owned()));
        };
        Ok(DataSet {
            name: self.name.clone(),
            train: train.clone(),
            test: test.clone(),
            truth: truth.clone(),
            truth_format: self.truth_format,
            clips: self.clips.clips(),
            manifest: self.manifest.clone(),
            labels: self.labels.clone(),
        })
    }
}

/// Runs the command.
pub fn run(args: SweepArgs) -> Outcome {
    let done = match args.collect {
        true => Done::Fully,
        false => match sweep(&args)? {
            Some(done) => done,
            None => return Ok(Done::Fully),
        },
    };
    let table = Table::new(collect(&args.out)?);
    if table.cells.is_empty() {
        return Err(Failure::Data(format!("{}: no finished cell", args.out.display())));
    }
    table.write(&args.out)?;
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&table).map_err(Failure::data)?),
        false => print!("{}", table.markdown()),
    }
    Ok(done)
}

/// Runs this call's share of the cells; `None`, with a message, where that share is empty.
fn sweep(args: &SweepArgs) -> Result<Option<Done>, Failure> {
    let plan = match &args.plan {
        Some(path) => Plan::read(path)?,
        None => Plan {
            data: vec![args.data.data_set()?],
            methods: args.methods.clone(),
            presets: args.preset.clone(),
            variants: vary(&args.set)?,
            seeds: parse_seeds(&args.seeds)?,
        },
    };
    let options = args.how.options(args.epochs)?;
    let (cells, opened) = prepare(&plan)?;
    let mine = cells.iter().enumerate().filter(|(i, _)| args.shard.is_none_or(|s| s.holds(*i)));
    let mine: Vec<(&Cell, &OpenData)> = mine
        .filter_map(|(_, cell)| Some((cell, opened.iter().find(|data| data.name == cell.data)?)))
        .collect();
    if mine.is_empty() {
        eprintln!("nothing to do: this shard holds none of the {} cells", cells.len());
        return Ok(None);
    }
    let _claim = match args.shard {
        Some(_) => Claim::shared(&args.out)?,
        None => Claim::alone(&args.out)?,
    };
    let done = run_shown(&mine, &args.out, &options)?;
    match opened.iter().all(|data| left_out(data).next().is_none()) {
        true => Ok(Some(done)),
        false => Ok(Some(Done::WithSkips)),
    }
}

/// Videos whose features cannot be read.
fn left_out(data: &OpenData) -> impl Iterator<Item = &LeftOut> {
    data.train.left_out().iter().chain(data.test.features.left_out())
}

/// Opens all data, and spells out the cells. Settings that no cell can use are refused before
/// anything runs.
pub fn prepare(plan: &Plan) -> Result<(Vec<Cell>, Vec<OpenData>), Failure> {
    let mut opened = Vec::new();
    for data in &plan.data {
        let data = data.open()?;
        for (id, reason) in left_out(&data) {
            eprintln!("{}: skipped {id}: {reason}", data.name);
        }
        let (of, test) = (format!("{}: ", data.name), &data.test);
        list_unjudged(&of, &test.without_features, "the truth has it, the test features do not");
        list_unjudged(&of, &test.without_truth, "the truth has no such video");
        opened.push(data);
    }
    let find = |name: &str| opened.iter().find(|data| data.name == name);
    let cells =
        plan.cells(|data| find(&data.name).map_or(gcl_train::Preset::Any, OpenData::preset))?;
    let refused: Vec<BenchmarkError> =
        cells.iter().filter_map(|cell| cell.config(find(&cell.data)?).err()).collect();
    match refused.len() == cells.len() {
        true => refused.into_iter().next_back().map_or(Ok((cells, opened)), |e| Err(e.into())),
        false => Ok((cells, opened)),
    }
}

/// Runs cells with progress on the terminal; failed ones are listed, and make exit code 1.
pub fn run_shown(
    cells: &[(&Cell, &OpenData)],
    out: &std::path::Path,
    options: &CellOptions<'_>,
) -> Outcome {
    let progress = Mutex::new(Progress::new("cells", "done", cells.len() as u64));
    let shown = Shown { progress, total: cells.len(), ended: Mutex::new(0) };
    let outcomes = run_cells(cells, out, options, &shown);
    if let Ok(mut progress) = shown.progress.into_inner() {
        progress.name("cells");
        progress.finish();
    }
    let outcomes = outcomes.map_err(|error| match Failure::from(error) {
        Failure::Interrupted(text) => {
            Failure::Interrupted(format!("{text}: rerun the same command to resume"))
        }
        other => other,
    })?;
    let mut done = Done::Fully;
    for ((cell, _), outcome) in cells.iter().zip(&outcomes) {
        if let CellOutcome::Failed(error) = outcome {
            eprintln!("failed {}: {error}", cell.name());
            done = Done::WithSkips;
        }
    }
    Ok(done)
}

/// Shows cells on the terminal.
struct Shown {
    progress: Mutex<Progress>,
    total: usize,
    ended: Mutex<usize>,
}

impl Watcher for Shown {
    fn step(&self, cell: &Cell, steps: &Steps) {
        if let Ok(mut progress) = self.progress.lock() {
            progress.name(&format!("{} {}/{}", cell.name(), steps.step, steps.steps));
            let ended = self.ended.lock().map_or(0, |ended| *ended);
            progress.set(ended as u64);
        }
    }

    fn event(&self, cell: &Cell, event: &Event) {
        if let (Event::Warning { text }, Ok(progress)) = (event, self.progress.lock()) {
            progress.say(&format!("{}: warning: {text}", cell.name()));
        }
    }

    fn ended(&self, cell: &Cell, outcome: &CellOutcome) {
        let ended = self.ended.lock().map_or(0, |mut ended| {
            *ended += 1;
            *ended
        });
        let text = match outcome {
            CellOutcome::Failed(error) => format!("failed: {error}"),
            CellOutcome::Kept(result) | CellOutcome::Done(result) => {
                let auc = result.own().map_or_else(|| "–".to_owned(), |m| m.auc.to_string());
                let kept =
                    if matches!(outcome, CellOutcome::Kept(_)) { " (finished before)" } else { "" };
                format!("AUC {auc} by {}{kept}", result.score)
            }
        };
        if let Ok(mut progress) = self.progress.lock() {
            progress.say(&format!("[{ended}/{}] {}: {text}", self.total, cell.name()));
            progress.set(ended as u64);
        }
    }
}
