//! What the benchmark examples share: arguments, the runs, and the table beside the paper's.

pub mod lists;
pub mod stand_in;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Parser;
use gcl::core::Device;
use gcl::train::{Method, Preset, TrainOptions};
use gcl_bench::anchors::{Anchor, PaperData, TABLE_1, TABLE_2};
use gcl_bench::{
    Cell, CellOptions, CellResult, OpenData, Outcome, Spread, Table, Variant, Watcher, cells_of,
    parse_seeds, run_cells,
};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Parser, Debug)]
pub struct Args {
    /// The features: one .npy a video, [T, 2048] or [T, crops, 2048], training and test videos in
    /// one folder or several below it.
    #[arg(long, value_name = "DIR")]
    pub features: Option<PathBuf>,
    /// The folder of the official lists and annotations.
    #[arg(long, value_name = "DIR")]
    pub annotations: Option<PathBuf>,
    /// Feature lists as RTFM has them (a path a line): only these videos are used.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,
    /// Run on generated features of the same kind instead: shows the way, measures nothing.
    #[arg(long)]
    pub stand_in: bool,
    /// The generated set's size, as a share of the real one's.
    #[arg(long, default_value_t = 0.05)]
    pub scale: f64,
    /// The generated features' dimension.
    #[arg(long, default_value_t = 128)]
    pub dim: usize,
    /// The folder for everything; runs in it are kept, and interrupted ones go on.
    #[arg(long, default_value = "benchmark")]
    pub out: PathBuf,
    /// Seeds; 0..10 as in the paper, 0..2 with --stand-in.
    #[arg(long)]
    pub seeds: Option<String>,
    /// Only these methods.
    #[arg(long, value_delimiter = ',')]
    pub methods: Vec<Method>,
    /// Steps of the equalised budget; 15 epochs of UCF-Crime are about 1,400. 100 with --stand-in.
    #[arg(long)]
    pub steps: Option<u64>,
    /// paper or any.
    #[arg(long, default_value = "paper", value_parser = ["paper", "any"])]
    pub preset: String,
}

/// Trains and judges every row of both tables under the printed and the equalised budget, and
/// prints them beside the paper's.
pub fn run(args: &Args, data: &OpenData, published: PaperData) -> Result<()> {
    let seeds = args.seeds.as_deref().unwrap_or(if args.stand_in { "0..2" } else { "0..10" });
    let steps = args.steps.unwrap_or(if args.stand_in { 100 } else { 1400 });
    let budget = |name: &str, steps: u64| Variant {
        name: name.to_owned(),
        settings: vec![format!("training.budget.min_steps={steps}")],
    };
    let budgets =
        [budget("printed: 15 epochs", 0), budget(&format!("at least {steps} steps"), steps)];
    let preset = if args.preset == "any" { Preset::Any } else { Preset::Paper };

    let mut rows: Vec<Anchor> = Vec::new();
    for anchor in TABLE_1.iter().chain(&TABLE_2) {
        let wanted = |method| args.methods.is_empty() || args.methods.contains(&method);
        let usable = anchor.supervision == "none" || data.normal.is_some();
        match anchor.method() {
            _ if rows.contains(anchor) => {}
            None => eprintln!("{}: not in this build", anchor.name),
            Some(method) if wanted(method) && usable => rows.push(*anchor),
            Some(_) => {}
        }
    }
    let methods: Vec<Method> = rows.iter().filter_map(Anchor::method).collect();
    let cells = cells_of(&data.name, &methods, preset, &budgets, &parse_seeds(seeds)?);
    let pairs: Vec<(&Cell, &OpenData)> = cells.iter().map(|cell| (cell, data)).collect();
    eprintln!("{} runs, below {}", cells.len(), args.out.display());

    let never = AtomicBool::new(false);
    let options = CellOptions {
        device: Device::flex(),
        cancel: &never,
        save_every: Duration::from_secs(60),
        memory_limit: TrainOptions::MEMORY_LIMIT,
        epochs: false,
        follow: None,
        jobs: 1,
    };
    let outcomes = run_cells(&pairs, &args.out.join("runs"), &options, &Lines)?;
    let results = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Kept(result) | Outcome::Done(result) => Some(result),
        Outcome::Failed(_) => None, // listed already
    });
    let table = Table::new(results.collect());
    let text = beside(&rows, &table, (!args.stand_in).then_some(published));
    std::fs::write(args.out.join("table.md"), &text)?;
    std::fs::write(args.out.join("cells.csv"), table.csv())?;
    if args.stand_in {
        println!("GENERATED FEATURES: these numbers say nothing about the real data.\n");
    } else {
        println!("Published: {}.\n", published.protocol());
    }
    print!("{text}");
    Ok(())
}

/// A line for each run that ends.
struct Lines;

impl Watcher for Lines {
    fn ended(&self, cell: &Cell, outcome: &Outcome) {
        match outcome {
            Outcome::Failed(error) => eprintln!("failed {}: {error}", cell.name()),
            Outcome::Kept(result) | Outcome::Done(result) => {
                let auc = result.own().map(|measures| measures.auc.to_string());
                eprintln!("{}: AUC {}", cell.name(), auc.unwrap_or_default());
            }
        }
    }
}

/// The table: measured mean ± standard deviation in percent, a column for each state that the runs
/// were judged in, and the paper's numbers last.
fn beside(rows: &[Anchor], table: &Table, published: Option<PaperData>) -> String {
    let mut states: Vec<&str> = vec!["last"];
    for state in table.cells.iter().flat_map(|cell| cell.states.keys()) {
        if !states.contains(&state.as_str()) {
            states.push(state);
        }
    }
    let mut head: Vec<String> =
        ["row", "supervision", "budget", "seeds", "by G", "by D"].map(str::to_owned).to_vec();
    head.extend(states.iter().map(|state| format!("own score, {state}")));
    head.extend(published.map(|_| "published".to_owned()));
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for anchor in rows {
        for row in
            table.rows.iter().filter(|row| anchor.method().is_some_and(|m| row.method == m.name()))
        {
            let shown = |spread: Option<Spread>| spread.map_or("–".to_owned(), |s| s.percent());
            let mut line = vec![
                anchor.name.to_owned(),
                anchor.supervision.to_owned(),
                row.variant.clone(),
                row.seeds.len().to_string(),
                shown(row.generator),
                shown(row.discriminator),
            ];
            let of = |state: &str| {
                let own = table.cells.iter().filter(|cell| {
                    cell.cell.method.name() == row.method && cell.cell.variant == row.variant
                });
                let auc = |cell: &CellResult| cell.measures(state, &cell.score)?.auc.value();
                Spread::of(&own.filter_map(auc).collect::<Vec<f64>>())
            };
            line.extend(states.iter().map(|state| shown(of(state))));
            line.extend(published.map(|data| anchor.shown(data)));
            text += &format!("| {} |\n", line.join(" | "));
        }
    }
    text
}

/// Ends the program with an error as it reads, not as the compiler prints it.
pub fn end(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of annotations, or an error that says so.
pub fn required<'a>(path: &'a Option<PathBuf>, name: &str) -> Result<&'a Path> {
    path.as_deref().ok_or_else(|| format!("give --{name}").into())
}
