//! Many runs at once: methods × data sets × settings × seeds, each a cell with a folder of its own,
//! judged by ground truth and gathered into one table.
//!
//! In the order in which things happen:
//!
//! 1. [`Plan`]: what to run, from a TOML file or made by hand; [`Plan::cells`] spells it out.
//! 2. [`OpenData`]: a data set's features, truth and labels, opened and lined up.
//! 3. [`run_cells`]: trains and judges each [`Cell`]; a finished one is kept, an interrupted one
//!    resumed, a failed one does not hold up the others.
//! 4. [`CellResult`]: what a cell leaves in its folder; [`collect`] finds all of them again.
//! 5. [`Table`]: mean and standard deviation over seeds, as Markdown and as CSV, and which [`Difference`]s are more
//!    than chance.
//!
//! Ground truth is read here alone: training never sees it.

pub mod anchors;
mod cell;
mod data;
mod difference;
mod error;
pub mod measure;
mod plan;
mod plan_file;
mod result;
mod run;
mod table;

pub use cell::Cell;
pub use data::{DataSet, OpenData};
pub use difference::Difference;
pub use error::{BenchmarkError, Result};
pub use plan::{Plan, PresetChoice, Variant, cells_of, parse_seeds, vary};
pub use result::{CellResult, Measures, collect};
pub use run::{CellOptions, Outcome, Watcher, run_cell, run_cells};
pub use table::{Row, Spread, Table, quoted};
