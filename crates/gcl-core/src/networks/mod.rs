//! The two networks of GCL ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962), §4,
//! "Implementation details"), both plain multi-layer perceptrons over clip features.

/// What the settings of a network that is an `mlp` give: the network, drawn or of zeros. The last layer has the
/// width and the activation that `$ends` names.
macro_rules! perceptron {
    ($config:ident, $network:ident, $ends:expr) => {
        impl $config {
            /// The widths of all layers, and what follows them.
            fn layers(&self) -> (Vec<usize>, (Hidden, Activation)) {
                let ends: fn(&Self) -> (usize, Activation) = $ends;
                let (last, output) = ends(self);
                let Self { activation, batch_norm, dropout, .. } = *self;
                let widths = [&[self.input], self.hidden.as_slice(), &[last]].concat();
                (widths, (Hidden { activation, batch_norm, dropout }, output))
            }

            /// A network with weights drawn from `rng`.
            ///
            /// # Errors
            /// [`crate::CoreError::Setting`] if a width is 0 or the dropout outside [0, 1).
            pub fn init(&self, rng: &mut HostRng, device: &Device) -> Result<$network> {
                let (widths, functions) = self.layers();
                Ok($network { mlp: Mlp::new(&widths, functions, self.init, rng, device)? })
            }

            /// A network of zeros, for stored weights to fill.
            ///
            /// # Errors
            /// As `init`.
            pub fn zeros(&self, device: &Device) -> Result<$network> {
                let (widths, functions) = self.layers();
                Ok($network { mlp: Mlp::zeros(&widths, functions, device)? })
            }
        }
    };
}
use perceptron;

mod autoencoder;
mod discriminator;
mod mlp;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
pub use discriminator::{Discriminator, DiscriminatorConfig};
pub use mlp::{Activation, Hidden, Mlp};

/// The widest layer that is accepted; a larger number is a typing error, and would not fit into memory.
pub const MAX_WIDTH: usize = 1 << 20;
