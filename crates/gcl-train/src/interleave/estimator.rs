//! A pair of models, or one of them, trained in one call: in memory, or in a run's folder.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_core::{Device, Scaler, WeaklySupervised};
use gcl_data::ExtractorIdentity;

use super::alone::{OneClassAlone, WeakAlone};
use super::interleaver::Interleaver;
use super::model::PairModel;
use super::pair::{PairConfig, PairMethod};
use super::rounds::train_rounds;
use super::side::OneClassSide;
use super::snippets::Snippets;
use crate::error::{Doing, Result, TrainError};
use crate::events::{Listener, Silent};
use crate::run_dir::RunDir;

/// A pair of models before it is trained, or one of the two (Joint-VAD, ECCV 2024,
/// [arXiv:2401.13551](https://arxiv.org/abs/2401.13551)).
///
/// ```
/// use gcl_core::Device;
/// use gcl_data::VideoId;
/// use gcl_train::interleave::*;
///
/// // Four videos of 12 snippets in 4 dimensions; in the last one, some lie apart.
/// let ids: Vec<VideoId> = (0..4).map(|v| VideoId::new(format!("v{v}"))).collect::<Result<_, _>>()?;
/// let far = |i: usize| if (164..180).contains(&i) { 5.0 } else { 0.0 };
/// let values = (0..192).map(|i| (i as f32 * 0.7).sin() + far(i)).collect();
/// let snippets = Snippets::new(values, 1, 4, ids.iter().map(|id| (id.clone(), 12)).collect())?;
/// let list = ids.into_iter().map(|id| Video { id, snippets: 12, frames: None }).collect();
/// let videos = Videos { list, length: 16 };
///
/// let settings = [
///     "interleave.loops.most=1",
///     "interleave.threshold.max_modules=1",
///     "interleave.weak.length=5",
///     "interleave.weak.batch=2",
///     "weak.hidden=[8, 4]",
/// ];
/// let config = PairConfig::features(OneClassKind::Ae, WeakKind::Sultani, 4).with(&settings)?;
/// let device = Device::flex();
/// let (files, videos, snippets) = (&ObjectFiles::default(), &videos, &snippets);
/// let source = ObjectSource { files, videos, snippets, score_only: false };
/// let (one_class, _) = config.one_class.settings().open(&source, 0, &device)?;
/// let fitted = Pair::new(config).device(&device).fit(Some(one_class), snippets.clone())?;
/// assert_eq!(fitted.score(&snippets)?.len(), 48);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pair {
    config: PairConfig,
    device: Device,
    anomalous: Option<Vec<bool>>,
}

impl Pair {
    /// The training that a configuration describes, on the default device.
    pub fn new(config: PairConfig) -> Pair {
        Pair { config, device: Device::default(), anomalous: None }
    }

    /// Where tensors live.
    pub fn device(mut self, device: &Device) -> Pair {
        self.device = device.clone();
        self
    }

    /// Whether each video, in the snippets' order, is labelled anomalous: for
    /// [`Supervision::VideoLabels`](super::Supervision).
    pub fn labels(mut self, anomalous: Option<Vec<bool>>) -> Pair {
        self.anomalous = anomalous;
        self
    }

    /// Trains in memory. `one_class` is the model with its objects
    /// ([`OneClassSettings::open`](super::OneClassSettings::open) or
    /// [`OneClassOn`](super::OneClassOn)), unless the weakly-supervised model trains alone.
    ///
    /// # Errors
    /// As [`Pair::fit_in`].
    pub fn fit(
        &self,
        one_class: Option<Box<dyn OneClassSide>>,
        snippets: Snippets,
    ) -> Result<FittedPair> {
        self.fit_in(None, one_class, snippets, &AtomicBool::new(false), &mut Silent)
    }

