//! One training of a pair, or of one of its models, from its start or its saved state to the model.

use gcl_core::{OneClass, Scaler};
use gcl_data::FeatureSet;
use gcl_train::interleave::{
    Alone, InterleaveEvent, InterleaveRun, Interleaver, Objects, OneClassAlone, PairConfig,
    PairMethod, PairModel, Snippets, WeakAlone, interleave, train_alone,
};

use super::results::{Auc, Results, best_loops};
use crate::error::Failure;
use crate::interleave::judge::TestVideos;
use crate::interleave::progress::{Terminal, line};
use crate::interleave::side::OneClassSide;
use crate::interrupt;
use crate::progress::Progress;

/// One training, ready to go.
pub struct Training {
    pub run: InterleaveRun,
    pub config: PairConfig,
    pub scaler: Scaler,
    pub set: FeatureSet,
    pub snippets: Snippets,
    pub labels: Option<Vec<bool>>,
    pub test: Option<TestVideos>,
    pub device: gcl_core::Device,
}

impl Training {
    /// Trains what there is: with `side` a one-class model, judged on the test set's objects in
    /// `test`; without, a weakly-supervised one alone.
    pub fn with(
        self,
        side: Option<OneClassSide>,
        test: Option<OneClassSide>,
    ) -> Result<(), Failure> {
        match side {
            None => self.weak_alone(),
            Some(OneClassSide::Ae(model, objects)) => {
                let test = test.and_then(OneClassSide::snippets);
                self.one_class(model, (objects, None), test)
            }
            Some(OneClassSide::StgNf(model, objects, scored)) => {
                let test = test.and_then(OneClassSide::windows);
                self.one_class(model, (objects, scored), test)
            }
            Some(OneClassSide::Jigsaw(model, objects)) => {
                let test = test.and_then(OneClassSide::cubes);
                self.one_class(model, (objects, None), test)
            }
        }
    }

    /// The one-class model with its partner, or alone.
    fn one_class<M: OneClass, X: Objects<Batch = M::Batch>>(
        self,
        model: M,
        (objects, scored): (X, Option<X>),
        test_objects: Option<X>,
    ) -> Result<(), Failure> {
        if self.config.method == PairMethod::OneClass {
            return self.one_class_alone(model, objects, test_objects);
        }
        let weak = self.config.weak_model(&self.device)?;
        let mut training = Interleaver::new(
            self.config.interleave.clone(),
            (model, objects, scored),
            (weak, self.snippets.clone()),
            self.labels.as_deref(),
            &self.device,
        )?;
        let mut terminal = Terminal {
            progress: Progress::new("interleaving", "steps", 0),
            steps: 0,
            test: self.test.as_ref().zip(test_objects),
            device: self.device.clone(),
        };
        let result = interleave(&self.run, &mut training, &interrupt::INTERRUPTED, &mut terminal);
        terminal.progress.finish();
        result?;
        let core = |e: gcl_core::CoreError| Failure::data(e);
        let one_class = training.one_class().save().map_err(core)?;
        let weak = training.weak().save().map_err(core)?;
        self.card().save(&self.run.dir().model(), Some(one_class), Some(weak))?;

        let Some((test, objects)) = &terminal.test else { return Ok(()) };
        // Not the log's last line: an earlier part of the run may have been judged by another test set.
        let last = Auc {
            one_class: test.one_class(training.one_class(), objects, &self.device)?,
            weak: test.weak(training.weak(), &self.device)?,
        };
        let best = best_loops(&self.run.events()?);
        self.results(last, best, training.thresholds().to_vec())
    }

    fn one_class_alone<M: OneClass, X: Objects<Batch = M::Batch>>(
        self,
        model: M,
        objects: X,
        test_objects: Option<X>,
    ) -> Result<(), Failure> {
        let (settings, seed) = (self.config.alone.clone(), self.config.interleave.seed);
        let mut alone = OneClassAlone::new(model, objects, settings, seed, &self.device)?;
        self.rounds(&mut alone)?;
        let state = alone.model().save().map_err(Failure::data)?;
        self.card().save(&self.run.dir().model(), Some(state), None)?;
        if let Some((test, objects)) = self.test.as_ref().zip(test_objects) {
            let one_class = test.one_class(alone.model(), &objects, &self.device)?;
            self.results(Auc { one_class, weak: None }, None, Vec::new())?;
        }
        Ok(())
    }

    fn weak_alone(self) -> Result<(), Failure> {
        let labels = self.labels.as_deref().ok_or_else(|| {
            Failure::Usage(
                "a weakly-supervised model alone needs supervision = \"video-labels\"".to_owned(),
            )
        })?;
        let weak = self.config.weak_model(&self.device)?;
        let (settings, seed) = (self.config.alone.clone(), self.config.interleave.seed);
        let mut alone = WeakAlone::new(weak, &self.snippets, labels, settings, seed, &self.device)?;
        self.rounds(&mut alone)?;
        let state = alone.model().save().map_err(Failure::data)?;
        self.card().save(&self.run.dir().model(), None, Some(state))?;
        if let Some(test) = &self.test {
            let weak = test.weak(alone.model(), &self.device)?;
            self.results(Auc { one_class: None, weak }, None, Vec::new())?;
        }
        Ok(())
    }

    /// Trains a model alone, from the start or from the run's saved state.
    fn rounds(&self, alone: &mut dyn Alone) -> Result<(), Failure> {
        let dir = self.run.dir();
        let mut log = match dir.state()? {
            Some((state, events)) => {
                alone.load(&state)?;
                dir.event_log(events)?
            }
            None => dir.event_log(0)?,
        };
        let progress = std::cell::RefCell::new(Progress::new("training", "steps", 0));
        let result = train_alone(
            alone,
            &mut |step, steps| {
                let mut progress = progress.borrow_mut();
                progress.set_total(steps as u64);
                progress.set(step as u64);
                !interrupt::requested()
            },
            &mut |alone, epoch, loss| {
                let event = InterleaveEvent::Epoch { epoch, loss };
                log.write(&event)?;
                if let Some(text) = line(&event) {
                    progress.borrow().say(&text);
                }
                dir.save_state(alone.save()?, log.count())
            },
        );
        progress.into_inner().finish();
        Ok(result?)
    }

    fn card(&self) -> PairModel {
        let (config, scaler) = (self.config.clone(), Some(self.scaler.clone()));
        PairModel { config, scaler, extractor: self.set.identity().cloned() }
    }

    /// Writes the results where there is a test set.
    fn results(
        &self,
        last: Auc,
        oracle: Option<Auc>,
        thresholds: Vec<usize>,
    ) -> Result<(), Failure> {
        let Some(test) = &self.test else { return Ok(()) };
        let (test_videos, test_frames) = test.size();
        let results = Results { test_videos, test_frames, last, oracle, thresholds };
        results.write(self.run.dir().path())
    }
}
