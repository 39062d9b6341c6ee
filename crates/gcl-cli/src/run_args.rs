//! How many runs are run: shared by the verbs that train more than one.

use std::time::Duration;

use clap::Args;
use gcl_bench::CellOptions;

use super::error::Failure;
use super::values::{parse_bytes, parse_seconds};
use super::{device, interrupt};

/// How runs are run; nothing here changes what they compute.
#[derive(Args, Debug, Clone)]
pub struct RunArgs {
    /// Number of runs to train in parallel.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Seconds between checkpoints of a run.
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true,
          value_parser = parse_seconds)]
    save_every: Duration,
    /// Features that need more memory than this are read from disk on demand: bytes, or with a unit,
    /// such as 512MiB or 2GB.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", hide_short_help = true,
          value_parser = parse_bytes)]
    memory_limit: u64,
}

impl RunArgs {
    /// What the arguments mean, with epochs judged as they end or not.
    pub fn options(&self, epochs: bool) -> Result<CellOptions<'static>, Failure> {
        Ok(CellOptions {
            device: device::find(&self.device)?,
            cancel: &interrupt::INTERRUPTED,
            save_every: self.save_every,
            memory_limit: self.memory_limit,
            epochs,
            follow: None,
            jobs: usize::from(self.jobs),
        })
    }
}
