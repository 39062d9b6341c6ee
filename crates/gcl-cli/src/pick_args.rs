//! Which moments are listed, and how they are cut.

use clap::Args;
use gcl::pick::{Bound, Limit, Pick, Span};

use crate::error::Failure;

/// Options of the commands that list moments.
#[derive(Args, Debug, Clone)]
pub struct PickArgs {
    /// Maximum number of moments [default: 20]
    #[arg(long)]
    top: Option<usize>,
    /// List so many moments for each day of footage (rounded, at least one) instead of --top
    #[arg(long, value_name = "COUNT", conflicts_with = "top")]
    alarms_per_day: Option<f64>,
    /// Join moments of a video that are less than this apart [default: 50 frames]
    #[arg(long, value_name = "SECONDS")]
    merge: Option<f64>,
    /// Extend each moment by this on both sides, after short ones were dropped
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pad: f64,
    /// Drop moments that are shorter than this
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    least_length: f64,
    /// Look for moments from this time on: a time of each day (22:00), a date with a time (2024-01-31 22:00), or with
    /// a plus a time within each video (+0:12:30). Models learn from all of the footage
    #[arg(long, value_name = "TIME")]
    from: Option<Bound>,
    /// Look for moments up to this time
    #[arg(long, value_name = "TIME")]
    to: Option<Bound>,
}

impl PickArgs {
    /// What they ask for.
    pub fn pick(&self) -> Result<Pick, Failure> {
        let limit = match (self.alarms_per_day, self.top) {
            (Some(count), _) => Limit::PerDay(count),
            (None, Some(count)) => Limit::Top(count),
            (None, None) => Pick::default().limit,
        };
        let Self { merge, pad, least_length, from, to, .. } = *self;
        let pick = Pick { limit, merge, pad, least_length, span: Span { from, to } };
        pick.check()?;
        Ok(pick)
    }
}
