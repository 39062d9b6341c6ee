//! Interleaving of a one-class and a weakly-supervised model, without labels (Joint-VAD, ECCV
//! 2024): each makes the other's labels, and the number of snippets that are called anomalous
//! adapts from module to module.
//!
//! | to see | look at |
//! |---|---|
//! | one loop, as the paper's algorithm | [`Interleaver::advance`]; its pieces in `steps.rs` |
//! | every setting and both presets | [`InterleaveConfig`] |
//! | what a model of your own needs | [`Objects`], with [`gcl_core::OneClass`] or [`gcl_core::WeaklySupervised`] |
//! | snippet labels, bags, thresholds | [`labels`], [`bags`], [`threshold`] |
//! | a whole training in one call | [`Pair`]; the models that ship, and their settings: [`PairConfig`] |
//! | each model alone, supervised | [`alone`] |
//!
//! What is computed where paper and published code differ: see docs/method.md.

pub mod alone;
pub mod bags;
pub mod config;
mod estimator;
mod files;
mod interleaver;
pub mod labels;
mod line_up;
mod model;
pub mod objects;
mod pair;
pub mod reports;
mod rounds;
mod scores;
mod side;
mod snippets;
mod sources;
mod steps;
pub mod threshold;
mod videos;
mod weights;

pub use alone::{AloneSettings, OneClassAlone, WeakAlone};
pub use config::{InterleaveConfig, InterleavePreset};
pub use estimator::{FittedPair, Pair};
pub use files::{Left, ObjectFiles, ObjectSource};
pub use interleaver::{Interleaver, Watch};
pub use model::PairModel;
pub use objects::{Item, Objects};
pub use pair::{
    AeSettings, Choice, OneClassConfig, OneClassKind, OneClassSettings, PairConfig, PairMethod,
    StgNfSettings, Supervision, WeakConfig, WeakKind, WeakSettings, WindowSettings,
};
pub use reports::{Followed, Judgement, LoopReport, ModuleReport, PairAuc};
pub use rounds::{Rounds, train_rounds};
pub use scores::weak_frames;
pub use side::{OneClassOn, OneClassSide};
pub use snippets::Snippets;
pub use sources::{CubeObjects, SnippetObjects, WindowObjects};
pub use videos::{Video, Videos};
pub use weights::{InitialWeights, initial_weights};
