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
//! | the pairs that the command trains | [`PairConfig`] |
//! | each model alone, supervised | [`alone`] |
//!
//! What is computed where paper and published code differ: see docs/method.md.

pub mod alone;
pub mod bags;
pub mod config;
pub mod events;
mod interleaver;
pub mod labels;
mod line_up;
mod model;
pub mod objects;
mod pair;
mod run;
mod scores;
mod snippets;
mod sources;
mod state;
mod steps;
pub mod threshold;
mod videos;
mod weights;

pub use alone::{Alone, AloneSettings, OneClassAlone, WeakAlone, train_alone};
pub use config::{InterleaveConfig, InterleavePreset};
pub use events::{
    Followed, InterleaveEvent, InterleaveListener, Judgement, LoopReport, ModuleReport,
};
pub use interleaver::{Interleaver, Watch};
pub use model::PairModel;
pub use objects::{Item, Objects};
pub use pair::{
    AeSettings, Choice, OneClassConfig, OneClassKind, PairConfig, PairMethod, StgNfSettings,
    Supervision, WeakConfig, WeakKind, WindowSettings, jigsaw_model,
};
pub use run::{InterleaveRun, interleave};
pub use scores::{object_scores, one_class_frames, weak_frames};
pub use snippets::Snippets;
pub use sources::{CubeObjects, SnippetObjects, WindowObjects};
pub use videos::{Left, Video, Videos};
pub use weights::{InitialWeights, initial_weights};
