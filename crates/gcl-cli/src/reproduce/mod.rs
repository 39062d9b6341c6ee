//! `gcl reproduce`: a figure or table of the GCL paper, from anyone's data.

mod curves;
mod distributions;
mod study;
mod tables;
mod timelines;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use gcl_bench::anchors::PaperData;
use gcl_bench::{PresetChoice, parse_seeds};
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::{Figure, Page};
use gcl_eval::svg::Chart;

use super::error::{Done, Failure, Outcome};
use super::run_args::RunArgs;
use super::sweep::DataArgs;
use study::Study;

/// Reproduce a figure or table of the GCL paper (Zaheer et al., CVPR 2022) from your own features.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl reproduce fig5 --train train --test test --truth truth.csv --out figures
  gcl reproduce table2 --train train --test test --truth Temporal_Anomaly_Annotation.txt \\
      --labels videos.csv --published ucf-crime --preset paper --seeds 0..10 --out figures

Trains the required models in OUT/cells and reuses those that exist; rerun the same command to
resume after an interruption. Writes the charts as SVG, a page that shows them, and their numbers
as CSV. fig9, and the table rows that use labels, need --labels.")]
pub struct ReproduceArgs {
    /// Figure or table to reproduce.
    figure: Name,
    #[command(flatten)]
    data: DataArgs,
    /// Output folder.
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Hyperparameters: auto, any or paper.
    #[arg(long, default_value = "auto")]
    preset: PresetChoice,
    /// Seeds: a range such as 0..5 (0 to 4), or a list [default: ten for fig10 and the tables, otherwise
    /// one]
    #[arg(long)]
    seeds: Option<String>,
    /// Override one configuration value in every run.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Test video for fig7 [default: the one with the most even mix of normal and abnormal frames]
    #[arg(long, value_name = "ID")]
    video: Option<String>,
    /// Also print the paper's numbers next to the measured ones, if the data is ucf-crime or
    /// shanghaitech.
    #[arg(long, value_name = "DATA")]
    published: Option<PaperData>,
    #[command(flatten)]
    how: RunArgs,
}

/// The figures and tables.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// Score distributions of AE, G and D
    Fig4,
    /// Convergence by negative-learning target
    Fig5,
    /// t-SNE of the reconstructions
    Fig6,
    /// A video's scores as training proceeds
    Fig7,
    /// Final scores of four videos
    Fig8,
    /// AUC by share of labelled videos
    Fig9,
    /// Convergence over seeds
    Fig10,
    /// Comparison of methods
    Table1,
    /// Ablation
    Table2,
}

impl Name {
    /// Its name on the command line, which its files bear too.
    fn slug(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn seeds(self) -> &'static str {
        match self {
            Name::Fig10 | Name::Table1 | Name::Table2 => "0..10",
            _ => "0",
        }
    }
}

/// What a figure is made of, ready to be written.
#[derive(Default)]
struct Made {
    page: Page,
    csv: String,
    /// For the terminal.
    text: String,
}

impl Made {
    /// A page of one figure.
    fn figure(title: &str, caption: &str, charts: Vec<Chart>, csv: String, text: String) -> Made {
        let (title, caption) = (title.to_owned(), caption.to_owned());
        let figure = Figure { title: String::new(), caption, charts };
        Made { page: Page { title, figures: vec![figure], ..Page::default() }, csv, text }
    }
}

/// Runs the command.
pub fn run(args: ReproduceArgs) -> Outcome {
    let epochs = matches!(args.figure, Name::Fig5 | Name::Fig7 | Name::Fig10);
    let options = args.how.options(epochs)?;
    let seeds = parse_seeds(args.seeds.as_deref().unwrap_or(args.figure.seeds()))?;
    let mut study = Study::open(&args, seeds, options)?;
    let mut made = match args.figure {
        Name::Fig4 => distributions::fig4(&mut study)?,
        Name::Fig5 => curves::fig5(&mut study)?,
        Name::Fig6 => distributions::fig6(&mut study)?,
        Name::Fig7 => timelines::fig7(&mut study, args.video.as_deref())?,
        Name::Fig8 => timelines::fig8(&mut study)?,
        Name::Fig9 => curves::fig9(&mut study)?,
        Name::Fig10 => curves::fig10(&mut study)?,
        Name::Table1 => tables::table1(&mut study, args.published)?,
        Name::Table2 => tables::table2(&mut study, args.published)?,
    };
    made.page.subtitle = study.subtitle();
    write(&made, &args.out, &args.figure.slug())?;
    print!("{}", made.text);
    println!("{}", args.out.join(format!("{}.html", args.figure.slug())).display());
    Ok(Done::all(study.complete))
}

/// Writes the page, the numbers, and each chart as a file of its own.
fn write(made: &Made, out: &Path, slug: &str) -> Result<(), Failure> {
    let put = |name: String, text: &str| {
        let path = out.join(name);
        write_bytes_atomic(&path, text.as_bytes())
    };
    let charts: Vec<_> = made.page.figures.iter().flat_map(|figure| &figure.charts).collect();
    for (letter, chart) in ('a'..='z').zip(&charts) {
        let name = if charts.len() == 1 { slug.to_owned() } else { format!("{slug}{letter}") };
        put(format!("{name}.svg"), &chart.standalone())?;
    }
    put(format!("{slug}.csv"), &made.csv)?;
    Ok(put(format!("{slug}.html"), &made.page.render())?)
}
