//! Pseudo-labels that are made before anything is trained: plain functions of the videos' features, from
//! which a classifier ([`Discriminator`](crate::Discriminator)) then learns.
//!
//! - C2FPL ([Al-lahham et al., WACV 2024](https://arxiv.org/abs/2310.17650)) and CLAP (Al-lahham et al.,
//!   CVPR 2024) work from coarse to fine: [`coarse`] splits the videos in two by a mixture of Gaussians
//!   ([`gmm`]) over a [`descriptor`] of each, [`fine`] labels the window of an anomalous video in which the
//!   density of its segments varies most ([`total_variation`]). CLAP's [`refine`] revises the labels while
//!   the classifier trains.
//! - LANP (Shi et al., ECCV 2024) knows that a clip's first and last segments are mostly normal:
//!   [`propagation`] carries that to the others, [`normality`] labels what it reaches least.
//!
//! What each computes, and where papers and code differ, is in `docs/method.md`.

pub mod coarse;
pub mod descriptor;
pub mod fine;
pub mod gmm;
pub mod normality;
pub mod propagation;
pub mod refine;
mod settings;
pub mod total_variation;

pub use settings::{
    C2fplSettings, ClapSettings, Distance, Divide, Entropy, LanpSettings, PseudoLabels, Refine,
    Similarity, Spread,
};
