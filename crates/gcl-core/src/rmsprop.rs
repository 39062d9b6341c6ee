//! RMSprop with the paper's settings.

use burn::optim::{ModuleOptimizer, RmsPropConfig as BurnRmsProp};
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// RMSprop's settings. The defaults are the paper's (§4), read as `docs/method.md` explains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RmsPropConfig {
    /// The learning rate; paper: 2e-5.
    pub learning_rate: f64,
    /// Heavy-ball momentum; paper: 0.6.
    pub momentum: f64,
    /// The decay of the mean of squared gradients.
    pub alpha: f64,
    /// Keeps the division defined.
    pub epsilon: f64,
}

impl Default for RmsPropConfig {
    fn default() -> Self {
        RmsPropConfig { learning_rate: 2e-5, momentum: 0.6, alpha: 0.99, epsilon: 1e-8 }
    }
}

impl RmsPropConfig {
    /// An optimizer without state for one module.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a learning rate or an ε that is not positive, or a momentum or
    /// smoothing outside [0, 1).
    pub fn init(&self) -> Result<ModuleOptimizer> {
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            let found = self.learning_rate;
            return Err(CoreError::setting("learning_rate", "a positive number", found));
        }
        for (name, value) in [("momentum", self.momentum), ("alpha", self.alpha)] {
            if !(0.0..1.0).contains(&value) {
                return Err(CoreError::setting(name, "in [0, 1)", value));
            }
        }
        // As the optimizer holds it: a very small number is 0 there.
        let epsilon = self.epsilon as f32;
        if !(epsilon > 0.0 && epsilon.is_finite()) {
            return Err(CoreError::setting("epsilon", "a positive number", self.epsilon));
        }
        Ok(BurnRmsProp::new()
            .with_alpha(self.alpha as f32)
            .with_momentum(self.momentum as f32)
            .with_epsilon(epsilon)
            .init())
    }
}
