//! The results of a pair's training, which resumes where it stopped.

use std::error::Error;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl::core::Device;
use gcl::pair::{PairChoice, PairData, PairResults, Start, TestData, train};
use gcl::train::{RunDir, Silent};

/// Trains in `folder`, or resumes there, or reads what a finished run left.
pub fn results(
    choice: PairChoice,
    data: &PairData,
    test: &TestData,
    folder: &Path,
) -> Result<PairResults, Box<dyn Error>> {
    let run = RunDir::new(folder);
    if run.results().exists() {
        return Ok(serde_json::from_slice(&std::fs::read(run.results())?)?);
    }
    let start = if run.exists() { Start::Resume } else { Start::New(choice) };
    let (device, never) = (Device::flex(), AtomicBool::new(false));
    let trained = train(data, Some(test), &start, folder, &device, &never, &mut Silent)?;
    Ok(trained.results.ok_or("a test set was given, and nothing judged")?)
}
