//! Means over an epoch, kept as sums so that a resumed epoch reports what an uninterrupted one
//! would.

use gcl_core::StepReport;
use serde::{Deserialize, Serialize};

use crate::events::EpochReport;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    loss_generator: Mean,
    loss_discriminator: Mean,
    labelled_by_generator: Mean,
    labelled_by_discriminator: Mean,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, sum: f64, count: usize) {
        self.sum += sum;
        self.count += count as f64;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}

impl Tally {
    pub(crate) fn generator(&mut self, loss: f64) {
        self.loss_generator.add(loss, 1);
    }

    pub(crate) fn discriminator(&mut self, loss: f64, labels: &[f32]) {
        self.loss_discriminator.add(loss, 1);
        let sum = labels.iter().map(|&l| f64::from(l)).sum();
        self.labelled_by_generator.add(sum, labels.len());
    }

    pub(crate) fn cooperation(&mut self, step: &StepReport) {
        self.discriminator(step.loss_discriminator, &step.generator_labels);
        self.labelled_by_discriminator(step.loss_generator, &step.discriminator_labels);
    }

    pub(crate) fn self_labelled(&mut self, loss: f64, labels: &[bool]) {
        self.generator(loss);
        self.labelled_by_generator.add(count(labels), labels.len());
    }

    pub(crate) fn labelled_by_discriminator(&mut self, loss: f64, labels: &[bool]) {
        self.generator(loss);
        self.labelled_by_discriminator.add(count(labels), labels.len());
    }

    pub(crate) fn report(self, phase: &str, epoch: u64, step: u64) -> EpochReport {
        EpochReport {
            phase: phase.to_owned(),
            epoch,
            step,
            loss_generator: self.loss_generator.get(),
            loss_discriminator: self.loss_discriminator.get(),
            labelled_by_generator: self.labelled_by_generator.get(),
            labelled_by_discriminator: self.labelled_by_discriminator.get(),
            ..EpochReport::default()
        }
    }
}

fn count(labels: &[bool]) -> f64 {
    labels.iter().filter(|&&l| l).count() as f64
}
