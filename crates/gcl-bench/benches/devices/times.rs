//! The real shapes on a device.

use std::error::Error;
use std::fmt;

use gcl::core::stg_nf::StgNfConfig;
use gcl::core::{Device, OneClass, StgNf, Tensor, rng};
use gcl::features::Published;
use gcl::features::networks::Weights;
use gcl_bench::measure::{Budget, Extraction, GclStep, Timing, made_up, operations, time};
use serde::Serialize;

/// A device whose iteration on a sixteenth of the paper's batch takes longer than this many seconds is
/// not given the rest, unless asked for.
const SLOW: f64 = 2.0;

/// The time of one thing.
#[derive(Serialize)]
pub struct Row {
    what: String,
    median_ms: f64,
    least_ms: f64,
    repetitions: usize,
    /// Of a GCL iteration's matrix products.
    gflops: Option<f64>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { what, median_ms, least_ms, repetitions, gflops } = self;
        write!(f, "{what:<44} {median_ms:9.2} ms (least {least_ms:.2} of {repetitions})")?;
        gflops.map_or(Ok(()), |rate| write!(f, ", {rate:.0} GFLOP/s"))
    }
}

fn row(what: String, timing: Timing, operations: Option<f64>) -> Row {
    Row {
        what,
        median_ms: 1e3 * timing.median,
        least_ms: 1e3 * timing.least,
        repetitions: timing.repetitions,
        gflops: operations.map(|count| count / timing.median / 1e9),
    }
}

/// All of them, or only the probe where the device is slow and not `forced`.
pub fn measure(device: &Device, forced: bool) -> Result<Vec<Row>, Box<dyn Error>> {
    let budget = Budget::seconds(3.0);
    let mut rows = Vec::new();
    for batch in [512, 8192] {
        let mut step = GclStep::new(batch, 2048, device)?;
        let timing = time(budget, || step.run())?;
        let what = format!("GCL iteration, {batch} x 2048");
        rows.push(row(what, timing, Some(operations(batch, 2048))));
        if timing.median > SLOW && !forced && batch == 512 {
            println!("  slow: the full shapes are left out; --full NAME runs them");
            return Ok(rows);
        }
    }
    let mut model = StgNf::new(StgNfConfig::new(24), 1, device)?;
    let windows: Vec<f32> = made_up(2, 256 * 2 * 24 * 18).collect();
    let windows = Tensor::<1>::from_floats(windows.as_slice(), device).reshape([256, 2, 24, 18]);
    let mut at = 0;
    let timing = time(budget, || {
        at += 1;
        model.train_step(windows.clone(), &[0.5; 256], &mut rng::stream(1, "step", at))
    })?;
    rows.push(row("STG-NF step, 256 windows of 24 x 18".to_owned(), timing, None));
    for network in ["resnext101", "i3d"].into_iter().filter_map(Published::named) {
        for batch in [1, 8, 32] {
            // A slow network shows its rate with few clips as well.
            if batch > 8 && rows.last().is_some_and(|r| r.median_ms > 100.0) && !forced {
                continue;
            }
            let extraction = Extraction::new(network, &Weights::Random { seed: 0 }, batch, device)?;
            let timing = time(budget, || extraction.run())?.per(batch);
            rows.push(row(format!("{}, a clip, {batch} at once", network.name), timing, None));
        }
    }
    Ok(rows)
}
