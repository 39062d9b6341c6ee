//! `gcl bench`: what this machine does.

mod figure;
mod items;
mod machine;
mod words;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gcl_features::Published;
use serde_json::json;

use super::device;
use super::error::{Done, Failure, Outcome};
use super::extract::networks;
use figure::Figure;
use machine::Machine;

/// The most values of a batch: more would only fill memory.
const MOST_VALUES: u64 = 1 << 30;

/// Benchmark this machine: training, extraction, decoding, evaluation.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl bench
  gcl bench --only extract --net resnext101 --clips 1,8,32 --device cuda
  gcl bench --only decode --video camera7.mp4

Reports the median and minimum of at least three runs, after a warm-up run. Other programs running on
the machine affect the results. Random weights take as long as trained ones.")]
pub struct BenchArgs {
    /// Run only these benchmarks, separated by commas.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Item>,
    /// Compute device for training and networks; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Batch size of a GCL iteration, in segments.
    #[arg(long, default_value_t = 8192, value_parser = clap::value_parser!(u32).range(2..=1 << 20))]
    batch: u32,
    /// Feature dimension of a segment.
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=1 << 16))]
    dim: u32,
    /// Only these networks, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAME", value_parser = networks())]
    net: Vec<Published>,
    /// Clips per forward pass of a network.
    #[arg(long, value_delimiter = ',', default_value = "1,8", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=256))]
    clips: Vec<u16>,
    /// Weights of the single network given with --net [default: random weights]
    #[arg(long, value_name = "FILE", requires = "net")]
    weights: Option<PathBuf>,
    /// Video to decode [default: a built-in one of 320×240 pixels]
    #[arg(long, value_name = "FILE")]
    video: Option<PathBuf>,
    /// Minimum seconds per measurement; at least three runs are made in any case.
    #[arg(long, default_value_t = 1.2, value_parser = parse_time)]
    seconds: f64,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Item {
    /// One iteration of the cooperative pair, the paper's networks
    GclStep,
    /// The networks of `gcl extract`
    Extract,
    /// Decoding a video, on one thread
    Decode,
    /// ROC-AUC of a million frames
    Auc,
}

impl BenchArgs {
    fn wants(&self, item: Item) -> bool {
        self.only.is_empty() || self.only.contains(&item)
    }

    fn networks(&self) -> Vec<Published> {
        let named = |network: &Published| {
            self.net.is_empty() || self.net.iter().any(|net| net.name == network.name)
        };
        Published::ALL.iter().copied().filter(named).collect()
    }
}

/// Runs the command.
pub fn run(args: BenchArgs) -> Outcome {
    let device = device::find(&args.device)?;
    let values = u64::from(args.batch) * u64::from(args.dim);
    if values > MOST_VALUES {
        let text = format!("--batch times --dim is {values}; at most {MOST_VALUES} fit a run here");
        return Err(Failure::Usage(text));
    }
    if args.weights.is_some() && args.networks().len() != 1 {
        let text = "--weights are those of one network; name it with --net";
        return Err(Failure::Usage(text.to_owned()));
    }
    let machine = Machine::here();
    let mut figures: Vec<Figure> = Vec::new();
    if args.wants(Item::GclStep) {
        figures.push(items::gcl_step(&args, &device)?);
    }
    if args.wants(Item::Extract) {
        for network in args.networks() {
            for &clips in &args.clips {
                figures.push(items::extract(&args, network, usize::from(clips), &device)?);
            }
        }
    }
    if args.wants(Item::Decode) {
        figures.push(items::decode(&args)?);
    }
    if args.wants(Item::Auc) {
        figures.extend(items::auc(&args)?);
    }
    let estimates = words::estimates(&figures);
    if args.json {
        let json = json!({
            "gcl": env!("CARGO_PKG_VERSION"),
            "machine": machine,
            "threads": machine.cores,
            "device": args.device,
            "figures": figures,
            "estimates": estimates,
        });
        println!("{}", serde_json::to_string_pretty(&json).map_err(Failure::data)?);
    } else {
        println!("gcl {} on {machine}; device {}\n", env!("CARGO_PKG_VERSION"), args.device);
        print!("{}", figure::table(&figures));
        if !estimates.is_empty() {
            println!("\n{}", estimates.join("\n"));
        }
    }
    Ok(Done::Fully)
}

/// A time that a figure may take.
fn parse_time(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected 0 to 3600 seconds".to_owned()),
    }
}
