//! The two networks of GCL (paper §4, "Implementation details"), both plain multi-layer
//! perceptrons over clip features.

mod autoencoder;
mod discriminator;
mod mlp;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use discriminator::{Discriminator, DiscriminatorConfig};
pub use mlp::{Activation, Hidden, Mlp};