    /// The same, in a run's folder if one is given: from its saved state, if it has one.
    ///
    /// # Errors
    /// [`TrainError::Config`] if the configuration names a model, or a supervision, that there is no
    /// object or label for; [`TrainError::Interrupted`] after a cancel; else what went wrong.
    pub fn fit_in(
        &self,
        run: Option<&RunDir>,
        one_class: Option<Box<dyn OneClassSide>>,
        snippets: Snippets,
        cancel: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<FittedPair> {
        let PairConfig { method, interleave, alone, .. } = &self.config;
        let seed = interleave.seed;
        let needed = || {
            one_class.ok_or_else(|| TrainError::Config("no objects to train on were given".into()))
        };
        let fitted = |one_class, weak, thresholds| {
            let device = self.device.clone();
            FittedPair { one_class, weak, thresholds, device }
        };
        Ok(match method {
            PairMethod::Interleave => {
                let (settings, labels) = (interleave.clone(), self.anomalous.as_deref());
                let weak = self.config.weak_model(&self.device)?;
                let mut training =
                    Interleaver::new(settings, needed()?, weak, snippets, labels, &self.device)?;
                train_rounds(&mut training, run, cancel, listener)?;
                let thresholds = training.thresholds().to_vec();
                fitted(Some(training.one_class), Some(training.weak), thresholds)
            }
            PairMethod::OneClass => {
                let mut training = OneClassAlone::new(needed()?, alone.clone(), seed)?;
                train_rounds(&mut training, run, cancel, listener)?;
                fitted(Some(training.side), None, Vec::new())
            }
            PairMethod::Weak => {
                let labels = self.anomalous.as_deref().ok_or_else(|| {
                    let text =
                        "a weakly-supervised model alone needs supervision = \"video-labels\"";
                    TrainError::Config(text.to_owned())
                })?;
                let weak = self.config.weak_model(&self.device)?;
                let alone = alone.clone();
                let mut training =
                    WeakAlone::new(weak, &snippets, labels, alone, seed, &self.device)?;
                train_rounds(&mut training, run, cancel, listener)?;
                fitted(None, Some(training.model), Vec::new())
            }
        })
    }
}

/// What training leaves: both models of a pair, or the one that was trained.
pub struct FittedPair {
    one_class: Option<Box<dyn OneClassSide>>,
    weak: Option<Box<dyn WeaklySupervised>>,
    thresholds: Vec<usize>,
    device: Device,
}

gcl_core::brief_debug!(FittedPair);

impl FittedPair {
    /// The one-class model, with the objects that it was trained on.
    pub fn one_class(&self) -> Option<&dyn OneClassSide> {
        self.one_class.as_deref()
    }

    /// The weakly-supervised model.
    pub fn weak(&self) -> Option<&dyn WeaklySupervised> {
        self.weak.as_deref()
    }

    /// T_ws of every module, and the one that a next module would have had.
    pub fn thresholds(&self) -> &[usize] {
        &self.thresholds
    }

    /// The weakly-supervised model's scores of snippets, one each, in [0, 1].
    ///
    /// # Errors
    /// [`TrainError::Config`] if there is none; else as [`Snippets::score`].
    pub fn score(&self, snippets: &Snippets) -> Result<Vec<f32>> {
        match &self.weak {
            Some(weak) => snippets.score(weak.as_ref(), &self.device),
            None => {
                let text =
                    "no weakly-supervised model was trained: the one-class model scores objects";
                Err(TrainError::Config(text.to_owned()))
            }
        }
    }

    /// Stores the models in a folder, with what scoring must know: the snippets' scaling, if there are
    /// features, and what made them.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(
        &self,
        folder: &Path,
        config: &PairConfig,
        scaler: impl Into<Option<Scaler>>,
        extractor: Option<ExtractorIdentity>,
    ) -> Result<()> {
        let one_class = self.one_class.as_ref().map(|side| side.save()).transpose()?;
        let weak = self
            .weak
            .as_ref()
            .map(|weak| weak.save())
            .transpose()
            .doing("saving the weakly-supervised model")?;
        let card = PairModel { config: config.clone(), scaler: scaler.into(), extractor };
        card.save(folder, one_class, weak)
    }
}
