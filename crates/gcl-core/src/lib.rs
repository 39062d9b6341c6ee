//! Networks, losses, pseudo-labels and detectors of generative cooperative learning (GCL).
//!
//! This crate works on tensors only: no files, no video, no training schedule. From the outside in:
//!
//! - [`CooperativePair`]: a generator and a discriminator that train each other, one batch at a
//!   time ([Zaheer et al., CVPR 2022][gcl], §3.2). It reads as the paper's algorithm.
//! - [`networks`]: the [`Autoencoder`] (generator) and the [`Discriminator`].
//! - [`loss`], [`threshold`], [`target`], [`temporal`]: the parts of that algorithm, each a plain
//!   function with its equation.
//! - [`pseudo_label`]: labels that C2FPL, CLAP and LANP make before a classifier is trained on them;
//!   [`latent_entropy`]: what MLE-UVAD adds to an autoencoder's loss.
//! - [`detector`]: plain detectors to compare against, under one contract.
//! - [`OneClass`] and [`WeaklySupervised`]: what a model must offer to join the interleaving of
//!   one-class and weakly-supervised training ([Joint-VAD, ECCV 2024][joint-vad]). Your own models
//!   join by implementing one of them; [`StgNf`], [`Jigsaw`] and [`AutoencoderOneClass`] are one-class
//!   models, [`Rtfm`] and [`Sultani`] weakly-supervised ones.
//!
//! Every public function takes a [`Device`]; no backend is named. All randomness comes from
//! [`rng`], on the host, so a seed means the same on every device.
//!
//! ```
//! use gcl_core::detector::{Detector, Mahalanobis};
//! use gcl_core::{Scaler, ScalerKind};
//!
//! // 20 rows of two dimensions, the last one far from the others.
//! let mut rows: Vec<f32> = (0..40).map(|i| (i as f32 * 1.3).sin()).collect();
//! rows[38..].fill(9.0);
//! Scaler::fit(ScalerKind::ZScore, &rows, 2)?.apply(&mut rows)?;
//! let mut detector = Mahalanobis::new(0.1)?;
//! detector.fit(&rows, 2)?;
//! let scores = detector.score(&rows)?;
//! assert!(scores[..19].iter().all(|&score| score < scores[19]));
//! # Ok::<(), gcl_core::CoreError>(())
//! ```
//!
//! [gcl]: https://arxiv.org/abs/2203.03962
//! [joint-vad]: https://arxiv.org/abs/2401.13551

mod adamax;
mod brief;
mod clip;
pub mod cooperative;
pub mod detector;
mod dropout;
pub mod error;
mod finite;
#[cfg(test)]
mod golden;
pub mod init;
pub mod jigsaw;
pub mod latent_entropy;
mod learner;
pub mod loss;
pub mod networks;
mod norm;
pub mod one_class;
mod optimizer;
pub mod pseudo_label;
pub mod rmsprop;
pub mod rng;
pub mod rtfm;
pub mod scaler;
pub mod soft_label;
mod spelling;
pub mod state;
pub mod stg_nf;
mod subspace;
pub mod sultani;
pub mod target;
pub mod temporal;
pub mod threshold;
pub mod weak_label;
pub mod weakly_supervised;
pub mod weights;

pub use adamax::AdamaxConfig;
/// Re-exported: tensors, modules and optimizers in this crate's API are its.
pub use burn;
pub use burn::tensor::{Device, Tensor};
pub use cooperative::{CooperativeConfig, CooperativePair, StepReport};
pub use error::{CoreError, Result};
pub use jigsaw::{Jigsaw, JigsawConfig};
pub use latent_entropy::LatentEntropy;
pub use networks::{
    Activation, Autoencoder, AutoencoderConfig, Discriminator, DiscriminatorConfig,
};
pub use one_class::{AutoencoderOneClass, OneClass};
pub use optimizer::{AdagradConfig, AdamConfig, OptimizerConfig, SgdConfig};
/// Re-exported: [`rng::HostRng`] is one of its generators.
pub use rand;
pub use rmsprop::RmsPropConfig;
pub use rtfm::{Rtfm, RtfmConfig};
pub use scaler::{Scaler, ScalerKind};
pub use state::State;
pub use stg_nf::{StgNf, StgNfConfig};
pub use sultani::{Sultani, SultaniConfig};
pub use weak_label::VideoLabel;
pub use weakly_supervised::WeaklySupervised;
