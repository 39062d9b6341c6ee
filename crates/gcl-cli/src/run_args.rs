//! How runs are run: shared by the verbs that train.

use std::time::Duration;

use clap::Args;
use gcl_bench::CellOptions;

use super::error::Failure;
use super::values::{parse_bytes, parse_seconds};
use super::{device, interrupt};

/// How a run is run; nothing here changes what it computes.
#[derive(Args, Debug, Clone)]
pub struct HowArgs {
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Seconds between checkpoints of the training state.
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true,
          value_parser = parse_seconds)]
    pub save_every: Duration,
    /// Features that need more memory than this are read from disk on demand: bytes, or with a unit,
    /// such as 512MiB or 2GB. Results do not depend on it, but cross-fitting needs them in memory and is left
    /// out of larger ones.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", hide_short_help = true,
          value_parser = parse_bytes)]
    pub memory_limit: u64,
}

/// How many runs are run.
#[derive(Args, Debug, Clone)]
pub struct RunArgs {
    /// Number of runs to train in parallel.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    #[command(flatten)]
    how: HowArgs,
}

impl RunArgs {
    /// What the arguments mean, with epochs judged as they end or not.
    pub fn options(&self, epochs: bool) -> Result<CellOptions<'static>, Failure> {
        Ok(CellOptions {
            device: device::find(&self.how.device)?,
            cancel: &interrupt::INTERRUPTED,
            save_every: self.how.save_every,
            memory_limit: self.how.memory_limit,
            epochs,
            follow: None,
            jobs: usize::from(self.jobs),
        })
    }
}
