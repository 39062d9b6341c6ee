//! The two networks of GCL ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962), §4,
//! "Implementation details"), both plain multi-layer perceptrons over clip features.

mod autoencoder;
mod discriminator;
mod mlp;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use discriminator::{Discriminator, DiscriminatorConfig};
pub use mlp::{Activation, Hidden, Mlp};

/// The widest layer that is accepted; a larger number is a typing error, and would not fit into memory.
pub const MAX_WIDTH: usize = 1 << 20;
