//! RMSprop with the paper's settings.

use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::optimizer::OptimizerConfig;

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
    /// [`CoreError::Setting`](crate::CoreError::Setting) for a learning rate or an ε that is not positive, or a momentum or
    /// smoothing outside [0, 1).
    pub fn init(&self) -> Result<ModuleOptimizer> {
        OptimizerConfig::from(*self).init()
    }
}
