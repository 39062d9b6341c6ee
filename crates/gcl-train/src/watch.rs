//! Watching a run from outside: looks at the networks after epochs, and keeps the best states.

use gcl_core::{Device, Scaler, State};

use crate::error::Result;
use crate::events::{EpochReport, Listener};
use crate::kept::Kept;
use crate::model::{ModelCard, Scorer};
use crate::samples::Samples;
use crate::signals::Probe;
use crate::trainer::Trainer;
use crate::training_scores::Networks;

/// What follows a run and changes nothing of what it computes.
pub(crate) struct Watch<'a> {
    probe: Option<Probe>,
    scaler: &'a Scaler,
    /// The state that agrees best with baseline detectors.
    pub chosen: Option<Kept>,
    /// The state that the listener's truth likes best.
    pub oracle: Option<Kept>,
}

impl<'a> Watch<'a> {
    pub fn new(card: &'a ModelCard, samples: &Samples, device: &Device) -> Result<Watch<'a>> {
        let probe = Probe::new(&card.config, samples, device)?;
        Ok(Watch { probe, scaler: &card.scaler, chosen: None, oracle: None })
    }

    /// After an epoch: takes the signals, asks the listener, and keeps the networks if they are the
    /// best so far. Only the last phase's are: in those before, a network may be untrained still.
    pub fn look(
        &mut self,
        trainer: &Trainer,
        report: &mut EpochReport,
        listener: &mut dyn Listener,
    ) -> Result<()> {
        let Some(probe) = &self.probe else { return Ok(()) };
        let outline = trainer.outline();
        let Some(phase) = outline.iter().find(|phase| phase.name == report.phase) else {
            return Ok(());
        };
        if !probe.is_due(report, phase.steps, phase.segments) {
            return Ok(());
        }
        // D has a say where it trained in this epoch, or labelled for G.
        let discriminator =
            report.loss_discriminator.is_some() || report.labelled_by_discriminator.is_some();
        let generator = trainer.config().training.kind.trains_generator();
        let look = probe.look(trainer.pair(), Networks { generator, discriminator })?;
        let networks = Scorer {
            pair: trainer.pair(),
            scaler: self.scaler,
            generator: look.generator.as_ref(),
            discriminator: look.discriminator.as_ref(),
        };
        report.auc = listener.evaluate(&networks)?;
        if outline.last() == Some(phase) {
            let pair = trainer.pair();
            Kept::update(&mut self.chosen, look.signals.score, report, pair)?;
            let auc = report.auc.and_then(|auc| auc.score);
            Kept::update(&mut self.oracle, auc, report, pair)?;
        }
        report.signals = Some(look.signals);
        Ok(())
    }

    /// Adds what is kept to the run's state.
    pub fn save(&self, state: &mut State) -> Result<()> {
        Kept::save(&self.chosen, "chosen", state)?;
        Kept::save(&self.oracle, "oracle", state)
    }

    /// Goes on with what was kept.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.chosen = Kept::load("chosen", state)?;
        self.oracle = Kept::load("oracle", state)?;
        Ok(())
    }
}
