//! A module with its optimizer.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Tensor};

use crate::clip::clip_norm;
use crate::error::{CoreError, Result};
use crate::optimizer::OptimizerConfig;
use crate::state::{State, bad};

/// A module that takes optimisation steps.
pub(crate) struct Learner<M: Module> {
    module: M,
    optimizer: ModuleOptimizer,
    config: OptimizerConfig,
    pub(crate) clip: Option<f32>,
    /// What the learning rate is multiplied by; no part of the state, since it follows from the step.
    pub(crate) pace: f64,
}

/// Numbers parameters in their order. Burn draws their identities, which are stored with them; equal
/// trainings shall be equal bytes.
struct Numbered(u64);

impl ModuleMapper for Numbered {
    fn map_float<const D: usize>(&mut self, mut parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.0 += 1;
        parameter.id = ParamId::from(self.0);
        parameter
    }
}

impl<M: Module> Learner<M> {
    pub(crate) fn new(module: M, config: impl Into<OptimizerConfig>) -> Result<Self> {
        let config = config.into();
        let module = module.map(&mut Numbered(0));
        Ok(Learner { module, optimizer: config.init()?, config, clip: None, pace: 1.0 })
    }

    pub(crate) fn module(&self) -> &M {
        &self.module
    }

    /// Puts another module in place, with the same parameters' identities: the optimizer's state
    /// is about those.
    pub(crate) fn set_module(&mut self, module: M) {
        self.module = module;
    }

    /// Follows the gradient of a `[1]` loss once; returns the loss, refused if not finite: a
    /// network must not be changed by a gradient that means nothing.
    pub(crate) fn step(&mut self, loss: Tensor<1>, what: &str) -> Result<f64> {
        let value = loss.clone().inner().into_scalar::<f32>();
        if !value.is_finite() {
            return Err(CoreError::NotFinite { what: what.to_owned(), value, position: 0 });
        }
        let mut gradients = GradientsParams::from_grads(loss.backward(), &self.module);
        if let Some(limit) = self.clip {
            let norm;
            (gradients, norm) = clip_norm(&self.module, gradients, limit);
            if !norm.is_finite() {
                let what = format!("the gradient of {what}");
                return Err(CoreError::NotFinite { what, value: norm, position: 0 });
            }
        }
        let rate = self.config.learning_rate() * self.pace;
        self.module = self.optimizer.step(rate, self.module.clone(), gradients);
        // Takes pending running statistics over, which a saved module would otherwise lack.
        let _ = self.module.valid();
        Ok(f64::from(value))
    }

    pub(crate) fn reset_optimizer(&mut self) -> Result<()> {
        self.optimizer = self.config.init()?;
        Ok(())
    }

    pub(crate) fn save(&self) -> Result<State> {
        let mut state = State::default();
        let module = self.module.clone().into_record().into_bytes();
        state.put("weights", module.map_err(bad("weights"))?.to_vec());
        let optimizer = self.optimizer.into_bytes().map_err(bad("optimizer"))?;
        state.put("optimizer", optimizer.to_vec());
        Ok(state)
    }

    pub(crate) fn load(&mut self, state: &State) -> Result<()> {
        // Both or nothing: a half-loaded learner would train on silently.
        let bytes = |part| Ok::<_, CoreError>(Bytes::from_bytes_vec(state.get(part)?.to_vec()));
        let record = ModuleRecord::from_bytes(bytes("weights")?).map_err(bad("weights"))?;
        let module = self.module.clone().try_load_record(record).map_err(bad("weights"))?;
        let optimizer = self.config.init()?.from_bytes(bytes("optimizer")?);
        self.optimizer = optimizer.map_err(bad("optimizer"))?;
        self.module = module;
        Ok(())
    }
}

/// `reset`, `save` and `load` of a model that is a `learner`, made by `Self::learner` of its `config`.
macro_rules! learns {
    () => {
        fn reset(&mut self, seed: u64) -> Result<()> {
            self.learner = Self::learner(&self.config, seed, &self.device)?;
            Ok(())
        }

        fn save(&self) -> Result<crate::state::State> {
            self.learner.save()
        }

        fn load(&mut self, state: &crate::state::State) -> Result<()> {
            self.learner.load(state)
        }
    };
}
pub(crate) use learns;
