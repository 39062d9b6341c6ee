//! What a configuration must hold to before anything starts.

use gcl_core::networks::MAX_WIDTH;
use serde::Serialize;

use super::{Loop, RunConfig, ScoreSource, TrainOn, spelled};
use crate::error::{Result, TrainError};

fn refuse(key: &str, expected: &str, found: &impl Serialize) -> Result<()> {
    Err(TrainError::Config(format!("{key} is {}, expected {expected}", spelled(found))))
}

impl RunConfig {
    /// Refuses features of another dimension.
    pub(crate) fn check_dim(&self, found: usize) -> Result<()> {
        match self.generator.input {
            dim if dim == found => Ok(()),
            dim => Err(TrainError::Mismatch(format!(
                "the configuration is for features of {dim} dimensions, the features have {found}"
            ))),
        }
    }

    /// Refuses values that make no run, or contradict each other.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the key, what is allowed and what was found.
    pub fn validate(&self) -> Result<()> {
        if self.training.batch == 0 {
            return refuse("training.batch", "at least 1", &self.training.batch);
        }
        if !(0.0..=1.0).contains(&self.labelled_share) {
            return refuse("labelled_share", "in [0, 1]", &self.labelled_share);
        }
        let (g, d) = (&self.generator, &self.discriminator);
        for (network, widths, dropout) in
            [("generator", &g.hidden, g.dropout), ("discriminator", &d.hidden, d.dropout)]
        {
            if widths.iter().any(|width| !(1..=MAX_WIDTH).contains(width)) {
                return refuse(&format!("{network}.hidden"), "widths from 1 to 1048576", widths);
            }
            if !(0.0..1.0).contains(&dropout) {
                return refuse(&format!("{network}.dropout"), "in [0, 1)", &dropout);
            }
        }
        let cooperative = &self.cooperative;
        for (key, checked) in [
            ("optimizer", cooperative.optimizer.init().map(drop)),
            (
                "discriminator_optimizer",
                cooperative
                    .discriminator_optimizer
                    .map_or(Ok(()), |optimizer| optimizer.init().map(drop)),
            ),
            (
                "latent_entropy",
                cooperative.latent_entropy.map_or(Ok(()), |entropy| entropy.validate()),
            ),
            ("discriminator_labels", cooperative.discriminator_labels.validate()),
            ("generator_labels", cooperative.generator_labels.validate()),
            ("target", cooperative.target.validate()),
            ("weak.anomalous", cooperative.weak.validate()),
        ] {
            checked.map_err(|e| TrainError::Config(format!("cooperative.{key}: {e}")))?;
        }
        for rule in self.cleaning_rules() {
            rule.validate().map_err(|e| TrainError::Config(e.to_string()))?;
        }
        if let Some(decay) = self.training.decay
            && !((0.0..=1.0).contains(&decay.after)
                && decay.factor > 0.0
                && decay.factor.is_finite())
        {
            let expected = "a share in [0, 1] and a factor above 0";
            return refuse("training.decay", expected, &decay);
        }
        self.validate_kind()?;
        if let Some(detector) = self.detector {
            detector.validate(self.generator.input)?;
        }
        let sources: &[ScoreSource] = match (self.detector, self.training.kind) {
            (Some(_), _) => &[ScoreSource::Detector],
            (None, Loop::Cooperate) => {
                &[ScoreSource::Discriminator, ScoreSource::Generator, ScoreSource::MeanRank]
            }
            (None, Loop::Reconstruct | Loop::SelfLabel) => &[ScoreSource::Generator],
            (None, Loop::Classify) => &[ScoreSource::Discriminator],
        };
        match sources.contains(&self.score) {
            true => Ok(()),
            false => {
                let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
                let expected = format!("one of {} for this method", names.join(", "));
                refuse("score", &expected, &self.score)
            }
        }
    }

    /// Refuses parts that the loop has no use for, and a loop without its part.
    fn validate_kind(&self) -> Result<()> {
        let kind = self.training.kind;
        if kind != Loop::Reconstruct && self.cooperative.latent_entropy.is_some() {
            return refuse("training.kind", "reconstruct with cooperative.latent_entropy", &kind);
        }
        if self.cooperative.latent_entropy.is_some() && self.generator.hidden.is_empty() {
            let expected = "a layer, whose entropy cooperative.latent_entropy is about";
            return refuse("generator.hidden", expected, &self.generator.hidden);
        }
        let Some(labels) = self.pseudo_labels else {
            return match kind {
                Loop::Classify => Err(TrainError::Config(
                    "training.kind is classify, expected pseudo_labels to train on".to_owned(),
                )),
                Loop::Cooperate | Loop::Reconstruct | Loop::SelfLabel => Ok(()),
            };
        };
        labels.validate().map_err(|e| TrainError::Config(format!("pseudo_labels: {e}")))?;
        if kind != Loop::Classify {
            return refuse("training.kind", "classify with pseudo_labels", &kind);
        }
        if self.training.on != TrainOn::All {
            return refuse("training.on", "all segments with pseudo_labels", &self.training.on);
        }
        match self.pretraining {
            Some(before) => refuse("pretraining", "none with pseudo_labels", &before),
            None => Ok(()),
        }
    }
}
