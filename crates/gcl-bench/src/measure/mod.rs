//! What a machine does: the cases that `gcl bench` and the programs in `benches/` time, and how.
//!
//! Every case is set up once, outside the time, and then run as often as wanted; each run ends with
//! values on the host, so that a device that works in the background has finished.
//!
//! The times are taken here and not by a benchmarking crate because `gcl bench` is part of the program, and stops
//! within seconds.

mod auc;
mod decoding;
mod extraction;
mod gcl_step;

use std::time::{Duration, Instant};

pub use auc::{AucCase, UCF_CRIME_FRAMES};
pub use decoding::{CAMERA, Decoded, decode};
pub use extraction::Extraction;
pub use gcl_step::{GclStep, Product, operations, products};

/// Why a case cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The GCL iteration failed.
    #[error(transparent)]
    Core(#[from] gcl_core::CoreError),
    /// The network cannot be made.
    #[error(transparent)]
    Network(#[from] gcl_features::networks::NetworkError),
    /// The network cannot be run.
    #[error(transparent)]
    Extractor(#[from] gcl_features::ExtractorError),
    /// The video cannot be decoded.
    #[error(transparent)]
    Source(#[from] gcl_features::SourceError),
    /// The ranking failed.
    #[error(transparent)]
    Eval(#[from] gcl_eval::EvalError),
    /// A made-up picture is refused.
    #[error(transparent)]
    Frame(#[from] gcl_features::FrameError),
}

/// Times of equal runs, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// The median; the mean of the two middle ones of an even number.
    pub median: f64,
    /// The least: what the machine can, where other programs disturb it.
    pub least: f64,
    /// How many there were.
    pub repetitions: usize,
}

impl Timing {
    /// Of a list of seconds; none of an empty one.
    pub fn of(mut seconds: Vec<f64>) -> Option<Timing> {
        seconds.sort_by(f64::total_cmp);
        let (half, repetitions) = (seconds.len() / 2, seconds.len());
        let upper = *seconds.get(half)?;
        let lower = *seconds.get(repetitions.saturating_sub(1) / 2)?;
        Some(Timing { median: (lower + upper) / 2.0, least: *seconds.first()?, repetitions })
    }

    /// The same per unit, where a run does `units` at once.
    pub fn per(self, units: usize) -> Timing {
        let units = units.max(1) as f64;
        Timing { median: self.median / units, least: self.least / units, ..self }
    }
}

/// How long a case is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// No run starts after this time, but for the fewest.
    pub time: Duration,
    /// The fewest runs, at least 1.
    pub fewest: usize,
    /// The most runs.
    pub most: usize,
}

impl Budget {
    /// Three runs at least, a thousand at most, else as many as fit.
    pub fn seconds(seconds: f64) -> Budget {
        let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Budget { time, fewest: 3, most: 1000 }
    }
}

/// Times a case: see [`repeat`].
///
/// # Errors
/// The case's own.
pub fn time<T, E>(budget: Budget, mut case: impl FnMut() -> Result<T, E>) -> Result<Timing, E> {
    repeat(budget, || {
        let start = Instant::now();
        std::hint::black_box(case()?);
        Ok(start.elapsed().as_secs_f64())
    })
}

/// Runs a case that returns its seconds once without counting (caches, allocator, a device's
/// kernels), then within a budget. One whose first run took the whole budget is still run the fewest times.
///
/// # Errors
/// The case's own.
pub fn repeat<E>(budget: Budget, mut case: impl FnMut() -> Result<f64, E>) -> Result<Timing, E> {
    let begin = Instant::now();
    case()?;
    let mut seconds = Vec::new();
    loop {
        let start = Instant::now();
        seconds.push(case()?);
        let enough =
            seconds.len() >= budget.fewest && begin.elapsed() + start.elapsed() > budget.time;
        if enough || seconds.len() >= budget.most.max(1) {
            break;
        }
    }
    // There is at least one.
    let none = Timing { median: f64::NAN, least: f64::NAN, repetitions: 0 };
    Ok(Timing::of(seconds).unwrap_or(none))
}

/// Made-up values, the same everywhere: multiples of 2⁻²³ in [-1, 1), a hash of place in stream `stream`.
pub fn made_up(stream: u32, count: usize) -> impl Iterator<Item = f32> {
    let start = stream.wrapping_mul(0x9e37_79b9);
    (0..count).map(move |i| {
        let mut x = start.wrapping_add(i as u32);
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^= x >> 16;
        (x >> 8) as f32 / 8_388_608.0 - 1.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(Timing::of(vec![]), None);
        let timing = |seconds: &[f64]| {
            let timing = Timing::of(seconds.to_vec());
            timing.map(|t| (t.median, t.least, t.repetitions))
        };
        assert_eq!(timing(&[3.0, 1.0, 2.0]), Some((2.0, 1.0, 3)));
        assert_eq!(timing(&[4.0, 1.0, 2.0, 3.0]), Some((2.5, 1.0, 4)));
        assert_eq!(timing(&[5.0]), Some((5.0, 5.0, 1)));
    }

    #[test]
    fn a_budget_bounds_the_runs() {
        let count = |budget| {
            let mut runs = 0;
            let counted = time(budget, || {
                runs += 1;
                Ok::<_, ()>(())
            });
            (counted.map(|t| t.repetitions), runs)
        };
        let spent = Budget { time: Duration::ZERO, fewest: 3, most: 1000 };
        assert_eq!(count(spent), (Ok(3), 4), "the first does not count");
        let long = Budget { time: Duration::from_secs(3600), fewest: 3, most: 5 };
        assert_eq!(count(long), (Ok(5), 6));
        assert_eq!(time(spent, || Err::<(), _>("no")), Err("no"));
    }
}
