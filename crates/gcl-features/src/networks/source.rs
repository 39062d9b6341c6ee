//! Where a network's tensors come from while it is built.

use gcl_weights::{Expected, Matched};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::NetworkError;

/// A source of named tensors.
pub(super) enum Source<'a> {
    /// None: names and shapes are written down, and nothing is built.
    Names(Vec<Expected>),
    /// A weight file that has them all.
    File(&'a Matched<'a>),
    /// Random values under a seed.
    Random(u64),
}

/// What a tensor is for: random ones are drawn so that features keep a size of order 1 through any depth.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// Weights that sum `fan_in` products, before a ReLU: uniform, of variance `2 / fan_in`.
    Weight {
        /// Products in a sum.
        fan_in: usize,
    },
    /// Biases, shifts and means: uniform in -0.1 to 0.1.
    Shift,
    /// Scales and variances: this value.
    Scale(f32),
}

impl Source<'_> {
    /// Values of a tensor; none where only names are wanted.
    pub(super) fn take(
        &mut self,
        name: &str,
        shape: &[usize],
        role: Role,
    ) -> Result<Vec<f32>, NetworkError> {
        match self {
            Self::Names(names) => {
                names.push(Expected::new(name, shape));
                Ok(Vec::new())
            }
            Self::File(file) => Ok(file.f32(name)?),
            Self::Random(seed) => Ok(random(*seed, name, shape.iter().product(), role)),
        }
    }
}

/// A stream of its own for each tensor: values do not depend on the order of building.
fn random(seed: u64, name: &str, count: usize, role: Role) -> Vec<f32> {
    let key = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(name).finalize();
    let mut rng = ChaCha8Rng::from_seed(key.into());
    let width = match role {
        Role::Weight { fan_in } => (6.0 / fan_in.max(1) as f32).sqrt(),
        Role::Shift => 0.1,
        Role::Scale(value) => return vec![value; count],
    };
    // A multiple of 2^-23 in [-1, 1).
    let unit = |rng: &mut ChaCha8Rng| (rng.next_u32() >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count).map(|_| unit(&mut rng) * width).collect()
}
